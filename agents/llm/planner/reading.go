package planner

import (
	"slices"
	"time"

	"balaikota/backend/city"
)

// asker is who asks and what they look at, as the briefing says it.
type asker struct {
	role   string
	area   string
	office string
	screen city.ScreenContext
}

// reading is one question on its way: what its words name and which of them
// were used.
type reading struct {
	l    *lexicon
	ts   []token
	ms   []match
	at   time.Time
	who  asker
	base *frame // the call before, when there was one
	// mended are typing errors that were read as another word.
	mended map[int]string
	used   map[int]bool // indexes of ms

	areas    []string // said, settled; "" for the whole city
	areaSaid bool
	subjects []match // categories and indicators, each with one or more candidates
	again    bool    // read again with one reading chosen: asks for no options of options
	periods  []span
	// headsSaid is true where people or times were said and reports are counted.
	headsSaid bool
}

func (l *lexicon) read(text string, at time.Time, who asker, base *frame) *reading {
	r := &reading{l: l, at: at.In(l.zone), who: who, base: base, used: map[int]bool{}, mended: map[int]string{}}
	r.ts = l.tokens(text)
	l.call(r.ts)
	if len(r.ts) > maxTokens {
		return r
	}
	r.ms = settle(l.candidates(r.ts, r.at), len(r.ts))
	r.mendTypos()
	r.absorb()
	r.bareCity()
	for _, m := range r.ms {
		switch m.kind {
		case isSubject:
			if m.fit != byHint {
				r.subjects = append(r.subjects, m)
			}
		case isPeriod:
			r.periods = append(r.periods, m.span)
		}
	}
	r.sourceTrouble()
	return r
}

// bareCity reads "kota" that stands alone as the whole city: "keadaan kota".
// With another unread word behind it, it begins the name of some other city.
func (r *reading) bareCity() {
	unread := r.unread()
	for _, i := range unread {
		if r.word(i) == "kota" && !slices.Contains(unread, i+1) && !r.ts[i].number {
			r.ms = append(r.ms, match{from: i, to: i + 1, kind: isCue, cue: cueCity, text: r.ts[i].raw})
		}
	}
	slices.SortFunc(r.ms, func(a, b match) int { return a.from - b.from })
}

// absorb joins a subject with words next to it that only repeat its name:
// "BOR rumah sakit".
func (r *reading) absorb() {
	for i := range r.ms {
		m := &r.ms[i]
		if m.kind != isSubject || len(m.subjects) != 1 {
			continue
		}
		for _, j := range []int{i - 1, i + 1} {
			if j < 0 || j >= len(r.ms) || r.ms[j].kind != isSubject || r.ms[j].fit == byName {
				continue
			}
			other := r.ms[j]
			if (other.from == m.to || other.to == m.from) && r.repeats(other, m.subjects[0]) {
				r.ms[j].subjects, r.ms[j].fit = m.subjects, m.fit
			}
		}
	}
}

// repeats reports whether all words of a match are in a subject's name.
func (r *reading) repeats(m match, s subject) bool {
	for _, n := range r.l.subjects {
		if n.subject != s {
			continue
		}
		for _, t := range r.ts[m.from:m.to] {
			if !slices.Contains(n.words, t.word) {
				return false
			}
		}
		return true
	}
	return false
}

// mendTypos reads words that name nothing as the one known word that is near.
func (r *reading) mendTypos() {
	changed := false
	for _, i := range r.unread() {
		t := r.ts[i]
		if t.number || t.ticket || t.word == isoDate || r.l.isWord(t.raw) {
			continue
		}
		known := r.nearest(i)
		if known == "" || known == t.word {
			continue
		}
		r.mended[i] = known
		r.ts[i].word, r.ts[i].raw, r.ts[i].stem = known, known, r.l.stem(known)
		changed = true
	}
	if changed {
		r.undouble()
		r.ms = settle(r.l.candidates(r.ts, r.at), len(r.ts))
	}
}

// undouble joins words that turned out to be one doubled word when they were
// mended, and keeps the places of the mended ones.
func (r *reading) undouble() {
	for i := 1; i < len(r.ts); i++ {
		if r.ts[i].word != r.ts[i-1].word || !r.l.doubled[r.ts[i].word] || r.ts[i].stop {
			continue
		}
		r.ts = slices.Delete(r.ts, i, i+1)
		moved := map[int]string{}
		for k, w := range r.mended {
			moved[k-btoi(k >= i)] = w
		}
		r.mended = moved
	}
}

// nearest is the one known word that token i may be a slip for: where several
// are as near, the one that makes a name with its neighbours.
func (r *reading) nearest(i int) string {
	near := r.l.typos.near(r.ts[i].raw)
	if len(near) > 1 { // a rank stands before a name or "mana"
		next := r.word(i + 1)
		begins := r.l.areas[next].codes != nil || r.l.areas[next+" "+r.word(i+2)].codes != nil || r.l.cues[next] == cueWhich || r.l.cues[next] == cueWhat
		near = slices.DeleteFunc(near, func(w string) bool { return ranks[w] != "" && !begins })
	}
	if len(near) == 1 {
		return near[0]
	}
	var fitting []string
	for _, w := range near {
		if r.l.names2(r.word(i-1)+" "+w) || r.l.names2(w+" "+r.word(i+1)) {
			fitting = append(fitting, w)
		}
	}
	if len(fitting) == 1 {
		return fitting[0]
	}
	// Nothing near tells: what the language holds for the likeliest slip.
	if w := r.l.language.Normalise(r.ts[i].raw); slices.Contains(near, w) {
		return w
	}
	return ""
}

// names2 reports whether two words name something.
func (l *lexicon) names2(key string) bool {
	_, area := l.areas[key]
	_, other := l.phrases[key]
	return area || other
}

// isWord reports whether a word is good Indonesian that only is not the
// grammar's: kapal is no slip for kapan. The stemmer cuts -nya and affixes
// from roots it knows alone.
func (l *lexicon) isWord(w string) bool {
	return l.stem(w) != w || l.stem(w+"nya") == w
}

// unread are the tokens that no match took.
func (r *reading) unread() []int {
	var taken [maxTokens + 1]bool
	for _, m := range r.ms {
		for i := m.from; i < m.to; i++ {
			taken[i] = true
		}
	}
	var out []int
	for i := range r.ts {
		if !taken[i] {
			out = append(out, i)
		}
	}
	return out
}

// has reports whether a cue was said.
func (r *reading) has(cues ...cue) bool { return r.find(cues...) >= 0 }

// find is the index of the first match with one of the cues, -1 if none.
func (r *reading) find(cues ...cue) int {
	return slices.IndexFunc(r.ms, func(m match) bool { return m.kind == isCue && slices.Contains(cues, m.cue) })
}

// use marks every match with one of the cues as understood.
func (r *reading) use(cues ...cue) bool {
	found := false
	for i, m := range r.ms {
		if m.kind == isCue && slices.Contains(cues, m.cue) {
			r.used[i] = true
			found = true
		}
	}
	return found
}

// word is the word at i, "" beyond the ends.
func (r *reading) word(i int) string {
	if i < 0 || i >= len(r.ts) {
		return ""
	}
	return r.ts[i].word
}

// first returns the first match that is no filler.
func (r *reading) first() (match, bool) {
	for _, m := range r.ms {
		if m.kind != isFiller {
			return m, true
		}
	}
	return match{}, false
}

// aboutReports reports whether the question speaks of reports.
func (r *reading) aboutReports() bool {
	return r.has(cueReport, cueClosed, cueOpen, cueOverdue, cueOnTime, cueResponse, cueClosing, cueProgress, cueRejected, cueUnanswered)
}

// aboutValues reports whether it speaks of measured values.
func (r *reading) aboutValues() bool {
	return r.has(cueMaximum, cueMinimum, cueMean, cueLatest, cueAbove, cueBelow, cueDays, cueThreshold) || r.has(cueNow) && !r.has(cueOpen)
}

// categories and indicators are the settled subjects of each sort; several
// candidates of one match are left where the words do not tell.
func (r *reading) ofSort(indicator bool) []string {
	var out []string
	for _, m := range r.subjects {
		cs := r.candidates(m)
		if len(cs) == 1 && cs[0].indicator == indicator && !slices.Contains(out, cs[0].slug) {
			out = append(out, cs[0].slug)
		}
	}
	return out
}

// candidates are the subjects that a match may mean in this question.
func (r *reading) candidates(m match) []subject {
	if len(m.subjects) < 2 {
		return m.subjects
	}
	keep := func(indicator bool) []subject {
		var out []subject
		for _, s := range m.subjects {
			if s.indicator == indicator {
				out = append(out, s)
			}
		}
		return out
	}
	out := m.subjects
	if cats, inds := keep(false), keep(true); len(cats) > 0 && len(inds) > 0 {
		switch {
		case r.aboutReports():
			out = cats
		case r.aboutValues():
			out = inds
		}
	}
	return out
}

// unclear is a subject that words leave open.
func (r *reading) unclear() (match, []subject, bool) {
	for _, m := range r.subjects {
		if cs := r.candidates(m); len(cs) > 1 {
			return m, cs, true
		}
	}
	return match{}, nil, false
}
