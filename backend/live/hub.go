package live

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"balaikota/backend/city"
)

// Log is the event table as the hub reads it. backend/store implements it.
type Log interface {
	// EventsAfter returns the events with a number above after, in order and
	// contiguous, at most limit of them.
	EventsAfter(ctx context.Context, after int64, limit int) ([]city.Event, error)
	// Head returns the newest committed number and the oldest one still held
	// (newest+1 when the table is empty).
	Head(ctx context.Context) (newest, oldest int64, err error)
	// Snapshot reads what the scope may see of the topics, as of one moment,
	// with the number of that moment in Seq.
	Snapshot(ctx context.Context, scope city.Scope, topics []city.Topic) (*Snapshot, error)
	// Wait blocks until there may be new events or ctx ends. It only wakes: the
	// hub also looks by itself once every Options.Poll.
	Wait(ctx context.Context) error
}

// Options are the hub's limits. The zero value of each field means its default.
type Options struct {
	Tick            time.Duration // at most one frame per audience and tick; 50 ms
	MaxTick         time.Duration // what a tick grows to when fan-out takes long; 250 ms
	Poll            time.Duration // look for events although nothing woke us; 1 s
	RingEvents      int           // events kept in memory for resuming; 8192
	RingBytes       int           // and their encoded size at most; 16 MiB
	Queue           int           // frames waiting for one client; 64
	Stall           time.Duration // a write without progress this long is cut; 5 s
	PingEvery       time.Duration // 25 s
	PingTimeout     time.Duration // 5 s
	CheckEvery      time.Duration // sessions are checked again; 2 s
	SubscribeWithin time.Duration // a client must say what it follows; 15 s
	SnapshotAge     time.Duration // a snapshot serves its audience this long; 1 s
	MaxClients      int           // 20,000
	Writers         int           // goroutines that write frames; GOMAXPROCS
	Logger          *slog.Logger  // nothing is logged when nil
}

func orDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

func (o Options) withDefaults() Options {
	orDefault(&o.Tick, 50*time.Millisecond)
	orDefault(&o.MaxTick, 250*time.Millisecond)
	orDefault(&o.Poll, time.Second)
	orDefault(&o.RingEvents, 8192)
	orDefault(&o.RingBytes, 16<<20)
	orDefault(&o.Queue, 64)
	orDefault(&o.Stall, 5*time.Second)
	orDefault(&o.PingEvery, 25*time.Second)
	orDefault(&o.PingTimeout, 5*time.Second)
	orDefault(&o.CheckEvery, 2*time.Second)
	orDefault(&o.SubscribeWithin, 15*time.Second)
	orDefault(&o.SnapshotAge, time.Second)
	orDefault(&o.MaxClients, 20000)
	orDefault(&o.Writers, runtime.GOMAXPROCS(0))
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Hub hands events to the clients that follow them. Make it with New, run it
// with Run; all methods may be called from any goroutine.
type Hub struct {
	log      Log
	sessions Sessions
	opt      Options
	stats    counters
	checked  atomic.Int64 // when the sessions were last known to hold, Unix nanoseconds
	writers  []*writer
	tasks    tasks
	tables   chan struct{}   // bounds the resumes that read the table
	reads    chan struct{}   // bounds the snapshots under way
	wake     chan struct{}   // there may be new events
	dirty    chan struct{}   // an audience has something to flush
	recheck  chan struct{}   // look at the sessions now
	ready    chan struct{}   // closed once the ring holds the newest event
	life     context.Context // of reads made for clients; ends when Run stops
	end      context.CancelFunc

	// mu guards what follows, and every audience and subscription. It is taken
	// before a Client's own lock, never after.
	mu        sync.Mutex
	ring      ring
	last      int64 // the newest number read
	clients   map[*Client]struct{}
	joined    uint64 // clients ever, to spread them over the writers
	audiences map[audienceKey]*audience
	pending   []*audience // audiences with something to flush
	stopping  bool
	empty     chan struct{} // closed when stopping and the last client has left
}

// New returns a hub over the log. A nil sessions means that only the expiry
// known at the handshake ends a client's session.
func New(log Log, sessions Sessions, opt Options) *Hub {
	h := &Hub{
		log: log, sessions: sessions, opt: opt.withDefaults(),
		tables: make(chan struct{}, 4), reads: make(chan struct{}, 4),
		wake: make(chan struct{}, 1), dirty: make(chan struct{}, 1), recheck: make(chan struct{}, 1),
		ready: make(chan struct{}), empty: make(chan struct{}),
		clients: map[*Client]struct{}{}, audiences: map[audienceKey]*audience{},
	}
	h.life, h.end = context.WithCancel(context.Background())
	h.ring.limit(h.opt.RingEvents, h.opt.RingBytes)
	for range h.opt.Writers {
		h.writers = append(h.writers, &writer{jobs: make(chan job, 64)})
	}
	return h
}

// Run reads and hands out events until ctx ends; then it closes every client
// with CloseRestart, waits until they are gone and returns nil. It outlives a
// database that is away. Call it once.
func (h *Hub) Run(ctx context.Context) error {
	var loops, writers sync.WaitGroup
	h.checked.Store(time.Now().UnixNano())
	for _, w := range h.writers {
		writers.Go(w.run)
	}
	loops.Go(func() { h.listen(ctx) })
	loops.Go(func() { h.tail(ctx) })
	loops.Go(func() { h.flusher(ctx) })
	loops.Go(func() { h.sweeper(ctx) })
	loops.Go(func() { h.checker(ctx) })
	<-ctx.Done()
	h.stop()
	loops.Wait()
	for _, w := range h.writers {
		close(w.jobs)
	}
	writers.Wait()
	h.tasks.wait()
	return nil
}

// stop closes every client and waits until all have left: politely first, then
// by cutting those that do not answer.
func (h *Hub) stop() {
	h.mu.Lock()
	h.stopping = true
	h.end()
	clients := h.clientList()
	if len(clients) == 0 {
		close(h.empty)
	}
	h.mu.Unlock()
	for _, c := range clients {
		c.Close(CloseRestart, "server restarts")
	}
	grace := time.NewTimer(3 * time.Second)
	defer grace.Stop()
	select {
	case <-h.empty:
		return
	case <-grace.C:
	}
	h.mu.Lock()
	clients = h.clientList()
	h.mu.Unlock()
	for _, c := range clients {
		c.sock.Cut()
	}
	<-h.empty
}

// clientList copies the set of clients; h.mu is held.
func (h *Hub) clientList() []*Client {
	list := make([]*Client, 0, len(h.clients))
	for c := range h.clients {
		list = append(list, c)
	}
	return list
}

// signal wakes whoever waits on ch; a wake-up already under way is enough.
func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// tasks counts short-lived goroutines so that Run can wait for the last. A
// sync.WaitGroup will not do: tasks may start from none while Run waits.
type tasks struct {
	mu   sync.Mutex
	n    int
	idle *sync.Cond
}

func (t *tasks) spawn(f func()) {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	go func() {
		defer t.done()
		f()
	}()
}

func (t *tasks) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		t.idle.Broadcast()
	}
}

func (t *tasks) wait() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.idle == nil {
		t.idle = sync.NewCond(&t.mu)
	}
	for t.n > 0 {
		t.idle.Wait()
	}
}
