package pattern

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// metresPerDegree of latitude, mean of WGS 84.
const metresPerDegree = 110_574

// Grid cuts the map into cells of about Metres by Metres, as lon/lat boxes.
// The same point lies in the same cell whatever else is on the map.
type Grid struct {
	// StepLon and StepLat are a cell's size in degrees.
	StepLon, StepLat float64
}

// NewGrid makes a grid for places around latitude lat (degrees).
func NewGrid(metres, lat float64) Grid {
	step := metres / metresPerDegree
	// A degree of longitude shrinks with the latitude; half a degree is the
	// finest step of latitude that changes it visibly, and keeps cells in place
	// when the middle of the reports moves a little.
	near := math.Round(lat*2) / 2
	return Grid{StepLat: step, StepLon: step / math.Max(0.1, math.Cos(near*math.Pi/180))}
}

// Cell is a cell's column and row, counted from 0° 0°.
type Cell struct{ X, Y int32 }

// At returns the cell a point lies in.
func (g Grid) At(p orb.Point) Cell {
	return Cell{int32(math.Floor(p[0] / g.StepLon)), int32(math.Floor(p[1] / g.StepLat))}
}

// Bound is the cell's box.
func (g Grid) Bound(c Cell) orb.Bound {
	return orb.Bound{
		Min: orb.Point{float64(c.X) * g.StepLon, float64(c.Y) * g.StepLat},
		Max: orb.Point{float64(c.X+1) * g.StepLon, float64(c.Y+1) * g.StepLat},
	}
}

// Ordered returns the cells of a set, south to north, west to east.
func Ordered[V any](set map[Cell]V) []Cell {
	out := make([]Cell, 0, len(set))
	for c := range set {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	return out
}

// Beside lists for each cell which of the others touch it, corners included
// (queen's neighbours), as positions in cells.
func Beside(cells []Cell) [][]int {
	at := make(map[Cell]int, len(cells))
	for i, c := range cells {
		at[c] = i
	}
	out := make([][]int, len(cells))
	flat := make([]int, 0, 8*len(cells))
	for i, c := range cells {
		from := len(flat)
		for dy := int32(-1); dy <= 1; dy++ {
			for dx := int32(-1); dx <= 1; dx++ {
				if j, ok := at[Cell{c.X + dx, c.Y + dy}]; ok && j != i {
					flat = append(flat, j)
				}
			}
		}
		out[i] = flat[from:len(flat):len(flat)]
	}
	return out
}
