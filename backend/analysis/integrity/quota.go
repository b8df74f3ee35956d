package integrity

import (
	"math"
	"slices"
	"time"

	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
)

// Finding is what speaks against one channel or office in one period.
type Finding struct {
	Subject string // the channel or the office
	From    time.Time
	Until   time.Time // exclusive
	Count   int
	// Usual is the habit that Count is compared with; 0 where there is none.
	Usual   float64
	Reasons []Reason
}

// Quota looks at the times of all reports that one channel or office took in
// within the calendar month that ends at until (a midnight in the city's zone),
// and says whether they look like people or like a target:
//
//   - even_days: the daily counts of working days vary less than chance lets
//     them: the index of dispersion, lower tail of chi-square with n−1 degrees
//     of freedom (Cochran, "The χ² distribution of the binomial and Poisson
//     series", Annals of Eugenics 7 (1936)).
//   - same_count: one and the same count on more working days than even the
//     likeliest value of a Poisson count would be, binomial tail.
//   - last_days: the last two working days hold several times their share,
//     against the spread of the other days (negative binomial tail).
//   - even_gaps: the gaps between reports of a day hardly vary, where those of
//     independent people vary by their mean (Cox and Lewis, The Statistical
//     Analysis of Series of Events, 1966).
//   - round_minutes: most times end in 0 or 5. It is added to another reason and
//     never flags alone: a counter clerk writes 9:15.
//
// It returns false when nothing speaks for a target. Data: at least fifteen
// working days with two reports a day on average.
func Quota(subject string, times []time.Time, until time.Time, calendar city.Calendar) (Finding, bool) {
	until = until.In(calendar.Location)
	from := until.AddDate(0, -1, 0)
	f := Finding{Subject: subject, From: from, Until: until}
	var within []time.Time
	for _, t := range times {
		if !t.Before(from) && t.Before(until) {
			within = append(within, t.In(calendar.Location))
		}
	}
	slices.SortFunc(within, time.Time.Compare)
	f.Count = len(within)
	counts := byWorkingDay(within, from, until, calendar)
	if len(counts) < int(limit("quota_days")) || float64(f.Count) < limit("quota_mean")*float64(len(counts)) {
		return f, false
	}
	for _, test := range []func() (Reason, bool){
		func() (Reason, bool) { return evenDays(counts) },
		func() (Reason, bool) { return sameCount(counts) },
		func() (Reason, bool) { return lastDays(counts) },
		func() (Reason, bool) { return evenGaps(within) },
	} {
		if r, found := test(); found {
			f.Reasons = append(f.Reasons, r)
		}
	}
	if len(f.Reasons) == 0 {
		return f, false
	}
	if r, found := roundMinutes(within); found {
		f.Reasons = append(f.Reasons, r)
	}
	return f, true
}

func byWorkingDay(times []time.Time, from, until time.Time, calendar city.Calendar) (counts []int) {
	on := map[string]int{}
	for _, t := range times {
		on[t.Format(time.DateOnly)]++
	}
	for d := from; d.Before(until); d = d.AddDate(0, 0, 1) {
		if calendar.Working(d) {
			counts = append(counts, on[d.Format(time.DateOnly)])
		}
	}
	return counts
}

func meanAndVariance(counts []int) (mean, variance float64) {
	for _, c := range counts {
		mean += float64(c)
	}
	mean /= float64(len(counts))
	for _, c := range counts {
		variance += (float64(c) - mean) * (float64(c) - mean)
	}
	return mean, variance / float64(len(counts)-1)
}

func evenDays(counts []int) (Reason, bool) {
	mean, variance := meanAndVariance(counts)
	if mean < limit("quota_mean") {
		return Reason{}, false
	}
	df := float64(len(counts) - 1)
	p := pattern.ChiSquareAtMost(df*variance/mean, df)
	return Reason{Kind: "even_days", Seen: math.Sqrt(variance), Usual: math.Sqrt(mean), P: p}, p < limit("quota_chance")
}

func sameCount(counts []int) (Reason, bool) {
	days := map[int]int{}
	for _, c := range counts {
		days[c]++
	}
	mode := 0
	for c, n := range days {
		if n > days[mode] || n == days[mode] && c > mode {
			mode = c
		}
	}
	if mode < int(limit("quota_mode")) {
		return Reason{}, false
	}
	// The likeliest value of any Poisson count that has it as its mean.
	likeliest := pattern.PoissonAtLeast(mode, float64(mode)) - pattern.PoissonAtLeast(mode+1, float64(mode))
	p := pattern.BinomialAtLeast(days[mode], len(counts), likeliest)
	return Reason{Kind: "same_count", Seen: float64(days[mode]), Usual: likeliest * float64(len(counts)), P: p}, p < limit("quota_chance")
}

func lastDays(counts []int) (Reason, bool) {
	before, last := counts[:len(counts)-2], counts[len(counts)-1]+counts[len(counts)-2]
	mean, variance := meanAndVariance(before)
	usual := 2 * mean
	p := pattern.CountAtLeast(last, math.Max(usual, 0.5), math.Max(1, variance/math.Max(mean, 0.25)))
	r := Reason{Kind: "last_days", Seen: float64(last), Usual: usual, P: p}
	return r, last >= int(limit("quota_burst_size")) && float64(last) >= limit("quota_burst")*usual && p < limit("quota_chance")
}

// evenGaps compares the gaps' coefficient of variation, gaps of the same day
// only.
func evenGaps(times []time.Time) (Reason, bool) {
	var sum, squares, n float64
	for i := 1; i < len(times); i++ {
		if times[i].YearDay() != times[i-1].YearDay() {
			continue
		}
		gap := times[i].Sub(times[i-1]).Minutes()
		sum += gap
		squares += gap * gap
		n++
	}
	if n < limit("quota_gaps") || sum == 0 {
		return Reason{}, false
	}
	mean := sum / n
	spread := math.Sqrt(math.Max(0, squares/n-mean*mean)) / mean
	return Reason{Kind: "even_gaps", Seen: spread, Usual: 1}, spread < limit("quota_gap_spread")
}

func roundMinutes(times []time.Time) (Reason, bool) {
	round := 0
	for _, t := range times {
		if t.Minute()%5 == 0 {
			round++
		}
	}
	share := float64(round) / float64(len(times))
	p := pattern.BinomialAtLeast(round, len(times), 0.2)
	return Reason{Kind: "round_minutes", Seen: share, Usual: 0.2, P: p}, share >= limit("quota_round") && p < limit("quota_chance")
}
