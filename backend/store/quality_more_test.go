package store_test

import (
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func (f *fixture) declare(t *testing.T, is ...city.Indicator) {
	t.Helper()
	if _, err := f.SaveIndicators(t.Context(), is); err != nil {
		t.Fatal(err)
	}
}

// stations of the findings of a kind, in order.
func (f *fixture) doubted(t *testing.T, kind city.QualityKind) []string {
	t.Helper()
	out := []string{}
	for _, q := range f.found(t, kind) {
		out = append(out, q.AreaCode+" "+q.Station)
	}
	slices.Sort(out)
	return out
}

// TestTotalsThatNothingNamesAreNotAddedToTheirParts: BNPB's row without a code
// of a region, and a city beside its kecamatan.
func TestTotalsThatNothingNamesAreNotAddedToTheirParts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.declare(t, city.Indicator{Slug: "pengungsi", Name: "Pengungsi", Unit: "orang", Grain: "city", Aggregation: "sum"},
		city.Indicator{Slug: "penduduk", Name: "Penduduk", Unit: "orang", Grain: "city", Aggregation: "last"})
	at := noon.AddDate(0, 0, -1)
	row := func(indicator, area, station string, v float64) city.Observation {
		return city.Observation{Indicator: indicator, AreaCode: area, Station: station, Time: at, Value: v}
	}
	f.observe(t, row("pengungsi", "", "Posko A", 30), row("pengungsi", "", "Posko B", 12), row("pengungsi", "", "Posko C", 7), row("pengungsi", "", "", 49))
	equal(t, "a row without place", f.doubted(t, city.QualityTotals), []string{storetest.CityCode + " "})
	if v, out := f.mean(t, "pengungsi"); v != 49 || len(out) != 1 { // of the one day, not twice as much
		t.Errorf("mean %v without %v", v, out)
	}
	// What is no sum is a part, and what is not added is left alone.
	at = noon.AddDate(0, 0, -2)
	f.observe(t, row("pengungsi", "", "Posko A", 30), row("pengungsi", "", "Posko B", 12), row("pengungsi", "", "", 50),
		row("penduduk", storetest.SamarindaUlu, "", 100), row("penduduk", storetest.SamarindaUtara, "", 120), row("penduduk", "", "", 220))
	at = noon.AddDate(0, 0, -3)
	f.observe(t, row("pengungsi", storetest.SamarindaUlu, "", 20), row("pengungsi", storetest.SamarindaUtara, "", 15), row("pengungsi", storetest.Lempake, "", 15), row("pengungsi", "", "", 35))
	if got := f.found(t, city.QualityTotals); len(got) != 1 || got[0].N != 2 {
		t.Errorf("findings %+v", got)
	}
}

// TestLevelsOfABudgetAreNotAdded: a parent's row is the sum of its children
// whatever it is called; one wrong sum among many is a parent all the same.
func TestLevelsOfABudgetAreNotAdded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.declare(t, city.Indicator{Slug: "belanja", Name: "Belanja", Unit: "Rp", Grain: "city", Aggregation: "sum", FreshForSeconds: 366 * 86400})
	at := noon.AddDate(0, -1, 0)
	row := func(station string, v float64) city.Observation {
		return city.Observation{Indicator: "belanja", Station: station, Time: at, Value: v}
	}
	f.observe(t, row("1.05.01 5 Belanja", 100), row("1.05.01 5.1 Belanja operasi", 70), row("1.05.01 5.1.01 Pegawai", 50), row("1.05.01 5.1.02 Barang", 20),
		row("1.05.01 5.2 Belanja modal", 30), row("1.05.01 5.2.01 Tanah", 30), row("2.01.01 5 Belanja", 90), row("2.01.01 5.1 Operasi", 40), row("2.01.01 5.2 Modal", 40))
	equal(t, "levels", f.doubted(t, city.QualityTotals), []string{"64.72 1.05.01 5 Belanja", "64.72 1.05.01 5.1 Belanja operasi", "64.72 1.05.01 5.2 Belanja modal", "64.72 2.01.01 5 Belanja"})
	if sum := one[float64](t, f.sql, "SELECT sum(value) FROM observations WHERE NOT kept_out"); sum != 180 {
		t.Errorf("spending adds up to %v", sum)
	}
	// Codes that begin alike and are no levels.
	at = at.AddDate(0, 0, 1)
	f.observe(t, row("1 Jalan", 5), row("1.1 Jembatan", 9), row("1.2 Taman", 11), row("2 Pasar", 3), row("2.1 Kios", 8))
	if got := f.doubted(t, city.QualityTotals); len(got) != 4 {
		t.Errorf("findings %v", got)
	}
}

// TestLevelsBelowZeroAndOldGaugesAreRemarkedOn, and no alarm follows from a
// gauge that was silent for a year.
func TestLevelsBelowZeroAndOldGaugesAreRemarkedOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.declare(t, city.Indicator{Slug: "pintu-air", Name: "Pintu air", Unit: "cm", Grain: "city", Aggregation: "max", FreshForSeconds: 3600})
	if _, err := f.SaveThresholds(t.Context(), city.CommandLine, city.Asker{Role: city.Operator}, city.ThresholdSet{Indicator: "pintu-air", Reason: why, Thresholds: []city.Threshold{limit(city.Siaga, 500)}}); err != nil {
		t.Fatal(err)
	}
	gate := func(station string, at time.Time, v float64) city.Observation {
		return city.Observation{Indicator: "pintu-air", Station: station, Time: at, Value: v}
	}
	now := noon.Add(-10 * time.Minute)
	f.observe(t, gate("Manggarai", now, 610), gate("Karet", now.Add(-3*time.Hour), 210), gate("Pulo Gadung", now.AddDate(-1, 0, 0), 900), gate("Waduk Pluit", now, -150),
		storetest.Observation("muka-air-mahakam", "", now, -0.4)) // declared to go below zero
	equal(t, "below zero", f.doubted(t, city.QualityBelowZero), []string{"64.72 Waduk Pluit"})
	equal(t, "old", f.doubted(t, city.QualityOutdated), []string{"64.72 Pulo Gadung"})
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM observations WHERE kept_out"); n != 0 {
		t.Errorf("%d values are kept out", n)
	}
	f.wantValue(t, "pintu-air", storetest.CityCode, 610)
	// An archive, and one station alone, are no list of present values.
	f.observe(t, gate("Lama", now.AddDate(-2, 0, 0), 1), gate("Lama", now.AddDate(-2, 0, 1), 1), gate("Baru", now, 2))
	f.observe(t, gate("Sendiri", now.AddDate(-1, 0, 0), 1))
	if got := f.doubted(t, city.QualityOutdated); len(got) != 1 {
		t.Errorf("old %v", got)
	}
	alerts, err := f.Alerts(t.Context(), mayor)
	if err != nil || len(alerts) != 1 {
		t.Errorf("alerts %+v, %v", alerts, err)
	}
}

// TestASpikeIsNoFlood: a value far beyond the steps a sensor takes, and back at
// once; water that rises as far stays up.
func TestASpikeIsNoFlood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tenth := func(n int) time.Time { return noon.Add(time.Duration(n-200) * 10 * time.Minute) }
	level := func(n int, v float64) city.Observation {
		return storetest.Observation("muka-air-mahakam", "", tenth(n), v)
	}
	usual := func(n int) float64 { return 1 + float64(n%5)/50 }
	for n := range 70 {
		f.observe(t, level(n, usual(n)))
	}
	f.observe(t, level(70, 4.9))
	f.watchQuality(t)
	if got := f.found(t, city.QualityJump); len(got) != 0 {
		t.Fatalf("a rise is called a jump before the next value is known: %+v", got)
	}
	f.observe(t, level(71, usual(71)))
	f.watchQuality(t)
	spikes := f.found(t, city.QualityJump)
	if len(spikes) != 1 || spikes[0].Example != 4.9 || spikes[0].N != 1 || spikes[0].Effect != city.RemarkOnly || spikes[0].Beside == nil {
		t.Fatalf("findings %+v", spikes)
	}
	// A flood: up three metres within the hour, up there for hours, and slowly down.
	flood := []float64{1.1, 2.6, 3.4, 4.1, 4.2, 4.2, 4.1, 4.15, 4, 3.6, 3.1, 2.5, 2, 1.5, 1.2, 1.1}
	for i, v := range flood {
		f.observe(t, level(72+i, v))
		f.watchQuality(t)
	}
	// Rain comes and goes at once.
	for n := range 70 {
		f.observe(t, storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, tenth(n), float64(n%2)/10))
	}
	f.observe(t, storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, tenth(70), 22), storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, tenth(71), 0))
	f.watchQuality(t)
	if got := f.found(t, city.QualityJump); len(got) != 1 || got[0].N != 1 {
		t.Errorf("findings %+v", got)
	}
	// The rule can be made to keep it out; what is stored is read anew.
	zone := time.FixedZone("WITA", 8*3600)
	change := city.QualityChange{Kind: city.QualityJump, Params: city.QualityParams{Factor: 5, Learn: 48, Hours: 6}, Effect: city.KeepOut,
		Source: "lembar data alat", EffectiveOn: f.clock.now.In(zone).Format(time.DateOnly), Reason: "lonjakan alat dikeluarkan"}
	if err := f.ChangeQualityRule(t.Context(), city.Actor{Name: "uji"}, operator, change); err != nil {
		t.Fatal(err)
	}
	f.watchQuality(t)
	equal(t, "kept out", all[float64](t, f.sql, "SELECT value FROM observations WHERE kept_out"), []float64{4.9})
}
