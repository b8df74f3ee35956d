package world

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newTestWorld(seed int64) *World {
	return New(Config{Seed: seed, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, Zone), Prefix: "T", Pace: 1})
}

// digest is a hash of everything the next ticks bring.
func digest(t *testing.T, w *World, ticks int) string {
	t.Helper()
	h := sha256.New()
	for range ticks {
		b, err := json.Marshal(w.Step())
		if err != nil {
			t.Fatal(err)
		}
		h.Write(b)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameSeedSameCity(t *testing.T) {
	t.Parallel()
	run := func(seed int64, flood string) string {
		w := newTestWorld(seed)
		digest(t, w, 3000)
		w.Flood(flood, 120, 60)
		w.Adopt("X-1", "sampah")
		return digest(t, w, 3000)
	}
	first := run(7, "64.72.08.1001")
	if got := run(7, "64.72.08.1001"); got != first {
		t.Error("the same seed and commands gave another city")
	}
	if run(8, "64.72.08.1001") == first {
		t.Error("another seed gave the same city")
	}
	if run(7, "64.72.03.1004") == first {
		t.Error("a flood elsewhere gave the same city")
	}
}

func TestRestoredCityGoesOnAlike(t *testing.T) {
	t.Parallel()
	w := newTestWorld(3)
	w.Flood("64.72.05.1013", 140, 90)
	digest(t, w, 2500)
	snapshot, err := w.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Restore(w.cfg, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if digest(t, w, 5000) != digest(t, again, 5000) {
		t.Error("a restored city took another course")
	}
	for _, bad := range []string{"", "{", `{"Rain":[1]}`} {
		if _, err := Restore(w.cfg, []byte(bad)); err == nil {
			t.Errorf("snapshot %q was accepted", bad)
		}
	}
}

// TestOrdinaryDays checks the amounts that the rest of the product is sized by.
func TestOrdinaryDays(t *testing.T) {
	t.Parallel()
	w := newTestWorld(11)
	var perDay []int
	var pointless, swapped, wrong, uncategorised, chats, all int
	matters := map[string]int{}
	for range 30 {
		day := 0
		for range 1440 {
			for _, r := range w.Step().Reports {
				day++
				all++
				matters[r.Matter]++
				if r.Area != "" && r.Area != r.TrueArea {
					wrong++
				}
				if r.Category == "" {
					uncategorised++
				}
				if r.Channel == ByChat {
					chats++
					if r.TrueCategory == "" || r.TrueArea == "" || r.Text == "" || r.Area != "" || r.Lon != nil {
						t.Errorf("a message: %+v", r)
					}
				}
				if r.Lon == nil {
					pointless++
				} else if *r.Lon < *r.Lat {
					swapped++
				}
			}
		}
		perDay = append(perDay, day)
	}
	ordinary := 0
	for _, n := range perDay {
		if n >= 40 && n <= 120 {
			ordinary++
		}
	}
	if ordinary < 25 {
		t.Errorf("only %d of 30 days have 40 to 120 complaints: %v", ordinary, perDay)
	}
	share := func(name string, n int, low, high float64) {
		if f := float64(n) / float64(all); f < low || f > high {
			t.Errorf("%s: %.3f of complaints, want %.3f to %.3f", name, f, low, high)
		}
	}
	share("without a point", pointless, 0.35, 0.45)
	share("messages with nothing but a text", chats, 0.06, 0.14)
	if uncategorised != chats {
		t.Errorf("%d complaints without a category, %d of them messages", uncategorised, chats)
	}
	share("with swapped coordinates", swapped, 0.008, 0.04)
	share("with another kelurahan named", wrong, 0.04, 0.11)
	share("distinct matters", len(matters), 0.3, 0.8)
}

func TestCloudburstFloodsItsKelurahan(t *testing.T) {
	t.Parallel()
	w := newTestWorld(5)
	digest(t, w, 10*60)
	const code = "64.72.08.1001"
	if !w.Flood(code, 130, 90) || w.Flood("64.71.01.1001", 130, 90) {
		t.Fatal("Flood accepted the wrong kelurahan")
	}
	deep, first, about, far := 0.0, -1, 0, 0
	for tick := range 240 {
		for _, r := range w.Step().Reports {
			if r.TrueCategory != "banjir-drainase" {
				continue
			}
			switch {
			case r.TrueArea == code:
				about++
				if first < 0 {
					first = tick
				}
			case r.TrueArea[:8] == "64.72.01":
				far++
			}
		}
		deep = max(deep, w.s.Depth[areaIndex[code]])
	}
	if deep < 30 || about < 20 || first > 45 {
		t.Errorf("cloudburst of 130 mm/h: %.0f cm, %d complaints, first after %d minutes", deep, about, first)
	}
	if far > about/10 {
		t.Errorf("%d flood complaints from Palaran, %d from the flooded kelurahan", far, about)
	}
}

// TestDamFollowsTheRain checks the lag: the dam rises for hours after rain in
// the hills has ended, and falls in the end.
func TestDamFollowsTheRain(t *testing.T) {
	t.Parallel()
	w := newTestWorld(2)
	w.s.Cells = nil
	before := w.s.Dam
	for _, code := range []string{"64.72.05.1003", "64.72.05.1010", "64.72.05.1011", "64.72.05.1014"} {
		w.Flood(code, 180, 120)
	}
	top, at := before, 0
	for tick := range 4000 {
		w.Step()
		if w.s.Dam > top {
			top, at = w.s.Dam, tick
		}
		if tick < 1500 { // this basin's own rain only
			w.s.Cells = keep(w.s.Cells, func(c cell) bool { return c.Radius == 1.3 })
		}
	}
	if top < before+0.05 || at < 150 {
		t.Errorf("dam rose from %.2f to %.2f m after %d minutes; want more, and a lag", before, top, at)
	}
	if w.s.Dam > 8.6 || w.s.Dam < 7 {
		t.Errorf("dam at %.2f m is out of its range", w.s.Dam)
	}
}

// TestSpillReachesTheCityLater lets the dam run over and looks at the gauge in
// the city, with no rain there and the tide taken out.
func TestSpillReachesTheCityLater(t *testing.T) {
	t.Parallel()
	w := newTestWorld(2)
	w.s.Dam = 8.1
	gauge := func() float64 {
		now := w.TimeOf(w.s.Tick)
		return w.mumusLevel(now) - 0.45*tide(now) - w.s.Local
	}
	w.Step()
	start := gauge()
	for range spillLag / 2 {
		w.Step()
	}
	half := gauge()
	for range spillLag/2 + 1 {
		w.Step()
	}
	if late := gauge(); half > start+0.01 || late < start+0.3 {
		t.Errorf("gauge %.2f m at first, %.2f after %d minutes, %.2f after %d", start, half, spillLag/2, late, spillLag)
	}
}

func keep(cells []cell, ok func(cell) bool) []cell {
	kept := cells[:0]
	for _, c := range cells {
		if ok(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

func TestCrewsNeverGoBack(t *testing.T) {
	t.Parallel()
	w := newTestWorld(4)
	order := map[string]int{Open: 0, InProgress: 1, Closed: 2, Rejected: 2}
	stands := map[string]string{}
	closed, filed := 0, 0
	for range 24 * 1440 {
		out := w.Step()
		for _, r := range out.Reports {
			stands[r.ID] = Open
			filed++
		}
		for _, c := range out.Changes {
			was, ok := stands[c.Report]
			if !ok || order[c.Status] <= order[was] {
				t.Fatalf("%s went from %q to %q", c.Report, was, c.Status)
			}
			stands[c.Report] = c.Status
			if order[c.Status] == 2 {
				closed++
			}
		}
	}
	if share := float64(closed) / float64(filed); share < 0.5 || share > 0.97 {
		t.Errorf("%.2f of complaints were finished in 24 days", share)
	}
}

func TestWarningsMakeChains(t *testing.T) {
	t.Parallel()
	w := newTestWorld(6)
	seen := map[string]bool{}
	kinds := map[string]int{}
	open := false
	for range 40 * 1440 {
		for _, a := range w.Step().Alerts {
			if seen[a.ID] {
				t.Fatalf("identifier %s twice", a.ID)
			}
			seen[a.ID] = true
			if len(a.Areas) == 0 {
				continue // another province
			}
			kinds[a.Kind]++
			if a.Kind == "Alert" != (len(a.References) == 0) {
				t.Errorf("%s %s has references %v", a.Kind, a.ID, a.References)
			}
			if !a.Expires.After(a.Effective) && a.Kind == "Alert" {
				t.Errorf("%s expires %s before it is effective", a.ID, a.Expires)
			}
			if a.Kind != "Alert" && !open {
				t.Errorf("%s without an alert before it", a.Kind)
			}
			open = a.Kind == "Alert" || a.Kind == "Update"
		}
	}
	for _, k := range []string{"Alert", "Update", "Cancel", "AllClear"} {
		if kinds[k] == 0 {
			t.Errorf("no %s in 40 days: %v", k, kinds)
		}
	}
}

func TestFramesAreWhole(t *testing.T) {
	t.Parallel()
	w := newTestWorld(9)
	missing, zeros := 0, 0
	for range 14 * 1440 {
		f := w.Step().Frame
		if f == nil {
			continue
		}
		if len(f.Values) != len(Stations) {
			t.Fatalf("%d values for %d stations", len(f.Values), len(Stations))
		}
		for i, v := range f.Values {
			s := Stations[i]
			if v == Missing {
				missing++
				continue
			}
			low, high := limits(s)
			if v < low || v > high {
				t.Errorf("%s at %s: %g %s", s.ID, w.TimeOf(f.Tick), v, s.Unit)
			}
			if s.Feed == "prices" && v == 0 {
				zeros++
			}
		}
	}
	if missing == 0 || zeros == 0 {
		t.Errorf("%d gauges offline and %d prices missing; a clean feed tests nothing", missing, zeros)
	}
}

// TestRainDayIsTheSumOfItsReadings checks the daily gauge against the fine one.
func TestRainDayIsTheSumOfItsReadings(t *testing.T) {
	t.Parallel()
	w := newTestWorld(12)
	var sum [10]float64
	days, wet := 0, 0.0
	for range 12 * 1440 {
		f := w.Step().Frame
		if f == nil {
			continue
		}
		for i := range sum {
			sum[i] += max(0, f.Values[i])
		}
		if !f.Daily {
			continue
		}
		if days++; days > 1 {
			for i, want := range sum {
				got := f.Values[10+i]
				wet += got
				// Fine readings are rounded, and an offline gauge shows nothing
				// while its bucket goes on filling.
				if got < want-4 || got > want+30 {
					t.Errorf("day %d, gauge %d: %.1f mm, readings add up to %.1f", days, i, got, want)
				}
			}
		}
		sum = [10]float64{}
	}
	if days != 12 || wet < 100 {
		t.Errorf("%d rain days, %.0f mm", days, wet)
	}
}

func limits(s Station) (low, high float64) {
	switch s.Feed {
	case "rain":
		return 0, 40
	case "rain-daily":
		return 0, 300
	case "water":
		return 0, 9
	case "prices":
		return 0, 300000
	case "traffic":
		return 0, 95
	case "pm25":
		return -2, 200
	}
	return 25, 105
}

func TestForecastLooksAheadAlike(t *testing.T) {
	t.Parallel()
	w := newTestWorld(1)
	a, _ := AreaByCode("64.72.08.1001")
	at := time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)
	first := w.Forecast(a, at.Add(-48*time.Hour), at)
	digest(t, w, 500)
	if d := cmp.Diff(first, w.Forecast(a, at.Add(-48*time.Hour), at)); d != "" {
		t.Errorf("the same forecast changed (-first +again):\n%s", d)
	}
}

func TestAreasAreTheCity(t *testing.T) {
	t.Parallel()
	if len(Areas) != 59 || len(Districts) != 10 {
		t.Fatalf("%d kelurahan, %d kecamatan", len(Areas), len(Districts))
	}
	for _, a := range Areas {
		if DistrictOf(a.Code).Name == "" || a.Lon < 117 || a.Lon > 117.3 || a.Lat > -0.3 || a.Lat < -0.72 {
			t.Errorf("%+v", a)
		}
	}
	for _, r := range rainPosts {
		if _, ok := AreaByCode(r); !ok {
			t.Errorf("rain gauge in unknown %s", r)
		}
	}
	for i, r := range rainPosts {
		if r[:8] != Districts[i].Code {
			t.Errorf("rain gauge %s is not in %s", r, Districts[i].Code)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	w := newTestWorld(1)
	for b.Loop() {
		w.Step()
	}
}
