package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/paulmach/orb"
)

func TestFoundationIsLaidOnceAndChangesNothingLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tables := []string{"city_setting", "areas", "offices", "holidays", "categories", "indicators", "thresholds"}
	// What an import or an officer has set since.
	if _, err := f.SaveCategories(t.Context(), []city.Category{{Slug: "sampah", Name: "Persampahan", Office: "DLH", WorkingDaysToClose: 2, Origin: "import"}}); err != nil {
		t.Fatal(err)
	}
	before := f.physical(t, tables...)
	foundation, err := storetest.Foundation()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.LayFoundation(t.Context(), foundation); err != nil {
		t.Fatal(err)
	}
	equal(t, "rows on disk", f.physical(t, tables...), before)
	// A declaration that a newer program brings is added.
	foundation.Categories = append(foundation.Categories, city.Category{Slug: "baru", Name: "Baru", Office: "DPUPR", WorkingDaysToClose: 3, Origin: "pack"})
	if err := f.LayFoundation(t.Context(), foundation); err != nil {
		t.Fatal(err)
	}
	cs, err := f.Categories(t.Context())
	if err != nil || len(cs) != len(foundation.Categories) {
		t.Errorf("%d categories, want %d: %v", len(cs), len(foundation.Categories), err)
	}
	// Another city's pack leaves this city alone.
	other := foundation
	other.Setting.Code, other.Setting.Name = "64.71", "Kota Balikpapan"
	other.Categories = []city.Category{{Slug: "lain", Name: "Lain", Office: "X", WorkingDaysToClose: 1}}
	if err := f.LayFoundation(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	set, err := f.Setting(t.Context())
	if err != nil || set.Code != storetest.CityCode {
		t.Errorf("setting %+v, %v", set, err)
	}
}

func TestImportedDeclarationsTwice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	declared := func(slug string) city.Indicator {
		t.Helper()
		is, err := f.Indicators(t.Context(), city.Asker{Role: city.Operator})
		at := slices.IndexFunc(is, func(i city.Indicator) bool { return i.Slug == slug })
		if err != nil || at < 0 {
			t.Fatalf("no indicator %s, %v", slug, err)
		}
		return is[at]
	}
	renamed := declared(dam)
	renamed.Name = "Muka air"
	for n, want := range []city.Tally{{Read: 3, Added: 1, Changed: 1, Unchanged: 1}, {Read: 3, Unchanged: 3}} {
		got, err := f.SaveCategories(t.Context(), []city.Category{
			{Slug: "reklame", Name: "Reklame", Office: "Dinas Angkasa", WorkingDaysToClose: 3, Origin: "import"},
			{Slug: "jalan-rusak", Name: "Jalan rusak", Office: "dinas pupr", WorkingDaysToClose: 12, Origin: "import"},
			{Slug: "banjir-drainase", Name: "Banjir dan drainase", Office: "DPUPR", WorkingDaysToClose: 5, Origin: "import"},
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "categories", got, want)
		got, err = f.SaveIndicators(t.Context(), []city.Indicator{
			{Slug: "baru", Name: "Baru", Unit: "buah", Grain: "city"}, renamed, declared("pm25"),
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "indicators", got, want)
		if n == 0 && one[int](t, f.sql, "SELECT count(*)::int FROM categories c JOIN offices o ON o.id = c.office_id WHERE c.slug = 'jalan-rusak' AND o.short_name = 'DPUPR'") != 1 {
			t.Error("an office is not found by its alias")
		}
	}
	is, err := f.Indicators(t.Context(), city.Asker{Role: city.Operator})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range is {
		if i.Slug == dam && (len(i.Thresholds) != 2 || i.Aggregation != "last" || i.Min == nil) {
			t.Errorf("an import took what it did not say: %+v", i)
		}
	}
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "ok", Name: "x", Unit: "x", Grain: "city"}, {Slug: "Tidak Polos", Name: "x", Unit: "x", Grain: "city"}}); city.CodeOf(err) != city.Invalid {
		t.Errorf("a bad slug: %v", err)
	}
	equal(t, "nothing of a refused import", one[int](t, f.sql, "SELECT count(*)::int FROM indicators WHERE slug = 'ok'"), 0)
}

func TestEachThingAnImportSaysOfAnIndicatorIsWritten(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	read := func() city.Indicator {
		t.Helper()
		is, err := f.Indicators(t.Context(), city.Asker{Role: city.Operator})
		if err != nil {
			t.Fatal(err)
		}
		return is[slices.IndexFunc(is, func(i city.Indicator) bool { return i.Slug == dam })]
	}
	for name, change := range map[string]func(i *city.Indicator){
		"name_en": func(i *city.Indicator) { i.NameEN = "Dam" }, "direction": func(i *city.Indicator) { i.Direction = "up" },
		"aggregation": func(i *city.Indicator) { i.Aggregation = "max" }, "fresh_for_seconds": func(i *city.Indicator) { i.FreshForSeconds = 777 },
		"min": func(i *city.Indicator) { i.Min = new(1.5) }, "max": func(i *city.Indicator) { i.Max = new(77.5) },
		"decimals": func(i *city.Indicator) { i.Decimals = 5 }, "rank": func(i *city.Indicator) { i.Rank = 77 }, "no tile": func(i *city.Indicator) { i.Rank = 0 },
		"definition": func(i *city.Indicator) { i.Definition = "Diukur di pintu air." }, "unit": func(i *city.Indicator) { i.Unit = "cm" },
	} {
		if _, err := f.sql.Exec(t.Context(), "UPDATE indicators SET rank = 9 WHERE slug = $1", dam); err != nil {
			t.Fatal(err)
		}
		want := read()
		change(&want)
		want.Origin = "import"
		for n, tally := range []city.Tally{{Read: 1, Changed: 1}, {Read: 1, Unchanged: 1}} {
			given := want
			given.VisibleTo = nil // no import can say it
			got, err := f.SaveIndicators(t.Context(), []city.Indicator{given})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, fmt.Sprint(name, " time ", n), got, tally)
			equal(t, name, read(), want)
		}
	}
}

func TestHolidaysMoveDeadlines(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	// Received on Thursday the 12th; five working days, of which the 18th
	// (joint leave), 19th (Nyepi) and more are holidays in the pack.
	f.ingest(t, storetest.Report("h", func(r *city.Report) { r.Category = "banjir-drainase" }),
		storetest.Report("done", func(r *city.Report) { r.Category, r.Status, r.ClosedAt = "banjir-drainase", city.Closed, new(noon) }))
	due := func(id string) time.Time {
		t.Helper()
		return one[time.Time](t, f.sql, "SELECT due_at FROM reports WHERE external_id = $1", id)
	}
	before, done := due("h"), due("done")
	free := before.Add(-12 * time.Hour) // in the last working day
	day := time.Date(free.Year(), free.Month(), free.Day(), 0, 0, 0, 0, time.UTC)
	tally, err := f.SaveHolidays(t.Context(), []store.Holiday{{Date: day, Name: "Hari uji", Source: "uji"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "tally", tally, city.Tally{Read: 1, Added: 1})
	if after := due("h"); after.Sub(before) < 24*time.Hour {
		t.Errorf("deadline was %s, is %s", before, after)
	}
	if !due("done").Equal(done) {
		t.Error("the deadline of a closed report moved")
	}
	again, err := f.SaveHolidays(t.Context(), []store.Holiday{{Date: day, Source: "uji"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "again", again, city.Tally{Read: 1, Unchanged: 1})

	// A shorter norm, and the screens hear of it.
	head, late := f.head(t), due("h")
	if _, err := f.SaveCategories(t.Context(), []city.Category{{Slug: "banjir-drainase", Name: "Banjir", Office: "DPUPR", WorkingDaysToClose: 1, Origin: "import"}}); err != nil {
		t.Fatal(err)
	}
	if !due("h").Before(late) {
		t.Errorf("with a norm of one day the deadline is %s, was %s", due("h"), late)
	}
	equal(t, "events", len(f.topic(t, city.TopicReports, head)), 1)
	list, err := f.Reports(t.Context(), city.System, city.ReportFilter{Overdue: true})
	if err != nil || len(list) != 1 || !list[0].DueAt.Equal(due("h")) {
		t.Errorf("overdue: %+v, %v", list, err)
	}
	f.rollupsEqualReports(t)
}

func TestAreasAreReplacedWithWhatIsSaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before, err := f.Areas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var official []city.Area
	for _, a := range before {
		if a.Code == storetest.AirPutih {
			if len(a.Outline) == 0 || !a.Approximate || len(a.Aliases) == 0 {
				t.Logf("%s has outline %v, approximate %v, aliases %v", a.Code, len(a.Outline) > 0, a.Approximate, a.Aliases)
			}
			square := orb.Ring{{117.1, -0.5}, {117.2, -0.5}, {117.2, -0.4}, {117.1, -0.4}, {117.1, -0.5}}
			official = append(official, city.Area{
				Code: a.Code, Level: a.Level, Name: a.Name, ParentCode: a.ParentCode, Label: a.Label,
				Outline: orb.MultiPolygon{{square}}, OutlineSource: "BIG",
			})
		}
	}
	for _, want := range []city.Tally{{Read: 1, Changed: 1}, {Read: 1, Unchanged: 1}} {
		tally, err := f.SaveAreas(t.Context(), official)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "tally", tally, want)
	}
	after, err := f.Areas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n, a := range after {
		if a.Code != storetest.AirPutih {
			equal(t, "another area", a, before[n])
			continue
		}
		if a.Approximate || a.OutlineSource != "BIG" || a.BPSCode != before[n].BPSCode || a.AreaKm2 != before[n].AreaKm2 || len(a.Aliases) != len(before[n].Aliases) {
			t.Errorf("got %+v", a)
		}
		equal(t, "outline", a.Outline, official[0].Outline)
	}
	swapped := official[0]
	swapped.Code, swapped.Label = storetest.Lempake, orb.Point{-0.5, 117}
	if _, err := f.SaveAreas(t.Context(), []city.Area{official[0], swapped}); city.CodeOf(err) != city.Invalid {
		t.Errorf("a swapped point: %v", err)
	}
}

func TestAnotherCityOnlyWithoutData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := city.Setting{Code: "64.71", Name: "Kota Balikpapan", Timezone: "Asia/Makassar", ZoneLabel: "WITA"}
	areas := []city.Area{{Code: "64.71", Level: city.Kota, Name: "Kota Balikpapan", Label: orb.Point{116.8, -1.2}}}
	if err := f.ReplaceCity(t.Context(), other, areas); err != nil {
		t.Fatal(err)
	}
	if set, err := f.Setting(t.Context()); err != nil || set != other {
		t.Errorf("setting %+v, %v", set, err)
	}
	f.ingest(t, storetest.Report("x", func(r *city.Report) { r.StatedArea = "64.71" }))
	if err := f.ReplaceCity(t.Context(), city.Setting{Code: storetest.CityCode, Name: "x", Timezone: "Asia/Makassar"}, nil); city.CodeOf(err) != city.Conflict {
		t.Errorf("with reports: %v", err)
	}
}
