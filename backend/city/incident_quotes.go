package city

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// IncidentQuote is what one citizen wrote about an incident, personal data hidden.
type IncidentQuote struct {
	ReportID int64     `json:"report_id"`
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"`
	Text     string    `json:"text" doc:"At most 160 characters; telephone and identity numbers, addresses, plates and names hidden"`
}

// hiddenAs are the words that stand for what HidePersonal takes out.
var hiddenAs = map[PersonalKind]string{
	PersonalNIK: "[NIK]", PersonalKK: "[nomor KK]", PersonalNPWP: "[NPWP]", PersonalPhone: "[telepon]", PersonalMail: "[surel]", PersonalPlate: "[pelat]",
	PersonalAccount: "[rekening]", PersonalHouse: "[nomor rumah]", PersonalName: "[nama]", PersonalKnown: "[pelapor]", PersonalNumber: "[nomor]",
}

// HidePersonal takes out all that FindPersonal finds in text, and leaves a
// word in brackets for each. It takes out more than MaskPersonal: what is shown
// beside a matter to many need not name anybody.
func HidePersonal(text string, known ...string) string {
	text = VisibleText(text)
	// What the wider rules of MaskOutward take for a number goes too.
	return MaskOutward(replaced(text, FindPersonal(text, known...)))
}

// Bounds of a quote, in characters.
const (
	quoteLength = 160
	quoteLeast  = 20 // shorter ones say too little
	quoteAlike  = 40 // as many letters alike at the beginning: the same text
)

// Voice is a report that may speak for its incident.
type Voice struct {
	ReportID int64
	At       time.Time
	Channel  string
	Text     string  // as the citizen wrote it
	Score    float64 // how sure it belongs, 0 to 1
	Doubtful bool
}

// Quotes picks at most n voices that speak for an incident: those that surely
// belong, the surest first, from as many channels as there are, no two that say
// the same; then in order of time.
func Quotes(voices []Voice, n int) []IncidentQuote {
	sure := slices.Clone(voices)
	slices.SortStableFunc(sure, func(a, b Voice) int { return cmp.Compare(b.Score, a.Score) })
	var out []IncidentQuote
	said, channels := map[string]bool{}, map[string]bool{}
	for _, again := range []bool{false, true} {
		for _, v := range sure {
			text := cut(strings.Join(strings.Fields(HidePersonal(v.Text)), " "), quoteLength)
			if len(out) == n || v.Doubtful || channels[v.Channel] && !again || utf8.RuneCountInString(text) < quoteLeast || said[opening(text)] {
				continue
			}
			said[opening(text)], channels[v.Channel] = true, true
			out = append(out, IncidentQuote{ReportID: v.ReportID, At: v.At, Channel: v.Channel, Text: text})
		}
	}
	slices.SortStableFunc(out, func(a, b IncidentQuote) int { return a.At.Compare(b.At) })
	return out
}

// opening is how a text begins, whatever its case.
func opening(text string) string {
	runes := []rune(strings.ToLower(text))
	return string(runes[:min(len(runes), quoteAlike)])
}

// cut shortens text to at most n characters at a word's end.
func cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	short := string(runes[:n-1])
	if i := strings.LastIndexByte(short, ' '); i > len(short)/2 {
		short = short[:i]
	}
	return short + "…"
}
