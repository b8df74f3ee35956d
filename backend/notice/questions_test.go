package notice_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/missing"
	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// itself is an office whose reporters are asked without an officer.
type itself struct {
	*writing
}

func newItself(t *testing.T) *itself {
	t.Helper()
	f := &itself{newWriting(t)}
	f.node.Asks = f.store.Messages(missing.Of)
	f.letter.Category = "" // a letter has none
	f.letter.UpdatedAt = f.now()
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	f.analysed(t)
	return f
}

// analysed notes that the analysis looked at all reports and found little: as it does
// of "Tolong dibantu pak".
func (f *itself) analysed(t *testing.T) {
	t.Helper()
	for _, sql := range []string{
		`INSERT INTO report_analyses (report_id, key, created_at, confidence, proposals, words, sure, review, urgency, urgency_by, urgency_reasons, features, analysed_at)
			SELECT id, 'uji/' || external_id, created_at, 0, '[]', '{}', false, true, 'info', 'rules', '[]', '', now() FROM reports ON CONFLICT DO NOTHING`,
		`DELETE FROM analysis_queue`,
	} {
		if _, err := f.sql.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// says lets the letter's writer say more, as the connector imap joins it.
func (f *itself) says(t *testing.T, more string) {
	t.Helper()
	f.letter.Text += "\n\nSurat susulan Selasa, 24 November 2026 10.00 WITA:\n" + more
	f.letter.UpdatedAt = f.now()
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	f.analysed(t)
}

// quiet lets the quiet time of the rule pass, and asks.
func (f *itself) quiet(t *testing.T, want int) {
	t.Helper()
	f.round(t, 0)
	f.wait(2*time.Minute + time.Second)
	f.round(t, want)
}

func (f *itself) rule(t *testing.T, enabled bool) {
	t.Helper()
	err := f.store.ChangeQuestionRule(t.Context(), f.by, f.op, city.QuestionRuleChange{Enabled: enabled, QuietSeconds: 120, WaitDays: 3, Source: "uji", Reason: "diuji oleh tes"})
	if err != nil {
		t.Fatal(err)
	}
}

func (f *itself) messages(t *testing.T, ticket string) []city.ReporterMessage {
	t.Helper()
	got, err := f.store.Answering(t.Context(), f.op, f.ids[ticket], byMail)
	if err != nil {
		t.Fatal(err)
	}
	return got.Messages
}

// bothSentAndAsked is how a round counts one question: asked, and carried.
const bothSentAndAsked = 2

func TestAnIncompleteReportIsAskedAboutByItself(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	due := f.report(t, "surat").RespondDueAt
	f.round(t, 0)
	f.wait(90 * time.Second)
	f.says(t, "Ini soal jalan.") // people send their words one after another
	f.quiet(t, bothSentAndAsked)
	f.round(t, 0)
	letters := f.mail.letters()
	if len(letters) != 1 || !strings.Contains(letters[0].text, "Di mana tepatnya?") || !strings.Contains(letters[0].text, "Apa yang terjadi") ||
		!strings.Contains(letters[0].text, "otomatis") || !strings.Contains(letters[0].text, "Reply-To: <pengaduan@contoh.go.id>") || strings.Contains(letters[0].text, "kirim lokasi") {
		t.Fatalf("%+v", letters)
	}
	got := f.messages(t, "surat")
	if len(got) != 1 || !got[0].Automatic || got[0].By != "Balaikota" || got[0].WaitUntil == nil || f.messages(t, "berkas") != nil && len(f.messages(t, "berkas")) != 0 {
		t.Fatalf("%+v", got)
	}
	if r := f.report(t, "surat"); !r.Paused || r.RespondDueAt != nil || r.RespondedAt != nil {
		t.Errorf("the clock does not say that it waits: %+v", r.ReportSummary)
	}
	f.wait(24 * time.Hour)
	f.says(t, "Jalan Contoh dekat masjid Al Huda, lampu jalannya mati sejak kemarin malam.")
	if r := f.report(t, "surat"); r.Paused || r.RespondDueAt == nil || !r.RespondDueAt.After(*due) {
		t.Errorf("the clock does not go on: %+v", r.ReportSummary)
	}
	// Both questions were asked: there is none left, whatever is missing still.
	f.quiet(t, 0)
	var rows []string
	if err := f.sql.QueryRow(t.Context(), `SELECT array_agg(actor || ' ' || action ORDER BY id) FROM audit WHERE subject = $1`, fmt.Sprint(f.ids["surat"])).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Balaikota report.question", "sistem reporter.ask", "Balaikota report.pause", "sistem report.resume"}; !slices.Equal(rows, want) {
		t.Errorf("the audit trail says %q", rows)
	}
	counts, err := f.store.QuestionCounts(t.Context())
	if err != nil || len(counts) != 1 || counts[0] != (city.QuestionCount{Channel: "surel", Asked: 1, Answered: 1}) {
		t.Errorf("%+v, %v", counts, err)
	}
}

func TestASecondQuestionOnlyForWhatIsStillMissing(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	f.says(t, "Lampu jalan mati sejak kemarin malam dan gelap sekali, tolong diperbaiki.")
	f.quiet(t, bothSentAndAsked)
	first := f.messages(t, "surat")
	if len(first) != 1 || !slices.Equal(first[0].Asks, []city.Gap{city.AskWhere}) {
		t.Fatalf("%+v", first)
	}
	f.says(t, "Dekat rumah saya.")
	f.quiet(t, bothSentAndAsked)
	if got := f.messages(t, "surat"); len(got) != 2 || !got[1].Automatic {
		t.Fatalf("%+v", got)
	}
	f.says(t, "Ya di situ.")
	f.quiet(t, 0)
	if n := len(f.mail.letters()); n != 2 {
		t.Errorf("%d letters", n)
	}
	if err := f.store.AskReporter(t.Context(), f.by, f.op, f.ids["surat"], client1, []city.Gap{city.AskWhere}, byMail); keyOf(err) != "error.question_twice" {
		t.Errorf("an officer asks a third question: %v", err)
	}
}

func TestAClockDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	due := f.report(t, "surat").RespondDueAt
	f.quiet(t, bothSentAndAsked)
	f.wait(3 * 24 * time.Hour) // Thursday: until midnight there is time
	f.round(t, 0)
	if !f.report(t, "surat").Paused {
		t.Fatal("the clock goes on too soon")
	}
	f.wait(24 * time.Hour)
	f.round(t, 0)
	if r := f.report(t, "surat"); r.Paused || r.RespondDueAt == nil || !r.RespondDueAt.After(*due) {
		t.Errorf("%+v", r.ReportSummary)
	}
	pauses, err := f.store.Pauses(t.Context(), f.op, f.ids["surat"])
	if err != nil || len(pauses) != 1 || pauses[0].SetBy != "Balaikota" || pauses[0].EndReason != "pelapor tidak menjawab dalam batas tunggu" {
		t.Errorf("%+v, %v", pauses, err)
	}
	f.quiet(t, 0)
	if got := f.messages(t, "surat"); len(got) != 1 || got[0].WaitedOutAt == nil {
		t.Errorf("%+v", got)
	}
	// A late answer is an answer, and the report says more.
	f.says(t, "Maaf, di Jalan Contoh.")
	if got := f.messages(t, "surat"); len(got) != 1 || got[0].RepliedAt == nil {
		t.Errorf("%+v", got)
	}
}

func TestWhoIsNotAskedByItself(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, f *itself){
		"the city does not want it": func(t *testing.T, f *itself) {
			t.Helper()
			f.rule(t, false)
		},
		"an officer answered": func(t *testing.T, f *itself) {
			t.Helper()
			if err := f.store.Reply(t.Context(), f.by, f.op, f.ids["surat"], city.Reply{ClientID: client1, Text: "Sudah kami catat, terima kasih.", InPerson: true}, byMail); err != nil {
				t.Fatal(err)
			}
		},
		"it is secret": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `UPDATE reports SET flags = ARRAY['rahasia_di_sumber']`)
		},
		"it is closed": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `UPDATE reports SET status = 'closed', closed_at = $1`, f.now())
		},
		"it is not analysed yet": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `INSERT INTO analysis_queue (report_id) SELECT id FROM reports`)
		},
		"its clock was stopped": func(t *testing.T, f *itself) {
			t.Helper()
			if err := f.store.PauseReport(t.Context(), f.by, f.op, f.ids["surat"], "menunggu surat lain"); err != nil {
				t.Fatal(err)
			}
		},
		"nobody reads that mailbox": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `UPDATE sources SET config = '{"user":"pengaduan"}'`)
		},
		"it came by a file": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `UPDATE sources SET connector = 'files'`)
		},
		"it is a letter of yesterday": func(t *testing.T, f *itself) {
			t.Helper()
			f.set(t, `UPDATE reports SET created_at = created_at - interval '1 day'`)
		},
		"it says enough": func(t *testing.T, f *itself) {
			t.Helper()
			f.says(t, "Lampu jalan mati sejak kemarin malam dan gelap sekali, tolong diperbaiki.")
			f.set(t, `UPDATE reports SET address = 'Jalan Contoh 1'`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newItself(t)
			prepare(t, f)
			f.quiet(t, 0)
			f.quiet(t, 0)
			if n := len(f.mail.letters()); n != 0 {
				t.Errorf("%d letters", n)
			}
		})
	}
}

func (f *itself) set(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := f.sql.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// TestOnePersonIsAskedLittle: who writes many unfinished letters has one question at a
// time, and no more of them on a day than a mailbox gets letters.
func TestOnePersonIsAskedLittle(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	var all []city.Report
	for i := range 6 {
		r := f.letter
		r.ExternalID, r.Text, r.Raw = fmt.Sprintf("banyak-%d", i), "Tolong dibantu", json.RawMessage(`{}`)
		all = append(all, r)
	}
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: all})
	f.analysed(t)
	f.quiet(t, bothSentAndAsked)
	f.quiet(t, 0) // one waits for its answer
	for i := range 8 {
		f.set(t, `UPDATE reporter_messages SET replied_at = $1 WHERE replied_at IS NULL`, f.now())
		f.round(t, 0+map[bool]int{true: bothSentAndAsked}[i < 2])
	}
	if n := len(f.mail.letters()); n != 3 {
		t.Errorf("%d letters on a day", n)
	}
}

// TestAServerThatDiesAsksOnce: what was decided is kept before it is sent; what died
// on the way goes when its lease is over, and another node does not ask again.
func TestAServerThatDiesAsksOnce(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	m := f.store.Messages(missing.Of)
	if _, err := m.AddressAsks(t.Context(), byMail); err != nil {
		t.Fatal(err)
	}
	f.wait(3 * time.Minute)
	if n, err := m.AddressAsks(t.Context(), byMail); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if claimed, err := m.ClaimAsks(t.Context(), "simpul-mati", byMail, 10, time.Minute); err != nil || len(claimed) != 1 {
		t.Fatalf("%+v, %v", claimed, err)
	}
	f.round(t, 0)
	storetest.EndLeases(t, f.sql)
	f.round(t, 1)
	f.round(t, 0)
	if n, got := len(f.mail.letters()), f.messages(t, "surat"); n != 1 || len(got) != 1 {
		t.Errorf("%d letters, %+v", n, got)
	}
}

func TestTheRuleOfQuestionsIsTheOperators(t *testing.T) {
	t.Parallel()
	f := newItself(t)
	got, err := f.store.QuestionRules(t.Context(), f.op)
	if err != nil || !got.Rule.Enabled || got.Rule.QuietSeconds != 120 || got.Rule.WaitDays != 3 || got.Rule.ChangedBy != "Balaikota" {
		t.Fatalf("%+v, %v", got, err)
	}
	change := city.QuestionRuleChange{Enabled: true, QuietSeconds: 30, WaitDays: 5, Source: "SK 1", Reason: "petugas kewalahan"}
	for _, a := range []city.Asker{{Role: city.Auditor}, {Role: city.WaliKota}, {Role: city.Lurah, AreaCode: storetest.AirPutih}} {
		if err := f.store.ChangeQuestionRule(t.Context(), f.by, a, change); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s changes it: %v", a.Role, err)
		}
	}
	short := change
	short.Reason = "apa"
	if err := f.store.ChangeQuestionRule(t.Context(), f.by, f.op, short); city.CodeOf(err) != city.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := f.store.ChangeQuestionRule(t.Context(), f.by, f.op, change); err != nil {
		t.Fatal(err)
	}
	got, err = f.store.QuestionRules(t.Context(), f.op)
	if err != nil || got.Rule.QuietSeconds != 30 || len(got.History) != 2 || got.Rule.Reason != change.Reason {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := f.store.QuestionRules(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a lurah reads it: %v", err)
	}
}
