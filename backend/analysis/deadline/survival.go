package deadline

import "slices"

// Observation is how long one matter lasted. Ended is false for one that still
// lasts: all that is known is that it takes longer (right-censoring).
type Observation struct {
	Time  float64
	Ended bool
}

// Curve is an estimated survival function: what share lasts longer than each
// time. It steps down at Times and is constant between.
type Curve struct {
	// Times are the distinct times at which something ended, ascending.
	Times []float64
	// AtRisk lasted up to the time, of which Ended ended then.
	AtRisk, Ended []int
	// Survival is the share that lasts longer than the time.
	Survival []float64
}

// KaplanMeier estimates the survival function from observations in any order:
//
//	S(t) = Π_{t_i ≤ t} (1 − d_i / n_i)
//
// with d_i matters ended at t_i of the n_i that lasted up to t_i; what is
// censored at t_i counts as having lasted up to it. It supposes that censoring
// says nothing about how much longer a matter would have lasted. Source: E. L.
// Kaplan, P. Meier, Nonparametric estimation from incomplete observations,
// Journal of the American Statistical Association 53 (1958) 457–481.
func KaplanMeier(obs []Observation) Curve {
	sorted := slices.Clone(obs)
	slices.SortFunc(sorted, func(a, b Observation) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	var c Curve
	s := 1.0
	for i := 0; i < len(sorted); {
		j, ended := i, 0
		for ; j < len(sorted) && sorted[j].Time == sorted[i].Time; j++ {
			if sorted[j].Ended {
				ended++
			}
		}
		if ended > 0 {
			left := len(sorted) - i
			s *= 1 - float64(ended)/float64(left)
			c.Times, c.Survival = append(c.Times, sorted[i].Time), append(c.Survival, s)
			c.AtRisk, c.Ended = append(c.AtRisk, left), append(c.Ended, ended)
		}
		i = j
	}
	return c
}

// At is the share that lasts longer than t: 1 before anything ended, and after
// the last end what was left then.
func (c Curve) At(t float64) float64 {
	n, found := slices.BinarySearch(c.Times, t)
	if found {
		n++
	}
	if n == 0 {
		return 1
	}
	return c.Survival[n-1]
}
