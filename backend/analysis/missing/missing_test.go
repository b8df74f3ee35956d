package missing_test

import (
	"testing"

	"balaikota/backend/analysis/missing"
	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAReportDoesNotSay(t *testing.T) {
	t.Parallel()
	both := []city.Gap{city.AskWhere, city.AskWhat}
	lon, lat := 117.15, -0.5
	for _, c := range []struct {
		name   string
		change func(r *city.ReportDetail)
		want   []city.Gap
	}{
		{"nothing known", func(*city.ReportDetail) {}, both},
		{"not looked at", func(r *city.ReportDetail) { r.Analysis = nil }, nil},
		{"settled", func(r *city.ReportDetail) { r.Status = city.Closed }, nil},
		{"turned down", func(r *city.ReportDetail) { r.Status = city.Rejected }, nil},
		{"a point", func(r *city.ReportDetail) { r.Lon, r.Lat = &lon, &lat }, both[1:]},
		{"an address", func(r *city.ReportDetail) { r.Address = "Jalan Contoh 1" }, both[1:]},
		{"an empty address", func(r *city.ReportDetail) { r.Address = " \n" }, both},
		{"a street in the text", func(r *city.ReportDetail) {
			r.Analysis.Place = &city.PlaceEstimate{Lon: &lon, Lat: &lat, RadiusM: 1000, From: "text"}
		}, both[1:]},
		{"no more than a kelurahan", func(r *city.ReportDetail) {
			r.Analysis.Place = &city.PlaceEstimate{Lon: &lon, Lat: &lat, RadiusM: 1001, From: "stated"}
		}, both},
		{"a place without a point", func(r *city.ReportDetail) { r.Analysis.Place = &city.PlaceEstimate{From: "none"} }, both},
		{"the source says what", func(r *city.ReportDetail) { r.Category, r.Analysis.CategoryBy = "sampah", "source" }, both[:1]},
		{"an officer says what", func(r *city.ReportDetail) { r.Category, r.Analysis.CategoryBy = "sampah", "officer" }, both[:1]},
		{"the analysis is sure", func(r *city.ReportDetail) {
			r.Category, r.Analysis.CategoryBy, r.Analysis.Sure = "sampah", "analysis", true
		}, both[:1]},
		{"the analysis is not sure", func(r *city.ReportDetail) { r.Category, r.Analysis.CategoryBy = "sampah", "analysis" }, both},
		{"eight words", func(r *city.ReportDetail) { r.FullText = "Pak tolong ini sudah lama sekali tidak beres" }, both[:1]},
		{"signs are no words", func(r *city.ReportDetail) { r.FullText = "tolong ! ? -- ... pak , ; : min" }, both},
		{"our words are no words", func(r *city.ReportDetail) {
			r.FullText = "tolong dong min\n\nPesan susulan Jumat, 20 November 2026 08.00 WITA:\nya pak\n[foto; pesan suara yang sangat panjang sekali]"
		}, both},
		{"what was said later counts", func(r *city.ReportDetail) {
			r.FullText = "tolong dong min\n\nSurat susulan Jumat, 20 November 2026 08.00 WITA:\nair masuk rumah sejak pagi"
		}, both[:1]},
	} {
		r := city.ReportDetail{FullText: "tolong dong min", Analysis: &city.ReportAnalysis{CategoryBy: "source"}}
		r.Status = city.Open
		c.change(&r)
		if diff := cmp.Diff(append([]city.Gap{}, c.want...), missing.Of(r)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
