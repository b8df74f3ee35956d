package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// yearly is a schedule that brings nothing within a test.
func yearly(s *city.Source) { s.Schedule = "0 0 1 1 *" }

// box stands in for a source that tells of what lies in it.
type box struct {
	unread atomic.Int32
	bell   chan struct{}
	broken chan error
	taken  chan int
}

func (b *box) deliver() {
	b.unread.Add(1)
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

func (b *box) take() int {
	n := int(b.unread.Swap(0))
	if n > 0 {
		b.taken <- n
	}
	return n
}

func (b *box) wait(ctx context.Context, _ city.Source) error {
	for b.unread.Load() == 0 {
		select {
		case <-b.bell:
		case err := <-b.broken:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func TestNewsArePulledWithoutTheSchedule(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Source(t, s, yearly)
	b := &box{bell: make(chan struct{}, 1), broken: make(chan error), taken: make(chan int, 100)}
	p := newPuller()
	p.wait, p.take = b.wait, b.take
	node(t, s, p)
	wait(t, p.pulls, "the first pull of a new source")
	for range 3 {
		b.deliver()
		wait(t, b.taken, "a pull for news")
	}
	// A line that broke off is taken up again.
	select {
	case b.broken <- errors.New("putus"):
	case <-time.After(time.Minute):
		t.Fatal("nobody listens")
	}
	b.deliver()
	wait(t, b.taken, "a pull after the line broke off")
	if len(p.forgot) > 0 {
		t.Error("news went past a source's pause")
	}
}

func TestOneNodeListensToASource(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	s := storetest.Open(t, db)
	storetest.Source(t, s, yearly)
	p := newPuller()
	var listening, most atomic.Int32
	began := make(chan struct{}, 10)
	p.refused = make(chan string, 1000)
	p.wait = func(ctx context.Context, _ city.Source) error {
		most.Store(max(most.Load(), listening.Add(1)))
		defer listening.Add(-1)
		began <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	for _, store := range []*store.Store{storetest.Open(t, db), s} {
		node(t, store, p)
	}
	wait(t, began, "listening")
	for wait(t, p.refused, "a node that finds the source taken") != "wait:uji" {
	}
	if most.Load() != 1 {
		t.Errorf("%d listened at once", most.Load())
	}
}

func TestAPausedOrChangedSourceIsNotListenedTo(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Source(t, s, yearly)
	p := newPuller()
	began, ended := make(chan string, 10), make(chan struct{}, 10)
	p.wait = func(ctx context.Context, src city.Source) error {
		began <- string(src.Config)
		<-ctx.Done()
		ended <- struct{}{}
		return ctx.Err()
	}
	node(t, s, p)
	wait(t, began, "listening")
	src, err := s.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	src.Config = []byte(`{"url": "https://lain.contoh.go.id"}`)
	if _, err := s.SaveSource(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	wait(t, ended, "an end of listening with the old settings")
	if got := wait(t, began, "listening with the new settings"); got != string(src.Config) {
		t.Errorf("listens with %s", got)
	}
}

func TestASourceThatCannotTellIsAskedOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Source(t, s, func(s *city.Source) { s.Schedule = "@every 1s" })
	p := newPuller()
	var asked atomic.Int32
	var once sync.Once
	first := make(chan struct{})
	p.wait = func(context.Context, city.Source) error {
		asked.Add(1)
		once.Do(func() { close(first) })
		return errNoWait
	}
	node(t, s, p)
	wait(t, first, "asking whether it can tell")
	for range 4 {
		wait(t, p.pulls, "a pull by schedule")
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}
