package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// The clock of a report is stopped and started over HTTP by those whose report
// it is, with a reason, and everybody who sees the report sees why.
func TestTheOwningOfficeStopsAndStartsAReportsClock(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	source := storetest.Source(t, s.store)
	storetest.Ingest(t, s.store, city.Delivery{SourceID: source, Reports: []city.Report{
		storetest.Report("a", func(r *city.Report) { r.CreatedAt = time.Now().Add(-time.Hour) }),
	}})
	list, err := s.store.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil || len(list) != 1 || list[0].DueAt == nil || list[0].RespondDueAt == nil {
		t.Fatalf("%+v, %v", list, err)
	}
	path := fmt.Sprintf("/api/reports/%d/", list[0].ID)
	dpupr, err := s.store.OfficeID(t.Context(), "DPUPR")
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]string{"reason": "Menunggu foto lokasi dari warga"}
	for role, want := range map[city.Asker]int{
		{Role: city.WaliKota}: http.StatusForbidden, {Role: city.Auditor}: http.StatusForbidden,
		{Role: city.KepalaOPD, OfficeID: dpupr + 1}:            http.StatusNotFound,
		{Role: city.Lurah, AreaCode: storetest.AirPutih}:       http.StatusForbidden,
		{Role: city.Camat, AreaCode: storetest.SamarindaUtara}: http.StatusNotFound,
	} {
		if got := s.script(role).do("POST", path+"pause", body); got.status != want {
			t.Errorf("%+v: %d, want %d: %s", role, got.status, want, got.body)
		}
	}
	if got := s.browser().do("POST", path+"pause", body); got.status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", got.status)
	}
	head := s.script(city.Asker{Role: city.KepalaOPD, OfficeID: dpupr})
	if got := head.do("POST", path+"pause", map[string]string{"reason": "ya"}); got.status != http.StatusUnprocessableEntity && got.status != http.StatusBadRequest {
		t.Errorf("without a reason: %d", got.status)
	}
	detail := func(step string) (d city.ReportDetail) {
		got := head.do("POST", path+step, body)
		if got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, got.status, got.body)
		}
		if err := json.Unmarshal(got.body, &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := detail("pause"); !d.Paused || d.DueAt != nil || d.RespondDueAt != nil {
		t.Errorf("paused: %+v", d.ReportSummary)
	}
	if got := head.do("POST", path+"pause", body); got.status != http.StatusConflict {
		t.Errorf("paused twice: %d", got.status)
	}
	if d := detail("resume"); d.Paused || d.DueAt == nil || d.DueAt.Before(*list[0].DueAt) {
		t.Errorf("resumed: %+v", d.ReportSummary)
	}
	var pauses []city.ReportPause
	got := s.script(city.Asker{Role: city.Auditor}).do("GET", path+"pauses", nil)
	if err := json.Unmarshal(got.body, &pauses); err != nil || len(pauses) != 1 || pauses[0].Reason != body["reason"] || pauses[0].EndReason == "" {
		t.Errorf("the auditor sees %s", got.body)
	}
}

func TestNormsAreShownWithTheirSources(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	var norms []city.Norm
	got := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}).do("GET", "/api/norms", nil)
	if err := json.Unmarshal(got.body, &norms); err != nil || len(norms) < 5 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for _, n := range norms {
		if n.Source == "" || n.EffectiveOn == "" {
			t.Errorf("%+v", n)
		}
	}
	var list city.AtRiskList
	if got := s.script(city.Asker{Role: city.WaliKota}).do("GET", "/api/deadlines/at-risk?days=3", nil); got.status != http.StatusOK || json.Unmarshal(got.body, &list) != nil || list.Items == nil {
		t.Errorf("%d %s", got.status, got.body)
	}
}
