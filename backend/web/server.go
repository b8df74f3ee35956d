package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// server answers requests with what Deps gave it.
type server struct {
	Deps
	echo    *echo.Echo
	api     huma.API
	metrics *metrics
	// reporters holds back who asks for reporters' pages too often.
	reporters throttle
	// open311Pace does so for the Open311 server.
	open311Pace pace
	hooks       hookGuard
}

// maxBody bounds a request's body; pushes of many rows come in several.
const maxBody = "16M"

func newServer(d Deps) *server {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &server{Deps: d, echo: echo.New(), metrics: newMetrics(d.Metrics, d.Hub)}
	if d.Store != nil {
		s.metrics.registry.MustRegister(sourceCollector{d.Store.SourceHealths}, questionCollector{d.Store.QuestionCounts})
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.fail
	if !d.TrustProxy {
		s.echo.IPExtractor = echo.ExtractIPDirect()
	} else {
		s.echo.IPExtractor = echo.ExtractIPFromXFFHeader()
	}
	csrf := http.NewCrossOriginProtection()
	s.echo.Use(
		s.trace,
		s.recover,
		s.metrics.middleware,
		s.secureHeaders,
		middleware.BodyLimit(maxBody),
		middleware.GzipWithConfig(middleware.GzipConfig{Level: 5, MinLength: 1024, Skipper: skipGzip}),
		s.sameOrigin(csrf),
		s.signIn,
	)
	ownProblems()
	s.api = humaecho.New(s.echo, apiConfig(d.Version))
	s.routes()
	return s
}

func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("Balaikota", version)
	c.Info.Description = "City hall: reports, indicators, alerts and sources of one city. Sign in with a session cookie (POST /api/session) or a bearer token (balaikota user token). /live is a WebSocket; its messages are the schemas Subscribe, Snapshot and Delta."
	c.DocsPath = "" // the page would load scripts from elsewhere
	c.SchemasPath = ""
	c.CreateHooks = nil // no $schema links in answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	return c
}

type contextKey int

const (
	traceKey contextKey = iota
	sessionKey
	requestKey
)

func traceOf(ctx context.Context) string {
	t, _ := ctx.Value(traceKey).(string)
	return t
}

// trace numbers each request, so that an error on screen is found in the log.
func (s *server) trace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		raw := make([]byte, 8)
		_, _ = rand.Read(raw) // crypto/rand never fails
		id := hex.EncodeToString(raw)
		r := c.Request()
		ctx := context.WithValue(r.Context(), traceKey, id)
		c.SetRequest(r.WithContext(context.WithValue(ctx, requestKey, requestInfo{IP: c.RealIP(), UserAgent: r.UserAgent()})))
		c.Response().Header().Set("X-Trace-Id", id)
		return next(c)
	}
}

// requestInfo is what handlers behind huma need of the request itself.
type requestInfo struct{ IP, UserAgent string }

func (s *server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableErrorHandler: false,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.Log.Error("A request panicked", "trace_id", traceOf(c.Request().Context()), "err", err, "stack", string(stack))
			return err
		},
	})(next)
}

// sameOrigin refuses changes that another site's page asks for.
func (s *server) sameOrigin(csrf *http.CrossOriginProtection) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := csrf.Check(c.Request()); err != nil {
				return city.Wrap(city.Forbidden, err, "the request came from another site's page")
			}
			return next(c)
		}
	}
}

// secureHeaders are those of OWASP ASVS 5.0 chapter 3: everything the page
// needs comes from this server, and from where a configured map lies.
func (s *server) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	connect := strings.Join(append([]string{"'self'"}, s.Basemap.origins()...), " ")
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "+
			"connect-src "+connect+"; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self), microphone=(self), camera=(self), screen-wake-lock=(self)")
		return next(c)
	}
}

// skipGzip leaves alone the socket, and what is compressed already.
func skipGzip(c echo.Context) bool {
	switch c.Path() {
	case "/tiles/:layer/:z/:x/:y", "/*", "/geo/:file", basemapPath, "/api/voice/speech", "/api/subject-requests/:id/copy":
		return true
	case stepsPath: // each step is sent at once, not when a block is full
		return true
	}
	return SkipLive(c)
}

// fail is the last stop of every error that is not huma's.
func (s *server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(c.Request().Context(), s.Log, err)
	maps.Copy(c.Response().Header(), p.GetHeaders())
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	if err := c.JSON(p.Status, p); err != nil {
		s.Log.Debug("An error answer was not sent", "err", err)
	}
}

// Route is a method and a path with its parameters in braces.
type Route struct{ Method, Path string }

var echoParam = regexp.MustCompile(`:([a-z_]+)`)

// Routes lists what a Handler answers, JSON or not, so that the matrix of
// rights can hold each against its declaration.
func Routes(h http.Handler) (out []Route) {
	e, ok := h.(*echo.Echo)
	if !ok {
		return nil
	}
	for _, r := range e.Routes() {
		out = append(out, Route{r.Method, echoParam.ReplaceAllString(r.Path, "{$1}")})
	}
	return out
}
