package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// One node at a time looks and tells; it goes with the transaction.
	lockSourcesToldQuery = "SELECT pg_advisory_xact_lock(hashtext('balaikota sources told'))"
	sourcesToldQuery     = `SELECT source_id, state, bad_since, well_since, broken_at, well_at, since FROM source_told`
	keepSourceToldQuery  = `INSERT INTO source_told (source_id, state, bad_since, well_since, broken_at, well_at, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT ON CONSTRAINT source_told_pkey DO UPDATE SET state = excluded.state, bad_since = excluded.bad_since, well_since = excluded.well_since,
		broken_at = excluded.broken_at, well_at = excluded.well_at, since = excluded.since`
)

type sourceToldRow struct {
	SourceID                                     int64
	State                                        city.SourceToldState
	BadSince, WellSince, BrokenAt, WellAt, Since *time.Time
}

func (r sourceToldRow) told() city.SourceTold {
	return city.SourceTold{State: r.State, BadSince: r.BadSince, WellSince: r.WellSince, BrokenAt: r.BrokenAt, WellAt: r.WellAt, Since: r.Since}
}

// sourceLook is one source at a look: what was told of it before, and is now.
type sourceLook struct {
	id          int64
	trouble     city.SourceTrouble
	before, now city.SourceTold
}

// TellSources looks at every source and tells the operators, through their first
// channels among offered, which have broken their promise and which are well
// again: at most one notice of each (city.SourceTold says when). It returns how
// many it wrote. What was told is kept in the transaction of the notice.
func (s *Store) TellSources(ctx context.Context, offered []city.NoticeChannel) (n int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		n = 0 // of an attempt before
		if _, err := tx.Exec(ctx, lockSourcesToldQuery); err != nil {
			return fmt.Errorf("wait for the look of another node: %w", err)
		}
		now := s.now()
		looks, err := lookAtSources(ctx, tx, cat, now)
		if err != nil {
			return err
		}
		for _, tell := range []func([]sourceLook, *catalogue, time.Time) (string, *city.Wording){breaksDue, recoveriesDue} {
			key, w := tell(looks, cat, now)
			if w == nil {
				continue
			}
			if err := s.tellOperators(ctx, tx, key, *w, offered); err != nil {
				return err
			}
			n++
		}
		return keepLooks(ctx, tx, looks)
	})
	if err != nil {
		return 0, fmt.Errorf("tell operators of sources: %w", err)
	}
	return n, nil
}

func lookAtSources(ctx context.Context, tx pgx.Tx, cat *catalogue, now time.Time) ([]sourceLook, error) {
	known, err := rowsOf[sourceToldRow](ctx, tx, sourcesToldQuery)
	if err != nil {
		return nil, fmt.Errorf("read what was told of the sources: %w", err)
	}
	told := map[int64]city.SourceTold{}
	for _, r := range known {
		told[r.SourceID] = r.told()
	}
	rows, err := rowsOf[sourceRow](ctx, tx, allSourcesQuery)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	looks := make([]sourceLook, len(rows))
	for i, r := range rows {
		h, before := r.health(now, cat), told[r.ID]
		if before.State == "" {
			before.State = city.ToldWell
		}
		looks[i] = sourceLook{id: r.ID, trouble: h.Trouble(), before: before, now: before.Look(h, now)}
	}
	return looks, nil
}

// breaksDue words the breaks that are to be told, and marks them as told; nil
// while there is none, or the last notice of breaks is too fresh.
func breaksDue(looks []sourceLook, cat *catalogue, now time.Time) (key string, w *city.Wording) {
	var last *time.Time
	var due []city.SourceTrouble
	for _, l := range looks {
		last = newer(last, l.before.BrokenAt)
		if l.now.BreakDue(now) {
			due = append(due, l.trouble)
		}
	}
	if len(due) == 0 || !city.GatheringEnds(last, now) {
		return "", nil
	}
	for i, l := range looks {
		if l.now.BreakDue(now) {
			looks[i].now = l.now.Broke(l.trouble.Since, now)
		}
	}
	said := city.SourcesBrokenNotice(due, cat.location, cat.zoneLabel)
	return "sumber:rusak:" + now.UTC().Format(time.RFC3339), &said
}

// recoveriesDue is breaksDue of those that are well again.
func recoveriesDue(looks []sourceLook, cat *catalogue, now time.Time) (key string, w *city.Wording) {
	var last *time.Time
	var due []city.SourceTrouble
	for _, l := range looks {
		last = newer(last, l.before.WellAt)
		if l.now.WellDue(now) {
			l.trouble.Since = l.now.Since
			due = append(due, l.trouble)
		}
	}
	if len(due) == 0 || !city.GatheringEnds(last, now) {
		return "", nil
	}
	for i, l := range looks {
		if l.now.WellDue(now) {
			looks[i].now = l.now.Recovered(now)
		}
	}
	said := city.SourcesWellNotice(due, cat.location, cat.zoneLabel)
	return "sumber:pulih:" + now.UTC().Format(time.RFC3339), &said
}

// newer is the later of two moments, nil being none.
func newer(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

func keepLooks(ctx context.Context, tx pgx.Tx, looks []sourceLook) error {
	for _, l := range looks {
		if l.now == l.before {
			continue
		}
		t := l.now
		if _, err := tx.Exec(ctx, keepSourceToldQuery, l.id, string(t.State), t.BadSince, t.WellSince, t.BrokenAt, t.WellAt, t.Since); err != nil {
			return fmt.Errorf("keep what was told of source %d: %w", l.id, err)
		}
	}
	return nil
}
