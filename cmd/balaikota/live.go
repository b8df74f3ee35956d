package main

import (
	"context"
	"strconv"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/store"
	"balaikota/backend/web"
)

// eventLog is the store as the hub reads it.
type eventLog struct {
	*store.Store
	wake chan struct{}
}

// listen turns the database's notifications into wake-ups until ctx ends; a
// broken connection is made anew, and meanwhile the hub looks by itself.
func (l *eventLog) listen(ctx context.Context) error {
	for ctx.Err() == nil {
		_ = l.Listen(ctx, func() {
			select {
			case l.wake <- struct{}{}:
			default:
			}
		})
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

// Wait implements live.Log.
func (l *eventLog) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.wake:
		return nil
	}
}

// Snapshot implements live.Log.
func (l *eventLog) Snapshot(ctx context.Context, scope city.Scope, topics []city.Topic) (*live.Snapshot, error) {
	st, err := l.State(ctx, scope, topics)
	if err != nil {
		return nil, err
	}
	return &live.Snapshot{
		Type: "snapshot", Seq: st.Seq, At: st.At, Indicators: st.Indicators, Reports: st.Reports, Alerts: st.Alerts, Sources: st.Sources, Recommendations: st.Recommendations,
		Incidents: st.Incidents, Dispositions: st.Dispositions, Agenda: st.Agenda, Walls: st.Walls,
	}, nil
}

// sessions is the store as the hub checks sessions.
type sessions struct{ *store.Store }

// Check implements live.Sessions.
func (s sessions) Check(ctx context.Context, ids []string) (map[string]live.Session, error) {
	numbers := make([]int64, 0, len(ids))
	for _, id := range ids {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			continue // not one of ours: it no longer holds
		}
		numbers = append(numbers, n)
	}
	rows, err := s.LiveSessions(ctx, numbers)
	if err != nil {
		return nil, err
	}
	out := make(map[string]live.Session, len(rows))
	for _, r := range rows {
		if r.MustChange {
			continue
		}
		held := web.LiveSession(r)
		out[held.ID] = held
	}
	return out, nil
}
