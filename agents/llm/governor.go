package llm

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// Ledger is where every call is entered before it leaves, and settled once
// after. ReserveAI refuses with a *city.CeilingReached in its chain.
type Ledger interface {
	ReserveAI(ctx context.Context, c city.AICall) (id int64, err error)
	SettleAI(ctx context.Context, id int64, o city.AIOutcome) error
	// TextLeaves reports whether citizens' words may go to a provider.
	TextLeaves(ctx context.Context) (bool, error)
}

// size is what a request weighs: bytes of text, and an estimate of its tokens.
type size struct{ bytes, tokens int }

// weigh estimates the tokens of a request: one for each three characters of
// texts, calls and tool schemas, and eight for each message's frame. (Byte-pair
// vocabularies take 3 to 4 characters of Indonesian and of JSON for a token.)
func weigh(messages []llms.MessageContent, tools []llms.Tool) size {
	var s size
	chars := 0
	count := func(text string) {
		s.bytes += len(text)
		chars += len([]rune(text))
	}
	for _, m := range messages {
		s.tokens += 8
		for _, part := range m.Parts {
			switch p := part.(type) {
			case llms.TextContent:
				count(p.Text)
			case llms.ToolCall:
				if p.FunctionCall != nil {
					count(p.FunctionCall.Name + p.FunctionCall.Arguments)
				}
			case llms.ToolCallResponse:
				count(p.Content)
			}
		}
	}
	if len(tools) > 0 {
		if raw, err := json.Marshal(tools); err == nil {
			count(string(raw))
		}
	}
	s.tokens += (chars + 2) / 3
	return s
}

// reserve enters a call in the ledger.
func (c *Chain) reserve(ctx context.Context, call city.AICall) (int64, *Fault) {
	id, err := c.ledger.ReserveAI(ctx, call)
	var reached *city.CeilingReached
	switch {
	case err == nil:
		c.reached.Store(nil)
		return id, nil
	case errors.As(err, &reached):
		if reached.Scope == "kota" {
			c.reached.Store(reached)
		}
		return 0, &Fault{Kind: OverCeiling, Err: reached}
	case ctx.Err() != nil:
		return 0, contextFault(ctx)
	}
	c.log.ErrorContext(ctx, "a call to a model cannot be entered in the ledger", "err", err)
	return 0, &Fault{Kind: Ledgerless}
}

// settle closes a call's entry whatever became of the caller.
func (c *Chain) settle(ctx context.Context, id int64, outcome city.AIOutcome) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := c.ledger.SettleAI(ctx, id, outcome); err != nil {
		// The ledger settles it at its estimate when it is found abandoned.
		c.log.ErrorContext(ctx, "a call to a model cannot be settled", "call", id, "err", err)
	}
}

// outcome works out what an answer cost: the provider's own count where it is
// possible, else the estimate, marked.
func outcome(resp *llms.ContentResponse, call city.AICall) city.AIOutcome {
	input, output, said := usage(resp)
	length := 0
	for _, c := range resp.Choices {
		length += len(c.Content) + len(c.ReasoningContent)
		for _, t := range c.ToolCalls {
			if t.FunctionCall != nil {
				length += len(t.FunctionCall.Name) + len(t.FunctionCall.Arguments)
			}
		}
	}
	// A token stands for a byte at least, plus the frames; an answer has no
	// more tokens than were allowed, or than it has bytes.
	possible := input > 0 && input <= call.Bytes+1000 && output <= max(call.OutputTokens, length+50)
	if !said || !possible {
		return city.AIOutcome{Uncertain: true, InputTokens: call.InputTokens, OutputTokens: call.OutputTokens}
	}
	return city.AIOutcome{InputTokens: input, OutputTokens: output}
}

// usage reads the tokens of an answer under the names that langchaingo's
// providers give them (they repeat them on every choice).
func usage(resp *llms.ContentResponse) (input, output int, said bool) {
	if len(resp.Choices) == 0 {
		return 0, 0, false
	}
	info := resp.Choices[0].GenerationInfo
	find := func(names ...string) int {
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
	input, output = find("PromptTokens", "InputTokens", "input_tokens"), find("CompletionTokens", "OutputTokens", "output_tokens")
	return input, output, input > 0 || output > 0
}
