package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"balaikota/backend/city"
)

const (
	readPage    = 1000
	readTimeout = 10 * time.Second
	// readPause keeps a flood of notifications from becoming a flood of reads.
	readPause = 5 * time.Millisecond
	headEvery = 5 * time.Second
)

// sleep waits about d (the second half of it is random, so that nodes do not
// come back in step) and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d/2 + rand.N(d/2+1))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// listen turns the log's notifications into wake-ups.
func (h *Hub) listen(ctx context.Context) {
	delay := 100 * time.Millisecond
	for ctx.Err() == nil {
		if err := h.log.Wait(ctx); err == nil {
			delay = 100 * time.Millisecond
			signal(h.wake)
			continue
		}
		if !sleep(ctx, delay) {
			return
		}
		delay = min(2*delay, 2*time.Second)
	}
}

// tail reads the log to its end, again and again.
func (h *Hub) tail(ctx context.Context) {
	const first = 100 * time.Millisecond
	delay, away, started := first, false, false
	var checked time.Time
	for ctx.Err() == nil {
		err := h.catchUp(ctx, &started, &checked, away)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			h.stats.readErrors.Add(1)
			if !away {
				h.opt.Logger.Warn("live: the event log cannot be read; clients stay connected", "err", err)
			}
			away = true
			if !sleep(ctx, delay) {
				return
			}
			delay = min(2*delay, 2*time.Second)
			continue
		case away:
			h.opt.Logger.Info("live: the event log is back", "seq", h.Stats().Seq)
		}
		delay, away = first, false
		if !sleep(ctx, readPause) {
			return
		}
		poll := time.NewTimer(h.opt.Poll)
		select {
		case <-ctx.Done():
		case <-h.wake:
		case <-poll.C:
		}
		poll.Stop()
	}
}

// catchUp reads what is new. The first time it finds out where the log stands;
// now and then, and after every failure, it makes sure that the log has not
// gone back behind us.
func (h *Hub) catchUp(ctx context.Context, started *bool, checked *time.Time, away bool) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if !*started || away || time.Since(*checked) > headEvery {
		newest, oldest, err := h.log.Head(ctx)
		if err != nil {
			return fmt.Errorf("read the head of the event log: %w", err)
		}
		h.place(newest, oldest, !*started)
		*checked, *started = time.Now(), true
	}
	for {
		h.mu.Lock()
		last := h.last
		h.mu.Unlock()
		events, err := h.log.EventsAfter(ctx, last, readPage)
		if err != nil {
			return fmt.Errorf("read events after %d: %w", last, err)
		}
		if h.apply(events); len(events) < readPage {
			break
		}
	}
	select {
	case <-h.ready:
	default:
		close(h.ready)
	}
	return nil
}

// place sets where reading goes on: at the start far enough back to fill the
// ring; later only when the log has gone back (a restored database).
func (h *Hub) place(newest, oldest int64, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !first && newest >= h.last {
		return
	}
	h.last = max(newest-int64(h.opt.RingEvents), oldest-1, 0)
	if first {
		h.ring.reset(h.last)
		return
	}
	h.opt.Logger.Warn("live: the event log went back; clients start anew", "newest", newest)
	h.restart(h.last)
}

// restart forgets everything up to floor; clients must come back for a
// snapshot. h.mu is held.
func (h *Hub) restart(floor int64) {
	h.ring.reset(floor)
	h.last = floor
	for _, a := range h.audiences {
		a.pending, a.resumed, a.resumedTo = nil, nil, 0
		a.snap = newSnapshotCache()
	}
	for c := range h.clients {
		c.Close(CloseBehind, "numbering began anew")
	}
}

// apply adds events to the ring and to what their audiences have pending.
func (h *Hub) apply(events []city.Event) {
	if len(events) == 0 {
		return
	}
	entries := make([]*entry, 0, len(events))
	for _, ev := range events {
		e, err := newEntry(ev)
		if err != nil {
			h.opt.Logger.Error("live: an event cannot be shown", "err", err)
		}
		entries = append(entries, e)
	}
	h.mu.Lock()
	for _, e := range entries {
		h.applyOne(e)
	}
	flush := len(h.pending) > 0
	h.mu.Unlock()
	if flush {
		signal(h.dirty)
	}
}

func (h *Hub) applyOne(e *entry) {
	switch {
	case e.ev.Seq <= h.last:
		return
	case e.ev.Seq != h.last+1:
		// Older events were thrown away before we read them.
		h.opt.Logger.Warn("live: events are missing; clients start anew", "after", h.last, "next", e.ev.Seq)
		h.restart(e.ev.Seq - 1)
	}
	h.ring.add(e)
	h.last = e.ev.Seq
	h.stats.events.Add(1)
	for _, a := range h.audiences {
		if len(a.subs) == 0 || !a.key.sees(e) {
			continue
		}
		a.pending = append(a.pending, e)
		if !a.queued {
			a.queued = true
			h.pending = append(h.pending, a)
		}
	}
}
