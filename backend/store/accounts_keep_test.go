package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func hashOf(o store.Officer) string { return o.PasswordHash }

// keyOf is the text on screen of a refusal.
func keyOf(err error) string {
	if e, ok := errors.AsType[*city.Error](err); ok {
		return e.Key
	}
	return ""
}

func TestOperatorsKeepAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	op := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username, o.Name = "op", "Operator Uji" })
	by, asker := actorOf(op), op.Asker()
	f.open(t, op, 1)
	made, err := f.AddAccount(t.Context(), by, asker, city.Officer{Username: " Lurah.Baru ", Name: "Lurah  Baru", Role: city.Lurah, AreaCode: storetest.AirPutih, PasswordHash: hashOf(op)})
	if err != nil {
		t.Fatal(err)
	}
	if made.Username != "lurah.baru" || made.Name != "Lurah Baru" || !made.MustChange || made.LastSignInAt != nil || made.Sessions != 0 || made.AreaCode != storetest.AirPutih {
		t.Errorf("made %+v", made)
	}
	officer, err := f.Officer(t.Context(), "lurah.baru")
	if err != nil {
		t.Fatal(err)
	}
	f.clock.forward(time.Minute)
	sessions := map[byte]int64{2: f.open(t, officer, 2), 3: f.open(t, officer, 3)}
	list := func() city.Account {
		t.Helper()
		all, err := f.Accounts(t.Context(), asker)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[slices.IndexFunc(all, func(a city.Account) bool { return a.ID == made.ID })]
	}
	if a := list(); a.Sessions != 2 || a.LastSignInAt == nil || !a.LastSignInAt.Equal(f.clock.now) {
		t.Errorf("after two sign-ins: %+v at %s", a, f.clock.now)
	}
	if a, err := f.ChangeAccount(t.Context(), by, asker, made.ID, city.AccountRights{Role: city.KepalaOPD, Office: "DPUPR"}); err != nil || a.Role != city.KepalaOPD || a.AreaCode != "" || a.Office != "DPUPR" || a.Sessions != 2 {
		t.Errorf("changed: %+v, %v", a, err)
	}
	if a, err := f.EndAccountSessions(t.Context(), by, asker, made.ID, 0); err != nil || a.Sessions != 0 {
		t.Errorf("sessions ended: %+v, %v", a, err)
	}
	equal(t, "alive", f.alive(t, sessions), []byte(nil))
	f.open(t, officer, 4)
	if a, err := f.ResetAccount(t.Context(), by, asker, made.ID, officer.PasswordHash); err != nil || a.Sessions != 0 || !a.MustChange {
		t.Errorf("reset: %+v, %v", a, err)
	}
	f.open(t, officer, 5)
	if a, err := f.CloseAccount(t.Context(), by, asker, made.ID, true); err != nil || a.Sessions != 0 || a.DisabledAt == nil || !a.DisabledAt.Equal(f.clock.now.Truncate(time.Microsecond)) {
		t.Errorf("closed: %+v, %v", a, err)
	}
	closed := f.clock.now
	f.clock.forward(time.Hour)
	if a, err := f.CloseAccount(t.Context(), by, asker, made.ID, true); err != nil || !a.DisabledAt.Equal(closed.Truncate(time.Microsecond)) {
		t.Errorf("closed again: %+v, %v", a, err)
	}
	if a, err := f.CloseAccount(t.Context(), by, asker, made.ID, false); err != nil || a.DisabledAt != nil {
		t.Errorf("opened: %+v, %v", a, err)
	}
	f.clock.forward(40 * 24 * time.Hour)
	if err := f.PruneSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := list(); a.LastSignInAt == nil {
		t.Error("the last sign-in is forgotten with the sessions")
	}
	wantAudit(t, f, map[string]int{"officer.add": 2, "session.open": 5, "officer.change": 1, "session.end": 1, "officer.reset": 1, "officer.disable": 1, "officer.enable": 1})
	equal(t, "who", all[string](t, f.sql, "SELECT DISTINCT actor FROM audit WHERE action IN ('officer.change', 'session.end', 'officer.reset', 'officer.disable', 'officer.enable')"), []string{"op"})
}

func TestWhoMayNotKeepAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	op := storetest.Officer(t, f.Store, city.Operator)
	closed := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username = "op-tutup" })
	mayor := storetest.Officer(t, f.Store, city.WaliKota)
	if err := f.DisableOfficer(t.Context(), store.CommandLine, closed.Username, true); err != nil {
		t.Fatal(err)
	}
	was := one[string](t, f.sql, "SELECT jsonb_agg(o ORDER BY id)::text FROM officers o")
	claims := mayor.Asker()
	claims.Role = city.Operator // as while he stands in for one
	for name, asker := range map[string]city.Asker{"the mayor": mayor.Asker(), "a script": {Role: city.Operator}, "an operator whose account is closed": closed.Asker(), "a mayor who acts for an operator": claims, "the system": city.System, "nobody": {}} {
		by := actorOf(mayor)
		_, add := f.AddAccount(t.Context(), by, asker, city.Officer{Username: "baru", Role: city.Sekda, PasswordHash: hashOf(op)})
		_, change := f.ChangeAccount(t.Context(), by, asker, op.ID, city.AccountRights{Role: city.Auditor})
		_, end := f.CloseAccount(t.Context(), by, asker, op.ID, true)
		_, reset := f.ResetAccount(t.Context(), by, asker, op.ID, hashOf(op))
		_, out := f.EndAccountSessions(t.Context(), by, asker, op.ID, 0)
		for what, err := range map[string]error{"add": add, "change": change, "close": end, "reset": reset, "end sessions": out} {
			if city.CodeOf(err) != city.Forbidden {
				t.Errorf("%s may %s: %v", name, what, err)
			}
		}
		if asker.Role == city.Operator {
			continue // reads as far as the role goes
		}
		if got, err := f.Accounts(t.Context(), asker); city.CodeOf(err) != city.Forbidden || got != nil {
			t.Errorf("%s reads %v, %v", name, got, err)
		}
	}
	equal(t, "accounts", one[string](t, f.sql, "SELECT jsonb_agg(o ORDER BY id)::text FROM officers o"), was)
	// The second wall: others of the city's roles see no row, nobody a secret.
	for role, want := range map[city.Role]int64{city.Operator: 3, city.WaliKota: 0, city.Sekda: 0, city.Auditor: 0} {
		rows, err := as(t, f.sql, settingsOf(role), "SELECT id, name FROM officers")
		if err != nil || rows != want {
			t.Errorf("%s reads %d accounts, want %d: %v", role, rows, want, err)
		}
	}
	for _, sql := range []string{"SELECT password_hash FROM officers", "SELECT secret_hash FROM sessions", "SELECT user_agent FROM sessions"} {
		if _, err := as(t, f.sql, settingsOf(city.Operator), sql); !denied(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// settingsOf gives a transaction the rights of a role that sees the city.
func settingsOf(role city.Role) string {
	return "SET LOCAL ROLE balaikota_city_reader; SELECT set_config('balaikota.role', '" + string(role) + "', true)"
}

func TestAnOperatorAlwaysStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := storetest.Officer(t, f.Store, city.Operator)
	b := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username = "op-dua" })
	for what, do := range map[string]func() error{
		"demote": func() error {
			_, err := f.ChangeAccount(t.Context(), actorOf(a), a.Asker(), a.ID, city.AccountRights{Role: city.Auditor})
			return err
		},
		"close": func() error {
			_, err := f.CloseAccount(t.Context(), actorOf(a), a.Asker(), a.ID, true)
			return err
		},
		"reset": func() error {
			_, err := f.ResetAccount(t.Context(), actorOf(a), a.Asker(), a.ID, hashOf(a))
			return err
		},
	} {
		if err := do(); city.CodeOf(err) != city.Conflict || keyOf(err) != "error.account_own" {
			t.Errorf("%s oneself: %v", what, err)
		}
	}
	// Two operators do it to one another in the same moment, many times.
	for range 10 {
		var wg sync.WaitGroup
		for _, pair := range [][2]store.Officer{{a, b}, {b, a}} {
			wg.Go(func() {
				_, err := f.ChangeAccount(t.Context(), actorOf(pair[0]), pair[0].Asker(), pair[1].ID, city.AccountRights{Role: city.Auditor})
				if err != nil && city.CodeOf(err) != city.Forbidden {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if n := one[int](t, f.sql, "SELECT count(*)::int FROM officers WHERE role = 'operator' AND disabled_at IS NULL"); n != 1 {
			t.Fatalf("%d operators stay", n)
		}
		for _, o := range []store.Officer{a, b} {
			if err := f.ChangeOfficer(t.Context(), store.CommandLine, o.Username, city.Operator, "", ""); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAccountsThatDoNotFit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	op := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username = "op" })
	for name, c := range map[string]struct {
		o   city.Officer
		key string
	}{
		"taken":            {city.Officer{Username: "OP", Role: city.Sekda}, "error.account_taken"},
		"odd username":     {city.Officer{Username: "b u", Role: city.Sekda}, "error.account_username"},
		"short username":   {city.Officer{Username: "b", Role: city.Sekda}, "error.account_username"},
		"begins with dot":  {city.Officer{Username: ".bu", Role: city.Sekda}, "error.account_username"},
		"long name":        {city.Officer{Username: "bu", Name: longName(), Role: city.Sekda}, "error.account_name"},
		"a screen's role":  {city.Officer{Username: "bu", Role: city.Layar}, "error.account_role"},
		"camat of village": {city.Officer{Username: "bu", Role: city.Camat, AreaCode: storetest.AirPutih}, "error.account_camat"},
		"lurah of nowhere": {city.Officer{Username: "bu", Role: city.Lurah}, "error.account_lurah"},
		"sekda of village": {city.Officer{Username: "bu", Role: city.Sekda, AreaCode: storetest.AirPutih}, "error.account_no_area"},
		"no office":        {city.Officer{Username: "bu", Role: city.KepalaOPD}, "error.account_office"},
		"no such office":   {city.Officer{Username: "bu", Role: city.KepalaOPD, Office: "tidak ada"}, ""},
		"no such area":     {city.Officer{Username: "bu", Role: city.Lurah, AreaCode: "11.11.11.1111"}, ""},
	} {
		c.o.PasswordHash = hashOf(op)
		if _, err := f.AddAccount(t.Context(), actorOf(op), op.Asker(), c.o); err == nil || keyOf(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.ChangeAccount(t.Context(), actorOf(op), op.Asker(), 999, city.AccountRights{Role: city.Sekda}); city.CodeOf(err) != city.NotFound {
		t.Errorf("unknown account: %v", err)
	}
	wantAudit(t, f, map[string]int{"officer.add": 1})
}

func longName() string { return string(slices.Repeat([]rune{'x'}, city.AccountNameMost+1)) }
