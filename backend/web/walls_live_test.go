package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/live"
)

// TestLiveOfAWall: a screen follows what the wall shows, without citizens'
// words, live and when it comes back; its socket ends when it is revoked.
func TestLiveOfAWall(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	spoken := func(id int) city.Event {
		e := report(id, "64.72.01.1001")
		e.Data = json.RawMessage(fmt.Sprintf(`{"id":%d,"external_id":"nomor","area_code":"64.72.01.1001","text":"kata warga","status":"open"}`, id))
		return e
	}
	told := city.Event{Topic: city.TopicWalls, Key: "7", Op: "put", Data: json.RawMessage(`{"id":7,"paused":true}`), Roles: []city.Role{city.Layar, city.Operator}, Shared: true}
	incident := city.Event{Topic: city.TopicIncidents, Key: "1", Op: "put", Data: json.RawMessage(`{"id":1}`), Shared: true}
	c := s.connect(t, "layar", `{"subscribe":["reports","walls","incidents","dispositions"]}`)
	hear(t, c)
	check := func(d frame) {
		t.Helper()
		raw, _ := json.Marshal(d)
		if d.Type != "delta" || d.Seq != 3 || len(d.Changes) != 2 || d.Changes[0].Topic != city.TopicReports || d.Changes[1].Key != "7" {
			t.Fatalf("delta %s", raw)
		}
		var r city.ReportSummary
		if err := json.Unmarshal(d.Changes[0].Data, &r); err != nil || r.ID != 2 || r.AreaCode != "64.72.01.1001" {
			t.Errorf("report %s: %v", d.Changes[0].Data, err)
		}
		if strings.Contains(string(d.Changes[0].Data), "kata warga") || strings.Contains(string(d.Changes[0].Data), "nomor") {
			t.Errorf("a wall gets %s", d.Changes[0].Data)
		}
	}
	s.log.Append(incident, spoken(2), told)
	check(hear(t, c))
	// Others still get the words.
	mayor := s.connect(t, "wali", `{"subscribe":["reports","walls"],"since":0}`)
	d := hear(t, mayor)
	if len(d.Changes) != 1 || !strings.Contains(string(d.Changes[0].Data), "kata warga") {
		t.Errorf("the mayor gets %+v", d)
	}
	check(hear(t, s.connect(t, "layar", `{"subscribe":["reports","walls","incidents"],"since":0}`)))
	s.hub.Invalidate("layar")
	if code := closeCode(t, c); code != live.CloseSessionEnded {
		t.Errorf("revoked, its socket ends with %d", code)
	}
}
