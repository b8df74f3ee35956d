package main

import (
	"fmt"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/pack"
)

// advised makes new advice to the side's agency about its place.
func (w *matrixWorld) advised(of side) int64 {
	w.t.Helper()
	w.marks++
	key := fmt.Sprintf("uji|%d", w.marks)
	now := time.Now()
	_, err := w.db.SaveAdvice(w.t.Context(), func([]city.Recommendation) []city.Recommendation {
		return []city.Recommendation{{
			Key: key, Rule: "kejadian-jalan", Action: "tambal-jalan", Trigger: city.TriggerIncident, Title: of.marker() + " perlu ditambal", TitleEN: of.marker(),
			Why: city.Said{Text: of.marker(), TextEN: of.marker()}, Evidence: []city.Evidence{}, Severity: city.Perhatian, AreaCode: of.area(), AreaCodes: []string{of.area()},
			Office: of.office(), DueDays: 5, Past: []city.PastAction{}, Parts: []city.RankPart{}, Status: city.RecommendationProposed, MadeAt: now, ChangedAt: now, DataAt: now, Score: 1,
		}}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	all, _, err := w.db.Recommendations(w.t.Context(), city.System, city.RecommendationFilter{Office: of.office(), Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	id := int64(0)
	for _, r := range all {
		if r.Key == key {
			id = r.ID
		}
	}
	return id
}

// rowsOfAdvice: advice is filtered by place and office; mayor and secretary
// decide about all, the head of an agency about advice to it, and a camat only
// about advice to the area's own offices, which this is not.
func rowsOfAdvice() map[string]gate {
	p, err := pack.Load("samarinda")
	if err != nil {
		panic(err)
	}
	rule := p.ActionRules[0]
	rule.Version = 0
	slug := thing{"slug": rule.Slug}
	return map[string]gate{
		"GET /api/recommendations":      {rows: "filtered"},
		"GET /api/recommendations/top":  {wall: true, rows: "few"},
		"GET /api/recommendations/{id}": {of: "recommendation", rows: "few"},
		"POST /api/recommendations/{id}/decide": {
			who: []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat}, of: "recommendation", powerless: []city.Role{city.Camat},
			body: fixed(map[string]string{"decision": "decline", "reason": "uji matriks hak akses"}),
		},
		"GET /api/action-kinds": {rows: "shared"},
		"GET /api/action-rules": {rows: "shared"},
		"PUT /api/action-rules/{slug}": {
			who: []city.Role{city.Sekda, city.Operator}, at: slug, body: fixed(map[string]any{"rule": rule, "reason": "uji matriks hak akses"}),
		},
		"GET /api/action-rules/{slug}/versions": {at: slug, rows: "shared"},
	}
}
