package store_test

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// replayed asks as the asker, and returns the values of an area frame by frame.
func (f *fixture) replayed(t *testing.T, asker city.Asker, layer string, hours int) city.MapReplay {
	t.Helper()
	out, err := f.MapReplay(t.Context(), asker, city.ReplayQuery{Layer: layer, Hours: hours, Until: f.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Values) != out.Count || len(out.N) != out.Count {
		t.Fatalf("%d frames, %d values, %d counts", out.Count, len(out.Values), len(out.N))
	}
	return out
}

func valuesOf(r city.MapReplay, area string) (out []string) {
	for _, frame := range r.Values {
		text := "none"
		for c, code := range r.Areas {
			if code == area {
				text = "unknown"
				if frame[c] != nil {
					text = fmt.Sprint(*frame[c])
				}
			}
		}
		out = append(out, text)
	}
	return out
}

// filed makes a report of an area and category created some hours before noon.
func filed(id, area, category string, hoursAgo float64, change ...func(*city.Report)) city.Report {
	return storetest.Report(id, append([]func(*city.Report){func(r *city.Report) {
		r.StatedArea, r.Category, r.Status = area, category, city.Open
		r.CreatedAt = noon.Add(-time.Duration(hoursAgo * float64(time.Hour)))
		r.RespondedAt, r.ClosedAt = nil, nil
	}}, change...)...)
}

func TestReportsAreReplayedAsTheyStood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	closed := noon.Add(-2 * time.Hour)
	f.ingest(t,
		filed("before", storetest.AirPutih, "sampah", 30),
		filed("edge", storetest.AirPutih, "sampah", 24),
		filed("late", storetest.AirPutih, "sampah", 3.2, func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, &closed }),
		filed("other", storetest.AirPutih, "jalan-rusak", 1),
		filed("elsewhere", storetest.Lempake, "sampah", 0.5),
		filed("refused", storetest.Lempake, "sampah", 5, func(r *city.Report) { r.Status = city.Rejected }),
	)
	got := f.replayed(t, city.Asker{Role: city.WaliKota}, "sampah", 24)
	if got.Count != 49 || got.StepSeconds != 1800 || got.WindowSeconds != 86400 || !got.First.Equal(noon.Add(-24*time.Hour)) {
		t.Fatalf("frames %d of %d s from %s", got.Count, got.StepSeconds, got.First)
	}
	values := valuesOf(got, storetest.AirPutih)
	// Frame 0 is noon of yesterday: "before" lies in its window, "edge" at its
	// very end. "before" leaves six hours before noon, "edge" at noon.
	for frame, want := range map[int]string{0: "2", 35: "2", 36: "1", 41: "1", 42: "2", 47: "2", 48: "1"} {
		if values[frame] != want {
			t.Errorf("frame %d: %s, want %s (all %v)", frame, values[frame], want, values)
		}
	}
	if diff := cmp.Diff([]int{2, 3}, []int{got.N[0], got.N[48]}); diff != "" {
		t.Error("behind the first and the last frame", diff)
	}
	if got.Rest == nil || *got.Rest != 0 {
		t.Errorf("areas without a report: %v", got.Rest)
	}
	p := got.Points
	if p == nil || len(p.ID) != 4 || !p.Complete {
		t.Fatalf("points %+v", p)
	}
	if p.Closed[1] != closed.Unix() || p.Created[1] != noon.Add(-192*time.Minute).Unix() || p.Areas[p.Area[0]] != storetest.Lempake {
		t.Errorf("columns %+v", p)
	}
	if all := f.replayed(t, city.Asker{Role: city.WaliKota}, "", 168); all.Count != 169 || all.N[168] != 4 {
		t.Errorf("all categories over a week: %d frames, %d at the end", all.Count, all.N[168])
	}
	if month := f.replayed(t, city.Asker{Role: city.WaliKota}, "", 720); month.Count != 181 || month.StepSeconds != 4*3600 {
		t.Errorf("a month: %d frames", month.Count)
	}
}

func TestAReplayKeepsToTheAskersRights(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	f.ingest(t, filed("a", storetest.AirPutih, "sampah", 1), filed("b", storetest.Lempake, "sampah", 1), filed("c", storetest.Lempake, "jalan-rusak", 1))
	for name, asker := range theAskers(office) {
		everything, err := f.Reports(t.Context(), asker, city.ReportFilter{Limit: 500, From: noon.Add(-24 * time.Hour), To: noon.Add(time.Minute), Status: []city.ReportStatus{city.Open, city.InProgress}})
		if err != nil {
			t.Fatal(err)
		}
		want := len(everything)
		got := f.replayed(t, asker, "", 24)
		points, err := f.MapPoints(t.Context(), asker, city.PointQuery{From: noon.Add(-24 * time.Hour), To: noon, Alive: noon})
		if err != nil {
			t.Fatal(err)
		}
		if len(points.ID) != want {
			t.Errorf("%s sees %d points, but %d reports", name, len(points.ID), want)
		}
		scope := asker.Scope()
		for _, area := range append(got.Areas, points.Areas...) {
			if !asker.Role.CityWide() && asker.Role != city.KepalaOPD && !city.Within(area, scope.AreaCode) {
				t.Errorf("%s is told of %s", name, area)
			}
		}
		if len(got.Points.ID) != want {
			t.Errorf("%s is replayed %d points of %d", name, len(got.Points.ID), want)
		}
	}
	camat := f.replayed(t, city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "", 24)
	if camat.Rest != nil || len(camat.Areas) < 5 || camat.N[48] == 0 {
		t.Errorf("a camat's own area: %v, rest %v, n %d", camat.Areas, camat.Rest, camat.N[48])
	}
	if _, err := f.MapReplay(t.Context(), city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, city.ReplayQuery{Layer: "rahasia", Hours: 24, Until: noon}); city.CodeOf(err) != city.NotFound {
		t.Errorf("an indicator that is not the camat's to see: %v", err)
	}
	if _, err := f.MapReplay(t.Context(), city.Asker{Role: city.WaliKota}, city.ReplayQuery{Layer: "rahasia", Hours: 24, Until: noon}); err != nil {
		t.Errorf("the mayor: %v", err)
	}
}

func TestIndicatorsAreHeldWhileTheyAreFresh(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{
		Slug: "hujan-uji", Name: "Hujan uji", Unit: "mm", Grain: "village", Aggregation: "max", FreshForSeconds: 3600, VisibleTo: city.Roles,
	}}); err != nil {
		t.Fatal(err)
	}
	at := func(hoursAgo float64) time.Time { return noon.Add(-time.Duration(hoursAgo * float64(time.Hour))) }
	station := func(name string, hoursAgo, value float64) city.Observation {
		o := storetest.Observation("hujan-uji", storetest.AirPutih, at(hoursAgo), value)
		o.Station = name
		return o
	}
	f.observe(t, station("a", 24.5, 3), station("a", 20, 7), station("b", 20, 9), station("b", 19, 2))
	values := valuesOf(f.replayed(t, city.Asker{Role: city.Sekda}, "hujan-uji", 24), storetest.AirPutih)
	want := map[int]string{
		0: "3", 3: "3", 4: "unknown", // two hours after it was measured
		8: "9",          // two stations, the higher
		9: "9", 10: "7", // b is measured anew, a still counts
		14: "7", 15: "unknown", // two hours after the newest of both
	}
	for frame, v := range want {
		if values[frame] != v {
			t.Errorf("frame %d: %s, want %s (%v)", frame, values[frame], v, values)
		}
	}
}

func TestFloodRisksAndAlertsAreReplayed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	assess := func(hoursAgo int, level city.Severity, score float64) {
		when := noon.Add(-time.Duration(hoursAgo) * time.Hour)
		p := city.HazardPicture{At: when, Hazard: city.HazardFlood, Inputs: []city.HazardInputState{}, Risks: []city.HazardRisk{{AreaCode: storetest.AirPutih, HorizonHours: 6, At: when, Level: level, Score: score}}}
		if err := f.SaveHazardRisks(t.Context(), p, func(_, _ []city.HazardRisk) []city.HazardAddressees { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	assess(40, city.Info, 0.1)
	assess(10, city.Siaga, 0.5)
	assess(2, city.Perhatian, 0.3)
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}
	flood := f.replayed(t, lurah, city.LayerFlood6, 24)
	values := valuesOf(flood, storetest.AirPutih)
	if diff := cmp.Diff([]string{"0", "0", "2", "2", "1"}, []string{values[0], values[27], values[28], values[43], values[44]}); diff != "" {
		t.Error(diff)
	}
	if v := valuesOf(flood, storetest.Lempake); v[48] != "unknown" {
		t.Errorf("an area that was never assessed: %v", v)
	}

	alert := func(severity city.Severity, over bool) city.Alert {
		return city.Alert{Key: "cap:uji", Kind: city.AlertWarning, Severity: severity, Headline: "Uji", Evidence: "Uji", AreaCodes: []string{storetest.SamarindaUlu}, Since: noon.Add(-20 * time.Hour), Over: over}
	}
	for _, step := range []struct {
		hoursAgo int
		alert    city.Alert
	}{{20, alert(city.Perhatian, false)}, {15, alert(city.Awas, false)}, {10, alert(city.Awas, true)}, {4, alert(city.Siaga, false)}} {
		f.clock.now = noon.Add(-time.Duration(step.hoursAgo) * time.Hour)
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Alerts: []city.Alert{step.alert}})
		if _, err := f.sql.Exec(t.Context(), "UPDATE events SET at = $1 WHERE topic = 'alerts' AND seq = (SELECT max(seq) FROM events WHERE topic = 'alerts')", f.clock.now); err != nil {
			t.Fatal(err)
		}
	}
	f.clock.now = noon
	alerts := f.replayed(t, lurah, city.LayerAlerts, 24)
	values = valuesOf(alerts, storetest.AirPutih)
	if diff := cmp.Diff([]string{"0", "1", "1", "3", "3", "0", "0", "2", "2"},
		[]string{values[7], values[8], values[17], values[18], values[27], values[28], values[39], values[40], values[48]}); diff != "" {
		t.Errorf("%s in %v", diff, values)
	}
	if v := valuesOf(alerts, storetest.Lempake); v[20] != "0" {
		t.Errorf("beyond the alert's area: %v", v)
	}
	for role, want := range map[city.Role]string{city.Publik: "0", city.WaliKota: "3"} {
		if v := valuesOf(f.replayed(t, city.Asker{Role: role}, city.LayerAlerts, 24), storetest.AirPutih); v[20] != want {
			t.Errorf("%s: %v", role, v)
		}
	}
}

func TestWhatCannotBeReplayedIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, q := range []city.ReplayQuery{{Layer: "titik-panas", Hours: 24}, {Layer: "tidak-ada", Hours: 24}, {Hours: 25}} {
		q.Until = noon
		if _, err := f.MapReplay(t.Context(), city.Asker{Role: city.WaliKota}, q); err == nil {
			t.Errorf("%+v is answered", q)
		}
	}
}
