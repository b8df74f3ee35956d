package mqtt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Bounds of what a session holds. When they are reached nothing more is read, and
// the broker keeps the rest.
const (
	mostHeld      = 5000
	mostHeldBytes = 16 << 20
	// linger is how long a session outlives its last user, for the next one: who
	// waited for news leaves before the pull that takes them begins.
	linger = 5 * time.Second
)

var errStopped = errors.New("we left the broker")

// session is one connection with the messages that came and have not been taken.
// All connectors of one source share it, for a broker throws out the first
// client when a second comes with the same name.
type session struct {
	settings settings
	stop     context.CancelFunc
	done     chan struct{} // closed when the connection has ended

	mu        sync.Mutex
	changed   chan struct{} // closed and made anew when something below changes
	line      *line
	connected bool
	ended     error // why; nil while it goes on
	held      []message
	bytes     int
	users     int
	waited    bool // somebody waits for news here between pulls
}

// sessions are those of this process.
type sessions struct {
	mu   sync.Mutex
	open map[string]*session
}

// ours is one for the whole process because a broker's view of us is: two
// connections of one client id exclude each other, whichever connector made them.
var ours = &sessions{open: map[string]*session{}}

// join returns the session with these settings and counts one more user. It does
// not wait for the connection.
func (o *sessions) join(s settings, log *slog.Logger) *session {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := fmt.Sprintf("%#v", s)
	if found := o.open[key]; found != nil && found.enter() {
		return found
	}
	ctx, stop := context.WithCancel(context.Background())
	made := &session{settings: s, stop: stop, done: make(chan struct{}), changed: make(chan struct{}), users: 1}
	o.open[key] = made
	go func() {
		defer close(made.done)
		err := made.serve(ctx, log)
		made.end(err, ctx.Err() != nil)
		stop()
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.open[key] == made && made.empty() {
			delete(o.open, key)
		}
	}()
	return made
}

// enter counts a user, unless the session is over and has nothing left.
func (s *session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended != nil && len(s.held) == 0 {
		return false
	}
	s.users++
	return true
}

func (s *session) empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held) == 0
}

// leave counts a user less. The last one ends the connection: at once, or after a
// moment where the next one is about to come.
func (s *session) leave() {
	s.mu.Lock()
	s.users--
	last, waited := s.users == 0, s.waited
	s.mu.Unlock()
	switch {
	case last && waited:
		time.AfterFunc(linger, s.stopUnused)
	case last:
		s.stop()
		<-s.done
	}
}

func (s *session) stopUnused() {
	s.mu.Lock()
	unused := s.users == 0
	s.mu.Unlock()
	if unused {
		s.stop()
	}
}

// serve connects and takes in what comes, until ctx or the connection ends.
func (s *session) serve(ctx context.Context, log *slog.Logger) error {
	greeting, cancel := context.WithTimeout(ctx, greetIn)
	defer cancel()
	l, err := dial(greeting, s.settings)
	if err != nil {
		return err
	}
	parted := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() { defer close(parted); l.part() })
	defer func() {
		ours := !unhook()
		if ours {
			<-parted
		}
		l.close(ours)
	}()
	s.mu.Lock()
	s.line = l
	s.mu.Unlock()
	put := func(m message) error { return s.put(ctx, m) }
	present, err := l.greet(s.settings, put)
	if err != nil {
		return err
	}
	if s.settings.hello.keep && !present {
		log.Info("The broker had kept no session: what was published before now does not come")
	}
	s.mu.Lock()
	s.connected = true
	s.wake()
	s.mu.Unlock()
	return l.listen(ctx, put)
}

// wake tells all who wait that something has changed; mu is held.
func (s *session) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// end notes why the connection ended. Where that was our own will, the broker
// still has what was not acknowledged. Where it was not, the broker may have lost
// it, and what we hold is stored: twice does no harm.
func (s *session) end(err error, ours bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ours && s.settings.hello.keep {
		s.held = slices.DeleteFunc(s.held, func(m message) bool { return m.id != 0 })
	}
	if err == nil {
		err = errStopped
	}
	s.ended = err
	s.wake()
}

// put holds a message, once there is room.
func (s *session) put(ctx context.Context, m message) error {
	m.arrived = time.Now()
	for {
		s.mu.Lock()
		changed := s.changed
		if len(s.held) < mostHeld && s.bytes < mostHeldBytes {
			s.held = append(s.held, m)
			s.bytes += m.size
			s.wake()
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return errStopped
		}
	}
}

// await returns nil when there is a message to take, the reason when the
// connection has ended, and ctx's error.
func (s *session) await(ctx context.Context) error {
	for {
		s.mu.Lock()
		changed, held, ended := s.changed, len(s.held), s.ended
		s.mu.Unlock()
		switch {
		case held > 0:
			return nil
		case ended != nil:
			return ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// greeted returns nil once we are subscribed.
func (s *session) greeted(ctx context.Context) error {
	for {
		s.mu.Lock()
		changed, connected, ended := s.changed, s.connected || len(s.held) > 0, s.ended
		s.mu.Unlock()
		switch {
		case connected:
			return nil
		case ended != nil:
			return ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take hands over at most n messages, of which the first may let itself be
// waited for; none when none came.
func (s *session) take(ctx context.Context, n int, wait time.Duration) ([]message, error) {
	if err := s.greeted(ctx); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	err := s.await(waiting)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n = min(n, len(s.held))
	out := slices.Clone(s.held[:n])
	s.held = slices.Delete(s.held, 0, n)
	for _, m := range out {
		s.bytes -= m.size
	}
	s.wake()
	return out, nil
}

// giveBack puts messages that could not be stored before all others.
func (s *session) giveBack(messages []message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = slices.Concat(messages, s.held)
	for _, m := range messages {
		s.bytes += m.size
	}
	s.wake()
}

// acknowledge tells the broker to forget the messages, in the order in which they
// came (MQTT 5 §4.6). If that fails they come once more, which does no harm.
func (s *session) acknowledge(messages []message) error {
	s.mu.Lock()
	l := s.line
	s.mu.Unlock()
	for _, m := range messages {
		if m.id == 0 || l == nil {
			continue
		}
		if err := l.acknowledge(m.id); err != nil {
			return fmt.Errorf("acknowledge a message: %w", err)
		}
	}
	return nil
}

// setWaited says whether somebody waits for news here between pulls.
func (s *session) setWaited(waited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waited = waited
}

func (s *session) isWaited() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waited
}

// wasGreeted says whether the broker had let us in.
func (s *session) wasGreeted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected
}
