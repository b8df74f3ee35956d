package hazard

import (
	"math"
	"slices"
	"time"

	"balaikota/backend/city"
)

// surveyed is what all areas share, worked out once.
type surveyed struct {
	in      *Inputs
	at      time.Time
	weights map[int][]city.HazardWeight
	states  []city.HazardInputState
	prone   map[string]float64
	exposed map[string]map[string]float64 // by slug and kelurahan

	// Indices into states, -1 when the city declares no such input.
	rainInput, forecastInput, warningInput, voicesInput int
	rain                                                map[time.Duration][]place // by window
	rainIn                                              map[rainKey]float64       // of areas, worked out once
	slots                                               map[string][]Slot
	steps                                               map[string]time.Duration // of forecasts, by slug
	tides, levels                                       []water
	voices                                              map[string]voiced
	usual                                               map[string]float64
}

type rainKey struct {
	area   string
	window time.Duration
}

// rainAt is the rain of a window at an area.
func (s *surveyed) rainAt(a city.Area, window time.Duration) (float64, bool) {
	k := rainKey{a.Code, window}
	if mm, ok := s.rainIn[k]; ok {
		return mm, true
	}
	mm, ok := spread(a, s.rain[window])
	if ok {
		s.rainIn[k] = mm
	}
	return mm, ok
}

// voiced is what an area's citizens said.
type voiced struct {
	count  int
	weight float64
}

// water is the level of a dam, river or tide.
type water struct {
	slug      string
	decl      city.Indicator
	input     int
	known     bool
	value     float64
	habit     float64 // NaN when levels are absolute
	rise      float64 // a hour, never below 0
	low, high float64
	highest   map[int]peak
}

type peak struct {
	level float64
	at    time.Time // zero when only the day is known
}

// position is where a level lies between the row's low (0) and high (1).
func (w *water) position(v float64) float64 {
	if !math.IsNaN(w.habit) {
		v -= w.habit
	}
	return max(0, (v-w.low)/(w.high-w.low))
}

// ahead is how long a rise is taken to go on. A small river answers the rain
// within an hour or two, so that its rise says more of the next hours than its
// level; beyond, nothing is known without a model of the river.
const ahead = 90 * time.Minute

// soon is the position of the level if it goes on rising for a while.
func (w *water) soon() float64 { return w.position(w.value + w.rise*ahead.Hours()) }

// rise is how fast a level rises, per hour, from the mean of an hour before
// to the newest reading; 0 when it falls or is not known. Readings are the
// newest, then hourly means.
func rise(rs []Reading) float64 {
	for _, r := range rs[1:] {
		apart := rs[0].At.Sub(r.At)
		if apart < 25*time.Minute {
			continue
		}
		if apart > 3*time.Hour {
			return 0
		}
		return max(0, (rs[0].Value-r.Value)/apart.Hours())
	}
	return 0
}

func survey(in *Inputs, at time.Time) *surveyed {
	s := &surveyed{
		in: in, at: at, weights: map[int][]city.HazardWeight{}, rainInput: -1, forecastInput: -1, warningInput: -1, voicesInput: -1,
		rain: map[time.Duration][]place{}, rainIn: map[rainKey]float64{}, slots: map[string][]Slot{}, steps: map[string]time.Duration{},
		voices: map[string]voiced{}, usual: map[string]float64{}, prone: Prone(in.Declared.Exposures, in.Areas, in.Past),
	}
	s.exposed = exposedTo(in.Declared.Exposures, in.Areas)
	for _, h := range Horizons {
		s.weights[h] = inForce(in.Declared.Weights, h, at)
	}
	for _, d := range in.Declared.Inputs {
		s.state(d)
	}
	s.sumRain()
	s.sortForecast()
	s.listen()
	return s
}

// state records how an input stands and reads the waters.
func (s *surveyed) state(d city.HazardInput) {
	decl := s.in.indicator(d.Slug)
	st := city.HazardInputState{Role: d.Role, Slug: d.Slug, Name: decl.Name}
	var newest time.Time
	fresh := freshFor(decl)
	n := len(s.states)
	switch d.Role {
	case city.RoleRain:
		newest = newestOf(s.in.Rain, d.Slug)
		fresh = rainFresh(decl, stepOf(d))
	case city.RoleForecast:
		newest = s.in.ForecastIssued
		s.steps[d.Slug] = stepOf(d)
		s.forecastInput = n
	case city.RoleTide, city.RoleLevel:
		newest = newestOf(s.in.Levels, d.Slug)
	case city.RoleWarning:
		newest, fresh = s.in.WarningsRead, 30*time.Minute
		st.Name = ""
		s.warningInput = n
	case city.RoleVoices:
		newest, fresh = s.in.VoicesNewest, 12*time.Hour // nobody reports at night
		st.Name = ""
		s.voicesInput = n
	}
	st.Freshness = freshness(newest, fresh, s.at)
	if !newest.IsZero() {
		st.Newest = &newest
	}
	// Of several gauges of rain the one that still speaks stands for rain.
	if d.Role == city.RoleRain && (s.rainInput < 0 || usable(st.Freshness) && !usable(s.states[s.rainInput].Freshness)) {
		s.rainInput = n
	}
	st.Text, st.TextEN = city.InputText(d, st.Name, st.Freshness, st.Newest, s.at)
	s.states = append(s.states, st)
	switch d.Role {
	case city.RoleTide:
		s.tides = append(s.tides, s.tide(d, decl, n))
	case city.RoleLevel:
		s.levels = append(s.levels, s.level(d, decl, n))
	}
}

func stepOf(d city.HazardInput) time.Duration { return time.Duration(d.StepSeconds) * time.Second }

// rainPossible reports whether any declared gauge is fine enough for a window.
func (s *surveyed) rainPossible(window time.Duration) bool {
	return slices.ContainsFunc(s.in.Declared.Inputs, func(d city.HazardInput) bool {
		return d.Role == city.RoleRain && d.StepSeconds > 0 && stepOf(d) <= window
	})
}

// sumRain adds up each window from the finest gauges that can tell it.
func (s *surveyed) sumRain() {
	windows := map[time.Duration]bool{metByTide: true}
	for _, ws := range s.weights {
		for _, w := range ws {
			if window, ok := rainWindow(w.Factor); ok {
				windows[window] = true
			}
		}
	}
	areas := map[string]city.Area{}
	for _, a := range s.in.Areas {
		areas[a.Code] = a
	}
	var inputs []city.HazardInput
	for _, d := range s.in.Declared.Inputs {
		if d.Role == city.RoleRain {
			inputs = append(inputs, d)
		}
	}
	slices.SortStableFunc(inputs, func(a, b city.HazardInput) int { return a.StepSeconds - b.StepSeconds })
	for window := range windows {
		for _, d := range inputs {
			for _, g := range s.in.Rain {
				a, placed := areas[g.AreaCode]
				if g.Slug != d.Slug || !placed {
					continue
				}
				if mm, ok := sumOver(g, stepOf(d), window, s.at); ok {
					s.rain[window] = append(s.rain[window], place{a.Code, a.Label[0], a.Label[1], mm})
				}
			}
			if len(s.rain[window]) > 0 {
				break
			}
		}
	}
}

func (s *surveyed) sortForecast() {
	if s.forecastInput >= 0 && !usable(s.states[s.forecastInput].Freshness) {
		return // what was foreseen days ago is no forecast
	}
	for _, f := range s.in.Forecast {
		s.slots[f.AreaCode] = append(s.slots[f.AreaCode], f)
	}
}

// forecast is the rain foreseen for an area within the horizon: its own slots,
// or those of the area above. Steps that reach over an end count in part.
func (s *surveyed) forecast(code string, horizon int) (mm float64, ok bool) {
	for len(s.slots[code]) == 0 {
		if code = city.ParentCode(code); code == "" {
			return 0, false
		}
	}
	until := s.at.Add(time.Duration(horizon) * time.Hour)
	covered := time.Duration(0)
	for _, f := range s.slots[code] {
		step := s.steps[f.Slug]
		from, to := f.Start, f.Start.Add(step)
		if from.Before(s.at) {
			from = s.at
		}
		if to.After(until) {
			to = until
		}
		if part := to.Sub(from); part > 0 && step > 0 {
			mm += f.MM * part.Hours() / step.Hours()
			covered += part
		}
	}
	return mm, 2*covered >= time.Duration(horizon)*time.Hour
}

// bounds are where a level begins to count and counts in full.
func bounds(d city.HazardInput, decl city.Indicator, at time.Time) (low, high float64, ok bool) {
	if d.Low != nil && d.High != nil {
		return *d.Low, *d.High, *d.High > *d.Low
	}
	var siaga, awas float64
	var dates [2]string
	today := at.Format(time.DateOnly)
	for _, t := range decl.Thresholds {
		if !t.Above || t.EffectiveOn > today {
			continue
		}
		switch {
		case t.Level == city.Siaga && t.EffectiveOn >= dates[0]:
			siaga, dates[0] = t.Value, t.EffectiveOn
		case t.Level == city.Awas && t.EffectiveOn >= dates[1]:
			awas, dates[1] = t.Value, t.EffectiveOn
		}
	}
	return 2*siaga - awas, awas, dates[0] != "" && dates[1] != "" && awas > siaga
}

// level reads a dam or river: of several stations the one that stands highest
// counts.
func (s *surveyed) level(d city.HazardInput, decl city.Indicator, input int) water {
	w := water{slug: d.Slug, decl: decl, input: input, habit: math.NaN()}
	var ok bool
	if w.low, w.high, ok = bounds(d, decl, s.at); !ok || !usable(s.states[input].Freshness) {
		return w
	}
	best := math.Inf(-1)
	for _, g := range s.in.Levels {
		if g.Slug != d.Slug || len(g.Readings) == 0 || !usable(freshness(g.Readings[0].At, freshFor(decl), s.at)) {
			continue
		}
		v, habit := g.Readings[0].Value, math.NaN()
		if d.Habit {
			if habit, ok = median(g.Readings, s.at.Add(-7*24*time.Hour)); !ok {
				continue
			}
		}
		one := water{low: w.low, high: w.high, habit: habit, value: v, rise: rise(g.Readings)}
		if p := one.soon(); p > best {
			best, w.value, w.habit, w.rise, w.known = p, v, habit, one.rise, true
		}
	}
	return w
}

// median of the readings since a time; it takes a day of hourly ones.
func median(rs []Reading, since time.Time) (float64, bool) {
	var vs []float64
	for _, r := range rs {
		if r.At.After(since) {
			vs = append(vs, r.Value)
		}
	}
	if len(vs) < 24 {
		return 0, false
	}
	slices.Sort(vs)
	return vs[len(vs)/2], true
}

// tide finds the highest level of each horizon: from the source's own forecast
// if it gives one, else from a harmonic fit, else the highest of the last 25
// hours (one lunar day), which comes back much alike.
func (s *surveyed) tide(d city.HazardInput, decl city.Indicator, input int) water {
	w := water{slug: d.Slug, decl: decl, input: input, habit: math.NaN(), highest: map[int]peak{}}
	var ok bool
	if w.low, w.high, ok = bounds(d, decl, s.at); !ok {
		return w
	}
	var foreseen, readings []Reading
	for _, g := range s.in.TideForecast {
		if g.Slug == d.Slug {
			foreseen = append(foreseen, g.Readings...)
		}
	}
	if usable(s.states[input].Freshness) {
		for _, g := range s.in.Levels {
			if g.Slug == d.Slug && len(g.Readings) > len(readings) {
				readings = g.Readings
			}
		}
	}
	for _, h := range Horizons {
		until := s.at.Add(time.Duration(h) * time.Hour)
		if p, ok := highestOf(foreseen, s.at, until); ok {
			w.highest[h], w.known = p, true
		}
	}
	if w.known || len(readings) == 0 {
		return w
	}
	w.known, w.value = true, readings[0].Value
	fit, err := FitTide(readings)
	for _, h := range Horizons {
		if err == nil {
			level, at := fit.Highest(s.at, s.at.Add(time.Duration(h)*time.Hour))
			w.highest[h] = peak{max(level, w.value), at}
			continue
		}
		p, _ := highestOf(readings, s.at.Add(-25*time.Hour), s.at)
		w.highest[h] = peak{level: max(p.level, w.value)}
	}
	return w
}

func highestOf(rs []Reading, from, to time.Time) (p peak, ok bool) {
	p.level = math.Inf(-1)
	for _, r := range rs {
		if !r.At.Before(from) && !r.At.After(to) && r.Value > p.level {
			p, ok = peak{r.Value, r.At}, true
		}
	}
	return p, ok
}

// tideFor is the tide that the area is most exposed to.
func (s *surveyed) tideFor(code string) (tide *water, exposed float64) {
	for n := range s.tides {
		if v, ok := s.exposed[s.tides[n].slug][code]; ok && (tide == nil || v > exposed) {
			tide, exposed = &s.tides[n], v
		}
	}
	return tide, exposed
}

// listen weighs the voices of each area by age, and what is usual.
func (s *surveyed) listen() {
	for _, v := range s.in.Voices {
		age := s.at.Sub(v.At)
		if age < 0 || age > voiceHours*time.Hour {
			continue
		}
		x := s.voices[v.AreaCode]
		x.count++
		x.weight += math.Exp2(-age.Minutes() / voiceHalf.Minutes())
		s.voices[v.AreaCode] = x
	}
	if s.in.Past.Days <= 0 {
		return
	}
	// The mean weight of one report an hour, over voiceHours.
	life := voiceHalf.Hours() / math.Ln2 * (1 - math.Exp2(-voiceHours*60/voiceHalf.Minutes()))
	for code, c := range s.in.Past.Areas {
		s.usual[code] = float64(c.Hazard) / float64(s.in.Past.Days) / 24 * life
	}
}
