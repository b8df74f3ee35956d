package live

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// A resume that would be longer than this is answered with a snapshot.
	maxResumeEvents = 20000
	maxResumeBytes  = 1 << 20
)

var errBehind = errors.New("snapshots fall behind the events in memory")

// subscribe replaces what the client follows and starts bringing it up to date.
func (h *Hub) subscribe(c *Client, m Subscribe) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	key := audienceKey{c.session.Scope, topicsOf(m.Subscribe...)}
	since := int64(-1)
	if m.Since != nil {
		since = *m.Since
	}
	if old := c.sub; old != nil {
		old.aud.remove(old)
		if key.topics&^old.aud.key.topics != 0 {
			since = -1 // it never had the new topics
		} else if since >= 0 {
			since = max(since, c.sent)
		}
		c.queue = nil
	}
	s := &subscription{client: c, aud: h.audienceOf(key), index: -1}
	c.sub = s
	h.tasks.spawn(func() { h.join(s, since) })
}

// join brings a subscription up to date, trying again while the database is
// away and the client stays. A negative since asks for a snapshot.
func (h *Hub) join(s *subscription, since int64) {
	ctx := s.client.ctx
	select {
	case <-h.ready:
	case <-ctx.Done():
		return
	}
	for delay := 200 * time.Millisecond; ; delay = min(2*delay, 5*time.Second) {
		err := h.tryJoin(ctx, s, since)
		if err == nil || ctx.Err() != nil {
			return
		}
		h.opt.Logger.Debug("live: a client waits for its snapshot", "err", err)
		if !sleep(ctx, delay) {
			return
		}
	}
}

func (h *Hub) tryJoin(ctx context.Context, s *subscription, since int64) error {
	if since >= 0 {
		done, err := h.resume(ctx, s, since)
		if done || err != nil {
			return err
		}
	}
	for range 3 {
		m, err := h.snapshot(ctx, s.aud)
		if err != nil {
			return err
		}
		if h.attach(s, start{snapshot: m, pos: m.seq, scanned: m.seq}) {
			h.stats.resumeSnapshot.Add(1)
			return nil
		}
	}
	return errBehind
}

// start is where a subscription begins: the client gets the snapshot, if any,
// and then has pos; visible are what it may see of the events after pos up to
// scanned.
type start struct {
	snapshot *Message
	pos      int64
	visible  []*entry
	scanned  int64
}

// resume goes on from a number that the client has; false when only a snapshot
// can help.
func (h *Hub) resume(ctx context.Context, s *subscription, since int64) (bool, error) {
	h.mu.Lock()
	last, floor := h.last, h.ring.floor
	h.mu.Unlock()
	if since > last {
		// Another node may be ahead of us, or the database was restored.
		newest, _, err := h.log.Head(ctx)
		if err != nil {
			return false, fmt.Errorf("read the head of the event log: %w", err)
		}
		if since > newest {
			return false, nil
		}
	}
	begin, count := start{pos: since, scanned: since}, &h.stats.resumeRing
	if since < floor {
		var err error
		if begin, err = h.fromTable(ctx, s.aud.key, since, floor); err != nil || begin.scanned < floor {
			return false, err
		}
		count = &h.stats.resumeTable
	}
	if !h.attach(s, begin) {
		return false, nil
	}
	count.Add(1)
	return true, nil
}

// fromTable reads what the ring no longer holds. It stops short of floor when
// the table does not hold it either, or it is too much.
func (h *Hub) fromTable(ctx context.Context, key audienceKey, since, floor int64) (start, error) {
	begin := start{pos: since, scanned: since}
	if floor-since > maxResumeEvents {
		return begin, nil
	}
	select {
	case h.tables <- struct{}{}:
		defer func() { <-h.tables }()
	case <-ctx.Done():
		return begin, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	for begin.scanned < floor {
		events, err := h.log.EventsAfter(ctx, begin.scanned, readPage)
		if err != nil {
			return begin, fmt.Errorf("read events after %d: %w", begin.scanned, err)
		}
		if len(events) == 0 {
			return start{pos: since, scanned: since}, nil
		}
		for _, ev := range events {
			if ev.Seq != begin.scanned+1 { // the older ones are gone
				return start{pos: since, scanned: since}, nil
			}
			begin.scanned = ev.Seq
			if e, err := newEntry(ev); err == nil && key.sees(e) {
				begin.visible = append(begin.visible, e)
			}
		}
	}
	return begin, nil
}

// attach queues what the client lacks up to h.last and makes it one of its
// audience. It answers false when the ring no longer reaches back far enough,
// or a resume would be longer than a snapshot.
func (h *Hub) attach(s *subscription, begin start) bool {
	h.mu.Lock()
	if !s.client.follows(s) {
		h.mu.Unlock()
		return true // it left, or wants something else by now
	}
	if begin.scanned < h.ring.floor {
		h.mu.Unlock()
		return false
	}
	if h.audiences[s.aud.key] != s.aud { // swept away meanwhile
		s.aud = h.audienceOf(s.aud.key)
	}
	s.pos = begin.pos
	delta, fits := h.missing(s.aud, begin)
	if !fits {
		h.mu.Unlock()
		return false
	}
	if delta != nil {
		s.pos = delta.seq
	}
	s.aud.add(s)
	pump := s.client.hand(begin.snapshot, delta)
	h.mu.Unlock()
	if pump {
		s.client.pump(nil)
	}
	return true
}

// missing encodes what the audience sees after begin.pos, as far as is known; nil
// if nothing. It is kept for others who come back from the same number. h.mu is
// held.
func (h *Hub) missing(a *audience, begin start) (m *Message, fits bool) {
	share := len(begin.visible) == 0 && begin.pos == begin.scanned
	if a.resumedTo != h.last || a.resumed == nil {
		a.resumed, a.resumedTo = map[int64]*Message{}, h.last
	}
	if share {
		if m, ok := a.resumed[begin.pos]; ok {
			return m, true
		}
	}
	visible, size := begin.visible, 0
	h.ring.after(begin.scanned, func(e *entry) {
		if a.key.sees(e) {
			visible = append(visible, e)
		}
	})
	if len(visible) > 0 {
		if begin.snapshot == nil {
			for _, e := range visible {
				size += len(e.change)
			}
		}
		if size > maxResumeBytes {
			return nil, false
		}
		// The table may have been read further than the ring reaches.
		m = newDelta(begin.pos, max(h.last, begin.scanned), a.key.shown(visible))
		h.stats.frames.Add(1)
	}
	if share && len(a.resumed) < 256 {
		a.resumed[begin.pos] = m
	}
	return m, true
}
