package outline

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func readSites(t *testing.T) ([]Site, []string) {
	t.Helper()
	f, err := os.Open("../samarinda/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var sites []Site
	var names []string
	for _, row := range rows[1:] {
		if row[2] != "kelurahan" {
			continue
		}
		n := make([]float64, 3)
		for i := range n {
			if n[i], err = strconv.ParseFloat(row[5+i], 64); err != nil {
				t.Fatal(err)
			}
		}
		sites = append(sites, Site{Point: orb.Point{n[0], n[1]}, Km2: n[2]})
		names = append(names, row[3])
	}
	return sites, names
}

// TestComputeSmall has four equal sites on a square: four mirrored cells.
func TestComputeSmall(t *testing.T) {
	t.Parallel()
	var sites []Site
	for _, p := range []orb.Point{{117, -0.5}, {117.02, -0.5}, {117.02, -0.48}, {117, -0.48}} {
		sites = append(sites, Site{Point: p, Km2: 5})
	}
	polys, err := Compute(sites)
	if err != nil {
		t.Fatal(err)
	}
	checkPartition(t, sites, polys, []string{"sw", "se", "ne", "nw"}, 0.03)
}

func TestComputeRefusesNonsense(t *testing.T) {
	t.Parallel()
	for name, sites := range map[string][]Site{
		"none":         nil,
		"no size":      {{Point: orb.Point{117, 0}}},
		"not a number": {{Point: orb.Point{117, 0}, Km2: math.NaN()}},
	} {
		if _, err := Compute(sites); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// checkPartition demands closed rings, the wanted areas, every point in its
// own polygon only, and that each border edge is either used by exactly two
// polygons in opposite directions or lies on the outside.
func checkPartition(t *testing.T, sites []Site, polys []orb.Polygon, names []string, tolerance float64) {
	t.Helper()
	pl := newPlane(sites)
	edges := map[[2]orb.Point]int{}
	for i, p := range polys {
		got := 0.0
		for k, ring := range p {
			if len(ring) < 4 || !ring.Closed() {
				t.Fatalf("%s ring %d is broken: %v", names[i], k, ring)
			}
			if (k == 0) != (ring.Orientation() == orb.CCW) {
				t.Errorf("%s ring %d turns the wrong way", names[i], k)
			}
			for j := 1; j < len(ring); j++ {
				edges[[2]orb.Point{ring[j-1], ring[j]}]++
			}
			got += area(ring) * pl.kmPerDeg[0] * pl.kmPerDeg[1]
		}
		if miss := math.Abs(got - sites[i].Km2); miss > tolerance*sites[i].Km2 && miss > 0.02 {
			t.Errorf("%s has %.3f km², want %.3f", names[i], got, sites[i].Km2)
		}
		for j, s := range sites {
			if planar.PolygonContains(p, s.Point) != (i == j) {
				t.Errorf("point of %s in polygon of %s: %v", names[j], names[i], i != j)
			}
		}
	}
	for e, n := range edges {
		if n != 1 {
			t.Errorf("edge %v is drawn %d times in one direction", e, n)
		}
	}
}

func TestComputeSamarinda(t *testing.T) {
	t.Parallel()
	if testing.Short() || raced {
		t.Skip("one goroutine counts pixels: seconds, but minutes under the race detector; run without -short and -race")
	}
	sites, names := readSites(t)
	polys, err := Compute(sites)
	if err != nil {
		t.Fatal(err)
	}
	checkPartition(t, sites, polys, names, 0.02)
}
