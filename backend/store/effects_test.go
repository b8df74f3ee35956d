package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

// aKind declares a kind of action and returns its slug.
func (f *fixture) aKind(t *testing.T) string {
	t.Helper()
	return one[string](t, f.sql, `INSERT INTO action_kinds (slug, name, name_en, proof, measure, effect_days, low, mid, high, effect_source)
		VALUES ('uji-dampak', 'Uji dampak', 'Test the effect', true, 'reports', 28, -60, -30, 0, 'uji') RETURNING slug`)
}

// aDone puts a done disposition to an office and returns its number.
func (f *fixture) aDone(t *testing.T, kind, office, area string, number int, done time.Time) int64 {
	t.Helper()
	return one[int64](t, f.sql, `WITH o AS (SELECT id, area_code FROM offices WHERE short_name = $1)
		INSERT INTO dispositions (client_id, year, number, root_id, from_name, from_role, to_role, to_office_id, to_area, offices, areas, nature, subject, instruction, action,
			proof, status, sent_at, due_at, first_due_at, finished_at, done_at, done_by, last_at, verdict, area_code, category)
		SELECT gen_random_uuid(), 2026, $3, currval('dispositions_id_seq'), 'Wali Kota', 'wali_kota', CASE WHEN o.area_code = '' THEN 'kepala_opd' ELSE 'lurah' END, o.id, o.area_code,
			ARRAY[o.id], ARRAY[o.area_code], 'biasa', 'Bersihkan parit', 'Kerjakan', $4, true, 'done', $5::timestamptz - interval '2 days', $5::timestamptz + interval '1 day',
			$5::timestamptz + interval '1 day', $5, $5::timestamptz + interval '1 hour', 'proof', $5, 'sah', $2, (SELECT slug FROM categories ORDER BY slug LIMIT 1)
		FROM o, (SELECT nextval('dispositions_id_seq')) AS s RETURNING id`, office, area, number, kind, done)
}

func anEffect(id int64, office int64, kind, area string, final bool) store.SavedEffect {
	change, low, high, ratio, width := -42.0, -57.0, -25.0, -0.54, 0.2
	e := store.SavedEffect{OfficeID: office, LogRatio: &ratio, LogError: &width}
	e.Effect = city.Effect{
		DispositionID: id, Action: kind, AreaCode: area, Measure: "reports", DoneOn: "2026-03-01", Through: "2026-03-29", Days: 28, Season: "peralihan", Change: &change, Low: &low,
		High: &high, Outcome: "worked", Text: city.Said{Text: "turun", TextEN: "down"}, Method: "m", Matched: []string{}, MeasuredAt: noon, Final: final,
	}
	seen := 2.0
	e.Points = []city.EffectPoint{{Day: "2026-03-02", Seen: &seen}}
	return e
}

// TestWhatIsDoneAndNotMeasuredSaysWhenItWillBe: the page asks as soon as it is done.
func TestWhatIsDoneAndNotMeasuredSaysWhenItWillBe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	kind := f.aKind(t)
	here := f.officeOf(t, storetest.AirPutih)
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	// 23.00 WITA of the first: the day in the city counts.
	done := time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)
	id, free, whole := f.aDone(t, kind, here, storetest.AirPutih, 903, done), f.aDone(t, kind, here, storetest.AirPutih, 904, done), f.aDone(t, kind, here, storetest.AirPutih, 905, done)
	part := f.aDone(t, kind, here, storetest.AirPutih, 906, done)
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET action = CASE WHEN id = $1::bigint THEN NULL ELSE action END, parent_id = CASE WHEN id = $2::bigint THEN $3::bigint END WHERE id IN ($1::bigint, $2::bigint)",
		free, part, whole); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		id            int64
		outcome, text string
	}{
		"waits":   {id, "measuring", "Dampak: belum diukur; pengukuran mulai Senin, 2 Maret 2026, hasil akhir Senin, 30 Maret 2026 setelah 28 hari."},
		"no kind": {free, "not_measured", city.EffectOfNoKind.Text},
		"parts":   {whole, "not_measured", city.EffectOfParts.Text},
	} {
		got, err := f.Effect(t.Context(), lurah, c.id)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		equal(t, name, got.Outcome+"|"+got.Text.Text+"|"+got.DoneOn+"|"+got.Season, c.outcome+"|"+c.text+"|2026-03-01|peralihan")
	}
	for name, a := range map[string]city.Asker{"away": {Role: city.Lurah, AreaCode: storetest.Lempake}, "public": {Role: city.Publik}} {
		if _, err := f.Effect(t.Context(), a, id); city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Done again after a measuring that ended: the old figures are of the old work.
	old := anEffect(id, one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = $1", here), kind, storetest.AirPutih, true)
	if err := f.KeepEffects(t.Context(), []store.SavedEffect{old}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET finished_at = finished_at + interval '40 days', done_at = done_at + interval '40 days' WHERE id = $1", id); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Effect(t.Context(), lurah, id); err != nil || got.Outcome != "measuring" || got.DoneOn != "2026-04-10" {
		t.Errorf("done again: %+v, %v", got.Effect, err)
	}
}

func TestEffectsAreSeenWithTheirDispositionsAndStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	kind := f.aKind(t)
	agency, here := "BPBD", f.officeOf(t, storetest.AirPutih)
	agencyID, hereID := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = $1", agency), one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = $1", here)
	done := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	one1, two := f.aDone(t, kind, here, storetest.AirPutih, 901, done), f.aDone(t, kind, agency, storetest.Lempake, 902, done)
	if err := f.KeepEffects(t.Context(), []store.SavedEffect{anEffect(one1, hereID, kind, storetest.AirPutih, true), anEffect(two, agencyID, kind, storetest.Lempake, false)}); err != nil {
		t.Fatal(err)
	}
	if err := f.KeepLedger(t.Context(), noon, []store.SavedLine{
		{LedgerLine: city.LedgerLine{Action: kind, Cases: 2, Worked: 2, Verified: 2}},
		{LedgerLine: city.LedgerLine{Action: kind, Cases: 1, Worked: 1, Verified: 1}, OfficeID: hereID},
		{LedgerLine: city.LedgerLine{Action: kind, Season: "hujan", Cases: 1}, OfficeID: agencyID},
	}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		asker         city.Asker
		effects, book int
	}{
		"wali_kota":  {city.Asker{Role: city.WaliKota}, 2, 3},
		"auditor":    {city.Asker{Role: city.Auditor}, 2, 3},
		"kepala_opd": {city.Asker{Role: city.KepalaOPD, OfficeID: agencyID}, 1, 2},
		"other opd":  {city.Asker{Role: city.KepalaOPD, OfficeID: agencyID + 100000}, 0, 1},
		"camat":      {city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, 1, 2},
		"lurah":      {city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, 1, 2},
		"lurah away": {city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, 0, 1},
		"publik":     {city.Asker{Role: city.Publik}, 0, 0},
	} {
		effects, err := f.Effects(t.Context(), c.asker, city.EffectFilter{Action: kind})
		if err != nil {
			t.Fatal(err)
		}
		book, err := f.EffectLedger(t.Context(), c.asker, city.EffectFilter{})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name+" effects", len(effects), c.effects)
		equal(t, name+" ledger", len(book), c.book)
		past, err := f.PastActions(t.Context(), c.asker, kind, "", storetest.AirPutih, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name+" past", len(past), c.effects)
	}
	if _, err := f.Effect(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, one1); city.CodeOf(err) != city.NotFound {
		t.Errorf("somebody else's effect: %v", err)
	}
	past, _ := f.PastActions(t.Context(), city.System, kind, "", storetest.Lempake, "", 1)
	if len(past) != 1 || past[0].DispositionID != two || past[0].Number != "DSP/0902/II/2026" || past[0].Effect == nil {
		t.Errorf("the nearest earlier action: %+v", past)
	}
	f.effectsStay(t, kind, hereID, one1, two)
}

// effectsStay: a final effect stays as it is, whoever tries; one of a
// disposition that was opened again goes.
func (f *fixture) effectsStay(t *testing.T, kind string, hereID, final, open int64) {
	t.Helper()
	changed := anEffect(final, hereID, kind, storetest.AirPutih, true)
	changed.Outcome = "worse"
	if err := f.KeepEffects(t.Context(), []store.SavedEffect{changed}); err != nil {
		t.Fatal(err)
	}
	got, err := f.Effect(t.Context(), city.System, final)
	if err != nil || got.Outcome != "worked" || len(got.Points) != 1 {
		t.Errorf("a final effect was measured again: %+v, %v", got, err)
	}
	for _, sql := range []string{"UPDATE effects SET outcome = 'worse' WHERE final", "DELETE FROM effects WHERE final"} {
		if _, err := f.sql.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is allowed", sql)
		}
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET status = 'working', done_at = NULL, done_by = '', finished_at = NULL WHERE id = $1", open); err != nil {
		t.Fatal(err)
	}
	if err := f.KeepEffects(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Effect(t.Context(), city.System, open); city.CodeOf(err) != city.NotFound {
		t.Errorf("the effect of what was opened again stands: %v", err)
	}
}

func TestIndexesAndPagesAreSeenByTheirOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	young, err := f.CityIndex(t.Context(), mayor, "")
	if err != nil || young.AreaCode != storetest.CityCode || young.Parts == nil || len(young.Parts) != 0 {
		t.Errorf("the index before the first evening: %+v, %v", young, err)
	}
	if _, err := f.CityIndex(t.Context(), mayor, storetest.AirPutih); city.CodeOf(err) != city.NotFound {
		t.Errorf("the index of an area before the first evening: %v", err)
	}
	var all []city.CityIndex
	for _, code := range []string{storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih, storetest.Lempake} {
		all = append(all, city.CityIndex{AreaCode: code, At: noon, Score: 60, Low: 40, High: 80, Parts: []city.IndexPart{}})
	}
	if err := f.KeepCityIndexes(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	parts, err := f.IndexParts(t.Context())
	if err != nil || len(parts) != 7 {
		t.Fatalf("parts %v, %v", parts, err)
	}
	for _, p := range parts {
		if _, known := city.MeasureBySlug(p.Measure); p.Measure != "" && !known {
			t.Errorf("part %s measures %q, which is no measure", p.Slug, p.Measure)
		}
	}
	office := f.officeOf(t, storetest.AirPutih)
	id := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'BPBD'")
	offices := one[int](t, f.sql, "SELECT count(*)::int FROM offices")
	inUlu := one[int](t, f.sql, "SELECT count(*)::int FROM offices WHERE area_code <> '' AND area_within(area_code, $1)", storetest.SamarindaUlu)
	for name, c := range map[string]struct {
		asker   city.Asker
		indexes []string
		pages   int
	}{
		"sekda":      {city.Asker{Role: city.Sekda}, []string{storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih, storetest.Lempake}, offices},
		"camat":      {city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, []string{storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih}, inUlu},
		"lurah":      {city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, []string{storetest.CityCode, storetest.AirPutih}, 1},
		"kepala_opd": {city.Asker{Role: city.KepalaOPD, OfficeID: id}, []string{storetest.CityCode}, 1},
		"publik":     {city.Asker{Role: city.Publik}, nil, 0},
	} {
		var seen []string
		for _, x := range all {
			if _, err := f.CityIndex(t.Context(), c.asker, x.AreaCode); err == nil {
				seen = append(seen, x.AreaCode)
			}
		}
		equal(t, name+" indexes", seen, c.indexes)
		pages, err := f.OfficeFacts(t.Context(), c.asker, "", noon.AddDate(0, 0, -90), noon)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name+" pages", len(pages), c.pages)
	}
	other, err := f.OfficeFacts(t.Context(), city.Asker{Role: city.KepalaOPD, OfficeID: id}, office, noon.AddDate(0, 0, -90), noon)
	if err != nil || len(other) != 0 {
		t.Errorf("another office's page: %v, %v", other, err)
	}
}

// TestOfficeFiguresByHand: of four reports one was inherited overdue, one came
// and was closed late, one in time, one stays open past its deadline.
func TestOfficeFiguresByHand(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	from, until := noon.AddDate(0, 0, -30), noon
	report := func(id string, created, due, closed int) city.Report {
		return storetest.Report(id, func(r *city.Report) { r.CreatedAt, r.StatedArea = from.AddDate(0, 0, created), storetest.AirPutih })
	}
	rows := map[string][3]int{"warisan": {-20, -5, 3}, "telat": {1, 5, 9}, "tepat": {2, 9, 6}, "terbuka": {3, 12, 0}}
	for id, r := range rows {
		f.ingest(t, report(id, r[0], r[1], r[2]))
		closed := pgx.NamedArgs{"id": id, "due": from.AddDate(0, 0, r[1]), "closed": from.AddDate(0, 0, r[2]), "is": r[2] != 0}
		if _, err := f.sql.Exec(t.Context(), `UPDATE reports SET office_id = (SELECT id FROM offices WHERE short_name = 'BPBD'), due_at = @due,
			closed_at = CASE WHEN @is THEN @closed::timestamptz END, status = CASE WHEN @is THEN 'closed' ELSE 'open' END WHERE external_id = @id`, closed); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.OfficeFacts(t.Context(), city.Asker{Role: city.WaliKota}, "BPBD", from, until)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	g := got[0]
	equal(t, "figures", []int{g.Inherited, g.InheritedLate, g.Received, g.Closed, g.Open}, []int{1, 1, 3, 3, 1})
	cells, err := f.OfficeCells(t.Context(), from, until, nil)
	if err != nil {
		t.Fatal(err)
	}
	cases, late := 0, 0
	for _, c := range cells {
		cases, late = cases+c.Cases, late+c.Late
	}
	equal(t, "due in the period, late", []int{cases, late}, []int{3, 2})
	changes, err := f.OverdueChanges(t.Context(), from.AddDate(0, 0, -60), until)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, c := range changes {
		sum += c.Change
	}
	equal(t, "overdue now", sum, 1)
}
