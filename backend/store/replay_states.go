package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// framedObservationsQuery is the last value of every station in every step; step 0 holds
// the last one before the replay begins.
const framedObservationsQuery = `SELECT DISTINCT ON (area_code, station, frame) area_code, station, frame, time, value FROM (
	SELECT o.area_code, o.station, greatest(0, ceil(extract(epoch FROM o.time - @first) / @step))::int AS frame, o.time, o.value
	FROM (SELECT DISTINCT area_code FROM station_states WHERE indicator = @indicator) a
	CROSS JOIN LATERAL (
		SELECT * FROM observations o WHERE o.indicator = @indicator AND o.area_code = a.area_code AND ` + counts + ` AND o.time > @from AND o.time <= @last
	) o
) x ORDER BY area_code, station, frame, time DESC`

type observedRow struct {
	AreaCode, Station string
	Frame             int
	Time              time.Time
	Value             float64
}

// indicator puts each area's stations together at each frame as statesQuery
// does for now: silent ones stop counting, and an area whose newest value is
// older than twice the indicator's freshness has none.
func (r *replay) indicator(ctx context.Context, tx pgx.Tx, ind city.Indicator) error {
	patience := 2 * time.Duration(ind.FreshForSeconds) * time.Second
	rows, err := rowsOf[observedRow](ctx, tx, framedObservationsQuery, pgx.NamedArgs{
		"indicator": ind.Slug, "first": r.grid.first, "from": r.grid.first.Add(-patience), "last": r.grid.last(), "step": r.grid.step.Seconds(),
	})
	if err != nil {
		return fmt.Errorf("read the observations: %w", err)
	}
	byArea := map[string][]observedRow{}
	for _, row := range rows {
		byArea[row.AreaCode] = append(byArea[row.AreaCode], row)
	}
	for code := range byArea {
		r.out.Areas = append(r.out.Areas, code)
	}
	r.columns()
	for c, code := range r.out.Areas {
		heard := byArea[code]
		slices.SortStableFunc(heard, func(a, b observedRow) int { return cmp.Compare(a.Frame, b.Frame) })
		now := map[string]observedRow{}
		for f := range r.grid.count {
			for len(heard) > 0 && heard[0].Frame <= f {
				now[heard[0].Station], heard = heard[0], heard[1:]
			}
			if v, ok := together(now, ind.Aggregation, r.grid.at(f), patience); ok {
				r.set(f, c, v)
				r.out.N[f]++
			}
		}
	}
	return nil
}

// together aggregates the stations that still speak at a moment.
func together(stations map[string]observedRow, aggregation string, at time.Time, patience time.Duration) (float64, bool) {
	var newest observedRow
	for _, s := range stations {
		if s.Time.After(newest.Time) {
			newest = s
		}
	}
	if newest.Time.IsZero() || at.Sub(newest.Time) > patience {
		return 0, false
	}
	if aggregation == "last" {
		return newest.Value, true
	}
	var sum, most float64
	n := 0
	for _, s := range stations {
		if newest.Time.Sub(s.Time) > patience {
			continue
		}
		if n == 0 || s.Value > most {
			most = s.Value
		}
		sum += s.Value
		n++
	}
	switch aggregation {
	case "sum":
		return sum, true
	case "max":
		return most, true
	}
	return sum / float64(n), true
}

// floodRisksQuery is each area's last assessment before the replay begins, and
// every change after it.
const floodRisksQuery = `SELECT a.area_code, h.at, h.level FROM (SELECT DISTINCT area_code FROM hazard_risks WHERE hazard = @hazard) a
CROSS JOIN LATERAL (
	(SELECT at, level FROM hazard_history h WHERE (h.hazard, h.area_code, h.horizon_hours) = (@hazard, a.area_code, @hours::int) AND h.at <= @first ORDER BY h.at DESC LIMIT 1)
	UNION ALL
	(SELECT at, level FROM hazard_history h WHERE (h.hazard, h.area_code, h.horizon_hours) = (@hazard, a.area_code, @hours::int) AND h.at > @first AND h.at <= @last)
) h ORDER BY 1, 2`

// floodCategoryQuery is the category whose reports tell of floods.
const floodCategoryQuery = `SELECT slug FROM hazard_inputs WHERE hazard = $1 AND role = 'laporan' ORDER BY slug LIMIT 1`

// flood replays the levels as they were assessed; the history holds changes
// only, so a level stands until the next one.
func (r *replay) flood(ctx context.Context, tx pgx.Tx, hours int) error {
	rows, err := rowsOf[struct {
		AreaCode string
		At       time.Time
		Level    string
	}](ctx, tx, floodRisksQuery, pgx.NamedArgs{"hazard": city.HazardFlood, "hours": hours, "first": r.grid.first, "last": r.grid.last()})
	if err != nil {
		return fmt.Errorf("read the risks: %w", err)
	}
	// Water does not stop at a border: as now, all officers see all risks.
	r.cat.eachKelurahan(func(code string) { r.out.Areas = append(r.out.Areas, code) })
	r.columns()
	place := r.columnsByCode()
	for _, row := range rows {
		c, ok := place[row.AreaCode]
		if !ok {
			continue
		}
		for f := r.grid.frameOf(row.At); f < r.grid.count; f++ {
			r.set(f, c, float64(rankOf(city.Severity(row.Level))))
		}
	}
	r.countKnown()
	categories, err := column[string](ctx, tx, floodCategoryQuery, city.HazardFlood)
	if err != nil || len(categories) == 0 || categories[0] == "" {
		return err
	}
	return r.points(ctx, tx, categories[0])
}

func (r *replay) countKnown() {
	for f, values := range r.out.Values {
		for _, v := range values {
			if v != nil {
				r.out.N[f]++
			}
		}
	}
}

// rankOf counts severities from 0, the mildest.
func rankOf(s city.Severity) int {
	return max(0, slices.Index([]city.Severity{city.Info, city.Perhatian, city.Siaga, city.Awas}, s))
}
