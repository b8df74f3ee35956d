package simcity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"balaikota/connectors/simcity/world"
)

var zone = world.Zone

// City is a simulated city. Make it with New, run it with Run.
type City struct {
	opt   Options
	log   *slog.Logger
	start startLine
	ready chan struct{}

	mu         sync.RWMutex // over everything below
	base       string
	clock      clock
	world      *world.World
	data       records
	entries    []Entry
	journal    *appendLog
	ledger     *appendLog
	lock       *os.File
	commands   int64 // commands the world has obeyed
	saved      int64 // tick of the last state.json
	savedAt    time.Time
	exportedAt time.Time // simulated
	lastFrame  time.Time // stamped
	failed     error     // a write failed; nothing more is shown
	replay     *replay

	faults  *faultBox
	limiter *perMinute
}

// New opens or founds the city in opt.Dir and brings it to the state it was
// left in. Nothing runs and nobody listens yet. Close releases the folder when
// Run is not called.
func New(opt Options) (*City, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &City{opt: opt, log: opt.Log, ready: make(chan struct{}), data: newRecords(), limiter: newPerMinute(60)}
	if c.replay, err = loadReplay(opt.Replay); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(opt.Dir, "outbox"), 0o755); err != nil {
		return nil, fmt.Errorf("simcity: make folder: %w", err)
	}
	if c.lock, err = lockFolder(opt.Dir); err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.faults = newFaultBox(c.start.Seed, opt.Faults)
	return c, nil
}

// Close releases the folder. It is called by Run and may be called again.
func (c *City) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, l := range []*appendLog{c.journal, c.ledger} {
		if l != nil {
			errs = append(errs, l.close())
		}
	}
	if c.lock != nil {
		errs = append(errs, c.lock.Close())
	}
	c.journal, c.ledger, c.lock = nil, nil, nil
	if c.failed == nil {
		c.failed = errors.New("the city is closed")
	}
	return errors.Join(errs...)
}

// Ready is closed when the city listens and its backlog is in place.
func (c *City) Ready() <-chan struct{} { return c.ready }

// BaseURL is where it listens, such as http://127.0.0.1:40123; "" before Ready.
func (c *City) BaseURL() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.base
}

// Dir is the city's folder, absolute; its outbox is below.
func (c *City) Dir() string { return c.opt.Dir }

// Run listens and lets time pass until ctx ends, which is not an error.
func (c *City) Run(ctx context.Context) error {
	defer c.Close()
	if err := c.CatchUp(); err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.opt.Addr)
	if err != nil {
		return fmt.Errorf("simcity: listen: %w", err)
	}
	c.mu.Lock()
	c.base = "http://" + ln.Addr().String()
	c.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler: c.Handler(), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	close(c.ready)
	c.log.Info("simulated city is running", "url", c.base, "speed", c.opt.Speed, "seed", c.start.Seed)

	err = c.pass(ctx, served)
	cancel() // ends responses that drip, hang or never end
	stop, done := context.WithTimeout(context.Background(), 3*time.Second)
	defer done()
	if server.Shutdown(stop) != nil {
		err = errors.Join(err, server.Close())
	}
	return errors.Join(err, c.save(true))
}

// pass lets time pass until ctx ends or something breaks.
func (c *City) pass(ctx context.Context, served <-chan error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-served:
			return fmt.Errorf("simcity: serve: %w", err)
		case <-timer.C:
		}
		wait, err := c.advance()
		if err != nil {
			return err
		}
		timer.Reset(wait)
	}
}

// advance takes the steps that are due and says when the next one is.
func (c *City) advance() (time.Duration, error) {
	c.mu.Lock()
	now := c.opt.Now()
	err := c.stepTo(c.clock.simAt(now))
	next := c.clock.wallAt(c.world.TimeOf(c.world.TickNow() + 1))
	c.mu.Unlock()
	if err == nil {
		err = c.save(false)
	}
	// Look up twenty times a second, which costs next to nothing: the clock
	// handed in may jump, and a changed speed must be felt at once.
	return min(max(next.Sub(now), 10*time.Millisecond), 50*time.Millisecond), err
}

// maxBatch is how many journal lines are written at once.
const maxBatch = 4000

// stepTo runs the world up to a simulated time. The lock must be held.
func (c *City) stepTo(sim time.Time) error {
	var batch []line
	for !c.world.TimeOf(c.world.TickNow() + 1).After(sim) {
		batch = append(batch, c.step()...)
		if len(batch) >= maxBatch {
			if err := c.commit(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := c.commit(batch); err != nil {
		return err
	}
	return c.exportWhenDue()
}

// step takes one step and gives its journal lines, those of a replay included.
func (c *City) step() []line {
	out := c.world.Step()
	return append(c.linesOf(out), c.replayLines(out.Tick, out.Time)...)
}

// commit shows lines to the outside: into memory, the journal and the ledger.
// Readers are locked out until all three are done. The lock must be held.
func (c *City) commit(lines []line) error {
	if c.failed != nil {
		return c.failed
	}
	first := len(c.entries)
	for i := range lines {
		c.admit(&lines[i])
	}
	err := c.journal.write(encodeLines(lines))
	if err == nil {
		err = c.ledger.write(encodeLines(c.entries[first:]))
	}
	if err != nil {
		// Memory is ahead of the files now; stop rather than show it.
		c.failed = err
	}
	return err
}

// admit takes a line into memory and numbers its ledger entries.
func (c *City) admit(l *line) {
	c.data.apply(l, int64(len(c.entries))+1)
	for _, e := range c.entriesOf(l) {
		e.Seq = int64(len(c.entries)) + 1
		c.entries = append(c.entries, e)
	}
}

// command does something to the city from outside, after the current tick.
func (c *City) command(do func(tick int64) ([]line, error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return c.failed
	}
	lines, err := do(c.world.TickNow())
	if err != nil {
		return err
	}
	return c.commit(lines)
}
