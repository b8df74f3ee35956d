package place

import (
	"maps"
	"math"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// areaNames holds the areas' names and aliases by their words, to find them in
// running text.
type areaNames struct {
	full  map[string][]string // squashed name or alias → codes
	begin map[string][]string // squashed first words of several names → codes
	// most is the number of words of the longest name that begins with a word.
	most map[string]int
}

// lengthened are the ways people shorten the common words of area names; they
// are Indonesia's, not one city's.
var lengthened = map[string]string{
	"sei": "sungai", "sungei": "sungai", "sgi": "sungai", "s": "sungai", "sg": "sungai", "gn": "gunung", "gng": "gunung", "gunong": "gunung",
	"tlk": "teluk", "telok": "teluk", "bkt": "bukit", "krg": "karang", "kp": "kampung", "kpg": "kampung", "kampong": "kampung", "pulo": "pulau",
	"tj": "tanjung", "tjg": "tanjung", "tanjong": "tanjung", "sp": "simpang", "simp": "simpang", "psr": "pasar", "hulu": "ulu", "hilir": "ilir",
	"utr": "utara", "sltn": "selatan", "slt": "selatan", "brt": "barat", "tmr": "timur", "dlm": "dalam", "sebrang": "seberang", "sbrg": "seberang",
	"masjid": "mesjid", "1": "satu", "2": "dua", "3": "tiga", "4": "empat", "i": "satu", "ii": "dua", "iii": "tiga",
}

func longer(w string) string {
	if l, ok := lengthened[w]; ok {
		return l
	}
	return w
}

func newAreaNames(areas city.AreaIndex) areaNames {
	n := areaNames{full: map[string][]string{}, begin: map[string][]string{}, most: map[string]int{}}
	for _, level := range []city.Level{city.Kota, city.Kecamatan, city.Kelurahan} {
		for _, a := range areas.Areas(level) {
			n.add(a.Name, a.Code)
			for _, alias := range a.Aliases {
				n.add(alias, a.Code)
			}
			if level == city.Kelurahan {
				n.addBeginnings(a)
			}
		}
	}
	// The beginning of a single name is none of its own.
	maps.DeleteFunc(n.begin, func(_ string, codes []string) bool { return len(codes) < 2 })
	return n
}

// addBeginnings enters the first words of a name: people say Sempaja for any of
// the kelurahan called Sempaja so-and-so. An everyday word alone is no name.
func (n areaNames) addBeginnings(a city.Area) {
	tokens, key := tokenise(a.Name), ""
	for i, t := range tokens[:max(0, len(tokens)-1)] {
		w := longer(clean(t.word))
		key += w
		if i > 0 || wordClasses[w] == 0 && headWays[w] == nil && len(w) >= 5 {
			n.begin[key] = append(n.begin[key], a.Code)
		}
	}
}

func (n areaNames) add(name, code string) {
	var words []string
	for _, t := range tokenise(name) {
		words = append(words, longer(clean(t.word)))
	}
	if len(words) == 0 {
		return
	}
	key := strings.Join(words, "")
	if !slices.Contains(n.full[key], code) {
		n.full[key] = append(n.full[key], code)
	}
	for _, w := range []string{words[0], key} { // written apart and together
		n.most[w] = max(n.most[w], len(words))
	}
}

// at returns the codes of the longest area name that begins at token i, and how
// many tokens it takes.
func (n areaNames) at(tokens []token, i int) ([]string, int) {
	most := n.most[longer(clean(tokens[i].word))]
	key, best, taken := "", []string(nil), 0
	for k := 0; k < most && i+k < len(tokens); k++ {
		if k > 0 && tokens[i+k].gap > gapDot {
			break
		}
		key += longer(clean(tokens[i+k].word))
		if codes := n.called(key); len(codes) > 0 {
			best, taken = codes, k+1
		}
	}
	return best, taken
}

// called returns the areas of a squashed name: those of that name; where it is
// a kecamatan's also the kelurahan whose names begin so.
func (n areaNames) called(key string) []string {
	full, begin := n.full[key], n.begin[key]
	if len(full) == 0 {
		return begin
	}
	if len(begin) == 0 || !slices.ContainsFunc(full, func(c string) bool { l, _ := city.LevelOfCode(c); return l == city.Kecamatan }) {
		return full
	}
	return slices.Concat(full, begin)
}

// cut ends the names of streets, alleys and landmarks where an area's name
// begins: without capitals or commas "masjid nurul iman loa bakung" is the
// mosque and the kelurahan. A name that only begins ("Gunung", "Raya") goes on.
func (r *reader) cut(names areaNames) {
	for k := range r.found {
		m := &r.found[k]
		if m.Kind == Neighbourhood || m.Kind == Area || !strings.Contains(m.Name, " ") || m.Head == "sungai" {
			continue
		}
		at, _ := slices.BinarySearchFunc(r.tokens, m.Start, func(t token, start int) int { return t.start - start })
		_, n := r.headAt(at)
		from := at + n
		if n == 0 || r.tokens[from].start >= m.End || r.telling && r.tokens[from].capital || wordClasses[r.tokens[from].word].is(base|generic|title|honour) {
			continue
		}
		if _, joined := r.headAt(from); joined > 0 {
			continue // "kantor kelurahan Melati" is named by the area
		}
		for i := from + 1; i < len(r.tokens) && r.tokens[i].end <= m.End; i++ {
			_, n := names.at(r.tokens, i)
			if n == 0 || n == 1 && (wordClasses[r.tokens[i].word] != 0 || headWays[r.tokens[i].word] != nil || len(r.tokens[i].word) < 4) {
				continue
			}
			words := strings.Fields(m.Name)
			m.Name, m.Number, m.House, m.End = strings.Join(words[:min(i-from, len(words))], " "), "", "", r.tokens[i-1].end
			break
		}
	}
}

// areasIn finds the areas a text names: by rank ("kel. Melati"), where typing
// errors and parts of names are understood, and by name alone where the words
// can mean nothing else.
func (g *Gazetteer) areasIn(r *reader) (groups [][]string, byRank bool) {
	covered := make([]*Mention, len(r.tokens))
	for k := range r.found {
		m := &r.found[k]
		from, _ := slices.BinarySearchFunc(r.tokens, m.Start, func(t token, start int) int { return t.start - start })
		for i := from; i < len(r.tokens) && r.tokens[i].end <= m.End; i++ {
			if covered[i] == nil || m.Kind == Area {
				covered[i] = m
			}
		}
		if m.Kind == Area {
			if codes := g.ranked(*m); len(codes) > 0 {
				groups, byRank = append(groups, codes), byRank || m.Head != "kampung"
			}
		}
	}
	for i := 0; i < len(r.tokens); {
		codes, n := g.names.at(r.tokens, i)
		if n == 0 || !g.meansArea(r, covered, i, n) {
			i++
			continue
		}
		groups = append(groups, codes)
		i += n
	}
	return groups, byRank
}

// ranked finds the areas of "kelurahan X Y Z": the words that are a name, else
// what the index makes of them.
func (g *Gazetteer) ranked(m Mention) []string {
	words := strings.Fields(m.Name)
	level := map[string]city.Level{"kelurahan": city.Kelurahan, "desa": city.Kelurahan, "kecamatan": city.Kecamatan}[m.Head]
	for n := len(words); n > 0; n-- {
		codes := slices.Clone(g.names.called(squashed(words[:n])))
		if level != "" {
			codes = slices.DeleteFunc(codes, func(c string) bool { a, _ := g.areas.Area(c); return a.Level != level })
		}
		if len(codes) > 0 {
			return codes
		}
		if m.Head == "kampung" {
			continue
		}
		if codes := g.areas.Find(m.Head + " " + strings.Join(words[:n], " ")); len(codes) > 0 {
			return codes
		}
	}
	return nil
}

func squashed(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(longer(w))
	}
	return b.String()
}

// places whose name tells the area they lie in ("Simpang Sempaja"); a warung, a
// hotel or a bridge may be called after anything.
var tellingHeads = map[string]bool{
	"simpang": true, "terminal": true, "tps": true, "sd": true, "smp": true, "sma": true, "smk": true, "tk": true, "spbu": true, "pasar": true, "kantor": true,
	"puskesmas": true, "lapangan": true, "posyandu": true, "polsek": true, "makam": true, "perumahan": true, "lampu merah": true, "sungai": true, "dermaga": true,
	"pos ronda": true, "halte": true, "stasiun": true, "bandara": true, "taman": true, "waduk": true,
}

// meansArea reports whether tokens i to i+n-1, which are an area's name, mean
// the area here.
func (g *Gazetteer) meansArea(r *reader, covered []*Mention, i, n int) bool {
	t := r.tokens[i]
	if m := covered[i]; m != nil {
		switch {
		case m.Kind == Area:
			return false // read by rank
		case m.Kind == Street, m.Kind == Alley, m.Kind == Landmark && !tellingHeads[m.Head]:
			return false
		case m.Head == "sungai" && t.start != m.Start:
			return false // the river, not the kelurahan of its name
		}
	}
	last := r.tokens[i+n-1]
	after := i + n
	if after < len(r.tokens) && r.tokens[after].number && r.tokens[after].gap <= gapDot && n == 1 {
		return false // "Pelita 4" is a street or a housing estate
	}
	_, headed := r.headAt(i)
	if n > 1 && last.gap <= gapDot && headed < n {
		return true
	}
	// One word, or "simpang tiga": it must not be everyday words, unless its surroundings say so.
	if i > 0 && notArea[r.tokens[i-1].word] {
		return false
	}
	if wordClasses[t.word] == 0 && headWays[t.word] == nil {
		return len(t.word) >= 4 && (covered[i] == nil || t.start != covered[i].Start)
	}
	if after < len(r.tokens) && (r.tokens[after].word == "rt" || r.tokens[after].word == "rw") {
		return true
	}
	return r.telling && t.capital && i > 0 && areaBefore[r.tokens[i-1].word] && headWays[t.word] == nil
}

// notArea are words before a name that make it a people, a language, a dish.
var notArea = map[string]bool{"orang": true, "suku": true, "bahasa": true, "adat": true, "soto": true, "nasi": true, "bumbu": true, "ayam": true, "batik": true, "pulau": true, "gula": true}

// areaBefore are words before a name that make it an area.
var areaBefore = map[string]bool{"di": true, "daerah": true, "wilayah": true, "warga": true, "kawasan": true, "lingkungan": true}

// areaRadius is the radius of the circle with the area's size; without a size
// that of the box around its outline; 0 when neither is known.
func areaRadius(a city.Area) float64 {
	switch {
	case a.AreaKm2 > 0:
		return math.Sqrt(a.AreaKm2/math.Pi) * 1000
	case len(a.Outline) > 0:
		b := a.Outline.Bound()
		return metres(b.Min, b.Max) / 2
	}
	return 0
}
