package live

import (
	"sync/atomic"
	"time"
)

// Stats are the hub's counters; backend/web exports them. All but the gauges
// only grow.
type Stats struct {
	Connections int           // gauge: clients now
	Audiences   int           // gauge: groups that see the same
	Seq         int64         // gauge: the newest number read
	Lag         time.Duration // gauge: commit to hand-out of the last frame
	Events      int64         // events read
	Deliveries  int64         // messages that went out
	Frames      int64         // deltas encoded
	Snapshots   int64         // snapshots read and encoded
	// Resumes by where they were answered from.
	ResumedRing, ResumedTable, ResumedSnapshot int64
	SlowCuts                                   int64 // queue full: closed with CloseSlow
	StallCuts                                  int64 // a write without progress: cut
	SilentCuts                                 int64 // no answer to a ping: cut
	ReadErrors                                 int64 // failed reads of the log
	CheckErrors                                int64 // failed session checks
}

type counters struct {
	events, frames, snapshots               atomic.Int64
	resumeRing, resumeTable, resumeSnapshot atomic.Int64
	slow, stalled, silent                   atomic.Int64
	readErrors, checkErrors, lag            atomic.Int64
	// deliveries are counted per writer, each on a cache line of its own.
	deliveries [16]struct {
		n atomic.Int64
		_ [56]byte
	}
}

func (c *counters) delivered(writer int, n int64) {
	c.deliveries[writer%len(c.deliveries)].n.Add(n)
}

// Stats returns the counters as they are now.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	s := Stats{Connections: len(h.clients), Audiences: len(h.audiences), Seq: h.last}
	h.mu.Unlock()
	c := &h.stats
	s.Lag = time.Duration(c.lag.Load())
	s.Events, s.Frames, s.Snapshots = c.events.Load(), c.frames.Load(), c.snapshots.Load()
	s.ResumedRing, s.ResumedTable, s.ResumedSnapshot = c.resumeRing.Load(), c.resumeTable.Load(), c.resumeSnapshot.Load()
	s.SlowCuts, s.StallCuts, s.SilentCuts = c.slow.Load(), c.stalled.Load(), c.silent.Load()
	s.ReadErrors, s.CheckErrors = c.readErrors.Load(), c.checkErrors.Load()
	for i := range c.deliveries {
		s.Deliveries += c.deliveries[i].n.Load()
	}
	return s
}
