// Package missing says what an incomplete report does not say, so that its
// reporter may be asked. It imports backend/city alone.
package missing

import (
	"regexp"
	"strings"
	"unicode"

	"balaikota/backend/city"
)

// The bounds of the rule. A circle of a kilometre is most of a kelurahan: nobody
// finds a hole in the road in it. Fewer than eight words seldom say both a thing
// and what is wrong with it.
const (
	widestPlace = 1000 // metres
	fewestWords = 8
)

// Of returns what a report does not say, in the order in which it is asked:
//
//   - where: it has no point, no address, and the analysis found no place, or
//     one that is known to more than a kilometre only;
//   - what: neither its source nor an officer said what it is about, the
//     analysis is not sure, and it has fewer than eight words.
//
// A report that the analysis has not looked at yet, or that is settled, lacks
// nothing.
func Of(r city.ReportDetail) []city.Gap {
	out := []city.Gap{}
	if r.Analysis == nil || r.Status == city.Closed || r.Status == city.Rejected {
		return out
	}
	if !placed(r) {
		out = append(out, city.AskWhere)
	}
	if !understood(r) {
		out = append(out, city.AskWhat)
	}
	return out
}

func placed(r city.ReportDetail) bool {
	if r.Lon != nil || strings.TrimSpace(r.Address) != "" {
		return true
	}
	p := r.Analysis.Place
	return p != nil && p.Lon != nil && p.RadiusM <= widestPlace
}

func understood(r city.ReportDetail) bool {
	if r.Category != "" && (r.Analysis.Sure || r.Analysis.CategoryBy != "analysis") {
		return true
	}
	n := words(r.FullText)
	for _, v := range r.VoiceNotes {
		n += words(v.Text)
	}
	return n >= fewestWords
}

// joined begins what was said later, and notes stand for what is no text: both are
// our words, not the citizen's.
var joined = regexp.MustCompile(`(?m)^(Pesan|Surat) susulan [^\n]*:$|^\[[^\]\n]*\]$`)

// words counts what holds a letter or a digit.
func words(text string) (n int) {
	for w := range strings.FieldsSeq(joined.ReplaceAllString(text, "")) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}
