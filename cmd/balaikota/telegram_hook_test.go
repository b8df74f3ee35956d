package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
)

const (
	telegramToken  = "123456789:AA-uji_Token-yang-panjangnya-35-huruf"
	telegramSecret = "kata-rahasia-hook-uji"
	telegramHook   = "https://balaikota.contoh.go.id/hooks/telegram"
)

// botAPI is a test double of Telegram's Bot API for a bot that is pushed to: it takes
// the address, as the real one does, and keeps what it was told.
type botAPI struct {
	*httptest.Server
	mu    sync.Mutex
	told  []webhook
	other []string // what else was asked of it
}

type webhook struct {
	URL     string   `json:"url"`
	Secret  string   `json:"secret_token"`
	Allowed []string `json:"allowed_updates"`
}

func newBotAPI(t *testing.T) *botAPI {
	t.Helper()
	b := &botAPI{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		method, ours := strings.CutPrefix(r.URL.Path, "/bot"+telegramToken+"/")
		var hook webhook
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&hook); !ours || method != "setWebhook" || err != nil || !strings.HasPrefix(hook.URL, "https://") {
			b.other = append(b.other, method)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"ok":false,"error_code":400,"description":"Bad Request"}`)
			return
		}
		b.told = append(b.told, hook)
		_, _ = io.WriteString(w, `{"ok":true,"result":true,"description":"Webhook was set"}`)
	}))
	t.Cleanup(b.Close)
	return b
}

// hook is the address that the bot was told, nil for none yet.
func (b *botAPI) hook() *webhook {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.told) == 0 {
		return nil
	}
	return &b.told[len(b.told)-1]
}

// telegramPush sends an update to the hook as Telegram does, with a word in its header
// ("" for none), and returns the status of the answer.
func telegramPush(t *testing.T, url, word, update string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(update))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if word != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", word)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// telegramUpdate is a private message of one citizen, sent now.
func telegramUpdate(update, message int, more string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":%d,"chat":{"id":5550001,"type":"private","first_name":"Warga"},
		"from":{"id":5550001,"is_bot":false,"first_name":"Warga","last_name":"Uji"},%s}}`, update, message, time.Now().Unix(), more)
}

// TestATelegramPushIsAPointOnTheMap: in the real program, with a schedule of once a
// year, the bot is told where to push and by which word it is known. What it pushes
// with that word is on a screen that follows /live and in the API: the words, then
// their place in the same report; the same push twice is one. Without the word, or with
// another, a push is refused and nowhere.
func TestATelegramPushIsAPointOnTheMap(t *testing.T) {
	t.Parallel()
	b, i := newBotAPI(t), newInstallation(t)
	i.env = []string{"TG_TOKEN=" + telegramToken, "TG_HOOK=" + telegramSecret}
	file := filepath.Join(t.TempDir(), "telegram.yaml")
	text := "slug: telegram\nname: Bot pengaduan\nconnector: telegram\nschedule: 0 0 1 1 *\nconfig:\n  token: env:TG_TOKEN\n  hook_url: " + telegramHook + "\n  hook_secret: env:TG_HOOK\n  allow_private: true\n  base_url: " + b.URL + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	screen := watch(t, token, func() string { return p.url }, city.TopicReports)
	eventually(t, time.Minute, "the bot is told where to push", func() error {
		if b.hook() == nil {
			return fmt.Errorf("not yet\n%s", p.output())
		}
		return nil
	})
	if h := b.hook(); h.URL != telegramHook || h.Secret != telegramSecret || strings.Join(h.Allowed, " ") != "message edited_message" {
		t.Fatalf("the bot was told %+v", h)
	}
	hook := p.url + "/hooks/telegram"
	push := func(update string) {
		t.Helper()
		if status := telegramPush(t, hook, telegramSecret, update); status != http.StatusOK {
			t.Fatalf("a push with the word is answered %d", status)
		}
	}
	shown := func(what, words string, placed bool) city.ReportSummary {
		t.Helper()
		var found city.ReportSummary
		screen.until(time.Minute, what, func() error {
			for _, r := range screen.reports(t) {
				if r.Text == words && (r.Lon != nil) == placed && r.Channel == "telegram" && (r.ComputedArea != "") == placed {
					found = r
					return nil
				}
			}
			return fmt.Errorf("the screen shows %d reports\n%s", len(screen.reports(t)), p.output())
		})
		return found
	}
	first := telegramUpdate(1001, 1, `"text":"Air naik ke jalan"`)
	began := time.Now()
	push(first)
	shown("the words", "Air naik ke jalan", false)
	t.Logf("words: on the screen %s after they were pushed", time.Since(began))
	for name, word := range map[string]string{"no word": "", "another word": telegramSecret + "x", "part of the word": telegramSecret[:10]} {
		if status := telegramPush(t, hook, word, telegramUpdate(2000, 50, `"text":"Tidak dikenal"`)); status != http.StatusForbidden {
			t.Errorf("%s is answered %d", name, status)
		}
	}
	push(first)
	began = time.Now()
	push(telegramUpdate(1002, 2, `"location":{"latitude":-0.4948,"longitude":117.1436}`))
	placed := shown("their place", "Air naik ke jalan", true)
	t.Logf("place: a point on the map %s after it was pushed", time.Since(began))
	push(telegramUpdate(1003, 3, `"text":"Pohon tumbang"`))
	shown("what came after the refused ones", "Pohon tumbang", false)

	list := fetch[struct{ Items []city.ReportSummary }](t, token, p.url+"/api/reports").Items
	if len(list) != 2 || screen.count(city.TopicReports) != 2 {
		t.Fatalf("the API lists %d reports, the screen shows %d", len(list), screen.count(city.TopicReports))
	}
	for _, r := range list {
		if r.Text == "Air naik ke jalan" && (r.ID != placed.ID || r.Lon == nil || *r.Lon != 117.1436 || *r.Lat != -0.4948) {
			t.Errorf("in the API it is %+v", r)
		}
	}
	b.mu.Lock()
	if len(b.told) != 1 || len(b.other) > 0 {
		t.Errorf("the bot was told %d times, and asked for %q", len(b.told), b.other)
	}
	b.mu.Unlock()
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if log := p.output(); strings.Contains(log, telegramToken) || strings.Contains(log, telegramSecret) || strings.Contains(log, "5550001") || strings.Contains(log, "Warga") {
		t.Errorf("the log names who wrote, the token or the word:\n%s", log)
	}
}
