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
	StatusBy string
	OfficeID int64
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

const updateIncidentQuery = `UPDATE incidents SET key = coalesce(nullif(@key, ''), key), title = @title, title_by = @title_by, category = nullif(@category, ''), area_code = @area,
	office_id = nullif(@office::bigint, 0), status = @status, status_by = @status_by, urgency = @urgency, voices = @voices, unfinished = @unfinished,
	recurrence = @recurrence, first_at = @first_at, last_at = @last_at, lon = @lon, lat = @lat, answer = @answer, closed_at = @closed_at,
	data = @data, changed_at = @now, merged_into = NULL
	WHERE id = @id`

const insertIncidentQuery = `INSERT INTO incidents (key, title, title_by, category, area_code, office_id, status, status_by, urgency, voices, unfinished,
	recurrence, first_at, last_at, lon, lat, answer, closed_at, data, changed_at)
VALUES (@key, @title, @title_by, nullif(@category, ''), @area, nullif(@office::bigint, 0), @status, @status_by, @urgency, @voices, @unfinished,
	@recurrence, @first_at, @last_at, @lon, @lat, @answer, @closed_at, @data, @now) RETURNING id`

// incidentArgs are an incident's columns.
func incidentArgs(i *incidentState, key string, now time.Time) (pgx.NamedArgs, error) {
	data, err := json.Marshal(i.Incident)
	if err != nil {
		return nil, fmt.Errorf("encode an incident: %w", err)
	}
	return pgx.NamedArgs{
		"id": i.ID, "key": key, "title": i.Title, "title_by": i.TitleBy, "category": i.Category, "area": i.AreaCode, "office": i.OfficeID,
		"status": string(i.Status), "status_by": i.StatusBy, "urgency": string(i.Urgency), "voices": i.Voices, "unfinished": i.Unfinished,
		"recurrence": i.Recurrence, "first_at": i.FirstAt, "last_at": i.LastAt, "lon": i.Lon, "lat": i.Lat, "answer": i.Answer,
		"closed_at": i.ClosedAt, "data": data, "now": now,
	}, nil
}

// putIncident stores an incident, new when it has no number, and returns the
// events that tell of it. was is whose it was before.
func putIncident(ctx context.Context, tx pgx.Tx, i *incidentState, key string, now time.Time, was *incidentState) ([]city.Event, error) {
	i.ChangedAt = now.UTC().Truncate(time.Microsecond)
	args, err := incidentArgs(i, key, i.ChangedAt)
	if err != nil {
		return nil, err
	}
	if i.ID == 0 {
		if err := tx.QueryRow(ctx, insertIncidentQuery, args).Scan(&i.ID); err != nil {
			return nil, fmt.Errorf("add an incident: %w", err)
		}
	} else if _, err := tx.Exec(ctx, updateIncidentQuery, args); err != nil {
		return nil, fmt.Errorf("change incident %d: %w", i.ID, err)
	}
	i.Incident.ID = i.ID
	return incidentEvents(i, was)
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
		events, err := putIncident(ctx, tx, i, "", s.now(), nil)
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
		if _, err := tx.Exec(ctx, answerReportsQuery, i.ID, i.Answer); err != nil {
			return fmt.Errorf("answer the reports of incident %d: %w", i.ID, err)
		}
	}
	return nil
}

// answerReportsQuery gives each reporter's own ticket the closing answer; one
// that was delivered already stays as it was said.
const answerReportsQuery = `INSERT INTO report_answers AS w (report_id, incident_id, text)
SELECT a.report_id, $1, $2 FROM report_analyses a JOIN reports r ON r.id = a.report_id WHERE a.incident_id = $1 AND r.removed_at IS NULL
ON CONFLICT ON CONSTRAINT report_answers_pkey DO UPDATE SET text = excluded.text, at = now() WHERE w.delivered_at IS NULL`

// requeue asks for an incident's reports to be looked at again.
func requeue(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO analysis_queue (report_id)
		SELECT report_id FROM report_analyses WHERE incident_id = $1 ORDER BY report_id LIMIT 1 ON CONFLICT DO NOTHING`, id)
	if err != nil {
		return fmt.Errorf("queue incident %d: %w", id, err)
	}
	return nil
}
