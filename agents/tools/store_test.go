package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// part is what of the store the tools need beyond its own methods.
type noSimilar struct{}

func (noSimilar) Similar(context.Context, city.Asker, int64) ([]city.SimilarCase, error) {
	return nil, nil
}

func onStore(s *store.Store) Deps {
	return Deps{
		Measures: s, Catalogue: s, Areas: index(), Reports: s, Incidents: s, Situation: s, Agenda: s, Similar: noSimilar{},
		Now: func() time.Time { return now }, CityCode: storetest.CityCode, ZoneLabel: "WITA",
	}
}

// filled is a store with 21 reports of March and April 2026 and some rain.
func filled(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.New(t, storetest.WithClock(func() time.Time { return now }))
	source := storetest.Source(t, s)
	var reports []city.Report
	add := func(n int, area, category string, day time.Time, closed time.Duration) {
		for i := range n {
			reports = append(reports, storetest.Report(fmt.Sprintf("%s-%s-%d-%d", area, category, day.Unix(), i), func(r *city.Report) {
				r.StatedArea, r.Category, r.CreatedAt, r.UpdatedAt = area, category, day.Add(time.Duration(i)*time.Hour), day.AddDate(0, 0, 5)
				if closed > 0 {
					answered, done := r.CreatedAt.Add(3*time.Hour), r.CreatedAt.Add(closed)
					r.RespondedAt, r.ClosedAt, r.Status = &answered, &done, city.Closed
				}
			}))
		}
	}
	add(6, storetest.AirPutih, "sampah", at("2026-03-10 08:00"), 24*time.Hour)
	add(9, storetest.AirPutih, "sampah", at("2026-04-10 08:00"), 0)
	add(4, storetest.Lempake, "sampah", at("2026-04-12 08:00"), 0)
	add(2, storetest.Lempake, "jalan-rusak", at("2026-04-13 08:00"), 48*time.Hour)
	d := city.Delivery{SourceID: source, Reports: reports}
	for i := range 5 {
		d.Observations = append(d.Observations, storetest.Observation("curah-hujan", storetest.SamarindaUlu, at(fmt.Sprintf("2026-04-0%d 07:00", i+1)), float64(10*i)))
	}
	if tally := storetest.Ingest(t, s, d); tally.Added != len(reports)+5 {
		t.Fatalf("stored %+v", tally)
	}
	return s
}

func TestToolsOnTheRealStore(t *testing.T) {
	t.Parallel()
	d := onStore(filled(t))
	cases := []struct {
		tool  string
		input string
		want  string
	}{
		{city.ToolMeasure, `{"measure":"laporan_masuk","category":"sampah","area":"64.72.03","period":"2026-04"}`, "Ada 9 laporan sampah di Kecamatan Samarinda Ulu pada April 2026."},
		{city.ToolMeasure, `{"measure":"laporan_selesai","period":"2026-04"}`, "Ada 2 laporan warga di Kota Samarinda yang diselesaikan pada April 2026."},
		{city.ToolMeasure, `{"measure":"laporan_belum_selesai"}`, "Ada 13 laporan warga di Kota Samarinda yang belum selesai per 18 Juni 2026 20.00 WITA."},
		{city.ToolMeasure, `{"measure":"laporan_masuk","area":"64.72.01","category":"kesehatan","period":"2026-04"}`, "Tidak ada laporan kesehatan di Kecamatan Palaran pada April 2026: 0."},
		{city.ToolMeasure, `{"measure":"laporan_masuk","period":"2019"}`, "Tidak ada data laporan warga di Kota Samarinda pada tahun 2019. Data yang ada dari 10 Maret 2026 sampai "},
		{city.ToolMeasure, `{"measure":"porsi_laporan","category":"jalan-rusak","period":"2026-04"}`, "13,3 % laporan di Kota Samarinda pada April 2026 tentang jalan rusak: 2 dari 15 laporan."},
		{city.ToolMeasure, `{"measure":"median_waktu_respons","period":"2026-03"}`, "Median waktu respons laporan warga di Kota Samarinda pada Maret 2026 adalah 3,0 jam, dari 6 laporan yang sudah direspons."},
		{city.ToolMeasure, `{"measure":"indikator_tertinggi","indicator":"curah-hujan","area":"64.72.03","period":"2026-04"}`, "Curah hujan harian tertinggi di Kecamatan Samarinda Ulu pada April 2026 adalah 40,0 mm, pada 5 April 2026 07.00 WITA."},
		{city.ToolMeasure, `{"measure":"hari_di_atas","indicator":"curah-hujan","area":"64.72.03","period":"2026-04","limit":15}`, "Curah hujan harian di Kecamatan Samarinda Ulu di atas 15 mm selama 3 hari pada April 2026."},
		{city.ToolMeasure, `{"measure":"laporan_masuk","by":"kelurahan","period":"2026-04"}`, "Ada 15 laporan warga di Kota Samarinda pada April 2026. Terbanyak: Kelurahan Air Putih 9 dan Kelurahan Lempake 6."},
		{city.ToolCompare, `{"measure":"laporan_masuk","category":"sampah","period":"2026-04","against_period":"2026-03"}`, "Laporan sampah di Kota Samarinda naik 116,7 %: 13 laporan pada April 2026, 6 laporan pada Maret 2026."},
		{city.ToolRank, `{"measure":"laporan_masuk","by":"kelurahan","period":"2026-04","top":1}`, "Laporan warga pada April 2026 terbanyak di Kelurahan Air Putih: 9 laporan. Menyusul Kelurahan Lempake 6."},
		{city.ToolRank, `{"measure":"laporan_masuk","by":"kategori","area":"64.72.05","period":"2026-04"}`, "Laporan warga di Kecamatan Samarinda Utara pada April 2026 terbanyak tentang sampah: 4 laporan. Menyusul jalan rusak 2."},
		{city.ToolTrend, `{"measure":"laporan_masuk","period":"2026-03..2026-05","by":"bulan"}`, "Laporan warga di Kota Samarinda pada Maret–Mei 2026 rata-rata 10,5 laporan per bulan, tertinggi 15 (April 2026), terakhir 15 (April 2026)."},
		{city.ToolNear, `{"area":"64.72.05","period":"2026-04","status":"closed"}`, "Ada 2 laporan warga di Kecamatan Samarinda Utara yang selesai pada April 2026."},
		{city.ToolNear, `{"category":"sampah","status":"belum_selesai","top":5}`, "Ada 13 laporan sampah di Kota Samarinda yang belum selesai per 18 Juni 2026 20.00 WITA. Ditampilkan 5 yang terbaru."},
		{city.ToolNear, `{"area":"64.72.03","status":"lewat_tenggat"}`, "Ada 9 laporan warga di Kecamatan Samarinda Ulu yang melewati batas waktu per 18 Juni 2026 20.00 WITA."},
		{city.ToolArea, `{"area":"64.72.05","period":"2026-04"}`, ""},
		{city.ToolOffice, `{}`, "Laporan yang belum selesai di Kota Samarinda per 18 Juni 2026 20.00 WITA terbanyak pada DLH: 13"},
		{city.ToolMap, `{"measure":"laporan_masuk","period":"2026-04","level":"kecamatan"}`, "Ada 15 laporan warga di Kota Samarinda pada April 2026."},
		{city.ToolIncident, `{}`, "Tidak ada kejadian aktif di Kota Samarinda: 0."},
		{city.ToolSources, `{}`, "Ada 1 sumber data: "},
		{city.ToolAgenda, `{}`, "Kalender acara belum tersambung"},
		{city.ToolWeather, `{}`, ""},
		{city.ToolForecast, `{}`, "Belum ada prakiraan laporan warga di Kota Samarinda."},
		{city.ToolDraft, `{"category":"sampah","area":"64.72.05"}`, "Konsep disposisi untuk DLH tentang laporan sampah di Kecamatan Samarinda Utara"},
	}
	for _, c := range cases {
		got := run(t, d, mayor, c.tool, c.input)
		if got.Failed || !strings.HasPrefix(got.Text, c.want) {
			t.Errorf("%s %s:\n%s\nwant\n%s\n%v", c.tool, c.input, got.Text, c.want, got.Err)
		}
		if c.want == "" {
			t.Logf("%s: %s", c.tool, got.Text)
		}
	}
}

func TestOthersAreasAreRefused(t *testing.T) {
	t.Parallel()
	d := onStore(filled(t))
	camat := mayor
	camat.Asker = city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}
	for name, c := range map[string]struct{ tool, input string }{
		"measure": {city.ToolMeasure, `{"measure":"laporan_masuk","area":"64.72.03","period":"2026-04"}`},
		"city":    {city.ToolMeasure, `{"measure":"laporan_masuk","area":"64.72","period":"2026-04"}`},
		"compare": {city.ToolCompare, `{"measure":"laporan_masuk","period":"2026-04","against_area":"64.72.03"}`},
		"rank":    {city.ToolRank, `{"measure":"laporan_masuk","by":"kelurahan","area":"64.72.03","period":"2026-04"}`},
		"ranks":   {city.ToolRank, `{"measure":"laporan_masuk","by":"kecamatan","period":"2026-04"}`},
		"area":    {city.ToolArea, `{"area":"64.72.03"}`},
		"near":    {city.ToolNear, `{"area":"64.72.03","period":"2026-04"}`},
		"map":     {city.ToolMap, `{"measure":"laporan_masuk","area":"64.72.03"}`},
		"list":    {city.ToolIncident, `{"area":"64.72.03"}`},
	} {
		got := run(t, d, camat, c.tool, c.input)
		if got.Status != city.Refused || !strings.Contains(got.Text, "di luar wewenang Anda") {
			t.Errorf("%s: %s %q %v", name, got.Status, got.Text, got.Err)
		}
	}
	own := run(t, d, camat, city.ToolMeasure, `{"measure":"laporan_masuk","period":"2026-04"}`)
	if !strings.HasPrefix(own.Text, "Ada 6 laporan warga di Kecamatan Samarinda Utara pada April 2026.") {
		t.Errorf("%s", own.Text)
	}
	head := mayor
	head.Asker = city.Asker{Role: city.KepalaOPD, OfficeID: officeID(t, d, "DLH")}
	if got := run(t, d, head, city.ToolOffice, `{"office":"DPUPR"}`); got.Status != city.Refused {
		t.Errorf("another office's load: %q", got.Text)
	}
	if got := run(t, d, head, city.ToolMeasure, `{"measure":"laporan_masuk","period":"2026-04"}`); !strings.HasPrefix(got.Text, "Ada 13 laporan warga untuk DLH di Kota Samarinda pada April 2026.") {
		t.Errorf("%q %v", got.Text, got.Err)
	}
}

func officeID(t *testing.T, d Deps, name string) int64 {
	t.Helper()
	all, err := d.Catalogue.Offices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.ShortName == name {
			return o.ID
		}
	}
	t.Fatalf("no office %s", name)
	return 0
}

func TestDeadCatalogueIsAnError(t *testing.T) {
	t.Parallel()
	s := filled(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := New(onStore(s)).Run(ctx, mayor, city.ToolMeasure, `{"measure":"laporan_masuk"}`)
	if err == nil || !got.Failed {
		t.Errorf("%+v", got)
	}
	var _ tool.Result = got
}

// What BMKG foresees is rows of the city, with their time of issue: the
// question after tomorrow's weather has an answer without a forecast of ours.
func TestOutlookIsTheSourcesOwnForecast(t *testing.T) {
	t.Parallel()
	s := filled(t)
	source := storetest.Source(t, s)
	d := city.Delivery{SourceID: source}
	for i, mm := range []float64{0, 4.2, 1.8, 0} {
		for j, area := range []string{storetest.AirPutih, storetest.Lempake} {
			o := storetest.Observation("prakiraan-hujan", area, now.Add(time.Duration(3*i+3)*time.Hour), mm/float64(j+1))
			o.Forecast, o.IssuedAt = true, now.Add(-time.Hour)
			d.Observations = append(d.Observations, o)
		}
	}
	// Issued after the question was asked: nobody could have known it.
	later := storetest.Observation("prakiraan-hujan", storetest.AirPutih, now.Add(15*time.Hour), 99)
	later.Forecast, later.IssuedAt = true, now.Add(time.Hour)
	d.Observations = append(d.Observations, later)
	storetest.Ingest(t, s, d)
	got := run(t, onStore(s), mayor, city.ToolForecast, `{"indicator":"prakiraan-hujan","days":1}`)
	want := "Prakiraan hujan 3 jam di Kota Samarinda (18 Juni 2026 20.00 WITA – 19 Juni 2026 08.00 WITA) tertinggi 4,2 mm/3 jam, 19 Juni 2026 02.00 WITA di Kelurahan Air Putih. " +
		"Rata-rata wilayah 1,1 mm/3 jam dari 4 waktu."
	if got.Failed || got.Text != want || len(got.Blocks) != 1 || len(got.Blocks[0].Items) != 4 {
		t.Errorf("%s\nwant\n%s\n%+v", got.Text, want, got.Blocks)
	}
	if got = run(t, onStore(s), mayor, city.ToolForecast, `{"indicator":"prakiraan-hujan","area":"64.72.05","days":1}`); !strings.Contains(got.Text, "tertinggi 2,1 mm/3 jam") {
		t.Error(got.Text)
	}
	if got = run(t, onStore(s), mayor, city.ToolForecast, `{"indicator":"prakiraan-suhu","days":1}`); got.Status != city.Abstained || strings.Contains(got.Text, "prakiraan prakiraan") {
		t.Error(got.Status, got.Text)
	}
}

func TestAnswersSayWhatIsKeptOut(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, storetest.WithClock(func() time.Time { return now }))
	source := storetest.Source(t, s)
	storetest.Ingest(t, s, city.Delivery{SourceID: source, Observations: []city.Observation{
		storetest.Observation("pm25", "", at("2026-04-01 07:00"), 20), storetest.Observation("pm25", "", at("2026-04-02 07:00"), -1.9),
		storetest.Observation("pm25", "", at("2026-04-03 07:00"), 999), storetest.Observation("pm25", "", at("2026-04-04 07:00"), 30),
	}})
	r := run(t, onStore(s), mayor, city.ToolMeasure, `{"measure":"indikator_rata_rata","indicator":"pm25","period":"2026-04"}`)
	want := "2 nilai partikulat halus PM2.5 dikeluarkan dari hitungan: nilai mustahil (1) dan penanda kosong (1)."
	if !strings.Contains(r.Text, "25") || !slices.ContainsFunc(r.Caveats, func(c string) bool { return strings.EqualFold(c, want) }) {
		t.Errorf("%s %q", r.Text, r.Caveats)
	}
}
