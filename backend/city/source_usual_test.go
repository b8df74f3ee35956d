package city_test

import (
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

// weeksOf are the hours of a source that brings n rows in each hour from begin
// to end of every day, over whole weeks before at.
func weeksOf(at time.Time, weeks, n, begin, end int) (out []city.SourceHour) {
	for h := at.AddDate(0, 0, -7*weeks).Truncate(time.Hour); h.Before(at); h = h.Add(time.Hour) {
		if h.Hour() >= begin && h.Hour() < end {
			out = append(out, city.SourceHour{Hour: h, Added: n})
		}
	}
	return out
}

// without leaves out the hours from a moment on.
func without(hours []city.SourceHour, from time.Time) (out []city.SourceHour) {
	for _, h := range hours {
		if h.Hour.Before(from) {
			out = append(out, h)
		}
	}
	return out
}

func TestASilenceIsSuspiciousOnlyWhereItIsUnusual(t *testing.T) {
	t.Parallel()
	// A Thursday, 13.20 UTC.
	now := time.Date(2026, 6, 18, 13, 20, 0, 0, time.UTC)
	hour := func(h int) time.Time { return time.Date(2026, 6, 18, h, 0, 0, 0, time.UTC) }
	five := weeksOf(now, 5, 5, 0, 24)
	for name, c := range map[string]struct {
		hours []city.SourceHour
		want  *city.Silence
	}{
		"never anything":      {nil, nil},
		"as always":           {five, nil},
		"two hours":           {without(five, hour(11)), nil},
		"three hours":         {without(five, hour(10)), &city.Silence{Since: hour(10), Hours: 3, Usual: 15}},
		"updates are no news": {append(without(five, hour(10)), city.SourceHour{Hour: hour(12), Changed: 40}), &city.Silence{Since: hour(10), Hours: 3, Usual: 15}},
		// Over more than a day, a day is compared: 24 hours of 5.
		"three days": {without(five, hour(10).AddDate(0, 0, -3)), &city.Silence{Since: hour(10).AddDate(0, 0, -3), Hours: 75, Usual: 120}},
		// exp(−6) is over one in a thousand.
		"six are few": {without(weeksOf(now, 5, 2, 0, 24), hour(10)), nil},
		// Known since two weeks and some hours: two weeks are compared.
		"too young": {without(weeksOf(now, 3, 5, 0, 24), hour(10))[2:], nil},
		// By day only, and it is night.
		"sleeps": {without(weeksOf(now, 5, 5, 0, 9), hour(9)), nil},
		// One of the weeks had nothing in these hours either.
		"in bursts": {func() (out []city.SourceHour) {
			for _, h := range without(five, hour(10)) {
				if d := hour(10).AddDate(0, 0, -7); h.Hour.Before(d) || !h.Hour.Before(d.Add(3*time.Hour)) {
					out = append(out, h)
				}
			}
			return out
		}(), nil},
	} {
		if d := cmp.Diff(c.want, city.FindSilence(c.hours, now)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWhatIsUsualFollowsFromTheSameWeekday(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	now := time.Date(2026, 6, 18, 13, 30, 0, 0, wita)
	cal := city.Calendar{Location: wita}
	var hours []city.SourceHour
	// Of the last five Thursdays one stands out; the other days have ten times as much.
	for d, n := range map[int]int{0: 6, -7: 2, -14: 4, -21: 90, -28: 3, -35: 3, -1: 40} {
		for h := range 24 {
			at := time.Date(2026, 6, 18+d, h, 0, 0, 0, wita)
			if at.Before(now) {
				hours = append(hours, city.SourceHour{Hour: at.UTC(), Added: n})
			}
		}
	}
	got := city.ActivityOf("uji", hours, now, cal)
	byNow, day := 3*13.5, 3*24.0
	want := city.SourceActivity{Slug: "uji", Today: 14 * 6, UsualByNow: &byNow, UsualDay: &day,
		Days: []int{0, 0, 0, 0, 0, 0, 48, 0, 0, 0, 0, 0, 960, 84}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := city.ActivityOf("baru", hours[:0], now, cal); got.UsualDay != nil || len(got.Days) != 0 {
		t.Errorf("a new source: %+v", got)
	}
}
