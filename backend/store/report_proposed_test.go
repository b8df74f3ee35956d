package store_test

import (
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestAListShowsWhatTheAnalysisProposes while a report has no category; a paired
// screen is not told, and a report that has one needs none.
func TestAListShowsWhatTheAnalysisProposes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Report("tanpa", func(r *city.Report) { r.Category = "" }), storetest.Report("dengan"))
	if _, err := f.sql.Exec(t.Context(), `INSERT INTO report_analyses (report_id, key, created_at, category, confidence, features)
		SELECT id, external_id, created_at, 'sampah', 0.4, '' FROM reports`); err != nil {
		t.Fatal(err)
	}
	for _, role := range []city.Role{city.Operator, city.Layar} {
		list, err := f.Reports(t.Context(), city.Asker{Role: role}, city.ReportFilter{})
		if err != nil || len(list) != 2 {
			t.Fatalf("%s sees %+v, %v", role, list, err)
		}
		for _, r := range list {
			want, sure := "", 0.0
			if r.Category == "" && role == city.Operator {
				want, sure = "sampah", 0.4
			}
			if r.Proposed != want || r.Confidence < sure-1e-6 || r.Confidence > sure+1e-6 {
				t.Errorf("%s is proposed %q, %v for %q", role, r.Proposed, r.Confidence, r.Category)
			}
		}
	}
}
