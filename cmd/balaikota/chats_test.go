package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

const whatsappSecret = "rahasia-aplikasi-uji"

// whatsappBody is what Meta sends for messages of one citizen, and its signature.
func whatsappBody(messages ...string) (body, signature string) {
	body = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"62541000000","phone_number_id":"106540352242922"},
		"contacts":[{"profile":{"name":"Warga Uji"},"wa_id":"6281100000001"}],"messages":[` + strings.Join(messages, ",") + `]}}]}]}`
	h := hmac.New(sha256.New, []byte(whatsappSecret))
	_, _ = h.Write([]byte(body))
	return body, "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// TestAWhatsAppMessageIsAPointOnTheMap: in the real program, with a schedule of once
// a year, what Meta sends to the hook, signed, is on a screen that follows /live: the
// words, and a moment later their place in the same report. What is not signed is
// refused and nowhere.
func TestAWhatsAppMessageIsAPointOnTheMap(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.env = []string{"WA_VERIFIKASI=kata-verifikasi-uji", "WA_RAHASIA=" + whatsappSecret}
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n"
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
	body, _ := whatsappBody(said("E", `"type":"text","text":{"body":"Tidak ditandatangani"}`))
	if status, _ := hookRequest(t, http.MethodPost, hook, "sha256="+strings.Repeat("0", 64), body); status != http.StatusForbidden {
		t.Errorf("an unsigned body is answered %d", status)
	}
	send(said("F", `"type":"text","text":{"body":"Yang terakhir"}`))
	shown("what came after the refused one", "Yang terakhir", false)
	if n := screen.count(city.TopicReports); n != 3 {
		t.Errorf("the screen shows %d reports", n)
	}
	if text := p.output(); strings.Contains(text, "811000") || strings.Contains(text, "Warga Uji") || strings.Contains(text, "kata-verifikasi") {
		t.Errorf("the log names who wrote, or the word:\n%s", text)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
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
