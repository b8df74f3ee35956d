package city_test

import (
	"slices"
	"testing"

	"balaikota/backend/city"
)

func TestMeasuresAreDeclaredWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range city.Measures() {
		if seen[m.Slug] || m.Name == "" || m.NameEN == "" || m.Definition == "" || len(m.Words) < 7 || len(m.Dimensions) == 0 {
			t.Errorf("%s is declared twice or not whole", m.Slug)
		}
		seen[m.Slug] = true
		got, ok := city.MeasureBySlug(m.Slug)
		if !ok || got.Name != m.Name || !m.Divides(city.ByNothing) || !m.Divides(city.ByKecamatan) {
			t.Errorf("%s is not found, or cannot be asked whole and by kecamatan", m.Slug)
		}
		if (m.Of == city.OfIndicator) == m.Divides(city.ByCategory) {
			t.Errorf("%s of %s is divided by category", m.Slug, m.Of)
		}
		if !slices.Contains([]string{"up", "down", "none"}, m.Better) {
			t.Errorf("%s: better %q", m.Slug, m.Better)
		}
		words := slices.Clone(m.Words)
		slices.Sort(words)
		if len(slices.Compact(words)) != len(m.Words) {
			t.Errorf("%s names a word twice", m.Slug)
		}
	}
	for _, slug := range []string{
		city.MeasureReceived, city.MeasureClosed, city.MeasureOpen, city.MeasureOverdue, city.MeasureResponse, city.MeasureClosing, city.MeasureShare,
		city.MeasureOnTime, city.MeasureIncidents, city.MeasureLatest, city.MeasureMax, city.MeasureMin, city.MeasureMean, city.MeasureSum,
		city.MeasureDaysAbove, city.MeasureDaysBelow,
	} {
		if !seen[slug] {
			t.Errorf("%s is not declared", slug)
		}
	}
	if _, ok := city.MeasureBySlug("tidak_ada"); ok {
		t.Error("an unknown measure is found")
	}
}
