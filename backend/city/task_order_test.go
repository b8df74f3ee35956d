package city_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// TestMetresBetween: the worked example of the haversine formula by Sinnott
// ("Virtues of the haversine", Sky & Telescope 68, 1984) is for other radii;
// these are a degree of the meridian and of the equator at the radius used.
func TestMetresBetween(t *testing.T) {
	t.Parallel()
	const degree = 2 * math.Pi * 6371008.8 / 360
	for _, c := range []struct {
		a, b orb.Point
		want float64
	}{
		{orb.Point{117, 0}, orb.Point{118, 0}, degree}, {orb.Point{117, -1}, orb.Point{117, 0}, degree},
		{orb.Point{117, -0.5}, orb.Point{117, -0.5}, 0}, {orb.Point{0, 60}, orb.Point{180, 60}, 60 * degree},
	} {
		if got := city.MetresBetween(c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%v to %v: %.3f m, want %.3f", c.a, c.b, got, c.want)
		}
	}
}

func way(start *orb.Point, points []orb.Point, order []int) float64 {
	sum := 0.0
	for k, i := range order {
		switch {
		case k > 0:
			sum += city.MetresBetween(points[order[k-1]], points[i])
		case start != nil:
			sum += city.MetresBetween(*start, points[i])
		}
	}
	return sum
}

// TestTheWayIsNearTheShortest compares with the shortest of all orders of
// seven points: two-opt may miss it, by little on average (one of these 40
// by a third).
func TestTheWayIsNearTheShortest(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 7))
	sum, best := 0.0, 0.0
	for range 40 {
		start := orb.Point{117.1 + rnd.Float64()/10, -0.5 + rnd.Float64()/10}
		points := make([]orb.Point, 7)
		for i := range points {
			points[i] = orb.Point{117.1 + rnd.Float64()/10, -0.5 + rnd.Float64()/10}
		}
		order := city.VisitOrder(&start, points)
		if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, []int{0, 1, 2, 3, 4, 5, 6}) {
			t.Fatalf("order %v", order)
		}
		got, shortest := way(&start, points, order), shortestWay(&start, points)
		if got > 1.5*shortest {
			t.Errorf("%.0f m, the shortest is %.0f m", got, shortest)
		}
		sum, best = sum+got, best+shortest
	}
	if sum > 1.03*best {
		t.Errorf("on average %.1f %% longer than the shortest", 100*(sum/best-1))
	}
}

func shortestWay(start *orb.Point, points []orb.Point) float64 {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	best := math.Inf(1)
	var permute func(k int)
	permute = func(k int) {
		if k == len(order) {
			best = math.Min(best, way(start, points, order))
			return
		}
		for i := k; i < len(order); i++ {
			order[k], order[i] = order[i], order[k]
			permute(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	permute(0)
	return best
}

func TestTheWayOfFewPoints(t *testing.T) {
	t.Parallel()
	if got := city.VisitOrder(nil, nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
	line := []orb.Point{{117.13, 0}, {117.11, 0}, {117.12, 0}}
	if got := city.VisitOrder(&orb.Point{117.1, 0}, line); !slices.Equal(got, []int{1, 2, 0}) {
		t.Errorf("from the west: %v", got)
	}
	if got := city.VisitOrder(nil, line); got[0] != 0 {
		t.Errorf("without a start: %v", got)
	}
}

func TestTodaysOrder(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, zone)
	task := func(id int64, due time.Duration, change ...func(*city.Task)) city.Task {
		x := city.Task{Disposition: city.Disposition{ID: id, Status: city.DispositionSent, Nature: city.NatureOrdinary, DueAt: now.Add(due)}}
		for _, c := range change {
			c(&x)
		}
		return x
	}
	at := func(lon float64) func(*city.Task) {
		return func(x *city.Task) { x.Lon, x.Lat = new(lon), new(-0.5) }
	}
	tasks := []city.Task{
		task(1, 90*time.Hour), task(2, 80*time.Hour, at(117.13)), task(3, 90*time.Hour, at(117.11)), task(4, 85*time.Hour, at(117.12)),
		task(5, -30*time.Hour, func(x *city.Task) { x.LateHours = 30 }), task(6, -50*time.Hour, func(x *city.Task) { x.LateHours = 50 }),
		task(7, 99*time.Hour, func(x *city.Task) { x.Nature = city.NatureVeryUrgent }), task(8, 99*time.Hour),
		task(9, 5*time.Hour, at(117.10)), task(10, 2*time.Hour, func(x *city.Task) { x.Status = city.DispositionAsked }),
		task(11, 15*time.Hour), task(12, 90*time.Hour, func(x *city.Task) { x.Status = city.DispositionPassed }),
	}
	grounds := make([]city.TaskGround, len(tasks))
	for i := range grounds {
		grounds[i].Next = city.Camat
	}
	grounds[7].Severity = city.Awas
	day := city.TaskDay{Now: now, Zone: zone, Label: "WITA"}
	got := day.OrderTasks(tasks, grounds)
	var lines []string
	for i, x := range got {
		if x.Order != i+1 {
			t.Errorf("place %d says %d", i+1, x.Order)
		}
		lines = append(lines, strings.Join([]string{string(rune('a' - 1 + x.ID)), x.Why.Text, x.Reminder.Text}, " | "))
	}
	ahead, past, waits := "Pengingat 2 jam sebelum tenggat; naik ke camat bila lewat.", "Sudah lewat tenggat; naik ke camat.", "Tidak ada pengingat selama menunggu pihak lain."
	if diff := cmp.Diff([]string{
		"f | Lewat tenggat 2 hari. | " + past, "e | Lewat tenggat 30 jam. | " + past,
		"g | Sifatnya sangat segera. | " + ahead, "h | Kejadiannya berstatus awas. | " + ahead,
		"i | Tenggatnya hari ini 14.00. | " + ahead, "k | Tenggatnya hari ini. | " + ahead,
		"c | Urutan menurut jarak tempuh. | " + ahead, "d | Urutan menurut jarak tempuh. | " + ahead, "b | Urutan menurut jarak tempuh. | " + ahead,
		"a | Tanpa titik lokasi; urut tenggat. | " + ahead,
		"j | Menunggu pihak lain; waktunya berhenti. | " + waits, "l | Sudah diteruskan; menunggu bagiannya. | " + ahead,
	}, lines); diff != "" {
		t.Error(diff)
	}
	// The way goes on from the last place before it, and says how far.
	if d := got[6].DistM; d == nil || math.Abs(*d-1113) > 5 {
		t.Errorf("distance %v", d)
	}
}
