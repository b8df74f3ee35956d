package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// grid is the frames of a replay: frame 0 at first, count frames step apart.
type grid struct {
	first time.Time
	step  time.Duration
	count int
}

func (g grid) at(frame int) time.Time { return g.first.Add(time.Duration(frame) * g.step) }
func (g grid) last() time.Time        { return g.at(g.count - 1) }

// frameOf is the first frame at or after t: 0 for all that was before the
// replay begins, count for what came after it ends.
func (g grid) frameOf(t time.Time) int {
	if !t.After(g.first) {
		return 0
	}
	return min(g.count, int((t.Sub(g.first)+g.step-1)/g.step))
}

// MapReplay returns how a layer of the map stood in a period, within the
// asker's rights, read in one snapshot: a few statements, however many frames.
func (s *Store) MapReplay(ctx context.Context, asker city.Asker, q city.ReplayQuery) (city.MapReplay, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.MapReplay{}, err
	}
	first, step, count, ok := q.Frames(cat.location)
	if !ok {
		return city.MapReplay{}, city.InvalidField("query.hours", "is 24, 168 or 720")
	}
	r := replay{
		Store: s, cat: cat, asker: asker, grid: grid{first: first, step: step, count: count},
		out: city.MapReplay{Layer: q.Layer, First: first, StepSeconds: int(step / time.Second), Count: count, Areas: []string{}, Values: make([][]*float64, count), N: make([]int, count)},
	}
	read, err := r.reader(q.Layer)
	if err != nil {
		return city.MapReplay{}, err
	}
	if err := s.read(ctx, asker, func(tx pgx.Tx) error { return read(ctx, tx) }); err != nil {
		return city.MapReplay{}, fmt.Errorf("replay the layer %q: %w", q.Layer, err)
	}
	return r.out, nil
}

// replay is one replay on its way.
type replay struct {
	*Store
	cat   *catalogue
	asker city.Asker
	grid  grid
	out   city.MapReplay
}

// reader chooses how a layer is read.
func (r *replay) reader(layer string) (func(context.Context, pgx.Tx) error, error) {
	switch layer {
	case city.LayerIncidents:
		return r.incidents, nil
	case city.LayerAlerts:
		return r.alerts, nil
	case city.LayerFlood6:
		return func(ctx context.Context, tx pgx.Tx) error { return r.flood(ctx, tx, 6) }, nil
	case city.LayerFlood24:
		return func(ctx context.Context, tx pgx.Tx) error { return r.flood(ctx, tx, 24) }, nil
	}
	if ind, ok := r.cat.indicators[layer]; ok && ind.MayBeSeenBy(r.asker.Role) {
		return func(ctx context.Context, tx pgx.Tx) error { return r.indicator(ctx, tx, ind) }, nil
	}
	if _, ok := r.cat.categories[layer]; ok || layer == city.LayerReports {
		return func(ctx context.Context, tx pgx.Tx) error { return r.reports(ctx, tx, layer) }, nil
	}
	return nil, city.Errorf(city.NotFound, "there is no layer %q that can be replayed", layer)
}

// framedReportsQuery counts the reports received by steps: step 0 is what came
// before @first and within the window, step k what came until k steps later.
const framedReportsQuery = `SELECT r.area_code, ceil(extract(epoch FROM r.created_at - @first) / @step)::int AS frame, count(*)::int AS n
FROM reports r WHERE r.removed_at IS NULL AND r.created_at > @first AND r.created_at <= @last AND (@category = '' OR r.category = @category)
	AND ` + scopeConditions + ` GROUP BY 1, 2`

func (r *replay) reports(ctx context.Context, tx pgx.Tx, category string) error {
	scope := r.asker.Scope()
	r.out.WindowSeconds = int(city.ReplayWindow / time.Second)
	back := int(city.ReplayWindow / r.grid.step)
	rows, err := rowsOf[struct {
		AreaCode string
		Frame, N int
	}](ctx, tx, framedReportsQuery, pgx.NamedArgs{
		"first": r.grid.at(-back), "last": r.grid.last(), "step": r.grid.step.Seconds(),
		"category": category, "area": scope.AreaCode, "office": scope.OfficeID,
	})
	if err != nil {
		return fmt.Errorf("count the reports: %w", err)
	}
	r.ownColumns(scope.AreaCode, func(yield func(string)) {
		for _, row := range rows {
			yield(row.AreaCode)
		}
	})
	column := r.columnsByCode()
	steps := make([][]int, len(r.out.Areas))
	for i := range steps {
		steps[i] = make([]int, back+r.grid.count)
	}
	for _, row := range rows {
		if c, ok := column[row.AreaCode]; ok {
			steps[c][min(row.Frame, len(steps[c])-1)] += row.N
		}
	}
	for c, counts := range steps {
		sum := 0
		for i, n := range counts {
			sum += n
			if i >= back {
				r.set(i-back, c, float64(sum))
				r.out.N[i-back] += sum
				sum -= counts[i-back+1]
			}
		}
	}
	return r.points(ctx, tx, category)
}

// ownColumns are the kelurahan of the asker's own area; for a role that is not
// bound to one those that were counted, and zero for the rest.
func (r *replay) ownColumns(own string, counted func(yield func(string))) {
	if own == "" {
		r.out.Rest = new(float64)
		counted(func(code string) {
			if level, ok := city.LevelOfCode(code); ok && level == city.Kelurahan && !slices.Contains(r.out.Areas, code) {
				r.out.Areas = append(r.out.Areas, code)
			}
		})
	} else {
		r.cat.eachKelurahan(func(code string) {
			if city.Within(code, own) {
				r.out.Areas = append(r.out.Areas, code)
			}
		})
	}
	r.columns()
}

func (r *replay) points(ctx context.Context, tx pgx.Tx, category string) (err error) {
	points, err := r.mapPoints(ctx, tx, r.asker, city.PointQuery{
		Category: category, From: r.grid.first.Add(-city.ReplayWindow), To: r.grid.last(), Alive: r.grid.first,
	})
	r.out.Points = &points
	return err
}

func (r *replay) columnsByCode() map[string]int {
	out := make(map[string]int, len(r.out.Areas))
	for i, code := range r.out.Areas {
		out[code] = i
	}
	return out
}

// columns sorts the areas and makes their frames, empty.
func (r *replay) columns() {
	slices.Sort(r.out.Areas)
	for f := range r.out.Values {
		r.out.Values[f] = make([]*float64, len(r.out.Areas))
	}
}

func (r *replay) set(frame, column int, value float64) { r.out.Values[frame][column] = &value }
