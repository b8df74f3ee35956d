package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// side is one of the two halves of the matrix's city: near is Air Putih in
// Samarinda Ulu and the DPUPR, far is Lempake in Samarinda Utara and the DLH.
type side int

const (
	near side = iota + 1
	far
)

func (s side) String() string { return [...]string{"no thing", "near", "far"}[s] }

func (s side) area() string { return [...]string{"", storetest.AirPutih, storetest.Lempake}[s] }
func (s side) district() string {
	return [...]string{"", storetest.SamarindaUlu, storetest.SamarindaUtara}[s]
}
func (s side) office() string   { return [...]string{"", "DPUPR", "DLH"}[s] }
func (s side) category() string { return [...]string{"", "jalan-rusak", "sampah"}[s] }

// marker is a word that only things of the side hold.
func (s side) marker() string { return [...]string{"", "tandadekat", "tandajauh"}[s] }

// state is how a caller is signed in.
type state int

const (
	signedInAsOfficer state = iota
	nobody
	madeUp     // a token that no session has
	script     // a token of the command line: a role without an officer
	mustChange // before the first password was changed
	onTheWall  // on the wall, paired
)

// caller is somebody who tries every route.
type caller struct {
	name    string
	state   state
	role    city.Role
	side    side
	officer city.Officer
	secret  string
	mark    string // only things of this caller's own hold it
	own     map[string]thing
}

// seesAll reports whether the caller sees both sides of the city.
func (c *caller) seesAll() bool { return c.role.CityWide() || c.role == city.Layar }

func (c *caller) sign(r *http.Request) {
	switch c.state {
	case nobody:
	case madeUp, script:
		r.Header.Set("Authorization", "Bearer "+c.secret)
	default:
		r.AddCookie(&http.Cookie{Name: "balaikota", Value: c.secret})
	}
}

// matrixWorld is a real server on a city with two sides, and its callers.
type matrixWorld struct {
	t        *testing.T
	url      string
	handler  http.Handler
	client   *http.Client
	db       *database
	serving  *serving
	callers  []*caller
	reports  map[side][]int64 // not yet used by a writing route
	kept     map[side]int64   // one report of each side that nobody changes
	matters  map[side][]int64 // incidents
	points   map[side]int64   // of the meeting
	orders   map[side]int64   // dispositions to the side's lurah
	agency   map[side]int64   // dispositions to the side's agency
	villages map[side]string  // the side's kelurahan office
	marks    int
}

func newMatrixWorld(t *testing.T) *matrixWorld {
	t.Helper()
	place := storetest.NewDB(t)
	s := storetest.Open(t, place)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, url: place.AppURL, city: setting}
	in := &invocation{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler), db: config.Database{Data: t.TempDir(), City: "samarinda"}}
	tiles := filepath.Join(in.db.Data, "kota.pmtiles")
	if err := os.WriteFile(tiles, []byte("PMTiles"), 0o600); err != nil {
		t.Fatal(err)
	}
	running, err := newServing(in, db, config.Serve{Map: config.Map{MapTiles: tiles}}, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &matrixWorld{
		t: t, handler: running.http.Handler, client: &http.Client{Timeout: time.Minute}, db: db, serving: running,
		reports: map[side][]int64{}, kept: map[side]int64{}, matters: map[side][]int64{}, points: map[side]int64{}, orders: map[side]int64{}, agency: map[side]int64{}, villages: map[side]string{},
	}
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	done := make(chan error, 1)
	go func() { done <- running.assistant.Run(t.Context()) }()
	t.Cleanup(func() { <-done })
	w.fill()
	w.admit()
	return w
}

// fill lays the two sides out: reports, incidents, alerts, patterns, flood risk.
func (w *matrixWorld) fill() {
	t := w.t
	source := storetest.Source(t, w.db.Store)
	if _, err := w.db.SaveLearning(t.Context(), city.LearnedModel{Name: "uji", TrainedAt: time.Now(), Scores: []byte("{}"), Body: []byte("uji")}, nil, "uji"); err != nil {
		t.Fatal(err)
	}
	if id, err := w.db.AskLongJob(t.Context(), machineActor, city.System, city.BackupJob, false); err != nil || id != 1 {
		t.Fatalf("put the job 1 down: %d, %v", id, err)
	}
	door := &intake{store: w.db.Store, geography: w.serving.geography}
	var reports []city.Report
	const each = 40
	for _, s := range []side{near, far} {
		for n := range each {
			// Months apart, so that each is a matter of its own; the newest is of now.
			at := time.Now().Add(-time.Hour).AddDate(0, 0, -100*n)
			reports = append(reports, storetest.Report(fmt.Sprintf("%s-%d", s.marker(), n), func(r *city.Report) {
				r.CreatedAt, r.StatedArea, r.Category = at, s.area(), s.category()
				r.Text = fmt.Sprintf("%s nomor %d dekat rumah. %s", s.marker(), n, personalWords)
				r.Reporter = &city.Reporter{Handle: s.marker()}
			}))
		}
	}
	// A column of citizens' words that was mapped to a time is refused, and quoted.
	ingest(t, door, city.Delivery{SourceID: source, Reports: reports, Refused: []city.Refusal{{Kind: "reports", ExternalID: "T-1", Place: "record T-1",
		Reason: fmt.Sprintf("created_at: %q is not a time of the form 2006-01-02", personalWords), Raw: []byte(`{}`)}}})
	settleNow(t, w.serving.analyst)
	for _, s := range []side{near, far} {
		listed, err := w.db.Reports(t.Context(), city.System, city.ReportFilter{AreaCode: s.area(), Limit: 500})
		if err != nil || len(listed) != each {
			t.Fatalf("%d reports of the %s side: %v", len(listed), s, err)
		}
		w.kept[s] = listed[0].ID
		for _, r := range listed[1:] {
			w.reports[s] = append(w.reports[s], r.ID)
		}
		found, _, err := w.db.Incidents(t.Context(), city.System, city.IncidentFilter{AreaCode: s.area(), Limit: 200})
		if err != nil || len(found) < each {
			t.Fatalf("%d incidents of the %s side: %v", len(found), s, err)
		}
		for _, i := range found {
			w.matters[s] = append(w.matters[s], i.ID)
		}
	}
	w.raise()
	w.instruct()
	w.advised(near)
	w.advised(far)
	if _, err := w.serving.briefer.MakeBriefing(t.Context(), city.CommandLine, city.System); err != nil {
		t.Fatal(err)
	}
}

// instruct sends each side's lurah and agency an order, and names both in a
// point of the meeting.
func (w *matrixWorld) instruct() {
	t, mayor := w.t, city.Asker{Role: city.WaliKota}
	offices, err := w.db.Offices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []side{near, far} {
		lurah := ""
		for _, o := range offices {
			if o.AreaCode == s.area() {
				lurah = o.ShortName
			}
		}
		w.villages[s] = lurah
		for n, office := range []string{lurah, s.office()} {
			id, err := w.db.SendDisposition(t.Context(), city.CommandLine, mayor, city.DispositionOrder{
				ClientID: fmt.Sprintf("00000000-0000-4000-8000-0000000000%d%d", s, n), Office: office, Nature: city.NatureOrdinary, AreaCode: s.area(),
				Subject: s.marker() + " perlu dikerjakan", Instruction: s.marker() + " kerjakan dan laporkan", DueHours: 24,
			})
			if err != nil {
				t.Fatal(err)
			}
			[]map[side]int64{w.orders, w.agency}[n][s] = id
		}
		p, err := w.db.AddMeetingPoint(t.Context(), city.CommandLine, mayor, "", city.MeetingPointInput{
			ClientID: fmt.Sprintf("00000000-0000-4000-8000-0000000001%02d", s), Kind: "topic", Text: s.marker() + " dibahas", Owner: s.office(), DispositionID: w.orders[s],
		})
		if err != nil {
			t.Fatal(err)
		}
		w.points[s] = p.ID
	}
}

func (w *matrixWorld) raise() {
	t, now := w.t, time.Now()
	var alerts []city.Alert
	var patterns []city.Pattern
	for _, s := range []side{near, far} {
		alerts = append(alerts, city.Alert{
			Key: "surge:" + s.marker(), Kind: city.AlertSurge, Severity: city.Siaga, Headline: s.marker(), Evidence: "uji", Office: s.office(),
			AreaCodes: []string{s.area()}, Since: now.Add(-time.Hour),
		})
		patterns = append(patterns, city.Pattern{
			Key: "hotspot:" + s.marker(), Kind: city.PatternHotspot, Severity: city.Siaga, AreaCode: s.area(), AreaCodes: []string{s.area()}, Office: s.office(),
			Since: now.Add(-time.Hour), Until: now, Seen: 3, Expected: 1, Headline: s.marker(), HeadlineEN: s.marker(), Evidence: "uji", EvidenceEN: "test",
			Reasons: []string{}, ReasonsEN: []string{}, Method: "uji",
		})
	}
	if err := w.db.RaiseAlerts(t.Context(), city.AlertSurge, alerts); err != nil {
		t.Fatal(err)
	}
	if err := w.db.KeepPatterns(t.Context(), []city.PatternKind{city.PatternHotspot}, patterns); err != nil {
		t.Fatal(err)
	}
	if err := w.db.assessFlood(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

// matrixPassword opens the account uji.masuk.
const matrixPassword = "kata sandi matriks 1"

// admit makes the callers: each role, on both sides where it has one, and
// those who are none.
func (w *matrixWorld) admit() {
	hash, err := account.Hash(matrixPassword)
	if err != nil {
		w.t.Fatal(err)
	}
	storetest.Officer(w.t, w.db.Store, city.Auditor, func(o *store.Officer) { o.Username, o.PasswordHash = "uji.masuk", hash })
	w.callers = []*caller{{name: "nobody", state: nobody}, {name: "a made-up token", state: madeUp, secret: "bukan-token"}}
	for _, role := range city.Roles {
		sides := []side{0}
		if !role.CityWide() {
			sides = []side{near, far}
		}
		for _, s := range sides {
			w.callers = append(w.callers, w.account(role, s, signedInAsOfficer))
		}
	}
	w.callers = append(w.callers, w.account(city.WaliKota, 0, mustChange), w.token(city.Operator, 0), w.token(city.Lurah, near))
	w.callers = append(w.callers, w.wall())
}

func (w *matrixWorld) account(role city.Role, s side, st state) *caller {
	w.t.Helper()
	c := &caller{name: strings.TrimSpace(fmt.Sprintf("%s %s", role, map[side]string{near: "near", far: "far"}[s])), state: st, role: role, side: s, own: map[string]thing{}, mark: w.mark()}
	c.officer = storetest.Officer(w.t, w.db.Store, role, func(o *store.Officer) {
		o.Username, o.MustChange = fmt.Sprintf("uji.%d", len(w.callers)), st == mustChange
		switch role {
		case city.Camat:
			o.AreaCode = s.district()
		case city.Lurah:
			o.AreaCode = s.area()
		case city.KepalaOPD:
			o.Office = s.office()
		}
	})
	if st == mustChange {
		c.name += " before the first password"
	}
	w.signIn(w.t, c)
	return c
}

// mark is a month that only one caller asks for.
func (w *matrixWorld) mark() string {
	w.marks++
	months := []string{"Januari", "Maret", "Mei", "Juli", "September", "November"}
	return fmt.Sprintf("%s %d", months[w.marks%6], 2016+w.marks/6)
}

func (w *matrixWorld) token(role city.Role, s side) *caller {
	w.t.Helper()
	c := &caller{name: "a script's token of a " + string(role), state: script, role: role, side: s, own: map[string]thing{}, mark: w.mark()}
	w.signIn(w.t, c)
	return c
}

// wall is a screen that an officer paired.
func (w *matrixWorld) wall() *caller {
	w.t.Helper()
	c := &caller{name: "a paired screen", state: onTheWall, role: city.Layar, own: map[string]thing{}, mark: w.mark()}
	w.signIn(w.t, c)
	return c
}

// signIn opens a new session for a caller who has any.
func (w *matrixWorld) signIn(t *testing.T, c *caller) {
	t.Helper()
	if c.state == nobody || c.state == madeUp {
		return
	}
	secret, hash, err := account.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(time.Hour)
	if c.state == onTheWall {
		w.marks++
		code := fmt.Sprintf("%06d", w.marks)
		if _, err := w.db.OfferWall(t.Context(), hash, "uji", func() (string, error) { return code, nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.db.PairWall(t.Context(), city.CommandLine, city.Asker{Role: city.Operator}, code, "Layar "+code); err != nil {
			t.Fatal(err)
		}
		c.secret = secret
		return
	}
	if c.state == script {
		asker := city.Asker{Role: c.role}
		if c.role == city.Camat || c.role == city.Lurah {
			asker.AreaCode = c.side.area()
		}
		err = w.db.OpenToken(t.Context(), city.CommandLine, asker, hash, end)
	} else {
		_, err = w.db.OpenSession(t.Context(), c.officer, hash, "uji", end)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.secret = secret
}

// call sends a caller's request that must succeed and decodes its answer.
func (w *matrixWorld) call(c *caller, method, path string, body any) map[string]any {
	w.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	c.sign(req)
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode >= 300 {
		w.t.Fatalf("%s: %s %s: %d %v %v", c.name, method, path, resp.StatusCode, out, err)
	}
	return out
}

func numberIn(in map[string]any, path ...string) string {
	var at any = in
	for _, p := range path {
		m, _ := at.(map[string]any)
		at = m[p]
	}
	n, _ := at.(float64)
	return strconv.FormatInt(int64(n), 10)
}
