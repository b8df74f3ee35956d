package connectors

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// What is suspicious in a series of values.
const (
	stuckRun     = 6   // equal values in a row, beyond zero
	zeroShare    = 0.5 // of the values, when others are not zero
	fewestValues = 6   // in a series, before anything is said of zeros
)

// sentinels are numbers that systems write for "no value".
var sentinels = []float64{-9999, -999, -99, -1, 999, 9999, 99999, 999999, 9999999}

// neverNegative are units of which less than none is impossible.
var neverNegative = []string{"mm", "µg/m³", "ug/m3", "%", "rp", "rp/kg", "rp/liter", "m3/s", "m³/s", "km/jam", "orang", "unit", "laporan"}

// suspicions looks for values that are likely wrong though they can be kept:
// what stands for "no value", what the indicator cannot take, sensors that
// repeat themselves, zeros that stand for nothing, and what the checks flagged.
// Gravest first, then by how many rows it is about.
func suspicions(d city.Delivery, declared []city.Indicator) []city.Suspicion {
	out := []city.Suspicion{}
	type key struct{ indicator, area, station string }
	series := map[key][]city.Observation{}
	var order []key
	for _, o := range d.Observations {
		k := key{o.Indicator, o.AreaCode, o.Station}
		if series[k] == nil {
			order = append(order, k)
		}
		series[k] = append(series[k], o)
	}
	for _, k := range order {
		i := slices.IndexFunc(declared, func(x city.Indicator) bool { return x.Slug == k.indicator })
		var indicator city.Indicator
		if i >= 0 {
			indicator = declared[i]
		} else if len(declared) > 0 {
			out = append(out, city.Suspicion{Kind: "undeclared", Subject: k.indicator, Count: len(series[k]), Of: len(series[k])})
		}
		out = append(out, doubtsOf(strings.TrimSpace(k.indicator+" "+k.station), series[k], indicator)...)
	}
	out = append(out, flagged(d)...)
	rank := []string{"impossible", "sentinel", "negative", "stuck", "many_zeros", "undeclared", "outside", "future"}
	slices.SortStableFunc(out, func(a, b city.Suspicion) int {
		place := func(s city.Suspicion) int {
			if i := slices.Index(rank, s.Kind); i >= 0 {
				return i
			}
			return len(rank)
		}
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(b.Count, a.Count))
	})
	return out
}

// doubtsOf looks at one series.
func doubtsOf(subject string, rows []city.Observation, indicator city.Indicator) (out []city.Suspicion) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b city.Observation) int { return a.Time.Compare(b.Time) })
	unit := strings.ToLower(cmp.Or(indicator.Unit, rows[0].Unit))
	count := func(kind string, wrong func(float64) bool) {
		s := city.Suspicion{Kind: kind, Subject: subject, Of: len(rows)}
		for _, o := range rows {
			if wrong(o.Value) {
				s.Count++
				s.Example = o.Value
			}
		}
		if s.Count > 0 {
			out = append(out, s)
		}
	}
	usual := usualSize(rows)
	count("impossible", func(v float64) bool {
		return indicator.Min != nil && v < *indicator.Min || indicator.Max != nil && v > *indicator.Max
	})
	marked := func(v float64) bool {
		return slices.Contains(sentinels, v) && (v < 0 && slices.Contains(neverNegative, unit) || math.Abs(v) >= 999 && math.Abs(v) > 20*usual || v <= -99)
	}
	count("sentinel", marked)
	count("negative", func(v float64) bool { return v < 0 && !marked(v) && slices.Contains(neverNegative, unit) })
	if n, v := longestRun(rows); n >= stuckRun && v != 0 {
		out = append(out, city.Suspicion{Kind: "stuck", Subject: subject, Count: n, Of: len(rows), Example: v})
	}
	zeros := 0
	for _, o := range rows {
		if o.Value == 0 {
			zeros++
		}
	}
	// Rain is rightly nought most of the time; a level is not, a price never.
	most := len(rows) >= fewestValues && unit != "mm" && float64(zeros) > zeroShare*float64(len(rows))
	if zeros > 0 && zeros < len(rows) && (most || strings.HasPrefix(unit, "rp")) {
		out = append(out, city.Suspicion{Kind: "many_zeros", Subject: subject, Count: zeros, Of: len(rows)})
	}
	return out
}

// usualSize is the median of what the values that are no sentinels amount to;
// 0 when there are none.
func usualSize(rows []city.Observation) float64 {
	var sizes []float64
	for _, o := range rows {
		if !slices.Contains(sentinels, o.Value) {
			sizes = append(sizes, math.Abs(o.Value))
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

// longestRun is the longest run of one value and that value; rows are in order
// of time.
func longestRun(rows []city.Observation) (longest int, value float64) {
	run := 0
	for i, o := range rows {
		if i > 0 && o.Value == rows[i-1].Value {
			run++
		} else {
			run = 1
		}
		if run > longest {
			longest, value = run, o.Value
		}
	}
	return longest, value
}

// flagKinds are the doubts that stand behind the flags of the checks.
var flagKinds = []struct {
	flag city.Flag
	kind string
}{
	{city.FlagOutsideCity, "outside"}, {city.FlagSwappedPoint, "swapped"}, {city.FlagFutureTime, "future"}, {city.FlagTimeOrder, "time_order"},
	{city.FlagAreaDiffers, "area_differs"}, {city.FlagUnknownCategory, "unknown_category"}, {city.FlagNoPlace, "no_place"},
}

func flagged(d city.Delivery) (out []city.Suspicion) {
	for _, f := range flagKinds {
		s := city.Suspicion{Kind: f.kind, Of: len(d.Reports) + len(d.Observations)}
		for _, r := range d.Reports {
			if slices.Contains(r.Flags, f.flag) {
				s.Count++
			}
		}
		for _, o := range d.Observations {
			if slices.Contains(o.Flags, f.flag) {
				s.Count++
			}
		}
		if s.Count > 0 {
			out = append(out, s)
		}
	}
	return out
}
