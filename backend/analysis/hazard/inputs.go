package hazard

import (
	"math"
	"slices"
	"time"

	"balaikota/backend/city"
)

// Reading is one value of a station.
type Reading struct {
	At    time.Time
	Value float64
}

// Gauge is a station with its readings, newest first: of rain the last 24
// hours, of levels hourly means of the last days with the newest value first.
type Gauge struct {
	Slug     string
	AreaCode string
	Station  string
	Readings []Reading
}

// Slot is rain that a forecast puts into an area from Start on, for the step
// its input declares.
type Slot struct {
	Slug     string
	AreaCode string
	Start    time.Time
	MM       float64
}

// Voice is one citizen's report of a category that plays RoleVoices.
type Voice struct {
	AreaCode string
	At       time.Time
}

// Inputs are everything an assessment looks at. Areas must hold kelurahan and
// what they lie in; other slices may be empty.
type Inputs struct {
	Declared   city.HazardDeclarations
	Areas      []city.Area
	Indicators []city.Indicator
	// Rain are gauges of RoleRain, Levels those of RoleTide and RoleLevel.
	Rain, Levels []Gauge
	// TideForecast are values of tide indicators that a source itself foresees.
	TideForecast []Gauge
	Forecast     []Slot
	// ForecastIssued is when the newest forecast was made; zero for none.
	ForecastIssued time.Time
	Warnings       []city.Alert
	// WarningsRead is when the source of warnings last answered; zero when no
	// warning ever came.
	WarningsRead time.Time
	Voices       []Voice
	// VoicesNewest is when the newest report of any category came.
	VoicesNewest time.Time
	// Past are reports by area, of the roles' categories and of all, for how
	// prone areas proved to be and how many voices are usual.
	Past Past
	// Location and ZoneLabel word clock times.
	Location  *time.Location
	ZoneLabel string
}

// Past counts a span of days before the assessment.
type Past struct {
	Days  int
	Areas map[string]PastCount
}

// PastCount is how many reports an area had in Past.Days days.
type PastCount struct {
	Hazard int // of the categories that play RoleVoices
	All    int
}

// patience is how many times its freshness limit a value may be old and still
// count: the factor that the screens grey values by.
const patience = 6

func freshness(newest time.Time, freshFor time.Duration, at time.Time) city.InputFreshness {
	switch age := at.Sub(newest); {
	case newest.IsZero():
		return city.InputMissing
	case age <= freshFor:
		return city.InputFresh
	case age <= patience*freshFor:
		return city.InputLate
	}
	return city.InputStale
}

// usable reports whether a value of this freshness counts in a score.
func usable(f city.InputFreshness) bool { return f == city.InputFresh || f == city.InputLate }

func (in *Inputs) indicator(slug string) city.Indicator {
	for _, i := range in.Indicators {
		if i.Slug == slug {
			return i
		}
	}
	return city.Indicator{Slug: slug, Name: slug, NameEN: slug, FreshForSeconds: 3600, Decimals: 2}
}

func freshFor(i city.Indicator) time.Duration { return time.Duration(i.FreshForSeconds) * time.Second }

// rainFresh is how long a reading of rain counts as fresh: a window of one
// hour cannot be filled by a reading older than the hour.
func rainFresh(i city.Indicator, step time.Duration) time.Duration {
	return min(freshFor(i), max(step*3, 30*time.Minute))
}

// newestOf is the time of the newest reading of all gauges of a slug.
func newestOf(gauges []Gauge, slug string) (newest time.Time) {
	for _, g := range gauges {
		if g.Slug == slug && len(g.Readings) > 0 && g.Readings[0].At.After(newest) {
			newest = g.Readings[0].At
		}
	}
	return newest
}

// sumOver is the rain of a gauge in the window before at. A reading counts for
// step; where more readings came than fit into the window, the newest that
// fill it count, and where some are missing the rest stand for them. Without
// half of the readings it is not known.
func sumOver(g Gauge, step, window time.Duration, at time.Time) (mm float64, ok bool) {
	if step <= 0 || step > window {
		return 0, false
	}
	want := int(window / step)
	sum, n := 0.0, 0
	for _, r := range g.Readings {
		// A daily value may be read hours after its day closed.
		if n == want || at.Sub(r.At) >= max(window, 2*step) {
			break
		}
		if r.At.After(at) {
			continue
		}
		sum += r.Value
		n++
	}
	if n == 0 || 2*n < want {
		return 0, false
	}
	return sum * float64(want) / float64(n), true
}

// place is a gauge's sum at a point.
type place struct {
	code     string
	lon, lat float64
	mm       float64
}

// spread estimates rain at an area from gauges elsewhere by inverse distance
// weighting with power 2 over the nearest four (D. Shepard, A two-dimensional
// interpolation function for irregularly-spaced data, ACM '68); a gauge of
// the area itself speaks alone. Gauges lie at the label points of their areas.
func spread(a city.Area, gauges []place) (mm float64, ok bool) {
	if len(gauges) == 0 {
		return 0, false
	}
	type near struct{ d2, mm float64 }
	var own, ownN float64
	list := make([]near, 0, len(gauges))
	for _, g := range gauges {
		if g.code == a.Code {
			own += g.mm
			ownN++
		}
		dx := (g.lon - a.Label[0]) * math.Cos(a.Label[1]*math.Pi/180)
		dy := g.lat - a.Label[1]
		list = append(list, near{dx*dx + dy*dy, g.mm})
	}
	if ownN > 0 {
		return own / ownN, true
	}
	slices.SortFunc(list, func(x, y near) int {
		switch {
		case x.d2 < y.d2:
			return -1
		case x.d2 > y.d2:
			return 1
		}
		return 0
	})
	sum, weight := 0.0, 0.0
	for _, n := range list[:min(4, len(list))] {
		w := 1 / (n.d2 + 1e-5) // a third of a kilometre, so that no gauge speaks alone by chance
		sum, weight = sum+w*n.mm, weight+w
	}
	return sum / weight, true
}
