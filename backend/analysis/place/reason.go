package place

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"balaikota/backend/city"
)

// explain writes the sentence that says where the report is and why.
func (g *Gazetteer) explain(e *Estimate) {
	area := g.title(e.AreaCode)
	switch e.From {
	case FromPoint:
		e.ReasonID = fmt.Sprintf("Titik laporan berada di %s", area)
		e.ReasonEN = fmt.Sprintf("The report's point lies in %s", area)
	case FromLearned:
		name := e.Reading.Place.title()
		e.ReasonID, e.ReasonEN = fmt.Sprintf("Teks menyebut %s", name), fmt.Sprintf("The text names %s", name)
		if n := e.Reading.Place.Seen; n > 0 {
			e.ReasonID += fmt.Sprintf(", dikenal dari %d laporan", n)
			e.ReasonEN += fmt.Sprintf(", known from %d reports", n)
		}
		if area != "" {
			e.ReasonID, e.ReasonEN = e.ReasonID+" di "+area, e.ReasonEN+" in "+area
		}
		if e.Reading.Unsure {
			e.ReasonID, e.ReasonEN = e.ReasonID+" (ejaan mirip)", e.ReasonEN+" (similar spelling)"
		}
	case FromText:
		e.ReasonID, e.ReasonEN = "Teks menyebut "+area, "The text names "+area
	case FromStated:
		e.ReasonID, e.ReasonEN = "Isian laporan menyebut "+area, "The form says "+area
	default:
		e.ReasonID, e.ReasonEN = "Laporan tidak menyebut tempat yang dikenal.", "The report names no known place."
		return
	}
	if n := len(e.Claims) - len(e.Disagrees); n > 1 && len(e.Disagrees) == 0 {
		e.ReasonID, e.ReasonEN = e.ReasonID+"; sumber lain sepakat", e.ReasonEN+"; the other sources agree"
	}
	for i, c := range e.Disagrees {
		id, en := "; tetapi ", "; but "
		if i > 0 {
			id, en = ", ", ", "
		}
		e.ReasonID += id + sourceID[c.From] + " " + g.titles(c.Areas, " atau ")
		e.ReasonEN += en + sourceEN[c.From] + " " + g.titles(c.Areas, " or ")
	}
	e.ReasonID += "."
	e.ReasonEN += "."
}

var (
	sourceID = map[string]string{FromPoint: "titiknya di", FromLearned: "nama tempatnya di", FromText: "teks menyebut", FromStated: "isian menyebut"}
	sourceEN = map[string]string{FromPoint: "the point lies in", FromLearned: "the place named lies in", FromText: "the text says", FromStated: "the form says"}
)

// title is an area's name with its rank, "" for no area.
func (g *Gazetteer) title(code string) string {
	a, ok := g.areas.Area(code)
	switch {
	case !ok:
		return code
	case a.Level == city.Kelurahan:
		return "Kelurahan " + a.Name
	case a.Level == city.Kecamatan:
		return "Kecamatan " + a.Name
	}
	return a.Name
}

func (g *Gazetteer) titles(codes []string, or string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = g.title(c)
	}
	return strings.Join(names, or)
}

// headTitles are heads that are written otherwise on a screen.
var headTitles = map[string]string{"jalan": "Jl.", "gang": "Gg.", "sd": "SD", "smp": "SMP", "sma": "SMA", "smk": "SMK", "tk": "TK", "rs": "RS", "spbu": "SPBU", "tps": "TPS", "rt": "RT", "rw": "RW"}

// title is the place as a screen shows it: "Jl. Melati 3", "Masjid Nurul Huda".
func (k Known) title() string {
	head, ok := headTitles[k.Head]
	if !ok {
		head = capitals(k.Head)
	}
	return strings.TrimSpace(head + " " + capitals(k.Name))
}

func capitals(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[size:]
	}
	return strings.Join(words, " ")
}
