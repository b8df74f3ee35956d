package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"balaikota/backend/analysis/cityindex"
	"balaikota/backend/analysis/fairness"
	"balaikota/backend/city"
)

// workOutIndex works out the city index of the city, each kecamatan and each
// kelurahan. Figures of reports come through the measures, so that the index,
// the screen and the assistant say the same.
func (d *database) workOutIndex(ctx context.Context, now time.Time, log *slog.Logger) error {
	rules, err := d.IndexParts(ctx)
	if err != nil {
		return err
	}
	areas, err := d.Areas(ctx)
	if err != nil {
		return err
	}
	x := indexing{db: d, now: now, areas: map[city.Level][]city.Area{}}
	for _, a := range areas {
		x.areas[a.Level] = append(x.areas[a.Level], a)
	}
	var all []city.CityIndex
	for _, level := range []city.Level{city.Kota, city.Kecamatan, city.Kelurahan} {
		figures := map[string]cityindex.Figures{}
		for _, r := range rules {
			if figures[r.Slug], err = x.figures(ctx, r, level); err != nil {
				return fmt.Errorf("work out %s of the index: %w", r.Slug, err)
			}
		}
		codes := []string{}
		for _, a := range x.areas[level] {
			codes = append(codes, a.Code)
		}
		all = append(all, cityindex.Compute(now, rules, figures, codes)...)
	}
	if err := d.KeepCityIndexes(ctx, all); err != nil {
		return err
	}
	log.Debug("City index worked out", "areas", len(all))
	return nil
}

type indexing struct {
	db    *database
	now   time.Time
	areas map[city.Level][]city.Area
}

// figures are one part's figures of the areas of a level.
func (x *indexing) figures(ctx context.Context, r city.IndexPartRule, level city.Level) (cityindex.Figures, error) {
	switch r.Kind {
	case "indicators", "freshness":
		return x.states(ctx, r.Kind, level)
	case "proof":
		return x.proofs(ctx, r, level)
	}
	return x.measured(ctx, r, level)
}

// measured asks the semantic layer.
func (x *indexing) measured(ctx context.Context, r city.IndexPartRule, level city.Level) (cityindex.Figures, error) {
	by := map[city.Level]city.Dimension{city.Kota: city.ByNothing, city.Kecamatan: city.ByKecamatan, city.Kelurahan: city.ByKelurahan}[level]
	got, err := x.db.Measure(ctx, city.System, x.now, city.MeasureQuery{Measure: r.Measure, Period: r.Period, By: by})
	if err != nil {
		return nil, err
	}
	rows := map[string]city.MeasureRow{}
	for _, row := range got[0].Rows {
		rows[row.Key] = row
	}
	fresh := 0.0
	if last := got[0].Data.Last; last != nil && x.now.Sub(*last) < 48*time.Hour {
		fresh = 1
	}
	out := cityindex.Figures{}
	for _, a := range x.areas[level] {
		key := a.Code
		if level == city.Kota {
			key = ""
		}
		row, known := rows[key]
		f := cityindex.Figure{Fresh: fresh}
		switch {
		case got[0].Missing != city.NotMissing:
			continue // the city has no reports at all: no data, not zero
		case r.Kind == "rate":
			if a.Population == 0 {
				continue
			}
			f.N = float64(a.Population)
			if known && row.Value != nil {
				f.K = *row.Value
			}
		case !known || row.Value == nil:
		case r.Kind == "share":
			f.N, f.K = float64(row.N), *row.Value/100*float64(row.N)
		default:
			f.N, f.K = float64(row.N), *row.Value
		}
		out[a.Code] = f
	}
	return out, nil
}

// states counts the indicators of an area: its own, those within it, and those
// that are measured for a larger area only.
func (x *indexing) states(ctx context.Context, kind string, level city.Level) (cityindex.Figures, error) {
	all, err := x.db.IndexStates(ctx, x.now)
	if err != nil {
		return nil, err
	}
	out := cityindex.Figures{}
	for _, a := range x.areas[level] {
		var f cityindex.Figure
		var fresh, n float64
		for _, s := range all {
			if s.AreaCode != "" && !city.Within(s.AreaCode, a.Code) && !city.Within(a.Code, s.AreaCode) {
				continue
			}
			n++
			if s.Fresh {
				fresh++
			}
			if kind == "indicators" && s.HasThreshold && s.Fresh {
				f.N++
				if s.AtTarget {
					f.K++
				}
			}
		}
		if kind == "freshness" {
			f.N, f.K = n, fresh
		}
		if n > 0 {
			f.Fresh = fresh / n
		}
		out[a.Code] = f
	}
	return out, nil
}

func (x *indexing) proofs(ctx context.Context, r city.IndexPartRule, level city.Level) (cityindex.Figures, error) {
	var days int
	if _, err := fmt.Sscanf(r.Period, "%d_hari_terakhir", &days); err != nil {
		return nil, fmt.Errorf("period %q is not of the form 90_hari_terakhir: %w", r.Period, err)
	}
	counts, err := x.db.ProofCounts(ctx, x.now.AddDate(0, 0, -days), x.now)
	if err != nil {
		return nil, err
	}
	out := cityindex.Figures{}
	for _, a := range x.areas[level] {
		f := cityindex.Figure{Fresh: 1}
		for _, c := range counts {
			if city.Within(c.AreaCode, a.Code) || (level == city.Kota && !strings.Contains(c.AreaCode, ".")) {
				f.N, f.K = f.N+float64(c.Done), f.K+float64(c.Proven)
			}
		}
		out[a.Code] = f
	}
	return out, nil
}

const (
	// Pages cover this many days unless another period is asked for.
	pageDays = 90
	// A day with more rain than this (mm) is a wet one: BMKG's limit between
	// light and moderate rain of a day.
	wetDay = 20.0
)

// Pages makes the pages of the offices that the asker may see.
func (d *database) Pages(ctx context.Context, asker city.Asker, office string, from, until time.Time) ([]city.OfficePage, error) {
	now := time.Now()
	if until.IsZero() || until.After(now) {
		until = now
	}
	if from.IsZero() {
		from = until.AddDate(0, 0, -pageDays)
	}
	switch {
	case !from.Before(until):
		return nil, city.InvalidField("from", "lies after the end of the period")
	case until.Sub(from) > 3*366*24*time.Hour:
		return nil, city.InvalidField("from", "the period is longer than three years")
	}
	facts, err := d.OfficeFacts(ctx, asker, office, from, until)
	if err != nil || len(facts) == 0 {
		return []city.OfficePage{}, err
	}
	rain, wet, err := d.rainOver(ctx, from, until)
	if err != nil {
		return nil, err
	}
	cells, err := d.OfficeCells(ctx, from, until, wet)
	if err != nil {
		return nil, err
	}
	all, strata := make([]fairness.Facts, len(facts)), make([]fairness.Cell, len(cells))
	for i, f := range facts {
		all[i] = fairness.Facts(f)
	}
	for i, c := range cells {
		strata[i] = fairness.Cell(c)
	}
	return fairness.Pages(from, until, all, strata, rain), nil
}

// rainOver is the rain of a period by that of the same length over the two
// years before it, nil without enough data, and the wet days since 400 days
// before it.
func (d *database) rainOver(ctx context.Context, from, until time.Time) (*float64, []time.Time, error) {
	days, err := d.DailyRain(ctx, from.AddDate(-2, 0, 0), until)
	if err != nil {
		return nil, nil, err
	}
	var wet []time.Time
	var now, before, n, m float64
	for _, r := range days {
		if r.MM > wetDay {
			wet = append(wet, r.Day)
		}
		if r.Day.Before(from) {
			before, m = before+r.MM, m+1
		} else {
			now, n = now+r.MM, n+1
		}
	}
	if n < 14 || m < 180 || before == 0 {
		return nil, wet, nil
	}
	by := now / n / (before / m)
	return &by, wet, nil
}
