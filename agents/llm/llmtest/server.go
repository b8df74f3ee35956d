package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Faults of a Server, by the way it answers. "" answers well.
const (
	Well         = ""
	Status401    = "401"
	Status403    = "403"
	Status429    = "429" // Retry-After: 7
	StatusSoon   = "429-soon"
	Status500    = "500"
	Status400    = "400"
	Hang         = "hang"
	CutBody      = "cut"
	CutJSON      = "cut-json"
	Rubbish      = "garbage"
	HTMLPage     = "html"
	EventStream  = "stream" // the beginning of a stream nobody asked for
	TenMegabytes = "10mb"
	EndlessTools = "endless-tools"
	NoUsage      = "no-usage"
	WrongUsage   = "wrong-usage" // more tokens than there are bytes
	BrokenUsage  = "broken-usage"
	ErrorObject  = "error-200"
	Redirect     = "redirect" // to Elsewhere
	NoChoices    = "no-choices"
)

// Server is an OpenAI-compatible endpoint on loopback.
type Server struct {
	URL string // base URL, with /v1
	// Elsewhere is where Redirect points.
	Elsewhere string

	mu       sync.Mutex
	fault    string
	later    bool // the fault waits until a tool's result is shown
	text     string
	tool     *Call
	requests []Request
	release  chan struct{}
}

// Request is one request that a Server took.
type Request struct {
	Header http.Header
	Body   string
}

// NewServer starts a server that ends with the test; it answers text.
func NewServer(t testing.TB, text string) *Server {
	t.Helper()
	s := &Server{text: text, release: make(chan struct{})}
	h := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		close(s.release) // those that hang go on, so that the server can stop
		h.Close()
	})
	s.URL = h.URL + "/v1"
	return s
}

// Fail makes the server answer by a fault from now on; Well ends it.
func (s *Server) Fail(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.later = fault, false
}

// FailAfterTool makes the server fail once it is shown a tool's result: in
// mid-answer.
func (s *Server) FailAfterTool(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.later = fault, true
}

// Say makes the server answer with another text.
func (s *Server) Say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
}

// Use makes the server answer with a tool call until it is shown its result.
func (s *Server) Use(call Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tool = &call
}

// Requests returns what came in so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what a client breaks off is none of the server's matter
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Header.Clone(), string(body)})
	fault, text, tool, n := s.fault, s.text, s.tool, len(s.requests)
	// Tools' results of earlier questions may stand before this one.
	shown := strings.LastIndex(string(body), `"role":"tool"`) > strings.LastIndex(string(body), `"role":"user"`)
	if s.later && !shown {
		fault = Well
	}
	if fault == StatusSoon {
		s.fault = Well
	}
	s.mu.Unlock()
	if s.refused(w, r, fault) {
		return
	}
	if tool != nil && !shown {
		s.reply(w, n, "", fault, *tool)
		return
	}
	if fault == EndlessTools {
		s.reply(w, n, "", fault, Call{Tool: "ukur", Input: fmt.Sprintf(`{"measure":"laporan_masuk","period":"%d_hari_terakhir"}`, n)})
		return
	}
	s.reply(w, n, text, fault)
}

// refused answers those faults that are no answer.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, fault string) bool {
	problem := func(status int, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":"the request said: SECRET BODY","type":%q,"code":%q}}`, code, code)
	}
	switch fault {
	case Status401:
		problem(http.StatusUnauthorized, "invalid_api_key")
	case Status403:
		problem(http.StatusForbidden, "forbidden")
	case Status429:
		w.Header().Set("Retry-After", "7")
		problem(http.StatusTooManyRequests, "rate_limit_exceeded")
	case StatusSoon:
		w.Header().Set("Retry-After", "0.05")
		problem(http.StatusTooManyRequests, "rate_limit_exceeded")
	case Status500:
		problem(http.StatusInternalServerError, "server_error")
	case Status400:
		problem(http.StatusBadRequest, "invalid_request_error")
	case ErrorObject:
		problem(http.StatusOK, "overloaded_error")
	case Hang:
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
	case CutBody:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5000")
		fmt.Fprint(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Ada 42 lap`)
	case CutJSON:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Ada 42 lap`)
	case Rubbish:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "\x00\x01\x02 bukan jawaban")
	case HTMLPage:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Portal masuk hotel</title>")
	case EventStream:
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Ada 42\"}}]}\n\n")
	case TenMegabytes:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"`)
		for range 10 << 10 {
			if _, err := fmt.Fprint(w, strings.Repeat("a", 1<<10)); err != nil {
				return true
			}
		}
		fmt.Fprint(w, `"}}]}`)
	case NoChoices:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"choices":[]}`)
	case Redirect:
		http.Redirect(w, r, s.Elsewhere+"/chat/completions", http.StatusTemporaryRedirect)
	default:
		return false
	}
	return true
}

func (s *Server) reply(w http.ResponseWriter, n int, text, fault string, calls ...Call) {
	message := map[string]any{"role": "assistant", "content": text}
	finish := "stop"
	for i, c := range calls {
		arguments, ok := c.Input.(string)
		if !ok {
			raw, _ := json.Marshal(c.Input) // a test's own value
			arguments = string(raw)
		}
		finish = "tool_calls"
		message["tool_calls"] = []any{map[string]any{
			"id": fmt.Sprintf("call_%d_%d", n, i), "type": "function", "function": map[string]any{"name": c.Tool, "arguments": arguments},
		}}
	}
	out := map[string]any{
		"id": fmt.Sprint(n), "object": "chat.completion", "choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": finish}},
		"usage": map[string]any{"prompt_tokens": 120, "completion_tokens": 17, "total_tokens": 137},
	}
	switch fault {
	case NoUsage:
		delete(out, "usage")
	case WrongUsage:
		out["usage"] = map[string]any{"prompt_tokens": 90_000_000, "completion_tokens": 5, "total_tokens": 3}
	case BrokenUsage:
		out["usage"] = map[string]any{"prompt_tokens": "banyak", "completion_tokens": -4}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // a client that is gone
}
