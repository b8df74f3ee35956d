package city

import "time"

// DispositionClock is what of a disposition says how late it is.
type DispositionClock struct {
	Status     DispositionStatus
	DueAt      time.Time
	WaitsSince time.Time     // zero while its clock runs
	WaitedLate time.Duration // after the deadline, on others
	FinishedAt time.Time     // said to be done; zero before
}

// Late is how long the disposition has been, or was, past its deadline: on the
// clock, without the time that it waited on others. Work that was said to be
// done is as late as it was then, however long its proof was checked; what was
// canceled is not late.
func (c DispositionClock) Late(now time.Time) time.Duration {
	end := now
	switch {
	case c.Status == DispositionCanceled:
		return 0
	case !c.FinishedAt.IsZero():
		end = c.FinishedAt
	case !c.WaitsSince.IsZero():
		end = c.WaitsSince
	}
	return max(0, end.Sub(c.DueAt)-c.WaitedLate)
}
