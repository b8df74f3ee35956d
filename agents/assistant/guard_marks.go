package assistant

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// Kinds of marks beside those of names.
const (
	markPeriod MentionKind = "period"
	markNumber MentionKind = "number"
)

// dateSpan is a stretch of time that a text names. exact spans are whole named
// periods: a figure of that name has just these ends.
type dateSpan struct {
	from, to time.Time
	exact    bool
}

// mark is one thing in a sentence that its numbers are associated by.
type mark struct {
	kind       MentionKind
	start, end int
	keys       []string
	span       dateSpan
	number     tool.Mention
}

// marked is a sentence taken apart.
type marked struct {
	text    string
	lower   string
	marks   []mark   // in order
	clauses [][2]int // in order, covering the text
}

// abbreviations end with a full stop that ends no sentence.
var abbreviation = regexp.MustCompile(`(?i)(?:^|[\s(])(?:jl|jln|kec|kel|kab|no|gg|dr|drs|hj|h|ir|pkl|tgl|rp|dll|dsb|s\.d|st|prof|bpk)\.$`)

var sentenceEnd = regexp.MustCompile(`[.!?]+["')\]]*(?:\s|$)|[;\n]`)

// sentences cuts a text at the ends of its sentences.
func sentences(text string) (out []string) {
	begin := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		if text[at[0]] == '.' && abbreviation.MatchString(text[begin:at[0]+1]) {
			continue
		}
		if s := strings.TrimSpace(text[begin:at[1]]); s != "" {
			out = append(out, s)
		}
		begin = at[1]
	}
	if s := strings.TrimSpace(text[begin:]); s != "" {
		out = append(out, s)
	}
	return out
}

var clauseEnd = regexp.MustCompile(`(?i),\s|:\s|\s[–—-]\s|[()]|\b(?:sedangkan|sementara|namun|tetapi|tapi|dan|serta|disusul|diikuti|kemudian|adapun|dibanding|dibandingkan|daripada)\b`)

// takeApart finds the names, numbers and periods of a sentence, and its clauses.
func (e *evidence) takeApart(text string) *marked {
	m := &marked{text: text, lower: strings.ToLower(text)}
	for _, p := range e.t.a.Places(text) {
		m.marks = append(m.marks, mark{kind: p.Kind, start: p.Start, end: p.End, keys: p.Keys})
	}
	e.markPeriods(m)
	for _, n := range tool.Numbers(text, e.hidden(text)...) {
		if m.covered(n.Start, n.End) {
			continue
		}
		if n.Kind == tool.NumberDate {
			m.marks = append(m.marks, mark{kind: markPeriod, start: n.Start, end: n.End, span: e.spanOf(n), number: n})
			continue
		}
		m.marks = append(m.marks, mark{kind: markNumber, start: n.Start, end: n.End, number: n})
	}
	slices.SortFunc(m.marks, func(a, b mark) int { return a.start - b.start })
	m.cut()
	return m
}

func (m *marked) covered(from, to int) bool {
	return slices.ContainsFunc(m.marks, func(k mark) bool { return from < k.end && k.start < to })
}

func (m *marked) cut() {
	begin := 0
	for _, at := range clauseEnd.FindAllStringIndex(m.text, -1) {
		if m.covered(at[0], at[1]) || at[0] <= begin && at[1] <= begin {
			continue
		}
		if strings.TrimSpace(m.text[begin:at[0]]) != "" {
			m.clauses = append(m.clauses, [2]int{begin, at[0]})
			begin = at[0]
		}
	}
	m.clauses = append(m.clauses, [2]int{begin, len(m.text)})
}

// clause returns the clause that holds a place in the sentence.
func (m *marked) clause(at int) [2]int {
	for _, c := range m.clauses {
		if at < c[1] {
			return c
		}
	}
	return m.clauses[len(m.clauses)-1]
}

// between returns the marks of a kind that begin in [from, to).
func (m *marked) between(kind MentionKind, from, to int) (out []mark) {
	for _, k := range m.marks {
		if k.kind == kind && k.start >= from && k.start < to {
			out = append(out, k)
		}
	}
	return out
}

// valued reports whether a number states a value rather than a time, a place
// in an order or a name.
func valued(n tool.Mention) bool {
	switch n.Kind {
	case tool.NumberTime, tool.NumberOrdinal, tool.NumberCode, tool.NumberDate:
		return false
	}
	return true
}

func (m *marked) numbers(from, to int) (out []mark) {
	for _, k := range m.between(markNumber, from, to) {
		if valued(k.number) {
			out = append(out, k)
		}
	}
	return out
}

// context is what of a kind a number is said of: what its own clause names,
// nearest to it where the clause holds several numbers; else what was named
// since the number before; else what comes in the next clauses without a
// number; else nil, and what was meant before goes on.
func (m *marked) context(n mark, kind MentionKind) []mark {
	c := m.clause(n.start)
	before, after := 0, len(m.text)
	for _, other := range m.numbers(0, len(m.text)) {
		if other.end <= n.start {
			before = other.end
		} else if other.start >= n.end {
			after = other.start
			break
		}
	}
	within := m.between(kind, c[0], c[1])
	if len(within) > 0 {
		near := within
		if len(m.numbers(c[0], c[1])) > 1 {
			near = m.between(kind, max(before, c[0]), n.start)
			if len(near) == 0 {
				near = m.between(kind, n.end, min(after, c[1]))
			}
			if len(near) == 0 {
				near = m.between(kind, c[0], n.start)
				near = near[max(0, len(near)-1):]
			}
		}
		if len(near) > 0 {
			return append(near, m.nested(kind, near, before, c[0])...)
		}
	}
	if earlier := m.between(kind, before, c[0]); len(earlier) > 0 {
		return earlier
	}
	if before == 0 {
		return m.between(kind, c[1], after)
	}
	return nil
}

// nested are areas named just before that lie in one of near ("Kel. Handil
// Bakti, Kec. Palaran"): both name one place.
func (m *marked) nested(kind MentionKind, near []mark, from, to int) (out []mark) {
	if kind != MentionArea {
		return nil
	}
	for _, k := range m.between(kind, from, to) {
		for _, n := range near {
			if slices.ContainsFunc(k.keys, func(in string) bool {
				return slices.ContainsFunc(n.keys, func(outer string) bool { return in != outer && city.Within(in, outer) })
			}) {
				out = append(out, k)
			}
		}
	}
	return out
}

var (
	namedPeriodWords = regexp.MustCompile(`(?i)\b(hari|minggu|pekan|bulan|triwulan|semester|tahun)\s+(ini|lalu|kemarin)\b`)
	yesterdayWord    = regexp.MustCompile(`(?i)\bkemarin\b`)
	countedWords     = regexp.MustCompile(`(?i)\b(\d{1,3}|\p{L}+(?:\s(?:belas|puluh)(?:\s\p{L}+)?)?)\s+(jam|hari|minggu|pekan|bulan|tahun)\s+(terakhir|ke depan|mendatang|sebelumnya|lalu)\b`)
)

// markPeriods marks "bulan lalu", "7 hari terakhir" and their like.
func (e *evidence) markPeriods(m *marked) {
	add := func(from, to int, name string) {
		if m.covered(from, to) {
			return
		}
		k := mark{kind: markPeriod, start: from, end: to}
		if p, err := city.ParsePeriod(name, e.t.q.At, e.t.a.Zone); name != "" && err == nil {
			k.span = dateSpan{p.From, p.To, true}
		}
		m.marks = append(m.marks, k)
	}
	for _, at := range countedWords.FindAllStringSubmatchIndex(m.text, -1) {
		count := tool.Numbers(m.text[at[2]:at[3]])
		if len(count) == 0 || !valued(count[0]) {
			continue
		}
		name := ""
		if unit := periodUnit(m.lower[at[4]:at[5]]); m.lower[at[6]:at[7]] == "terakhir" && unit != "tahun" {
			name = city.FormatNumber(count[len(count)-1].Value, 0) + "_" + unit + "_terakhir"
		}
		start := at[2] + count[len(count)-1].Start
		add(start, at[1], name)
	}
	for _, at := range namedPeriodWords.FindAllStringSubmatchIndex(m.text, -1) {
		which := m.lower[at[4]:at[5]]
		if which == "kemarin" {
			which = "lalu"
		}
		add(at[0], at[1], periodUnit(m.lower[at[2]:at[3]])+"_"+which)
	}
	for _, at := range yesterdayWord.FindAllStringIndex(m.text, -1) {
		add(at[0], at[1], city.PeriodYesterday)
	}
}

func periodUnit(word string) string {
	if word == "pekan" {
		return "minggu"
	}
	return word
}

// spanOf is the stretch that a date names; parts that are not said are taken
// from the question's moment.
func (e *evidence) spanOf(n tool.Mention) dateSpan {
	at := e.t.q.At.In(e.t.a.Zone)
	year := n.Year
	if year == 0 {
		year = at.Year()
	}
	zone := e.t.a.Zone
	switch {
	case n.Month == 0 && n.Day > 0:
		d := time.Date(at.Year(), at.Month(), n.Day, 0, 0, 0, 0, zone)
		return dateSpan{from: d, to: d.AddDate(0, 0, 1)}
	case n.Month == 0:
		return dateSpan{from: time.Date(year, 1, 1, 0, 0, 0, 0, zone), to: time.Date(year+1, 1, 1, 0, 0, 0, 0, zone)}
	case n.Day == 0:
		d := time.Date(year, time.Month(n.Month), 1, 0, 0, 0, 0, zone)
		return dateSpan{from: d, to: d.AddDate(0, 1, 0)}
	}
	d := time.Date(year, time.Month(n.Month), n.Day, 0, 0, 0, 0, zone)
	return dateSpan{from: d, to: d.AddDate(0, 0, 1)}
}

func (s dateSpan) overlaps(from, to time.Time) bool { return s.from.Before(to) && from.Before(s.to) }

// covers reports whether a figure may be said to be of the span.
func (s dateSpan) covers(f city.Figure) bool {
	switch {
	case s.from.IsZero() && s.to.IsZero():
		return true // no stretch that we know the ends of
	case s.exact && f.From != nil && f.To != nil && f.From.Year() >= 1902:
		return sameDay(s.from, *f.From) && sameDay(s.to, *f.To)
	case f.Time != nil && !f.Time.Before(s.from) && f.Time.Before(s.to.Add(time.Second)):
		return true
	case f.To == nil && f.From == nil:
		return f.Time == nil
	case f.To != nil && (f.From == nil || f.From.Year() < 1902): // a state at its end
		return !f.To.Before(s.from) && !f.To.After(s.to.Add(time.Second))
	case f.To == nil:
		return s.overlaps(*f.From, f.From.Add(time.Second))
	}
	return s.overlaps(*f.From, *f.To)
}

// sameDay allows a day's difference for ends that are written as the last day.
func sameDay(a, b time.Time) bool { return a.Sub(b).Abs() < 24*time.Hour }

// addDates notes the days that a figure speaks of.
func (e *evidence) addDates(f city.Figure) {
	switch {
	case f.From != nil && f.To != nil:
		e.dates = append(e.dates, dateSpan{from: *f.From, to: *f.To})
	case f.To != nil:
		e.dates = append(e.dates, dateSpan{from: f.To.Add(-time.Second), to: *f.To})
	case f.From != nil:
		e.dates = append(e.dates, dateSpan{from: *f.From, to: f.From.Add(time.Second)})
	}
	if f.Time != nil {
		e.dates = append(e.dates, dateSpan{from: *f.Time, to: f.Time.Add(time.Second)})
	}
}
