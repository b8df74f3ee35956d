package simcity

import "time"

// anchor ties simulated time to the wall clock from a moment on.
type anchor struct {
	Sim, Wall time.Time
	Speed     float64
}

// clock turns simulated time into the time that is stamped on what goes out,
// and the wall clock into simulated time.
type clock struct {
	wall    bool // stamps are wall-clock times, see Options.Start
	anchors []anchor
}

func (c *clock) last() anchor { return c.anchors[len(c.anchors)-1] }

// simAt is the simulated time at a wall-clock time now.
func (c *clock) simAt(now time.Time) time.Time {
	a := c.last()
	return a.Sim.Add(time.Duration(float64(now.Sub(a.Wall)) * a.Speed))
}

// wallAt is the wall-clock time at which a simulated time is reached.
func (c *clock) wallAt(sim time.Time) time.Time {
	a := c.anchors[0]
	for _, next := range c.anchors[1:] {
		if next.Sim.After(sim) {
			break
		}
		a = next
	}
	if sim.Before(a.Sim) { // before the first anchor time ran at its own pace
		return a.Wall.Add(sim.Sub(a.Sim))
	}
	return a.Wall.Add(time.Duration(float64(sim.Sub(a.Sim)) / a.Speed))
}

// stamp is the time that goes out for something that happened at sim.
func (c *clock) stamp(sim time.Time) time.Time {
	if c.wall {
		sim = c.wallAt(sim)
	}
	return sim.Truncate(time.Second).In(zone)
}
