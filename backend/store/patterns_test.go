package store_test

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func aPattern(key string, kind city.PatternKind, area string, change ...func(*city.Pattern)) city.Pattern {
	p := city.Pattern{
		Key: key, Kind: kind, Severity: city.Perhatian, AreaCode: area, AreaCodes: []string{area}, Since: noon.AddDate(0, 0, -2), Until: noon,
		Seen: 31, Expected: 6.2, Headline: "31 laporan", HeadlineEN: "31 reports", Evidence: "Wajarnya 6,2", EvidenceEN: "6.2 would be usual",
		Reasons: []string{}, ReasonsEN: []string{}, Method: "uji",
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func keysOf(ps []city.Pattern) (keys []string) {
	for _, p := range ps {
		keys = append(keys, p.Key)
	}
	return keys
}

func TestPatternsAreAState(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hot := []city.PatternKind{city.PatternHotspot}
	first := aPattern("hotspot:sampah:a", city.PatternHotspot, storetest.AirPutih, func(p *city.Pattern) { p.Category = "sampah" })
	keep := func(kinds []city.PatternKind, ps ...city.Pattern) {
		t.Helper()
		if err := f.KeepPatterns(t.Context(), kinds, ps); err != nil {
			t.Fatal(err)
		}
	}
	running := func() []string {
		t.Helper()
		ps, err := f.Patterns(t.Context(), city.System, "")
		if err != nil {
			t.Fatal(err)
		}
		return keysOf(ps)
	}
	keep(hot, first)
	keep([]city.PatternKind{city.PatternSilent}, aPattern("silent:x", city.PatternSilent, storetest.Lempake))
	got, err := f.Patterns(t.Context(), city.System, city.PatternHotspot)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the hotspot", got, []city.Pattern{first})
	before := f.physical(t, "patterns")
	keep(hot, first)
	equal(t, "the same again", f.physical(t, "patterns"), before)

	f.clock.forward(time.Hour)
	first.Seen = 40
	keep(hot, first)
	begun := one[time.Time](t, f.sql, "SELECT begun_at FROM patterns WHERE key = $1", first.Key)
	if !begun.Equal(noon) {
		t.Errorf("a pattern that goes on began at %v, want %v", begun, noon)
	}
	keep(hot)
	equal(t, "after the hotspot is over", running(), []string{"silent:x"})
	keep(hot, first)
	begun = one[time.Time](t, f.sql, "SELECT begun_at FROM patterns WHERE key = $1", first.Key)
	if !begun.Equal(noon.Add(time.Hour)) {
		t.Errorf("a pattern that came back began at %v, want %v", begun, noon.Add(time.Hour))
	}
	if err := f.KeepPatterns(t.Context(), hot, []city.Pattern{aPattern("bad", "gossip", "")}); city.CodeOf(err) != city.Invalid {
		t.Errorf("an unknown kind: %v", err)
	}
	equal(t, "after a failure", len(running()), 2)

	checks, err := f.PatternChecks(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "when each kind was looked for", checks, []city.PatternCheck{
		{Kind: city.PatternHotspot, CheckedAt: noon.Add(time.Hour)}, {Kind: city.PatternSilent, CheckedAt: noon},
	})
	if checks, err = f.PatternChecks(t.Context(), city.Asker{Role: city.Publik}, city.PatternSilent); err != nil || len(checks) != 0 {
		t.Errorf("the public is told %v, %v", checks, err)
	}
}

func TestPatternsAreShownToWhomTheyConcern(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	short := one[string](t, f.sql, "SELECT short_name FROM offices WHERE id = $1", office)
	owned := func(p *city.Pattern) { p.Office = short }
	all := []city.Pattern{
		aPattern("hotspot:ulu", city.PatternHotspot, storetest.AirPutih, func(p *city.Pattern) {
			p.AreaCodes = []string{storetest.Lempake, storetest.AirPutih}
		}),
		aPattern("silent:utara", city.PatternSilent, storetest.Lempake),
		aPattern("anomaly:city", city.PatternAnomaly, storetest.CityCode, owned),
		aPattern("campaign:ulu", city.PatternCampaign, storetest.AirPutih),
		aPattern("mass_closing:office", city.PatternMassClosing, "", owned, func(p *city.Pattern) { p.AreaCodes = nil }),
	}
	if err := f.KeepPatterns(t.Context(), city.PatternKinds, all); err != nil {
		t.Fatal(err)
	}
	everything := []string{"anomaly:city", "campaign:ulu", "hotspot:ulu", "mass_closing:office", "silent:utara"}
	own := map[string][]string{
		"wali_kota": everything, "sekda": everything, "operator": everything, "auditor": everything,
		"kepala_opd": {"anomaly:city", "mass_closing:office"}, "kepala_opd with area": {"anomaly:city", "mass_closing:office"},
		"camat": {"hotspot:ulu"}, "camat with office": {"hotspot:ulu"}, "lurah": {"hotspot:ulu"},
	}
	for name, asker := range theAskers(office) {
		got, err := f.Patterns(t.Context(), asker, "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		equal(t, name, keysOf(got), own[name])
	}
}

func TestCountsForPatternsAreTheReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	day := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	at := func(id, area, category string, when time.Time, lon, lat float64) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.StatedArea, r.ComputedArea, r.Category, r.CreatedAt, r.Lon, r.Lat = area, area, category, when, &lon, &lat
		})
	}
	f.ingest(t, at("1", storetest.AirPutih, "sampah", day(0), 117.1201, -0.4801), at("2", storetest.AirPutih, "sampah", day(0), 117.1203, -0.4802),
		at("3", storetest.AirPutih, "jalan-rusak", day(3), 117.1202, -0.4803), at("4", storetest.Lempake, "sampah", day(40), 117.2, -0.4))
	days, err := f.DayCounts(t.Context(), day(10), noon)
	if err != nil {
		t.Fatal(err)
	}
	utc := func(n int) time.Time { return day(n).Add(8 * time.Hour).Truncate(24 * time.Hour) }
	equal(t, "counts by day", days, []store.DayCount{
		{Day: utc(3), AreaCode: storetest.AirPutih, Category: "jalan-rusak", Received: 1},
		{Day: utc(0), AreaCode: storetest.AirPutih, Category: "sampah", Received: 2},
	})
	cells, err := f.CellCounts(t.Context(), city.System, "sampah", day(10), noon.Add(time.Second), 0.01, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "counts by cell", cells, []store.CellCount{{X: 11712, Y: -49, Matching: 2, All: 3}})
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}
	if cells, err = f.CellCounts(t.Context(), lurah, "", day(50), noon.Add(time.Second), 0.01, 0.01); err != nil || len(cells) != 1 || cells[0].All != 1 {
		t.Errorf("the lurah of Lempake counts %v, %v", cells, err)
	}
	shares, err := f.SourceShares(t.Context(), day(50), noon.Add(time.Second))
	if err != nil || len(shares) != 2 {
		t.Errorf("shares %v, %v", shares, err)
	}
	times, err := f.ReportTimes(t.Context(), day(10), noon.Add(time.Second))
	if err != nil || len(times) != 3 || !times[0].CreatedAt.Equal(day(3)) {
		t.Errorf("times %v, %v", times, err)
	}
}

func TestRainOfADayIsItsInstruments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seven := time.Date(2026, 3, 15, 23, 0, 0, 0, time.UTC) // 16 March 07.00 WITA: what fell since the 15th, 07.00
	os := []city.Observation{
		storetest.Observation("curah-hujan", storetest.SamarindaUlu, seven, 30), storetest.Observation("curah-hujan", storetest.SamarindaUtara, seven, 10),
	}
	for i := range 6 { // an hour of the 16th
		os = append(os, storetest.Observation("hujan-10-menit", storetest.SamarindaUlu, seven.Add(time.Duration(i+1)*10*time.Minute), 2))
	}
	f.observe(t, os...)
	// A test's database holds the foundation without the hazards' declarations.
	if _, err := f.sql.Exec(t.Context(), `INSERT INTO hazard_inputs (hazard, role, slug, step_seconds, source) VALUES
		('uji', 'hujan', 'curah-hujan', 86400, 'uji'), ('uji', 'hujan', 'hujan-10-menit', 600, 'uji')`); err != nil {
		t.Fatal(err)
	}
	got, err := f.DailyRain(t.Context(), seven.AddDate(0, 0, -3), noon)
	if err != nil {
		t.Fatal(err)
	}
	date := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	equal(t, "rain by day", got, []store.DayRain{{Day: date(15), MM: 20}, {Day: date(16), MM: 12}})
}

func TestReportersAreToldApartAndNotNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	by := func(id, handle, phone string) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			if handle+phone != "" {
				r.Reporter = &city.Reporter{Handle: handle, Phone: phone}
			}
		})
	}
	f.ingest(t, by("1", "@warga", ""), by("2", "@warga", "0811"), by("3", "@lain", ""), by("4", "", "0811"), by("5", "", ""))
	said, err := f.SaidReports(t.Context(), noon.AddDate(0, 0, -30), 100)
	if err != nil || len(said) != 5 {
		t.Fatalf("%d reports, %v", len(said), err)
	}
	marks := map[string]int64{}
	for _, r := range said {
		marks[one[string](t, f.sql, "SELECT external_id FROM reports WHERE id = $1", r.ID)] = r.Mark
	}
	if marks["1"] == 0 || marks["1"] != marks["2"] || marks["1"] == marks["3"] || marks["4"] == marks["1"] || marks["4"] == 0 || marks["5"] != 0 {
		t.Errorf("marks %v", marks)
	}
	if len(f.mustLimit(t, 2)) != 2 {
		t.Error("the limit is not kept")
	}
	// Nobody but the analysis may ask for marks, and nobody for the salt.
	app := storetest.Connect(t, f.db.AppURL)
	for _, role := range []string{"balaikota_reader", "balaikota_city_reader", "balaikota_identity_reader"} {
		if _, err := as(t, app, "SET LOCAL ROLE "+role, "SELECT reporter_marks(now() - interval '1 year')"); !denied(err) {
			t.Errorf("%s may ask for marks: %v", role, err)
		}
	}
	for _, role := range []string{"balaikota_writer", "balaikota_identity_reader"} {
		if _, err := as(t, app, "SET LOCAL ROLE "+role, "SELECT salt FROM reporter_salt"); !denied(err) {
			t.Errorf("%s may read the salt: %v", role, err)
		}
	}
}

func (f *fixture) mustLimit(t *testing.T, n int) []store.SaidReport {
	t.Helper()
	out, err := f.SaidReports(t.Context(), noon.AddDate(0, 0, -30), n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestClosingsAreByOffice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var reports []city.Report
	for i := range 3 {
		closed, answered := noon.Add(time.Duration(i)*time.Minute), noon.Add(-time.Hour)
		reports = append(reports, storetest.Report(fmt.Sprint("c", i), func(r *city.Report) {
			r.Status, r.ClosedAt = city.Closed, &closed
			if i == 0 {
				r.RespondedAt = &answered
			}
			if i == 1 {
				r.RespondedAt = &closed
			}
		}))
	}
	f.ingest(t, reports...)
	got, err := f.OfficeClosings(t.Context(), noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	for i, c := range got {
		if c.Office != "DPUPR" || c.Answered != (i == 0) {
			t.Errorf("closing %d: %+v", i, c)
		}
	}
}
