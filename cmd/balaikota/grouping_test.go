package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors/simcity/world"

	"github.com/google/go-cmp/cmp"
)

// newTestAnalyst is an analyst on a database of its own with one source.
func newTestAnalyst(t *testing.T) (*analyst, *intake, int64) {
	t.Helper()
	s := storetest.New(t)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, city: setting}
	a, err := newAnalyst(t.Context(), db, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a, &intake{store: s, geography: a.geography}, storetest.Source(t, s)
}

// voices are reports about made-up matters: some at one place within days,
// some alone, a third without a point, as citizens write them.
func voices(r *rand.Rand, matters int) []city.Report {
	return voicesOn(r, matters, 40, "melur", "seroja", "kenari", "cempaka", "bakti", "nuri")
}

// voicesOn are voices from streets of those names over so many days.
func voicesOn(r *rand.Rand, matters, days int, streets ...string) []city.Report {
	marks := []string{"masjid Al Huda", "SD 5", "pasar Subuh", "jembatan Dua", "warung Bu Siti", "pos ronda"}
	matter := []struct{ category, say, again string }{
		{"banjir-drainase", "got mampet di %s, air meluap ke jalan", "air got meluap lagi di %s tolong dikeruk"},
		{"jalan-rusak", "jalan berlubang dalam %s bahaya untuk motor", "lubang di jalan %s makin lebar"},
		{"sampah", "sampah menumpuk %s belum diangkut", "tumpukan sampah bau di %s"},
		{"lampu-jalan", "lampu jalan mati di %s gelap", "PJU padam %s sudah seminggu"},
	}
	var out []city.Report
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for m := range matters {
		k := matter[r.IntN(len(matter))]
		where := fmt.Sprintf("jl. %s %d dekat %s", streets[r.IntN(len(streets))], 1+r.IntN(9), marks[r.IntN(len(marks))])
		lon, lat := 117.13+0.03*r.Float64(), -0.50+0.03*r.Float64()
		at := begin.Add(time.Duration(r.IntN(days*24*60)) * time.Minute)
		for v := range 1 + r.IntN(6) {
			say := k.say
			if r.IntN(2) == 0 {
				say = k.again
			}
			rep := city.Report{
				ExternalID: fmt.Sprintf("%d-%d", m, v), Channel: "whatsapp", CreatedAt: at.Add(time.Duration(r.IntN(4*24*60)) * time.Minute),
				Text: fmt.Sprintf(say, where), Status: city.Open, Category: k.category,
			}
			if r.IntN(3) > 0 {
				x, y := lon+0.0006*r.NormFloat64(), lat+0.0006*r.NormFloat64()
				rep.Lon, rep.Lat = &x, &y
			}
			if r.IntN(4) == 0 {
				rep.Category = ""
			}
			out = append(out, rep)
		}
	}
	return out
}

func ingest(t *testing.T, door *intake, d city.Delivery) {
	t.Helper()
	if _, err := door.Ingest(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// membership is which incident each report belongs to, by the incident's first
// report.
func membership(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := s.EachReportIncident(t.Context(), func(id, incident string) { out[id] = incident }); err != nil {
		t.Fatal(err)
	}
	return out
}

func settleNow(t *testing.T, a *analyst) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := a.settleNow(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestWhateverTheOrderTheIncidentsAreTheSame delivers the same rows at once,
// one by one, shuffled in batches, and shuffled with edits and rows that come
// and go: each time the incidents are those of grouping all from scratch.
func TestWhateverTheOrderTheIncidentsAreTheSame(t *testing.T) {
	t.Parallel()
	all := voices(rand.New(rand.NewPCG(7, 11)), 36)
	a, door, source := newTestAnalyst(t)
	ingest(t, door, city.Delivery{SourceID: source, Reports: all})
	settleNow(t, a)
	want := membership(t, a.db.Store)
	if n := len(incidentsOf(want)); len(want) != len(all) || n < 20 || n > len(all)*3/4 {
		t.Fatalf("%d reports in %d incidents", len(want), n)
	}
	if err := a.regroup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, membership(t, a.db.Store)); d != "" {
		t.Fatalf("from scratch (-updated +scratch):\n%s", d)
	}
	for name, deliver := range map[string]func(t *testing.T, r *rand.Rand, a *analyst, door *intake, source int64){
		"in batches": func(t *testing.T, r *rand.Rand, a *analyst, door *intake, source int64) {
			t.Helper()
			for part := range slices.Chunk(shuffled(r, all), 23) {
				ingest(t, door, city.Delivery{SourceID: source, Reports: part})
				settleNow(t, a)
			}
		},
		"one by one, latest first": func(t *testing.T, _ *rand.Rand, a *analyst, door *intake, source int64) {
			t.Helper()
			rows := slices.Clone(all)
			slices.SortFunc(rows, func(a, b city.Report) int { return b.CreatedAt.Compare(a.CreatedAt) })
			for _, r := range rows {
				ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{r}})
				settleNow(t, a)
			}
		},
		"with edits and rows that go and come back": func(t *testing.T, r *rand.Rand, a *analyst, door *intake, source int64) {
			t.Helper()
			for part := range slices.Chunk(shuffled(r, all), 31) {
				draft := slices.Clone(part)
				for i := range draft {
					if r.IntN(3) == 0 {
						draft[i].Text, draft[i].Lon, draft[i].Lat = "halo", nil, nil
						draft[i].CreatedAt = draft[i].CreatedAt.Add(time.Hour)
					}
				}
				ingest(t, door, city.Delivery{SourceID: source, Reports: draft})
				settleNow(t, a)
			}
			var gone []string
			for _, v := range all {
				if r.IntN(4) == 0 {
					gone = append(gone, v.ExternalID)
				}
			}
			ingest(t, door, city.Delivery{SourceID: source, Removed: gone})
			settleNow(t, a)
			ingest(t, door, city.Delivery{SourceID: source, Reports: shuffled(r, all)})
			settleNow(t, a)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, door, source := newTestAnalyst(t)
			deliver(t, rand.New(rand.NewPCG(3, uint64(len(name)))), a, door, source)
			if d := cmp.Diff(want, membership(t, a.db.Store)); d != "" {
				t.Errorf("(-at once +%s):\n%s", name, d)
			}
			consistent(t, a)
		})
	}
}

func shuffled(r *rand.Rand, rows []city.Report) []city.Report {
	out := slices.Clone(rows)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func incidentsOf(members map[string]string) map[string]int {
	n := map[string]int{}
	for _, i := range members {
		n[i]++
	}
	return n
}

// consistent holds every stored incident against its reports.
func consistent(t *testing.T, a *analyst) {
	t.Helper()
	n := incidentsOf(membership(t, a.db.Store))
	page, total, err := a.db.Incidents(t.Context(), city.System, city.IncidentFilter{Limit: 200, Status: city.IncidentStatuses})
	if err != nil || total != len(n) {
		t.Fatalf("%d incidents stored, %d have reports: %v", total, len(n), err)
	}
	for _, i := range page {
		d, err := a.db.Incident(t.Context(), city.System, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, v := range d.Daily {
			sum += v
		}
		if len(d.Members) != d.Voices || sum != d.Voices || d.Hidden != 0 || !d.FirstAt.Equal(d.Members[0].CreatedAt) {
			t.Errorf("incident %d: %d voices, %d members, %d by day, first %s", d.ID, d.Voices, len(d.Members), sum, d.FirstAt)
		}
		for _, m := range d.Members {
			if m.IncidentID != d.ID {
				t.Errorf("report %d of incident %d says %d", m.ID, d.ID, m.IncidentID)
			}
		}
	}
}

// TestAReportWithoutAPlaceGetsTheOneItsTextNames: an area, never a point; and
// none where nothing is named.
func TestAReportWithoutAPlaceGetsTheOneItsTextNames(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{storetest.Report("a", func(r *city.Report) {
		r.StatedArea, r.Text = "", "lampu jalan mati di kelurahan Air Putih RT 12, gelap sekali"
	}), storetest.Report("b", func(r *city.Report) {
		r.StatedArea, r.Text, r.CreatedAt = "", "tolong pak", r.CreatedAt.AddDate(0, 1, 0)
	})}})
	settleNow(t, a)
	list, err := a.db.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if list[1].AreaCode != storetest.AirPutih || list[1].Guess == nil || list[1].Guess.RadiusM < 200 {
		t.Errorf("named: area %q, guess %+v", list[1].AreaCode, list[1].Guess)
	}
	if list[0].AreaCode != "" || list[0].Guess != nil {
		t.Errorf("nothing named: area %q, guess %+v", list[0].AreaCode, list[0].Guess)
	}
}

// BenchmarkOneReport is what one new report costs from queue to incident, in
// the order of time; one that arrives weeks late costs some ten times as much,
// because all that came after it looks again.
func BenchmarkOneReport(b *testing.B) {
	s := storetest.New(b)
	setting, err := s.Setting(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	a, err := newAnalyst(b.Context(), &database{Store: s, city: setting}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	door, source := &intake{store: s, geography: a.geography}, storetest.Source(b, s)
	// A city's density: some 400 streets, 40 reports a day.
	var streets []string
	for _, a := range []string{"batu", "suka", "tirta", "wana", "giri", "marga", "karya", "jaya", "mekar", "bina", "cakra", "danau", "elang", "gajah", "hang", "intan", "kapas", "lintang", "mutiara", "purna"} {
		for _, z := range []string{"asih", "bumi", "citra", "damai", "eka", "hati", "indah", "kencana", "luhur", "mulia", "negara", "permai", "raya", "sari", "tunggal", "utama", "wijaya", "abadi", "baru", "lestari"} {
			streets = append(streets, a+z)
		}
	}
	all := voicesOn(rand.New(rand.NewPCG(5, 5)), 2500, 240, streets...)
	if _, err := door.Ingest(b.Context(), city.Delivery{SourceID: source, Reports: all}); err != nil {
		b.Fatal(err)
	}
	if err := a.settleNow(b.Context()); err != nil {
		b.Fatal(err)
	}
	more := voicesOn(rand.New(rand.NewPCG(6, 6)), 500, 240, streets...)
	last := slices.MaxFunc(all, func(a, b city.Report) int { return a.CreatedAt.Compare(b.CreatedAt) }).CreatedAt
	n := 0
	b.ResetTimer()
	for b.Loop() {
		r := more[n%len(more)]
		r.ExternalID, r.CreatedAt = "new-"+strconv.Itoa(n), last.Add(time.Duration(n)*37*time.Minute)
		n++
		b.StopTimer()
		if _, err := door.Ingest(b.Context(), city.Delivery{SourceID: source, Reports: []city.Report{r}}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := a.settleNow(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestOfficersTeachHowToWeighLinks: after merges of what the machine kept
// apart, the nightly lesson changes the weights, groups everything by them in
// the same transaction, and what comes later is the same as from scratch.
func TestOfficersTeachHowToWeighLinks(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ctx := t.Context()
	all := voices(rand.New(rand.NewPCG(21, 4)), 40)
	ingest(t, door, city.Delivery{SourceID: source, Reports: all[:len(all)/2]})
	settleNow(t, a)
	if err := a.learnGrouping(ctx); err != nil {
		t.Fatal(err)
	}
	before, err := a.weights(ctx)
	if err != nil || before.Lessons != 0 {
		t.Fatalf("%d lessons before anybody taught: %v", before.Lessons, err)
	}
	page, _, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{Limit: 200})
	if err != nil || len(page) < 6 {
		t.Fatal(len(page), err)
	}
	for n := range 3 {
		if _, err := a.Merge(ctx, city.Actor{Name: "uji"}, city.Asker{Role: city.Operator}, page[2*n].ID, []int64{page[2*n+1].ID}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.learnGrouping(ctx); err != nil {
		t.Fatal(err)
	}
	after, err := a.weights(ctx)
	if err != nil || after.Lessons != 3 {
		t.Fatalf("%d lessons: %v", after.Lessons, err)
	}
	ingest(t, door, city.Delivery{SourceID: source, Reports: all[len(all)/2:]})
	settleNow(t, a)
	held := membership(t, a.db.Store)
	if err := a.regroup(ctx); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(held, membership(t, a.db.Store)); d != "" {
		t.Errorf("(-held +scratch):\n%s", d)
	}
	consistent(t, a)
}

// TestWhatWasReadOtherwiseIsReadAnew: a program that reads texts in another way
// than the one before analyses all reports again, once.
func TestWhatWasReadOtherwiseIsReadAnew(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ctx := t.Context()
	ingest(t, door, city.Delivery{SourceID: source, Reports: storetest.Reports("v", 5)})
	if err := a.catchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if queued, err := a.db.QueueAllUnless(ctx, reading()); err != nil || queued != 0 {
		t.Errorf("the same reading queues: %d, %v", queued, err)
	}
	if queued, err := a.db.QueueAllUnless(ctx, "another"); err != nil || queued != 5 {
		t.Errorf("another reading queues: %d, %v", queued, err)
	}
	if n, err := a.db.Waiting(ctx); err != nil || n != 5 {
		t.Errorf("%d wait: %v", n, err)
	}
	if err := a.catchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(membership(t, a.db.Store)); n != 5 {
		t.Errorf("%d reports in incidents", n)
	}
}

// TestScreensHearWhereAReportStands: a report that another's arrival or an
// officer's word moves to another incident is told again, though nothing of its
// own has changed.
func TestScreensHearWhereAReportStands(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ctx := t.Context()
	now := time.Now().Add(-5 * time.Hour)
	at := func(id, text, area string) city.Report {
		return storetest.Report(id, func(r *city.Report) { r.Text, r.StatedArea, r.CreatedAt = text, area, now })
	}
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{
		at("a", "Jalan berlubang di depan pasar", storetest.AirPutih), at("b", "Jalan berlubang di depan pasar", storetest.AirPutih),
		at("c", "Sampah menumpuk di gang Mawar", storetest.Lempake), at("d", "Tumpukan sampah di gang Mawar", storetest.Lempake),
	}})
	settleNow(t, a)
	page, _, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{})
	if err != nil || len(page) != 2 {
		t.Fatal(len(page), err)
	}
	if _, err := a.Merge(ctx, city.Actor{Name: "uji"}, city.Asker{Role: city.Operator}, page[0].ID, []int64{page[1].ID}, ""); err != nil {
		t.Fatal(err)
	}
	events, err := a.db.EventsAfter(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int64{}
	for _, e := range events {
		var r city.ReportSummary
		if e.Topic != city.TopicReports || e.Op != "put" {
			continue
		}
		if err := json.Unmarshal(e.Data, &r); err != nil {
			t.Fatal(err)
		}
		told[r.ExternalID] = r.IncidentID
	}
	reports, err := a.db.Reports(ctx, city.System, city.ReportFilter{})
	if err != nil || len(reports) != 4 {
		t.Fatal(len(reports), err)
	}
	for _, r := range reports {
		if r.IncidentID == 0 || told[r.ExternalID] != r.IncidentID {
			t.Errorf("report %s stands in %d; screens were last told %d", r.ExternalID, r.IncidentID, told[r.ExternalID])
		}
	}
}

// TestAChangeKeepsWhereAReportStands: what its source changes of a report does
// not take its incident off the screens until the analysis comes round again.
func TestAChangeKeepsWhereAReportStands(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	made := time.Now().Add(-5 * time.Hour)
	deliver := func(status city.ReportStatus, ids ...string) {
		var d city.Delivery
		for _, id := range ids {
			d.Reports = append(d.Reports, storetest.Report(id, func(r *city.Report) {
				r.Text, r.StatedArea, r.CreatedAt, r.Status = "Jalan berlubang di depan pasar", storetest.AirPutih, made, status
			}))
		}
		d.SourceID = source
		ingest(t, door, d)
	}
	deliver(city.Open, "a", "b")
	settleNow(t, a)
	deliver(city.InProgress, "a")
	events, err := a.db.EventsAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var told city.ReportSummary
	for _, e := range events {
		var r city.ReportSummary
		if e.Topic == city.TopicReports && e.Op == "put" && json.Unmarshal(e.Data, &r) == nil && r.ExternalID == "a" {
			told = r
		}
	}
	if told.Status != city.InProgress || told.IncidentID == 0 || told.Urgency == "" {
		t.Errorf("screens were last told %+v", told)
	}
}

// BenchmarkFlood is how many reports a second are analysed and grouped when
// thousands wait and thousands stand: a batch reads every report of the incidents it
// touches.
func BenchmarkFlood(b *testing.B) {
	s := storetest.New(b)
	setting, err := s.Setting(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	a, err := newAnalyst(b.Context(), &database{Store: s, city: setting}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	door, source := &intake{store: s, geography: a.geography}, storetest.Source(b, s)
	began, n := time.Now().Add(-time.Hour), 0
	feed := func(many int) {
		var all []city.Report
		for range many {
			matter := n * 7919 % loadMatters
			text, area, lon, lat := world.Voice(int64(matter), matter%len(world.Categories), n)
			all = append(all, city.Report{
				ExternalID: strconv.Itoa(n), CreatedAt: began.Add(time.Duration(n) * 20 * time.Millisecond), Text: text,
				StatedArea: area, Lon: &lon, Lat: &lat, Channel: "aplikasi", Status: city.Open,
			})
			n++
		}
		if _, err := door.Ingest(b.Context(), city.Delivery{SourceID: source, Reports: all}); err != nil {
			b.Fatal(err)
		}
	}
	feed(16_000)
	if err := a.settleNow(b.Context()); err != nil {
		b.Fatal(err)
	}
	grouped := 0
	for b.Loop() {
		b.StopTimer()
		feed(3900) // less than a quarter of all
		grouped += 3900
		b.StartTimer()
		if err := a.settleNow(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(grouped)/b.Elapsed().Seconds(), "reports/s")
}
