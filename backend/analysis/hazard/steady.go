package hazard

import (
	"time"

	"balaikota/backend/city"
)

// A level falls only when the score is clear of it, has stood for a while, and
// what must be known is known.
const (
	clearBy  = 0.8              // share of the level's own score
	standFor = 30 * time.Minute // a level's shortest life
	holdFor  = 3 * time.Hour    // how long a lost input can hold a level
)

// Steady keeps levels from flickering and from falling blindly. before is the
// assessment shown so far (empty at first), now the new one, which is changed:
// a level rises at once; it falls when the score is under clearBy of what the
// level takes, the level has stood for standFor, and no input was lost on the
// way that could still bring it back (for at most holdFor, then it falls, and
// Missing says without what). Since is carried on while the level stays.
func Steady(before, now []city.HazardRisk, levels []city.HazardLevel, at time.Time) {
	type key struct {
		area    string
		horizon int
	}
	had := map[key]city.HazardRisk{}
	for _, r := range before {
		had[key{r.AreaCode, r.HorizonHours}] = r
	}
	for n := range now {
		r := &now[n]
		old, ok := had[key{r.AreaCode, r.HorizonHours}]
		if !ok || r.Level.Rank() > old.Level.Rank() {
			continue // Since is the assessment's own time
		}
		if r.Level == old.Level {
			r.Since = old.Since
			continue
		}
		cut, _ := cutOf(levels, old.Level, at)
		near := r.Score >= clearBy*cut
		blind := r.Lost && r.ScoreHigh >= cut && (old.HeldSince == nil || at.Sub(*old.HeldSince) < holdFor)
		if !near && !blind && at.Sub(old.Since) >= standFor {
			continue
		}
		r.Level, r.Since, r.HeldSince = old.Level, old.Since, old.HeldSince
		if r.HeldSince == nil {
			r.HeldSince = &at
		}
	}
}
