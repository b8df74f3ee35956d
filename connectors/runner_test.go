package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ledger is an ingester that keeps what it was given.
type ledger struct {
	mu         sync.Mutex
	deliveries []city.Delivery
	err        error
}

func (l *ledger) Ingest(_ context.Context, d city.Delivery) (city.Tally, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return city.Tally{}, l.err
	}
	l.deliveries = append(l.deliveries, d)
	return city.Tally{Read: len(d.Reports) + len(d.Observations), Added: len(d.Reports) + len(d.Observations), Refused: len(d.Refused)}, nil
}

// scripted is a connector that does what the test says.
type scripted func(ctx context.Context, cursor json.RawMessage) (Page, error)

func (s scripted) Pull(ctx context.Context, cursor json.RawMessage) (Page, error) {
	return s(ctx, cursor)
}

type noConfig struct{}

func runnerOf(t *testing.T, l *ledger, limits RunLimits, s scripted) (*Runner, *time.Time) {
	t.Helper()
	env := testEnv(t)
	now := env.Now()
	env.Now = func() time.Time { return now }
	spec := Define(Spec{Name: "skrip"}, func(noConfig, Env) (Connector, error) { return s, nil })
	r := NewRunner(NewRegistry(spec), l, env, nil, limits)
	r.patience.jitter = func() float64 { return 1 - 1e-9 }
	return r, &now
}

var testSource = city.Source{ID: 7, Slug: "uji", Connector: "skrip"}

func report(id string) city.Report {
	return city.Report{ExternalID: id, CreatedAt: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC), Text: "lubang di jalan"}
}

func TestRunStoresEachPageWithItsCursor(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	r, _ := runnerOf(t, l, RunLimits{}, func(_ context.Context, cursor json.RawMessage) (Page, error) {
		var n int
		if len(cursor) > 0 {
			if err := json.Unmarshal(cursor, &n); err != nil {
				return Page{}, err
			}
		}
		n++
		return Page{Reports: []city.Report{report(fmt.Sprint(n))}, Cursor: json.RawMessage(fmt.Sprint(n)), More: n < 3}, nil
	})
	tally, retry, err := r.RunOnce(t.Context(), testSource)
	if err != nil || !retry.IsZero() || tally.Added != 3 {
		t.Fatalf("got %+v, %v, %v", tally, retry, err)
	}
	var got []string
	for i, d := range l.deliveries {
		got = append(got, fmt.Sprintf("%s@%s attempt=%v", d.Reports[0].ExternalID, d.Cursor, d.Attempt != nil))
		if d.SourceID != 7 || (d.Attempt != nil) != (i == 2) {
			t.Errorf("delivery %d: %+v", i, d)
		}
	}
	if diff := cmp.Diff([]string{"1@1 attempt=false", "2@2 attempt=false", "3@3 attempt=true"}, got); diff != "" {
		t.Error(diff)
	}
	if before := l.deliveries[2].Attempt.Before; before.Added != 2 || before.Read != 2 {
		t.Errorf("the pages before the last brought %+v, want two rows", before)
	}
}

func TestRunStopsAtItsLimitsAndGoesOn(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	r, now := runnerOf(t, l, RunLimits{Pages: 2}, func(context.Context, json.RawMessage) (Page, error) {
		return Page{Cursor: json.RawMessage(`1`), More: true}, nil
	})
	_, retry, err := r.RunOnce(t.Context(), testSource)
	if err != nil || !retry.Equal(*now) || len(l.deliveries) != 2 || l.deliveries[1].Attempt == nil || !l.deliveries[1].Attempt.RetryAt.Equal(*now) {
		t.Errorf("got %v, %v, %d deliveries", retry, err, len(l.deliveries))
	}
}

func TestFailureKeepsEarlierPagesAndTheirCursor(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	r, now := runnerOf(t, l, RunLimits{}, func(_ context.Context, cursor json.RawMessage) (Page, error) {
		if cursor == nil {
			return Page{Reports: []city.Report{report("a")}, Cursor: json.RawMessage(`"p2"`), More: true}, nil
		}
		return Page{}, &StatusError{Status: 500, URL: "https://a.go.id"}
	})
	tally, retry, err := r.RunOnce(t.Context(), testSource)
	if tally.Added != 1 || err == nil || retry.Sub(*now) > 2*time.Second || retry.Sub(*now) < time.Second {
		t.Fatalf("got %+v, %v, %v", tally, retry.Sub(*now), err)
	}
	last := l.deliveries[len(l.deliveries)-1]
	if last.Cursor != nil || last.Attempt == nil || city.CodeOf(last.Attempt.Err) != city.Internal || !last.Attempt.RetryAt.Equal(retry) {
		t.Errorf("recorded %+v", last)
	}
	if e := Explain(err); e.Key != string(FailTheirs) || e.Params["status"] != "500" || !strings.Contains(e.Message, "code 500") {
		t.Errorf("explained as %+v", e)
	}
}

func TestBackoffDoublesWithJitterAndIsCapped(t *testing.T) {
	t.Parallel()
	p := newPatience()
	draw := 1.0
	p.jitter = func() float64 { return draw }
	now := time.Now()
	var got []time.Duration
	for range circuitAfter + 1 {
		got = append(got, p.fail(1, now, errors.New("x"), false).Sub(now))
	}
	want := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 5 * time.Minute, 5 * time.Minute}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	draw = 0.25
	if got := p.fail(2, now, errors.New("x"), false).Sub(now); got != 500*time.Millisecond {
		t.Errorf("a quarter of two seconds is %v", got)
	}
	if got := p.fail(1, now, errors.New("x"), true).Sub(now); got != 500*time.Millisecond {
		t.Errorf("after progress the pause is %v", got)
	}
}

func TestRetryAfterIsHonouredToTheSecond(t *testing.T) {
	t.Parallel()
	calls := 0
	r, now := runnerOf(t, &ledger{}, RunLimits{}, func(context.Context, json.RawMessage) (Page, error) {
		calls++
		return Page{}, &RetryAfterError{After: 437 * time.Second, Err: &StatusError{Status: 429}}
	})
	start := *now
	_, retry, err := r.RunOnce(t.Context(), testSource)
	if retry.Sub(start) != 437*time.Second || Explain(err).RetryAfter != 437*time.Second || Explain(err).Key != string(FailBusy) {
		t.Fatalf("got %v, %v", retry.Sub(start), err)
	}
	*now = start.Add(436 * time.Second)
	_, again, err := r.RunOnce(t.Context(), testSource)
	if calls != 1 || !again.Equal(retry) || !errors.Is(err, ErrWaiting) || Explain(err).Params["seconds"] != "1" {
		t.Fatalf("asked %d times, %v, %v", calls, again, err)
	}
	*now = retry
	if _, _, err := r.RunOnce(t.Context(), testSource); errors.Is(err, ErrWaiting) || calls != 2 {
		t.Errorf("asked %d times: %v", calls, err)
	}
	r.Forget(testSource.ID)
	if _, _, err := r.RunOnce(t.Context(), testSource); errors.Is(err, ErrWaiting) || calls != 3 {
		t.Errorf("asked %d times after Forget: %v", calls, err)
	}
}

func TestOpenCircuitLetsOneProbeThrough(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	inside, proceed := make(chan struct{}), make(chan error)
	r, now := runnerOf(t, &ledger{}, RunLimits{}, func(context.Context, json.RawMessage) (Page, error) {
		if calls.Add(1) <= circuitAfter {
			return Page{}, errors.New("down")
		}
		close(inside)
		return Page{}, <-proceed
	})
	for range circuitAfter {
		_, retry, _ := r.RunOnce(t.Context(), testSource)
		*now = retry
	}
	done := make(chan error)
	go func() { _, _, err := r.RunOnce(t.Context(), testSource); done <- err }()
	<-inside
	if _, _, err := r.RunOnce(t.Context(), testSource); !errors.Is(err, ErrWaiting) {
		t.Errorf("a second probe went out: %v", err)
	}
	proceed <- nil
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if calls.Load() != circuitAfter+1 {
		t.Errorf("asked %d times", calls.Load())
	}
	if _, ok := r.patience.enter(testSource.ID, *now, time.Minute); !ok {
		t.Error("the circuit did not close")
	}
}

func TestStoreFailureIsNotTheSourcesFault(t *testing.T) {
	t.Parallel()
	r, _ := runnerOf(t, &ledger{err: errors.New("connection lost")}, RunLimits{}, func(context.Context, json.RawMessage) (Page, error) {
		return Page{Reports: []city.Report{report("a")}, Cursor: json.RawMessage(`1`)}, nil
	})
	_, retry, err := r.RunOnce(t.Context(), testSource)
	if Explain(err).Key != string(FailStore) || retry.IsZero() {
		t.Errorf("got %v, %v", retry, err)
	}
}

func TestPanicUnknownConnectorAndBadConfig(t *testing.T) {
	t.Parallel()
	r, _ := runnerOf(t, &ledger{}, RunLimits{}, func(context.Context, json.RawMessage) (Page, error) { panic("aduh") })
	if _, _, err := r.RunOnce(t.Context(), testSource); err == nil || !strings.Contains(err.Error(), "aduh") {
		t.Errorf("a panic gives %v", err)
	}
	if _, _, err := r.RunOnce(t.Context(), city.Source{ID: 8, Connector: "tiada"}); Explain(err).Key != string(FailConnector) {
		t.Errorf("an unknown connector gives %v", err)
	}
	if _, _, err := r.RunOnce(t.Context(), city.Source{ID: 9, Connector: "skrip", Config: json.RawMessage(`{"x":1}`)}); Explain(err).Key != string(FailConfig) || Explain(err).Field != "x" {
		t.Errorf("a bad configuration gives %v", err)
	}
}

func TestStoppingIsNoFailureOfTheSource(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l := &ledger{}
	r, now := runnerOf(t, l, RunLimits{}, func(ctx context.Context, _ json.RawMessage) (Page, error) {
		cancel()
		<-ctx.Done()
		return Page{}, ctx.Err()
	})
	_, retry, err := r.RunOnce(ctx, testSource)
	if Explain(err).Key != string(FailStopped) || !retry.IsZero() || len(l.deliveries) != 0 {
		t.Errorf("got %v, %v, %d", retry, err, len(l.deliveries))
	}
	if _, ok := r.patience.enter(testSource.ID, *now, time.Minute); !ok {
		t.Error("the source is paused for our own stop")
	}
}

func TestConnectorThatDoesNotMoveIsStopped(t *testing.T) {
	t.Parallel()
	r, _ := runnerOf(t, &ledger{}, RunLimits{}, func(context.Context, json.RawMessage) (Page, error) { return Page{More: true}, nil })
	if _, _, err := r.RunOnce(t.Context(), testSource); err == nil {
		t.Error("it went on")
	}
}

func TestEveryFailureHasBothTexts(t *testing.T) {
	t.Parallel()
	all := []Failure{FailDNS, FailRefused, FailNoWay, FailTimeout, FailCut, FailExpired, FailTLS, FailPrivate, FailKey, FailMissing, FailBusy,
		FailTheirs, FailOurRequest, FailMalformed, FailTooLarge, FailFormat, FailTold, FailClock, FailConfig, FailConnector, FailStore, FailStopped, FailWaiting, FailOther}
	for _, f := range all {
		if text := FailureTexts[f]; text.ID == "" || text.EN == "" || strings.Count(text.ID, "{") != strings.Count(text.EN, "{") {
			t.Errorf("%s: %+v", f, text)
		}
	}
	// No test can count on a network without a way to somewhere.
	for _, cause := range []error{syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", cause)}
		if got := Explain(err).Key; got != string(FailNoWay) {
			t.Errorf("%v is %s", err, got)
		}
	}
	if len(all) != len(FailureTexts) {
		t.Errorf("%d failures, %d texts", len(all), len(FailureTexts))
	}
}

func TestExplainRealNetworkFailures(t *testing.T) {
	t.Parallel()
	c := insideClient(t, 30*time.Second, nil)
	expired := expiredTLSServer(t)
	status := func(code int) string {
		return serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	cut := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
			_ = conn.Close()
		}
	})
	for name, tc := range map[string]struct {
		address string
		want    Failure
	}{
		"dns": {"http://tidak-ada.invalid/", FailDNS}, "refused": {"http://127.0.0.1:1/", FailRefused}, "expired": {expired, FailExpired},
		"403": {status(403), FailKey}, "404": {status(404), FailMissing}, "429": {status(429), FailBusy}, "500": {status(500), FailTheirs},
		"400": {status(400), FailOurRequest}, "cut": {cut, FailCut},
		// A server that speaks no TLS where https is asked for.
		"plain": {strings.Replace(cut, "http://", "https://", 1), FailTLS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.Do(t.Context(), Request{URL: tc.address})
			if got := Explain(err); got == nil || got.Key != string(tc.want) {
				t.Errorf("%v is explained as %+v", err, got)
			}
		})
	}
}
