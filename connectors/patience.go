package connectors

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// ErrWaiting is in the chain of RunOnce's error when the source was not asked
// at all, because it is in its pause after failures or being probed already.
var ErrWaiting = errors.New("the source is given a pause")

// Patience settings.
const (
	backoffBase  = 2 * time.Second
	backoffCap   = 5 * time.Minute
	circuitAfter = 5 // failures in a row that open the circuit
)

// patience remembers, per source, how failures went and until when the source
// is left alone. It is kept in memory: after a restart each source is asked
// once more, which tells the same.
type patience struct {
	mu     sync.Mutex
	states map[int64]*patienceState
	// jitter returns a number in [0,1); tests fix it.
	jitter func() float64
}

type patienceState struct {
	failures  int
	notBefore time.Time
	// probing is true while the one request that may close an open circuit is
	// on its way; others wait for it until probeEnds.
	probing   bool
	probeEnds time.Time
}

func newPatience() *patience {
	return &patience{states: map[int64]*patienceState{}, jitter: rand.Float64}
}

// enter asks whether the source may be pulled now. If not, it returns when to
// ask again.
func (p *patience) enter(id int64, now time.Time, atMost time.Duration) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.states[id]
	if s == nil {
		return time.Time{}, true
	}
	if now.Before(s.notBefore) {
		return s.notBefore, false
	}
	if s.failures >= circuitAfter {
		if s.probing && now.Before(s.probeEnds) {
			return s.probeEnds, false
		}
		s.probing, s.probeEnds = true, now.Add(atMost)
	}
	return time.Time{}, true
}

// succeed closes the circuit.
func (p *patience) succeed(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.states, id)
}

// release ends a probe that proved nothing (we were stopped ourselves).
func (p *patience) release(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.states[id]; s != nil {
		s.probing = false
	}
}

// fail counts a failure and returns when to try again: exactly when the other
// side asked, else after an exponential pause with full jitter of at most five
// minutes, and the whole five once the circuit is open. progress is true when
// the run brought data before it failed, which starts the count anew.
func (p *patience) fail(id int64, now time.Time, err error, progress bool) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.states[id]
	if s == nil {
		s = &patienceState{}
		p.states[id] = s
	}
	if progress {
		s.failures = 0
	}
	s.failures++
	s.probing = false
	var ra *RetryAfterError
	switch {
	case errors.As(err, &ra):
		s.notBefore = now.Add(ra.After)
	case s.failures >= circuitAfter:
		s.notBefore = now.Add(backoffCap)
	default:
		// Full jitter over a doubling span; half a second at least, so that a
		// small draw is not a tight loop.
		span := min(backoffBase<<(s.failures-1), backoffCap)
		s.notBefore = now.Add(max(time.Duration(p.jitter()*float64(span)), 500*time.Millisecond))
	}
	return s.notBefore
}
