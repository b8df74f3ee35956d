package store_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// day is an instant of 2026 in WITA, "03-27 09:30".
func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 -0700", "2026-"+s+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

var diskominfo = city.Actor{Name: "uji-operator"}

// one report of DLH about waste (norm: 3 working days; answer 5, so no later
// than the closing), received on Monday 16 March, 09.00 WITA.
func waste(t *testing.T, id string, change ...func(*city.Report)) city.Report {
	t.Helper()
	return storetest.Report(id, append([]func(*city.Report){func(r *city.Report) {
		r.Category, r.CreatedAt, r.Channel = "sampah", day(t, "03-16 09:00"), "whatsapp"
	}}, change...)...)
}

func (f *fixture) number(t *testing.T, externalID string) int64 {
	t.Helper()
	return one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = $1", externalID)
}

func (f *fixture) wantDue(t *testing.T, externalID, respond, due string) {
	t.Helper()
	for column, want := range map[string]string{"respond_due_at": respond, "due_at": due} {
		got := one[*time.Time](t, f.sql, "SELECT CASE $2 WHEN 'due_at' THEN due_at ELSE respond_due_at END FROM reports WHERE external_id = $1", externalID, column)
		if (got == nil) != (want == "") || (got != nil && !got.Equal(day(t, want))) {
			t.Errorf("%s of %s is %v, want %s", column, externalID, got, want)
		}
	}
}

func TestIngestSetsBothDeadlines(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t,
		waste(t, "jalan", func(r *city.Report) { r.Category, r.Channel = "jalan-rusak", "lapor" }),
		waste(t, "sampah"),
		waste(t, "tanpa", func(r *city.Report) { r.Category = "" }))
	// 17 March, then 25, 26, 27, 30, 31 March, 1, 2, 6, 7 April.
	f.wantDue(t, "jalan", "03-31 00:00", "04-08 00:00")
	f.wantDue(t, "sampah", "03-27 00:00", "03-27 00:00")
	f.wantDue(t, "tanpa", "03-31 00:00", "")
	if tally := f.ingest(t, waste(t, "sampah")); tally.Unchanged != 1 {
		t.Errorf("the same row again: %+v", tally)
	}
	list, err := f.Reports(t.Context(), city.System, city.ReportFilter{Category: "jalan-rusak"})
	if err != nil || len(list) != 1 || list[0].RespondDueAt == nil || list[0].Paused {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestNormsAndHolidaysMoveDeadlines(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, waste(t, "sampah"), waste(t, "jalan", func(r *city.Report) { r.Category, r.Channel = "jalan-rusak", "lapor" }))
	before := f.head(t)
	tally, err := f.SaveNorms(t.Context(), diskominfo, []city.Norm{
		{Category: "sampah", CloseDays: 1, AnswerHours: 6, Source: "Perwali uji 1/2026", EffectiveOn: "2026-03-16"},
		{Channel: "Lapor", AnswerDays: 1, Source: "Perwali uji 1/2026", EffectiveOn: "2026-03-17"}, // after the day of receipt
	})
	if err != nil || tally.Added != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	f.wantDue(t, "sampah", "03-16 15:00", "03-18 00:00")
	f.wantDue(t, "jalan", "03-31 00:00", "04-08 00:00")
	if got := f.topic(t, city.TopicReports, before); len(got) != 1 {
		t.Errorf("screens hear %v, want the one whose deadline moved", got)
	}
	if tally, err = f.SaveNorms(t.Context(), diskominfo, []city.Norm{{Category: "sampah", CloseDays: 1, AnswerHours: 6, Source: "Perwali uji 1/2026", EffectiveOn: "2026-03-16"}}); err != nil || tally.Unchanged != 1 {
		t.Errorf("the same norm again: %+v, %v", tally, err)
	}
	if _, err := f.SaveHolidays(t.Context(), []store.Holiday{{Date: time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC), Name: "Libur uji", Kind: "libur", Source: "uji"}}); err != nil {
		t.Fatal(err)
	}
	f.wantDue(t, "sampah", "03-16 15:00", "03-26 00:00")
	f.wantDue(t, "jalan", "04-01 00:00", "04-09 00:00")
	for _, bad := range []city.Norm{
		{Source: "uji", EffectiveOn: "2026-01-01"},
		{CloseDays: 5, EffectiveOn: "2026-01-01"},
		{AnswerDays: 5, AnswerHours: 5, Source: "uji", EffectiveOn: "2026-01-01"},
		{AnswerDays: -1, Source: "uji", EffectiveOn: "2026-01-01"},
	} {
		if _, err := f.SaveNorms(t.Context(), diskominfo, []city.Norm{bad}); city.CodeOf(err) != city.Invalid {
			t.Errorf("%+v was taken: %v", bad, err)
		}
	}
}

func TestPauseStopsTheClockAndResumeMovesTheDeadline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, waste(t, "sampah"))
	id := f.number(t, "sampah")
	operator := city.Asker{Role: city.Operator}
	f.clock.now = day(t, "03-17 12:00")
	before := f.head(t)
	if err := f.PauseReport(t.Context(), diskominfo, operator, id, "Menunggu foto lokasi dari warga"); err != nil {
		t.Fatal(err)
	}
	f.wantDue(t, "sampah", "", "")
	detail, err := f.Report(t.Context(), operator, id)
	if err != nil || !detail.Paused || detail.DueAt != nil {
		t.Errorf("paused: %+v, %v", detail.ReportSummary, err)
	}
	if err := f.PauseReport(t.Context(), diskominfo, operator, id, "Menunggu foto lokasi dari warga"); city.CodeOf(err) != city.Conflict {
		t.Errorf("paused twice: %v", err)
	}
	// A delivery that changes the text leaves the clock standing; the same
	// again is known.
	for _, want := range []city.Tally{{Read: 1, Changed: 1}, {Read: 1, Unchanged: 1}} {
		if got := f.ingest(t, waste(t, "sampah", func(r *city.Report) { r.Text = "Sampah menumpuk di depan pasar" })); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		f.wantDue(t, "sampah", "", "")
	}
	f.clock.now = day(t, "03-25 06:00") // over Nyepi and Idulfitri: half the 17th and six hours
	if err := f.ResumeReport(t.Context(), diskominfo, operator, id, "Foto sudah dikirim oleh warga"); err != nil {
		t.Fatal(err)
	}
	f.wantDue(t, "sampah", "03-27 18:00", "03-27 18:00")
	if err := f.ResumeReport(t.Context(), diskominfo, operator, id, "Foto sudah dikirim oleh warga"); city.CodeOf(err) != city.Conflict {
		t.Errorf("resumed twice: %v", err)
	}
	if got := f.topic(t, city.TopicReports, before); len(got) != 3 {
		t.Errorf("screens hear %v, want the pause, the delivery and the end of the pause", got)
	}
	f.wantPauseTrail(t, operator, id)
}

func (f *fixture) wantPauseTrail(t *testing.T, asker city.Asker, id int64) {
	t.Helper()
	pauses, err := f.Pauses(t.Context(), asker, id)
	if err != nil || len(pauses) != 1 || pauses[0].SetBy != diskominfo.Name || pauses[0].EndReason == "" || !pauses[0].BeganAt.Equal(day(t, "03-17 12:00")) {
		t.Errorf("%+v, %v", pauses, err)
	}
	trail, err := f.Audit(t.Context(), asker, 0, 10)
	if err != nil || len(trail) < 2 || trail[0].Action != "report.resume" || trail[1].Action != "report.pause" || trail[1].Reason == "" || trail[1].Subject != fmt.Sprint(id) {
		t.Fatalf("%+v, %v", trail, err)
	}
	var moved struct {
		After time.Time `json:"due_after"`
	}
	if err := json.Unmarshal(trail[0].Detail, &moved); err != nil || !moved.After.Equal(day(t, "03-27 18:00")) {
		t.Errorf("%s, %v", trail[0].Detail, err)
	}
}

func TestOnlyTheOwningOfficeHoldsTheClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lurahs := "Kel. Air Putih"
	f.ingest(t, waste(t, "sampah"), waste(t, "kelurahan", func(r *city.Report) { r.Office = lurahs }),
		waste(t, "selesai", func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, new(r.CreatedAt.Add(time.Hour)) }))
	office := func(name string) int64 {
		id, err := f.OfficeID(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, c := range []struct {
		report string
		asker  city.Asker
		want   city.Code
	}{
		{"sampah", city.Asker{Role: city.WaliKota}, city.Forbidden},
		{"sampah", city.Asker{Role: city.Auditor}, city.Forbidden},
		{"sampah", city.Asker{Role: city.KepalaOPD, OfficeID: office("DPUPR")}, city.NotFound},
		{"sampah", city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}, city.NotFound},
		{"sampah", city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, city.Forbidden}, // it is DLH's
		{"sampah", city.Asker{Role: city.Publik}, city.NotFound},
		{"sampah", city.Asker{}, city.NotFound},
		{"selesai", city.Asker{Role: city.Operator}, city.Conflict},
		{"sampah", city.Asker{Role: city.KepalaOPD, OfficeID: office("DLH")}, ""},
		{"kelurahan", city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, ""},
	} {
		if err := f.PauseReport(t.Context(), diskominfo, c.asker, f.number(t, c.report), "Menunggu jawaban dari warga"); city.CodeOf(err) != c.want {
			t.Errorf("%+v pauses %s: %v, want %q", c.asker, c.report, err, c.want)
		}
	}
	if err := f.PauseReport(t.Context(), diskominfo, city.Asker{Role: city.Operator}, f.number(t, "sampah"), "singkat"); city.CodeOf(err) != city.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	// The reasons are seen by those who see the report.
	for role, want := range map[city.Role]int{city.WaliKota: 1, city.Publik: 0, "": 0} {
		if got, err := f.Pauses(t.Context(), city.Asker{Role: role}, f.number(t, "sampah")); len(got) != want || (err != nil) != (want == 0) || err != nil && city.CodeOf(err) != city.NotFound {
			t.Errorf("%q sees %+v, %v", role, got, err)
		}
	}
	for area, want := range map[string]int{storetest.SamarindaUlu: 1, storetest.SamarindaUtara: 0} {
		if got, err := f.Pauses(t.Context(), city.Asker{Role: city.Camat, AreaCode: area}, f.number(t, "sampah")); len(got) != want || (err != nil) != (want == 0) || err != nil && city.CodeOf(err) != city.NotFound {
			t.Errorf("the camat of %s sees %+v, %v", area, got, err)
		}
	}
}

func TestClosingEndsAPauseAndReopeningCountsTheTimeClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	open := waste(t, "sampah")
	closed := func(at string) city.Report {
		return waste(t, "sampah", func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, new(day(t, at)) })
	}
	f.ingest(t, open)
	id := f.number(t, "sampah")
	f.clock.now = day(t, "03-17 06:00")
	if err := f.PauseReport(t.Context(), diskominfo, city.Asker{Role: city.Operator}, id, "Menunggu jawaban dari warga"); err != nil {
		t.Fatal(err)
	}
	f.clock.now = day(t, "03-17 13:00")
	f.ingest(t, closed("03-17 12:00"))
	f.wantDue(t, "sampah", "03-27 06:00", "03-27 06:00") // six hours paused
	f.clock.now = day(t, "03-25 12:00")
	f.ingest(t, open)
	// Ran: 6 h of the 17th, 12 h of the 25th, the 26th, the 27th, 6 h of the 30th.
	f.wantDue(t, "sampah", "03-30 06:00", "03-30 06:00")
	if got := all[string](t, f.sql, "SELECT kind || ' ' || ended_by FROM report_pauses ORDER BY began_at"); len(got) != 2 || got[0] != "menunggu_warga sistem" || got[1] != "dibuka_kembali sistem" {
		t.Errorf("pauses: %v", got)
	}
	if err := f.RefreshDeadlines(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tally := f.ingest(t, open); tally.Unchanged != 1 {
		t.Errorf("opened again a second time: %+v", tally)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM report_pauses"); n != 2 {
		t.Errorf("%d pauses", n)
	}
}

// Whoever comes first, a report's clock stands once, and no writer waits for
// another forever.
func TestClocksUnderConcurrentWriters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var reports []city.Report
	for i := range 20 {
		reports = append(reports, waste(t, fmt.Sprint("r", i)))
	}
	f.ingest(t, reports...)
	operator := city.Asker{Role: city.Operator}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 20 {
				id := int64(1 + (i+w*5)%20)
				err := f.PauseReport(t.Context(), diskominfo, operator, id, "Menunggu jawaban dari warga")
				if city.CodeOf(err) == city.Conflict {
					err = f.ResumeReport(t.Context(), diskominfo, operator, id, "Warga sudah menjawab pesan")
				}
				if err != nil && city.CodeOf(err) != city.Conflict {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 5 {
			for n := range reports {
				reports[n].Text = fmt.Sprint("Sampah menumpuk, kabar ke-", i)
			}
			if _, err := f.Ingest(t.Context(), city.Delivery{SourceID: f.source, Reports: reports}); err != nil {
				t.Error(err)
			}
			if err := f.RefreshDeadlines(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if n := one[int](t, f.sql, `SELECT count(*)::int FROM reports r WHERE (r.due_at IS NULL) <> EXISTS (SELECT FROM report_pauses p WHERE p.report_id = r.id AND p.ended_at IS NULL)`); n != 0 {
		t.Errorf("%d reports whose deadline and clock disagree", n)
	}
}

func TestPastAndRunningReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, waste(t, "terbuka"),
		waste(t, "jauh", func(r *city.Report) { r.Category = "jalan-rusak" }),
		waste(t, "selesai", func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, new(r.CreatedAt.Add(time.Hour)) }),
		waste(t, "ditolak", func(r *city.Report) { r.Status = city.Rejected }),
		waste(t, "tanpa", func(r *city.Report) { r.Category = "" }))
	past, err := f.PastReports(t.Context(), noon.AddDate(0, 0, -30), 100)
	if err != nil || len(past) != 3 {
		t.Fatalf("%+v, %v", past, err)
	}
	within := day(t, "03-28 00:00")
	count := func(asker city.Asker, office, area string) int {
		got, err := f.RunningReports(t.Context(), asker, office, area, within, 100)
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	dlh, err := f.OfficeID(t.Context(), "DLH")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		asker        city.Asker
		office, area string
		want         int
	}{
		{city.Asker{Role: city.WaliKota}, "", "", 1},
		{city.Asker{Role: city.WaliKota}, "dlh", storetest.CityCode, 1},
		{city.Asker{Role: city.WaliKota}, "Dishub", "", 0},
		{city.Asker{Role: city.WaliKota}, "Dinas Awan", "", 0},
		{city.Asker{Role: city.WaliKota}, "", storetest.SamarindaUlu, 1},
		{city.Asker{Role: city.WaliKota}, "", storetest.SamarindaUtara, 0},
		{city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "", "", 1},
		{city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}, "", storetest.SamarindaUlu, 0},
		{city.Asker{Role: city.KepalaOPD, OfficeID: dlh}, "", "", 1},
		{city.Asker{Role: city.KepalaOPD, OfficeID: dlh + 1}, "", "", 0},
		{city.Asker{Role: city.Publik}, "", "", 0},
	} {
		if got := count(c.asker, c.office, c.area); got != c.want {
			t.Errorf("case %d: %d reports, want %d", i, got, c.want)
		}
	}
}

// By the norms that a city starts with, batas waktu is what docs/architecture.md
// says, whatever the channel: the end of the category's Nth working day after
// the day of receipt.
func TestClosingDeadlineIsTheCategorysByDefault(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	categories, err := f.Categories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock, err := f.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Time{}
	var reports []city.Report
	for _, channel := range []string{"lapor", "LAPOR", "whatsapp", "call-112", "loket", ""} {
		for _, c := range categories {
			for month := time.January; month <= time.June; month++ {
				id := fmt.Sprint(channel, c.Slug, month)
				r := storetest.Report(id, func(r *city.Report) {
					r.Channel, r.Category, r.CreatedAt = channel, c.Slug, time.Date(2026, month, 13, 16, 30, 0, 0, time.UTC)
				})
				reports, want[id] = append(reports, r), clock.Calendar.Due(r.CreatedAt, c.WorkingDaysToClose)
			}
		}
	}
	f.ingest(t, reports...)
	if err := f.RefreshDeadlines(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, due := range want {
		if got := one[time.Time](t, f.sql, "SELECT due_at FROM reports WHERE external_id = $1", id); !got.Equal(due) {
			t.Fatalf("%s is due %s, the contract says %s", id, got, due)
		}
	}
}

// A report whose category an officer puts right while its clock stands has no
// deadline until it goes on, and then the new category's.
func TestCorrectingTheCategoryKeepsTheClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, waste(t, "a"), waste(t, "b"))
	operator := city.Asker{Role: city.Operator}
	f.clock.now = day(t, "03-17 12:00")
	if err := f.PauseReport(t.Context(), diskominfo, operator, f.number(t, "a"), "Menunggu foto lokasi dari warga"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		c := city.Correction{ReportID: f.number(t, id), Field: city.CorrectCategory, Value: "pohon-tumbang", Reason: "Pohon, bukan sampah"}
		if err := f.Correct(t.Context(), diskominfo, operator, c); err != nil {
			t.Fatal(err)
		}
	}
	f.wantDue(t, "a", "", "")
	f.wantDue(t, "b", "03-26 00:00", "03-26 00:00")
	f.clock.now = day(t, "03-25 00:00") // half of the 17th paused
	if err := f.ResumeReport(t.Context(), diskominfo, operator, f.number(t, "a"), "Foto sudah dikirim oleh warga"); err != nil {
		t.Fatal(err)
	}
	f.wantDue(t, "a", "03-26 12:00", "03-26 12:00")
	// The source still calls it waste; the officer's word holds, and its clock.
	f.ingest(t, waste(t, "a", func(r *city.Report) { r.Text = "Sampah pohon menumpuk" }))
	f.wantDue(t, "a", "03-26 12:00", "03-26 12:00")
}
