package llmtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/tmc/langchaingo/llms"
)

// Endpoint puts any model behind an OpenAI-compatible address, so that a test
// goes the whole way: chain, gate, HTTP and back.
type Endpoint struct {
	URL   string // base URL, with /v1
	model func(request string) llms.Model

	mu       sync.Mutex
	requests []string
}

// NewEndpoint starts an endpoint that ends with the test; model is asked for
// the model of each request, by its body.
func NewEndpoint(t testing.TB, model func(request string) llms.Model) *Endpoint {
	t.Helper()
	e := &Endpoint{model: model}
	h := httptest.NewServer(http.HandlerFunc(e.serve))
	t.Cleanup(h.Close)
	e.URL = h.URL + "/v1"
	return e
}

// Requests returns the bodies that came in.
func (e *Endpoint) Requests() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.requests)
}

type wireMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCallID string          `json:"tool_call_id"`
	ToolCalls  []struct {
		ID       string `json:"id"`
		Function struct {
			Name      string `json:"name"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
}

func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body) // what a client breaks off is none of the endpoint's matter
	e.mu.Lock()
	e.requests = append(e.requests, string(raw))
	e.mu.Unlock()
	var body struct {
		Messages []wireMessage `json:"messages"`
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var messages []llms.MessageContent
	for _, m := range body.Messages {
		messages = append(messages, m.message())
	}
	resp, err := e.model(string(raw)).GenerateContent(r.Context(), messages)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s := &Server{}
	choice := resp.Choices[0]
	var calls []Call
	for _, c := range choice.ToolCalls {
		calls = append(calls, Call{Tool: c.FunctionCall.Name, Input: c.FunctionCall.Arguments})
	}
	s.reply(w, len(body.Messages), choice.Content, NoUsage, calls...)
}

func (m wireMessage) message() llms.MessageContent {
	var text string
	if json.Unmarshal(m.Content, &text) != nil {
		var parts []struct {
			Text string `json:"text"`
		}
		_ = json.Unmarshal(m.Content, &parts) // null is no text
		for _, p := range parts {
			text += p.Text
		}
	}
	roles := map[string]llms.ChatMessageType{"system": llms.ChatMessageTypeSystem, "user": llms.ChatMessageTypeHuman, "assistant": llms.ChatMessageTypeAI, "tool": llms.ChatMessageTypeTool}
	out := llms.MessageContent{Role: roles[m.Role]}
	if m.Role == "tool" {
		out.Parts = []llms.ContentPart{llms.ToolCallResponse{ToolCallID: m.ToolCallID, Content: text}}
		return out
	}
	if text != "" {
		out.Parts = append(out.Parts, llms.TextContent{Text: text})
	}
	for _, c := range m.ToolCalls {
		out.Parts = append(out.Parts, llms.ToolCall{ID: c.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: c.Function.Name, Arguments: c.Function.Arguments}})
	}
	if len(out.Parts) == 0 {
		out.Parts = []llms.ContentPart{llms.TextContent{}}
	}
	return out
}
