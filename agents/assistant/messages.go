package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"balaikota/agents/prompts"
	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// rememberedTurns is how many earlier questions a model sees again.
const rememberedTurns = 6

// messages are the briefing, the conversation so far and the question.
func (t *turn) messages() []llms.MessageContent {
	out := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, t.briefing())}
	for n, h := range t.history {
		out = append(out, llms.TextParts(llms.ChatMessageTypeHuman, h.Question))
		for r, round := range h.Rounds {
			out = append(out, replay(n, r, round)...)
		}
		if h.Answer != "" {
			out = append(out, llms.TextParts(llms.ChatMessageTypeAI, h.Answer))
		}
	}
	return append(out, llms.TextParts(llms.ChatMessageTypeHuman, t.q.Text))
}

// replay is one earlier round: what the model called, and what it was told.
// IDs of calls are made from their place, so that equal conversations make
// equal requests.
func replay(turn, round int, calls []city.TurnCall) []llms.MessageContent {
	if len(calls) == 0 {
		return nil
	}
	var asked reply
	var told []llms.MessageContent
	for i, c := range calls {
		call := llms.ToolCall{
			ID: fmt.Sprintf("lalu_%d_%d_%d", turn+1, round+1, i+1), Type: "function",
			FunctionCall: &llms.FunctionCall{Name: c.Call.Tool, Arguments: string(c.Call.Input)},
		}
		asked.calls = append(asked.calls, call)
		told = append(told, toolMessage(call, c.Text))
	}
	return append([]llms.MessageContent{asked.message()}, told...)
}

func (t *turn) briefing() string {
	asker := string(t.q.Asker.Role)
	if t.q.Asker.AreaCode != "" {
		asker += " " + t.q.Asker.AreaCode
	}
	if name := t.a.Office(t.q.Asker.OfficeID); name != "" {
		asker += " opd " + name
	}
	return prompts.Briefing(prompts.Situation{Now: t.q.At.In(t.a.Zone), Asker: asker, Screen: screenText(t.q.Screen), City: t.a.City})
}

func screenText(s *city.ScreenContext) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, p := range [][2]string{{"area", s.Area}, {"category", s.Category}, {"indicator", s.Indicator}} {
		if p[1] != "" {
			parts = append(parts, p[0]+"="+strings.Join(strings.Fields(visible(p[1])), "-"))
		}
	}
	if s.Incident != 0 {
		parts = append(parts, fmt.Sprintf("incident=%d", s.Incident))
	}
	return strings.Join(parts, " ")
}

// reply is what a model answered, its choices put together: some providers
// give each block a choice of its own.
type reply struct {
	text  string
	calls []llms.ToolCall
}

// message is the reply as the model sees it again. Text beside calls is left
// out: some providers lose the calls then.
func (r reply) message() llms.MessageContent {
	m := llms.MessageContent{Role: llms.ChatMessageTypeAI}
	for _, c := range r.calls {
		m.Parts = append(m.Parts, c)
	}
	return m
}

func toolMessage(c llms.ToolCall, text string) llms.MessageContent {
	return llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
		llms.ToolCallResponse{ToolCallID: c.ID, Name: callOf(c).Tool, Content: text},
	}}
}

// errNoReply is of a provider that answered nothing at all.
var errNoReply = errors.New("the model answered nothing")

// generate asks the model once. langchaingo's errors after a cancel do not say
// so, and some calls return half an answer without one: the context is asked
// first.
func (t *turn) generate(ctx context.Context, model llms.Model, messages []llms.MessageContent, f *findings, hard bool) (reply, error) {
	options := []llms.CallOption{llms.WithTemperature(0), llms.WithMaxTokens(longestReply)}
	if !f.tainted && len(t.offered) > 0 {
		options = append(options, llms.WithTools(t.offered))
	}
	on := ctx
	if t.meter != nil {
		on = t.meter.On(ctx, hard)
	}
	got, err := model.GenerateContent(on, messages, options...)
	if ctx.Err() != nil {
		return reply{}, ctx.Err()
	}
	if err != nil {
		return reply{}, err
	}
	if got == nil || len(got.Choices) == 0 {
		return reply{}, errNoReply
	}
	if own, ok := t.meter.(*ownMeter); ok {
		own.add(got)
	}
	var r reply
	for _, c := range got.Choices {
		if c == nil {
			continue
		}
		if text := strings.TrimSpace(c.Content); text != "" {
			r.text = strings.TrimSpace(r.text + "\n" + text)
		}
		for _, call := range c.ToolCalls {
			if call.FunctionCall == nil {
				call.FunctionCall = &llms.FunctionCall{}
			}
			if call.ID == "" {
				call.ID = fmt.Sprintf("panggil_%d", len(r.calls)+1)
			}
			call.Type = "function"
			r.calls = append(r.calls, call)
		}
	}
	return r, nil
}

// longestReply is what a model may write at most, in tokens.
const longestReply = 1500

// ownMeter adds up what the model itself says of its tokens.
type ownMeter struct{ spent city.Spending }

// On implements Meter.
func (m *ownMeter) On(ctx context.Context, _ bool) context.Context { return ctx }

// Spent implements Meter.
func (m *ownMeter) Spent() city.Spending { return m.spent }

// add takes the tokens of one answer. Providers name them differently; some
// repeat them on every choice, so the first choice that has any counts.
func (m *ownMeter) add(got *llms.ContentResponse) {
	m.spent.Calls++
	for _, c := range got.Choices {
		if c == nil {
			continue
		}
		in, out := tokens(c.GenerationInfo, "PromptTokens", "InputTokens", "input_tokens"), tokens(c.GenerationInfo, "CompletionTokens", "OutputTokens", "output_tokens")
		if in+out > 0 {
			m.spent.InputTokens += in
			m.spent.OutputTokens += out
			return
		}
	}
}

func tokens(info map[string]any, names ...string) int {
	for _, n := range names {
		switch v := info[n].(type) {
		case int:
			return v
		case int32:
			return int(v)
		case int64:
			return int(v)
		case float64:
			return int(v)
		}
	}
	return 0
}

func callOf(c llms.ToolCall) city.ToolCall {
	input := json.RawMessage(strings.TrimSpace(c.FunctionCall.Arguments))
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if compact, err := city.Canonical(input); err == nil {
		input = compact
	}
	return city.ToolCall{Tool: c.FunctionCall.Name, Input: input}
}

// validJSON reports whether an input is one JSON object.
func validJSON(input json.RawMessage) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(input, &fields) == nil && fields != nil
}

// repairText tells a model once what was wrong with its answer.
func repairText(wrong []string) string {
	return "Jawaban tadi tidak boleh ditampilkan: " + strings.Join(wrong, "; ") +
		". Tulis ulang dengan kalimat biasa, tanpa format, hanya dengan angka, nama dan tanggal yang dikembalikan alat. Bila perlu, panggil alat lagi."
}

// sentenced is an error that can be said to the person who asked.
type sentenced interface {
	error
	Sentence() string
}

// reasonOfFailure says why the provider's model did not answer.
func reasonOfFailure(err error) string {
	if s, ok := errors.AsType[sentenced](err); ok {
		return s.Sentence()
	}
	for _, own := range []error{errTooManyTurns, errTooManyCalls, errCircling, errNoEvidence, errUnproven} {
		if errors.Is(err, own) {
			return "Dijawab tanpa penyedia model: " + own.Error() + "."
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "Penyedia model tidak menjawab tepat waktu; pertanyaan dijawab tanpa penyedia."
	}
	return "Penyedia model sedang tidak dapat dipakai; pertanyaan dijawab tanpa penyedia."
}
