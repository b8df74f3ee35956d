package briefing

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Reading is the one figure that a tile shows for an indicator.
type Reading struct {
	Indicator city.Indicator
	Value     float64
	Previous  *float64
	Time      time.Time
	Source    string
	Severity  city.Severity
	Simulated bool
	// Area is whose value it is; "" for a figure over several areas.
	Area string
	// How it was made of several areas: mean, sum, max, min; "" of one.
	How   string
	Areas int
}

// Readings are the figures that the screen's tiles show (frontend/src/data/
// reading.ts), of the indicators that every reader of a sheet may see: the
// city's own value; else the one value there is, the worst place where the
// highest or lowest matters, or the mean or sum of the newest hour.
func Readings(indicators []city.Indicator, states []city.IndicatorState, cityCode string) []Reading {
	by := map[string][]city.IndicatorState{}
	for _, st := range states {
		by[st.Indicator] = append(by[st.Indicator], st)
	}
	var out []Reading
	for _, i := range indicators {
		seen := !slices.ContainsFunc(Readers, func(r city.Role) bool { return !i.MayBeSeenBy(r) })
		if list := by[i.Slug]; seen && len(list) > 0 {
			out = append(out, headline(i, list, cityCode))
		}
	}
	return out
}

func readingOf(i city.Indicator, st city.IndicatorState) Reading {
	return Reading{Indicator: i, Value: st.Value, Previous: st.Previous, Time: st.Time, Source: st.Source, Severity: st.Severity, Simulated: st.Simulated, Area: st.AreaCode, Areas: 1}
}

func headline(i city.Indicator, states []city.IndicatorState, cityCode string) Reading {
	for _, st := range states {
		if st.AreaCode == "" || st.AreaCode == cityCode {
			return readingOf(i, st)
		}
	}
	if len(states) == 1 {
		return readingOf(i, states[0])
	}
	if i.Aggregation == "max" || i.Aggregation == "last" {
		return extreme(i, states, i.Aggregation == "last" && i.Direction == "up")
	}
	return together(i, states)
}

func extreme(i city.Indicator, states []city.IndicatorState, low bool) Reading {
	worst := states[0]
	for _, st := range states[1:] {
		if low && st.Value < worst.Value || !low && st.Value > worst.Value {
			worst = st
		}
	}
	r := readingOf(i, worst)
	r.How, r.Areas = "max", len(states)
	if low {
		r.How = "min"
	}
	return r
}

func together(i city.Indicator, states []city.IndicatorState) Reading {
	r := Reading{Indicator: i, Source: states[0].Source, Severity: city.Info, How: "sum"}
	for _, st := range states {
		if st.Time.After(r.Time) {
			r.Time = st.Time
		}
	}
	before, known := 0.0, true
	for _, st := range states {
		if r.Time.Sub(st.Time) > time.Hour {
			continue
		}
		r.Areas++
		r.Value += st.Value
		r.Simulated = r.Simulated || st.Simulated
		if st.Severity.Rank() > r.Severity.Rank() {
			r.Severity = st.Severity
		}
		if st.Previous == nil {
			known = false
		} else {
			before += *st.Previous
		}
	}
	if i.Aggregation == "mean" {
		r.How = "mean"
		r.Value, before = r.Value/float64(r.Areas), before/float64(r.Areas)
	}
	if known {
		r.Previous = &before
	}
	return r
}

// OffTarget are the readings past a threshold, gravest first, then those that
// have not reached their target, each in the order of the tiles.
func OffTarget(all []Reading) []Reading {
	off := slices.DeleteFunc(slices.Clone(all), func(r Reading) bool { return r.Severity.Rank() == 0 && !r.Indicator.Misses(r.Value) })
	slices.SortStableFunc(off, func(a, b Reading) int {
		if c := b.Severity.Rank() - a.Severity.Rank(); c != 0 {
			return c
		}
		return order(a.Indicator) - order(b.Indicator)
	})
	return off
}

// order puts those without a tile last.
func order(i city.Indicator) int {
	if i.Rank == 0 {
		return 1 << 20
	}
	return i.Rank
}

func (s *sheet) indicators() {
	p := &s.out.Indicators
	if !s.part(PartIndicators, p, "Indikator di luar target") {
		return
	}
	all := Readings(s.in.Indicators, s.in.States, s.in.Setting.Code)
	off := OffTarget(all)
	measured, stale := 0, []string{} // that have something to be measured by
	for _, r := range all {
		if len(r.Indicator.Thresholds) == 0 && r.Indicator.Target == nil {
			continue
		}
		measured++
		if s.staleness(r) != "" {
			stale = append(stale, r.Indicator.Name)
		}
	}
	for _, r := range off[:min(len(off), indicatorsMost)] {
		s.out.IndicatorRows = append(s.out.IndicatorRows, s.row(r))
		s.out.Simulated = s.out.Simulated || r.Simulated
	}
	var notes []string
	switch {
	case len(all) == 0:
		notes = append(notes, "Belum ada nilai indikator.")
	case len(off) == 0 && measured > 0:
		notes = append(notes, "Semua "+count(measured)+" indikator yang punya batas atau target memenuhinya.")
	case len(off) > indicatorsMost:
		notes = append(notes, count(len(off)-indicatorsMost)+" indikator lain juga di luar target.")
	}
	if len(stale) > 0 {
		text := "Datanya tidak segar: " + strings.Join(stale[:min(3, len(stale))], ", ")
		if more := len(stale) - 3; more > 0 {
			text += " dan " + count(more) + " lainnya"
		}
		notes = append(notes, text+".")
	}
	p.Note = strings.Join(notes, " ")
}

// staleness says as of when a value is that is older than twice what its
// indicator promises; "" for a fresh one.
func (s *sheet) staleness(r Reading) string {
	promised := time.Duration(r.Indicator.FreshForSeconds) * time.Second
	if promised <= 0 || s.in.At.Sub(r.Time) <= 2*promised {
		return ""
	}
	return "per " + s.clock(r.Time)
}

// targetSigns say on which side of its target a value is meant to be.
var targetSigns = map[string]string{"up": "≥ ", "down": "≤ "}

func (s *sheet) row(r Reading) city.BriefingIndicator {
	i := r.Indicator
	out := city.BriefingIndicator{
		Slug: i.Slug, Name: clip(i.Name, 45), Place: s.whose(r), Value: r.Value, Shown: city.FormatValue(r.Value, i.Decimals, i.Unit), Severity: r.Severity,
		Change: "–", Stale: s.staleness(r), Spark: s.spark(i),
	}
	if r.Previous != nil {
		out.Change = change(i, r.Value-*r.Previous)
	}
	severity, passed := i.SeverityOf(r.Value, r.Area, s.in.At.In(s.in.Zone))
	var limits []string
	source := ""
	if passed != nil && severity.Rank() > 0 {
		sign := "≤ "
		if passed.Above {
			sign = "≥ "
		}
		limit := passed.Value
		out.Limit = &limit
		limits, source = append(limits, severityWords[severity]+" "+sign+city.FormatNumber(limit, -1)), "batas: "+passed.Source
	} else if r.Severity.Rank() > 0 {
		limits = append(limits, severityWords[r.Severity])
	}
	if t := i.Target; t != nil {
		limits, source = append(limits, "target "+targetSigns[i.Direction]+city.FormatNumber(t.Value, -1)), cmp.Or(source, "target: "+t.Source)
	}
	out.Target = strings.Join(limits, "; ")
	text := i.Name + " " + out.Shown
	if out.Place != "" {
		text += " (" + out.Place + ")"
	}
	out.Refs = s.cite(text, "/?indikator="+url.QueryEscape(i.Slug), r.Time, source)
	return out
}

// whose says of which places a figure is.
func (s *sheet) whose(r Reading) string {
	switch r.How {
	case "mean":
		return "rata-rata " + count(r.Areas) + " wilayah"
	case "sum":
		return "jumlah " + count(r.Areas) + " wilayah"
	case "max":
		return "tertinggi: " + s.names[r.Area]
	case "min":
		return "terendah: " + s.names[r.Area]
	}
	if r.Area == "" || r.Area == s.in.Setting.Code {
		return ""
	}
	return s.names[r.Area]
}

// change is a difference of about a day with its verdict, by the indicator's
// declared direction.
func change(i city.Indicator, d float64) string {
	if math.Abs(d) < 0.5*math.Pow10(-i.Decimals) {
		return "tetap"
	}
	text := signed(d, i.Decimals)
	switch {
	case i.Direction == "none":
		return text
	case (d > 0) == (i.Direction == "up"):
		return text + " membaik"
	}
	return text + " memburuk"
}

// spark are the hours of the last day, null where one is missing.
func (s *sheet) spark(i city.Indicator) []*float64 {
	const hours = 24
	out := make([]*float64, hours)
	start := s.in.At.Add(-hours * time.Hour)
	known := false
	for _, p := range s.in.Series[i.Slug] {
		if at := int(math.Floor(p.Time.Sub(start).Hours())); p.Value != nil && at >= 0 && at < hours {
			v := *p.Value
			out[at], known = &v, true
		}
	}
	if !known {
		return []*float64{}
	}
	return out
}
