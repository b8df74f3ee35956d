package place

import (
	"math"
	"strings"
	"testing"
	"time"
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

// TestMentionsIsLinear reads a hundred times the text in about a hundred times
// the time, for texts made to be slow; a square would be ten thousand times.
func TestMentionsIsLinear(t *testing.T) {
	for _, part := range []string{"simpang halte ", "jl. a ", "rt 1,2,", "dekat di ", "kantor pos polisi simpang jembatan ", "jl a b c d e f ", "no. 5 ", "a'"} {
		short, long := strings.Repeat(part, 300), strings.Repeat(part, 30_000)
		best := func(text string) float64 {
			least := math.Inf(1)
			for range 3 {
				start := time.Now()
				Mentions(text)
				least = min(least, time.Since(start).Seconds())
			}
			return least
		}
		if a, b := best(short), best(long); b > 2500*a {
			t.Errorf("%q: a hundred times the text took %.0f times the time", part, b/a)
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
