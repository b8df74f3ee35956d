package live_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

// memorySessions is a test double of the sessions table.
type memorySessions struct {
	mu    sync.Mutex
	valid map[string]live.Session
	err   error
	asked [][]string
}

func (m *memorySessions) Check(_ context.Context, ids []string) (map[string]live.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, slices.Sorted(slices.Values(ids)))
	found := map[string]live.Session{}
	for _, id := range ids {
		if s, ok := m.valid[id]; ok {
			found[id] = s
		}
	}
	return found, m.err
}

func (m *memorySessions) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func session(id string, scope city.Scope) live.Session { return live.Session{ID: id, Scope: scope} }

func TestSessionsAreCheckedAgain(t *testing.T) {
	t.Parallel()
	table := &memorySessions{valid: map[string]live.Session{
		"a": session("a", mayor), "b": session("b", lurah), "c": session("c", mayor),
	}}
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, table, quick())
	socks := map[string]*testSocket{}
	for id, s := range map[string]live.Session{"a": table.valid["a"], "b": table.valid["b"], "c": table.valid["c"], "none": {Scope: mayor}} {
		socks[id] = newTestSocket()
		join(t, hub, s, socks[id]).Receive([]byte(subscribeReports))
		wantSnapshot(t, socks[id].next(t), 0, 0)
	}
	again := newTestSocket() // the same session twice
	join(t, hub, session("a", mayor), again).Receive([]byte(subscribeReports))
	table.set(func() {
		delete(table.valid, "a")
		table.valid["b"] = session("b", city.Scope{Role: city.Lurah, AreaCode: "64.72.01.1002"})
	})
	for _, s := range []*testSocket{socks["a"], again} {
		if got := s.closeCode(t); got != live.CloseSessionEnded {
			t.Errorf("a is closed with %d", got)
		}
	}
	if got := socks["b"].closeCode(t); got != live.CloseRightsChanged {
		t.Errorf("b is closed with %d", got)
	}
	log.Append(report(1, "64.72.01.1001", "after"))
	wantDelta(t, socks["c"].next(t), 0, 1, "put 1")
	wantDelta(t, socks["none"].next(t), 0, 1, "put 1")
	for _, id := range []string{"a", "b"} {
		if m, err := socks[id].tryNext(0); err == nil {
			t.Errorf("%s was sent %+v after its end", id, m)
		}
	}
	table.set(func() {
		if !slices.ContainsFunc(table.asked, func(ids []string) bool { return slices.Equal(ids, []string{"a", "b", "c"}) }) {
			t.Errorf("the sessions were never asked for in one query: %v", table.asked)
		}
	})
}

func TestInvalidateAndRecheck(t *testing.T) {
	t.Parallel()
	table := &memorySessions{valid: map[string]live.Session{"a": session("a", mayor), "b": session("b", mayor)}}
	opt := quick()
	opt.CheckEvery = time.Hour // only on request
	hub, _ := start(t, livetest.NewMemoryLog(), table, opt)
	a, b := newTestSocket(), newTestSocket()
	join(t, hub, session("a", mayor), a)
	join(t, hub, session("b", mayor), b)
	hub.Invalidate("a")
	if got := a.closeCode(t); got != live.CloseSessionEnded {
		t.Errorf("a is closed with %d", got)
	}
	table.set(func() { table.valid["b"] = session("b", lurah) })
	hub.Recheck()
	if got := b.closeCode(t); got != live.CloseRightsChanged {
		t.Errorf("b is closed with %d", got)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	later := session("later", mayor)
	later.ExpiresAt = time.Now().Add(time.Hour) // put off by the table, as with a session in use
	table := &memorySessions{valid: map[string]live.Session{"later": later}}
	opt := quick()
	opt.Stall = 20 * time.Millisecond // makes the sweeps frequent
	hub, _ := start(t, livetest.NewMemoryLog(), table, opt)
	soon := time.Now().Add(200 * time.Millisecond)
	token, renewed := newTestSocket(), newTestSocket()
	join(t, hub, live.Session{Scope: mayor, ExpiresAt: soon}, token)
	first := later
	first.ExpiresAt = soon
	join(t, hub, first, renewed).Receive([]byte(subscribeReports))
	if got := token.closeCode(t); got != live.CloseSessionEnded {
		t.Errorf("closed with %d", got)
	}
	if time.Now().Before(soon) {
		t.Error("closed before its time")
	}
	wantSnapshot(t, renewed.next(t), 0, 0)
	select {
	case <-renewed.closed:
		t.Errorf("the renewed session is closed with %d", renewed.code)
	default:
	}
}

// While sessions cannot be checked, events wait although they can be read.
func TestNothingIsHandedOutUnchecked(t *testing.T) {
	t.Parallel()
	table := &memorySessions{valid: map[string]live.Session{"a": session("a", mayor), "b": session("b", mayor)}}
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, table, quick())
	a, b := newTestSocket(), newTestSocket()
	join(t, hub, session("a", mayor), a).Receive([]byte(subscribeReports))
	join(t, hub, session("b", mayor), b).Receive([]byte(subscribeReports))
	wantSnapshot(t, a.next(t), 0, 0)
	wantSnapshot(t, b.next(t), 0, 0)
	table.set(func() { table.err = errors.New("away") })
	eventually(t, "checks fail for longer than trust lasts", func() bool { return hub.Stats().CheckErrors > 60 })
	log.Append(report(1, "", "a"))
	eventually(t, "the event is read", func() bool { return hub.Stats().Seq == 1 })
	before := hub.Stats().CheckErrors
	eventually(t, "some more checks fail", func() bool { return hub.Stats().CheckErrors > before+3 })
	table.set(func() {
		table.err = nil
		delete(table.valid, "a")
	})
	wantDelta(t, b.next(t), 0, 1, "put 1")
	if got := a.closeCode(t); got != live.CloseSessionEnded {
		t.Errorf("closed with %d", got)
	}
	if m, err := a.tryNext(0); err == nil {
		t.Errorf("a revoked session was sent %+v", m)
	}
}
