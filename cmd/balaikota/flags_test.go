package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"

	"github.com/google/go-cmp/cmp"
)

// TestFlagsReachTheCards: what a check remarks about reports, and who sent
// them, stands on their incident and goes to screens as soon as it is stored;
// it goes again when it holds no more.
func TestFlagsReachTheCards(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	var reports []city.Report
	for i := range 3 {
		reports = append(reports, drain(fmt.Sprint("v", i), 0, func(r *city.Report) {
			r.CreatedAt = time.Now().Add(time.Duration(i-30) * time.Hour)
			r.Reporter = &city.Reporter{Handle: fmt.Sprint("orang", i/2)} // two of three are one's
			closed := r.CreatedAt.Add(time.Hour)
			r.Status, r.ClosedAt = city.Closed, &closed
		}))
	}
	ingest(t, door, city.Delivery{SourceID: source, Reports: reports})
	settleNow(t, a)
	listed, err := a.db.Reports(t.Context(), city.System, city.ReportFilter{Limit: 10})
	if err != nil || len(listed) != 3 {
		t.Fatalf("%d reports, %v", len(listed), err)
	}
	last := int64(0)
	// flags are those of the newest event about an incident since the last look.
	flags := func() (out []city.IncidentFlag) {
		t.Helper()
		events, err := a.db.EventsAfter(t.Context(), last, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			last = e.Seq
			var i city.Incident
			if e.Topic == city.TopicIncidents && json.Unmarshal(e.Data, &i) == nil && i.Voices == 3 {
				out = i.Flags
			}
		}
		return out
	}
	remark := func(kind city.PatternKind, n int) {
		t.Helper()
		var rs []store.Remark
		for _, r := range listed[:n] {
			rs = append(rs, store.Remark{ReportID: r.ID, Finding: string(kind) + ":1", Since: time.Now().Add(-40 * time.Hour)})
		}
		if err := a.db.KeepRemarks(t.Context(), kind, time.Now().AddDate(0, 0, -7), rs); err != nil {
			t.Fatal(err)
		}
		settleNow(t, a)
	}
	one := city.IncidentOneVoice
	for _, step := range []struct {
		name string
		do   func()
		want []city.IncidentFlag
	}{
		{"two of three from one reporter", func() {}, []city.IncidentFlag{one}},
		{"two copies", func() { remark(city.PatternCampaign, 2) }, []city.IncidentFlag{city.IncidentCampaign, one}},
		{"two closed with many", func() { remark(city.PatternMassClosing, 2) }, []city.IncidentFlag{city.IncidentCampaign, one, city.IncidentMassClosing}},
		{"no campaign after all", func() { remark(city.PatternCampaign, 0) }, []city.IncidentFlag{one, city.IncidentMassClosing}},
		{"one closed with many", func() { remark(city.PatternMassClosing, 1) }, []city.IncidentFlag{one}},
		{"the reporters turn out to be three", func() {
			reports[1].Reporter = &city.Reporter{Handle: "orang lain"}
			ingest(t, door, city.Delivery{SourceID: source, Reports: reports[1:2]})
			settleNow(t, a)
		}, []city.IncidentFlag{}},
	} {
		step.do()
		if d := cmp.Diff(step.want, flags()); d != "" {
			t.Errorf("%s (-want +told):\n%s", step.name, d)
		}
	}
}
