package place

import (
	"cmp"
	"slices"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// Where an estimate comes from.
const (
	FromPoint   = "point"   // the coordinates the report carries
	FromLearned = "learned" // a known place that the text names
	FromText    = "text"    // an area that the text names
	FromStated  = "stated"  // the area that the citizen or officer chose
)

// Input is everything a report says about its place.
type Input struct {
	Text, Address string
	// Point is WGS 84 lon/lat, nil without.
	Point *orb.Point
	// AccuracyM is the radius that the device gave for Point, 0 when unknown.
	AccuracyM float64
	// StatedArea is the code of the area that was chosen, "" when none was.
	StatedArea string
}

// Claim is what one source says the area is.
type Claim struct {
	From  string   `json:"from" enum:"point,stated,text,learned"`
	Areas []string `json:"areas" nullable:"false" doc:"Area codes; several when the words are ambiguous"`
}

// Estimate is where a report most probably is. What was stated stays as it was;
// every source that contradicts the estimate is named.
type Estimate struct {
	// AreaCode is the finest area that is certain enough, "" when nothing is
	// known; a kecamatan when the kelurahan is not.
	AreaCode string `json:"area_code,omitempty"`
	// Point is nil when only an area is known: an area is no point.
	Point *orb.Point `json:"point,omitempty"`
	// RadiusM is the circle in metres within which the place lies with about
	// the confidence given; of an area that of a circle of its size.
	RadiusM float64 `json:"radius_m"`
	// Confidence is from 0 to 1, by the stated rules of Estimate.
	Confidence float64 `json:"confidence"`
	// From says which source decided, "" when none did.
	From string `json:"from,omitempty"`
	// Claims are what each source says, the deciding one among them.
	Claims []Claim `json:"claims" nullable:"false"`
	// Disagrees are the claims that contradict AreaCode.
	Disagrees []Claim `json:"disagrees" nullable:"false"`
	// Reason is one sentence for the officer.
	ReasonID string `json:"reason_id"`
	ReasonEN string `json:"reason_en"`
	// Reading is what the text says.
	Reading Reading `json:"-"`
}

// Weights of the sources when they disagree on the area, ours: the point is
// where the citizen stood, which may be home; the place that the text names is
// where the matter is; the box on the form is often left at its first entry.
const (
	weightPoint   = 3.0
	weightLearned = 2.0
	weightRank    = 2.0
	weightNamed   = 1.5
	weightStated  = 1.2
)

// usualAccuracyM is the radius of a telephone's fix in the open, where about
// 95 of 100 fixes lie; farLearnedM is how far from a known place a point may be
// without contradicting it.
const (
	usualAccuracyM = 40
	farLearnedM    = 600
	// oneMatter is taken off because several sightings are often one matter, and
	// so less than several witnesses of the place.
	oneMatter     = 0.92
	leastLearnedM = 75 // people say "near" of what is a few houses away
)

// Estimate works out where a report is. Each source votes for its area with a
// stated weight; the area with most weight wins, and the point is used only
// where it lies in that area or nothing better is known. Confidence is a stated
// rule: a base by source, raised when another source agrees, lowered when one
// disagrees.
func (g *Gazetteer) Estimate(in Input) Estimate {
	e := Estimate{Claims: []Claim{}, Disagrees: []Claim{}}
	e.Reading = g.read(in.Text, in.Address, in.StatedArea)
	claims := g.claims(in, &e.Reading)
	for _, c := range claims {
		e.Claims = append(e.Claims, c.Claim)
	}
	g.decide(&e, in, claims)
	for _, c := range claims {
		if e.AreaCode != "" && !touches(c.Areas, e.AreaCode) {
			e.Disagrees = append(e.Disagrees, c.Claim)
		}
	}
	g.explain(&e)
	return e
}

// claim is a Claim with its weight.
type claim struct {
	Claim
	weight float64
}

// claims collects what each source says, strongest first.
func (g *Gazetteer) claims(in Input, r *Reading) []claim {
	var out []claim
	if in.Point != nil {
		if code, ok := g.areas.Locate(*in.Point); ok {
			out = append(out, claim{Claim{FromPoint, []string{code}}, weightPoint})
		}
	}
	if r.Place != nil && r.Place.AreaCode != "" && !r.hinted {
		w := weightLearned
		if r.Unsure || r.Place.SpreadM > farLearnedM {
			w = weightStated
		}
		out = append(out, claim{Claim{FromLearned, []string{r.Place.AreaCode}}, w})
	}
	if len(r.Areas) > 0 {
		w := weightNamed
		if r.ByRank {
			w = weightRank
		}
		out = append(out, claim{Claim{FromText, r.Areas}, w})
	}
	if _, ok := g.areas.Area(in.StatedArea); ok {
		out = append(out, claim{Claim{FromStated, []string{in.StatedArea}}, weightStated})
	}
	return out
}

// touches reports whether one of the claimed areas lies in, or holds, the area.
func touches(claimed []string, area string) bool {
	return slices.ContainsFunc(claimed, func(c string) bool { return city.Within(c, area) || city.Within(area, c) })
}

// decide chooses the area, then the point within it.
func (g *Gazetteer) decide(e *Estimate, in Input, claims []claim) {
	area, weight, against := vote(claims)
	e.AreaCode = area
	place := e.Reading.Place
	switch {
	case in.Point != nil && says(claims, FromPoint, area):
		e.From, e.Point, e.RadiusM = FromPoint, in.Point, in.AccuracyM
		if e.RadiusM <= 0 {
			e.RadiusM = usualAccuracyM
		}
		e.Confidence = 0.9
	case place != nil && place.Point != nil && !wide(place, g.radius[area]) && (area == "" || place.AreaCode == "" || touches([]string{place.AreaCode}, area)):
		e.From, e.Point, e.RadiusM = FromLearned, place.Point, place.radius()
		e.AreaCode = cmp.Or(place.AreaCode, area)
		e.Confidence = 0.85
		if place.Seen > 0 { // the rule of succession (Laplace): right next time as so far
			e.Confidence = oneMatter * float64(place.Seen+1) / float64(max(place.Of, place.Seen)+2)
		}
		if e.Reading.Unsure {
			e.Confidence *= 0.8
		}
	case area != "":
		for _, c := range claims {
			if touches(c.Areas, area) {
				e.From = c.From
				break
			}
		}
		e.RadiusM = g.radius[area]
		e.Confidence = map[string]float64{FromText: 0.8, FromStated: 0.6, FromLearned: 0.6, FromPoint: 0.6}[e.From]
		if a, ok := g.areas.Area(area); ok && a.Level != city.Kelurahan {
			e.Confidence *= 0.7
		}
	default:
		return
	}
	e.Confidence = adjusted(e.Confidence, claims, area, weight, against)
}

// radius is the circle in metres to draw for the place.
func (k Known) radius() float64 { return max(leastLearnedM, 1.5*k.SpreadM) }

// wide reports whether a place says less than its area of that radius does.
func wide(k *Known, radius float64) bool { return radius > 0 && k.radius() > radius }

// adjusted moves a confidence by what the other sources say.
func adjusted(base float64, claims []claim, area string, weight, against float64) float64 {
	agree := 0
	for _, c := range claims {
		if touches(c.Areas, area) {
			agree++
		}
	}
	for ; agree > 1; agree-- {
		base += (1 - base) / 2
	}
	if against > 0 {
		base *= 0.5 + 0.5*weight/(weight+against)
	}
	return min(0.98, float64(int(base*1000+0.5))/1000)
}

// says reports whether a source claims the area.
func says(claims []claim, from, area string) bool {
	return slices.ContainsFunc(claims, func(c claim) bool { return c.From == from && slices.Contains(c.Areas, area) })
}

// vote returns the area with most weight, its weight, and the weight of the
// claims that contradict it. A larger area supports every area in it, and an
// ambiguous name each of its meanings, so that another source settles them;
// what nobody settles is the smallest area that holds all meanings.
func vote(claims []claim) (area string, weight, against float64) {
	const nearly = 0.9 // support by an ambiguous or a larger claim
	var best []string
	for _, c := range claims {
		for _, a := range c.Areas {
			sum := 0.0
			for _, o := range claims {
				switch {
				case slices.Equal(o.Areas, []string{a}):
					sum += o.weight
				case slices.ContainsFunc(o.Areas, func(x string) bool { return city.Within(a, x) }):
					sum += nearly * o.weight
				}
			}
			switch {
			case sum > weight+1e-9:
				best, weight = []string{a}, sum
			case sum > weight-1e-9:
				best = append(best, a)
			}
		}
	}
	if len(best) == 0 {
		return "", 0, 0
	}
	area = commonArea(best)
	for _, c := range claims {
		if area != "" && !touches(c.Areas, area) {
			against += c.weight
		}
	}
	return area, weight, against
}

func allWithin(codes []string, outer string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool { return !city.Within(c, outer) })
}

// commonArea is the smallest area that holds all, "" when none does.
func commonArea(codes []string) string {
	out := codes[0]
	for out != "" && !allWithin(codes, out) {
		out = city.ParentCode(out)
	}
	return out
}
