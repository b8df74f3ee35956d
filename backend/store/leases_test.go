package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestLeasesAreOfTheDatabasesClock: two nodes work on one database, and the clock of one
// is set an hour forth. What the first is bringing, or answering, the second does not
// take: nobody is written to twice. Once the lease is over by the database's clock it
// does, whatever its own clock says.
func TestLeasesAreOfTheDatabasesClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = time.Now() // as the database's
	ahead := storetest.Open(t, f.db, storetest.WithClock(func() time.Time { return f.clock.now.Add(time.Hour) }))
	channels := []city.NoticeChannel{city.NoticePush, city.NoticeEmail, city.NoticeTelegram, city.NoticeWhatsApp}
	f.waits(t, channels)

	asks := func(claim func(s *store.Store) ([]city.ReporterErrand, error)) func(s *store.Store) (int, error) {
		return func(s *store.Store) (int, error) {
			es, err := claim(s)
			return len(es), err
		}
	}
	for name, claim := range map[string]func(s *store.Store) (int, error){
		"notices": func(s *store.Store) (int, error) {
			es, err := s.ClaimErrands(t.Context(), "simpul", channels, "kunci", 10, time.Minute)
			return len(es), err
		},
		"officers' words": func(s *store.Store) (int, error) {
			es, err := s.ClaimWords(t.Context(), "simpul", 10, time.Minute)
			return len(es), err
		},
		"greetings": asks(func(s *store.Store) ([]city.ReporterErrand, error) {
			return s.Greetings().ClaimAsks(t.Context(), "simpul", channels, 10, time.Minute)
		}),
		"letters": asks(func(s *store.Store) ([]city.ReporterErrand, error) {
			return s.ClaimAsks(t.Context(), "simpul", channels, 10, time.Minute)
		}),
		"messages to reporters": asks(func(s *store.Store) ([]city.ReporterErrand, error) {
			return s.Messages(nil).ClaimAsks(t.Context(), "simpul", channels, 10, time.Minute)
		}),
		"messages about one's data": asks(func(s *store.Store) ([]city.ReporterErrand, error) {
			return s.SubjectMessages().ClaimAsks(t.Context(), "simpul", channels, 10, time.Minute)
		}),
	} {
		if n, err := claim(f.Store); err != nil || n != 1 {
			t.Errorf("%s: the first node takes %d, %v", name, n, err)
		}
		if n, err := claim(ahead); err != nil || n != 0 {
			t.Errorf("%s: the node that is an hour ahead takes %d of another's, %v", name, n, err)
		}
		storetest.EndLeases(t, f.sql)
		if n, err := claim(ahead); err != nil || n != 1 {
			t.Errorf("%s: when the lease is over %d, %v", name, n, err)
		}
	}
}

// waits puts one thing into each queue.
func (f *fixture) waits(t *testing.T, channels []city.NoticeChannel) {
	t.Helper()
	who := city.Reporter{Name: "Wati", Email: "wati@surel.kota"}
	f.ingest(t, named("a", who))
	report := one[int64](t, f.sql, "SELECT id FROM reports")
	operator := storetest.Officer(t, f.Store, city.Operator)
	if err := f.Reply(t.Context(), actorOf(operator), operator.Asker(), report, city.Reply{ClientID: uuid(t, "jawaban"), Text: "Sudah kami tambal."}, channels); err != nil {
		t.Fatal(err)
	}
	d := f.askOwn(t, city.SubjectCopy, who)
	if err := f.SendSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, city.NoticeEmail, channels); err != nil {
		t.Fatal(err)
	}
	chat := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Connector = "wa-kota", "whatsapp" })
	storetest.Ingest(t, f.Store, city.Delivery{
		SourceID: chat, Words: []city.OfficerWord{{ID: "kata", Person: "orang", Handle: "6281100000001", At: f.clock.now, Kind: city.WordHelp}},
		Greetings: []city.ChatGreeting{{ID: "sapaan", Person: "warga", Handle: "6281100000002", At: f.clock.now.Add(-2 * time.Minute), Words: "Halo", Waits: true}},
	})
	// The lurah says that work about the report is done: its reporter is asked.
	work := &telling{Store: f.Store, db: f.db, sql: f.sql, at: f.clock.now, mayor: storetest.Officer(t, f.Store, city.WaliKota), lurah: storetest.Officer(t, f.Store, city.Lurah)}
	id := work.order(t, 20)
	if n := work.tell(t); n != 1 {
		t.Fatalf("%d steps told", n)
	}
	work.exec(t, `UPDATE dispositions SET reports = ARRAY[$2::bigint], status = 'proof_in', waits_since = $3, finished_at = $3 WHERE id = $1`, id, report, f.clock.now)
	if err := f.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddressAsks(t.Context(), channels); err != nil {
		t.Fatal(err)
	}
}
