package notice_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice/chat"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// written is a test double of a chat's connector: it keeps what was written and
// refuses what it is told to.
type written struct {
	mu   sync.Mutex
	sent []city.ChatMessage
	err  error
}

func (w *written) write(_ context.Context, m city.ChatMessage) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	w.sent = append(w.sent, m)
	return nil
}

func (w *written) letters() []city.ChatMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]city.ChatMessage(nil), w.sent...)
}

// newChatAsking has reports that came by WhatsApp: two of one person, one of
// another, one of somebody whose number is not known but their mailbox.
func newChatAsking(t *testing.T) (*asking, *written) {
	t.Helper()
	f := &asking{office: newOffice(t), log: &bytes.Buffer{}}
	byMail := storetest.Reports("surel", 1)
	byMail[0].Reporter = &city.Reporter{Email: "pelapor@surel.uji"}
	storetest.Ingest(t, f.store, city.Delivery{SourceID: storetest.Source(t, f.store), Reports: byMail})
	source := storetest.Source(t, f.store, func(s *city.Source) { s.Slug, s.Connector = "wa-kota", "whatsapp" })
	reports := storetest.Reports("wa", 4)
	for i, who := range []city.Reporter{{Handle: "6281100000001", Email: "tidak@dipakai.uji"}, {Handle: "6281100000001"}, {Handle: "6281100000002"}, {Email: "lain@surel.uji"}} {
		reports[i].Reporter = &who
		reports[i].Parts = []city.ReportPart{{ID: fmt.Sprint("pesan", i), Person: "orang" + who.Handle, At: f.now().Add(time.Duration(i-10) * time.Minute)}}
	}
	storetest.Ingest(t, f.store, city.Delivery{SourceID: source, Reports: reports})
	f.order(t, 1, city.NatureOrdinary)
	f.exec(t, `UPDATE dispositions SET reports = ARRAY(SELECT id FROM reports ORDER BY id)`)
	f.id = 1
	f.finish(t)
	f.node = f.carrier(t, "simpul-1")
	w := &written{}
	f.node.Carriers = append(f.node.Carriers, &chat.Carrier{Of: city.NoticeWhatsApp, PublicURL: "https://balaikota.contoh.go.id/", Write: w.write})
	return f, w
}

// TestAReporterIsAskedByTheChatTheyCameBy: each person once, by the chat even where a
// mailbox is known too; the closing answer goes the same way; who is written to is
// nowhere but with the reporters.
func TestAReporterIsAskedByTheChatTheyCameBy(t *testing.T) {
	t.Parallel()
	f, w := newChatAsking(t)
	f.ask(t)
	if diff := cmp.Diff([]string{"sent surel", "sent whatsapp", "same", "sent whatsapp", "sent surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	sent := w.letters()
	if len(sent) != 2 || len(f.mail.letters()) != 2 {
		t.Fatalf("%d in the chat, %d by mail", len(sent), len(f.mail.letters()))
	}
	byPerson := map[string]city.ChatMessage{}
	for _, m := range sent {
		byPerson[m.Person] = m
	}
	m := byPerson["6281100000001"]
	if m.Source != "wa-kota" || !m.Heard.Equal(f.now().Add(-9*time.Minute).Truncate(time.Second)) || !strings.HasPrefix(m.Key, "tanya/") {
		t.Errorf("%+v, now %s", m, f.now())
	}
	for _, part := range []string{"Laporan Anda nomor wa-0", "https://balaikota.contoh.go.id/publik/beres/", "Pesan ini dikirim otomatis oleh Balaikota"} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("no %q in\n%s", part, m.Text)
		}
	}
	if strings.Contains(strings.ToLower(m.Text), "surel") {
		t.Errorf("a chat message speaks of mail:\n%s", m.Text)
	}
	f.closing(t, f.anIncident(t), "Lubang sudah ditambal.")
	f.ask(t)
	if sent = w.letters(); len(sent) != 4 || !strings.HasPrefix(sent[3].Key, "jawab/") || strings.Contains(strings.ToLower(sent[3].Text), "surel") || !strings.Contains(sent[3].Text, "Lubang sudah ditambal.") {
		t.Errorf("after the closing: %+v", sent)
	}
	f.nothingOfAnybody(t)
	held := f.one(t, `SELECT concat((SELECT jsonb_agg(l) FROM reporter_letters l), (SELECT jsonb_agg(a) FROM audit a), (SELECT jsonb_agg(e.data) FROM events e))`)
	if strings.Contains(held+f.log.String(), "62811") {
		t.Error("a number stands outside the reporters")
	}
}

// TestWhatAChatRefusesIsSaid: a person who cannot be written to ends the letter with
// the reason; anything else is tried again.
func TestWhatAChatRefusesIsSaid(t *testing.T) {
	t.Parallel()
	f, w := newChatAsking(t)
	w.err = city.Errorf(city.Internal, "away")
	f.ask(t)
	if diff := cmp.Diff([]string{"sent surel", "waiting whatsapp", "same", "waiting whatsapp", "sent surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	w.err = city.Errorf(city.NotFound, "more than 24 hours")
	f.wait(time.Hour)
	f.ask(t)
	if diff := cmp.Diff([]string{"sent surel", "failed whatsapp", "same", "failed whatsapp", "sent surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	if why := f.one(t, `SELECT DISTINCT error FROM reporter_letters WHERE channel = 'whatsapp'`); !strings.Contains(why, "more than 24 hours") {
		t.Errorf("the reason is %q", why)
	}
}

// TestWhatBecomesOfALetter: services tell it late, twice and in any order; what
// arrived did not fail, what failed was not sent, and letters of other sources are
// not theirs to tell of.
func TestWhatBecomesOfALetter(t *testing.T) {
	t.Parallel()
	f, w := newChatAsking(t)
	f.ask(t)
	var keys []string
	for _, person := range []string{"6281100000001", "6281100000002"} {
		for _, m := range w.letters() {
			if m.Person == person {
				keys = append(keys, m.Key)
			}
		}
	}
	var mine, other int64
	if err := f.sql.QueryRow(t.Context(), `SELECT max(id), min(id) FROM sources`).Scan(&mine, &other); err != nil {
		t.Fatal(err)
	}
	tell := func(source int64, fates ...city.LetterFate) {
		t.Helper()
		if tally := storetest.Ingest(t, f.store, city.Delivery{SourceID: source, Letters: fates}); tally.Read != len(fates) {
			t.Errorf("%+v", tally)
		}
	}
	at := f.now().Add(time.Minute)
	tell(other, city.LetterFate{Key: keys[0], What: city.LetterFailed, At: at, Code: 131026})
	tell(mine, city.LetterFate{Key: keys[0], What: city.LetterRead, At: at.Add(time.Minute)}, city.LetterFate{Key: keys[0], What: city.LetterArrived, At: at},
		city.LetterFate{Key: keys[0], What: city.LetterFailed, At: at, Code: 131026}, city.LetterFate{Key: "pesan orang lain", What: city.LetterFailed, At: at},
		city.LetterFate{Key: keys[1], What: city.LetterFailed, At: at, Code: 131026}, city.LetterFate{Key: keys[1], What: city.LetterFailed, At: at, Code: 131026})
	if diff := cmp.Diff([]string{"sent surel", "sent whatsapp", "same", "failed whatsapp", "sent surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	got := f.one(t, `SELECT string_agg(concat_ws(' ', extract(epoch FROM arrived_at - $1)::int, extract(epoch FROM read_at - $1)::int, error), ', ' ORDER BY ask_id) FROM reporter_letters WHERE channel = 'whatsapp'`, f.now())
	if want := "60 120 , layanan tidak dapat mengantarnya (kode 131026)"; got != want {
		t.Errorf("the letters are %q, want %q", got, want)
	}
}
