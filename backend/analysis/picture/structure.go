package picture

import "slices"

// part is how one square of both pictures compares.
type part struct {
	ok     bool    // both show all of it, and there is something to compare
	same   bool    // its fine details agree
	detail float64 // the larger variance of its details, of grey levels squared
}

const (
	// strongDetail is the variance from which a part's details are edges and
	// coarse texture, which pressing leaves as they are: 7 grey levels squared.
	strongDetail = 49
	// leastStrong is of how many parts at least the structure is judged; a soft
	// picture's strongest, when fewer are strong.
	leastStrong = 24
	// stamps is how many rectangles may cover a picture, and stampShare how much
	// of it they may: a caption with date and place, a logo.
	stamps     = 2
	stampShare = 0.22
	// stampCost is how many agreeing parts a rectangle must not swallow for one
	// that disagrees.
	stampCost = 4
)

// structure is the share, 0 to 1, of the parts with strong details that agree,
// outside of the rectangles that best explain what disagrees as something put
// on top. One exposure pressed, cut or made lighter loses faint details first
// and keeps its strong ones; another place of the same paving and plaster,
// seen from the very same point, agrees in most parts and disagrees in strong
// ones all over the picture: trees, bags, house corners.
func structure(parts []part, across int) float64 {
	parts = slices.Clone(parts)
	informative := 0
	for _, p := range parts {
		if p.ok {
			informative++
		}
	}
	left := int(stampShare * float64(informative))
	for range stamps {
		r, ok := worstRectangle(parts, across, left)
		if !ok {
			break
		}
		for y := r[1]; y < r[3]; y++ {
			for x := r[0]; x < r[2]; x++ {
				if p := &parts[y*across+x]; p.ok {
					p.ok = false
					left--
				}
			}
		}
	}
	var details []float64
	for _, p := range parts {
		if p.ok {
			details = append(details, p.detail)
		}
	}
	if len(details) == 0 {
		return 0
	}
	slices.Sort(details)
	limit := min(strongDetail, details[max(0, len(details)-leastStrong)])
	strong, same := 0, 0
	for _, p := range parts {
		if p.ok && p.detail >= limit {
			strong++
			if p.same {
				same++
			}
		}
	}
	return float64(same) / float64(strong)
}

// worstRectangle is x0, y0, x1, y1 (the last two exclusive) of the rectangle
// that disagrees most, of at most most informative parts: the largest sum of 1
// for each part that disagrees and -stampCost for each that agrees.
func worstRectangle(parts []part, across, most int) (worst [4]int, ok bool) {
	down := len(parts) / across
	best := 0
	value, known := make([]int, across), make([]int, across)
	for y0 := range down {
		clear(value)
		clear(known)
		for y1 := y0; y1 < down; y1++ {
			for x := range across {
				switch p := parts[y1*across+x]; {
				case !p.ok:
				case p.same:
					value[x], known[x] = value[x]-stampCost, known[x]+1
				default:
					value[x], known[x] = value[x]+1, known[x]+1
				}
			}
			for x0 := range across {
				sum, n := 0, 0
				for x1 := x0; x1 < across; x1++ {
					sum, n = sum+value[x1], n+known[x1]
					if n > most {
						break
					}
					if sum > best {
						best, worst, ok = sum, [4]int{x0, y0, x1 + 1, y1 + 1}, true
					}
				}
			}
		}
	}
	return worst, ok
}
