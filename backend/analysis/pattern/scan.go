package pattern

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// ScanSettings are the settings of a space-time permutation scan.
type ScanSettings struct {
	// Window is the longest cylinder in days; 0 means 7.
	Window int
	// Share is the largest share of all cases that a circle may hold; 0 means
	// 0.25. (The method allows one half; half a city is no place to go to.)
	Share float64
	// Replicas is how many random permutations there are; 0 means 999.
	Replicas int
	// Seed makes the permutations; the same rows and seed give the same answer.
	Seed uint64
	// Looks is how many scans are made a day, all series together; 0 means 1.
	// The recurrence interval counts all of them.
	Looks float64
	// Least is the fewest cases that make a cluster; 0 means 4.
	Least int
}

func (s ScanSettings) defaults() ScanSettings {
	if s.Window == 0 {
		s.Window = 7
	}
	if s.Share == 0 {
		s.Share = 0.25
	}
	if s.Replicas == 0 {
		s.Replicas = 999
	}
	if s.Least == 0 {
		s.Least = 4
	}
	s.Looks = math.Max(1, s.Looks)
	return s
}

// Cluster is a cylinder with more cases than expected: some neighbouring zones
// over the last Days days.
type Cluster struct {
	Centre   int   // position of the zone in the middle
	Zones    []int // positions, the nearest to the middle first
	Days     int   // ending with the last day given
	Observed int
	Expected float64
	LLR      float64 // logarithm of the generalised likelihood ratio
	// P is the chance that the best cylinder of a permutation is as good.
	P float64
	// Recurrence is the recurrence interval in days: how often one so strong
	// would be seen if nothing went on, all looks of a day counted.
	Recurrence float64
}

// Scan looks for the zones and last days in which more cases came than their
// place's and their day's own share explains: the prospective space-time
// permutation scan statistic.
//
// counts[z][d] are cases in zone z on day d, the last day being today; points
// are the zones' middles. Only cases are needed, no population: under the null
// hypothesis the expected number of zone z on day d is
//
//	μ_zd = (cases of z on all days) × (cases of all zones on d) / C
//
// A cylinder is a circle of zones around one of them, over the last 1 … Window
// days. With c cases observed and μ expected, c > μ, its generalised
// likelihood ratio is (c/μ)^c ((C−c)/(C−μ))^(C−c). The best is compared with
// the best of each of many random permutations of the cases' days, which keep
// both margins. Purely temporal and purely spatial habits thus cancel out: a
// holiday or a busy kelurahan raises nothing.
//
// p is the rank among the permutations; where the observed beats all of them,
// the Gumbel distribution fitted to the permutations' maxima by moments gives
// a smaller one. Returned are the best cluster and up to four others that
// share no zone with a better one, p below 0.05, best first; none when there
// are fewer than twice Least cases.
//
// Data: 28 days or more of counts by zone. Sources: Kulldorff, Heffernan,
// Hartman, Assunção and Mostashari, "A Space–Time Permutation Scan Statistic
// for Disease Outbreak Detection", PLoS Medicine 2(3) (2005) e59; Gumbel:
// Abrams, Kleinman and Kulldorff, Int. J. Health Geographics 9 (2010) 61.
func Scan(points []orb.Point, counts [][]int, settings ScanSettings) []Cluster {
	set := settings.defaults()
	f := newField(points, counts, set)
	if f == nil {
		return nil
	}
	found := f.best(f.recent(counts), true)
	if len(found) == 0 {
		return nil
	}
	maxima := f.permute(counts, set)
	for i := range found {
		c := &found[i]
		c.P = chanceOf(c.LLR, maxima)
		c.Recurrence = 1 / math.Min(1, c.P*set.Looks)
	}
	slices.SortStableFunc(found, func(a, b Cluster) int { return cmp.Compare(b.LLR, a.LLR) })
	return apart(found)
}

// apart keeps the clusters that share no zone with a better one.
func apart(found []Cluster) []Cluster {
	var out []Cluster
	taken := map[int]bool{}
	for _, c := range found {
		if c.P >= 0.05 || len(out) == 5 {
			break
		}
		if slices.ContainsFunc(c.Zones, func(z int) bool { return taken[z] }) {
			continue
		}
		for _, z := range c.Zones {
			taken[z] = true
		}
		out = append(out, c)
	}
	return out
}

// field is what stays the same over all permutations.
type field struct {
	window  int
	least   int
	cases   int
	circles [][]int   // for each centre the zones by distance, to the largest circle
	mu      []float64 // expected, by centre, circle and days
	logMu   []float64
	logRest []float64
	xlogx   []float64 // c log c
}

func newField(points []orb.Point, counts [][]int, set ScanSettings) *field {
	zone := make([]int, len(counts))
	var day []int
	f := &field{window: set.Window, least: set.Least}
	for z, row := range counts {
		if day == nil {
			day = make([]int, len(row))
		}
		for d, n := range row {
			zone[z] += n
			day[d] += n
			f.cases += n
		}
	}
	f.window = min(f.window, len(day)/2)
	if f.cases < 2*set.Least || f.window == 0 {
		return nil
	}
	f.circles = circles(points, zone, int(set.Share*float64(f.cases)))
	f.expect(zone, day)
	f.xlogx = make([]float64, f.cases+1)
	for c := 1; c <= f.cases; c++ {
		f.xlogx[c] = float64(c) * math.Log(float64(c))
	}
	return f
}

// circles lists the zones around each one that has cases, as far as a circle
// holds at most limit cases; the zone itself always. Zones without any case
// change no circle and are left out.
func circles(points []orb.Point, zone []int, limit int) [][]int {
	out := make([][]int, len(points))
	for z := range points {
		if zone[z] == 0 {
			continue
		}
		sum := 0
		for _, j := range byDistance(points, z) {
			if sum += zone[j]; sum > limit && j != z {
				break
			}
			if zone[j] > 0 {
				out[z] = append(out[z], j)
			}
		}
	}
	return out
}

func (f *field) expect(zone, day []int) {
	total := float64(f.cases)
	for _, circle := range f.circles {
		inside := 0
		for _, z := range circle {
			inside += zone[z]
			lately := 0
			for w := range f.window {
				lately += day[len(day)-1-w]
				mu := float64(inside) * float64(lately) / total
				f.mu = append(f.mu, mu)
				f.logMu = append(f.logMu, math.Log(math.Max(mu, tiny)))
				f.logRest = append(f.logRest, math.Log(math.Max(total-mu, tiny)))
			}
		}
	}
}

// recent adds up each zone's last 1, 2 … window days.
func (f *field) recent(counts [][]int) []int32 {
	out := make([]int32, len(counts)*f.window)
	for z, row := range counts {
		sum := 0
		for w := range f.window {
			sum += row[len(row)-1-w]
			out[z*f.window+w] = int32(sum)
		}
	}
	return out
}

// best goes through all cylinders. With every, it returns the best of each
// centre; else only the best of all, without its zones.
func (f *field) best(recent []int32, every bool) []Cluster {
	var out []Cluster
	var top Cluster
	total := f.cases
	inside := make([]int32, f.window)
	at := 0
	for centre, circle := range f.circles {
		if every {
			top = Cluster{}
		}
		clear(inside)
		for k, z := range circle {
			row := recent[z*f.window : (z+1)*f.window]
			for w, n := range row {
				inside[w] += n
				c := int(inside[w])
				mu := f.mu[at]
				if c >= f.least && float64(c) > mu {
					llr := f.xlogx[c] + f.xlogx[total-c] - float64(c)*f.logMu[at] - float64(total-c)*f.logRest[at]
					if llr > top.LLR {
						top = Cluster{Centre: centre, Days: w + 1, Observed: c, Expected: mu, LLR: llr, Zones: circle[:k+1]}
					}
				}
				at++
			}
		}
		if every && top.LLR > 0 {
			out = append(out, top)
		}
	}
	if !every {
		return []Cluster{top}
	}
	return out
}

// permute shuffles the days over the cases again and again and returns the
// best LLR of each, in rising order. Only which cases fall on the last days
// matters, so only these are drawn.
func (f *field) permute(counts [][]int, set ScanSettings) []float64 {
	var pool []int32
	day := make([]int, len(counts[0]))
	for z, row := range counts {
		for d, n := range row {
			day[d] += n
			for range n {
				pool = append(pool, int32(z))
			}
		}
	}
	r := rand.New(rand.NewPCG(set.Seed, 0x5ca1ab1e))
	recent := make([]int32, len(counts)*f.window)
	out := make([]float64, set.Replicas)
	for n := range out {
		clear(recent)
		drawn := 0
		for w := range f.window {
			for range day[len(day)-1-w] {
				k := drawn + int(r.Uint32N(uint32(len(pool)-drawn)))
				pool[drawn], pool[k] = pool[k], pool[drawn]
				recent[int(pool[drawn])*f.window+w]++
				drawn++
			}
		}
		for z := range counts {
			for w := 1; w < f.window; w++ {
				recent[z*f.window+w] += recent[z*f.window+w-1]
			}
		}
		out[n] = f.best(recent, false)[0].LLR
	}
	slices.Sort(out)
	return out
}

// chanceOf is the p-value of llr among the sorted maxima.
func chanceOf(llr float64, maxima []float64) float64 {
	at, _ := slices.BinarySearch(maxima, llr) // how many lie below
	p := float64(len(maxima)-at+1) / float64(len(maxima)+1)
	if at < len(maxima) {
		return p
	}
	return math.Min(p, gumbelAbove(llr, maxima))
}

// gumbelAbove is the tail of the Gumbel distribution with the mean and the
// standard deviation of the maxima.
func gumbelAbove(x float64, maxima []float64) float64 {
	mean, variance, _ := moments(maxima)
	scale := math.Sqrt(variance*6) / math.Pi
	if scale == 0 {
		return 1
	}
	const euler = 0.5772156649015329
	return -math.Expm1(-math.Exp(-(x - (mean - euler*scale)) / scale))
}
