package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

func into[T any](t *testing.T, a answer) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(a.body, &out); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s (%v)", a.status, a.body, err)
	}
	return out
}

func TestATVIsPairedByAPhone(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	tv, phone, other := s.browser(), s.browser(), s.browser()
	o := s.officer(city.Sekda, func(o *city.Officer) { o.MustChange = false })
	if a := phone.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusOK {
		t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	if got := get[web.WallCode](tv, "/api/walls/pairing"); got.State != "ended" {
		t.Errorf("before it asked: %+v", got)
	}
	a := tv.do(http.MethodPost, "/api/walls/pairing", nil)
	shown := into[web.WallCode](t, a)
	cookie := a.header.Get("Set-Cookie")
	if shown.State != "waiting" || len(shown.Code) != 6 || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(cookie, shown.Code) {
		t.Fatalf("shown %+v, cookie %q", shown, cookie)
	}
	if a := tv.do(http.MethodPost, "/api/walls/pairing", nil); into[web.WallCode](t, a).Code != shown.Code || a.header.Get("Set-Cookie") != "" {
		t.Errorf("reloaded, it shows another code: %s", a.body)
	}
	if p := tv.do(http.MethodGet, "/api/session", nil).problem(t); p.Status != http.StatusUnauthorized {
		t.Errorf("signed in before it is paired: %+v", p)
	}
	// Who knows the code but not the secret gets nothing by it.
	if got := get[web.WallCode](other, "/api/walls/pairing"); got.State != "ended" || got.Code != "" {
		t.Errorf("another browser: %+v", got)
	}
	if p := phone.do(http.MethodPost, "/api/walls", map[string]string{"code": "12 34 5", "name": "Ruang rapat"}).problem(t); p.Key != "error.wall_code" || p.Errors[0].Location != "code" {
		t.Errorf("a wrong code: %+v", p)
	}
	wall := into[city.Wall](t, phone.do(http.MethodPost, "/api/walls", map[string]string{"code": shown.Code[:3] + " " + shown.Code[3:], "name": "Ruang rapat sekda"}))
	if got := get[web.WallCode](tv, "/api/walls/pairing"); got.State != "paired" {
		t.Errorf("after the code was entered: %+v", got)
	}
	me := get[web.SessionInfo](tv, "/api/session")
	if me.WallID != wall.ID || me.Officer.Role != city.Layar || me.Officer.Name != "Ruang rapat sekda" || me.Officer.ID != 0 || time.Until(me.ExpiresAt) < 170*24*time.Hour {
		t.Errorf("its session: %+v", me)
	}
	for path, status := range map[string]int{
		"/api/alerts": 200, "/api/reports": 200, "/api/dispositions": 200, "/api/recommendations/top": 200, "/geo/kelurahan.geojson": 200, "/api/walls/states": 200,
		"/api/walls": 403, "/api/incidents": 403, "/api/conversations": 403, "/api/audit": 403, "/api/map/points": 403, "/lembar/terbaru": 403,
	} {
		if a := tv.do(http.MethodGet, path, nil); a.status != status {
			t.Errorf("the TV gets %d of %s, want %d: %.200s", a.status, path, status, a.body)
		}
	}
	for _, path := range []string{"/api/alerts/acknowledge", "/api/walls", "/api/conversations", fmt.Sprintf("/api/walls/%d", wall.ID)} {
		if a := tv.do(http.MethodPost, path, map[string]any{"key": "x", "seen": "awas", "code": "123456", "name": "x", "paused": true}); a.status != http.StatusForbidden && a.status != http.StatusUnprocessableEntity {
			t.Errorf("the TV writes to %s: %d %s", path, a.status, a.body)
		}
	}
	into[city.WallState](t, phone.do(http.MethodPost, fmt.Sprintf("/api/walls/%d", wall.ID), map[string]any{"paused": true}))
	if got := get[[]city.WallState](tv, "/api/walls/states"); len(got) != 1 || !got[0].Paused {
		t.Errorf("told to pause: %+v", got)
	}
	if a := phone.do(http.MethodDelete, fmt.Sprintf("/api/walls/%d", wall.ID), nil); a.status >= 300 {
		t.Errorf("revoke: %d %s", a.status, a.body)
	}
	if p := tv.do(http.MethodGet, "/api/session", nil).problem(t); p.Status != http.StatusUnauthorized {
		t.Errorf("revoked, it is still in: %+v", p)
	}
	if again := into[web.WallCode](t, tv.do(http.MethodPost, "/api/walls/pairing", nil)); again.State != "waiting" {
		t.Errorf("after it was revoked: %+v", again)
	}
}

func TestWrongCodesMakeAnOfficerWait(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	tv, phone := s.browser(), s.browser()
	o := s.officer(city.Operator, func(o *city.Officer) { o.MustChange = false })
	phone.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword))
	shown := into[web.WallCode](t, tv.do(http.MethodPost, "/api/walls/pairing", nil))
	wrong := "000000"
	if shown.Code == wrong {
		wrong = "000001"
	}
	var last answer
	for range 7 {
		last = phone.do(http.MethodPost, "/api/walls", map[string]string{"code": wrong, "name": "Lobi"})
	}
	if p := last.problem(t); p.Status != http.StatusTooManyRequests || p.Key != "error.wall_throttled" || last.header.Get("Retry-After") == "" {
		t.Errorf("after seven wrong codes: %+v", p)
	}
	if a := phone.do(http.MethodPost, "/api/walls", map[string]string{"code": shown.Code, "name": "Lobi"}); a.status != http.StatusTooManyRequests {
		t.Errorf("the right code passes while it waits: %d", a.status)
	}
	// Signing in has a count of its own.
	if a := s.browser().do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusOK {
		t.Errorf("wrong codes keep the officer out: %d %s", a.status, a.body)
	}
	if p := phone.do(http.MethodPost, "/api/walls/pairing", nil).problem(t); p.Code != city.Conflict {
		t.Errorf("who is signed in asks for a code: %+v", p)
	}
}

func TestLimitsAreChangedByRulers(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	operator, lurah := s.script(city.Asker{Role: city.Operator}), s.script(city.Asker{Role: city.Lurah, AreaCode: "64.72.03.1001"})
	const path = "/api/indicators/muka-air-mahakam/thresholds"
	had := get[[]city.ThresholdSet](lurah, path)
	if len(had) != 1 || had[0].Version != 0 {
		t.Fatalf("before: %+v", had)
	}
	limits := func(value float64) map[string]any {
		return map[string]any{"version": had[0].Version, "reason": "kajian BPBD 2026", "thresholds": []map[string]any{
			{"level": "awas", "above": true, "value": value, "source": "SK Wali Kota", "effective_on": "2026-01-01"},
		}}
	}
	if p := lurah.do(http.MethodPut, path, limits(2)).problem(t); p.Code != city.Forbidden {
		t.Errorf("a lurah: %+v", p)
	}
	set := into[city.ThresholdSet](t, operator.do(http.MethodPut, path, limits(2)))
	if set.Version != 2 || set.ChangedBy != "token:operator" {
		t.Errorf("saved %+v", set)
	}
	if p := operator.do(http.MethodPut, path, limits(3)).problem(t); p.Code != city.Conflict {
		t.Errorf("the version before: %+v", p)
	}
	for _, i := range get[[]city.Indicator](lurah, "/api/indicators") {
		if i.Slug == "muka-air-mahakam" && (len(i.Thresholds) != 1 || i.Thresholds[0].Value != 2) {
			t.Errorf("declared now: %+v", i.Thresholds)
		}
	}
}
