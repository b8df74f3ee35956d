package integrity

import (
	"math"
	"slices"
	"time"

	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
)

// Closing is one report that an office closed.
type Closing struct {
	At time.Time
	// Answered is false when the citizen got no answer before the closing.
	Answered bool
}

// MassClosing looks at what one office closed in the last two working days
// (and any day off after them) before until, the end of a month, quarter or
// year (a midnight in the city's zone), against what it closed in pairs of
// working days before:
//
//   - last_days: far more than the habit, by the upper tail of a negative
//     binomial with the habit's mean and spread, and at least 2.5 times as many.
//   - at_once: ten or more within ten minutes, at any time of those days.
//   - unanswered: more than half were closed without any answer, and more than
//     in the habit.
//
// It flags when last_days holds, or at_once and unanswered together; what else
// holds is added. Data: closings of the forty working days before, at least.
func MassClosing(office string, closings []Closing, until time.Time, calendar city.Calendar) (Finding, bool) {
	until = until.In(calendar.Location)
	from := workingDaysBefore(until, 2, calendar)
	f := Finding{Subject: office, From: from, Until: until}
	var now, before []Closing
	for _, c := range closings {
		switch {
		case !c.At.Before(until):
		case !c.At.Before(from):
			now = append(now, c)
		default:
			before = append(before, c)
		}
	}
	f.Count = len(now)
	habit, enough := pairsOfDays(before, from, calendar)
	if len(now) < int(limit("closing_least")) || !enough {
		return f, false
	}
	many, isMany := farAbove(len(now), habit)
	f.Usual = many.Usual
	once, isOnce := atOnce(now)
	bare, isBare := unanswered(now, before)
	if !isMany && (!isOnce || !isBare) {
		return f, false
	}
	for _, r := range []struct {
		Reason
		holds bool
	}{{many, isMany}, {once, isOnce}, {bare, isBare}} {
		if r.holds {
			f.Reasons = append(f.Reasons, r.Reason)
		}
	}
	return f, true
}

// workingDaysBefore is the start of the nth working day before until.
func workingDaysBefore(until time.Time, n int, calendar city.Calendar) time.Time {
	day := until
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		if calendar.Working(day) {
			n--
		}
	}
	return day
}

// pairsOfDays counts the closings of each pair of working days, back from
// before until the first closing; false when that is too short a habit.
func pairsOfDays(closings []Closing, before time.Time, calendar city.Calendar) (counts []int, enough bool) {
	if len(closings) == 0 {
		return nil, false
	}
	times := make([]time.Time, len(closings))
	for i, c := range closings {
		times[i] = c.At
	}
	slices.SortFunc(times, time.Time.Compare)
	to := before
	for to.After(times[0]) {
		from := workingDaysBefore(to, 2, calendar)
		first, _ := slices.BinarySearchFunc(times, from, time.Time.Compare)
		last, _ := slices.BinarySearchFunc(times, to, time.Time.Compare)
		counts = append(counts, last-first)
		to = from
	}
	return counts, 2*len(counts) >= int(limit("closing_habit"))
}

func farAbove(now int, habit []int) (Reason, bool) {
	mean, variance := meanAndVariance(habit)
	p := pattern.CountAtLeast(now, math.Max(mean, 0.5), math.Max(1, variance/math.Max(mean, 0.25)))
	r := Reason{Kind: "last_days", Seen: float64(now), Usual: mean, P: p}
	return r, float64(now) >= limit("closing_ratio")*mean && p < limit("closing_chance")
}

// atOnce finds the most closings within ten minutes.
func atOnce(closings []Closing) (Reason, bool) {
	times := make([]time.Time, len(closings))
	for i, c := range closings {
		times[i] = c.At
	}
	slices.SortFunc(times, time.Time.Compare)
	window := time.Duration(limit("closing_minutes") * float64(time.Minute))
	most, from := 0, 0
	for i := range times {
		for times[i].Sub(times[from]) > window {
			from++
		}
		most = max(most, i-from+1)
	}
	return Reason{Kind: "at_once", Seen: float64(most), Usual: 1}, most >= int(limit("closing_at_once"))
}

func unanswered(now, before []Closing) (Reason, bool) {
	share, usual := bareShare(now), bareShare(before)
	bare := int(math.Round(share * float64(len(now))))
	p := pattern.BinomialAtLeast(bare, len(now), math.Max(usual, 0.01))
	return Reason{Kind: "unanswered", Seen: share, Usual: usual, P: p}, share > limit("closing_unasked") && p < 0.01
}

func bareShare(closings []Closing) float64 {
	bare := 0
	for _, c := range closings {
		if !c.Answered {
			bare++
		}
	}
	return float64(bare) / math.Max(1, float64(len(closings)))
}
