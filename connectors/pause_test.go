package connectors_test

import (
	"testing"
	"time"

	"balaikota/connectors"
)

// TestTheLongestPauseOfASchedule counts what is planned: nights, weekends, months.
func TestTheLongestPauseOfASchedule(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"@every 90s": 90 * time.Second, "@hourly": time.Hour, "@daily": day, "@monthly": 31 * day,
		"* * * * *": time.Minute, "*/5 * * * *": 5 * time.Minute, "*/50 * * * *": 50 * time.Minute,
		"9-12 16 * * *": day - 3*time.Minute, "*/5 7-17 * * *": 13*time.Hour + 5*time.Minute, "0 14,18 * * *": 20 * time.Hour,
		"0 8 * * 1-5": 3 * day, "*/15 8-15 * * 1-5": 2*day + 16*time.Hour + 15*time.Minute, "0 6 1 * *": 31 * day, "0 6 31 * *": 61 * day,
		"30 2 1 1,7 *": 184 * day, "0 0 29 2 *": 1461 * day, "CRON_TZ=Asia/Tokyo 0 1,3 * * 1-5": 3*day - 2*time.Hour,
	} {
		schedule, err := connectors.ParseSchedule(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := connectors.LongestPause(schedule); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if !connectors.Pauses(schedule, want) || connectors.Pauses(schedule, want+time.Second) {
			t.Errorf("%q: its own longest pause is none of its pauses, or what is none is", text)
		}
	}
	// Against turn by turn, for five weeks.
	for _, text := range []string{"7,13 */3 * * *", "*/20 6-9,18 * * 1,3", "0 5 1-7 * *", "59 23,0 * * 0"} {
		schedule, err := connectors.ParseSchedule(text)
		if err != nil {
			t.Fatal(err)
		}
		longest, from := time.Duration(0), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for at := schedule.Next(from); at.Before(from.AddDate(0, 0, 35)); {
			next := schedule.Next(at)
			if longest = max(longest, next.Sub(at)); !connectors.Pauses(schedule, next.Sub(at)) {
				t.Errorf("%q: %s is none of its pauses", text, next.Sub(at))
			}
			at = next
		}
		if got := connectors.LongestPause(schedule); got != longest {
			t.Errorf("%q: %s, turn by turn %s", text, got, longest)
		}
	}
}
