package effect

import (
	"cmp"
	"math"
	"slices"

	"balaikota/backend/analysis/shrink"
)

// Past is one action whose effect is final.
type Past struct {
	Action, Season   string
	Office           int64
	Outcome          Outcome
	LogRatio, LogErr float64 // LogErr 0 when there was too little to compare
	Hours            float64 // from sending to done; NaN when not known
	Verified         bool
}

// Line is what a group of actions brought. Office 0 and Season "" are all.
type Line struct {
	Action, Season                 string
	Office                         int64
	Cases, Worked, Worse, Verified int
	// Change is the pooled change in per cent with its 80 % interval; Known is
	// false when no case was large enough.
	Known             bool
	Change, Low, High float64
	MedianHours       float64 // NaN when not known
}

// z80 is how many standard errors bound 80 of 100.
const z80 = 1.2815515655446004

// Ledger pools the effects of each kind of action, for all and by office,
// season, and both: random effects, and an office's or season's line drawn to
// that of the whole kind, so that two lucky cases do not make an office's name
// (backend/analysis/shrink). Unclear cases count with their wide errors: to
// leave them out would keep the lucky ones only.
func Ledger(all []Past) []Line {
	groups := map[Line][]Past{}
	for _, p := range all {
		keys := []Line{{Action: p.Action}, {Action: p.Action, Season: p.Season}}
		if p.Office != 0 {
			keys = append(keys, Line{Action: p.Action, Office: p.Office}, Line{Action: p.Action, Office: p.Office, Season: p.Season})
		}
		for _, key := range keys {
			groups[key] = append(groups[key], p)
		}
	}
	var out []Line
	for key, ps := range groups {
		out = append(out, line(key, ps, groups[Line{Action: key.Action}]))
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.Office, b.Office), cmp.Compare(a.Season, b.Season))
	})
	return out
}

// line puts the cases of one group together; kind are those of the whole kind
// of action.
func line(key Line, ps, kind []Past) Line {
	key.Cases, key.MedianHours = len(ps), math.NaN()
	var hours []float64
	for _, p := range ps {
		switch p.Outcome {
		case Worked:
			key.Worked++
		case Worse:
			key.Worse++
		}
		if p.Verified {
			key.Verified++
		}
		if !math.IsNaN(p.Hours) {
			hours = append(hours, p.Hours)
		}
	}
	if len(hours) > 0 {
		slices.Sort(hours)
		key.MedianHours = (hours[(len(hours)-1)/2] + hours[len(hours)/2]) / 2
	}
	own, ok := shrink.Pool(measured(ps))
	if !ok {
		return key
	}
	if key.Office != 0 || key.Season != "" {
		if whole, ok := shrink.Pool(measured(kind)); ok && len(kind) > len(ps) {
			own = own.Towards(whole)
		}
	}
	percent := func(v float64) float64 { return min(100*(math.Exp(v)-1), 1000) }
	key.Known, key.Change = true, percent(own.Mean)
	key.Low, key.High = percent(own.Mean-z80*own.Error), percent(own.Mean+z80*own.Error)
	return key
}

func measured(ps []Past) (out []shrink.Case) {
	for _, p := range ps {
		if p.LogErr > 0 {
			out = append(out, shrink.Case{Value: p.LogRatio, Error: p.LogErr})
		}
	}
	return out
}
