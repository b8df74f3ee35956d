package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
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
		Lon: ptr(117.05 + g.Float64()*0.25), Lat: ptr(-0.60 + g.Float64()*0.25), Address: "Jalan " + g.words[g.IntN(500)],
		StatedArea: g.areas[g.IntN(len(g.areas))], Category: g.categories[min(len(g.categories)-1, int(g.ExpFloat64()*4))], Status: city.Open,
	}
	r.ComputedArea = r.StatedArea
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

var _ = pgx.Identifier{}
