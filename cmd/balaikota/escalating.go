package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"balaikota/backend/analysis/escalation"
)

// watchLadder reminds and escalates by the rows of the ladder, each occasion
// and each rung once. A matter that fails does not hold up the others.
func (d *database) watchLadder(ctx context.Context, now time.Time, log *slog.Logger) error {
	rows, err := d.EscalationLadder(ctx)
	if err != nil {
		return err
	}
	clock, err := d.Clock(ctx)
	if err != nil {
		return err
	}
	running, err := d.Overdue(ctx)
	if err != nil {
		return err
	}
	ladder := escalation.InForce(clock.Calendar, rows, now)
	var failed []error
	for _, o := range running {
		if r, ok := ladder.Remind(o, now); ok {
			_, err := d.Remind(ctx, o, r.Key, r.Why)
			failed = append(failed, err)
		}
		due, ok := ladder.Next(o, now)
		if !ok {
			continue
		}
		told, err := d.Escalate(ctx, o, due.Rung, due.To, due.When, due.Why)
		failed = append(failed, err)
		if told {
			log.Info("A disposition went up the ladder", "disposition", o.ID, "rung", due.Rung, "to", due.To, "clock", due.When)
		}
	}
	return errors.Join(failed...)
}
