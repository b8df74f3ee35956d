package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

var bothChannels = []city.NoticeChannel{city.NoticePush, city.NoticeEmail}

// telling is a city with a mayor who instructs a lurah, and a clock of its own.
type telling struct {
	*store.Store
	db    storetest.DB
	sql   *pgx.Conn
	mu    sync.Mutex
	at    time.Time
	mayor store.Officer
	lurah store.Officer
	camat store.Officer
}

func (f *telling) now() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.at }

func (f *telling) wait(d time.Duration) { f.mu.Lock(); defer f.mu.Unlock(); f.at = f.at.Add(d) }

func newTelling(t *testing.T) *telling {
	t.Helper()
	// Monday, 23 November 2026, 10.00 WITA.
	f := &telling{db: storetest.NewDB(t), at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	f.Store = storetest.Open(t, f.db, storetest.WithClock(f.now))
	f.sql = storetest.Connect(t, f.db.SuperuserURL)
	f.mayor = storetest.Officer(t, f.Store, city.WaliKota)
	f.lurah = storetest.Officer(t, f.Store, city.Lurah)
	f.camat = storetest.Officer(t, f.Store, city.Camat)
	return f
}

func (f *telling) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := f.sql.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// order sends the lurah of Air Putih an instruction of the mayor, due in n hours.
func (f *telling) order(t *testing.T, n int) int64 {
	t.Helper()
	id := one[int64](t, f.sql, `INSERT INTO dispositions (client_id, year, number, root_id, officer_id, from_name, from_role, to_role, to_office_id, to_area, offices, areas,
		nature, subject, instruction, proof, status, sent_at, due_at, first_due_at, last_at, area_code, clock_from, in_hours, category)
		SELECT gen_random_uuid(), 2026, 1 + coalesce((SELECT max(number) FROM dispositions), 0), 0, $1, 'Wali Kota', 'wali_kota', 'lurah', id, area_code, ARRAY[id], ARRAY[area_code],
		'segera', 'Selokan Jalan Juanda di rumah Pak Budi', 'Bersihkan', false, 'sent', $2::timestamptz, $3::timestamptz, $3::timestamptz, $2::timestamptz, area_code, $2::timestamptz, true, 'jalan-rusak' FROM offices WHERE area_code = $4 AND kind = 'kelurahan' RETURNING id`,
		f.mayor.ID, f.now(), f.now().Add(time.Duration(n)*time.Hour), storetest.AirPutih)
	f.exec(t, "UPDATE dispositions SET root_id = id WHERE id = $1", id)
	f.step(t, id, city.StepSend, f.mayor, city.DispositionSent)
	return id
}

// step writes a line of the history as it stands in the tables.
func (f *telling) step(t *testing.T, id int64, kind city.DispositionStepKind, by store.Officer, after city.DispositionStatus) {
	t.Helper()
	f.exec(t, `WITH moved AS (UPDATE dispositions SET status = $4, waits_since = CASE WHEN $4 IN ('asked', 'hindered', 'proof_in', 'declined') THEN $6::timestamptz END WHERE id = $1)
		INSERT INTO disposition_steps (disposition_id, client_id, kind, officer_id, actor, name, role, was, status)
		VALUES ($1, gen_random_uuid(), $2, nullif($3::bigint, 0), 'uji', 'uji', $5, CASE WHEN $2 <> 'send' THEN 'sent' END, $4)`,
		id, string(kind), by.ID, string(after), string(by.Role), f.now())
}

func (f *telling) tell(t *testing.T) int {
	t.Helper()
	n, err := f.TellSteps(t.Context(), bothChannels)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *telling) texts(t *testing.T, o store.Officer) (out []string) {
	t.Helper()
	items, unread, err := f.Notices(t.Context(), o.Asker(), false)
	if err != nil {
		t.Fatal(err)
	}
	if unread != len(items) {
		t.Errorf("%d unread of %d", unread, len(items))
	}
	for _, n := range items {
		out = append(out, n.Path+" "+n.Text)
	}
	return out
}

func TestEveryStepIsToldToTheOtherSideOnce(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	standIn := storetest.Officer(t, f.Store, city.Lurah, func(o *store.Officer) { o.Username = "pengganti"; o.AreaCode = storetest.Lempake })
	id := f.order(t, 20)
	if n := f.tell(t); n != 1 {
		t.Fatalf("told %d steps", n)
	}
	want := []string{"/tugas/1 Disposisi baru DSP/0001/XI/2026: Air Putih; tenggat 24 November 2026 06.00 WITA."}
	if diff := cmp.Diff(want, f.texts(t, f.lurah)); diff != "" {
		t.Error(diff)
	}
	if got := f.texts(t, f.mayor); got != nil {
		t.Errorf("who sent it hears of his own step: %v", got)
	}
	// A stand-in hears what comes while he stands in.
	f.exec(t, "INSERT INTO stand_ins (officer_id, stand_in_id, from_at, until_at, reason, made_by) VALUES ($1, $2, $3, $4, 'cuti', 'uji')", f.lurah.ID, standIn.ID, f.now().Add(-time.Hour), f.now().Add(time.Hour))
	f.step(t, id, city.StepAsk, f.lurah, city.DispositionAsked)
	f.step(t, id, city.StepReply, f.mayor, city.DispositionAccepted)
	if n := f.tell(t); n != 2 || f.tell(t) != 0 {
		t.Errorf("told %d steps, or some twice", n)
	}
	if diff := cmp.Diff([]string{"/tindakan/1 Lurah Air Putih bertanya tentang disposisi DSP/0001/XI/2026; pekerjaan menunggu jawaban Anda."}, f.texts(t, f.mayor)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/tugas/1 Pertanyaan Anda tentang disposisi DSP/0001/XI/2026 sudah dijawab."}, f.texts(t, standIn)); diff != "" {
		t.Error(diff)
	}
	if got := f.texts(t, f.camat); got != nil {
		t.Errorf("the camat is no side of it: %v", got)
	}
	f.wait(2 * time.Hour)
	f.step(t, id, city.StepExtend, f.mayor, city.DispositionAccepted)
	f.tell(t)
	if got := len(f.texts(t, standIn)); got != 1 {
		t.Errorf("after the leave the stand-in has %d notices", got)
	}
}

func TestStepsTakenBackAreNotTold(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	tx, err := f.sql.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT 1`); err != nil {
		t.Fatal(err)
	}
	f.order(t, 20) // on the same connection, in the transaction
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.tell(t); n != 0 {
		t.Errorf("told %d steps", n)
	}
}

// Ten nodes tell the same steps: nobody hears one twice, none is left out.
func TestNodesShareWhatIsToBeTold(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	for range 20 {
		f.order(t, 20)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 4 {
		wg.Go(func() {
			n, err := f.TellSteps(context.WithoutCancel(t.Context()), bothChannels)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
		})
	}
	wg.Wait()
	if got := len(f.texts(t, f.lurah)); total != 20 || got != 20 {
		t.Errorf("%d steps told, %d notices", total, got)
	}
}

func (f *telling) claim(t *testing.T, lease string) []city.NoticeErrand {
	t.Helper()
	es, err := f.ClaimErrands(t.Context(), lease, bothChannels, "kunci", 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

func (f *telling) finish(t *testing.T, e city.NoticeErrand, o city.NoticeOutcome) bool {
	t.Helper()
	held, err := f.FinishErrand(t.Context(), e, o, bothChannels)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func TestAnErrandIsHeldByOneNodeAtATime(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	f.order(t, 20)
	f.tell(t)
	first := f.claim(t, "simpul-1")
	if len(first) != 1 || first[0].Channel != city.NoticePush || first[0].Attempts != 1 {
		t.Fatalf("%+v", first)
	}
	if again := f.claim(t, "simpul-2"); len(again) != 0 {
		t.Errorf("two nodes hold it: %+v", again)
	}
	// The first node dies; its lease ends, another goes on, and what the first
	// says later no longer counts.
	storetest.EndLeases(t, f.sql)
	second := f.claim(t, "simpul-2")
	if len(second) != 1 || second[0].Attempts != 2 {
		t.Fatalf("%+v", second)
	}
	if f.finish(t, first[0], city.NoticeOutcome{Taken: true}) {
		t.Error("who lost the lease still writes")
	}
	if !f.finish(t, second[0], city.NoticeOutcome{NextAt: f.now().Add(time.Minute), Error: "tidak menjawab", Second: true}) {
		t.Error("who holds the lease may not write")
	}
	if got := f.claim(t, "simpul-1"); len(got) != 0 {
		t.Errorf("tried before its time, or through a channel that was not chosen: %+v", got)
	}
	f.wait(time.Minute)
	third := f.claim(t, "simpul-1")
	if len(third) != 1 || !f.finish(t, third[0], city.NoticeOutcome{Taken: true}) {
		t.Fatalf("%+v", third)
	}
	f.wait(time.Hour)
	if got := f.claim(t, "simpul-1"); len(got) != 0 {
		t.Errorf("taken and brought again: %+v", got)
	}
	items, _, err := f.Notices(t.Context(), f.lurah.Asker(), true)
	if err != nil || len(items) != 1 || len(items[0].Delivered) != 1 || items[0].Delivered[0].At == nil || items[0].Delivered[0].Attempts != 3 {
		t.Errorf("%+v, %v", items, err)
	}
}

func (f *telling) choose(t *testing.T, o store.Officer, channels ...city.NoticeChannel) {
	t.Helper()
	if _, err := f.SetNoticePreferences(t.Context(), store.CommandLine, o.Asker(), city.NoticePreferencesInput{Channels: channels}, ""); err != nil {
		t.Fatal(err)
	}
}

func TestSecondChannelTakesOver(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	f.choose(t, f.lurah, city.NoticePush, city.NoticeEmail)
	f.choose(t, f.mayor, city.NoticeEmail, city.NoticePush)
	id := f.order(t, 20)
	f.tell(t)
	e := f.claim(t, "a")[0]
	f.finish(t, e, city.NoticeOutcome{NextAt: f.now().Add(time.Minute), Second: true, Error: "500"})
	next := f.claim(t, "a")
	if len(next) != 1 || next[0].Channel != city.NoticeEmail || next[0].Position != 2 {
		t.Fatalf("%+v", next)
	}
	f.finish(t, next[0], city.NoticeOutcome{Taken: true})
	f.wait(time.Hour)
	if got := f.claim(t, "a"); len(got) != 0 {
		t.Errorf("the first channel goes on after the second took it: %+v", got)
	}
	// An urgent one that nobody reads goes through the second channel even
	// though the first took it; a read one does not.
	f.step(t, id, city.StepHinder, f.lurah, city.DispositionHindered)
	f.tell(t)
	urgent := f.claim(t, "a")
	if len(urgent) != 1 || !urgent[0].Notice.Urgent || urgent[0].Channel != city.NoticeEmail {
		t.Fatalf("%+v", urgent)
	}
	f.finish(t, urgent[0], city.NoticeOutcome{Taken: true})
	second := func() int64 {
		n, err := f.SecondChannels(t.Context(), bothChannels, 15*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if f.wait(14 * time.Minute); second() != 0 {
		t.Error("a second channel before 15 minutes")
	}
	if f.wait(time.Minute); second() != 1 || second() != 0 {
		t.Error("not once after 15 minutes")
	}
	if got := f.claim(t, "a"); len(got) != 1 || got[0].Channel != city.NoticePush {
		t.Errorf("%+v", got)
	}
	if err := f.ReadNotice(t.Context(), f.mayor.Asker(), urgent[0].Notice.ID); err != nil {
		t.Fatal(err)
	}
	if f.wait(time.Hour); len(f.claim(t, "b")) != 0 {
		t.Error("a notice that was read is brought again")
	}
}

func TestNoticesAreTheirOfficersOwn(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	f.order(t, 20)
	f.tell(t)
	items, _, err := f.Notices(t.Context(), f.lurah.Asker(), false)
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	for _, other := range []store.Officer{f.mayor, f.camat} {
		if err := f.ReadNotice(t.Context(), other.Asker(), items[0].ID); city.CodeOf(err) != city.NotFound {
			t.Errorf("%s reads a lurah's notice: %v", other.Role, err)
		}
		app := storetest.Connect(t, f.db.AppURL)
		for _, table := range []string{"notices", "notice_deliveries", "notice_preferences"} {
			if n, err := as(t, app, store.AskerSettings(other.Asker(), ""), "SELECT FROM "+table); err != nil || n != 0 {
				t.Errorf("%s sees %d rows of %s, %v", other.Role, n, table, err)
			}
		}
		for _, table := range []string{"push_subscriptions", "notice_queue"} {
			if _, err := as(t, app, store.AskerSettings(other.Asker(), ""), "SELECT FROM "+table); !denied(err) {
				t.Errorf("%s reads %s: %v", other.Role, table, err)
			}
		}
	}
	if _, _, err := f.Notices(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, false); err != nil {
		t.Errorf("a token has no notices, which is no failure: %v", err)
	}
	if err := f.ReadNotice(t.Context(), city.Asker{Role: city.Lurah}, items[0].ID); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a token: %v", err)
	}
}

func TestAddressesCountOnceTheirCodeCameBack(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	set := func(in city.NoticePreferencesInput, code string) (string, error) {
		return f.SetNoticePreferences(t.Context(), store.CommandLine, f.lurah.Asker(), in, code)
	}
	prefs := func() city.NoticePreferences {
		p, err := f.NoticePreferences(t.Context(), f.lurah.Asker())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, bad := range []string{"x", "a@b", "Lurah <a@b.id>", "a@b.id, c@d.id", "a@b.id\r\nBcc: c@d.id", "a b@c.id"} {
		if _, err := set(city.NoticePreferencesInput{Email: &bad}, "123456"); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	address := "lurah@contoh.go.id"
	to, err := set(city.NoticePreferencesInput{Email: &address}, "123456")
	if err != nil || to != address || prefs().Email != "" || prefs().EmailWaiting != address {
		t.Fatalf("%q, %v, %+v", to, err, prefs())
	}
	for range 5 {
		if _, err := set(city.NoticePreferencesInput{Code: "000000"}, ""); city.CodeOf(err) != city.Invalid {
			t.Fatal(err)
		}
	}
	if _, err := set(city.NoticePreferencesInput{Code: "123456"}, ""); city.CodeOf(err) != city.Invalid {
		t.Errorf("the sixth try: %v", err)
	}
	if _, err := set(city.NoticePreferencesInput{Email: &address}, "222222"); err != nil {
		t.Fatal(err)
	}
	f.wait(15 * time.Minute)
	if _, err := set(city.NoticePreferencesInput{Code: "222222"}, ""); city.CodeOf(err) != city.Invalid {
		t.Errorf("a code of 15 minutes ago: %v", err)
	}
	if _, err := set(city.NoticePreferencesInput{Email: &address}, "333333"); err != nil {
		t.Fatal(err)
	}
	if to, err := set(city.NoticePreferencesInput{Email: &address}, "444444"); err != nil || to != "" {
		t.Errorf("a code on the way is sent again: %q, %v", to, err)
	}
	another := "lain@contoh.go.id"
	if _, err := set(city.NoticePreferencesInput{Email: &another}, "444444"); city.CodeOf(err) != city.Conflict {
		t.Errorf("a fourth code within the hour: %v", err)
	}
	if _, err := set(city.NoticePreferencesInput{Code: "333333"}, ""); err != nil || prefs().Email != address || prefs().EmailWaiting != "" {
		t.Errorf("%v, %+v", err, prefs())
	}
	none := ""
	if _, err := set(city.NoticePreferencesInput{Email: &none}, ""); err != nil || prefs().Email != "" {
		t.Errorf("%v, %+v", err, prefs())
	}
	from, until := "22.30", "04.00"
	if _, err := set(city.NoticePreferencesInput{QuietFrom: &from, QuietUntil: &until}, ""); err != nil || prefs().QuietFrom != from || prefs().QuietUntil != until {
		t.Errorf("%v, %+v", err, prefs())
	}
	if _, err := set(city.NoticePreferencesInput{QuietFrom: &none}, ""); city.CodeOf(err) != city.Invalid {
		t.Errorf("half of the quiet hours: %v", err)
	}
}

func TestBrowsersBelongToWhoSubscribedLast(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	sub := city.PushSubscription{Endpoint: "https://push.contoh/1", Keys: city.PushKeys{P256DH: "a", Auth: "b"}}
	for _, o := range []store.Officer{f.camat, f.lurah} {
		if err := f.Subscribe(t.Context(), o.Asker(), sub, "kunci"); err != nil {
			t.Fatal(err)
		}
	}
	f.order(t, 20)
	f.tell(t)
	e := f.claim(t, "a")
	if len(e) != 1 || len(e[0].Subscriptions) != 1 || e[0].Subscriptions[0].Endpoint != sub.Endpoint {
		t.Fatalf("%+v", e)
	}
	if err := f.Unsubscribe(t.Context(), f.camat.Asker(), sub.Endpoint); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, f.sql, "SELECT count(*) FROM push_subscriptions"); n != 1 {
		t.Error("another officer's browser is taken away")
	}
	f.finish(t, e[0], city.NoticeOutcome{Ended: true, Error: "410", Gone: []int64{e[0].Subscriptions[0].ID}})
	if n := one[int](t, f.sql, "SELECT count(*) FROM push_subscriptions"); n != 0 {
		t.Error("a browser that is gone stays")
	}
	for range 12 {
		sub.Endpoint += "x"
		if err := f.Subscribe(t.Context(), f.lurah.Asker(), sub, "kunci"); err != nil {
			t.Fatal(err)
		}
	}
	if n := one[int](t, f.sql, "SELECT count(*) FROM push_subscriptions"); n != 10 {
		t.Errorf("%d browsers of one officer", n)
	}
}
