package store_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

// The benchmarks report the CPU time of the server's own process, which on a
// busy machine says more than the clock on the wall: run them on the machine of
// the server, against fsync as in production where that matters
// (BALAIKOTA_TEST_DATABASE_URL).
//
//	go test -run '^$' -bench Ingest -benchtime 40x ./backend/store
//	BALAIKOTA_BENCH_ROWS=1000000 go test -run '^$' -bench Million -timeout 1h ./backend/store

// backend is the store's only connection and the process that serves it.
type backend struct {
	pid int
	now float64
}

func newBackend(b *testing.B, s *store.Store) *backend {
	b.Helper()
	var pid int
	if err := s.Pool().QueryRow(b.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		b.Fatal(err)
	}
	p := &backend{pid: pid}
	p.now = p.cpu(b)
	return p
}

// cpu is the seconds of user and system time that the process has run, from
// the scheduler's own count in nanoseconds.
func (p *backend) cpu(b *testing.B) float64 {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", p.pid))
	if err != nil {
		b.Skipf("the server runs on another machine, or its process cannot be read: %v", err)
	}
	ns, err := strconv.ParseFloat(strings.Fields(string(raw))[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return ns / 1e9
}

// lap is the CPU time since the last lap.
func (p *backend) lap(b *testing.B) float64 {
	b.Helper()
	was := p.now
	p.now = p.cpu(b)
	return p.now - was
}

// tongue makes reports of about 280 letters and 25 stems from a vocabulary with
// Zipf's frequencies, over all kelurahan and categories.
type tongue struct {
	*rand.Rand
	words      []string
	zipf       *rand.Zipf
	areas      []string
	categories []string
}

func newTongue(b *testing.B, s *store.Store) *tongue {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	g := &tongue{Rand: r}
	for len(g.words) < 20000 {
		var w []byte
		for range 2 + r.IntN(4) {
			w = append(w, "bcdghjklmnprstwy"[r.IntN(16)], "aiueo"[r.IntN(5)])
		}
		g.words = append(g.words, string(w))
	}
	g.zipf = rand.NewZipf(r, 1.07, 8, uint64(len(g.words)-1))
	areas, err := s.Areas(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range areas {
		if a.Level == city.Kelurahan {
			g.areas = append(g.areas, a.Code)
		}
	}
	categories, err := s.Categories(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range categories {
		g.categories = append(g.categories, c.Slug)
	}
	return g
}

// report is the n-th report, created at a time.
func (g *tongue) report(n int, created time.Time) city.Report {
	var text, stems strings.Builder
	for words := 0; text.Len() < 280; words++ {
		w := g.words[g.zipf.Uint64()]
		text.WriteString(w + " ")
		if words < 25 {
			stems.WriteString(w + " ")
		}
	}
	r := city.Report{
		ExternalID: fmt.Sprintf("lapor-%09d", n), Channel: "web", CreatedAt: created, UpdatedAt: created, Text: text.String(), Stems: stems.String(),
		Lon: new(117.05 + g.Float64()*0.25), Lat: new(-0.60 + g.Float64()*0.25), Address: "Jalan " + g.words[g.IntN(500)],
		StatedArea: g.areas[g.IntN(len(g.areas))], Category: g.categories[min(len(g.categories)-1, int(g.ExpFloat64()*4))], Status: city.Open,
	}
	r.ComputedArea = r.StatedArea
	r.Reporter = &city.Reporter{Name: "Warga " + g.words[g.IntN(500)], Phone: fmt.Sprintf("0811%08d", n), Email: fmt.Sprintf("warga%d@surel.uji", n)}
	r.Raw = json.RawMessage(fmt.Sprintf(`{"service_request_id":%q,"status":"open","description":%q,"lat":%f,"long":%f}`, r.ExternalID, r.Text, *r.Lat, *r.Lon))
	return r
}

func (g *tongue) reports(from, n int, begin time.Time, step time.Duration) []city.Report {
	out := make([]city.Report, n)
	for i := range out {
		out[i] = g.report(from+i, begin.Add(time.Duration(from+i)*step))
	}
	return out
}

// batch is how many reports one delivery of the benchmarks carries.
const batch = 1000

func BenchmarkIngestNew(b *testing.B) {
	s := storetest.New(b, storetest.WithMaxConns(1))
	source, g := storetest.Source(b, s), newTongue(b, s)
	begin := time.Now().Add(-2 * time.Hour)
	storetest.Ingest(b, s, city.Delivery{SourceID: source, Reports: g.reports(0, batch, begin, time.Millisecond)})
	p := newBackend(b, s)
	n, cpu := 1, 0.0
	for b.Loop() {
		b.StopTimer()
		rs := g.reports(n*batch, batch, begin, time.Millisecond)
		p.lap(b)
		b.StartTimer()
		if tally := storetest.Ingest(b, s, city.Delivery{SourceID: source, Reports: rs}); tally.Added != batch {
			b.Fatalf("%+v", tally)
		}
		cpu += p.lap(b)
		n++
	}
	b.ReportMetric(float64((n-1)*batch)/cpu, "rows/cpu-s")
	b.ReportMetric(cpu*1e6/float64((n-1)*batch), "cpu-µs/row")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkIngestUnchanged(b *testing.B) {
	s := storetest.New(b, storetest.WithMaxConns(1))
	source, g := storetest.Source(b, s), newTongue(b, s)
	const pages = 20
	var all [][]city.Report
	for n := range pages {
		all = append(all, g.reports(n*batch, batch, time.Now().Add(-2*time.Hour), time.Millisecond))
		storetest.Ingest(b, s, city.Delivery{SourceID: source, Reports: all[n]})
	}
	p := newBackend(b, s)
	n := 0
	for b.Loop() {
		if tally := storetest.Ingest(b, s, city.Delivery{SourceID: source, Reports: all[n%pages]}); tally.Unchanged != batch {
			b.Fatalf("%+v", tally)
		}
		n++
	}
	cpu := p.lap(b)
	b.ReportMetric(float64(n*batch)/cpu, "rows/cpu-s")
	b.ReportMetric(cpu*1e6/float64(n*batch), "cpu-µs/row")
	b.ReportMetric(0, "ns/op")
}

// million is a store with BALAIKOTA_BENCH_ROWS reports over two years, loaded
// past indexes and triggers, with its rollups counted afterwards.
func million(b *testing.B) (*store.Store, *tongue, *pgx.Conn, int) {
	b.Helper()
	rows, err := strconv.Atoi(os.Getenv("BALAIKOTA_BENCH_ROWS"))
	if err != nil {
		b.Skip("set BALAIKOTA_BENCH_ROWS to the number of reports, such as 1000000: loading them takes minutes")
	}
	db := storetest.NewDB(b)
	s := storetest.Open(b, db, storetest.WithMaxConns(1))
	g := newTongue(b, s)
	source := storetest.Source(b, s)
	conn := storetest.Connect(b, db.SuperuserURL)
	run := func(sql string) {
		b.Helper()
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	indexes, err := pgx.CollectRows(must(conn.Query(b.Context(), `SELECT indexdef FROM pg_indexes
		WHERE tablename = 'reports' AND indexname NOT IN (SELECT conname FROM pg_constraint)`)), pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	run("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
	for _, def := range indexes {
		run("DROP INDEX " + strings.Fields(def)[2])
	}
	begin, step := time.Now().AddDate(-2, 0, 0), 2*365*24*time.Hour/time.Duration(rows)
	load(b, conn, g, source, rows, begin, step)
	for _, def := range indexes {
		run(def)
	}
	run("VACUUM ANALYZE reports")
	if err := s.RebuildRollups(b.Context()); err != nil {
		b.Fatal(err)
	}
	run("VACUUM ANALYZE report_daily")
	run("VACUUM ANALYZE report_monthly")
	b.Logf("%d reports loaded in %s", rows, time.Since(begin.AddDate(2, 0, 0)).Round(time.Second))
	return s, g, conn, rows
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// load copies reports in the text form of COPY.
func load(b *testing.B, conn *pgx.Conn, g *tongue, source int64, rows int, begin time.Time, step time.Duration) {
	b.Helper()
	type owned struct {
		Slug     string
		OfficeID int64
	}
	rowsOwned, err := pgx.CollectRows(must(conn.Query(b.Context(), "SELECT slug, office_id FROM categories")), pgx.RowToStructByName[owned])
	if err != nil {
		b.Fatal(err)
	}
	owner := map[string]int64{}
	for _, o := range rowsOwned {
		owner[o.Slug] = o.OfficeID
	}
	reader, writer := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(writer, 1<<20)
		for n := range rows {
			r := g.report(n, begin.Add(time.Duration(n)*step))
			closed := `\N`
			if n%100 > 0 {
				r.Status = city.Closed
				closed = r.CreatedAt.Add(time.Duration(g.IntN(20*24)) * time.Hour).Format(time.RFC3339Nano)
			}
			responded := r.CreatedAt.Add(time.Duration(g.ExpFloat64() * float64(12*time.Hour))).Format(time.RFC3339Nano)
			due := r.CreatedAt.Truncate(24*time.Hour).AddDate(0, 0, 7).Format(time.RFC3339Nano)
			fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%f\t%f\t%s\t%s\t%s\t%s\n", source, r.ExternalID, n, []string{"web", "whatsapp", "loket"}[n%3],
				r.CreatedAt.Format(time.RFC3339Nano), responded, closed, due, owner[r.Category], r.UpdatedAt.Format(time.RFC3339Nano), r.Text, *r.Lon, *r.Lat, r.StatedArea, r.Category, r.Status, r.Stems)
		}
		_ = writer.CloseWithError(w.Flush())
	}()
	if _, err := conn.PgConn().CopyFrom(b.Context(), reader, `COPY reports (source_id, external_id, content_hash, channel, created_at, responded_at, closed_at, due_at, office_id,
		source_updated_at, text, lon, lat, stated_area, category, status, search) FROM STDIN`); err != nil {
		b.Fatal(err)
	}
	_ = reader.Close() // everything was read
}

// BenchmarkMillion runs one after the other what screens ask of many reports.
func BenchmarkMillion(b *testing.B) {
	s, g, conn, rows := million(b)
	mayor := city.Asker{Role: city.WaliKota}
	begin := time.Now().AddDate(-2, 0, 0)
	period := func() (from, to time.Time) {
		from = begin.Add(time.Duration(g.Int64N(int64(2 * 365 * 24 * time.Hour))))
		to = begin.Add(time.Duration(g.Int64N(int64(2 * 365 * 24 * time.Hour))))
		if to.Before(from) {
			from, to = to, from
		}
		return from, to
	}
	measure := func(name string, fn func() error) {
		b.Run(name, func(b *testing.B) {
			p := newBackend(b, s)
			for b.Loop() {
				if err := fn(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(p.lap(b)*1e3/float64(b.N), "cpu-ms/op")
		})
	}
	measure("Counts any period", func() error {
		from, to := period()
		_, err := s.Counts(b.Context(), mayor, from, to)
		return err
	})
	measure("Counts two years", func() error {
		_, err := s.Counts(b.Context(), mayor, begin.Add(time.Hour), time.Now())
		return err
	})
	measure("Counts 30 days", func() error {
		to := time.Now().Add(-time.Duration(g.IntN(1000)) * time.Hour)
		_, err := s.Counts(b.Context(), mayor, to.AddDate(0, 0, -30), to)
		return err
	})
	search := func(asker city.Asker, words func() []string) func() error {
		return func() error {
			_, err := s.Reports(b.Context(), asker, city.ReportFilter{Stems: words(), Limit: 20})
			return err
		}
	}
	common := func() []string { return []string{g.words[g.IntN(10)], g.words[10+g.IntN(20)]} }
	rare := func() []string { return []string{g.words[10000+g.IntN(5000)]} }
	middle := func() []string { return []string{g.words[300+g.IntN(500)]} }
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	measure("search two common words", search(mayor, common))
	measure("search a middling word", search(mayor, middle))
	measure("search a rare word", search(mayor, rare))
	measure("search as lurah, middling word", search(lurah, middle))
	measure("search as lurah, rare word", search(lurah, rare))
	measure("newest 50", func() error { _, err := s.Reports(b.Context(), mayor, city.ReportFilter{}); return err })
	measure("newest 50 as lurah", func() error { _, err := s.Reports(b.Context(), lurah, city.ReportFilter{}); return err })
	measure("Figures 7 days", func() error {
		_, err := s.Figures(b.Context(), mayor, city.ReportFilter{From: time.Now().AddDate(0, 0, -7), To: time.Now()})
		return err
	})
	for range 5 {
		from, to := period()
		equalCounts(b, s, conn, from, to)
	}
	measureIngest(b, s, g, rows)
	// The search's index keeps what came last in a list that each search reads.
	measure("search a middling word after ingest", search(mayor, middle))
	measure("search two common words after ingest", search(mayor, common))
}

// equalCounts compares Counts with the GROUP BY over the reports.
func equalCounts(b *testing.B, s *store.Store, conn *pgx.Conn, from, to time.Time) {
	b.Helper()
	got, err := s.Counts(b.Context(), city.System, from, to)
	if err != nil {
		b.Fatal(err)
	}
	want, err := pgx.CollectRows(must(conn.Query(b.Context(), `SELECT area_code, coalesce(category, '') AS category, count(*)::int AS count FROM reports
		WHERE removed_at IS NULL AND created_at >= $1 AND created_at < $2 GROUP BY 1, 2 ORDER BY 1, 2`, from, to)), pgx.RowToStructByName[store.ReportCount])
	if err != nil {
		b.Fatal(err)
	}
	if !slices.Equal(got, want) {
		b.Errorf("counts from %s to %s differ from the reports", from, to)
	}
}

// measureIngest adds new reports to the many.
func measureIngest(b *testing.B, s *store.Store, g *tongue, rows int) {
	b.Helper()
	source := storetest.Source(b, s)
	b.Run("ingest new", func(b *testing.B) {
		p := newBackend(b, s)
		n, cpu := 0, 0.0
		for b.Loop() {
			b.StopTimer()
			rs := g.reports(rows, batch, time.Now().Add(-2*time.Hour), time.Millisecond)
			rows += batch
			p.lap(b)
			b.StartTimer()
			storetest.Ingest(b, s, city.Delivery{SourceID: source, Reports: rs})
			cpu += p.lap(b)
			n += batch
		}
		b.ReportMetric(float64(n)/cpu, "rows/cpu-s")
	})
}
