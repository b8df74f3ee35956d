package advice_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/advice"
	"balaikota/backend/city"
	"balaikota/backend/pack"
)

// desk keeps advice as the store does, so that rounds can follow each other.
type desk struct {
	t    *testing.T
	c    pack.City
	rows []city.Recommendation
	next int64
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return &desk{t: t, c: samarinda(t)}
}

// round settles the city at a time and returns what was written.
func (d *desk) round(in advice.Inputs, at time.Time) []city.Recommendation {
	d.t.Helper()
	out := advice.Settle(d.rows, advice.Propose(in, d.c.ActionRules, d.c.ActionKinds, at), in, d.c.ActionRules, at)
	for i := range out {
		if out[i].ID == 0 {
			d.next++
			out[i].ID = d.next
			d.rows = append(d.rows, out[i])
			continue
		}
		n := slices.IndexFunc(d.rows, func(r city.Recommendation) bool { return r.ID == out[i].ID })
		d.rows[n] = out[i]
	}
	waiting := map[string]bool{}
	for _, r := range d.rows {
		if r.Status == city.RecommendationProposed || r.Status == city.RecommendationPostponed {
			if waiting[r.Key] {
				d.t.Errorf("%s waits twice", r.Key)
			}
			waiting[r.Key] = true
		}
	}
	return out
}

// of is the newest row of a rule.
func (d *desk) of(rule string) *city.Recommendation {
	d.t.Helper()
	for i := len(d.rows) - 1; i >= 0; i-- {
		if d.rows[i].Rule == rule {
			return &d.rows[i]
		}
	}
	d.t.Fatalf("no advice by %s", rule)
	return nil
}

func (d *desk) decide(rule string, to city.RecommendationStatus, at time.Time) {
	r := d.of(rule)
	r.Status, r.ChangedAt, r.DecidedBy = to, at, "sekda"
}

// road is a city with one incident of a broken road.
func (d *desk) road(voices int, urgency city.Severity) advice.Inputs {
	in := quiet(d.c)
	in.Incidents = []city.Incident{incident(13, "jalan-rusak", "64.72.05.1003", "Jl. DI Panjaitan", voices, urgency, 72*time.Hour)}
	return in
}

func TestTheSameRoundWritesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := busy(d.c)
	if got := d.round(in, now); len(got) == 0 {
		t.Fatal("nothing advised")
	}
	for i := range 3 {
		if got := d.round(shuffled(in, uint64(i)), now); len(got) != 0 {
			t.Errorf("wrote %v", lines(got))
		}
	}
}

// TestWithdrawnWhenGone: whatever goes is withdrawn by itself with a reason, an
// incident at once, what swings only when it stays away.
func TestWithdrawnWhenGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.round(busy(d.c), now)
	d.round(quiet(d.c), now.Add(time.Minute))
	for _, r := range d.rows {
		incident := r.Trigger == city.TriggerIncident || r.Trigger == city.TriggerStructural
		if incident != (r.Status == city.RecommendationWithdrawn) {
			t.Errorf("after a minute %s is %s", r.Key, r.Status)
		}
		if !incident && r.GoneSince == nil {
			t.Errorf("%s does not say that its condition is gone", r.Key)
		}
	}
	// It comes back within the hold: nothing is withdrawn.
	back := busy(d.c)
	back.Incidents = nil
	d.round(back, now.Add(5*time.Minute))
	if r := d.of("banjir-siaga"); r.GoneSince != nil || r.Status != city.RecommendationProposed {
		t.Errorf("%+v", r)
	}
	d.round(quiet(d.c), now.Add(6*time.Minute))
	d.round(quiet(d.c), now.Add(22*time.Minute))
	for _, r := range d.rows {
		if r.Status != city.RecommendationWithdrawn || r.Withdrawn == nil || r.Withdrawn.Text == "" || r.Withdrawn.TextEN == "" {
			t.Errorf("%s is %s, %v", r.Key, r.Status, r.Withdrawn)
		}
	}
}

func TestReasonsOfWithdrawal(t *testing.T) {
	t.Parallel()
	settled := func(in *advice.Inputs, d *desk) { in.Incidents[0].Unfinished = 0 }
	for name, x := range map[string]struct {
		change func(in *advice.Inputs, d *desk)
		want   string
	}{
		"all settled": {settled, "Semua laporan kejadian ini sudah selesai."},
		"closed":      {func(in *advice.Inputs, _ *desk) { in.Incidents = nil }, "laporannya berhenti sejak"},
		"rule off": {func(_ *advice.Inputs, d *desk) {
			for i := range d.c.ActionRules {
				d.c.ActionRules[i].Enabled = d.c.ActionRules[i].Slug != "kejadian-jalan"
			}
		}, "Aturan sarannya tidak dipakai lagi."},
		"sent by hand": {func(in *advice.Inputs, _ *desk) {
			in.Given = []advice.Given{{ID: 5, Number: "DSP/0005/III/2026", Office: "DPUPR", Incidents: []int64{13}, Status: city.DispositionSent}}
		}, "Sudah ada disposisi DSP/0005/III/2026"},
	} {
		d := newDesk(t)
		in := d.road(5, city.Perhatian)
		d.round(in, now)
		x.change(&in, d)
		d.round(in, now.Add(time.Minute))
		if r := d.of("kejadian-jalan"); r.Status != city.RecommendationWithdrawn || !strings.Contains(r.Withdrawn.Text, x.want) {
			t.Errorf("%s: %s, %v", name, r.Status, r.Withdrawn)
		}
	}
}

// TestReplacedAdviceIsWithdrawn: what stood is withdrawn when better advice
// about the same matter comes, and what contradicts goes too.
func TestReplacedAdviceIsWithdrawn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := quiet(d.c)
	in.AtRisk = busy(d.c).AtRisk[:1]
	in.Flood = city.HazardPicture{At: now, Risks: []city.HazardRisk{risk("64.72.08.1002", "Sungai Pinang Dalam", city.Perhatian, 0.3)}}
	d.round(in, now)
	in.Overdue = busy(d.c).Overdue
	in.Flood.Risks[0].Level, in.Flood.Risks[0].Score = city.Siaga, 0.6
	d.round(in, now.Add(time.Minute))
	if r := d.of("hampir-lewat"); r.Status != city.RecommendationWithdrawn || !strings.HasPrefix(r.Withdrawn.Text, "Digantikan oleh saran: Selesaikan 23") {
		t.Errorf("%s %v", r.Status, r.Withdrawn)
	}
	if r := d.of("banjir-perhatian"); r.Status != city.RecommendationWithdrawn || !strings.HasPrefix(r.Withdrawn.Text, "Bertentangan dengan saran: Siagakan") {
		t.Errorf("%s %v", r.Status, r.Withdrawn)
	}
}

// TestDeclinedStaysAway until the matter is graver or twice as large.
func TestDeclinedStaysAway(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		voices  int
		urgency city.Severity
		back    bool
	}{
		"the same": {5, city.Perhatian, false}, "a little more": {9, city.Perhatian, false}, "doubled": {10, city.Perhatian, true}, "graver": {5, city.Siaga, true},
	} {
		d := newDesk(t)
		d.round(d.road(5, city.Perhatian), now)
		d.decide("kejadian-jalan", city.RecommendationDeclined, now.Add(time.Minute))
		got := d.round(d.road(x.voices, x.urgency), now.Add(48*time.Hour))
		if back := slices.ContainsFunc(got, func(r city.Recommendation) bool { return r.Rule == "kejadian-jalan" }); back != x.back {
			t.Errorf("%s: came back %v", name, back)
		}
	}
}

// TestARefusalOfAStandingMatterEnds: an office's backlog may be advised again
// after two weeks.
func TestARefusalOfAStandingMatterEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := quiet(d.c)
	in.Overdue = busy(d.c).Overdue
	d.round(in, now)
	d.decide("lewat-tenggat", city.RecommendationDeclined, now)
	if got := d.round(in, now.Add(13*24*time.Hour)); len(got) != 0 {
		t.Errorf("after 13 days %v", lines(got))
	}
	if got := d.round(in, now.Add(15*24*time.Hour)); len(got) != 1 {
		t.Errorf("after 15 days %v", lines(got))
	}
}

// TestNotAdvisedWhileUnderWay: neither while its disposition runs, nor before
// what was done can show.
func TestNotAdvisedWhileUnderWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.road(5, city.Perhatian)
	d.round(in, now)
	r := d.of("kejadian-jalan")
	r.Status, r.DispositionID, r.DispositionStatus = city.RecommendationApproved, 9, city.DispositionSent
	// The round read what was given before the approval: the row itself tells.
	if got := d.round(in, now.Add(time.Minute)); len(got) != 0 {
		t.Errorf("advised again at once: %v", lines(got))
	}
	given := advice.Given{ID: 9, Number: "DSP/0009/III/2026", Key: r.Key, Office: "DPUPR", Status: city.DispositionWorking}
	in.Given = []advice.Given{given}
	if got := d.round(in, now.Add(time.Hour)); len(got) != 0 {
		t.Errorf("advised beside a running disposition: %v", lines(got))
	}
	done := now.Add(24 * time.Hour)
	r.DispositionStatus, given.Status, given.DoneAt = city.DispositionDone, city.DispositionDone, &done
	in.Given = []advice.Given{given}
	if got := d.round(in, now.Add(25*time.Hour)); len(got) != 0 {
		t.Errorf("advised right after it was done: %v", lines(got))
	}
	in.Incidents[0].LastAt, in.Incidents[0].Voices = now.Add(10*24*time.Hour), 8
	if got := d.round(in, now.Add(10*24*time.Hour)); len(got) != 1 || got[0].Status != city.RecommendationProposed {
		t.Errorf("not advised although reports go on: %v", lines(got))
	}
}

func TestCanceledDispositionFreesTheMatter(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.road(5, city.Perhatian)
	d.round(in, now)
	r := d.of("kejadian-jalan")
	r.Status, r.DispositionID, r.DispositionStatus = city.RecommendationApproved, 9, city.DispositionCanceled
	in.Given = []advice.Given{{ID: 9, Key: r.Key, Status: city.DispositionCanceled}}
	if got := d.round(in, now.Add(time.Hour)); len(got) != 1 {
		t.Errorf("%v", lines(got))
	}
}

func TestPostponedReturnsAtItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.road(5, city.Perhatian)
	d.round(in, now)
	until := now.Add(48 * time.Hour)
	d.decide("kejadian-jalan", city.RecommendationPostponed, now)
	d.of("kejadian-jalan").Until = &until
	d.round(in, now.Add(47*time.Hour))
	if r := d.of("kejadian-jalan"); r.Status != city.RecommendationPostponed {
		t.Errorf("before its time it is %s", r.Status)
	}
	d.round(in, now.Add(49*time.Hour))
	if r := d.of("kejadian-jalan"); r.Status != city.RecommendationProposed || r.Until != nil {
		t.Errorf("at its time it is %s until %v", r.Status, r.Until)
	}
}

// TestStaleDataGivesNoNewAdvice: what stood is marked, then withdrawn; nothing
// new comes of it.
func TestStaleDataGivesNoNewAdvice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.road(5, city.Perhatian)
	d.round(in, now)
	in.ReportsStale = now.Add(-2 * time.Hour)
	in.Incidents = append(in.Incidents, incident(14, "sampah", "64.72.06.1001", "", 5, city.Info, 48*time.Hour))
	d.round(in, now.Add(time.Minute))
	if len(d.rows) != 1 || !d.rows[0].Stale || d.rows[0].Status != city.RecommendationProposed {
		t.Fatalf("%+v", d.rows)
	}
	d.round(in, now.Add(5*time.Hour))
	if d.rows[0].Status != city.RecommendationProposed {
		t.Error("withdrawn before its grace")
	}
	d.round(in, now.Add(7*time.Hour))
	if r := d.rows[0]; r.Status != city.RecommendationWithdrawn || r.Withdrawn.Text != "Data basi sejak 12 Maret 2026 10.00 WITA." {
		t.Errorf("%s %v", r.Status, r.Withdrawn)
	}
	in.ReportsStale = time.Time{}
	if got := d.round(in, now.Add(8*time.Hour)); len(got) != 2 {
		t.Errorf("with fresh data %v", lines(got))
	}
}

// TestTheClockAloneEndsAdvice: a server that was off for a week does not keep
// last week's crews on the screen until its first rounds have passed. What only
// time can end has ended, in the first round; what may swing keeps its hold.
func TestTheClockAloneEndsAdvice(t *testing.T) {
	t.Parallel()
	week := now.Add(7 * 24 * time.Hour)
	flooded := func(c pack.City) advice.Inputs {
		in := quiet(c)
		in.Incidents = []city.Incident{incident(12, "banjir-drainase", "64.72.06.1001", "Jl. Pangeran Antasari", 8, city.Awas, 4*time.Hour)}
		in.Flood = city.HazardPicture{At: now, Risks: []city.HazardRisk{{AreaCode: "64.72.08.1001", AreaName: "Temindung Permai", HorizonHours: 6, At: now, Since: now, Level: city.Awas, Score: 1}}}
		in.Alerts = []city.Alert{{Key: "bmkg:1", Kind: city.AlertWarning, Severity: city.Siaga, Headline: "Hujan lebat", HeadlineEN: "Heavy rain", Attribution: "BMKG", Since: now, Until: new(now.Add(3 * time.Hour))}}
		return in
	}
	d := newDesk(t)
	in := flooded(d.c)
	d.round(in, now)
	in.Alerts = nil // the store gives only those that run
	d.round(in, week)
	for rule, want := range map[string]string{
		"kejadian-banjir-gawat": "laporan terakhir",
		"banjir-siaga":          "Penilaian risiko banjir pada 12 Maret 2026 12.00 WITA sudah lewat masanya; belum ada yang baru.",
		"banjir-lurah":          "sudah lewat masanya",
	} {
		if r := d.of(rule); r.Status != city.RecommendationWithdrawn || !strings.Contains(r.Withdrawn.Text, want) {
			t.Errorf("%s is %s, %+v", rule, r.Status, r.Withdrawn)
		}
	}
	for _, r := range d.rows {
		if r.Trigger == city.TriggerWarning && (r.Status != city.RecommendationWithdrawn || r.Withdrawn.Text != "Peringatan resminya sudah berakhir.") {
			t.Errorf("%s is %s, %v", r.Key, r.Status, r.Withdrawn)
		}
	}

	// An assessment speaks of its own hours: after seven, one for six is over
	// although another looks further.
	d = newDesk(t)
	in = flooded(d.c)
	in.Flood.Risks = append(in.Flood.Risks, city.HazardRisk{AreaCode: "64.72.08.1002", AreaName: "Sungai Pinang Dalam", HorizonHours: 24, At: now, Since: now, Level: city.Awas, Score: 1})
	d.round(in, now)
	d.round(in, now.Add(7*time.Hour))
	standing := map[string]bool{}
	for _, r := range d.rows {
		if r.Rule == "banjir-lurah" {
			standing[r.AreaCode] = r.Status == city.RecommendationProposed
		}
	}
	if standing["64.72.08.1001"] || !standing["64.72.08.1002"] {
		t.Errorf("after seven hours %v", standing)
	}

	// While no source of reports delivers, silence about an incident proves
	// nothing yet.
	d = newDesk(t)
	in = flooded(d.c)
	d.round(in, now)
	in.ReportsStale = now.Add(time.Hour)
	d.round(in, week)
	if r := d.of("kejadian-banjir-gawat"); r.Status != city.RecommendationProposed {
		t.Errorf("with stale reports %s, %v", r.Status, r.Withdrawn)
	}
}

func TestTrend(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		voices int
		after  time.Duration
		want   string
	}{{5, time.Hour, "baru"}, {5, 30 * time.Hour, "tetap"}, {7, time.Hour, "memburuk"}, {4, time.Hour, "membaik"}} {
		d := newDesk(t)
		d.round(d.road(5, city.Perhatian), now)
		d.round(d.road(x.voices, city.Perhatian), now.Add(x.after))
		if r := d.of("kejadian-jalan"); r.Trend != x.want || r.FirstSize != 5 || !r.MadeAt.Equal(now) {
			t.Errorf("%d voices after %v: %s, first %v", x.voices, x.after, r.Trend, r.FirstSize)
		}
	}
}

// TestAFloodFindsRoomAtAFullOffice: eight old matters wait at BPBD when the
// water comes; the least of them gives way, visibly, and what is of equal
// weight does not push others about.
func TestAFloodFindsRoomAtAFullOffice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := quiet(d.c)
	for i := range 9 {
		in.Incidents = append(in.Incidents, incident(int64(20+i), "banjir-drainase", "64.72.05.1003", "Gang "+strconv.Itoa(i), 2+i, city.Awas, 50*time.Hour))
	}
	d.round(in, now)
	in.Flood = city.HazardPicture{At: now, Risks: []city.HazardRisk{{AreaCode: "64.72.08.1001", AreaName: "Temindung Permai", HorizonHours: 6, At: now, Since: now, Level: city.Awas, Score: 1}}}
	d.round(in, now.Add(time.Minute))
	flood := d.of("banjir-siaga")
	if flood.Status != city.RecommendationProposed || flood.Office != "BPBD" {
		t.Fatalf("%s: %s to %s", flood.Title, flood.Status, flood.Office)
	}
	var wait int
	var gone []city.Recommendation
	for _, r := range d.rows {
		switch {
		case r.Office == "BPBD" && r.Status == city.RecommendationProposed:
			wait++
		case r.Office == "BPBD" && r.Status == city.RecommendationWithdrawn:
			gone = append(gone, r)
		}
	}
	if wait != 8 || len(gone) != 1 || gone[0].Score >= flood.Score || gone[0].Withdrawn == nil || !strings.Contains(gone[0].Withdrawn.Text, flood.Title) {
		t.Errorf("%d wait, given up: %+v", wait, gone)
	}
	for i := range 3 {
		if out := d.round(in, now.Add(time.Duration(i+1)*time.Minute)); len(out) != 0 {
			t.Errorf("round %d wrote %d: %+v", i, len(out), out)
		}
	}
}

// TestFew: however much happens, at most eight wait at one office and 150 in
// the city.
func TestFew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.round(randomCity(d.c, 2000, 9), now)
	at := map[string]int{}
	for _, r := range d.rows {
		at[r.Office]++
	}
	for office, n := range at {
		if n > 8 {
			t.Errorf("%d wait at %s", n, office)
		}
	}
	if len(d.rows) > 150 || len(d.rows) < 40 {
		t.Errorf("%d wait", len(d.rows))
	}
	if got := d.round(randomCity(d.c, 2000, 9), now); len(got) != 0 {
		t.Errorf("a second round wrote %d", len(got))
	}
}

// TestRoundsOfAnyCityHold: over rounds of cities made at random no key ever
// waits twice (checked by the desk), and all is withdrawn when all is over.
func TestRoundsOfAnyCityHold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := now
	for seed := range uint64(15) {
		d.round(randomCity(d.c, 120, seed), at)
		at = at.Add(7 * time.Minute)
	}
	for range 3 {
		d.round(quiet(d.c), at)
		at = at.Add(16 * time.Minute)
	}
	for _, r := range d.rows {
		if r.Status != city.RecommendationWithdrawn || r.Withdrawn == nil {
			t.Errorf("%s is %s", r.Key, r.Status)
		}
	}
}
