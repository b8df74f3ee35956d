package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"balaikota/backend/city"
)

// TestMinutesPrintWhatPeopleWroteAsText: a page and Markdown in which nothing
// that people wrote can be anything but text, with one style and no script.
func TestMinutesPrintWhatPeopleWroteAsText(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	const text = `Pompa <script>alert(1)</script> [klik](javascript:alert(1)) **tebal** & "kutip"`
	p := decoded[city.MeetingPoint](t, mayor.do(http.MethodPost, "/api/meetings/sekarang/points", map[string]string{
		"client_id": "6f2b7a52-0000-4000-8000-000000000001", "kind": "question", "text": text,
	}), http.StatusOK)
	if p.Text != text || p.Status != "open" {
		t.Fatalf("the point: %+v", p)
	}
	a := mayor.do(http.MethodGet, "/api/meetings/"+p.Week+"/minutes", nil)
	page := string(a.body)
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(page, "Rancangan") {
		t.Fatalf("the draft: %d %s %s", a.status, a.header, page)
	}
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("what people wrote is not escaped: %s", page)
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	if style == nil {
		t.Fatal("no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, want) || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q, the page's own style wants %q", csp, want)
	}
	if p := mayor.do(http.MethodGet, "/api/meetings/sekarang/minutes?format=pdf", nil).problem(t); p.Code != city.Invalid {
		t.Errorf("an unknown format: %+v", p)
	}
	closed := decoded[city.Meeting](t, mayor.do(http.MethodPost, "/api/meetings/sekarang/close", map[string]any{"present": []string{"Wali Kota", "<b>Sekda</b>"}}), http.StatusOK)
	if closed.Minutes == nil || closed.Minutes.Number != 1 {
		t.Fatalf("closed: %+v", closed.Minutes)
	}
	md := mayor.do(http.MethodGet, "/api/meetings/"+p.Week+"/minutes?format=md", nil)
	sheet := string(md.body)
	for _, want := range []string{"# Notulen rapat Senin — Kota Samarinda\n", "- Nomor: 1/", closed.Minutes.SHA256, `\[klik\](javascript:alert(1)) \*\*tebal\*\*`, `\<script\>`, `Hadir: Wali Kota, \<b\>Sekda`} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the sheet lacks %q:\n%s", want, sheet)
		}
	}
	if d := md.header.Get("Content-Disposition"); !strings.Contains(d, "notulen-"+p.Week+".md") || !strings.HasPrefix(md.header.Get("Content-Type"), "text/markdown") {
		t.Errorf("headers %v", md.header)
	}
	if p := mayor.do(http.MethodPost, "/api/meetings/sekarang/points", map[string]string{
		"client_id": "6f2b7a52-0000-4000-8000-000000000002", "kind": "topic", "text": "terlambat",
	}).problem(t); p.Key != "error.meeting_closed" {
		t.Errorf("a point after the close: %+v", p)
	}
}
