package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/live"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

// surface is the whole HTTP surface on a real database.
type surface struct {
	t     *testing.T
	url   string
	store *store.Store
	hub   *live.Hub
	log   *bytes.Buffer
}

type geography struct{ *geo.Index }

func (g geography) Bounds() [4]float64 {
	b := g.Bound()
	return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
}

func (g geography) Tile(_ string, z, x, y uint32) ([]byte, error) {
	return g.AreaTile(city.Kelurahan, z, x, y)
}

// nobodyPolls stands in for the job queue: these tests are about rights.
type nobodyPolls struct{ asked chan string }

func (p nobodyPolls) PollNow(_ context.Context, slug string) error {
	p.asked <- slug
	return nil
}

// backToTheStart stands for the keeper of sources: every source of it can begin
// again, whatever its connector. The real one is tried in cmd/balaikota.
type backToTheStart struct {
	web.SourceKeeper
	store *store.Store
}

// Reread implements web.SourceKeeper.
func (k backToTheStart) Reread(ctx context.Context, slug string, why city.RereadWhy, from time.Time) error {
	return k.store.SendBackSource(ctx, slug, why, from, nil)
}

// titleAndCount stands in for backend/cap, which web does not know.
func titleAndCount(_, title, _ string, _ time.Time, messages []city.HazardMessage) ([]byte, error) {
	return fmt.Appendf(nil, "%s: %d", title, len(messages)), nil
}

func newSurface(t *testing.T, change ...func(*web.Deps, *store.Store)) *surface {
	t.Helper()
	s := storetest.New(t)
	areas, err := s.Areas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	index, err := geo.New(areas)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	hub := live.New(nil, nil, live.Options{})
	page := fstest.MapFS{
		"index.html":            {Data: []byte("<!doctype html><title>Balaikota</title>")},
		"assets/app-1a2b.js":    {Data: []byte("console.log(1)")},
		"assets/app-1a2b.js.br": {Data: []byte("brotli bytes")},
	}
	deps := web.Deps{
		Store: s, Passwords: account.Keeper{}, Geography: func() web.Geography { return geography{index} }, Hub: hub,
		Poller: nobodyPolls{make(chan string, 8)}, SourceKeeper: backToTheStart{store: s}, Stems: language.Words, CAPFeed: titleAndCount, Frontend: page, Log: slog.New(slog.NewTextHandler(log, nil)), Version: "test",
	}
	for _, c := range change {
		c(&deps, s)
	}
	server := httptest.NewServer(web.Handler(deps))
	t.Cleanup(server.Close)
	return &surface{t: t, url: server.URL, store: s, hub: hub, log: log}
}

// caller is a browser with cookies, or a script with a token.
type caller struct {
	*surface
	client *http.Client
	token  string
	header map[string]string
}

func (s *surface) browser() *caller {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &caller{surface: s, client: &http.Client{Jar: jar}}
}

func (s *surface) script(asker city.Asker) *caller {
	s.t.Helper()
	secret, hash, err := account.NewSecret()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.OpenToken(s.t.Context(), city.CommandLine, asker, hash, time.Now().Add(time.Hour)); err != nil {
		s.t.Fatal(err)
	}
	return &caller{surface: s, client: &http.Client{}, token: secret}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t *testing.T) web.Problem {
	t.Helper()
	var p web.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Fatalf("status %d is no problem answer (%v): %s %s", a.status, err, a.header.Get("Content-Type"), a.body)
	}
	return p
}

func (c *caller) do(method, path string, body any) answer {
	c.t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

func get[T any](c *caller, path string) T {
	c.t.Helper()
	a := c.do(http.MethodGet, path, nil)
	var out T
	if err := json.Unmarshal(a.body, &out); err != nil || a.status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s (%v)", path, a.status, a.body, err)
	}
	return out
}

const firstPassword = "kata sandi pertama 1"

func (s *surface) officer(role city.Role, change ...func(*store.Officer)) store.Officer {
	s.t.Helper()
	hash, err := account.Hash(firstPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	change = append(change, func(o *store.Officer) { o.PasswordHash = hash })
	return storetest.Officer(s.t, s.store, role, change...)
}

func credentials(username, password string) map[string]string {
	return map[string]string{"username": username, "password": password}
}

func TestFirstLoginMustChangeThePassword(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	o := s.officer(city.WaliKota, func(o *store.Officer) { o.MustChange = true })
	b := s.browser()
	a := b.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword))
	if a.status != http.StatusOK || !bytes.Contains(a.body, []byte(`"must_change_password":true`)) {
		t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if p := b.do(http.MethodGet, "/api/reports", nil).problem(t); p.Code != city.Forbidden || p.Key != "error.must_change_password" {
		t.Errorf("before the change: %+v", p)
	}
	if p := b.do(http.MethodPost, "/api/session/password", map[string]string{"current": firstPassword, "new": "pendek"}).problem(t); p.Code != city.Invalid || p.Errors[0].Location != "new" {
		t.Errorf("short password: %+v", p)
	}
	if p := b.do(http.MethodPost, "/api/session/password", map[string]string{"current": "salah salah salah", "new": "tepian mahakam 7 pagi"}).problem(t); p.Key != "error.password_current" {
		t.Errorf("wrong present password: %+v", p)
	}
	if a := b.do(http.MethodPost, "/api/session/password", map[string]string{"current": firstPassword, "new": "tepian mahakam 7 pagi"}); a.status != http.StatusOK {
		t.Fatalf("change: %d %s", a.status, a.body)
	}
	if a := b.do(http.MethodGet, "/api/reports", nil); a.status != http.StatusOK {
		t.Errorf("after the change: %d %s", a.status, a.body)
	}
	if a := b.do(http.MethodDelete, "/api/session", nil); a.status >= 300 {
		t.Errorf("sign out: %d %s", a.status, a.body)
	}
	if p := b.do(http.MethodGet, "/api/session", nil).problem(t); p.Status != http.StatusUnauthorized {
		t.Errorf("after signing out: %+v", p)
	}
}

func TestFailedSignInsAreAnsweredAlikeAndThrottled(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	o := s.officer(city.Sekda)
	b := s.browser()
	unknown := b.do(http.MethodPost, "/api/session", credentials("tidak.ada", "apa saja boleh")).problem(t)
	wrong := b.do(http.MethodPost, "/api/session", credentials(o.Username, "bukan kata sandinya")).problem(t)
	if unknown.Detail != wrong.Detail || unknown.Key != wrong.Key || wrong.Status != http.StatusUnauthorized {
		t.Errorf("an unknown name is told apart from a wrong password: %+v, %+v", unknown, wrong)
	}
	var last answer
	for range 6 {
		last = b.do(http.MethodPost, "/api/session", credentials(o.Username, "bukan kata sandinya"))
	}
	p := last.problem(t)
	if p.Status != http.StatusTooManyRequests || p.Key != "error.login_throttled" || last.header.Get("Retry-After") == "" {
		t.Errorf("after eight failures: %+v, Retry-After %q", p, last.header.Get("Retry-After"))
	}
	if a := b.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusTooManyRequests {
		t.Errorf("the right password passes while it waits: %d", a.status)
	}
}

func TestChangesFromAnotherSitesPageAreRefused(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	o := s.officer(city.Operator)
	b := s.browser()
	if a := b.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusOK {
		t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	b.header = map[string]string{"Origin": "https://jahat.example", "Sec-Fetch-Site": "cross-site"}
	if p := b.do(http.MethodDelete, "/api/session", nil).problem(t); p.Code != city.Forbidden {
		t.Errorf("cross-site change: %+v", p)
	}
	b.header = nil
	if a := b.do(http.MethodGet, "/api/session", nil); a.status != http.StatusOK {
		t.Errorf("the session was ended by another site: %d", a.status)
	}
}

func TestRightsByRole(t *testing.T) { //nolint:tparallel // one server for all roles
	t.Parallel()
	s := newSurface(t)
	src := storetest.Source(t, s.store)
	storetest.Ingest(t, s.store, city.Delivery{SourceID: src, Reports: []city.Report{
		storetest.Report("di-sungai-pinang", func(r *city.Report) { r.StatedArea = "64.72.08.1001"; r.Category = "jalan-rusak" }),
		storetest.Report("di-palaran", func(r *city.Report) { r.StatedArea = "64.72.01.1001"; r.Category = "sampah" }),
	}})
	office, err := s.store.OfficeID(t.Context(), "DLH")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		asker city.Asker
		want  []string
	}{
		{"mayor", city.Asker{Role: city.WaliKota}, []string{"di-sungai-pinang", "di-palaran"}},
		{"auditor", city.Asker{Role: city.Auditor}, []string{"di-sungai-pinang", "di-palaran"}},
		{"camat Sungai Pinang", city.Asker{Role: city.Camat, AreaCode: "64.72.08"}, []string{"di-sungai-pinang"}},
		{"lurah elsewhere", city.Asker{Role: city.Lurah, AreaCode: "64.72.08.1002"}, nil},
		{"head of DLH", city.Asker{Role: city.KepalaOPD, OfficeID: office}, []string{"di-palaran"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := get[web.ReportPage](s.script(c.asker), "/api/reports")
			got := map[string]int64{}
			for _, r := range page.Items {
				got[r.ExternalID] = r.ID
			}
			if len(got) != len(c.want) {
				t.Fatalf("sees %v, want %v", got, c.want)
			}
			for _, id := range c.want {
				if got[id] == 0 {
					t.Errorf("does not see %s", id)
				}
			}
		})
	}
	all := get[web.ReportPage](s.script(city.Asker{Role: city.WaliKota}), "/api/reports")
	lurah := s.script(city.Asker{Role: city.Lurah, AreaCode: "64.72.08.1002"})
	for _, r := range all.Items {
		if a := lurah.do(http.MethodGet, "/api/reports/"+json.Number(jsonInt(r.ID)).String(), nil); a.status != http.StatusNotFound {
			t.Errorf("a lurah opens another's report: %d", a.status)
		}
	}
	for path, allowed := range map[string]city.Role{"/api/audit": city.Auditor, "/api/sources/sumber/pause": city.Operator} {
		method := http.MethodGet
		if strings.HasSuffix(path, "pause") {
			method = http.MethodPost
		}
		if p := s.script(city.Asker{Role: city.WaliKota}).do(method, path, nil).problem(t); p.Code != city.Forbidden {
			t.Errorf("mayor at %s: %+v", path, p)
		}
		if a := s.script(city.Asker{Role: allowed}).do(method, path, nil); a.status == http.StatusForbidden {
			t.Errorf("%s at %s: %d", allowed, path, a.status)
		}
	}
	if p := s.browser().do(http.MethodGet, "/api/reports", nil).problem(t); p.Code != city.Unauthorized {
		t.Errorf("nobody: %+v", p)
	}
	bad := &caller{surface: s, client: &http.Client{}, token: "bukan-token"}
	if p := bad.do(http.MethodGet, "/api/city", nil).problem(t); p.Code != city.Unauthorized {
		t.Errorf("made-up token: %+v", p)
	}
}

func jsonInt(n int64) string { raw, _ := json.Marshal(n); return string(raw) }

func TestReportsPageThroughAllOnce(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	src := storetest.Source(t, s.store)
	same := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	storetest.Ingest(t, s.store, city.Delivery{SourceID: src, Reports: storetest.Reports("hal", 25, func(r *city.Report) { r.CreatedAt = same })})
	c := s.script(city.Asker{Role: city.Sekda})
	seen := map[int64]bool{}
	next := ""
	for pages := 0; ; pages++ {
		page := get[web.ReportPage](c, "/api/reports?limit=10&before="+url.QueryEscape(next))
		for _, r := range page.Items {
			if seen[r.ID] {
				t.Errorf("report %d comes twice", r.ID)
			}
			seen[r.ID] = true
		}
		if next = page.Next; next == "" || pages > 5 {
			break
		}
	}
	if len(seen) != 25 {
		t.Errorf("saw %d of 25", len(seen))
	}
}

func TestErrorsNameFieldAndCode(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	c := s.script(city.Asker{Role: city.WaliKota})
	for path, field := range map[string]string{
		"/api/reports?limit=9999":                                               "query.limit",
		"/api/reports?before=!!":                                                "query.before",
		"/api/reports?q=yang%20di":                                              "query.q",
		"/api/indicators/muka-air-benanga/series?step=minute":                   "query.step",
		"/api/reports/counts?from=2026-02-02T00:00:00Z&to=2026-01-01T00:00:00Z": "query.from",
	} {
		p := c.do(http.MethodGet, path, nil).problem(t)
		if p.Code != city.Invalid || len(p.Errors) == 0 || p.Errors[0].Location != field {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for _, path := range []string{"/api/reports/999999", "/api/indicators/tidak-ada/series", "/api/sources/tidak-ada", "/api/tidak-ada", "/geo/rt.geojson"} {
		if p := c.do(http.MethodGet, path, nil).problem(t); p.Code != city.NotFound || p.Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestPageIsServedForEveryViewWithStrictHeaders(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	b := s.browser()
	for _, path := range []string{"/", "/laporan/12", "/peta"} {
		a := b.do(http.MethodGet, path, nil)
		if a.status != http.StatusOK || !bytes.Contains(a.body, []byte("Balaikota")) || a.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %s", path, a.status, a.header)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
	}
	b.header = map[string]string{"Accept-Encoding": "br"}
	a := b.do(http.MethodGet, "/assets/app-1a2b.js", nil)
	if a.header.Get("Content-Encoding") != "br" || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("asset: %d %v", a.status, a.header)
	}
	if a := b.do(http.MethodGet, "/assets/other.js", nil); a.status != http.StatusNotFound {
		t.Errorf("missing asset: %d", a.status)
	}
}

func TestReporterNeedsRoleAndReasonAndIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	src := storetest.Source(t, s.store)
	storetest.Ingest(t, s.store, city.Delivery{SourceID: src, Reports: []city.Report{
		storetest.Report("dengan-pelapor", func(r *city.Report) { r.Reporter = &city.Reporter{Handle: "warga-uji-1"} }),
	}})
	id := jsonInt(get[web.ReportPage](s.script(city.Asker{Role: city.WaliKota}), "/api/reports").Items[0].ID)
	reason := map[string]string{"reason": "memastikan alamat untuk perbaikan"}
	if p := s.script(city.Asker{Role: city.WaliKota}).do(http.MethodPost, "/api/reports/"+id+"/reporter", reason).problem(t); p.Code != city.Forbidden {
		t.Errorf("mayor: %+v", p)
	}
	op := s.script(city.Asker{Role: city.Operator})
	if p := op.do(http.MethodPost, "/api/reports/"+id+"/reporter", map[string]string{"reason": ""}).problem(t); p.Code != city.Invalid {
		t.Errorf("without reason: %+v", p)
	}
	if a := op.do(http.MethodPost, "/api/reports/"+id+"/reporter", reason); a.status != http.StatusOK || !bytes.Contains(a.body, []byte("warga-uji-1")) {
		t.Errorf("operator with reason: %d %s", a.status, a.body)
	}
	trail := get[[]city.AuditEntry](s.script(city.Asker{Role: city.Auditor}), "/api/audit")
	found := false
	for _, e := range trail {
		found = found || e.Action == "reporter.read" && e.Subject == id && e.Reason == reason["reason"]
	}
	if !found {
		t.Errorf("the reading is not in the trail: %+v", trail)
	}
}

func TestRefusedRowsAreOfferedAgain(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	src := storetest.Source(t, s.store)
	bad := city.Refusal{ExternalID: "rusak-1", Kind: "reports", Place: "baris 7", Reason: "waktu tidak terbaca"}
	storetest.Ingest(t, s.store, city.Delivery{SourceID: src, Refused: []city.Refusal{bad}, Cursor: json.RawMessage(`{"page":9}`)})
	op := s.script(city.Asker{Role: city.Operator})
	if d := get[web.SourceDetail](op, "/api/sources/uji"); d.Health.Refused != 1 || len(d.Refused) != 1 || d.Refused[0].Reason != bad.Reason {
		t.Fatalf("before: %+v", d)
	}
	if p := s.script(city.Asker{Role: city.WaliKota}).do(http.MethodPost, "/api/sources/uji/retry", nil).problem(t); p.Code != city.Forbidden {
		t.Errorf("mayor: %+v", p)
	}
	if a := op.do(http.MethodPost, "/api/sources/uji/retry", nil); a.status >= 300 {
		t.Fatalf("retry: %d %s", a.status, a.body)
	}
	if at, err := s.store.Source(t.Context(), "uji"); err != nil || at.Cursor != nil {
		t.Errorf("the cursor stayed at %s (%v)", at.Cursor, err)
	}
	if d := get[web.SourceDetail](op, "/api/sources/uji"); d.Health.Refused != 0 {
		t.Errorf("after: %+v", d)
	}
	storetest.Ingest(t, s.store, city.Delivery{SourceID: src, Refused: []city.Refusal{bad}})
	if d := get[web.SourceDetail](op, "/api/sources/uji"); d.Health.Refused != 1 || d.Refused[0].Times != 2 {
		t.Errorf("refused again: %+v", d)
	}
}
