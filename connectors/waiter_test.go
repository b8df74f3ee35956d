package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"balaikota/backend/city"
)

// telling is a scripted connector that can also be waited for.
type telling struct {
	scripted
	wait   func(ctx context.Context, cursor json.RawMessage) error
	closed *int
}

func (w telling) Wait(ctx context.Context, cursor json.RawMessage) error { return w.wait(ctx, cursor) }

func (w telling) Close() error { *w.closed++; return nil }

func tellingRunner(t *testing.T, wait func(context.Context, json.RawMessage) error) (*Runner, *int) {
	t.Helper()
	closed := new(int)
	secrets := &Secrets{Lookup: func(string) (string, bool) { return "sangat-rahasia", true }}
	if _, err := secrets.Reveal("env:SANDI"); err != nil {
		t.Fatal(err)
	}
	registry := NewRegistry(
		Define(Spec{Name: "kotak", Waits: true}, func(noConfig, Env) (Connector, error) { return telling{wait: wait, closed: closed}, nil }),
		Define(Spec{Name: "diam"}, func(noConfig, Env) (Connector, error) { return scripted(nil), nil }),
	)
	return NewRunner(registry, &ledger{}, testEnv(t), secrets, RunLimits{}), closed
}

// TestWaitingTellsNewsFromFailure: news are nil, a source that cannot tell is
// ErrNoWait, the end of the context is the context's, and all else is told in
// plain words without secrets, a panic too. The connector is closed each time.
func TestWaitingTellsNewsFromFailure(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	broken := errors.New("kata sandi sangat-rahasia ditolak")
	for name, c := range map[string]struct {
		ctx  context.Context
		wait func(context.Context, json.RawMessage) error
		want func(error) bool
	}{
		"news":        {t.Context(), func(context.Context, json.RawMessage) error { return nil }, func(err error) bool { return err == nil }},
		"cannot tell": {t.Context(), func(context.Context, json.RawMessage) error { return ErrNoWait }, func(err error) bool { return errors.Is(err, ErrNoWait) }},
		"stopped":     {ended, func(ctx context.Context, _ json.RawMessage) error { <-ctx.Done(); return broken }, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"broken": {t.Context(), func(context.Context, json.RawMessage) error { return broken }, func(err error) bool {
			e, ok := errors.AsType[*city.Error](err)
			return ok && e.Key == string(FailOther) && !strings.Contains(err.Error()+e.Params["detail"], "sangat-rahasia")
		}},
		"panic": {t.Context(), func(context.Context, json.RawMessage) error { panic("kosong") }, func(err error) bool { return err != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, closed := tellingRunner(t, c.wait)
			if err := r.Wait(c.ctx, city.Source{ID: 1, Slug: "uji", Connector: "kotak"}); !c.want(err) {
				t.Errorf("waiting ended with %v", err)
			}
			if *closed != 1 {
				t.Errorf("closed %d times", *closed)
			}
		})
	}
}

// TestWaitingBeginsAtTheCursor: what came between a pull and the waiting is news.
func TestWaitingBeginsAtTheCursor(t *testing.T) {
	t.Parallel()
	var from json.RawMessage
	r, _ := tellingRunner(t, func(_ context.Context, cursor json.RawMessage) error { from = cursor; return nil })
	if err := r.Wait(t.Context(), city.Source{Slug: "uji", Connector: "kotak", Cursor: json.RawMessage(`{"next":7}`)}); err != nil || string(from) != `{"next":7}` {
		t.Errorf("%v, from %s", err, from)
	}
}

// TestOnlySomeConnectorsWait: the Spec says which.
func TestOnlySomeConnectorsWait(t *testing.T) {
	t.Parallel()
	r, _ := tellingRunner(t, nil)
	for name, want := range map[string]bool{"kotak": true, "diam": false, "tidak-ada": false} {
		if got := r.Waits(city.Source{Connector: name}); got != want {
			t.Errorf("%s waits: %v", name, got)
		}
	}
	if err := r.Wait(t.Context(), city.Source{Connector: "diam"}); !errors.Is(err, ErrNoWait) {
		t.Errorf("waiting for one that does not wait: %v", err)
	}
}
