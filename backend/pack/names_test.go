package pack_test

import (
	"testing"

	"balaikota/backend/pack"
)

func TestCitiesAreNamedByTheirCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"64.71": "Kota Balikpapan", "64.72": "Kota Samarinda", "64.73": "", "64.74": "Kota Bontang", "35.78": "Kota Surabaya", "32.79": "Kota Banjar",
		"31.75": "Kota Jakarta Timur", "64.70": "", "64.75": "", "64.7": "", "64.711": "", "": "", "99.71": "", "64.72.01": "",
	} {
		if got := pack.CityName(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}
