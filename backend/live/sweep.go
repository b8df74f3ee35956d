package live

import (
	"context"
	"math/rand/v2"
	"time"
)

// audienceIdle is how long an audience without clients is kept, for its
// snapshot and for those who come right back.
const audienceIdle = 10 * time.Second

// jitter spreads first pings, so that clients who came together are not pinged
// together.
func jitter(d time.Duration) time.Duration { return rand.N(d) }

// sweeper looks at every client once a second. One sweep costs less than a
// timer per write or a goroutine per client.
func (h *Hub) sweeper(ctx context.Context) {
	tick := time.NewTicker(min(time.Second, h.opt.Stall/2, h.opt.PingEvery/2))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			h.sweep(now)
		}
	}
}

func (h *Hub) sweep(now time.Time) {
	h.mu.Lock()
	clients := h.clientList()
	for key, a := range h.audiences {
		if len(a.subs) == 0 && !a.queued && now.Sub(a.idle) > audienceIdle {
			delete(h.audiences, key)
		}
	}
	h.mu.Unlock()
	for _, c := range clients {
		h.inspect(c, now)
	}
}

func (h *Hub) inspect(c *Client, now time.Time) {
	if c.ctx.Err() != nil {
		return // it is on its way out
	}
	if at := c.blocked.Load(); at != 0 && now.UnixNano()-at > int64(h.opt.Stall) {
		h.stats.stalled.Add(1)
		c.fail()
		return
	}
	if at := c.expires.Load(); at != 0 && now.UnixNano() >= at {
		c.Close(CloseSessionEnded, "session expired")
		return
	}
	if now.Sub(c.since) > h.opt.SubscribeWithin && !c.subscribed() {
		c.Close(CloseBadMessage, "nothing subscribed")
		return
	}
	if !now.Before(c.nextPing) {
		c.nextPing = now.Add(h.opt.PingEvery)
		h.tasks.spawn(func() { h.ping(c) })
	}
}

// ping cuts a client that does not answer: half-open connections are found this
// way although nothing is ever sent back on them.
func (h *Hub) ping(c *Client) {
	ctx, cancel := context.WithTimeout(c.ctx, h.opt.PingTimeout)
	defer cancel()
	if err := c.sock.Ping(ctx); err != nil && c.ctx.Err() == nil {
		h.stats.silent.Add(1)
		c.fail()
	}
}

func (c *Client) subscribed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sub != nil
}
