package llm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/agents/llm"
	"balaikota/agents/llm/llmtest"
	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

const secret = "sk-rahasia-42"

// rig is a chain over test servers, with everything it writes kept.
type rig struct {
	*llm.Chain
	ledger *llmtest.Ledger
	log    *safeBuffer
	now    time.Time
	meter  llm.Meter
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newRig loads providers from the YAML lines of each, as a city would write them.
func newRig(t *testing.T, yaml string) *rig {
	t.Helper()
	providers, err := llm.Load(llm.Settings{File: "penyedia.yaml"}, func(string) string { return secret }, func(string) ([]byte, error) { return []byte(yaml), nil })
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{ledger: &llmtest.Ledger{}, log: &safeBuffer{}, now: time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)}
	r.Chain, err = llm.NewChain(providers, llm.Options{
		Ledger: r.ledger, Now: func() time.Time { return r.now },
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func provider(name, url string, more ...string) string {
	return fmt.Sprintf("- name: %s\n  base_url: %s\n  model: besar\n  key_env: KUNCI\n  input_rupiah_per_million: 50000\n  output_rupiah_per_million: 100000\n  timeout: 20s\n  max_output_tokens: 200\n%s",
		name, url, strings.Join(more, ""))
}

// hasty gives a provider that hangs a short deadline; the others have time on a
// busy machine.
func hasty(fault, yaml string) string {
	if fault == llmtest.Hang {
		return strings.Replace(yaml, "timeout: 20s", "timeout: 400ms", 1)
	}
	return yaml
}

func (r *rig) ask(ctx context.Context, text string, change ...func(*llm.Use)) (*llms.ContentResponse, error) {
	use := llm.Use{Asker: city.Asker{Role: city.WaliKota, OfficerID: 7}, QuestionID: 5, Purpose: "pertanyaan", Meter: &r.meter}
	for _, c := range change {
		c(&use)
	}
	return r.GenerateContent(llm.With(ctx, use), []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Sekarang: 2026-06-18T20:00:00+08:00"),
		llms.TextParts(llms.ChatMessageTypeHuman, text),
	}, llms.WithTools([]llms.Tool{{Type: "function", Function: &llms.FunctionDefinition{Name: "ukur", Description: "mengukur", Parameters: map[string]any{"type": "object"}}}}))
}

// settledOnce checks the ledger: every call settled exactly once.
func (r *rig) settledOnce(t *testing.T) {
	t.Helper()
	for i, e := range r.ledger.Entries() {
		if e.Settled != 1 {
			t.Errorf("call %d to %s was settled %d times", i+1, e.Call.Provider, e.Settled)
		}
	}
}

func TestEveryFaultIsTypedSaidAndChargedAtMostOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault     string
		kind      llm.Kind
		uncertain bool
	}{
		{llmtest.Status401, llm.KeyRejected, false},
		{llmtest.Status403, llm.KeyRejected, false},
		{llmtest.Status429, llm.RateLimited, false},
		{llmtest.Status500, llm.Unavailable, false},
		{llmtest.Status400, llm.BadRequest, false},
		{llmtest.ErrorObject, llm.Unavailable, true},
		{llmtest.Hang, llm.Timeout, true},
		{llmtest.CutBody, llm.Cut, true},
		{llmtest.CutJSON, llm.Cut, true},
		{llmtest.Rubbish, llm.Garbage, true},
		{llmtest.HTMLPage, llm.Garbage, true},
		{llmtest.EventStream, llm.Garbage, true},
		{llmtest.NoChoices, llm.Garbage, true},
		{llmtest.TenMegabytes, llm.TooLarge, true},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			server := llmtest.NewServer(t, "Ada 42 laporan.")
			server.Fail(c.fault)
			r := newRig(t, hasty(c.fault, provider("awan", server.URL)))
			began := time.Now()
			_, err := r.ask(t.Context(), "berapa laporan hari ini?")
			fault := llm.FaultOf(err)
			if fault == nil || fault.Kind != c.kind {
				t.Fatalf("got %v", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			if s := fault.Sentence(); !strings.HasSuffix(s, ".") || !strings.Contains(s, "odel") {
				t.Errorf("the sentence %q", s)
			}
			if c.fault == llmtest.Status429 && (fault.RetryAfter != 7*time.Second || !strings.Contains(fault.Sentence(), "7 detik")) {
				t.Errorf("Retry-After %s: %s", fault.RetryAfter, fault.Sentence())
			}
			entries := r.ledger.Entries()
			if len(entries) != 1 || len(server.Requests()) != 1 {
				t.Fatalf("%d entries, %d requests", len(entries), len(server.Requests()))
			}
			r.settledOnce(t)
			if o := entries[0].Outcome; o.Uncertain != c.uncertain || o.Free == c.uncertain || o.Fault != string(c.kind) {
				t.Errorf("settled as %+v", o)
			}
			if spent := r.meter.Spent(); (spent.Rupiah > 0) != c.uncertain {
				t.Errorf("metered %+v", spent)
			}
			for _, hidden := range []string{secret, "SECRET BODY", "laporan hari ini"} {
				if strings.Contains(r.log.String()+err.Error(), hidden) {
					t.Errorf("%q stands in the log or the error", hidden)
				}
			}
		})
	}
}

func TestRefusedConnectionCostsNothing(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close() // nobody listens there now
	r := newRig(t, provider("awan", "http://"+address+"/v1"))
	_, err = r.ask(t.Context(), "halo")
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.Refused {
		t.Fatalf("got %v", err)
	}
	r.settledOnce(t)
	if e := r.ledger.Entries(); len(e) != 1 || !e[0].Outcome.Free {
		t.Errorf("entries %+v", e)
	}
}

func TestTheNextProviderAnswers(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{llmtest.Status500, llmtest.Status429, llmtest.Hang, llmtest.Status401, llmtest.HTMLPage, llmtest.CutBody} {
		first, second := llmtest.NewServer(t, "satu"), llmtest.NewServer(t, "dua")
		first.Fail(fault)
		r := newRig(t, hasty(fault, provider("satu", first.URL))+provider("dua", second.URL))
		resp, err := r.ask(t.Context(), "halo")
		if err != nil || resp.Choices[0].Content != "dua" {
			t.Fatalf("%s: %v", fault, err)
		}
		r.settledOnce(t)
		if n, spent := len(r.ledger.Entries()), r.meter.Spent(); n != 2 || spent.Provider != "dua" {
			t.Errorf("%s: %d entries, %+v", fault, n, spent)
		}
	}
}

func TestAShortRetryAfterIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	server.Fail(llmtest.StatusSoon)
	r := newRig(t, provider("awan", server.URL))
	resp, err := r.ask(t.Context(), "halo")
	if err != nil || resp.Choices[0].Content != "baik" || len(server.Requests()) != 2 {
		t.Fatalf("%v after %d requests", err, len(server.Requests()))
	}
	r.settledOnce(t)
	if spent := r.meter.Spent(); spent.Calls != 1 || spent.Rupiah != city.AICost(120, 17, 50000, 100000) {
		t.Errorf("metered %+v", spent)
	}
}

func TestBreakerKeepsCallsAwayAndTriesAgain(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	server.Fail(llmtest.Status500)
	r := newRig(t, provider("awan", server.URL))
	for range 5 {
		if _, err := r.ask(t.Context(), "halo"); err == nil {
			t.Fatal("answered")
		}
	}
	if n := len(server.Requests()); n != 3 {
		t.Errorf("%d requests reached a provider that fails, want 3", n)
	}
	if p, _, paused := r.State(); p != "" || paused == "" {
		t.Errorf("state %q, %q", p, paused)
	}
	r.now = r.now.Add(31 * time.Second)
	if _, err := r.ask(t.Context(), "halo"); err == nil || len(server.Requests()) != 4 {
		t.Errorf("one trial after half a minute: %v, %d requests", err, len(server.Requests()))
	}
	r.now = r.now.Add(31 * time.Second) // the second wait is longer
	if _, err := r.ask(t.Context(), "halo"); err == nil || len(server.Requests()) != 4 {
		t.Errorf("the second wait: %v, %d requests", err, len(server.Requests()))
	}
	server.Fail(llmtest.Well)
	r.now = r.now.Add(time.Minute)
	if _, err := r.ask(t.Context(), "halo"); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	if p, m, paused := r.State(); p != "awan" || m != "besar" || paused != "" {
		t.Errorf("state %q %q %q", p, m, paused)
	}
	r.settledOnce(t)
}

func TestCancelStopsAtOnce(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	server.Fail(llmtest.Hang)
	second := llmtest.NewServer(t, "dua")
	r := newRig(t, provider("awan", server.URL)+provider("dua", second.URL))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := r.ask(ctx, "halo")
		done <- err
	}()
	until(t, func() bool { return len(server.Requests()) == 1 })
	began := time.Now()
	cancel()
	err := <-done
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if len(second.Requests()) != 0 {
		t.Error("the next provider was asked after the person gave up")
	}
	r.settledOnce(t)
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
		<-time.After(time.Millisecond)
	}
}

func TestUsageThatIsMissingOrImpossibleIsEstimated(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{llmtest.NoUsage, llmtest.WrongUsage, llmtest.BrokenUsage} {
		server := llmtest.NewServer(t, "Ada 42 laporan.")
		server.Fail(fault)
		r := newRig(t, provider("awan", server.URL))
		resp, err := r.ask(t.Context(), "halo")
		if err != nil || resp.Choices[0].Content != "Ada 42 laporan." {
			t.Fatalf("%s: the answer is lost: %v", fault, err)
		}
		e := r.ledger.Entries()[0]
		if !e.Outcome.Uncertain || e.Rupiah() != e.Call.Cost() || r.meter.Spent().Rupiah != e.Call.Cost() {
			t.Errorf("%s: %+v", fault, e)
		}
	}
}

func TestWhatLangchaingoDropsIsOnTheWire(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "")
	server.Use(llmtest.Call{Tool: "ukur", Input: map[string]string{"measure": "laporan_masuk"}})
	r := newRig(t, provider("awan", server.URL, "  top_p: 0.5\n  headers: {X-Kota: samarinda}\n  cheap_model: kecil\n  cheap_input_rupiah_per_million: 1\n"))
	resp, err := r.ask(t.Context(), "berapa laporan?")
	if err != nil || len(resp.Choices[0].ToolCalls) != 1 || resp.Choices[0].ToolCalls[0].FunctionCall.Name != "ukur" {
		t.Fatalf("%+v, %v", resp, err)
	}
	if _, err := r.ask(t.Context(), "sekali lagi", func(u *llm.Use) { u.Hard = true }); err != nil {
		t.Fatal(err)
	}
	got := server.Requests()
	for _, want := range []string{`"parallel_tool_calls":false`, `"top_p":0.5`, `"max_completion_tokens":200`, `"model":"kecil"`} {
		if !strings.Contains(got[0].Body, want) {
			t.Errorf("the body lacks %s: %s", want, got[0].Body)
		}
	}
	if strings.Contains(got[0].Body, `"stream"`) || !strings.Contains(got[1].Body, `"model":"besar"`) {
		t.Errorf("bodies %s %s", got[0].Body, got[1].Body)
	}
	if got[0].Header.Get("Authorization") != "Bearer "+secret || got[0].Header.Get("X-Kota") != "samarinda" {
		t.Errorf("headers %v", got[0].Header)
	}
	if strings.Contains(r.log.String(), secret) {
		t.Error("the key stands in the log")
	}
	entries := r.ledger.Entries()
	if entries[0].Call.Model != "kecil" || entries[0].Call.InputPrice != 1 || entries[1].Call.Model != "besar" {
		t.Errorf("entries %+v", entries)
	}
}

func TestRedirectsToOtherHostsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := llmtest.NewServer(t, "penyusup")
	server := llmtest.NewServer(t, "")
	server.Elsewhere = strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	server.Fail(llmtest.Redirect)
	r := newRig(t, provider("awan", server.URL))
	_, err := r.ask(t.Context(), "halo")
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.Redirected {
		t.Errorf("got %v", err)
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

func TestOverTheCeilingNothingIsSent(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	r := newRig(t, provider("awan", server.URL))
	r.ledger.Ceiling = 1
	_, err := r.ask(t.Context(), "halo")
	f := llm.FaultOf(err)
	if f == nil || f.Kind != llm.OverCeiling || !strings.Contains(f.Sentence(), "Pagu biaya asisten bulan ini, Rp 1,") {
		t.Fatalf("got %v", err)
	}
	if _, _, paused := r.State(); len(server.Requests()) != 0 || paused != f.Sentence() {
		t.Errorf("%d requests, %q", len(server.Requests()), paused)
	}
	r.now = r.now.AddDate(0, 1, 0)
	if _, _, paused := r.State(); paused != "" {
		t.Errorf("in the next month: %q", paused)
	}
}

func TestNothingLeavesUnaccounted(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	r := newRig(t, provider("awan", server.URL))
	for name, ctx := range map[string]context.Context{"no use": t.Context(), "no purpose": llm.With(t.Context(), llm.Use{})} {
		_, err := r.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "halo")})
		if f := llm.FaultOf(err); f == nil || f.Kind != llm.Unaccounted {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.ask(t.Context(), "halo", func(u *llm.Use) { u.Raw = true })
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.TextBarred {
		t.Errorf("citizens' words without the switch: %v", err)
	}
	_, err = r.GenerateContent(llm.With(t.Context(), llm.Use{Purpose: "x"}), []llms.MessageContent{{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.ImageURLPart("https://contoh.id/foto.jpg")}}})
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.TextBarred {
		t.Errorf("a picture: %v", err)
	}
	if len(server.Requests())+len(r.ledger.Entries()) != 0 {
		t.Error("something left")
	}
}

// TestTheSecondWallStopsWhatAToolDefinitionHolds: the doer looks once more at
// what leaves, beyond the messages that the gate masked.
func TestTheSecondWallStopsWhatAToolDefinitionHolds(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	r := newRig(t, provider("awan", server.URL))
	_, err := r.GenerateContent(llm.With(t.Context(), llm.Use{Purpose: "x"}), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "halo")},
		llms.WithTools([]llms.Tool{{Type: "function", Function: &llms.FunctionDefinition{Name: "a", Description: "hubungi 0812-3456-7890"}}}))
	if f := llm.FaultOf(err); f == nil || f.Kind != llm.Leak || len(server.Requests()) != 0 {
		t.Errorf("got %v after %d requests", err, len(server.Requests()))
	}
	if e := r.ledger.Entries(); len(e) != 1 || !e[0].Outcome.Free {
		t.Errorf("entries %+v", e)
	}
}
