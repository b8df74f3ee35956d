package live

import "balaikota/backend/city"

// entry is one event with its change encoded; it never changes once made.
type entry struct {
	ev     city.Event // without Data, which is in change
	topic  topicSet
	change []byte // nil when the event cannot be shown
}

// ring holds the newest entries in order and without gaps. It covers every
// number above floor up to the newest one added.
type ring struct {
	buf       []*entry // circular
	head, n   int
	bytes     int
	maxEvents int
	maxBytes  int
	floor     int64
}

func (r *ring) limit(events, bytes int) {
	r.maxEvents, r.maxBytes = events, bytes
}

// reset empties the ring; it then covers the numbers above floor.
func (r *ring) reset(floor int64) {
	r.buf, r.head, r.n, r.bytes, r.floor = nil, 0, 0, 0, floor
}

// add appends the entry whose number follows the last one, and lets the oldest
// go until the limits hold.
func (r *ring) add(e *entry) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[(r.head+r.n)%len(r.buf)] = e
	r.n++
	r.bytes += len(e.change)
	for r.n > r.maxEvents || (r.bytes > r.maxBytes && r.n > 1) {
		old := r.buf[r.head]
		r.buf[r.head] = nil
		r.head = (r.head + 1) % len(r.buf)
		r.n--
		r.bytes -= len(old.change)
		r.floor = old.ev.Seq
	}
}

func (r *ring) grow() {
	bigger := make([]*entry, max(64, 2*len(r.buf)))
	for i := range r.n {
		bigger[i] = r.buf[(r.head+i)%len(r.buf)]
	}
	r.buf, r.head = bigger, 0
}

// after calls f with every entry whose number is above seq, oldest first. The
// caller has made sure that seq is not below floor.
func (r *ring) after(seq int64, f func(*entry)) {
	for i := max(0, int(seq-r.floor)); i < r.n; i++ {
		f(r.buf[(r.head+i)%len(r.buf)])
	}
}
