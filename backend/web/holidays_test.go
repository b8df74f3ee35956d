package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

func TestHolidaysAreThoseThatDeadlinesCountBy(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	var list web.HolidayList
	got := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}).do("GET", "/api/holidays", nil)
	if got.status != http.StatusOK || json.Unmarshal(got.body, &list) != nil {
		t.Fatalf("%d %s", got.status, got.body)
	}
	clock, err := s.store.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Days) == 0 || len(list.Days) != len(clock.Calendar.Holidays) || !slices.IsSorted(list.Days) {
		t.Errorf("%d days of %d, sorted: %t", len(list.Days), len(clock.Calendar.Holidays), slices.IsSorted(list.Days))
	}
}
