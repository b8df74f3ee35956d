package pattern

import (
	"math"
	"slices"
)

// Silence thresholds: the false discovery rate over all areas (small, because
// it is looked at each day over windows that overlap, some four chances in the
// time of one), the least expectation below which no silence can be told from
// chance, and the largest share of the expectation that still is silence rather
// than a quiet month.
const (
	silentRate     = 0.002
	silentExpected = 8
	silentShare    = 0.4
	leastAreas     = 8
)

// Voice is how much one area has spoken.
type Voice struct {
	// Recent is the reports of the days looked at, Past those of the days
	// before (see Steady); RecentDays and PastDays how many days each was counted over
	// (days on which a source that serves the area failed left out).
	Recent, Past         int
	RecentDays, PastDays int
	// People live there; 0 when not known.
	People int
	// Blind is true when a source that serves the area is broken or stale now,
	// so that silence says nothing.
	Blind bool
}

// Steady adds up an area's daily counts, the last recent days (whole weeks) and
// those before, with each week held to twice the median week of the past, or to
// four: a flood of last month must not make this month look silent.
func Steady(days []int, recent int) (past, now int) {
	var weeks []int // newest first
	for end := len(days); end > 0; end -= 7 {
		n := 0
		for _, d := range days[max(0, end-7):end] {
			n += d
		}
		weeks = append(weeks, n)
	}
	lately := min(len(weeks), recent/7)
	sorted := slices.Sorted(slices.Values(weeks[lately:]))
	limit := 4
	if len(sorted) > 0 {
		limit = max(limit, 2*sorted[len(sorted)/2])
	}
	for i, n := range weeks {
		if i < lately {
			now += min(n, limit)
		} else {
			past += min(n, limit)
		}
	}
	return past, now
}

// Bursty reports whether a category's daily counts over the whole city come in
// bursts: the weekly index of dispersion (variance over mean) is above eight,
// where independent reports have one. Floods and storms are such; that an area
// had many in the past says nothing about whether it is silent now.
func Bursty(days []int) bool {
	var weeks []float64
	for end := len(days); end >= 7; end -= 7 {
		n := 0
		for _, d := range days[end-7 : end] {
			n += d
		}
		weeks = append(weeks, float64(n))
	}
	mean, variance, _ := moments(weeks)
	return variance > 8*mean
}

// Basis says against what an area is silent.
type Basis string

// Bases of an expectation.
const (
	AgainstPast       Basis = "past"       // the area's own past
	AgainstNeighbours Basis = "neighbours" // what people nearby, as many, report
)

// Silence is an area with far fewer reports than expected.
type Silence struct {
	Area     int // position
	Basis    Basis
	Seen     int
	Expected float64
	P, Q     float64
}

// Silent returns the areas that have fallen far below their own past, and those
// that have always reported far less than their neighbours with as many
// people. An area is listed once, the fall first.
//
// Against the past: given the city's total of the days looked at, an area's
// expected number is its usual share of it (a quiet month of the whole city
// silences nobody). The usual share is drawn towards what its people would
// give at the city's rate by the Poisson–gamma model of Clayton and Kaldor,
// "Empirical Bayes Estimates of Age-standardized Relative Risks", Biometrics 43
// (1987) 671–681: rate θ ~ Gamma(shape ν, rate α) by moments, posterior
// Gamma(ν+y, α+E), so the predicted count is negative binomial; P is its lower
// tail.
//
// Against the neighbours: the expectation is the rate of the area and its
// neighbours together (themselves drawn to the city's), times its people, and
// the variation is that between areas (the same prior): P is the lower tail of
// the whole count, past and recent.
//
// Both are tested over all areas at a false discovery rate of 0.2 % (Benjamini
// and Hochberg), and only at most two fifths of an expectation of at least
// eight is called silence. An area that is blind is not judged; nor is anything
// in a city with fewer than eight areas that can be.
func Silent(voices []Voice, neighbours [][]int) []Silence {
	judged := 0
	for _, v := range voices {
		if v.fit() {
			judged++
		}
	}
	if judged < leastAreas {
		return nil
	}
	fallen := againstPast(voices)
	listed := map[int]bool{}
	for _, s := range fallen {
		listed[s.Area] = true
	}
	for _, s := range againstNeighbours(voices, neighbours) {
		if !listed[s.Area] {
			fallen = append(fallen, s)
		}
	}
	return fallen
}

func (v Voice) fit() bool { return !v.Blind && v.RecentDays > 0 && v.PastDays > 0 }

// gammaPrior is the prior of the ratio of an area's rate to the expected one.
type gammaPrior struct{ shape, rate float64 }

// priorOf estimates the prior's two moments from counts and expectations
// (Clayton and Kaldor 1987; Marshall 1991 for the moments). Areas that vary no
// more than chance get a prior that is all but certain.
func priorOf(y, e []float64) gammaPrior {
	var sy, se, s2 float64
	for i := range y {
		sy += y[i]
		se += e[i]
	}
	if se == 0 || sy == 0 {
		return gammaPrior{1e6, 1e6}
	}
	m := sy / se
	for i := range y {
		if e[i] > 0 {
			d := y[i]/e[i] - m
			s2 += e[i] * d * d
		}
	}
	between := s2/se - m*float64(len(y))/se
	between = math.Max(between, 1e-4*m*m)
	return gammaPrior{shape: m * m / between, rate: m / between}
}

// atMost is the chance of y or fewer where the ratio's distribution is the
// gamma g and e were expected at ratio 1: a negative binomial.
func (g gammaPrior) atMost(y int, e float64) float64 {
	mu := e * g.shape / g.rate
	return CountAtMost(y, mu, 1+e/g.rate)
}

func againstPast(voices []Voice) []Silence {
	var past, people, recent float64
	for _, v := range voices {
		if v.fit() {
			past += float64(v.Past) / float64(v.PastDays)
			recent += float64(v.Recent) / float64(v.RecentDays)
			people += float64(v.People)
		}
	}
	if past == 0 || recent == 0 {
		return nil
	}
	var at []int
	var y, e []float64
	fits := 0.0
	for i, v := range voices {
		if v.fit() {
			at = append(at, i)
			fits++
		}
	}
	for _, i := range at {
		v := voices[i]
		y = append(y, float64(v.Past))
		share := 1 / fits
		if people > 0 && v.People > 0 {
			share = float64(v.People) / people
		}
		e = append(e, past*float64(v.PastDays)*share)
	}
	prior := priorOf(y, e)
	candidates := make([]Silence, len(at))
	p := make([]float64, len(at))
	for k, i := range at {
		v := voices[i]
		after := gammaPrior{prior.shape + y[k], prior.rate + e[k]}
		// The recent days at the past's rate, then at the city's present pace.
		base := e[k] * float64(v.RecentDays) / float64(v.PastDays) * (recent / past)
		p[k] = after.atMost(v.Recent, base)
		candidates[k] = Silence{Area: i, Basis: AgainstPast, Seen: v.Recent, Expected: base * after.shape / after.rate, P: p[k]}
	}
	return quiet(candidates, p)
}

func againstNeighbours(voices []Voice, neighbours [][]int) []Silence {
	var total, people float64
	for _, v := range voices {
		if v.fit() && v.People > 0 {
			total += float64(v.Past + v.Recent)
			people += float64(v.People)
		}
	}
	if total == 0 || people == 0 {
		return nil
	}
	var y, e []float64
	var at []int
	for i, v := range voices {
		if v.fit() && v.People > 0 {
			at = append(at, i)
			y = append(y, float64(v.Past+v.Recent))
			e = append(e, total*float64(v.People)/people)
		}
	}
	prior := priorOf(y, e)
	candidates := make([]Silence, len(at))
	p := make([]float64, len(at))
	for k, i := range at {
		ratio := aroundRatio(i, voices, neighbours, total/people, prior)
		seen := voices[i].Past + voices[i].Recent
		p[k] = gammaPrior{prior.shape, prior.shape / ratio}.atMost(seen, e[k])
		candidates[k] = Silence{Area: i, Basis: AgainstNeighbours, Seen: seen, Expected: e[k] * ratio, P: p[k]}
	}
	return quiet(candidates, p)
}

// aroundRatio is how much more or less than the city's rate the area's
// neighbours report, drawn to the city's.
func aroundRatio(i int, voices []Voice, neighbours [][]int, rate float64, prior gammaPrior) float64 {
	y, e := 0.0, 0.0
	for _, j := range neighbours[i] {
		if v := voices[j]; v.fit() && v.People > 0 {
			y += float64(v.Past + v.Recent)
			e += rate * float64(v.People)
		}
	}
	return (prior.shape + y) / (prior.rate + e)
}

func quiet(candidates []Silence, p []float64) (out []Silence) {
	for k, q := range BenjaminiHochberg(p) {
		c := candidates[k]
		c.Q = q
		if q <= silentRate && c.Expected >= silentExpected && float64(c.Seen) <= silentShare*c.Expected {
			out = append(out, c)
		}
	}
	return out
}
