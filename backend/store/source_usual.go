package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// sourceMemory is how long the hours of sources are kept: the weeks that are
// compared, and one more.
const sourceMemory = (city.UsualWeeks + 1) * 7 * 24 * time.Hour

type sourceHourRow struct {
	Slug           string
	Hour           time.Time
	Added, Changed int
}

const sourceHoursQuery = `SELECT s.slug, h.hour, h.added, h.changed FROM source_hourly h JOIN sources s ON s.id = h.source_id WHERE h.hour >= $1 ORDER BY s.slug, h.hour`

// sourceHours returns what each source brought, hour by hour, by slug.
func (s *Store) sourceHours(ctx context.Context, tx pgx.Tx) (map[string][]city.SourceHour, error) {
	rows, err := rowsOf[sourceHourRow](ctx, tx, sourceHoursQuery, s.now().Add(-sourceMemory))
	if err != nil {
		return nil, fmt.Errorf("read what sources brought: %w", err)
	}
	out := map[string][]city.SourceHour{}
	for _, r := range rows {
		out[r.Slug] = append(out[r.Slug], city.SourceHour{Hour: r.Hour.UTC(), Added: r.Added, Changed: r.Changed})
	}
	return out, nil
}

// SourceActivities returns for every source what it brought in the last days
// and what is usual for it, by slug.
func (s *Store) SourceActivities(ctx context.Context) ([]city.SourceActivity, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := []city.SourceActivity{}
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		hours, err := s.sourceHours(ctx, tx)
		if err != nil {
			return err
		}
		slugs, err := column[string](ctx, tx, "SELECT slug FROM sources ORDER BY slug")
		for _, slug := range slugs {
			out = append(out, city.ActivityOf(slug, hours[slug], s.now(), cat.calendar))
		}
		return err
	})
	return out, wrapped(err, "read what is usual for the sources")
}

const (
	pruneHoursQuery = `DELETE FROM source_hourly WHERE hour < $1`
	savePauseQuery  = `UPDATE source_state t SET usual_pause = $2::real FROM sources s WHERE s.id = t.source_id AND s.slug = $1 AND t.usual_pause IS DISTINCT FROM $2::real`
	saveSilentQuery = `UPDATE source_state t SET silent_since = $2::timestamptz, silent_usual = $3::real FROM sources s
		WHERE s.id = t.source_id AND s.slug = $1 AND (t.silent_since, t.silent_usual) IS DISTINCT FROM ($2::timestamptz, $3::real)`
)

// WatchSilence notes which sources are unusually silent (city.FindSilence),
// tells the screens of those where that changed, and forgets hours too old to
// be compared.
func (s *Store) WatchSilence(ctx context.Context) error {
	now := s.now()
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, pruneHoursQuery, now.Add(-sourceMemory)); err != nil {
			return fmt.Errorf("forget old hours: %w", err)
		}
		hours, err := s.sourceHours(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := rowsOf[sourceRow](ctx, tx, allSourcesQuery)
		if err != nil {
			return fmt.Errorf("read the sources: %w", err)
		}
		cat, err := s.catalogueIn(ctx, tx)
		if err != nil {
			return err
		}
		var events []city.Event
		for _, r := range rows {
			if err := notePause(ctx, tx, r.Slug, city.UsualPause(hours[r.Slug], now)); err != nil {
				return err
			}
			changed, err := noteSilence(ctx, tx, r, city.FindSilence(hours[r.Slug], now))
			if err != nil {
				return err
			}
			if !changed {
				continue
			}
			event, err := s.healthEvent(ctx, tx, cat, r.Slug)
			if err != nil {
				return err
			}
			events = append(events, event)
		}
		return appendEvents(ctx, tx, events)
	})
	return wrapped(err, "watch for silent sources")
}

// notePause keeps how long the source's pauses usually are, for the age of its data.
func notePause(ctx context.Context, tx pgx.Tx, slug string, pause time.Duration) error {
	var seconds *float64
	if pause > 0 {
		n := pause.Seconds()
		seconds = &n
	}
	_, err := tx.Exec(ctx, savePauseQuery, slug, seconds)
	return wrapped(err, "note the usual pause of "+slug)
}

func noteSilence(ctx context.Context, tx pgx.Tx, r sourceRow, found *city.Silence) (changed bool, err error) {
	var since *time.Time
	var usual *float32
	if found != nil {
		u := float32(found.Usual)
		since, usual = &found.Since, &u
	}
	tag, err := tx.Exec(ctx, saveSilentQuery, r.Slug, since, usual)
	if err != nil {
		return false, fmt.Errorf("note the silence of %s: %w", r.Slug, err)
	}
	return tag.RowsAffected() > 0, nil
}

const describeSourceQuery = `UPDATE sources SET owner = $2, contact = $3, legal_basis = $4, personal_data = $5 WHERE slug = $1`

// DescribeSource writes down what people say of a source; NotFound for none.
func (s *Store) DescribeSource(ctx context.Context, by city.Actor, slug string, card city.SourceCard) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, describeSourceQuery, slug, cleanText(card.Owner), cleanText(card.Contact), cleanText(card.LegalBasis), card.PersonalData)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no source %q", slug)
		}
		if err := record(ctx, tx, by, "source.describe", slug, "", map[string]any{
			"owner": card.Owner, "contact": card.Contact, "legal_basis": card.LegalBasis, "personal_data": card.PersonalData,
		}); err != nil {
			return err
		}
		return s.tellHealth(ctx, tx, slug)
	})
	s.forgetCatalogue()
	return wrapped(err, "write down what is said of "+slug)
}
