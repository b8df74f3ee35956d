package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// What follows a greeting may be under way: only then is who wrote it asked for
	// more.
	greetingPatience = time.Minute
	// Nobody is asked for a report twice within it, nor after so long.
	greetingOnce = 20 * time.Hour
)

func aboutGreeting(source int64, part string) string {
	return fmt.Sprintf("greeting/%d/%s", source, part)
}

const (
	// One that is known changes with an edit alone. Of a person with one that was or
	// will be answered no other is.
	addGreetingQuery = `INSERT INTO chat_greetings AS g (source_id, part, person, words, at, changed_at, received_at, next_at, key_id, sealed, ended_at)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8::timestamptz, CASE WHEN w.waits THEN $9 ELSE '' END, CASE WHEN w.waits THEN $10::bytea END, CASE WHEN NOT w.waits THEN $7::timestamptz END
	FROM (SELECT $11 AND NOT EXISTS (SELECT FROM chat_greetings o WHERE o.source_id = $1 AND o.person = $3 AND o.part <> $2
		AND (o.taken_at > $12 OR (o.taken_at IS NULL AND o.ended_at IS NULL))) AS waits) w
	ON CONFLICT ON CONSTRAINT chat_greetings_come_once DO UPDATE SET words = excluded.words, changed_at = excluded.changed_at
		WHERE g.report_id IS NULL AND excluded.changed_at > coalesce(g.changed_at, g.at)`
	// What became part of a report is answered with it.
	joinGreetingsQuery = `UPDATE chat_greetings g SET report_id = p.report_id, key_id = '', sealed = NULL, leased_by = '', lease_until = NULL,
	ended_at = CASE WHEN g.taken_at IS NULL THEN coalesce(g.ended_at, $3) END
	FROM report_parts p WHERE g.source_id = $1 AND g.part = ANY ($2) AND g.report_id IS NULL AND p.source_id = g.source_id AND p.part = g.part`
	greetingsOfQuery = `SELECT part AS id, person, words, at, changed_at FROM chat_greetings
	WHERE source_id = $1 AND person = $2 AND at BETWEEN $3 AND $4 AND report_id IS NULL ORDER BY at, id`
)

// greetings keeps greetings that stand alone, with where who wrote is answered, sealed.
func (in *ingestion) greetings(ctx context.Context, all []city.ChatGreeting) error {
	if len(all) == 0 {
		return nil
	}
	k, err := in.store.identities.Newest()
	if err != nil {
		return err
	}
	now := in.store.now()
	for _, g := range all {
		at := g.At
		if at.After(now) {
			at = now
		}
		var changed *time.Time
		if !g.Changed.IsZero() {
			changed = &g.Changed
		}
		waits := g.Waits && g.Handle != "" && now.Sub(at) < greetingOnce
		_, err := in.tx.Exec(ctx, addGreetingQuery, in.sourceID, g.ID, g.Person, clipRunes(cleanText(g.Words), 500), at, changed, now, at.Add(greetingPatience),
			k.ID(), k.Seal(aboutGreeting(in.sourceID, g.ID), []byte(g.Handle)), waits, now.Add(-greetingOnce))
		if err != nil {
			return fmt.Errorf("keep a greeting: %w", err)
		}
	}
	return nil
}

type greetingRow struct {
	ID, Person, Words string
	At                time.Time
	ChangedAt         *time.Time
}

// GreetingsOf returns what a person wrote between two moments that greets and stands
// alone, oldest first. It is for the system alone.
func (s *Store) GreetingsOf(ctx context.Context, source int64, person string, from, to time.Time) (out []city.ChatGreeting, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[greetingRow](ctx, tx, greetingsOfQuery, source, person, from, to)
		out = nil
		for _, r := range rows {
			g := city.ChatGreeting{ID: r.ID, Person: r.Person, Words: r.Words, At: r.At}
			if r.ChangedAt != nil {
				g.Changed = *r.ChangedAt
			}
			out = append(out, g)
		}
		return err
	})
	return out, wrapped(err, "read a person's greetings")
}

// Greetings is where greetings wait whose writers are asked for their report. It
// implements notice.Asks.
type Greetings struct{ s *Store }

// Greetings returns the greetings that are to be answered.
func (s *Store) Greetings() Greetings { return Greetings{s} }

// AddressAsks does nothing: a greeting has its address from when it came.
func (Greetings) AddressAsks(context.Context, []city.NoticeChannel) (int, error) { return 0, nil }

const (
	// Who has written more meanwhile need not be asked for it.
	endGreetingsQuery = `UPDATE chat_greetings g SET ended_at = $1, key_id = '', sealed = NULL, leased_by = '', lease_until = NULL
	WHERE g.taken_at IS NULL AND g.ended_at IS NULL AND (g.lease_until IS NULL OR g.lease_until <= now())
		AND (g.at < $2 OR EXISTS (SELECT FROM report_parts p WHERE p.source_id = g.source_id AND p.person = g.person AND p.at > g.at))`
	claimGreetingsQuery = `UPDATE chat_greetings g SET attempts = attempts + 1, leased_by = $2, lease_until = clock_timestamp() + $3::interval
	FROM sources s, city_setting c WHERE s.id = g.source_id AND g.id IN (
		SELECT w.id FROM chat_greetings w JOIN sources x ON x.id = w.source_id WHERE w.taken_at IS NULL AND w.ended_at IS NULL AND w.next_at <= $1
			AND (w.lease_until IS NULL OR w.lease_until <= now()) AND x.connector = ANY ($4) ORDER BY w.next_at, w.id LIMIT $5 FOR UPDATE OF w SKIP LOCKED)
	RETURNING g.id, g.source_id, g.part, g.key_id, g.sealed, g.attempts, g.at, s.slug, s.connector, c.name AS city`
	putOffGreetingsQuery = `UPDATE chat_greetings SET leased_by = '', lease_until = NULL, attempts = attempts - 1, next_at = $3, error = 'alamat tidak dapat dibuka'
	WHERE id = ANY ($1) AND leased_by = $2`
	finishGreetingQuery = `UPDATE chat_greetings SET leased_by = '', lease_until = NULL, error = left($4, 300),
	taken_at = CASE WHEN $5 THEN $3::timestamptz END, ended_at = CASE WHEN $6 THEN $3::timestamptz END, next_at = coalesce($7, next_at),
	sealed = CASE WHEN $5 OR $6 THEN NULL ELSE sealed END, key_id = CASE WHEN $5 OR $6 THEN '' ELSE key_id END
	WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL`
	failedGreetingQuery = `UPDATE chat_greetings SET taken_at = NULL, ended_at = $3, error = $4 WHERE source_id = $1 AND id = $2 AND taken_at IS NOT NULL`
)

type greetingErrand struct {
	ID, SourceID int64
	Part         string
	KeyID        string
	Sealed       []byte
	Attempts     int
	At           time.Time
	Slug         string
	Connector    string
	City         string
}

// ClaimAsks takes on at most limit greetings that are due through the channels, until
// the lease named lease ends after hold, and ends those that need no answer any more.
func (g Greetings) ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) (out []city.ReporterErrand, err error) {
	err = g.s.write(ctx, func(tx pgx.Tx) error {
		out = nil
		now := g.s.now()
		if _, err := tx.Exec(ctx, endGreetingsQuery, now, now.Add(-greetingOnce)); err != nil {
			return err
		}
		rows, err := rowsOf[greetingErrand](ctx, tx, claimGreetingsQuery, now, lease, hold, channels, limit)
		if err != nil {
			return err
		}
		var locked []int64
		for _, r := range rows {
			handle, err := g.s.identities.Open(aboutGreeting(r.SourceID, r.Part), r.KeyID, r.Sealed)
			if errors.Is(err, city.ErrSealed) {
				locked = append(locked, r.ID)
				continue
			}
			if err != nil {
				return fmt.Errorf("open where greeting %d is answered: %w", r.ID, err)
			}
			channel := city.NoticeChannel(r.Connector)
			out = append(out, city.ReporterErrand{
				ID: r.ID, Channel: channel, Attempts: r.Attempts, Lease: lease, Address: city.Reporter{Handle: string(handle)}.ReporterAddress(channel, r.Slug, r.At.Unix()),
				Letter: city.GreetingAnswer{Key: "sapaan/" + strconv.FormatInt(r.ID, 10), City: r.City}.Letter(),
			})
		}
		if len(locked) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, putOffGreetingsQuery, locked, lease, now.Add(lockedPause))
		return err
	})
	return out, wrapped(err, "take on greetings to answer")
}

// FinishAsk writes how an answer went and gives up its lease; one that is over forgets
// where it went.
func (g Greetings) FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error) {
	err = g.s.write(ctx, func(tx pgx.Tx) error {
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		tag, err := tx.Exec(ctx, finishGreetingQuery, e.ID, e.Lease, *stored(new(g.s.now())), city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		held = tag.RowsAffected() == 1
		return err
	})
	return held, wrapped(err, fmt.Sprintf("note how the answer to greeting %d went", e.ID))
}
