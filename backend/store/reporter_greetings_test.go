package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// greeting is a city with a chat, and somebody who greets there.
type greeting struct {
	*fixture
	chat int64
}

const greeterHandle = "6281100000002"

func newGreeting(t *testing.T) *greeting {
	t.Helper()
	f := &greeting{fixture: newFixture(t)}
	f.chat = storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Connector = "wa-kota", "whatsapp" })
	return f
}

// greets delivers a greeting that was sent so long ago.
func (f *greeting) greets(t *testing.T, id string, ago time.Duration, change ...func(*city.ChatGreeting)) {
	t.Helper()
	g := city.ChatGreeting{ID: id, Person: "warga", Handle: greeterHandle, At: f.clock.now.Add(-ago), Words: "Selamat pagi", Waits: true}
	for _, c := range change {
		c(&g)
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.chat, Greetings: []city.ChatGreeting{g}})
}

// reports delivers a report that holds a greeting ("" for none).
func (f *greeting) reports(t *testing.T, id, greeting string) {
	t.Helper()
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.chat, Reports: []city.Report{storetest.Report(id, func(r *city.Report) {
		r.Reporter = &city.Reporter{Handle: greeterHandle}
		r.Parts = []city.ReportPart{{ID: "bagian-" + id, Person: "warga", At: f.clock.now}}
		if greeting != "" {
			r.Parts = append(r.Parts, city.ReportPart{ID: greeting, Person: "warga", At: f.clock.now.Add(-time.Minute)})
		}
	})}})
}

var byWhatsApp = []city.NoticeChannel{city.NoticeWhatsApp}

func (f *greeting) due(t *testing.T, want int) []city.ReporterErrand {
	t.Helper()
	es, err := f.Greetings().ClaimAsks(t.Context(), "simpul", byWhatsApp, 10, time.Minute)
	if err != nil || len(es) != want {
		t.Fatalf("%d greetings are due, want %d: %+v, %v", len(es), want, es, err)
	}
	return es
}

func (f *greeting) ends(t *testing.T, e city.ReporterErrand, o city.NoticeOutcome) {
	t.Helper()
	if held, err := f.Greetings().FinishAsk(t.Context(), e, o); err != nil || !held {
		t.Fatalf("%v, %v", held, err)
	}
}

// TestAGreetingIsAnsweredOnce: after a minute without more, by the chat that it came by,
// and nobody twice a day; where who wrote is written to stands sealed, and nowhere once
// they were.
func TestAGreetingIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	f := newGreeting(t)
	f.greets(t, "a", 30*time.Second)
	f.due(t, 0)
	f.clock.now = f.clock.now.Add(time.Minute)
	f.greets(t, "a", 90*time.Second) // delivered again
	f.greets(t, "b", 0)
	e := f.due(t, 1)[0]
	if want := "Silakan tulis apa yang terjadi dan di mana; foto dan lokasi boleh menyusul. Pesan ini dikirim otomatis oleh Balaikota, Kota Samarinda."; e.Letter.Chat("") != want {
		t.Errorf("it says %q", e.Letter.Chat(""))
	}
	if to, ok := city.ReadReporterChat(e.Address); !ok || to.Source != "wa-kota" || to.Person != greeterHandle || !to.Heard.Equal(f.clock.now.Add(-90*time.Second)) {
		t.Errorf("it goes to %q", e.Address)
	}
	f.ends(t, e, city.NoticeOutcome{NextAt: f.clock.now.Add(time.Minute), Error: "tidak menjawab"})
	f.due(t, 0)
	f.clock.now = f.clock.now.Add(time.Minute)
	f.ends(t, f.due(t, 1)[0], city.NoticeOutcome{Taken: true})
	f.clock.now = f.clock.now.Add(time.Hour)
	f.greets(t, "c", 2*time.Minute)
	f.due(t, 0)
	f.clock.now = f.clock.now.Add(24 * time.Hour)
	f.greets(t, "d", 2*time.Minute, func(g *city.ChatGreeting) { g.Words, g.Waits = "Terima kasih", false })
	f.greets(t, "e", 21*time.Hour) // came in too late
	f.due(t, 0)
	f.greets(t, "f", 2*time.Minute)
	f.due(t, 1)
	equal(t, "what stands sealed", all[string](t, f.sql, "SELECT part FROM chat_greetings WHERE sealed IS NOT NULL"), []string{"f"})
	equal(t, "reports", one[int](t, f.sql, "SELECT count(*)::int FROM reports"), 0)
	if rows := one[string](t, f.sql, "SELECT jsonb_agg(g)::text FROM chat_greetings g"); strings.Contains(rows, greeterHandle) {
		t.Errorf("the handle stands in %s", rows)
	}
}

// TestWhatFollowsAGreetingAnswersIt: a greeting that became part of a report, or whose
// writer has reported since, is not answered, and is counted no more among those that
// stand alone when it is part of one.
func TestWhatFollowsAGreetingAnswersIt(t *testing.T) {
	t.Parallel()
	f := newGreeting(t)
	alone := func(want ...string) {
		t.Helper()
		got, err := f.GreetingsOf(t.Context(), f.chat, "warga", f.clock.now.Add(-time.Hour), f.clock.now)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, g := range got {
			ids = append(ids, g.ID)
		}
		equal(t, "alone", ids, want)
	}
	f.greets(t, "a", 2*time.Minute)
	alone("a")
	f.reports(t, "satu", "a")
	alone()
	f.due(t, 0)
	f.clock.now = f.clock.now.Add(time.Hour)
	f.greets(t, "b", 2*time.Minute)
	f.reports(t, "dua", "")
	f.due(t, 0)
	alone("b")
	equal(t, "what stands sealed", one[int](t, f.sql, "SELECT count(*)::int FROM chat_greetings WHERE sealed IS NOT NULL"), 0)
	equal(t, "counted", one[int](t, f.sql, "SELECT count(*)::int FROM chat_greetings WHERE report_id IS NULL"), 1)
}

// TestAnAnswerToAGreetingThatFails: what the service could not bring is not held for
// brought.
func TestAnAnswerToAGreetingThatFails(t *testing.T) {
	t.Parallel()
	f := newGreeting(t)
	f.greets(t, "a", 2*time.Minute)
	e := f.due(t, 1)[0]
	f.ends(t, e, city.NoticeOutcome{Taken: true})
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.chat, Letters: []city.LetterFate{{Key: e.Letter.Key, What: city.LetterFailed, At: f.clock.now, Code: 131026}}})
	equal(t, "how it went", one[string](t, f.sql, "SELECT (taken_at IS NULL) || ' ' || error FROM chat_greetings"), "true layanan tidak dapat mengantarnya (kode 131026)")
	f.due(t, 0)
}

// TestAReplyToOurAnswerIsAboutNothingYet: who replies to what we answered a greeting
// with begins a report, whatever they were written about before; else a reply is about
// that.
func TestAReplyToOurAnswerIsAboutNothingYet(t *testing.T) {
	t.Parallel()
	f := newGreeting(t)
	f.reports(t, "satu", "")
	f.reply(t)
	f.clock.now = f.clock.now.Add(time.Hour)
	about := func(want bool) {
		t.Helper()
		r, err := f.AskedReportOf(t.Context(), f.chat, "warga", f.clock.now, true)
		if err != nil || (r != nil) != want {
			t.Errorf("a reply is about %+v, %v", r, err)
		}
	}
	about(true)
	f.greets(t, "a", 2*time.Minute)
	f.ends(t, f.due(t, 1)[0], city.NoticeOutcome{Taken: true})
	about(false)
}

// reply writes to the reporter of the only report, and it arrives.
func (f *greeting) reply(t *testing.T) {
	t.Helper()
	operator := storetest.Officer(t, f.Store, city.Operator)
	report := one[int64](t, f.sql, "SELECT id FROM reports")
	if err := f.Reply(t.Context(), actorOf(operator), operator.Asker(), report, city.Reply{ClientID: uuids(), Text: "Sudah kami tambal."}, byWhatsApp); err != nil {
		t.Fatal(err)
	}
	es, err := f.Messages(nil).ClaimAsks(t.Context(), "simpul", byWhatsApp, 10, time.Minute)
	if err != nil || len(es) != 1 {
		t.Fatalf("%+v, %v", es, err)
	}
	if held, err := f.Messages(nil).FinishAsk(t.Context(), es[0], city.NoticeOutcome{Taken: true}); err != nil || !held {
		t.Fatalf("%v, %v", held, err)
	}
}
