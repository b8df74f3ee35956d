// Package fairness gives a fair account of an office: how many of its reports
// were late against how many would have been, had the city as a whole had the
// same mix of cases. It imports backend/city and the analysis shrink.
//
// Method: indirect standardisation (Breslow and Day, Statistical Methods in
// Cancer Research II (1987) §2.3): the city's share of late reports in each
// stratum (category × channel × rain), times the office's reports there, is what
// is expected of it. The ratio of late to expected is drawn to 1 by the spread
// of all offices (gamma-Poisson: Clayton and Kaldor, Biometrics 43 (1987)
// 671–681), so that three late of four do not make a name.
package fairness

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"balaikota/backend/analysis/shrink"
	"balaikota/backend/city"
)

// Cell counts an office's reports of one stratum whose deadline fell into the
// period: what was overdue before is nobody's lateness of this one.
type Cell struct {
	Office, Category, Channel string
	Wet                       bool // received on a day with much rain
	Cases, Late               int
}

// Facts are an office's plain figures of the period. InheritedLate were overdue
// already when it began, WaitingReports wait for the citizen; Sent to Proven
// count dispositions.
type Facts struct {
	Office, Name                                     string
	Inherited, InheritedLate, Received, Closed, Open int
	WaitingReports                                   int
	MedianHours                                      *float64
	Sent, Done, Waiting, Proven                      int
}

// strata learnt from fewer cases than this lean on their category, that on all.
const leanOn = 20.0

// rates are the city's shares of late reports.
type rates struct {
	cells      map[Cell][2]float64
	categories map[string][2]float64
	all        [2]float64
}

func stratum(c Cell) Cell { return Cell{Category: c.Category, Channel: c.Channel, Wet: c.Wet} }

func learn(cells []Cell) rates {
	r := rates{cells: map[Cell][2]float64{}, categories: map[string][2]float64{}}
	add := func(v [2]float64, c Cell) [2]float64 {
		return [2]float64{v[0] + float64(c.Late), v[1] + float64(c.Cases)}
	}
	for _, c := range cells {
		r.cells[stratum(c)] = add(r.cells[stratum(c)], c)
		r.categories[c.Category] = add(r.categories[c.Category], c)
		r.all = add(r.all, c)
	}
	return r
}

// of is the share of late reports to expect in a stratum.
func (r rates) of(c Cell) float64 {
	whole := r.all[0] / max(r.all[1], 1)
	k := r.categories[c.Category]
	category := (k[0] + leanOn*whole) / (k[1] + leanOn)
	s := r.cells[stratum(c)]
	return (s[0] + leanOn*category) / (s[1] + leanOn)
}

// Pages makes the pages of the offices in facts, by name. cells are those of
// all offices of the city; rain is mm in the period by the usual, nil when not
// known.
func Pages(from, until time.Time, facts []Facts, cells []Cell, rain *float64) []city.OfficePage {
	r := learn(cells)
	type sum struct{ late, cases, expected float64 }
	offices := map[string]*sum{}
	for _, c := range cells {
		if offices[c.Office] == nil {
			offices[c.Office] = &sum{}
		}
		s := offices[c.Office]
		s.late, s.cases, s.expected = s.late+float64(c.Late), s.cases+float64(c.Cases), s.expected+float64(c.Cases)*r.of(c)
	}
	var counts []shrink.Count
	for _, s := range offices {
		counts = append(counts, shrink.Count{K: s.late, N: s.expected})
	}
	slices.SortFunc(counts, func(a, b shrink.Count) int { return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.K, b.K)) })
	prior, fitted := shrink.FitGamma(counts)
	out := []city.OfficePage{}
	for _, f := range facts {
		p := city.OfficePage{
			Office: f.Office, Name: f.Name, From: from, Until: until, Inherited: f.Inherited, Received: f.Received, Closed: f.Closed, Open: f.Open,
			MedianH: f.MedianHours, Rain: rain, Sent: f.Sent, Done: f.Done, Waiting: f.Waiting, Proven: f.Proven,
		}
		if s := offices[f.Office]; s != nil && s.cases > 0 {
			p.Cases, p.Late, p.ExpectLate = int(s.cases), int(s.late), s.expected
			if fitted && s.expected > 0 {
				e := prior.Level(shrink.Count{K: s.late, N: s.expected})
				p.Ratio, p.RatioLow, p.RatioHigh = &e.Mean, &e.Low, &e.High
			}
		}
		p.Standing = standing(p)
		p.Text, p.Notes = words(p, f)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b city.OfficePage) int { return cmp.Compare(a.Office, b.Office) })
	return out
}

// enough expected late reports are needed before the ratio is put into words.
const enough = 5.0

// standing is as sure as the ratio's interval: it names a difference only where
// the whole of it lies on one side of the usual.
func standing(p city.OfficePage) city.Standing {
	switch {
	case p.Cases == 0:
		return city.StandingNone
	case p.Ratio == nil || p.ExpectLate < enough:
		return city.StandingThin
	case *p.RatioHigh < 1:
		return city.StandingFewer
	case *p.RatioLow > 1:
		return city.StandingMore
	}
	return city.StandingUsual
}

// compared has the words of each standing that has a ratio.
var compared = map[city.Standing][2]string{
	city.StandingFewer: {"lebih sedikit daripada sesama", "fewer than its peers"},
	city.StandingMore:  {"lebih banyak daripada sesama", "more than its peers"},
	city.StandingUsual: {"tidak dapat dibedakan dari sesama", "not to be told from its peers"},
}

func words(p city.OfficePage, f Facts) (city.Said, []city.Said) {
	id, en := city.FormatNumber, func(v float64, d int) string { return city.Number(v, d, '.') }
	n := func(v int) string { return id(float64(v), 0) }
	m := func(v int) string { return en(float64(v), 0) }
	text := city.Said{
		Text:   fmt.Sprintf("Terlambat %s dari %s laporan yang tenggatnya jatuh dalam periode ini, diperkirakan %s bila seluruh kota menangani perkara yang sama", n(p.Late), n(p.Cases), id(p.ExpectLate, 1)),
		TextEN: fmt.Sprintf("%s late of %s reports whose deadline fell into this period, %s expected had the whole city handled the same cases", m(p.Late), m(p.Cases), en(p.ExpectLate, 1)),
	}
	switch p.Standing {
	case city.StandingNone:
		text = city.Said{Text: "Tidak ada laporan yang tenggatnya jatuh dalam periode ini.", TextEN: "No report's deadline fell into this period."}
	case city.StandingThin:
		text.Text += ": terlalu sedikit untuk dibandingkan."
		text.TextEN += ": too few to compare."
	default:
		said := compared[p.Standing]
		text.Text += fmt.Sprintf(": %s (nisbah %s, selang 80 %% %s sampai %s).", said[0], id(*p.Ratio, 2), id(*p.RatioLow, 2), id(*p.RatioHigh, 2))
		text.TextEN += fmt.Sprintf(": %s (ratio %s, 80 %% interval %s to %s).", said[1], en(*p.Ratio, 2), en(*p.RatioLow, 2), en(*p.RatioHigh, 2))
	}
	notes := []city.Said{}
	note := func(ok bool, text, textEN string) {
		if ok {
			notes = append(notes, city.Said{Text: text, TextEN: textEN})
		}
	}
	note(f.InheritedLate > 0, fmt.Sprintf("%s laporan sudah lewat tenggat saat periode mulai dan tidak dihitung terlambat di sini.", n(f.InheritedLate)),
		fmt.Sprintf("%s reports were overdue when the period began and are not counted late here.", m(f.InheritedLate)))
	note(f.Inherited > 0 && f.Received > 0 && 2*f.Inherited > f.Received,
		fmt.Sprintf("Warisan besar: %s terbuka saat mulai, %s masuk dalam periode.", n(f.Inherited), n(f.Received)),
		fmt.Sprintf("Large inheritance: %s open at the start, %s received in the period.", m(f.Inherited), m(f.Received)))
	note(f.WaitingReports > 0, fmt.Sprintf("%s laporan menunggu jawaban warga; jamnya berhenti.", n(f.WaitingReports)),
		fmt.Sprintf("%s reports wait for the citizen; their clock stands.", m(f.WaitingReports)))
	note(f.Waiting > 0, fmt.Sprintf("%s disposisi menunggu pihak lain.", n(f.Waiting)), fmt.Sprintf("%s dispositions wait on somebody else.", m(f.Waiting)))
	if p.Rain != nil && (*p.Rain > 1.3 || *p.Rain < 0.7) {
		note(true, fmt.Sprintf("Hujan %s kali biasanya dalam periode ini; banyaknya perkara ikut berubah.", id(*p.Rain, 1)),
			fmt.Sprintf("Rain was %s times the usual in this period, and with it the cases.", en(*p.Rain, 1)))
	}
	note(p.Received < 20 && !math.IsNaN(p.ExpectLate), fmt.Sprintf("Hanya %s laporan masuk: angka kecil mudah berubah karena kebetulan.", n(p.Received)),
		fmt.Sprintf("Only %s reports received: small figures change by chance.", m(p.Received)))
	return text, notes
}
