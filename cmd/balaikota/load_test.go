package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/connectors/simcity/world"
)

// What a province sends: sensors that speak once a minute, and reports as in a
// flood of many cities at once.
const (
	loadIndicators    = 12
	loadSensorSources = 42
	loadSensors       = 6000 // of one source, each heard once a minute
	loadReportSources = 10
	loadReportRate    = 50 // a second, of one source
)

// BenchmarkProvince runs the server under 4,200 values and 500 reports a second,
// with a screen that follows, and says how far behind both were. It fails when a
// row is lost, doubled or counted wrongly. BENCH_LOAD says how long (1m; what is
// promised is measured with 10m).
func BenchmarkProvince(b *testing.B) {
	span := time.Minute
	if s := os.Getenv("BENCH_LOAD"); s != "" {
		var err error
		if span, err = time.ParseDuration(s); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		underLoad(b, span)
	}
}

func underLoad(b *testing.B, span time.Duration) {
	b.Helper()
	i := newInstallation(b)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota", "--for", "24h"))
	db := ownerConnection(b, i.data)
	senders := newSenders(b, span)
	senders.connect(i)
	screen := followLag(b, token, p.url)
	before := spent(b, i.data, p.Process.Pid)
	senders.begin()
	lags := watchLag(b, db, senders, span)
	seen, silent := screen.figures()
	var ungrouped int
	if err := db.QueryRow(b.Context(), `SELECT count(*) FROM analysis_queue`).Scan(&ungrouped); err != nil {
		b.Fatal(err)
	}
	caughtUp := senders.settle(b, db)
	used := spent(b, i.data, p.Process.Pid) - before
	senders.compare(b, db)
	if n := rollupDifferences(b, db); n > 0 {
		b.Errorf("%d cells of the rollups are not what the reports say", n)
	}
	b.ReportMetric(lags.last().Seconds(), "s-behind-at-end")
	b.ReportMetric(lags.worst().Seconds(), "s-behind-at-worst")
	b.ReportMetric(caughtUp.Seconds(), "s-to-the-last-row")
	b.ReportMetric(seen.Seconds(), "s-behind-on-screen-p99")
	b.ReportMetric(silent.Seconds(), "s-screen-silent-at-most")
	b.ReportMetric(used.Seconds()/span.Seconds(), "cores")
	b.ReportMetric(float64(ungrouped), "reports-to-group-at-end")
	if err := p.stop(); err != nil {
		b.Errorf("stopping: %v\n%s", err, p.output())
	}
}

// hosts serves one handler as many hosts of the loopback network: a source's own
// host has its own budget of requests.
func hosts(t testing.TB, n int, handler http.Handler) (urls []string) {
	t.Helper()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)} // connections that the other side cut
	for i := range n {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.%d.%d:0", 1+i/250, 1+i%250))
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, "http://"+l.Addr().String())
		go func() { _ = server.Serve(l) }() // ends with Close
	}
	t.Cleanup(func() { _ = server.Close() })
	return urls
}

// senders are the systems of the province, played by one HTTP server. What each
// has to say up to a moment follows from the clock alone, so the ledger is a sum.
type senders struct {
	urls  []string
	span  time.Duration
	areas []string

	mu    sync.Mutex
	began time.Time // zero before the load
}

func newSenders(b *testing.B, span time.Duration) *senders {
	b.Helper()
	s := &senders{span: span}
	for _, a := range world.Areas {
		s.areas = append(s.areas, a.Code)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/nilai/{n}", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, float64(loadSensors)/60, 1000, s.value) })
	mux.HandleFunc("/lapor/{n}", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, loadReportRate, 500, s.report) })
	s.urls = hosts(b, loadSensorSources+loadReportSources, mux)
	return s
}

func (s *senders) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began = time.Now()
}

// said is how many rows a sender with this rate has to show, and when it began.
func (s *senders) said(rate float64) (rows int, began time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		return 0, s.began
	}
	return int(min(time.Since(s.began), s.span).Seconds() * rate), s.began
}

// answer is one page of what a sender says, from row "next" on.
func (s *senders) answer(w http.ResponseWriter, r *http.Request, rate float64, most int, row func(n, i int, at time.Time) map[string]any) {
	n, err := strconv.Atoi(r.PathValue("n"))
	since, serr := time.Parse(time.RFC3339Nano, r.URL.Query().Get("next"))
	if err := errors.Join(err, serr); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	rows, began := s.said(rate)
	moment := func(i int) time.Time { return began.Add(time.Duration(float64(i) / rate * float64(time.Second))) }
	from := max(0, int(since.Sub(began).Seconds()*rate))
	to := max(from, min(rows, from+most))
	page := struct {
		Data []map[string]any `json:"data"`
		Next string           `json:"next"`
		More bool             `json:"more"`
	}{Data: []map[string]any{}, Next: moment(to).UTC().Format(time.RFC3339Nano), More: to < rows}
	for i := from; i < to; i++ {
		page.Data = append(page.Data, row(n, i, moment(i)))
	}
	if err := json.NewEncoder(w).Encode(page); err != nil {
		return // the other side hung up
	}
}

func (s *senders) value(n, i int, at time.Time) map[string]any {
	station := i % loadSensors
	return map[string]any{
		"indicator": fmt.Sprintf("beban-%02d", n%loadIndicators), "station": fmt.Sprintf("%02d-%04d", n, station),
		"area": s.areas[station%len(s.areas)], "time": at.UTC().Format(time.RFC3339Nano),
		"value": math.Round(1000*(20+10*math.Sin(float64(i)/977+float64(station)))) / 1000,
	}
}

// loadMatters are what all reports speak of, many voices of each.
const loadMatters = 20_000

func (s *senders) report(n, i int, at time.Time) map[string]any {
	matter := (n*2003 + i) % loadMatters
	text, area, lon, lat := world.Voice(int64(matter), matter%len(world.Categories), n*10_000_000+i)
	return map[string]any{
		"id": fmt.Sprintf("%d-%d", n, i), "time": at.UTC().Format(time.RFC3339Nano), "text": text, "area": area, "lon": lon, "lat": lat,
	}
}

const loadSource = `slug: beban-%[1]s-%[2]d
name: Beban %[1]s %[2]d
connector: httpjson
schedule: "@every %[3]s"
expect_seconds: 60
config:
  allow_private: true
  mapping:
    url: "%[4]s/%[1]s/%[2]d?next={{next}}"
    paging: {type: cursor, next: "if .more then .next else null end"}
    overlap: 2s
    items: .data
    area_level: kelurahan
%[5]s`

const loadValues = `    kind: observations
    fields: {indicator: .indicator, station: .station, area: .area, time: .time, value: .value}
`
const loadReports = `    kind: reports
    fields: {external_id: .id, created_at: .time, text: .text, area: .area, lon: .lon, lat: .lat, channel: {const: aplikasi}}
`

// connect declares the indicators and connects the sources, as an officer would.
func (s *senders) connect(i *installation) {
	var rows strings.Builder
	rows.WriteString("slug,name,unit,grain\n")
	for n := range loadIndicators {
		fmt.Fprintf(&rows, "beban-%02d,Beban %02d,m,village\n", n, n)
	}
	file := filepath.Join(i.data, "indikator.csv")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			i.t.Fatal(err)
		}
	}
	write(file, rows.String())
	i.must("import", "indicators", file)
	for n := range loadSensorSources + loadReportSources {
		file := filepath.Join(i.data, fmt.Sprintf("sumber-%d.yaml", n))
		kind, every, fields, at := "nilai", "5s", loadValues, n
		if n >= loadSensorSources {
			kind, every, fields, at = "lapor", "1s", loadReports, n-loadSensorSources
		}
		write(file, fmt.Sprintf(loadSource, kind, at, every, s.urls[n], fields))
		i.must("source", "add", file)
	}
}

// behind is how long ago what the store holds as newest was said.
type behind struct{ reports, values time.Duration }

type lags []behind

func (l lags) last() time.Duration { return max(l[len(l)-1].reports, l[len(l)-1].values) }

func (l lags) worst() (d time.Duration) {
	for _, x := range l {
		d = max(d, x.reports, x.values)
	}
	return d
}

// watchLag asks the store every five seconds of the load how far behind it is.
func watchLag(b *testing.B, db *pgx.Conn, s *senders, span time.Duration) (out lags) {
	b.Helper()
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	end := time.After(span)
	for {
		select {
		case <-end:
			return append(out, howFar(b, db, s))
		case <-tick.C:
			l := howFar(b, db, s)
			b.Logf("behind by: reports %.1f s, values %.1f s", l.reports.Seconds(), l.values.Seconds())
			out = append(out, l)
		}
	}
}

func howFar(b *testing.B, db *pgx.Conn, s *senders) behind {
	b.Helper()
	s.mu.Lock()
	began := s.began
	s.mu.Unlock()
	var report, value *time.Time
	// The sender that is furthest behind.
	if err := db.QueryRow(b.Context(), `SELECT
		(SELECT coalesce(min(m), $1) FROM (SELECT max(created_at) AS m FROM (SELECT source_id, created_at FROM reports ORDER BY id DESC LIMIT 20000) r GROUP BY source_id) x),
		(SELECT min(m) FROM (SELECT coalesce((SELECT max(o.time) FROM station_states o WHERE o.source_id = s.id), $1) AS m FROM sources s WHERE s.slug LIKE 'beban-nilai-%') x)`,
		began).Scan(&report, &value); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	if end := began.Add(s.span); now.After(end) {
		now = end
	}
	return behind{now.Sub(*report), now.Sub(*value)}
}

// settle waits until the last row of every sender is stored, and says how long
// after the end of the load that was.
func (s *senders) settle(b *testing.B, db *pgx.Conn) time.Duration {
	b.Helper()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		values, reports := s.held(b, db)
		if values == s.values() && reports == s.reports() {
			break
		}
		if time.Since(s.began) > 3*s.span+time.Minute {
			b.Fatalf("long after the load %d of %d values and %d of %d reports are stored", values, s.values(), reports, s.reports())
		}
	}
	return time.Since(s.began.Add(s.span))
}

func (s *senders) values() int {
	n, _ := s.said(float64(loadSensors) / 60)
	return n * loadSensorSources
}

func (s *senders) reports() int {
	n, _ := s.said(loadReportRate)
	return n * loadReportSources
}

func (s *senders) held(b *testing.B, db *pgx.Conn) (values, reports int) {
	b.Helper()
	if err := db.QueryRow(b.Context(), `SELECT
		(SELECT count(*) FROM observations WHERE source_id IN (SELECT id FROM sources WHERE slug LIKE 'beban-nilai-%')),
		(SELECT count(*) FROM reports WHERE source_id IN (SELECT id FROM sources WHERE slug LIKE 'beban-lapor-%'))`).Scan(&values, &reports); err != nil {
		b.Fatal(err)
	}
	return values, reports
}

// compare holds what is stored against what was said, report by report.
func (s *senders) compare(b *testing.B, db *pgx.Conn) {
	b.Helper()
	each, _ := s.said(loadReportRate)
	for n := range loadReportSources {
		have := stored(b, db, fmt.Sprintf("beban-lapor-%d", n))
		for i := range each {
			if id := fmt.Sprintf("%d-%d", n, i); !have[id] {
				b.Fatalf("report %s is lost", id)
			}
		}
		if len(have) != each {
			b.Fatalf("sender %d said %d reports, %d are stored", n, each, len(have))
		}
	}
	var refused int
	if err := db.QueryRow(b.Context(), `SELECT count(*) FROM refused_rows`).Scan(&refused); err != nil {
		b.Fatal(err)
	}
	if refused > 0 {
		b.Errorf("%d rows were refused", refused)
	}
}

// lagScreen follows the live topics as a dashboard does.
type lagScreen struct {
	mu      sync.Mutex
	newest  time.Time       // report that it showed
	late    []time.Duration // how old that was, at each message
	silence time.Duration   // the longest time between two messages
	heard   time.Time
}

func followLag(b *testing.B, token, url string) *lagScreen {
	b.Helper()
	s := &lagScreen{}
	conn, _, err := websocket.Dial(b.Context(), "ws"+strings.TrimPrefix(url, "http")+"/live",
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		b.Fatal(err)
	}
	conn.SetReadLimit(64 << 20)
	raw, err := json.Marshal(live.Subscribe{Subscribe: []city.Topic{city.TopicReports, city.TopicIndicators}})
	if err != nil {
		b.Fatal(err)
	}
	if err := conn.Write(b.Context(), websocket.MessageText, raw); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, raw, err := conn.Read(ctx)
			if err != nil {
				return
			}
			s.take(raw)
		}
	}()
	b.Cleanup(func() { cancel(); <-done; conn.CloseNow() })
	return s
}

func (s *lagScreen) take(raw []byte) {
	now := time.Now()
	var d live.Delta
	if err := json.Unmarshal(raw, &d); err != nil || d.Type != "delta" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range d.Changes {
		var row struct {
			CreatedAt time.Time `json:"created_at"`
		}
		if c.Topic == city.TopicReports && json.Unmarshal(c.Data, &row) == nil && row.CreatedAt.After(s.newest) {
			s.newest = row.CreatedAt
		}
	}
	if s.newest.IsZero() {
		return
	}
	if !s.heard.IsZero() {
		s.silence = max(s.silence, now.Sub(s.heard))
	}
	s.late, s.heard = append(s.late, now.Sub(s.newest)), now
}

func (s *lagScreen) figures() (p99, silence time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.late) == 0 {
		return 0, 0
	}
	slices.Sort(s.late)
	return s.late[len(s.late)*99/100], s.silence
}

// spent is the processor time of the server and of its Postgres, ended
// backends included.
func spent(b *testing.B, data string, server int) time.Duration {
	b.Helper()
	postmaster := postmasterOf(b, data)
	ticks := 0
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile: its parent has its time
		}
		pid, _, _ := strings.Cut(string(raw), " ")
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if pid != strconv.Itoa(server) && pid != strconv.Itoa(postmaster) && fields[1] != strconv.Itoa(postmaster) {
			continue
		}
		for _, f := range fields[11:15] { // utime, stime, and those of ended children
			n, err := strconv.Atoi(f)
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * time.Second / 100
}
