// Package cityindex works out the city index: one bounded figure of parts that
// are declared as rows, drawn to their peers where counts are small, with an
// interval and with how fresh its data are. It imports backend/city and the
// analysis shrink.
package cityindex

import (
	"fmt"
	"math"
	"slices"
	"time"

	"balaikota/backend/analysis/shrink"
	"balaikota/backend/city"
)

// Method is how the index is worked out, as screens show it.
const Method = "Rata-rata tertimbang bagian-bagian berskala 0 sampai 100 (tabel city_index_parts); angka dari kasus yang sedikit ditarik ke angka wilayah sesama " +
	"(Bayes empiris: beta-binomial, gamma-Poisson; Efron dan Hastie 2016, Clayton dan Kaldor 1987), selang 80 %. Bukan dasar peringkat tanpa selangnya."

// Figure is what one area shows of one part.
type Figure struct {
	// K of N: those that are good of all (share, indicators, freshness, proof),
	// things for so many people (rate), or the median hours K of N reports.
	K, N float64
	// Fresh is the share of what it rests on that is fresh, 0 to 1.
	Fresh float64
}

// Figures are one part's figures by area code. Areas without any are left out.
type Figures map[string]Figure

// z80 bounds 80 of 100 of a normal.
const z80 = 1.2815515655446004

// Compute works out the index of each area, given as the peers of one level.
// figures are by the part's slug. A part of which an area has nothing does not
// count; that it is not known widens the interval: it might be anything from 0 to
// 100. peers are areas of a level; of a single one (the city) nothing is drawn.
func Compute(at time.Time, rules []city.IndexPartRule, figures map[string]Figures, peers []string) []city.CityIndex {
	out := make([]city.CityIndex, len(peers))
	for i, code := range peers {
		out[i] = city.CityIndex{AreaCode: code, At: at, Parts: []city.IndexPart{}, Method: Method}
	}
	for _, rule := range rules {
		all := make([]Figure, 0, len(peers))
		for _, code := range peers {
			if f, ok := figures[rule.Slug][code]; ok {
				all = append(all, f)
			}
		}
		estimate := estimator(rule, all)
		for i, code := range peers {
			f, ok := figures[rule.Slug][code]
			out[i].Parts = append(out[i].Parts, part(rule, f, ok, estimate))
		}
	}
	for i := range out {
		finish(&out[i])
	}
	return out
}

// estimator draws a part's figures to those of the peers.
func estimator(rule city.IndexPartRule, peers []Figure) func(Figure) shrink.Estimate {
	counts := make([]shrink.Count, len(peers))
	for i, f := range peers {
		counts[i] = shrink.Count{K: f.K, N: f.N}
	}
	switch rule.Kind {
	case "rate":
		// Per 10,000 people.
		prior, _ := shrink.FitGamma(counts)
		return func(f Figure) shrink.Estimate {
			e := prior.Level(shrink.Count{K: f.K, N: f.N})
			return shrink.Estimate{Mean: 1e4 * e.Mean, Low: 1e4 * e.Low, High: 1e4 * e.High, SD: 1e4 * e.SD}
		}
	case "hours":
		return hours(peers)
	}
	prior, _ := shrink.FitBeta(counts)
	return func(f Figure) shrink.Estimate { return prior.Share(shrink.Count{K: f.K, N: f.N}) }
}

// medianSpread is how much the logarithm of one response scatters: the median
// of n of them has a variance of π/2·σ²/n (Stuart and Ord, Kendall's Advanced
// Theory of Statistics, §10.12). Times of response are close to lognormal with
// a σ about 1.
const medianSpread = 1.0

// hours draws medians on the logarithmic scale by random effects.
func hours(peers []Figure) func(Figure) shrink.Estimate {
	var cases []shrink.Case
	of := func(f Figure) shrink.Case {
		return shrink.Case{Value: math.Log(max(f.K, 0.1)), Error: medianSpread * math.Sqrt(math.Pi/2/max(f.N, 1))}
	}
	for _, f := range peers {
		if f.N > 0 {
			cases = append(cases, of(f))
		}
	}
	all, ok := shrink.Pool(cases)
	return func(f Figure) shrink.Estimate {
		p := shrink.Pooled{Mean: all.Mean, Error: math.Sqrt(all.Between + all.Error*all.Error + 0.25)}
		if f.N > 0 {
			own := of(f)
			p = shrink.Pooled{Mean: own.Value, Error: own.Error}
			if len(cases) > 1 && ok {
				p = p.Towards(shrink.Pooled{Mean: all.Mean, Error: all.Error, Between: max(all.Between, 0.01)})
			}
		}
		mean := math.Exp(p.Mean)
		return shrink.Estimate{Mean: mean, Low: math.Exp(p.Mean - z80*p.Error), High: math.Exp(p.Mean + z80*p.Error), SD: mean * p.Error}
	}
}

// part scores one part of one area.
func part(rule city.IndexPartRule, f Figure, known bool, estimate func(Figure) shrink.Estimate) city.IndexPart {
	p := city.IndexPart{Slug: rule.Slug, Name: rule.Name, NameEN: rule.NameEN, Weight: rule.Weight}
	if !known || (rule.Kind == "rate" && f.N <= 0) {
		p.Low, p.High, p.Score = 0, 100, 50
		p.Text = city.Said{Text: rule.Name + ": belum ada data; tidak ikut dihitung.", TextEN: rule.NameEN + ": no data; it does not count."}
		return p
	}
	e := estimate(f)
	score := func(v float64) float64 { return min(max(100*(v-rule.Worst)/(rule.Best-rule.Worst), 0), 100) }
	a, b := score(e.Low), score(e.High)
	p.Score, p.Low, p.High = score(e.Mean), min(a, b), max(a, b)
	p.Low, p.High = min(p.Low, p.Score), max(p.High, p.Score)
	p.Cases, p.Fresh = f.N, f.Fresh
	if rule.Kind == "rate" {
		p.Cases = f.K
	}
	p.Measured = rule.Kind == "rate" || f.N > 0
	p.Text = words(rule, f, e)
	return p
}

// words say what the figure is, and what it is drawn to.
func words(rule city.IndexPartRule, f Figure, e shrink.Estimate) city.Said {
	id := city.FormatNumber
	en := func(v float64, d int) string { return city.Number(v, d, '.') }
	switch {
	case f.N <= 0:
		return city.Said{
			Text:   rule.Name + ": belum ada kasus; nol dari nol bukan nilai baik, tidak ikut dihitung.",
			TextEN: rule.NameEN + ": no cases; none of none is no good mark, it does not count.",
		}
	case rule.Kind == "rate":
		return city.Said{
			Text: fmt.Sprintf("%s: %s laporan untuk %s jiwa, diperkirakan %s per 10.000 (%s sampai %s).", rule.Name,
				id(f.K, 0), id(f.N, 0), id(e.Mean, 1), id(e.Low, 1), id(e.High, 1)),
			TextEN: fmt.Sprintf("%s: %s reports for %s people, estimated %s per 10,000 (%s to %s).", rule.NameEN,
				en(f.K, 0), en(f.N, 0), en(e.Mean, 1), en(e.Low, 1), en(e.High, 1)),
		}
	case rule.Kind == "hours":
		return city.Said{
			Text: fmt.Sprintf("%s: median %s jam dari %s laporan, diperkirakan %s jam; %s jam bernilai 100, %s jam bernilai 0.", rule.Name,
				id(f.K, 1), id(f.N, 0), id(e.Mean, 1), id(rule.Best, 0), id(rule.Worst, 0)),
			TextEN: fmt.Sprintf("%s: median %s hours of %s reports, estimated %s; %s hours score 100, %s hours 0.", rule.NameEN,
				en(f.K, 1), en(f.N, 0), en(e.Mean, 1), en(rule.Best, 0), en(rule.Worst, 0)),
		}
	}
	return city.Said{
		Text: fmt.Sprintf("%s: %s dari %s, diperkirakan %s %% (%s sampai %s %%).", rule.Name,
			id(f.K, 0), id(f.N, 0), id(100*e.Mean, 0), id(100*e.Low, 0), id(100*e.High, 0)),
		TextEN: fmt.Sprintf("%s: %s of %s, estimated %s %% (%s to %s %%).", rule.NameEN,
			en(f.K, 0), en(f.N, 0), en(100*e.Mean, 0), en(100*e.Low, 0), en(100*e.High, 0)),
	}
}

// finish puts the parts together. The parts' errors are taken as independent;
// what is not known has that of a value anywhere between 0 and 100.
func finish(x *city.CityIndex) {
	var score, weight, all, variance, fresh float64
	for _, p := range x.Parts {
		all += p.Weight
		if !p.Measured {
			variance += p.Weight * p.Weight * 100 * 100 / 12
			continue
		}
		sd := (p.High - p.Low) / (2 * z80)
		score, weight, fresh = score+p.Weight*p.Score, weight+p.Weight, fresh+p.Weight*p.Fresh
		variance += p.Weight * p.Weight * sd * sd
	}
	if weight == 0 {
		x.Score, x.Low, x.High = 50, 0, 100
		x.Text = city.Said{Text: "Belum ada data untuk indeks.", TextEN: "There are no data for the index yet."}
		return
	}
	half := z80 * math.Sqrt(variance) / all
	x.Score, x.Fresh = score/weight, fresh/weight
	x.Low, x.High = max(0, x.Score-half), min(100, x.Score+half)
	measured := slices.DeleteFunc(slices.Clone(x.Parts), func(p city.IndexPart) bool { return !p.Measured })
	id, en := func(v float64) string { return city.FormatNumber(v, 0) }, func(v float64) string { return city.Number(v, 0, '.') }
	x.Text = city.Said{
		Text: fmt.Sprintf("Indeks %s dari 100 (selang 80 %%: %s sampai %s) dari %d dari %d bagian; %s %% datanya segar.",
			id(x.Score), id(x.Low), id(x.High), len(measured), len(x.Parts), id(100*x.Fresh)),
		TextEN: fmt.Sprintf("Index %s of 100 (80 %% interval: %s to %s) from %d of %d parts; %s %% of its data are fresh.",
			en(x.Score), en(x.Low), en(x.High), len(measured), len(x.Parts), en(100*x.Fresh)),
	}
}
