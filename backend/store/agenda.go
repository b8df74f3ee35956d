package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// CalendarConnector is the kind of source that brings an agenda.
const CalendarConnector = "ical"

// snapshotAgenda is how far ahead a screen's snapshot carries the agenda; it
// begins with today.
const snapshotAgenda = 8 * 24 * time.Hour

type agendaRow struct {
	Slug                          string
	Simulated                     bool
	Key                           string
	StartsAt, EndsAt              time.Time
	AllDay                        bool
	Title, Place                  string
	Tentative, Cancelled, Private bool
}

func (r agendaRow) entry() city.AgendaEntry {
	return city.AgendaEntry{
		Key: r.Key, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), AllDay: r.AllDay, Title: r.Title, Place: r.Place, Tentative: r.Tentative,
		Cancelled: r.Cancelled, Private: r.Private, Source: r.Slug, Simulated: r.Simulated,
	}
}

const (
	agendaQuery = `SELECT s.slug, s.simulated, a.key, a.starts_at, a.ends_at, a.all_day, a.title, a.place, a.tentative, a.cancelled, a.private
	FROM agenda_entries a JOIN sources s ON s.id = a.source_id
	WHERE a.starts_at < $2 AND (a.ends_at > $1 OR a.starts_at >= $1)
	ORDER BY a.starts_at, a.all_day DESC, a.ends_at, s.slug, a.key LIMIT $3`
	calendarsQuery = sourcesQuery + ` WHERE s.connector = $1 ORDER BY s.slug`
	spansQuery     = `SELECT s.slug, a.from_at, a.to_at FROM agenda_spans a JOIN sources s ON s.id = a.source_id`
)

const maxAgenda = 1000

// Agenda returns what connected calendars hold of [from, to), earliest first,
// at most 1000 appointments. Who is neither mayor nor secretary is Forbidden.
func (s *Store) Agenda(ctx context.Context, asker city.Asker, from, to time.Time) (city.Agenda, error) {
	out := city.Agenda{From: from, To: to, Entries: []city.AgendaEntry{}, Calendars: []city.AgendaCalendar{}}
	if !slices.Contains(city.AgendaReaders, asker.Role) {
		return out, city.Errorf(city.Forbidden, "the mayor's agenda is for the mayor and the regional secretary")
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if out.Entries, err = agendaBetween(ctx, tx, from, to); err != nil {
			return err
		}
		out.Calendars, err = s.calendars(ctx, tx, cat)
		return err
	})
	return out, wrapped(err, "read the agenda")
}

func agendaBetween(ctx context.Context, tx pgx.Tx, from, to time.Time) ([]city.AgendaEntry, error) {
	rows, err := rowsOf[agendaRow](ctx, tx, agendaQuery, from, to, maxAgenda)
	if err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	out := make([]city.AgendaEntry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

type spanRow struct {
	Slug         string
	FromAt, ToAt time.Time
}

func (s *Store) calendars(ctx context.Context, tx pgx.Tx, cat *catalogue) ([]city.AgendaCalendar, error) {
	sources, err := rowsOf[sourceRow](ctx, tx, calendarsQuery, CalendarConnector)
	if err != nil {
		return nil, fmt.Errorf("read the calendars: %w", err)
	}
	spans, err := rowsOf[spanRow](ctx, tx, spansQuery)
	if err != nil {
		return nil, fmt.Errorf("read the calendars' spans: %w", err)
	}
	out := make([]city.AgendaCalendar, len(sources))
	for i, r := range sources {
		h := r.health(s.now(), cat)
		out[i] = city.AgendaCalendar{Source: h.Slug, Name: h.Name, Simulated: h.Simulated, ReadAt: h.LastSuccess, Freshness: h.Freshness}
		for _, sp := range spans {
			if sp.Slug == h.Slug {
				out[i].KnownFrom, out[i].KnownTo = sp.FromAt, sp.ToAt
			}
		}
	}
	return out, nil
}

// agendaNow is what a screen begins with: today and the week after it; nothing
// for roles that may not see it.
func (s *Store) agendaNow(ctx context.Context, tx pgx.Tx, cat *catalogue, role city.Role) ([]city.AgendaEntry, error) {
	if !slices.Contains(city.AgendaReaders, role) {
		return nil, nil
	}
	today := city.Calendar{Location: cat.location}.DayStart(s.now())
	return agendaBetween(ctx, tx, today, today.Add(snapshotAgenda))
}

const (
	saveSpanQuery = `INSERT INTO agenda_spans (source_id, from_at, to_at) VALUES ($1, $2, $3)
	ON CONFLICT (source_id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at`
	// What is unchanged is not written.
	putAgendaQuery = `INSERT INTO agenda_entries AS a (source_id, key, starts_at, ends_at, all_day, title, place, tentative, cancelled, private)
	SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::boolean[], $6::text[], $7::text[], $8::boolean[], $9::boolean[], $10::boolean[])
	ON CONFLICT (source_id, key) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, all_day = excluded.all_day, title = excluded.title,
		place = excluded.place, tentative = excluded.tentative, cancelled = excluded.cancelled, private = excluded.private, changed_at = now()
	WHERE (a.starts_at, a.ends_at, a.all_day, a.title, a.place, a.tentative, a.cancelled, a.private) IS DISTINCT FROM
		(excluded.starts_at, excluded.ends_at, excluded.all_day, excluded.title, excluded.place, excluded.tentative, excluded.cancelled, excluded.private)
	RETURNING key, (xmax = 0) AS added`
	dropAgendaQuery = `DELETE FROM agenda_entries WHERE source_id = $1 AND starts_at < $3 AND (ends_at > $2 OR starts_at >= $2) AND NOT key = ANY ($4) RETURNING key`
)

type agendaChange struct {
	Key   string
	Added bool
}

// agenda makes what the store holds of a calendar's span what the calendar
// holds of it. What it says of before the span stays as it was.
func (in *ingestion) agenda(ctx context.Context, span *city.AgendaSpan) error {
	if span == nil {
		return nil
	}
	if _, err := in.tx.Exec(ctx, saveSpanQuery, in.sourceID, span.From, span.To); err != nil {
		return fmt.Errorf("note the span: %w", err)
	}
	byKey, keys := map[string]city.AgendaEntry{}, make([]string, len(span.Entries))
	var starts, ends []time.Time
	var titles, places []string
	var allDay, tentative, cancelled, private []bool
	for i, e := range span.Entries {
		e.Source, e.Simulated = in.src.Slug, in.src.Simulated
		byKey[e.Key], keys[i] = e, e.Key
		starts, ends, titles, places = append(starts, e.Start), append(ends, e.End), append(titles, e.Title), append(places, e.Place)
		allDay, tentative, cancelled, private = append(allDay, e.AllDay), append(tentative, e.Tentative), append(cancelled, e.Cancelled), append(private, e.Private)
	}
	gone, err := column[string](ctx, in.tx, dropAgendaQuery, in.sourceID, span.From, span.To, keys)
	if err != nil {
		return fmt.Errorf("drop appointments: %w", err)
	}
	changes, err := rowsOf[agendaChange](ctx, in.tx, putAgendaQuery, in.sourceID, keys, starts, ends, allDay, titles, places, tentative, cancelled, private)
	if err != nil {
		return fmt.Errorf("put appointments: %w", err)
	}
	in.tally.Removed += len(gone)
	in.tally.Unchanged += len(span.Entries) - len(changes)
	for _, key := range gone {
		in.agendaEvent(city.AgendaEntry{Source: in.src.Slug, Key: key}, "remove", nil)
	}
	for _, c := range changes {
		if c.Added {
			in.tally.Added++
		} else {
			in.tally.Changed++
		}
		data, err := json.Marshal(byKey[c.Key])
		if err != nil {
			return fmt.Errorf("encode an appointment: %w", err)
		}
		in.agendaEvent(byKey[c.Key], "put", data)
	}
	return nil
}

func (in *ingestion) agendaEvent(e city.AgendaEntry, op string, data json.RawMessage) {
	in.events = append(in.events, city.Event{Topic: city.TopicAgenda, Key: e.EventKey(), Op: op, Data: data, Roles: city.AgendaReaders, Shared: true})
}
