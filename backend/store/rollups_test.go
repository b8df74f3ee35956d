package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// chance makes random reports, deliveries and periods around the ends of
// months and city days; a seed repeats it.
type chance struct{ *rand.Rand }

func newChance(seed uint64) chance { return chance{rand.New(rand.NewPCG(seed, 7))} }

func pick[T any](c chance, from ...T) T { return from[c.IntN(len(from))] }

// moment is one of few, so that many fall together, or any.
func (c chance) moment() time.Time {
	base := time.Date(2026, pick(c, time.January, time.February, time.March), pick(c, 1, 1, 15, 28), pick(c, 0, 7, 15, 16, 23), 0, 0, 0, time.UTC)
	return base.Add(pick(c, 0, -time.Microsecond, time.Second, time.Duration(c.Int64N(int64(72*time.Hour)))))
}

func (c chance) report(id int) city.Report {
	return storetest.Report(fmt.Sprint("r", id), func(r *city.Report) {
		r.CreatedAt = c.moment()
		r.StatedArea = pick(c, "", storetest.AirPutih, storetest.Lempake, storetest.SamarindaUlu, "64.72.77.7777")
		r.ComputedArea = pick(c, "", storetest.Lempake)
		r.Category = pick(c, "", "sampah", "jalan-rusak", "tak-dikenal")
		r.Status = pick(c, city.ReportStatuses...)
		if c.IntN(2) == 0 {
			r.ClosedAt = new(r.CreatedAt.Add(time.Duration(c.Int64N(int64(40 * 24 * time.Hour)))))
		}
		if c.IntN(3) > 0 {
			r.UpdatedAt = noon.Add(time.Duration(c.IntN(5)) * time.Hour)
		}
	})
}

func TestRollupsEqualReportsAfterAnySequence(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for seed := range uint64(25) {
		c := newChance(seed)
		for range 1 + c.IntN(4) {
			d := city.Delivery{SourceID: f.source}
			for range c.IntN(40) {
				d.Reports = append(d.Reports, c.report(c.IntN(60)))
			}
			for range c.IntN(4) {
				d.Removed = append(d.Removed, fmt.Sprint("r", c.IntN(60)))
			}
			storetest.Ingest(t, f.Store, d)
		}
		f.rollupsEqualReports(t)
		if t.Failed() {
			t.Fatalf("at seed %d", seed)
		}
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM reports WHERE removed_at IS NULL"); n < 30 {
		t.Fatalf("only %d reports: the test tests nothing", n)
	}
	before := f.physical(t, "report_daily")
	if err := f.RebuildRollups(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.rollupsEqualReports(t)
	if slices.Equal(before, f.physical(t, "report_daily")) {
		t.Error("rebuilding wrote nothing")
	}
}

func TestRollupsKeptUnderConcurrentWriters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sources := []int64{f.source}
	for _, slug := range []string{"dua", "tiga"} {
		sources = append(sources, storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = slug }))
	}
	done := make(chan error)
	for w := range 6 {
		go func() {
			c := newChance(uint64(w))
			for range 12 {
				var rs []city.Report
				for range 25 {
					rs = append(rs, c.report(c.IntN(80)))
				}
				if _, err := f.Ingest(t.Context(), city.Delivery{SourceID: sources[w%3], Reports: rs}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	f.rollupsEqualReports(t)
	equal(t, "deadlocks", one[int](t, f.sql, "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()"), 0)
}

func TestCountsEqualReportsInAnyPeriod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := newChance(1)
	var rs []city.Report
	for id := range 800 {
		rs = append(rs, c.report(id))
	}
	f.ingest(t, rs...)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Removed: []string{"r1", "r2", "r3"}})
	whole := 0
	for n := range 400 {
		from, to := c.moment(), c.moment()
		if n%4 == 0 {
			from = from.AddDate(0, -c.IntN(3), 0)
		}
		if n%50 == 0 {
			from, to = time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC) // two whole city months
		}
		got, err := f.Counts(t.Context(), city.System, from, to)
		if err != nil {
			t.Fatal(err)
		}
		want := f.rawCounts(t, from, to, "true")
		whole += len(want)
		equal(t, fmt.Sprintf("counts from %s to %s", from, to), sum(got), want)
		if t.Failed() {
			return
		}
	}
	if whole < 1000 {
		t.Fatalf("only %d counts compared", whole)
	}
}

func sum(cs []store.ReportCount) map[string]int {
	out := map[string]int{}
	for _, c := range cs {
		out[c.AreaCode+" "+c.Category] += c.Count
	}
	return out
}

// rawCounts is the GROUP BY over the reports that also meet a condition.
func (f *fixture) rawCounts(t *testing.T, from, to time.Time, condition string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, line := range all[string](t, f.sql, `SELECT area_code || ' ' || coalesce(category, '') || ' ' || count(*) FROM reports
		WHERE removed_at IS NULL AND created_at >= $1 AND created_at < $2 AND `+condition+` GROUP BY area_code, category`, from, to) {
		at := strings.LastIndexByte(line, ' ')
		var n int
		if _, err := fmt.Sscan(line[at+1:], &n); err != nil {
			t.Fatal(err)
		}
		out[line[:at]] = n
	}
	return out
}

func TestCountsWithinTheAskersRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := newChance(3)
	var rs []city.Report
	for id := range 400 {
		rs = append(rs, c.report(id))
	}
	f.ingest(t, rs...)
	office := one[int64](t, f.sql, "SELECT office_id FROM categories WHERE slug = 'sampah'")
	for name, want := range map[string]struct {
		asker     city.Asker
		condition string
	}{
		"mayor":       {city.Asker{Role: city.WaliKota}, "true"},
		"camat":       {city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "area_code LIKE '64.72.03%'"},
		"lurah":       {city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, "area_code = '64.72.05.1003'"},
		"kepala opd":  {city.Asker{Role: city.KepalaOPD, OfficeID: office}, "category = 'sampah'"},
		"lost camat":  {city.Asker{Role: city.Camat}, "false"},
		"lost opd":    {city.Asker{Role: city.KepalaOPD}, "false"},
		"public":      {city.Asker{Role: city.Publik}, "false"},
		"nobody":      {city.Asker{}, "false"},
		"half a code": {city.Asker{Role: city.Camat, AreaCode: "64.72.0"}, "false"},
	} {
		from, to := time.Date(2025, 12, 20, 3, 0, 0, 0, time.UTC), time.Date(2026, 3, 20, 5, 0, 0, 0, time.UTC)
		got, err := f.Counts(t.Context(), want.asker, from, to)
		if err != nil {
			t.Fatal(err)
		}
		expected := f.rawCounts(t, from, to, want.condition)
		if want.condition != "false" && len(expected) == 0 {
			t.Fatalf("%s: nothing to compare", name)
		}
		equal(t, name, sum(got), expected)
	}
}

// splitDaysIn other zones and at the ends of days are covered by the random
// periods above; here are periods that are empty or turned around.
func TestCountsOfNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Reports("n", 5)...)
	for _, p := range [][2]time.Time{{noon, noon}, {noon, noon.AddDate(-1, 0, 0)}, {noon.AddDate(1, 0, 0), noon.AddDate(2, 0, 0)}} {
		got, err := f.Counts(t.Context(), city.System, p[0], p[1])
		if err != nil || len(got) != 0 {
			t.Errorf("%v: %v, %v", p, got, err)
		}
	}
}

func TestCompareRollupsFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Reports("c", 5)...)
	if got, err := f.CompareRollups(t.Context(), 7); err != nil || len(got) != 0 {
		t.Fatalf("right counts: %v, %v", got, err)
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE report_daily SET received = received + 2"); err != nil {
		t.Fatal(err)
	}
	got, err := f.CompareRollups(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "differences", got, []store.RollupDifference{
		{"day", time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC), storetest.AirPutih, "jalan-rusak", 7, 0, 5, 0},
		{"month", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), storetest.AirPutih, "jalan-rusak", 5, 0, 7, 0},
	})
	if got, err := f.CompareRollups(t.Context(), 3); err != nil || len(got) != 1 {
		t.Errorf("the last three days hold no report, the month does: %v, %v", got, err)
	}
	if _, err := f.sql.Exec(t.Context(), "DELETE FROM report_daily; DELETE FROM report_monthly"); err != nil {
		t.Fatal(err)
	}
	if got, err := f.CompareRollups(t.Context(), 7); err != nil || len(got) != 1 || got[0].CountedReceived != 5 {
		t.Errorf("missing counts: %v, %v", got, err)
	}
}

func TestFiguresByTheirDefinitions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := newChance(5)
	var rs []city.Report
	for id := range 600 {
		r := c.report(id)
		if r.ClosedAt != nil && r.Status != city.Rejected {
			r.Status = city.Closed
		} else if r.ClosedAt == nil && r.Status == city.Closed {
			r.Status = city.Open
		}
		rs = append(rs, r)
	}
	f.ingest(t, rs...)
	for range 100 {
		from := c.moment()
		to := from.Add(time.Duration(c.Int64N(int64(60 * 24 * time.Hour))))
		got, err := f.Figures(t.Context(), city.System, city.ReportFilter{From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		want := store.ReportFigures{From: from, To: to}
		var hours []float64
		for _, r := range latest(rs) {
			if !r.CreatedAt.Before(from) && r.CreatedAt.Before(to) {
				want.Received++
			}
			if r.ClosedAt != nil && !r.ClosedAt.Before(from) && r.ClosedAt.Before(to) {
				want.Closed++
				hours = append(hours, r.ClosedAt.Truncate(time.Microsecond).Sub(r.CreatedAt.Truncate(time.Microsecond)).Hours())
			}
			if r.CreatedAt.Before(to) && r.Status != city.Rejected && (r.ClosedAt == nil || !r.ClosedAt.Before(to)) {
				want.Open++
				due := one[*time.Time](t, f.sql, "SELECT due_at FROM reports WHERE external_id = $1", r.ExternalID)
				if due != nil && !due.After(to) {
					want.Overdue++
				}
			}
		}
		if (len(hours) >= 10) != (got.MedianCloseHours != nil) {
			t.Fatalf("%d closed, median %v", len(hours), got.MedianCloseHours)
		}
		if got.MedianCloseHours != nil {
			slices.Sort(hours)
			n := len(hours)
			median := (hours[(n-1)/2] + hours[n/2]) / 2
			if d := median - *got.MedianCloseHours; d > 1e-6 || d < -1e-6 {
				t.Errorf("median %f, want %f", *got.MedianCloseHours, median)
			}
			got.MedianCloseHours = nil
		}
		equal(t, fmt.Sprintf("figures from %s to %s", from, to), got, want)
		if t.Failed() {
			return
		}
	}
}

// latest is the last of the reports with each id.
func latest(rs []city.Report) []city.Report {
	byID := map[string]city.Report{}
	for _, r := range rs {
		byID[r.ExternalID] = r
	}
	return slices.Collect(maps.Values(byID))
}
