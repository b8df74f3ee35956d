package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// theAskers are one of each role, askers whose rights were never settled, and
// askers who claim more than their role gives.
func theAskers(office int64) map[string]city.Asker {
	return map[string]city.Asker{
		"wali_kota":              {Role: city.WaliKota},
		"sekda":                  {Role: city.Sekda},
		"operator":               {Role: city.Operator},
		"auditor":                {Role: city.Auditor},
		"kepala_opd":             {Role: city.KepalaOPD, OfficeID: office},
		"kepala_opd of none":     {Role: city.KepalaOPD},
		"kepala_opd with area":   {Role: city.KepalaOPD, OfficeID: office, AreaCode: storetest.SamarindaUlu},
		"camat":                  {Role: city.Camat, AreaCode: storetest.SamarindaUlu},
		"camat of nowhere":       {Role: city.Camat},
		"camat with office":      {Role: city.Camat, AreaCode: storetest.SamarindaUlu, OfficeID: office},
		"camat of half a code":   {Role: city.Camat, AreaCode: "64.72.0"},
		"camat with a wildcard":  {Role: city.Camat, AreaCode: "%"},
		"camat with a quote":     {Role: city.Camat, AreaCode: "64.72.03' OR '1'='1"},
		"lurah":                  {Role: city.Lurah, AreaCode: storetest.AirPutih},
		"publik":                 {Role: city.Publik},
		"publik with everything": {Role: city.Publik, AreaCode: storetest.CityCode, OfficeID: office},
		"nobody":                 {},
		"unknown role":           {Role: "walikota", AreaCode: storetest.CityCode},
	}
}

// city of many owners: reports of all areas, offices and none.
func newCityOfMany(t *testing.T) (*fixture, int64) {
	t.Helper()
	f := newFixture(t)
	var rs []city.Report
	for a, area := range []string{"", storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih, "64.72.03.1002", storetest.SamarindaUtara, storetest.Lempake} {
		for c, category := range []string{"", "jalan-rusak", "sampah"} {
			rs = append(rs, storetest.Report(fmt.Sprintf("m-%d-%d", a, c), func(r *city.Report) {
				r.StatedArea, r.Category = area, category
				r.Reporter = &city.Reporter{Name: "Warga Uji", Phone: "0811"}
			}))
		}
	}
	f.ingest(t, rs...)
	f.observe(t, storetest.Observation(dam, "", noon, 8.0))
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "rahasia", Name: "Rahasia", Unit: "x", Grain: "city", VisibleTo: []city.Role{city.WaliKota, city.Auditor}}}); err != nil {
		t.Fatal(err)
	}
	f.observe(t, storetest.Observation("rahasia", "", noon, 1))
	return f, one[int64](t, f.sql, "SELECT office_id FROM categories WHERE slug = 'sampah'")
}

// TestTheTwoWallsAgree compares what each asker is given by the store with what
// city.Scope and city.Event, by which the hub filters, would let pass.
func TestTheTwoWallsAgree(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	everything, err := f.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500})
	if err != nil || len(everything) != 21 {
		t.Fatalf("%d reports, %v", len(everything), err)
	}
	officeOf := map[int64]int64{}
	for _, r := range everything {
		officeOf[r.ID] = one[int64](t, f.sql, "SELECT coalesce(office_id, 0) FROM reports WHERE id = $1", r.ID)
	}
	events, err := f.EventsAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for name, asker := range theAskers(office) {
		scope := asker.Scope()
		var want []string
		for _, r := range everything {
			if scope.Sees(r.AreaCode, officeOf[r.ID]) {
				want = append(want, r.ExternalID)
			}
		}
		got, err := f.Reports(t.Context(), asker, city.ReportFilter{Limit: 500})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		equal(t, name+": reports", externalIDs(got), want)
		st, err := f.State(t.Context(), scope, city.Topics)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		equal(t, name+": reports in the state", externalIDs(st.Reports), want)
		visible := map[city.Topic]map[string]bool{}
		for _, e := range events {
			if e.VisibleTo(scope) && e.Op == "put" {
				if visible[e.Topic] == nil {
					visible[e.Topic] = map[string]bool{}
				}
				visible[e.Topic][e.Key] = true
			}
		}
		equal(t, name+": events of reports", len(visible[city.TopicReports]), len(want))
		equal(t, name+": alerts", len(st.Alerts), len(visible[city.TopicAlerts]))
		equal(t, name+": sources", len(st.Sources), len(visible[city.TopicSources]))
		if asker.Role != city.Publik { // who sees published figures, but has no socket
			equal(t, name+": indicators", len(st.Indicators), len(visible[city.TopicIndicators]))
		}
		f.detailsAgree(t, name, asker, everything, want)
	}
}

func externalIDs(rs []city.ReportSummary) (ids []string) {
	for _, r := range rs {
		ids = append(ids, r.ExternalID)
	}
	return ids
}

func (f *fixture) detailsAgree(t *testing.T, name string, asker city.Asker, everything []city.ReportSummary, want []string) {
	t.Helper()
	for _, r := range everything {
		_, err := f.Report(t.Context(), asker, r.ID)
		if mayee := slices.Contains(want, r.ExternalID); mayee && err != nil || !mayee && city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: report %s: %v", name, r.ExternalID, err)
		}
	}
	figures, err := f.Figures(t.Context(), asker, city.ReportFilter{From: noon.AddDate(0, -1, 0), To: noon})
	if err != nil || figures.Received != len(want) {
		t.Errorf("%s: counts %d reports, sees %d: %v", name, figures.Received, len(want), err)
	}
	counts, err := f.Counts(t.Context(), asker, noon.AddDate(0, -1, 0), noon)
	total := 0
	for _, c := range counts {
		total += c.Count
	}
	if err != nil || total != len(want) {
		t.Errorf("%s: counts by area %d reports, sees %d: %v", name, total, len(want), err)
	}
}

func TestIndicatorsAreShownToWhomTheySay(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	for name, asker := range theAskers(office) {
		secret := asker.Role == city.WaliKota || asker.Role == city.Auditor
		public := secret || asker.Role.Valid() || asker.Role == city.Publik
		states, err := f.IndicatorStates(t.Context(), asker)
		if err != nil {
			t.Fatal(err)
		}
		has := func(slug string) bool {
			return slices.ContainsFunc(states, func(s city.IndicatorState) bool { return s.Indicator == slug })
		}
		if has("rahasia") != secret || has(dam) != public {
			t.Errorf("%s sees the secret: %v, the public: %v", name, has("rahasia"), has(dam))
		}
		declared, err := f.Indicators(t.Context(), asker)
		if err != nil || slices.ContainsFunc(declared, func(i city.Indicator) bool { return i.Slug == "rahasia" }) != secret {
			t.Errorf("%s: declarations %v", name, err)
		}
		points, err := f.Series(t.Context(), asker, "rahasia", "", store.StepRaw, noon.Add(-time.Hour), noon.Add(time.Hour))
		if secret && (err != nil || len(points) != 1) || !secret && city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: series %v, %v", name, points, err)
		}
	}
}

func TestReportersNeedARoleAndAReason(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	id := one[int64](t, f.sql, "SELECT min(id) FROM reports")
	by := store.Actor{Name: "uji"}
	const reason = "warga meminta dihubungi kembali"
	for name, asker := range theAskers(office) {
		p, err := f.Reporter(t.Context(), by, asker, id, reason)
		if asker.Role == city.Operator || asker.Role == city.Auditor {
			if err != nil || p.Name != "Warga Uji" {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
			if _, err := f.Reporter(t.Context(), by, asker, id, "ingin tahu"[:5]); city.CodeOf(err) != city.Invalid {
				t.Errorf("%s without a reason: %v", name, err)
			}
			continue
		}
		if city.CodeOf(err) != city.Forbidden || p != (city.Reporter{}) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	equal(t, "audit", all[string](t, f.sql, "SELECT subject || ' ' || reason FROM audit WHERE action = 'reporter.read'"),
		slices.Repeat([]string{fmt.Sprint(id, " ", reason)}, 2))
	// One whom the source did not name, or who is not there, is asked for all the same.
	if p, err := f.Reporter(t.Context(), by, city.Asker{Role: city.Auditor}, 999999, reason); err != nil || p != (city.Reporter{}) {
		t.Errorf("nobody: %+v, %v", p, err)
	}
	equal(t, "audit lines", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'reporter.read'"), 3)
}

func TestAuditIsReadByOperatorsAndAuditors(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	for n := range 3 {
		if err := f.Record(t.Context(), store.CommandLine, "uji", fmt.Sprint(n), "alasan\x00", map[string]any{"n": n}); err != nil {
			t.Fatal(err)
		}
	}
	for name, asker := range theAskers(office) {
		lines, err := f.Audit(t.Context(), asker, 0, 2)
		if asker.Role == city.Operator || asker.Role == city.Auditor {
			if err != nil || len(lines) != 2 || lines[0].Subject != "2" || lines[0].Reason != "alasan" {
				t.Errorf("%s: %+v, %v", name, lines, err)
			}
			older, err := f.Audit(t.Context(), asker, lines[1].ID, 10)
			if err != nil || len(older) != 1 || older[0].Subject != "0" {
				t.Errorf("%s: next page %+v, %v", name, older, err)
			}
		} else if city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s: %+v, %v", name, lines, err)
		}
	}
}
