package store_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// gauge is an indicator of the tests.
func gauge(slug, grain, aggregation string) city.Indicator {
	return city.Indicator{Slug: slug, Name: slug, Unit: "m", Grain: grain, Aggregation: aggregation, FreshForSeconds: 3600, Decimals: 1, VisibleTo: city.Roles, Max: new(1000.0)}
}

func observedAt(indicator, area, station, at string, value float64) city.Observation {
	o := storetest.Observation(indicator, area, time.Time{}, value)
	o.Station = station
	o.Time, _ = time.Parse(time.RFC3339, at)
	return o
}

func (f *fixture) measureOne(t *testing.T, at time.Time, q city.MeasureQuery) city.Measurement {
	t.Helper()
	got, err := f.Measure(t.Context(), city.Asker{Role: city.WaliKota}, at, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return got[0]
}

// TestMeasuresOfStations checks by hand how stations and areas are put
// together: the case of statesQuery, but at a past moment.
func TestMeasuresOfStations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{gauge("rerata", "district", "mean"), gauge("jumlahan", "district", "sum"), gauge("puncak", "village", "max")}); err != nil {
		t.Fatal(err)
	}
	const ulu, utara = storetest.SamarindaUlu, storetest.SamarindaUtara
	flagged := observedAt("rerata", ulu, "a", "2026-03-10T03:00:00+08:00", 5000) // more than it can be
	ahead := observedAt("rerata", ulu, "a", "2026-03-20T02:00:00+08:00", 77)
	ahead.Forecast, ahead.IssuedAt = true, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.observe(t,
		observedAt("rerata", ulu, "a", "2026-03-10T01:00:00+08:00", 10), observedAt("rerata", ulu, "b", "2026-03-10T01:00:00+08:00", 20),
		observedAt("rerata", ulu, "a", "2026-03-10T02:00:00+08:00", 30), observedAt("rerata", utara, "", "2026-03-10T02:00:00+08:00", 60),
		observedAt("rerata", ulu, "a", "2026-03-12T00:00:00+08:00", 12), flagged, ahead,
		observedAt("jumlahan", ulu, "", "2026-03-10T01:00:00+08:00", 3), observedAt("jumlahan", utara, "", "2026-03-10T05:00:00+08:00", 4), observedAt("jumlahan", ulu, "", "2026-03-11T01:00:00+08:00", 6),
		observedAt("puncak", storetest.AirPutih, "", "2026-03-10T01:00:00+08:00", 7), observedAt("puncak", storetest.Lempake, "", "2026-03-10T01:00:00+08:00", 9),
	)
	at := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	limit := 15.0
	for _, c := range []struct {
		name string
		at   time.Time
		q    city.MeasureQuery
		want float64
		n    int
		area string // Query.Area of the answer
	}{
		{"mean of the moments of a kecamatan: (10+20)/2, 30, 12", at, city.MeasureQuery{Measure: city.MeasureMean, Indicator: "rerata", Area: ulu, Period: "2026-03"}, 19, 4, ulu},
		{"a kelurahan has its kecamatan's value", at, city.MeasureQuery{Measure: city.MeasureMax, Indicator: "rerata", Area: storetest.AirPutih, Period: "2026-03"}, 30, 4, ulu},
		{"the city is its kecamatan together: 15, (30+60)/2, 12", at, city.MeasureQuery{Measure: city.MeasureMax, Indicator: "rerata", Period: "2026-03"}, 45, 5, ""},
		{"what is flagged or foretold is no value", at.AddDate(0, 0, 10), city.MeasureQuery{Measure: city.MeasureMax, Indicator: "rerata", Area: ulu}, 30, 4, ulu},
		{"latest, while the other station is not silent for long", at.AddDate(0, 0, -5).Add(-5 * time.Hour), city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rerata", Area: ulu}, 25, 2, ulu},
		{"latest at the very moment", time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC), city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rerata", Area: ulu}, 15, 2, ulu},
		{"latest, later", at, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rerata", Area: ulu}, 12, 1, ulu},
		{"latest before midnight, not of the next day", at, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rerata", Area: ulu, Period: "2026-03-11"}, 25, 2, ulu},
		{"days above, by the day's mean: 22,5 and 12", at, city.MeasureQuery{Measure: city.MeasureDaysAbove, Indicator: "rerata", Area: ulu, Period: "2026-03", Limit: &limit}, 1, 2, ulu},
		{"days below", at, city.MeasureQuery{Measure: city.MeasureDaysBelow, Indicator: "rerata", Area: ulu, Period: "2026-03", Limit: &limit}, 1, 2, ulu},
		{"a sum over stations is by day: 7 and 6", at, city.MeasureQuery{Measure: city.MeasureMax, Indicator: "jumlahan", Period: "2026-03"}, 7, 3, ""},
		{"sum", at, city.MeasureQuery{Measure: city.MeasureSum, Indicator: "jumlahan", Period: "2026-03"}, 13, 3, ""},
		{"sum of one kecamatan", at, city.MeasureQuery{Measure: city.MeasureSum, Indicator: "jumlahan", Area: ulu, Period: "2026-03"}, 9, 2, ulu},
		{"a kecamatan of kelurahan", at, city.MeasureQuery{Measure: city.MeasureMin, Indicator: "puncak", Area: utara, Period: "2026-03"}, 9, 1, utara},
		{"the highest of all", at, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "puncak"}, 9, 2, ""},
	} {
		got := f.measureOne(t, c.at, c.q)
		row := got.Rows[0]
		if row.Value == nil || math.Abs(*row.Value-c.want) > 1e-9 || row.N != c.n || got.Query.Area != c.area || got.Unit == "" {
			t.Errorf("%s: %+v (%v) of %q, want %v of %d", c.name, row, deref(row.Value), got.Query.Area, c.want, c.n)
		}
	}
	city0 := f.measureOne(t, at, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: dam, Area: ulu})
	if city0.Query.Area != storetest.CityCode || city0.Missing != city.NoObservation {
		t.Errorf("an indicator of the city asked for a kecamatan: %+v", city0)
	}
	for period, want := range map[string]city.Missing{"2025": city.BeforeData, "2026-03-14": city.AfterData, "2026-03-11": city.NoObservation, "2026-05": city.AfterData} {
		if got := f.measureOne(t, at, city.MeasureQuery{Measure: city.MeasureMean, Indicator: "rerata", Area: ulu, Period: period}); got.Missing != want || got.Rows[0].Value != nil {
			t.Errorf("%s: %q with %+v, want %q", period, got.Missing, got.Rows, want)
		}
	}
	rows := f.measureOne(t, at, city.MeasureQuery{Measure: city.MeasureMean, Indicator: "rerata", Period: "2026-03", By: city.ByKecamatan}).Rows
	if len(rows) != 10 || rows[0].Key != utara || rows[1].Key != ulu || rows[2].Value != nil {
		t.Errorf("by kecamatan: %+v", rows)
	}
	days := f.measureOne(t, at, city.MeasureQuery{Measure: city.MeasureMax, Indicator: "rerata", Area: ulu, Period: "2026-03-09..2026-03-12", By: city.ByDay})
	values := []any{}
	for _, r := range days.Rows {
		values = append(values, deref(r.Value))
	}
	equal(t, "by day", values, []any{nil, 30.0, nil, 12.0})
	if !slices.Equal(days.Data.Sources, []string{"uji"}) || days.Data.First == nil || days.Data.Last == nil || days.Data.Seq == 0 {
		t.Errorf("the state of the data: %+v", days.Data)
	}
}

// TestMeasuresOfSeriesEqualACountByHand asks a city-wide indicator at random.
func TestMeasuresOfSeriesEqualACountByHand(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{gauge("tinggi", "city", "mean")}); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 9))
	begin := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var all []city.Observation
	seen := map[time.Time]bool{}
	for range 600 {
		o := storetest.Observation("tinggi", "", begin.Add(time.Duration(r.IntN(100*24*4))*15*time.Minute), float64(r.IntN(400))/4)
		if !seen[o.Time] {
			all, seen[o.Time] = append(all, o), true
		}
	}
	f.observe(t, all...)
	slices.SortFunc(all, func(a, b city.Observation) int { return a.Time.Compare(b.Time) })
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		q := city.MeasureQuery{
			Measure:   anyOf(r, city.MeasureLatest, city.MeasureMax, city.MeasureMin, city.MeasureMean, city.MeasureSum, city.MeasureDaysAbove, city.MeasureDaysBelow),
			Indicator: "tinggi", Period: anyOf(r, "", "hari_ini", "kemarin", "minggu_lalu", "bulan_ini", "2026-02", "36_jam_terakhir", "30_hari_terakhir", "tahun_ini"),
		}
		if q.Measure == city.MeasureDaysAbove || q.Measure == city.MeasureDaysBelow {
			q.Limit = new(float64(r.IntN(100)))
		}
		at := begin.Add(24*time.Hour + time.Duration(r.Int64N(int64(95*24*time.Hour))))
		got := f.measureOne(t, at, q)
		want, when, n := seriesByHand(all, q, got.Period, at, zone)
		row := got.Rows[0]
		if (row.Value == nil) != (want == nil) || (want != nil && math.Abs(*row.Value-*want) > 1e-9) || (row.Value != nil && row.N != n) || (when != nil && (row.Time == nil || !row.Time.Equal(*when))) {
			t.Errorf("%+v at %s: %+v (%v) at %v, want %v of %d at %v; missing %q", q, at, row, deref(row.Value), row.Time, deref(want), n, when, got.Missing)
		}
		if (row.Value == nil) != (got.Missing != city.NotMissing) {
			t.Errorf("%+v at %s: %+v, missing %q", q, at, row, got.Missing)
		}
	}
}

func seriesByHand(all []city.Observation, q city.MeasureQuery, p city.Period, at time.Time, zone *time.Location) (value *float64, when *time.Time, n int) {
	if p.From.After(at) {
		return nil, nil, 0
	}
	days := map[string][]float64{}
	var in []city.Observation
	for _, o := range all {
		if q.Measure == city.MeasureLatest {
			if o.Time.Before(p.To) || (o.Time.Equal(at) && p.To.Equal(at)) {
				in = []city.Observation{o}
			}
		} else if !o.Time.Before(p.From) && o.Time.Before(p.To) {
			in = append(in, o)
			day := o.Time.In(zone).Format(time.DateOnly)
			days[day] = append(days[day], o.Value)
		}
	}
	if len(in) == 0 {
		return nil, nil, 0
	}
	sum := 0.0
	for _, o := range in {
		sum += o.Value
	}
	byValue := func(a, b city.Observation) int { return cmp.Or(cmp.Compare(a.Value, b.Value), b.Time.Compare(a.Time)) }
	switch q.Measure {
	case city.MeasureLatest:
		return &in[0].Value, &in[0].Time, 1
	case city.MeasureMax:
		o := slices.MaxFunc(in, byValue)
		return &o.Value, &o.Time, len(in)
	case city.MeasureMin:
		o := slices.MinFunc(in, func(a, b city.Observation) int { return cmp.Or(cmp.Compare(a.Value, b.Value), a.Time.Compare(b.Time)) })
		return &o.Value, &o.Time, len(in)
	case city.MeasureMean:
		return new(sum / float64(len(in))), nil, len(in)
	case city.MeasureSum:
		return &sum, nil, len(in)
	}
	count := 0.0
	for _, values := range days {
		total := 0.0
		for _, v := range values {
			total += v
		}
		mean := total / float64(len(values))
		if (q.Measure == city.MeasureDaysAbove && mean > *q.Limit) || (q.Measure == city.MeasureDaysBelow && mean < *q.Limit) {
			count++
		}
	}
	return &count, nil, len(days)
}

// TestMeasureOfIncidents counts what was running at a moment.
func TestMeasureOfIncidents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	f.ingest(t, storetest.Report("r"))
	office := one[int64](t, f.sql, "SELECT office_id FROM categories WHERE slug = 'sampah'")
	if _, err := f.sql.Exec(t.Context(), `INSERT INTO incidents (key, title, category, area_code, office_id, status, voices, unfinished, first_at, last_at, closed_at, data)
		SELECT 'k' || n, 'x', CASE WHEN n % 2 = 0 THEN 'sampah' ELSE 'jalan-rusak' END, CASE WHEN n < 6 THEN '64.72.03.1004' ELSE '64.72.05.1003' END, $1,
			(ARRAY['new', 'watched', 'handled', 'closed', 'dismissed'])[1 + n % 5], 2, 0, '2026-03-01'::timestamptz + n * interval '1 day',
			'2026-03-01'::timestamptz + n * interval '1 day', CASE WHEN n % 5 = 3 THEN '2026-03-20'::timestamptz END, '{}' FROM generate_series(1, 10) n`, office); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		q    city.MeasureQuery
		want float64
	}{
		{at, city.MeasureQuery{Measure: city.MeasureIncidents}, 6},
		{at, city.MeasureQuery{Measure: city.MeasureIncidents, Period: "2026-03-15"}, 8},
		{time.Date(2026, 3, 6, 1, 0, 0, 0, time.UTC), city.MeasureQuery{Measure: city.MeasureIncidents}, 0},
		{at, city.MeasureQuery{Measure: city.MeasureIncidents, Category: "sampah"}, 3},
		{at, city.MeasureQuery{Measure: city.MeasureIncidents, Area: storetest.SamarindaUlu}, 3},
		{at, city.MeasureQuery{Measure: city.MeasureIncidents, By: city.ByKecamatan}, 3},
	} {
		got := f.measureOne(t, c.at, c.q)
		if got.Missing == city.NotMissing && *got.Rows[0].Value != c.want || got.Missing != city.NotMissing && c.want != 0 {
			t.Errorf("%+v at %s: %+v (%v), want %v; missing %q", c.q, c.at, got.Rows[0], deref(got.Rows[0].Value), c.want, got.Missing)
		}
	}
}
