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

// RefreshDeadlines works out the deadline of every unfinished report anew,
// after holidays or norms have changed.
func (s *Store) RefreshDeadlines(ctx context.Context) error {
	s.forgetCatalogue()
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			ID        int64
			CreatedAt time.Time
			Category  string
			DueAt     *time.Time
		}](ctx, tx, `SELECT id, created_at, category, due_at FROM reports
			WHERE status IN ('open', 'in_progress') AND removed_at IS NULL AND category IS NOT NULL`)
		if err != nil {
			return fmt.Errorf("read unfinished reports: %w", err)
		}
		var ids []int64
		var dues []time.Time
		for _, r := range rows {
			due := cat.calendar.Due(r.CreatedAt, cat.categories[r.Category].Days)
			if r.DueAt == nil || !r.DueAt.Equal(due) {
				ids, dues = append(ids, r.ID), append(dues, due)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		// Before any report, as an ingest that changes counts may hold it while
		// it waits for one.
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		if _, err = tx.Exec(ctx, `UPDATE reports r SET due_at = t.due, content_hash = 0, changed_at = now()
			FROM unnest($1::bigint[], $2::timestamptz[]) AS t(id, due) WHERE r.id = t.id`, ids, dues); err != nil {
			return fmt.Errorf("move deadlines: %w", err)
		}
		return tellDeadlines(ctx, tx, cat, ids)
	})
}

func tellDeadlines(ctx context.Context, tx pgx.Tx, cat *catalogue, ids []int64) error {
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
