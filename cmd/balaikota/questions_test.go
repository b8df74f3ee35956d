package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestAnUnfinishedMessageIsAskedAboutByItself: in the real program "ada pohon tumbang"
// by WhatsApp, without a place, is asked "di mana" a moment later, by the same number,
// without an officer; its clock waits. A server that is killed in the middle asks
// nothing twice. The place that is sent back joins the report, is a point on the map,
// and the clock goes on. Who said enough is asked nothing.
func TestAnUnfinishedMessageIsAskedAboutByItself(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.env = []string{"WA_VERIFIKASI=kata-verifikasi-uji", "WA_RAHASIA=" + whatsappSecret, "WA_TOKEN=token-akses-uji"}
	g := newGraph(t)
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n" +
		"  access_token: env:WA_TOKEN\n  allow_private: true\n  base_url: " + g.URL + "/v21.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	screen := watch(t, strings.TrimSpace(i.must("user", "token", "--role", "wali_kota")), func() string { return p.url }, city.TopicReports)
	op := sitDown(t, i, p.url, "operator.tanya", "--role", "operator")
	// The shortest quiet time that the rule allows.
	op.send(http.MethodPut, "/api/reporter-questions", map[string]any{"enabled": true, "quiet_seconds": 5, "wait_days": 3, "source": "uji", "reason": "diuji oleh tes"}, nil)
	send := func(who, id, more string) {
		t.Helper()
		body, _ := whatsappBody(fmt.Sprintf(`{"from":"%s","id":"wamid.%s","timestamp":"%d",%s}`, who, id, time.Now().Unix(), more))
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", "sha256="+signatureOf(body), body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
	}
	const citizen, other = "6281100000001", "6281100000002"
	send(other, "LENGKAP", `"type":"text","text":{"body":"Lampu jalan mati sejak kemarin malam dan gelap sekali, tolong diperbaiki."}`)
	send(other, "TEMPAT", `"type":"location","location":{"latitude":-0.5022,"longitude":117.1536}`)
	began := time.Now()
	send(citizen, "A", `"type":"text","text":{"body":"Ada pohon tumbang"}`)
	asked := func() (out []string) {
		for _, m := range g.messages() {
			if strings.Contains(m, "Pesan ini dikirim otomatis.") {
				out = append(out, m)
			}
		}
		return out
	}
	eventually(t, time.Minute, "the question at the Graph API", func() error {
		if len(asked()) == 0 {
			return fmt.Errorf("it took %q", g.messages())
		}
		return nil
	})
	t.Logf("asked %s after it was written", time.Since(began))
	if m := asked()[0]; !strings.HasPrefix(m, citizen+" ") || !strings.Contains(m, "Di mana tepatnya?") || !strings.Contains(m, "kirim lokasi") {
		t.Errorf("asked was %q", m)
	}
	var report city.ReportSummary
	screen.until(time.Minute, "the clock that waits", func() error {
		for _, r := range screen.reports(t) {
			if r.Text == "Ada pohon tumbang" && r.Paused {
				report = r
				return nil
			}
		}
		return fmt.Errorf("no report waits")
	})
	p.kill()
	p = i.start("serve", "--addr", "127.0.0.1:0")
	op.url = p.url
	send(citizen, "B", `"type":"location","location":{"latitude":-0.4948,"longitude":117.1436}`)
	screen.until(time.Minute, "its place, and its clock that goes on", func() error {
		for _, r := range screen.reports(t) {
			if r.ID == report.ID && r.Lon != nil && !r.Paused && r.RespondDueAt != nil && r.ComputedArea != "" {
				return nil
			}
		}
		return fmt.Errorf("not yet")
	})
	var said city.Answering
	op.send(http.MethodGet, fmt.Sprintf("/api/reports/%d/answering", report.ID), nil, &said)
	if len(said.Messages) != 1 || !said.Messages[0].Automatic || said.Messages[0].By != "Balaikota" || said.Messages[0].RepliedAt == nil {
		t.Errorf("officers are shown %+v", said.Messages)
	}
	if got := asked(); len(got) != 1 {
		t.Errorf("asked were %q", got)
	}
	metrics := op.text("/metrics")
	for _, want := range []string{`balaikota_reporter_questions_total{channel="whatsapp",fate="asked"} 1`, `balaikota_reporter_questions_total{channel="whatsapp",fate="answered"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is not in the metrics", want)
		}
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if text := p.output(); strings.Contains(text, "811000") || strings.Contains(text, "tumbang") {
		t.Errorf("the log names who wrote, or what:\n%s", text)
	}
}

// text is what a page says.
func (s *seated) text(path string) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d, %v", path, res.StatusCode, err)
	}
	return string(out)
}
