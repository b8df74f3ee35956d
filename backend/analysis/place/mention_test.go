package place

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMentionsReadsTheFormsOfPlaces(t *testing.T) {
	t.Parallel()
	street := func(name, number, house string) Mention {
		return Mention{Kind: Street, Head: "jalan", Name: name, Number: number, House: house}
	}
	mark := func(head, name, number string) Mention {
		return Mention{Kind: Landmark, Head: head, Name: name, Number: number}
	}
	rt := func(n string) Mention { return Mention{Kind: Neighbourhood, Head: "rt", Number: n} }
	rw := func(n string) Mention { return Mention{Kind: Neighbourhood, Head: "rw", Number: n} }
	near := func(m Mention) Mention { m.Near = true; return m }
	for text, want := range map[string][]Mention{
		"Jl. Kapten Soedjono, lampu padam":    {street("kapten soedjono", "", "")},
		"jln di panjaitan banjir":             {street("di panjaitan", "", "")},
		"JALAN H. ABDUL RAZAK NO. 12A RUSAK":  {street("h abdul razak", "", "12a")},
		"jl anggrek III no 5 rt.03/05":        {street("anggrek", "3", "5"), rt("3"), rw("5")},
		"rt12rw3 air mati":                    {rt("12"), rw("3")},
		"RT/RW 003/011 gelap":                 {rt("3"), rw("11")},
		"warga rt 4, 5 dan 6 mengeluh":        {rt("4"), rt("5"), rt("6")},
		"jalan rusak di depan rumah":          nil,
		"Jalan berlubang di Jl. 17 Agustus":   {street("17 agustus", "", "")},
		"pak slamet dan bu tini minta tolong": nil,
		"jl melati 2 hari gelap":              {street("melati", "", "")},
		"depan sdn 024 macet":                 {near(mark("sd", "", "24"))},
		"parak mesjid jami banyu calap":       {near(mark("masjid", "jami", ""))},
		"simpang Jl. Melati macet":            {mark("simpang", "melati", ""), street("melati", "", "")},
		"kantor kelurahan mawar tutup":        {mark("kantor", "kelurahan mawar", ""), {Kind: Area, Head: "kelurahan", Name: "mawar"}},
		"gg. 5 jl suka maju":                  {{Kind: Alley, Head: "gang", Number: "5"}, street("suka maju", "", "")},
		"perum griya asri blok C no 7":        {mark("perumahan", "griya asri", ""), {Kind: Alley, Head: "blok", Name: "c", House: "7"}},
		"pohon menutup jalan simpang melati":  {mark("simpang", "melati", "")},
		"di jalan pasar lama macet":           {street("pasar lama", "", "")},
		"lampu jalan mati":                    nil,
		"kel air putih banjir":                {{Kind: Area, Head: "kelurahan", Name: "air putih"}},
		"di warung bu siti ada pohon tumbang": {mark("warung", "bu siti", "")},
	} {
		if diff := cmp.Diff(want, Mentions(text), cmpopts.IgnoreFields(Mention{}, "Start", "End"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
