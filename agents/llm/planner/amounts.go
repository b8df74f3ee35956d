package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// unitAlias are the words for units that may follow a number, by how
// indicators write them; "" is said but adds nothing.
var unitAlias = map[string]string{
	"milimeter": "mm", "mili": "mm", "meter": "m", "mtr": "m", "sentimeter": "cm", "senti": "cm", "kilometer": "km", "persen": "%", "rupiah": "rp", "kilo": "kg", "kilogram": "kg", "celsius": "c", "celcius": "c", "derajat": "°",
	"mm": "mm", "m": "m", "cm": "cm", "km": "km", "%": "%", "rp": "rp", "kg": "kg", "jam": "jam", "liter": "liter", "detik": "detik", "menit": "menit", "µg": "µg", "mikrogram": "µg", "ton": "ton", "kubik": "m³", "per": "",
}

// amountsAt appends the number at token i with the unit around it.
func (l *lexicon) amountsAt(out []match, ts []token, i int) []match {
	from := i
	if (ts[i].word == "rp" || ts[i].word == "rupiah") && i+1 < len(ts) {
		i++
	}
	v, n := numberAt(ts, i)
	if n == 0 {
		if _, alias := unitAlias[ts[from].word]; alias && ts[from].word != "per" && ts[from].word != "jam" && from > 0 && l.cues[ts[from-1].word] == cueHowMany {
			out = append(out, match{from: from, to: from + 1, kind: isCue, cue: cueUnit, fit: byHint})
		}
		return out
	}
	j := i + n
	m := match{from: from, kind: isNumber, value: v}
	out = append(out, match{from: from, to: j, kind: isNumber, value: v})
	for j < len(ts) && !ts[j].number && !ts[j].stop {
		_, alias := unitAlias[ts[j].word]
		if !alias && !l.units[ts[j].word] || ts[j].word == "per" && (j+1 >= len(ts) || unitAlias[ts[j+1].word] == "") || ts[j].word == "hari" {
			break
		}
		j++
	}
	if j > i+n {
		m.to = j
		for _, t := range ts[i+n : j] {
			m.codes = append(m.codes, t.word)
		}
		if from < i {
			m.codes = append(m.codes, "rp")
		}
		out = append(out, m)
	}
	return out
}

// unitFits reports whether the unit said with a number is the indicator's.
func unitFits(said []string, i city.Indicator) bool {
	own := canonical(words(i.Unit))
	if len(words(i.Unit)) == 0 && i.Unit == "%" {
		own = []string{"%"}
	}
	for _, w := range canonical(said) {
		if !slices.Contains(own, w) {
			return false
		}
	}
	return true
}

func canonical(ws []string) []string {
	var out []string
	for _, w := range ws {
		if a, ok := unitAlias[w]; ok {
			w = a
		}
		if w != "" && w != "°" {
			out = append(out, w)
		}
	}
	return out
}

// throughWords stand before the name of a channel.
var throughWords = wordSet("lewat melalui via kanal dari pakai saluran jalur aplikasi")

// channelsAt appends the channel named behind "lewat", "melalui", "via" …
func (l *lexicon) channelsAt(out []match, ts []token, i int) []match {
	if !throughWords[ts[i].word] && !(i > 0 && l.cues[ts[i-1].word] == cueReport) {
		return out
	}
	from, starts := i, []int{i}
	if throughWords[ts[i].word] {
		starts = []int{i + 1}
		if i+1 < len(ts) && throughWords[ts[i+1].word] {
			starts = append(starts, i+2)
		}
	}
	for _, start := range starts {
		var ws []string
		for k := 1; k <= 4 && start+k <= len(ts); k++ {
			ws = append(ws, ts[start+k-1].word)
			if f, ok := l.phrases["\x00kanal "+strings.Join(ws, " ")]; ok {
				out = append(out, match{from: from, to: start + k, kind: isChannel, slug: f.slug})
			}
		}
	}
	return out
}
