package store_test

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

var mayor = city.Asker{Role: city.WaliKota}

// TestHazardRowsAreTheCitys: the pack fills them once; what the city takes out
// stays out.
func TestHazardRowsAreTheCitys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before, err := f.HazardDeclarations(t.Context(), mayor, city.HazardFlood)
	if err != nil || len(before.Inputs) == 0 || len(before.Weights) == 0 || len(before.Levels) != 3 || len(before.Exposures) == 0 || len(before.Recipients) == 0 {
		t.Fatalf("the pack's rows are %+v (%v)", before, err)
	}
	one[int](t, f.sql, "WITH gone AS (DELETE FROM hazard_inputs WHERE role = 'pasang' RETURNING 1) SELECT count(*)::int FROM gone")
	foundation, err := storetest.Foundation()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.LayFoundation(t.Context(), foundation); err != nil {
		t.Fatal(err)
	}
	after, err := f.HazardDeclarations(t.Context(), mayor, city.HazardFlood)
	if err != nil || len(after.Inputs) != len(before.Inputs)-1 || len(after.Weights) != len(before.Weights) {
		t.Errorf("%d inputs and %d weights after the pack came again (%v)", len(after.Inputs), len(after.Weights), err)
	}
	public, err := f.HazardDeclarations(t.Context(), city.Asker{Role: city.Publik}, city.HazardFlood)
	if err != nil || len(public.Inputs)+len(public.Exposures) != 0 {
		t.Errorf("the public sees %+v (%v)", public, err)
	}
}

func TestHazardMatterIsWhatTheAssessmentNeeds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := noon
	observe := func(slug, area string, ago time.Duration, v float64) city.Observation {
		return storetest.Observation(slug, area, at.Add(-ago), v)
	}
	f.observe(t,
		observe("hujan-10-menit", storetest.SamarindaUlu, 10*time.Minute, 3), observe("hujan-10-menit", storetest.SamarindaUlu, 20*time.Minute, 2),
		observe("hujan-10-menit", storetest.SamarindaUlu, 60*time.Hour, 9), observe("hujan-10-menit", storetest.SamarindaUlu, 30*time.Minute, 599), // too old; impossible
		observe("muka-air-mahakam", "", 5*time.Minute, 1.9), observe("muka-air-mahakam", "", 2*time.Hour+50*time.Minute, 1.0),
		observe("muka-air-mahakam", "", 2*time.Hour+40*time.Minute, 1.2), observe("pm25", "", time.Minute, 20),
		city.Observation{Indicator: "prakiraan-hujan", AreaCode: storetest.AirPutih, Time: at.Add(3 * time.Hour), Value: 12, Forecast: true, IssuedAt: at.Add(-time.Hour)},
	)
	drain := func(id string, ago time.Duration) city.Report {
		return storetest.Report(id, func(r *city.Report) { r.Category, r.CreatedAt = "banjir-drainase", at.Add(-ago) })
	}
	f.ingest(t, drain("kini", time.Hour), drain("kemarin", 26*time.Hour), drain("dulu", 10*24*time.Hour),
		storetest.Report("jalan", func(r *city.Report) { r.CreatedAt = at.Add(-10 * 24 * time.Hour) }))
	declared, err := f.HazardDeclarations(t.Context(), mayor, city.HazardFlood)
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.HazardMatter(t.Context(), declared, at)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Rain) != 2 || m.Rain[0].Value != 3 || !m.Rain[0].Time.After(m.Rain[1].Time) {
		t.Errorf("rain %+v", m.Rain)
	}
	if len(m.Levels) != 3 || m.Levels[0].Value != 1.9 || !m.Levels[0].Time.Equal(at.Add(-5*time.Minute)) || m.Levels[2].Value != 1.1 {
		t.Errorf("levels %+v: wants the newest, then the means of hours", m.Levels)
	}
	if len(m.Forecast) != 1 || m.ForecastIssued == nil || !m.ForecastIssued.Equal(at.Add(-time.Hour)) {
		t.Errorf("forecast %+v, issued %v", m.Forecast, m.ForecastIssued)
	}
	if len(m.Voices) != 1 || m.VoicesNewest == nil || !m.VoicesNewest.Equal(at.Add(-time.Hour)) {
		t.Errorf("voices %+v, newest %v", m.Voices, m.VoicesNewest)
	}
	// The running days do not count as the area's past.
	if len(m.Past) != 1 || m.Past[0].Hazard != 1 || m.Past[0].All != 2 || m.AnySimulated {
		t.Errorf("past %+v, simulated %t", m.Past, m.AnySimulated)
	}
}

// TestANoticeOfABusLineIsNoWarningOfNature: neither is it read as one, nor does its
// source speak for that of the warnings.
func TestANoticeOfABusLineIsNoWarningOfNature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bus := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Connector = "bus", "gtfsrt" })
	notice := city.Alert{Key: "service:bus:1", Kind: city.AlertService, Severity: city.Perhatian, Headline: "Banjir di halte: rute K1 dialihkan", AreaCodes: []string{}, Since: noon.Add(-time.Hour)}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: bus, Alerts: []city.Alert{notice}, Attempt: &city.Attempt{Started: noon, Finished: noon}})
	matter := func() store.HazardMatter {
		t.Helper()
		declared, err := f.HazardDeclarations(t.Context(), mayor, city.HazardFlood)
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.HazardMatter(t.Context(), declared, noon)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := matter(); len(m.Warnings) != 0 || m.WarningsRead != nil {
		t.Errorf("of a bus line's notice: %+v, read %v", m.Warnings, m.WarningsRead)
	}
	if alerts, err := f.Alerts(t.Context(), mayor); err != nil || len(alerts) != 1 || alerts[0].Kind != city.AlertService {
		t.Errorf("shown is %+v (%v)", alerts, err)
	}
	weather := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Connector = "cuaca", "bmkg" })
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: weather, Alerts: []city.Alert{{Key: "cap:1", Kind: city.AlertWarning, Severity: city.Siaga, Headline: "Hujan lebat", AreaCodes: []string{}, Since: noon}},
		Attempt: &city.Attempt{Started: noon, Finished: noon}})
	if m := matter(); len(m.Warnings) != 1 || m.Warnings[0].Key != "cap:1" || m.WarningsRead == nil {
		t.Errorf("of a warning: %+v, read %v", m.Warnings, m.WarningsRead)
	}
}

func risk(level city.Severity, score float64, at time.Time) city.HazardRisk {
	return city.HazardRisk{AreaCode: storetest.AirPutih, AreaName: "Air Putih", HorizonHours: 6, At: at, Since: at, Level: level, Score: score,
		Reasons: []city.HazardReason{}, Missing: []string{}, MissingEN: []string{}}
}

func (f *fixture) assess(t *testing.T, at time.Time, r city.HazardRisk) (before []city.HazardRisk) {
	t.Helper()
	p := city.HazardPicture{At: at, Hazard: city.HazardFlood, Risks: []city.HazardRisk{r}, Inputs: []city.HazardInputState{}}
	err := f.SaveHazardRisks(t.Context(), p, func(had, now []city.HazardRisk) []city.HazardAddressees {
		before = had
		return []city.HazardAddressees{{AreaCode: now[0].AreaCode, Level: now[0].Level, Recipients: []city.HazardRecipient{{Name: "BPBD"}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	return before
}

func TestHazardHistoryKeepsChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.HazardPicture(t.Context(), mayor, city.HazardFlood); city.CodeOf(err) != city.NotFound {
		t.Errorf("before the first assessment: %v", err)
	}
	steps := []city.HazardRisk{
		risk(city.Info, 0.01, noon), risk(city.Info, 0.03, noon), // hardly moved
		risk(city.Info, 0.09, noon), risk(city.Perhatian, 0.1, noon), risk(city.Perhatian, 0.1, noon), risk(city.Info, 0.01, noon),
	}
	for i, r := range steps {
		at := noon.Add(time.Duration(i) * 5 * time.Minute)
		r.At = at
		before := f.assess(t, at, r)
		if (i == 0) != (len(before) == 0) || i > 0 && before[0].Score != steps[i-1].Score {
			t.Errorf("step %d was given %+v", i, before)
		}
	}
	history, err := f.HazardHistory(t.Context(), mayor, city.HazardFlood, storetest.AirPutih, noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, h := range history {
		got += fmt.Sprintf("%s %g, ", h.Level, h.Score)
	}
	if got != "info 0.01, info 0.09, perhatian 0.1, info 0.01, " {
		t.Errorf("history %s", got)
	}
	p, err := f.HazardPicture(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, city.HazardFlood)
	if err != nil || len(p.Risks) != 1 || p.Risks[0].Score != 0.01 || len(p.Recipients) != 1 || len(p.Levels) != 3 {
		t.Errorf("a lurah of elsewhere sees %+v (%v)", p, err)
	}
	if _, err := f.HazardPicture(t.Context(), city.Asker{Role: city.Publik}, city.HazardFlood); city.CodeOf(err) != city.NotFound {
		t.Errorf("the public: %v", err)
	}
}

func TestHazardMessagesAreOnlyAdded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := city.HazardMessage{Identifier: "a-v1", Event: "banjir-64.72.03-20260312T0900", Version: 1, MsgType: "Alert", Sent: noon, Expires: noon.Add(time.Hour), Level: city.Siaga,
		AreaCodes: []string{storetest.AirPutih}, Digest: "x", Body: []byte("<alert/>")}
	if err := f.AddHazardMessages(t.Context(), []city.HazardMessage{m}); err != nil {
		t.Fatal(err)
	}
	if err := f.AddHazardMessages(t.Context(), []city.HazardMessage{m}); city.CodeOf(err) != city.Conflict {
		t.Errorf("a second time: %v", err)
	}
	if running, err := f.RunningHazardMessages(t.Context(), mayor); err != nil || len(running) != 1 || string(running[0].Body) != "<alert/>" {
		t.Errorf("running %+v (%v)", running, err)
	}
	next := m
	next.Identifier, next.Version, next.MsgType, next.Level = "a-v2", 2, "Cancel", ""
	if err := f.AddHazardMessages(t.Context(), []city.HazardMessage{next}); err != nil {
		t.Fatal(err)
	}
	if running, err := f.RunningHazardMessages(t.Context(), mayor); err != nil || len(running) != 0 {
		t.Errorf("running after the end %+v (%v)", running, err)
	}
	if chain, err := f.HazardChain(t.Context(), mayor, m.Event); err != nil || len(chain) != 2 {
		t.Errorf("chain %+v (%v)", chain, err)
	}
	if public, err := f.HazardMessages(t.Context(), city.Asker{Role: city.Publik}, noon.Add(-time.Hour)); err != nil || len(public) != 0 {
		t.Errorf("the public sees %+v (%v)", public, err)
	}
	app := storetest.Connect(t, f.db.AppURL)
	for _, sql := range []string{"UPDATE hazard_messages SET body = ''", "DELETE FROM hazard_messages"} {
		if _, err := as(t, app, "SET LOCAL ROLE balaikota_writer", sql); !denied(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	orphan := m
	orphan.Identifier, orphan.Event, orphan.Version, orphan.MsgType = "b-v1", "banjir-64.72.05-x", 1, "Update"
	if err := f.AddHazardMessages(t.Context(), []city.HazardMessage{orphan}); city.CodeOf(err) != city.Invalid {
		t.Errorf("a chain that begins with an Update: %v", err)
	}
}
