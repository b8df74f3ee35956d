package planner

import "strings"

// amountsAt appends the number at token i with the unit around it.
func (l *lexicon) amountsAt(out []match, ts []token, i int) []match {
	from := i
	if (ts[i].word == "rp" || ts[i].word == "rupiah") && i+1 < len(ts) {
		i++
	}
	v, n := numberAt(ts, i)
	if n == 0 {
		if ts[i].word == "per" && i+1 < len(ts) && unitAlias[ts[i+1].word] != "" && from == i { // "harga beras per kg"
			return append(out, match{from: i, to: i + 2, kind: isCue, cue: cueUnit, fit: byHint})
		}
		_, alias := unitAlias[ts[from].word]
		if ts[from].unit != nil || alias && ts[from].word != "per" && ts[from].word != "jam" && from > 0 && l.cues[ts[from-1].word] == cueHowMany {
			out = append(out, match{from: from, to: from + 1, kind: isCue, cue: cueUnit, fit: byHint})
		}
		return out
	}
	out = append(out, match{from: from, to: i + n, kind: isNumber, value: v})
	if j, unit := l.unitAfter(ts, i+n); j > i+n || from < i {
		if from < i && (len(unit) == 0 || unit[0] != "") {
			unit = append([]string{""}, unit...)
		}
		if from < i {
			unit[0] = "rp"
		}
		out = append(out, match{from: from, to: j, kind: isNumber, value: v, codes: unit})
	}
	return out
}

// unitAfter reads the unit that begins at token i and says where it ends.
func (l *lexicon) unitAfter(ts []token, i int) (end int, unit []string) {
	if i < len(ts) && ts[i].unit != nil && !ts[i].stop {
		return i + 1, ts[i].unit
	}
	j := i
	var ws []string
	for j < len(ts) && !ts[j].number && !ts[j].stop && ts[j].word != "hari" {
		_, alias := unitAlias[ts[j].word]
		if !alias && !l.units[ts[j].word] || ts[j].word == "per" && (j+1 >= len(ts) || unitAlias[ts[j+1].word] == "" && !l.units[ts[j+1].word]) {
			break
		}
		ws = append(ws, ts[j].word)
		j++
	}
	return j, spokenUnit(ws)
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
