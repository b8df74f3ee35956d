package city

import "time"

// How operators are told of sources whose promise is broken.
const (
	// SourceSettles is how long a source must have been broken, or well again, at
	// each look before it is told: three failures take seconds, and a server that
	// was off finds every source old until it has asked.
	SourceSettles = 20 * time.Second
	// SourceGathers is how far two notices of one kind lie apart; what breaks
	// meanwhile is joined to the next. When a city's line goes down each source
	// breaks at its own next turn, not all at one look.
	SourceGathers = 15 * time.Minute
	// SourceFlaps is how far two breaks of one source lie apart that are told: a
	// quarter of a day. One that comes and goes would else teach operators
	// to read past it; the screen shows every turn.
	SourceFlaps = 6 * time.Hour
)

// SourceToldState is what operators were told last of a source.
type SourceToldState string

// States.
const (
	ToldWell   SourceToldState = "pulih" // or nothing yet
	ToldBroken SourceToldState = "rusak"
	ToldPaused SourceToldState = "jeda" // rusak, and paused since
)

// SourceTold is what operators were told of a source, and what the looks since
// have seen.
type SourceTold struct {
	State SourceToldState
	// BadSince is the first of the looks in a row that saw its promise broken,
	// WellSince of those that saw it kept again after a break was told.
	BadSince, WellSince *time.Time
	// BrokenAt is when a break was told last, WellAt when that it was over.
	BrokenAt, WellAt *time.Time
	// Since is since when it was broken, as it was told; nil if it had never answered.
	Since *time.Time
}

// Look is t after a look that saw the source so at now. What did not change
// keeps its pointers. One that is paused, or was not asked yet, has no promise
// to break; when it goes on after a break that was told, it is looked at anew.
// While one catches up with its past nobody knows yet whether it is well.
func (t SourceTold) Look(h SourceHealth, now time.Time) SourceTold {
	switch seen := h.Freshness; {
	case seen == Paused, seen == NeverRun:
		t.BadSince, t.WellSince = nil, nil
		if t.State == ToldBroken {
			t.State = ToldPaused
		}
	case h.CatchesUp():
		t.BadSince, t.WellSince = nil, nil
	case seen == Broken, seen == Stale:
		t.WellSince = nil
		if t.BadSince == nil {
			t.BadSince = &now
		}
	default:
		t.BadSince = nil
		if t.WellSince == nil && t.State != ToldWell {
			t.WellSince = &now
		}
	}
	return t
}

// BreakDue reports whether operators are to be told that it is broken.
func (t SourceTold) BreakDue(now time.Time) bool {
	return t.State != ToldBroken && past(t.BadSince, SourceSettles, now) && (t.BrokenAt == nil || past(t.BrokenAt, SourceFlaps, now))
}

// WellDue reports whether operators are to be told that it is well again.
func (t SourceTold) WellDue(now time.Time) bool {
	return t.State != ToldWell && past(t.WellSince, SourceSettles, now)
}

// past reports whether at lies at least d before now; nil does not.
func past(at *time.Time, d time.Duration, now time.Time) bool {
	return at != nil && now.Sub(*at) >= d
}

// Broke is t once operators were told at now that it is broken since then.
func (t SourceTold) Broke(since *time.Time, now time.Time) SourceTold {
	t.State, t.BrokenAt, t.Since = ToldBroken, &now, since
	return t
}

// Recovered is t once operators were told at now that it is well again.
func (t SourceTold) Recovered(now time.Time) SourceTold {
	t.State, t.WellAt, t.WellSince, t.Since = ToldWell, &now, nil, nil
	return t
}

// GatheringEnds reports whether a notice may follow one of its kind at last; nil is
// none.
func GatheringEnds(last *time.Time, now time.Time) bool {
	return last == nil || past(last, SourceGathers, now)
}
