package city_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
)

func wita(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// The deadline is the end of the Nth working day after the day of receipt:
// Saturdays, Sundays and holidays do not count, and the day of receipt is the
// city's, not UTC's.
func TestDueCountsWorkingDaysOfTheCity(t *testing.T) {
	t.Parallel()
	loc := wita(t)
	cal := city.Calendar{Location: loc, Holidays: map[string]bool{"2026-03-18": true, "2026-03-19": true, "2026-03-20": true}}
	for _, c := range []struct {
		name, received string
		n              int
		want           string
	}{
		{"Monday plus two", "2026-03-02T09:00:00+08:00", 2, "2026-03-05T00:00:00+08:00"},
		{"over a weekend", "2026-03-06T16:00:00+08:00", 1, "2026-03-10T00:00:00+08:00"},
		{"received on a Saturday", "2026-03-07T10:00:00+08:00", 1, "2026-03-10T00:00:00+08:00"},
		{"over Nyepi, Idulfitri and a weekend", "2026-03-17T08:00:00+08:00", 1, "2026-03-24T00:00:00+08:00"},
		{"before midnight UTC is the next day in WITA", "2026-03-02T17:30:00Z", 1, "2026-03-05T00:00:00+08:00"},
	} {
		received, err := time.Parse(time.RFC3339, c.received)
		if err != nil {
			t.Fatal(err)
		}
		if got := cal.Due(received, c.n).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDayStartIsTheCitysMidnight(t *testing.T) {
	t.Parallel()
	cal := city.Calendar{Location: wita(t)}
	at := time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC) // 00.30 WITA on the 2nd
	if got := cal.DayStart(at).UTC(); !got.Equal(time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s", got)
	}
}
