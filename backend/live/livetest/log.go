// Package livetest holds a test double for the event log, for the tests and
// benchmarks of the hub and of /live. It imports backend/city and backend/live;
// only tests import it.
package livetest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
)

// ErrAway is what a MemoryLog answers while it is away.
var ErrAway = errors.New("the memory log is away")

// MemoryLog is a test double of the event table: numbered events and the state
// they lead to, in memory. Any number of hubs may read it.
type MemoryLog struct {
	mu        sync.Mutex
	events    []city.Event // contiguous
	state     map[string]city.Event
	next      int64
	away      bool
	mute      bool // no wake-ups
	wake      chan struct{}
	snapshots int
}

// NewMemoryLog returns an empty log.
func NewMemoryLog() *MemoryLog {
	return &MemoryLog{state: map[string]city.Event{}, next: 1, wake: make(chan struct{})}
}

// Append commits events and wakes the hubs. It returns the last number.
func (l *MemoryLog) Append(events ...city.Event) int64 {
	committed := l.Commit(events...)
	return committed[len(committed)-1].Seq
}

// Commit commits events, giving each its number and time, wakes the hubs and
// returns the events as they are read.
func (l *MemoryLog) Commit(events ...city.Event) []city.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	committed := slices.Clone(events)
	for i := range committed {
		e := &committed[i]
		e.Seq, e.At = l.next, time.Now().UTC()
		l.next++
		l.events = append(l.events, *e)
		l.apply(*e)
	}
	if !l.mute {
		close(l.wake)
		l.wake = make(chan struct{})
	}
	return committed
}

func (l *MemoryLog) apply(e city.Event) {
	k := string(e.Topic) + " " + e.Key
	if e.Op == "remove" {
		delete(l.state, k)
		return
	}
	l.state[k] = e
}

// SetAway makes every call fail, as while the database is away, or ends that.
func (l *MemoryLog) SetAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

// SetMute keeps Append from waking anybody.
func (l *MemoryLog) SetMute(mute bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute = mute
}

// Forget throws away the events up to seq; the state stays.
func (l *MemoryLog) Forget(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, _ := slices.BinarySearchFunc(l.events, seq+1, bySeq)
	l.events = slices.Clone(l.events[i:])
}

// Restore goes back to how the log was at seq, as a restored database does. No
// event up to seq may have been forgotten.
func (l *MemoryLog) Restore(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, _ := slices.BinarySearchFunc(l.events, seq+1, bySeq)
	l.events = slices.Clone(l.events[:i])
	l.next = seq + 1
	l.state = map[string]city.Event{}
	for _, e := range l.events {
		l.apply(e)
	}
}

// Snapshots is how many snapshots have been read.
func (l *MemoryLog) Snapshots() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.snapshots
}

func bySeq(e city.Event, seq int64) int { return cmp.Compare(e.Seq, seq) }

// EventsAfter implements live.Log.
func (l *MemoryLog) EventsAfter(ctx context.Context, after int64, limit int) ([]city.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, ErrAway
	}
	i, _ := slices.BinarySearchFunc(l.events, after+1, bySeq)
	return slices.Clone(l.events[i:min(i+limit, len(l.events))]), ctx.Err()
}

// Head implements live.Log.
func (l *MemoryLog) Head(ctx context.Context) (newest, oldest int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return 0, 0, ErrAway
	}
	if len(l.events) == 0 {
		return l.next - 1, l.next, ctx.Err()
	}
	return l.next - 1, l.events[0].Seq, ctx.Err()
}

// Wait implements live.Log.
func (l *MemoryLog) Wait(ctx context.Context) error {
	l.mu.Lock()
	wake, away := l.wake, l.away
	l.mu.Unlock()
	if away {
		return ErrAway
	}
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Snapshot implements live.Log for the topics indicators, reports, alerts and
// sources.
func (l *MemoryLog) Snapshot(ctx context.Context, scope city.Scope, topics []city.Topic) (*live.Snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, ErrAway
	}
	l.snapshots++
	s := &live.Snapshot{Seq: l.next - 1, At: time.Now().UTC()}
	for _, e := range l.state {
		if !slices.Contains(topics, e.Topic) || !e.VisibleTo(scope) {
			continue
		}
		var err error
		switch e.Topic {
		case city.TopicIndicators:
			s.Indicators, err = appendJSON(s.Indicators, e.Data)
		case city.TopicReports:
			s.Reports, err = appendJSON(s.Reports, e.Data)
		case city.TopicAlerts:
			s.Alerts, err = appendJSON(s.Alerts, e.Data)
		case city.TopicSources:
			s.Sources, err = appendJSON(s.Sources, e.Data)
		default:
			err = fmt.Errorf("topic %q is not kept", e.Topic)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, ctx.Err()
}

func appendJSON[T any](list []T, data []byte) ([]T, error) {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("read the data of an event: %w", err)
	}
	return append(list, v), nil
}
