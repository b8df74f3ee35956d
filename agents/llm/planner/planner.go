package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tmc/langchaingo/llms"

	"balaikota/backend/city"
)

// Planner is a langchaingo model without a model: it reads the question with a
// grammar of Indonesian and calls tools. It is safe for concurrent use.
type Planner struct {
	language Language
	lexicon  atomic.Pointer[lexicon]
}

var _ llms.Model = (*Planner)(nil)

// New makes a planner for a city.
func New(c Catalogue, lang Language) *Planner {
	p := &Planner{language: lang}
	p.Renew(c)
	return p
}

// Renew takes a changed catalogue; questions under way keep the one they began
// with. It costs some milliseconds.
func (p *Planner) Renew(c Catalogue) { p.lexicon.Store(newLexicon(c, p.language)) }

// GenerateContent answers the last human message with tool calls, or, when the
// tools called in this turn have answered, with their texts. The messages are
// those of docs/architecture.md: a briefing whose first lines give the moment
// and the asker, the turns before, the question. Options are not looked at.
// The only errors are a context that ended and messages without a question.
func (p *Planner) GenerateContent(ctx context.Context, messages []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l := p.lexicon.Load()
	c := readMessages(messages, l.zone)
	if strings.TrimSpace(c.question) == "" {
		return nil, city.InvalidField("text", "holds no question")
	}
	if c.at.IsZero() {
		return nil, city.InvalidField("at", "the briefing does not begin with the line Sekarang: <moment>")
	}
	if c.called && len(c.results) > 0 {
		return said(strings.Join(c.results, " ")), nil
	}
	choice := &llms.ContentChoice{StopReason: "tool_calls", GenerationInfo: map[string]any{"PromptTokens": 0, "CompletionTokens": 0}}
	for i, call := range l.plan(c) {
		choice.ToolCalls = append(choice.ToolCalls, llms.ToolCall{
			ID: fmt.Sprintf("panggilan_%d", i+1), Type: "function",
			FunctionCall: &llms.FunctionCall{Name: call.Tool, Arguments: string(call.Input)},
		})
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

// Call reads a lone question, as of now, and answers with the calls it would
// make, as JSON. It exists for the interface; the assistant uses GenerateContent.
func (p *Planner) Call(ctx context.Context, prompt string, _ ...llms.CallOption) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	raw, err := json.Marshal(p.Plan(prompt, time.Now(), ""))
	if err != nil {
		return "", fmt.Errorf("encoding calls: %w", err)
	}
	return string(raw), nil
}

// Plan returns the calls for a lone question asked at a moment by an asker as
// the briefing's second line names one ("wali_kota", "lurah 64.72.01.1001").
func (p *Planner) Plan(question string, at time.Time, who string) []city.ToolCall {
	c := conversation{at: at, question: question}
	c.who.readAsker(who)
	return p.lexicon.Load().plan(c)
}

func said(text string) *llms.ContentResponse {
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{
		Content: text, StopReason: "stop", GenerationInfo: map[string]any{"PromptTokens": 0, "CompletionTokens": 0},
	}}}
}

// plan is the whole way from a question to calls.
func (l *lexicon) plan(c conversation) []city.ToolCall {
	if call, ok := chosen(c); ok {
		return []city.ToolCall{call}
	}
	r := l.read(c.question, c.at, c.who, c.base)
	return r.decide().calls
}

// optionsOf are the readings that a call offered to choose from.
func optionsOf(call llms.ToolCall) []city.Option {
	if call.FunctionCall.Name != city.ToolAskBack {
		return nil
	}
	var back city.AskBackInput
	if json.Unmarshal([]byte(call.FunctionCall.Arguments), &back) != nil {
		return nil
	}
	return back.Options
}

// chosen reads an answer that repeats one of the options offered before.
func chosen(c conversation) (city.ToolCall, bool) {
	for _, o := range c.options {
		if o.Call != nil && strings.EqualFold(strings.TrimSpace(c.question), o.Text) {
			return *o.Call, true
		}
	}
	return city.ToolCall{}, false
}
