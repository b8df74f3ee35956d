package city_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestLimitsAreChecked(t *testing.T) {
	t.Parallel()
	zero := 0.0
	water := city.Indicator{Slug: "muka-air", Min: &zero}
	today := time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)
	one := func(level city.Severity, value float64, change ...func(*city.Threshold)) city.Threshold {
		l := city.Threshold{Level: level, Above: true, Value: value, Source: "SK", EffectiveOn: "2026-01-01"}
		for _, c := range change {
			c(&l)
		}
		return l
	}
	on := func(day string) func(*city.Threshold) { return func(l *city.Threshold) { l.EffectiveOn = day } }
	below := func(l *city.Threshold) { l.Above = false }
	at := func(area string) func(*city.Threshold) { return func(l *city.Threshold) { l.AreaCode = area } }
	for name, c := range map[string]struct {
		list []city.Threshold
		key  string
	}{
		"none":                        {nil, ""},
		"three":                       {[]city.Threshold{one(city.Awas, 3), one(city.Perhatian, 1), one(city.Siaga, 2)}, ""},
		"falling":                     {[]city.Threshold{one(city.Perhatian, 3, below), one(city.Awas, 1, below)}, ""},
		"a later day raises all":      {[]city.Threshold{one(city.Siaga, 1), one(city.Awas, 2), one(city.Siaga, 3, on("2026-06-01")), one(city.Awas, 4, on("2026-06-01"))}, ""},
		"a later day raises one":      {[]city.Threshold{one(city.Siaga, 1), one(city.Awas, 2), one(city.Siaga, 3, on("2026-06-01"))}, "error.threshold_order"},
		"areas are apart":             {[]city.Threshold{one(city.Siaga, 5), one(city.Awas, 2, at("64.72.01"))}, ""},
		"awas before siaga":           {[]city.Threshold{one(city.Siaga, 3), one(city.Awas, 2)}, "error.threshold_order"},
		"one rising and one falling":  {[]city.Threshold{one(city.Siaga, 1), one(city.Awas, 2, below)}, "error.threshold_order"},
		"twice":                       {[]city.Threshold{one(city.Siaga, 1), one(city.Siaga, 2)}, "error.threshold_twice"},
		"no level":                    {[]city.Threshold{one(city.Info, 1)}, "error.threshold_level"},
		"below what is possible":      {[]city.Threshold{one(city.Siaga, -1)}, "error.threshold_value"},
		"no number":                   {[]city.Threshold{one(city.Siaga, math.NaN())}, "error.threshold_value"},
		"no source":                   {[]city.Threshold{one(city.Siaga, 1, func(l *city.Threshold) { l.Source = " " })}, "error.threshold_source"},
		"no day":                      {[]city.Threshold{one(city.Siaga, 1, on("2026-02-30"))}, "error.threshold_day"},
		"too far ahead":               {[]city.Threshold{one(city.Siaga, 1, on("2027-06-19"))}, "error.threshold_day"},
		"more than there is room for": {make([]city.Threshold, 61), "error.threshold_many"},
	} {
		err := water.CheckThresholds(c.list, today)
		key := ""
		if e, ok := errors.AsType[*city.Error](err); ok {
			key = e.Key
		}
		if key != c.key {
			t.Errorf("%s: %v, want %q", name, err, c.key)
		}
	}
}
