package escalation

import (
	"math"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/pack"
)

// samarinda is the pack's ladder on a calendar whose Thursday, 26 November
// 2026, is a holiday.
func samarinda(t *testing.T, now time.Time) (Ladder, *time.Location) {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	cal := city.Calendar{Location: c.Location(), Holidays: map[string]bool{"2026-11-26": true}}
	return InForce(cal, c.Ladder, now), c.Location()
}

var everybody = []string{"camat", "kepala_opd", "sekda", "wali_kota"}

// TestLadderOverAHoliday is the golden table: when an instruction to a lurah of
// Monday, 23 November 2026 09.00, two working days (its deadline is the end of
// Wednesday, 25 November; Thursday is a holiday), goes up, and to whom.
func TestLadderOverAHoliday(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	l, _ := samarinda(t, at(23, 9, 0))
	base := city.Overdue{
		ID: 1, Of: "kelurahan", Office: "Lurah Air Putih", Nature: city.NatureOrdinary, Status: city.DispositionSent,
		SentAt: at(23, 9, 0), ClockFrom: at(23, 9, 0), DueAt: at(26, 0, 0), Reach: everybody,
	}
	told := func(rung int, when time.Time, clock string) func(*city.Overdue) {
		return func(o *city.Overdue) { o.Rung, o.RungAt, o.RungWhen = rung, &when, clock }
	}
	accepted := func(percent int) func(*city.Overdue) {
		return func(o *city.Overdue) { o.Status, o.Percent = city.DispositionWorking, percent }
	}
	for _, c := range []struct {
		name   string
		change []func(*city.Overdue)
		now    time.Time
		to     string // "" nobody
		when   string
		why    string
	}{
		{"a day less a minute", nil, at(24, 8, 59), "", "", ""},
		{"not accepted for a working day", nil, at(24, 9, 0), "camat", "answer", "Lurah Air Putih belum menerima disposisi setelah 24 jam hari kerja; batasnya 24 jam hari kerja."},
		{"the camat was told just now", []func(*city.Overdue){told(1, at(24, 9, 0), "answer")}, at(24, 9, 1), "", "", ""},
		{"a second day not accepted", []func(*city.Overdue){told(1, at(24, 9, 0), "answer")}, at(25, 9, 0), "kepala_opd", "answer", "Lurah Air Putih belum menerima disposisi setelah 48 jam hari kerja; batasnya 24 jam hari kerja."},
		{"accepted and on schedule", []func(*city.Overdue){accepted(80)}, at(25, 10, 0), "", "", ""},
		{"accepted and far behind", []func(*city.Overdue){accepted(10)}, at(25, 10, 0), "camat", "breach", "77 % waktu terpakai, pekerjaan 10 %; diperkirakan perlu 229 % dari waktunya (dari kemajuan)."},
		{"the last minute", []func(*city.Overdue){accepted(100)}, at(25, 23, 59), "", "", ""},
		{"the holiday after the deadline", []func(*city.Overdue){accepted(95)}, at(26, 23, 59), "", "", ""},
		{"the first working day after it", []func(*city.Overdue){accepted(95)}, at(27, 0, 0), "camat", "close", "Lewat tenggat 24 jam, pekerjaan 95 %."},
		{"the camat knew; the holiday counts for no further rung", []func(*city.Overdue){accepted(95), told(1, at(25, 10, 0), "breach")}, at(26, 23, 0), "", "", ""},
		{"a quarter of the time later, on Friday", []func(*city.Overdue){accepted(95), told(1, at(26, 0, 1), "close")}, at(27, 15, 46), "kepala_opd", "close", "Lewat tenggat 40 jam, pekerjaan 95 %."},
		{"the weekend moves nobody", []func(*city.Overdue){accepted(95), told(2, at(27, 15, 46), "close")}, at(29, 23, 0), "", "", ""},
		{"half of the time late, on Monday", []func(*city.Overdue){accepted(95), told(2, at(27, 15, 46), "close")}, at(30, 9, 0), "sekda", "close", "Lewat tenggat 4 hari, pekerjaan 95 %."},
	} {
		o := base
		for _, change := range c.change {
			change(&o)
		}
		d, ok := l.Next(o, c.now)
		if ok != (c.to != "") || d.To != c.to && ok || d.When != c.when && ok || d.Why.Text != c.why && ok {
			t.Errorf("%s: %v %+v", c.name, ok, d)
		}
	}
}

// Nobody is escalated for a clock that waits on somebody else, however late;
// the sender is reminded instead, at most three times a wait.
func TestWhoWaitsOnOthersIsNotEscalated(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	sent := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	l, _ := samarinda(t, sent)
	for _, status := range city.DispositionStatuses {
		for hours := range 24 * 40 {
			now := sent.Add(time.Duration(hours) * time.Hour)
			o := city.Overdue{Of: "kelurahan", Nature: city.NatureOrdinary, Status: status, SentAt: sent, ClockFrom: sent, DueAt: sent.AddDate(0, 0, 2), Reach: everybody}
			if status.Waits() {
				o.WaitsSince = &sent
			}
			if status == city.DispositionPassed {
				o.OpenParts = 1
			}
			d, ok := l.Next(o, now)
			if ok && (status.Waits() || status.Over() || status == city.DispositionPassed) {
				t.Fatalf("%s after %d hours: %+v", status, hours, d)
			}
		}
	}
	keys := map[string]int{}
	waits := city.Overdue{Of: "kelurahan", Nature: city.NatureOrdinary, Status: city.DispositionAsked, WaitsSince: &sent, SentAt: sent, ClockFrom: sent, DueAt: sent.AddDate(0, 0, 2)}
	for hours := range 24 * 40 {
		if r, ok := l.Remind(waits, sent.Add(time.Duration(hours)*time.Hour)); ok {
			keys[r.Key]++
		}
	}
	if len(keys) != 3 {
		t.Errorf("a sender is reminded %d times", len(keys))
	}
	waits.Status = city.DispositionProof
	late := sent.Add(24 * 40 * time.Hour)
	if _, ok := l.Remind(waits, late); !ok {
		t.Error("a sender is not reminded of work that is said to be done without a picture to look at")
	}
	waits.Checked = true
	if r, ok := l.Remind(waits, late); ok {
		t.Errorf("a sender is reminded while others look at the picture: %+v", r)
	}
	// All parts are done, but nobody says so: that is the addressee's matter.
	o := city.Overdue{Of: "kecamatan", Nature: city.NatureOrdinary, Status: city.DispositionPassed, SentAt: sent, ClockFrom: sent, DueAt: sent.AddDate(0, 0, 2), Reach: everybody}
	if d, ok := l.Next(o, sent.AddDate(0, 0, 9)); !ok || d.To != "kepala_opd" {
		t.Errorf("%v %+v", ok, d)
	}
}

// A server that was away for weeks tells the lowest rung first, and the next
// one only after the distance between them.
func TestAServerThatWasAwayClimbsStepByStep(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	sent := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	l, _ := samarinda(t, sent)
	o := city.Overdue{Of: "kelurahan", Nature: city.NatureOrdinary, Status: city.DispositionWorking, SentAt: sent, ClockFrom: sent, DueAt: sent.Add(40 * time.Hour), InHours: true, Reach: everybody}
	var at []time.Time
	for now := sent.AddDate(0, 0, 20); now.Before(sent.AddDate(0, 0, 40)); now = now.Add(time.Minute) {
		if d, ok := l.Next(o, now); ok {
			if d.Rung != o.Rung+1 {
				t.Fatalf("rung %d after %d", d.Rung, o.Rung)
			}
			o.Rung, o.RungAt, o.RungWhen = d.Rung, &now, d.When
			at = append(at, now)
		}
	}
	if len(at) != 4 || at[1].Sub(at[0]) != 10*time.Hour || at[2].Sub(at[1]) != 10*time.Hour || at[3].Sub(at[2]) != 20*time.Hour {
		t.Errorf("told at %v", at)
	}
}

// A rung without anybody in it is passed over, not waited for.
func TestRungsWithoutAnybodyArePassedOver(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	sent := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	l, _ := samarinda(t, sent)
	o := city.Overdue{Of: "kelurahan", Nature: city.NatureOrdinary, Status: city.DispositionWorking, SentAt: sent, ClockFrom: sent, DueAt: sent.Add(40 * time.Hour), InHours: true, Reach: []string{"sekda"}}
	if d, ok := l.Next(o, sent.AddDate(0, 0, 20)); !ok || d.To != "sekda" {
		t.Errorf("%v %+v", ok, d)
	}
	o.Reach = nil
	if d, ok := l.Next(o, sent.AddDate(0, 0, 20)); ok {
		t.Errorf("%+v", d)
	}
}

// Time that was waited on others after the deadline is no lateness.
func TestWaitingAfterTheDeadlineIsNotLate(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	sent := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	l, _ := samarinda(t, sent)
	o := city.Overdue{
		Of: "opd", Nature: city.NatureOrdinary, Status: city.DispositionWorking, Percent: 90, SentAt: sent, ClockFrom: sent,
		DueAt: sent.Add(10 * time.Hour), InHours: true, WaitedLate: 5 * time.Hour, Reach: everybody,
	}
	if d, ok := l.Next(o, sent.Add(14*time.Hour)); ok {
		t.Errorf("%+v", d)
	}
	if d, ok := l.Next(o, sent.Add(18*time.Hour)); !ok || d.Why.Text != "Lewat tenggat 3 jam, pekerjaan 90 %. Waktu menunggu pihak lain tidak dihitung." {
		t.Errorf("%v %+v", ok, d)
	}
}

func TestForecastByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		used, done float64
		past       []float64
		want       float64
	}{
		{0.5, 0.5, nil, 1}, {0.8, 0.8, nil, 1}, {0, 0, nil, 1}, {0.5, 1, nil, 0.5},
		{0.75, 0.1, nil, 2.235},                            // 0.75 + 0.9·(0.75 + 0.9)
		{0.5, 0, []float64{0.2, 0.4, 0.4, 0.4, 3}, 1.4},    // 0.5 + (0.5 + 0.4)
		{0.25, 0.5, []float64{2, 2, 2, 2, 2, 2}, 0.875},    // 0.25 + 0.5·(0.25 + 1)
		{0.25, 0.5, []float64{2, 2, 2, 2}, 0.25 + 0.5*.75}, // too few to know the habit
	} {
		if got := Forecast(c.used, c.done, c.past); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("used %v, done %v: %v, want %v", c.used, c.done, got, c.want)
		}
	}
}

func TestRemindersComeBeforeTheDeadlineOnce(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	sent := time.Date(2026, 11, 23, 9, 0, 0, 0, zone)
	l, _ := samarinda(t, sent)
	for hours, want := range map[int]time.Duration{1: 30 * time.Minute, 4: 2 * time.Hour, 10: 2 * time.Hour, 40: 8 * time.Hour} {
		o := city.Overdue{Of: "kelurahan", Status: city.DispositionAccepted, SentAt: sent, ClockFrom: sent, DueAt: sent.Add(time.Duration(hours) * time.Hour), InHours: true}
		if _, ok := l.Remind(o, o.DueAt.Add(-want-time.Minute)); ok {
			t.Errorf("of %d hours: reminded sooner than %s before", hours, want)
		}
		first, ok := l.Remind(o, o.DueAt.Add(-want))
		if !ok {
			t.Errorf("of %d hours: not reminded %s before", hours, want)
		}
		if again, ok := l.Remind(o, o.DueAt.Add(-time.Minute)); !ok || again.Key != first.Key {
			t.Errorf("of %d hours: a second occasion %q", hours, again.Key)
		}
		if r, ok := l.Remind(o, o.DueAt); ok {
			t.Errorf("of %d hours: reminded after the deadline: %+v", hours, r)
		}
	}
}

// The newest row in force holds; one of tomorrow does not yet.
func TestRowsTakeEffectOnTheirDay(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	row := func(to, day string) city.EscalationRule {
		return city.EscalationRule{Rung: 1, Of: "opd", To: to, When: "close", Share: 1, Source: "uji", EffectiveOn: day}
	}
	all := city.EscalationLadder{Rules: []city.EscalationRule{row("sekda", "2026-01-01"), row("wali_kota", "2026-11-24")}}
	sent := time.Date(2026, 11, 20, 9, 0, 0, 0, zone)
	o := city.Overdue{Of: "opd", Status: city.DispositionWorking, SentAt: sent, ClockFrom: sent, DueAt: sent.Add(time.Hour), InHours: true, Reach: everybody}
	for now, want := range map[time.Time]string{sent.AddDate(0, 0, 3): "sekda", sent.AddDate(0, 0, 4): "wali_kota"} {
		if d, ok := InForce(city.Calendar{Location: zone}, all, now).Next(o, now); !ok || d.To != want {
			t.Errorf("on %s: %v %+v", now, ok, d)
		}
	}
}
