package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// watched is a city with an operator, whose sources a test lets fail; the clock
// stands at 12.00 WITA of 16 March 2026.
type watched struct {
	*fixture
	operator store.Officer
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	f := &watched{fixture: newFixture(t)}
	f.operator = storetest.Officer(t, f.Store, city.Operator)
	return f
}

// answers lets sources answer, with nothing new.
func (f *watched) answers(t *testing.T, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Attempt: &city.Attempt{Started: f.clock.now, Finished: f.clock.now}})
	}
}

// fails lets sources fail so often that they are terputus.
func (f *watched) fails(t *testing.T, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		for range 3 {
			storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Attempt: &city.Attempt{
				Started: f.clock.now, Finished: f.clock.now, Err: city.Errorf(city.Internal, "kunci-rahasia of Pak Budi was refused"),
			}})
		}
	}
}

// look looks half a minute later, and returns how many notices that made.
func (f *watched) look(t *testing.T) int {
	t.Helper()
	f.clock.forward(30 * time.Second)
	n, err := f.TellSources(t.Context(), bothChannels)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// told is what the operator was told, oldest first.
func (f *watched) told(t *testing.T, o store.Officer) []string {
	t.Helper()
	items, _, err := f.Notices(t.Context(), o.Asker(), false)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, n := range items {
		if n.Kind != "source" || n.Urgent {
			t.Errorf("%+v", n)
		}
		out = append([]string{n.Path + " " + n.Text}, out...)
	}
	return out
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Error(diff)
	}
}

const (
	ujiBroken = "/sumber/uji Sumber Sumber uji terputus sejak %s. Periksa di halaman sumber."
	ujiWell   = "/sumber/uji Sumber Sumber uji mengirim data lagi; terganggu sejak %s."
)

// TestABrokenSourceIsToldOnce, to every operator whose account is open and to
// nobody else, and once that it is well again; never what it answered.
func TestABrokenSourceIsToldOnce(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	second := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username = "operator-dua" })
	closed := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username = "operator-tiga" })
	if err := f.DisableOfficer(t.Context(), store.CommandLine, closed.Username, true); err != nil {
		t.Fatal(err)
	}
	mayor := storetest.Officer(t, f.Store, city.WaliKota)
	f.answers(t, f.source)
	since := "16 Maret 2026 12.00 WITA"
	for range 3 {
		if n := f.look(t); n != 0 {
			t.Fatal("a source that answers is told of")
		}
	}
	f.fails(t, f.source)
	for i, want := range []int{0, 1, 0, 0, 0} {
		if n := f.look(t); n != want {
			t.Errorf("look %d after it broke told %d, want %d", i, n, want)
		}
	}
	f.answers(t, f.source)
	for i, want := range []int{0, 1, 0, 0, 0} {
		if n := f.look(t); n != want {
			t.Errorf("look %d after it came back told %d, want %d", i, n, want)
		}
	}
	for _, o := range []store.Officer{f.operator, second} {
		wantTold(t, f.told(t, o), fmt.Sprintf(ujiBroken, since), fmt.Sprintf(ujiWell, since))
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM notices WHERE officer_id = ANY ($1)", []int64{closed.ID, mayor.ID}); n != 0 {
		t.Errorf("%d notices to others", n)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM notices WHERE text || text_en || path || key ~ '(rahasia|Budi|refused)'"); n != 0 {
		t.Error("a notice says what the source answered")
	}
	// On their way by the channel of the officer's choice, as other notices.
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM notice_deliveries WHERE channel = 'push'"); n != 4 {
		t.Errorf("%d on their way, want 4", n)
	}
}

// TestAShortBreakIsNotTold: what is well again at the next look.
func TestAShortBreakIsNotTold(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	for range 5 {
		f.fails(t, f.source)
		f.look(t)
		f.answers(t, f.source)
		f.look(t)
	}
	wantTold(t, f.told(t, f.operator))
}

// TestSourcesThatBreakTogetherAreOneNotice, and so are those that follow within a
// quarter of an hour, and those that come back.
func TestSourcesThatBreakTogetherAreOneNotice(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	var all []int64
	for i := range 40 {
		all = append(all, storetest.Source(t, f.Store, func(s *city.Source) {
			s.Slug, s.Name, s.ExpectEvery = fmt.Sprintf("s%02d", i), fmt.Sprintf("Sistem %02d", i), 6*time.Hour
		}))
	}
	if err := f.PauseSource(t.Context(), "uji", true); err != nil {
		t.Fatal(err)
	}
	f.answers(t, all...)
	f.fails(t, all[:36]...)
	f.look(t)
	for range 20 { // ten minutes
		f.look(t)
	}
	f.fails(t, all[36:38]...)
	f.look(t)
	f.fails(t, all[38:]...)
	for range 20 {
		f.look(t)
	}
	broken := "/sumber 36 sumber bermasalah: Sistem 00, Sistem 01, Sistem 02 dan 33 lainnya. Periksa di halaman Sumber."
	rest := "/sumber 4 sumber bermasalah: Sistem 36, Sistem 37, Sistem 38 dan 1 lainnya. Periksa di halaman Sumber."
	wantTold(t, f.told(t, f.operator), broken, rest)
	f.answers(t, all[:38]...)
	f.look(t)
	f.look(t)
	f.answers(t, all[38:]...)
	for range 40 {
		f.look(t)
	}
	wantTold(t, f.told(t, f.operator), broken, rest,
		"/sumber 38 sumber mengirim data lagi: Sistem 00, Sistem 01, Sistem 02 dan 35 lainnya.", "/sumber 2 sumber mengirim data lagi: Sistem 38 dan Sistem 39.")
}

// TestASourceThatFlapsIsOnePairInSixHours; one that stays broken after the second
// break is told once they are over.
func TestASourceThatFlapsIsOnePairInSixHours(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	f.answers(t, f.source)
	began := f.clock.now
	turn := func(fate func(*testing.T, ...int64)) {
		fate(t, f.source)
		f.look(t)
		f.look(t)
		f.clock.forward(9 * time.Minute) // late at most
	}
	for f.clock.now.Sub(began) < 13*time.Hour {
		turn(f.fails)
		turn(f.answers)
	}
	var texts []string
	for _, s := range f.told(t, f.operator) {
		texts = append(texts, strings.Fields(s)[4])
	}
	if diff := cmp.Diff([]string{"terputus", "mengirim", "terputus", "mengirim", "terputus", "mengirim"}, texts); diff != "" {
		t.Error(diff)
	}
	const newest = "SELECT max(at) FROM notices WHERE key LIKE 'sumber:rusak:%'"
	last := one[time.Time](t, f.sql, newest)
	turn(f.fails)
	f.clock.now = last.Add(6*time.Hour - 2*time.Minute)
	for range 6 {
		f.look(t)
	}
	if apart := one[time.Time](t, f.sql, newest).Sub(last); apart < 6*time.Hour || apart > 6*time.Hour+time.Minute {
		t.Errorf("a source that stays broken is told %s after the break before", apart)
	}
}

// TestNoPromiseNoNotice: a source that is paused, was never asked, or is late only.
func TestNoPromiseNoNotice(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Name = "baru", "Belum pernah dibaca" })
	if err := f.PauseSource(t.Context(), "uji", true); err != nil {
		t.Fatal(err)
	}
	f.fails(t, f.source)
	for range 5 {
		f.look(t)
	}
	wantTold(t, f.told(t, f.operator))
	if err := f.PauseSource(t.Context(), "uji", false); err != nil {
		t.Fatal(err)
	}
	f.answers(t, f.source)
	since := city.FormatDay(f.clock.now, time.FixedZone("WITA", 8*3600)) + f.clock.now.Add(8*time.Hour).Format(" 15.04 WITA")
	f.clock.forward(25 * time.Minute) // five times its promise
	f.look(t)
	if got := one[int](t, f.sql, "SELECT count(*)::int FROM source_told WHERE bad_since IS NOT NULL"); got != 0 {
		t.Errorf("%d late sources count as broken", got)
	}
	f.look(t)
	wantTold(t, f.told(t, f.operator))
	// Told, then paused: nothing follows until it goes on, broken or not.
	f.fails(t, f.source)
	f.look(t)
	f.look(t)
	broken := fmt.Sprintf(ujiBroken, since)
	wantTold(t, f.told(t, f.operator), broken)
	if err := f.PauseSource(t.Context(), "uji", true); err != nil {
		t.Fatal(err)
	}
	f.look(t)
	f.clock.forward(7 * time.Hour)
	f.look(t)
	wantTold(t, f.told(t, f.operator), broken)
	if err := f.PauseSource(t.Context(), "uji", false); err != nil {
		t.Fatal(err)
	}
	f.look(t)
	f.look(t)
	wantTold(t, f.told(t, f.operator), broken, broken)
	f.answers(t, f.source)
	f.look(t)
	f.look(t)
	wantTold(t, f.told(t, f.operator), broken, broken, fmt.Sprintf(ujiWell, since))
}

// TestCatchingUpIsNoAllClear: a source whose data were told to be old is read again
// for its refused rows. While that lasts it is late at most, and neither well nor
// broken; afterwards its data are as old as before, and nothing new is told.
func TestCatchingUpIsNoAllClear(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	old := []city.Observation{storetest.Observation("muka-air-benanga", "", f.clock.now.AddDate(0, -3, 0), 7)}
	f.pulled(t, city.Delivery{Observations: old})
	f.look(t)
	f.look(t)
	broken := "/sumber/uji Data sumber Sumber uji lama, terakhir 16 Desember 2025 12.00 WITA. Periksa di halaman sumber."
	wantTold(t, f.told(t, f.operator), broken)
	if err := f.SendBackSource(t.Context(), "uji", city.RereadRefused, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n := f.look(t); n != 0 {
			t.Fatalf("while it catches up, late by that alone (%s), %q is told", f.health(t).Freshness, f.told(t, f.operator))
		}
	}
	src, err := f.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	wantData(t, f.pulled(t, city.Delivery{Observations: old, SentBack: src.SentBack, Cursor: []byte(`{}`)}), city.Stale, city.Fresh, city.DataOld)
	for range 3 {
		f.look(t)
	}
	wantTold(t, f.told(t, f.operator), broken)
	// Data of today end it, and the next break is told at its time.
	f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", f.clock.now, 7)}, SentBack: src.SentBack})
	f.look(t)
	f.look(t)
	told := f.told(t, f.operator)
	if len(told) != 2 || !strings.Contains(told[1], "mengirim data lagi") {
		t.Errorf("%q", told)
	}
}

// TestWhatIsToldSaysHowTheSourceIs: old data and refused rows are told as such,
// a simulation by its name.
func TestWhatIsToldSaysHowTheSourceIs(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	old := f.clock.now.AddDate(-1, 0, 0)
	f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", old, 7)}})
	f.look(t)
	f.look(t)
	wrong := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Name, s.Simulated = "salah", "Sensor\nsalah", true })
	storetest.Ingest(t, f.Store, city.Delivery{
		SourceID: wrong, Observations: []city.Observation{storetest.Observation("tidak-ada", "", f.clock.now, 7)}, Attempt: &city.Attempt{Started: f.clock.now, Finished: f.clock.now},
	})
	f.clock.forward(15 * time.Minute)
	f.look(t)
	f.answers(t, f.source)
	f.look(t)
	silent := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Name = "bisu", "Sistem bisu" })
	f.fails(t, silent)
	f.clock.forward(15 * time.Minute)
	f.answers(t, f.source, wrong)
	f.look(t)
	f.look(t)
	wantTold(t, f.told(t, f.operator),
		"/sumber/uji Data sumber Sumber uji lama, terakhir 16 Maret 2025 12.00 WITA. Periksa di halaman sumber.",
		"/sumber/salah Semua baris sumber Sensor salah (simulasi) ditolak sejak 16 Maret 2026 12.01 WITA. Periksa di halaman sumber.",
		"/sumber/bisu Sumber Sistem bisu belum pernah terbaca. Periksa di halaman sumber.")
	f.clock.forward(time.Hour)
	f.look(t)
	f.answers(t, f.source, silent)
	f.look(t)
	f.look(t)
	if got := f.told(t, f.operator); got[len(got)-1] != "/sumber/bisu Sumber Sistem bisu sudah mengirim data." {
		t.Errorf("%q", got)
	}
}

// TestWhoDiesWhileTellingLosesNothing: between deciding and writing, between
// writing and sending, and with two nodes at one look, a notice is told once.
func TestWhoDiesWhileTellingLosesNothing(t *testing.T) {
	t.Parallel()
	f := newWatched(t)
	f.answers(t, f.source)
	f.fails(t, f.source)
	f.look(t)
	// The node that decided dies before its transaction is whole.
	if _, err := f.sql.Exec(t.Context(), `CREATE FUNCTION mati() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
		ALTER FUNCTION mati() SECURITY DEFINER; CREATE TRIGGER mati AFTER INSERT ON notices FOR EACH ROW EXECUTE FUNCTION mati()`); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(30 * time.Second)
	if n, err := f.TellSources(t.Context(), bothChannels); err == nil {
		t.Fatalf("told %d over a connection that broke", n)
	}
	if _, err := f.sql.Exec(t.Context(), `DROP TRIGGER mati ON notices`); err != nil {
		t.Fatal(err)
	}
	wantTold(t, f.told(t, f.operator))
	// Two other nodes look at the same moment.
	f.clock.forward(30 * time.Second)
	var nodes sync.WaitGroup
	told := make([]int, 2)
	for i := range told {
		node := storetest.Open(t, f.db, storetest.WithClock(func() time.Time { return f.clock.now }))
		nodes.Go(func() {
			n, err := node.TellSources(t.Context(), bothChannels)
			if err != nil {
				t.Error(err)
			}
			told[i] = n
		})
	}
	nodes.Wait()
	if told[0]+told[1] != 1 || len(f.told(t, f.operator)) != 1 {
		t.Fatalf("two nodes told %v, the operator heard %q", told, f.told(t, f.operator))
	}
	// A node takes it on and dies; another brings it once the lease is over.
	claim := func(lease string) []city.NoticeErrand {
		t.Helper()
		errands, err := f.ClaimErrands(t.Context(), lease, bothChannels, "", 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return errands
	}
	if first := claim("mati"); len(first) != 1 {
		t.Fatalf("%+v", first)
	}
	if early := claim("lain"); len(early) != 0 {
		t.Errorf("carried twice: %+v", early)
	}
	storetest.EndLeases(t, f.sql)
	late := claim("lain")
	if len(late) != 1 || late[0].Notice.Path != "/sumber/uji" {
		t.Fatalf("%+v", late)
	}
	if held, err := f.FinishErrand(t.Context(), late[0], city.NoticeOutcome{Taken: true}, bothChannels); err != nil || !held {
		t.Fatal(held, err)
	}
	storetest.EndLeases(t, f.sql)
	if again := claim("lain"); len(again) != 0 || f.look(t) != 0 {
		t.Errorf("told twice: %+v", again)
	}
}
