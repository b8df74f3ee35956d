package llm

import (
	"context"
	"sync"

	"balaikota/backend/city"
)

// Use says for whom and what for a model is called. Nothing leaves without it.
type Use struct {
	Asker      city.Asker
	QuestionID int64
	// Purpose is a short slug, such as pertanyaan or baca_laporan.
	Purpose string
	// Raw is true when the messages hold citizens' own words: they go only
	// where the city switched it on, and labels are not filled in again.
	Raw bool
	// Hard asks for the provider's main model where a cheaper one is
	// configured: the rule is that a turn is easy until the figure guard has
	// refused an answer in it.
	Hard bool
	// Known are names that may stand in the messages, to be masked.
	Known []string
	// Meter adds up what the calls cost; may be nil.
	Meter *Meter

	hidden map[string]int // labels set before the gate, by kind
}

type useKey struct{}

// With returns a context whose calls to a Chain are made for use.
func With(ctx context.Context, use Use) context.Context { return context.WithValue(ctx, useKey{}, use) }

// UseOf returns what With put in.
func UseOf(ctx context.Context) (Use, bool) {
	use, ok := ctx.Value(useKey{}).(Use)
	return use, ok
}

// Meter is the account of one question: contexts made by On are accounted to
// it. It is what agents/assistant wants of a Meter.
type Meter struct {
	use   Use
	mu    sync.Mutex
	total city.Spending
}

// NewMeter opens an account; use.Meter is the account itself.
func NewMeter(use Use) *Meter {
	m := &Meter{use: use}
	m.use.Meter = m
	return m
}

// On returns the context of one call; hard as in Use.
func (m *Meter) On(ctx context.Context, hard bool) context.Context {
	use := m.use
	use.Hard = hard
	return With(ctx, use)
}

func (m *Meter) add(provider, model string, input, output int, rupiah float64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total.Provider, m.total.Model = provider, model
	m.total.Calls++
	m.total.InputTokens += input
	m.total.OutputTokens += output
	m.total.Rupiah += rupiah
}

// Spent is what the calls cost so far; Provider and Model are those of the
// last call that was or may have been charged.
func (m *Meter) Spent() city.Spending {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total
}
