package shrink

import "math"

// Case is one measured effect: its value (the logarithm of a ratio) and the
// standard error of that.
type Case struct{ Value, Error float64 }

// Pooled is what many cases say together.
type Pooled struct {
	Mean, Error float64
	// Between is the variance of the true effects (τ²).
	Between float64
}

// Pool puts cases together by random effects: weights 1/(error²+τ²) with τ² by
// the moments of Cochran's Q (DerSimonian and Laird, "Meta-analysis in clinical
// trials", Controlled Clinical Trials 7 (1986) 177–188). False without cases.
func Pool(cases []Case) (Pooled, bool) {
	if len(cases) == 0 {
		return Pooled{}, false
	}
	mean, w, w2 := weighted(cases, 0)
	q := 0.0
	for _, c := range cases {
		q += (c.Value - mean) * (c.Value - mean) / (c.Error * c.Error)
	}
	between := 0.0
	if scale := w - w2/w; scale > 0 {
		between = max(0, (q-float64(len(cases)-1))/scale)
	}
	mean, w, _ = weighted(cases, between)
	return Pooled{Mean: mean, Error: 1 / math.Sqrt(w), Between: between}, true
}

// weighted is the mean by inverse variances, with the sums of the weights and
// of their squares.
func weighted(cases []Case, between float64) (mean, w, w2 float64) {
	for _, c := range cases {
		v := 1 / (c.Error*c.Error + between)
		mean, w, w2 = mean+v*c.Value, w+v, w2+v*v
	}
	return mean / w, w, w2
}

// Towards draws a group's pooled effect to that of all groups: the posterior
// of a normal with the prior's mean and its variance between groups
// (Efron and Morris, "Stein's paradox in statistics", Scientific American 236
// (1977) 119–127). Few cases lean on the rest, many stand alone.
func (p Pooled) Towards(all Pooled) Pooled {
	prior, own := all.Between+all.Error*all.Error, p.Error*p.Error
	if prior <= 0 {
		return all
	}
	v := 1 / (1/prior + 1/own)
	return Pooled{Mean: v * (all.Mean/prior + p.Mean/own), Error: math.Sqrt(v), Between: p.Between}
}
