package llm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tmc/langchaingo/llms"
)

// Recording is one call as a file: masked, with what was offered and answered.
type Recording struct {
	Messages []RecordedMessage `json:"messages"`
	Tools    []string          `json:"tools,omitempty"`
	Choices  []RecordedChoice  `json:"choices"`
}

// RecordedMessage is one message; the fields of its role are set.
type RecordedMessage struct {
	Role   string         `json:"role"`
	Text   string         `json:"text,omitempty"`
	Calls  []RecordedCall `json:"calls,omitempty"`
	CallID string         `json:"call_id,omitempty"`
	Tool   string         `json:"tool,omitempty"`
}

// RecordedCall is a tool call with its arguments as the model wrote them.
type RecordedCall struct {
	ID        string `json:"id"`
	Tool      string `json:"tool"`
	Arguments string `json:"arguments"`
}

// RecordedChoice is one choice of an answer.
type RecordedChoice struct {
	Text   string         `json:"text,omitempty"`
	Stop   string         `json:"stop,omitempty"`
	Calls  []RecordedCall `json:"calls,omitempty"`
	Input  int            `json:"input_tokens,omitempty"`
	Output int            `json:"output_tokens,omitempty"`
}

// Recorder is a model that writes each call of another into a folder, masked
// as by the gate, under the hash of what was asked.
type Recorder struct {
	Inner llms.Model
	Dir   string
}

// Replayer is a model that answers from recordings alone. A request that none
// matches is an error: a test never reaches a network.
type Replayer struct {
	Files fs.FS
}

var (
	_ llms.Model = Recorder{}
	_ llms.Model = Replayer{}
)

// requested masks a request and gives it its name.
func requested(ctx context.Context, messages []llms.MessageContent, options []llms.CallOption) (Recording, string, *vault, error) {
	use, _ := UseOf(ctx)
	v := newVault(use.Known)
	sealed, err := v.seal(messages, use)
	if err != nil {
		return Recording{}, "", nil, err
	}
	var opts llms.CallOptions
	for _, o := range options {
		o(&opts)
	}
	var r Recording
	for _, m := range sealed {
		r.Messages = append(r.Messages, recordMessage(m))
	}
	for _, t := range opts.Tools {
		if t.Function != nil {
			r.Tools = append(r.Tools, t.Function.Name)
		}
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return r, "", nil, fmt.Errorf("encode a request: %w", err)
	}
	sum := sha256.Sum256(raw)
	return r, hex.EncodeToString(sum[:8]) + ".json", v, nil
}

func recordMessage(m llms.MessageContent) RecordedMessage {
	out := RecordedMessage{Role: string(m.Role)}
	for _, part := range m.Parts {
		switch p := part.(type) {
		case llms.TextContent:
			out.Text += p.Text
		case llms.ToolCall:
			if p.FunctionCall != nil {
				out.Calls = append(out.Calls, RecordedCall{p.ID, p.FunctionCall.Name, p.FunctionCall.Arguments})
			}
		case llms.ToolCallResponse:
			out.CallID, out.Tool, out.Text = p.ToolCallID, p.Name, p.Content
		}
	}
	return out
}

// Call implements llms.Model for one text.
func (r Recorder) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, r, prompt, options...)
}

// GenerateContent implements llms.Model. An answer that cannot be written down
// is an error: a gap would show only when it is replayed.
func (r Recorder) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	rec, name, v, err := requested(ctx, messages, options)
	if err != nil {
		return nil, err
	}
	resp, err := r.Inner.GenerateContent(ctx, messages, options...)
	if err != nil {
		return nil, err
	}
	input, output, _ := usage(resp)
	for _, c := range resp.Choices {
		choice := RecordedChoice{Text: v.hide(c.Content, false), Stop: c.StopReason, Input: input, Output: output}
		for _, t := range c.ToolCalls {
			if t.FunctionCall != nil {
				choice.Calls = append(choice.Calls, RecordedCall{t.ID, t.FunctionCall.Name, v.hide(t.FunctionCall.Arguments, false)})
			}
		}
		rec.Choices = append(rec.Choices, choice)
	}
	raw, err := json.MarshalIndent(rec, "", "\t")
	if err == nil {
		err = os.WriteFile(filepath.Join(r.Dir, name), append(raw, '\n'), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("write the recording %s: %w", name, err)
	}
	return resp, nil
}

// Call implements llms.Model for one text.
func (r Replayer) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, r, prompt, options...)
}

// GenerateContent implements llms.Model.
func (r Replayer) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	_, name, v, err := requested(ctx, messages, options)
	if err != nil {
		return nil, err
	}
	raw, err := fs.ReadFile(r.Files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no recording %s matches this request; what is asked changed: record it again", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read the recording %s: %w", name, err)
	}
	var rec Recording
	if err := json.Unmarshal(raw, &rec); err != nil {
		return nil, fmt.Errorf("read the recording %s: %w", name, err)
	}
	resp := &llms.ContentResponse{}
	for _, c := range rec.Choices {
		choice := &llms.ContentChoice{Content: c.Text, StopReason: c.Stop, GenerationInfo: map[string]any{"PromptTokens": c.Input, "CompletionTokens": c.Output}}
		for _, call := range c.Calls {
			choice.ToolCalls = append(choice.ToolCalls, llms.ToolCall{ID: call.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: call.Tool, Arguments: call.Arguments}})
		}
		resp.Choices = append(resp.Choices, choice)
	}
	v.open(resp)
	return resp, nil
}
