package llmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tmc/langchaingo/llms"
)

// Step is one answer of a Scripted model: calls, a text, or an error.
type Step struct {
	Text  string
	Calls []Call
	Err   error
	// Do, when set, runs before the step is answered, with what the model was shown.
	Do func(ctx context.Context, messages []llms.MessageContent)
}

// Call is one tool call; Input is encoded as JSON, unless it is a string,
// which goes out as it is (to play models that write broken JSON).
type Call struct {
	Tool  string
	Input any
}

// Scripted is a model that plays its steps in order and remembers what it was
// shown. Asked once more than it has steps, it fails the test's call.
type Scripted struct {
	Steps []Step
	// Endless repeats the last step for ever.
	Endless bool

	mu   sync.Mutex
	next int
	seen [][]llms.MessageContent
}

var _ llms.Model = (*Scripted)(nil)

// Seen returns the messages of every call so far.
func (s *Scripted) Seen() [][]llms.MessageContent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// Call implements llms.Model for one text.
func (s *Scripted) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, s, prompt, options...)
}

// GenerateContent implements llms.Model.
func (s *Scripted) GenerateContent(ctx context.Context, messages []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	s.mu.Lock()
	n := s.next
	s.next++
	s.seen = append(s.seen, slices.Clone(messages))
	s.mu.Unlock()
	if len(s.Steps) == 0 || n >= len(s.Steps) && !s.Endless {
		return nil, errors.New("the scripted model was asked more often than it has steps")
	}
	step := s.Steps[min(n, len(s.Steps)-1)]
	if step.Do != nil {
		step.Do(ctx, messages)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if step.Err != nil {
		return nil, step.Err
	}
	return answer(n, step.Text, step.Calls...), nil
}

// answer makes a response as langchaingo's OpenAI client does.
func answer(turn int, text string, calls ...Call) *llms.ContentResponse {
	choice := &llms.ContentChoice{Content: text, StopReason: "stop", GenerationInfo: map[string]any{"PromptTokens": 100, "CompletionTokens": 20}}
	for i, c := range calls {
		arguments, ok := c.Input.(string)
		if !ok {
			raw, err := json.Marshal(c.Input)
			if err != nil {
				panic(fmt.Sprintf("a test's tool input: %v", err))
			}
			arguments = string(raw)
		}
		choice.StopReason = "tool_calls"
		choice.ToolCalls = append(choice.ToolCalls, llms.ToolCall{
			ID: fmt.Sprintf("call_%d_%d", turn, i), Type: "function", FunctionCall: &llms.FunctionCall{Name: c.Tool, Arguments: arguments},
		})
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}
}
