package pattern

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// near reports whether two figures agree to within tolerance.
func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

// The worked example of the PySAL documentation (esda.getisord.G_Local,
// star=True, binary weights): six points, neighbours within 15 units.
func TestGiStarAgreesWithPySAL(t *testing.T) {
	t.Parallel()
	points := []orb.Point{{10, 10}, {20, 10}, {40, 10}, {15, 20}, {30, 20}, {30, 30}}
	x := []float64{2, 3, 3.2, 5, 8, 7}
	want := []float64{-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331}
	neighbours := within(points, 15)
	for i, s := range GiStar(x, neighbours, mean(x)) {
		if !near(s.Z, want[i], 1e-8) {
			t.Errorf("place %d: Gi* %.8f, want %.8f", i, s.Z, want[i])
		}
	}
}

func within(points []orb.Point, distance float64) [][]int {
	out := make([][]int, len(points))
	for i, a := range points {
		for j, b := range points {
			if i != j && math.Hypot(a[0]-b[0], a[1]-b[1]) <= distance {
				out[i] = append(out[i], j)
			}
		}
	}
	return out
}

// byTheBook computes Gi* with a full weight matrix, term by term.
func byTheBook(x []float64, neighbours [][]int, i int) float64 {
	n := float64(len(x))
	weight := func(j int) float64 {
		if i == j {
			return 1
		}
		if slices.Contains(neighbours[i], j) {
			return 1
		}
		return 0
	}
	var wx, w, w2, sum, squares float64
	for j, v := range x {
		wx += weight(j) * v
		w += weight(j)
		w2 += weight(j) * weight(j)
		sum += v
		squares += v * v
	}
	s := math.Sqrt(squares/n - sum/n*sum/n)
	return (wx - w*sum/n) / (s * math.Sqrt((n*w2-w*w)/(n-1)))
}

func TestGiStarEqualsTheFormulaTermByTerm(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	cells := squareOf(12)
	neighbours := Beside(cells)
	x := make([]float64, len(cells))
	for i := range x {
		x[i] = float64(poisson(r, 1.4))
	}
	for i, s := range GiStar(x, neighbours, mean(x)) {
		if want := byTheBook(x, neighbours, i); !near(s.Z, want, 1e-9) {
			t.Fatalf("cell %d: %.10f, want %.10f", i, s.Z, want)
		}
	}
}

func squareOf(n int32) (cells []Cell) {
	for y := range n {
		for x := range n {
			cells = append(cells, Cell{x, y})
		}
	}
	return cells
}

// poisson draws a count (Knuth 1969; enough for small means).
func poisson(r *rand.Rand, mean float64) int {
	limit, p, k := math.Exp(-mean), 1.0, -1
	for p > limit {
		p *= r.Float64()
		k++
	}
	return k
}

func TestAHotCornerIsFoundAndTheRestIsNot(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	cells := squareOf(20)
	x := make([]float64, len(cells))
	for i, c := range cells {
		x[i] = float64(poisson(r, 0.4))
		if c.X >= 4 && c.X <= 6 && c.Y >= 4 && c.Y <= 6 {
			x[i] += float64(poisson(r, 4))
		}
	}
	for i, s := range GiStar(x, Beside(cells), mean(x)) {
		c := cells[i]
		core := (c.X == 5 || c.Y == 5) && c.X >= 4 && c.X <= 6 && c.Y >= 4 && c.Y <= 6
		far := c.X < 2 || c.X > 8 || c.Y < 2 || c.Y > 8
		h := s.Heat()
		hot := h == Hot99 || h == Hot95 || h == Hot90
		if core && !hot || c == (Cell{5, 5}) && h != Hot99 || far && hot {
			t.Errorf("cell %v: %s, z %.2f, q %.4f", c, h, s.Z, s.Q)
		}
	}
}

// One flooded place among many must not hide itself.
func TestALoneSpikeIsHot(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	cells := squareOf(20)
	x := make([]float64, len(cells))
	for i := range x {
		x[i] = float64(poisson(r, 0.3))
	}
	x[210] = 40
	if s := GiStar(x, Beside(cells), mean(x))[210]; s.Heat() != Hot95 && s.Heat() != Hot99 {
		t.Errorf("a place with 40 reports where others have none: %s, %+v", s.Heat(), s)
	}
}

// TestNothingIsHotWhereNothingHappens measures how many maps of evenly spread
// reports show any hot cell at 95 %: by the false discovery rate at most one in
// twenty may, also when reports are few and their counts far from normal.
func TestNothingIsHotWhereNothingHappens(t *testing.T) {
	t.Parallel()
	for _, perCell := range []float64{0.1, 0.3, 1, 5} {
		r := rand.New(rand.NewPCG(5, 6))
		cells := squareOf(25)
		neighbours := Beside(cells)
		const maps = 400
		with := 0
		for range maps {
			x := make([]float64, len(cells))
			for i := range x {
				x[i] = float64(poisson(r, perCell))
			}
			for _, s := range GiStar(x, neighbours, mean(x)) {
				if h := s.Heat(); h == Hot95 || h == Hot99 {
					with++
					break
				}
			}
		}
		share := float64(with) / maps
		t.Logf("%.1f reports a cell: %.3f of the maps show a hot cell", perCell, share)
		if share > 0.08 { // 0.05 and three standard errors of 400 maps
			t.Errorf("%.1f reports a cell: %.3f of empty maps show a hot cell, want at most 0.05", perCell, share)
		}
	}
}

func TestMapsThatCannotSayAnythingSaySo(t *testing.T) {
	t.Parallel()
	flat := make([]float64, 100)
	for i := range flat {
		flat[i] = 2
	}
	few := make([]float64, 100)
	few[3] = 5
	many := append([]float64{30}, make([]float64, 99)...)
	for _, c := range []struct {
		name   string
		x      []float64
		reason string
		ok     bool
	}{
		{"equal", flat, "all_equal", false}, {"few reports", few, "few_reports", false},
		{"few places", []float64{9, 9, 1, 30}, "few_places", false}, {"enough", many, "", true}, {"nothing", nil, "few_places", false},
	} {
		if reason, ok := Enough(c.x); reason != c.reason || ok != c.ok {
			t.Errorf("%s: %q %v", c.name, reason, ok)
		}
	}
	if got := GiStar(flat, Beside(squareOf(10)), 2); got != nil {
		t.Errorf("equal values gave %v", got[0])
	}
	lone := GiStar(few, Beside(squareOf(10)), 0.05)
	for i, s := range lone {
		if s.Around < leastAround && s.Heat() != Even {
			t.Errorf("cell %d with %g reports around it is %s", i, s.Around, s.Heat())
		}
	}
}

// Benjamini and Hochberg 1995, §3.2: fifteen p-values of a study of
// thrombolysis; at a false discovery rate of 0.05 the first four are finds.
func TestBenjaminiHochbergAgreesWithThePaper(t *testing.T) {
	t.Parallel()
	p := []float64{0.3240, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	q := BenjaminiHochberg(p)
	finds := 0
	for i := range q {
		if q[i] <= 0.05 {
			finds++
			if p[i] > 0.0095 {
				t.Errorf("p = %g is a find", p[i])
			}
		}
	}
	if finds != 4 {
		t.Errorf("%d finds, want 4", finds)
	}
	if !near(q[4], 0.0095*15/4, 1e-12) || len(BenjaminiHochberg(nil)) != 0 {
		t.Errorf("q = %v", q)
	}
}

func TestRatesDrawSmallPlacesToTheCitys(t *testing.T) {
	t.Parallel()
	counts := []float64{100, 120, 3, 0, 60, 7}
	people := []int{10_000, 10_000, 100, 100, 10_000, 0}
	got := Rates(counts, people)
	cityRate := 1000 * (100 + 120 + 3 + 60) / 30_200.0
	// Worked by hand from Marshall's moments: the estimate lies between the raw
	// rate and the city's, nearer the city's where few live.
	for i, c := range counts {
		if people[i] == 0 {
			if !near(got[i], cityRate, 1e-9) {
				t.Errorf("a place without people: %g, want %g", got[i], cityRate)
			}
			continue
		}
		raw := 1000 * c / float64(people[i])
		if got[i] < min(raw, cityRate)-1e-9 || got[i] > max(raw, cityRate)+1e-9 {
			t.Errorf("place %d: %g lies not between %g and %g", i, got[i], raw, cityRate)
		}
		pull := math.Abs(got[i]-raw) / math.Abs(cityRate-raw)
		if people[i] == 100 && pull < 0.5 || people[i] == 10_000 && pull > 0.5 {
			t.Errorf("place %d of %d people is drawn by %.2f", i, people[i], pull)
		}
	}
}

func TestGridCellsAreSquareAndStayInPlace(t *testing.T) {
	t.Parallel()
	for _, lat := range []float64{-0.5, -7.3, 5.5} {
		g := NewGrid(300, lat)
		b := g.Bound(g.At(orb.Point{117.153, lat}))
		if !b.Contains(orb.Point{117.153, lat}) {
			t.Errorf("latitude %g: the cell %v does not hold its point", lat, b)
		}
		high := (b.Max[1] - b.Min[1]) * metresPerDegree
		wide := (b.Max[0] - b.Min[0]) * metresPerDegree * math.Cos(lat*math.Pi/180)
		if !near(high, 300, 1) || !near(wide, 300, 5) {
			t.Errorf("latitude %g: a cell of %.0f by %.0f m", lat, wide, high)
		}
	}
	if NewGrid(300, -0.49) != NewGrid(300, -0.51) {
		t.Error("cells move with the middle of the reports")
	}
}

func TestNeighboursTouchOrAreNearest(t *testing.T) {
	t.Parallel()
	// Three boxes of about 1 km in a row with a gap of about 20 m between the
	// first two, one far away without an outline.
	box := func(west float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{west, 0}, {west + 0.009, 0}, {west + 0.009, 0.009}, {west, 0.009}, {west, 0}}}}
	}
	areas := []city.Area{
		{Code: "a", Label: orb.Point{0.0045, 0.0045}, Outline: box(0)},
		{Code: "b", Label: orb.Point{0.0137, 0.0045}, Outline: box(0.0092)},
		{Code: "c", Label: orb.Point{0.0227, 0.0045}, Outline: box(0.0182)},
		{Code: "d", Label: orb.Point{0.5, 0.5}},
	}
	got := Neighbours(areas)
	if len(got[0]) != 2 || got[0][0] != 1 || got[0][1] != 3 {
		t.Errorf("the first touches %v, want the second, and the far one that is near nobody", got[0])
	}
	if len(got[1]) != 3 || len(got[3]) != 3 {
		t.Errorf("neighbours %v", got)
	}
}

func BenchmarkGiStar(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	cells := squareOf(100)
	x := make([]float64, len(cells))
	for i := range x {
		x[i] = float64(poisson(r, 0.5))
	}
	neighbours := Beside(cells)
	for b.Loop() {
		GiStar(x, neighbours, mean(x))
	}
	b.ReportMetric(float64(b.N*len(cells))/b.Elapsed().Seconds()/1e6, "Mcells/s")
}
