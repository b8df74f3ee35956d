package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const putForecastQuery = `INSERT INTO forecasts AS f (kind, indicator, area_code, category, made_at, through, method, points, mase, relative, coverage, days)
VALUES ($1, $2, $3, $4, $5, $6::text::date, $7, $8, $9, $10, $11, $12)
ON CONFLICT ON CONSTRAINT forecasts_pkey DO UPDATE SET made_at = excluded.made_at, through = excluded.through, method = excluded.method,
	points = excluded.points, mase = excluded.mase, relative = excluded.relative, coverage = excluded.coverage, days = excluded.days`

const dropForecastsQuery = `DELETE FROM forecasts WHERE made_at <> $1`

// KeepForecasts replaces all forecasts with those made at one time: what is not
// among them is forecast no more.
func (s *Store) KeepForecasts(ctx context.Context, madeAt time.Time, all []city.Forecast) error {
	madeAt = madeAt.Truncate(time.Microsecond)
	err := s.write(ctx, func(tx pgx.Tx) error {
		for _, f := range all {
			points, err := json.Marshal(f.Points)
			if err != nil {
				return fmt.Errorf("encode a forecast: %w", err)
			}
			if _, err := tx.Exec(ctx, putForecastQuery, string(f.Kind), f.Indicator, f.AreaCode, f.Category, madeAt, f.Through, f.Method,
				points, f.MASE, f.Relative, f.Coverage, f.Days); err != nil {
				return fmt.Errorf("put the forecast of %s%s at %s: %w", f.Kind, f.Indicator, f.AreaCode, err)
			}
		}
		_, err := tx.Exec(ctx, dropForecastsQuery, madeAt)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the forecasts: %w", err)
	}
	return nil
}

type forecastRow struct {
	Kind, Indicator, AreaCode, Category string
	MadeAt                              time.Time
	Through, Method                     string
	Points                              []byte
	MASE                                *float64 `db:"mase"`
	Relative, Coverage                  *float64
	Days                                int
}

const forecastsQuery = `SELECT kind, indicator, area_code, category, made_at, through::text AS through, method, points, mase, relative, coverage, days
FROM forecasts WHERE ($1 = '' OR ($1 = 'reports' AND kind = 'reports') OR (kind = 'indicator' AND indicator = $1)) AND ($2 = '' OR area_code = $2)
ORDER BY kind DESC, indicator, area_code, category LIMIT 1000`

// Forecasts returns the forecasts within the asker's rights: of subject
// "reports" or an indicator's slug, of one area; all of either where "".
func (s *Store) Forecasts(ctx context.Context, asker city.Asker, subject, area string) ([]city.Forecast, error) {
	out := []city.Forecast{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[forecastRow](ctx, tx, forecastsQuery, subject, area)
		if err != nil {
			return err
		}
		for _, r := range rows {
			f := city.Forecast{
				Kind: city.ForecastKind(r.Kind), Indicator: r.Indicator, AreaCode: r.AreaCode, Category: r.Category, MadeAt: r.MadeAt,
				Through: r.Through, Method: r.Method, MASE: r.MASE, Relative: r.Relative, Coverage: r.Coverage, Days: r.Days,
			}
			if err := json.Unmarshal(r.Points, &f.Points); err != nil {
				return fmt.Errorf("decode a forecast: %w", err)
			}
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the forecasts: %w", err)
	}
	return out, nil
}

// AreaDay is how many reports an area received on a city day.
type AreaDay struct {
	Day      time.Time // the date, at midnight UTC
	AreaCode string    // a kecamatan; the city where none is known
	Received int
}

const kecamatanDaysQuery = `SELECT day, CASE WHEN split_part(area_code, '.', 3) = '' THEN $3::text
		ELSE split_part(area_code, '.', 1) || '.' || split_part(area_code, '.', 2) || '.' || split_part(area_code, '.', 3) END AS area_code,
	sum(received)::integer AS received
FROM report_daily WHERE day >= $1::text::date AND day <= $2::text::date AND received > 0 GROUP BY 1, 2 ORDER BY 1, 2`

// KecamatanDays returns how many reports each kecamatan received on each city
// day from first to last, both included; days without any are left out. What is
// known of the city only stands under the city.
func (s *Store) KecamatanDays(ctx context.Context, first, last time.Time) ([]AreaDay, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []AreaDay
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[AreaDay](ctx, tx, kecamatanDaysQuery,
			first.In(cat.location).Format(time.DateOnly), last.In(cat.location).Format(time.DateOnly), cat.cityCode)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the days of the kecamatan: %w", err)
	}
	return out, nil
}

// DayValue is an indicator's day at an area, put together as the indicator
// says.
type DayValue struct {
	Day      time.Time // the date, at midnight UTC
	AreaCode string
	Value    float64
}

// What was foreseen is no history; areas below the kecamatan are too many to forecast.
const dayValuesQuery = `SELECT (time AT TIME ZONE $4::text)::date AS day, area_code,
	CASE $5::text WHEN 'sum' THEN sum(value) WHEN 'max' THEN max(value) WHEN 'last' THEN (array_agg(value ORDER BY time DESC))[1] ELSE avg(value) END AS value
FROM observations WHERE indicator = $1 AND time >= $2 AND time < $3 AND NOT forecast AND ` + counts + ` AND split_part(area_code, '.', 4) = ''
GROUP BY 1, 2 ORDER BY 2, 1`

// DayValues returns an indicator's measured days at the city and its kecamatan
// for observations in [from, to).
func (s *Store) DayValues(ctx context.Context, i city.Indicator, from, to time.Time) ([]DayValue, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []DayValue
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DayValue](ctx, tx, dayValuesQuery, i.Slug, from, to, cat.location.String(), i.Aggregation)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the days of %s: %w", i.Slug, err)
	}
	return out, nil
}
