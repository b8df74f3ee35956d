package connectors

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"balaikota/backend/city"
)

// ParseSchedule reads a source's schedule: five cron fields ("*/5 * * * *"), a
// word (@hourly, @daily …) or an interval of at least a second ("@every 30s").
// Five-field schedules are read in the zone of the time given to Next, which
// is the city's (backend/jobs sees to it), unless they begin with CRON_TZ=Zone. Errors are *city.Error
// Invalid with field "schedule".
func ParseSchedule(s string) (schedule cron.Schedule, err error) {
	wrong := func(format string, args ...any) error {
		return city.InvalidField("schedule", `%s; write five cron fields such as "*/5 * * * *" or an interval such as "@every 30s"`, fmt.Sprintf(format, args...))
	}
	// The parser slices out of range on "TZ=0"; a recover keeps any other such
	// surprise from taking the server down.
	defer func() {
		if r := recover(); r != nil {
			schedule, err = nil, wrong("%q cannot be read", clip(s, 60))
		}
	}()
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, wrong("the schedule is empty")
	}
	if zone, rest, found := strings.Cut(s, " "); strings.Contains(zone, "TZ=") && (!found || strings.TrimSpace(rest) == "") {
		return nil, wrong("a time zone alone is not a schedule")
	}
	if every, ok := strings.CutPrefix(s, "@every "); ok {
		if d, err := time.ParseDuration(every); err != nil || d < time.Second {
			return nil, wrong("%q is not an interval of a second or more", clip(every, 40))
		}
	}
	schedule, perr := cron.ParseStandard(s)
	if perr != nil {
		return nil, wrong("%q cannot be read: %s", clip(s, 60), perr)
	}
	if schedule.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, wrong("%q names a day that never comes", clip(s, 60))
	}
	return schedule, nil
}
