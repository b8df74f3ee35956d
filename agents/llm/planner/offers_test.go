package planner_test

import (
	"encoding/json"
	"slices"
	"testing"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// TestOffersReadAsSentences checks that a subject's name stands inside an
// offered question as Indonesian writes it: small, but for abbreviations and
// names of places.
func TestOffersReadAsSentences(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Tinggi muka air Bendungan Benanga": "Berapa tinggi muka air Bendungan Benanga terakhir?",
		"PM2.5 harian":                      "Berapa PM2.5 harian terakhir?",
		"RTH per penduduk":                  "Berapa RTH per penduduk terakhir?",
		"Samarinda Ulu terhubung internet":  "Berapa Samarinda Ulu terhubung internet terakhir?",
	} {
		c := samarinda(t)
		c.Indicators = []city.Indicator{{Slug: "satu", Name: name}}
		call := planner.New(c, words).Plan("Berapa kunjungan museum kemarin?", now, "wali_kota")[0]
		var in city.UnknownInput
		if err := json.Unmarshal(call.Input, &in); err != nil || call.Tool != city.ToolUnknown {
			t.Fatalf("%s %s (%v)", call.Tool, call.Input, err)
		}
		if !slices.Contains(in.Offers, want) {
			t.Errorf("offers %q, want %q among them", in.Offers, want)
		}
	}
}
