package main

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/store/storetest"
	"balaikota/connectors/simcity/world"

	"github.com/google/go-cmp/cmp"
)

// watched is a simulated city whose reports go into a real database, and the
// watch over it.
type watched struct {
	t      *testing.T
	db     *database
	world  *world.World
	index  *geo.Index
	source int64
	watch  *patternWatch
	at     time.Time
}

func newWatched(t *testing.T, seed int64, start time.Time) *watched {
	t.Helper()
	w := &watched{t: t, at: start, world: world.New(world.Config{Seed: seed, Start: start, Prefix: "T", Pace: 1})}
	s := storetest.New(t, storetest.WithClock(func() time.Time { return w.at }))
	w.db = &database{Store: s}
	w.source = storetest.Source(t, s)
	areas, err := s.Areas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if w.index, err = geo.New(areas); err != nil {
		t.Fatal(err)
	}
	w.watch = &patternWatch{db: w.db, log: slog.New(slog.DiscardHandler), now: func() time.Time { return w.at }}
	return w
}

// live lets the city go on for a time and stores what its citizens say; keep
// may leave some out.
func (w *watched) live(d time.Duration, keep func(world.Report) bool) {
	w.t.Helper()
	var reports []city.Report
	for range int(d / world.Tick) {
		out := w.world.Step()
		w.at = out.Time
		for _, r := range out.Reports {
			if keep != nil && !keep(r) {
				continue
			}
			c := city.Report{
				ExternalID: r.ID, Channel: r.Channel, CreatedAt: r.At, Text: r.Text, Address: r.Address, Stems: "laporan", StatedArea: r.Area,
				Category: r.Category, Office: r.Office, Lon: r.Lon, Lat: r.Lat, Status: city.Open, Reporter: &city.Reporter{Handle: r.Handle},
			}
			w.index.Settle(&c)
			reports = append(reports, c)
		}
	}
	for part := range slices.Chunk(reports, 500) {
		storetest.Ingest(w.t, w.db.Store, city.Delivery{SourceID: w.source, Reports: part})
	}
}

// look runs the watch now and returns what holds.
func (w *watched) look() (patterns []city.Pattern, alerts []city.Alert) {
	w.t.Helper()
	// A source that has just been heard.
	storetest.Ingest(w.t, w.db.Store, city.Delivery{SourceID: w.source, Attempt: &city.Attempt{Started: w.at, Finished: w.at}, Cursor: json.RawMessage(`{}`)})
	if err := w.watch.watch(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	patterns, err := w.db.Patterns(w.t.Context(), city.System, "")
	if err != nil {
		w.t.Fatal(err)
	}
	if alerts, err = w.db.Alerts(w.t.Context(), city.System); err != nil {
		w.t.Fatal(err)
	}
	return patterns, alerts
}

func of[T any](all []T, is func(T) bool) (out []T) {
	for _, v := range all {
		if is(v) {
			out = append(out, v)
		}
	}
	return out
}

// lowest is Sempaja Timur, the lowest kelurahan of the simulated city.
const lowest = "64.72.05.1013"

func TestTheWatchSeesASimulatedFlood(t *testing.T) {
	t.Parallel()
	w := newWatched(t, 3, time.Date(2026, 4, 6, 0, 0, 0, 0, world.Zone))
	w.live(75*24*time.Hour+14*time.Hour, nil)
	before, _ := w.look()
	here := func(p city.Pattern) bool {
		return p.Kind == city.PatternHotspot && p.Category == "banjir-drainase" && slices.Contains(p.AreaCodes, lowest)
	}
	if found := of(before, here); len(found) != 0 {
		t.Fatalf("a flood is seen before the rain: %s", found[0].Headline)
	}
	w.world.Flood(lowest, 150, 120)
	seen := time.Duration(0)
	for hours := 1; hours <= 8 && seen == 0; hours++ {
		w.live(time.Hour, nil)
		patterns, alerts := w.look()
		for _, p := range of(patterns, here) {
			seen = time.Duration(hours) * time.Hour
			t.Logf("after %d h: %s. %s", hours, p.Headline, p.Evidence)
			raised := of(alerts, func(a city.Alert) bool { return a.Kind == city.AlertHotspot && a.Key == p.Key })
			if len(raised) != 1 || *p.Recurrence <= alertDays || p.Office != "DPUPR" || !p.Alerted {
				t.Errorf("alerts %v of %+v", raised, p)
			}
		}
	}
	if seen == 0 {
		t.Fatal("the flood is not seen within eight hours")
	}

	// What holds is told once: the same rows give the same patterns.
	patterns, alerts := w.look()
	w.watch.scanned, w.watch.daily = time.Time{}, ""
	again, alertsAgain := w.look()
	if d := cmp.Diff(patterns, again) + cmp.Diff(alerts, alertsAgain); d != "" {
		t.Errorf("looking again changed:\n%s", d)
	}

	// The day after, the day is an anomaly of the category; weeks later it is over.
	w.live(24*time.Hour, nil)
	w.mapIsHot()
	patterns, alerts = w.look()
	unusual := of(patterns, func(p city.Pattern) bool { return p.Kind == city.PatternAnomaly && p.Category == "banjir-drainase" })
	if len(unusual) == 0 || len(of(alerts, func(a city.Alert) bool { return a.Kind == city.AlertAnomaly })) == 0 {
		t.Errorf("the flood's day is no anomaly: %d patterns, %d alerts", len(patterns), len(alerts))
	}
	for _, p := range patterns {
		t.Logf("%s (%s): %s. %s", p.Kind, p.Severity, p.Headline, p.Evidence)
	}
	w.live(15*24*time.Hour, nil)
	patterns, _ = w.look()
	for _, p := range of(patterns, here) {
		t.Errorf("two weeks later still: %s, %s", p.Headline, p.Evidence)
	}
}

// mapIsHot looks at the map of the flood, as the mayor and as two lurah.
func (w *watched) mapIsHot() {
	t := w.t
	q := city.HotspotQuery{Level: "cell", Category: "banjir-drainase", Days: 2, Metres: 500}
	for _, c := range []struct {
		asker city.Asker
		hot   bool
	}{
		{city.Asker{Role: city.WaliKota}, true},
		{city.Asker{Role: city.Lurah, AreaCode: "64.72.01.1005"}, false},
		{city.Asker{}, false},
	} {
		m, err := w.watch.Hotspots(t.Context(), c.asker, q)
		if err != nil {
			t.Fatal(err)
		}
		hot := of(m.Hotspots, func(h city.Hotspot) bool { return strings.HasPrefix(h.Heat, "panas") })
		if (len(hot) > 0) != c.hot {
			t.Errorf("%q sees %d hot cells of %d places, %d reports, lacking %q", c.asker.Role, len(hot), m.Places, m.Reports, m.Lacking)
		}
		if !c.hot && m.Lacking == "" {
			t.Errorf("%q is not told that there is too little: %+v", c.asker.Role, m)
		}
	}
	q.Level = "kelurahan"
	m, err := w.watch.Hotspots(t.Context(), city.Asker{Role: city.WaliKota}, q)
	if err != nil {
		t.Fatal(err)
	}
	if m.Places != 59 {
		t.Errorf("%d kelurahan", m.Places)
	}
	found := of(m.Hotspots, func(h city.Hotspot) bool { return h.AreaCode == lowest })
	if len(found) != 1 || !strings.HasPrefix(found[0].Heat, "panas") {
		t.Errorf("the flooded kelurahan: %+v", found)
	}
}

func TestAKelurahanThatStopsReportingIsHeard(t *testing.T) {
	t.Parallel()
	w := newWatched(t, 4, time.Date(2026, 1, 5, 0, 0, 0, 0, world.Zone))
	const mute = "64.72.01.1001"
	w.live(100*24*time.Hour, nil)
	w.live(28*24*time.Hour, func(r world.Report) bool { return r.Area != mute })
	w.at = w.at.Add(2 * time.Hour)
	patterns, alerts := w.look()
	silent := of(patterns, func(p city.Pattern) bool { return p.Kind == city.PatternSilent && p.Alerted })
	if len(silent) != 1 || silent[0].AreaCode != mute {
		t.Fatalf("silent: %v", silent)
	}
	t.Logf("%s. %s", silent[0].Headline, silent[0].Evidence)
	if len(of(alerts, func(a city.Alert) bool { return a.Kind == city.AlertSilent })) != 1 {
		t.Errorf("alerts %v", alerts)
	}
	// The source goes silent too: then nothing is known of the kelurahan.
	w.at = w.at.Add(26 * time.Hour)
	if err := w.db.PauseSource(t.Context(), "uji", true); err != nil {
		t.Fatal(err)
	}
	patterns, _ = w.look()
	if left := of(patterns, func(p city.Pattern) bool { return p.Kind == city.PatternSilent }); len(left) != 0 {
		t.Errorf("with its source paused it is still called silent: %s", left[0].Headline)
	}
}

func TestMadeReportsAndClosingsAreFlaggedAndStay(t *testing.T) {
	t.Parallel()
	w := newWatched(t, 5, time.Date(2026, 1, 5, 0, 0, 0, 0, world.Zone))
	zone := world.Zone
	var reports []city.Report
	add := func(id string, at time.Time, change func(*city.Report)) {
		reports = append(reports, storetest.Report(id, func(r *city.Report) {
			r.CreatedAt, r.Channel = at, "loket"
			r.Text = world.Words(int64(len(reports)), len(reports)%len(world.Categories))
			change(r)
		}))
	}
	// Ten reports on each working day of March; a usual pace of closing until
	// its last day, then sixty at once without an answer.
	for d := time.Date(2026, 1, 5, 9, 0, 0, 0, zone); d.Before(time.Date(2026, 4, 1, 0, 0, 0, 0, zone)); d = d.AddDate(0, 0, 1) {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			continue
		}
		for i := range 10 {
			at := d.Add(time.Duration(i*37+d.Day()*i%11) * time.Minute)
			closed, answered := at.Add(26*time.Hour), at.Add(time.Hour)
			add(d.Format("0102-")+string(rune('a'+i)), at, func(r *city.Report) {
				if i < 3 {
					r.Status, r.ClosedAt, r.RespondedAt = city.Closed, &closed, &answered
				}
			})
		}
	}
	for i := range 60 {
		closed := time.Date(2026, 3, 31, 15, 0, i*8, 0, zone)
		add("massal-"+string(rune('A'+i)), time.Date(2026, 1, 20, 8, i, 0, 0, zone), func(r *city.Report) {
			r.Status, r.ClosedAt = city.Closed, &closed
		})
	}
	w.at = time.Date(2026, 4, 2, 3, 0, 0, 0, zone)
	for i, area := range []string{storetest.AirPutih, storetest.Lempake, storetest.AirPutih, "64.72.01.1001", "64.72.01.1003", storetest.Lempake} {
		add("salin-"+string(rune('a'+i)), w.at.Add(-time.Duration(20-i)*time.Hour), func(r *city.Report) {
			r.Channel, r.StatedArea, r.Reporter = "web", area, &city.Reporter{Handle: string(rune('p' + i))}
			r.Text = "Kami menolak pemindahan halte di depan sekolah karena anak-anak harus menyeberang jalan besar, mohon dibatalkan " + string(rune('a'+i))
		})
	}
	// What connectors write in place of sound is alike in all, and nobody's words.
	for i, area := range []string{storetest.AirPutih, storetest.Lempake, storetest.AirPutih, "64.72.01.1001", "64.72.01.1003", storetest.Lempake} {
		add("suara-"+string(rune('a'+i)), w.at.Add(-time.Duration(20-i)*time.Hour), func(r *city.Report) {
			r.Channel, r.StatedArea, r.Reporter = "whatsapp", area, &city.Reporter{Handle: string(rune('p' + i))}
			r.Text = "[pesan suara]\n\nPesan susulan Rabu, 1 April 2026 16.2" + string(rune('0'+i)) + " WITA:\n[pesan suara]"
		})
	}
	storetest.Ingest(t, w.db.Store, city.Delivery{SourceID: w.source, Reports: reports})
	patterns, _ := w.look()
	kinds := map[city.PatternKind]int{}
	for _, p := range patterns {
		kinds[p.Kind]++
		if p.Kind.OfIntegrity() {
			t.Logf("%s: %s. %s. %v", p.Kind, p.Headline, p.Evidence, p.Reasons)
		}
	}
	if kinds[city.PatternCampaign] != 1 || kinds[city.PatternQuota] == 0 || kinds[city.PatternMassClosing] != 1 {
		t.Errorf("kinds %v", kinds)
	}
	found, err := w.db.Reports(t.Context(), city.System, city.ReportFilter{Channel: "web", Limit: 100})
	if err != nil || len(found) != 6 {
		t.Errorf("%d of the campaign's six reports are there: %v", len(found), err)
	}
	w.flagged(t)
}

// flagged puts the incidents of those reports together: their cards say what
// was found, and say it no more when it does not hold.
func (w *watched) flagged(t *testing.T) {
	t.Helper()
	setting, err := w.db.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAnalyst(t.Context(), &database{Store: w.db.Store, city: setting}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	flags := func(flag city.IncidentFlag) (n int) {
		t.Helper()
		page, _, err := w.db.Incidents(t.Context(), city.System, city.IncidentFilter{Limit: 300, Status: city.IncidentStatuses, Sort: "newest"})
		if err != nil {
			t.Fatal(err)
		}
		return len(of(page, func(i city.Incident) bool { return slices.Contains(i.Flags, flag) }))
	}
	settleNow(t, a)
	if flags(city.IncidentCampaign) == 0 || flags(city.IncidentMassClosing) == 0 {
		t.Fatalf("flagged: %d as of a campaign, %d as closed together", flags(city.IncidentCampaign), flags(city.IncidentMassClosing))
	}
	// Four of the six copies are withdrawn; the closings turn out to have been
	// a slip of the office's system.
	var gone []string
	for i := range 60 {
		if gone = append(gone, "massal-"+string(rune('A'+i))); i < 4 {
			gone = append(gone, "salin-"+string(rune('a'+i)))
		}
	}
	storetest.Ingest(t, w.db.Store, city.Delivery{SourceID: w.source, Removed: gone})
	w.watch.daily = ""
	w.look()
	settleNow(t, a)
	if flags(city.IncidentCampaign) != 0 || flags(city.IncidentMassClosing) != 0 {
		t.Errorf("still flagged: %d as of a campaign, %d as closed together", flags(city.IncidentCampaign), flags(city.IncidentMassClosing))
	}
}

func TestAnEmptyCityHasNoPatterns(t *testing.T) {
	t.Parallel()
	w := newWatched(t, 6, time.Date(2026, 4, 6, 10, 0, 0, 0, world.Zone))
	if patterns, alerts := w.look(); len(patterns)+len(alerts) != 0 {
		t.Errorf("%v %v", patterns, alerts)
	}
	m, err := w.watch.Hotspots(t.Context(), city.System, city.HotspotQuery{Level: "cell", Days: 28, Metres: 500})
	if err != nil || m.Lacking != "few_places" || len(m.Hotspots) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
