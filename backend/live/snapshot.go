package live

import (
	"context"
	"fmt"
	"time"
)

// snapshotCache holds an audience's last snapshot. When many come at once, one
// of them reads and encodes it and the others wait for that.
type snapshotCache struct {
	turn chan struct{} // whoever has put a value in may use last
	last *cachedSnapshot
}

type cachedSnapshot struct {
	msg  *Message
	read time.Time // before it was read
}

func newSnapshotCache() *snapshotCache {
	return &snapshotCache{turn: make(chan struct{}, 1)}
}

// snapshot returns a snapshot that is at most Options.SnapshotAge old and, when
// it can be had, not older than what the ring goes on from.
func (h *Hub) snapshot(ctx context.Context, a *audience) (*Message, error) {
	h.mu.Lock()
	cache := a.snap
	h.mu.Unlock()
	select {
	case cache.turn <- struct{}{}:
		defer func() { <-cache.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	floor := h.ring.floor
	h.mu.Unlock()
	if c := cache.last; c != nil && time.Since(c.read) < h.opt.SnapshotAge && c.msg.seq >= floor {
		return c.msg, nil
	}
	// Nothing is read for clients that have gone: in a storm that would keep
	// those who are still there waiting.
	select {
	case h.reads <- struct{}{}:
		defer func() { <-h.reads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	read := time.Now()
	m, err := h.readSnapshot(a.key)
	if err != nil {
		return nil, err
	}
	cache.last = &cachedSnapshot{m, read}
	return m, nil
}

// readSnapshot reads for all who wait, so it does not end with any one of them.
func (h *Hub) readSnapshot(key audienceKey) (*Message, error) {
	ctx, cancel := context.WithTimeout(h.life, readTimeout)
	defer cancel()
	s, err := h.log.Snapshot(ctx, key.scope, key.topics.list())
	if err != nil {
		return nil, fmt.Errorf("read a snapshot: %w", err)
	}
	h.stats.snapshots.Add(1)
	return newSnapshot(s)
}
