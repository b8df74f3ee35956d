package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// namedSubject is a subject with the words of its own name.
type namedSubject struct {
	subject
	words []string // of name and slug, without weak joiners
	roots []string
	head  string // the first word of the name
	full  int    // content words of the name
	heads map[string]bool
}

func (l *lexicon) learnSubjects() {
	for _, c := range l.cat.Categories {
		l.category[c.Slug] = c
		l.learnSubject(subject{false, c.Slug, c.Name}, c.Words)
	}
	for _, i := range l.cat.Indicators {
		l.indic[i.Slug] = i
		l.learnSubject(subject{true, i.Slug, i.Name}, nil)
		for _, w := range words(i.Unit) {
			l.know(w)
			l.units[w] = true
		}
	}
	for i, s := range l.subjects {
		for _, w := range s.words {
			l.know(w)
			l.parts[w] = append(l.parts[w], i)
		}
		for _, r := range s.roots {
			l.roots[r] = append(l.roots[r], i)
		}
	}
}

func (l *lexicon) learnSubject(s subject, declared []string) {
	f := found{kind: isSubject, fit: byName, subjects: []subject{s}}
	l.name(s.name, f)
	if slug := strings.ReplaceAll(s.slug, "-", " "); !weak[slug] {
		f.fit = byWord
		l.name(slug, f)
	}
	f.fit = byWord
	for _, w := range declared {
		l.name(w, f)
	}
	n := namedSubject{subject: s, heads: map[string]bool{}}
	first := true
	for _, w := range words(s.name) {
		if w == "dan" || w == "serta" || w == "atau" {
			first = true
			continue
		}
		if n.head == "" {
			n.head = w
		}
		if first {
			n.heads[w], first = true, false
		}
		n.add(w, l.stem(w))
		n.full++
	}
	for _, w := range words(strings.ReplaceAll(s.slug, "-", " ")) {
		if w != "dan" {
			n.add(w, l.stem(w))
		}
	}
	l.subjects = append(l.subjects, n)
}

func (n *namedSubject) add(word, root string) {
	if !slices.Contains(n.words, word) {
		n.words = append(n.words, word)
	}
	if !slices.Contains(n.roots, root) {
		n.roots = append(n.roots, root)
	}
}

// partsAt appends the subjects that some words in a row, from token i on, are
// parts of the names of.
func (l *lexicon) partsAt(out []match, ts []token, i int) []match {
	var held []int // subjects that hold all words so far
	var seen []string
	exact := true
	for n := 1; i+n <= len(ts) && n <= longestPhrase; n++ {
		t := ts[i+n-1]
		if n > 1 && (t.word == "yang" || t.word == "dan") && i+n < len(ts) {
			continue
		}
		if slices.Contains(seen, t.stem) {
			return out // each word of a name stands in it once
		}
		with, plain := l.parts[t.word], true
		if with == nil && l.cues[t.word] == noCue {
			with, plain = l.roots[t.stem], false
		}
		if n == 1 {
			held = with
		} else {
			held = both(held, with)
		}
		if len(held) == 0 {
			return out
		}
		exact = exact && plain
		seen = append(seen, t.stem)
		if l.cues[ts[i].word] != noCue && !l.begins(held, ts[i].word) {
			return out // "rata-rata kecepatan": the wish stands before the name
		}
		if m, ok := l.partMatch(held, seen, t, exact); ok {
			m.from, m.to = i, i+n
			out = append(out, m)
		}
	}
	return out
}

// begins reports whether a word is the first of one of the subjects' names.
func (l *lexicon) begins(held []int, w string) bool {
	return slices.ContainsFunc(held, func(k int) bool { return l.subjects[k].head == w })
}

// partMatch judges how much the words seen say about the subjects that hold them.
func (l *lexicon) partMatch(held []int, seen []string, last token, exact bool) (match, bool) {
	m := match{kind: isSubject, fit: byPart}
	strong := 0
	for _, s := range seen {
		if !weak[s] {
			strong++
		}
	}
	whole := false
	for _, k := range held {
		s := l.subjects[k]
		whole = whole || len(held) == 1 && len(seen) >= s.full && s.full > 0
		m.subjects = append(m.subjects, s.subject)
	}
	switch {
	case len(held) > 6:
		return m, false
	case whole && (exact || strong > 0):
	case len(seen) == 1 && weak[last.word] && !l.begins(held, last.word):
		return m, false
	case len(seen) == 1 && weak[last.word]:
		m.fit = byHint
	case len(seen) == 1 && !exact:
		return m, false
	case len(seen) == 1 && (!l.subjects[held[0]].heads[last.word] || slices.ContainsFunc(m.subjects, func(s subject) bool { return !s.indicator })):
		// "kesehatan" is not Kesehatan hewan: what qualifies a name counts.
		m.fit = byHint
	case strong == 0 && len(seen) < 2:
		m.fit = byHint
	}
	return m, true
}

func both(a, b []int) []int {
	var out []int
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// learnSynonyms adds our words for the civic subjects that this city has.
func (l *lexicon) learnSynonyms() {
	for indicator, table := range map[bool][]concept{false: categoryConcepts, true: indicatorConcepts} {
		for _, c := range table {
			f := found{kind: isSubject, fit: bySynonym, subjects: l.signed(c, indicator)}
			if len(f.subjects) == 0 {
				continue
			}
			for p := range strings.SplitSeq(c.words, "|") {
				l.synonym(p, f)
			}
		}
	}
}

// synonym adds a word unless the catalogue has it for itself.
func (l *lexicon) synonym(phrase string, f found) {
	key := strings.Join(words(phrase), " ")
	have, taken := l.phrases[key]
	if taken && have.kind == isSubject && have.fit <= byWord {
		// A category's word and an indicator's synonym may be the same word.
		if have.subjects[0].indicator == f.subjects[0].indicator {
			return
		}
		have.subjects = append(slices.Clone(have.subjects), f.subjects...)
		l.phrases[key] = have
		return
	}
	if taken && have.kind == isSubject && have.subjects[0].indicator != f.subjects[0].indicator {
		have.subjects = append(slices.Clone(have.subjects), f.subjects...)
		l.phrases[key] = have
		return
	}
	l.name(phrase, f)
}

// unreal are first words of indicators that are not measured: they go by
// their full name only.
var unreal = wordSet("prakiraan perkiraan target proyeksi rencana ramalan")

// signed returns the subjects that bear the first sign that any bears.
func (l *lexicon) signed(c concept, indicator bool) []subject {
	for _, sign := range c.signs {
		var out []subject
		ws := words(sign)
		for _, s := range l.subjects {
			if s.indicator == indicator && s.bears(ws, l) && !unreal[s.head] && (indicator || l.narrow(s, ws, c)) {
				out = append(out, s.subject)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// narrow reports whether a category that bears a sign is about no more than
// the concept: the part of its name with the sign has no other words of weight
// ("Kesehatan hewan" is not health).
func (l *lexicon) narrow(s namedSubject, sign []string, c concept) bool {
	own := map[string]bool{}
	for _, w := range words(strings.ReplaceAll(c.words, "|", " ") + " " + strings.Join(c.signs, " ")) {
		own[w], own[l.stem(w)] = true, true
	}
	part, ok := []string{}, true
	check := func() bool {
		n := namedSubject{}
		for _, w := range part {
			n.add(w, l.stem(w))
		}
		if !n.bears(sign, l) {
			return false
		}
		for _, w := range part {
			ok = ok && (own[w] || own[l.stem(w)] || weak[w])
		}
		return ok
	}
	for _, w := range words(s.name) {
		if w == "dan" || w == "serta" {
			if check() {
				return true
			}
			part, ok = nil, true
			continue
		}
		part = append(part, w)
	}
	if check() {
		return true
	}
	part, ok = words(strings.ReplaceAll(s.slug, "-", " ")), true
	return check() || l.declares(s, sign)
}

// declares reports whether a category's own declared words hold the sign.
func (l *lexicon) declares(s namedSubject, sign []string) bool {
	for _, w := range l.category[s.slug].Words {
		if strings.EqualFold(w, strings.Join(sign, " ")) {
			return true
		}
	}
	return false
}

func (n namedSubject) bears(sign []string, l *lexicon) bool {
	for _, w := range sign {
		if !slices.Contains(n.words, w) && !slices.Contains(n.roots, l.stem(w)) {
			return false
		}
	}
	return true
}

// measureCues are the cues that stand for the measures of reports.
var measureCues = map[string]cue{
	city.MeasureReceived: cueReport, city.MeasureClosed: cueClosed, city.MeasureOpen: cueOpen, city.MeasureOverdue: cueOverdue, city.MeasureResponse: cueResponse,
	city.MeasureClosing: cueClosing, city.MeasureShare: cueShare, city.MeasureOnTime: cueOnTime, city.MeasureIncidents: cueIncident,
}

// learnMeasures takes the declared names of the measures of reports beside our
// own cues. Single words are left out: "antrean" is more often a matter of
// reports than their state.
func (l *lexicon) learnMeasures() {
	for _, m := range l.cat.Measures {
		c, ok := measureCues[m.Slug]
		if !ok {
			continue
		}
		for _, w := range append([]string{m.Name}, m.Words...) {
			ws := words(w)
			key := strings.Join(ws, " ")
			if _, taken := l.cues[key]; taken || len(ws) < 2 {
				continue
			}
			if _, taken := l.phrases[key]; !taken {
				l.know(key)
				l.cues[key] = c
			}
		}
	}
}

func (l *lexicon) learnOffices() {
	for _, o := range l.cat.Offices {
		if o.Kind == "kecamatan" || o.Kind == "kelurahan" {
			continue
		}
		l.office[o.ShortName] = o
		f := found{kind: isOffice, fit: byName, slug: o.ShortName}
		l.name(o.ShortName, f)
		l.name(o.Name, f)
		f.fit = byWord
		for _, a := range o.Aliases {
			l.name(a, f)
		}
	}
	for _, o := range l.cat.Offices {
		f := found{kind: isOffice, fit: bySynonym, slug: o.ShortName}
		short := strings.ToLower(o.ShortName)
		names, ok := ourOffices[short]
		if !ok {
			first, _, _ := strings.Cut(short, " ")
			names = ourOffices[first]
		}
		for p := range strings.SplitSeq(names, "|") {
			if _, taken := l.phrases[strings.Join(words(p), " ")]; !taken && p != "" && o.Kind != "kecamatan" && o.Kind != "kelurahan" {
				l.name(p, f)
			}
		}
	}
}

func (l *lexicon) learnChannels() {
	for _, c := range l.cat.Channels {
		names := append([]string{c.Name, strings.ReplaceAll(c.Slug, "-", " ")}, c.Words...)
		names = append(names, strings.Split(ourChannels[strings.ToLower(c.Slug)], "|")...)
		for _, n := range names {
			key := strings.Join(words(n), " ")
			if key == "" {
				continue
			}
			l.know(key)
			l.phrases["\x00kanal "+key] = found{kind: isChannel, slug: c.Slug}
		}
	}
	for _, s := range l.cat.Sources {
		for _, n := range []string{s.Name, strings.ReplaceAll(s.Slug, "-", " ")} {
			key := strings.Join(words(n), " ")
			if _, taken := l.phrases[key]; !taken && key != "" {
				l.know(key)
				l.phrases[key] = found{kind: isSource, fit: byHint, slug: s.Slug}
			}
		}
	}
}
