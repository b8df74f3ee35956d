package hazard_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/hazard"
	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

var noon = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)

// town is a city of one kecamatan with two kelurahan and no tide: the low one
// floods, the high one does not.
func town() hazard.Inputs {
	w := func(factor string, weight, scale float64) city.HazardWeight {
		return city.HazardWeight{HorizonHours: 6, Factor: factor, Weight: weight, Scale: scale, Cap: 2, EffectiveOn: "2026-01-01"}
	}
	weights := []city.HazardWeight{w("dasar", -5, 1), w("kerentanan", 1, 1), w("hujan-1-jam", 3, 30), w("laporan", 4, 8), w("peringatan", 1, 1)}
	for _, x := range weights[:5] {
		x.HorizonHours = 24
		weights = append(weights, x)
	}
	return hazard.Inputs{
		Declared: city.HazardDeclarations{
			Inputs: []city.HazardInput{
				{Role: city.RoleRain, Slug: "hujan", StepSeconds: 600}, {Role: city.RoleVoices, Slug: "banjir"}, {Role: city.RoleWarning},
			},
			Weights: weights,
			Levels: []city.HazardLevel{
				{Level: city.Perhatian, Score: 0.2, EffectiveOn: "2026-01-01"}, {Level: city.Siaga, Score: 0.4, EffectiveOn: "2026-01-01"},
				{Level: city.Awas, Score: 0.7, EffectiveOn: "2026-01-01"},
			},
			Exposures: []city.HazardExposure{{AreaCode: "11.01", Value: 0.2, EffectiveOn: "2026-01-01"}, {AreaCode: "11.01.01.1001", Value: 0.8, EffectiveOn: "2026-01-01"}},
		},
		Areas: []city.Area{
			{Code: "11.01", Level: city.Kota}, {Code: "11.01.01", Level: city.Kecamatan, Label: orb.Point{100, 1}},
			{Code: "11.01.01.1001", Level: city.Kelurahan, Name: "Rendah", Label: orb.Point{100.01, 1}},
			{Code: "11.01.01.1002", Level: city.Kelurahan, Name: "Tinggi", Label: orb.Point{99.99, 1}},
		},
		Indicators:   []city.Indicator{{Slug: "hujan", Name: "Hujan", FreshForSeconds: 1800, Unit: "mm"}},
		Rain:         []hazard.Gauge{{Slug: "hujan", AreaCode: "11.01.01", Readings: readings(noon, 10*time.Minute, 6, 0)}},
		VoicesNewest: noon.Add(-time.Hour), ZoneLabel: "WIB",
	}
}

// readings are n equal values, the newest at last.
func readings(last time.Time, step time.Duration, n int, v float64) []hazard.Reading {
	out := make([]hazard.Reading, n)
	for i := range out {
		out[i] = hazard.Reading{At: last.Add(-time.Duration(i) * step), Value: v}
	}
	return out
}

func riskOf(t *testing.T, a hazard.Assessment, code string, horizon int) city.HazardRisk {
	t.Helper()
	for _, r := range a.Risks {
		if r.AreaCode == code && r.HorizonHours == horizon {
			return r
		}
	}
	t.Fatalf("no risk of %s", code)
	return city.HazardRisk{}
}

const low, high = "11.01.01.1001", "11.01.01.1002"

func TestAssess(t *testing.T) {
	t.Parallel()
	in := town()
	dry := riskOf(t, hazard.Assess(in, noon), low, 6)
	if dry.Level != city.Info || dry.Score > 0.03 || len(dry.Missing) != 0 || dry.ScoreLow != dry.Score || dry.ScoreHigh != dry.Score {
		t.Errorf("a dry day: %+v", dry)
	}
	in.Rain[0].Readings = readings(noon, 10*time.Minute, 6, 7)
	in.Voices = []hazard.Voice{{low, noon.Add(-10 * time.Minute)}, {low, noon.Add(-20 * time.Minute)}, {low, noon.Add(-7 * time.Hour)}, {low, noon.Add(time.Hour)}}
	in.Warnings = []city.Alert{
		{Severity: city.Siaga, Headline: "Hujan lebat", AreaCodes: []string{"11.01.01"}, Since: noon.Add(-time.Hour)},
		{Severity: city.Awas, Headline: "Lalu", AreaCodes: []string{}, Since: noon.Add(-3 * time.Hour), Until: new(noon.Add(-time.Hour))},
		{Severity: city.Awas, Headline: "Kota lain", AreaCodes: []string{"11.02"}, Since: noon.Add(-time.Hour)},
	}
	in.WarningsRead = noon
	wet := hazard.Assess(in, noon)
	r := riskOf(t, wet, low, 6)
	// z = −5 + 0,8 + 3·(42/30)·(0,3+1,4·0,8) + 4·ln(1+w)/ln 9 + 2/3.
	w := math.Exp2(-10.0/90) + math.Exp2(-20.0/90)
	z := -5 + 0.8 + 3*1.4*(0.3+1.4*0.8) + 4*math.Log1p(w)/math.Log(9) + 2.0/3
	if want := math.Round(1000/(1+math.Exp(-z))) / 1000; r.Score != want || r.Level != city.Awas {
		t.Errorf("score %v, wants %v; %s", r.Score, want, r.Level)
	}
	if r.Reasons[0].Factor != "hujan-1-jam" || r.Reasons[0].Value != 42 || !strings.Contains(r.Reasons[0].Text, "42,0 mm dalam 1 jam") || !strings.Contains(r.Reasons[0].TextEN, "42.0 mm") {
		t.Errorf("first reason %+v", r.Reasons[0])
	}
	sum := 0.0
	for _, x := range r.Reasons {
		sum += x.Share
		if x.Text == "" || x.TextEN == "" {
			t.Errorf("a reason without words: %+v", x)
		}
	}
	if math.Abs(sum-1) > 0.01 {
		t.Errorf("shares add up to %v", sum)
	}
	if hill := riskOf(t, wet, high, 6); hill.Score >= r.Score || wet.Risks[0].AreaCode != low {
		t.Errorf("the hill has %v, the low %v", hill.Score, r.Score)
	}
	if day := riskOf(t, wet, low, 24); day.Score < r.Score {
		t.Errorf("24 hours %v, 6 hours %v", day.Score, r.Score)
	}
}

// TestMissingInputsAreNamed: what is not known is named and widens the bounds;
// what the city does not have is not spoken of.
func TestMissingInputsAreNamed(t *testing.T) {
	t.Parallel()
	in := town()
	in.Rain[0].Readings = readings(noon.Add(-3*time.Hour-10*time.Minute), 10*time.Minute, 6, 7)
	r := riskOf(t, hazard.Assess(in, noon), low, 6)
	if diff := cmp.Diff([]string{"hujan: data terputus 3 jam"}, r.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if r.ScoreLow != r.Score || r.ScoreHigh < 0.9 {
		t.Errorf("bounds %v to %v", r.ScoreLow, r.ScoreHigh)
	}
	in.Rain = nil
	r = riskOf(t, hazard.Assess(in, noon), low, 6)
	if diff := cmp.Diff([]string{"hujan: belum ada data"}, r.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	in.Declared.Inputs = in.Declared.Inputs[1:]
	if r = riskOf(t, hazard.Assess(in, noon), low, 6); len(r.Missing) != 0 || r.ScoreHigh != r.Score {
		t.Errorf("a city without gauges: %+v", r)
	}
	if got := hazard.Assess(hazard.Inputs{}, noon); len(got.Risks) != 0 {
		t.Errorf("nothing at all gives %v", got)
	}
}

// TestRainFromTheReadings pins which readings make up a window.
func TestRainFromTheReadings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		readings []hazard.Reading
		want     float64
	}{
		"six of ten minutes":             {readings(noon, 10*time.Minute, 40, 2), 12},
		"one missing, the rest stand in": {append(readings(noon, 10*time.Minute, 3, 2), readings(noon.Add(-40*time.Minute), 10*time.Minute, 2, 2)...), 12},
		"less than half":                 {readings(noon.Add(-40*time.Minute), 10*time.Minute, 40, 2), -1},
		"more often than stated":         {readings(noon, time.Minute, 60, 2), 12},
	} {
		in := town()
		in.Rain[0].Readings = c.readings
		r := riskOf(t, hazard.Assess(in, noon), low, 6)
		got := -1.0
		for _, x := range r.Reasons {
			if x.Factor == "hujan-1-jam" {
				got = x.Value
			}
		}
		if got != c.want {
			t.Errorf("%s: %v mm, wants %v", name, got, c.want)
		}
	}
}

// TestRainLiesBetweenGauges: near one gauge its rain, between two the mean, a
// kelurahan's own gauge alone.
func TestRainLiesBetweenGauges(t *testing.T) {
	t.Parallel()
	in := town()
	in.Areas[1].Label = orb.Point{100, 1}
	in.Rain = []hazard.Gauge{
		{Slug: "hujan", AreaCode: low, Readings: readings(noon, 10*time.Minute, 6, 10)},
		{Slug: "hujan", AreaCode: "11.01.01", Readings: readings(noon, 10*time.Minute, 6, 0.5)},
	}
	a := hazard.Assess(in, noon)
	rain := func(code string) float64 {
		for _, x := range riskOf(t, a, code, 6).Reasons {
			if x.Factor == "hujan-1-jam" {
				return x.Value
			}
		}
		return 0
	}
	if rain(low) != 60 {
		t.Errorf("the own gauge gives %v", rain(low))
	}
	// Twice as far from the one: weights 1 and 4 (nearly), (60 + 4·3)/5.
	if got := rain(high); math.Abs(got-(60+4*3)/5) > 2 {
		t.Errorf("between the gauges %v", got)
	}
}

// TestProne is worked by hand: the city has 20 floods in 200 reports. The
// area with 10 in 20 expected 2, and was declared 0.2 (odds 0.25):
// (10 + 5·0.25)/(2 + 5) = 1.607, s = 0.616. One without reports keeps 0.2.
func TestProne(t *testing.T) {
	t.Parallel()
	in := town()
	in.Declared.Exposures = in.Declared.Exposures[:1]
	got := hazard.Prone(in.Declared.Exposures, in.Areas, hazard.Past{Days: 100, Areas: map[string]hazard.PastCount{
		low: {Hazard: 10, All: 20}, "11.01": {Hazard: 10, All: 180},
	}})
	if math.Abs(got[low]-1.607142857/2.607142857) > 1e-6 || math.Abs(got[high]-0.2) > 1e-9 {
		t.Errorf("prone %v", got)
	}
}

// TestTide: four waves with a drift are found again and foreseen a day ahead.
func TestTide(t *testing.T) {
	t.Parallel()
	level := func(when time.Time) float64 {
		h := float64(when.Unix()) / 3600
		w := func(a, p, phase float64) float64 { return a * math.Cos(2*math.Pi*(h-phase)/p) }
		return 1.1 + w(0.5, 12.4206012, 3) + w(0.2, 12, 5) + w(0.3, 23.93447213, 9) + w(0.2, 25.81933871, 2)
	}
	var rs []hazard.Reading
	for h := range 15 * 24 {
		when := noon.Add(-time.Duration(h) * time.Hour)
		rs = append(rs, hazard.Reading{At: when, Value: level(when) + 0.02*math.Sin(float64(h*h))})
	}
	tide, err := hazard.FitTide(rs)
	if err != nil {
		t.Fatal(err)
	}
	for h := range 24 {
		when := noon.Add(time.Duration(h) * time.Hour)
		if got, want := tide.At(when), level(when); math.Abs(got-want) > 0.05 {
			t.Errorf("in %d hours %v, wants %v", h, got, want)
		}
	}
	if _, err := hazard.FitTide(rs[:13*24]); err == nil {
		t.Error("thirteen days are too few to tell the waves apart, and were taken")
	}
	for i := range rs {
		rs[i].Value = math.Sin(float64(i * i * 7))
	}
	if _, err := hazard.FitTide(rs); err == nil {
		t.Error("noise was taken for a tide")
	}
}

// TestTideAndDam: rain that meets a high tide counts more, and only where the
// area is exposed; a dam at its siaga threshold counts half way.
func TestTideAndDam(t *testing.T) {
	t.Parallel()
	in := town()
	one, three := 1.5, 2.5
	in.Declared.Inputs = append(in.Declared.Inputs, city.HazardInput{Role: city.RoleTide, Slug: "sungai", Low: &one, High: &three}, city.HazardInput{Role: city.RoleLevel, Slug: "waduk"})
	for _, h := range hazard.Horizons {
		in.Declared.Weights = append(in.Declared.Weights, city.HazardWeight{HorizonHours: h, Factor: "hujan-pasang", Weight: 2, Scale: 60, Cap: 1.5, EffectiveOn: "2026-01-01"},
			city.HazardWeight{HorizonHours: h, Factor: "muka-air", Weight: 3, Scale: 1, Cap: 1.5, EffectiveOn: "2026-01-01"})
	}
	in.Declared.Exposures = append(in.Declared.Exposures, city.HazardExposure{AreaCode: low, Slug: "sungai", Value: 1, EffectiveOn: "2026-01-01"},
		city.HazardExposure{AreaCode: low, Slug: "waduk", Value: 0.5, EffectiveOn: "2026-01-01"})
	in.Indicators = append(in.Indicators, city.Indicator{Slug: "sungai", Name: "Sungai", Unit: "m", Decimals: 2, FreshForSeconds: 3600},
		city.Indicator{Slug: "waduk", Name: "Waduk", Unit: "m", Decimals: 2, FreshForSeconds: 3600, Thresholds: []city.Threshold{
			{Level: city.Siaga, Above: true, Value: 7.75, EffectiveOn: "2022-01-01"}, {Level: city.Awas, Above: true, Value: 8.25, EffectiveOn: "2022-01-01"}}})
	in.Levels = []hazard.Gauge{{Slug: "sungai", AreaCode: "11.01", Readings: readings(noon, time.Hour, 30, 2.5)}, {Slug: "waduk", AreaCode: "11.01", Readings: readings(noon, time.Hour, 2, 7.75)}}
	in.Rain[0].Readings = readings(noon, 10*time.Minute, 18, 2)
	points := map[string]float64{}
	for _, x := range riskOf(t, hazard.Assess(in, noon), low, 6).Reasons {
		points[x.Factor] = x.Points
	}
	if points["hujan-pasang"] != 2*36.0/60 || points["muka-air"] != 3*0.5*0.5 {
		t.Errorf("points %v", points)
	}
	for _, x := range riskOf(t, hazard.Assess(in, noon), high, 6).Reasons {
		if x.Factor == "hujan-pasang" || x.Factor == "muka-air" {
			t.Errorf("the hill is told of %s", x.Factor)
		}
	}
}

func TestSteady(t *testing.T) {
	t.Parallel()
	levels := town().Declared.Levels
	risk := func(level city.Severity, score float64, since time.Time, missing ...string) city.HazardRisk {
		r := city.HazardRisk{AreaCode: low, HorizonHours: 6, Level: level, Score: score, ScoreHigh: score, Since: since, Missing: missing}
		if len(missing) > 0 {
			r.Lost, r.ScoreHigh = missing[0] != "prakiraan", 0.9
		}
		return r
	}
	hourAgo := noon.Add(-time.Hour)
	for name, c := range map[string]struct {
		before, now city.HazardRisk
		want        city.Severity
		since       time.Time
	}{
		"rises at once":            {risk(city.Perhatian, 0.3, hourAgo), risk(city.Awas, 0.8, noon), city.Awas, noon},
		"stays":                    {risk(city.Siaga, 0.5, hourAgo), risk(city.Siaga, 0.6, noon), city.Siaga, hourAgo},
		"falls when clear":         {risk(city.Siaga, 0.5, hourAgo), risk(city.Info, 0.1, noon), city.Info, noon},
		"held when near":           {risk(city.Siaga, 0.5, hourAgo), risk(city.Perhatian, 0.35, noon), city.Siaga, hourAgo},
		"held when just begun":     {risk(city.Siaga, 0.5, noon.Add(-5*time.Minute)), risk(city.Info, 0.1, noon), city.Siaga, noon.Add(-5 * time.Minute)},
		"held when blind":          {risk(city.Siaga, 0.5, hourAgo), risk(city.Info, 0.1, noon, "hujan: data terputus 3 jam"), city.Siaga, hourAgo},
		"falls without a forecast": {risk(city.Siaga, 0.5, hourAgo), risk(city.Info, 0.1, noon, "prakiraan"), city.Info, noon},
		"not blind for ever":       {held(risk(city.Siaga, 0.5, hourAgo), noon.Add(-4*time.Hour)), risk(city.Info, 0.1, noon, "hujan"), city.Info, noon},
		"the first time as it is":  {city.HazardRisk{}, risk(city.Siaga, 0.5, noon), city.Siaga, noon},
	} {
		now := []city.HazardRisk{c.now}
		hazard.Steady([]city.HazardRisk{c.before}, now, levels, noon)
		if now[0].Level != c.want || !now[0].Since.Equal(c.since) || (now[0].HeldSince != nil) != strings.HasPrefix(name, "held") {
			t.Errorf("%s: %s since %s held %v", name, now[0].Level, now[0].Since, now[0].HeldSince)
		}
	}
}

func held(r city.HazardRisk, since time.Time) city.HazardRisk {
	r.HeldSince = &since
	return r
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	rows := []city.HazardRecipientRule{
		{Level: city.Perhatian, Office: "BPBD"}, {Level: city.Perhatian, Office: "kelurahan"}, {Level: city.Siaga, Office: "kecamatan"},
		{Level: city.Siaga, Role: city.Sekda}, {Level: city.Awas, Role: city.WaliKota}, {Level: city.Awas, Office: "Tidak Ada"},
	}
	offices := []city.Office{
		{ShortName: "BPBD", Kind: "opd"}, {ShortName: "Kel. Rendah", Name: "Kelurahan Rendah", Kind: "kelurahan", AreaCode: low},
		{ShortName: "Kel. Tinggi", Name: "Kelurahan Tinggi", Kind: "kelurahan", AreaCode: high}, {ShortName: "Kec. Satu", Name: "Kecamatan Satu", Kind: "kecamatan", AreaCode: "11.01.01"},
	}
	names := func(level city.Severity) (out []string) {
		for _, r := range hazard.Recipients(rows, offices, city.HazardRisk{AreaCode: low, Level: level}) {
			out = append(out, r.Name)
		}
		return out
	}
	want := []string{"BPBD", "Lurah Rendah", "Camat Satu", "Sekretaris Daerah", "Wali Kota"}
	for level, n := range map[city.Severity]int{city.Info: 0, city.Perhatian: 2, city.Siaga: 4, city.Awas: 5} {
		if diff := cmp.Diff(want[:n], names(level), cmp.Transformer("", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", level, diff)
		}
	}
}

// TestFit is the worked example of hours of study and a passed examination
// (Wikipedia, "Logistic regression", 20 students): −4.0777 and 1.5046.
func TestFit(t *testing.T) {
	t.Parallel()
	hours := []float64{0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50, 2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50}
	passed := []int{0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1}
	var rows [][]float64
	var flood []bool
	for i := range hours {
		rows, flood = append(rows, []float64{hours[i]}), append(flood, passed[i] == 1)
	}
	w, err := hazard.Fit(rows, flood, 0)
	if err != nil || math.Abs(w[0]+4.0777) > 5e-4 || math.Abs(w[1]-1.5046) > 5e-4 {
		t.Errorf("weights %v, %v", w, err)
	}
	for i := range flood {
		flood[i] = hours[i] > 3 // divided perfectly
	}
	if w, err := hazard.Fit(rows, flood, 1); err != nil || math.IsNaN(w[0]) || math.Abs(w[1]) > 100 {
		t.Errorf("perfectly divided: %v, %v", w, err)
	}
	if _, err := hazard.Fit(nil, nil, 1); err == nil {
		t.Error("nothing was fitted")
	}
}

// TestWilson: R. Newcombe 1998, table I, method 3.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hits, of  int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if low, high := hazard.Wilson(c.hits, c.of); math.Abs(low-c.low) > 1e-4 || math.Abs(high-c.high) > 1e-4 {
			t.Errorf("%d of %d: %.4f–%.4f, wants %.4f–%.4f", c.hits, c.of, low, high, c.low, c.high)
		}
	}
}

// TestAssessmentIsTheSameInAnyOrder: the same inputs in another order give the
// same risks.
func TestAssessmentIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	in := town()
	in.Rain[0].Readings = readings(noon, 10*time.Minute, 6, 5)
	in.Voices = []hazard.Voice{{low, noon.Add(-time.Hour)}, {high, noon.Add(-time.Minute)}, {low, noon.Add(-2 * time.Hour)}}
	want := hazard.Assess(in, noon)
	slices.Reverse(in.Voices)
	slices.Reverse(in.Areas)
	slices.Reverse(in.Declared.Weights)
	slices.Reverse(in.Declared.Exposures)
	if diff := cmp.Diff(want.Risks, hazard.Assess(in, noon).Risks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
