package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

func TestAnAccountFromItsMakingToItsEnd(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	op, officer := s.browser(), s.browser()
	o := s.officer(city.Operator, func(o *store.Officer) { o.MustChange = false })
	if a := op.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusOK {
		t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	a := op.do(http.MethodPost, "/api/accounts", map[string]string{"username": "lurah.uji", "name": "Lurah Uji", "role": "lurah", "area_code": storetest.AirPutih})
	made := into[web.AccountSecret](t, a)
	if len(made.Password) < 19 || a.header.Get("Cache-Control") != "no-store" || !made.Account.MustChange {
		t.Fatalf("made %+v, %v", made.Account, a.header)
	}
	path := fmt.Sprintf("/api/accounts/%d", made.Account.ID)
	in := func(password string, want int) {
		t.Helper()
		if a := officer.do(http.MethodPost, "/api/session", credentials("lurah.uji", password)); a.status != want {
			t.Errorf("sign-in: %d, want %d: %s", a.status, want, a.body)
		}
	}
	in(made.Password, http.StatusOK)
	if me := get[web.SessionInfo](officer, "/api/session"); !me.MustChangePassword || me.Officer.AreaCode != storetest.AirPutih {
		t.Errorf("first sign-in: %+v", me)
	}
	if got := into[city.Account](t, op.do(http.MethodPut, path, map[string]string{"role": "camat", "area_code": storetest.SamarindaUlu})); got.Role != city.Camat || got.Sessions != 1 {
		t.Errorf("changed: %+v", got)
	}
	if me := get[web.SessionInfo](officer, "/api/session"); me.Officer.Role != city.Camat || me.Officer.AreaCode != storetest.SamarindaUlu {
		t.Errorf("the open session did not follow: %+v", me)
	}
	out := func(what string) {
		t.Helper()
		if a := officer.do(http.MethodGet, "/api/session", nil); a.status != http.StatusUnauthorized {
			t.Errorf("%s: still in: %d %s", what, a.status, a.body)
		}
	}
	into[city.Account](t, op.do(http.MethodDelete, path+"/sessions", nil))
	out("sessions ended")
	reset := into[web.AccountSecret](t, op.do(http.MethodPost, path+"/reset", nil))
	in(made.Password, http.StatusUnauthorized)
	in(reset.Password, http.StatusOK)
	into[city.Account](t, op.do(http.MethodPost, path+"/close", nil))
	out("closed")
	in(reset.Password, http.StatusUnauthorized)
	into[city.Account](t, op.do(http.MethodPost, path+"/open", nil))
	in(reset.Password, http.StatusOK)

	own := fmt.Sprintf("/api/accounts/%d", o.ID)
	for _, x := range []struct {
		method, path string
		body         any
	}{{http.MethodPost, own + "/close", nil}, {http.MethodPost, own + "/reset", nil}, {http.MethodPut, own, map[string]string{"role": "auditor"}}} {
		if p := op.do(x.method, x.path, x.body).problem(t); p.Status != http.StatusConflict || p.Key != "error.account_own" {
			t.Errorf("%s %s: %+v", x.method, x.path, p)
		}
	}
	into[city.Account](t, op.do(http.MethodDelete, own+"/sessions", nil))
	list := op.do(http.MethodGet, "/api/accounts", nil) // this browser stays in
	if into[[]city.Account](t, list); bytes.Contains(list.body, []byte("argon2")) || bytes.Contains(list.body, []byte(reset.Password)) {
		t.Errorf("the list holds a secret: %s", list.body)
	}
	if p := op.do(http.MethodPost, "/api/accounts", map[string]string{"username": "x.y", "role": "camat"}).problem(t); p.Key != "error.account_camat" || len(p.Errors) != 1 || p.Errors[0].Location != "area_code" {
		t.Errorf("a camat of nowhere: %+v", p)
	}
	for _, secret := range []string{made.Password, reset.Password, "lurah.uji"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
