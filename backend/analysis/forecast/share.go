package forecast

// Thin reports whether a count series is too thin to be forecast alone: less
// than one a day over its last eight weeks. Share then forecasts its parent.
func Thin(s Series) bool {
	y, ok := filled(s.Values)
	return s.Count && (!ok || mean(y[max(0, len(y)-8*Week):]) < 1)
}

// sharedOver is over how many days the habit of a child's share is taken.
const sharedOver = 13 * Week

// Share forecasts a thin series as a share of its parent's forecast: the part
// of the parent that it had in the last 13 weeks (top-down by historical
// proportions of the averages, Gross and Sohl, "Disaggregation methods to expedite
// product line forecasting", Journal of Forecasting 9 (1990) 233–254). The
// bands are made of the child's own errors under that rule. Both series begin
// and end on the same days. It returns false when the parent is too short or
// empty.
func Share(parent, child Series, horizon int) ([]Point, bool) {
	if len(parent.Values) != len(child.Values) || parent.known() < Least || len(parent.Values) < warmUp+fewest+horizon || horizon < 1 {
		return nil, false
	}
	y, share, ok := parent.plain()
	raw, known := filled(parent.Values)
	part, all := filled(child.Values)
	if !ok || !known || !all {
		return nil, false
	}
	r := parent.run(y, horizon)
	proportions := running(part, raw)
	last := proportions[len(proportions)-1]
	for h := range r.ahead {
		r.ahead[h] *= last
		for k := range r.past[h] {
			// The kth of n pairs at horizon h+1 was said on the day len-n+k-h-1.
			came := len(part) - len(r.past[h]) + k
			r.past[h][k] = pair{r.past[h][k].said * proportions[came-h-1], part[came]}
		}
	}
	return child.bands(r, func(h int) float64 {
		if day := len(y) + h - 1; parent.holiday(day) && !parent.sunday(day) {
			return share
		}
		return 1
	}), true
}

// running is the child's part of the parent over the days up to each one.
func running(part, whole []float64) []float64 {
	out := make([]float64, len(part))
	var p, w float64
	for i := range part {
		p, w = p+part[i], w+whole[i]
		if i >= sharedOver {
			p, w = p-part[i-sharedOver], w-whole[i-sharedOver]
		}
		if w > 0 {
			out[i] = max(0, p/w)
		}
	}
	return out
}
