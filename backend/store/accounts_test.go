package store_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// secret is a hash of 32 bytes that stands for the n-th session's secret.
func secret(n byte) []byte { return slices.Repeat([]byte{n}, 32) }

func (f *fixture) open(t *testing.T, o store.Officer, n byte) int64 {
	t.Helper()
	id, err := f.OpenSession(t.Context(), o, secret(n), "uji\x00", f.clock.now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// alive reports which of the sessions may still be used; the two ways to ask
// must agree.
func (f *fixture) alive(t *testing.T, ids map[byte]int64) (alive []byte) {
	t.Helper()
	var asked []int64
	for _, id := range ids {
		asked = append(asked, id)
	}
	live, err := f.LiveSessions(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	for n := range byte(10) {
		id, ok := ids[n]
		if !ok {
			continue
		}
		s, err := f.Session(t.Context(), secret(n))
		if err != nil && city.CodeOf(err) != city.Unauthorized {
			t.Fatal(err)
		}
		if (err == nil) != slices.ContainsFunc(live, func(s store.Session) bool { return s.ID == id }) {
			t.Errorf("session %d: %v, but live sessions are %v", n, err, live)
		}
		if err == nil && s.ID == id {
			alive = append(alive, n)
		}
	}
	return alive
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := storetest.Officer(t, f.Store, city.Operator), storetest.Officer(t, f.Store, city.Camat)
	ids := map[byte]int64{1: f.open(t, a, 1), 2: f.open(t, a, 2), 3: f.open(t, b, 3), 4: f.open(t, b, 4)}
	if err := f.OpenToken(t.Context(), store.CommandLine, city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, secret(5), f.clock.now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	ids[5] = one[int64](t, f.sql, "SELECT max(id) FROM sessions")
	equal(t, "all", f.alive(t, ids), []byte{1, 2, 3, 4, 5})
	token, err := f.Session(t.Context(), secret(5))
	if err != nil || token.Asker() != (city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih, Key: "sesi:" + strconv.FormatInt(ids[5], 10)}) || token.Actor().Name != "token:lurah" {
		t.Errorf("token %+v, %v", token, err)
	}
	if err := f.SetPassword(t.Context(), actorOf(a), a.ID, a.PasswordHash, false, ids[1]); err != nil {
		t.Fatal(err)
	}
	equal(t, "a new password ends the officer's other sessions", f.alive(t, ids), []byte{1, 3, 4, 5})
	f.clock.forward(2 * time.Minute)
	equal(t, "a token's time is up", f.alive(t, ids), []byte{1, 3, 4})
	if err := f.DisableOfficer(t.Context(), store.CommandLine, b.Username, true); err != nil {
		t.Fatal(err)
	}
	equal(t, "a closed account", f.alive(t, ids), []byte{1})
	if err := f.DisableOfficer(t.Context(), store.CommandLine, b.Username, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "an account opened again has to sign in again", f.alive(t, ids), []byte{1})
	if err := f.TouchSession(t.Context(), ids[1], f.clock.now.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(2 * time.Hour)
	equal(t, "in use", f.alive(t, ids), []byte{1})
	if err := f.TouchSession(t.Context(), ids[1], f.clock.now); err != nil {
		t.Fatal(err)
	}
	equal(t, "touching never shortens", f.alive(t, ids), []byte{1})
	if err := f.CloseSession(t.Context(), actorOf(a), ids[1]); err != nil {
		t.Fatal(err)
	}
	equal(t, "signed out", f.alive(t, ids), []byte(nil))
	if err := f.TouchSession(t.Context(), ids[1], f.clock.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	equal(t, "touching does not revive", f.alive(t, ids), []byte(nil))
	f.clock.forward(40 * 24 * time.Hour)
	if err := f.PruneSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "sessions after a month", one[int](t, f.sql, "SELECT count(*)::int FROM sessions"), 0)
	wantAudit(t, f, map[string]int{"session.open": 4, "token.open": 1, "officer.password": 1, "officer.disable": 1, "officer.enable": 1, "session.close": 1, "officer.add": 2})
}

func wantAudit(t *testing.T, f *fixture, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for _, action := range all[string](t, f.sql, "SELECT action FROM audit") {
		got[action]++
	}
	equal(t, "audit", got, want)
}

func TestRightsOfASessionFollowTheAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	o := storetest.Officer(t, f.Store, city.Camat)
	f.open(t, o, 1)
	if err := f.ChangeOfficer(t.Context(), store.CommandLine, o.Username, city.KepalaOPD, "", "DPUPR"); err != nil {
		t.Fatal(err)
	}
	s, err := f.Session(t.Context(), secret(1))
	if err != nil || s.Role != city.KepalaOPD || s.AreaCode != "" || s.OfficeID == 0 || s.Office != "DPUPR" {
		t.Errorf("session %+v, %v", s, err)
	}
	for _, bad := range []struct {
		role         city.Role
		area, office string
	}{
		{city.Camat, "", ""}, {city.Camat, "99.99", ""}, {city.Operator, storetest.AirPutih, ""}, {city.KepalaOPD, "", ""},
		{city.KepalaOPD, "", "Dinas yang tidak ada"}, {"raja", "", ""}, {city.Publik, "", ""}, {city.SystemRole, "", ""},
	} {
		if err := f.ChangeOfficer(t.Context(), store.CommandLine, o.Username, bad.role, bad.area, bad.office); city.CodeOf(err) != city.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := f.ChangeOfficer(t.Context(), store.CommandLine, "tidak-ada", city.Sekda, "", ""); city.CodeOf(err) != city.NotFound {
		t.Errorf("unknown account: %v", err)
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	o := storetest.Officer(t, f.Store, city.Sekda, func(o *store.Officer) { o.Username = "Budi" })
	if o.Username != "budi" || o.MustChange {
		t.Errorf("got %+v", o)
	}
	if got, err := f.Officer(t.Context(), "BUDI"); err != nil || got.ID != o.ID {
		t.Errorf("found %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		change func(*store.Officer)
		code   city.Code
	}{
		"taken":           {func(o *store.Officer) { o.Username = "bUdi" }, city.Conflict},
		"odd name":        {func(o *store.Officer) { o.Username = "b u d i" }, city.Invalid},
		"plain password":  {func(o *store.Officer) { o.Username, o.PasswordHash = "x1", "rahasia" }, city.Invalid},
		"unknown role":    {func(o *store.Officer) { o.Username, o.Role = "x2", "raja" }, city.Invalid},
		"area for sekda":  {func(o *store.Officer) { o.Username, o.AreaCode = "x3", storetest.AirPutih }, city.Invalid},
		"unknown area":    {func(o *store.Officer) { o.Username, o.Role, o.AreaCode = "x4", city.Lurah, "1" }, city.Invalid},
		"unknown office":  {func(o *store.Officer) { o.Username, o.Role, o.Office = "x5", city.KepalaOPD, "?" }, city.Invalid},
		"office left out": {func(o *store.Officer) { o.Username, o.Role = "x6", city.KepalaOPD }, city.Invalid},
	} {
		bad := o
		c.change(&bad)
		if _, err := f.AddOfficer(t.Context(), store.CommandLine, bad); city.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := f.CountOfficers(t.Context()); n != 1 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
	for name, err := range map[string]error{
		"password": f.SetPassword(t.Context(), store.CommandLine, 999, o.PasswordHash, false, 0),
		"disable":  f.DisableOfficer(t.Context(), store.CommandLine, "tidak-ada", true),
	} {
		if city.CodeOf(err) != city.NotFound {
			t.Errorf("%s of nobody: %v", name, err)
		}
	}
	wantAudit(t, f, map[string]int{"officer.add": 1})
}

func TestFailedSignInsWaitLongerAndLonger(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := []string{"akun:budi", "alamat:192.0.2.1"}
	fail := func() {
		t.Helper()
		if err := f.LoginFailed(t.Context(), keys, "budi\x00"); err != nil {
			t.Fatal(err)
		}
	}
	blocked := func(what string, keys []string, want time.Duration) {
		t.Helper()
		if got, err := f.LoginBlocked(t.Context(), keys); err != nil || got != want {
			t.Errorf("%s: wait %s, want %s, %v", what, got, want, err)
		}
	}
	blocked("nobody yet", keys, 0)
	for range 5 {
		fail()
		blocked("typing errors", keys, 0)
	}
	for _, seconds := range []int{2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		want := time.Duration(seconds) * time.Second
		fail()
		blocked("after a failure", keys, want)
		blocked("the address alone", keys[1:], want)
		blocked("another account from elsewhere", []string{"akun:ani", "alamat:192.0.2.2"}, 0)
		f.clock.forward(want)
		blocked("waited", keys, 0)
	}
	if err := f.LoginSucceeded(t.Context(), keys[0]); err != nil {
		t.Fatal(err)
	}
	fail()
	blocked("the account begins anew", keys[:1], 0)
	blocked("the address does not", keys[1:], 15*time.Minute)
	f.clock.forward(25 * time.Hour)
	fail()
	blocked("a day later", keys, 0)
	f.clock.forward(25 * time.Hour)
	if err := f.PruneSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "kept failures", one[int](t, f.sql, "SELECT count(*)::int FROM login_throttle"), 0)
	wantAudit(t, f, map[string]int{"session.failed": 18})
}

func actorOf(o store.Officer) store.Actor { return store.Actor{OfficerID: o.ID, Name: o.Username} }
