package planner

import (
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"balaikota/backend/city"
)

// conversation is what the planner reads in the messages of a turn.
type conversation struct {
	at       time.Time
	who      asker
	question string
	// base is the call that a follow-up goes on from, options what was offered.
	base    *frame
	options []city.Option
	// results are the texts of the tools called in this turn.
	results []string
	called  bool
}

// readMessages reads the briefing, what went before, and the last question.
func readMessages(messages []llms.MessageContent, zone *time.Location) conversation {
	c := conversation{}
	last := -1
	for i, m := range messages {
		if m.Role == llms.ChatMessageTypeHuman {
			last = i
		}
	}
	for i, m := range messages {
		switch m.Role {
		case llms.ChatMessageTypeSystem:
			c.readBriefing(textOf(m), zone)
		case llms.ChatMessageTypeHuman:
			if i == last {
				c.question = textOf(m)
			}
		case llms.ChatMessageTypeAI:
			c.readCalls(m, i > last)
		case llms.ChatMessageTypeTool:
			for _, p := range m.Parts {
				if r, ok := p.(llms.ToolCallResponse); ok && i > last {
					text, _, _ := strings.Cut(r.Content, city.EvidenceMark)
					c.results = append(c.results, strings.TrimSpace(text))
				}
			}
		}
	}
	return c
}

func (c *conversation) readCalls(m llms.MessageContent, thisTurn bool) {
	for _, p := range m.Parts {
		call, ok := p.(llms.ToolCall)
		if !ok || call.FunctionCall == nil {
			continue
		}
		if thisTurn {
			c.called = true
			continue
		}
		if f := frameOf(call.FunctionCall.Name, []byte(call.FunctionCall.Arguments)); f != nil {
			c.base = f
		}
		c.options = optionsOf(call)
	}
}

// readBriefing reads the lines that the assistant's briefing begins with.
func (c *conversation) readBriefing(text string, zone *time.Location) {
	for line := range strings.SplitSeq(text, "\n") {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "Sekarang":
			if t, err := time.Parse(time.RFC3339, strings.TrimSpace(value)); err == nil && c.at.IsZero() {
				c.at = t.In(zone)
			}
		case "Penanya":
			if c.who.role == "" {
				c.who.readAsker(value)
			}
		case "Layar":
			c.who.readScreen(value)
		}
	}
}

// readAsker reads "<role>[ <area code>][ opd <office short name>]".
func (a *asker) readAsker(line string) {
	line, a.office, _ = strings.Cut(strings.TrimSpace(line), " opd ")
	fields := strings.Fields(line)
	if len(fields) > 0 {
		a.role = fields[0]
	}
	if len(fields) > 1 {
		if _, ok := city.LevelOfCode(fields[1]); ok {
			a.area = fields[1]
		}
	}
	if level, _ := city.LevelOfCode(a.area); level == city.Kota || level == city.Provinsi {
		a.area = "" // whoever answers for the whole city is asked about it
	}
}

// readScreen reads "area=… category=… indicator=… incident=…".
func (a *asker) readScreen(line string) {
	for field := range strings.FieldsSeq(line) {
		name, value, _ := strings.Cut(field, "=")
		switch name {
		case "area":
			a.screen.Area = value
		case "category":
			a.screen.Category = value
		case "indicator":
			a.screen.Indicator = value
		case "incident":
			if v, ok := parseNumber(value); ok {
				a.screen.Incident = int64(v)
			}
		}
	}
}

func textOf(m llms.MessageContent) string {
	var b strings.Builder
	for _, p := range m.Parts {
		if t, ok := p.(llms.TextContent); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
