package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestFloodRisksAreShownToOfficers(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	lurah := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih})
	if a := lurah.do(http.MethodGet, "/api/hazards/flood", nil); a.status != http.StatusNotFound {
		t.Errorf("before the first assessment: %d", a.status)
	}
	now := time.Now().Truncate(time.Second)
	risk := func(horizon int, level city.Severity, score float64) city.HazardRisk {
		return city.HazardRisk{AreaCode: storetest.AirPutih, AreaName: "Air Putih", HorizonHours: horizon, At: now, Since: now, Level: level, Score: score,
			Reasons: []city.HazardReason{{Factor: "hujan-1-jam", Value: 40, Unit: "mm", Text: "Hujan."}}, Missing: []string{"hujan: data terputus 3 jam"}, MissingEN: []string{}}
	}
	picture := city.HazardPicture{At: now, Hazard: city.HazardFlood, Risks: []city.HazardRisk{risk(6, city.Siaga, 0.5), risk(24, city.Awas, 0.8)}, Inputs: []city.HazardInputState{}}
	err := s.store.SaveHazardRisks(t.Context(), picture, func(_, _ []city.HazardRisk) []city.HazardAddressees {
		return []city.HazardAddressees{{AreaCode: storetest.AirPutih, Level: city.Awas, Recipients: []city.HazardRecipient{{Name: "BPBD", Reason: "x"}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	var got city.HazardPicture
	whole := lurah.do(http.MethodGet, "/api/hazards/flood?horizon=24", nil)
	if err := json.Unmarshal(whole.body, &got); err != nil || len(got.Risks) != 1 || got.Risks[0].Level != city.Awas || got.Method == "" || len(got.Recipients) != 1 {
		t.Errorf("the picture %d %s (%v)", whole.status, whole.body, err)
	}
	var detail city.HazardDetail
	if err := json.Unmarshal(lurah.do(http.MethodGet, "/api/hazards/flood/"+storetest.AirPutih, nil).body, &detail); err != nil ||
		len(detail.Risks) != 2 || len(detail.History) != 2 || detail.AreaName != "Air Putih" || len(detail.Exposures) == 0 || len(detail.Recipients) != 1 {
		t.Errorf("the detail %+v (%v)", detail, err)
	}
	if a := lurah.do(http.MethodGet, "/api/hazards/flood/64.72.99.1001", nil); a.status != http.StatusNotFound {
		t.Errorf("an unknown area: %d", a.status)
	}
	if a := lurah.do(http.MethodGet, "/api/hazards/flood?horizon=7", nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("seven hours ahead: %d", a.status)
	}
	for _, path := range []string{"/api/hazards/flood", "/api/hazards/flood/" + storetest.AirPutih, "/api/hazards/flood/cap"} {
		if a := s.browser().do(http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
			t.Errorf("%s without an account: %d", path, a.status)
		}
	}
}

func TestCAPMessagesAreGivenAsIssued(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	now := time.Now().Truncate(time.Second)
	const body = "<?xml version=\"1.0\"?>\n<alert>æ</alert>\n"
	m := city.HazardMessage{Identifier: "a-v1", Event: "banjir-64.72.03-x", Version: 1, MsgType: "Alert", Sent: now, Expires: now.Add(time.Hour), Level: city.Siaga,
		AreaCodes: []string{storetest.AirPutih}, Body: []byte(body)}
	if err := s.store.AddHazardMessages(t.Context(), []city.HazardMessage{m}); err != nil {
		t.Fatal(err)
	}
	operator := s.script(city.Asker{Role: city.Operator})
	one := operator.do(http.MethodGet, "/api/hazards/flood/cap?event=banjir-64.72.03-x", nil)
	if one.status != http.StatusOK || string(one.body) != body || !strings.HasPrefix(one.header.Get("Content-Type"), "application/cap+xml") {
		t.Errorf("%d %s: %s", one.status, one.header.Get("Content-Type"), one.body)
	}
	if a := operator.do(http.MethodGet, "/api/hazards/flood/cap?event=none", nil); a.status != http.StatusNotFound {
		t.Errorf("an unknown event: %d", a.status)
	}
	feed := operator.do(http.MethodGet, "/api/hazards/flood/cap", nil)
	if feed.status != http.StatusOK || string(feed.body) != "Peringatan risiko banjir Kota Samarinda: 1" || !strings.HasPrefix(feed.header.Get("Content-Type"), "application/atom+xml") {
		t.Errorf("%d %s: %s", feed.status, feed.header.Get("Content-Type"), feed.body)
	}
}
