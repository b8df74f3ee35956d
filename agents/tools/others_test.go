package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

func daysFrom(first string, values ...any) []city.MeasureRow {
	day := at(first + " 00:00")
	var out []city.MeasureRow
	for i, x := range values {
		r := city.MeasureRow{Key: day.AddDate(0, 0, i).Format(time.DateOnly)}
		if n, ok := x.(int); ok {
			r.Value, r.N = new(float64(n)), n
		}
		out = append(out, r)
	}
	return out
}

func TestTrendIsWorded(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_masuk - sampah 2026-06-01..2026-06-08 hari":      daysFrom("2026-06-01", 10, 11, 9, 10, 20, 21, 19, 20),
		"laporan_masuk - jalan-rusak 2026-06-01..2026-06-04 hari": daysFrom("2026-06-01", 10, 12, 11, 10),
		"laporan_masuk - adminduk minggu_ini hari":                daysFrom("2026-06-15", 4, nil, 6, 1),
	}}
	q := func(category, period string) city.MeasureQuery {
		return city.MeasureQuery{Measure: "laporan_masuk", Category: category, Period: period, By: "hari"}
	}
	cases := map[string]struct {
		in      city.MeasureQuery
		text    string
		caveats []string
	}{
		"up": {q("sampah", "2026-06-01..2026-06-08"), "Laporan sampah di Kota Samarinda pada 1–8 Juni 2026 rata-rata 15,0 laporan per hari, tertinggi 21 (6 Juni 2026), terakhir 20 (8 Juni 2026). " +
			"Kecenderungannya naik: rata-rata bagian awal 10,0, bagian akhir 20,0 (100,0 %).", nil},
		"flat": {q("jalan-rusak", "2026-06-01..2026-06-04"), "Laporan jalan rusak di Kota Samarinda pada 1–4 Juni 2026 rata-rata 10,8 laporan per hari, tertinggi 12 (2 Juni 2026), terakhir 10 (4 Juni 2026). " +
			"Tidak ada kecenderungan naik atau turun yang jelas.", nil},
		"gaps": {q("adminduk", "minggu_ini"), "Laporan administrasi kependudukan di Kota Samarinda pada minggu ini (15–18 Juni 2026) rata-rata 5,0 laporan per hari, tertinggi 6 (17 Juni 2026), terakhir 6 (17 Juni 2026).",
			[]string{"Hari yang belum penuh tidak ikut dihitung.", "1 hari tidak ada datanya."}},
	}
	for name, c := range cases {
		got := run(t, deps(s, &hall{}), mayor, city.ToolTrend, c.in)
		if got.Text != c.text {
			t.Errorf("%s:\n%s\nwant\n%s", name, got.Text, c.text)
		}
		if diff := cmp.Diff(c.caveats, got.Caveats); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(got.Blocks) != 1 || got.Blocks[0].Kind != "line" {
			t.Errorf("%s: blocks %+v", name, got.Blocks)
		}
	}
}

func TestForecastIsWorded(t *testing.T) {
	t.Parallel()
	var points []city.ForecastPoint
	for i := range 14 {
		points = append(points, city.ForecastPoint{Day: now.AddDate(0, 0, i).Format(time.DateOnly), Mean: 40 + float64(i%3), Low: 30, High: 55.5})
	}
	h := &hall{forecasts: []city.Forecast{{
		Kind: city.ForecastReports, AreaCode: "64.72", MadeAt: now.Add(-time.Hour), Through: "2026-06-17", Points: points, Coverage: new(0.812), Relative: new(0.9),
	}}}
	got := run(t, deps(&script{t: t}, h), mayor, city.ToolForecast, city.ForecastInput{})
	want := "Dalam 7 hari ke depan (19–25 Juni 2026) diperkirakan sekitar 287 laporan di Kota Samarinda. Per hari kisarannya 30,0–55,5 (80 %), tertinggi 42,0 pada 20 Juni 2026."
	if got.Text != want || got.Figures[got.Head].Value != 287 || got.Blocks[0].Items[0].Low == nil {
		t.Errorf("%s\nhead %v", got.Text, got.Figures[got.Head])
	}
	if len(got.Caveats) != 2 || got.Caveats[1] != "Pada data yang lalu 81,2 % hari jatuh di dalam kisarannya." {
		t.Errorf("%q", got.Caveats)
	}
	if got := run(t, deps(&script{t: t}, h), mayor, city.ToolForecast, city.ForecastInput{Category: "sampah"}); got.Status != city.Abstained {
		t.Errorf("a forecast that nobody made: %+v", got)
	}
	later := mayor
	later.At = now.AddDate(0, 1, 0)
	if got := run(t, deps(&script{t: t}, h), later, city.ToolForecast, city.ForecastInput{}); got.Status != city.Abstained {
		t.Errorf("an old forecast: %+v", got)
	}
	earlier := mayor
	earlier.At = now.AddDate(0, 0, -9)
	if got := run(t, deps(&script{t: t}, h), earlier, city.ToolForecast, city.ForecastInput{}); got.Status != city.Abstained {
		t.Errorf("a forecast that was not made then: %s", got.Text)
	}
}

func someReports() []city.ReportSummary {
	var out []city.ReportSummary
	for i := range 14 {
		r := city.ReportSummary{ID: int64(100 + i), AreaCode: "64.72.01.1001", Category: "sampah", CreatedAt: now.Add(-time.Duration(i+1) * time.Hour), Text: "Rahasia warga bernama Budi 0812345"}
		if i%4 == 0 {
			r.Category = "jalan-rusak"
		}
		if i < 3 {
			due := now.Add(2 * time.Hour)
			r.DueAt = &due
			r.Lon, r.Lat = new(117.15), new(-0.5)
		}
		out = append(out, r)
	}
	return out
}

func TestReportsComeAsNumbersOnly(t *testing.T) {
	t.Parallel()
	h := &hall{reports: someReports()}
	d := deps(&script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_masuk 64.72.01 - 30_hari_terakhir -": v(14), "laporan_masuk 64.72.02 - hari_ini -": v(0),
	}}, h)
	d.Places = func(_ context.Context, name, _ string) ([]Place, error) {
		all := map[string][]Place{
			"Pasar Pagi": {{Name: "Pasar Pagi", Area: "64.72.01.1001", Lon: 117.15, Lat: -0.5, RadiusM: 200}},
			"Simpang":    {{Name: "Simpang Empat", Area: "64.72.01.1001"}, {Name: "Simpang Lima", Area: "64.72.02.1001"}},
		}
		return all[name], nil
	}
	d.Stems = strings.Fields
	cases := map[string]struct {
		in   city.NearInput
		text string
		ids  int
	}{
		"area":       {city.NearInput{Area: "64.72.01"}, "Ada 14 laporan warga di Kecamatan Palaran dalam 30 hari terakhir (19 Mei 20.00 – 18 Juni 2026 20.00). Ditampilkan 10 yang terbaru. Terbanyak tentang sampah: 10.", 10},
		"place":      {city.NearInput{Place: "Pasar Pagi", Category: "sampah", Top: 5}, "Ada 2 laporan sampah di sekitar Pasar Pagi, Kelurahan Rawa Makmur dalam 30 hari terakhir (19 Mei 20.00 – 18 Juni 2026 20.00).", 2},
		"mentioned":  {city.NearInput{Place: "Dermaga Lama", Category: "sampah", Top: 20}, "Ada 10 laporan sampah di Kota Samarinda yang menyebut “Dermaga Lama” dalam 30 hari terakhir (19 Mei 20.00 – 18 Juni 2026 20.00).", 10},
		"open there": {city.NearInput{Place: "Dermaga Lama", Category: "sampah", Status: "belum_selesai", Top: 20}, "Ada 10 laporan sampah di Kota Samarinda yang belum selesai dan menyebut “Dermaga Lama” per 18 Juni 2026 20.00 WITA.", 10},
		"none":       {city.NearInput{Area: "64.72.02", Period: "hari_ini"}, "Tidak ada laporan warga di Kecamatan Samarinda Seberang hari ini (18 Juni 2026, sampai pukul 20.00): 0.", 0},
	}
	for name, c := range cases {
		got := run(t, d, mayor, city.ToolNear, c.in)
		if got.Text != c.text {
			t.Errorf("%s:\n%s\nwant\n%s", name, got.Text, c.text)
		}
		ids := 0
		for _, b := range got.Blocks {
			ids += len(b.IDs)
		}
		if ids != c.ids {
			t.Errorf("%s: %d ids", name, ids)
		}
		if body, _ := json.Marshal(got); strings.Contains(string(body), "Budi") || strings.Contains(string(body), "0812") {
			t.Errorf("%s: a citizen's words came out", name)
		}
	}
	if got := run(t, d, mayor, city.ToolNear, city.NearInput{Place: "Simpang"}); got.Status != city.Clarify || len(got.Options) != 2 || got.Options[1].Call == nil {
		t.Errorf("two places: %+v", got)
	}
}

func someIncidents() []city.Incident {
	return []city.Incident{
		{ID: 12, Title: "Jalan di depan rumah Pak Budi", Category: "jalan-rusak", AreaCode: "64.72.03.1004", Office: "DPUPR", Status: city.IncidentHandled, Urgency: city.Siaga, Voices: 9, Unfinished: 7, FirstAt: at("2026-06-10 08:00"), LastAt: at("2026-06-18 09:15"), Recurrence: 2},
		{ID: 40, Category: "sampah", AreaCode: "64.72.01.1001", Status: city.IncidentNew, Urgency: city.Info, Voices: 30, Unfinished: 30, FirstAt: at("2026-06-17 08:00"), LastAt: at("2026-06-18 19:00"), Doubtful: 3},
	}
}

func TestIncidentsAreWorded(t *testing.T) {
	t.Parallel()
	h := &hall{incidents: someIncidents(), similar: []city.SimilarCase{
		{ID: 3, DaysToClose: new(4.0), Office: "DPUPR", SamePlace: true}, {ID: 5, DaysToClose: new(7.5), Office: "DPUPR"}, {ID: 7},
	}}
	d := deps(&script{t: t}, h)
	one := run(t, d, mayor, city.ToolIncident, city.IncidentInput{ID: 12})
	want := "Kejadian 12 (jalan rusak) di Kelurahan Air Putih: 9 laporan sejak 10 Juni 2026 08.00 WITA, terakhir 18 Juni 2026 09.15 WITA. " +
		"Statusnya ditangani, 7 laporan belum selesai, tingkat Siaga, usulan penanganan oleh DPUPR. Kejadian serupa di tempat yang sama sudah 2 kali dalam 90 hari sebelumnya."
	if one.Text != want {
		t.Errorf("%s\nwant\n%s", one.Text, want)
	}
	if strings.Contains(fmt.Sprint(one), "Budi") {
		t.Error("a title with a citizen's name came out")
	}
	all := run(t, d, mayor, city.ToolIncident, city.IncidentInput{})
	if want := "Ada 2 kejadian aktif di Kota Samarinda. Paling mendesak: kejadian 12 (jalan rusak) di Kelurahan Air Putih, tingkat Siaga, 9 laporan."; all.Text != want {
		t.Errorf("%s\nwant\n%s", all.Text, want)
	}
	if got := run(t, d, mayor, city.ToolIncident, city.IncidentInput{ID: 999}); got.Status != city.Abstained {
		t.Errorf("an incident that is not there: %+v", got)
	}
	like := run(t, d, mayor, city.ToolSimilar, city.SimilarInput{ID: 12})
	if want := "Ada 3 kasus lama yang serupa dengan kejadian 12. 1 di antaranya di tempat yang sama. Yang sudah selesai (2) biasanya butuh 5,8 hari. Paling sering ditangani DPUPR (2)."; like.Text != want {
		t.Errorf("%s\nwant\n%s", like.Text, want)
	}
}

func TestDraftIsOnlyADraft(t *testing.T) {
	t.Parallel()
	d := deps(&script{t: t}, &hall{incidents: someIncidents()})
	got := run(t, d, mayor, city.ToolDraft, city.DraftInput{Incident: 12, WorkingDays: 3})
	want := "Konsep disposisi untuk DPUPR tentang kejadian 12 (jalan rusak) di Kelurahan Air Putih, batas waktu 3 hari kerja, sampai 23 Juni 2026. Ini hanya konsep; belum ada yang dikirim."
	if got.Text != want {
		t.Errorf("%s\nwant\n%s", got.Text, want)
	}
	draft := got.Blocks[0].Draft
	if draft.DueOn != "2026-06-23" || draft.Office != "DPUPR" || draft.Incidents[0] != 12 || draft.Area != "64.72.03.1004" {
		t.Errorf("%+v", draft)
	}
	gravest := run(t, d, mayor, city.ToolDraft, city.DraftInput{Gravest: true, Office: "DPUPR", WorkingDays: 3})
	if draft := gravest.Blocks[0].Draft; draft.Incidents[0] != 12 || draft.DueOn != "2026-06-23" || !strings.HasPrefix(draft.Instruction, "Tindak lanjuti kejadian 12") {
		t.Errorf("%s %+v", gravest.Text, draft)
	}
	byNorm := run(t, d, mayor, city.ToolDraft, city.DraftInput{Category: "sampah", Area: "64.72.01"})
	if !strings.HasPrefix(byNorm.Text, "Konsep disposisi untuk DLH tentang laporan sampah di Kecamatan Palaran, batas waktu ") {
		t.Error(byNorm.Text)
	}
	operator := mayor
	operator.Asker.Role = city.Operator
	if got := run(t, d, operator, city.ToolDraft, city.DraftInput{Incident: 12}); got.Status != city.Refused {
		t.Errorf("an operator drafts instructions: %+v", got)
	}
}

func TestTheRestIsWorded(t *testing.T) {
	t.Parallel()
	due := someReports()
	h := &hall{
		reports: due,
		sources: []city.SourceHealth{
			{Slug: "lapor", Name: "SP4N LAPOR", Freshness: city.Fresh, RowsToday: 40, LastData: &due[0].CreatedAt},
			{Slug: "bmkg", Name: "BMKG cuaca", Freshness: city.Broken, Failures: 5},
			{Slug: "pintu", Name: "Pintu air", Freshness: city.Stale, Pull: city.Fresh, LastData: &due[0].CreatedAt, Data: &city.DataAge{State: city.Stale, Why: city.DataOld, Last: &due[0].CreatedAt}},
			{Slug: "pasar", Name: "Harga pasar", Freshness: city.Stale, Pull: city.Fresh, Data: &city.DataAge{State: city.Stale, Why: city.DataRefused, RefusedSince: &due[0].CreatedAt}},
		},
		alerts: []city.Alert{{Kind: city.AlertWarning, Severity: city.Siaga, Headline: "Hujan lebat disertai petir", Attribution: "BMKG", Since: now.Add(-time.Hour)}},
		picture: city.HazardPicture{At: now.Add(-10 * time.Minute), Inputs: []city.HazardInputState{{Role: city.RoleLevel, Slug: "muka-air-benanga", Freshness: city.InputFresh}},
			Risks: []city.HazardRisk{{AreaCode: "64.72.08.1001", AreaName: "Temindung Permai", HorizonHours: 1, Level: city.Siaga}, {AreaCode: "64.72.01.1001", AreaName: "Rawa Makmur", HorizonHours: 1, Level: city.Info}}},
		atRisk: city.AtRiskList{Within: now.AddDate(0, 0, 3), Items: make([]city.AtRisk, 6)},
	}
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"indikator_terakhir - muka-air-benanga sampai_kini -": vt(7.4, at("2026-06-18 19:00")),
		"laporan_lewat_tenggat - - sampai_kini -":             v(55),
		"laporan_masuk 64.72.07 - 30_hari_terakhir -":         v(120),
		"laporan_selesai 64.72.07 - 30_hari_terakhir -":       v(100),
		"laporan_belum_selesai 64.72.07 - sampai_kini -":      v(36),
		"laporan_lewat_tenggat 64.72.07 - sampai_kini -":      v(9),
		"laporan_masuk 64.72.07 - 30_hari_terakhir kategori":  parts("sampah", 50, "adminduk", 20),
		"laporan_masuk - - bulan_ini - DPUPR":                 v(80),
		"laporan_selesai - - bulan_ini - DPUPR":               v(70),
		"laporan_belum_selesai - - sampai_kini - DPUPR":       v(40),
		"laporan_lewat_tenggat - - sampai_kini - DPUPR":       v(12),
		"median_waktu_selesai - - bulan_ini - DPUPR":          vn(72.5, 70),
		"persen_tepat_waktu - - bulan_ini - DPUPR":            vn(80, 70),
		"laporan_belum_selesai - - sampai_kini opd":           parts("DPUPR", 40, "DLH", 31),
		"laporan_lewat_tenggat - - sampai_kini opd":           parts("DPUPR", 12),
		"laporan_masuk - sampah bulan_ini kecamatan":          parts("64.72.01", 30, "64.72.02", 10),
	}}
	cases := []struct {
		tool  string
		input any
		want  string
	}{
		{city.ToolSources, city.SourcesInput{}, "Ada 4 sumber data: 1 langsung, 2 basi, dan 1 terputus. Yang bermasalah: BMKG cuaca, Pintu air, dan Harga pasar."},
		{city.ToolSources, city.SourcesInput{Source: "pasar"}, "Sumber data Harga pasar terhubung, semua baris ditolak. Hari ini masuk 0 baris."},
		{city.ToolSources, city.SourcesInput{Source: "bmkg"}, "Sumber data BMKG cuaca terputus. Hari ini masuk 0 baris. Gagal 5 kali berturut-turut."},
		{city.ToolAgenda, city.AgendaInput{}, "Kalender acara belum tersambung, jadi janji temu dan rapat tidak diketahui. 18 Juni 2026 adalah hari kerja; 3 laporan jatuh tempo hari itu. Yang sudah melewati batas waktu: 55 laporan. " +
			"6 laporan kemungkinan melewati tenggat sebelum 21 Juni 2026. Ada 1 peringatan yang berlaku; teratas: peringatan BMKG tingkat Siaga."},
		{city.ToolWeather, city.WeatherInput{}, "Keadaan terakhir di Kota Samarinda: tinggi muka air Bendungan Benanga 7,40 m. " +
			"Risiko banjir 1 jam ke depan meningkat di 1 kelurahan; tertinggi Kelurahan Temindung Permai, tingkat Siaga (dinilai 18 Juni 2026 19.50 WITA). Ada 1 peringatan resmi yang berlaku; tertinggi: peringatan BMKG tingkat Siaga."},
		{city.ToolWeather, city.WeatherInput{Area: "64.72.01"}, "Keadaan terakhir di Kecamatan Palaran: tinggi muka air Bendungan Benanga 7,40 m. " +
			"Risiko banjir 1 jam ke depan tidak meningkat di kelurahan mana pun (0), dinilai 18 Juni 2026 19.50 WITA. Ada 1 peringatan resmi yang berlaku; tertinggi: peringatan BMKG tingkat Siaga."},
		{city.ToolArea, city.AreaInput{Area: "64.72.07"}, populated("64.72.07") + "Dalam 30 hari terakhir (19 Mei 20.00 – 18 Juni 2026 20.00) ada 120 laporan masuk di Kecamatan Sambutan dan 100 diselesaikan; sekarang 36 belum selesai, 9 di antaranya melewati batas waktu. Keluhan terbanyak: sampah, 50 laporan."},
		{city.ToolOffice, city.OfficeInput{Office: "dpupr", Period: "bulan_ini"}, "DPUPR punya 40 laporan yang belum selesai, 12 di antaranya melewati batas waktu. Pada bulan ini (1–18 Juni 2026) masuk 80 dan selesai 70, median waktu penyelesaian 72,5 jam, tepat waktu 80,0 %."},
		{city.ToolOffice, city.OfficeInput{}, "Laporan yang belum selesai di Kota Samarinda per 18 Juni 2026 20.00 WITA terbanyak pada DPUPR: 40, 12 di antaranya melewati batas waktu. Menyusul DLH 31."},
		{city.ToolMap, city.MapInput{MeasureQuery: city.MeasureQuery{Measure: "laporan_masuk", Category: "sampah", Period: "bulan_ini"}, Level: "kecamatan"}, "Ada 40 laporan sampah di Kota Samarinda pada bulan ini (1–18 Juni 2026). Terbanyak: Kecamatan Palaran 30 dan Kecamatan Samarinda Seberang 10."},
		{city.ToolMap, `{"area":"64.72.05.1003"}`, "Kelurahan Lempake, Kecamatan Samarinda Utara ditampilkan di peta."},
		{city.ToolExplain, city.ExplainInput{Category: "lampu-jalan"}, ""},
		{city.ToolExplain, city.ExplainInput{Indicator: "muka-air-benanga"}, ""},
		{city.ToolExplain, city.ExplainInput{Measure: "median_waktu_respons"}, ""},
	}
	for _, c := range cases {
		got := run(t, deps(s, h), mayor, c.tool, c.input)
		if c.want != "" && got.Text != c.want || got.Failed || got.Text == "" {
			t.Errorf("%s:\n%s\nwant\n%s\n%v", c.tool, got.Text, c.want, got.Err)
		}
		if c.want == "" {
			t.Logf("%s: %s", c.tool, got.Text)
		}
	}
}

func populated(code string) string {
	for _, a := range foundation().Areas {
		if a.Code == code && a.Population > 0 {
			return fmt.Sprintf("%s berpenduduk %s jiwa (data tahun %d). ", rankedName(a), city.FormatNumber(float64(a.Population), 0), a.PopulationYear)
		}
	}
	return ""
}

func TestCalculatesFromFiguresOfTheTurnOnly(t *testing.T) {
	t.Parallel()
	c := mayor
	c.Figures = []city.Figure{{ID: "E1", Label: "a", Value: 13, Unit: "laporan", Area: "64.72.01"}, {ID: "E2", Label: "b", Value: 11, Unit: "laporan", Area: "64.72.02"}, {ID: "E3", Label: "c", Value: 2.5, Unit: "jam", Decimals: 1}, {ID: "E4", Label: "d", Unit: "laporan"}}
	d := deps(&script{t: t}, &hall{})
	for op, want := range map[string]string{
		"sum":        "Jumlah 13 laporan dan 11 laporan adalah 24 laporan.",
		"difference": "Selisih 13 laporan dan 11 laporan adalah 2 laporan.",
		"ratio":      "13 laporan adalah 1,18 kali 11 laporan.",
		"percent":    "13 laporan adalah 118,2 % dari 11 laporan.",
		"change":     "Dari 11 laporan menjadi 13 laporan: naik 18,2 %.",
	} {
		got := run(t, d, c, city.ToolCalculate, city.CalculateInput{Operation: op, Of: []string{"E1", "E2"}})
		f := got.Figures[0]
		if got.Text != want || f.Operation != op || !slices.Equal(f.Of, []string{"E1", "E2"}) || f.Area != "" || f.ID != "E5" {
			t.Errorf("%s: %s %+v", op, got.Text, f)
		}
	}
	for _, wrong := range []city.CalculateInput{
		{Operation: "sum", Of: []string{"E1", "E9"}}, {Operation: "sum", Of: []string{"E1", "E3"}}, {Operation: "power", Of: []string{"E1", "E2"}},
		{Operation: "percent", Of: []string{"E1", "E4"}}, {Operation: "change", Of: []string{"E1"}}, {Operation: "difference", Of: []string{"E1", "E2", "E4"}},
	} {
		if got := run(t, d, c, city.ToolCalculate, wrong); !got.Failed {
			t.Errorf("%v: %s", wrong, got.Text)
		}
	}
}

func TestEndingToolsTakeNoFigures(t *testing.T) {
	t.Parallel()
	d := deps(&script{t: t}, &hall{})
	cases := []struct {
		tool   string
		input  any
		status city.AnswerStatus
		text   string
	}{
		{city.ToolAskBack, city.AskBackInput{Question: "Sempaja mana yang dimaksud?"}, city.Clarify, "Sempaja mana yang dimaksud?"},
		{city.ToolAskBack, city.AskBackInput{Question: "Simpang Tiga 7 hari atau 30 hari terakhir?"}, city.Clarify, "Simpang Tiga 7 hari atau 30 hari terakhir?"},
		{city.ToolAskBack, city.AskBackInput{Question: "Ada 9.999 laporan, lanjut?"}, city.Clarify, "Yang mana yang dimaksud?"},
		{city.ToolAskBack, city.AskBackInput{Question: "Buka <a href=x>ini</a>?"}, city.Clarify, "Yang mana yang dimaksud?"},
		{city.ToolUnknown, city.UnknownInput{Subject: "Jumlah kapal di pelabuhan", Reason: "belum ada sumber datanya"}, city.Abstained, "Data tentang jumlah kapal di pelabuhan tidak ada di Balaikota. Belum ada sumber datanya."},
		{city.ToolUnknown, city.UnknownInput{Subject: "kapal", Reason: "yang ada hanya 42 kapal"}, city.Abstained, "Data tentang kapal tidak ada di Balaikota."},
		{city.ToolDecline, city.DeclineInput{Reason: "mengubah_data"}, city.Refused, refusals["mengubah_data"]},
		{city.ToolDecline, city.DeclineInput{Reason: "identitas", Text: "Nama pelapornya 081234567"}, city.Refused, refusals["identitas"]},
	}
	for _, c := range cases {
		got := run(t, d, mayor, c.tool, c.input)
		if got.Status != c.status || got.Text != c.text || len(got.Figures) != 0 {
			t.Errorf("%s: %s %q", c.tool, got.Status, got.Text)
		}
	}
	if got := run(t, d, mayor, city.ToolDecline, city.DeclineInput{Reason: "malas"}); !got.Failed {
		t.Errorf("a reason of one's own: %+v", got)
	}
}

func TestRightsNarrowWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := &script{t: t, rows: map[string][]city.MeasureRow{
		"laporan_belum_selesai 64.72.05 - sampai_kini -": v(20),
		"laporan_belum_selesai - - sampai_kini - DPUPR":  v(40),
	}}
	camat := mayor
	camat.Asker = city.Asker{Role: city.Camat, AreaCode: "64.72.05"}
	got := run(t, deps(s, &hall{}), camat, city.ToolMeasure, city.MeasureQuery{Measure: "laporan_belum_selesai"})
	if got.Text != "Ada 20 laporan warga di Kecamatan Samarinda Utara yang belum selesai per 18 Juni 2026 20.00 WITA." {
		t.Error(got.Text)
	}
	if i := slices.IndexFunc(got.Chips, func(c city.Chip) bool { return c.Kind == "area" }); i < 0 || !got.Chips[i].Assumed || got.Chips[i].Value != "64.72.05" {
		t.Errorf("chips: %+v", got.Chips)
	}
	head := mayor
	head.Asker = city.Asker{Role: city.KepalaOPD, OfficeID: 1}
	got = run(t, deps(s, &hall{}), head, city.ToolMeasure, city.MeasureQuery{Measure: "laporan_belum_selesai"})
	if got.Text != "Ada 40 laporan warga untuk DPUPR di Kota Samarinda yang belum selesai per 18 Juni 2026 20.00 WITA." {
		t.Error(got.Text)
	}
}

var example = regexp.MustCompile(`(?m)^Contoh: .*→ (\{.*\})$`)

// TestDescriptionsTeachWhatIsAccepted runs the decoder of each tool over the
// examples of its page, and its schema over the names of its fields.
func TestDescriptionsTeachWhatIsAccepted(t *testing.T) {
	t.Parallel()
	d := deps(&script{t: t}, &hall{})
	names := []string{
		city.ToolMeasure, city.ToolCompare, city.ToolRank, city.ToolTrend, city.ToolForecast, city.ToolNear, city.ToolIncident, city.ToolSimilar,
		city.ToolExplain, city.ToolSources, city.ToolArea, city.ToolOffice, city.ToolAgenda, city.ToolWeather, city.ToolMap, city.ToolDraft,
		city.ToolCalculate, city.ToolAskBack, city.ToolUnknown, city.ToolDecline,
	}
	if diff := cmp.Diff(names, New(d).Names()); diff != "" {
		t.Fatal(diff)
	}
	for _, one := range New(d).For(t.Context(), mayor.Asker) {
		f := one.Definition().Function
		known := f.Parameters.(map[string]any)["properties"].(map[string]any)
		examples := example.FindAllStringSubmatch(one.Description(), -1)
		if len(examples) != 2 {
			t.Errorf("%s: %d examples, want 2", one.Name(), len(examples))
		}
		for _, e := range examples {
			var fields map[string]any
			if err := json.Unmarshal([]byte(e[1]), &fields); err != nil {
				t.Errorf("%s: %s: %v", one.Name(), e[1], err)
			}
			for name, value := range fields {
				p, ok := known[name].(map[string]any)
				if !ok {
					t.Errorf("%s: example field %q is unknown", one.Name(), name)
					continue
				}
				if values, bound := p["enum"].([]any); bound && value != "" && !slices.Contains(values, value) {
					t.Errorf("%s: %v is no value of %s", one.Name(), value, name)
				}
			}
		}
		for _, said := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(one.Description(), -1) {
			if known[said[1]] == nil && !slices.Contains([]string{"text", "call"}, said[1]) {
				t.Errorf("%s: its page names the field %q", one.Name(), said[1])
			}
		}
		if body, err := json.Marshal(one.Definition()); err != nil || len(body) > 8000 {
			t.Errorf("%s: %d bytes of definition, %v", one.Name(), len(body), err)
		}
	}
}

func TestSchemaOfMeasure(t *testing.T) {
	t.Parallel()
	all := New(deps(&script{t: t}, &hall{})).For(t.Context(), mayor.Asker)
	props := all[0].Definition().Function.Parameters.(map[string]any)["properties"].(map[string]any)
	var fields []string
	for name := range props {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	if diff := cmp.Diff([]string{"area", "assumed", "by", "category", "channel", "indicator", "limit", "measure", "office", "period", "status"}, fields); diff != "" {
		t.Error(diff)
	}
	if n := len(props["measure"].(map[string]any)["enum"].([]any)); n != len(city.Measures()) {
		t.Errorf("%d measures are offered", n)
	}
	if props["area"].(map[string]any)["enum"] != nil {
		t.Error("areas are enumerated; a city has too many")
	}
}
