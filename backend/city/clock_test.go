package city_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

// With any pauses: the unpaused working time from the end of the day of
// receipt to the deadline is the norm, the order of pauses does not matter,
// and one more pause never brings the deadline forward.
func TestPausedDueKeepsItsDefinition(t *testing.T) {
	t.Parallel()
	cal := samarinda(t)
	base := instant(t, "2026-03-10T00:00:00+08:00")
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		moment := func(days int) time.Time {
			return base.Add(time.Duration(r.Int64N(int64(days) * 24 * int64(time.Hour))))
		}
		received, n := moment(20), 1+r.IntN(14)
		var pauses []city.Pause
		last := cal.Due(received, n)
		for range r.IntN(6) {
			from := moment(40)
			pauses = append(pauses, city.Pause{From: from, Until: new(from.Add(time.Duration(r.Int64N(int64(96 * time.Hour)))))})
			r.Shuffle(len(pauses), func(i, j int) { pauses[i], pauses[j] = pauses[j], pauses[i] })
			before := append([]city.Pause{}, pauses...)
			due, ok := cal.PausedDue(received, n, pauses)
			if !ok || due.Before(last) {
				t.Fatalf("seed %d: one more pause moves %s to %s", seed, last, due)
			}
			if !cmp.Equal(before, pauses) {
				t.Fatalf("seed %d: the pauses were changed", seed)
			}
			start := cal.DayStart(received).AddDate(0, 0, 1)
			if ran := cal.WorkingTime(start, due) - cal.PausedWorkingTime(start, due, pauses); ran != time.Duration(n)*24*time.Hour {
				t.Fatalf("seed %d: %s of working time ran until %s, not %d days", seed, ran, due, n)
			}
			last = due
		}
	}
}

func TestWorkingTimeArithmetic(t *testing.T) {
	t.Parallel()
	cal := samarinda(t)
	at := func(s string) time.Time { return instant(t, s+"+08:00") }
	if got := cal.WorkingTime(at("2026-03-17T06:00:00"), at("2026-03-25T06:00:00")); got != 24*time.Hour {
		t.Errorf("over Idulfitri: %s, want 18 h of the 17th and 6 h of the 25th", got)
	}
	if got := cal.WorkingTime(at("2026-03-25T06:00:00"), at("2026-03-17T06:00:00")); got != 0 {
		t.Errorf("backwards: %s", got)
	}
	if got := cal.AddWorkingTime(at("2026-03-17T06:00:00"), 24*time.Hour); !got.Equal(at("2026-03-25T06:00:00")) {
		t.Errorf("24 h of working time later: %s", got)
	}
	if got := cal.AddWorkingTime(at("2026-03-13T00:00:00"), 24*time.Hour); !got.Equal(at("2026-03-14T00:00:00")) {
		t.Errorf("the end of a Friday: %s", got)
	}
	for n := range 15 {
		from := at("2026-03-13T18:30:00")
		if got := cal.WorkingDaysBetween(from, cal.AddWorkingDays(from, n)); got != n {
			t.Errorf("%d working days later, %d are between", n, got)
		}
	}
	if got := cal.WorkingDaysBetween(at("2026-03-13T08:00:00"), at("2026-03-13T07:00:00")); got != 0 {
		t.Errorf("the same day: %d", got)
	}
}

var clockNorms = []city.Norm{
	{AnswerDays: 5, Source: "semua", EffectiveOn: "2013-01-01"},
	{Channel: "lapor", AnswerDays: 4, CloseDays: 10, Source: "LAPOR", EffectiveOn: "2018-01-01"},
	{Channel: "lapor", AnswerDays: 3, CloseDays: 8, Source: "LAPOR baru", EffectiveOn: "2026-03-01"},
	{Category: "air-bersih", AnswerHours: 6, Source: "perwali", EffectiveOn: "2026-01-01"},
	{Category: "air-bersih", CloseDays: 2, Source: "perwali", EffectiveOn: "2026-03-10"},
	{Channel: "LAPOR", Category: "air-bersih", CloseDays: 1, Source: "kesepakatan", EffectiveOn: "2026-03-20"},
}

func TestMostSpecificThenNewestNormInForce(t *testing.T) {
	t.Parallel()
	clock := city.Clock{Calendar: samarinda(t), Norms: clockNorms}
	for _, c := range []struct {
		name, channel, category, day string
		own                          int
		answer, closing              city.Norm
	}{
		{"any", "loket", "sampah", "2026-02-02", 3, clockNorms[0], city.Norm{Category: "sampah", CloseDays: 3}},
		{"channel", "Lapor", "sampah", "2026-02-28", 3, clockNorms[1], city.Norm{Category: "sampah", CloseDays: 3}},
		{"newer of the channel, on its first day", "lapor", "sampah", "2026-03-01", 3, clockNorms[2], city.Norm{Category: "sampah", CloseDays: 3}},
		{"category before channel, the category's own days", "lapor", "air-bersih", "2026-03-09", 3, clockNorms[3], city.Norm{Category: "air-bersih", CloseDays: 3}},
		{"a row for the category before its own days", "loket", "air-bersih", "2026-03-10", 3, clockNorms[3], clockNorms[4]},
		{"channel and category", "lapor", "air-bersih", "2026-03-20", 3, clockNorms[3], clockNorms[5]},
		{"nothing was in force", "loket", "sampah", "2012-12-31", 3, city.Norm{}, city.Norm{Category: "sampah", CloseDays: 3}},
		{"no category, no closing", "lapor", "", "2026-03-20", 0, clockNorms[2], city.Norm{}},
	} {
		answer, closing := clock.Standard(c.channel, c.category, c.day, c.own)
		if diff := cmp.Diff([]city.Norm{c.answer, c.closing}, []city.Norm{answer, closing}); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestDeadlinesOfAMatter(t *testing.T) {
	t.Parallel()
	clock := city.Clock{Calendar: samarinda(t), Norms: clockNorms}
	at := func(s string) time.Time { return instant(t, s+"+08:00") }
	pause := []city.Pause{{From: at("2026-03-03T10:00:00")}}
	ended := []city.Pause{{From: at("2026-03-03T10:00:00"), Until: new(at("2026-03-03T13:00:00"))}}
	received := at("2026-03-02T09:00:00")
	for _, c := range []struct {
		name           string
		m              city.Matter
		respond, close string
	}{
		{"answer and closing", city.Matter{ReceivedAt: received, Channel: "lapor", Category: "jalan-rusak", CategoryDays: 10}, "2026-03-06T00:00:00", "2026-03-17T00:00:00"},
		{"an answer is due no later than the closing", city.Matter{ReceivedAt: received, Channel: "loket", Category: "pohon-tumbang", CategoryDays: 2}, "2026-03-05T00:00:00", "2026-03-05T00:00:00"},
		{"hours run on the clock", city.Matter{ReceivedAt: at("2026-03-06T22:00:00"), Channel: "loket", Category: "air-bersih", CategoryDays: 3}, "2026-03-07T04:00:00", "2026-03-12T00:00:00"},
		{"hours pause too", city.Matter{ReceivedAt: at("2026-03-03T09:00:00"), Channel: "loket", Category: "air-bersih", CategoryDays: 1, Pauses: ended}, "2026-03-03T18:00:00", "2026-03-05T00:00:00"},
		{"both stand while paused", city.Matter{ReceivedAt: received, Channel: "lapor", Category: "jalan-rusak", CategoryDays: 10, Pauses: pause}, "", ""},
		{"answered before the pause", city.Matter{ReceivedAt: received, Channel: "lapor", Category: "jalan-rusak", CategoryDays: 10, Pauses: pause, RespondedAt: new(at("2026-03-03T09:00:00"))}, "2026-03-06T00:00:00", ""},
		{"closed while paused", city.Matter{ReceivedAt: received, Channel: "lapor", Category: "sampah", CategoryDays: 3, Pauses: pause, ClosedAt: new(at("2026-03-03T13:00:00"))}, "2026-03-06T03:00:00", "2026-03-06T03:00:00"},
		{"no category, no closing deadline", city.Matter{ReceivedAt: received, Channel: "lapor"}, "2026-03-06T00:00:00", ""},
	} {
		got := clock.Deadlines(c.m)
		for part, pair := range map[string]struct {
			got  *time.Time
			want string
		}{"answer": {got.Respond, c.respond}, "closing": {got.Close, c.close}} {
			if (pair.got == nil) != (pair.want == "") || (pair.got != nil && !pair.got.Equal(at(pair.want))) {
				t.Errorf("%s: %s due %v, want %s", c.name, part, pair.got, pair.want)
			}
		}
	}
}

func TestBreachesAreWordedWithFigures(t *testing.T) {
	t.Parallel()
	clock := city.Clock{Calendar: samarinda(t)}
	now := instant(t, "2026-03-17T10:00:00+08:00")
	item := func(p float64, due string) city.AtRisk {
		return city.AtRisk{Report: city.ReportSummary{DueAt: new(instant(t, due))}, Probability: p}
	}
	items := []city.AtRisk{item(0.94, "2026-03-26T00:00:00+08:00"), item(0.71, "2026-03-18T00:00:00+08:00"), item(0.55, "2026-03-26T00:00:00+08:00")}
	a := city.BreachAlert("Dishub", items, 2, now, clock, "WITA", true)
	if a.Key != "breach:Dishub" || a.Kind != city.AlertBreach || a.Severity != city.Info || !a.Simulated ||
		a.Headline != "Dishub: 3 laporan diperkirakan lewat tenggat dalam 2 hari kerja" ||
		a.Evidence != "Tenggat terdekat 17/3/2026 23.59 WITA; peluang lewat 50–90 %, dari lama penyelesaian setahun" {
		t.Errorf("%+v", a)
	}
	a = city.BreachAlert("Kel. Sungai Pinang Luar (Samarinda Kota)", slices.Repeat(items[1:2], 12), 2, now, clock, "WITA", false)
	if a.Severity != city.Perhatian || utf8.RuneCountInString(a.Headline) > 90 || utf8.RuneCountInString(a.HeadlineEN) > 90 || !strings.Contains(a.Evidence, "lewat 70 %") || !strings.Contains(a.EvidenceEN, "17 Mar 2026 23:59 WITA") {
		t.Errorf("%+v", a)
	}
	id, en := city.ExplainAtRisk(3.21, 0.8, 0.714, city.AtRiskBasis{Category: city.Category{Name: "Lampu jalan", NameEN: "Street lighting"}, Office: "Dishub", Past: 214})
	if id != "Sudah 3,2 hari kerja, sisa 0,8; dari 214 laporan lampu jalan di Dishub yang masih terbuka pada umur ini, sekitar 71 % tidak selesai dalam sisa waktu itu." ||
		en != "3.2 working days old, 0.8 left; of 214 street lighting reports at Dishub still open at this age, about 71 % were not settled in the time that is left." {
		t.Errorf("%s\n%s", id, en)
	}
	if id, _ = city.ExplainAtRisk(1, 1, 0.5, city.AtRiskBasis{City: true, Past: 99}); !strings.Contains(id, "dari 99 laporan sekota") {
		t.Error(id)
	}
}
