package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// unitAlias are the words for units by their sign; "" is said but adds
// nothing. Units of the city's own indicators count beside them.
var unitAlias = map[string]string{
	"milimeter": "mm", "mili": "mm", "meter": "m", "mtr": "m", "sentimeter": "cm", "senti": "cm", "kilometer": "km", "persen": "%", "rupiah": "rp", "kilo": "kg", "kilogram": "kg", "celsius": "°c", "celcius": "°c", "derajat": "°c", "c": "°c",
	"mm": "mm", "m": "m", "cm": "cm", "km": "km", "%": "%", "rp": "rp", "kg": "kg", "jam": "jam", "liter": "liter", "detik": "detik", "menit": "menit", "µg": "µg", "mikrogram": "µg", "ug": "µg", "mcg": "µg", "ton": "ton", "kubik": "³", "persegi": "²", "per": "",
	"dtk": "detik", "mnt": "menit", "l": "liter", "ltr": "liter", "ml": "ml", "mililiter": "ml", "mg": "mg", "miligram": "mg", "g": "g", "gram": "g", "gr": "g", "ha": "ha", "hektare": "ha", "hektar": "ha", "ppm": "ppm", "ppb": "ppb", "db": "db", "desibel": "db",
	"kwh": "kwh", "mw": "mw", "kw": "kw", "m²": "m²", "m³": "m³", "km²": "km²", "cm³": "cm³", "kmh": "km", "kpj": "km", "dm": "dm", "dm³": "dm³",
}

// behindSlash are signs too short to stand for a unit elsewhere.
var behindSlash = map[string]string{"s": "detik", "h": "jam", "hari": "hari", "bulan": "bulan", "tahun": "tahun", "orang": "orang", "jiwa": "jiwa"}

// unitToken reads a unit that is more than one word, as one token: "µg/m3",
// "m³/detik", "km2", and "/kg" behind a number. Its digits are no numbers. It
// returns how many pieces it takes, 0 when none begins here.
func (l *lexicon) unitToken(p []piece, before []token) (token, int) {
	number := len(before) > 0 && before[len(before)-1].amount()
	asked := len(before) > 0 && l.cues[before[len(before)-1].word] == cueHowMany
	if p[0].digit || len(p[0].text) == 0 || p[0].slash && !number && len(p[0].text) < 2 {
		return token{}, 0
	}
	sign, known, n := l.unitPart(p, p[0].slash)
	parts, digits := []string{sign}, n > 1
	if p[0].slash {
		parts = []string{"", sign}
	}
	for n < len(p) && p[n].slash {
		var more string
		var ok bool
		var k int
		if p[n].digit && p[n].text != "" { // mm/3 jam, CFU/100 ml
			if n+1 >= len(p) || p[n+1].digit {
				break
			}
			more, ok, k = l.unitPart(p[n+1:], true)
			more, k = p[n].text+more, k+1
		} else {
			more, ok, k = l.unitPart(p[n:], true)
		}
		if !ok && (known || !number) {
			break
		}
		known = known && ok
		parts, digits, n = append(parts, more), digits || k > 1, n+k
	}
	switch {
	case n == 1 && !p[0].slash, p[0].slash && !known:
		return token{}, 0
	case !known && (!number || p[0].text == "s" || l.vocabulary[p[0].text]):
		return token{}, 0 // "3 s/d 10 Maret", "5 sampah/banjir"
	case p[0].slash || !number && asked && known && len(parts) > 1:
	case !number && (!digits && !strings.ContainsAny(parts[0], "²³") || len(parts) == 1 && p[0].text == "km"):
		return token{}, 0
	}
	var raw strings.Builder
	for i, q := range p[:n] {
		if q.slash {
			raw.WriteByte('/')
		} else if i > 0 && !q.glued {
			raw.WriteByte(' ')
		}
		raw.WriteString(q.text)
	}
	return token{raw: raw.String(), word: unitWord, unit: parts, stop: p[0].stop}, n
}

// unitPart reads one side of a unit: a sign with its power.
func (l *lexicon) unitPart(p []piece, slash bool) (sign string, known bool, n int) {
	w := strings.ReplaceAll(p[0].text, "μ", "µ")
	sign, known = unitAlias[w]
	if !known && slash {
		sign, known = behindSlash[w]
	}
	if !known {
		sign, known = w, l.units[w]
	}
	if len(p) > 1 && p[1].digit && p[1].glued && (p[1].text == "2" || p[1].text == "3") {
		return sign + map[string]string{"2": "²", "3": "³"}[p[1].text], known, 2
	}
	return sign, known && sign != "", 1
}

// amount reports whether a token may be the number before a unit.
func (t token) amount() bool {
	_, digit := digitWords[t.word]
	return t.number || digit || scaleWords[t.word] > 0 || t.word == "puluh" || t.word == "belas" || t.word == "ratus" || t.word == "sepuluh" || t.word == "seratus" || t.word == "seribu" || t.word == "sebelas"
}

// spokenUnit puts the words of a unit into the form unitToken gives: "meter
// kubik per detik" is m³, detik. What stands behind "per" alone has an empty
// first part.
func spokenUnit(ws []string) []string {
	out := []string{}
	per, prev := false, ""
	for _, w := range ws {
		a, ok := unitAlias[w]
		if !ok {
			a = w
		}
		switch {
		case w == "per":
			per = true
			if len(out) == 0 {
				out = append(out, "")
			}
		case (a == "³" || a == "²") && len(out) > 0:
			out[len(out)-1] += a
		case a == "°c" && prev == "derajat":
		default:
			out = append(out, a)
		}
		prev = w
	}
	if !per && len(out) > 0 && out[0] == "" {
		return out[1:]
	}
	return out
}

// ownUnit is an indicator's unit in the same form.
func ownUnit(unit string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ToLower(unit), "/") {
		var ws []string
		for _, p := range split(part) {
			w := strings.ReplaceAll(p.text, "μ", "µ")
			switch {
			case p.digit && p.glued && len(ws) > 0 && (w == "2" || w == "3"):
				ws[len(ws)-1] += map[string]string{"2": "²", "3": "³"}[w]
			default:
				ws = append(ws, w)
			}
		}
		out = append(out, strings.Join(spokenUnit(strings.Fields(strings.Join(ws, " "))), ""))
	}
	return out
}

// unitFits reports whether the unit said with a number is the indicator's:
// its first part must be the same where it was said, and no other part may be
// strange to it.
func unitFits(said []string, i city.Indicator) bool {
	if len(said) == 0 {
		return true
	}
	own := ownUnit(i.Unit)
	if said[0] != "" && said[0] != own[0] && said[0] != strings.ToLower(i.Unit) {
		return false
	}
	for _, part := range said[1:] {
		if !slices.Contains(own[1:], part) {
			return false
		}
	}
	return true
}
