package assistant

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// subject is what a figure is of, by kind of name.
type subject map[MentionKind][]string

// describe works out what each figure is of: its own fields, the names in its
// label, and for a worked-out figure what its operands are of.
func (e *evidence) describe() {
	e.subjects = make([]subject, len(e.figures))
	byID := map[string]subject{}
	for i, f := range e.figures {
		s := subject{}
		for kind, key := range map[MentionKind]string{
			MentionArea: f.Area, MentionCategory: f.Category, MentionOffice: f.Office, MentionIndicator: f.Indicator,
		} {
			if key != "" {
				s[kind] = []string{key}
				e.live[kind] = true
				e.know(kind, key)
			}
		}
		for _, m := range e.t.a.Places(f.Label) {
			s[m.Kind] = append(s[m.Kind], m.Keys...)
		}
		for _, id := range f.Of {
			for kind, keys := range byID[id] {
				s[kind] = append(s[kind], keys...)
			}
		}
		e.subjects[i], byID[f.ID] = s, s
	}
}

// ofReports reports whether a figure counts reports.
func ofReports(f city.Figure) bool {
	return f.Indicator == "" && (strings.HasPrefix(f.Measure, "laporan") || strings.HasPrefix(f.Measure, "median_") || strings.HasPrefix(f.Measure, "pors") || strings.HasPrefix(f.Measure, "persen"))
}

// isOf reports whether a figure may be said of the names of a kind.
func (e *evidence) isOf(i int, kind MentionKind, named []mark) bool {
	if len(named) == 0 {
		return true
	}
	keys := e.subjects[i][kind]
	for _, m := range named {
		for _, k := range m.keys {
			if slices.Contains(keys, k) || kind == MentionArea && isCity(k) && !slices.ContainsFunc(keys, func(have string) bool { return !isCity(have) }) {
				return true
			}
		}
	}
	if len(keys) > 0 {
		return false
	}
	f := e.figures[i]
	switch kind {
	case MentionArea: // no area: the whole city
		return f.Measure == "" && f.Indicator == "" && !e.live[kind]
	case MentionCategory:
		return !ofReports(f) && !e.live[kind]
	case MentionOffice:
		return !e.live[kind] && (f.Category != "" || !ofReports(f))
	}
	return !e.live[kind] // of an indicator
}

func isCity(code string) bool { return strings.Count(code, ".") == 1 }

// sentence checks one sentence and returns what is wrong with it.
func (e *evidence) sentence(text string) (wrong []string) {
	m := e.takeApart(text)
	for _, k := range m.marks {
		switch {
		case k.kind == markPeriod:
			wrong = append(wrong, e.period(m, k)...)
		case k.kind == markNumber:
			wrong = append(wrong, e.number(m, k)...)
		default:
			if !slices.ContainsFunc(k.keys, func(key string) bool { return e.known[k.kind][key] || k.kind == MentionArea && isCity(key) }) {
				wrong = append(wrong, fmt.Sprintf("nama %q tidak ada di hasil alat", m.text[k.start:k.end]))
			}
		}
	}
	if len(wrong) == 0 {
		wrong = append(wrong, e.directions(m)...)
	}
	e.carryOn(m)
	return wrong
}

// period checks that a date or period is one that the tools spoke of.
func (e *evidence) period(m *marked, k mark) []string {
	said, n := m.text[k.start:k.end], k.number
	if n.Kind != tool.NumberDate && (hasToken(e.said, said) || hasToken(e.question, said)) {
		return nil
	}
	if n.Kind == tool.NumberDate {
		if n.Day > 0 && n.Month > 0 && k.span.from.Day() != n.Day { // 31 April
			return []string{fmt.Sprintf("tanggal %q tidak ada", said)}
		}
		for _, have := range append(slices.Clone(e.numbers), e.asked...) {
			if have.Kind == tool.NumberDate && partsAgree(n, have) {
				return nil
			}
		}
		if n.Day > 0 && e.dayKnown(k.span) || n.Day == 0 && e.stretchKnown(k.span) {
			return nil
		}
		return []string{fmt.Sprintf("tanggal %q tidak ada di hasil alat", m.text[k.start:k.end])}
	}
	if k.span.exact && slices.ContainsFunc(e.figures, func(f city.Figure) bool { return k.span.covers(f) && (f.From != nil || f.To != nil || f.Time != nil) }) {
		return nil
	}
	return []string{fmt.Sprintf("masa %q tidak ada di hasil alat", m.text[k.start:k.end])}
}

// partsAgree reports whether every part that n says is said by have.
func partsAgree(n, have tool.Mention) bool {
	return (n.Year == 0 || n.Year == have.Year) && (n.Month == 0 || n.Month == have.Month) && (n.Day == 0 || n.Day == have.Day)
}

// dayKnown: a day is known when a figure begins, ends or was observed on it,
// or when it is the day of the question.
func (e *evidence) dayKnown(s dateSpan) bool {
	if at := e.t.q.At; !at.Before(s.from) && at.Before(s.to) {
		return true
	}
	return slices.ContainsFunc(e.dates, func(d dateSpan) bool {
		last := d.to.Add(-1)
		return !d.from.Before(s.from) && d.from.Before(s.to) || !last.Before(s.from) && last.Before(s.to)
	})
}

// stretchKnown: a month or year is known when a figure lies in it or over it.
func (e *evidence) stretchKnown(s dateSpan) bool {
	return slices.ContainsFunc(e.dates, func(d dateSpan) bool { return d.from.Year() >= 1902 && s.overlaps(d.from, d.to) })
}

func (e *evidence) number(m *marked, k mark) []string {
	n := k.number
	switch n.Kind {
	case tool.NumberTime:
		return e.clock(m, k)
	case tool.NumberCode:
		if token := tokenAt(m.text, k); !hasToken(e.said, token) && !hasToken(e.question, token) {
			return []string{fmt.Sprintf("%q tidak ada di hasil alat", token)}
		}
		return nil
	case tool.NumberOrdinal:
		return e.ordinal(m, k)
	}
	if e.counted(m, k) || e.quoted(m, k) {
		return nil
	}
	someValue := false
	for i, f := range e.figures {
		if !e.says(m, k, f) {
			continue
		}
		someValue = true
		if e.fits(m, k, i) {
			return nil
		}
	}
	if someValue {
		return []string{fmt.Sprintf("angka %q bukan untuk yang disebut di kalimatnya", n.Text)}
	}
	return []string{fmt.Sprintf("angka %q tidak dikembalikan alat", n.Text)}
}

// fits reports whether a figure is of everything that the number is said of.
func (e *evidence) fits(m *marked, k mark, i int) bool {
	f := e.figures[i]
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice, MentionIndicator} {
		if !e.isOf(i, kind, e.named(m, k, kind)) {
			return false
		}
	}
	if f.Operation == "" {
		spans := e.named(m, k, markPeriod)
		if len(spans) > 0 && !slices.ContainsFunc(spans, func(p mark) bool { return p.span.covers(f) }) {
			return false
		}
	}
	return unitFits(m, k, f, e.figures) && measureFits(m, k, f) && signFits(m, k, f)
}

// named is what of a kind the number is said of, carried on from before where
// the sentence itself does not say.
func (e *evidence) named(m *marked, k mark, kind MentionKind) []mark {
	if found := m.context(k, kind); found != nil {
		return found
	}
	for _, earlier := range slices.Backward(m.numbers(0, k.start)) {
		if found := m.context(earlier, kind); found != nil {
			return found
		}
	}
	return e.carried[kind]
}

// carryOn keeps what a sentence was about for the next.
func (e *evidence) carryOn(m *marked) {
	if e.carried == nil {
		e.carried = map[MentionKind][]mark{}
	}
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice, MentionIndicator, markPeriod} {
		if found := m.between(kind, 0, len(m.text)); len(found) > 0 {
			e.carried[kind] = found
		}
	}
}

var (
	roundingWord = regexp.MustCompile(`(?i)\b(sekitar|kira-kira|kurang lebih|hampir|lebih dari|kurang dari|di atas|di bawah|mendekati|sedikitnya|setidaknya)\s+(?:Rp\.?\s?)?$`)
	trailZeros   = regexp.MustCompile(`0+$`)
)

// says reports whether a number may stand for a figure's value: the value as
// it is written, or with a word of rounding a coarser one.
func (e *evidence) says(m *marked, k mark, f city.Figure) bool {
	n := k.number
	switch percent, rupiah := strings.HasPrefix(f.Unit, "%"), strings.HasPrefix(f.Unit, "Rp"); {
	case percent != (n.Kind == tool.NumberPercent), n.Kind == tool.NumberRupiah && !rupiah:
		return false
	}
	value := f.Value
	if n.Value >= 0 {
		value = math.Abs(value)
	}
	word := strings.ToLower(strings.TrimSpace(roundingWord.FindString(m.text[:k.start])))
	exact := near(n.Value, value) || near(n.Value, rounded(city.Figure{Value: value, Decimals: f.Decimals}))
	if exact {
		return !strings.HasPrefix(word, "lebih dari") && !strings.HasPrefix(word, "kurang dari") && word != "hampir"
	}
	coarse := coarser(n, value)
	if word == "" {
		// A tool may itself write Rp 1,2 miliar.
		return n.Scale > 1 && coarse && slices.ContainsFunc(e.numbers, func(t tool.Mention) bool { return t.Kind == n.Kind && near(t.Value, n.Value) })
	}
	switch {
	case strings.HasPrefix(word, "lebih dari"), strings.HasPrefix(word, "di atas"), word == "sedikitnya", word == "setidaknya":
		return n.Value < value && value-n.Value <= 0.1*value
	case strings.HasPrefix(word, "kurang dari"), strings.HasPrefix(word, "di bawah"), word == "hampir", word == "mendekati":
		return n.Value > value && n.Value-value <= 0.1*value
	}
	return coarse
}

// coarser reports whether n is value rounded to the last digit that n states,
// and not off by more than a twentieth.
func coarser(n tool.Mention, value float64) bool {
	unit := math.Pow10(-n.Decimals) * n.Scale
	if n.Decimals == 0 && n.Scale == 1 && n.Value != 0 {
		unit = math.Pow10(len(trailZeros.FindString(fmt.Sprintf("%.0f", math.Abs(n.Value)))))
	}
	return math.Abs(n.Value-value) <= unit/2+1e-9 && math.Abs(n.Value-value) <= 0.05*math.Abs(value)
}

// near allows for what floats lose.
func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// listed are nouns of which a sentence may count what is listed.
var listed = regexp.MustCompile(`(?i)^\s+(?:di antara\s+)?(kecamatan|kelurahan|wilayah|kategori|opd|perangkat daerah|dinas|kejadian|sumber(?: data)?|indikator|tempat|kanal|baris|hal|besar|teratas|terbawah|terbanyak|tertinggi|terendah)\b`)

// counted reports whether a number counts what a tool listed, or what the
// sentence itself lists.
func (e *evidence) counted(m *marked, k mark) bool {
	n := k.number
	if n.Value != math.Trunc(n.Value) || n.Kind != tool.NumberPlain && n.Kind != tool.NumberWord || !listed.MatchString(m.text[k.end:]) {
		return false
	}
	if e.counts[int(n.Value)] {
		return true
	}
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice, MentionIndicator} {
		if names := m.between(kind, k.end, len(m.text)); len(names) == int(n.Value) && len(names) > 1 {
			return true
		}
	}
	return false
}

// limitWord stands before a limit or a period's length, which is no finding.
var limitWord = regexp.MustCompile(`(?i)\b(di atas|di bawah|melebihi|melampaui|lebih dari|kurang dari|ambang|batas|minimal|maksimal|setiap|selama|dalam)\s+(?:\p{L}+\s)?$`)

// quoted reports whether a number is a condition that a tool's sentence or the
// question states in the same words, not a finding.
func (e *evidence) quoted(m *marked, k mark) bool {
	follow := nextWord(m.text[k.end:])
	same := func(text string, list []tool.Mention) bool {
		return slices.ContainsFunc(list, func(t tool.Mention) bool {
			return t.Kind == k.number.Kind && near(t.Value, k.number.Value) && nextWord(text[t.End:]) == follow
		})
	}
	figure := slices.ContainsFunc(e.figures, func(f city.Figure) bool { return near(math.Abs(f.Value), math.Abs(k.number.Value)) })
	return !figure && (limitWord.MatchString(m.text[:k.start]) && same(e.question, e.asked) || same(e.said, e.numbers))
}

func nextWord(s string) string {
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && r != '%' && r != '/' }) {
		return w
	}
	return ""
}

// tokenAt is the run of letters, digits and joining signs around a mark.
func tokenAt(text string, k mark) string {
	joins := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-./", r)
	}
	start, end := k.start, k.end
	for start > 0 && joins(rune(text[start-1])) {
		start--
	}
	for end < len(text) && joins(rune(text[end])) {
		end++
	}
	token := strings.Trim(text[start:end], "-./")
	if len(token) <= 3 { // "03" is of "RT 03"
		if before := strings.Fields(text[:start]); len(before) > 0 {
			return before[len(before)-1] + " " + token
		}
	}
	return token
}

func hasToken(text, token string) bool {
	text, token = strings.ToLower(text), strings.ToLower(token)
	for from := 0; ; {
		i := strings.Index(text[from:], token)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(token)
		if (i == 0 || !isWordByte(text[i-1])) && (end == len(text) || !isWordByte(text[end])) {
			return true
		}
		from = i + 1
	}
}

func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// clock checks a time of day.
func (e *evidence) clock(m *marked, k mark) []string {
	minute := int(k.number.Value)
	for _, have := range e.numbers {
		if have.Kind == tool.NumberTime && int(have.Value) == minute {
			return nil
		}
	}
	at := e.t.q.At.In(e.t.a.Zone)
	if at.Hour()*60+at.Minute() == minute {
		return nil
	}
	for _, f := range e.figures {
		if f.Time != nil {
			if t := f.Time.In(e.t.a.Zone); t.Hour()*60+t.Minute() == minute {
				return nil
			}
		}
	}
	return []string{fmt.Sprintf("waktu %q tidak ada di hasil alat", m.text[k.start:k.end])}
}

// ordinal checks a place in an order: that of a name of its clause in a list,
// or as a tool's sentence has it.
func (e *evidence) ordinal(m *marked, k mark) []string {
	c := m.clause(k.start)
	place := int(k.number.Value)
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice} {
		for _, named := range m.between(kind, c[0], c[1]) {
			for _, rank := range e.ranks {
				for _, key := range named.keys {
					if at := rank[key]; at > 0 {
						if at == place {
							return nil
						}
						return []string{fmt.Sprintf("urutan %q tidak sesuai", k.number.Text)}
					}
				}
			}
		}
	}
	if hasToken(e.said, m.text[k.start:k.end]) || hasToken(e.question, m.text[k.start:k.end]) {
		return nil
	}
	return []string{fmt.Sprintf("urutan %q tidak ada di hasil alat", k.number.Text)}
}
