package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"
)

// HookDoor takes what other systems send to the hooks of sources.
type HookDoor interface {
	// ReceiveHook verifies a request as the source's connector does and keeps its
	// body durably before it returns. NotFound when no source of that name has a
	// hook, Forbidden when the request is not the other side's.
	ReceiveHook(ctx context.Context, source string, r city.HookRequest) (city.HookAnswer, error)
}

// Bounds of a hook. The services send up to 3 MB (WhatsApp), mostly a few kB, and
// come from few addresses, so that what is verified is bounded for all together
// and what is not by address.
const (
	maxHook      = 4 << 20
	hooksASecond = 100
	hookBurst    = 400
	hookTime     = 10 * time.Second
	hookRefusals = 60 // of one address in a span
)

// hookGuard holds back what comes too often.
type hookGuard struct {
	once    sync.Once
	all     *rate.Limiter
	refused throttle
}

// takeHook answers GET and POST /hooks/{source}. Whoever may come in, a signature
// says, not a session: it has no officer's rights.
func (s *server) takeHook(c echo.Context) error {
	g := &s.hooks
	g.once.Do(func() { g.all = rate.NewLimiter(hooksASecond, hookBurst) })
	if !g.all.Allow() || g.refused.over(c.RealIP(), hookRefusals, s.Now()) {
		c.Response().Header().Set("Retry-After", "30")
		return c.NoContent(http.StatusTooManyRequests)
	}
	r := c.Request()
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxHook))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return c.NoContent(http.StatusRequestEntityTooLarge)
		}
		return city.Wrap(city.Invalid, err, "the request's body did not come whole")
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookTime)
	defer cancel()
	answer, err := s.HookDoor.ReceiveHook(ctx, c.Param("source"), city.HookRequest{Method: r.Method, Header: r.Header, Query: r.URL.Query(), Body: body})
	if err != nil {
		if code := city.CodeOf(err); code == city.Forbidden || code == city.NotFound {
			g.refused.allow(c.RealIP(), s.Now()) // counted; /metrics has it by status
		}
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMETextPlainCharsetUTF8, answer.Body)
}

// over reports whether an address had more than most of a span, and counts nothing.
func (t *throttle) over(address string, most int, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return now.Sub(t.since) <= reporterSpan && t.seen[address] >= most
}
