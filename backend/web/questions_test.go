package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/agents/assistant"
	"balaikota/agents/tool"
	"balaikota/backend/account"
	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"

	"github.com/tmc/langchaingo/llms"
)

// counting is a test double of a model: it looks the number of reports up and
// says it; asked to wait, it does until its context ends.
type counting struct{}

func (counting) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not used")
}

func (counting) GenerateContent(ctx context.Context, messages []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	last := messages[len(messages)-1]
	if last.Role == llms.ChatMessageTypeTool {
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "Ada 34 laporan di Kota Samarinda."}}}, nil
	}
	if text, ok := last.Parts[0].(llms.TextContent); ok && strings.Contains(text.Text, "tunggu") {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	call := llms.ToolCall{ID: "1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "ukur", Arguments: "{}"}}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{ToolCalls: []llms.ToolCall{call}}}}, nil
}

// asking is a surface with the real assistant at work behind it.
type asking struct {
	*surface
	stopServer context.CancelFunc
}

func newAsking(t *testing.T) *asking {
	t.Helper()
	s := newSurface(t)
	count := tool.Define(tool.Spec{Name: "ukur", Description: "counts reports"}, func(_ context.Context, c tool.Call, _ struct{}) (tool.Result, error) {
		f := city.Figure{Label: "Laporan masuk", Value: 34, Unit: "laporan", Measure: city.MeasureReceived}
		return tool.Result{Text: "Ada 34 laporan di Kota Samarinda.", Figures: []city.Figure{f}, Names: []string{"Kota Samarinda"}, Data: city.DataState{SnapshotAt: c.At}}, nil
	})
	a := assistant.New(assistant.Options{
		Store: s.store, Tools: tool.NewRegistry(nil, nil, count), Offline: counting{}, Zone: time.UTC, City: "Samarinda", Program: "uji",
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stopping, stopServer := context.WithCancel(context.Background())
	server := httptest.NewServer(web.Handler(web.Deps{
		Store: s.store, Passwords: account.Keeper{}, Hub: live.New(nil, nil, live.Options{}), Assistant: a, Stopping: stopping,
		Log: slog.New(slog.DiscardHandler), Version: "test",
	}))
	t.Cleanup(func() {
		stopServer()
		server.Close()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s.url = server.URL
	return &asking{s, stopServer}
}

func (c *caller) begin() int64 {
	c.t.Helper()
	a := c.do(http.MethodPost, "/api/conversations", map[string]any{})
	return decoded[city.Conversation](c.t, a, http.StatusOK).ID
}

func decoded[T any](t *testing.T, a answer, status int) (out T) {
	t.Helper()
	if err := json.Unmarshal(a.body, &out); err != nil || a.status != status {
		t.Fatalf("%d %s (%v), want status %d", a.status, a.body, err, status)
	}
	return out
}

func (c *caller) question(conversation int64, text string) city.Exchange {
	c.t.Helper()
	a := c.do(http.MethodPost, fmt.Sprintf("/api/conversations/%d/messages", conversation), map[string]any{"text": text})
	x := decoded[city.Exchange](c.t, a, http.StatusAccepted)
	if x.Answer.Status != city.Running || x.Question.ID == 0 || x.Question.Text != text {
		c.t.Fatalf("accepted as %+v", x)
	}
	return x
}

// streamed is one server-sent event.
type streamed struct{ event, data string }

// follow reads the events of a question to the stream's end. first is closed
// after the first one.
func (c *caller) follow(question int64, first chan<- struct{}) (events []streamed) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/api/questions/%d/steps", c.url, question), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") || resp.Header.Get("Cache-Control") != "no-store" {
		c.t.Fatalf("the stream: %d, %v", resp.StatusCode, resp.Header)
	}
	var e streamed
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "event":
			e.event = value
		case "data":
			e.data = value
		case "":
			events = append(events, e)
			if e = (streamed{}); len(events) == 1 && first != nil {
				close(first)
			}
		}
	}
	if err := lines.Err(); err != nil {
		c.t.Fatalf("the stream broke: %v", err)
	}
	return events
}

func TestAQuestionIsFollowedToItsAnswer(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	conversation := mayor.begin()
	x := mayor.question(conversation, "Berapa laporan?")
	events := mayor.follow(x.Question.ID, nil)
	if len(events) < 3 {
		t.Fatalf("events %+v", events)
	}
	for i, e := range events[:len(events)-1] {
		var step city.Step
		if err := json.Unmarshal([]byte(e.data), &step); err != nil || e.event != "step" || step.Seq != i+1 || step.Text == "" {
			t.Errorf("event %d: %+v (%v)", i, e, err)
		}
	}
	last := events[len(events)-1]
	var got city.Exchange
	if err := json.Unmarshal([]byte(last.data), &got); err != nil || last.event != "answer" {
		t.Fatalf("the last event: %+v, %v", last, err)
	}
	if a := got.Answer; a.Status != city.Answered || a.Text != "Ada 34 laporan di Kota Samarinda." || a.Receipt == "" || a.Value == nil || *a.Value != 34 {
		t.Errorf("answered %+v", a)
	}
	if again := mayor.follow(x.Question.ID, nil); !slices.Equal(again, events) {
		t.Errorf("after coming back: %+v, before %+v", again, events)
	}
	whole := get[web.ConversationDetail](mayor, fmt.Sprintf("/api/conversations/%d", conversation))
	if len(whole.Exchanges) != 1 || whole.Exchanges[0].Answer.Text != got.Answer.Text || whole.Conversation.ID != conversation {
		t.Errorf("the conversation: %+v", whole)
	}
	if list := get[[]city.Conversation](mayor, "/api/conversations"); len(list) != 1 || list[0].ID != conversation {
		t.Errorf("conversations: %+v", list)
	}
}

func TestAQuestionIsCanceled(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	x := mayor.question(mayor.begin(), "Berapa laporan? tunggu")
	first, done := make(chan struct{}), make(chan []streamed, 1)
	go func() { done <- mayor.follow(x.Question.ID, first) }()
	select {
	case <-first:
	case <-time.After(20 * time.Second):
		t.Fatal("no step is shown while it works")
	}
	a := mayor.do(http.MethodPost, fmt.Sprintf("/api/questions/%d/cancel", x.Question.ID), nil)
	if got := decoded[city.Exchange](t, a, http.StatusOK); got.Answer.Status != city.Canceled || got.Answer.Receipt != "" {
		t.Errorf("%+v", got.Answer)
	}
	events := <-done
	if last := events[len(events)-1]; last.event != "answer" || !strings.Contains(last.data, `"status":"canceled"`) {
		t.Errorf("the stream ends with %+v", last)
	}
}

// TestAStoppingServerLetsFollowersGo: who follows a question does not hold up
// a restart; the browser comes back to the next server.
func TestAStoppingServerLetsFollowersGo(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	x := mayor.question(mayor.begin(), "Berapa laporan? tunggu")
	first, done := make(chan struct{}), make(chan []streamed, 1)
	go func() { done <- mayor.follow(x.Question.ID, first) }()
	<-first
	s.stopServer()
	select {
	case events := <-done:
		if slices.ContainsFunc(events, func(e streamed) bool { return e.event == "answer" }) {
			t.Errorf("an answer that there is not: %+v", events)
		}
	case <-time.After(20 * time.Second):
		t.Error("the stream goes on")
	}
}

func TestAQuestionIsItsAskersOnly(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	conversation := mayor.begin()
	x := mayor.question(conversation, "Berapa laporan?")
	mayor.follow(x.Question.ID, nil)
	question := fmt.Sprintf("/api/questions/%d", x.Question.ID)
	talk := fmt.Sprintf("/api/conversations/%d", conversation)
	for _, who := range []city.Asker{{Role: city.Auditor}, {Role: city.WaliKota}, {Role: city.Lurah, AreaCode: storetest.AirPutih}} {
		other := s.script(who)
		for _, r := range []struct {
			method, path string
			body         any
		}{
			{http.MethodGet, question, nil}, {http.MethodGet, question + "/steps", nil}, {http.MethodPost, question + "/cancel", nil},
			{http.MethodPost, question + "/verdict", map[string]any{"right": true}}, {http.MethodGet, talk, nil}, {http.MethodDelete, talk, nil},
			{http.MethodPost, talk + "/messages", map[string]any{"text": "Berapa?"}}, {http.MethodPost, "/api/pins", map[string]any{"question_id": x.Question.ID}},
		} {
			if p := other.do(r.method, r.path, r.body).problem(t); p.Code != city.NotFound {
				t.Errorf("%s at %s %s: %+v", who.Role, r.method, r.path, p)
			}
		}
		if list := get[[]city.Conversation](other, "/api/conversations"); len(list) != 0 {
			t.Errorf("%s sees %d conversations", who.Role, len(list))
		}
	}
	nobody := s.browser()
	for _, path := range []string{question, question + "/steps", talk, "/api/assistant", "/api/assistant/suggestions", "/api/pins", "/api/receipts/1"} {
		if p := nobody.do(http.MethodGet, path, nil).problem(t); p.Code != city.Unauthorized {
			t.Errorf("nobody at %s: %+v", path, p)
		}
	}
}

func TestWrongQuestionsNameTheirField(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	talk := fmt.Sprintf("/api/conversations/%d/messages", mayor.begin())
	for _, c := range []struct {
		method, path string
		body         any
		field        string
	}{
		{http.MethodPost, talk, map[string]any{"text": ""}, "body.text"},
		{http.MethodPost, talk, map[string]any{"text": strings.Repeat("a", 1001)}, "body.text"},
		{http.MethodPost, talk, map[string]any{"text": " \u200b "}, "text"},
		{http.MethodPost, talk, map[string]any{"text": "Berapa?", "call": map[string]any{"tool": "", "input": map[string]any{}}}, "call"},
		{http.MethodGet, "/api/questions/satu/steps", nil, "path.id"},
		{http.MethodGet, "/api/questions/0", nil, "path.id"},
		{http.MethodGet, "/api/receipts/0", nil, "path.number"},
		{http.MethodGet, "/api/assistant/usage?month=juni", nil, "query.month"},
		{http.MethodPost, "/api/pins", map[string]any{"question_id": 0}, "body.question_id"},
	} {
		p := mayor.do(c.method, c.path, c.body).problem(t)
		if p.Code != city.Invalid || len(p.Errors) == 0 || p.Errors[0].Location != c.field {
			t.Errorf("%s %v: %+v, want %s", c.path, c.body, p, c.field)
		}
	}
	for _, path := range []string{"/api/questions/999999", "/api/questions/999999/steps", "/api/receipts/999999", "/api/conversations/999999"} {
		if p := mayor.do(http.MethodGet, path, nil).problem(t); p.Code != city.NotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// TestReceiptsAreTheAskersAndTheAuditors: a receipt holds what its asker saw.
func TestReceiptsAreTheAskersAndTheAuditors(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	x := mayor.question(mayor.begin(), "Berapa laporan?")
	mayor.follow(x.Question.ID, nil)
	auditor := s.script(city.Asker{Role: city.Auditor})
	for name, c := range map[string]*caller{"the mayor": mayor, "the auditor": auditor} {
		r := get[city.Receipt](c, "/api/receipts/1")
		if r.Number != 1 || r.Answer != "Ada 34 laporan di Kota Samarinda." || r.Hash == "" || len(r.Calls) != 1 || r.Calls[0].Data.Sources == nil {
			t.Errorf("%s reads %+v", name, r)
		}
		check := decoded[city.ReceiptCheck](t, c.do(http.MethodPost, "/api/receipts/1/check", nil), http.StatusOK)
		if !check.Chain || !check.Same || check.Differences == nil {
			t.Errorf("%s checks %+v", name, check)
		}
	}
	for _, who := range []city.Asker{{Role: city.Lurah, AreaCode: storetest.AirPutih}, {Role: city.Camat, AreaCode: storetest.SamarindaUlu}, {Role: city.Operator}} {
		other := s.script(who)
		if p := other.do(http.MethodGet, "/api/receipts/1", nil).problem(t); p.Code != city.NotFound {
			t.Errorf("%s reads it: %+v", who.Role, p)
		}
		if p := other.do(http.MethodPost, "/api/receipts/1/check", nil).problem(t); p.Code != city.NotFound {
			t.Errorf("%s checks it: %+v", who.Role, p)
		}
	}
}

func TestPinsVerdictsAndForgetting(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	conversation := mayor.begin()
	x := mayor.question(conversation, "Berapa laporan?")
	mayor.follow(x.Question.ID, nil)
	question := fmt.Sprintf("/api/questions/%d", x.Question.ID)
	if a := mayor.do(http.MethodPost, question+"/verdict", map[string]any{"right": false, "reason": "seharusnya 35"}); a.status >= 300 {
		t.Errorf("verdict: %d %s", a.status, a.body)
	}
	if v := get[city.Exchange](mayor, question).Verdict; v == nil || v.Right || v.Reason != "seharusnya 35" {
		t.Errorf("verdict %+v", v)
	}
	pin := decoded[city.Pin](t, mayor.do(http.MethodPost, "/api/pins", map[string]any{"question_id": x.Question.ID}), http.StatusOK)
	if p := s.script(city.Asker{Role: city.Sekda}).do(http.MethodDelete, fmt.Sprintf("/api/pins/%d", pin.ID), nil).problem(t); p.Code != city.NotFound {
		t.Errorf("another unpins: %+v", p)
	}
	if a := mayor.do(http.MethodDelete, fmt.Sprintf("/api/conversations/%d", conversation), nil); a.status >= 300 {
		t.Errorf("forget: %d %s", a.status, a.body)
	}
	if p := mayor.do(http.MethodGet, question, nil).problem(t); p.Code != city.NotFound {
		t.Errorf("a forgotten question: %+v", p)
	}
	if pins := get[[]city.Pin](mayor, "/api/pins"); len(pins) != 1 || pins[0].Answer.Value == nil || *pins[0].Answer.Value != 34 {
		t.Errorf("a pin outlives its conversation: %+v", pins)
	}
	if r := get[city.Receipt](mayor, "/api/receipts/1"); r.Number != 1 {
		t.Errorf("a receipt stays: %+v", r)
	}
	if a := mayor.do(http.MethodDelete, fmt.Sprintf("/api/pins/%d", pin.ID), nil); a.status >= 300 {
		t.Errorf("unpin: %d %s", a.status, a.body)
	}
	if pins := get[[]city.Pin](mayor, "/api/pins"); len(pins) != 0 {
		t.Errorf("pins %+v", pins)
	}
}

func TestWhatTheAssistantSaysOfItself(t *testing.T) {
	t.Parallel()
	s := newAsking(t)
	for _, who := range []city.Asker{{Role: city.WaliKota}, {Role: city.Lurah, AreaCode: storetest.AirPutih}} {
		c := s.script(who)
		if got := get[city.AssistantState](c, "/api/assistant"); got.Provider != "" || got.Paused != "" {
			t.Errorf("%+v", got)
		}
		if got := get[[]city.Suggestion](c, "/api/assistant/suggestions"); got == nil {
			t.Error("suggestions are null")
		}
		if got := get[[]city.Measure](c, "/api/measures"); len(got) != len(city.Measures()) {
			t.Errorf("%d measures", len(got))
		}
		u := get[city.AIUsage](c, "/api/assistant/usage?month=2026-06")
		if u.Month != "2026-06" || (u.YearCeiling > 0) != who.Role.CityWide() {
			t.Errorf("%s: %+v", who.Role, u)
		}
	}
}
