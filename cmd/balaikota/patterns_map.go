package main

import (
	"context"
	"time"

	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
)

// Hotspots implements web.Patterns: the map of hotspots, of the reports that
// the asker may see.
func (w *patternWatch) Hotspots(ctx context.Context, asker city.Asker, q city.HotspotQuery) (city.HotspotMap, error) {
	setting, err := w.db.Setting(ctx)
	if err != nil {
		return city.HotspotMap{}, err
	}
	areas, err := w.db.Areas(ctx)
	if err != nil {
		return city.HotspotMap{}, err
	}
	to := w.now()
	m := city.HotspotMap{HotspotQuery: q, From: to.AddDate(0, 0, -q.Days), To: to, Measure: "count", Hotspots: []city.Hotspot{}}
	if q.Level == string(city.Kelurahan) {
		return m, w.hotAreas(ctx, asker, &m, areas)
	}
	m.Level = "cell"
	for _, a := range areas {
		if a.Code == setting.Code {
			return m, w.hotCells(ctx, asker, &m, pattern.NewGrid(q.Metres, a.Label[1]))
		}
	}
	return m, city.Errorf(city.NotFound, "the city's own area %s is not known", setting.Code)
}

// hotCells compares the cells in which anything was reported and the cells
// around them: where nobody ever reports there is nothing to compare.
func (w *patternWatch) hotCells(ctx context.Context, asker city.Asker, m *city.HotspotMap, grid pattern.Grid) error {
	rows, err := w.db.CellCounts(ctx, asker, m.Category, m.From, m.To, grid.StepLon, grid.StepLat)
	if err != nil {
		return err
	}
	count := map[pattern.Cell]int{}
	for _, r := range rows {
		for dy := int32(-1); dy <= 1; dy++ {
			for dx := int32(-1); dx <= 1; dx++ {
				count[pattern.Cell{X: r.X + dx, Y: r.Y + dy}] += 0
			}
		}
		count[pattern.Cell{X: r.X, Y: r.Y}] += r.Matching
	}
	cells := pattern.Ordered(count)
	x := make([]float64, len(cells))
	for i, c := range cells {
		x[i] = float64(count[c])
	}
	judge(m, x, x, pattern.Beside(cells), func(i int, h *city.Hotspot) {
		b := grid.Bound(cells[i])
		h.Box = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	})
	return nil
}

// hotAreas compares kelurahan: reports per 1000 people where the population of
// all is known, else counts.
func (w *patternWatch) hotAreas(ctx context.Context, asker city.Asker, m *city.HotspotMap, areas []city.Area) error {
	rows, err := w.db.Counts(ctx, asker, m.From, m.To)
	if err != nil {
		return err
	}
	var kelurahan []city.Area
	position, people, populated := map[string]int{}, []int{}, true
	scope := asker.Scope()
	for _, a := range areas {
		if a.Level != city.Kelurahan || scope.AreaCode != "" && !city.Within(a.Code, scope.AreaCode) {
			continue
		}
		position[a.Code] = len(kelurahan)
		kelurahan, people = append(kelurahan, a), append(people, a.Population)
		populated = populated && a.Population > 0
	}
	counts := make([]float64, len(kelurahan))
	for _, r := range rows {
		if i, ok := position[r.AreaCode]; ok && (m.Category == "" || r.Category == m.Category) {
			counts[i] += float64(r.Count)
		}
	}
	measured := counts
	if populated && len(kelurahan) > 0 {
		m.Measure, measured = "rate", pattern.Rates(counts, people)
	}
	judge(m, counts, measured, pattern.Neighbours(kelurahan), func(i int, h *city.Hotspot) {
		h.AreaCode = kelurahan[i].Code
		if m.Measure == "rate" {
			h.Rate = measured[i]
		}
	})
	return nil
}

// judge fills the map: with heats where there is enough to tell, else with the
// counts alone and why.
func judge(m *city.HotspotMap, counts, measured []float64, neighbours [][]int, place func(i int, h *city.Hotspot)) {
	m.Places = len(counts)
	var spots []pattern.Spot
	reason, ok := pattern.Enough(counts)
	if ok {
		mean := 0.0
		for _, c := range counts {
			mean += c / float64(len(counts))
		}
		if spots = pattern.GiStar(measured, neighbours, mean); spots == nil {
			reason = "all_equal"
		}
	}
	m.Lacking = reason
	for i, c := range counts {
		m.Reports += int(c)
		h := city.Hotspot{Count: int(c), P: 1, Q: 1, Heat: string(pattern.Even)}
		if spots != nil {
			s := spots[i]
			h.Around, h.Expected, h.Z, h.P, h.Q = s.Around, s.Expected, s.Z, s.P, s.Q
			h.Heat = string(s.HeatOf(aroundCount(i, counts, neighbours)))
		}
		if h.Count == 0 && h.Heat == string(pattern.Even) {
			continue
		}
		place(i, &h)
		m.Hotspots = append(m.Hotspots, h)
	}
}

func aroundCount(i int, counts []float64, neighbours [][]int) float64 {
	sum := counts[i]
	for _, j := range neighbours[i] {
		sum += counts[j]
	}
	return sum
}

// newPatternWatch makes the watch of a node.
func (s *serving) newPatternWatch() *patternWatch {
	return &patternWatch{db: s.db, log: s.log, now: time.Now}
}
