package briefing

import (
	"math"
	"slices"
	"strings"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// mapSide is how many units the longer side of a map has: a tenth of a
// millimetre at most as sheets print it.
const mapSide = 1000

// mapLimits are where the classes 2 to 5 of reports in 24 hours begin, as on
// the screen (frontend/src/map/layer.ts): a shade means the same every day.
var mapLimits = [...]int{3, 6, 11, 21}

var mapLegend = []city.BriefingLegend{{Class: 0, Text: "0"}, {Class: 1, Text: "1–2"}, {Class: 2, Text: "3–5"}, {Class: 3, Text: "6–10"}, {Class: 4, Text: "11–20"}, {Class: 5, Text: "> 20"}}

func classOf(n int) int {
	if n <= 0 {
		return 0
	}
	class := 1
	for _, l := range mapLimits {
		if n >= l {
			class++
		}
	}
	return class
}

// plane puts degrees on the sheet's map. Near the equator a linear projection
// is exact to a few parts in ten thousand.
type plane struct {
	bound          orb.Bound
	stretch, scale float64
}

func newPlane(areas []city.Area) (plane, bool) {
	var b orb.Bound
	found := false
	for _, a := range areas {
		if len(a.Outline) == 0 {
			continue
		}
		if !found {
			b, found = a.Outline.Bound(), true
		}
		b = b.Union(a.Outline.Bound())
	}
	p := plane{bound: b, stretch: math.Cos((b.Min[1] + b.Max[1]) / 2 * math.Pi / 180)}
	side := math.Max((b.Max[0]-b.Min[0])*p.stretch, b.Max[1]-b.Min[1])
	if !found || side <= 0 {
		return p, false
	}
	p.scale = mapSide / side
	return p, true
}

func (p plane) at(o orb.Point) (x, y int) {
	return int(math.Round((o[0] - p.bound.Min[0]) * p.stretch * p.scale)), int(math.Round((p.bound.Max[1] - o[1]) * p.scale))
}

func (p plane) size() (w, h int) {
	return p.at(orb.Point{p.bound.Max[0], p.bound.Min[1]})
}

// rings draws an outline, leaving out points that fall upon the one before.
func (p plane) rings(m orb.MultiPolygon) [][]int {
	out := [][]int{}
	for _, polygon := range m {
		for _, ring := range polygon {
			var flat []int
			for _, o := range ring {
				x, y := p.at(o)
				if n := len(flat); n >= 2 && flat[n-2] == x && flat[n-1] == y {
					continue
				}
				flat = append(flat, x, y)
			}
			if len(flat) >= 8 { // a closed ring of three corners
				out = append(out, flat)
			}
		}
	}
	return out
}

func (s *sheet) cityMap() {
	m := &s.out.Map
	*m = city.BriefingMap{
		Title: "Laporan warga per kelurahan, 24 jam", Areas: []city.BriefingShape{}, Marks: []city.BriefingMark{}, Legend: mapLegend, Places: []city.BriefingMapName{}, Refs: []int{},
	}
	villages := slices.DeleteFunc(slices.Clone(s.in.Areas), func(a city.Area) bool { return a.Level != city.Kelurahan })
	p, ok := newPlane(villages)
	if s.in.Unread[PartMap] || !ok {
		m.Note = unread
		if !ok {
			m.Note = "Batas kelurahan belum ada."
		}
		return
	}
	m.Width, m.Height = p.size()
	counts, unplaced := s.counts(villages)
	total, approximate := unplaced, false
	for _, a := range villages {
		total += counts[a.Code]
		approximate = approximate || a.Approximate
		m.Areas = append(m.Areas, city.BriefingShape{Code: a.Code, Name: a.Name, Value: counts[a.Code], Class: classOf(counts[a.Code]), Rings: p.rings(a.Outline)})
	}
	slices.SortFunc(m.Areas, func(a, b city.BriefingShape) int { return strings.Compare(a.Code, b.Code) })
	for _, a := range s.in.Areas {
		if a.Level == city.Kecamatan {
			x, y := p.at(a.Label)
			m.Places = append(m.Places, city.BriefingMapName{Name: a.Name, X: x, Y: y})
		}
	}
	s.marks(p)
	text := count(total) + " laporan dalam 24 jam"
	if unplaced > 0 {
		text += ", " + count(unplaced) + " tanpa kelurahan"
	}
	var notes []string
	notes = append(notes, text+".")
	if len(m.Marks) > 0 {
		notes = append(notes, "Angka: nomor pada Perlu keputusan.")
	}
	if approximate {
		notes = append(notes, "Batas wilayah perkiraan.")
	}
	m.Note = strings.Join(notes, " ")
	m.Refs = s.cite("Peta: "+text+", menurut kelurahan", "/peta", s.in.Figures.To, "")
}

// counts are the reports of each kelurahan, and those without one.
func (s *sheet) counts(villages []city.Area) (by map[string]int, unplaced int) {
	by = make(map[string]int, len(villages))
	known := map[string]bool{}
	for _, a := range villages {
		known[a.Code] = true
	}
	for _, c := range s.in.Counts {
		if known[c.AreaCode] {
			by[c.AreaCode] += c.Count
		} else {
			unplaced += c.Count
		}
	}
	return by, unplaced
}

// marks are the places of the decisions; one that is about the whole city has
// none.
func (s *sheet) marks(p plane) {
	labels := map[string]orb.Point{}
	for _, a := range s.in.Areas {
		labels[a.Code] = a.Label
	}
	for i, r := range s.in.Advice[:min(len(s.in.Advice), atMost)] {
		if s.in.Unread[PartDecisions] {
			return
		}
		at, ok := labels[r.AreaCode]
		if r.Lon != nil && r.Lat != nil {
			at, ok = orb.Point{*r.Lon, *r.Lat}, true
		}
		if !ok && len(r.AreaCodes) > 0 {
			at, ok = labels[r.AreaCodes[0]]
		}
		if level, known := city.LevelOfCode(r.AreaCode); known && level == city.Kota && r.Lon == nil {
			ok = false
		}
		if !ok || !p.bound.Contains(at) {
			continue
		}
		x, y := p.at(at)
		s.out.Map.Marks = append(s.out.Map.Marks, city.BriefingMark{Number: i + 1, X: x, Y: y})
	}
}
