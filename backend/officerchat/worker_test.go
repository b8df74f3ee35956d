package officerchat_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/officerchat"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// assistant is a test double of the assistant over a real store: it keeps questions
// there, and answers all with the same text.
type assistant struct {
	*store.Store
	mu    sync.Mutex
	asked []string
	text  string
	now   func() time.Time
}

func (a *assistant) Start(ctx context.Context, who city.Asker) (city.Conversation, error) {
	return a.StartConversation(ctx, who)
}

func (a *assistant) Ask(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Exchange, error) {
	a.mu.Lock()
	a.asked = append(a.asked, q.Text)
	a.mu.Unlock()
	q.ConversationID, q.AskedAt, q.At = conversation, a.now(), a.now()
	q, err := a.AddQuestion(ctx, who, q, "uji", time.Minute)
	if err != nil {
		return city.Exchange{}, err
	}
	_, err = a.FinishQuestion(ctx, q.ID, "uji", city.Ending{Answer: city.Answer{QuestionID: q.ID, Status: city.Answered, Text: a.text, At: q.At, AnsweredAt: q.At}})
	return city.Exchange{Question: q}, err
}

func (a *assistant) Follow(context.Context, city.Asker, int64) iter.Seq2[city.Step, error] {
	return func(func(city.Step, error) bool) {}
}

// at is an officer with a chat and a confirmed mailbox, and a worker.
type at struct {
	*officerchat.Worker
	assistant *assistant
	store     *store.Store
	officer   store.Officer
	wrote     []string
	fail      []error // of the next writes
	chat      int64
	mailbox   int64
	clock     time.Time
}

func (f *at) now() time.Time { return f.clock }

func newAt(t *testing.T) *at {
	t.Helper()
	f := &at{clock: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	s := storetest.Open(t, storetest.NewDB(t), storetest.WithClock(f.now))
	f.store, f.assistant, f.officer = s, &assistant{Store: s, now: f.now, text: "Ada 12 laporan."}, storetest.Officer(t, s, city.Lurah)
	f.chat = storetest.Source(t, s, func(src *city.Source) { src.Slug, src.Connector = "wa-kota", "whatsapp" })
	f.mailbox = storetest.Source(t, s, func(src *city.Source) { src.Slug, src.Connector = "surat-kota", "imap" })
	if _, err := s.MakeOfficerCode(t.Context(), city.CommandLine, f.officer.Asker(), "wa-kota", "12345678"); err != nil {
		t.Fatal(err)
	}
	address := "lurah@contoh.go.id"
	for _, in := range []city.NoticePreferencesInput{{Email: &address}, {Code: "123456"}} {
		if _, err := s.SetNoticePreferences(t.Context(), city.CommandLine, f.officer.Asker(), in, "123456"); err != nil {
			t.Fatal(err)
		}
	}
	take := func(to, text string) error {
		if len(f.fail) > 0 {
			err := f.fail[0]
			f.fail = f.fail[1:]
			if err != nil {
				return err
			}
		}
		f.wrote = append(f.wrote, to+" "+text)
		return nil
	}
	f.Worker = &officerchat.Worker{
		Queue: s, Assistant: f.assistant, Write: func(_ context.Context, m city.ChatMessage) error { return take(m.Person, m.Text) },
		Mail: func(_ context.Context, address, subject, body, _ string) error {
			return take(address, subject+" "+body)
		},
		Names: func(_ context.Context, slugs []string) []string { return slugs }, PublicURL: "https://balaikota.contoh.go.id/",
		Zone: time.UTC, Label: "UTC", Lease: "simpul", Now: f.now, Log: slog.New(slog.DiscardHandler),
	}
	return f
}

func (f *at) says(t *testing.T, source int64, w city.OfficerWord) {
	t.Helper()
	w.Person, w.At = "orang", f.now()
	if w.Mailbox == "" {
		w.Handle = "6281100000001"
	}
	storetest.Ingest(t, f.store, city.Delivery{SourceID: source, Words: []city.OfficerWord{w}})
}

func (f *at) round(t *testing.T) {
	t.Helper()
	for {
		n, err := f.Round(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// TestLongAnswersGoInPartsEachOnce: a part that was not taken is written when the
// service is back, those before it are not written again, and nothing is asked twice.
func TestLongAnswersGoInPartsEachOnce(t *testing.T) {
	t.Parallel()
	f := newAt(t)
	f.says(t, f.chat, city.OfficerWord{ID: "a", Kind: city.WordCode, Code: "12345678"})
	f.round(t)
	f.wrote, f.assistant.text = nil, strings.Repeat("Ada banyak laporan di sini.\n", 300)
	f.fail = []error{nil, city.Errorf(city.Internal, "away")}
	f.says(t, f.chat, city.OfficerWord{ID: "b", Kind: city.WordQuestion, Text: "Apa saja?"})
	f.round(t)
	if len(f.wrote) != 1 || len(f.assistant.asked) != 1 {
		t.Fatalf("%d parts, asked %q", len(f.wrote), f.assistant.asked)
	}
	f.clock = f.clock.Add(time.Minute)
	f.round(t)
	if len(f.wrote) != 3 || len(f.assistant.asked) != 1 || f.wrote[0] == f.wrote[2] || !strings.Contains(f.wrote[2], "https://balaikota.contoh.go.id/tanya/") {
		t.Errorf("%d parts, asked %q", len(f.wrote), f.assistant.asked)
	}
	for _, part := range f.wrote {
		if n := len([]rune(part)); n > 4096 {
			t.Errorf("a part has %d characters", n)
		}
	}
}

// TestALetterIsAnsweredAtTheConfirmedAddress: as one letter; where the server sends no
// mail the word ends, and is asked of nobody.
func TestALetterIsAnsweredAtTheConfirmedAddress(t *testing.T) {
	t.Parallel()
	f := newAt(t)
	f.says(t, f.mailbox, city.OfficerWord{ID: "a", Mailbox: "lurah@contoh.go.id", Kind: city.WordQuestion, Text: "Berapa?"})
	f.says(t, f.mailbox, city.OfficerWord{ID: "b", Mailbox: "orang@lain.id", Kind: city.WordQuestion, Text: "Berapa?"})
	f.round(t)
	if len(f.wrote) != 1 || !strings.HasPrefix(f.wrote[0], "lurah@contoh.go.id Jawaban asisten Balaikota Ada 12 laporan.\r\n\r\nhttps://balaikota.contoh.go.id/tanya/") {
		t.Errorf("%q", f.wrote)
	}
	f.Mail = nil
	f.says(t, f.mailbox, city.OfficerWord{ID: "c", Mailbox: "lurah@contoh.go.id", Kind: city.WordQuestion, Text: "Berapa?"})
	f.round(t)
	if len(f.wrote) != 1 || len(f.assistant.asked) != 1 {
		t.Errorf("%q, asked %q", f.wrote, f.assistant.asked)
	}
}

// TestWhoCannotBeWrittenToEndsTheWord: a chat that is gone is not tried again.
func TestWhoCannotBeWrittenToEndsTheWord(t *testing.T) {
	t.Parallel()
	f := newAt(t)
	f.fail = []error{city.Errorf(city.NotFound, "gone")}
	f.says(t, f.chat, city.OfficerWord{ID: "a", Kind: city.WordCode, Code: "12345678"})
	f.round(t)
	f.says(t, f.chat, city.OfficerWord{ID: "b", Kind: city.WordHelp})
	f.round(t)
	if len(f.wrote) != 1 || !strings.Contains(f.wrote[0], "lapor …") {
		t.Errorf("%q", f.wrote)
	}
	if err := f.Run(canceled(t)); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a worker that is asked to stop: %v", err)
	}
}

func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
