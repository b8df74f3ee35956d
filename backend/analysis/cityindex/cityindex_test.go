package cityindex

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

var at = time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)

var rules = []city.IndexPartRule{
	{Slug: "tepat", Name: "Tepat waktu", NameEN: "On time", Kind: "share", Measure: city.MeasureOnTime, Weight: 3, Best: 1, Worst: 0.4},
	{Slug: "terbuka", Name: "Belum selesai", NameEN: "Unfinished", Kind: "rate", Measure: city.MeasureOpen, Weight: 2, Best: 0, Worst: 30},
	{Slug: "respons", Name: "Respons", NameEN: "Response", Kind: "hours", Measure: city.MeasureResponse, Weight: 2, Best: 24, Worst: 120},
	{Slug: "bukti", Name: "Bukti", NameEN: "Proof", Kind: "proof", Weight: 1, Best: 1, Worst: 0},
}

// areas are twenty peers with middling figures, to which the test adds its own.
func areas(extra map[string]map[string]Figure) (codes []string, figures map[string]Figures) {
	figures = map[string]Figures{"tepat": {}, "terbuka": {}, "respons": {}, "bukti": {}}
	for i := range 20 {
		code := fmt.Sprintf("64.72.01.10%02d", i)
		codes = append(codes, code)
		figures["tepat"][code] = Figure{K: float64(20 + i%7), N: 40, Fresh: 1}
		figures["terbuka"][code] = Figure{K: float64(10 + 2*(i%5)), N: 12000, Fresh: 1}
		figures["respons"][code] = Figure{K: float64(40 + 5*(i%6)), N: 30, Fresh: 1}
	}
	for code, parts := range extra {
		codes = append(codes, code)
		for slug, f := range parts {
			figures[slug][code] = f
		}
	}
	return codes, figures
}

func index(t *testing.T, all []city.CityIndex, code string) (city.CityIndex, map[string]city.IndexPart) {
	t.Helper()
	for _, x := range all {
		if x.AreaCode == code {
			parts := map[string]city.IndexPart{}
			for _, p := range x.Parts {
				parts[p.Slug] = p
			}
			return x, parts
		}
	}
	t.Fatalf("no index of %s", code)
	return city.CityIndex{}, nil
}

// TestZeroIsGoodWhereThereWereCases: none late of fifty is good, none of none is
// not, and two good ones of two are no hundred.
func TestZeroIsGoodWhereThereWereCases(t *testing.T) {
	t.Parallel()
	codes, figures := areas(map[string]map[string]Figure{
		"many": {"tepat": {K: 50, N: 50, Fresh: 1}, "terbuka": {K: 0, N: 12000, Fresh: 1}},
		"none": {"tepat": {}, "terbuka": {K: 0, N: 12000, Fresh: 1}},
		"two":  {"tepat": {K: 2, N: 2, Fresh: 1}},
	})
	all := Compute(at, rules, figures, codes)
	_, many := index(t, all, "many")
	_, none := index(t, all, "none")
	_, two := index(t, all, "two")
	if many["tepat"].Score < 65 || many["terbuka"].Score < 80 {
		t.Errorf("fifty of fifty in time, nothing open: %+v", many)
	}
	if none["tepat"].Measured || !strings.Contains(none["tepat"].Text.Text, "nol dari nol") {
		t.Errorf("none of none: %+v", none["tepat"])
	}
	if two["tepat"].Score > many["tepat"].Score-20 || two["tepat"].High-two["tepat"].Low < many["tepat"].High-many["tepat"].Low {
		t.Errorf("two of two %+v, fifty of fifty %+v", two["tepat"], many["tepat"])
	}
}

// TestWhatIsNotKnownWidens: fewer parts, wider interval; always bounded.
func TestWhatIsNotKnownWidens(t *testing.T) {
	t.Parallel()
	full := map[string]Figure{"tepat": {K: 24, N: 40, Fresh: 1}, "terbuka": {K: 14, N: 12000, Fresh: 1}, "respons": {K: 50, N: 30, Fresh: 1}, "bukti": {K: 8, N: 10, Fresh: 1}}
	part := map[string]Figure{"tepat": full["tepat"]}
	codes, figures := areas(map[string]map[string]Figure{"full": full, "part": part, "empty": {}})
	all := Compute(at, rules, figures, codes)
	whole, _ := index(t, all, "full")
	some, _ := index(t, all, "part")
	nothing, _ := index(t, all, "empty")
	if some.High-some.Low <= whole.High-whole.Low {
		t.Errorf("one part %v to %v, all %v to %v", some.Low, some.High, whole.Low, whole.High)
	}
	if nothing.Low != 0 || nothing.High != 100 || nothing.Text.Text != "Belum ada data untuk indeks." {
		t.Errorf("nothing known: %+v", nothing)
	}
	for _, x := range all {
		if x.Low < 0 || x.Low > x.Score || x.Score > x.High || x.High > 100 || math.IsNaN(x.Score) || len(x.Parts) != len(rules) {
			t.Errorf("%+v", x)
		}
		for _, p := range x.Parts {
			if p.Low < 0 || p.Low > p.Score || p.Score > p.High || p.High > 100 || p.Text.TextEN == "" {
				t.Errorf("%s: %+v", x.AreaCode, p)
			}
		}
	}
	if want := "Indeks "; !strings.HasPrefix(whole.Text.Text, want) || !strings.Contains(whole.Text.Text, "4 dari 4 bagian; 100 % datanya segar") {
		t.Errorf("said %q", whole.Text.Text)
	}
}

func BenchmarkComputeOf59(b *testing.B) {
	extra := map[string]map[string]Figure{}
	for i := range 39 {
		extra[fmt.Sprintf("x%02d", i)] = map[string]Figure{"tepat": {K: float64(i), N: 40, Fresh: 1}, "terbuka": {K: float64(i), N: 9000, Fresh: 1}}
	}
	codes, figures := areas(extra)
	for b.Loop() {
		Compute(at, rules, figures, codes)
	}
}
