package main

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// drain is a report about a blocked drain by a market, so many days after the
// first of March.
func drain(id string, day int, change ...func(*city.Report)) city.Report {
	lon, lat := 117.1201, -0.4801
	r := storetest.Report(id, func(r *city.Report) {
		r.CreatedAt = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		r.Text, r.Category, r.Lon, r.Lat = "Got mampet di dekat Pasar Kedondong, air meluap ke jalan", "banjir-drainase", &lon, &lat
		r.StatedArea, r.ComputedArea, r.Status = storetest.AirPutih, storetest.AirPutih, city.Open
	})
	for _, c := range change {
		c(&r)
	}
	return r
}

// TestPastCasesAndReturns: an incident that comes back is counted and shown
// with its like, by the rules of package incident, whatever comes in which
// order.
func TestPastCasesAndReturns(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	closed := func(r *city.Report) {
		at := r.CreatedAt.AddDate(0, 0, 2)
		r.Status, r.ClosedAt, r.Answer = city.Closed, &at, "Got sudah dikeruk"
	}
	elsewhere := func(r *city.Report) {
		lon, lat := 117.20, -0.42
		r.Text, r.Lon, r.Lat = "Got mampet di dekat Pasar Rawa, air meluap", &lon, &lat
		r.StatedArea, r.ComputedArea = storetest.Lempake, storetest.Lempake
	}
	rubbish := func(r *city.Report) { r.Text, r.Category = "Sampah menumpuk di dekat Pasar Kedondong", "sampah" }
	for _, r := range []city.Report{drain("now", 60), drain("first", 0, closed), drain("lawas", -200), drain("sampah", 20, rubbish), drain("jauh", 30, elsewhere)} {
		ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{r}})
		settleNow(t, a)
	}
	ids := incidentIDs(t, a)
	count := func(of string) int {
		t.Helper()
		d, err := a.db.Incident(t.Context(), city.System, ids[of])
		if err != nil {
			t.Fatal(err)
		}
		return d.Recurrence
	}
	for of, want := range map[string]int{"now": 1, "first": 0, "lawas": 0, "sampah": 0, "jauh": 0} {
		if got := count(of); got != want {
			t.Errorf("%s came back %d times, want %d", of, got, want)
		}
	}
	similar, err := a.Similar(t.Context(), city.System, ids["now"])
	if err != nil {
		t.Fatal(err)
	}
	if len(similar) != 3 || similar[0].ID != ids["first"] || !similar[0].SamePlace || similar[0].DaysToClose == nil || similar[0].Why.Text == "" {
		t.Fatalf("past cases: %+v", similar)
	}
	if similar[1].ID != ids["lawas"] || similar[2].ID != ids["jauh"] || similar[2].SamePlace {
		t.Errorf("past cases: %+v", similar)
	}
	camat := city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}
	if seen, err := a.Similar(t.Context(), camat, ids["now"]); err != nil || len(seen) != 2 {
		t.Errorf("the camat sees %d past cases (%v), one of them lies elsewhere", len(seen), err)
	}
	if _, err := a.Similar(t.Context(), camat, ids["jauh"]); city.CodeOf(err) != city.NotFound {
		t.Errorf("an incident elsewhere: %v", err)
	}

	// What was not the same after all counts no more.
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{drain("first", 0, closed, elsewhere)}})
	settleNow(t, a)
	if got := count("now"); got != 0 {
		t.Errorf("after the earlier one turned out to be elsewhere: %d", got)
	}
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{drain("first", 0, closed)}})
	settleNow(t, a)
	if got := count("now"); got != 1 {
		t.Errorf("after it was put right: %d", got)
	}
	ingest(t, door, city.Delivery{SourceID: source, Removed: []string{"first"}})
	settleNow(t, a)
	if got := count("now"); got != 0 {
		t.Errorf("after the earlier one was withdrawn: %d", got)
	}
}

// incidentIDs are the numbers of incidents by their first report's external id.
func incidentIDs(t *testing.T, a *analyst) map[string]int64 {
	t.Helper()
	reports, err := a.db.Reports(t.Context(), city.System, city.ReportFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range reports {
		if out[r.ExternalID], err = a.db.IncidentOf(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
