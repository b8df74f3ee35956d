package world

import (
	"math"
	"math/rand/v2"
)

// stream separates the random numbers of the world's parts, so that a change
// in one (a flood ordered from outside, a silent replay) leaves the others'
// sequence alone.
type stream uint64

const (
	streamWeather stream = iota + 1
	streamCitizens
	streamCrews
	streamCity
	streamQuakes
	streamWarnings
	streamDay
)

// chance is the random source of one stream at one tick. Numbers depend only
// on seed, stream and tick: nothing has to be saved to continue.
func chance(seed int64, s stream, tick int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed)^uint64(s)*0x9e3779b97f4a7c15, uint64(tick)*0xd1342543de82ef95+uint64(s)))
}

// poisson draws how many events of the given mean happen (Knuth's method,
// means here are far below 30).
func poisson(r *rand.Rand, mean float64) int {
	if mean <= 0 {
		return 0
	}
	limit, p, n := math.Exp(-math.Min(mean, 30)), 1.0, 0
	for {
		p *= r.Float64()
		if p <= limit {
			return n
		}
		n++
	}
}

// lognormal draws with the given median and spread (sigma of the logarithm).
func lognormal(r *rand.Rand, median, sigma float64) float64 {
	return median * math.Exp(sigma*r.NormFloat64())
}

// pick returns one element.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// weighted returns an index with probability proportional to its weight.
func weighted(r *rand.Rand, n int, weight func(int) float64) int {
	total := 0.0
	for i := range n {
		total += weight(i)
	}
	x := r.Float64() * total
	for i := range n {
		if x -= weight(i); x < 0 {
			return i
		}
	}
	return n - 1
}

func clamp(v, low, high float64) float64 { return max(low, min(high, v)) }

// round cuts a value to a number of decimals, as a sensor prints it.
func round(v float64, decimals int) float64 {
	f := math.Pow10(decimals)
	return math.Round(v*f) / f
}
