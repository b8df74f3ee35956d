package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// noon is the day the tests live in: Monday, 16 March 2026, 12.00 WITA.
var noon = time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)

// fixture is a store with one source, and a superuser's look behind it.
type fixture struct {
	*store.Store
	db     storetest.DB
	sql    *pgx.Conn
	source int64
	clock  *clock
}

// clock is a clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) forward(d time.Duration) { c.now = c.now.Add(d) }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{db: storetest.NewDB(t), clock: &clock{noon}}
	f.Store = storetest.Open(t, f.db, storetest.WithClock(func() time.Time { return f.clock.now }))
	f.sql = storetest.Connect(t, f.db.SuperuserURL)
	f.source = storetest.Source(t, f.Store)
	return f
}

// ingest delivers reports from the fixture's source.
func (f *fixture) ingest(t *testing.T, reports ...city.Report) city.Tally {
	t.Helper()
	return storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: reports})
}

// observe delivers observations from the fixture's source.
func (f *fixture) observe(t *testing.T, os ...city.Observation) city.Tally {
	t.Helper()
	return storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Observations: os})
}

// one returns the only value of a query.
func one[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// all returns the only column of a query.
func all[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// physical is every row of the tables with where it lies and who wrote it:
// equal before and after means that nothing was written, not even the same.
func (f *fixture) physical(t *testing.T, tables ...string) []string {
	t.Helper()
	var out []string
	for _, table := range tables {
		out = append(out, all[string](t, f.sql, fmt.Sprintf(`SELECT '%s ' || ctid || ' ' || xmin || ' ' || xmax || ' ' || x::text FROM %s x ORDER BY ctid`, table, table))...)
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// rollups compares the kept counts with a GROUP BY over the reports, by city
// day and month, and fails the test at a difference.
func (f *fixture) rollupsEqualReports(t *testing.T) {
	t.Helper()
	for _, level := range []struct{ table, column, period string }{
		{"report_daily", "day", "day"}, {"report_monthly", "month", "month"},
	} {
		kept := all[string](t, f.sql, fmt.Sprintf(`SELECT %s || ' ' || area_code || ' ' || category || ' ' || received || ' ' || closed
			FROM %s WHERE received <> 0 OR closed <> 0 ORDER BY 1`, level.column, level.table))
		counted := all[string](t, f.sql, fmt.Sprintf(`WITH x AS (
				SELECT date_trunc('%[1]s', created_at AT TIME ZONE 'Asia/Makassar')::date AS p, area_code, coalesce(category, '') AS category, 1 AS r, 0 AS c
				FROM reports WHERE removed_at IS NULL
				UNION ALL
				SELECT date_trunc('%[1]s', closed_at AT TIME ZONE 'Asia/Makassar')::date, area_code, coalesce(category, ''), 0, 1
				FROM reports WHERE removed_at IS NULL AND closed_at IS NOT NULL
			) SELECT p || ' ' || area_code || ' ' || category || ' ' || sum(r) || ' ' || sum(c) FROM x GROUP BY p, area_code, category ORDER BY 1`, level.period))
		equal(t, level.table, kept, counted)
	}
}

// until waits for a condition that another goroutine brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// valueIn is the value an indicator's event carries.
func valueIn(t *testing.T, e city.Event) float64 {
	t.Helper()
	var s city.IndicatorState
	if err := json.Unmarshal(e.Data, &s); err != nil {
		t.Fatal(err)
	}
	return s.Value
}
