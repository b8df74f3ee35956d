package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// saying is one complaint being put into words: the slots that the phrases of
// grammar_words.go and grammar_cores.go may use in braces.
type saying struct {
	r     *rand.Rand
	slots map[string]string
}

// fill replaces {slots}; a slot without a value of its own is drawn from the
// phrase lists. Phrases may hold slots themselves.
func (s *saying) fill(phrase string) string {
	for range 4 {
		open := strings.IndexByte(phrase, '{')
		if open < 0 {
			return phrase
		}
		var b strings.Builder
		for open >= 0 {
			end := strings.IndexByte(phrase[open:], '}')
			if end < 0 {
				break
			}
			b.WriteString(phrase[:open])
			b.WriteString(s.slot(phrase[open+1 : open+end]))
			phrase = phrase[open+end+1:]
			open = strings.IndexByte(phrase, '{')
		}
		b.WriteString(phrase)
		phrase = b.String()
	}
	return phrase
}

func (s *saying) slot(name string) string {
	if v, ok := s.slots[name]; ok {
		return v
	}
	if list := phrases[name]; len(list) > 0 {
		return pick(s.r, list)
	}
	return ""
}

// tell puts a matter into one person's words and gives the address as they
// would write it into a form.
func tell(r *rand.Rand, m matter, depth float64, area string) (text, address string) {
	s := &saying{r: r, slots: map[string]string{
		"jalan": m.Street, "rt": fmt.Sprintf("%02d", m.RT), "dekat": m.Mark,
		"dalam": depthWords(r, depth), "hari": fmt.Sprint(2 + r.IntN(9)), "jam": fmt.Sprint(2 + r.IntN(10)),
	}}
	if a, ok := AreaByCode(area); ok {
		s.slots["kel"] = areaWords(r, a.Name)
		address = fmt.Sprintf("%s RT %02d, Kel. %s, Samarinda", m.Street, m.RT, a.Name)
	} else {
		s.slots["kel"] = pick(r, []string{"sini", "kampung kami", "daerah kami"})
		address = m.Street
	}
	v := voices[weighted(r, len(voices), func(i int) float64 { return voices[i].share })]
	cores := coresOf(m, v.banjar)
	s.slots["inti"] = s.fill(pick(r, cores))
	s.slots["akibat"] = s.fill(pick(r, effects[m.Category]))
	text = s.fill(pick(r, v.shapes))
	return strings.TrimSpace(spoil(r, text, v)), address
}

// coresOf are the phrases that state the matter in the voice's tongue.
func coresOf(m matter, banjar bool) []string {
	if m.Flood {
		if banjar {
			return floodBanjar
		}
		return floodNow
	}
	if banjar && len(coresBanjar[m.Category]) > 0 {
		return coresBanjar[m.Category]
	}
	return cores[m.Category]
}

// depthWords says how deep the water is the way people do.
func depthWords(r *rand.Rand, cm float64) string {
	switch {
	case cm < 15:
		return pick(r, []string{"semata kaki", "sekitar 10 cm", "mulai masuk teras"})
	case cm < 35:
		return pick(r, []string{"sebetis", "kira2 30 cm", "setengah betis", "sudah masuk rumah"})
	case cm < 65:
		return pick(r, []string{"selutut", "sekitar setengah meter", "50 cm lebih", "sampai lutut orang dewasa"})
	case cm < 100:
		return pick(r, []string{"sepaha", "sepinggang anak2", "hampir 1 meter"})
	}
	return pick(r, []string{"sepinggang", "sedada", "lebih dari 1 meter"})
}

// areaWords is a kelurahan's name as people write it: mostly right.
func areaWords(r *rand.Rand, name string) string {
	switch r.IntN(12) {
	case 0:
		return strings.ToLower(name)
	case 1:
		return "kel. " + name
	case 2:
		return "kelurahan " + name
	case 3:
		return strings.ReplaceAll(strings.ReplaceAll(name, "Sungai", "Sei"), "Gunung", "Gn.")
	case 4:
		return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(name), "temindung", "tmindung"), "sempaja", "sempja")
	}
	return name
}

// landmark is an invented place nearby.
func landmark(r *rand.Rand) string {
	kind := pick(r, markKinds)
	if name, open := strings.CutSuffix(kind, "…"); open {
		return name + pick(r, markNames)
	}
	return kind
}

// handle is an invented account name.
func handle(r *rand.Rand) string {
	return fmt.Sprintf("%s_%s%d", pick(r, handleA), pick(r, handleB), 10+r.IntN(890))
}
