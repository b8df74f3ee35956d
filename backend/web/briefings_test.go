package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"balaikota/backend/briefing/briefingtest"
	"balaikota/backend/briefing/paper"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/web"
)

// briefs freezes one sheet after the other and draws them for real.
type briefs struct {
	store *store.Store
	sheet city.BriefingSheet
}

func (b briefs) MakeBriefing(ctx context.Context, by city.Actor, asker city.Asker) (city.Briefing, error) {
	return b.store.KeepBriefing(ctx, by, asker, city.BriefingAsked, b.sheet, nil)
}
func (briefs) BriefingPDF(b city.Briefing, base string) ([]byte, error) { return paper.PDF(b, base) }
func (briefs) BriefingFit(b city.Briefing) int                          { return paper.Fit(b) }

func briefed(t *testing.T, sheet city.BriefingSheet) *surface {
	t.Helper()
	return newSurface(t, func(d *web.Deps, s *store.Store) { d.Briefer = briefs{s, sheet} })
}

var tagsOf = regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]+>`)

// TestASheetIsShownAgainAsItWas: the page, the PDF and the record of a number
// stay, whatever is made after it; the page says all that the sheet says, and
// what people wrote is text in it.
func TestASheetIsShownAgainAsItWas(t *testing.T) {
	t.Parallel()
	in := briefingtest.Full(t)
	in.Advice[0].Title = `Bersihkan <script>alert(1)</script> & "drainase"`
	sheet := briefingtest.Briefing(in, 1).Sheet
	s := briefed(t, sheet)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	made := decoded[city.Briefing](t, mayor.do(http.MethodPost, "/api/briefings", nil), http.StatusOK)
	if made.Number != 1 || made.Kind != city.BriefingAsked || made.Sheet.Decisions.Lines[0].What != in.Advice[0].Title {
		t.Fatalf("made: %+v", made.BriefingHead)
	}
	auditor := s.script(city.Asker{Role: city.Auditor})
	page := auditor.do(http.MethodGet, "/lembar/1", nil)
	file := auditor.do(http.MethodGet, "/lembar/1.pdf", nil)
	decoded[city.Briefing](t, mayor.do(http.MethodPost, "/api/briefings", nil), http.StatusOK)
	if list := decoded[web.BriefingList](t, mayor.do(http.MethodGet, "/api/briefings", nil), http.StatusOK); len(list.Items) != 2 || list.Items[0].Number != 2 {
		t.Errorf("the list: %+v", list)
	}
	if again := decoded[city.Briefing](t, mayor.do(http.MethodGet, "/api/briefings/1", nil), http.StatusOK); again.SHA256 != made.SHA256 {
		t.Errorf("the record is another")
	}
	if newest := decoded[city.Briefing](t, mayor.do(http.MethodGet, "/api/briefings/"+made.Day, nil), http.StatusOK); newest.Number != 2 {
		t.Errorf("the newest of the day is %d", newest.Number)
	}
	if again := auditor.do(http.MethodGet, "/lembar/1", nil); !bytes.Equal(again.body, page.body) {
		t.Error("the page is another")
	}
	if again := auditor.do(http.MethodGet, "/lembar/1.pdf", nil); !bytes.Equal(again.body, file.body) || !bytes.HasPrefix(file.body, []byte("%PDF-1.")) || file.header.Get("Content-Type") != "application/pdf" {
		t.Error("the PDF is another, or none")
	}
	checkSheetPage(t, page, sheet)
}

func checkSheetPage(t *testing.T, page answer, sheet city.BriefingSheet) {
	t.Helper()
	html := string(page.body)
	if page.status != http.StatusOK || strings.Contains(html, "<script") || strings.Contains(html, " style=") || !strings.Contains(html, "&lt;script&gt;") {
		t.Fatalf("the page: %d %.400s", page.status, html)
	}
	flat := strings.Join(strings.Fields(tagsOf.ReplaceAllString(html, " ")), " ")
	for _, want := range []string{sheet.Cutoff, sheet.Classification, "Nomor 1", sheet.Night.Lines[0].Why, sheet.IndicatorRows[0].Target, sheet.FollowUps.Lines[1].Why, sheet.Weather.Lines[1].What, sheet.Sources.Lines[1].Why, "Halaman 2 dari 2"} {
		if !strings.Contains(flat, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, e := range sheet.Evidence {
		if !strings.Contains(html, `id="bukti-`+strconv.Itoa(e.Number)+`"`) || !strings.Contains(html, `href="#bukti-`+strconv.Itoa(e.Number)+`"`) {
			t.Errorf("evidence %d is not there or not cited", e.Number)
		}
	}
	if n := strings.Count(html, `<path class="shade-`); n != 59 {
		t.Errorf("%d kelurahan on the map", n)
	}
	if strings.Contains(html, "ZgotmplZ") {
		t.Error("the template refuses a value")
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(html)
	if style == nil {
		t.Fatal("no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if csp := page.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, want) || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q, the page's own style wants %q", csp, want)
	}
}

func TestSheetsAreForThoseWhoSeeTheCity(t *testing.T) {
	t.Parallel()
	s := briefed(t, briefingtest.Briefing(briefingtest.Empty(t), 1).Sheet)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	for _, path := range []string{"/lembar/terbaru", "/lembar/2026-01-01", "/lembar/7.pdf", "/api/briefings/7"} {
		if p := mayor.do(http.MethodGet, path, nil).problem(t); p.Code != city.NotFound {
			t.Errorf("%s before there is one: %+v", path, p)
		}
	}
	if p := mayor.do(http.MethodGet, "/lembar/..%2fadmin", nil).problem(t); p.Code != city.Invalid {
		t.Errorf("a name that is none: %+v", p)
	}
	decoded[city.Briefing](t, mayor.do(http.MethodPost, "/api/briefings", nil), http.StatusOK)
	if p := s.script(city.Asker{Role: city.Auditor}).do(http.MethodPost, "/api/briefings", nil).problem(t); p.Code != city.Forbidden {
		t.Errorf("an auditor makes one: %+v", p)
	}
	camat := s.script(city.Asker{Role: city.Camat, AreaCode: "64.72.01"})
	for _, path := range []string{"/lembar/1", "/lembar/1.pdf", "/api/briefings", "/api/briefings/1"} {
		if p := camat.do(http.MethodGet, path, nil).problem(t); p.Code != city.Forbidden {
			t.Errorf("a camat gets %s: %+v", path, p)
		}
		if p := s.browser().do(http.MethodGet, path, nil).problem(t); p.Code != city.Unauthorized {
			t.Errorf("nobody gets %s: %+v", path, p)
		}
	}
	nobody := s.browser()
	nobody.header = map[string]string{"Accept": "text/html,*/*"}
	if a := nobody.do(http.MethodGet, "/lembar/1", nil); a.status != http.StatusUnauthorized || !strings.Contains(string(a.body), `<a href="/lembar/1">`) {
		t.Errorf("a browser without a session gets %d %s", a.status, a.body)
	}
}
