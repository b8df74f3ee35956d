package notice_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice"
	"balaikota/backend/notice/email"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// asking is an office whose lurah says that work about reports is finished.
type asking struct {
	*office
	node *notice.Asking
	log  *bytes.Buffer
	id   int64 // the disposition
}

// newAsking has one report for each address; "" is a reporter without one.
func newAsking(t *testing.T, addresses ...string) *asking {
	t.Helper()
	f := &asking{office: newOffice(t), log: &bytes.Buffer{}}
	reports := storetest.Reports("lubang", len(addresses))
	for i := range reports {
		reports[i].Reporter = &city.Reporter{Name: "Rahasia Dijaga", Phone: "081299990001", Email: addresses[i]}
	}
	storetest.Ingest(t, f.store, city.Delivery{SourceID: storetest.Source(t, f.store), Reports: reports})
	f.order(t, 1, city.NatureOrdinary)
	f.exec(t, `UPDATE dispositions SET reports = ARRAY(SELECT id FROM reports)`)
	f.id = 1
	f.finish(t)
	f.node = f.carrier(t, "simpul-1")
	return f
}

func (f *asking) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := f.sql.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// finish is the lurah's word that the work is done, and the question.
func (f *asking) finish(t *testing.T) {
	t.Helper()
	f.exec(t, `UPDATE dispositions SET status = 'proof_in', waits_since = $2, finished_at = $2 WHERE id = $1`, f.id, f.now())
	if err := f.store.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *asking) carrier(t *testing.T, lease string) *notice.Asking {
	t.Helper()
	mailer, err := email.New(email.Settings{Addr: f.mail.addr, From: "Balaikota <balaikota@contoh.go.id>", PublicURL: "https://balaikota.contoh.go.id/", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return &notice.Asking{Asks: f.store, Carriers: []city.ReporterCarrier{mailer}, Lease: lease, Now: f.now, Log: log}
}

// one returns the only text of a query.
func (f *asking) one(t *testing.T, sql string, args ...any) (out string) {
	t.Helper()
	if err := f.sql.QueryRow(t.Context(), sql, args...).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// ask runs rounds until nothing is due.
func (f *asking) ask(t *testing.T) {
	t.Helper()
	for range 50 {
		n, err := f.node.Round(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("questions go round and round")
}

// reached is how far each question came, as the mayor sees it.
func (f *asking) reached(t *testing.T) []string {
	t.Helper()
	words, err := f.store.ReporterWords(t.Context(), city.Asker{Role: city.WaliKota}, f.id)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, w := range words {
		out = append(out, strings.TrimSpace(w.Reach+" "+string(w.Channel)))
	}
	return out
}

func TestAReporterIsAskedByMail(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji", "", "lain@contoh.invalid", "Pelapor@surel.uji", "a@b@c", "x@y.uji>\r\nRCPT TO:<z@y.uji")
	f.ask(t)
	sent := f.mail.letters()
	if len(sent) != 1 || !strings.EqualFold(sent[0].to, "pelapor@surel.uji") {
		t.Fatalf("%+v", sent)
	}
	head, body, _ := strings.Cut(strings.ReplaceAll(sent[0].text, "\r\n", "\n"), "\n\n")
	asks, err := f.store.ReporterAsks(t.Context(), f.now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := `Yth. Pelapor,

Laporan Anda nomor lubang-0 (Jalan rusak, Air Putih) dinyatakan selesai oleh Lurah Air Putih pada Senin, 23 November 2026 10.00 WITA.

Apakah sudah beres? Mohon jawab melalui tautan ini:

https://balaikota.contoh.go.id` + asks[0].Path + `

Jawaban Anda dihitung sampai akhir hari Kamis, 26 November 2026, hanya lewat tautan ini. Tautan ini hanya untuk Anda; mohon tidak diteruskan.

Surel ini dikirim otomatis oleh Balaikota, Kota Samarinda.
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{"Subject: Apakah laporan Anda nomor lubang-0 sudah beres?", "Auto-Submitted: auto-generated"} {
		if !strings.Contains(head, line) {
			t.Errorf("no %q in\n%s", line, head)
		}
	}
	if diff := cmp.Diff([]string{"sent surel", "no_way", "no_way", "same", "no_way", "no_way"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	f.nothingOfAnybody(t)
}

// nothingOfAnybody looks for addresses where none may be.
func (f *asking) nothingOfAnybody(t *testing.T) {
	t.Helper()
	held := f.one(t, `SELECT concat((SELECT jsonb_agg(l) FROM reporter_letters l), (SELECT jsonb_agg(a) FROM audit a), (SELECT jsonb_agg(e.data) FROM events e), (SELECT jsonb_agg(n) FROM notices n))`)
	for where, text := range map[string]string{"the database": held, "the log": f.log.String()} {
		for _, of := range []string{"surel.uji", "contoh.invalid", "Rahasia", "081299990001", "/publik/beres/"} {
			if strings.Contains(text, of) {
				t.Errorf("%q is in %s", of, where)
			}
		}
	}
}

// The mail server is away for a day and more: the question comes once.
func TestAQuestionOutlastsAMailServerThatIsAway(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji")
	f.mail.stop()
	for range 26 {
		f.ask(t)
		f.wait(time.Hour)
	}
	if diff := cmp.Diff([]string{"waiting surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	f.mail.start()
	f.wait(30 * time.Minute)
	f.ask(t)
	f.ask(t)
	if n := len(f.mail.letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
	f.nothingOfAnybody(t)
}

func TestAQuestionThatIsOverIsAskedNoMore(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(t *testing.T, f *asking){
		"too late": func(_ *testing.T, f *asking) { f.wait(10 * 24 * time.Hour) },
		"answered": func(t *testing.T, f *asking) {
			t.Helper()
			f.exec(t, `INSERT INTO reporter_words (ask_id, at, answer) SELECT id, $1, 'yes' FROM reporter_asks`, f.now())
		},
		"opened again": func(t *testing.T, f *asking) {
			t.Helper()
			f.exec(t, `UPDATE dispositions SET status = 'working', waits_since = NULL, finished_at = NULL`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newAsking(t, "pelapor@surel.uji")
			f.mail.stop()
			f.ask(t)
			f.mail.start()
			over(t, f)
			f.wait(time.Hour)
			f.ask(t)
			if n := len(f.mail.letters()); n != 0 {
				t.Errorf("%d letters", n)
			}
			if diff := cmp.Diff([]string{"failed surel"}, f.reached(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNobodyIsAskedWithoutAMailServer(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji")
	f.node.Carriers = nil
	f.ask(t)
	if diff := cmp.Diff([]string{"unsent"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
	if n := f.one(t, "SELECT count(*)::text FROM reporter_letters"); n != "0" || len(f.mail.letters()) != 0 {
		t.Errorf("%s questions on their way", n)
	}
}

// A mailbox that there is none of is not tried again, and two nodes bring one
// question once.
func TestAMailboxThatIsGoneAndTwoNodes(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji", "pergi@surel.uji")
	f.mail.mu.Lock()
	f.mail.gone["pergi@surel.uji"] = true
	f.mail.mu.Unlock()
	second := f.carrier(t, "simpul-2")
	done := make(chan error, 2)
	for _, n := range []*notice.Asking{f.node, second} {
		go func() { _, err := n.Round(t.Context()); done <- err }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	f.ask(t)
	if n := len(f.mail.letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
	if diff := cmp.Diff([]string{"sent surel", "failed surel"}, f.reached(t)); diff != "" {
		t.Error(diff)
	}
}

// A node that dies over a question loses its lease, and another goes on; only
// who holds the lease is given the address.
func TestAQuestionsAddressGoesWithItsLease(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji")
	channels := []city.NoticeChannel{city.NoticeEmail}
	if _, err := f.store.AddressAsks(t.Context(), channels); err != nil {
		t.Fatal(err)
	}
	held, err := f.store.ClaimAsks(t.Context(), "mati", channels, 10, time.Minute)
	if err != nil || len(held) != 1 || held[0].Address != "pelapor@surel.uji" {
		t.Fatalf("%+v, %v", held, err)
	}
	address := func(lease string) string {
		return f.one(t, `SELECT count(sealed)::text FROM reporter_letter_sealed($1, $2, $3)`, held[0].ID, lease, f.now())
	}
	if a := address("mati") + "|" + address("lain") + "|" + address(""); a != "1|0|0" {
		t.Errorf("sealed addresses %q", a)
	}
	storetest.EndLeases(t, f.sql)
	if a := address("mati"); a != "0" {
		t.Error("a lease that is over still shows the address")
	}
	f.ask(t)
	if n := len(f.mail.letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
	if ok, err := f.store.FinishAsk(t.Context(), held[0], city.NoticeOutcome{Taken: true}); err != nil || ok {
		t.Errorf("the dead node's outcome counted: %v", err)
	}
	if a := address("simpul-1"); a != "0" {
		t.Error("a question that was brought still shows the address")
	}
}

// TestAQuestionFollowsTheReportersOwnLetter: where the report came by mail, both
// stand together in the reporter's mailbox. An id that would end the line, and one
// that another kind of source calls so, is not followed.
func TestAQuestionFollowsTheReportersOwnLetter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connector, id string
		follows       bool
	}{
		"a letter":         {"imap", "CAF=7+x.y$z@mail.contoh.id", true},
		"another line":     {"imap", "x@y>\r\nBcc: lain@surel.uji", false},
		"brackets":         {"imap", "x@y> <z@y", false},
		"no letter at all": {"httpjson", "7@contoh.id", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newAsking(t, "pelapor@surel.uji")
			f.exec(t, `UPDATE sources SET connector = $1`, c.connector)
			f.exec(t, `UPDATE reports SET raw = json_build_object('message_id', $1::text)`, c.id)
			f.ask(t)
			sent := f.mail.letters()
			if len(sent) != 1 || !strings.EqualFold(sent[0].to, "pelapor@surel.uji") {
				t.Fatalf("%+v", sent)
			}
			head, _, _ := strings.Cut(strings.ReplaceAll(sent[0].text, "\r\n", "\n"), "\n\n")
			for _, field := range []string{"In-Reply-To: <", "References: <"} {
				if got := strings.Contains(head, "\n"+field+c.id+">\n"); got != c.follows || strings.Contains(head, field) != c.follows {
					t.Errorf("follows: %v\n%s", got, head)
				}
			}
			if strings.Contains(head, "Bcc") {
				t.Errorf("the id wrote a line of the header:\n%s", head)
			}
		})
	}
}

// TestALetterWaitsForItsKey: while the key of identities is away nothing is asked
// and nothing is given up; once it is back, the question goes.
func TestALetterWaitsForItsKey(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji")
	keyless := storetest.Open(t, f.db, storetest.WithClock(f.now), storetest.WithIdentities(storetest.OtherKeys(t)))
	with := f.node.Asks
	f.node.Asks = keyless
	f.ask(t)
	if n := len(f.mail.letters()); n != 0 {
		t.Fatalf("%d letters went without a key", n)
	}
	if got := f.one(t, `SELECT attempts || ' ' || (ended_at IS NULL AND taken_at IS NULL AND leased_by = '') || ' ' || error FROM reporter_letters`); got != "0 true alamat tidak dapat dibuka" {
		t.Errorf("the letter is %q", got)
	}
	f.node.Asks = with
	f.wait(16 * time.Minute)
	f.ask(t)
	if n := len(f.mail.letters()); n != 1 {
		t.Errorf("%d letters once the key was back", n)
	}
}
