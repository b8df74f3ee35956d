package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestRemarksAreTakenBackWithinViewOnly: a check takes back what it sees and
// says no more; what lies before its view stands. Only reports whose remark
// changed are looked at anew.
func TestRemarksAreTakenBackWithinViewOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Report("a"), storetest.Report("b"), storetest.Report("c"))
	id := func(external string) int64 {
		return one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = $1", external)
	}
	day := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	keep := func(view time.Time, now ...store.Remark) {
		t.Helper()
		f.emptyQueue(t)
		if err := f.KeepRemarks(t.Context(), city.PatternCampaign, view, now); err != nil {
			t.Fatal(err)
		}
	}
	state := func(name string, queued []string, want ...string) {
		t.Helper()
		equal(t, name, all[string](t, f.sql, "SELECT r.external_id || ' ' || m.finding FROM report_remarks m JOIN reports r ON r.id = m.report_id ORDER BY 1"), want)
		equal(t, name+", queued", all[string](t, f.sql, "SELECT r.external_id FROM analysis_queue q JOIN reports r ON r.id = q.report_id ORDER BY 1"), queued)
	}
	old := store.Remark{ReportID: id("a"), Finding: "campaign:1", Since: day(9)}
	fresh := store.Remark{ReportID: id("b"), Finding: "campaign:2", Since: day(3)}
	keep(day(10), old, fresh)
	state("first", []string{"a", "b"}, "a campaign:1", "b campaign:2")
	keep(day(10), old, fresh)
	state("the same again", []string{}, "a campaign:1", "b campaign:2")
	keep(day(7), store.Remark{ReportID: id("a"), Finding: "campaign:9", Since: day(6)}, store.Remark{ReportID: id("c"), Finding: "campaign:2", Since: day(3)})
	state("the view moved on", []string{"b", "c"}, "a campaign:1", "c campaign:2")
	keep(day(7))
	state("nothing any more", []string{"c"}, "a campaign:1")
}
