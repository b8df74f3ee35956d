package incident

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// maxReasons are given for one link.
const maxReasons = 5

// Reasons is the evidence that counts most in the score of two reports,
// strongest first, for and against.
func (m *Model) Reasons(f, earlier *Features) []Reason {
	v := weigh(f, earlier)
	type piece struct {
		of     Evidence
		effect float64
	}
	var room [evidences]piece
	all := room[:0]
	for i := range evidences {
		if effect := m.Weights[i] * v[i]; i != Bias && math.Abs(effect) >= 0.15 {
			all = append(all, piece{i, math.Round(effect*100) / 100})
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b piece) int { return cmp.Compare(math.Abs(b.effect), math.Abs(a.effect)) })
	out := make([]Reason, min(len(all), maxReasons))
	for i := range out {
		out[i] = reasonOf(f, earlier, all[i].of)
		out[i].Effect = all[i].effect
	}
	return out
}

// reasonOf tells what there is to tell of one kind of evidence.
func reasonOf(f, earlier *Features, of Evidence) Reason {
	r := Reason{Evidence: of.String()}
	switch of {
	case SpotSame, SpotWeakSame, Exact:
		r.Place = sharedSpot(f, earlier, spotLandmark, spotAlley, spotUnit)
	case StreetSame, StreetHere, StreetNumber, HouseSame:
		r.Place = sharedSpot(f, earlier, spotStreet)
	case SaidSame:
		r.Place = sharedSpot(f, earlier, spotArea)
	case Near, Far:
		r.Metres = math.Round(metres(f, &earlier.prepared))
	case Gap, Quick:
		r.Hours = math.Round(math.Abs(float64(f.micro-earlier.micro))/360e6) / 10
	case Words, Rare:
		r.Words = sharedWords(f, earlier)
	}
	return r
}

// sharedSpot is the first place of one of the kinds that both name.
func sharedSpot(a, b *Features, kinds ...byte) string {
	for _, kind := range kinds {
		for i := range a.spots {
			for j := range b.spots {
				s, t := &a.spots[i], &b.spots[j]
				if s.kind == kind && t.kind == kind && s.head == t.head &&
					(s.id == t.id || kind == spotStreet && s.name == t.name || oneLetter(s.name, t.name)) {
					return s.shown
				}
			}
		}
	}
	return ""
}

// sharedWords are at most four words that both use, heaviest first. Only words
// of the subjects are shown: any other may be a person's name.
func sharedWords(a, b *Features) []string {
	l := lexical()
	var out []string
	for _, w := range a.words {
		if _, found := slices.BinarySearchFunc(b.words, w.id, func(o word, id uint32) int { return cmp.Compare(o.id, id) }); !found {
			continue
		}
		if text := a.word(w); len(out) < 4 && l.words[text] != 0 {
			out = append(out, text)
		}
	}
	return out
}

// Said words the reason for the screen; ok is false for evidence that a reader
// need not be told.
func (r Reason) Said() (said city.Said, ok bool) {
	words := strings.Join(r.Words, ", ")
	switch r.Evidence {
	case SpotSame.String(), SpotWeakSame.String(), StreetSame.String(), StreetHere.String(), StreetNumber.String(), HouseSame.String(), SaidSame.String(), Exact.String():
		if r.Place == "" {
			return city.Said{}, false
		}
		return city.Said{Text: "sama-sama menyebut " + r.Place, TextEN: "both name " + r.Place}, true
	case Near.String(), Far.String():
		return city.Said{Text: "berjarak " + metresText(r.Metres, ","), TextEN: metresText(r.Metres, ".") + " apart"}, true
	case Quick.String(), Gap.String():
		return city.Said{Text: "selang " + hoursID(r.Hours), TextEN: hoursEN(r.Hours) + " apart"}, true
	case Words.String(), Rare.String():
		if words == "" {
			return city.Said{}, false
		}
		return city.Said{Text: "kata yang sama: " + words, TextEN: "the same words: " + words}, true
	}
	said, ok = plainReasons[r.Evidence]
	return said, ok
}

var plainReasons = map[string]city.Said{
	SpotDiffer.String():   {Text: "menyebut tempat lain", TextEN: "names another place"},
	SpotRival.String():    {Text: "menyebut tempat lain yang sejenis", TextEN: "names another place of the same sort"},
	StreetDiffer.String(): {Text: "menyebut jalan lain", TextEN: "names another street"},
	UnitDiffer.String():   {Text: "menyebut RT atau gang lain", TextEN: "names another RT or alley"},
	HouseDiffer.String():  {Text: "nomor rumah lain", TextEN: "another house number"},
	AreaSame.String():     {Text: "kelurahan yang sama", TextEN: "the same kelurahan"},
	AreaSibling.String():  {Text: "kelurahan lain di kecamatan yang sama", TextEN: "another kelurahan of the same kecamatan"},
	AreaDiffer.String():   {Text: "kecamatan lain", TextEN: "another kecamatan"},
	CategorySame.String(): {Text: "kategori yang sama", TextEN: "the same category"},
	TopicSame.String():    {Text: "pokok yang sama", TextEN: "the same subject"},
	TopicNear.String():    {Text: "pokok yang berkaitan", TextEN: "a related subject"},
	Wide.String():         {Text: "gangguan yang meluas di lingkungan yang sama", TextEN: "a wide disturbance of the same neighbourhood"},
	OwnCase.String():      {Text: "mungkin perkara orang lain di tempat layanan yang sama", TextEN: "maybe another person's case at the same service"},
	TopicOther.String():   {Text: "pokok yang lain", TextEN: "another subject"},
	Copy.String():         {Text: "teks yang sama", TextEN: "the same text"},
	SamePhoto.String():    {Text: "foto yang sama", TextEN: "the same photo"},
}

func metresText(m float64, point string) string {
	if m < 1000 {
		return fmt.Sprintf("%.0f m", math.Round(m/10)*10)
	}
	return strings.ReplaceAll(fmt.Sprintf("%.1f km", m/1000), ".", point)
}

func hoursID(h float64) string {
	if h < 48 {
		return fmt.Sprintf("%.0f jam", math.Ceil(h))
	}
	return fmt.Sprintf("%.0f hari", math.Round(h/24))
}

func hoursEN(h float64) string {
	n, unit := math.Ceil(h), "hour"
	if h >= 48 {
		n, unit = math.Round(h/24), "day"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%.0f %s", n, unit)
}
