package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// BriefingStore is where frozen sheets are found. backend/store implements it.
type BriefingStore interface {
	Briefings(ctx context.Context, asker city.Asker, limit int) ([]city.BriefingHead, error)
	// Briefing finds one by number, by day (the newest of it) or "terbaru".
	Briefing(ctx context.Context, asker city.Asker, name string) (city.Briefing, error)
}

// Briefer makes sheets and draws them. cmd/balaikota implements it.
type Briefer interface {
	// MakeBriefing makes and freezes the sheet of this moment.
	MakeBriefing(ctx context.Context, by city.Actor, asker city.Asker) (city.Briefing, error)
	// BriefingPDF draws a sheet; base is the server's address.
	BriefingPDF(b city.Briefing, base string) ([]byte, error)
	// BriefingFit is how much smaller the sheet is printed to fit a page: 0 is
	// not at all.
	BriefingFit(b city.Briefing) int
}

var (
	// briefed read sheets, briefers also make them.
	briefed  = audience{name: "wali_kota, sekda, operator, auditor", roles: []city.Role{city.WaliKota, city.Sekda, city.Operator, city.Auditor}}
	briefers = audience{name: "wali_kota, sekda, operator", roles: []city.Role{city.WaliKota, city.Sekda, city.Operator}}
)

type briefingsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"400" default:"60"`
}

// BriefingList is the last sheets, newest first.
type BriefingList struct {
	Items []city.BriefingHead `json:"items" nullable:"false"`
}

type briefingsBody struct{ Body BriefingList }

func (s *server) getBriefings(ctx context.Context, in *briefingsInput) (*briefingsBody, error) {
	items, err := s.Store.Briefings(ctx, askerOf(ctx), in.Limit)
	return &briefingsBody{Body: BriefingList{Items: items}}, err
}

type briefingInput struct {
	Name string `path:"name" doc:"Number, day (2026-11-23: the newest of it), or terbaru" maxLength:"20"`
}

type briefingBody struct{ Body city.Briefing }

func (s *server) getBriefing(ctx context.Context, in *briefingInput) (*briefingBody, error) {
	out, err := s.Store.Briefing(ctx, askerOf(ctx), in.Name)
	return &briefingBody{Body: out}, err
}

func (s *server) postBriefing(ctx context.Context, _ *struct{}) (*briefingBody, error) {
	out, err := s.Briefer.MakeBriefing(ctx, sessionOf(ctx).Actor(), askerOf(ctx))
	return &briefingBody{Body: out}, err
}

// getSheet answers GET /lembar/{name}, a page to read and to print, and
// GET /lembar/{name}.pdf, the same sheet as PDF.
func (s *server) getSheet(c echo.Context) error {
	ctx := c.Request().Context()
	if err := briefed.admit(ctx); err != nil {
		if city.CodeOf(err) == city.Unauthorized && strings.Contains(c.Request().Header.Get("Accept"), "text/html") {
			return askToSignIn(c)
		}
		return err
	}
	name, asPDF := strings.CutSuffix(c.Param("name"), ".pdf")
	b, err := s.Store.Briefing(ctx, askerOf(ctx), name)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex")
	base := c.Scheme() + "://" + c.Request().Host
	if asPDF {
		out, err := s.Briefer.BriefingPDF(b, base)
		if err != nil {
			return err
		}
		h.Set("Content-Disposition", fmt.Sprintf(`inline; filename="lembar-pagi-%s-nomor-%d.pdf"`, b.Day, b.Number))
		return c.Blob(http.StatusOK, "application/pdf", out)
	}
	var page bytes.Buffer
	view := sheetView{Briefing: b, Base: base, Style: template.CSS(sheetStyle), Fit: s.Briefer.BriefingFit(b)} //nolint:gosec // our own file, whose hash the policy names
	if err := sheetPage.Execute(&page, view); err != nil {
		return city.Wrap(city.Internal, err, "the briefing could not be laid out")
	}
	// The page brings one style of its own, known by its hash, and nothing else.
	h.Set("Content-Security-Policy", sheetPolicy)
	return c.HTMLBlob(http.StatusOK, page.Bytes())
}

// signInPage also helps who is signed in and came from another site: browsers
// keep a strict cookie back on the way here, and send it from here on.
var signInPage = template.Must(template.New("masuk").Parse(`<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lembar Pagi</title></head>
<body><h1>Lembar Pagi</h1><p>Lembar ini hanya untuk yang sudah masuk.</p><p><a href="{{.}}">Buka lembar</a></p><p><a href="/">Masuk ke Balaikota</a></p></body></html>
`))

func askToSignIn(c echo.Context) error {
	var page bytes.Buffer
	if err := signInPage.Execute(&page, c.Request().URL.Path); err != nil {
		return city.Wrap(city.Internal, err, "the page could not be laid out")
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return c.HTMLBlob(http.StatusUnauthorized, page.Bytes())
}

//go:embed briefing.html
var sheetText string

//go:embed briefing.css
var sheetStyle string

var (
	sheetPolicy = func() string {
		sum := sha256.Sum256([]byte(sheetStyle))
		return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	}()
	sheetPage = template.Must(template.New("sheet").Funcs(template.FuncMap{
		"path": ringsPath, "spark": sparkPath, "limit": sparkLimit, "who": whoParts, "num": func(i int) int { return i + 1 }, "grave": graveMark,
	}).Parse(sheetText))
)

// sheetView is a frozen sheet and what its page needs besides.
type sheetView struct {
	city.Briefing
	Base  string
	Style template.CSS
	// Fit names the class of the size that fits a printed page.
	Fit int
}

// Part is a part with its place in the sheet.
type sheetPart struct {
	Number int
	city.BriefingPart
}

// Numbered puts a part's number before it; 0 stands for none.
func (sheetView) Numbered(number int, p city.BriefingPart) sheetPart { return sheetPart{number, p} }

// PDF is where the same sheet stands as PDF.
func (v sheetView) PDF() string { return v.Path() + ".pdf" }

// graveMark is the class of a mark.
func graveMark(s city.Severity) string {
	if s == city.Awas || s == city.Siaga {
		return "mark grave"
	}
	return "mark"
}

// whoParts are who acts, and the rest: by when.
func whoParts(text string) [2]string {
	office, rest, _ := strings.Cut(text, ", ")
	return [2]string{office, rest}
}

// ringsPath is the outline of an area as an SVG path.
func ringsPath(rings [][]int) string {
	var b strings.Builder
	for _, ring := range rings {
		for i := 0; i+1 < len(ring); i += 2 {
			b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
			b.WriteString(strconv.Itoa(ring[i]) + " " + strconv.Itoa(ring[i+1]))
		}
		b.WriteString("Z")
	}
	return b.String()
}

// The plane of a sparkline.
const sparkWidth, sparkHeight = 100.0, 24.0

// sparkScale is where a value of a row stands; false for a row without values.
func sparkScale(r city.BriefingIndicator) (func(v float64) float64, bool) {
	low, high, known := 0.0, 0.0, false
	take := func(v float64) {
		if !known {
			low, high, known = v, v, true
		}
		low, high = min(low, v), max(high, v)
	}
	for _, v := range r.Spark {
		if v != nil {
			take(*v)
		}
	}
	if !known {
		return nil, false
	}
	if r.Limit != nil {
		take(*r.Limit)
	}
	span := high - low
	if span == 0 {
		span = 1
	}
	return func(v float64) float64 { return 1 + (sparkHeight-2)*(1-(v-low)/span) }, true
}

// sparkPath is the line of a row's hours, broken where data is missing.
func sparkPath(r city.BriefingIndicator) string {
	y, ok := sparkScale(r)
	if !ok {
		return ""
	}
	var b strings.Builder
	open := false
	for i, v := range r.Spark {
		if v == nil {
			open = false
			continue
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", map[bool]string{true: "L", false: "M"}[open], 1+(sparkWidth-2)*float64(i)/float64(max(1, len(r.Spark)-1)), y(*v))
		if !open {
			b.WriteString("h0.1") // a lone hour is a dot
		}
		open = true
	}
	return b.String()
}

// sparkLimit is the dashed line of a row's limit.
func sparkLimit(r city.BriefingIndicator) string {
	y, ok := sparkScale(r)
	if !ok || r.Limit == nil {
		return ""
	}
	return fmt.Sprintf("M0 %.1fH%.0f", y(*r.Limit), sparkWidth)
}
