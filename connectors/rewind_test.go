package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestAQuotaSlowsASourceAndLosesNothing: the run ends behind the page that
// reached it, nothing is asked until the next hour, and the rest comes then.
func TestAQuotaSlowsASourceAndLosesNothing(t *testing.T) {
	t.Parallel()
	l, asked := &ledger{}, 0
	r, now := runnerOf(t, l, RunLimits{}, func(_ context.Context, cursor json.RawMessage) (Page, error) {
		asked++
		n := 0
		if len(cursor) > 0 {
			if err := json.Unmarshal(cursor, &n); err != nil {
				return Page{}, err
			}
		}
		p := Page{More: n < 5, Cursor: json.RawMessage(fmt.Sprint(n + 1))}
		for i := range 2 {
			p.Reports = append(p.Reports, report(fmt.Sprintf("%d-%d", n, i)))
		}
		return p, nil
	})
	src := testSource
	src.QuotaHour, src.TakenHour = 5, 1
	tally, again, err := r.RunOnce(t.Context(), src)
	next := now.UTC().Truncate(time.Hour).Add(time.Hour)
	if err != nil || tally.Added != 4 || asked != 2 || !again.Equal(next) {
		t.Fatalf("%+v in %d pages, again at %v, %v", tally, asked, again, err)
	}
	last := l.deliveries[len(l.deliveries)-1].Attempt
	if last == nil || !last.Slowed || !last.RetryAt.Equal(next) || last.Err != nil {
		t.Errorf("it is told as %+v", last)
	}
	src.TakenHour = 5
	src.Cursor = l.deliveries[1].Cursor
	if _, at, err := r.RunOnce(t.Context(), src); !errors.Is(err, ErrWaiting) || !at.Equal(next) || asked != 2 {
		t.Errorf("within the hour it is asked %d times, until %v, %v", asked, at, err)
	}
	*now = next
	src.TakenHour, src.QuotaHour = 0, 100
	if tally, again, err = r.RunOnce(t.Context(), src); err != nil || tally.Added != 8 || !again.IsZero() {
		t.Errorf("in the next hour: %+v, %v, %v", tally, again, err)
	}
	seen := map[string]bool{}
	for _, d := range l.deliveries {
		for _, x := range d.Reports {
			seen[x.ExternalID] = true
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d of 12 rows came", len(seen))
	}
}

type rewound struct{ scripted }

func (rewound) Rewind(_ json.RawMessage, to time.Time) (json.RawMessage, error) {
	return json.Marshal(to)
}

// TestWhatCannotBeReadAgainSaysSoAndWhatToDo.
func TestWhatCannotBeReadAgainSaysSoAndWhatToDo(t *testing.T) {
	t.Parallel()
	env := testEnv(t)
	spec := func(name string, once bool, c Connector) Spec {
		return Define(Spec{Name: name, Once: once}, func(noConfig, Env) (Connector, error) { return c, nil })
	}
	r := NewRunner(NewRegistry(spec("sekali", true, rewound{}), spec("awal", false, scripted(nil)), spec("waktu", false, rewound{})), &ledger{}, env, nil, RunLimits{})
	moment := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		connector, schedule string
		to                  time.Time
		cursor, key         string
	}{
		{"sekali", "@every 1m", moment, "", KeyOnce},
		{"sekali", "@every 1m", time.Time{}, "", KeyOnce},
		{"push", "", time.Time{}, "", KeyOnce},
		{"awal", "@every 1m", moment, "", KeyFromStart},
		{"awal", "@every 1m", time.Time{}, "", ""},
		{"waktu", "@every 1m", moment, `"2026-10-01T00:00:00Z"`, ""},
		{"waktu", "@every 1m", time.Time{}, "", ""},
		{"tidak-ada", "@every 1m", moment, "", string(FailConnector)},
	} {
		cursor, err := r.Rewind(t.Context(), city.Source{Slug: "uji", Connector: tc.connector, Schedule: tc.schedule, Cursor: json.RawMessage(`"x"`)}, tc.to)
		key := ""
		if e, ok := errors.AsType[*city.Error](err); ok {
			key = e.Key
		}
		if string(cursor) != tc.cursor || key != tc.key || (err != nil) != (tc.key != "") {
			t.Errorf("%s, %v: cursor %s, %v", tc.connector, tc.to, cursor, err)
		}
	}
}
