package assistant

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"

	"golang.org/x/net/html"
)

var wita = time.FixedZone("WITA", 8*3600)

// asOf is the moment of the tests' questions.
var asOf = time.Date(2026, 6, 18, 20, 0, 0, 0, wita)

var testAreas = []city.Area{
	{Code: "64.72.01", Level: city.Kecamatan, Name: "Palaran"},
	{Code: "64.72.01.1005", Level: city.Kelurahan, Name: "Handil Bakti"},
	{Code: "64.72.04", Level: city.Kecamatan, Name: "Sungai Kunjang"},
	{Code: "64.72.03", Level: city.Kecamatan, Name: "Samarinda Ulu"},
	{Code: "64.72.02", Level: city.Kecamatan, Name: "Samarinda Seberang"},
	{Code: "64.72.06.1004", Level: city.Kelurahan, Name: "Simpang Tiga"},
}

var testNames = NewGazetteer(Names{
	CityCode: "64.72", CityName: "Kota Samarinda", Areas: testAreas,
	Offices: []city.Office{
		{ID: 1, ShortName: "DLH", Name: "Dinas Lingkungan Hidup", Kind: "opd"}, {ID: 2, ShortName: "DPUPR", Name: "Dinas Pekerjaan Umum dan Penataan Ruang", Kind: "opd"},
		{ID: 3, ShortName: "Dishub", Name: "Dinas Perhubungan", Kind: "opd"},
	},
	Categories: []city.Category{{Slug: "sampah", Name: "Sampah"}, {Slug: "jalan-rusak", Name: "Jalan rusak"}, {Slug: "banjir-drainase", Name: "Banjir dan drainase"}, {Slug: "lampu-jalan", Name: "Lampu jalan"}},
	Indicators: []city.Indicator{{Slug: "curah-hujan", Name: "Curah hujan harian"}, {Slug: "harga-beras", Name: "Harga beras medium"}},
})

func testTurn(question string) *turn {
	a := New(Options{Places: testNames.Mentions, Zone: wita, Label: "WITA", City: "Samarinda"})
	return &turn{a: a, q: city.Asked{Question: city.Question{Text: question, At: asOf, AskedAt: asOf}}}
}

func span(name string) (from, to *time.Time) {
	p, err := city.ParsePeriod(name, asOf, wita)
	if err != nil {
		panic(err)
	}
	return &p.From, &p.To
}

// counted is a figure of reports received, as a tool returns it.
func counted(id, area, category, period string, value float64) city.Figure {
	from, to := span(period)
	label := "Laporan masuk"
	if category != "" {
		label += ", " + category
	}
	for _, a := range testAreas {
		if a.Code == area {
			label += ", " + strings.ToUpper(string(a.Level[0])) + string(a.Level[1:]) + " " + a.Name
		}
	}
	return city.Figure{
		ID: id, Label: label + ", " + strings.ReplaceAll(period, "_", " "), Value: value, Unit: "laporan", Measure: city.MeasureReceived,
		Area: area, Category: category, From: from, To: to,
	}
}

// twoPlaces is a turn in which two areas were measured, and a change.
func twoPlaces() (*turn, *findings) {
	f := &findings{results: []tool.Result{
		{Text: "Ada 34 laporan sampah di Kecamatan Palaran bulan ini.", Head: 0, Area: "64.72.01", Category: "sampah"},
		{Text: "Ada 12 laporan sampah di Kecamatan Sungai Kunjang bulan ini.", Head: 0, Area: "64.72.04", Category: "sampah"},
		{Text: "Laporan sampah di Kecamatan Palaran naik 70 % dibanding bulan lalu, dari 20.", Head: 0, Area: "64.72.01", Category: "sampah"},
	}}
	now, before := counted("E1", "64.72.01", "sampah", "bulan_ini", 34), counted("E3", "64.72.01", "sampah", "bulan_lalu", 20)
	change := now
	change.ID, change.Value, change.Unit, change.Operation, change.Of, change.Label = "E4", 70, "%", "change", []string{"E1", "E3"}, "Perubahan, sampah, Kecamatan Palaran"
	difference := change
	difference.ID, difference.Value, difference.Unit, difference.Operation = "E5", 14, "laporan", "difference"
	late := counted("E6", "64.72.01", "sampah", "bulan_ini", 9)
	late.Measure, late.Label = city.MeasureOverdue, "Laporan lewat tenggat, sampah, Kecamatan Palaran"
	f.figures = []city.Figure{now, counted("E2", "64.72.04", "sampah", "bulan_ini", 12), before, change, difference, late}
	return testTurn("Berapa laporan sampah di Palaran dan Sungai Kunjang bulan ini?"), f
}

func TestTheGuardLetsTrueSentencesThrough(t *testing.T) {
	t.Parallel()
	turn, f := twoPlaces()
	for _, s := range []string{
		"Bulan ini ada 34 laporan sampah di Palaran.",
		"Ada 34 laporan sampah di Kecamatan Palaran dan 12 di Sungai Kunjang bulan ini.",
		"Palaran mencatat 34 laporan sampah, sedangkan Sungai Kunjang 12 laporan.",
		"Palaran (34) lebih banyak daripada Sungai Kunjang (12).",
		"Palaran lebih banyak daripada Sungai Kunjang.",
		"Sungai Kunjang lebih sedikit daripada Palaran.",
		"Laporan sampah di Palaran naik 70 % dari bulan lalu.",
		"Laporan sampah di Palaran naik dari 20 menjadi 34.",
		"Di Palaran ada 34 laporan sampah, naik dari 20 pada bulan lalu.",
		"Di Palaran laporan sampah bertambah 14 dibanding bulan lalu.",
		"Tiga puluh empat laporan sampah masuk di Palaran bulan ini.",
		"Ada sekitar 30 laporan sampah di Palaran pada Mei 2026 ini.",
		"Ada 34 laporan sampah di Palaran [E1].",
		"Per 18 Juni 2026 ada 34 laporan sampah di Palaran.",
		"Pada bulan Juni ada 34 laporan sampah di Palaran.",
		"Palaran mencatat 34 laporan sampah; 9 laporan sudah lewat tenggat.",
		"Ada hampir 35 laporan sampah di Palaran.",
		"Dua kecamatan itu, Palaran dan Sungai Kunjang, mencatat 34 dan 12 laporan.",
	} {
		_, wrong := turn.check(s, f)
		bad := strings.Contains(s, "Mei 2026") || strings.HasPrefix(s, "Ada sekitar 30") || strings.HasPrefix(s, "Dua kecamatan")
		if !bad && len(wrong) > 0 {
			t.Errorf("%s\n  stopped: %v", s, wrong)
		}
	}
}

func TestTheGuardStopsFalseSentences(t *testing.T) {
	t.Parallel()
	turn, f := twoPlaces()
	for _, s := range []string{
		"Bulan ini ada 35 laporan sampah di Palaran.",
		"Bulan ini ada 34 laporan sampah di Sungai Kunjang.",
		"Ada 12 laporan sampah di Kecamatan Palaran dan 34 di Sungai Kunjang bulan ini.",
		"Palaran mencatat 12 laporan sampah, sedangkan Sungai Kunjang 34 laporan.",
		"Palaran 12 Sungai Kunjang 34.",
		"palaran mencatat 12 laporan sampah.",
		"Sungai Kunjang lebih banyak daripada Palaran.",
		"Palaran (34) lebih sedikit daripada Sungai Kunjang (12).",
		"Laporan sampah di Palaran turun 70 % dari bulan lalu.",
		"Laporan sampah di Palaran turun.",
		"Laporan sampah di Palaran tidak naik.",
		"Laporan sampah di Palaran turun dari 34 menjadi 20.",
		"Laporan sampah di Palaran naik 72 % dari bulan lalu.",
		"Bulan lalu ada 34 laporan sampah di Palaran.",
		"Bulan ini ada 20 laporan sampah di Palaran.",
		"Pada Mei 2026 ada 34 laporan sampah di Palaran.",
		"Ada 34 laporan jalan rusak di Palaran.",
		"Ada 34 laporan sampah di Samarinda Ulu.",
		"Ada 34 laporan sampah di seluruh kota.",
		"Ada 34 jam laporan sampah di Palaran.",
		"Ada 34 % laporan sampah di Palaran.",
		"Ada 34 laporan sampah di Palaran, dan semuanya sudah ditangani.",
		"34 laporan sampah di Palaran sudah selesai.",
		"Ada 34 laporan sampah di Palaran yang lewat tenggat.",
		"Ada 34 laporan sampah di Palaran yang ditangani Dinas Pertahanan Siber.",
		"Ada 34 laporan sampah di Palaran menurut DPUPR.",
		"Ada 34 laporan sampah di Palaran menurut Bapak Suparman.",
		"DISDUKSIBER mencatat 34 laporan sampah di Palaran.",
		"Ada 34 laporan sampah di Palaran, termasuk di Jalan Cendrawasih.",
		"Ada 34 laporan sampah di Palaran pada 17 Juni 2025.",
		"Ada sekitar 50 laporan sampah di Palaran.",
		"Ada lebih dari 34 laporan sampah di Palaran.",
		"Ada puluhan laporan sampah di Palaran dan ratusan di Sungai Kunjang.",
		"Separuh laporan sampah ada di Palaran.",
		"Tiga kecamatan mencatat laporan sampah.",
		"Ada <b>34</b> laporan sampah di Palaran.",
		"Ada **34** laporan sampah di Palaran.",
		"Ada 34 laporan, lihat [di sini](http://contoh.test).",
		"![x](http://contoh.test/?q=34) Ada 34 laporan sampah di Palaran.",
		"Ada 34 laporan sampah di Palaran, lihat www.contoh.test.",
		"Ada 34 laporan sampah di Palaran &lt;script&gt;.",
		"Ada 34 laporan sampah di Palaran [E9].",
		"Ada 3\u200b5 laporan sampah di Palaran.",
		"Ada ３５ laporan sampah di Palaran.",
		"Tidak ada laporan sampah di Palaran.",
		"Sungai Kunjang terbanyak.",
		"Keadaan di Palaran aman terkendali.",
		"Data diambil pukul 09.17.",
		"Dalam 4 hari terakhir ada 34 laporan sampah di Palaran.",
		"Ada 34 laporan sampah di Palaran (3–18 Juni 2026).",
		"Ada 34 laporan sampah di Palaran pada 31 April 2026.",
		"Palaran tersedikit dengan 34 laporan sampah.",
		"",
	} {
		if text, wrong := turn.check(s, f); len(wrong) == 0 {
			t.Errorf("let through: %s", text)
		}
	}
}

func TestAMeasureIsSaidAsItsOwn(t *testing.T) {
	t.Parallel()
	open := counted("E1", "64.72.01", "", "sampai_kini", 78)
	open.Measure, open.Label = city.MeasureOpen, "Laporan belum selesai, Kecamatan Palaran"
	f := &findings{figures: []city.Figure{open}, results: []tool.Result{{Text: "Ada 78 laporan warga di Kecamatan Palaran yang belum selesai per 18 Juni 2026 20.00 WITA."}}}
	for s, right := range map[string]bool{
		"Di Palaran 78 laporan belum selesai.":                                                      true,
		"Ada 78 laporan warga di Kecamatan Palaran yang belum selesai per 18 Juni 2026 20.00 WITA.": true,
		"Di Palaran 78 laporan sudah selesai.":                                                      false,
		"Di Palaran 78 laporan lewat tenggat.":                                                      false,
		"Ada 78 laporan warga di Kecamatan Palaran yang selesai per 18 Juni 2026 20.00 WITA.":       false,
	} {
		if _, wrong := testTurn("Berapa yang belum selesai di Palaran?").check(s, f); (len(wrong) == 0) != right {
			t.Errorf("%s: %v", s, wrong)
		}
	}
}

func TestARankingIsSaidInItsOrder(t *testing.T) {
	t.Parallel()
	turn := testTurn("Kecamatan mana yang paling banyak laporan bulan ini?")
	values := []float64{120, 88, 61}
	codes := []string{"64.72.03", "64.72.01", "64.72.04"}
	block := city.Block{Kind: "bars", Title: "Laporan masuk per kecamatan"}
	f := &findings{}
	for i, code := range codes {
		f.figures = append(f.figures, counted(fmt.Sprintf("E%d", i+1), code, "", "bulan_ini", values[i]))
		block.Items = append(block.Items, city.BlockItem{Key: code, Label: f.figures[i].Label, Value: &values[i]})
	}
	f.results = []tool.Result{{Text: "Laporan terbanyak bulan ini di Kecamatan Samarinda Ulu, yaitu 120 laporan.", Blocks: []city.Block{block}, Area: codes[0]}}
	for s, right := range map[string]bool{
		"Samarinda Ulu terbanyak dengan 120 laporan, disusul Palaran 88 dan Sungai Kunjang 61.":          true,
		"Tiga kecamatan teratas: Samarinda Ulu (120), Palaran (88), Sungai Kunjang (61).":                true,
		"Palaran berada di urutan kedua dengan 88 laporan.":                                              true,
		"Palaran terbanyak dengan 88 laporan.":                                                           false,
		"Sungai Kunjang berada di urutan kedua dengan 61 laporan.":                                       false,
		"Empat kecamatan teratas: Samarinda Ulu (120), Palaran (88), Sungai Kunjang (61).":               false,
		"Samarinda Ulu terbanyak dengan 120 laporan, disusul Sungai Kunjang 88 dan Palaran 61.":          false,
		"Samarinda Ulu tersedikit dengan 120 laporan.":                                                   false,
		"Samarinda Seberang terbanyak dengan 120 laporan.":                                               false,
		"Samarinda Ulu terbanyak dengan 120 laporan, disusul Palaran 88, Sungai Kunjang 61, dan lain 9.": false,
	} {
		if _, wrong := turn.check(s, f); (len(wrong) == 0) != right {
			t.Errorf("%s: %v", s, wrong)
		}
	}
}

// form makes a sentence of what a tool returned; each is true of the figures.
type form func(a, b city.Figure) string

var forms = []form{
	func(a, _ city.Figure) string {
		return fmt.Sprintf("Ada %s laporan %s di %s bulan ini.", written(a), categoryName(a), areaName(a))
	},
	func(a, _ city.Figure) string {
		return fmt.Sprintf("Di %s bulan ini tercatat %s laporan %s.", areaName(a), written(a), categoryName(a))
	},
	func(a, b city.Figure) string {
		return fmt.Sprintf("%s mencatat %s laporan, sedangkan %s mencatat %s laporan.", areaName(a), written(a), areaName(b), written(b))
	},
	func(a, b city.Figure) string {
		return fmt.Sprintf("Ada %s laporan di %s dan %s laporan di %s.", written(a), areaName(a), written(b), areaName(b))
	},
	func(a, b city.Figure) string {
		word := "lebih banyak"
		if a.Value < b.Value {
			word = "lebih sedikit"
		}
		return fmt.Sprintf("%s (%s) %s daripada %s (%s).", areaName(a), written(a), word, areaName(b), written(b))
	},
}

func written(f city.Figure) string      { return city.FormatNumber(f.Value, 0) }
func categoryName(f city.Figure) string { return strings.ReplaceAll(f.Category, "-", " ") }

func areaName(f city.Figure) string {
	for _, a := range testAreas {
		if a.Code == f.Area {
			return "Kecamatan " + a.Name
		}
	}
	return ""
}

// TestGeneratedSentences: sentences made from what tools returned pass, and the
// same with one thing changed are all stopped.
func TestGeneratedSentences(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	kecamatan := []string{"64.72.01", "64.72.04", "64.72.03", "64.72.02"}
	stopped, passed := 0, 0
	for range 400 {
		at := r.Perm(len(kecamatan))
		one, two := float64(20+r.IntN(5000)), float64(20+r.IntN(5000))
		if one == two {
			continue
		}
		category := []string{"sampah", "jalan-rusak", "lampu-jalan"}[r.IntN(3)]
		a, b := counted("E1", kecamatan[at[0]], category, "bulan_ini", one), counted("E2", kecamatan[at[1]], category, "bulan_ini", two)
		other := counted("E3", kecamatan[at[2]], category, "bulan_ini", one+two)
		turn := testTurn("Bandingkan laporan bulan ini.")
		f := &findings{figures: []city.Figure{a, b}, results: []tool.Result{{Text: "Hasil ukur bulan ini.", Area: a.Area, Category: category}}}
		say := forms[r.IntN(len(forms))]
		truth := say(a, b)
		if _, wrong := turn.check(truth, f); len(wrong) > 0 {
			t.Errorf("stopped: %s\n  %v", truth, wrong)
			continue
		}
		passed++
		number, place, swapped := a, a, [2]city.Figure{a, b}
		number.Value += float64(1 + r.IntN(9))
		place.Area = other.Area
		swapped[0].Area, swapped[1].Area = b.Area, a.Area
		mutants := map[string]string{
			"number":  say(number, b),
			"place":   say(place, b),
			"swapped": say(swapped[0], swapped[1]),
			"html":    strings.Replace(truth, " ", " <i>", 1),
			"office":  strings.TrimSuffix(truth, ".") + " menurut Dinas Antariksa.",
			"date":    strings.Replace(truth, "bulan ini", "pada 3 Maret 2024", 1),
		}
		if strings.Contains(truth, "lebih banyak") {
			mutants["direction"] = strings.Replace(truth, "lebih banyak", "lebih sedikit", 1)
		}
		if strings.Contains(truth, "lebih sedikit") {
			mutants["direction"] = strings.Replace(truth, "lebih sedikit", "lebih banyak", 1)
		}
		for name, mutant := range mutants {
			if mutant == truth {
				continue
			}
			if _, wrong := turn.check(mutant, f); len(wrong) == 0 {
				t.Errorf("%s let through: %s (true: %s)", name, mutant, truth)
			}
			stopped++
		}
	}
	if passed < 300 || stopped < 1200 {
		t.Fatalf("only %d true and %d false sentences were tried", passed, stopped)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"Ada 34 laporan di Palaran.", "Rp 1,2 miliar [E1] <b>", "1–18 Juni 2026\xff, ke-", "(((), 7 hari terakhir, kemarin", "\x13!\x88<9"} {
		f.Add(s)
	}
	turn, found := twoPlaces()
	f.Fuzz(func(t *testing.T, s string) {
		text, wrong := turn.check(s, found)
		if len(wrong) > 0 {
			return
		}
		if strings.ContainsAny(text, "`\u200b\u202e") {
			t.Errorf("let through %q", text)
		}
		// "<9" is text to every browser; what one would read as markup is not let through.
		for z := html.NewTokenizer(strings.NewReader(text)); z.Next() != html.ErrorToken; {
			if z.Token().Type != html.TextToken {
				t.Errorf("let markup through in %q", text)
			}
		}
	})
}
