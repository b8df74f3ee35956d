package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type pastRow struct {
	ID        int64
	Office    string
	Category  string
	CreatedAt time.Time
	ClosedAt  *time.Time
	DueAt     *time.Time
}

// Rejected reports are left out: nothing says when they were.
const pastReportsQuery = `SELECT r.id, f.short_name AS office, r.category, r.created_at, r.closed_at, r.due_at
	FROM reports r JOIN offices f ON f.id = r.office_id
	WHERE r.created_at >= $1 AND r.removed_at IS NULL AND r.category IS NOT NULL
		AND (r.status IN ('open', 'in_progress') OR (r.status = 'closed' AND r.closed_at IS NOT NULL))
	ORDER BY r.created_at DESC, r.id DESC LIMIT $2`

// PastReports returns what an office's pace is learned from: reports received
// since a time, the newest limit of them, unfinished ones with ClosedAt nil.
func (s *Store) PastReports(ctx context.Context, since time.Time, limit int) (out []city.PastReport, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[pastRow](ctx, tx, pastReportsQuery, since, limit)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		paused, err := rowsOf[pauseRow](ctx, tx, pausesQuery, ids)
		if err != nil {
			return err
		}
		pauses := pausesByReport(paused)
		out = make([]city.PastReport, len(rows))
		for i, r := range rows {
			out[i] = city.PastReport{Office: r.Office, Category: r.Category, CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt, DueAt: r.DueAt, Pauses: pauses[r.ID]}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read how long reports took: %w", err)
	}
	return out, nil
}

// runningReportsQuery leaves out reports whose clock stands: they have no
// deadline.
const runningReportsQuery = reportColumnsQuery + reportsFrom + `WHERE r.removed_at IS NULL AND r.status IN ('open', 'in_progress')
	AND r.due_at > @now AND r.due_at <= @until AND r.category IS NOT NULL AND r.office_id IS NOT NULL
	AND (@own_area = '' OR (r.area_code ~>=~ @own_area AND r.area_code ~<~ (@own_area || '/')))
	AND (@own_office::bigint = 0 OR r.office_id = @own_office)
	AND (@area = '' OR (r.area_code ~>=~ @area AND r.area_code ~<~ (@area || '/')))
	AND (NOT @one_office::boolean OR r.office_id = @office::bigint)
	ORDER BY r.due_at, r.id LIMIT @limit`

// RunningReports returns the asker's unfinished reports whose closing deadline
// lies after now and not after until, the nearest first, at most limit. office
// is a short name, "" for all; area a code, "" for all.
func (s *Store) RunningReports(ctx context.Context, asker city.Asker, office, area string, until time.Time, limit int) (out []city.RunningReport, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	if area == cat.cityCode {
		area = ""
	}
	scope := asker.Scope()
	args := pgx.NamedArgs{
		"now": s.now(), "until": until, "own_area": scope.AreaCode, "own_office": scope.OfficeID, "area": area,
		"one_office": office != "", "office": cat.officeID(office), "limit": limit,
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[summaryRow](ctx, tx, runningReportsQuery, args)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		paused, err := rowsOf[pauseRow](ctx, tx, pausesQuery, ids)
		if err != nil {
			return err
		}
		pauses := pausesByReport(paused)
		out = make([]city.RunningReport, len(rows))
		for i, r := range rows {
			out[i] = city.RunningReport{ReportSummary: r.summary(cat), Pauses: pauses[r.ID]}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	return out, nil
}
