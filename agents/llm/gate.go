package llm

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// vault holds what labels stand for, in memory and for one call only.
type vault struct {
	labels map[string]string // kind + value → label
	values map[string]string // label → value
	counts map[string]int    // by kind
	// own are the labels of the asker's own words, which may be filled in
	// again: the asker knows them already.
	own   map[string]bool
	known []string
	// met are names found after a title: without one they are hidden too.
	met []string
}

func newVault(known []string) *vault {
	return &vault{labels: map[string]string{}, values: map[string]string{}, counts: map[string]int{}, own: map[string]bool{}, known: known}
}

var labelForm = regexp.MustCompile(`\[([A-Z]+(?:_[A-Z]+)*_\d+)\]`)

// hide makes text fit to leave: invisible characters stripped, what looks like
// a label of ours made harmless, personal data replaced by numbered labels.
// The same value has the same label wherever it stands.
func (v *vault) hide(text string, own bool) string {
	text = labelForm.ReplaceAllString(city.VisibleText(text), "($1)")
	for range 3 { // what a label parts may show another
		next := v.hideOnce(text, own)
		if next == text {
			break
		}
		text = next
	}
	return text
}

func (v *vault) hideOnce(text string, own bool) string {
	var b strings.Builder
	at := 0
	for _, p := range city.FindPersonal(text, slices.Concat(v.known, v.met)...) {
		value := text[p.From:p.To]
		if labelForm.MatchString(value) {
			continue
		}
		if p.Kind == city.PersonalKnown && !v.handedIn(value) {
			p.Kind = city.PersonalName
		}
		label := v.label(p.Kind, value)
		v.own[label] = v.own[label] || own
		b.WriteString(text[at:p.From] + label)
		at = p.To
	}
	return b.String() + text[at:]
}

// handedIn reports whether a name found by its letters is one of the caller's.
func (v *vault) handedIn(value string) bool {
	return slices.ContainsFunc(v.known, func(name string) bool { return strings.Contains(sameName(name), sameName(value)) })
}

func sameName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// meet remembers the names that stand after a title anywhere in messages.
func (v *vault) meet(messages []llms.MessageContent) {
	for _, m := range messages {
		for _, part := range m.Parts {
			text := ""
			switch p := part.(type) {
			case llms.TextContent:
				text = p.Text
			case llms.ToolCallResponse:
				text = p.Content
			}
			text = city.VisibleText(text)
			for _, p := range city.FindPersonal(text, v.known...) {
				if name := text[p.From:p.To]; p.Kind == city.PersonalName && !slices.Contains(v.met, name) {
					v.met = append(v.met, name)
				}
			}
		}
	}
}

func (v *vault) label(kind city.PersonalKind, value string) string {
	key := string(kind) + ":" + sameName(value)
	label, ok := v.labels[key]
	if !ok {
		v.counts[string(kind)]++
		label = fmt.Sprintf("[%s_%d]", kind, v.counts[string(kind)])
		v.labels[key], v.values[label] = label, value
	}
	return label
}

// show fills the asker's own words in again.
func (v *vault) show(text string) string {
	return labelForm.ReplaceAllStringFunc(text, func(label string) string {
		if value, ok := v.values[label]; ok && v.own[label] {
			return value
		}
		return label
	})
}

// showJSON is show for a JSON text: values go in as JSON strings are written.
func (v *vault) showJSON(text string) string {
	return labelForm.ReplaceAllStringFunc(text, func(label string) string {
		value, ok := v.values[label]
		if !ok || !v.own[label] {
			return label
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			return label
		}
		return string(quoted[1 : len(quoted)-1])
	})
}

// seal makes messages fit to leave. Only texts, tool calls and tools' answers
// may: anything else is refused.
func (v *vault) seal(messages []llms.MessageContent, use Use) ([]llms.MessageContent, error) {
	v.meet(messages)
	out := make([]llms.MessageContent, len(messages))
	for i, m := range messages {
		own := m.Role == llms.ChatMessageTypeHuman && !use.Raw
		out[i] = llms.MessageContent{Role: m.Role, Parts: make([]llms.ContentPart, len(m.Parts))}
		for j, part := range m.Parts {
			switch p := part.(type) {
			case llms.TextContent:
				part = llms.TextContent{Text: v.hide(p.Text, own)}
			case llms.ToolCall:
				if p.FunctionCall != nil {
					p.FunctionCall = &llms.FunctionCall{Name: p.FunctionCall.Name, Arguments: v.hide(p.FunctionCall.Arguments, false)}
				}
				part = p
			case llms.ToolCallResponse:
				p.Content = v.hide(p.Content, false)
				part = p
			default:
				return nil, &Fault{Kind: TextBarred, Detail: fmt.Sprintf("a %T may not leave", part)}
			}
			out[i].Parts[j] = part
		}
	}
	return out, nil
}

// open fills an answer in again, in place.
func (v *vault) open(resp *llms.ContentResponse) {
	for _, c := range resp.Choices {
		c.Content = v.show(c.Content)
		c.ReasoningContent = "" // thoughts are neither shown nor kept
		for i := range c.ToolCalls {
			if call := c.ToolCalls[i].FunctionCall; call != nil {
				c.ToolCalls[i].FunctionCall = &llms.FunctionCall{Name: call.Name, Arguments: v.showJSON(call.Arguments)}
			}
		}
		if len(c.ToolCalls) > 0 {
			c.FuncCall = c.ToolCalls[0].FunctionCall
		}
	}
}
