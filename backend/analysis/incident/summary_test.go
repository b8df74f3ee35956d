package incident

import (
	"encoding/json"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// voices are reports about a lamp by a market, and one that may not belong.
func voices() []Report {
	point := func(lon, lat float64) (*float64, *float64) { return &lon, &lat }
	base := time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)
	var out []Report
	for i, text := range []string{
		"Lampu jalan padam di Jl. Kenanga 3 dekat Pasar Legi, hubungi Pak Slamet 0812000111",
		"pju mati dekat pasar legi jl kenanga 3 gelap sekali",
		"Tolong lampu di depan Pasar Legi Jl. Kenanga 3 diperbaiki",
		"lampu penerangan padam total Jl. Kenanga 3",
	} {
		r := Report{ID: int64(i + 1), Key: "x/" + string(rune('a'+i)), At: base.Add(time.Duration(i) * 7 * time.Hour), Text: text, Category: "penerangan", Stated: "34.71.05.1001", Channel: "lapor"}
		if i < 3 {
			r.Lon, r.Lat = point(110.37+float64(i)*0.0005, -7.8)
		}
		out = append(out, r)
	}
	out[1].Category, out[1].Channel = "trantibum", "whatsapp"
	return out
}

func summaryOf(t *testing.T, reports []Report) Summary {
	t.Helper()
	m := Default()
	fs := featuresOf(m, reports)
	links := Group(m, fs)
	groups := Settle(links, nil)
	if len(groups) != 1 {
		t.Fatalf("%d groups: %+v", len(groups), links)
	}
	known := map[string]Known{}
	for i := range fs {
		known[fs[i].Key] = Known{Features: &fs[i]}
	}
	for _, l := range links {
		known[l.Key] = Known{Features: known[l.Key].Features, Link: l}
	}
	return Summarise(groups[0], known, map[string]string{"penerangan": "Lampu jalan"})
}

func TestSummary(t *testing.T) {
	t.Parallel()
	s := summaryOf(t, voices())
	if s.Title != "Lampu jalan di Pasar Legi, Jalan Kenanga 3" {
		t.Errorf("title %q", s.Title)
	}
	if s.Why.Text != "4 laporan dalam 21 jam, jarak paling jauh 110 m, semua menyebut Jalan Kenanga 3." ||
		s.Why.TextEN != "4 reports within 21 hours, at most 110 m apart, all of them name Jalan Kenanga 3." {
		t.Errorf("why: %q, %q", s.Why.Text, s.Why.TextEN)
	}
	if s.Category != "penerangan" || s.CategoryShare != 0.75 {
		t.Errorf("category %s with %.2f of the votes", s.Category, s.CategoryShare)
	}
	if s.Lon == nil || *s.Lon != 110.3705 || s.RadiusM < 30 || s.RadiusM > 80 {
		t.Errorf("place %v within %.0f m", s.Lon, s.RadiusM)
	}
	if diff := cmp.Diff([]string{"lapor", "whatsapp"}, s.Channels); diff != "" {
		t.Error(diff)
	}
	for _, m := range s.Members[1:] {
		if len(m.Link.Reasons) == 0 {
			t.Errorf("%s has no reason", m.Key)
		}
		for _, r := range m.Link.Reasons {
			said, ok := r.Said()
			if ok && (said.Text == "" || said.TextEN == "") {
				t.Errorf("%+v has no words in both languages", r)
			}
			for _, secret := range []string{"slamet", "0812"} {
				if strings.Contains(strings.ToLower(said.Text+strings.Join(r.Words, " ")), secret) {
					t.Errorf("a reason gives away what a citizen wrote: %q", said.Text)
				}
			}
		}
	}
	lone := summaryOf(t, voices()[:1])
	if lone.Why.Text != "Satu laporan, belum ada yang serupa." || lone.RadiusM != leastRadius {
		t.Errorf("a lone report: %q, radius %g", lone.Why.Text, lone.RadiusM)
	}
}

func TestPointsThatDisagreeGiveNoPlace(t *testing.T) {
	t.Parallel()
	rs := voices()
	far := 110.9
	rs[0].Lon = &far
	s := summaryOf(t, rs)
	if s.Lon == nil || s.Why.Astray != 1 {
		t.Errorf("one of three astray: place %v, %d astray", s.Lon, s.Why.Astray)
	}
	farther := 112.0
	rs[1].Lon = &farther
	if s = summaryOf(t, rs); s.Lon != nil {
		t.Errorf("points hundreds of kilometres apart give the place %g", *s.Lon)
	}
}

func TestReturns(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	lon, lat, beside, far := 110.37, -7.8, 110.3708, 110.40
	soon, late := day(6), day(60)
	named := Trace{Category: "drainase", Areas: []string{"b", "c"}, Places: []uint64{5, 1 << 63}, First: day(0), Last: day(5)}
	with := func(of Trace, change func(*Trace)) Trace { change(&of); return of }
	drain := Trace{Category: "drainase", Areas: []string{"a"}, Lon: &lon, Lat: &lat, First: day(0), Last: day(5), Closed: &soon}
	after := func(n int) Trace {
		return with(drain, func(t *Trace) { t.First, t.Last, t.Closed = day(n), day(n+2), nil })
	}
	for name, c := range map[string]struct {
		earlier, later Trace
		want           bool
	}{
		"after it was closed":         {drain, after(7), true},
		"not closed, a week quiet":    {with(drain, func(t *Trace) { t.Closed = nil }), after(13), true},
		"not closed, not yet quiet":   {with(drain, func(t *Trace) { t.Closed = nil }), after(9), false},
		"closed long after it ended":  {with(drain, func(t *Trace) { t.Closed = &late }), after(40), true},
		"while it went on":            {drain, after(4), false},
		"ninety days after":           {drain, after(96), true},
		"ninety-one days after":       {drain, after(97), false},
		"a street further":            {drain, with(after(30), func(t *Trace) { t.Lon = &beside }), true},
		"kilometres away":             {drain, with(after(30), func(t *Trace) { t.Lon = &far }), false},
		"another category":            {drain, with(after(30), func(t *Trace) { t.Category = "sampah" }), false},
		"no category":                 {with(drain, func(t *Trace) { t.Category = "" }), with(after(30), func(t *Trace) { t.Category = "" }), false},
		"the same name":               {named, with(named, func(t *Trace) { t.First, t.Last, t.Places = day(30), day(30), []uint64{1 << 63} }), true},
		"the same name in other area": {named, with(named, func(t *Trace) { t.First, t.Last, t.Areas = day(30), day(30), []string{"z"} }), false},
	} {
		// As it comes back from where it is kept.
		kept, err := json.Marshal(c.earlier)
		if err != nil {
			t.Fatal(err)
		}
		back := Trace{Category: c.earlier.Category, Lon: c.earlier.Lon, Lat: c.earlier.Lat, First: c.earlier.First, Last: c.earlier.Last, Closed: c.earlier.Closed}
		if err := json.Unmarshal(kept, &back); err != nil {
			t.Fatal(err)
		}
		if got := Returns(&back, &c.later); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if Returns(&c.later, &back) {
			t.Errorf("%s: the earlier is the return of the later", name)
		}
	}
}

func TestSimilar(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	of := Trace{Key: "now", Category: "drainase", Areas: []string{"a"}, Places: []uint64{5}, Kinds: []string{"pasar"}, Words: map[string]float64{"mampet": 1, "drainase": 0.5}, First: day(100)}
	closed := day(15)
	past := []Trace{
		{Key: "same place, open", Category: "drainase", Areas: []string{"a"}, Places: []uint64{5}, Words: of.Words, First: day(30)},
		{Key: "same place", Closed: &closed, Category: "drainase", Areas: []string{"a"}, Places: []uint64{5}, Words: of.Words, First: day(10)},
		{Key: "another market", Category: "drainase", Areas: []string{"b"}, Kinds: []string{"pasar"}, Words: of.Words, First: day(20)},
		{Key: "same words, another box", Category: "sampah", Areas: []string{"b"}, Words: of.Words, First: day(20)},
		{Key: "nothing alike", Category: "sampah", Areas: []string{"a"}, Words: map[string]float64{"lalat": 1}, First: day(20)},
		{Key: "later", Category: "drainase", Areas: []string{"a"}, Places: []uint64{5}, Words: of.Words, First: day(120)},
	}
	var got []string
	for _, l := range Similar(of, past, 5) {
		got = append(got, l.Key)
		if l.Why.Text == "" || l.Why.TextEN == "" {
			t.Errorf("%s: no reason", l.Key)
		}
	}
	if diff := cmp.Diff([]string{"same place", "same place, open", "another market", "same words, another box"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// scenery is a picture of blobs, scaled, brightened and with noise.
func scenery(seed uint64, wide, high int, brighter, noise float64) image.Image {
	rnd, grain := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
	type blob struct{ x, y, r, v float64 }
	var blobs []blob
	for range 25 {
		blobs = append(blobs, blob{rnd.Float64(), rnd.Float64(), 0.05 + 0.2*rnd.Float64(), rnd.Float64()})
	}
	img := image.NewRGBA(image.Rect(3, 5, 3+wide, 5+high))
	for y := range high {
		for x := range wide {
			v := 0.3 + 0.3*math.Sin(float64(seed)+7*float64(x)/float64(wide)+3*float64(y)/float64(high))
			for _, b := range blobs {
				dx, dy := float64(x)/float64(wide)-b.x, float64(y)/float64(high)-b.y
				if dx*dx+dy*dy < b.r*b.r {
					v = b.v
				}
			}
			v = min(1, max(0, v*brighter+noise*(grain.Float64()-0.5)))
			img.SetRGBA(3+x, 5+y, color.RGBA{uint8(255 * v), uint8(200 * v), uint8(100 * v), 255})
		}
	}
	return img
}

func TestPhotoFingerprint(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		original := Fingerprint(scenery(seed, 180, 140, 1, 0))
		if d := PhotoDistance(original, Fingerprint(scenery(seed, 130, 101, 0.9, 0.05))); d > photoBits {
			t.Errorf("scene %d, smaller and darker: %d bits differ", seed, d)
		}
		if d := PhotoDistance(original, Fingerprint(scenery(seed+100, 180, 140, 1, 0))); d <= photoBits {
			t.Errorf("scenes %d and %d: only %d bits differ", seed, seed+100, d)
		}
	}
	if h := Fingerprint(image.NewGray(image.Rect(0, 0, 64, 64))); h != 0 {
		t.Errorf("a black picture has the fingerprint %x", h)
	}
	if h := Fingerprint(image.NewGray(image.Rect(0, 0, 4, 4))); h != 0 {
		t.Errorf("a tiny picture has the fingerprint %x", h)
	}
}
