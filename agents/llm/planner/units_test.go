package planner_test

import (
	"encoding/json"
	"strings"
	"testing"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// TestDigitsOfUnitsAreNoNumbers asks for limits in units of every form: the
// digits of a unit must never become a day, a month count or a limit.
func TestDigitsOfUnitsAreNoNumbers(t *testing.T) {
	t.Parallel()
	units := map[string][]string{ // as declared: as written
		"µg/m3":         {"µg/m3", "µg/m³", "ug/m3", "μg/m^3", "mikrogram per meter kubik", "µg"},
		"m³/detik":      {"m3/detik", "m³/detik", "m3/s", "meter kubik per detik", "m3"},
		"mg/l":          {"mg/l", "mg/liter", "miligram per liter"},
		"km2":           {"km2", "km²", "kilometer persegi"},
		"Rp/kg":         {"Rp/kg", "rupiah per kilogram", "/kg", "rupiah"},
		"CFU/100 ml":    {"CFU/100 ml", "cfu/100ml"},
		"°C":            {"°C", "derajat celcius", "derajat", "C"},
		"%":             {"%", "persen"},
		"orang":         {"orang"},
		"km/jam":        {"km/jam", "km per jam", "km/h"},
		"kejadian/hari": {"kejadian/hari"},
	}
	periods := []slot{{"minggu lalu", "minggu_lalu"}, {"bulan Mei", "2026-05"}, {"3 bulan terakhir", "3_bulan_terakhir"}, {"sejak 2 Mei", "sejak:2026-05-02"}, {"Mei 2026", "2026-05"}, {"", "bulan_ini"}}
	for declared, forms := range units {
		c := harapan()
		c.Indicators = []city.Indicator{{Slug: "uji", Name: "Kadar tembaga", Unit: declared, Grain: "city", Aggregation: "mean"}, {Slug: "lain", Name: "Kerapatan vegetasi", Unit: "bar", Grain: "city"}}
		p := planner.New(c, words)
		for _, form := range forms {
			for _, per := range periods {
				text := "Berapa hari kadar tembaga di bawah 32,8 " + form + " " + per.said + "?"
				if got, want := got(p, text), wished("ukur m=bawah ind=uji lim=32.8 p="+per.field); got != want {
					t.Errorf("%s: %q: got %s, want %s", declared, text, got, want)
				}
				other := "Berapa hari kerapatan vegetasi di bawah 32,8 " + form + " " + per.said + "?"
				if got := got(p, other); got != "ask" {
					t.Errorf("%s: %q: got %s, want it asked", declared, other, got)
				}
			}
		}
	}
}

// TestNamelessCity offers the whole city where the city's own name is not
// known and a word may be it.
func TestNamelessCity(t *testing.T) {
	t.Parallel()
	c := kandaraya()
	c.CityName = "Kota 92.01"
	c.Areas[0].Name = "Kota 92.01"
	p := planner.New(c, words)
	for _, text := range []string{"Berapa laporan di Kandaraya bulan lalu?", "Berapa laporan di Kota Kandaraya bulan lalu?"} {
		call := p.Plan(text, now, "wali_kota")[0]
		var back city.AskBackInput
		if err := json.Unmarshal(call.Input, &back); err != nil || call.Tool != city.ToolAskBack || len(back.Options) != 3 {
			t.Fatalf("%q: %s %s (%v), want three options", text, call.Tool, call.Input, err)
		}
		whole := back.Options[0]
		if whole.Text != "Seluruh kota" || whole.Call == nil {
			t.Fatalf("%q: first option %+v", text, whole)
		}
		if got, want := called(*whole.Call), wished("ukur m=masuk p=bulan_lalu"); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
		for _, o := range back.Options[1:] {
			if o.Call == nil || !strings.Contains(string(o.Call.Input), "92.01.0") {
				t.Errorf("%q: option %+v", text, o)
			}
		}
	}
}
