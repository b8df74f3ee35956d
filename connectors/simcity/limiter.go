package simcity

import (
	"net"
	"sync"
	"time"
)

// perMinute counts requests by address over the last minute of the wall clock.
type perMinute struct {
	mu    sync.Mutex
	limit int
	hits  map[string][]time.Time
}

func newPerMinute(limit int) *perMinute {
	return &perMinute{limit: limit, hits: map[string][]time.Time{}}
}

// allow counts a request and says whether it is within the limit, or else how
// many seconds the client should stay away.
func (p *perMinute) allow(remote string, now time.Time) (ok bool, retry int) {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	recent := p.hits[host][:0]
	for _, t := range p.hits[host] {
		if now.Sub(t) < time.Minute {
			recent = append(recent, t)
		}
	}
	p.hits[host] = recent
	if len(recent) >= p.limit {
		return false, 1 + int(time.Minute-now.Sub(recent[0]))/int(time.Second)
	}
	p.hits[host] = append(recent, now)
	return true, 0
}
