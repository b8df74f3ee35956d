package city

import (
	"slices"
	"time"
)

// SourceHour is how many rows a source brought in the hour that begins at Hour
// (UTC, whole), by when they were taken in. Hours without rows are left out.
type SourceHour struct {
	Hour    time.Time
	Added   int
	Changed int
}

// The rule of a suspicious silence (mencurigakan). A source that answers and
// brings nothing new for SilenceLeast or longer is suspicious when over the
// same hours of the same weekday, in each of the last UsualWeeks weeks it was
// known for (at least UsualLeast), it brought something, and the median of
// those weeks is SilenceUsual or more. If rows come independently of each
// other (Poisson), none come by chance where 7 are usual less than once in a
// thousand times: exp(−7) = 0,0009. That no known week was empty guards sources
// whose rows come in bursts.
const (
	SilenceLeast = 3 * time.Hour
	SilenceMost  = 24 * time.Hour // longer silences are compared over a day
	SilenceUsual = 7
	UsualWeeks   = 8
	UsualLeast   = 3
)

// Silence is an unusual silence of a source.
type Silence struct {
	Since time.Time `json:"since" doc:"The end of the last hour in which something new came"`
	Hours int       `json:"hours" doc:"Whole hours since then"`
	Usual float64   `json:"usual" doc:"New rows that are usual in as long: the median of the same hours of the same weekday of past weeks"`
}

// FindSilence applies the rule at now to the hours of one source, in any
// order; nil when its silence is not unusual, or it never brought anything.
func FindSilence(hours []SourceHour, now time.Time) *Silence {
	last := time.Time{}
	for _, h := range hours {
		if end := h.Hour.Add(time.Hour); h.Added > 0 && end.After(last) && h.Hour.Before(now) {
			last = end
		}
	}
	whole := now.Truncate(time.Hour)
	quiet := whole.Sub(last)
	if last.IsZero() || quiet < SilenceLeast {
		return nil
	}
	past := pastWindows(hours, whole.Add(-min(quiet, SilenceMost)), whole)
	if len(past) < UsualLeast || slices.Min(past) == 0 {
		return nil
	}
	if usual := median(past); usual >= SilenceUsual {
		return &Silence{Since: last, Hours: int(quiet / time.Hour), Usual: usual}
	}
	return nil
}

// pastWindows are the new rows of [from, to) in each of the weeks before that
// the source was known for, newest first. Of an hour that lies partly within,
// that part of its rows counts.
func pastWindows(hours []SourceHour, from, to time.Time) (out []float64) {
	first := to
	for _, h := range hours {
		if h.Hour.Before(first) {
			first = h.Hour
		}
	}
	for week := 1; week <= UsualWeeks; week++ {
		a, b := from.AddDate(0, 0, -7*week), to.AddDate(0, 0, -7*week)
		if first.After(a) {
			break
		}
		n := 0.0
		for _, h := range hours {
			begin, end := h.Hour, h.Hour.Add(time.Hour)
			if begin.Before(a) {
				begin = a
			}
			if end.After(b) {
				end = b
			}
			if end.After(begin) {
				n += float64(h.Added) * end.Sub(begin).Hours()
			}
		}
		out = append(out, n)
	}
	return out
}

// median of at least one number: the middle one, or the mean of the two.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// SourceActivity is what a source brought day by day, and what is usual.
type SourceActivity struct {
	Slug  string `json:"slug"`
	Today int    `json:"today" doc:"New rows since midnight in the city"`
	// UsualByNow and UsualDay are medians over the same weekday of past weeks,
	// up to this time of the day and of the whole day.
	UsualByNow *float64 `json:"usual_by_now,omitempty" doc:"Absent below three weeks"`
	UsualDay   *float64 `json:"usual_day,omitempty" doc:"Absent below three weeks"`
	// Days are new rows of the last 14 days of the city, today last, as far as
	// the source is known.
	Days []int `json:"days" nullable:"false"`
}

// activityDays is how many days a source's line shows.
const activityDays = 14

// ActivityOf adds up the hours of one source at now, in the days of a calendar.
func ActivityOf(slug string, hours []SourceHour, now time.Time, cal Calendar) SourceActivity {
	today := cal.DayStart(now)
	out := SourceActivity{Slug: slug, Days: []int{}}
	if len(hours) == 0 {
		return out
	}
	first := slices.MinFunc(hours, func(a, b SourceHour) int { return a.Hour.Compare(b.Hour) }).Hour
	for back := activityDays - 1; back >= 0; back-- {
		from, to := today.AddDate(0, 0, -back), today.AddDate(0, 0, 1-back)
		if !to.After(first) {
			continue
		}
		n := 0
		for _, h := range hours {
			if !h.Hour.Before(from) && h.Hour.Before(to) {
				n += h.Added
			}
		}
		out.Days = append(out.Days, n)
	}
	out.Today = out.Days[len(out.Days)-1]
	out.UsualByNow = usualOf(pastWindows(hours, today, now))
	out.UsualDay = usualOf(pastWindows(hours, today, today.AddDate(0, 0, 1)))
	return out
}

func usualOf(past []float64) *float64 {
	if len(past) < UsualLeast {
		return nil
	}
	m := median(past)
	return &m
}
