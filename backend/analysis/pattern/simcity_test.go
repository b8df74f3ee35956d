package pattern

import (
	"testing"
	"time"

	"balaikota/connectors/simcity/world"

	"github.com/paulmach/orb"
)

// TestOrdinarySimulatedDaysRaiseFewAlarms scans the simulated city every other
// day over three months, as strictly as the server (24 looks at 13 series a day),
// for the categories that no flood reaches. Its citizens are not independent: a
// third speak of what others already spoke of, for days; so an alarm a month is
// no mistake of the method. (A whole year, run once: see docs/quality.md.)
func TestOrdinarySimulatedDaysRaiseFewAlarms(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const days, window = 118, 28
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, world.Zone)
	w := world.New(world.Config{Seed: 11, Start: start, Prefix: "T", Pace: 1})
	position, points := map[string]int{}, []orb.Point{}
	for i, a := range world.Areas {
		position[a.Code] = i
		points = append(points, orb.Point{a.Lon, a.Lat})
	}
	counts := map[string][][]int{}
	for _, c := range world.Categories {
		counts[c.Slug] = make([][]int, len(points))
		for z := range points {
			counts[c.Slug][z] = make([]int, days)
		}
	}
	for tick := range days * 1440 {
		for _, r := range w.Step().Reports {
			if z, ok := position[r.Area]; ok {
				counts[r.Category][z][tick/1440]++
			}
		}
	}
	alarms, before := 0, map[string]bool{}
	for day := window; day <= days; day += 2 {
		for _, c := range world.Categories {
			if c.Slug == "banjir-drainase" || c.Slug == "pohon-tumbang" {
				continue // rain and wind bunch these in truth
			}
			last := make([][]int, len(points))
			for z := range points {
				last[z] = counts[c.Slug][z][day-window : day]
			}
			now := false
			for _, found := range Scan(points, last, ScanSettings{Seed: uint64(day), Replicas: 99, Looks: 24 * 13}) {
				now = now || found.Recurrence > 365
			}
			if now && !before[c.Slug] {
				alarms++
			}
			before[c.Slug] = now
		}
	}
	t.Logf("%d alarms in %d days", alarms, days-window)
	if alarms > 4 {
		t.Errorf("%d alarms in %d ordinary days", alarms, days-window)
	}
}
