package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

// gate declares who may call a route and what they may reach through it.
type gate struct {
	// who may call it; nil is every officer. open needs nobody to be signed in;
	// early is also open to who has not changed the first password.
	who         []city.Role
	open, early bool
	// wall is also open to paired screens.
	wall bool
	// officer needs an account: a script's token has none.
	officer bool
	// of is the kind of thing the path names (things). Somebody else's answers
	// as one that is not there.
	of string
	// answers is what those let in get where it is neither success nor a word
	// about the body: a part that this server has not got.
	answers int
	// powerless see the thing but may not do this to it (403).
	powerless []city.Role
	// at fills the path's parameters where the thing is the same for all.
	at thing
	// rows says what a list may hold: "shared" the same for all who may call it,
	// "filtered" none of another area or office, "own" none of another officer,
	// "few" filtered, but this city of the test has none.
	rows string
	// body is sent; a string as it is, anything else as JSON. It may need the thing.
	body func(at thing) any
	kind string // its media type; empty: JSON
	// spends the caller's session: each call gets a new one.
	spends bool
	query  string
}

// thing is what a path's parameters name, and more for bodies.
type thing map[string]string

// attempt is what one caller tries on one route.
type attempt struct {
	by    *caller
	of    side // of the thing; 0 when the path names none
	route web.Route
	gate  gate
	at    thing
}

// TestRoleMatrix calls every route of the real server as every role, as a
// script, with a token that is none, before the first password is changed, and
// as nobody; with things of the caller's own area or office and of others. A
// route without a declaration in matrixRows fails: declare it there.
func TestRoleMatrix(t *testing.T) { //nolint:tparallel // one server for all
	t.Parallel()
	if testing.Short() {
		t.Skip("some thousand requests")
	}
	w := newMatrixWorld(t)
	rows := matrixRows()
	seen := map[string]bool{}
	calls := 0
	routes := web.Routes(w.handler)
	slices.SortFunc(routes, func(a, b web.Route) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	for _, r := range routes {
		name := r.Method + " " + r.Path
		seen[name] = true
		g, declared := rows[name]
		if !declared {
			t.Errorf("%s is in no row of matrixRows (cmd/balaikota/matrix_rows_test.go): declare who may call it and whose things it shows", name)
			continue
		}
		if g.rows == "" && r.Method == http.MethodGet && !g.open && g.of == "" {
			t.Errorf("%s: say which rows it may hold (shared, filtered, own, few)", name)
		}
		t.Run(name, func(t *testing.T) { calls += w.tryAll(t, r, g) })
	}
	for name := range rows {
		if !seen[name] {
			t.Errorf("%s is declared, but there is no such route", name)
		}
	}
	t.Logf("%d routes, %d requests", len(seen), calls)
}

func (w *matrixWorld) tryAll(t *testing.T, r web.Route, g gate) (calls int) {
	t.Helper()
	full := map[string]bool{}
	for _, by := range w.callers {
		sides := []side{0}
		if g.of != "" {
			sides = []side{near, far}
		}
		for _, of := range sides {
			a := attempt{by: by, of: of, route: r, gate: g, at: g.at}
			if g.of != "" {
				thing, ok := things[g.of]
				if !ok {
					t.Fatalf("there is no kind of thing %q in things", g.of)
				}
				a.at = thing(w, of, by)
			}
			status, body := w.try(t, a)
			calls++
			want := a.expected()
			if !want.holds(status) {
				t.Errorf("%s with %s: %d, declared %s: %.300s", by.name, of, status, want, body)
			}
			if status == http.StatusOK && r.Method == http.MethodGet {
				w.holds(t, a, body, full)
			}
		}
	}
	if g.rows == "filtered" && !t.Failed() {
		for _, s := range []side{near, far} {
			if !full[s.marker()] {
				t.Errorf("nobody sees a row of the %s side: the test cannot tell whether it is filtered", s)
			}
		}
	}
	return calls
}

// outcome is what an attempt should come to: a status, or 0 for "let in",
// whatever the thing then says of the body.
type outcome int

func (o outcome) String() string {
	if o == 0 {
		return "let in"
	}
	return fmt.Sprint(int(o))
}

func (o outcome) holds(status int) bool {
	if o != 0 {
		return status == int(o)
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusTooManyRequests:
		return false
	}
	return status < http.StatusInternalServerError
}

// expected is what the declaration says of the attempt.
func (a attempt) expected() outcome {
	g, by := a.gate, a.by
	needsSession := strings.HasPrefix(a.route.Path, "/api/") || strings.HasPrefix(a.route.Path, "/geo/") ||
		strings.HasPrefix(a.route.Path, "/tiles/") || a.route.Path == web.LivePath
	switch {
	case by.state == madeUp && needsSession:
		return http.StatusUnauthorized
	case g.open:
		return outcome(g.answers)
	case by.role == "":
		return http.StatusUnauthorized
	case by.state == mustChange && !g.early:
		return http.StatusForbidden
	case g.who != nil && !slices.Contains(g.who, by.role), by.role == city.Layar && !g.wall:
		return http.StatusForbidden
	case g.officer && by.state == script:
		return http.StatusForbidden
	case a.of != 0 && !a.own():
		return http.StatusNotFound
	case slices.Contains(g.powerless, by.role):
		return http.StatusForbidden
	}
	return outcome(g.answers)
}

// own reports whether the thing is of the caller's own area or office, or,
// where things are of one officer, the caller's own.
func (a attempt) own() bool {
	if also, private := privateThings[a.gate.of]; private {
		return a.of == near || slices.Contains(also, a.by.role)
	}
	return a.by.seesAll() || a.by.side == a.of
}

// holds checks that an answer holds no row of where the caller has no right.
func (w *matrixWorld) holds(t *testing.T, a attempt, body []byte, full map[string]bool) {
	t.Helper()
	for mark, where := range personalMarks {
		if bytes.Contains(body, []byte(mark)) && where != a.route.Method+" "+a.route.Path {
			t.Errorf("%s gets the personal data %q that a citizen wrote: city.MaskOutward or HidePersonal takes it out before it leaves the store", a.by.name, mark)
		}
	}
	if a.gate.rows == "shared" || a.gate.rows == "" || a.gate.open {
		return
	}
	if a.gate.rows == "own" {
		for _, other := range w.callers {
			if other != a.by && other.mark != "" && bytes.Contains(body, []byte(other.mark)) {
				t.Errorf("%s sees what is %s's: %.300s", a.by.name, other.name, body)
			}
		}
		return
	}
	for _, s := range []side{near, far} {
		found := bytes.Contains(body, []byte(s.area())) || bytes.Contains(body, []byte(s.marker()))
		if found && !a.by.seesAll() && a.by.side != s {
			t.Errorf("%s, of the %s side, sees a row of the %s one: %s", a.by.name, a.by.side, s, around(body, s))
		}
		if found {
			full[s.marker()] = true
		}
		if !found && a.gate.rows == "filtered" && (a.by.seesAll() || a.by.side == s) {
			t.Errorf("%s does not see the rows of the %s side: %.300s", a.by.name, s, body)
		}
	}
}

// personalWords stand in every citizen's report of the matrix, personalMarks are
// what of them no answer may hold: but for the plate and the account on the page of
// the report itself, where the matter may be about them.
// The first are as telephones copy them and as people part and spell them.
const personalWords = "WA \u202a+62\u00a0815\u20116660\u20110022\u202c, hp 0816\u20133330\u20130033, NIK 64.72.05.410190.0003, surel tuti.k(at)gmail.com, mobil kt.4567.zz, No rekening:\n9876501234. " +
	"Hubungi 0813-7770-0011 atau sri.w@surel.uji, NIK 6472054101900001, KK 6472050102030004, truk KT 8123 QX, rekening BRI 1234010004567"

var personalMarks = map[string]string{
	"7770-0011": "", "sri.w@": "", "6472054101900001": "", "6472050102030004": "",
	"815\u20116660": "", "0816\u20133330": "", "410190.0003": "", "tuti.k": "",
	"8123 QX": "GET /api/reports/{id}", "1234010004567": "GET /api/reports/{id}", "kt.4567": "GET /api/reports/{id}", "9876501234": "GET /api/reports/{id}",
}

// TestEventsHoldNoPersonalWords: what goes to every screen by /live was masked
// before it was stored.
func TestEventsHoldNoPersonalWords(t *testing.T) {
	t.Parallel()
	w := newMatrixWorld(t)
	// They are there: the page of the report itself shows the plate.
	if page, err := w.db.Report(t.Context(), city.System, w.kept[near]); err != nil || !strings.Contains(page.FullText, "8123 QX") || strings.Contains(page.FullText, "7770-0011") || strings.Contains(page.Text, "8123 QX") {
		t.Errorf("the report reads %q, in lists %q, %v", page.FullText, page.Text, err)
	}
	events, err := w.db.EventsAfter(t.Context(), 0, 10_000)
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for _, e := range events {
		for mark := range personalMarks {
			if bytes.Contains(e.Data, []byte(mark)) {
				t.Fatalf("an event of %s holds %q: %s", e.Topic, mark, e.Data)
			}
		}
	}
}

func around(body []byte, s side) string {
	at := max(bytes.Index(body, []byte(s.area())), bytes.Index(body, []byte(s.marker())))
	return string(body[max(0, at-150):min(len(body), at+150)])
}

// try sends one request and reads at most a piece of its answer.
func (w *matrixWorld) try(t *testing.T, a attempt) (int, []byte) {
	t.Helper()
	path := a.route.Path
	for name, value := range a.at {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if strings.Contains(path, "{") {
		t.Fatalf("%s: nothing fills this path's parameters", path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var send io.Reader
	if a.gate.body != nil {
		switch b := a.gate.body(a.at).(type) {
		case string:
			send = strings.NewReader(b)
		default:
			raw, err := json.Marshal(b)
			if err != nil {
				t.Fatal(err)
			}
			send = bytes.NewReader(raw)
		}
	}
	req, err := http.NewRequestWithContext(ctx, a.route.Method, w.url+strings.ReplaceAll(path, "*", "")+a.gate.query, send)
	if err != nil {
		t.Fatal(err)
	}
	if send != nil {
		req.Header.Set("Content-Type", "application/json")
		if a.gate.kind != "" {
			req.Header.Set("Content-Type", a.gate.kind)
		}
	}
	if a.gate.spends {
		defer w.signIn(t, a.by)
	}
	a.by.sign(req)
	resp, err := w.client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", a.by.name, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		t.Fatalf("%s: %v", a.by.name, err)
	}
	return resp.StatusCode, body
}
