package live

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// topicSet is a set of topics, one bit each in the order of city.Topics.
type topicSet uint16

// topicsOf returns the set of the topics that exist among the given.
func topicsOf(topics ...city.Topic) topicSet {
	var set topicSet
	for _, t := range topics {
		for i, known := range city.Topics {
			if t == known {
				set |= 1 << i
			}
		}
	}
	return set
}

func (s topicSet) list() []city.Topic {
	list := make([]city.Topic, 0, len(city.Topics))
	for i, t := range city.Topics {
		if s&(1<<i) != 0 {
			list = append(list, t)
		}
	}
	return list
}

// audienceKey is what makes two clients see the same: rights and topics.
type audienceKey struct {
	scope  city.Scope
	topics topicSet
}

// sees reports whether the audience is shown the entry.
func (k audienceKey) sees(e *entry) bool {
	return e.change != nil && k.topics&e.topic != 0 && e.ev.VisibleTo(k.scope)
}

// audience is everybody who sees the same. Frames and snapshots are encoded
// once for all of them. Guarded by Hub.mu, but for the snapshot.
type audience struct {
	key  audienceKey
	subs []*subscription
	// pending are the visible entries since the last flush.
	pending []*entry
	queued  bool      // is in Hub.pending
	next    time.Time // not flushed again before
	flushed time.Time // the last flush
	// inflight counts the writers still busy with the last flush. Meanwhile
	// changes merge instead of piling up before the writers.
	inflight int
	// resumed are deltas up to resumedTo by the number they start from, for the
	// many who come back at once.
	resumed   map[int64]*Message
	resumedTo int64
	idle      time.Time // when the last subscription left
	snap      *snapshotCache
}

// subscription is what one client follows now. A client that subscribes again
// gets a new one; frames addressed to the old one are dropped.
type subscription struct {
	client *Client
	aud    *audience
	pos    int64 // the number the client has once all it was handed is read
	index  int   // in aud.subs, -1 while not attached
}

func (a *audience) add(s *subscription) {
	s.index = len(a.subs)
	a.subs = append(a.subs, s)
}

func (a *audience) remove(s *subscription) {
	if s.index < 0 {
		return
	}
	end := len(a.subs) - 1
	a.subs[s.index] = a.subs[end]
	a.subs[s.index].index = s.index
	a.subs[end] = nil
	a.subs = a.subs[:end]
	s.index = -1
	if end == 0 {
		a.pending, a.idle = nil, time.Now()
	}
}

// audienceOf finds or makes the audience; h.mu is held.
func (h *Hub) audienceOf(key audienceKey) *audience {
	a := h.audiences[key]
	if a == nil {
		a = &audience{key: key, snap: newSnapshotCache()}
		h.audiences[key] = a
	}
	a.idle = time.Now()
	return a
}

// job is one message for a writer's share of an audience.
type job struct {
	msg  *Message
	subs []*subscription
	done func()
}

// writer hands frames to its share of the clients, so that a client's frames
// stay in order. Its writes never block: a client whose socket is full gets a
// goroutine of its own until it has caught up.
type writer struct {
	jobs chan job
}

func (w *writer) run() {
	for j := range w.jobs {
		for _, s := range j.subs {
			s.client.deliver(s, j.msg)
		}
		j.done()
	}
}

// flusher hands out what is pending: at once when the audience has been quiet
// for a tick, else at the end of the tick.
func (h *Hub) flusher(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		jobs, wait := h.collect(time.Now())
		for i, perWriter := range jobs {
			for _, j := range perWriter {
				h.writers[i].jobs <- j
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-h.dirty:
		case <-timer.C:
		}
	}
}

// collect takes the jobs that are due, by writer, and says how long to wait for
// the next.
func (h *Hub) collect(now time.Time) (jobs [][]job, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait = time.Hour
	if !h.trusted(now) {
		return nil, wait // the next check wakes us
	}
	jobs = make([][]job, len(h.writers))
	later := h.pending[:0]
	for _, a := range h.pending {
		switch {
		case len(a.subs) == 0 || len(a.pending) == 0:
			a.queued, a.pending = false, nil
			continue
		case a.inflight > 0: // its last writer wakes us
		case now.Before(a.next):
			wait = min(wait, a.next.Sub(now))
		default:
			h.flush(a, now, jobs)
			a.queued = false
			continue
		}
		later = append(later, a)
	}
	clear(h.pending[len(later):])
	h.pending = later
	return jobs, wait
}

// flush adds the jobs that bring the audience up to h.last. Clients that have
// different numbers (they joined since the last flush) get frames that differ
// in where they start.
func (h *Hub) flush(a *audience, now time.Time, jobs [][]job) {
	type variant struct {
		msg  *Message
		subs [][]*subscription
	}
	variants := map[int64]*variant{}
	var v *variant
	vpos := int64(-1)
	for _, s := range a.subs {
		if s.pos >= h.last {
			continue // a snapshot newer than what we have read
		}
		if v == nil || s.pos != vpos {
			vpos = s.pos
			if v = variants[vpos]; v == nil {
				v = &variant{msg: h.deltaAfter(a, s.pos)}
				v.subs = make([][]*subscription, len(h.writers))
				variants[vpos] = v
			}
		}
		if v.msg == nil {
			continue // nothing visible after its number; it goes on from there
		}
		i := s.client.writer
		v.subs[i] = append(v.subs[i], s)
		s.pos = h.last
	}
	for _, v := range variants {
		for i, subs := range v.subs {
			if len(subs) > 0 {
				a.inflight++
				jobs[i] = append(jobs[i], job{msg: v.msg, subs: subs, done: func() { h.jobDone(a) }})
			}
		}
	}
	h.stats.lag.Store(int64(now.Sub(a.pending[0].ev.At)))
	a.pending = nil
	a.flushed, a.next = now, now.Add(h.opt.Tick)
}

// deltaAfter encodes the audience's pending changes after pos, nil if none.
func (h *Hub) deltaAfter(a *audience, pos int64) *Message {
	entries := a.pending
	for len(entries) > 0 && entries[0].ev.Seq <= pos {
		entries = entries[1:]
	}
	if len(entries) == 0 {
		return nil
	}
	h.stats.frames.Add(1)
	return newDelta(pos, h.last, a.key.shown(entries))
}

// jobDone ends a writer's part of a flush. A flush that took long makes the
// tick longer, so that a large audience leaves the processors room: frames get
// fewer and hold more, up to Options.MaxTick.
func (h *Hub) jobDone(a *audience) {
	const share = 3 // of the time at most one part is spent on fan-out
	h.mu.Lock()
	a.inflight--
	wake := a.inflight == 0 && a.queued
	took := time.Since(a.flushed)
	if tick := min(share*took, h.opt.MaxTick); tick > h.opt.Tick {
		a.next = a.flushed.Add(tick)
	}
	h.mu.Unlock()
	if wake {
		signal(h.dirty)
	}
}
