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

// told is the waiting for news that come through a channel.
func told(news <-chan error) func(context.Context, city.Source) error {
	return func(ctx context.Context, _ city.Source) error {
		select {
		case err := <-news:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestNewsArePulledWithoutTheSchedule(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Source(t, s, yearly)
	news := make(chan error)
	p := newPuller()
	p.wait, p.read = told(news), 1
	node(t, s, p)
	wait(t, p.pulls, "the first pull of a new source")
	for range 3 {
		select {
		case news <- nil:
		case <-time.After(time.Minute):
			t.Fatal("nobody listens")
		}
		wait(t, p.pulls, "a pull for news")
	}
	// A line that broke off is taken up again.
	news <- errors.New("putus")
	news <- nil
	wait(t, p.pulls, "a pull after the line broke off")
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
	p.refused = make(chan string, 1000)
	p.wait = func(ctx context.Context, _ city.Source) error {
		most.Store(max(most.Load(), listening.Add(1)))
		defer listening.Add(-1)
		<-ctx.Done()
		return ctx.Err()
	}
	for _, store := range []*store.Store{storetest.Open(t, db), s} {
		node(t, store, p)
	}
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
