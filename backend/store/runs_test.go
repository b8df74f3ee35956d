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
	end.Before = city.Tally{Read: 5, Changed: 4, Refused: 1}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Attempt: &end})
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	runs, err := f.SourceRuns(t.Context(), slug, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got [][3]int
	for _, r := range runs {
		got = append(got, [3]int{r.Added, r.Changed, r.Refused})
	}
	equal(t, "added, changed, refused", got, [][3]int{{0, 4, 1}, {3, 0, 0}})
}
