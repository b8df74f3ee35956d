package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestReportsThatAreAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := func(id, area, stems string, ago time.Duration) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.StatedArea, r.Stems, r.CreatedAt = area, stems, f.clock.now.Add(-ago)
		})
	}
	f.ingest(t,
		at("sama", storetest.AirPutih, "lampu jalan mati depan pasar malam", time.Hour),
		at("jauh", storetest.Lempake, "lampu jalan mati", time.Hour),
		at("dekat", storetest.AirPutih, "lampu gang mati", 2*time.Hour),
		at("lain", storetest.AirPutih, "lampu hias taman", time.Hour),
		at("lama", storetest.AirPutih, "lampu jalan mati depan pasar malam", 8*24*time.Hour),
	)
	f.ingest(t, at("pergi", storetest.AirPutih, "lampu jalan mati depan pasar malam", time.Hour))
	if _, err := f.sql.Exec(t.Context(), "UPDATE reports SET removed_at = now() WHERE external_id = 'pergi'"); err != nil {
		t.Fatal(err)
	}
	find := func(asker city.Asker, area, category string, stems ...string) string {
		t.Helper()
		list, err := f.AlikeReports(t.Context(), asker, stems, area, category, f.clock.now.AddDate(0, 0, -7), 5)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range list {
			ids = append(ids, r.ExternalID)
		}
		return strings.Join(ids, " ")
	}
	op := city.Asker{Role: city.Operator}
	words := []string{"lampu", "jalan", "mati", "pasar", "it's"}
	for _, c := range []struct{ area, category, want string }{
		{"", "", "sama"},
		{storetest.AirPutih, "", "sama dekat"},
		{storetest.AirPutih, "jalan-rusak", "sama dekat jauh"},
		{storetest.Lempake, "", "jauh sama"},
	} {
		if got := find(op, c.area, c.category, words...); got != c.want {
			t.Errorf("in %q of %q: %q, not %q", c.area, c.category, got, c.want)
		}
	}
	if got := find(op, storetest.AirPutih, "jalan-rusak", "lampu"); got != "" {
		t.Errorf("by one word: %q", got)
	}
	if got := find(city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, storetest.AirPutih, "", words...); got != "" {
		t.Errorf("another's: %q", got)
	}
}

func TestWhatIsTakenDownHasANumber(t *testing.T) {
	t.Parallel()
	d := city.DeskReport{ClientID: "3f2a9c1e-0000-4000-8000-000000000001", Channel: "112", Text: "  Pohon tumbang menutup jalan \n", Who: city.Reporter{Name: " Warga "}}
	got, err := d.Clean()
	if err != nil || got.Tickets()[0] != "112-3F2A9C1E" || got.Tickets()[1] != "112-3F2A9C1E0000" || got.Text != "Pohon tumbang menutup jalan" || got.Who.Name != "Warga" {
		t.Errorf("%+v, %v", got, err)
	}
	d.Channel = "loket"
	if d.Tickets()[0] != "L-3F2A9C1E" {
		t.Error(d.Tickets())
	}
	for name, change := range map[string]func(*city.DeskReport){
		"short":   func(d *city.DeskReport) { d.Text = "banjir" },
		"long":    func(d *city.DeskReport) { d.Text = strings.Repeat("x", 4001) },
		"channel": func(d *city.DeskReport) { d.Channel = "radio" },
	} {
		wrong := d
		change(&wrong)
		if _, err := wrong.Clean(); city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
