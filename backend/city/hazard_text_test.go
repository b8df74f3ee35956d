package city_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestFloodAlerts(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC)
	risk := func(code, name string, horizon int, level city.Severity, score float64, since time.Duration) city.HazardRisk {
		return city.HazardRisk{AreaCode: code, AreaName: name, HorizonHours: horizon, At: at, Since: at.Add(-since), Level: level, Score: score,
			Reasons: []city.HazardReason{{Points: 2, Text: "Hujan 60,0 mm dalam 1 jam terakhir.", TextEN: "Rain."}, {Points: -1, Text: "Surut.", TextEN: "Ebb."}},
			Missing: []string{"pasang: data terputus 3 jam"}, MissingEN: []string{"tide: no data for 3 h"}}
	}
	names := map[string]string{"11.01.01": "Kecamatan Yang Bernama Panjang Sekali", "11.01.02": "Dua"}
	got := city.FloodAlerts([]city.HazardRisk{
		risk("11.01.01.1001", "Kelurahan Yang Bernama Panjang Sekali", 24, city.Awas, 0.9, time.Hour), risk("11.01.01.1001", "Kelurahan Yang Bernama Panjang Sekali", 6, city.Awas, 0.8, time.Hour),
		risk("11.01.01.1002", "Lain", 6, city.Siaga, 0.5, 3*time.Hour), risk("11.01.02.1001", "Sendiri", 24, city.Siaga, 0.5, 0), risk("11.01.02.1002", "Tenang", 6, city.Perhatian, 0.2, 0),
	}, names, "BPBD", "WITA", time.FixedZone("WITA", 8*3600), true)
	if len(got) != 2 || got[0].Key != "flood:11.01.01" || got[1].Key != "flood:11.01.02" {
		t.Fatalf("alerts %+v", got)
	}
	a := got[0]
	if a.Severity != city.Awas || len(a.AreaCodes) != 2 || !a.Since.Equal(at.Add(-3*time.Hour)) || a.Office != "BPBD" || !a.Simulated {
		t.Errorf("the first %+v", a)
	}
	if !strings.Contains(a.Headline, "awas 6 jam") || !strings.Contains(a.Headline, "+1 kelurahan") || len([]rune(a.Headline)) > 90 || len([]rune(a.HeadlineEN)) > 90 {
		t.Errorf("headline %q, %q", a.Headline, a.HeadlineEN)
	}
	if a.Evidence != "Hujan 60,0 mm dalam 1 jam terakhir. Tanpa pasang: data terputus 3 jam. Per 09.00 WITA" {
		t.Errorf("evidence %q", a.Evidence)
	}
	if got[1].Headline != "Risiko banjir siaga 24 jam ke depan: Sendiri" {
		t.Errorf("headline %q", got[1].Headline)
	}
	if none := city.FloodAlerts(nil, names, "", "", time.UTC, false); none == nil || len(none) != 0 {
		t.Errorf("no risk gives %v", none)
	}
}
