package live_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

func TestRangesWithoutVisibleChangesAreMerged(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, nil, quick())
	s := follow(t, hub, lurah, subscribeReports)
	wantSnapshot(t, s.next(t), 0, 0)
	for i := range 5 {
		log.Append(report(i, "64.72.02.1001", "elsewhere"))
		eventually(t, "the event is read", func() bool { return hub.Stats().Seq == int64(i+1) })
	}
	log.Append(report(9, "64.72.01.1001", "here"))
	wantDelta(t, s.next(t), 0, 6, "put 9")
	log.Append(report(9, "64.72.01.1001", "again"))
	wantDelta(t, s.next(t), 6, 7, "put 9")
}

func TestLoneChangeIsNotHeldBackAndOthersAreMerged(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	opt := quick()
	opt.Tick = time.Second
	hub, _ := start(t, log, nil, opt)
	s := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, s.next(t), 0, 0)
	first := time.Now()
	log.Append(report(1, "", "a"))
	wantDelta(t, s.next(t), 0, 1, "put 1")
	if took := time.Since(first); took > opt.Tick/2 {
		t.Errorf("a lone change took %v", took)
	}
	gone := report(2, "", "")
	gone.Op = "remove"
	log.Append(report(1, "", "b"), report(2, "", "c"), report(3, "", "d"))
	log.Append(gone, report(1, "", "e"))
	m := s.next(t)
	wantDelta(t, m, 1, 6, "put 3", "remove 2", "put 1")
	if m.Changes[1].Data != nil {
		t.Errorf("a removal carries data: %s", m.Changes[1].Data)
	}
	if took := time.Since(first); took < opt.Tick*9/10 {
		t.Errorf("the second frame came after %v, before the tick was over", took)
	}
	events, err := log.EventsAfter(context.Background(), 1, 1)
	if err != nil || !m.At.Equal(events[0].At) {
		t.Errorf("at is %v, want the commit of the oldest change %v", m.At, events[0].At)
	}
}

func TestEncodedOncePerAudience(t *testing.T) {
	t.Parallel()
	const n = 300
	log := livetest.NewMemoryLog()
	log.Append(report(1, "", "a"))
	opt := quick()
	opt.SnapshotAge = time.Minute
	hub, _ := start(t, log, nil, opt)
	var socks []*testSocket
	for range n {
		socks = append(socks, follow(t, hub, mayor, subscribeReports))
	}
	for _, s := range socks {
		wantSnapshot(t, s.next(t), 1, 1)
	}
	if got := log.Snapshots(); got != 1 {
		t.Errorf("%d snapshots were read for %d clients", got, n)
	}
	log.Append(report(2, "", "b"))
	for _, s := range socks {
		wantDelta(t, s.next(t), 1, 2, "put 2")
	}
	if got := hub.Stats(); got.Frames != 1 || got.Deliveries != 2*n {
		t.Errorf("%d frames encoded for %d deliveries, want 1 for %d", got.Frames, got.Deliveries, 2*n)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	for i := range 50 {
		log.Append(report(i, "", "a"))
	}
	opt := quick()
	opt.RingEvents = 10
	hub, _ := start(t, log, nil, opt)
	ask := func(since int) *testSocket {
		return follow(t, hub, mayor, fmt.Sprintf(`{"subscribe":["reports"],"since":%d}`, since))
	}
	wantDelta(t, ask(47).next(t), 47, 50, "put 47", "put 48", "put 49")
	m := ask(5).next(t)
	if m.Type != "delta" || m.From != 5 || m.Seq != 50 || len(m.Changes) != 45 {
		t.Errorf("from the table: %s %d→%d with %d changes", m.Type, m.From, m.Seq, len(m.Changes))
	}
	wantSnapshot(t, ask(51).next(t), 50, 50)
	upToDate := ask(50)
	eventually(t, "all have resumed", func() bool {
		s := hub.Stats()
		return s.ResumedRing == 2 && s.ResumedTable == 1 && s.ResumedSnapshot == 1
	})
	log.Append(report(60, "", "b"))
	wantDelta(t, upToDate.next(t), 50, 51, "put 60")
	log.Forget(20)
	wantSnapshot(t, ask(5).next(t), 51, 51)
	wantDelta(t, ask(49).next(t), 49, 51, "put 49", "put 60")
}

func TestSubscribeAgain(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, nil, quick())
	sock := newTestSocket()
	c := join(t, hub, live.Session{Scope: mayor}, sock)
	c.Receive([]byte(`{"subscribe":["reports","no-such-topic"]}`))
	wantSnapshot(t, sock.next(t), 0, 0)
	log.Append(report(1, "", "a"))
	wantDelta(t, sock.next(t), 0, 1, "put 1")
	c.Receive([]byte(`{"subscribe":["reports","alerts"],"since":1}`)) // it has no alerts
	wantSnapshot(t, sock.next(t), 1, 1)
	c.Receive([]byte(`{"subscribe":["alerts"],"since":0}`)) // narrower: goes on
	log.Append(report(2, "", "b"))
	log.Append(city.Event{Topic: city.TopicAlerts, Key: "x", Op: "put", Data: []byte(`{"key":"x"}`)})
	m := sock.next(t)
	wantDelta(t, m, 1, 3, "put x")
	c.Receive([]byte(`{"subscribe":[]}`))
	wantSnapshot(t, sock.next(t), 3, 0)
}

func TestSlowClientIsCutAndDelaysNobody(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	opt := quick()
	opt.Queue, opt.Stall = 4, time.Minute
	hub, _ := start(t, log, nil, opt)
	slow := newTestSocket()
	slow.try, slow.block = func() bool { return false }, make(chan struct{})
	join(t, hub, live.Session{Scope: mayor}, slow).Receive([]byte(subscribeReports))
	other := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, other.next(t), 0, 0)
	for i := range 20 { // each is a frame of its own: the other has got the one before
		log.Append(report(i, "", "a"))
		wantDelta(t, other.next(t), int64(i), int64(i+1), fmt.Sprint("put ", i))
	}
	if got := slow.closeCode(t); got != live.CloseSlow {
		t.Errorf("closed with %d, want %d", got, live.CloseSlow)
	}
	if got := hub.Stats().SlowCuts; got != 1 {
		t.Errorf("%d slow cuts counted", got)
	}
}

func TestStalledWriteIsCut(t *testing.T) {
	t.Parallel()
	opt := quick()
	opt.Stall = 100 * time.Millisecond
	hub, _ := start(t, livetest.NewMemoryLog(), nil, opt)
	s := newTestSocket()
	s.try, s.block = func() bool { return false }, make(chan struct{})
	join(t, hub, live.Session{Scope: mayor}, s).Receive([]byte(subscribeReports))
	if got := s.closeCode(t); got != -1 {
		t.Errorf("closed with %d, want a cut", got)
	}
	eventually(t, "it is counted and gone", func() bool { s := hub.Stats(); return s.StallCuts == 1 && s.Connections == 0 })
}

func TestUnansweredPingCuts(t *testing.T) {
	t.Parallel()
	opt := quick()
	opt.PingEvery, opt.PingTimeout = 40*time.Millisecond, 40*time.Millisecond
	hub, _ := start(t, livetest.NewMemoryLog(), nil, opt)
	var pings sync.WaitGroup
	pings.Add(3)
	alive := newTestSocket()
	left := 3
	alive.ping = func(context.Context) error { // one at a time
		if left > 0 {
			left--
			pings.Done()
		}
		return nil
	}
	join(t, hub, live.Session{Scope: mayor}, alive).Receive([]byte(subscribeReports))
	dead := newTestSocket()
	dead.ping = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	join(t, hub, live.Session{Scope: mayor}, dead).Receive([]byte(subscribeReports))
	if got := dead.closeCode(t); got != -1 {
		t.Errorf("closed with %d, want a cut", got)
	}
	pings.Wait()
	eventually(t, "only the dead one is gone", func() bool { s := hub.Stats(); return s.SilentCuts == 1 && s.Connections == 1 })
}

func TestWithoutNotifications(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	log.SetMute(true)
	hub, _ := start(t, log, nil, quick())
	s := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, s.next(t), 0, 0)
	log.Append(report(1, "", "a"))
	wantDelta(t, s.next(t), 0, 1, "put 1")
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	log.SetAway(true)
	hub, _ := start(t, log, nil, quick())
	early := follow(t, hub, mayor, subscribeReports) // waits
	log.SetAway(false)
	wantSnapshot(t, early.next(t), 0, 0)
	log.SetAway(true)
	before := hub.Stats().ReadErrors
	log.Append(report(1, "", "a"))
	late := follow(t, hub, mayor, subscribeReports)
	eventually(t, "the hub finds the log away", func() bool { return hub.Stats().ReadErrors > before+1 })
	log.SetAway(false)
	wantDelta(t, early.next(t), 0, 1, "put 1")
	wantSnapshot(t, late.next(t), 1, 1)
}

func TestRestoredDatabase(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	for i := range 10 {
		log.Append(report(i, "", "a"))
	}
	hub, _ := start(t, log, nil, quick())
	s := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, s.next(t), 10, 10)
	log.SetAway(true)
	before := hub.Stats().ReadErrors
	eventually(t, "the hub finds the log away", func() bool { return hub.Stats().ReadErrors > before })
	log.Restore(4)
	log.SetAway(false)
	if got := s.closeCode(t); got != live.CloseBehind {
		t.Errorf("closed with %d, want %d", got, live.CloseBehind)
	}
	s = follow(t, hub, mayor, `{"subscribe":["reports"],"since":10}`)
	wantSnapshot(t, s.next(t), 4, 4)
	log.Append(report(50, "", "b"))
	wantDelta(t, s.next(t), 4, 5, "put 50")
}

func TestEventsThrownAwayBeforeTheyWereRead(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, nil, quick())
	s := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, s.next(t), 0, 0)
	log.SetAway(true)
	for i := range 10 {
		log.Append(report(i, "", "a"))
	}
	log.Forget(5)
	log.SetAway(false)
	if got := s.closeCode(t); got != live.CloseBehind {
		t.Errorf("closed with %d, want %d", got, live.CloseBehind)
	}
	wantSnapshot(t, follow(t, hub, mayor, `{"subscribe":["reports"],"since":0}`).next(t), 10, 10)
}

func TestUnshowableEventIsSkippedButCounted(t *testing.T) {
	t.Parallel()
	log := livetest.NewMemoryLog()
	hub, _ := start(t, log, nil, quick())
	s := follow(t, hub, mayor, `{"subscribe":["reports","incidents"]}`)
	wantSnapshot(t, s.next(t), 0, 0)
	log.Append(
		city.Event{Topic: city.TopicIncidents, Key: "1", Op: "put", Data: []byte(`{"half`)},
		city.Event{Topic: "gossip", Key: "1", Op: "put", Data: []byte(`{}`)},
		city.Event{Topic: city.TopicIncidents, Key: "1", Op: "move", Data: []byte(`{}`)},
		city.Event{Topic: city.TopicIncidents, Key: "a \"key\"\n", Op: "put", Data: []byte("{\n \"x\": 1 }")},
	)
	m := s.next(t)
	wantDelta(t, m, 0, 4, "put a \"key\"\n")
	if string(m.Changes[0].Data) != `{"x":1}` {
		t.Errorf("data %s", m.Changes[0].Data)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	hub, stop := start(t, livetest.NewMemoryLog(), nil, quick())
	s := follow(t, hub, mayor, subscribeReports)
	wantSnapshot(t, s.next(t), 0, 0)
	stuck := newTestSocket()
	stuck.try, stuck.block = func() bool { return false }, make(chan struct{})
	join(t, hub, live.Session{Scope: mayor}, stuck).Receive([]byte(subscribeReports))
	stop()
	if got := s.closeCode(t); got != live.CloseRestart {
		t.Errorf("closed with %d, want %d", got, live.CloseRestart)
	}
	if _, err := hub.Join(live.Session{Scope: mayor}, newTestSocket()); city.CodeOf(err) != city.Internal {
		t.Errorf("a client joins a stopped hub: %v", err)
	}
	if n := hub.Stats().Connections; n != 0 {
		t.Errorf("%d clients after stop", n)
	}
}

func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	opt := quick()
	opt.MaxClients = 1
	hub, _ := start(t, livetest.NewMemoryLog(), nil, opt)
	for _, role := range []city.Role{"", city.Publik} {
		if _, err := hub.Join(live.Session{Scope: city.Scope{Role: role}}, newTestSocket()); city.CodeOf(err) != city.Forbidden {
			t.Errorf("role %q: %v", role, err)
		}
	}
	follow(t, hub, mayor, subscribeReports)
	if _, err := hub.Join(live.Session{Scope: mayor}, newTestSocket()); city.CodeOf(err) != city.Internal {
		t.Errorf("a full hub: %v", err)
	}
}
