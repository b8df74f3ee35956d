package city

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AnswerTemplate is a text from which drafts of answers to reporters are made.
type AnswerTemplate struct {
	ID int64 `json:"id"`
	// Category and Status say which reports it fits.
	Category string       `json:"category" doc:"Slug; empty for any"`
	Status   ReportStatus `json:"status" enum:",open,in_progress,closed,rejected" doc:"How the matter stands; empty: an officer picks it"`
	Title    string       `json:"title"`
	Body     string       `json:"body" doc:"With words in braces that are filled from the report; a line whose word has no value is left out"`
	Enabled  bool         `json:"enabled" doc:"Offered for drafts; one that is not stays for the history"`
	// Version counts its changes from 1.
	Version   int       `json:"version"`
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by"`
	Reason    string    `json:"reason,omitempty" doc:"Why this version was made; in the history only"`
	Mine      bool      `json:"mine" doc:"The asker may change it"`
}

// AnswerWord is a word that a template may hold in braces.
type AnswerWord string

// The words of templates. Each has its meaning on screen under "reply.word."
// and its name.
const (
	AnswerNumber   AnswerWord = "nomor"    // the report's number, as the reporter knows it
	AnswerCategory AnswerWord = "kategori" // the category's name, in a sentence
	AnswerArea     AnswerWord = "wilayah"  // the area's name
	AnswerOffice   AnswerWord = "kantor"   // the name of the office that owns it
	AnswerReceived AnswerWord = "diterima" // the day on which it was reported
	AnswerDue      AnswerWord = "tenggat"  // until when it is to be closed; none while its clock stands
	AnswerFinished AnswerWord = "selesai"  // the day on which it was finished
	AnswerProof    AnswerWord = "bukti"    // by what it was found to be done
	AnswerCity     AnswerWord = "kota"     // the city's name
)

// AnswerWords are all of them.
var AnswerWords = []AnswerWord{
	AnswerNumber, AnswerCategory, AnswerArea, AnswerOffice, AnswerReceived, AnswerDue, AnswerFinished, AnswerProof, AnswerCity,
}

var (
	braced = regexp.MustCompile(`\{[^{}\n]*\}`)
	// hole is what a template leaves to the officer: "[tulis nama instansi]".
	hole = regexp.MustCompile(`\[tulis [^\]\n]*\]`)
)

// Clean trims a template and says what is wrong with it: field, reason and, for
// a word in braces that is none, which ones there are.
func (t AnswerTemplate) Clean() (AnswerTemplate, error) {
	t.Title = strings.Join(strings.Fields(t.Title), " ")
	t.Body = strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	if n := utf8.RuneCountInString(t.Title); n < 3 || n > 80 {
		e := InvalidField("title", "has 3 to 80 characters")
		e.Key = "error.template_title"
		return t, e
	}
	if n := utf8.RuneCountInString(t.Body); n < 20 || n > 2000 {
		e := InvalidField("body", "has 20 to 2000 characters")
		e.Key = "error.template_body"
		return t, e
	}
	if t.Status != "" && !slices.Contains(ReportStatuses, t.Status) {
		return t, InvalidField("status", "is open, in_progress, closed, rejected or empty")
	}
	for _, found := range braced.FindAllString(t.Body, -1) {
		if !slices.Contains(AnswerWords, AnswerWord(found[1:len(found)-1])) {
			return t, unknownWord(found)
		}
	}
	if rest := braced.ReplaceAllString(t.Body, ""); strings.ContainsAny(rest, "{}") {
		return t, unknownWord(rest[strings.IndexAny(rest, "{}"):][:1])
	}
	return t, nil
}

func unknownWord(found string) error {
	known := make([]string, len(AnswerWords))
	for i, w := range AnswerWords {
		known[i] = "{" + string(w) + "}"
	}
	list := strings.Join(known, ", ")
	e := InvalidField("body", "%s is no word that can be filled; use %s", found, list)
	e.Key, e.Params = "error.template_word", map[string]string{"word": found, "known": list}
	return e
}

// AnswerFacts are what a draft is filled with. Strings are "" and times nil
// where nothing is known.
type AnswerFacts struct {
	Ticket, Category, Area, Office, City string
	Received                             time.Time
	Due, Finished                        *time.Time
	// Proof is how the work was found to be done: proof, second_person,
	// reporter or sender, as a disposition says; "" when it is not.
	Proof string
}

// proofWords say by what work was found to be done.
var proofWords = map[string]string{
	"proof":         "dibuktikan dengan foto yang lolos pemeriksaan",
	"second_person": "dibuktikan dengan foto yang diperiksa petugas dari instansi lain",
	"reporter":      "dinyatakan sudah beres oleh pelapor",
	"sender":        "diterima oleh pimpinan yang menugaskan",
}

// unnamedMatter stands for the category of a report that has none yet: the line that
// it belongs to names the report, and must not be lost for it.
const unnamedMatter = "hal yang Anda sampaikan"

// values are the words that the facts can fill.
func (f AnswerFacts) values(zone *time.Location, label string) map[AnswerWord]string {
	matter := unnamedMatter
	if f.Category != "" {
		matter = inSentence(f.Category)
	}
	out := map[AnswerWord]string{
		AnswerNumber: f.Ticket, AnswerCategory: matter, AnswerArea: f.Area, AnswerOffice: f.Office,
		AnswerReceived: FormatDay(f.Received, zone), AnswerProof: proofWords[f.Proof], AnswerCity: f.City,
	}
	if f.Due != nil {
		out[AnswerDue] = FormatUntil(*f.Due, zone, label)
	}
	if f.Finished != nil {
		out[AnswerFinished] = FormatDay(*f.Finished, zone)
	}
	return out
}

// inSentence writes a name as it stands within a sentence, unless it begins with
// an abbreviation.
func inSentence(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	second, _ := utf8.DecodeRuneInString(name[size:])
	if unicode.IsUpper(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[size:]
}

// Fill makes a draft: words in braces become the facts, and a line that needs
// one that is not known is left out. It returns which were not known.
func (t AnswerTemplate) Fill(f AnswerFacts, zone *time.Location, label string) (text string, unknown []AnswerWord) {
	values := f.values(zone, label)
	var lines []string
	for line := range strings.SplitSeq(t.Body, "\n") {
		whole := true
		filled := braced.ReplaceAllStringFunc(line, func(found string) string {
			w := AnswerWord(found[1 : len(found)-1])
			if values[w] == "" {
				whole = false
				if !slices.Contains(unknown, w) {
					unknown = append(unknown, w)
				}
			}
			return values[w]
		})
		if whole {
			lines = append(lines, upperFirst(filled))
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), unknown
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Fits reports whether a template may serve for a report of a category.
func (t AnswerTemplate) Fits(category string) bool {
	return t.Enabled && (t.Category == "" || t.Category == category)
}

// RankAnswers sorts the templates that fit: first those for how the matter
// stands, then those an officer picks, then the others; of equal ones those of
// the category first. It changes the slice it was given.
func RankAnswers(ts []AnswerTemplate, category string, status ReportStatus) []AnswerTemplate {
	ts = slices.DeleteFunc(ts, func(t AnswerTemplate) bool { return !t.Fits(category) })
	rank := func(t AnswerTemplate) int {
		r := 4
		switch t.Status {
		case status:
			r = 0
		case "":
			r = 2
		}
		if t.Category == "" {
			r++
		}
		return r
	}
	slices.SortStableFunc(ts, func(a, b AnswerTemplate) int { return rank(a) - rank(b) })
	return ts
}
