package assistant

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"
)

// pinStore keeps pins; an asker reaches its own only.
type pinStore interface {
	Pins(ctx context.Context, who city.Asker) ([]city.Pin, error)
	// AddPin keeps an answered question of who in sight; the same question
	// twice is one pin.
	AddPin(ctx context.Context, who city.Asker, question int64) (city.Pin, error)
	RemovePin(ctx context.Context, who city.Asker, id int64) error
	// StalePins are pins whose answers took in no event after before, or were
	// made before the moment: the oldest first.
	StalePins(ctx context.Context, seq int64, before time.Time, limit int) ([]city.PinnedQuestion, error)
	RefreshPin(ctx context.Context, id int64, answer city.Answer, seq int64) error
	// Head is the newest event and the oldest still held.
	Head(ctx context.Context) (newest, oldest int64, err error)
}

const (
	pinsAtOnce = 200
	// Relative periods move on without any event.
	pinAge = 10 * time.Minute
)

// Pins are the asker's pinned questions with their answers of now, oldest first.
func (a *Assistant) Pins(ctx context.Context, who city.Asker) ([]city.Pin, error) {
	return a.Store.Pins(ctx, who)
}

// Pin keeps an answered question of the asker's in sight. Errors: NotFound;
// Conflict when the question has no answer that can be made anew.
func (a *Assistant) Pin(ctx context.Context, who city.Asker, question int64) (city.Pin, error) {
	return a.Store.AddPin(ctx, who, question)
}

// Unpin takes a pin away.
func (a *Assistant) Unpin(ctx context.Context, who city.Asker, id int64) error {
	return a.Store.RemovePin(ctx, who, id)
}

// RefreshPins makes the answers of pins anew whose data changed since, by
// running their calls again; no model is asked. To be run every minute.
func (a *Assistant) RefreshPins(ctx context.Context) error {
	head, _, err := a.Store.Head(ctx)
	if err != nil {
		return fmt.Errorf("refresh the pins: %w", err)
	}
	pins, err := a.Store.StalePins(ctx, head, a.Now().Add(-pinAge), pinsAtOnce)
	if err != nil {
		return fmt.Errorf("refresh the pins: %w", err)
	}
	for _, p := range pins {
		answer, err := a.rerun(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.Log.Warn("A pin was not refreshed", "pin", p.ID, "err", err)
			continue
		}
		if err := a.Store.RefreshPin(ctx, p.ID, answer, head); err != nil {
			return fmt.Errorf("refresh pin %d: %w", p.ID, err)
		}
	}
	return nil
}

// rerun answers a pin's question from its calls at this moment.
func (a *Assistant) rerun(ctx context.Context, p city.PinnedQuestion) (city.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, a.Limits.Deadline)
	defer cancel()
	now := a.Now().UTC()
	t := &turn{a: a, q: city.Asked{Question: city.Question{ID: p.QuestionID, Text: p.Text, At: now, AskedAt: now}, Asker: p.Asker}, began: now}
	var f findings
	for _, call := range p.Calls {
		if _, err := t.call(ctx, &f, call); err != nil {
			return city.Answer{}, err
		}
		if f.ended {
			break
		}
	}
	answer := t.compose(&f, f.text())
	answer.Offline = true
	return answer, nil
}
