package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// StationReading is one value of a station.
type StationReading struct {
	Indicator string
	AreaCode  string
	Station   string
	Time      time.Time
	Value     float64
}

// ForecastValue is one foreseen value.
type ForecastValue struct {
	Indicator string
	AreaCode  string
	Time      time.Time
	Value     float64
	IssuedAt  time.Time
}

// HazardVoice is a report of a hazard's category.
type HazardVoice struct {
	AreaCode  string
	CreatedAt time.Time
}

// PastReports is how many reports an area had, of the wanted categories and
// of all.
type PastReports struct {
	AreaCode string
	Hazard   int
	All      int
}

// HazardMatter is what is stored about a hazard's inputs, raw: the analysis
// makes the rest of it.
type HazardMatter struct {
	// Rain of the last 25 hours and Levels of the last 15 days (hourly means,
	// and each station's newest value), newest first.
	Rain, Levels   []StationReading
	Forecast       []ForecastValue // from three hours ago on
	Warnings       []city.Alert
	WarningsRead   *time.Time
	Voices         []HazardVoice // of the last six hours
	VoicesNewest   *time.Time
	Past           []PastReports
	PastDays       int
	AnySimulated   bool
	ForecastIssued *time.Time
}

// Spans that are read back.
const (
	rainSpan    = 49 * time.Hour // a daily value may be a day old when it is newest
	levelSpan   = 15 * 24 * time.Hour
	voicesSpan  = 6 * time.Hour
	pastDays    = 365
	pastRestart = 2 // days before today that no longer belong to a running event
)

const (
	hazardRainQuery = `SELECT indicator, area_code, station, time, value FROM observations
	WHERE indicator = ANY ($1) AND time > $2 AND time <= $3 AND NOT forecast AND ` + counts + ` ORDER BY time DESC`
	hazardLevelsHourlyQuery = `SELECT indicator, area_code, station, time, value FROM (
		SELECT indicator, area_code, station, time, value FROM station_states WHERE indicator = ANY ($1) AND time <= $3
		UNION ALL
		SELECT indicator, area_code, station, date_trunc('hour', time) + interval '30 minutes', avg(value) FROM observations
		WHERE indicator = ANY ($1) AND time > $2 AND time < date_trunc('hour', $3::timestamptz) AND NOT forecast AND ` + counts + `
		GROUP BY indicator, area_code, station, date_trunc('hour', time)
	) x ORDER BY time DESC`
	hazardForecastQuery = `SELECT indicator, area_code, time, value, issued_at FROM observations
	WHERE indicator = ANY ($1) AND time > $2 AND time <= $3 AND forecast AND ` + counts + ` ORDER BY time`
	hazardVoicesQuery = `SELECT area_code, created_at FROM reports WHERE created_at > $1 AND created_at <= $2 AND removed_at IS NULL
	AND category = ANY ($3) AND area_code <> ''`
	hazardPastQuery = `SELECT area_code, coalesce(sum(received) FILTER (WHERE category = ANY ($3)), 0)::integer AS hazard, sum(received)::integer AS "all"
	FROM report_daily WHERE day >= $1::text::date AND day < $2::text::date AND area_code <> '' GROUP BY area_code`
	hazardWarningsQuery = `SELECT data FROM alerts WHERE kind = 'warning' AND ended_at IS NULL AND (until IS NULL OR until > $1)`
	// The source that last brought a warning is asked how it does.
	hazardWarningsReadQuery = `SELECT max(st.last_success) FROM source_state st WHERE st.source_id IN (SELECT source_id FROM alerts WHERE kind = 'warning')`
	hazardVoicesNewestQuery = `SELECT max(created_at) FROM (SELECT created_at FROM reports WHERE created_at <= $1 ORDER BY created_at DESC LIMIT 1) x`
)

// HazardMatter reads what an assessment at a time needs for the declared
// inputs.
func (s *Store) HazardMatter(ctx context.Context, d city.HazardDeclarations, at time.Time) (m HazardMatter, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return m, err
	}
	slugs := map[city.HazardRole][]string{}
	for _, in := range d.Inputs {
		slugs[in.Role] = append(slugs[in.Role], in.Slug)
	}
	levels := append(append([]string{}, slugs[city.RoleTide]...), slugs[city.RoleLevel]...)
	foreseen := append(append([]string{}, slugs[city.RoleForecast]...), slugs[city.RoleTide]...)
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		m = HazardMatter{PastDays: pastDays - pastRestart}
		if m.Rain, err = rowsOf[StationReading](ctx, tx, hazardRainQuery, slugs[city.RoleRain], at.Add(-rainSpan), at); err != nil {
			return fmt.Errorf("read rain: %w", err)
		}
		if m.Levels, err = rowsOf[StationReading](ctx, tx, hazardLevelsHourlyQuery, levels, at.Add(-levelSpan), at); err != nil {
			return fmt.Errorf("read levels: %w", err)
		}
		if m.Forecast, err = rowsOf[ForecastValue](ctx, tx, hazardForecastQuery, foreseen, at.Add(-3*time.Hour), at.Add(27*time.Hour)); err != nil {
			return fmt.Errorf("read forecasts: %w", err)
		}
		today := cat.calendar.DayStart(at)
		if m.Past, err = rowsOf[PastReports](ctx, tx, hazardPastQuery, today.AddDate(0, 0, -pastDays).Format(time.DateOnly),
			today.AddDate(0, 0, -pastRestart).Format(time.DateOnly), slugs[city.RoleVoices]); err != nil {
			return fmt.Errorf("count past reports: %w", err)
		}
		if m.Voices, err = rowsOf[HazardVoice](ctx, tx, hazardVoicesQuery, at.Add(-voicesSpan), at, slugs[city.RoleVoices]); err != nil {
			return fmt.Errorf("read voices: %w", err)
		}
		return m.readWarnings(ctx, tx, at)
	})
	for _, src := range cat.sources {
		m.AnySimulated = m.AnySimulated || src.Simulated
	}
	for _, f := range m.Forecast {
		if m.ForecastIssued == nil || f.IssuedAt.After(*m.ForecastIssued) {
			m.ForecastIssued = &f.IssuedAt
		}
	}
	return m, err
}

func (m *HazardMatter) readWarnings(ctx context.Context, tx pgx.Tx, at time.Time) error {
	rows, err := column[[]byte](ctx, tx, hazardWarningsQuery, at)
	if err != nil {
		return fmt.Errorf("read warnings: %w", err)
	}
	m.Warnings = make([]city.Alert, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r, &m.Warnings[i]); err != nil {
			return fmt.Errorf("decode a warning: %w", err)
		}
	}
	if err := tx.QueryRow(ctx, hazardWarningsReadQuery).Scan(&m.WarningsRead); err != nil {
		return fmt.Errorf("read the warnings' source: %w", err)
	}
	if err := tx.QueryRow(ctx, hazardVoicesNewestQuery, at).Scan(&m.VoicesNewest); err != nil {
		return fmt.Errorf("read the newest report: %w", err)
	}
	return nil
}
