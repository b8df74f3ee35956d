package urgency

import (
	"strings"

	"balaikota/backend/analysis/language"
)

// span is tokens [from, to).
type span struct{ from, to int }

// match is a rule that holds at a place: what, and with where it has one.
type match struct {
	rule       *rule
	what, with span // with is empty when the rule needs none
}

func (m match) spans() []span {
	switch {
	case m.with.to == 0:
		return []span{m.what}
	case m.with.from < m.what.from:
		return []span{m.with, m.what}
	}
	return []span{m.what, m.with}
}

// reach is how many words may lie between what and with.
const reach = 6

// reading is a text taken apart.
type reading struct {
	text   string
	set    *ruleSet
	tokens []language.Token
	stems  []string
	masked []bool // within a saying
	over   []span
	past   []span
	again  []span
}

func newReading(text string) *reading {
	r := &reading{text: text, set: stated(), tokens: language.Located(text)}
	r.stems = make([]string, len(r.tokens))
	r.masked = make([]bool, len(r.tokens))
	for i, t := range r.tokens {
		r.stems[i] = language.Stem(t.Word)
	}
	for _, s := range r.all("idiom") {
		for i := s.from; i < s.to; i++ {
			r.masked[i] = true
		}
	}
	r.over, r.past, r.again = r.all("over"), r.all("past"), r.all("again")
	return r
}

// all returns where the phrases of a list stand, words next to one another.
func (r *reading) all(list string) (out []span) {
	phrases := r.set.turns[list]
	for i, t := range r.tokens {
		bare, _ := strings.CutSuffix(t.Word, "nya")
		for _, p := range phrases[t.Word] {
			if to := r.follow(p, i, 0); to > 0 {
				out = append(out, span{i, to})
			}
		}
		if bare == t.Word {
			continue
		}
		for _, p := range phrases[bare] {
			if to := r.follow(p, i, 0); to > 0 {
				out = append(out, span{i, to})
			}
		}
	}
	return out
}

// follow returns the end of a phrase that begins at token i, 0 if it does not;
// gap words may lie between two of its words.
func (r *reading) follow(p phrase, i, gap int) int {
	if i >= len(r.tokens) || !r.is(p[0], i) {
		return 0
	}
	for _, t := range p[1:] {
		next := 0
		for j := i + 1; j <= i+1+gap && j < len(r.tokens) && r.tokens[j].Break == 0; j++ {
			if r.is(t, j) {
				next = j
				break
			}
		}
		if next == 0 {
			return 0
		}
		i = next
	}
	return i + 1
}

func (r *reading) is(t term, i int) bool {
	if !t.exact {
		return r.stems[i] == t.word
	}
	rest, ok := strings.CutPrefix(r.tokens[i].Word, t.word)
	return ok && (rest == "" || rest == "nya" || rest == "lah")
}

// matches returns where rules hold and are not denied, in the order of the text.
func (r *reading) matches() (out []match) {
	for i := range r.tokens {
		if r.masked[i] {
			continue
		}
		word := r.tokens[i].Word
		keys := [...]string{r.stems[i], "=" + word, "=" + strings.TrimSuffix(word, "nya")}
		n := len(keys)
		if keys[2] == keys[1] {
			n--
		}
		for _, key := range keys[:n] {
			for _, s := range r.set.byFirst[key] {
				if m, ok := r.holds(s, i); ok {
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// holds checks one rule whose first word stands at token i.
func (r *reading) holds(s start, i int) (match, bool) {
	rule := &r.set.rules[s.rule]
	to := r.follow(rule.what[s.alternative], i, 1)
	if to == 0 {
		return match{}, false
	}
	m := match{rule: rule, what: span{i, to}}
	if r.denied(m.what) || r.aside(rule, i) {
		return match{}, false
	}
	if len(rule.with) == 0 {
		return m, true
	}
	best := reach + 1
	for j := max(0, i-reach-3); j < min(len(r.tokens), to+reach+1); j++ {
		if r.masked[j] || j >= i && j < to {
			continue
		}
		for _, p := range rule.with {
			end := r.follow(p, j, 1)
			if end == 0 || end > i && j < to || r.aside(rule, j) || r.denied(span{j, end}) {
				continue
			}
			if d := max(j-to, i-end); d < best {
				best, m.with = d, span{j, end}
			}
		}
	}
	return m, m.with.to > 0
}

// aside reports whether the word at token i only says where: in "pohon di
// depan rumah" no house is in danger. What raises a danger may stand so.
func (r *reading) aside(ru *rule, i int) bool {
	return i > 0 && !themes[ru.theme] && r.tokens[i].Break == 0 && r.listed("place", i-1)
}

// clause returns the first token of the clause that token i stands in.
func (r *reading) clause(i int) int {
	for i > 0 && r.tokens[i].Break == 0 && !r.listed("turn", i) {
		i--
	}
	return i
}

// listed reports whether the single word at token i is one of a list.
func (r *reading) listed(list string, i int) bool {
	for _, p := range r.set.turns[list][r.tokens[i].Word] {
		if len(p) == 1 {
			return true
		}
	}
	return false
}

// denied reports whether a negator governs the span: before it in the same
// clause with nothing but light words between, or right after it as "nihil" or
// "tidak ada" at the end of a clause.
func (r *reading) denied(s span) bool {
	begin := r.clause(s.from)
	for i := s.from - 1; i >= begin; i-- {
		if r.listed("negator", i) {
			return true
		}
		if !r.listed("between", i) {
			break
		}
	}
	to := s.to
	if to < len(r.tokens) && r.tokens[to].Word == "jiwa" {
		to++
	}
	if to >= len(r.tokens) || r.tokens[to].Break != 0 {
		return false
	}
	if r.tokens[to].Word == "nihil" {
		return true
	}
	end := to + 2
	return end <= len(r.tokens) && r.listed("negator", to) && r.tokens[to+1].Word == "ada" && (end == len(r.tokens) || r.tokens[end].Break != 0)
}

// standing says how a match holds: over, past, possible or now.
func (r *reading) standing(m match) Standing {
	from, to := m.what.from, m.what.to
	if m.with.to > 0 {
		from, to = min(from, m.with.from), max(to, m.with.to)
	}
	for _, s := range r.over {
		if s.from >= to && r.sentences(to-1, s.from) <= 1 || s.from >= r.clause(from) && s.from < to {
			return Over
		}
	}
	if r.isPast(from) {
		return Past
	}
	if r.feared(m.what) || m.with.to > 0 && r.feared(m.with) {
		return Possible
	}
	return Now
}

// isPast reports whether the sentence of token i speaks of the past and says
// nothing of now.
func (r *reading) isPast(i int) bool {
	past := false
	for _, s := range r.past {
		never := s.from > 0 && r.listed("negator", s.from-1)
		past = past || !never && r.sentences(s.from, i) == 0
	}
	for _, s := range r.again {
		if r.sentences(s.from, i) == 0 {
			return false
		}
	}
	return past
}

// feared reports whether a word of fear, wish or condition stands within five
// words before the span in its clause.
func (r *reading) feared(s span) bool {
	begin := max(r.clause(s.from), s.from-5)
	for i := s.from - 1; i >= begin; i-- {
		if r.listed("maybe", i) && (i == 0 || !r.listed("negator", i-1)) {
			return true
		}
	}
	return false
}

// sentences counts the ends of sentences between two tokens.
func (r *reading) sentences(a, b int) (n int) {
	for i := min(a, b) + 1; i <= max(a, b); i++ {
		if r.tokens[i].Break == '.' {
			n++
		}
	}
	return n
}
