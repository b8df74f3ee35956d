package incident

import (
	"fmt"
	"math"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Why is the explanation of a group: the figures and the sentence made of them.
type Why struct {
	city.Said
	Voices   int
	Span     time.Duration
	WidestM  float64 // between the farthest points that agree; 0 when fewer than two
	Astray   int     // points far from the others
	Place    string  // the place that most voices name
	Naming   int     // how many do
	Doubtful int
}

func explain(fs []*Features, at located, named said, doubtful int) Why {
	w := Why{
		Voices: len(fs), Span: fs[len(fs)-1].At.Sub(fs[0].At), Astray: at.astray, Doubtful: doubtful,
	}
	if at.agree > 1 {
		w.WidestM = math.Round(at.widest)
	}
	if place, n := named.most(); place != nil {
		w.Place, w.Naming = written(place), n
	}
	w.Text, w.TextEN = w.indonesian(), w.english()
	return w
}

func (w Why) indonesian() string {
	if w.Voices == 1 {
		return "Satu laporan, belum ada yang serupa."
	}
	parts := []string{fmt.Sprintf("%d laporan dalam %s", w.Voices, spanID(w.Span))}
	if w.WidestM > 0 {
		parts = append(parts, "jarak paling jauh "+metresText(w.WidestM, ","))
	}
	switch {
	case w.Place != "" && w.Naming == w.Voices:
		parts = append(parts, "semua menyebut "+w.Place)
	case w.Place != "" && w.Naming > 1:
		parts = append(parts, fmt.Sprintf("%d di antaranya menyebut %s", w.Naming, w.Place))
	}
	out := strings.Join(parts, ", ")
	if w.Astray > 0 && w.WidestM > 0 {
		out += fmt.Sprintf("; %d titik jauh dari yang lain", w.Astray)
	}
	if w.Doubtful > 0 {
		out += fmt.Sprintf("; %d anggota diragukan", w.Doubtful)
	}
	return out + "."
}

func (w Why) english() string {
	if w.Voices == 1 {
		return "One report, none like it yet."
	}
	parts := []string{fmt.Sprintf("%d reports within %s", w.Voices, spanEN(w.Span))}
	if w.WidestM > 0 {
		parts = append(parts, "at most "+metresText(w.WidestM, ".")+" apart")
	}
	switch {
	case w.Place != "" && w.Naming == w.Voices:
		parts = append(parts, "all of them name "+w.Place)
	case w.Place != "" && w.Naming > 1:
		parts = append(parts, fmt.Sprintf("%d of them name %s", w.Naming, w.Place))
	}
	out := strings.Join(parts, ", ")
	if w.Astray > 0 && w.WidestM > 0 {
		out += fmt.Sprintf("; %s far from the others", count(w.Astray, "point"))
	}
	if w.Doubtful > 0 {
		out += fmt.Sprintf("; %s in doubt", count(w.Doubtful, "member"))
	}
	return out + "."
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func spanID(d time.Duration) string { return hoursID(max(1, d.Hours())) }

func spanEN(d time.Duration) string { return hoursEN(max(1, d.Hours())) }
