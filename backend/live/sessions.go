package live

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"
)

// Session is what a client was let in with.
type Session struct {
	// ID names the session (not the secret that proves it). Sessions without
	// one are not checked again; only ExpiresAt ends them.
	ID    string
	Scope city.Scope
	// ExpiresAt ends the client's connection; zero means never.
	ExpiresAt time.Time
}

// Sessions answers whether sessions still hold. backend/store implements it.
type Sessions interface {
	// Check returns those of the sessions that still hold, with their rights
	// as of now, by id. It is one query whatever the number.
	Check(ctx context.Context, ids []string) (map[string]Session, error)
}

// Invalidate closes the clients of a session that is known to have ended,
// without waiting for the next check.
func (h *Hub) Invalidate(sessionID string) {
	for _, c := range h.withSession(func(id string) bool { return id == sessionID }) {
		c.Close(CloseSessionEnded, "session ended")
	}
}

// Recheck checks all sessions now: an account's rights have changed.
func (h *Hub) Recheck() { signal(h.recheck) }

// checker closes the clients whose session has ended or whose rights are no
// longer what they were let in with. While the database is away nobody is
// closed, but nothing new is handed out either (see trusted).
func (h *Hub) checker(ctx context.Context) {
	if h.sessions == nil {
		return
	}
	tick := time.NewTicker(h.opt.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.recheck:
		}
		if err := h.check(ctx); err != nil && ctx.Err() == nil {
			h.stats.checkErrors.Add(1)
			h.opt.Logger.Debug("live: sessions cannot be checked", "err", err)
		}
	}
}

func (h *Hub) check(ctx context.Context) error {
	began := time.Now()
	clients := h.withSession(func(id string) bool { return id != "" })
	seen := make(map[string]bool)
	ids := make([]string, 0, len(clients))
	for _, c := range clients {
		if id := c.session.ID; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	var valid map[string]Session
	if len(ids) > 0 {
		ctx, cancel := context.WithTimeout(ctx, max(h.opt.CheckEvery, time.Second))
		defer cancel()
		var err error
		if valid, err = h.sessions.Check(ctx, ids); err != nil {
			return fmt.Errorf("check %d sessions: %w", len(ids), err)
		}
	}
	for _, c := range clients {
		now, ok := valid[c.session.ID]
		switch {
		case !ok:
			c.Close(CloseSessionEnded, "session ended")
		case now.Scope != c.session.Scope:
			c.Close(CloseRightsChanged, "rights changed; come back")
		default:
			c.expireAt(now.ExpiresAt)
		}
	}
	h.checked.Store(began.UnixNano())
	signal(h.dirty)
	return nil
}

// trusted reports whether the sessions were checked lately enough to hand out
// events: a revoked session gets nothing more than this long after, even when
// the check fails while events can still be read.
func (h *Hub) trusted(now time.Time) bool {
	return h.sessions == nil || now.UnixNano()-h.checked.Load() < int64(2*h.opt.CheckEvery+time.Second)
}

// expireAt sets when the client's session ends by itself; zero means never.
func (c *Client) expireAt(t time.Time) {
	if t.IsZero() {
		c.expires.Store(0)
		return
	}
	c.expires.Store(t.UnixNano())
}

func (h *Hub) withSession(match func(id string) bool) []*Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []*Client
	for c := range h.clients {
		if match(c.session.ID) {
			list = append(list, c)
		}
	}
	return list
}
