package hazard

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Horizons are the hours ahead that risks are stated for.
var Horizons = []int{6, 24}

// Assessment is the whole city at one moment.
type Assessment struct {
	Risks  []city.HazardRisk // gravest first, two for each kelurahan
	Inputs []city.HazardInputState
}

// Assess returns the risk of each kelurahan over each horizon.
//
// Method: an additive model on the log odds, z = Σ weight × min(value ÷ scale,
// cap), score = 1/(1+e^−z), in the manner of a points score (D. Hosmer, S.
// Lemeshow, Applied Logistic Regression, 2000, chapter 1, for the form). Rain
// counts 0.3 + 1.4 × proneness fold, levels and tides as much as the area is exposed
// to them. The score over 24 hours is never below that over 6. It needs the
// rows of in.Declared; every other input may be absent: what a declared input
// could not tell is named, and ScoreLow and ScoreHigh say what it could change.
func Assess(in Inputs, at time.Time) Assessment {
	if in.Location == nil {
		in.Location = time.UTC
	}
	s := survey(&in, at)
	out := Assessment{Inputs: s.states}
	for _, a := range in.Areas {
		if a.Level != city.Kelurahan {
			continue
		}
		short := s.risk(a, Horizons[0])
		long := s.risk(a, Horizons[1])
		long.Score, long.ScoreLow, long.ScoreHigh = max(long.Score, short.Score), max(long.ScoreLow, short.ScoreLow), max(long.ScoreHigh, short.ScoreHigh)
		for _, r := range []city.HazardRisk{short, long} {
			r.Level = LevelOf(in.Declared.Levels, r.Score, at)
			out.Risks = append(out.Risks, r)
		}
	}
	slices.SortFunc(out.Risks, city.GraverRisk)
	return out
}

// LevelOf is the gravest level whose row in force at the time score reaches.
func LevelOf(rows []city.HazardLevel, score float64, at time.Time) city.Severity {
	level := city.Info
	for _, l := range rows {
		if cut, ok := cutOf(rows, l.Level, at); ok && score >= cut && l.Level.Rank() > level.Rank() {
			level = l.Level
		}
	}
	return level
}

// cutOf is the score from which a level holds, by the newest row in force.
func cutOf(rows []city.HazardLevel, level city.Severity, at time.Time) (cut float64, ok bool) {
	today, newest := at.Format(time.DateOnly), ""
	for _, l := range rows {
		if l.Level == level && l.EffectiveOn <= today && l.EffectiveOn >= newest {
			cut, newest, ok = l.Score, l.EffectiveOn, true
		}
	}
	return cut, ok
}

// inForce are the weights of a horizon, of each factor the newest in effect.
func inForce(rows []city.HazardWeight, horizon int, at time.Time) []city.HazardWeight {
	today := at.Format(time.DateOnly)
	best := map[string]city.HazardWeight{}
	for _, w := range rows {
		if have, ok := best[w.Factor]; w.HorizonHours == horizon && w.EffectiveOn <= today && (!ok || w.EffectiveOn > have.EffectiveOn) {
			best[w.Factor] = w
		}
	}
	out := make([]city.HazardWeight, 0, len(best))
	for _, w := range best {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b city.HazardWeight) int { return strings.Compare(a.Factor, b.Factor) })
	return out
}

// term is what one factor brings: x times its weight is added to the log odds.
type term struct {
	x      float64
	value  float64
	unit   string
	id, en string
	// known is false when the input that should tell it did not; x is then 0
	// and most is what it could be.
	known bool
	most  float64
	// none is true when the city has no such input, or it does not concern
	// the area.
	none bool
	// input indexes the state of the input that did not tell it.
	input int
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }

// risk adds up one area over one horizon.
func (s *surveyed) risk(a city.Area, horizon int) city.HazardRisk {
	r := city.HazardRisk{
		AreaCode: a.Code, AreaName: a.Name, HorizonHours: horizon, At: s.at, Since: s.at,
		Reasons: []city.HazardReason{}, Missing: []string{}, MissingEN: []string{},
	}
	z, low, high, positive := 0.0, 0.0, 0.0, 0.0
	for _, w := range s.weights[horizon] {
		t := s.term(w, a, horizon)
		if t.none {
			continue
		}
		if !t.known {
			low += min(0, w.Weight*t.most)
			high += max(0, w.Weight*t.most)
			s.note(&r, t.input)
			continue
		}
		points := w.Weight * t.x
		z += points
		if w.Factor == "dasar" || t.x == 0 {
			continue
		}
		positive += max(0, points)
		r.Reasons = append(r.Reasons, city.HazardReason{Factor: w.Factor, Value: t.value, Unit: t.unit, Points: round3(points), Text: t.id, TextEN: t.en})
	}
	r.Score, r.ScoreLow, r.ScoreHigh = round3(logistic(z)), round3(logistic(z+low)), round3(logistic(z+high))
	for n := range r.Reasons {
		if p := r.Reasons[n].Points; p > 0 {
			r.Reasons[n].Share = round3(p / positive)
		}
	}
	slices.SortStableFunc(r.Reasons, func(x, y city.HazardReason) int {
		switch {
		case x.Points > y.Points:
			return -1
		case x.Points < y.Points:
			return 1
		}
		return 0
	})
	return r
}

// note adds the text of an input that was missed, once. What never spoke was
// not there when the level rose either, and a forecast is no measurement.
func (s *surveyed) note(r *city.HazardRisk, input int) {
	if input >= 0 && s.states[input].Newest != nil && s.states[input].Role != city.RoleForecast {
		r.Lost = true
	}
	if input < 0 || slices.Contains(r.Missing, s.states[input].Text) {
		return
	}
	r.Missing, r.MissingEN = append(r.Missing, s.states[input].Text), append(r.MissingEN, s.states[input].TextEN)
}

// wetness is how many times over rain counts in an area: as it is at middling
// proneness, a third where water runs off, nearly double where it gathers.
func wetness(prone float64) float64 { return 0.3 + 1.4*prone }

// term evaluates one factor for an area.
func (s *surveyed) term(w city.HazardWeight, a city.Area, horizon int) term {
	prone := s.prone[a.Code]
	wet := wetness(prone)
	switch {
	case w.Factor == "dasar":
		return term{x: 1, known: true}
	case w.Factor == "kerentanan":
		t := term{x: min(prone/w.Scale, w.Cap), value: round3(prone), known: true}
		t.id, t.en = city.ProneReason(a.Name, prone)
		return t
	case w.Factor == "prakiraan-hujan":
		return s.forecastTerm(w, a, horizon, wet)
	case w.Factor == "pasang":
		return s.tideTerm(w, a, horizon)
	case w.Factor == "hujan-pasang":
		return s.rainTideTerm(w, a, horizon)
	case w.Factor == "muka-air":
		return s.levelTerm(w, a)
	case w.Factor == "peringatan":
		return s.warningTerm(w, a, horizon)
	case w.Factor == "laporan":
		return s.voicesTerm(w, a)
	}
	if window, ok := rainWindow(w.Factor); ok {
		return s.rainTerm(w, a, window, wet)
	}
	return term{none: true}
}

// rainWindow reads the factors "hujan-20-menit" and "hujan-3-jam".
func rainWindow(factor string) (time.Duration, bool) {
	text, ok := strings.CutPrefix(factor, "hujan-")
	number, unit, ok2 := strings.Cut(text, "-")
	n, err := strconv.Atoi(number)
	if !ok || !ok2 || err != nil || n <= 0 {
		return 0, false
	}
	switch unit {
	case "menit":
		return time.Duration(n) * time.Minute, true
	case "jam":
		return time.Duration(n) * time.Hour, true
	}
	return 0, false
}

func (s *surveyed) rainTerm(w city.HazardWeight, a city.Area, window time.Duration, wet float64) term {
	if s.rainInput < 0 || !s.rainPossible(window) {
		return term{none: true}
	}
	mm, ok := s.rainAt(a, window)
	if !ok {
		return term{most: w.Cap * wet, input: s.rainInput}
	}
	t := term{x: min(mm/w.Scale, w.Cap) * wet, value: math.Round(mm*10) / 10, unit: "mm", known: true}
	t.id, t.en = city.RainReason(window, mm)
	return t
}

func (s *surveyed) forecastTerm(w city.HazardWeight, a city.Area, horizon int, wet float64) term {
	if s.forecastInput < 0 {
		return term{none: true}
	}
	mm, ok := s.forecast(a.Code, horizon)
	if !ok {
		return term{most: w.Cap * wet, input: s.forecastInput}
	}
	t := term{x: min(mm/w.Scale, w.Cap) * wet, value: math.Round(mm*10) / 10, unit: "mm", known: true}
	t.id, t.en = city.ForecastReason(horizon, mm)
	return t
}

func (s *surveyed) tideTerm(w city.HazardWeight, a city.Area, horizon int) term {
	tide, exposed := s.tideFor(a.Code)
	if tide == nil || exposed == 0 {
		return term{none: true}
	}
	if !tide.known {
		return term{most: w.Cap * exposed, input: tide.input}
	}
	high := tide.highest[horizon]
	t := term{x: min(tide.position(high.level)/w.Scale, w.Cap) * exposed, value: round3(high.level), unit: tide.decl.Unit, known: true}
	t.id, t.en = city.TideReason(tide.decl, high.level, high.at, s.in.ZoneLabel, s.in.Location)
	return t
}

// metByTide is how long fallen rain is still on its way to the river.
const metByTide = 3 * time.Hour

// rainTideTerm is the bad case: rain of the last three hours and to come that
// meets a high tide.
func (s *surveyed) rainTideTerm(w city.HazardWeight, a city.Area, horizon int) term {
	tide, exposed := s.tideFor(a.Code)
	if tide == nil || exposed == 0 || s.rainInput < 0 && s.forecastInput < 0 {
		return term{none: true}
	}
	fallen, okFallen := s.rainAt(a, metByTide)
	coming, okComing := s.forecast(a.Code, horizon)
	if !tide.known {
		return term{most: w.Cap * exposed, input: tide.input}
	}
	high := tide.highest[horizon]
	position := min(tide.position(high.level), 1.5) * exposed
	if !okFallen && !okComing {
		return term{most: w.Cap * position, input: max(s.rainInput, s.forecastInput)}
	}
	mm := fallen + coming
	t := term{x: min(mm/w.Scale, w.Cap) * position, value: math.Round(mm*10) / 10, unit: "mm", known: true}
	t.id, t.en = city.RainTideReason(mm, tide.decl, high.level)
	return t
}

// levelTerm is the dam or river that threatens the area most.
func (s *surveyed) levelTerm(w city.HazardWeight, a city.Area) term {
	best := term{none: true}
	for n := range s.levels {
		l := &s.levels[n]
		exposed := s.exposed[l.slug][a.Code]
		if exposed == 0 {
			continue
		}
		t := term{most: w.Cap * exposed, input: l.input}
		if l.known {
			t = term{x: min(l.soon()/w.Scale, w.Cap) * exposed, value: l.value, unit: l.decl.Unit, known: true}
			t.id, t.en = city.LevelReason(l.decl, l.value, l.habit, l.rise)
		}
		if best.none || t.known && t.x > best.x || !t.known && best.x == 0 {
			best = t
		}
	}
	return best
}

func (s *surveyed) warningTerm(w city.HazardWeight, a city.Area, horizon int) term {
	if s.warningInput < 0 {
		return term{none: true}
	}
	if !usable(s.states[s.warningInput].Freshness) && s.states[s.warningInput].Newest != nil {
		return term{most: w.Cap, input: s.warningInput}
	}
	t := term{known: true}
	until := s.at.Add(time.Duration(horizon) * time.Hour)
	for _, alert := range s.in.Warnings {
		if alert.Since.After(until) || alert.Until != nil && !alert.Until.After(s.at) || !covers(alert.AreaCodes, a.Code) {
			continue
		}
		if x := min(float64(alert.Severity.Rank())/3/w.Scale, w.Cap); x > t.x {
			t.x, t.value = x, float64(alert.Severity.Rank())
			t.id, t.en = city.WarningReason(alert)
		}
	}
	return t
}

func covers(codes []string, area string) bool {
	return len(codes) == 0 || slices.ContainsFunc(codes, func(c string) bool { return city.Within(area, c) })
}

// How long a voice speaks: it counts half after voiceHalf, nothing after
// voiceHours.
const (
	voiceHalf  = 90 * time.Minute
	voiceHours = 6
)

// voicesTerm is the logarithm of the reports of the last hours, older ones
// counting less, beyond what is usual for the area: the tenth caller adds less
// than the second.
func (s *surveyed) voicesTerm(w city.HazardWeight, a city.Area) term {
	if s.voicesInput < 0 {
		return term{none: true}
	}
	if f := s.states[s.voicesInput].Freshness; !usable(f) {
		return term{most: w.Cap, input: s.voicesInput}
	}
	v := s.voices[a.Code]
	n := max(0, v.weight-s.usual[a.Code])
	t := term{x: min(math.Log1p(n)/math.Log1p(w.Scale), w.Cap), value: float64(v.count), unit: "laporan", known: true}
	t.id, t.en = city.VoicesReason(v.count, voiceHours, a.Name)
	return t
}
