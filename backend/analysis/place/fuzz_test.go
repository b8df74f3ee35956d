package place

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

func FuzzMentions(f *testing.F) {
	for _, l := range sentences(f) {
		f.Add(l.Text)
	}
	f.Add("rt12rw3\x80 JL.\u2013 no no. 5 simpang simpang kantor kelurahan kantor kelurahan")
	f.Add(strings.Repeat("simpang ", 200) + "jl.x")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, m := range Mentions(text) {
			if m.Start < last || m.End <= m.Start || m.End > len(text) {
				t.Fatalf("%q: mention %+v does not lie in order in the text", text, m)
			}
			last = m.Start
			if m.Name == "" && m.Number == "" || m.Key() == "" || utf8.ValidString(text) && !utf8.ValidString(m.Name) {
				t.Fatalf("%q: mention %+v names nothing", text, m)
			}
		}
	})
}

func FuzzEstimate(f *testing.F) {
	areas := testAreas(f)
	known := Learn(areas, []Sample{
		{Text: "jl melati 3 dekat masjid nurul iman", Lon: 117.15, Lat: -0.5, AreaCode: "64.72.09.1004"},
		{Text: "jl melati 3 dekat masjid nurul iman", Lon: 117.15, Lat: -0.5, AreaCode: "64.72.09.1004"},
		{Text: "jl melati 3 dekat masjid nurul iman", Lon: 117.15, Lat: -0.5, AreaCode: "64.72.09.1004"},
	})
	g := NewGazetteer(areas, known)
	for _, l := range sentences(f) {
		f.Add(l.Text, "kel bugis", "64.72.09.1004", 117.15, -0.5)
	}
	f.Add("jl melati 3", "", "64.72", 0.0, 0.0)
	f.Fuzz(func(t *testing.T, text, address, stated string, lon, lat float64) {
		e := g.Estimate(Input{Text: text, Address: address, StatedArea: stated, Point: &orb.Point{lon, lat}})
		if e.Confidence < 0 || e.Confidence > 1 || math.IsNaN(e.RadiusM) || e.ReasonID == "" || e.ReasonEN == "" || (e.AreaCode == "") != (e.From == "") {
			t.Fatalf("%q: %+v", text, e)
		}
		if again := g.Estimate(Input{Text: text, Address: address, StatedArea: stated, Point: &orb.Point{lon, lat}}); again.ReasonID != e.ReasonID {
			t.Fatalf("%q: two answers: %q, %q", text, e.ReasonID, again.ReasonID)
		}
	})
}

// BenchmarkMentionsOfLongTexts shows that texts made to be slow cost in
// proportion to their length: MB/s stays the same from short to long.
func BenchmarkMentionsOfLongTexts(b *testing.B) {
	for _, part := range []string{"simpang halte ", "jl. a ", "rt 1,2,", "kantor pos polisi simpang jembatan ", "jl a b c d e f "} {
		for _, times := range []int{300, 30_000} {
			text := strings.Repeat(part, times)
			b.Run(fmt.Sprintf("%s%d", strings.ReplaceAll(part, " ", "_"), times), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Mentions(text)
				}
			})
		}
	}
}

func BenchmarkMentions(b *testing.B) {
	all := sentences(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		Mentions(all[n%len(all)].Text)
		n++
	}
}
