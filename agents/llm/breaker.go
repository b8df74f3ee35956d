package llm

import (
	"sync"
	"time"
)

// breaker keeps calls away from a provider that fails: after three failures
// in a row, or at once where waiting is known to be needed (a rejected key, a
// long Retry-After), for half a minute and twice as long each time, at most
// ten minutes. Then one call may try.
type breaker struct {
	mu       sync.Mutex
	failures int
	opened   int // how often in a row
	until    time.Time
	trying   bool
	last     *Fault
}

const (
	breakAfter = 3
	firstBreak = 30 * time.Second
	longBreak  = 10 * time.Minute
)

// admit reports whether a call may go now; else it returns the fault that
// opened the breaker.
func (b *breaker) admit(now time.Time) (*Fault, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opened == 0 {
		return nil, true
	}
	if now.Before(b.until) || b.trying {
		return b.last, false
	}
	b.trying = true
	return nil, true
}

// closed reports whether calls are let through without a trial.
func (b *breaker) closed(now time.Time) (*Fault, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.opened == 0 || !now.Before(b.until)
}

func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.opened, b.trying, b.last = 0, 0, false, nil
}

// neither ends a call that says nothing about the provider: the caller gave up.
func (b *breaker) neither() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

func (b *breaker) failed(f *Fault, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.last = f
	trial := b.trying
	b.trying = false
	if b.failures < breakAfter && !trial && f.Kind != KeyRejected && f.RetryAfter < firstBreak {
		return
	}
	wait := min(firstBreak<<min(b.opened, 5), longBreak)
	b.opened++
	b.until = now.Add(min(max(wait, f.RetryAfter), longBreak))
}
