package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// incidentState is what of a stored incident an officer's word decides.
type incidentState struct {
	ID       int64
	Key      string // "" leaves the stored one
	StatusBy string
	OfficeID int64
	// Trace and Spots as in IncidentMembers; nil leaves the stored ones.
	Trace []byte
	Spots []int64
	city.Incident
}

const lockIncidentsQuery = `SELECT i.id, i.data, i.area_code, coalesce(i.office_id, 0) AS office_id, i.changed_at, i.status_by
	FROM incidents i WHERE i.id = ANY ($1) AND i.merged_into IS NULL ORDER BY i.id FOR UPDATE`

// lockIncidents reads incidents and keeps others from changing them until the
// transaction ends.
func lockIncidents(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64]*incidentState, error) {
	rows, err := rowsOf[struct {
		incidentRow
		StatusBy string
	}](ctx, tx, lockIncidentsQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("lock incidents: %w", err)
	}
	out := make(map[int64]*incidentState, len(rows))
	for _, r := range rows {
		inc, err := r.incident()
		if err != nil {
			return nil, err
		}
		out[r.ID] = &incidentState{ID: r.ID, StatusBy: r.StatusBy, OfficeID: r.OfficeID, Incident: inc}
	}
	return out, nil
}

// incidentColumnsOfData are an incident's columns, as they follow from t.data,
// the incident itself.
const incidentColumnsOfData = `t.data->>'title', t.data->>'title_by', nullif(t.data->>'category', ''), coalesce(t.data->>'area_code', ''), nullif(t.office, 0),
	t.data->>'status', t.status_by, t.data->>'urgency', (t.data->>'voices')::int, (t.data->>'unfinished')::int, coalesce((t.data->>'recurrence')::int, 0),
	(t.data->>'first_at')::timestamptz, (t.data->>'last_at')::timestamptz, (t.data->>'lon')::float8, (t.data->>'lat')::float8,
	coalesce(t.data->>'answer', ''), (t.data->>'closed_at')::timestamptz, t.data, $6::timestamptz`

const incidentsGiven = ` FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[], $7::jsonb[], $8::text[])
	AS t(id, key, office, status_by, data, trace, spots) `

const updateIncidentsQuery = `UPDATE incidents i SET (key, title, title_by, category, area_code, office_id, status, status_by, urgency, voices, unfinished,
	recurrence, first_at, last_at, lon, lat, answer, closed_at, data, changed_at, trace, spots, merged_into) = (
	SELECT coalesce(nullif(t.key, ''), i.key), ` + incidentColumnsOfData + `, coalesce(t.trace, i.trace), coalesce(t.spots::bigint[], i.spots), NULL::bigint)` + incidentsGiven + `WHERE i.id = t.id`

const insertIncidentsQuery = `INSERT INTO incidents (key, title, title_by, category, area_code, office_id, status, status_by, urgency, voices, unfinished,
	recurrence, first_at, last_at, lon, lat, answer, closed_at, data, changed_at, trace, spots)
SELECT t.key, ` + incidentColumnsOfData + `, coalesce(t.trace, '{}'), coalesce(t.spots::bigint[], '{}')` + incidentsGiven + `WHERE t.id = 0 RETURNING id, key`

// putIncidents stores incidents; those without a number, which have keys that
// differ, are new and get theirs.
func putIncidents(ctx context.Context, tx pgx.Tx, incidents []*incidentState, now time.Time) error {
	n := len(incidents)
	if n == 0 {
		return nil
	}
	ids, keys, offices := make([]int64, n), make([]string, n), make([]int64, n)
	by, data := make([]string, n), make([]string, n)
	traces, spots := make([]*string, n), make([]*string, n)
	fresh := map[string]*incidentState{}
	for k, i := range incidents {
		i.ChangedAt = now.UTC().Truncate(time.Microsecond)
		body, err := json.Marshal(i.Incident)
		if err != nil {
			return fmt.Errorf("encode incident %d: %w", i.ID, err)
		}
		ids[k], keys[k], offices[k], by[k], data[k] = i.ID, i.Key, i.OfficeID, i.StatusBy, string(body)
		if i.Trace != nil {
			traces[k], spots[k] = new(string(i.Trace)), new(arrayLiteral(i.Spots))
		}
		if i.ID == 0 {
			fresh[i.Key] = i
		}
	}
	if len(fresh) < n {
		if _, err := tx.Exec(ctx, updateIncidentsQuery, ids, keys, offices, by, data, now, traces, spots); err != nil {
			return fmt.Errorf("change %d incidents: %w", n, err)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	rows, err := rowsOf[struct {
		ID  int64
		Key string
	}](ctx, tx, insertIncidentsQuery, ids, keys, offices, by, data, now, traces, spots)
	if err != nil {
		return fmt.Errorf("add %d incidents: %w", len(fresh), err)
	}
	for _, r := range rows {
		fresh[r.Key].ID, fresh[r.Key].Incident.ID = r.ID, r.ID
	}
	return nil
}

// arrayLiteral writes numbers as an array of Postgres: lists of several lengths
// cannot stand in one array.
func arrayLiteral(numbers []int64) string {
	b := []byte{'{'}
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, '}'))
}

// incidentEvents tell of an incident as it is; was is whose it was before.
func incidentEvents(i, was *incidentState) ([]city.Event, error) {
	data, err := json.Marshal(i.Incident)
	if err != nil {
		return nil, fmt.Errorf("encode incident %d: %w", i.ID, err)
	}
	e := city.Event{Topic: city.TopicIncidents, Key: strconv.FormatInt(i.ID, 10), Op: "put", Data: data, AreaCode: i.AreaCode, OfficeID: i.OfficeID}
	if was != nil && (was.AreaCode != i.AreaCode || was.OfficeID != i.OfficeID) {
		// Whose it no longer is must not keep it on the screen.
		return []city.Event{incidentGone(was), e}, nil
	}
	return []city.Event{e}, nil
}

func incidentGone(i *incidentState) city.Event {
	return city.Event{Topic: city.TopicIncidents, Key: strconv.FormatInt(i.ID, 10), Op: "remove", AreaCode: i.AreaCode, OfficeID: i.OfficeID}
}

// EditIncident applies an officer's word about an incident: a title, whether
// it is watched, dismissed, closed, or left to its reports again. Closing
// gives every reporter's ticket the answer.
func (s *Store) EditIncident(ctx context.Context, by city.Actor, asker city.Asker, id int64, e city.IncidentEdit) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		held, err := lockIncidents(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		i := held[id]
		if i == nil || !asker.Scope().Sees(i.AreaCode, i.OfficeID) {
			return city.Errorf(city.NotFound, "there is no incident %d, or it is not yours to see", id)
		}
		detail := map[string]any{}
		if e.Title != "" {
			i.Title, i.TitleBy = cleanText(e.Title), "officer"
			detail["title"] = i.Title
		}
		if e.Status != "" {
			detail["status"], detail["was"] = e.Status, i.Status
			if err := s.setIncidentStatus(ctx, tx, i, e); err != nil {
				return err
			}
		}
		if err := putIncidents(ctx, tx, []*incidentState{i}, s.now()); err != nil {
			return err
		}
		events, err := incidentEvents(i, nil)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, by, "incident.edit", "incident:"+strconv.FormatInt(id, 10), e.Reason, detail); err != nil {
			return err
		}
		return appendEvents(ctx, tx, events)
	})
}

func (s *Store) setIncidentStatus(ctx context.Context, tx pgx.Tx, i *incidentState, e city.IncidentEdit) error {
	i.Status, i.StatusBy, i.ClosedAt = e.Status, "officer", nil
	switch e.Status {
	case city.IncidentNew: // its reports decide again
		i.StatusBy = "machine"
		return requeue(ctx, tx, i.ID)
	case city.IncidentClosed:
		now := s.now().UTC().Truncate(time.Microsecond)
		i.ClosedAt, i.Answer = &now, cleanText(e.Answer)
		if _, err := tx.Exec(ctx, answerReportsQuery, i.ID, i.Answer, now); err != nil {
			return fmt.Errorf("answer the reports of incident %d: %w", i.ID, err)
		}
	}
	return nil
}

// answerReportsQuery gives each reporter's own ticket the closing answer; one
// that was delivered already, or is being, stays as it was said.
const answerReportsQuery = `INSERT INTO report_answers AS w (report_id, incident_id, text, at)
SELECT a.report_id, $1, $2, $3 FROM report_analyses a JOIN reports r ON r.id = a.report_id WHERE a.incident_id = $1 AND r.removed_at IS NULL
ON CONFLICT ON CONSTRAINT report_answers_pkey DO UPDATE SET text = excluded.text, at = excluded.at WHERE w.delivered_at IS NULL AND w.text <> excluded.text
	AND NOT EXISTS (SELECT FROM reporter_letters l WHERE l.report_id = w.report_id AND l.incident_id = w.incident_id AND (l.lease_until > now() OR l.taken_at IS NOT NULL))`

// requeue asks for an incident's reports to be looked at again.
func requeue(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO analysis_queue (report_id)
		SELECT report_id FROM report_analyses WHERE incident_id = $1 ORDER BY report_id LIMIT 1 ON CONFLICT DO NOTHING`, id)
	if err != nil {
		return fmt.Errorf("queue incident %d: %w", id, err)
	}
	return nil
}
