package notice_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice"
	"balaikota/backend/notice/email"
	"balaikota/backend/notice/webpush"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// office is a city with a lurah, both channels and a clock of its own.
type office struct {
	db     storetest.DB
	store  *store.Store
	sql    *pgx.Conn
	mu     sync.Mutex
	at     time.Time
	lurah  store.Officer
	push   *pushService
	mail   *mailServer
	phone  browser
	keys   webpush.Keys
	worker *notice.Worker
}

func (o *office) now() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return o.at }

func (o *office) wait(d time.Duration) { o.mu.Lock(); defer o.mu.Unlock(); o.at = o.at.Add(d) }

func newOffice(t *testing.T) *office {
	t.Helper()
	// Monday, 23 November 2026, 10.00 WITA.
	o := &office{db: storetest.NewDB(t), at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), push: newPushService(t), mail: newMailServer(t), phone: newBrowser(t)}
	o.store = storetest.Open(t, o.db, storetest.WithClock(o.now))
	o.sql = storetest.Connect(t, o.db.SuperuserURL)
	o.lurah = storetest.Officer(t, o.store, city.Lurah)
	var err error
	if o.keys, err = webpush.NewKeys(); err != nil {
		t.Fatal(err)
	}
	o.worker = o.node(t, "simpul-1")
	sub := o.phone.subscription(o.push.URL + "/langganan")
	if err := o.pusher().Check(sub); err != nil {
		t.Fatal(err)
	}
	if err := o.store.Subscribe(t.Context(), o.lurah.Asker(), sub, o.keys.Public); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) pusher() *webpush.Carrier {
	return webpush.New(webpush.Settings{Keys: o.keys, Subject: "mailto:uji@contoh.go.id", Loopback: true, Transport: func(tr *http.Transport) {
		roots := x509.NewCertPool()
		roots.AddCert(o.push.Certificate())
		tr.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}})
}

func (o *office) node(t *testing.T, name string) *notice.Worker {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	mailer, err := email.New(email.Settings{Addr: o.mail.addr, From: "Balaikota <balaikota@contoh.go.id>", PublicURL: "https://balaikota.contoh.go.id", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	return &notice.Worker{Outbox: o.store, Carriers: []city.Carrier{o.pusher(), mailer}, VAPID: o.keys.Public, Zone: zone, Lease: name, Now: o.now, Log: slog.New(slog.DiscardHandler)}
}

// order gives the lurah n instructions.
func (o *office) order(t *testing.T, n int, nature city.Nature) {
	t.Helper()
	for range n {
		if _, err := o.sql.Exec(t.Context(), `WITH d AS (INSERT INTO dispositions (client_id, year, number, root_id, from_name, from_role, to_role, to_office_id, to_area, offices, areas,
			nature, subject, instruction, proof, status, sent_at, due_at, first_due_at, last_at, area_code)
			SELECT gen_random_uuid(), 2026, 1 + coalesce((SELECT max(number) FROM dispositions), 0), 0, 'Wali Kota', 'wali_kota', 'lurah', id, area_code, ARRAY[id], ARRAY[area_code],
			$1, 'Selokan di rumah Pak Budi', 'Bersihkan', false, 'sent', $2::timestamptz, $2::timestamptz + interval '2 days', $2::timestamptz + interval '2 days', $2::timestamptz, area_code
			FROM offices WHERE area_code = $3 AND kind = 'kelurahan' RETURNING id)
			INSERT INTO disposition_steps (disposition_id, client_id, kind, actor, name, role, status) SELECT id, gen_random_uuid(), 'send', 'uji', 'uji', 'wali_kota', 'sent' FROM d`,
			string(nature), o.now(), storetest.AirPutih); err != nil {
			t.Fatal(err)
		}
	}
}

// email gives the lurah a confirmed address and the order of channels.
func (o *office) email(t *testing.T, channels ...city.NoticeChannel) {
	t.Helper()
	address := "lurah@contoh.go.id"
	for _, in := range []city.NoticePreferencesInput{{Channels: channels, Email: &address}, {Code: "123456"}} {
		if _, err := o.store.SetNoticePreferences(t.Context(), store.CommandLine, o.lurah.Asker(), in, "123456"); err != nil {
			t.Fatal(err)
		}
	}
}

func (o *office) round(t *testing.T) int {
	t.Helper()
	n, err := o.worker.Round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// settle runs rounds until nothing is due.
func (o *office) settle(t *testing.T) {
	t.Helper()
	for range 100 {
		if o.round(t) == 0 {
			return
		}
	}
	t.Fatal("notices go round and round")
}

func (o *office) list(t *testing.T) []city.Notice {
	t.Helper()
	items, _, err := o.store.Notices(t.Context(), o.lurah.Asker(), false)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestAPushHoldsTitleBodyAndPathAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.order(t, 1, city.NatureOrdinary)
	o.settle(t)
	got := o.push.all()
	if len(got) != 1 {
		t.Fatalf("%d pushes", len(got))
	}
	plain, err := o.phone.open(got[0].body)
	if err != nil {
		t.Fatal(err)
	}
	var held map[string]string
	if err := json.Unmarshal(plain, &held); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"title": "Balaikota", "body": "Disposisi baru DSP/0001/XI/2026: Air Putih; tenggat 25 November 2026 10.00 WITA.", "path": "/tugas/1"}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Error(diff)
	}
	h := got[0].header
	if h.Get("TTL") != "86400" || len(h.Get("Topic")) != 32 || h.Get("Urgency") != "normal" || h.Get("Content-Encoding") != "aes128gcm" ||
		!strings.HasPrefix(h.Get("Authorization"), "vapid t=") || !strings.Contains(h.Get("Authorization"), "k="+o.keys.Public) {
		t.Errorf("%v", h)
	}
	if strings.Contains(string(got[0].body), "DSP/") {
		t.Error("the push service can read it")
	}
}

func TestAnswersOfPushServices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		answer   func(w http.ResponseWriter, r *http.Request)
		browsers int           // that stay
		again    time.Duration // at the earliest
		latest   time.Duration
	}{
		{"410", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, 0, 0, 0},
		{"404", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, 0, 0, 0},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, 1, 600 * time.Second, 600 * time.Second},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 1, 15 * time.Second, 30 * time.Second},
		{"redirect inside", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
		}, 1, 15 * time.Second, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.push.answers(c.answer)
			o.order(t, 1, city.NatureOrdinary)
			o.settle(t)
			browsers, next := 0, time.Time{}
			ended := false
			if err := o.sql.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM push_subscriptions), next_at, ended_at IS NOT NULL FROM notice_deliveries").Scan(&browsers, &next, &ended); err != nil {
				t.Fatal(err)
			}
			if pause := next.Sub(o.now()); browsers != c.browsers || ended != (c.browsers == 0) || (!ended && (pause < c.again || pause > c.latest)) {
				t.Errorf("%d browsers, again after %s, ended %v", browsers, pause, ended)
			}
			if len(o.push.all()) != 1 || len(o.list(t)) != 1 {
				t.Errorf("%d pushes, %d in the app's list", len(o.push.all()), len(o.list(t)))
			}
		})
	}
}

// A push service that never answers holds up neither the others nor the server
// as it stops.
func TestAHangingPushServiceIsLeft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	o.push.answers(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	o.order(t, 1, city.NatureOrdinary)
	if n := o.round(t); n == 0 {
		t.Fatal("nothing told")
	}
	<-o.push.came
	items := o.list(t)
	if len(items) != 1 || len(items[0].Delivered) != 1 || items[0].Delivered[0].Attempts != 1 || !strings.Contains(items[0].Delivered[0].Error, "push service") {
		t.Errorf("%+v", items)
	}
}

// The mail server is away for a day: every notice comes, once.
func TestAReceiverThatIsDownForADayLosesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.email(t, city.NoticeEmail)
	o.mail.stop()
	for range 24 {
		if o.now().Hour() < 10 {
			o.order(t, 1, city.NatureVeryUrgent)
		}
		o.settle(t)
		o.wait(time.Hour)
	}
	if len(o.mail.letters()) != 0 {
		t.Fatal("a server that is away took mail")
	}
	o.mail.start()
	o.wait(30 * time.Minute)
	o.settle(t)
	sent, ids := o.mail.letters(), map[string]int{}
	for _, l := range sent {
		for line := range strings.Lines(l.text) {
			if id, ok := strings.CutPrefix(line, "Message-Id: "); ok {
				ids[id]++
			} else if id, ok := strings.CutPrefix(line, "Message-ID: "); ok {
				ids[id]++
			}
		}
	}
	if len(o.list(t)) == 0 || len(sent) != len(o.list(t)) || len(ids) != len(sent) {
		t.Errorf("%d notices, %d mails, %d Message-IDs", len(o.list(t)), len(sent), len(ids))
	}
}

func TestMailSaysTheSameAndNothingElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.email(t, city.NoticeEmail)
	o.order(t, 1, city.NatureOrdinary)
	o.settle(t)
	sent := o.mail.letters()
	if len(sent) != 1 || sent[0].to != "lurah@contoh.go.id" {
		t.Fatalf("%+v", sent)
	}
	for _, want := range []string{"https://balaikota.contoh.go.id/tugas/1", "Disposisi baru DSP/0001/XI/2026: Air Putih", "New disposition DSP/0001/XI/2026", "Auto-Submitted: auto-generated"} {
		if !strings.Contains(sent[0].text, want) {
			t.Errorf("no %q in\n%s", want, sent[0].text)
		}
	}
	if strings.Contains(sent[0].text, "Budi") {
		t.Error("the subject of the letter, which names a citizen, left the house")
	}
}

func TestTheSecondChannelComesAfterFailures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.email(t, city.NoticePush, city.NoticeEmail)
	o.push.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	o.order(t, 1, city.NatureOrdinary)
	for range 6 {
		o.settle(t)
		o.wait(10 * time.Minute)
	}
	pushes := len(o.push.all())
	if len(o.mail.letters()) != 1 || pushes != 4 {
		t.Errorf("%d mails after %d pushes", len(o.mail.letters()), pushes)
	}
	// A mailbox that there is none of ends that channel.
	o.mail.mu.Lock()
	o.mail.gone["lurah@contoh.go.id"] = true
	o.mail.mu.Unlock()
	if _, err := o.store.SetNoticePreferences(t.Context(), store.CommandLine, o.lurah.Asker(), city.NoticePreferencesInput{Channels: []city.NoticeChannel{city.NoticeEmail, city.NoticePush}}, ""); err != nil {
		t.Fatal(err)
	}
	o.push.answers(nil)
	o.order(t, 1, city.NatureOrdinary)
	o.settle(t)
	last := o.list(t)[0]
	if len(last.Delivered) != 2 || last.Delivered[0].Error != "the mail server refuses the address: 550" || last.Delivered[1].At == nil {
		t.Errorf("%+v", last.Delivered)
	}
}

func TestTheNightIsQuietButForWhatIsUrgent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.wait(12 * time.Hour) // 22.00 WITA
	o.order(t, 1, city.NatureOrdinary)
	o.settle(t)
	if len(o.push.all()) != 0 || len(o.list(t)) != 1 {
		t.Fatalf("%d pushes in the night, %d in the list", len(o.push.all()), len(o.list(t)))
	}
	o.order(t, 1, city.NatureVeryUrgent)
	o.settle(t)
	if got := o.push.all(); len(got) != 1 || got[0].header.Get("Urgency") != "high" {
		t.Fatalf("%d pushes", len(got))
	}
	o.wait(7 * time.Hour) // 05.00
	o.settle(t)
	if got := o.push.all(); len(got) != 2 {
		t.Errorf("%d pushes in the morning", len(got))
	}
	if d := o.list(t)[1].Delivered; len(d) != 1 || d[0].Attempts != 1 {
		t.Errorf("waiting for the morning counts as a try: %+v", d)
	}
}

func TestADayHasABound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.order(t, 30, city.NatureOrdinary)
	o.settle(t)
	// Errands of one round are counted together: at most one round beyond.
	if n := len(o.push.all()); n < 20 || n > 28 || len(o.list(t)) != 30 {
		t.Errorf("%d pushes, %d in the list", n, len(o.list(t)))
	}
	o.order(t, 1, city.NatureVeryUrgent)
	before := len(o.push.all())
	o.settle(t)
	if len(o.push.all()) != before+1 {
		t.Error("what is urgent is held back")
	}
}

// Four nodes bring a hundred notices: each comes once.
func TestNodesBringEachNoticeOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.order(t, 40, city.NatureVeryUrgent)
	var wg sync.WaitGroup
	for i := range 4 {
		node := o.node(t, "simpul-"+strconv.Itoa(i))
		wg.Go(func() {
			for {
				n, err := node.Round(context.WithoutCancel(t.Context()))
				if err != nil {
					t.Error(err)
					return
				}
				if n == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	o.settle(t)
	topics := map[string]int{}
	for _, p := range o.push.all() {
		topics[p.header.Get("Topic")]++
	}
	if len(o.push.all()) != 40 || len(topics) != 40 {
		t.Errorf("%d pushes of %d notices", len(o.push.all()), len(topics))
	}
}

// died is an outbox whose node is killed after the push service took the
// notice, before it is written: FinishErrand never arrives.
type died struct{ notice.Outbox }

func (died) FinishErrand(context.Context, city.NoticeErrand, city.NoticeOutcome, []city.NoticeChannel) (bool, error) {
	return false, context.Canceled
}

func TestANodeThatIsKilledRepeatsAtMostOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.order(t, 1, city.NatureOrdinary)
	killed := o.node(t, "simpul-mati")
	killed.Outbox = died{o.store}
	if _, err := killed.Round(t.Context()); err == nil {
		t.Fatal("the node was not killed")
	}
	o.settle(t)
	if len(o.push.all()) != 1 {
		t.Fatalf("%d pushes while the lease stands", len(o.push.all()))
	}
	storetest.EndLeases(t, o.sql)
	o.settle(t)
	o.wait(24 * time.Hour)
	o.settle(t)
	got := o.push.all()
	if len(got) != 2 || got[0].header.Get("Topic") != got[1].header.Get("Topic") {
		t.Errorf("%d pushes", len(got))
	}
}

func TestATestNoticeGoesEveryWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.email(t, city.NoticePush, city.NoticeEmail)
	if _, err := o.store.SendTestNotice(t.Context(), o.lurah.Asker(), o.worker.Offered()); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if len(o.push.all()) != 1 || len(o.mail.letters()) != 1 {
		t.Errorf("%d pushes, %d mails", len(o.push.all()), len(o.mail.letters()))
	}
	for range 4 {
		o.wait(time.Second)
		if _, err := o.store.SendTestNotice(t.Context(), o.lurah.Asker(), o.worker.Offered()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.store.SendTestNotice(t.Context(), o.lurah.Asker(), o.worker.Offered()); city.CodeOf(err) != city.Conflict {
		t.Errorf("a sixth test within the hour: %v", err)
	}
}
