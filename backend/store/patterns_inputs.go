package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// DayCount is how many reports an area and category received on a city day.
// Area and category are "" where not known.
type DayCount struct {
	Day      time.Time // the date, at midnight UTC
	AreaCode string
	Category string
	Received int
}

const dayCountsQuery = `SELECT day, area_code, category, received FROM report_daily
	WHERE day >= $1::text::date AND day <= $2::text::date AND received > 0 ORDER BY day, area_code, category`

// DayCounts returns the counts of each city day from first to last, both
// included.
func (s *Store) DayCounts(ctx context.Context, first, last time.Time) ([]DayCount, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []DayCount
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DayCount](ctx, tx, dayCountsQuery,
			first.In(cat.location).Format(time.DateOnly), last.In(cat.location).Format(time.DateOnly))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the daily counts: %w", err)
	}
	return out, nil
}

// DayRain is the rain of a city day in millimetres, mean over the stations.
type DayRain struct {
	Day time.Time // the date, at midnight UTC
	MM  float64   `db:"mm"`
}

// A value says how much fell within its step before its time; the middle of
// the step decides the day. Of several instruments that measure rain, the one
// with most of it is believed: others may have been away for part of the day.
const dayRainQuery = `SELECT day, max(mm) AS mm FROM (
	SELECT day, indicator, avg(mm) AS mm FROM (
		SELECT ((o.time - make_interval(secs => i.step_seconds / 2.0)) AT TIME ZONE $3::text)::date AS day, o.indicator, o.area_code, o.station, sum(o.value) AS mm
		FROM observations o JOIN (SELECT slug, max(step_seconds) AS step_seconds FROM hazard_inputs WHERE role = 'hujan' GROUP BY slug) i ON i.slug = o.indicator
		WHERE o.time >= $1 AND o.time < $2 AND NOT o.forecast AND ` + counts + ` AND o.value >= 0 GROUP BY 1, 2, 3, 4
	) station GROUP BY 1, 2
) day GROUP BY 1 ORDER BY 1`

// DailyRain returns the rain of each city day that has any reading, measured
// by the indicators that the hazards name as rain, for readings in [from, to).
func (s *Store) DailyRain(ctx context.Context, from, to time.Time) ([]DayRain, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []DayRain
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DayRain](ctx, tx, dayRainQuery, from, to, cat.location.String())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the daily rain: %w", err)
	}
	return out, nil
}

// CellCount is how many reports lie in a cell of a grid counted from 0° 0°.
type CellCount struct {
	X, Y int32
	// Matching are those of the wanted category, All of any.
	Matching, All int
}

const cellCountsQuery = `SELECT floor(lon / $3::float8)::int AS x, floor(lat / $4::float8)::int AS y,
	(count(*) FILTER (WHERE $5::text = '' OR category = $5))::int AS matching, count(*)::int AS "all"
	FROM reports WHERE created_at >= $1 AND created_at < $2 AND removed_at IS NULL AND lon IS NOT NULL AND computed_area IS NOT NULL
	GROUP BY 1, 2 ORDER BY 2, 1 LIMIT 200000`

// CellCounts counts the reports created in [from, to) that lie in the city by
// cells of stepLon by stepLat degrees, within the asker's rights.
func (s *Store) CellCounts(ctx context.Context, asker city.Asker, category string, from, to time.Time, stepLon, stepLat float64) ([]CellCount, error) {
	var out []CellCount
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[CellCount](ctx, tx, cellCountsQuery, from, to, stepLon, stepLat, category)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count reports by cell: %w", err)
	}
	return out, nil
}

// SourceShare is how many reports of an area came from a source.
type SourceShare struct {
	AreaCode string
	Source   string // slug
	Count    int
}

const sourceSharesQuery = `SELECT r.area_code, s.slug AS source, count(*)::int AS count FROM reports r JOIN sources s ON s.id = r.source_id
	WHERE r.created_at >= $1 AND r.created_at < $2 AND r.removed_at IS NULL AND r.area_code <> '' GROUP BY 1, 2`

// SourceShares counts the reports of each area by source, created in [from, to).
func (s *Store) SourceShares(ctx context.Context, from, to time.Time) (out []SourceShare, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[SourceShare](ctx, tx, sourceSharesQuery, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count reports by source: %w", err)
	}
	return out, nil
}

// SaidReport is a report as the search for campaigns reads it. Mark tells
// reporters apart and says nothing else of them; 0 when the source does not
// name them.
type SaidReport struct {
	ID        int64
	CreatedAt time.Time
	Channel   string
	AreaCode  string
	Text      string
	Mark      int64
}

const saidReportsQuery = `SELECT r.id, r.created_at, r.channel, r.area_code, r.text || ` + heardToo + ` AS text, coalesce(m.mark, 0) AS mark
	FROM reports r LEFT JOIN reporter_marks($1) m ON m.report_id = r.id
	WHERE r.created_at >= $1 AND r.removed_at IS NULL ORDER BY r.created_at DESC, r.id DESC LIMIT $2`

// SaidReports returns what was reported since a time, newest first, at most
// limit. Texts may hold personal data: they are for the analysis alone.
func (s *Store) SaidReports(ctx context.Context, since time.Time, limit int) (out []SaidReport, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[SaidReport](ctx, tx, saidReportsQuery, since, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was reported: %w", err)
	}
	return out, nil
}

// ReportTime is when a report came in, and by which way.
type ReportTime struct {
	CreatedAt time.Time
	Channel   string
	AreaCode  string
}

// ReportTimes returns when the reports created in [from, to) came in, at most
// half a million.
func (s *Store) ReportTimes(ctx context.Context, from, to time.Time) (out []ReportTime, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[ReportTime](ctx, tx, `SELECT created_at, channel, area_code FROM reports
			WHERE created_at >= $1 AND created_at < $2 AND removed_at IS NULL ORDER BY created_at, id LIMIT 500000`, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read when reports came: %w", err)
	}
	return out, nil
}

// OfficeClosing is a report that an office closed.
type OfficeClosing struct {
	ReportID int64
	Office   string // short name
	ClosedAt time.Time
	Answered bool // something was said to the citizen before
}

const closingsQuery = `SELECT r.id AS report_id, f.short_name AS office, r.closed_at, coalesce(r.responded_at < r.closed_at, false) AS answered
	FROM reports r JOIN offices f ON f.id = r.office_id
	WHERE r.closed_at >= $1 AND r.closed_at < $2 AND r.removed_at IS NULL ORDER BY 2, 3, 1 LIMIT 500000`

// OfficeClosings returns what offices closed in [from, to), by office and time,
// at most half a million.
func (s *Store) OfficeClosings(ctx context.Context, from, to time.Time) (out []OfficeClosing, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OfficeClosing](ctx, tx, closingsQuery, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what offices closed: %w", err)
	}
	return out, nil
}
