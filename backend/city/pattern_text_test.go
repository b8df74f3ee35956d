package city_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

func patternWords(areaName, category string) city.PatternWords {
	return city.PatternWords{
		Location: time.FixedZone("WITA", 8*3600), ZoneLabel: "WITA", CityCode: "64.72", AreaName: func(string) string { return areaName },
		Category: func(string) city.Category { return city.Category{Name: category} },
	}
}

func aPattern(area string) city.Pattern {
	often := 1200.0
	at := time.Date(2026, 3, 9, 16, 0, 0, 0, time.UTC) // the 10th in WITA
	return city.Pattern{
		AreaCode: area, AreaCodes: []string{area}, Category: "banjir", Office: "Perumdam Tirta Kencana", Since: at, Until: at.AddDate(0, 0, 22),
		Seen: 1310, Expected: 6.25, Recurrence: &often,
	}
}

// worded are all patterns' texts for an area's and a category's name.
func worded(areaName, category, area string) map[string]city.Pattern {
	w := patternWords(areaName, category)
	reasons := []city.IntegrityReason{}
	for _, kind := range []string{"same_text", "one_reporter", "many_places", "even_days", "same_count", "last_days", "even_gaps", "round_minutes", "at_once", "unanswered"} {
		reasons = append(reasons, city.IntegrityReason{Kind: kind, Seen: 0.9, Usual: 0.2})
	}
	out := map[string]city.Pattern{}
	for name, word := range map[string]func(*city.Pattern){
		"hotspot": func(p *city.Pattern) { p.AreaCodes = []string{"a", "b"}; w.WordHotspot(p, 7, p.Since) },
		"anomaly": func(p *city.Pattern) { w.WordAnomaly(p, 22, true, false) }, "drift": func(p *city.Pattern) { w.WordDrift(p, 12) },
		"silent": func(p *city.Pattern) { w.WordSilence(p, 180, "neighbours") }, "campaign": func(p *city.Pattern) { w.WordCampaign(p, 71, 12, reasons) },
		"quota":        func(p *city.Pattern) { w.WordQuota(p, "kanal loket "+areaName, reasons) },
		"mass_closing": func(p *city.Pattern) { w.WordMassClosing(p, reasons) },
	} {
		p := aPattern(area)
		word(&p)
		out[name] = p
	}
	return out
}

func TestPatternsAreWordedInFullAndInBothLanguages(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("Kelurahan Panjang ", 4)
	for _, names := range [][3]string{{"Air Putih", "Banjir dan drainase", "64.72.03.1004"}, {longest, longest, "64.72.03.1004"}, {"", "", "64.72"}} {
		for kind, p := range worded(names[0], names[1], names[2]) {
			for _, s := range []string{p.Headline, p.HeadlineEN} {
				if n := utf8.RuneCountInString(s); n > 90 || n < 10 {
					t.Errorf("%s: %d characters: %s", kind, n, s)
				}
			}
			if p.Evidence == "" || p.EvidenceEN == "" || p.Advice == "" || p.AdviceEN == "" || p.Method == "" || len(p.Reasons) != len(p.ReasonsEN) {
				t.Errorf("%s lacks something: %+v", kind, p)
			}
			if kind == "campaign" && len(p.Reasons) != 10 {
				t.Errorf("%d of 10 reasons are worded", len(p.Reasons))
			}
		}
	}
}

func TestPatternsSayTheirFigures(t *testing.T) {
	t.Parallel()
	got := worded("Air Putih", "Banjir dan drainase", "64.72.03.1004")
	for kind, want := range map[string][2]string{
		"hotspot": {"1.310 laporan banjir dan drainase di Air Putih dan sekitarnya dalam 7 hari", "1,310 reports of banjir dan drainase in Air Putih and around within 7 days"},
		"anomaly": {"1.310 laporan banjir dan drainase di Air Putih pada Selasa 10 Maret", "1,310 reports of banjir dan drainase in Air Putih on Tuesday 10 March"},
	} {
		if got[kind].Headline != want[0] || got[kind].HeadlineEN != want[1] {
			t.Errorf("%s: %q, %q", kind, got[kind].Headline, got[kind].HeadlineEN)
		}
	}
	if want := "Untuk hari Selasa dengan hujan seperti itu biasanya 6,2, paling banyak 22 dalam 999 dari 1.000 hari"; got["anomaly"].Evidence != want {
		t.Errorf("%q", got["anomaly"].Evidence)
	}
	if !strings.Contains(got["hotspot"].Evidence, "sekali dalam 3 tahun") || !strings.Contains(got["hotspot"].Evidence, "per 00.00 WITA") {
		t.Errorf("%q", got["hotspot"].Evidence)
	}
	if !strings.Contains(worded("", "", "64.72")["drift"].Headline, "di seluruh kota") {
		t.Errorf("%q", worded("", "", "64.72")["drift"].Headline)
	}
}
