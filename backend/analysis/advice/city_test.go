package advice_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"balaikota/backend/analysis/advice"
	"balaikota/backend/city"
	"balaikota/backend/pack"
)

var (
	wita = time.FixedZone("WITA", 8*3600)
	// now is Thursday 12 March 2026, 12.00 WITA.
	now = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)
)

// samarinda is the embedded city's declarations.
func samarinda(t testing.TB) pack.City {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// quiet is the city with nothing to advise about.
func quiet(c pack.City) advice.Inputs {
	cal := city.Calendar{Location: wita, Holidays: map[string]bool{}}
	for _, h := range c.Holidays {
		cal.Holidays[h.Date.Format(time.DateOnly)] = true
	}
	for i := range c.Offices {
		c.Offices[i].ID = int64(i + 1)
	}
	return advice.Inputs{
		CityCode: c.Code, CityName: c.Name, Calendar: cal, ZoneLabel: "WITA", Areas: c.Areas, Offices: c.Offices, Categories: c.Categories,
		Indicators: c.Indicators, Usual: map[string]float64{},
		Sources: []city.SourceHealth{{Slug: "sensor", Name: "Sensor kota", Freshness: city.Fresh}, {Slug: "pasar", Name: "Harga pasar", Freshness: city.Fresh}},
	}
}

func ago(d time.Duration) time.Time { return now.Add(-d) }

func incident(id int64, category, area, place string, voices int, urgency city.Severity, age time.Duration) city.Incident {
	return city.Incident{
		ID: id, Category: category, AreaCode: area, Areas: []string{area}, Place: place, Voices: voices, Unfinished: voices, Urgency: urgency,
		Status: city.IncidentNew, FirstAt: ago(age), LastAt: ago(age / 10), Lon: new(117.15), Lat: new(-0.5), RadiusM: 80,
		UrgencyReasons: []city.Said{{Text: "Menyebut anak sekolah.", TextEN: "Names school children."}}, Flags: []city.IncidentFlag{},
	}
}

// busy is a day on which every trigger has something to say.
func busy(c pack.City) advice.Inputs {
	in := quiet(c)
	in.Incidents = []city.Incident{
		incident(12, "banjir-drainase", "64.72.03.1005", "Jl. Pangeran Antasari", 9, city.Siaga, 5*time.Hour),
		incident(13, "jalan-rusak", "64.72.05.1003", "Jl. DI Panjaitan", 4, city.Perhatian, 4*24*time.Hour),
		incident(14, "sampah", "64.72.06.1001", "", 5, city.Info, 5*24*time.Hour),
		incident(15, "lampu-jalan", "64.72.09.1003", "Jl. Gajah Mada", 1, city.Info, 10*24*time.Hour),
	}
	in.Incidents[1].Recurrence = 2
	in.Patterns = []city.Pattern{
		{Key: "hotspot:air-bersih:64.72.01.1001", Kind: city.PatternHotspot, Severity: city.Perhatian, AreaCode: "64.72.01.1001", AreaCodes: []string{"64.72.01.1001"},
			Category: "air-bersih", Since: ago(72 * time.Hour), Until: ago(time.Hour), Seen: 14, Expected: 4.2, Headline: "14 laporan air bersih di Rawa Makmur dalam 3 hari",
			HeadlineEN: "14 reports of clean water in Rawa Makmur within 3 days", Evidence: "Wajarnya 4,2.", EvidenceEN: "4.2 would be usual.", Method: "scan"},
		{Key: "silent:64.72.07.1005", Kind: city.PatternSilent, Severity: city.Perhatian, AreaCode: "64.72.07.1005", AreaCodes: []string{"64.72.07.1005"},
			Since: ago(28 * 24 * time.Hour), Until: ago(time.Hour), Seen: 1, Expected: 11, Headline: "Pulau Atas jarang melapor", HeadlineEN: "Pulau Atas seldom reports"},
		{Key: "quota:x", Kind: city.PatternQuota, Severity: city.Siaga, Office: "DLH", Seen: 30, Expected: 10, Headline: "Pola kuota", HeadlineEN: "Quota"},
	}
	in.Usual = map[string]float64{"64.72.08": 4, "64.72": 40}
	points := make([]city.ForecastPoint, 14)
	for i := range points {
		points[i] = city.ForecastPoint{Day: now.In(wita).AddDate(0, 0, i).Format(time.DateOnly), Mean: 8, Low: 5, High: 12}
	}
	rice := []city.ForecastPoint{{Day: "2026-03-13", Mean: 13900}, {Day: "2026-03-14", Mean: 14200}}
	in.Forecasts = []city.Forecast{
		{Kind: city.ForecastReports, AreaCode: "64.72.08", MadeAt: ago(6 * time.Hour), Points: points},
		{Kind: city.ForecastIndicator, Indicator: "harga-beras", AreaCode: "64.72", MadeAt: ago(6 * time.Hour), Points: rice},
	}
	in.Overdue = []advice.OfficeCases{{Office: "DPUPR", Count: 23, Oldest: ago(20 * 24 * time.Hour), Reports: []int64{101, 102}, At: now}}
	in.AtRisk = []advice.OfficeCases{
		{Office: "DPUPR", Count: 7, Oldest: now.Add(20 * time.Hour), Reports: []int64{103}, At: now},
		{Office: "DLH", Count: 6, Oldest: now.Add(30 * time.Hour), Reports: []int64{104, 105}, At: now},
	}
	in.States = []city.IndicatorState{
		{Indicator: "muka-air-benanga", AreaCode: "64.72", Time: ago(10 * time.Minute), Value: 7.9, Source: "sensor"},
		{Indicator: "harga-beras", AreaCode: "64.72", Time: ago(3 * time.Hour), Value: 13800, Source: "pasar"},
		{Indicator: "pm25", AreaCode: "64.72", Time: ago(30 * time.Hour), Value: 20, Source: "sensor"},
	}
	in.Flood = city.HazardPicture{At: ago(4 * time.Minute), Hazard: city.HazardFlood, Risks: []city.HazardRisk{
		risk("64.72.08.1002", "Sungai Pinang Dalam", city.Siaga, 0.62), risk("64.72.08.1001", "Temindung Permai", city.Siaga, 0.55),
		risk("64.72.08.1003", "Gunung Lingai", city.Perhatian, 0.3), risk("64.72.04.1003", "Sidomulyo", city.Perhatian, 0.28),
	}}
	in.Alerts = []city.Alert{
		{Key: "cap:bmkg-1", Kind: city.AlertWarning, Severity: city.Perhatian, Headline: "Hujan lebat disertai petir di Samarinda", HeadlineEN: "Heavy rain with lightning in Samarinda",
			Evidence: "Berlaku sampai 15.00 WITA", EvidenceEN: "Until 15:00 WITA", Since: ago(time.Hour), Until: new(now.Add(3 * time.Hour)), Attribution: "BMKG", AreaCodes: []string{}},
		{Key: "surge:x", Kind: city.AlertSurge, Severity: city.Siaga, Since: ago(time.Hour)},
	}
	return in
}

func risk(area, name string, level city.Severity, score float64) city.HazardRisk {
	return city.HazardRisk{
		AreaCode: area, AreaName: name, HorizonHours: 6, At: ago(4 * time.Minute), Level: level, Score: score, Since: ago(2 * time.Hour),
		Reasons: []city.HazardReason{{Factor: "hujan-1-jam", Value: 45, Points: 2, Text: "Hujan 45,0 mm dalam 60 menit terakhir.", TextEN: "Rain 45.0 mm in the last 60 min."}},
	}
}

// shuffled puts every list of the inputs into another order.
func shuffled(in advice.Inputs, seed uint64) advice.Inputs {
	r := rand.New(rand.NewPCG(seed, 1))
	mix(r, &in.Areas)
	mix(r, &in.Offices)
	mix(r, &in.Categories)
	mix(r, &in.Indicators)
	mix(r, &in.Incidents)
	mix(r, &in.Patterns)
	mix(r, &in.Forecasts)
	mix(r, &in.Overdue)
	mix(r, &in.AtRisk)
	mix(r, &in.States)
	mix(r, &in.Sources)
	mix(r, &in.Alerts)
	mix(r, &in.Given)
	mix(r, &in.Ledger)
	mix(r, &in.Past)
	mix(r, &in.Flood.Risks)
	return in
}

func mix[T any](r *rand.Rand, list *[]T) {
	out := append([]T(nil), *list...)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	*list = out
}

// randomCity is a city of n incidents with patterns, risks and states at
// random.
func randomCity(c pack.City, n int, seed uint64) advice.Inputs {
	r := rand.New(rand.NewPCG(seed, 2))
	in := busy(c)
	var kelurahan []city.Area
	for _, a := range c.Areas {
		if a.Level == city.Kelurahan {
			kelurahan = append(kelurahan, a)
		}
	}
	levels := []city.Severity{city.Info, city.Info, city.Perhatian, city.Siaga, city.Awas}
	for i := range n {
		a := kelurahan[r.IntN(len(kelurahan))]
		x := incident(int64(1000+i), c.Categories[r.IntN(len(c.Categories))].Slug, a.Code, fmt.Sprintf("Jl. Uji %d", r.IntN(40)), 1+r.IntN(30), levels[r.IntN(len(levels))],
			time.Duration(1+r.IntN(500))*time.Hour)
		x.Unfinished = r.IntN(x.Voices + 1)
		x.Recurrence = max(0, r.IntN(8)-5)
		in.Incidents = append(in.Incidents, x)
	}
	for _, a := range kelurahan {
		if r.IntN(3) == 0 {
			in.Flood.Risks = append(in.Flood.Risks, risk(a.Code, a.Name, levels[r.IntN(len(levels))], r.Float64()))
		}
	}
	return in
}
