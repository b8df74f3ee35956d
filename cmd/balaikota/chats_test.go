package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

const whatsappSecret = "rahasia-aplikasi-uji"

// whatsappBody is what Meta sends for messages of one citizen, and its signature.
func whatsappBody(messages ...string) (body, signature string) {
	body = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"62541000000","phone_number_id":"106540352242922"},
		"contacts":[{"profile":{"name":"Warga Uji"},"wa_id":"6281100000001"}],"messages":[` + strings.Join(messages, ",") + `]}}]}]}`
	return body, "sha256=" + signatureOf(body)
}

// signatureOf is how Meta signs a body.
func signatureOf(body string) string {
	h := hmac.New(sha256.New, []byte(whatsappSecret))
	_, _ = h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil))
}

// TestAWhatsAppMessageIsAPointOnTheMap: in the real program, with a schedule of once
// a year, what Meta sends to the hook, signed, is on a screen that follows /live: the
// words, and a moment later their place in the same report. What is not signed is
// refused and nowhere. An officer's answer goes back by the same number, and what the
// citizen replies to it joins the report.
func TestAWhatsAppMessageIsAPointOnTheMap(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.env = []string{"WA_VERIFIKASI=kata-verifikasi-uji", "WA_RAHASIA=" + whatsappSecret, "WA_TOKEN=token-akses-uji"}
	// A test double of the Graph API, which keeps what is written to reporters.
	wrote := make(chan map[string]any, 10)
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || r.URL.Path != "/v21.0/106540352242922/messages" || r.Header.Get("Authorization") != "Bearer token-akses-uji" {
			http.Error(w, `{"error":{"code":190}}`, http.StatusUnauthorized)
			return
		}
		wrote <- m
		_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.KAMI"}]}`)
	}))
	t.Cleanup(graph.Close)
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n" +
		"  access_token: env:WA_TOKEN\n  allow_private: true\n  base_url: " + graph.URL + "/v21.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	screen := watch(t, token, func() string { return p.url }, city.TopicReports)
	hook := p.url + "/hooks/whatsapp"
	if status, answer := hookRequest(t, http.MethodGet, hook+"?hub.mode=subscribe&hub.verify_token=kata-verifikasi-uji&hub.challenge=1158201444", "", ""); status != http.StatusOK || answer != "1158201444" {
		t.Fatalf("the handshake: %d %q", status, answer)
	}
	screen.until(time.Minute, "a snapshot", func() error {
		if screen.seenSnapshots() == 0 {
			return fmt.Errorf("none yet")
		}
		return nil
	})
	said := func(id, more string) string {
		return fmt.Sprintf(`{"from":"6281100000001","id":"wamid.%s","timestamp":"%d",%s}`, id, time.Now().Unix(), more)
	}
	send := func(messages ...string) time.Time {
		t.Helper()
		body, signature := whatsappBody(messages...)
		if status, _ := hookRequest(t, http.MethodPost, hook, signature, body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
		return time.Now()
	}
	shown := func(what, words string, placed bool) {
		t.Helper()
		screen.until(time.Minute, what, func() error {
			for _, r := range screen.reports(t) {
				if r.Text == words && (r.Lon != nil) == placed && r.Channel == "whatsapp" && (r.ComputedArea != "") == placed {
					return nil
				}
			}
			return fmt.Errorf("the screen shows %d reports", len(screen.reports(t)))
		})
	}
	began := time.Now()
	answered := send(said("A", `"type":"text","text":{"body":"Air naik ke jalan"}`))
	shown("the words", "Air naik ke jalan", false)
	t.Logf("words: answered in %s, on the screen %s after they were sent", answered.Sub(began), time.Since(began))
	began = time.Now()
	answered = send(said("B", `"type":"location","location":{"latitude":-0.4948,"longitude":117.1436}`))
	shown("their place", "Air naik ke jalan", true)
	t.Logf("place: answered in %s, a point on the map %s after it was sent", answered.Sub(began), time.Since(began))
	began = time.Now()
	answered = send(said("C", `"type":"text","text":{"body":"Pohon tumbang"}`), said("D", `"type":"location","location":{"latitude":-0.5022,"longitude":117.1536}`))
	shown("both in one body", "Pohon tumbang", true)
	t.Logf("both: answered in %s, a point on the map %s after they were sent", answered.Sub(began), time.Since(began))
	// What comes while the source is paused waits, and is read once it goes on.
	i.must("source", "pause", "whatsapp")
	send(said("P", `"type":"text","text":{"body":"Selama jeda"}`))
	if list := i.must("source", "list"); !strings.Contains(list, "dijeda") {
		t.Errorf("while it is paused the list says %q", list)
	}
	i.must("source", "resume", "whatsapp")
	shown("what came during the pause", "Selama jeda", false)
	body, _ := whatsappBody(said("E", `"type":"text","text":{"body":"Tidak ditandatangani"}`))
	if status, _ := hookRequest(t, http.MethodPost, hook, "sha256="+strings.Repeat("0", 64), body); status != http.StatusForbidden {
		t.Errorf("an unsigned body is answered %d", status)
	}
	send(said("F", `"type":"text","text":{"body":"Yang terakhir"}`))
	shown("what came after the refused one", "Yang terakhir", false)
	began = time.Now()
	answer(t, i, p.url, screen.numbered(t, "Air naik ke jalan"), "Petugas sudah di lokasi dan memasang pompa.")
	select {
	case m := <-wrote:
		if text := fmt.Sprint(m["text"]); m["to"] != "6281100000001" || m["type"] != "text" || !strings.Contains(text, "Petugas sudah di lokasi") || strings.Contains(strings.ToLower(text), "surel") {
			t.Errorf("written was %v", m)
		}
		t.Logf("an answer: at the Graph API %s after the officer sent it", time.Since(began))
	case <-time.After(time.Minute):
		t.Fatal("the answer did not come to the Graph API")
	}
	send(said("G", `"type":"text","text":{"body":"Terima kasih"},"context":{"from":"62541000000","id":"wamid.KAMI"}`))
	screen.until(time.Minute, "a reply to the answer joins the report", func() error {
		for _, r := range screen.reports(t) {
			if strings.HasPrefix(r.Text, "Air naik ke jalan") && strings.HasSuffix(r.Text, "Terima kasih") {
				return nil
			}
		}
		return fmt.Errorf("not yet")
	})
	if n := screen.count(city.TopicReports); n != 4 {
		t.Errorf("the screen shows %d reports", n)
	}
	if text := p.output(); strings.Contains(text, "811000") || strings.Contains(text, "Warga Uji") || strings.Contains(text, "kata-verifikasi") {
		t.Errorf("the log names who wrote, or the word:\n%s", text)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
}

// answer is an operator's word to a report's reporter.
func answer(t *testing.T, i *installation, url string, report int64, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"client_id": "0b9c7f0e-3c55-4d6e-9a53-3d8f1a2b4c5d", "text": text})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("%s/api/reports/%d/replies", url, report), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(i.must("user", "token", "--role", "operator")))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if out, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the answer is answered %d %s, %v", res.StatusCode, out, err)
	}
}

// numbered is the number of the report with these words on the screen.
func (s *screen) numbered(t *testing.T, words string) int64 {
	t.Helper()
	for _, r := range s.reports(t) {
		if r.Text == words {
			return r.ID
		}
	}
	t.Fatalf("no report says %q", words)
	return 0
}

func hookRequest(t *testing.T, method, url, signature, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if signature != "" {
		req.Header.Set("X-Hub-Signature-256", signature)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// reports are those that the screen holds.
func (s *screen) reports(t *testing.T) (out []city.ReportSummary) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, raw := range s.state {
		if !strings.HasPrefix(id, string(city.TopicReports)+" ") {
			continue
		}
		var r city.ReportSummary
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func (s *screen) seenSnapshots() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshots
}
