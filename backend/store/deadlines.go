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

// changedDeadlinesQuery reads what screens show of reports whose deadline moved.
const changedDeadlinesQuery = reportColumnsQuery + reportsFrom + `WHERE r.id = ANY ($1) ORDER BY r.id`

// clockRow is what the clock needs of a report, and the deadlines it has.
type clockRow struct {
	ID                    int64
	Channel               string
	CreatedAt             time.Time
	RespondedAt, ClosedAt *time.Time
	Category              string
	DueAt, RespondDueAt   *time.Time
}

const (
	clockColumns = `SELECT r.id, r.channel, r.created_at, r.responded_at, CASE WHEN r.status IN ('closed', 'rejected') THEN r.closed_at END AS closed_at,
	coalesce(r.category, '') AS category, r.due_at, r.respond_due_at FROM reports r WHERE r.removed_at IS NULL AND `
	unfinishedClocksQuery = clockColumns + `r.status IN ('open', 'in_progress')`
	clocksQuery           = clockColumns + `r.id = ANY ($1)`

	unfinishedPausesQuery = `SELECT p.report_id, p.began_at, p.ended_at FROM report_pauses p JOIN reports r ON r.id = p.report_id
	WHERE r.removed_at IS NULL AND r.status IN ('open', 'in_progress')`
	pausesQuery = `SELECT report_id, began_at, ended_at FROM report_pauses WHERE report_id = ANY ($1)`
)

type pauseRow struct {
	ReportID int64
	BeganAt  time.Time
	EndedAt  *time.Time
}

func pausesByReport(rows []pauseRow) map[int64][]city.Pause {
	out := map[int64][]city.Pause{}
	for _, r := range rows {
		out[r.ReportID] = append(out[r.ReportID], city.Pause{From: r.BeganAt, Until: r.EndedAt})
	}
	return out
}

// deadlines works out a report's deadlines as its clock stands.
func (c *catalogue) deadlines(r clockRow, pauses []city.Pause) city.Deadlines {
	return c.clock.Deadlines(city.Matter{
		ReceivedAt: r.CreatedAt, Channel: r.Channel, Category: r.Category, CategoryDays: c.categories[r.Category].Days,
		RespondedAt: r.RespondedAt, ClosedAt: r.ClosedAt, Pauses: pauses,
	})
}

// RefreshDeadlines works out both deadlines of every unfinished report anew,
// after holidays, norms or pauses have changed.
func (s *Store) RefreshDeadlines(ctx context.Context) error {
	s.forgetCatalogue()
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[clockRow](ctx, tx, unfinishedClocksQuery)
		if err != nil {
			return fmt.Errorf("read unfinished reports: %w", err)
		}
		pauses, err := rowsOf[pauseRow](ctx, tx, unfinishedPausesQuery)
		if err != nil {
			return fmt.Errorf("read the pauses of unfinished reports: %w", err)
		}
		moved, err := moveDeadlines(ctx, tx, cat, rows, pausesByReport(pauses))
		if err != nil {
			return err
		}
		return tellDeadlines(ctx, tx, cat, moved)
	})
}

// refreshDeadlinesOf works out the deadlines of some reports anew, whatever
// their status, after their category or pauses have changed in the same
// transaction; telling screens is the caller's.
func refreshDeadlinesOf(ctx context.Context, tx pgx.Tx, cat *catalogue, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := rowsOf[clockRow](ctx, tx, clocksQuery, ids)
	if err != nil {
		return fmt.Errorf("read the reports whose clock moves: %w", err)
	}
	pauses, err := rowsOf[pauseRow](ctx, tx, pausesQuery, ids)
	if err != nil {
		return fmt.Errorf("read pauses: %w", err)
	}
	_, err = moveDeadlines(ctx, tx, cat, rows, pausesByReport(pauses))
	return err
}

// moveDeadlines writes the deadlines that are not as stored and returns whose.
func moveDeadlines(ctx context.Context, tx pgx.Tx, cat *catalogue, rows []clockRow, pauses map[int64][]city.Pause) ([]int64, error) {
	var ids []int64
	var dues, responds []*time.Time
	for _, r := range rows {
		d := cat.deadlines(r, pauses[r.ID])
		if !sameTime(r.DueAt, d.Close) || !sameTime(r.RespondDueAt, d.Respond) {
			ids, dues, responds = append(ids, r.ID), append(dues, d.Close), append(responds, d.Respond)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	// Before any report, as an ingest that changes counts may hold it while
	// it waits for one.
	if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
		return nil, fmt.Errorf("lock the counts: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE reports r SET due_at = t.due, respond_due_at = t.respond, changed_at = now()
		FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS t(id, due, respond) WHERE r.id = t.id`, ids, dues, responds); err != nil {
		return nil, fmt.Errorf("move deadlines: %w", err)
	}
	return ids, nil
}

func sameTime(a, b *time.Time) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
}

// tellDeadlines tells screens of reports whose clock moved.
func tellDeadlines(ctx context.Context, tx pgx.Tx, cat *catalogue, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := rowsOf[summaryRow](ctx, tx, changedDeadlinesQuery, ids)
	if err != nil {
		return fmt.Errorf("read the reports whose deadline moved: %w", err)
	}
	events := make([]city.Event, len(rows))
	for i, r := range rows {
		data, err := json.Marshal(r.summary(cat))
		if err != nil {
			return fmt.Errorf("encode report %d: %w", r.ID, err)
		}
		events[i] = city.Event{Topic: city.TopicReports, Key: strconv.FormatInt(r.ID, 10), Op: "put", Data: data, AreaCode: r.AreaCode, OfficeID: r.OfficeID}
	}
	return appendEvents(ctx, tx, events)
}
