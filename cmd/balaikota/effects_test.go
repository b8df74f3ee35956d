package main

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

// A city where every kelurahan of two kecamatan hears of the same matter once a
// day or so; the reports of one fall to a third after its disposition is done.
func TestEffectOfADoneDispositionIsMeasuredToItsEnd(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	now := time.Date(2026, 6, 10, 2, 0, 0, 0, wita)
	base := storetest.NewDB(t)
	s := storetest.Open(t, base, storetest.WithClock(func() time.Time { return now }))
	sql := storetest.Connect(t, base.SuperuserURL)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	areas, err := s.Areas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, a := range areas {
		if a.Level == city.Kelurahan && (city.Within(a.Code, storetest.SamarindaUlu) || city.Within(a.Code, storetest.SamarindaUtara)) {
			codes = append(codes, a.Code)
		}
	}
	categories, err := s.Categories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	category := categories[0].Slug
	const days, done = 150, 121 // the action is done 29 days ago, and measured for 28
	d := city.Delivery{SourceID: storetest.Source(t, s)}
	for i := range days {
		day := time.Date(2026, 6, 10, 9, 0, 0, 0, wita).AddDate(0, 0, i-days)
		for u, code := range codes {
			n := 1 + (i*7+u*5+i*i*u%11)%3
			if code == storetest.AirPutih && i > done {
				n = (n + 1) / 4
			}
			for k := range n {
				d.Reports = append(d.Reports, storetest.Report(fmt.Sprintf("r-%d-%d-%d", i, u, k), func(r *city.Report) {
					r.CreatedAt, r.StatedArea, r.Category = day.Add(time.Duration(k)*time.Minute), code, category
				}))
			}
		}
	}
	storetest.Ingest(t, s, d)
	if _, err := sql.Exec(t.Context(), "UPDATE reports SET category = $1", category); err != nil {
		t.Fatal(err)
	}
	if err := s.RebuildRollups(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := doneDisposition(t, sql, category, time.Date(2026, 6, 10, 15, 0, 0, 0, wita).AddDate(0, 0, done-days))
	db := &database{Store: s, city: setting}
	log := slog.New(slog.DiscardHandler)
	// On the day after, it is being measured; at the end it is final.
	early := now.AddDate(0, 0, done-days+12)
	if err := db.measureEffects(t.Context(), early, log); err != nil {
		t.Fatal(err)
	}
	first, err := s.Effect(t.Context(), city.System, id)
	if err != nil || first.Outcome != "measuring" || first.Final {
		t.Fatalf("after some days: %+v, %v", first.Effect, err)
	}
	if err := db.measureEffects(t.Context(), now, log); err != nil {
		t.Fatal(err)
	}
	got, err := s.Effect(t.Context(), city.System, id)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(got.Text.Text, "|", len(got.Matched), "matched")
	if got.Outcome != "worked" || !got.Final || got.Change == nil || *got.Change > -40 || len(got.Matched) == 0 || got.Through != "2026-06-09" {
		t.Errorf("at the end: %+v", got.Effect)
	}
	last := got.Points[len(got.Points)-1]
	if last.Day != "2026-06-09" || last.Seen == nil || last.Expected == nil || last.Others == nil {
		t.Errorf("the chart ends with %+v", last)
	}
	book, err := s.Ledger(t.Context())
	if err != nil || len(book) != 4 || book[0].Cases != 1 || book[0].Worked != 1 || book[0].Verified != 1 {
		t.Errorf("the ledger: %+v, %v", book, err)
	}
	indexAndPages(t, db, now, log)
}

// indexAndPages: the same city has an index at each level, and pages.
func indexAndPages(t *testing.T, db *database, now time.Time, log *slog.Logger) {
	t.Helper()
	if err := db.workOutIndex(t.Context(), now, log); err != nil {
		t.Fatal(err)
	}
	whole, err := db.CityIndex(t.Context(), city.Asker{Role: city.WaliKota}, "")
	if err != nil || len(whole.Parts) != 7 || whole.Low >= whole.High {
		t.Errorf("the index of the city: %+v, %v", whole, err)
	}
	own, err := db.CityIndex(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, storetest.AirPutih)
	if err != nil || own.AreaCode != storetest.AirPutih {
		t.Errorf("the index of a kelurahan: %+v, %v", own, err)
	}
	// What the index calls reports received is what the measure says.
	m, err := db.Measure(t.Context(), city.System, now, city.MeasureQuery{Measure: city.MeasureReceived, Period: "90_hari_terakhir"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range whole.Parts {
		if p.Slug == "suara" && (m[0].Rows[0].Value == nil || p.Cases != *m[0].Rows[0].Value) {
			t.Errorf("the index counts %v reports, the measure %+v", p.Cases, m[0].Rows[0])
		}
	}
	pages, err := db.Pages(t.Context(), city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "", time.Time{}, time.Time{})
	if err != nil || len(pages) == 0 {
		t.Errorf("the pages of a kecamatan: %v, %v", pages, err)
	}
	for _, p := range pages {
		if p.Text.Text == "" || p.Notes == nil {
			t.Errorf("a page without words: %+v", p)
		}
	}
}

// doneDisposition puts a done one for Air Putih.
func doneDisposition(t *testing.T, sql *pgx.Conn, category string, done time.Time) (id int64) {
	t.Helper()
	err := sql.QueryRow(t.Context(), `WITH k AS (INSERT INTO action_kinds (slug, name, name_en, proof, measure, effect_days, low, mid, high, effect_source)
			VALUES ('uji-dampak', 'Uji', 'Test', true, 'reports', 28, -60, -30, 0, 'uji') RETURNING slug), o AS (SELECT id FROM offices WHERE area_code = $1 LIMIT 1)
		INSERT INTO dispositions (client_id, year, number, root_id, from_name, from_role, to_role, to_office_id, to_area, offices, areas, nature, subject, instruction, action,
			proof, status, sent_at, due_at, first_due_at, finished_at, done_at, done_by, last_at, verdict, area_code, category)
		SELECT gen_random_uuid(), 2026, 900, currval('dispositions_id_seq'), 'Wali Kota', 'wali_kota', 'lurah', o.id, $1, ARRAY[o.id], ARRAY[$1::text], 'biasa', 'Bersihkan parit',
			'Kerjakan', k.slug, true, 'done', $3::timestamptz - interval '3 days', $3, $3, $3, $3, 'proof', $3, 'sah', $1, $2
		FROM k, o, (SELECT nextval('dispositions_id_seq')) AS s RETURNING id`, storetest.AirPutih, category, done).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
