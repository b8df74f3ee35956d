package main

import (
	"fmt"
	"log/slog"
	"math"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// A city with twenty weeks of history: its counts follow the week and the holidays, one
// kecamatan gets a report now and then, and the dam is measured each morning.
func TestTheNextDaysAreForeseen(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	now := time.Date(2026, 6, 10, 2, 0, 0, 0, wita)
	s := storetest.New(t, storetest.WithClock(func() time.Time { return now }))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock, err := s.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	source := storetest.Source(t, s)
	d := city.Delivery{SourceID: source}
	const days = 140
	for i := range days {
		day := time.Date(2026, 6, 10, 9, 0, 0, 0, wita).AddDate(0, 0, i-days)
		n := 5 + i%2
		if day.Weekday() == time.Sunday || clock.Calendar.Holidays[day.Format(time.DateOnly)] {
			n = 2
		}
		for k := range n {
			d.Reports = append(d.Reports, storetest.Report(fmt.Sprintf("r-%d-%d", i, k), func(r *city.Report) {
				r.CreatedAt, r.StatedArea = day, storetest.AirPutih
				if k == 0 && i%3 == 0 {
					r.StatedArea = storetest.Lempake
				}
			}))
		}
		d.Observations = append(d.Observations, storetest.Observation("muka-air-benanga", "", day, 7.4+0.2*math.Sin(float64(i)/9)))
	}
	storetest.Ingest(t, s, d)
	db := &database{Store: s, city: setting}
	if err := db.foresee(t.Context(), now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Forecasts(t.Context(), city.System, "", "")
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[string]city.Forecast{}
	for _, f := range got {
		byKey[f.Indicator+"@"+f.AreaCode] = f
		if f.Through != "2026-06-09" || len(f.Points) != 14 || f.Points[0].Day != "2026-06-10" || f.Days != days {
			t.Errorf("%+v", f)
		}
		if f.MASE == nil || f.Coverage == nil || f.Relative == nil {
			t.Errorf("%s%s: no score", f.Indicator, f.AreaCode)
		}
		for _, p := range f.Points {
			if p.Low > p.Mean || p.Mean > p.High || p.Low < 0 {
				t.Errorf("%s%s: %+v", f.Indicator, f.AreaCode, p)
			}
		}
	}
	if len(byKey) != 4 {
		t.Fatalf("%d forecasts", len(byKey))
	}
	whole := byKey["@"+storetest.CityCode]
	for _, p := range whole.Points {
		want := 5.5
		if day, _ := time.Parse(time.DateOnly, p.Day); day.Weekday() == time.Sunday {
			want = 2
		}
		// 16 June is a holiday; on others few reports came.
		if p.Day == "2026-06-16" {
			want = 2
		}
		if math.Abs(p.Mean-want) > 0.8 {
			t.Errorf("%s: %.2f reports, want about %.1f", p.Day, p.Mean, want)
		}
	}
	if thin := byKey["@"+storetest.SamarindaUtara]; thin.Method != city.ForecastParentShare || math.Abs(thin.Points[0].Mean-0.35) > 0.15 {
		t.Errorf("the quiet kecamatan: %s, %+v", thin.Method, thin.Points[0])
	}
	if water := byKey["muka-air-benanga@"+storetest.CityCode]; math.Abs(water.Points[0].Mean-7.4) > 0.3 {
		t.Errorf("the dam: %+v", water.Points[0])
	}
	// Once a day is enough; the next day makes them anew.
	for _, c := range []struct {
		later time.Duration
		fresh bool
	}{{3 * time.Hour, false}, {24 * time.Hour, true}} {
		if err := db.foresee(t.Context(), now.Add(c.later), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		again, err := s.Forecasts(t.Context(), city.System, "reports", storetest.CityCode)
		if err != nil || len(again) != 1 || again[0].MadeAt.After(whole.MadeAt) != c.fresh {
			t.Errorf("%s later: %+v, %v", c.later, again, err)
		}
	}
	// A series that has ended is forecast no more.
	if err := db.foresee(t.Context(), now.AddDate(0, 0, 30), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Forecasts(t.Context(), city.System, "", ""); err != nil || len(left) != 0 {
		t.Errorf("a month after the last value: %+v, %v", left, err)
	}
}
