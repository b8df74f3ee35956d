package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"sync"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/i18n"

	"github.com/labstack/echo/v4"
)

//go:embed reporter_page.html
var reporterPageText string

//go:embed reporter_page.css
var reporterPageStyle string

var (
	reporterPage = template.Must(template.New("beres").Funcs(template.FuncMap{
		"t": func(key string) string { return i18n.Text(i18n.Indonesian, i18n.Key(key), nil) },
	}).Parse(reporterPageText))
	// The page is its own: no script, and no style but the one it carries.
	reporterPolicy = func() string {
		sum := sha256.Sum256([]byte(reporterPageStyle))
		return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	}()
)

type reporterView struct {
	Style    template.CSS
	Question *city.ReporterQuestion
	When     string
	Finished string
	Until    string
	// State is ask, thanks, late or missing; Wrong names a text.
	State string
	Wrong string
}

// throttle allows an address so many requests in a span, in this process.
type throttle struct {
	mu    sync.Mutex
	since time.Time
	seen  map[string]int
}

const (
	reporterRequests = 40
	reporterSpan     = 10 * time.Minute
	reporterKept     = 20_000 // addresses; more within a span start a new one
)

func (t *throttle) allow(address string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil || now.Sub(t.since) > reporterSpan || len(t.seen) > reporterKept {
		t.since, t.seen = now, map[string]int{}
	}
	t.seen[address]++
	return t.seen[address] <= reporterRequests
}

// getReporterPage answers GET /publik/beres/{token}: one question to a
// reporter, without sign-in, without scripts, without anybody's name.
func (s *server) getReporterPage(c echo.Context) error { return s.answerReporterPage(c, "") }

// postReporterPage takes the single answer.
func (s *server) postReporterPage(c echo.Context) error {
	if !s.reporters.allow(c.RealIP(), s.Now()) {
		return s.showReporterPage(c, http.StatusTooManyRequests, reporterView{State: "missing", Wrong: "reporter.too_many"})
	}
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 8<<10)
	answer := c.FormValue("jawaban")
	if answer == "" {
		return s.answerReporterPage(c, "reporter.choose")
	}
	err := s.Store.AnswerReporter(c.Request().Context(), c.Param("token"), answer, c.FormValue("catatan"))
	switch city.CodeOf(err) {
	case "", city.Conflict, city.NotFound: // the page itself says which
		return s.answerReporterPage(c, "")
	case city.Invalid:
		return s.answerReporterPage(c, "reporter.choose")
	}
	return err
}

func (s *server) answerReporterPage(c echo.Context, wrong string) error {
	if wrong == "" && c.Request().Method == http.MethodGet && !s.reporters.allow(c.RealIP(), s.Now()) {
		return s.showReporterPage(c, http.StatusTooManyRequests, reporterView{State: "missing", Wrong: "reporter.too_many"})
	}
	ctx := c.Request().Context()
	q, err := s.Store.ReporterQuestion(ctx, c.Param("token"))
	if city.CodeOf(err) == city.NotFound {
		return s.showReporterPage(c, http.StatusNotFound, reporterView{State: "missing", Wrong: "reporter.missing"})
	}
	if err != nil {
		return err
	}
	setting, err := s.Store.Setting(ctx)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(setting.Timezone)
	if err != nil {
		return err
	}
	v := reporterView{
		Question: &q, When: city.FormatDay(q.When, zone), Finished: city.FormatDay(q.Finished, zone), Until: city.FormatUntil(q.ClosesAt, zone, setting.ZoneLabel), State: "ask", Wrong: wrong,
	}
	switch {
	case q.Answer != "" && q.Answer != "none":
		v.State = "thanks"
	case q.Answer == "none", s.Now().After(q.ClosesAt):
		v.State = "late"
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.showReporterPage(c, status, v)
}

func (s *server) showReporterPage(c echo.Context, status int, v reporterView) error {
	v.Style = template.CSS(reporterPageStyle) //nolint:gosec // our own file, whose hash the policy names
	var page bytes.Buffer
	if err := reporterPage.Execute(&page, v); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", reporterPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	return c.HTMLBlob(status, page.Bytes())
}
