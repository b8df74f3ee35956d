package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestForecastsAreServedWithinRights(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	one := func(area string) city.Forecast {
		return city.Forecast{
			Kind: city.ForecastReports, AreaCode: area, Through: "2026-03-15", Method: city.ForecastMean, Days: 90,
			Points: []city.ForecastPoint{{Day: "2026-03-16", Mean: 4, Low: 1, High: 9}},
		}
	}
	if err := s.store.KeepForecasts(t.Context(), time.Now(), []city.Forecast{one(storetest.CityCode), one(storetest.SamarindaUlu)}); err != nil {
		t.Fatal(err)
	}
	for asker, want := range map[city.Asker]int{
		{Role: city.WaliKota}: 2, {Role: city.Camat, AreaCode: storetest.SamarindaUlu}: 1, {Role: city.Camat, AreaCode: storetest.SamarindaUtara}: 0,
	} {
		got := s.script(asker).do("GET", "/api/forecasts?subject=reports", nil)
		var list []city.Forecast
		if err := json.Unmarshal(got.body, &list); err != nil || got.status != http.StatusOK || len(list) != want {
			t.Errorf("%+v: %d %s", asker, got.status, got.body)
		}
	}
	if got := s.script(city.Asker{Role: city.WaliKota}).do("GET", "/api/forecasts?subject=banjir&area="+storetest.CityCode, nil); string(got.body) != "[]\n" {
		t.Errorf("what nobody forecasts: %s", got.body)
	}
	if got := s.browser().do("GET", "/api/forecasts", nil); got.status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", got.status)
	}
}
