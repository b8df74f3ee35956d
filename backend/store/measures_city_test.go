package store_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// evaluationCity is where the made-up half year of Samarinda lies beside the
// repository.
const evaluationCity = "../../../shared/evaluation/city"

// table reads a file of the made-up city by its header.
func table(t testing.TB, name string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(evaluationCity, name))
	if err != nil {
		t.Skipf("the evaluation's city is not here: %v", err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func moment(t testing.TB, s string) *time.Time {
	t.Helper()
	if s == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return &at
}

// loadEvaluationCity fills a store as the command line's imports would.
func loadEvaluationCity(t testing.TB, s *store.Store) {
	t.Helper()
	var holidays []city.Holiday
	for _, r := range table(t, "holidays.csv") {
		day, err := time.Parse(time.DateOnly, r["date"])
		if err != nil {
			t.Fatal(err)
		}
		holidays = append(holidays, city.Holiday{Date: day, Kind: "libur", Source: "uji"})
	}
	var categories []city.Category
	for _, r := range table(t, "categories.csv") {
		days, err := strconv.Atoi(r["working_days_to_close"])
		if err != nil {
			t.Fatal(err)
		}
		categories = append(categories, city.Category{Slug: r["slug"], Name: r["name"], Office: r["office"], WorkingDaysToClose: days})
	}
	var indicators []city.Indicator
	for _, r := range table(t, "indicators.csv") {
		indicators = append(indicators, city.Indicator{Slug: r["slug"], Name: r["name"], Unit: r["unit"], Grain: r["grain"], VisibleTo: city.Roles})
	}
	if _, err := s.SaveHolidays(t.Context(), holidays); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveCategories(t.Context(), categories); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveIndicators(t.Context(), indicators); err != nil {
		t.Fatal(err)
	}
	d := city.Delivery{SourceID: storetest.Source(t, s)}
	for _, r := range table(t, "observations.csv") {
		value, err := strconv.ParseFloat(r["value"], 64)
		if err != nil {
			t.Fatal(err)
		}
		d.Observations = append(d.Observations, city.Observation{Indicator: r["indicator"], AreaCode: r["area_code"], Time: *moment(t, r["time"]), Value: value, Unit: r["unit"]})
	}
	for _, r := range table(t, "reports.csv") {
		d.Reports = append(d.Reports, city.Report{
			ExternalID: r["external_id"], Channel: r["channel"], CreatedAt: *moment(t, r["created_at"]), RespondedAt: moment(t, r["responded_at"]),
			ClosedAt: moment(t, r["closed_at"]), Text: r["text"], StatedArea: r["area_code"], Category: r["category"], Office: r["office"], Status: city.ReportStatus(r["status"]),
		})
	}
	if tally := storetest.Ingest(t, s, d); tally.Refused > 0 {
		t.Fatalf("the evaluation's city: %+v", tally)
	}
}

// TestMeasuresOfAWholeCity holds the measures to answers that were computed
// elsewhere from the same rows.
func TestMeasuresOfAWholeCity(t *testing.T) {
	t.Parallel()
	table(t, "categories.csv")
	// After the last row, so that each question is asked from the past.
	s := storetest.New(t, storetest.WithClock(func() time.Time { return time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC) }))
	loadEvaluationCity(t, s)
	limit := func(v float64) *float64 { return &v }
	const april, may, june = "2026-04-09T09:30:00+08:00", "2026-05-31T23:00:00+08:00", "2026-06-18T20:00:00+08:00"
	goldens := []struct {
		id, at string
		q      city.MeasureQuery
		want   float64
		tol    float64
		key    string // of the first row, when divided
		time   string
	}{
		{"Q001", april, city.MeasureQuery{Measure: "laporan_masuk", Area: "64.72.09", Period: "bulan_lalu"}, 63, 0, "", ""},
		{"Q050", may, city.MeasureQuery{Measure: "laporan_masuk", Period: "bulan_lalu"}, 960, 0, "", ""},
		{"Q073", april, city.MeasureQuery{Measure: "laporan_masuk", Period: "7_hari_terakhir"}, 246, 0, "", ""},
		{"Q004", june, city.MeasureQuery{Measure: "laporan_masuk", Category: "pohon-tumbang", Period: "bulan_ini"}, 34, 0, "", ""},
		{"Q005", june, city.MeasureQuery{Measure: "laporan_selesai", Area: "64.72.05.1003", Period: "30_hari_terakhir"}, 25, 0, "", ""},
		{"Q030", june, city.MeasureQuery{Measure: "laporan_belum_selesai"}, 904, 0, "", ""},
		{"Q007", june, city.MeasureQuery{Measure: "laporan_belum_selesai", Category: "ketertiban"}, 95, 0, "", ""},
		{"Q014", may, city.MeasureQuery{Measure: "laporan_lewat_tenggat", Area: "64.72.02.1002"}, 2, 0, "", ""},
		{"Q038", june, city.MeasureQuery{Measure: "laporan_lewat_tenggat", Area: "64.72.04"}, 79, 0, "", ""},
		{"Q086", may, city.MeasureQuery{Measure: "laporan_lewat_tenggat", Area: "64.72.07"}, 29, 0, "", ""},
		{"Q084", april, city.MeasureQuery{Measure: "median_waktu_respons", Period: "minggu_ini"}, 8.9, 0.1, "", ""},
		{"Q085", april, city.MeasureQuery{Measure: "porsi_laporan", Category: "lampu-jalan", Period: "kemarin"}, 13.5, 0.1, "", ""},
		{"Q037", june, city.MeasureQuery{Measure: "porsi_laporan", Area: "64.72.04", Category: "jalan-rusak", Period: "minggu_lalu"}, 0, 0.1, "", ""},
		{"Q032", april, city.MeasureQuery{Measure: "laporan_masuk", Category: "lampu-jalan", Period: "7_hari_terakhir", By: "kecamatan"}, 14, 0, "64.72.08", ""},
		{"Q009", april, city.MeasureQuery{Measure: "laporan_masuk", Category: "kesehatan", Period: "tahun_ini", By: "kelurahan"}, 18, 0, "64.72.04.1003", ""},
		{"Q034", april, city.MeasureQuery{Measure: "laporan_masuk", Area: "64.72.04", Period: "7_hari_terakhir", By: "kategori"}, 5, 0, "pohon-tumbang", ""},
		{"Q087", april, city.MeasureQuery{Measure: "indikator_terakhir", Indicator: "hunian-rs"}, 76.1, 0, "", "2026-04-09T07:00:00+08:00"},
		{"Q016", june, city.MeasureQuery{Measure: "indikator_tertinggi", Indicator: "harga-beras", Period: "bulan_lalu"}, 15092, 0, "", ""},
		{"Q088", april, city.MeasureQuery{Measure: "indikator_tertinggi", Indicator: "muka-air-benanga", Period: "2026-02"}, 7.97, 0, "", ""},
		{"Q017", may, city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "kecepatan-jalan", Area: "64.72.04", Period: "7_hari_terakhir"}, 27.93, 0.01, "", ""},
		{"Q018", may, city.MeasureQuery{Measure: "hari_di_atas", Indicator: "kecepatan-jalan", Area: "64.72.05", Period: "2026-03", Limit: limit(30.1)}, 9, 0, "", ""},
		{"Q042", april, city.MeasureQuery{Measure: "hari_di_atas", Indicator: "muka-air-benanga", Period: "bulan_ini", Limit: limit(7.7)}, 2, 0, "", ""},
		{"Q019", april, city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "kecepatan-jalan", Period: "2026-01", By: "kecamatan"}, 28.16, 0.01, "64.72.03", ""},
	}
	for round, seal := range []bool{false, true} {
		if seal {
			if n, err := s.SealReports(t.Context()); err != nil || n == 0 {
				t.Fatalf("%d segments, %v", n, err)
			}
		}
		for _, g := range goldens {
			got, err := s.Measure(t.Context(), city.Asker{Role: city.WaliKota}, *moment(t, g.at), g.q)
			if err != nil {
				t.Errorf("%s: %v", g.id, err)
				continue
			}
			first := got[0].Rows[0]
			if first.Value == nil || math.Abs(*first.Value-g.want) > g.tol+1e-9 || first.Key != g.key || got[0].Missing != "" {
				t.Errorf("%s, round %d: %+v of %d rows, want %v at %q; missing %q", g.id, round, first, len(got[0].Rows), g.want, g.key, got[0].Missing)
			}
			if g.time != "" && (first.Time == nil || !first.Time.Equal(*moment(t, g.time))) {
				t.Errorf("%s was observed at %v, want %s", g.id, first.Time, g.time)
			}
		}
	}
	for name, want := range map[string]city.Missing{"2019": city.BeforeData, "2026-09": city.AfterData, "2026-04": city.NotMissing} {
		got, err := s.Measure(t.Context(), city.Asker{Role: city.WaliKota}, *moment(t, june), city.MeasureQuery{Measure: "laporan_masuk", Period: name},
			city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "harga-beras", Period: name})
		if err != nil || got[0].Missing != want || got[1].Missing != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
