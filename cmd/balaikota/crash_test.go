package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/localdb"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// kills is how often the server is killed; each time at a random moment of a
// flood of reports.
const kills = 20

// flooded are kelurahan for cloudbursts.
var flooded = []string{"64.72.08.1001", "64.72.05.1013", "64.72.03.1005", "64.72.03.1004", "64.72.08.1005", "64.72.01.1001"}

// TestKilledAtRandomMoments kills the server with SIGKILL while a flood of
// reports comes in, and starts it again at once. In the end every report that
// the simulated city ever emitted is stored, once; the rollups are the raw
// counts; and a screen that lived through it shows what the server says.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	sim := i.start("simulate", "--connect", "--speed", "1200")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota", "--for", "24h"))
	p := i.start("serve", "--addr", "127.0.0.1:0")
	var url atomic.Value
	url.Store(p.url)
	s := watch(t, token, func() string { return url.Load().(string) }, city.TopicReports, city.TopicIndicators)
	s.until(time.Minute, "a first report on the screen", func() error {
		if s.count(city.TopicReports) == 0 {
			return fmt.Errorf("none")
		}
		return nil
	})
	r := rand.New(rand.NewPCG(7, 64_72))
	for range kills {
		post(t, sim.url+"/_sim/flood?area="+flooded[r.IntN(len(flooded))]+"&intensity=80")
		before := s.number()
		pause := time.Duration(r.IntN(1500)) * time.Millisecond
		deadline := time.After(pause)
		for s.number() == before { // the kill falls into work, not into idleness
			select {
			case <-deadline:
				before = -1
			case <-time.After(5 * time.Millisecond):
			}
			if before == -1 {
				break
			}
		}
		if err := p.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-p.done
		p.done <- nil
		p = i.start("serve", "--addr", "127.0.0.1:0")
		url.Store(p.url)
	}
	post(t, sim.url+"/_sim/speed?speed=1") // no more bursts: let it come to rest
	settle(t, i, sim, p, token, s)
	t.Logf("%d kills, %d snapshots, %d resumes, last number %d", kills, s.snapshots, s.resumes, s.number())
}

// settle waits until ledger, tables and screen agree.
func settle(t *testing.T, i *installation, sim, p *process, token string, s *screen) {
	t.Helper()
	db := ownerConnection(t, i.data)
	eventually(t, 2*time.Minute, "ledger and reports agree", func() error {
		want, _ := ledger(t, sim.url)
		got := stored(t, db, "sim-open311")
		for id := range want {
			if !got[id] {
				return fmt.Errorf("%s of %d in the ledger is not among %d stored", id, len(want), len(got))
			}
		}
		for id := range got {
			if _, ok := want[id]; !ok {
				return fmt.Errorf("%s is stored and was never emitted", id)
			}
		}
		return nil
	})
	if diff := rollupDifferences(t, db); diff > 0 {
		t.Errorf("%d cells of the rollups differ from the reports", diff)
	}
	s.until(time.Minute, "the screen shows what the server says", func() error {
		var differ []string
		for _, want := range fetch[struct{ Items []json.RawMessage }](t, token, p.url+"/api/reports?limit=200").Items {
			var id struct{ ID int64 }
			if err := json.Unmarshal(want, &id); err != nil {
				return err
			}
			s.mu.Lock()
			have := s.state["reports "+fmt.Sprint(id.ID)]
			s.mu.Unlock()
			if d := cmp.Diff(fields(want), fields(have)); d != "" {
				differ = append(differ, d)
			}
		}
		if len(differ) > 0 {
			return fmt.Errorf("%d reports differ, the first: %s", len(differ), differ[0])
		}
		return nil
	})
	s.mustHaveNoGap()
}

func fields(raw json.RawMessage) map[string]any {
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // a difference shows
	// Times are compared as moments.
	for k, v := range m {
		if text, ok := v.(string); ok {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				m[k] = at.UTC().Format(time.RFC3339Nano)
			}
		}
	}
	delete(m, "text") // the excerpt of a private text: never printed in a log
	return m
}

// ownerConnection opens the private database as its owner, who sees all rows.
func ownerConnection(t testing.TB, data string) *pgx.Conn {
	t.Helper()
	db, err := localdb.Open(t.Context(), localdb.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	conn, err := pgx.Connect(t.Context(), db.OwnerURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func stored(t testing.TB, db *pgx.Conn, source string) map[string]bool {
	t.Helper()
	rows, err := db.Query(t.Context(), "SELECT external_id FROM reports WHERE source_id = (SELECT id FROM sources WHERE slug = $1)", source)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	if len(out) != len(ids) {
		t.Errorf("%d rows for %d reports", len(ids), len(out))
	}
	return out
}

// rollupDifferences counts cells in which the daily and monthly rollups are
// not what a GROUP BY over the reports says.
func rollupDifferences(t testing.TB, db *pgx.Conn) int {
	t.Helper()
	n := 0
	for table, unit := range map[string]string{"report_daily": "day", "report_monthly": "month"} {
		var differ int
		err := db.QueryRow(t.Context(), fmt.Sprintf(`WITH raw AS (
				SELECT date_trunc('%[2]s', at AT TIME ZONE 'Asia/Makassar')::date AS unit, area_code, category, sum(received) AS received, sum(closed) AS closed FROM (
					SELECT created_at AS at, area_code, coalesce(category, '') AS category, 1 AS received, 0 AS closed FROM reports WHERE removed_at IS NULL
					UNION ALL
					SELECT closed_at, area_code, coalesce(category, ''), 0, 1 FROM reports WHERE removed_at IS NULL AND closed_at IS NOT NULL
				) x GROUP BY 1, 2, 3
			)
			SELECT count(*) FROM raw FULL JOIN (SELECT %[2]s AS unit, area_code, category, received, closed FROM %[1]s WHERE received <> 0 OR closed <> 0) r
				USING (unit, area_code, category)
			WHERE (raw.received, raw.closed) IS DISTINCT FROM (r.received, r.closed)`, table, unit)).Scan(&differ)
		if err != nil {
			t.Fatal(err)
		}
		n += differ
	}
	return n
}

// TestPostgresDiesUnderALiveScreen stops the database at once, as a power cut
// would, under a running server. Nothing is lost, the server says so while it
// lasts, and screens go on by themselves.
func TestPostgresDiesUnderALiveScreen(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	sim := i.start("simulate", "--connect", "--speed", "600")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota", "--for", "24h"))
	p := i.start("serve", "--addr", "127.0.0.1:0")
	s := watch(t, token, func() string { return p.url }, city.TopicReports, city.TopicIndicators)
	s.until(time.Minute, "a first report on the screen", func() error {
		if s.count(city.TopicReports) == 0 {
			return fmt.Errorf("none")
		}
		return nil
	})
	for range 3 {
		before := s.number()
		killPostgres(t, i.data)
		s.until(time.Minute, "the screen goes on", func() error {
			if s.number() <= before {
				return fmt.Errorf("still at %d", before)
			}
			return nil
		})
	}
	if s.snapshots != 1 {
		t.Errorf("the screen needed %d snapshots; its socket should have stayed", s.snapshots)
	}
	post(t, sim.url+"/_sim/speed?speed=1")
	settle(t, i, sim, p, token, s)
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
}

// killPostgres sends SIGQUIT (immediate shutdown: no checkpoint, recovery at
// the next start) to the private server.
func killPostgres(t *testing.T, data string) {
	t.Helper()
	if err := syscall.Kill(postmasterOf(t, data), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
}

// postmasterOf is the process of the private Postgres.
func postmasterOf(t testing.TB, data string) int {
	t.Helper()
	db, err := localdb.Open(t.Context(), localdb.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(db.Home(), "*", "postmaster.pid"))
	if err != nil || len(files) != 1 {
		t.Fatalf("find the server's pid file: %v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(context.Background()); err != nil {
		t.Log(err)
	}
	return pid
}
