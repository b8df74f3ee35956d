package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// countedDays counts the reports themselves by city day, area and category,
// for days from $1 on (NULL: all). $2 is the city's time zone, $3 the moment at
// which the first day begins.
const countedDays = `SELECT x.day, x.area_code, x.category, sum(x.received)::integer AS received, sum(x.closed)::integer AS closed
	FROM (
		SELECT (created_at AT TIME ZONE $2::text)::date AS day, area_code, coalesce(category, '') AS category, 1 AS received, 0 AS closed
		FROM reports WHERE removed_at IS NULL AND ($3::timestamptz IS NULL OR created_at >= $3)
		UNION ALL
		SELECT (closed_at AT TIME ZONE $2::text)::date, area_code, coalesce(category, ''), 0, 1
		FROM reports WHERE removed_at IS NULL AND closed_at IS NOT NULL AND ($3::timestamptz IS NULL OR closed_at >= $3)
	) x WHERE $1::date IS NULL OR x.day >= $1 GROUP BY 1, 2, 3`

// RebuildRollups counts all reports anew. Nothing else can write reports
// meanwhile; readers see the old counts until it is done. Rows are laid in the
// order of days, which keeps reading a period cheap (facts: performance §3).
func (s *Store) RebuildRollups(ctx context.Context) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE reports IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("hold the reports still: %w", err)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM report_daily"); err != nil {
			return fmt.Errorf("clear the daily counts: %w", err)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM report_monthly"); err != nil {
			return fmt.Errorf("clear the monthly counts: %w", err)
		}
		// Segments rest on the days of the zone as well; SealReports makes them anew.
		if _, err := tx.Exec(ctx, "DELETE FROM report_segments"); err != nil {
			return fmt.Errorf("clear the segments: %w", err)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM report_sealed_months"); err != nil {
			return fmt.Errorf("clear the sealed months: %w", err)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO report_daily (day, area_code, category, received, closed) "+countedDays+" ORDER BY 1, 2, 3", nil, cat.location.String(), nil); err != nil {
			return fmt.Errorf("count by day: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO report_monthly (month, area_code, category, received, closed)
			SELECT date_trunc('month', day)::date, area_code, category, sum(received), sum(closed) FROM report_daily GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`); err != nil {
			return fmt.Errorf("count by month: %w", err)
		}
		return nil
	})
}

// RollupDifference is a kept count that is not what the reports say: a bug, or
// somebody who wrote past the triggers.
type RollupDifference struct {
	Level           string // "day" or "month"
	Period          time.Time
	AreaCode        string
	Category        string
	KeptReceived    int
	KeptClosed      int
	CountedReceived int
	CountedClosed   int
}

const compareDaysQuery = `WITH counted AS (` + countedDays + `)
SELECT 'day' AS level, day AS period, area_code, category, coalesce(k.received, 0) AS kept_received, coalesce(k.closed, 0) AS kept_closed,
	coalesce(c.received, 0) AS counted_received, coalesce(c.closed, 0) AS counted_closed
FROM (SELECT * FROM report_daily WHERE day >= $1::date) k FULL JOIN counted c USING (day, area_code, category)
WHERE (coalesce(k.received, 0), coalesce(k.closed, 0)) <> (coalesce(c.received, 0), coalesce(c.closed, 0))
ORDER BY 2, 3, 4 LIMIT 1000`

// Months are compared with the days kept, which were compared with the reports
// when they were the last seven.
const compareMonthsQuery = `WITH counted AS (
	SELECT date_trunc('month', day)::date AS month, area_code, category, sum(received)::integer AS received, sum(closed)::integer AS closed
	FROM report_daily WHERE day >= date_trunc('month', $1::date) GROUP BY 1, 2, 3
)
SELECT 'month' AS level, month AS period, area_code, category, coalesce(k.received, 0) AS kept_received, coalesce(k.closed, 0) AS kept_closed,
	coalesce(c.received, 0) AS counted_received, coalesce(c.closed, 0) AS counted_closed
FROM (SELECT * FROM report_monthly WHERE month >= date_trunc('month', $1::date)) k FULL JOIN counted c USING (month, area_code, category)
WHERE (coalesce(k.received, 0), coalesce(k.closed, 0)) <> (coalesce(c.received, 0), coalesce(c.closed, 0))
ORDER BY 2, 3, 4 LIMIT 1000`

// CompareRollups counts the reports of today and the days days before it anew,
// and later ones, and returns where the kept counts differ, by day and by
// month; at most 1000 of each. None is what is expected: any is an alarm.
func (s *Store) CompareRollups(ctx context.Context, days int) ([]RollupDifference, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	begin := cat.calendar.DayStart(s.now()).AddDate(0, 0, -days)
	day := begin.Format(time.DateOnly)
	var out []RollupDifference
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		byDay, err := rowsOf[RollupDifference](ctx, tx, compareDaysQuery, day, cat.location.String(), begin)
		if err != nil {
			return fmt.Errorf("compare the daily counts: %w", err)
		}
		byMonth, err := rowsOf[RollupDifference](ctx, tx, compareMonthsQuery, day)
		if err != nil {
			return fmt.Errorf("compare the monthly counts: %w", err)
		}
		out = append(byDay, byMonth...)
		return nil
	})
	return out, err
}
