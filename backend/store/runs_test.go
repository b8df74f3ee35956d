package store_test

import (
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestTheLogOfARunCountsAllItsPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.ingest(t, storetest.Report("a"), storetest.Report("b"))
	end := city.Attempt{Started: noon, Finished: noon, Before: first}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: []city.Report{storetest.Report("c")}, Attempt: &end})
	// The last page brings nothing; the run has all the same.
	end.Before = city.Tally{Read: 8, Changed: 4, Unchanged: 3, Refused: 1}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Attempt: &end})
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	runs, err := f.SourceRuns(t.Context(), slug, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got [][4]int
	for _, r := range runs {
		got = append(got, [4]int{r.Added, r.Changed, r.Known, r.Refused})
	}
	equal(t, "added, changed, known, refused", got, [][4]int{{0, 4, 3, 1}, {3, 0, 0, 0}})
}

// TestAFailedRunKeepsTheNameOfItsText, so that the screen can tell it in the
// reader's language.
func TestAFailedRunKeepsTheNameOfItsText(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	failed := &city.Error{Code: city.Internal, Key: "source.failure.theirs", Params: map[string]string{"status": "502"}, Message: "The source has a fault of its own (code 502)."}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Attempt: &city.Attempt{Started: noon, Finished: noon, Err: failed}})
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	runs, err := f.SourceRuns(t.Context(), slug, 10)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	got := runs[0]
	if got.OK || got.Error != failed.Message || got.ErrorKey != failed.Key || got.ErrorParams["status"] != "502" {
		t.Errorf("the run says %+v", got)
	}
}

// TestARunSaysWhichRowsWereThereAlready: two sources bring the same values of the
// same place and times, one of them in other digits and over more days. Nothing is
// lost, nothing is twice, and the run says how many were known.
func TestARunSaysWhichRowsWereThereAlready(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = noon.AddDate(0, 0, 40)
	other := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = "pasang-lain" })
	days := func(from, to int, noise float64) (out []city.Observation) {
		for d := from; d < to; d++ {
			o := storetest.Observation("muka-air-mahakam", "", noon.AddDate(0, 0, d), (1+float64(d)/50)*(1+noise))
			o.Station = "Palaran"
			out = append(out, o)
		}
		return out
	}
	attempt := func() *city.Attempt { return &city.Attempt{Started: noon, Finished: noon} }
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: other, Observations: days(10, 25, 0), Attempt: attempt()})
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Observations: days(0, 40, 1e-15), Attempt: attempt()})
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	runs, err := f.SourceRuns(t.Context(), slug, 10)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	equal(t, "added, known", []int{runs[0].Added, runs[0].Known, runs[0].Refused}, []int{25, 15, 0})
	equal(t, "stored", one[int](t, f.sql, "SELECT count(*)::int FROM observations WHERE station = 'Palaran'"), 40)
}
