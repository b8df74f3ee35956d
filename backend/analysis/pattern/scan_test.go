package pattern

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// block is a city of n by n zones about a kilometre apart.
func block(n int) (points []orb.Point) {
	for y := range n {
		for x := range n {
			points = append(points, orb.Point{117 + 0.01*float64(x) + 0.0001*float64(y), -0.5 + 0.01*float64(y)})
		}
	}
	return points
}

// quietDays are counts of zones with habits of their own and days of their own.
func quietDays(r *rand.Rand, zones, days int, perDay float64) [][]int {
	out := make([][]int, zones)
	for z := range out {
		out[z] = make([]int, days)
		busy := 0.4 + 1.2*float64(z%5)/4
		for d := range out[z] {
			weekday := []float64{1.2, 1.1, 1, 1, 0.9, 0.6, 0.5}[d%7]
			out[z][d] = poisson(r, perDay*busy*weekday)
		}
	}
	return out
}

// byHand enumerates every cylinder and computes its ratio as the paper writes
// it, with powers instead of logarithms' tables.
func byHand(points []orb.Point, counts [][]int, window, least int, share float64) (best Cluster) {
	total, zone, day := 0.0, make([]float64, len(counts)), make([]float64, len(counts[0]))
	for z, row := range counts {
		for d, n := range row {
			total += float64(n)
			zone[z] += float64(n)
			day[d] += float64(n)
		}
	}
	for centre := range points {
		for size := 1; size <= len(points); size++ {
			circle := byDistance(points, centre)[:size]
			inside := 0.0
			for _, z := range circle {
				inside += zone[z]
			}
			if size > 1 && inside > math.Floor(share*total) {
				break
			}
			for days := 1; days <= window; days++ {
				c, mu := 0.0, 0.0
				for _, z := range circle {
					for d := len(day) - days; d < len(day); d++ {
						c += float64(counts[z][d])
						mu += zone[z] * day[d] / total
					}
				}
				if c <= mu || c < float64(least) {
					continue
				}
				ratio := math.Pow(c/mu, c) * math.Pow((total-c)/(total-mu), total-c)
				if llr := math.Log(ratio); llr > best.LLR+1e-12 {
					best = Cluster{Centre: centre, Days: days, Observed: int(c), Expected: mu, LLR: llr}
				}
			}
		}
	}
	return best
}

// The paper has no example small enough to restate; its formula is checked
// against a search that shares no code with ours.
func TestScanFindsWhatASearchByHandFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 1))
	points := block(4)
	for trial := range 20 {
		counts := quietDays(r, len(points), 21, 0.5)
		if trial%2 == 0 {
			for d := 18; d < 21; d++ {
				counts[5][d] += 3
				counts[6][d] += 2
			}
		}
		want := byHand(points, counts, 7, 4, 0.25)
		f := newField(points, counts, ScanSettings{}.defaults())
		got := f.best(f.recent(counts), false)[0]
		if !near(got.LLR, want.LLR, 1e-6) || got.Observed != want.Observed || got.Days != want.Days || !near(got.Expected, want.Expected, 1e-9) {
			t.Fatalf("trial %d: %+v, by hand %+v", trial, got, want)
		}
	}
}

func TestScanSeesABunchAndSaysHowRareItIs(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 1))
	points := block(8)
	counts := quietDays(r, len(points), 28, 0.3)
	for _, z := range []int{27, 28, 35} {
		counts[z][26] += 3
		counts[z][27] += 4
	}
	found := Scan(points, counts, ScanSettings{Seed: 1, Looks: 24})
	if len(found) == 0 || found[0].Days != 2 || found[0].Recurrence <= 365 {
		t.Fatalf("found %+v", found)
	}
	has := map[int]bool{}
	for _, z := range found[0].Zones {
		has[z] = true
	}
	if !has[27] || !has[28] || !has[35] || len(has) > 6 {
		t.Errorf("zones %v, want 27, 28 and 35 and few others", found[0].Zones)
	}
	if again := Scan(points, counts, ScanSettings{Seed: 1, Looks: 24}); !cmp.Equal(found, again) {
		t.Errorf("the same rows and seed gave\n%s", cmp.Diff(found, again))
	}
	once := Scan(points, counts, ScanSettings{Seed: 1})
	if once[0].P != found[0].P || once[0].Recurrence < found[0].Recurrence {
		t.Errorf("looks change p %g, %g or make a bunch rarer: %g, %g days", once[0].P, found[0].P, once[0].Recurrence, found[0].Recurrence)
	}
}

// A busy day of the whole city and a busy place on all days are habits, not
// bunches.
func TestScanLeavesHabitsAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 1))
	points := block(6)
	counts := quietDays(r, len(points), 28, 0.5)
	for z := range counts {
		counts[z][27] += poisson(r, 2)
	}
	for d := range counts[14] {
		counts[14][d] += poisson(r, 6)
	}
	for _, c := range Scan(points, counts, ScanSettings{Seed: 2}) {
		if c.Recurrence > 365 {
			t.Errorf("a habit is called a bunch: %+v", c)
		}
	}
}

// TestScanRarelyCriesWolf counts alarms of one scan a day over three years of
// days on which nothing happens: a recurrence interval above 365 days means
// about three; above 20 days about 55. (Ten years, run once: 7 and 158.)
func TestScanRarelyCriesWolf(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := rand.New(rand.NewPCG(14, 1))
	points := block(6)
	yearly, often := 0, 0
	const scans = 3 * 365
	for n := range scans {
		counts := quietDays(r, len(points), 28, 0.25)
		for _, c := range Scan(points, counts, ScanSettings{Seed: uint64(n), Replicas: 199}) {
			if c.Recurrence > 365 {
				yearly++
			}
			if c.Recurrence > 20 {
				often++
				break
			}
		}
	}
	t.Logf("%d scans of nothing: %d with a recurrence interval above 365 days (3 expected), %d above 20 days (55 expected)", scans, yearly, often)
	if yearly > 10 || often > 80 || often < 30 {
		t.Errorf("%d alarms above 365 days, %d above 20, want about 3 and 55", yearly, often)
	}
}

func TestScanOfAlmostNothingIsSilent(t *testing.T) {
	t.Parallel()
	points := block(3)
	counts := make([][]int, 9)
	for z := range counts {
		counts[z] = make([]int, 28)
	}
	if got := Scan(points, counts, ScanSettings{}); got != nil {
		t.Errorf("no case gave %+v", got)
	}
	counts[4][27] = 3
	if got := Scan(points, counts, ScanSettings{}); got != nil {
		t.Errorf("three cases gave %+v", got)
	}
	if got := Scan(nil, nil, ScanSettings{}); got != nil {
		t.Errorf("no zone gave %+v", got)
	}
	counts[4][27] = 40 // all cases in one place on one day: nothing to compare with
	if got := Scan(points, counts, ScanSettings{}); len(got) != 0 {
		t.Errorf("a single place and day gave %+v", got)
	}
}

func benchmarkScan(b *testing.B, side int, perDay float64) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	points := block(side)
	counts := quietDays(r, len(points), 28, perDay)
	for b.Loop() {
		Scan(points, counts, ScanSettings{Seed: 1})
	}
	b.ReportMetric(999*float64(b.N)/b.Elapsed().Seconds(), "replicas/s")
}

func BenchmarkScan64Areas(b *testing.B)  { benchmarkScan(b, 8, 1) }
func BenchmarkScan324Cells(b *testing.B) { benchmarkScan(b, 18, 0.5) }
