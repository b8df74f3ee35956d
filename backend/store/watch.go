package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// AreaWindow is how many reports an area and category received in the last
// length, and in the same length over and over before it.
type AreaWindow struct {
	AreaCode string
	Category string
	Recent   int
	Past     int
}

const windowsQuery = `WITH recent AS (
	SELECT area_code, category, count(*)::int AS n FROM reports
	WHERE created_at >= $1 AND created_at <= $2 AND removed_at IS NULL AND area_code <> '' AND category IS NOT NULL
	GROUP BY 1, 2 HAVING count(*) >= 3
)
SELECT r.area_code, r.category, r.n AS recent, coalesce((
	SELECT sum(d.received)::int FROM report_daily d
	WHERE d.area_code = r.area_code AND d.category = r.category AND d.day >= $3::text::date AND d.day < $4::text::date
), 0) AS past FROM recent r`

// RecentWindows counts reports by area and category in the last length of
// time where there were at least three, and in the whole days before, back to
// days days ago.
func (s *Store) RecentWindows(ctx context.Context, length time.Duration, days int) ([]AreaWindow, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	today := cat.calendar.DayStart(now)
	var out []AreaWindow
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[AreaWindow](ctx, tx, windowsQuery, now.Add(-length), now,
			today.AddDate(0, 0, -days).Format(time.DateOnly), today.Format(time.DateOnly))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count recent reports: %w", err)
	}
	return out, nil
}

// OverdueCount is how many unfinished reports of an office are past their
// deadline, and since when the oldest is.
type OverdueCount struct {
	Office string
	Count  int
	Oldest time.Time
}

const overdueQuery = `SELECT f.short_name AS office, count(*)::int AS count, min(r.due_at) AS oldest FROM reports r JOIN offices f ON f.id = r.office_id
	WHERE r.status IN ('open', 'in_progress') AND r.removed_at IS NULL AND r.due_at <= $1 GROUP BY 1 ORDER BY 2 DESC, 1`

// OverdueByOffice counts what is past its deadline now, most first.
func (s *Store) OverdueByOffice(ctx context.Context) (out []OverdueCount, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OverdueCount](ctx, tx, overdueQuery, s.now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count overdue reports: %w", err)
	}
	return out, nil
}
