package city_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestStateOfCamera: one reading that failed is no broken camera, neither at the
// first one nor later.
func TestStateOfCamera(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	long := at.Add(-time.Hour)
	for _, c := range []struct {
		what            string
		hasStill        bool
		taken, changed  *time.Time
		repeats, faults int
		want            city.CameraState
	}{
		{"no still is published", false, nil, nil, 0, 0, city.CameraPlain},
		{"not read yet", true, nil, nil, 0, 0, city.CameraUnknown},
		{"the first reading failed", true, nil, nil, 0, 1, city.CameraUnknown},
		{"never seen", true, nil, nil, 0, city.CameraFaults, city.CameraDown},
		{"seen", true, &at, &at, 0, 0, city.CameraLives},
		{"one reading failed since", true, &at, &at, 0, 1, city.CameraLives},
		{"no more", true, &at, &at, 0, city.CameraFaults, city.CameraDown},
		{"the same picture for an hour", true, &at, &long, city.CameraRepeats, 0, city.CameraFrozen},
		{"the same picture, twice", true, &at, &long, 1, 0, city.CameraLives},
	} {
		if got := city.StateOfCamera(c.hasStill, c.taken, c.changed, c.repeats, c.faults); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
