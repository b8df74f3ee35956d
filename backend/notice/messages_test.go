package notice_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice"
	"balaikota/backend/notice/email"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// writing is an office that answers the reporters of two reports: one came to a
// mailbox that is read (surat), one by a file (berkas).
type writing struct {
	*office
	node   *notice.Asking
	op     city.Asker
	by     city.Actor
	letter city.Report
	source int64
	ids    map[string]int64
}

func newWriting(t *testing.T) *writing {
	t.Helper()
	f := &writing{office: newOffice(t), ids: map[string]int64{}}
	officer := storetest.Officer(t, f.store, city.Operator)
	f.op, f.by = officer.Asker(), city.Actor{OfficerID: officer.ID, Name: officer.Username}
	f.source = storetest.Source(t, f.store, func(s *city.Source) {
		s.Slug, s.Connector, s.Config = "surel", "imap", json.RawMessage(`{"host":"imap.contoh.go.id","user":"pengaduan@contoh.go.id","password":"env:SANDI"}`)
	})
	reporter := func(r *city.Report) { r.Reporter = &city.Reporter{Name: "Rahasia Dijaga", Email: "pelapor@surel.uji"} }
	f.letter = storetest.Report("surat", reporter, func(r *city.Report) {
		r.Text, r.StatedArea, r.Channel, r.Raw = "Tolong dibantu pak", "", "surel", json.RawMessage(`{"message_id":"abc@surel.uji"}`)
		r.RawNamesNobody = true
		r.CreatedAt = f.now().Add(-time.Hour)
	})
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	storetest.Ingest(t, f.store, city.Delivery{SourceID: storetest.Source(t, f.store), Reports: []city.Report{storetest.Report("berkas", reporter)}})
	for _, ticket := range []string{"surat", "berkas"} {
		var id int64
		if err := f.sql.QueryRow(t.Context(), "SELECT id FROM reports WHERE external_id = $1", ticket).Scan(&id); err != nil {
			t.Fatal(err)
		}
		f.ids[ticket] = id
	}
	mailer, err := email.New(email.Settings{Addr: f.mail.addr, From: "Balaikota <balaikota@contoh.go.id>", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	f.node = &notice.Asking{Asks: f.store.Messages(nil), Carriers: []city.ReporterCarrier{mailer}, Lease: "simpul-1", Now: f.now}
	return f
}

var byMail = []city.NoticeChannel{city.NoticeEmail}

func (f *writing) reply(t *testing.T, ticket, client, text string) error {
	t.Helper()
	return f.store.Reply(t.Context(), f.by, f.op, f.ids[ticket], city.Reply{ClientID: client, Text: text}, byMail)
}

func (f *writing) round(t *testing.T, want int) {
	t.Helper()
	if n, err := f.node.Round(t.Context()); err != nil || n != want {
		t.Fatalf("%d messages, %v", n, err)
	}
}

func (f *writing) report(t *testing.T, ticket string) city.ReportDetail {
	t.Helper()
	r, err := f.store.Report(t.Context(), f.op, f.ids[ticket])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	client1 = "00000000-0000-4000-8000-000000000001"
	client2 = "00000000-0000-4000-8000-000000000002"
	client3 = "00000000-0000-4000-8000-000000000003"
)

func TestAnAnswerGoesByMailOnce(t *testing.T) {
	t.Parallel()
	f := newWriting(t)
	sent := f.now()
	for range 2 {
		if err := f.reply(t, "surat", client1, "Laporan Anda sudah kami teruskan.\nMohon ditunggu."); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.reply(t, "berkas", client2, "Lubang sudah ditambal."); err != nil {
		t.Fatal(err)
	}
	if r := f.report(t, "surat"); r.RespondedAt != nil {
		t.Error("it counts before a channel took it")
	}
	f.wait(time.Minute)
	f.round(t, 2)
	f.round(t, 0)
	letters := f.mail.letters()
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	if !strings.Contains(letters[0].text, "Lubang") {
		letters[0], letters[1] = letters[1], letters[0]
	}
	head, body, _ := strings.Cut(strings.ReplaceAll(letters[1].text, "\r\n", "\n"), "\n\n")
	for _, want := range []string{"Subject: Jawaban atas laporan Anda nomor surat\n", "In-Reply-To: <abc@surel.uji>\n", "Reply-To: <pengaduan@contoh.go.id>\n"} {
		if !strings.Contains(head+"\n", want) {
			t.Errorf("%q is not in\n%s", want, head)
		}
	}
	want := `Yth. Pelapor,

Laporan Anda sudah kami teruskan.
Mohon ditunggu.

Bila ada yang ingin Anda tambahkan, silakan balas pesan ini; balasan Anda masuk ke laporan yang sama.

Dikirim oleh Balaikota, Kota Samarinda.
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	// Of the other nobody reads replies, and nothing says that anybody does.
	if strings.Contains(letters[0].text, "balas") || strings.Contains(letters[0].text, "Reply-To") {
		t.Error(letters[0].text)
	}
	if r := f.report(t, "surat"); r.RespondedAt == nil || !r.RespondedAt.Equal(sent) {
		t.Errorf("answered %v, not %v", r.RespondedAt, sent)
	}
}

func TestAnAnswerThatNeverLeavesDoesNotCount(t *testing.T) {
	t.Parallel()
	f := newWriting(t)
	if err := f.reply(t, "surat", client1, "Laporan Anda sudah kami teruskan."); err != nil {
		t.Fatal(err)
	}
	// The reporter's mailbox is taken back before it goes.
	if _, err := f.sql.Exec(t.Context(), "UPDATE reporters SET by_mail = false"); err != nil {
		t.Fatal(err)
	}
	f.round(t, 1)
	got, err := f.store.Answering(t.Context(), f.op, f.ids["surat"], byMail)
	if err != nil || got.Channel != "" || len(got.Messages) != 1 || got.Messages[0].EndedAt == nil || got.Messages[0].Error == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if r := f.report(t, "surat"); r.RespondedAt != nil || len(f.mail.letters()) != 0 {
		t.Error("it counts as an answer")
	}
}

func TestAQuestionStopsTheClockUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	f := newWriting(t)
	ask := func(ticket, client string, gaps ...city.Gap) error {
		return f.store.AskReporter(t.Context(), f.by, f.op, f.ids[ticket], client, gaps, byMail)
	}
	if err := ask("berkas", client3, city.AskWhere); keyOf(err) != "error.question_no_reply" {
		t.Errorf("a reply that nobody reads: %v", err)
	}
	due := f.report(t, "surat").DueAt
	for range 2 {
		if err := ask("surat", client1, city.AskWhat, city.AskWhere); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask("surat", client2, city.AskWhere); keyOf(err) != "error.question_twice" {
		t.Errorf("asked twice: %v", err)
	}
	if f.report(t, "surat").Paused {
		t.Error("the clock stands before the question has left")
	}
	f.round(t, 1)
	if text := f.mail.letters()[0].text; strings.Count(text, "\r\n- ") != 2 || !strings.Contains(text, "Reply-To: <pengaduan@contoh.go.id>") {
		t.Error(text)
	}
	if r := f.report(t, "surat"); !r.Paused || r.DueAt != nil || r.RespondedAt != nil || due == nil {
		t.Errorf("%+v", r.ReportSummary)
	}
	// The letter is delivered again, as it is: nothing was answered.
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	f.letter.UpdatedAt = f.now()
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	if !f.report(t, "surat").Paused {
		t.Error("the clock goes on without an answer")
	}
	f.wait(24 * time.Hour)
	// As the connector imap joins a letter that follows.
	f.letter.Text += "\n\nSurat susulan Selasa, 24 November 2026 10.00 WITA:\nJalan Contoh dekat masjid, lampunya mati."
	f.letter.UpdatedAt = f.now()
	storetest.Ingest(t, f.store, city.Delivery{SourceID: f.source, Reports: []city.Report{f.letter}})
	r := f.report(t, "surat")
	if r.Paused || r.DueAt == nil || !r.DueAt.After(*due) {
		t.Errorf("the clock stands, or has its old deadline %v: %+v", due, r.ReportSummary)
	}
	pauses, err := f.store.Pauses(t.Context(), f.op, r.ID)
	if err != nil || len(pauses) != 1 || pauses[0].EndReason != "pelapor menjawab" || pauses[0].SetBy != f.by.Name {
		t.Errorf("%+v, %v", pauses, err)
	}
	got, err := f.store.Answering(t.Context(), f.op, r.ID, byMail)
	if err != nil || len(got.Messages) != 1 || got.Messages[0].RepliedAt == nil || !got.Replies || !got.Carried {
		t.Errorf("%+v, %v", got, err)
	}
}

// keyOf names the text on screen of an error.
func keyOf(err error) string {
	if e, ok := errors.AsType[*city.Error](err); ok {
		return e.Key
	}
	return ""
}
