package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// areaName is what a written name of a place may mean.
type areaName struct {
	codes []string
	part  bool // only the first words of the name
}

// ranks are the words that officials put before the names of areas.
var ranks = map[string]string{
	"kecamatan": "kecamatan", "distrik": "kecamatan", "camat": "kecamatan", "kapanewon": "kecamatan", "kemantren": "kecamatan",
	"kelurahan": "kelurahan", "desa": "kelurahan", "lurah": "kelurahan", "kampung": "kelurahan", "kalurahan": "kelurahan",
	"kota": "kota", "kabupaten": "kota", "kotamadya": "kota",
}

func (l *lexicon) learnAreas() {
	for _, a := range l.cat.Areas {
		l.names[a.Code] = a
		if a.Level == city.Kota {
			l.cityCode, l.cityName = a.Code, a.Name
		}
	}
	if l.cat.CityCode != "" {
		l.cityCode = l.cat.CityCode
	}
	if l.cat.CityName != "" {
		l.cityName = l.cat.CityName
	}
	for _, n := range []string{l.cityName} {
		bare := withoutRank(words(n), city.Kota)
		l.addArea(bare, l.cityCode)
		if len(bare) == 1 {
			l.cityWords[bare[0]] = true
		}
	}
	l.cityWords["kota"], l.cityWords["kecamatan"], l.cityWords["kelurahan"] = true, true, true
	for _, a := range l.cat.Areas {
		if a.Level == city.Provinsi {
			continue
		}
		for _, n := range append([]string{a.Name}, a.Aliases...) {
			l.addArea(withoutRank(words(n), a.Level), a.Code)
		}
	}
	l.learnBeginnings()
}

// official are the words that stand before a name without belonging to it; a
// kecamatan may be called Kota Lama and a kelurahan Kampung Baru.
var official = map[city.Level][]string{city.Kota: {"kota", "kabupaten"}, city.Kecamatan: {"kecamatan", "distrik"}, city.Kelurahan: {"kelurahan", "desa"}}

func withoutRank(ws []string, level city.Level) []string {
	if len(ws) > 1 && slices.Contains(official[level], ws[0]) {
		return ws[1:]
	}
	return ws
}

func (l *lexicon) addArea(ws []string, code string) {
	if len(ws) == 0 || code == "" {
		return
	}
	key := strings.Join(ws, " ")
	l.know(key)
	put(l.areas, key, code, false)
	put(l.squashed, strings.Join(ws, ""), code, false)
}

// learnBeginnings lets the first words of a name stand for it where nothing is
// called so: "Sempaja" for the four of that name.
func (l *lexicon) learnBeginnings() {
	for _, a := range l.cat.Areas {
		if a.Level != city.Kecamatan && a.Level != city.Kelurahan {
			continue
		}
		ws := withoutRank(words(a.Name), a.Level)
		for n := 1; n < len(ws); n++ {
			key := strings.Join(ws[:n], " ")
			if l.cityWords[key] || n == 1 && (len(ws[0]) < 4 || genericPlace[ws[0]]) {
				continue
			}
			put(l.areas, key, a.Code, true)
			put(l.squashed, strings.Join(ws[:n], ""), a.Code, true)
		}
	}
}

// genericPlace are first words of names that name a thing, not a place.
var genericPlace = wordSet(`sungai air gunung bukit pasar jalan simpang tanah pulau teluk kampung kota tanjung muara pantai rawa pulo batu danau telaga kebun taman desa budaya
	tani handil karang loa lok sumber kuala suka harapan bandar pelabuhan jati baru padang lubuk ujung way ranca ciku wono sido karya mekar mulya`)

func put(m map[string]areaName, key, code string, part bool) {
	have := m[key]
	if len(have.codes) > 0 && have.part != part {
		if part {
			return // a whole name hides beginnings of others
		}
		have = areaName{}
	}
	if !slices.Contains(have.codes, code) {
		have.codes = append(slices.Clone(have.codes), code)
	}
	have.part = part
	m[key] = have
}

// areasAt appends the places that begin at token i, with the rank before them
// or behind them.
func (l *lexicon) areasAt(out []match, ts []token, i int) []match {
	old := len(out)
	if r := ranks[ts[i].word]; r != "" && i+1 < len(ts) {
		out = l.namesAt(out, ts, i, i+1, r)
	}
	out = l.namesAt(out, ts, i, i, "")
	for _, m := range out[old:] { // "Sambutan Kecamatan"
		if m.said != "" || m.to >= len(ts) || !l.rankBehind(ts, m.to) {
			continue
		}
		if r := ranks[ts[m.to].word]; r == "kecamatan" || r == "kelurahan" {
			if better, ok := l.ranked(areaName{m.codes, m.fit != byName}, r); ok && better.fit != byHint {
				better.from, better.to, better.lean = m.from, m.to+1, m.lean
				out = append(out, better)
			}
		}
	}
	return out
}

// namesAt appends the names of areas that begin at token i, as a match from
// token from on.
func (l *lexicon) namesAt(out []match, ts []token, from, i int, rank string) []match {
	key, glued := "", ""
	old := len(out)
	for n := 1; n <= 5 && i+n <= len(ts); n++ {
		w := ts[i+n-1].raw
		if !l.vocabulary[w] {
			w = ts[i+n-1].word
		}
		key, glued = strings.TrimPrefix(key+" "+w, " "), glued+w
		name, ok := l.areas[key]
		if !ok && (n > 1 || l.cues[w] == noCue) {
			name, ok = l.squashed[glued]
		}
		if !ok && rank != "" && len(glued) > 2 {
			name, ok = l.someWords(key, rank)
		}
		if !ok {
			continue
		}
		if m, ok := l.ranked(name, rank); ok {
			m.from, m.to = from, i+n
			m.lean = btoi(from > 0 && placeWords[ts[from-1].word])
			out = append(out, m)
		}
	}
	// "Kecamatan Sungai Pinang dalam 7 hari": a longer name of another rank is not meant.
	if slices.ContainsFunc(out[old:], func(m match) bool { return m.fit == byName }) {
		out = append(out[:old], slices.DeleteFunc(out[old:], func(m match) bool { return m.fit == byHint })...)
	}
	return out
}

// tail finds the place meant by a name without its last word, where that word
// is also a preposition before a time: "Sungai Pinang dalam 7 hari".
func (r *reading) tail(m match) []string {
	next := slices.ContainsFunc(r.ms, func(p match) bool { return p.kind == isPeriod && p.from == m.to })
	if !next || m.length() < 2 || !fillers[r.ts[m.to-1].word] || m.said != "" {
		return nil
	}
	var ws []string
	for _, t := range r.ts[m.from : m.to-1] {
		ws = append(ws, t.word)
	}
	name := r.l.areas[strings.Join(ws, " ")]
	if name.part || slices.Equal(name.codes, m.codes) {
		return nil
	}
	return name.codes
}

// placeWords are the words before the name of a place.
var placeWords = wordSet("di ke dari wilayah daerah sekitar kawasan")

// rankBehind reports whether a rank belongs to the name before it: nothing
// that it could go before follows.
func (l *lexicon) rankBehind(ts []token, i int) bool {
	if i+1 >= len(ts) {
		return true
	}
	next := ts[i+1].word
	_, known := l.areas[next]
	return !known && l.cues[next] != cueWhich && !(i+2 < len(ts) && l.areas[next+" "+ts[i+2].word].codes != nil)
}

// ranked keeps the codes of the rank that was said.
func (l *lexicon) ranked(name areaName, rank string) (match, bool) {
	m := match{kind: isArea, said: rank, codes: name.codes, fit: byName}
	if name.part {
		m.fit = byPart
	}
	if rank == "" {
		return m, true
	}
	m.codes = nil
	for _, c := range name.codes {
		if string(l.names[c].Level) == rank || c == l.cityCode && rank == "kota" {
			m.codes = append(m.codes, c)
		}
	}
	if len(m.codes) == 0 {
		// There is none of that rank: said so, not taken for the other.
		m.codes, m.fit = name.codes, byHint
		if rank == "kota" {
			return m, false
		}
	}
	return m, true
}

// someWords finds areas of a rank that have the words anywhere in their name.
func (l *lexicon) someWords(key, rank string) (areaName, bool) {
	out := areaName{part: true}
	if rank == "kota" {
		return out, false
	}
	for code, a := range l.names {
		if string(a.Level) == rank && strings.Contains(" "+strings.ToLower(a.Name)+" ", " "+key+" ") {
			out.codes = append(out.codes, code)
		}
	}
	slices.Sort(out.codes)
	return out, len(out.codes) > 0
}

// title is an area's name with its rank, as it is asked back.
func (l *lexicon) title(code string) string {
	a, ok := l.names[code]
	if !ok || code == l.cityCode {
		return "seluruh kota"
	}
	switch a.Level {
	case city.Kecamatan:
		return "Kecamatan " + a.Name
	case city.Kelurahan:
		title := "Kelurahan " + a.Name
		for _, b := range l.names {
			if b.Level == city.Kelurahan && b.Code != code && strings.EqualFold(b.Name, a.Name) {
				return title + " (Kec. " + l.names[city.ParentCode(code)].Name + ")"
			}
		}
		return title
	}
	return a.Name
}
