package deadline

import (
	"math"
	"slices"
	"time"

	"balaikota/backend/city"
)

const (
	// grain is how finely working time is told apart.
	grain = 15 * time.Minute
	// weight is how many reports of its own a cell must have at risk to count
	// as much as what is known above it.
	weight = 20
	// least is how many finished reports the city must have before anything is
	// forecast at all.
	least = 50
)

// Case is how long one report took, in working time.
type Case struct {
	Office, Category string
	Worked           time.Duration
	Done             bool // false while unfinished
}

// Worked is the unpaused working time of a report from its receipt to at, as
// city.Calendar counts it. At a weekend or on a holiday no working time passes;
// so that what is closed on the Saturday after a deadline is later than the
// deadline, such a moment counts as just past the working time before it.
func Worked(cal city.Calendar, received, at time.Time, pauses []city.Pause) time.Duration {
	w := allowed(cal, received, at, pauses)
	if !cal.Working(at) {
		w++
	}
	return w
}

// allowed is Worked up to a deadline, which ends the working time before it.
func allowed(cal city.Calendar, received, due time.Time, pauses []city.Pause) time.Duration {
	w := cal.WorkingTime(received, due)
	if len(pauses) > 0 {
		w -= cal.PausedWorkingTime(received, due, pauses)
	}
	return w
}

// Model is the pace of the offices: for each office and category the share of
// reports that take longer than a given working time.
//
// Method: the product-limit estimate of Kaplan and Meier (1958), each cell
// drawn towards the one above it (office and category → category → city)
// where it is thin. At each time the hazard is
//
//	h(t) = (d(t) + c·h_above(t)) / (n(t) + c)
//
// which is the posterior mean under a beta process prior around the level
// above with strength c, here 20 reports at risk (N. L. Hjort, Nonparametric
// Bayes estimators based on beta processes in models for life history data,
// Annals of Statistics 18 (1990) 1259–1294); with c = 0 it is Kaplan–Meier.
// Where a cell has nobody left at risk, the level above decides alone.
//
// Data: finished and unfinished reports of the last year. It supposes that
// offices go on at the pace of the data, and that a report's chance to be
// closed depends on office, category and age alone.
type Model struct {
	times  []time.Duration // where anything was ever closed, ascending
	city   *cell
	byKind map[string]*cell
	byDesk map[desk]*cell
}

type desk struct{ office, category string }

// cell is one level's reports and its log survival at each of the times.
type cell struct {
	worked  []time.Duration // of all its reports, ascending
	done    []time.Duration // of the finished ones, ascending
	hazards []float64
	log     []float64 // Σ log(1 − h) up to and with each time
}

// Learn estimates the pace from cases in any order; nil when fewer than 50 are
// finished.
func Learn(cases []Case) *Model {
	m := &Model{city: &cell{}, byKind: map[string]*cell{}, byDesk: map[desk]*cell{}}
	obs := make([]Observation, len(cases))
	for i, c := range cases {
		w := (c.Worked + grain - 1).Truncate(grain)
		obs[i] = Observation{float64(w / grain), c.Done}
		for _, into := range []*cell{m.city, at(m.byKind, c.Category), at(m.byDesk, desk{c.Office, c.Category})} {
			into.worked = append(into.worked, w)
			if c.Done {
				into.done = append(into.done, w)
			}
		}
	}
	if len(m.city.done) < least {
		return nil
	}
	whole := KaplanMeier(obs)
	hazards := make([]float64, len(whole.Times))
	for i, t := range whole.Times {
		m.times = append(m.times, time.Duration(t)*grain)
		hazards[i] = float64(whole.Ended[i]) / float64(whole.AtRisk[i])
	}
	// Drawn towards its own, the whole city's estimate is what it is.
	m.city.estimate(m.times, hazards)
	for _, c := range m.byKind {
		c.estimate(m.times, hazards)
	}
	for d, c := range m.byDesk {
		c.estimate(m.times, m.byKind[d.category].hazards)
	}
	return m
}

func at[K comparable](cells map[K]*cell, k K) *cell {
	if cells[k] == nil {
		cells[k] = &cell{}
	}
	return cells[k]
}

// estimate works out the hazard and the log survival at each time; above is
// the hazard of the level above.
func (c *cell) estimate(times []time.Duration, above []float64) {
	slices.Sort(c.worked)
	slices.Sort(c.done)
	c.hazards, c.log = make([]float64, len(times)), make([]float64, len(times))
	before, ended, sum := 0, 0, 0.0
	for i, t := range times {
		for before < len(c.worked) && c.worked[before] < t {
			before++
		}
		d := 0
		for ; ended < len(c.done) && c.done[ended] <= t; ended++ {
			d++
		}
		n := float64(len(c.worked) - before)
		c.hazards[i] = (float64(d) + weight*above[i]) / (n + weight)
		sum += math.Log1p(-min(c.hazards[i], 1-1e-9)) // never quite certain
		c.log[i] = sum
	}
}

// upTo is the log survival at t.
func (m *Model) upTo(c *cell, t time.Duration) float64 {
	n, found := slices.BinarySearch(m.times, t)
	if found {
		n++
	}
	if n == 0 {
		return 0
	}
	return c.log[n-1]
}

// Risk is how likely a report is to miss its deadline, and by what it is told.
type Risk struct {
	Probability float64
	// Past is how many reports of the cell lasted at least as long as this one
	// has, of which Late are known to have lasted longer than it may.
	Past, Late int
	// Level says whose reports these are: the office's of this category, the
	// category's at any office, or the city's.
	Level Level
}

// Level is from whose past a risk is told.
type Level int

// Levels, from the nearest to the farthest.
const (
	OfficeLevel Level = iota
	CategoryLevel
	CityLevel
)

// Miss is the chance that a report of this age (Worked) is not closed within
// the working time it may take: S(may) / S(age). It is 1 when the time is up.
// The counts come from the nearest level with at least 20 reports of this age,
// and are there for people to read; the chance uses all levels.
func (m *Model) Miss(office, category string, age, may time.Duration) Risk {
	if age >= may {
		return Risk{Probability: 1, Level: OfficeLevel}
	}
	levels := []*cell{m.byDesk[desk{office, category}], m.byKind[category], m.city}
	var r Risk
	nearest := slices.IndexFunc(levels, func(c *cell) bool { return c != nil })
	c := levels[nearest]
	// As long as time is left, nothing is certain.
	r.Probability = min(max(math.Exp(m.upTo(c, may)-m.upTo(c, age)), 0.01), 0.99)
	for l := nearest; l < len(levels); l++ {
		r.Level, r.Past, r.Late = Level(l), longer(levels[l].worked, age), longer(levels[l].worked, may)
		if r.Past >= weight {
			break
		}
	}
	return r
}

// longer counts those above t in ascending order.
func longer(sorted []time.Duration, t time.Duration) int {
	n, _ := slices.BinarySearch(sorted, t+1)
	return len(sorted) - n
}
