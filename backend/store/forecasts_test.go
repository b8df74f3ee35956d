package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func aForecast(kind city.ForecastKind, indicator, area string) city.Forecast {
	mase, coverage := 0.8, 0.81
	return city.Forecast{
		Kind: kind, Indicator: indicator, AreaCode: area, MadeAt: noon, Through: "2026-03-15", Method: city.ForecastMean, MASE: &mase, Coverage: &coverage, Days: 100,
		Points: []city.ForecastPoint{{Day: "2026-03-16", Mean: 12.5, Low: 8, High: 17.25}, {Day: "2026-03-17", Mean: 12, Low: 7, High: 18}},
	}
}

func subjectsOf(fs []city.Forecast) (out []string) {
	for _, f := range fs {
		out = append(out, f.Indicator+"@"+f.AreaCode)
	}
	return out
}

func TestForecastsAreAState(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	whole, ulu := aForecast(city.ForecastReports, "", storetest.CityCode), aForecast(city.ForecastReports, "", storetest.SamarindaUlu)
	ulu.Method, ulu.MASE = city.ForecastParentShare, nil
	keep := func(at time.Time, fs ...city.Forecast) []city.Forecast {
		t.Helper()
		if err := f.KeepForecasts(t.Context(), at, fs); err != nil {
			t.Fatal(err)
		}
		got, err := f.Forecasts(t.Context(), city.System, "", "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].MadeAt = got[i].MadeAt.UTC()
		}
		return got
	}
	equal(t, "kept", keep(noon, ulu, whole), []city.Forecast{whole, ulu})
	later := noon.Add(24 * time.Hour)
	whole.MadeAt, whole.Points = later, whole.Points[:1]
	equal(t, "made anew", keep(later, whole), []city.Forecast{whole})
	equal(t, "nothing to forecast", keep(later.Add(time.Hour)), []city.Forecast{})
	if err := f.KeepForecasts(t.Context(), later, []city.Forecast{{Kind: "weather", AreaCode: "x", Through: "2026-03-15", Method: "mean"}}); err == nil {
		t.Error("an unknown kind is kept")
	}
}

func TestForecastsAreSeenAsWhatTheyForesee(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "rahasia", Name: "Rahasia", Unit: "x", Grain: "city", VisibleTo: []city.Role{city.WaliKota}}}); err != nil {
		t.Fatal(err)
	}
	err := f.KeepForecasts(t.Context(), noon, []city.Forecast{
		aForecast(city.ForecastReports, "", storetest.CityCode), aForecast(city.ForecastReports, "", storetest.SamarindaUlu),
		aForecast(city.ForecastReports, "", storetest.SamarindaUtara), aForecast(city.ForecastIndicator, dam, storetest.CityCode),
		aForecast(city.ForecastIndicator, "rahasia", storetest.CityCode),
	})
	if err != nil {
		t.Fatal(err)
	}
	reports := []string{"@" + storetest.CityCode, "@" + storetest.SamarindaUlu, "@" + storetest.SamarindaUtara}
	open, secret := dam+"@"+storetest.CityCode, "rahasia@"+storetest.CityCode
	for name, c := range map[string]struct {
		asker city.Asker
		want  []string
	}{
		"wali_kota":  {city.Asker{Role: city.WaliKota}, append(append([]string{}, reports...), open, secret)},
		"operator":   {city.Asker{Role: city.Operator}, append(append([]string{}, reports...), open)},
		"camat":      {city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, []string{"@" + storetest.SamarindaUlu, open}},
		"lurah":      {city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, []string{open}},
		"kepala_opd": {city.Asker{Role: city.KepalaOPD, OfficeID: 1}, []string{open}},
		"nobody":     {city.Asker{}, nil},
	} {
		got, err := f.Forecasts(t.Context(), c.asker, "", "")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name, subjectsOf(got), c.want)
	}
	got, err := f.Forecasts(t.Context(), city.System, "reports", storetest.SamarindaUlu)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "one subject at one area", subjectsOf(got), reports[1:2])
}

func TestDaysToForecastFrom(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := func(r *city.Report, area string, created time.Time) { r.StatedArea, r.CreatedAt = area, created }
	f.ingest(t,
		storetest.Report("1", func(r *city.Report) { at(r, storetest.AirPutih, noon.AddDate(0, 0, -1)) }),
		storetest.Report("2", func(r *city.Report) { at(r, storetest.SamarindaUlu, noon.AddDate(0, 0, -1)) }),
		storetest.Report("3", func(r *city.Report) { at(r, storetest.CityCode, noon.AddDate(0, 0, -1)) }),
		// 23.30 UTC is the next day in the city.
		storetest.Report("4", func(r *city.Report) { at(r, storetest.AirPutih, time.Date(2026, 3, 13, 23, 30, 0, 0, time.UTC)) }),
	)
	got, err := f.KecamatanDays(t.Context(), noon.AddDate(0, 0, -7), noon)
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	equal(t, "days", got, []store.AreaDay{{day(14), storetest.SamarindaUlu, 1}, {day(15), storetest.CityCode, 1}, {day(15), storetest.SamarindaUlu, 2}})

	f.observe(t, storetest.Observation(dam, "", noon.Add(-time.Hour), 7.5), storetest.Observation(dam, "", noon, 8.0),
		city.Observation{Indicator: dam, Time: noon.Add(2 * time.Hour), Value: 9, Forecast: true, IssuedAt: noon})
	for aggregation, want := range map[string]float64{"last": 8, "mean": 7.75, "sum": 15.5, "max": 8} {
		values, err := f.DayValues(t.Context(), city.Indicator{Slug: dam, Aggregation: aggregation}, noon.AddDate(0, 0, -3), noon.AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, aggregation, values, []store.DayValue{{day(16), storetest.CityCode, want}})
	}
}
