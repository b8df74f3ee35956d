package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"balaikota/backend/city"
)

// Rewinder is a Connector that can be sent back to a moment.
type Rewinder interface {
	Connector
	// Rewind returns the cursor from which Pull brings again, oldest first where
	// the other side allows it, at least what the source holds since a moment;
	// nil is its start. cursor is the present one, nil at first. It asks nobody.
	// Errors are *city.Error Conflict that say what to do instead.
	Rewind(cursor json.RawMessage, to time.Time) (json.RawMessage, error)
}

// ReadsWhole is embedded by connectors whose every reading brings all that the
// source has: whatever the moment, they go back to their start.
type ReadsWhole struct{}

// Rewind implements Rewinder.
func (ReadsWhole) Rewind(json.RawMessage, time.Time) (json.RawMessage, error) {
	return nil, nil
}

// Texts of what cannot be read again, in backend/i18n.
const (
	KeyOnce      = "source.reread.once"
	KeyFromStart = "source.reread.start_only"
)

// Rewind returns the cursor that sends a source back to a moment, nil for its
// start, which a zero time asks for. It stores nothing. Errors are *city.Error:
// Conflict with a Key where the source gives its records only once, or can only
// be read from its start.
func (r *Runner) Rewind(ctx context.Context, src city.Source, to time.Time) (json.RawMessage, error) {
	spec, ok := r.registry.Lookup(src.Connector)
	if src.Schedule == "" || ok && spec.Once {
		return nil, &city.Error{Code: city.Conflict, Key: KeyOnce,
			Message: "the source hands each row over only once, so that nothing can be read again; ask the sender to send it once more"}
	}
	if ok && to.IsZero() {
		return nil, nil
	}
	run := &run{Runner: r, src: src, log: r.log.With("source", src.Slug, "connector", src.Connector)}
	cursor, err := run.rewind(ctx, to)
	if err != nil {
		return nil, r.told(err)
	}
	return cursor, nil
}

// rewind asks a connector of its own. A panic in it is that source's failure alone.
func (r *run) rewind(ctx context.Context, to time.Time) (cursor json.RawMessage, err error) {
	c, err := r.build(ctx)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	back, ok := c.(Rewinder)
	if !ok {
		return nil, &city.Error{Code: city.Conflict, Key: KeyFromStart, Field: "from",
			Message: "the source can only be read again from its start; leave the moment out"}
	}
	return back.Rewind(r.src.Cursor, to)
}

// overQuota reports whether the source has brought what it may in this hour: new
// and changed rows, for what is known already is no load. A page is never cut,
// so that the last one may go beyond it.
func (r *run) overQuota() bool {
	return r.src.QuotaHour > 0 && r.src.TakenHour+r.tally.Added+r.tally.Changed >= r.src.QuotaHour
}

// slow ends a run at the source's quota. What is left waits there, behind the
// cursor, until the next hour.
func (r *run) slow(ctx context.Context) error {
	r.log.Info("A source is slowed by its quota", "quota_hour", r.src.QuotaHour, "until", nextHour(r.started))
	attempt := &city.Attempt{Started: r.started, Finished: r.env.Now(), RetryAt: nextHour(r.started), Slowed: true, Before: r.tally}
	if _, err := r.ingester.Ingest(ctx, city.Delivery{SourceID: r.src.ID, SentBack: r.src.SentBack, Attempt: attempt}); err != nil {
		return &city.Error{Code: city.Internal, Key: string(FailStore), Message: FailureTexts[FailStore].EN, Err: err}
	}
	return nil
}

// nextHour is when a new quota begins: hours are counted in UTC, as they are
// stored.
func nextHour(t time.Time) time.Time { return t.UTC().Truncate(time.Hour).Add(time.Hour) }
