package assistant

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"balaikota/backend/city"
)

// Names are what a Gazetteer knows.
type Names struct {
	CityCode, CityName string
	Areas              []city.Area
	Offices            []city.Office
	Categories         []city.Category
	Indicators         []city.Indicator
	// Common reports whether a lower-case word is an everyday one: a name of a
	// single such word counts in a text only with its capital. nil: none is.
	Common func(word string) bool
}

// Gazetteer finds the names of areas, offices, categories and indicators in a
// text. It does not change and is safe for concurrent use.
type Gazetteer struct {
	byFirst map[string][]entry // longest first
}

type entry struct {
	words   []string
	kind    MentionKind
	keys    []string
	capital bool // counts only with a capital
}

// NewGazetteer makes one.
func NewGazetteer(n Names) *Gazetteer {
	g := &Gazetteer{byFirst: map[string][]entry{}}
	common := n.Common
	if common == nil {
		common = func(string) bool { return false }
	}
	g.addAreas(n, common)
	for _, o := range n.Offices {
		if o.Kind == "kecamatan" || o.Kind == "kelurahan" {
			continue // in a sentence these are areas
		}
		for _, name := range append([]string{o.ShortName, o.Name}, o.Aliases...) {
			g.add(MentionOffice, o.ShortName, name, common)
		}
	}
	never := func(string) bool { return false }
	for _, c := range n.Categories {
		g.add(MentionCategory, c.Slug, c.Name, never)
	}
	for _, i := range n.Indicators {
		g.add(MentionIndicator, i.Slug, i.Name, never)
	}
	for _, list := range g.byFirst {
		slices.SortStableFunc(list, func(a, b entry) int { return len(b.words) - len(a.words) })
	}
	return g
}

func (g *Gazetteer) addAreas(n Names, common func(string) bool) {
	for _, a := range n.Areas {
		if a.Level != city.Kecamatan && a.Level != city.Kelurahan {
			continue
		}
		titles := []string{"kecamatan ", "kec "}
		if a.Level == city.Kelurahan {
			titles = []string{"kelurahan ", "kel "}
		}
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			g.add(MentionArea, a.Code, name, common)
			for _, t := range titles {
				g.add(MentionArea, a.Code, t+name, func(string) bool { return false })
			}
		}
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(n.CityName, "Kota "), "Kabupaten ")
	for _, name := range []string{"Kota " + bare, bare, "seluruh kota", "sekota", "se kota", "kota ini", "tingkat kota", "seluruh " + bare} {
		g.add(MentionArea, n.CityCode, name, func(string) bool { return false })
	}
}

func (g *Gazetteer) add(kind MentionKind, key, name string, common func(string) bool) {
	words := lowerWords(name)
	if len(words) == 0 || key == "" {
		return
	}
	list := g.byFirst[words[0]]
	for i := range list {
		if list[i].kind == kind && slices.Equal(list[i].words, words) {
			if !slices.Contains(list[i].keys, key) {
				list[i].keys = append(list[i].keys, key)
			}
			return
		}
	}
	g.byFirst[words[0]] = append(list, entry{words: words, kind: kind, keys: []string{key}, capital: len(words) == 1 && common(words[0])})
}

type placed struct {
	word       string // lower case
	start, end int
	capital    bool
}

// placedWords cuts a text into words of letters and digits.
func placedWords(text string) (out []placed) {
	begin := -1
	flush := func(end int) {
		if begin >= 0 {
			first, _ := utf8.DecodeRuneInString(text[begin:end])
			out = append(out, placed{strings.ToLower(text[begin:end]), begin, end, unicode.IsUpper(first)})
			begin = -1
		}
	}
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if begin < 0 {
				begin = i
			}
			continue
		}
		flush(i)
	}
	flush(len(text))
	return out
}

func lowerWords(name string) []string {
	words := placedWords(name)
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.word
	}
	return out
}

// Mentions returns the names in a text in their order, the longest where they
// overlap; a name that stands for things of several kinds is each of them.
func (g *Gazetteer) Mentions(text string) (out []Mention) {
	words := placedWords(text)
	for i := 0; i < len(words); {
		longest := 0
		for _, e := range g.byFirst[words[i].word] {
			if len(e.words) < longest || !e.stands(text, words[i:]) {
				continue
			}
			longest = len(e.words)
			out = append(out, Mention{Kind: e.kind, Keys: e.keys, Start: words[i].start, End: words[i+longest-1].end})
		}
		i += max(longest, 1)
	}
	return out
}

// stands reports whether the entry's words begin the given ones, with nothing
// but joining signs between them.
func (e entry) stands(text string, words []placed) bool {
	if len(words) < len(e.words) || e.capital && !words[0].capital {
		return false
	}
	for i, w := range e.words {
		if words[i].word != w {
			return false
		}
		if i > 0 && strings.Trim(text[words[i-1].end:words[i].start], " .-/&") != "" {
			return false
		}
	}
	return true
}
