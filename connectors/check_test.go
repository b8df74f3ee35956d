package connectors

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func checkPage(t *testing.T, p Page) city.Delivery {
	t.Helper()
	env := testEnv(t)
	var d city.Delivery
	checker{env: env, src: city.Source{Slug: "uji", Connector: "skrip", Simulated: true, Attribution: "BMKG"}, now: env.Now()}.page(p, &d)
	return d
}

func at(x, y float64) func(*city.Report) {
	return func(r *city.Report) { r.Lon, r.Lat = &x, &y }
}

func TestReportPlaces(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change           func(*city.Report)
		stated, computed string
		point            bool
		flags            []city.Flag
	}{
		"point":        {at(117.5, -0.5), "", "64.72.08.1001", true, nil},
		"swapped":      {at(-0.5, 117.5), "", "64.72.08.1001", true, []city.Flag{city.FlagSwappedPoint}},
		"outside":      {at(106.8, -6.2), "", "", true, []city.Flag{city.FlagOutsideCity, city.FlagNoPlace}},
		"null island":  {at(0, 0), "", "", false, []city.Flag{city.FlagNoPlace}},
		"not on earth": {at(100, -170), "", "", false, []city.Flag{city.FlagOutsideCity, city.FlagNoPlace}},
		"not a number": {at(math.NaN(), 1), "", "", false, []city.Flag{city.FlagOutsideCity, city.FlagNoPlace}},
		"differs": {func(r *city.Report) { at(117.5, -0.5)(r); r.StatedArea = "64.72.09.1001" },
			"64.72.09.1001", "64.72.08.1001", true, []city.Flag{city.FlagAreaDiffers}},
		"kecamatan holds it": {func(r *city.Report) { at(117.5, -0.5)(r); r.StatedArea = "64.72.08" }, "64.72.08", "64.72.08.1001", true, nil},
		"by name":            {func(r *city.Report) { r.StatedArea = "karang mumus" }, "64.72.09.1001", "", false, nil},
		"unknown area":       {func(r *city.Report) { r.StatedArea = "Antah Berantah" }, "", "", false, []city.Flag{city.FlagNoPlace}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report("1")
			tc.change(&r)
			d := checkPage(t, Page{Reports: []city.Report{r}})
			if len(d.Reports) != 1 {
				t.Fatalf("refused: %+v", d.Refused)
			}
			got := d.Reports[0]
			if got.StatedArea != tc.stated || got.ComputedArea != tc.computed || (got.Lon != nil) != tc.point || !slices.Equal(got.Flags, tc.flags) {
				t.Errorf("got stated %q computed %q point %v flags %v", got.StatedArea, got.ComputedArea, got.Lon != nil, got.Flags)
			}
			if tc.computed != "" && (*got.Lon < 117 || *got.Lat > 0) && tc.point {
				t.Errorf("the point is %v, %v", *got.Lon, *got.Lat)
			}
			if name == "unknown area" && got.Address != "Antah Berantah" {
				t.Errorf("the citizen's word for the place is lost: %q", got.Address)
			}
		})
	}
}

func TestReportTimes(t *testing.T) {
	t.Parallel()
	ahead := report("depan")
	ahead.CreatedAt = time.Date(2026, 11, 22, 10, 0, 0, 0, wita)
	early := report("terbalik")
	before := early.CreatedAt.Add(-time.Hour)
	early.ClosedAt, early.Status = &before, city.Closed
	d := checkPage(t, Page{Reports: []city.Report{ahead, early}})
	if len(d.Reports) != 2 || !slices.Contains(d.Reports[0].Flags, city.FlagFutureTime) {
		t.Errorf("a clock a day ahead gives %+v", d)
	}
	if got := d.Reports[1]; got.ClosedAt != nil || !slices.Contains(got.Flags, city.FlagTimeOrder) {
		t.Errorf("closed before created gives %+v", got)
	}
}

func TestRowsThatCannotBeKeptAreRefusedWithReason(t *testing.T) {
	t.Parallel()
	change := func(f func(*city.Report)) city.Report { r := report("x"); f(&r); return r }
	for reason, r := range map[string]city.Report{
		"external_id is missing":    change(func(r *city.Report) { r.ExternalID = "  " }),
		"created_at is missing":     change(func(r *city.Report) { r.CreatedAt = time.Time{} }),
		"cannot be meant":           change(func(r *city.Report) { r.CreatedAt = time.Date(26, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"not text (NUL or not UTF-": change(func(r *city.Report) { r.Text = "a\x00b" }),
		"not UTF-8":                 change(func(r *city.Report) { r.Address = "caf\xe9" }),
		"(NUL":                      change(func(r *city.Report) { r.Raw = json.RawMessage(`{"a":"\u0000"}`) }),
		"is not one of":             change(func(r *city.Report) { r.Status = "selesai" }),
		"longer than 256":           change(func(r *city.Report) { r.ExternalID = strings.Repeat("9", 300) }),
	} {
		d := checkPage(t, Page{Reports: []city.Report{r, report("baik")}})
		if len(d.Refused) != 1 || !strings.Contains(d.Refused[0].Reason, reason) || len(d.Reports) != 1 {
			t.Errorf("%s: refused %+v", reason, d.Refused)
			continue
		}
		if !plainText(d.Refused[0].Reason+d.Refused[0].ExternalID+string(d.Refused[0].Raw)) || strings.Contains(string(d.Refused[0].Raw), `\u0000`) {
			t.Errorf("%s: the refusal itself cannot be kept: %+v", reason, d.Refused[0])
		}
	}
}

func TestDuplicatesInAPageAreMerged(t *testing.T) {
	t.Parallel()
	newer, older := report("1"), report("1")
	newer.Text, newer.UpdatedAt = "baru", time.Date(2026, 11, 20, 5, 0, 0, 0, time.UTC)
	older.Text, older.UpdatedAt = "lama", time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	o := city.Observation{Indicator: "hujan", Time: newer.CreatedAt, Value: 1}
	o2 := o
	o2.Value = 2
	d := checkPage(t, Page{Reports: []city.Report{newer, report("2"), older}, Observations: []city.Observation{o, o2}})
	if len(d.Reports) != 2 || d.Reports[0].Text != "baru" || len(d.Observations) != 1 || d.Observations[0].Value != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestAnObservationWithoutATimeIsToldSo(t *testing.T) {
	t.Parallel()
	d := checkPage(t, Page{Observations: []city.Observation{{Indicator: "hujan", Value: 1}, {Indicator: "hujan", Value: 1, Time: time.Date(26, 1, 1, 0, 0, 0, 0, time.UTC)}}})
	if len(d.Refused) != 2 || d.Refused[0].Reason != "time is missing" || d.Refused[1].Reason != "time 0026-01-01 cannot be meant" {
		t.Errorf("refused %+v", d.Refused)
	}
}

func TestObservationsAndAlerts(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	d := checkPage(t, Page{
		Observations: []city.Observation{
			{Indicator: "hujan", AreaCode: "Sungai Pinang", Time: when, Value: 1},
			{Indicator: "hujan", AreaCode: "99.99", Time: when, Value: 1},
			{Indicator: "hujan", Time: when, Value: math.NaN()},
			{Indicator: "prakiraan-suhu", Time: when.Add(48 * time.Hour), Value: 30, Forecast: true},
			{Indicator: "hujan", Time: when.Add(24 * time.Hour), Value: 3},
		},
		Alerts: []city.Alert{
			{Key: "a", Headline: strings.Repeat("h", 200), Since: when},
			{Key: "b", Over: true},
			{Key: "c", Headline: "x", Since: when, Until: &time.Time{}},
		},
	})
	if len(d.Observations) != 2 || d.Observations[0].AreaCode != "64.72.08" || !slices.Contains(d.Observations[1].Flags, city.FlagFutureTime) {
		t.Errorf("observations %+v", d.Observations)
	}
	if len(d.Alerts) != 2 || len([]rune(d.Alerts[0].Headline)) != 90 || !d.Alerts[0].Simulated || d.Alerts[0].Source != "uji" || d.Alerts[0].Attribution != "BMKG" {
		t.Errorf("alerts %+v", d.Alerts)
	}
	if len(d.Refused) != 4 {
		t.Errorf("refused %+v", d.Refused)
	}
}

func FuzzRefusalIsStorable(f *testing.F) {
	f.Add([]byte(`{"a":"\u0000"}`), "x\x00")
	f.Add([]byte("\xff{"), "\xfe")
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		r := city.Refusal{ExternalID: text, Place: text, Reason: text, Raw: raw}
		storable(&r)
		if !plainText(r.ExternalID+r.Place+r.Reason) || (len(r.Raw) > 0 && !storableJSON(r.Raw)) {
			t.Errorf("cannot be kept: %+v", r)
		}
	})
}

// TestReasonsStayAsConnectorsSayThem: what is said of harmless values comes to the screen
// as it was said, whatever is veiled.
func TestReasonsStayAsConnectorsSayThem(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/testdata/reasons.txt")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d files of reasons, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for reason := range strings.Lines(string(text)) {
			r := city.Refusal{Kind: "reports", Place: "row 7", Reason: strings.TrimSuffix(reason, "\n")}
			if storable(&r); r.Reason+"\n" != reason {
				t.Errorf("%s: %s became %s", file, reason, r.Reason)
			}
		}
	}
}
