package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

const judged = "dicek ke petugas stasiun"

// found returns the findings of a kind, those that go on first.
func (f *fixture) found(t *testing.T, kind city.QualityKind) (out []city.QualityFinding) {
	t.Helper()
	all, err := f.QualityFindings(t.Context(), operator, city.QualityFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range all {
		if q.Kind == kind {
			out = append(out, q)
		}
	}
	return out
}

func (f *fixture) watchQuality(t *testing.T) int {
	t.Helper()
	n, err := f.WatchQuality(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fixture) decide(t *testing.T, id int64, dismiss bool) {
	t.Helper()
	if _, err := f.DecideFinding(t.Context(), city.Actor{Name: "uji"}, operator, id, dismiss, judged); err != nil {
		t.Fatal(err)
	}
}

// mean is the mean of an indicator over the days around noon, and what it leaves out.
func (f *fixture) mean(t *testing.T, slug string) (float64, []city.QualityCount) {
	t.Helper()
	got, err := f.Measure(t.Context(), city.Asker{Role: city.WaliKota}, f.clock.now, city.MeasureQuery{Measure: city.MeasureMean, Indicator: slug, Period: "30_hari_terakhir"})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Rows[0].Value == nil {
		return -1, got[0].KeptOut
	}
	return *got[0].Rows[0].Value, got[0].KeptOut
}

func TestMarkersAreKeptOutUntilDismissed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hour := func(n int) time.Time { return noon.Add(time.Duration(n-20) * time.Hour) }
	f.observe(t,
		storetest.Observation("pm25", "", hour(1), 10), storetest.Observation("pm25", "", hour(2), 999), storetest.Observation("pm25", "", hour(3), 20),
		storetest.Observation("pm25", "", hour(4), -1.9), storetest.Observation("harga-beras", "", hour(4), 0), storetest.Observation("harga-beras", "", hour(5), 15000))
	v, out := f.mean(t, "pm25")
	if v != 15 {
		t.Errorf("mean %v, want 15", v)
	}
	equal(t, "left out", out, []city.QualityCount{{Kind: city.QualityImpossible, N: 1}, {Kind: city.QualityMarker, N: 1}})
	marker := f.found(t, city.QualityMarker)
	if len(marker) != 2 {
		t.Fatalf("findings %+v", marker)
	}
	f.wantValue(t, "pm25", storetest.CityCode, 20)
	for _, asker := range []city.Asker{{Role: city.Publik}, {Role: city.Layar}, {Role: city.Camat, AreaCode: storetest.Lempake}} {
		if got, err := f.KeptOut(t.Context(), asker, "pm25", "", hour(0), hour(20)); err != nil || len(got) != 2 {
			t.Errorf("%s is told of %v, %v", asker.Role, got, err)
		}
	}
	negative := f.found(t, city.QualityImpossible)[0]
	f.decide(t, negative.ID, true)
	f.wantValue(t, "pm25", storetest.CityCode, -1.9)
	if v, out := f.mean(t, "pm25"); v > 9.4 || v < 9.3 || len(out) != 1 {
		t.Errorf("mean %v without %v after the dismissal", v, out)
	}
	// The same delivery again changes nothing of what was decided.
	f.observe(t, storetest.Observation("pm25", "", hour(4), -1.9))
	f.wantValue(t, "pm25", storetest.CityCode, -1.9)
	if _, err := f.DecideFinding(t.Context(), city.Actor{Name: "uji"}, operator, negative.ID, true, judged); city.CodeOf(err) != city.Conflict {
		t.Errorf("dismissed twice: %v", err)
	}
	if _, err := f.DecideFinding(t.Context(), city.Actor{Name: "uji"}, city.Asker{Role: city.WaliKota}, negative.ID, false, judged); city.CodeOf(err) != city.Forbidden {
		t.Errorf("the mayor decides: %v", err)
	}
	f.decide(t, negative.ID, false)
	f.wantValue(t, "pm25", storetest.CityCode, 20)
	if got := f.found(t, city.QualityImpossible)[0]; got.Reason != judged || got.State != city.QualityOpen || got.N != 1 {
		t.Errorf("finding %+v", got)
	}
	equal(t, "audit", all[string](t, f.sql, "SELECT action FROM audit WHERE action LIKE 'quality.%' ORDER BY id"), []string{"quality.dismiss", "quality.restore"})
}

func TestStuckSensorsAreFoundByTheirHabit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tenth := func(n int) time.Time { return noon.Add(time.Duration(n-200) * 10 * time.Minute) }
	var values []city.Observation
	for n := range 60 { // of this level two in a row are usual
		values = append(values, storetest.Observation("muka-air-mahakam", "", tenth(n), 1+float64(n/2%7)/10), storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, tenth(n), float64(n%3)))
	}
	for n := 60; n < 100; n++ { // then one stands still, and in the other it does not rain
		values = append(values, storetest.Observation("muka-air-mahakam", "", tenth(n), 1.45), storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, tenth(n), 0))
	}
	f.observe(t, values[:160]...)
	f.watchQuality(t)
	f.observe(t, values[160:]...)
	f.wantValue(t, "muka-air-mahakam", storetest.CityCode, 1.45)
	if n := f.watchQuality(t); n != 40 {
		t.Errorf("looked at %d values, want the 40 that are new", n)
	}
	if n := f.watchQuality(t); n != 0 {
		t.Errorf("looked at %d values again", n)
	}
	stuck := f.found(t, city.QualityStuck)
	if len(stuck) != 1 || stuck[0].N != 39 || stuck[0].Example != 1.45 || !stuck[0].From.Equal(tenth(61)) || stuck[0].State != city.QualityOpen {
		t.Fatalf("findings %+v", stuck)
	}
	if s, _ := f.state(t, "muka-air-mahakam", storetest.CityCode); !s.Time.Equal(tenth(60)) {
		t.Errorf("the state is of %v, want the first of the run", s.Time)
	}
	// What it goes on to repeat is kept out as it comes; another value ends it.
	f.observe(t, storetest.Observation("muka-air-mahakam", "", tenth(100), 1.45))
	if got := f.found(t, city.QualityStuck)[0]; got.N != 40 {
		t.Errorf("finding %+v", got)
	}
	f.observe(t, storetest.Observation("muka-air-mahakam", "", tenth(101), 1.5))
	f.watchQuality(t)
	if got := f.found(t, city.QualityStuck)[0]; got.State != city.QualityEnded || got.N != 40 {
		t.Errorf("finding %+v", got)
	}
	f.wantValue(t, "muka-air-mahakam", storetest.CityCode, 1.5)
	// A run that officers call usual is learned.
	f.decide(t, stuck[0].ID, true)
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM observations WHERE kept_out"); n != 0 {
		t.Errorf("%d values are still kept out", n)
	}
}

func TestAChangedRuleJudgesWhatIsStored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := func(n int) time.Time { return noon.Add(time.Duration(n-20) * time.Hour) }
	f.observe(t, storetest.Observation("pm25", "", at(1), 10), storetest.Observation("pm25", "", at(2), 600), storetest.Observation("pm25", "", at(3), -5))
	f.watchQuality(t)
	f.wantValue(t, "pm25", storetest.CityCode, 600)
	zone := time.FixedZone("WITA", 8*3600)
	change := city.QualityChange{
		Kind: city.QualityImpossible, Indicator: "pm25", Params: city.QualityParams{Min: new(-10.0), Max: new(500.0)}, Effect: city.KeepOut,
		Source: "lembar data alat", EffectiveOn: f.clock.now.In(zone).Format(time.DateOnly), Reason: "alat mengukur sampai 500",
	}
	if err := f.ChangeQualityRule(t.Context(), city.Actor{Name: "uji"}, city.Asker{Role: city.Sekda}, change); city.CodeOf(err) != city.Forbidden {
		t.Errorf("the secretary changes a rule: %v", err)
	}
	save := func(c city.QualityChange) {
		t.Helper()
		if err := f.ChangeQualityRule(t.Context(), city.Actor{Name: "uji"}, operator, c); err != nil {
			t.Fatal(err)
		}
		f.watchQuality(t)
	}
	save(change)
	f.wantValue(t, "pm25", storetest.CityCode, -5)
	equal(t, "kept out", all[float64](t, f.sql, "SELECT value FROM observations WHERE kept_out"), []float64{600})
	change.Effect, change.Reason = city.RemarkOnly, "hanya ditandai dahulu"
	save(change)
	equal(t, "kept out when only remarked on", all[float64](t, f.sql, "SELECT value FROM observations WHERE kept_out"), []float64{})
	equal(t, "remarked on", all[float64](t, f.sql, "SELECT o.value FROM observations o WHERE finding IS NOT NULL"), []float64{600})
	change.Effect = city.IgnoreQuality
	save(change)
	equal(t, "under a rule that ignores", all[float64](t, f.sql, "SELECT o.value FROM observations o WHERE finding IS NOT NULL"), []float64{})
	rules, err := f.QualityRules(t.Context(), city.Asker{Role: city.WaliKota})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.Rule.Indicator == "pm25" && (len(r.History) != 3 || r.Rule.Effect != city.IgnoreQuality) {
			t.Errorf("rule %+v", r)
		}
	}
}

func TestRepeatedContradictedAndTotals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "pengungsi", Name: "Pengungsi", Unit: "orang", Grain: "city", Aggregation: "sum"}}); err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return noon.AddDate(0, 0, n-20) }
	person := func(station string, n int, v float64) city.Observation {
		return city.Observation{Indicator: "pengungsi", Station: station, Time: day(n), Value: v}
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Observations: []city.Observation{
		person("Posko A", 1, 30), person("Posko B", 1, 12), person("TOTAL", 1, 42), person("Posko A", 2, 31), person("Posko B", 2, 31), person("Posko A", 2, 31),
	}, Repeated: []city.RepeatedObservation{{Indicator: "pengungsi", Station: "Posko B", Time: day(1), Earlier: 11, Rows: 2}}})
	totals := f.found(t, city.QualityTotals)
	if len(totals) != 1 || totals[0].Station != "TOTAL" || totals[0].Effect != city.KeepOut {
		t.Errorf("totals %+v", totals)
	}
	repeated := f.found(t, city.QualityRepeated)
	if len(repeated) != 2 || repeated[1].Beside == nil || *repeated[1].Beside != 11 || repeated[0].Beside != nil {
		t.Errorf("repeated %+v", repeated)
	}
	other, err := f.SaveSource(t.Context(), city.Source{Slug: "lain", Name: "Lain", Connector: "push", ExpectEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: other, Observations: []city.Observation{person("Posko A", 1, 45), person("Posko B", 1, 12.1)}})
	contradicted := f.found(t, city.QualityContradicted)
	if len(contradicted) != 1 || *contradicted[0].Beside != 30 || contradicted[0].OtherSource == "" || contradicted[0].Source != "lain" || contradicted[0].Effect != city.RemarkOnly {
		t.Errorf("contradicted %+v", contradicted)
	}
	points, err := f.Series(t.Context(), city.System, "pengungsi", "", store.StepDay, day(0), day(2))
	if err != nil || len(points) != 1 || *points[0].Value != 57.1 {
		t.Errorf("points %+v %v", points, err)
	}
}
