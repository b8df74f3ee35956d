package assistant

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// MentionKind is what a name in a text is the name of.
type MentionKind string

// Kinds of names.
const (
	MentionArea      MentionKind = "area"
	MentionOffice    MentionKind = "office"
	MentionCategory  MentionKind = "category"
	MentionIndicator MentionKind = "indicator"
)

// Mention is the name of an area, office, category or indicator in a text.
// Where names overlap, the longest is the one meant.
type Mention struct {
	Kind MentionKind
	// Keys are what it may mean: codes, short names or slugs; several when the
	// name is ambiguous. The city's own code stands for the whole city.
	Keys       []string
	Start, End int
}

// evidence is all that a turn's answer may draw on.
type evidence struct {
	t        *turn
	figures  []city.Figure
	subjects []subject // of figures, in their order
	said     string    // the tools' sentences, labels, names and blocks' texts
	texts    []string  // the tools' sentences, by result
	question string
	names    []string // that hide numbers in them
	known    map[MentionKind]map[string]bool
	live     map[MentionKind]bool // kinds that any figure is divided by
	dates    []dateSpan
	numbers  []tool.Mention // in the tools' sentences
	asked    []tool.Mention // in the question
	counts   map[int]bool   // of rows listed
	ranks    []map[string]int
	carried  map[MentionKind][]mark // what earlier sentences were about
}

// markup is anything that is more than plain text.
var markup = regexp.MustCompile("(?i)<[a-z!/?]|&(?:#\\d+|#x[0-9a-f]+|[a-z]+);|\\]\\(|!\\[|\\bhttps?:|\\bwww\\.|\\bjavascript:|\\bdata:[a-z]+/|\\bmailto:|\\S@\\S|\\*\\*|__|`|^\\s*#{1,6}\\s|\\n\\s*#{1,6}\\s|\\|\\s*-{2,}|\\n\\s*[-*•]\\s|^\\s*[-*•]\\s|\\b[a-z0-9-]+\\.(?:com|net|org|id|io|app|xyz|info|ru|cn)\\b")

// citation is evidence's own number, which a model may leave in.
var citation = regexp.MustCompile(`\s*[\[(]\s*(E\d+(?:\s*[,;]\s*E\d+)*)\s*[\])]`)

// check is the figure guard. It returns the text as it may be shown and what
// is wrong with it, in words that a model can mend it by; nothing when every
// number, place, office and date in it is one that this turn's tools returned,
// said of what it is the figure of.
func (t *turn) check(text string, f *findings) (string, []string) {
	text = strings.TrimSpace(visible(text))
	switch {
	case text == "":
		return "", []string{"jawaban kosong"}
	case len(f.results) == 0:
		return "", []string{"belum ada alat yang dipanggil"}
	case markup.MatchString(text):
		return "", []string{"memuat format, HTML, tautan atau gambar"}
	case len(text) > longestAnswer:
		return "", []string{"jawaban terlalu panjang"}
	}
	e := t.evidence(f)
	text, wrong := e.citations(text)
	wrong = append(wrong, e.unknownNames(text)...)
	wrong = append(wrong, e.claims(text)...)
	for _, s := range sentences(text) {
		if e.verbatim(s) {
			e.carryOn(e.takeApart(s))
			continue
		}
		wrong = append(wrong, e.sentence(s)...)
	}
	slices.Sort(wrong)
	return text, slices.Compact(wrong)
}

// longestAnswer is what is shown at most, in bytes.
const longestAnswer = 2400

// citations takes the evidence's numbers out of a text; those that do not
// exist are wrong.
func (e *evidence) citations(text string) (string, []string) {
	var wrong []string
	text = citation.ReplaceAllStringFunc(text, func(found string) string {
		for id := range strings.FieldsFuncSeq(found, func(r rune) bool { return strings.ContainsRune("[]() ,;\n", r) }) {
			if !slices.ContainsFunc(e.figures, func(f city.Figure) bool { return f.ID == id }) {
				wrong = append(wrong, fmt.Sprintf("bukti %s tidak ada", id))
			}
		}
		return ""
	})
	return strings.TrimSpace(text), wrong
}

// evidence gathers what the tools returned in this turn.
func (t *turn) evidence(f *findings) *evidence {
	e := &evidence{
		t: t, figures: f.figures, question: t.q.Text, counts: map[int]bool{},
		known: map[MentionKind]map[string]bool{MentionArea: {}, MentionOffice: {}, MentionCategory: {}, MentionIndicator: {}},
		live:  map[MentionKind]bool{},
	}
	var said []string
	for _, r := range f.results {
		if r.Tainted {
			continue // others' words prove nothing
		}
		e.texts = append(e.texts, r.Text)
		said = append(said, r.Text)
		said = append(said, r.Names...)
		said = append(said, r.Caveats...)
		e.names = append(e.names, r.Names...)
		e.know(MentionArea, r.Area)
		e.know(MentionCategory, r.Category)
		for _, c := range r.Chips {
			said = append(said, c.Text)
		}
		for _, b := range r.Blocks {
			said = append(said, e.block(b)...)
		}
	}
	for _, fig := range f.figures {
		said = append(said, fig.Label, fig.Unit)
		e.addDates(fig)
	}
	e.said = visible(strings.Join(said, "\n"))
	for _, text := range []string{e.said, e.question} {
		for _, m := range t.a.Places(text) {
			for _, k := range m.Keys {
				e.know(m.Kind, k)
			}
		}
	}
	e.numbers = tool.Numbers(e.said, e.hidden(e.said)...)
	e.asked = tool.Numbers(e.question, e.hidden(e.question)...)
	e.describe()
	return e
}

// block notes what a block lists and returns its texts.
func (e *evidence) block(b city.Block) (said []string) {
	said = append(said, b.Title)
	for _, row := range b.Rows {
		said = append(said, row...)
	}
	for _, n := range []int{len(b.Rows), len(b.Items), len(b.IDs), len(b.Highlight)} {
		if n > 0 {
			e.counts[n] = true
		}
	}
	rank := map[string]int{}
	for i, item := range b.Items {
		said = append(said, item.Label)
		rank[item.Key], rank[strings.ToLower(item.Label)] = i+1, i+1
		for kind := range e.known {
			e.known[kind][item.Key] = true
		}
	}
	if len(rank) > 0 {
		e.ranks = append(e.ranks, rank)
	}
	for _, code := range b.Highlight {
		e.know(MentionArea, code)
	}
	return said
}

func (e *evidence) know(kind MentionKind, key string) {
	if key == "" {
		return
	}
	e.known[kind][key] = true
	if kind == MentionArea { // an area lies in those that its code begins with
		for up := city.ParentCode(key); up != ""; up = city.ParentCode(up) {
			e.known[kind][up] = true
		}
	}
}

// numberish is in a name that could be taken for a number.
var numberish = regexp.MustCompile(`(?i)\d|nol|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|belas|puluh|ratus|ribu|juta|pertama|separuh|setengah|lusin|januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember`)

// hidden are the names in a text whose words are no numbers: Simpang Tiga.
func (e *evidence) hidden(text string) (names []string) {
	for _, n := range e.names {
		if numberish.MatchString(n) {
			names = append(names, n)
		}
	}
	for _, m := range e.t.a.Places(text) {
		if name := text[m.Start:m.End]; numberish.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}
