package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/identity"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

// complaints is a system whose complaints are asked for since a moment, oldest
// first, two at a time.
type complaints struct {
	mu    sync.Mutex
	asked []string
	n     int
}

func (c *complaints) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.URL.Query().Get("sejak"))
	since, err := time.Parse(time.RFC3339, r.URL.Query().Get("sejak"))
	if err != nil {
		http.Error(w, "sejak", http.StatusBadRequest)
		return
	}
	page := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("hal"), &page)
	var rows []string
	for i := range c.n {
		at := time.Date(2026, 11, 1+i, 3, 0, 0, 0, time.UTC)
		if at.After(since) {
			rows = append(rows, fmt.Sprintf(`{"id":"k%02d","waktu":%q,"isi":"lampu jalan mati"}`, i, at.Format(time.RFC3339)))
		}
	}
	rows = rows[min(2*(page-1), len(rows)):]
	_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(rows[:min(2, len(rows))], ","))
}

func (c *complaints) last() string { c.mu.Lock(); defer c.mu.Unlock(); return c.asked[len(c.asked)-1] }

func (c *complaints) forget() { c.mu.Lock(); defer c.mu.Unlock(); c.asked = nil }

const complaintSource = `slug: aduan-uji
name: Aduan uji
connector: httpjson
schedule: "@every 5m"
%s
config:
  allow_private: true
  mapping:
    url: %s?sejak={{since}}&hal={{page}}
    items: .data
    paging: {type: page, size: 2}
    lookback: 8760h
    overlap: 0s
    kind: reports
    fields: {external_id: .id, created_at: .waktu, text: .isi}
`

// operated is a database with one source, the command line, and a runner.
type operated struct {
	t      *testing.T
	db     storetest.DB
	store  *store.Store
	runner *connectors.Runner
	file   string
}

func newOperated(t *testing.T) *operated {
	t.Helper()
	o := &operated{t: t, db: storetest.NewDB(t), file: filepath.Join(t.TempDir(), "aduan.yaml")}
	o.store = storetest.Open(t, o.db)
	setting, err := o.store.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &database{Store: o.store, city: setting}
	geography, err := newGeography(t.Context(), o.store)
	if err != nil {
		t.Fatal(err)
	}
	secrets := &connectors.Secrets{Lookup: func(string) (string, bool) { return "x", true }}
	env, err := d.connectorEnv(geography, secrets, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	env.Now = func() time.Time { return time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC) }
	o.runner = connectors.NewRunner(all.Registry(), o.store, env, secrets, connectors.RunLimits{})
	return o
}

func (o *operated) command(args ...string) (out, errs string, status int) {
	o.t.Helper()
	var so, se bytes.Buffer
	status = run(o.t.Context(), append([]string{args[0], "--database-url", o.db.SuperuserURL, "--data", o.t.TempDir(), "--log-level", "error"}, args[1:]...), strings.NewReader(""), &so, &se)
	return so.String(), se.String(), status
}

func (o *operated) must(args ...string) string {
	o.t.Helper()
	out, errs, status := o.command(args...)
	if status != 0 {
		o.t.Fatalf("balaikota %s: %s", strings.Join(args, " "), errs)
	}
	return out
}

func (o *operated) add(more, address string) string {
	o.t.Helper()
	if err := os.WriteFile(o.file, fmt.Appendf(nil, complaintSource, more, address), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return o.must("source", "add", o.file)
}

func (o *operated) pull() city.Tally {
	o.t.Helper()
	src, err := o.store.Source(o.t.Context(), "aduan-uji")
	if err != nil {
		o.t.Fatal(err)
	}
	o.runner.Forget(src.ID)
	tally, _, err := o.runner.RunOnce(o.t.Context(), src)
	if err != nil {
		o.t.Fatal(err)
	}
	return tally
}

func (o *operated) health() city.SourceHealth {
	o.t.Helper()
	all, err := o.store.SourceHealths(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	for _, h := range all {
		if h.Slug == "aduan-uji" {
			return h
		}
	}
	o.t.Fatal("the source is gone")
	return city.SourceHealth{}
}

// TestASourceIsSentBackToADay by its operator: it is asked from there on, what is
// known does not double, and how far it is can be read.
func TestASourceIsSentBackToADay(t *testing.T) {
	t.Parallel()
	o, theirs := newOperated(t), &complaints{n: 10}
	server := httptest.NewServer(theirs)
	t.Cleanup(server.Close)
	o.add("", server.URL)
	if got := o.pull(); got.Added != 10 {
		t.Fatalf("first: %+v", got)
	}
	if got := o.pull(); got.Read != 0 || theirs.last() != "2026-11-10T11:00:00+08:00" {
		t.Fatalf("then: %+v since %s", got, theirs.last())
	}
	if out := o.must("source", "reread", "aduan-uji", "--from", "2026-11-05"); !strings.Contains(out, "2026-11-05 00.00 WITA") {
		t.Errorf("it says %q", out)
	}
	theirs.forget()
	if got := o.pull(); got.Read != 6 || got.Unchanged != 6 || theirs.asked[0] != "2026-11-05T00:00:00+08:00" {
		t.Errorf("sent back: %+v since %s", got, theirs.asked[0])
	}
	r := o.health().Rereading
	if r == nil || r.Why != city.RereadAsked || r.Rows != 6 || r.Done == nil || !r.Reached.Equal(time.Date(2026, 11, 10, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("how far: %+v", r)
	}
	for _, bad := range [][]string{{"--from", "kemarin"}, {"--from", "2099-01-01"}} {
		if _, errs, status := o.command(append([]string{"source", "reread", "aduan-uji"}, bad...)...); status == 0 || !strings.Contains(errs, "from") {
			t.Errorf("%v: %d %s", bad, status, errs)
		}
	}
	lines, err := o.store.Audit(t.Context(), city.Asker{Role: city.Auditor}, 0, 10)
	if err != nil || len(lines) != 1 || lines[0].Action != "source.reread" {
		t.Errorf("the audit trail: %+v, %v", lines, err)
	}
}

// TestASourceThatReadsSomethingElseBeginsAnew: its cursor is about the old place;
// a change of its name or owner leaves it.
func TestASourceThatReadsSomethingElseBeginsAnew(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	old, other := &complaints{n: 3}, &complaints{n: 12}
	a, b := httptest.NewServer(old), httptest.NewServer(other)
	t.Cleanup(a.Close)
	t.Cleanup(b.Close)
	o.add("", a.URL)
	o.pull()
	if out := o.add("owner: Dinas Uji", a.URL); out != "" || o.health().Rereading != nil {
		t.Errorf("another owner: %q, %+v", out, o.health().Rereading)
	}
	if got := o.pull(); got.Read != 0 {
		t.Errorf("the cursor was lost: %+v", got)
	}
	if out := o.add("", b.URL); !strings.Contains(out, "dimulai dari awal") {
		t.Errorf("it says %q", out)
	}
	if got := o.pull(); got.Read != 12 || got.Added != 9 {
		t.Errorf("from the other address: %+v", got)
	}
	if r := o.health().Rereading; r == nil || r.Why != city.RereadChanged || r.From != nil || r.Done == nil {
		t.Errorf("it is told as %+v", r)
	}
}

// TestPauseQuotaRefusedAndDoctor: what an operator does from the command line.
func TestPauseQuotaRefusedAndDoctor(t *testing.T) {
	t.Parallel()
	o, theirs := newOperated(t), &complaints{n: 10}
	server := httptest.NewServer(theirs)
	t.Cleanup(server.Close)
	o.add("quota_hour: 4", server.URL)
	if got := o.pull(); got.Added != 4 || o.health().SlowedUntil != nil && o.health().Freshness == city.Broken {
		t.Errorf("with a quota of four: %+v", got)
	}
	src, err := o.store.Source(t.Context(), "aduan-uji")
	if err != nil || src.QuotaHour != 4 || len(src.Cursor) == 0 {
		t.Fatalf("%+v, %v", src, err)
	}
	o.add("quota_hour: 0", server.URL)
	if got := o.pull(); got.Added != 6 {
		t.Errorf("the rest: %+v", got)
	}
	if out := o.must("source", "pause", "aduan-uji"); out != "aduan-uji dijeda: tidak dibaca sampai dilanjutkan.\n" {
		t.Errorf("pausing says %q", out)
	}
	if o.health().Freshness != city.Paused {
		t.Errorf("paused, it is %s", o.health().Freshness)
	}
	if out := o.must("source", "resume", "aduan-uji"); out != "aduan-uji berjalan lagi.\n" {
		t.Errorf("going on says %q", out)
	}
	storetest.Ingest(t, o.store, city.Delivery{SourceID: src.ID, Refused: []city.Refusal{{Kind: "reports", ExternalID: "k99", Place: "record k99", Reason: "tanpa waktu", Raw: []byte(`{"telp":"0812"}`)}}})
	if out := o.must("source", "refused", "aduan-uji"); !strings.Contains(out, "tanpa waktu") || strings.Contains(out, "0812") {
		t.Errorf("the refused rows: %q", out)
	}
	out, _, _ := o.command("doctor")
	if !strings.Contains(out, "1 tersambung: 1 ") || !strings.Contains(out, "; 1 baris ditolak menunggu") {
		t.Errorf("the doctor says\n%s", out)
	}
	if o.must("source", "retry", "aduan-uji"); o.health().Refused != 0 || o.health().Rereading.Why != city.RereadRefused {
		t.Errorf("tried again: %+v", o.health())
	}
	if _, errs, status := o.command("source", "pause", "tidak-ada"); status == 0 || !strings.Contains(errs, "tidak-ada") {
		t.Errorf("no such source: %d %s", status, errs)
	}
}

// TestTheOriginalsOfRefusedRowsAreOpenedWithAReason: by the command line, without
// what steers a terminal.
func TestTheOriginalsOfRefusedRowsAreOpenedWithAReason(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "identitas.json")
	ring := identity.Open(file, folder)
	if err := ring.Make(); err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, o.db, storetest.WithIdentities(ring))
	id, err := s.SaveSource(t.Context(), city.Source{Slug: "aduan-uji", Name: "Aduan uji", Connector: "push", ExpectEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	refused := city.Refusal{Kind: "reports", Place: "baris 7", Reason: "tidak ada waktu", Raw: []byte(`{"pelapor":"Warga Uji"` + "\x1b[31m" + `}`)}
	if _, err := s.Ingest(t.Context(), city.Delivery{SourceID: id, Refused: []city.Refusal{refused}, Attempt: &city.Attempt{Started: now, Finished: now}}); err != nil {
		t.Fatal(err)
	}
	list := o.must("source", "refused", "aduan-uji")
	if !strings.Contains(list, "baris 7") || strings.Contains(list, "Warga Uji") {
		t.Errorf("the list says %q", list)
	}
	with := []string{"source", "refused", "aduan-uji", "--original", "--identity-key-file", file}
	if _, errs, status := o.command(with...); status == 0 || !strings.Contains(errs, "why") {
		t.Errorf("opened without a reason: %d %s", status, errs)
	}
	number, _, _ := strings.Cut(list, " ")
	for _, more := range [][]string{{"--reason", "mencari kolom waktu"}, {"--reason", "mencari kolom waktu", "--row", number}} {
		if out := o.must(append(slices.Clone(with), more...)...); !strings.Contains(out, "Warga Uji") || strings.Contains(out, "\x1b") {
			t.Errorf("%v: %q", more, out)
		}
	}
	if out := o.must(append(slices.Clone(with), "--reason", "mencari kolom waktu", "--row", "99999999")...); out != "" {
		t.Errorf("another row: %q", out)
	}
}

// TestRefusedRowsNameNobody: with a column of citizens' words mapped to the time, neither the
// trial nor the rows that wait nor who reads the source's page is told what was written.
func TestRefusedRowsNameNobody(t *testing.T) {
	t.Parallel()
	const words = "Rina Contoh 0812-3456-7890 NIK 6472031205800001"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"1","isi":%q},{"id":"2","isi":"2026-13-40"}]}`, words)
	}))
	t.Cleanup(server.Close)
	o := newOperated(t)
	o.add("", server.URL)
	text, err := os.ReadFile(o.file)
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(strings.Replace(string(text), "created_at: .waktu", "created_at: .isi", 1), "paging: {type: page, size: 2}", "paging: {type: none}", 1)
	if err := os.WriteFile(o.file, []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	_, told["the trial"], _ = o.command("source", "try", o.file) // no row is taken: it says why
	o.must("source", "add", o.file)
	o.pull()
	told["the rows that wait"] = o.must("source", "refused", "aduan-uji")
	for _, role := range []city.Role{city.Sekda, city.Auditor, city.Operator} {
		rows, err := o.store.RefusedRows(t.Context(), city.Asker{Role: role}, "aduan-uji", 50)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%s: %+v, %v", role, rows, err)
		}
		told[string(role)] = rows[0].Reason + " " + rows[1].Reason
	}
	for who, text := range told {
		if !strings.Contains(text, "Aaaa Aaaaaa 0000-0000-00") || who != "the trial" && !strings.Contains(text, "2026-13-40") {
			t.Errorf("%s does not say what was refused: %s", who, text)
		}
		for _, secret := range []string{"Rina", "3456", "6472"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q: %s", who, secret, text)
			}
		}
	}
}
