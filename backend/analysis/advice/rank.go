package advice

import (
	"math"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// Bounds of the factors of a rank. Their product orders advice; each is stated
// on screen. They are Balaikota's own judgement, to be tested against what
// officers approve; a rule's weight is where a city says otherwise.
const (
	leastImpact, mostImpact         = 1.0, 8.0
	leastUrgency, mostUrgency       = 0.3, 4.0
	leastActionable, mostActionable = 0.3, 1.3
	leastWeight, mostWeight         = 0.1, 10.0
)

// aPlace is for how many voices a kelurahan under water or warning counts:
// those who stand in it have other things to do than to report.
const aPlace = 50

// fewVoices is how many voices halve what "much of it came today" says: one of
// one is not growth.
const fewVoices = 3

// ledgerCases is from how many measured cases on the city's own ledger speaks
// instead of a rule's prior.
const ledgerCases = 5

func bounded(v, low, high float64) float64 {
	if math.IsNaN(v) {
		return low
	}
	return min(max(v, low), high)
}

// impact (dampak) is 1 to 4 by severity, times 1 to 2 by the logarithm of how
// many voices, cases or kelurahan (aPlace each) the matter concerns.
func impact(m matter) city.RankPart {
	grade := float64(m.severity.Rank() + 1)
	size := 1 + min(1, math.Log10(1+max(0, m.reach))/2)
	return city.RankPart{
		Factor: "dampak", Value: round3(bounded(grade*size, leastImpact, mostImpact)),
		Said: join([2]string{"Tingkat ", "Level "}, level(m.severity), [2]string{", jangkauan ", ", reach "}, number(math.Round(m.reach)), "."),
	}
}

// recency is how much an incident's urgency keeps by the age of its last
// report: all within a day, less within three and seven, least after.
func recency(age time.Duration) float64 {
	switch {
	case age <= 24*time.Hour:
		return 1
	case age <= 72*time.Hour:
		return 0.8
	case age <= 7*24*time.Hour:
		return 0.6
	}
	return 0.4
}

// urgency (mendesak) is 1 to 3 by the deadline the rule states, times recency
// for incidents, times up to 1.3 when many voices came and most of them today.
func urgency(m matter, rule city.ActionRule, now time.Time) city.RankPart {
	hours := rule.DueHours
	said := join(strconv.Itoa(rule.DueHours), [2]string{" jam", " hours"})
	if rule.DueDays > 0 {
		hours = rule.DueDays * 24
		said = join(strconv.Itoa(rule.DueDays), [2]string{" hari kerja", " working days"})
	}
	v := 1.0
	switch {
	case hours <= 6:
		v = 3
	case hours <= 24:
		v = 2.5
	case hours <= 72:
		v = 2
	case hours <= 168:
		v = 1.5
	}
	said = join([2]string{"Tenggat ", "Due within "}, said)
	if !m.lastAt.IsZero() {
		age := now.Sub(m.lastAt)
		v *= recency(age)
		if age > 24*time.Hour {
			said = join(said, [2]string{"; laporan terakhir ", "; last report "}, span(age), [2]string{" lalu", " ago"})
		}
	}
	if m.growing > 0 {
		v *= 1 + 0.3*min(1, m.growing)*float64(m.voices)/float64(m.voices+fewVoices)
		said = join(said, "; ", strconv.Itoa(int(math.Round(100*m.growing))), [2]string{" % suaranya masuk hari ini", " % of its voices came today"})
	}
	return city.RankPart{Factor: "mendesak", Value: round3(bounded(v, leastUrgency, mostUrgency)), Said: join(said, ".")}
}

// actionable (dapat-ditindak) is 1; a precise place adds a tenth, a ledger that
// knows the action brings it to 0.7 plus half the share that worked, and
// doubtful reports halve it.
func actionable(m matter, line *city.LedgerLine) city.RankPart {
	v := 1.0
	said := city.Said{Text: "Penanggung jawab jelas", TextEN: "The office is known"}
	if line != nil {
		v = 0.7 + 0.5*float64(line.Worked)/float64(line.Cases)
		said = join(said, "; ", strconv.Itoa(line.Worked), [2]string{" dari ", " of "}, strconv.Itoa(line.Cases), [2]string{" tindakan sejenis berhasil", " such actions worked"})
	}
	if m.precise {
		v += 0.1
		said = join(said, [2]string{"; titiknya diketahui", "; the spot is known"})
	}
	if m.doubt {
		v *= 0.5
		said = join(said, [2]string{"; laporannya perlu diperiksa dulu", "; its reports need a check first"})
	}
	return city.RankPart{Factor: "dapat-ditindak", Value: round3(bounded(v, leastActionable, mostActionable)), Said: join(said, ".")}
}

// weight (bobot) is the rule's own.
func weight(rule city.ActionRule) city.RankPart {
	v := bounded(rule.Weight, leastWeight, mostWeight)
	return city.RankPart{Factor: "bobot", Value: round3(v), Said: join([2]string{"Bobot aturan ", "Weight of the rule "}, rule.Slug, ".")}
}

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }

// ledgerLine is what the city's own past says of an action: the office's line
// if it has enough cases, else everybody's, else nil. Seasons are left
// together: their lines are small.
func (b *book) ledgerLine(action, office string) *city.LedgerLine {
	var best *city.LedgerLine
	for i, l := range b.Ledger {
		if l.Action != action || l.Season != "" || l.Cases < ledgerCases || l.Change == nil || l.Low == nil || l.High == nil || (l.Office != "" && l.Office != office) {
			continue
		}
		if best == nil || l.Office != "" {
			best = &b.Ledger[i]
		}
	}
	return best
}

// effect is what an action should bring: by the ledger, or by the prior of its
// kind with the source of that.
func effect(kind city.ActionKind, line *city.LedgerLine) city.ExpectedEffect {
	e := city.ExpectedEffect{
		Measure: kind.Measure, Low: kind.Low, Mid: kind.Mid, High: kind.High, Days: kind.EffectDays, From: "rule", Source: kind.EffectSource,
	}
	if line != nil {
		e.Low, e.Mid, e.High, e.From, e.Cases, e.Source = *line.Low, *line.Change, *line.High, "ledger", line.Cases, ""
		e.Low, e.High = min(e.Low, e.High), max(e.Low, e.High)
	}
	if e.Low == 0 && e.High == 0 {
		e.Said = city.Said{Text: "Perubahan angkanya tidak diperkirakan.", TextEN: "No change of the figure is expected."}
		return e
	}
	what := map[string][2]string{
		"reports": {"laporan sejenis di tempat itu", "like reports there"}, "indicator": {"indikatornya", "the indicator"},
		"overdue": {"laporan lewat tenggat", "overdue reports"},
	}[kind.Measure]
	e.Said = join([2]string{"Perkiraan perubahan ", "Expected change of "}, what, ": ", percent(e.Mid),
		" (", percent(e.Low), [2]string{" sampai ", " to "}, percent(e.High), [2]string{") dalam ", ") in "}, strconv.Itoa(e.Days), [2]string{" hari", " days"})
	if line != nil {
		e.Said = join(e.Said, [2]string{", dari ", ", from "}, strconv.Itoa(e.Cases), [2]string{" tindakan yang sudah diukur.", " measured actions."})
	} else {
		e.Said = join(e.Said, [2]string{"; belum cukup terukur di kota ini.", "; not yet measured often enough in this city."})
	}
	return e
}

func percent(v float64) city.Said {
	v = math.Round(v)
	if v == 0 {
		v = 0 // no minus
	}
	sign := ""
	if v > 0 {
		sign = "+"
	}
	return city.Said{Text: sign + city.Number(v, 0, ',') + " %", TextEN: sign + city.Number(v, 0, '.') + " %"}
}
