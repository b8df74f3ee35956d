package store_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// codes hands out the given codes, one at each call.
func codes(list ...string) func() (string, error) {
	return func() (string, error) {
		if len(list) == 0 {
			return "", fmt.Errorf("no code left")
		}
		code := list[0]
		list = list[1:]
		return code, nil
	}
}

func screenSecret(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// paired pairs a screen and returns it.
func (f *fixture) paired(t *testing.T, name, code string) city.Wall {
	t.Helper()
	if _, err := f.OfferWall(t.Context(), screenSecret(name), "10.0.0.9", codes(code)); err != nil {
		t.Fatal(err)
	}
	w, err := f.PairWall(t.Context(), city.CommandLine, mayor, code, name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAScreenIsPairedByItsCodeOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	officer := storetest.Officer(t, f.Store, city.Sekda)
	by := city.Actor{OfficerID: officer.ID, Name: officer.Username}
	offer := func(name string, code ...string) city.WallPairing {
		t.Helper()
		p, err := f.OfferWall(t.Context(), screenSecret(name), "10.0.0.9", codes(code...))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := offer("tv", "111222")
	equal(t, "code", first, city.WallPairing{Code: "111222", ExpiresAt: f.clock.now.Add(10 * time.Minute).UTC()})
	equal(t, "asked again", offer("tv", "999999"), first)
	equal(t, "another screen, whose first code is taken", offer("lain", "111222", "333444").Code, "333444")

	f.clock.now = f.clock.now.Add(9*time.Minute + 30*time.Second)
	renewed := offer("tv", "555666")
	equal(t, "renewed before it ends", renewed.Code, "555666")
	pair := func(code, name string) error {
		_, err := f.PairWall(t.Context(), by, officer.Asker(), code, name)
		return err
	}
	if err := pair("111222", "Ruang rapat"); city.CodeOf(err) != city.Invalid {
		t.Errorf("the code before it: %v", err)
	}
	if _, err := f.PairWall(t.Context(), by, city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "555666", "Ruang rapat"); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a camat pairs: %v", err)
	}
	before := f.head(t)
	w, err := f.PairWall(t.Context(), by, officer.Asker(), "555 666", "  Ruang  rapat sekda ")
	if err != nil {
		t.Fatal(err)
	}
	if w.Name != "Ruang rapat sekda" || w.PairedBy != officer.Name || w.ID == 0 {
		t.Errorf("paired %+v", w)
	}
	equal(t, "told", f.topic(t, city.TopicWalls, before), []string{fmt.Sprintf("put %d", w.ID)})
	if err := pair("555666", "Ruang lain"); city.CodeOf(err) != city.Invalid {
		t.Errorf("the code twice: %v", err)
	}
	if err := pair("333444", "ruang rapat SEKDA"); city.CodeOf(err) != city.Invalid || !strings.Contains(err.Error(), "of this name") {
		t.Errorf("the name twice: %v", err)
	}
	// What was refused used nothing up: the other screen's code still holds, until it ends.
	f.clock.now = f.clock.now.Add(time.Minute)
	if err := pair("333444", "Lobi"); city.CodeOf(err) != city.Invalid {
		t.Errorf("a code that ended: %v", err)
	}
	sess, err := f.Session(t.Context(), screenSecret("tv"))
	if err != nil || sess.Kind != "wall" || sess.Role != city.Layar || sess.WallID != w.ID || sess.Name != w.Name || sess.OfficerID != 0 {
		t.Errorf("its session %+v, %v", sess, err)
	}
	equal(t, "actor", sess.Actor().Name, "layar:Ruang rapat sekda")
	equal(t, "audited", all[string](t, f.sql, "SELECT actor || ' ' || action || ' ' || subject FROM audit WHERE action LIKE 'wall.%'"), []string{officer.Username + " wall.pair Ruang rapat sekda"})
}

func TestCodesOnScreensAreFew(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := 0
	offer := func(address string) error {
		n++
		_, err := f.OfferWall(t.Context(), screenSecret(fmt.Sprint(n)), address, codes(fmt.Sprintf("%06d", n)))
		return err
	}
	for range 20 {
		if err := offer("10.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := offer("10.0.0.1"); city.CodeOf(err) != city.Conflict {
		t.Errorf("the 21st of an address: %v", err)
	}
	for i := range 180 {
		if err := offer(fmt.Sprintf("10.0.1.%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := offer("10.0.2.1"); city.CodeOf(err) != city.Conflict {
		t.Errorf("the 201st of all: %v", err)
	}
	f.clock.now = f.clock.now.Add(11 * time.Minute)
	if err := offer("10.0.0.1"); err != nil {
		t.Errorf("after the others ended: %v", err)
	}
	equal(t, "codes kept", one[int](t, f.sql, "SELECT count(*)::int FROM wall_pairings"), 1)
}

func TestAScreenIsSteeredAndRevoked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.paired(t, "tv", "111222")
	yes, no := true, false
	before := f.head(t)
	for _, c := range []city.WallChange{{Paused: &yes}, {Chime: &yes}, {Step: 1}, {Step: 1}, {Step: -1}, {Paused: &no}} {
		if _, err := f.SteerWall(t.Context(), city.CommandLine, mayor, w.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	want := []city.WallState{{ID: w.ID, Name: "tv", Turn: 1, Chime: true}}
	equal(t, "told each time", len(f.topic(t, city.TopicWalls, before)), 6)
	screen := city.Asker{Role: city.Layar}
	for _, asker := range []city.Asker{screen, mayor, {Role: city.Operator}} {
		got, err := f.WallStates(t.Context(), asker)
		if err != nil {
			t.Error(err)
		}
		equal(t, "states for "+string(asker.Role), got, want)
		st, err := f.State(t.Context(), asker.Scope(), []city.Topic{city.TopicWalls})
		if err != nil {
			t.Error(err)
		}
		equal(t, "snapshot for "+string(asker.Role), st.Walls, want)
	}
	if got, err := f.WallStates(t.Context(), city.Asker{Role: city.Auditor}); err != nil || len(got) != 0 {
		t.Errorf("an auditor sees %v, %v", got, err)
	}
	for _, asker := range []city.Asker{screen, {Role: city.Auditor}, {Role: city.KepalaOPD}} {
		if _, err := f.SteerWall(t.Context(), city.CommandLine, asker, w.ID, city.WallChange{Step: 1}); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s steers: %v", asker.Role, err)
		}
		if _, err := f.RevokeWall(t.Context(), city.CommandLine, asker, w.ID); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s revokes: %v", asker.Role, err)
		}
	}
	sess, err := f.Session(t.Context(), screenSecret("tv"))
	if err != nil {
		t.Fatal(err)
	}
	ended, err := f.RevokeWall(t.Context(), city.CommandLine, mayor, w.ID)
	if err != nil || ended != sess.ID {
		t.Fatalf("revoked session %d, want %d: %v", ended, sess.ID, err)
	}
	if _, err := f.Session(t.Context(), screenSecret("tv")); city.CodeOf(err) != city.Unauthorized {
		t.Errorf("its session still holds: %v", err)
	}
	if live, err := f.LiveSessions(t.Context(), []int64{sess.ID}); err != nil || len(live) != 0 {
		t.Errorf("its socket may stay: %v, %v", live, err)
	}
	if _, err := f.RevokeWall(t.Context(), city.CommandLine, mayor, w.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("revoked twice: %v", err)
	}
	if list, err := f.Walls(t.Context(), mayor); err != nil || len(list) != 0 {
		t.Errorf("listed after it was revoked: %v, %v", list, err)
	}
	// The same screen, paired again under its name: another secret, another screen.
	if _, err := f.OfferWall(t.Context(), screenSecret("tv anew"), "10.0.0.9", codes("111222")); err != nil {
		t.Fatal(err)
	}
	if again, err := f.PairWall(t.Context(), city.CommandLine, mayor, "111222", "tv"); err != nil || again.ID == w.ID {
		t.Errorf("paired anew: %+v, %v", again, err)
	}
}

// TestAWallGetsNoWordsOfCitizens asks for all that the wall shows, by request,
// in a snapshot and by event.
func TestAWallGetsNoWordsOfCitizens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.head(t)
	f.ingest(t, storetest.Report("nomor-sumber", func(r *city.Report) {
		r.Text, r.Category, r.StatedArea = "rahasiawarga tinggal di sini", "jalan-rusak", storetest.AirPutih
	}))
	screen := city.Asker{Role: city.Layar}
	st, err := f.State(t.Context(), screen.Scope(), city.Topics)
	if err != nil || len(st.Reports) != 1 || st.Incidents != nil || st.Dispositions != nil || st.Agenda != nil {
		t.Fatalf("snapshot %+v, %v", st, err)
	}
	listed, err := f.Reports(t.Context(), screen, city.ReportFilter{})
	if err != nil || len(listed) != 1 || listed[0].Category != "jalan-rusak" || listed[0].AreaCode != storetest.AirPutih {
		t.Fatalf("reports %+v, %v", listed, err)
	}
	if _, err := f.Reports(t.Context(), screen, city.ReportFilter{Stems: []string{"rahasiawarga"}}); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a wall searches citizens' words: %v", err)
	}
	events, err := f.EventsAfter(t.Context(), before, 100)
	if err != nil {
		t.Fatal(err)
	}
	shown := []any{st, listed}
	n := 0
	for _, e := range events {
		if e.VisibleTo(screen.Scope()) {
			n++
			shown = append(shown, city.EventForWall(e.Topic, e.Data))
		}
	}
	if n == 0 || !slices.ContainsFunc(events, func(e city.Event) bool { return strings.Contains(string(e.Data), "rahasiawarga") }) {
		t.Fatalf("%d of %d events are shown: the test sees nothing", n, len(events))
	}
	raw, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"rahasiawarga", "nomor-sumber"} {
		if strings.Contains(string(raw), word) {
			t.Errorf("a wall gets %q: %s", word, raw)
		}
	}
}
