package tools

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// told is what a test looks at.
type told struct {
	Status         city.AnswerStatus
	Text           string
	Head           float64 // of the head figure; -1e9 for none
	Area, Category string
}

const none = -1e9

func tell(r tool.Result) told {
	out := told{Status: r.Status, Text: r.Text, Head: none, Area: r.Area, Category: r.Category}
	if r.Head >= 0 {
		out.Head = r.Figures[r.Head].Value
	}
	return out
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, wita)
	if err != nil {
		panic(err)
	}
	return t
}

func TestMeasureIsWorded(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_masuk 64.72.09 - 2026-03 -":                                         v(63),
		"laporan_masuk 64.72.09 - 2026-02 -":                                         v(57),
		"laporan_masuk - sampah bulan_ini -":                                         v(1482),
		"laporan_masuk 64.72.01 sampah 2026-03 -":                                    v(0),
		"laporan_masuk 64.72.01 sampah 2026-02 -":                                    v(0),
		"laporan_selesai 64.72.05.1003 - 30_hari_terakhir -":                         v(25),
		"laporan_selesai 64.72.05.1003 - 2026-04-19T20:00:00..2026-05-19T20:00:00 -": v(31),
		"laporan_belum_selesai 64.72.06 - sampai_kini -":                             v(95),
		"laporan_lewat_tenggat 64.72.02 - sampai_kini -":                             v(2),
		"median_waktu_respons 64.72.10.1005 - 2026-01 -":                             vn(12.8, 34),
		"median_waktu_respons 64.72.10.1001 - 2026-01 -":                             vn(5.2, 4),
		"porsi_laporan 64.72.04 adminduk 2026-03 -":                                  vn(8.77, 57),
		"laporan_masuk 64.72.04 adminduk 2026-03 -":                                  v(5),
		"porsi_laporan - - bulan_lalu - closed":                                      vn(75.8, 500),
		"laporan_masuk - - bulan_lalu - closed":                                      v(379),
		"porsi_laporan - - bulan_lalu - whatsapp":                                    vn(75.8, 500),
		"laporan_masuk - - bulan_lalu - whatsapp":                                    v(379),
		"persen_tepat_waktu - - bulan_lalu -":                                        vn(85.23, 400),
		"kejadian_aktif - banjir-drainase sampai_kini -":                             v(12),
		"indikator_terakhir 64.72.07 kecepatan-jalan sampai_kini -":                  vt(25.2, at("2026-06-18 07:00")),
		"indikator_terakhir - muka-air-benanga sampai_kini -":                        vt(7.8, at("2026-06-17 07:00")),
		"indikator_tertinggi - harga-beras bulan_lalu -":                             vt(15092, at("2026-05-12 07:00")),
		"indikator_rata_rata 64.72.04 kecepatan-jalan 7_hari_terakhir -":             vn(27.93, 7),
		"hari_di_atas 64.72.05 kecepatan-jalan 2026-03 -":                            vn(9, 31),
		"median_waktu_respons 64.72.10.1002 - kemarin -":                             {},
	}}
	cases := []struct {
		in   city.MeasureQuery
		want told
	}{
		{
			city.MeasureQuery{Measure: "laporan_masuk", Area: "64.72.09", Period: "2026-03"},
			told{"", "Ada 63 laporan warga di Kecamatan Samarinda Kota pada Maret 2026. Periode sebelumnya (Februari 2026): 57.", 63, "64.72.09", ""},
		},
		{
			city.MeasureQuery{Measure: "laporan_masuk", Category: "sampah", Period: "bulan_ini"},
			told{"", "Ada 1.482 laporan sampah di Kota Samarinda pada bulan ini (1–18 Juni 2026).", 1482, "64.72", "sampah"},
		},
		{
			city.MeasureQuery{Measure: "laporan_masuk", Category: "sampah", Area: "64.72.01", Period: "2026-03"},
			told{"", "Tidak ada laporan sampah di Kecamatan Palaran pada Maret 2026: 0. Periode sebelumnya (Februari 2026): 0.", 0, "64.72.01", "sampah"},
		},
		{
			city.MeasureQuery{Measure: "laporan_selesai", Area: "64.72.05.1003", Period: "30_hari_terakhir"},
			told{"", "Ada 25 laporan warga di Kelurahan Lempake yang diselesaikan dalam 30 hari terakhir (19 Mei 20.00 – 18 Juni 2026 20.00). Periode sebelumnya (19 April 20.00 – 19 Mei 2026 20.00): 31.", 25, "64.72.05.1003", ""},
		},
		{
			city.MeasureQuery{Measure: "laporan_belum_selesai", Area: "64.72.06"},
			told{"", "Ada 95 laporan warga di Kecamatan Sungai Kunjang yang belum selesai per 18 Juni 2026 20.00 WITA.", 95, "64.72.06", ""},
		},
		{
			city.MeasureQuery{Measure: "laporan_lewat_tenggat", Area: "64.72.02"},
			told{"", "Ada 2 laporan warga di Kecamatan Samarinda Seberang yang melewati batas waktu penyelesaian per 18 Juni 2026 20.00 WITA.", 2, "64.72.02", ""},
		},
		{
			city.MeasureQuery{Measure: "median_waktu_respons", Area: "64.72.10.1005", Period: "2026-01"},
			told{"", "Median waktu respons laporan warga di Kelurahan Rapak Dalam pada Januari 2026 adalah 12,8 jam, dari 34 laporan yang sudah direspons.", 12.8, "64.72.10.1005", ""},
		},
		{
			city.MeasureQuery{Measure: "median_waktu_respons", Area: "64.72.10.1002", Period: "kemarin"},
			told{city.Abstained, "Tidak ada laporan warga di Kelurahan Tani Aman kemarin (17 Juni 2026) yang sudah direspons, jadi median waktu respons tidak dapat dihitung.", none, "64.72.10.1002", ""},
		},
		{
			city.MeasureQuery{Measure: "porsi_laporan", Area: "64.72.04", Category: "adminduk", Period: "2026-03"},
			told{"", "8,8 % laporan di Kecamatan Samarinda Ilir pada Maret 2026 tentang administrasi kependudukan: 5 dari 57 laporan.", 8.77, "64.72.04", "adminduk"},
		},
		{
			city.MeasureQuery{Measure: "porsi_laporan", Status: "closed", Period: "bulan_lalu"},
			told{"", "75,8 % laporan di Kota Samarinda pada Mei 2026 berstatus selesai: 379 dari 500 laporan.", 75.8, "64.72", ""},
		},
		{
			city.MeasureQuery{Measure: "porsi_laporan", Channel: "whatsapp", Period: "bulan_lalu"},
			told{"", "75,8 % laporan di Kota Samarinda pada Mei 2026 disampaikan lewat WhatsApp: 379 dari 500 laporan.", 75.8, "64.72", ""},
		},
		{
			city.MeasureQuery{Measure: "persen_tepat_waktu", Period: "bulan_lalu"},
			told{"", "Persentase laporan warga yang selesai tepat waktu di Kota Samarinda pada Mei 2026 adalah 85,2 %.", 85.23, "64.72", ""},
		},
		{
			city.MeasureQuery{Measure: "kejadian_aktif", Category: "banjir-drainase"},
			told{"", "Ada 12 kejadian aktif banjir dan drainase di Kota Samarinda per 18 Juni 2026 20.00 WITA.", 12, "64.72", "banjir-drainase"},
		},
		{
			city.MeasureQuery{Measure: "indikator_terakhir", Indicator: "kecepatan-jalan", Area: "64.72.07"},
			told{"", "Kecepatan rata-rata jalan utama di Kecamatan Sambutan terakhir 25,2 km/jam, diamati Kamis, 18 Juni 2026 07.00 WITA.", 25.2, "64.72.07", ""},
		},
		{
			city.MeasureQuery{Measure: "indikator_terakhir", Indicator: "muka-air-benanga"},
			told{"", "Tinggi muka air Bendungan Benanga terakhir 7,80 m, diamati Rabu, 17 Juni 2026 07.00 WITA. Itu melewati ambang Siaga 7,75 m.", 7.8, "64.72", ""},
		},
		{
			city.MeasureQuery{Measure: "indikator_tertinggi", Indicator: "harga-beras", Period: "bulan_lalu"},
			told{"", "Harga beras medium tertinggi pada Mei 2026 adalah Rp 15.092/kg, pada 12 Mei 2026 07.00 WITA.", 15092, "64.72", ""},
		},
		{
			city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "kecepatan-jalan", Area: "64.72.04", Period: "7_hari_terakhir"},
			told{"", "Rata-rata kecepatan rata-rata jalan utama di Kecamatan Samarinda Ilir dalam 7 hari terakhir (11 Juni 20.00 – 18 Juni 2026 20.00) adalah 27,93 km/jam.", 27.93, "64.72.04", ""},
		},
		{
			city.MeasureQuery{Measure: "hari_di_atas", Indicator: "kecepatan-jalan", Area: "64.72.05", Period: "2026-03", Limit: new(30.1)},
			told{"", "Kecepatan rata-rata jalan utama di Kecamatan Samarinda Utara di atas 30,1 km/jam selama 9 hari pada Maret 2026.", 9, "64.72.05", ""},
		},
	}
	for _, c := range cases {
		got := run(t, deps(s, &hall{}), mayor, city.ToolMeasure, c.in)
		if diff := cmp.Diff(c.want, tell(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key(c.in), diff)
		}
	}
}

func TestThinStaleAndSimulatedAreSaid(t *testing.T) {
	t.Parallel()
	s := &script{t: t, data: city.DataState{Simulated: true}, rows: map[string][]city.MeasureRow{
		"median_waktu_respons - - 2026-01 -":                  vn(5.2, 4),
		"indikator_terakhir - muka-air-benanga sampai_kini -": vt(7.1, at("2026-06-10 07:00")),
	}}
	thin := run(t, deps(s, &hall{}), mayor, city.ToolMeasure, city.MeasureQuery{Measure: "median_waktu_respons", Period: "2026-01"})
	want := []string{"Angka ini memuat data simulasi, bukan data warga yang sebenarnya.", "Hanya dari 4 data (kurang dari 10), jadi belum kokoh."}
	if diff := cmp.Diff(want, thin.Caveats); diff != "" {
		t.Error(diff)
	}
	stale := run(t, deps(s, &hall{}), mayor, city.ToolMeasure, city.MeasureQuery{Measure: "indikator_terakhir", Indicator: "muka-air-benanga"})
	if len(stale.Caveats) != 2 || stale.Caveats[1] != "Data basi: nilai terakhir sudah berumur 8 hari." {
		t.Errorf("%q", stale.Caveats)
	}
}

func TestMissingIsNoZero(t *testing.T) {
	t.Parallel()
	first, last := at("2026-01-01 06:10"), at("2026-06-18 19:30")
	s := &script{t: t, data: city.DataState{First: &first, Last: &last}, miss: map[string]city.Missing{
		"laporan_masuk 64.72.01 kesehatan 2019 -":            city.BeforeData,
		"laporan_masuk 64.72.01 kesehatan 2018 -":            city.BeforeData,
		"indikator_rata_rata 64.72.01 curah-hujan kemarin -": city.NoObservation,
	}}
	got := run(t, deps(s, &hall{}), mayor, city.ToolMeasure, city.MeasureQuery{Measure: "laporan_masuk", Area: "64.72.01", Category: "kesehatan", Period: "2019"})
	want := told{city.Abstained, "Tidak ada data laporan kesehatan di Kecamatan Palaran pada tahun 2019. Data yang ada dari 1 Januari 2026 sampai 18 Juni 2026.", none, "64.72.01", "kesehatan"}
	if diff := cmp.Diff(want, tell(got)); diff != "" {
		t.Error(diff)
	}
	got = run(t, deps(s, &hall{}), mayor, city.ToolMeasure, city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "curah-hujan", Area: "64.72.01", Period: "kemarin"})
	want = told{city.Abstained, "Tidak ada data curah hujan harian di Kecamatan Palaran kemarin (17 Juni 2026). Data yang ada untuk wilayah lain dari 1 Januari 2026 sampai 18 Juni 2026.", none, "64.72.01", ""}
	if diff := cmp.Diff(want, tell(got)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareIsWorded(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_belum_selesai - - sampai_kini - DLH":       v(30),
		"laporan_belum_selesai - - sampai_kini - DPUPR":     v(40),
		"laporan_masuk 64.72.06 pohon-tumbang 2026-04 -":    v(13),
		"laporan_masuk 64.72.06 pohon-tumbang 2026-03 -":    v(11),
		"laporan_masuk 64.72.08 sampah bulan_lalu -":        v(8),
		"laporan_masuk 64.72.08 sampah 2026-04 -":           v(8),
		"laporan_masuk 64.72.01 sampah bulan_lalu -":        v(4),
		"laporan_masuk 64.72.01 sampah 2026-04 -":           v(0),
		"laporan_masuk 64.72.07 sampah bulan_lalu -":        v(16),
		"laporan_masuk 64.72.10.1003 jalan-rusak 2026-05 -": v(2),
		"laporan_masuk 64.72.10.1003 jalan-rusak 2026-04 -": v(10),
		"persen_tepat_waktu - - bulan_lalu -":               vn(85.2, 300),
		"persen_tepat_waktu - - 2026-04 -":                  vn(80.1, 310),
		"laporan_masuk - sampah bulan_lalu -":               v(30),
		"laporan_masuk - jalan-rusak bulan_lalu -":          v(20),
		"laporan_masuk - - bulan_ini -":                     v(300),
		"laporan_masuk - - 2026-05 -":                       v(600),
	}}
	q := func(area, category, period string) city.MeasureQuery {
		return city.MeasureQuery{Measure: "laporan_masuk", Area: area, Category: category, Period: period}
	}
	cases := []struct {
		in   city.CompareInput
		want told
	}{
		{
			city.CompareInput{MeasureQuery: q("64.72.06", "pohon-tumbang", "2026-04"), AgainstPeriod: "2026-03"},
			told{"", "Laporan pohon di Kecamatan Sungai Kunjang naik 18,2 %: 13 laporan pada April 2026, 11 laporan pada Maret 2026.", 18.2, "64.72.06", "pohon-tumbang"},
		},
		{
			city.CompareInput{MeasureQuery: q("64.72.10.1003", "jalan-rusak", "2026-05"), AgainstPeriod: "sebelumnya"},
			told{"", "Laporan jalan rusak di Kelurahan Sengkotek turun 80,0 %: 2 laporan pada Mei 2026, 10 laporan pada April 2026.", -80, "64.72.10.1003", "jalan-rusak"},
		},
		{
			city.CompareInput{MeasureQuery: q("64.72.08", "sampah", "bulan_lalu")},
			told{"", "Laporan sampah di Kecamatan Sungai Pinang tetap: 8 laporan pada Mei 2026, 8 laporan pada April 2026.", 0, "64.72.08", "sampah"},
		},
		{
			city.CompareInput{MeasureQuery: q("64.72.01", "sampah", "bulan_lalu")},
			told{"", "Laporan sampah di Kecamatan Palaran naik dari 0 menjadi 4 laporan (pada April 2026 dan pada Mei 2026).", none, "64.72.01", "sampah"},
		},
		{
			city.CompareInput{MeasureQuery: q("64.72.01", "sampah", "bulan_lalu"), AgainstArea: "64.72.07"},
			told{"", "Laporan sampah pada Mei 2026: Kecamatan Palaran 4 laporan, Kecamatan Sambutan 16 laporan. Kecamatan Palaran lebih sedikit 75,0 %.", -75, "64.72.01", "sampah"},
		},
		{
			city.CompareInput{MeasureQuery: city.MeasureQuery{Measure: "laporan_belum_selesai", Office: "DLH"}, AgainstOffice: "DPUPR"},
			told{"", "Laporan warga yang belum selesai di Kota Samarinda per 18 Juni 2026 20.00 WITA: DLH 30 laporan, DPUPR 40 laporan. DLH lebih sedikit 25,0 %.", -25, "64.72", ""},
		},
		{
			city.CompareInput{MeasureQuery: q("", "sampah", "bulan_lalu"), AgainstCategory: "jalan-rusak"},
			told{"", "Laporan warga di Kota Samarinda pada Mei 2026: sampah 30 laporan, jalan rusak 20 laporan. Sampah lebih banyak 50,0 %.", 50, "64.72", "sampah"},
		},
		{
			city.CompareInput{MeasureQuery: city.MeasureQuery{Measure: "persen_tepat_waktu", Period: "bulan_lalu"}},
			told{"", "Persentase laporan warga yang selesai tepat waktu di Kota Samarinda naik 5,1 poin persen: 85,2 % pada Mei 2026, 80,1 % pada April 2026.", 5.1, "64.72", ""},
		},
		{
			city.CompareInput{MeasureQuery: q("", "", "bulan_ini")},
			told{"", "Laporan warga di Kota Samarinda turun 50,0 %: 300 laporan pada bulan ini (1–18 Juni 2026), 600 laporan pada Mei 2026.", -50, "64.72", ""},
		},
	}
	for _, c := range cases {
		got := run(t, deps(s, &hall{}), mayor, city.ToolCompare, c.in)
		if diff := cmp.Diff(c.want, tell(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if c.in.Period == "bulan_ini" && (len(got.Caveats) != 1 || got.Caveats[0] != "Periode 1–18 Juni 2026 belum penuh, pembandingnya penuh.") {
			t.Errorf("a part of a month against a whole one, unsaid: %q", got.Caveats)
		}
	}
}

func TestRankIsWorded(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_masuk - lampu-jalan 7_hari_terakhir kecamatan":       parts("64.72.08", 14, "64.72.01", 9, "64.72.07", 9, "", 3),
		"laporan_masuk - kesehatan 2026-03 kecamatan":                 parts("64.72.08", 5, "64.72.01", 5, "64.72.07", 2),
		"laporan_masuk - kesehatan 2019 kecamatan":                    parts(),
		"laporan_masuk 64.72.10.1004 - 2026-02 kategori":              parts("adminduk", 4, "sampah", 3, "pohon-tumbang", 1),
		"laporan_masuk 64.72.01 sampah 2026-03 kelurahan":             parts("64.72.01.1001", 2, "64.72.01.1002", 1, "64.72.01.1003", 3, "64.72.01.1004", 1),
		"median_waktu_respons - - 2026-03 kecamatan":                  {{Key: "64.72.01", Value: new(30.0), N: 3}, {Key: "64.72.02", Value: new(12.4), N: 40}, {Key: "64.72.03", Value: new(11.0), N: 25}},
		"indikator_rata_rata - curah-hujan 7_hari_terakhir kecamatan": parts("64.72.09", 12.49, "64.72.01", 8.0),
		"laporan_masuk - - bulan_lalu kategori":                       parts("sampah", 40, "jalan-rusak", 10, "adminduk", 9),
		"laporan_masuk - - 2026-04 kategori":                          parts("sampah", 22, "jalan-rusak", 12, "adminduk", 3),
		"laporan_belum_selesai - - sampai_kini opd":                   parts("DPUPR", 40, "DLH", 31, "Dishub", 4),
	}}
	q := func(measure, area, category, period string, by city.Dimension) city.MeasureQuery {
		return city.MeasureQuery{Measure: measure, Area: area, Category: category, Period: period, By: by}
	}
	cases := []struct {
		in   city.RankInput
		want told
	}{
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "", "lampu-jalan", "7_hari_terakhir", "kecamatan"), Top: 1},
			told{"", "Laporan lampu jalan dalam 7 hari terakhir (11 Juni 20.00 – 18 Juni 2026 20.00) terbanyak di Kecamatan Sungai Pinang: 14 laporan. Menyusul Kecamatan Palaran 9 dan Kecamatan Sambutan 9.", 14, "64.72.08", "lampu-jalan"},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "", "kesehatan", "2026-03", "kecamatan")},
			told{"", "Laporan kesehatan pada Maret 2026 terbanyak di Kecamatan Palaran dan Kecamatan Sungai Pinang, masing-masing 5 laporan. Menyusul Kecamatan Sambutan 2.", 5, "64.72.01", "kesehatan"},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "", "kesehatan", "2019", "kecamatan")},
			told{"", "Tidak ada laporan kesehatan di kecamatan mana pun pada tahun 2019: 0.", 0, "64.72", "kesehatan"},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "64.72.10.1004", "", "2026-02", "kategori")},
			told{"", "Laporan warga di Kelurahan Harapan Baru pada Februari 2026 terbanyak tentang administrasi kependudukan: 4 laporan. Menyusul sampah 3 dan pohon 1.", 4, "64.72.10.1004", "adminduk"},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "64.72.01", "sampah", "2026-03", "kelurahan"), Order: "tersedikit", Top: 3},
			told{"", "Laporan sampah di Kecamatan Palaran pada Maret 2026 tersedikit di Kelurahan Bantuas: 0 laporan. Menyusul Kelurahan Handil Bakti 1 dan Kelurahan Simpang Pasir 1.", 0, "64.72.01.1005", "sampah"},
		},
		{
			city.RankInput{MeasureQuery: q("median_waktu_respons", "", "", "2026-03", "kecamatan")},
			told{"", "Median waktu respons laporan warga pada Maret 2026 tertinggi di Kecamatan Samarinda Seberang: 12,4 jam. Menyusul Kecamatan Samarinda Ulu 11,0.", 12.4, "64.72.02", ""},
		},
		{
			city.RankInput{MeasureQuery: city.MeasureQuery{Measure: "indikator_rata_rata", Indicator: "curah-hujan", Period: "7_hari_terakhir", By: "kecamatan"}},
			told{"", "Rata-rata curah hujan harian dalam 7 hari terakhir (11 Juni 20.00 – 18 Juni 2026 20.00) tertinggi di Kecamatan Samarinda Kota: 12,49 mm. Menyusul Kecamatan Palaran 8,00.", 12.49, "64.72.09", ""},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_masuk", "", "", "bulan_lalu", "kategori"), Change: true},
			told{"", "Laporan warga paling banyak naik tentang sampah: naik 18 laporan, dari 22 pada April 2026 menjadi 40 pada Mei 2026. Menyusul administrasi kependudukan 6.", 18, "64.72", "sampah"},
		},
		{
			city.RankInput{MeasureQuery: q("laporan_belum_selesai", "", "", "", "opd"), Top: 3},
			told{"", "Laporan warga yang belum selesai per 18 Juni 2026 20.00 WITA terbanyak pada DPUPR: 40 laporan. Menyusul DLH 31 dan Dishub 4.", 40, "64.72", ""},
		},
	}
	for _, c := range cases {
		got := run(t, deps(s, &hall{}), mayor, city.ToolRank, c.in)
		if diff := cmp.Diff(c.want, tell(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key(c.in.MeasureQuery), diff)
		}
	}
}

// TestTablesGiveRatesWherePeopleAreKnown: Palaran's five kelurahan have counted
// people in the pack, the city's ten kecamatan have not.
func TestTablesGiveRatesWherePeopleAreKnown(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_masuk 64.72.01 sampah 2026-03 kelurahan": parts("64.72.01.1001", 29, "64.72.01.1002", 1),
		"laporan_masuk - sampah 2026-03 kecamatan":        parts("64.72.01", 29, "64.72.07", 4),
	}}
	q := city.MeasureQuery{Measure: "laporan_masuk", Area: "64.72.01", Category: "sampah", Period: "2026-03", By: "kelurahan"}
	got := run(t, deps(s, &hall{}), mayor, city.ToolRank, city.RankInput{MeasureQuery: q})
	table := got.Blocks[1]
	if diff := cmp.Diff([]string{"Kelurahan", "Laporan masuk", "Per 10.000 jiwa"}, table.Columns); diff != "" {
		t.Error(diff)
	}
	if row := table.Rows[0]; len(row) != 3 || row[1] != "29 laporan" || row[2] != "12,0" { // 29 of 24,168 people
		t.Errorf("%q", row)
	}
	if m := got.Blocks[0]; m.Kind != "map" || m.Level != "kelurahan" || len(m.Items) != 5 || m.Highlight[0] != "64.72.01.1001" {
		t.Errorf("%+v", m)
	}
	q.Area, q.By = "", "kecamatan"
	got = run(t, deps(s, &hall{}), mayor, city.ToolRank, city.RankInput{MeasureQuery: q})
	if n := len(got.Blocks[1].Columns); n != 2 {
		t.Errorf("%d columns without everybody's count", n)
	}
}
