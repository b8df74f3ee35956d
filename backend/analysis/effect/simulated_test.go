package effect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// simulated is a city of counts: 59 units of unlike size with weekly habit,
// rain and shocks that all share (not all as strongly), a level of each that
// wanders for days, and bursts that fade.
type simulated struct {
	rates [][]float64 // by unit and day, before chance
	rand  *rand.Rand
	days  int
}

func simulate(seed uint64, days int) simulated {
	r := rand.New(rand.NewPCG(seed, 59))
	s := simulated{rates: make([][]float64, 59), rand: r, days: days}
	shared := make([]float64, days)
	rain := 0.0
	shock := 1.0
	for d := range shared {
		rain = 0.7*rain + max(0, r.NormFloat64())*0.6
		if r.Float64() < 0.02 {
			shock = math.Exp(0.5 * r.NormFloat64())
		}
		shock = 1 + 0.9*(shock-1)
		shared[d] = shock * math.Exp(0.15*rain)
	}
	habit := [7]float64{0.7, 1.2, 1.1, 1.05, 1.05, 1.1, 0.8}
	for u := range s.rates {
		s.rates[u] = make([]float64, days)
		base := math.Exp(r.NormFloat64()*0.9 - 0.4)
		feels := 0.6 + 0.8*r.Float64()
		level, burst := 0.0, 0.0
		for d := range days {
			level = 0.9*level + 0.12*r.NormFloat64()
			burst *= 0.85
			if r.Float64() < 1.0/90 {
				burst += 1 + 3*r.Float64()
			}
			s.rates[u][d] = base * habit[d%7] * math.Pow(shared[d], feels) * math.Exp(level) * (1 + burst)
		}
	}
	return s
}

// poisson draws by inversion in parts (Knuth 1969).
func (s simulated) poisson(mean float64) float64 {
	k := 0.0
	for mean > 0 {
		part := min(mean, 20)
		mean -= part
		for limit, p := math.Exp(-part), s.rand.Float64(); p > limit; p *= s.rand.Float64() {
			k++
		}
	}
	return k
}

// cases picks acted units of one day: each at random, or those whose last week
// lies highest above the year before. change multiplies what comes after.
func (s simulated) cases(n, done, gap, days int, change float64, peaks bool) []Case {
	values := make([][]float64, len(s.rates))
	for u := range values {
		values[u] = make([]float64, s.days)
		for d := range values[u] {
			values[u][d] = s.poisson(s.rates[u][d])
		}
	}
	order := s.rand.Perm(len(values))
	if peaks {
		above := func(u int) float64 {
			all := summed(values[u])
			base, _ := all.mean(0, done-gap-lastDays)
			week, _ := all.mean(done-gap-lastDays, done-gap)
			return (week - base) / math.Sqrt(base+0.1)
		}
		slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, above(b)-above(a))) })
	}
	var whole []float64
	for d := range s.days {
		sum := 0.0
		for u := range values {
			sum += values[u][d]
		}
		whole = append(whole, sum)
	}
	var out []Case
	for _, u := range order[:n] {
		c := Case{
			Kind: Counts, Start: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), Acted: u, Sent: done - gap, Done: done, Through: s.days - 1, Days: days, Whole: whole,
		}
		for v := range values {
			x := values[v]
			if v == u {
				x = slices.Clone(x)
				for d := done + 1; d < s.days; d++ {
					x[d] = s.poisson(s.rates[u][d] * change)
				}
			}
			c.Units = append(c.Units, Unit{Code: string(rune('A' + v)), Values: x})
		}
		out = append(out, c)
	}
	return out
}

type tally struct{ all, known, covered, worked, worse, nothing, atPeak int }

func (t *tally) add(r Result, truth float64) {
	t.all++
	if !r.Known {
		return
	}
	t.known++
	if r.ChangeLow <= truth && truth <= r.ChangeHigh {
		t.covered++
	}
	switch r.Outcome {
	case Worked:
		t.worked++
	case Worse:
		t.worse++
	case NoChange:
		t.nothing++
	}
	if r.Peak {
		t.atPeak++
	}
}

func (t tally) share(n int) float64 { return float64(n) / float64(max(1, t.known)) }

// TestOnSimulatedActions is the validity of the measuring: with nothing
// brought, "worked" is said in at most one case in ten, also for actions begun at
// peaks; the 80 % interval holds the truth in 75 to 90 of 100 cases.
func TestOnSimulatedActions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change float64
		peaks  bool
		gap    int
		days   int
	}{
		{"nothing", 1, false, 3, 28}, {"nothing, begun at peaks", 1, true, 3, 28}, {"nothing, begun at peaks, two weeks", 1, true, 0, 14},
		{"nothing, begun at peaks, two months", 1, true, 10, 60},
		{"30 % fewer", 0.7, false, 3, 28}, {"30 % fewer, begun at peaks", 0.7, true, 3, 28},
		{"60 % fewer", 0.4, false, 3, 28}, {"60 % fewer, begun at peaks", 0.4, true, 3, 28},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got tally
			for seed := range uint64(24) {
				s := simulate(seed+1000, 400)
				for _, one := range s.cases(10, 400-1-c.days, c.gap, c.days, c.change, c.peaks) {
					got.add(Measure(one), 100*(c.change-1))
				}
			}
			covered, worked := got.share(got.covered), got.share(got.worked)
			t.Logf("%d of %d cases large enough, %d at a peak: interval holds the truth %.2f, worked %.2f, worse %.2f, no change %.2f",
				got.known, got.all, got.atPeak, covered, worked, got.share(got.worse), got.share(got.nothing))
			if covered < 0.75 || covered > 0.9 {
				t.Errorf("the 80 %% interval holds the truth in %.3f", covered)
			}
			if c.change == 1 && worked > 0.10 {
				t.Errorf("said that nothing worked in %.3f", worked)
			}
			if c.change == 0.4 && worked < 0.6 {
				t.Errorf("60 %% fewer was found in %.3f only", worked)
			}
		})
	}
}

// TestAYoungCityIsMeasured: days before the city's first report are not known,
// and a history shorter than a year is enough.
func TestAYoungCityIsMeasured(t *testing.T) {
	t.Parallel()
	s := simulate(3, 200)
	for _, c := range s.cases(3, 171, 2, 28, 0.3, false) {
		want := Measure(c)
		for u := range c.Units {
			c.Units[u].Values = append(slices.Repeat([]float64{math.NaN()}, 500), c.Units[u].Values...)
		}
		c.Whole = append(slices.Repeat([]float64{math.NaN()}, 500), c.Whole...)
		c.Start, c.Sent, c.Done, c.Through = c.Start.AddDate(0, 0, -500), c.Sent+500, c.Done+500, c.Through+500
		got := Measure(c)
		if want.Placebos == 0 || got.Placebos != want.Placebos || got.Expected != want.Expected || got.Outcome != want.Outcome {
			t.Errorf("with 500 unknown days before: %d placebos, %v expected, %s; without %d, %v, %s",
				got.Placebos, got.Expected, got.Outcome, want.Placebos, want.Expected, want.Outcome)
		}
	}
}
