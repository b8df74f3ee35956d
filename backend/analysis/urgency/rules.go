package urgency

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
)

//go:embed rules.csv
var ruleTable string

//go:embed phrases.txt
var phraseTable string

// rule is one row of rules.csv.
type rule struct {
	id, theme, reason, reasonEN, why string
	level                            city.Severity
	what, with                       []phrase
}

// phrase is words that follow one another, at most one other word between.
type phrase []term

// term is one word: exact as it is written once mended, or by its root.
type term struct {
	word  string
	exact bool
}

// ruleSet is the rules ready for reading, made once and never changed.
type ruleSet struct {
	rules []rule
	// byFirst finds what may begin at a word: by its root and, with a leading =, as written.
	byFirst map[string][]start
	// turns are the lists of phrases.txt by their name and first word: idiom,
	// negator, between, maybe, past, again, over, turn, place.
	turns map[string]map[string][]phrase
}

type start struct {
	rule, alternative int
}

var stated = sync.OnceValue(func() *ruleSet {
	set, err := readRules(ruleTable, phraseTable)
	if err != nil {
		panic(err) // the tables are part of the program; a test reads them
	}
	return set
})

// themes are what a rule's theme may be, and whether it only raises.
var themes = map[string]bool{"life": false, "plea": false, "health": false, "power": false, "access": false, "water": false, "many": true, "vulnerable": true, "weather": true}

func readRules(table, phrases string) (*ruleSet, error) {
	in := csv.NewReader(strings.NewReader(table))
	in.Comment = '#'
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the rules of urgency: %w", err)
	}
	set := &ruleSet{byFirst: map[string][]start{}, turns: map[string]map[string][]phrase{}}
	ids := map[string]bool{}
	for _, row := range rows[1:] {
		r := rule{id: row[0], theme: row[1], level: city.Severity(row[2]), what: readPhrases(row[3], false), with: readPhrases(row[4], false), reason: row[5], reasonEN: row[6], why: row[7]}
		raises, known := themes[r.theme]
		switch {
		case ids[r.id]:
			return nil, fmt.Errorf("rule %s stands twice", r.id)
		case !known:
			return nil, fmt.Errorf("rule %s: theme %q is not known", r.id, r.theme)
		case raises != (r.level == "+1") || !raises && r.level != city.Info && r.level.Rank() == 0:
			return nil, fmt.Errorf("rule %s: level %q does not go with theme %s", r.id, r.level, r.theme)
		case len(r.what) == 0 || r.reason == "" || r.reasonEN == "" || r.why == "":
			return nil, fmt.Errorf("rule %s is not complete", r.id)
		}
		if raises {
			r.level = city.Info
		}
		ids[r.id] = true
		set.add(r)
	}
	for line := range strings.Lines(phrases) {
		if name, list, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
			by := map[string][]phrase{}
			for _, p := range readPhrases(list, true) {
				by[p[0].word] = append(by[p[0].word], p)
			}
			set.turns[name] = by
		}
	}
	return set, nil
}

func (set *ruleSet) add(r rule) {
	set.rules = append(set.rules, r)
	for i, p := range r.what {
		key := p[0].word
		if p[0].exact {
			key = "=" + key
		}
		set.byFirst[key] = append(set.byFirst[key], start{len(set.rules) - 1, i})
	}
}

// readPhrases reads alternatives separated by |. Rules compare roots; turns of
// speech are fixed, so that exact phrases compare words as they are written.
func readPhrases(s string, allExact bool) (out []phrase) {
	for alternative := range strings.SplitSeq(s, "|") {
		var p phrase
		for written := range strings.FieldsSeq(alternative) {
			word, exact := strings.CutPrefix(written, "=")
			exact = exact || allExact
			for _, w := range language.Tokens(word) {
				if !exact {
					w = language.Stem(w)
				}
				p = append(p, term{w, exact})
			}
		}
		if len(p) > 0 {
			out = append(out, p)
		}
	}
	return out
}
