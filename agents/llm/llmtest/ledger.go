package llmtest

import (
	"context"
	"sync"

	"balaikota/backend/city"
)

// Ledger is a ledger in memory. It refuses once Ceiling (of the city, for the
// month) would be passed; 0 is none.
type Ledger struct {
	Ceiling float64
	// Allowed is whether citizens' words may leave.
	Allowed bool

	mu      sync.Mutex
	entries []Entry
}

// Entry is one call with what became of it.
type Entry struct {
	Call    city.AICall
	Outcome *city.AIOutcome // nil: under way
	// Settled counts how often it was settled; more than once is a bug.
	Settled int
}

// Rupiah is what the entry counts for now.
func (e Entry) Rupiah() float64 {
	switch {
	case e.Outcome == nil || e.Outcome.Uncertain:
		return e.Call.Cost()
	case e.Outcome.Free:
		return 0
	}
	return city.AICost(e.Outcome.InputTokens, e.Outcome.OutputTokens, e.Call.InputPrice, e.Call.OutputPrice)
}

// Entries returns a copy of all entries.
func (l *Ledger) Entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Entry(nil), l.entries...)
}

// ReserveAI implements llm.Ledger.
func (l *Ledger) ReserveAI(_ context.Context, c city.AICall) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := c.Cost()
	for _, e := range l.entries {
		used += e.Rupiah()
	}
	if l.Ceiling > 0 && used > l.Ceiling {
		return 0, city.Wrap(city.Conflict, &city.CeilingReached{Scope: "kota", Month: c.At.Format("2006-01"), Ceiling: l.Ceiling, Used: used - c.Cost()}, "the ceiling is reached")
	}
	l.entries = append(l.entries, Entry{Call: c})
	return int64(len(l.entries)), nil
}

// SettleAI implements llm.Ledger.
func (l *Ledger) SettleAI(_ context.Context, id int64, o city.AIOutcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := &l.entries[id-1]
	e.Settled++
	if e.Outcome == nil {
		e.Outcome = &o
	}
	return nil
}

// TextLeaves implements llm.Ledger.
func (l *Ledger) TextLeaves(context.Context) (bool, error) { return l.Allowed, nil }
