package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

const (
	dam      = "muka-air-benanga" // city, last, thresholds 7.75 siaga, 8.25 awas
	rain     = "curah-hujan"      // district, mean, thresholds 50, 100, 150
	forecast = "prakiraan-suhu"   // village, mean
)

// state returns one indicator's state at an area, as the mayor sees it.
func (f *fixture) state(t *testing.T, indicator, area string) (city.IndicatorState, bool) {
	t.Helper()
	states, err := f.IndicatorStates(t.Context(), city.Asker{Role: city.WaliKota})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(states, func(s city.IndicatorState) bool { return s.Indicator == indicator && s.AreaCode == area })
	if at < 0 {
		return city.IndicatorState{}, false
	}
	return states[at], true
}

func (f *fixture) wantValue(t *testing.T, indicator, area string, want float64) {
	t.Helper()
	s, ok := f.state(t, indicator, area)
	if !ok || s.Value != want {
		t.Helper()
		t.Errorf("%s at %s is %v (there: %v), want %v", indicator, area, s.Value, ok, want)
	}
}

// topics lists the events of a topic after a number, as "op key".
func (f *fixture) topic(t *testing.T, topic city.Topic, after int64) (lines []string) {
	t.Helper()
	events, err := f.EventsAfter(t.Context(), after, 10000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Topic == topic {
			lines = append(lines, e.Op+" "+e.Key)
		}
	}
	return lines
}

func (f *fixture) head(t *testing.T) int64 {
	t.Helper()
	n, _, err := f.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestThresholdRaisesChangesAndEndsItsAlert(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	camat := city.Asker{Role: city.Camat, AreaCode: storetest.Lempake}
	steps := []struct {
		level    float64
		severity city.Severity
		headline string // "" when there is no alert
		events   []string
	}{
		{7.10, city.Info, "", nil},
		{7.80, city.Siaga, "7,80 m: Siaga", []string{"put threshold:muka-air-benanga:64.72"}},
		{8.30, city.Awas, "8,30 m: Awas", []string{"put threshold:muka-air-benanga:64.72"}},
		{8.25, city.Awas, "8,25 m: Awas", []string{"put threshold:muka-air-benanga:64.72"}},
		{7.20, city.Info, "", []string{"remove threshold:muka-air-benanga:64.72"}},
		{7.10, city.Info, "", nil},
		{7.90, city.Siaga, "7,90 m: Siaga", []string{"put threshold:muka-air-benanga:64.72"}},
	}
	var since time.Time
	for n, step := range steps {
		f.clock.forward(10 * time.Minute)
		before := f.head(t)
		f.observe(t, storetest.Observation(dam, "", f.clock.now, step.level))
		s, _ := f.state(t, dam, storetest.CityCode)
		if s.Value != step.level || s.Severity != step.severity {
			t.Errorf("step %d: state %v %s", n, s.Value, s.Severity)
		}
		equal(t, fmt.Sprint("events of step ", n), f.topic(t, city.TopicAlerts, before), step.events)
		alerts, err := f.Alerts(t.Context(), camat)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case step.headline == "" && len(alerts) == 0:
			since = time.Time{}
		case len(alerts) != 1 || !strings.HasSuffix(alerts[0].Headline, step.headline) || alerts[0].Severity != step.severity:
			t.Errorf("step %d: alerts %+v", n, alerts)
		default:
			if since.IsZero() {
				since = f.clock.now
			}
			if !alerts[0].Since.Equal(since) {
				t.Errorf("step %d: since %s, it began at %s", n, alerts[0].Since, since)
			}
		}
	}
}

func TestTheCityIsPutTogetherFromItsAreas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.observe(t, storetest.Observation(rain, storetest.SamarindaUlu, noon, 120), storetest.Observation(rain, storetest.SamarindaUtara, noon, 20))
	f.wantValue(t, rain, storetest.SamarindaUlu, 120)
	f.wantValue(t, rain, storetest.CityCode, 70)
	alerts, err := f.Alerts(t.Context(), city.Asker{Role: city.WaliKota})
	if err != nil || len(alerts) != 1 || alerts[0].Key != "threshold:curah-hujan:"+storetest.SamarindaUlu {
		t.Errorf("the area raises the alert, not the mean over the city: %+v, %v", alerts, err)
	}
	// A station that fell silent no longer counts.
	f.clock.forward(4 * 24 * time.Hour)
	f.observe(t, storetest.Observation(rain, storetest.SamarindaUtara, f.clock.now, 10))
	f.wantValue(t, rain, storetest.CityCode, 10)
	// A source that speaks for the whole city is believed rather than the mean.
	f.observe(t, storetest.Observation(rain, "", f.clock.now, 33))
	f.wantValue(t, rain, storetest.CityCode, 33)
}

func TestStationsOfAPlaceArePutTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{
		{Slug: "volume-sampah", Name: "Sampah", Unit: "ton", Grain: "city", Aggregation: "sum"},
		{Slug: "kebisingan", Name: "Kebisingan", Unit: "dB", Grain: "city", Aggregation: "max"},
		{Slug: "antrean", Name: "Antrean", Unit: "orang", Grain: "city", Aggregation: "last"},
	}); err != nil {
		t.Fatal(err)
	}
	for slug, want := range map[string]float64{"volume-sampah": 50, "kebisingan": 30, "antrean": 20} {
		f.observe(t,
			city.Observation{Indicator: slug, Station: "a", Time: noon.Add(-time.Minute), Value: 30},
			city.Observation{Indicator: slug, Station: "b", Time: noon, Value: 20})
		f.wantValue(t, slug, storetest.CityCode, want)
	}
}

func TestImpossibleValuesAreKeptAndNotShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	f.observe(t, storetest.Observation(dam, "", at(-3), 7.1))
	tally := f.observe(t, storetest.Observation(dam, "", at(-2), 71))
	equal(t, "tally", tally, city.Tally{Read: 1, Added: 1})
	f.wantValue(t, dam, storetest.CityCode, 7.1)
	equal(t, "finding", all[string](t, f.sql, "SELECT f.kind FROM observations o JOIN quality_findings f ON f.id = o.finding WHERE o.value = 71 AND o.kept_out"), []string{string(city.QualityImpossible)})
	// Shown, then corrected to what cannot be: back to the value before.
	f.observe(t, storetest.Observation(dam, "", at(-1), 8.4))
	f.wantValue(t, dam, storetest.CityCode, 8.4)
	f.observe(t, storetest.Observation(dam, "", at(-1), 84))
	f.wantValue(t, dam, storetest.CityCode, 7.1)
	if alerts, err := f.Alerts(t.Context(), city.System); err != nil || len(alerts) != 0 {
		t.Errorf("the alert of a withdrawn value goes on: %+v, %v", alerts, err)
	}
	points, err := f.Series(t.Context(), city.System, dam, "", store.StepRaw, at(-10), at(10))
	if err != nil || len(points) != 1 || *points[0].Value != 7.1 {
		t.Errorf("series %+v, %v", points, err)
	}
	// And when nothing is left, no state is.
	before := f.head(t)
	f.observe(t, storetest.Observation(dam, "", at(-3), 710))
	if _, ok := f.state(t, dam, storetest.CityCode); ok {
		t.Error("a state without any value")
	}
	equal(t, "events", f.topic(t, city.TopicIndicators, before), []string{"remove muka-air-benanga|64.72"})
}

func TestLateValuesGoIntoHistoryOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.observe(t, storetest.Observation(dam, "", noon, 7.1))
	before := f.head(t)
	f.observe(t, storetest.Observation(dam, "", noon.Add(-time.Hour), 8.4))
	f.wantValue(t, dam, storetest.CityCode, 7.1)
	equal(t, "events", len(f.topic(t, city.TopicIndicators, before)), 0)
	points, err := f.Series(t.Context(), city.System, dam, "", store.StepRaw, noon.Add(-2*time.Hour), noon.Add(time.Hour))
	if err != nil || len(points) != 2 {
		t.Errorf("series %+v, %v", points, err)
	}
}

func TestPreviousIsTheValueOfTheDayBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, o := range []struct {
		age   time.Duration
		value float64
	}{{28 * time.Hour, 5}, {26 * time.Hour, 6}, {24*time.Hour + time.Minute, 7}, {23 * time.Hour, 8}, {0, 9}} {
		f.observe(t, storetest.Observation(dam, "", noon.Add(-o.age), o.value))
	}
	s, _ := f.state(t, dam, storetest.CityCode)
	if s.Previous == nil || *s.Previous != 7 {
		t.Errorf("previous %v", s.Previous)
	}
	f.observe(t, storetest.Observation(rain, storetest.SamarindaUlu, noon, 1))
	if s, _ := f.state(t, rain, storetest.SamarindaUlu); s.Previous != nil {
		t.Errorf("previous of a first value: %v", *s.Previous)
	}
}

func TestForecastsMoveOnWithTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	step := func(h int, value float64, issued time.Time) city.Observation {
		return city.Observation{Indicator: forecast, AreaCode: storetest.AirPutih, Time: noon.Add(time.Duration(h) * time.Hour), Value: value, Forecast: true, IssuedAt: issued}
	}
	f.observe(t, step(-3, 26, noon), step(0, 27, noon), step(3, 30, noon), step(6, 31, noon))
	f.wantValue(t, forecast, storetest.AirPutih, 27)
	f.clock.forward(2 * time.Hour)
	f.refreshForecasts(t)
	f.wantValue(t, forecast, storetest.AirPutih, 27)
	f.clock.forward(90 * time.Minute)
	before := f.head(t)
	f.refreshForecasts(t)
	f.wantValue(t, forecast, storetest.AirPutih, 30)
	f.wantValue(t, forecast, storetest.CityCode, 30)
	if n := len(f.topic(t, city.TopicIndicators, before)); n != 2 {
		t.Errorf("%d events", n)
	}
	rows := f.physical(t, "station_states", "indicator_states", "events")
	f.refreshForecasts(t)
	equal(t, "refreshing again", f.physical(t, "station_states", "indicator_states", "events"), rows)
	// A newer issue of the step that holds changes it; an older one does not.
	f.observe(t, step(3, 32, noon.Add(time.Hour)))
	f.wantValue(t, forecast, storetest.AirPutih, 32)
	f.observe(t, step(3, 20, noon.Add(-time.Hour)))
	f.wantValue(t, forecast, storetest.AirPutih, 32)
	// What was measured stays.
	f.observe(t, storetest.Observation(forecast, storetest.AirPutih, noon.Add(3*time.Hour), 29))
	f.observe(t, step(3, 35, noon.Add(3*time.Hour)))
	f.wantValue(t, forecast, storetest.AirPutih, 29)
}

func (f *fixture) refreshForecasts(t *testing.T) {
	t.Helper()
	if err := f.RefreshForecasts(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSeriesByHourAndCityDay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	midnight := time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC) // of the 15th in WITA
	f.observe(t,
		storetest.Observation(rain, storetest.SamarindaUlu, midnight.Add(-time.Minute), 10),
		storetest.Observation(rain, storetest.SamarindaUlu, midnight, 20),
		storetest.Observation(rain, storetest.SamarindaUtara, midnight.Add(30*time.Minute), 40),
		storetest.Observation(rain, storetest.SamarindaUlu, midnight.Add(20*time.Hour), 60))
	for _, c := range []struct {
		area, step string
		want       map[time.Time]float64
	}{
		{"", store.StepDay, map[time.Time]float64{midnight.AddDate(0, 0, -1): 10, midnight: 40}},
		{storetest.SamarindaUlu, store.StepDay, map[time.Time]float64{midnight.AddDate(0, 0, -1): 10, midnight: 40}},
		{"", store.StepHour, map[time.Time]float64{midnight.Add(-time.Hour): 10, midnight: 30, midnight.Add(20 * time.Hour): 60}},
		{storetest.SamarindaUtara, store.StepRaw, map[time.Time]float64{midnight.Add(30 * time.Minute): 40}},
	} {
		points, err := f.Series(t.Context(), city.Asker{Role: city.Publik}, rain, c.area, c.step, midnight.AddDate(0, 0, -2), midnight.AddDate(0, 0, 2))
		if err != nil {
			t.Fatal(err)
		}
		got := map[time.Time]float64{}
		for _, p := range points {
			got[p.Time.UTC()] = *p.Value
		}
		equal(t, c.area+" by "+c.step, got, c.want)
	}
	for _, bad := range []struct {
		slug, step string
		code       city.Code
	}{{"tidak-ada", store.StepDay, city.NotFound}, {rain, "week", city.Invalid}} {
		if _, err := f.Series(t.Context(), city.System, bad.slug, "", bad.step, noon, noon); city.CodeOf(err) != bad.code {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestAlertsOfSourcesAndWatches(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alert := func(key string, kind city.AlertKind, severity city.Severity, until time.Duration) city.Alert {
		return city.Alert{Key: key, Kind: kind, Severity: severity, Headline: key, Since: noon, Until: new(noon.Add(until))}
	}
	deliver := func(as ...city.Alert) {
		t.Helper()
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Alerts: as})
	}
	running := func(want ...string) {
		t.Helper()
		as, err := f.Alerts(t.Context(), city.Asker{Role: city.Sekda})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, a := range as {
			got = append(got, a.Key)
		}
		equal(t, "running alerts", got, append([]string{}, want...))
	}
	deliver(alert("cap:1", city.AlertWarning, city.Perhatian, time.Hour), alert("gempa:1", city.AlertQuake, city.Awas, 2*time.Hour))
	running("gempa:1", "cap:1")
	over := alert("cap:1", city.AlertWarning, city.Perhatian, time.Hour)
	over.Over = true
	deliver(over, over)
	running("gempa:1")
	deliver(alert("lama", city.AlertWarning, city.Awas, -time.Hour)) // over before it came
	running("gempa:1")

	watch := func(as ...city.Alert) {
		t.Helper()
		if err := f.RaiseAlerts(t.Context(), city.AlertSurge, as); err != nil {
			t.Fatal(err)
		}
	}
	surge := func(key string) city.Alert {
		return city.Alert{Key: key, Kind: city.AlertSurge, Severity: city.Siaga, Headline: key, Since: noon}
	}
	watch(surge("a"), surge("b"))
	before := f.physical(t, "alerts", "events")
	watch(surge("a"), surge("b"))
	equal(t, "the same watch again", f.physical(t, "alerts", "events"), before)
	watch(surge("b"))
	running("gempa:1", "b")

	f.clock.forward(3 * time.Hour)
	running("b") // its time is up, whether or not anybody has noted it
	if n, err := f.EndExpiredAlerts(t.Context()); n != 1 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	if n, err := f.EndExpiredAlerts(t.Context()); n != 0 || err != nil {
		t.Errorf("ended %d again, %v", n, err)
	}
	if last := f.topic(t, city.TopicAlerts, 0); last[len(last)-1] != "remove gempa:1" {
		t.Errorf("events %v", last)
	}
}

func TestScreensHearOfAQuietSourceTwiceAMinute(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	pull := func(err error) {
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Attempt: &city.Attempt{Started: f.clock.now, Finished: f.clock.now, Err: err}})
	}
	told := func(what string, want int) {
		t.Helper()
		if n := len(f.topic(t, city.TopicSources, 0)); n != want {
			t.Errorf("%s: told %d times, want %d", what, n, want)
		}
	}
	pull(nil)
	told("the first pull", 1)
	for range 12 {
		f.clock.forward(10 * time.Second)
		pull(nil)
	}
	told("two minutes of pulls that bring nothing", 5)
	pull(errUnlucky)
	told("a failure", 6)
	pull(nil)
	told("success again", 7)
	hs, err := f.SourceHealths(t.Context())
	if err != nil || len(hs) != 1 || hs[0].Freshness != city.Fresh || hs[0].Failures != 0 || hs[0].LastError != "" {
		t.Errorf("health %+v, %v", hs, err)
	}
	f.clock.forward(15 * time.Minute)
	hs, err = f.SourceHealths(t.Context())
	if err != nil || hs[0].Freshness != city.Late {
		t.Errorf("after 15 minutes of silence: %+v, %v", hs, err)
	}
}
