package telegram

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const token = "123456789:AA-uji_Token-yang-panjangnya-35-huruf"

// bot is a test double of the Bot API: it refuses what the real one refuses,
// holds updates until an offset confirms them, serves one getUpdates at a time,
// and keeps what was asked.
type bot struct {
	t       *testing.T
	URL     string
	mu      sync.Mutex
	updates []held
	next    int64
	webhook bool
	pushTo  string // where updates are pushed, with the word that goes along
	word    string
	busy    int // seconds of a 429, 0 for none
	changed chan struct{}
	replace chan struct{} // closed when a later getUpdates takes the place
	wrong   []string      // what the real one would have refused
	holding chan struct{} // told when a request waits
	files   map[string][]byte
	sent    []string
}

type held struct {
	id  int64
	raw json.RawMessage
}

func startBot(t *testing.T) *bot {
	t.Helper()
	b := &bot{t: t, next: 1001, changed: make(chan struct{}), replace: make(chan struct{}), holding: make(chan struct{}, 100), files: map[string][]byte{}}
	s := httptest.NewServer(b)
	t.Cleanup(func() {
		b.mu.Lock()
		close(b.replace) // nobody waits any longer
		b.replace = make(chan struct{})
		b.mu.Unlock()
		s.Close()
		if len(b.wrong) > 0 {
			t.Errorf("the real Bot API would have refused: %q", b.wrong)
		}
	})
	b.URL = s.URL
	return b
}

// say adds an update; body is what follows its number.
func (b *bot) say(body string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	raw := json.RawMessage(`{"update_id":` + jsonNumber(id) + `,` + body + `}`)
	if !json.Valid(raw) {
		b.t.Fatalf("not JSON: %s", raw)
	}
	b.updates = append(b.updates, held{id, raw})
	close(b.changed)
	b.changed = make(chan struct{})
	return id
}

func jsonNumber(n int64) string { out, _ := json.Marshal(n); return string(out) }

// pending is how many updates are not confirmed.
func (b *bot) pending() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.updates)
}

func (b *bot) set(change func(*bot)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

func fail(w http.ResponseWriter, code int, description string, more string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, `{"ok":false,"error_code":`+jsonNumber(int64(code))+`,"description":"`+description+`"`+more+`}`)
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if file, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+token+"/"); ok {
		b.mu.Lock()
		body, there := b.files[file]
		b.mu.Unlock()
		if !there {
			fail(w, 404, "Not Found", "")
			return
		}
		_, _ = w.Write(body)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/bot")
	given, method, found := strings.Cut(path, "/")
	switch {
	case !ok || !found || !tokenForm.MatchString(given):
		fail(w, 404, "Not Found", "")
	case given != token:
		fail(w, 401, "Unauthorized", "")
	case method == "getUpdates":
		b.getUpdates(w, r)
	case method == "setWebhook", method == "deleteWebhook":
		b.setWebhook(w, r, method)
	case method == "sendMessage":
		b.sendMessage(w, r)
	case method == "getFile":
		var ask struct {
			ID string `json:"file_id"`
		}
		_ = json.NewDecoder(r.Body).Decode(&ask)
		if ask.ID != "besar" {
			fail(w, 400, "Bad Request: invalid file_id", "")
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"result":{"file_id":"besar","file_size":11,"file_path":"photos/file_7.jpg"}}`)
	default:
		fail(w, 404, "Not Found: method not found", "")
	}
}

// setWebhook takes an https address and a word of the form that is allowed.
func (b *bot) setWebhook(w http.ResponseWriter, r *http.Request, method string) {
	var ask struct {
		URL     string   `json:"url"`
		Secret  string   `json:"secret_token"`
		Allowed []string `json:"allowed_updates"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch err := decoder.Decode(&ask); {
	case err != nil, method == "deleteWebhook" && ask.URL != "":
		b.wrong = append(b.wrong, method+" with a body that is none")
		fail(w, 400, "Bad Request", "")
	case method == "setWebhook" && !strings.HasPrefix(ask.URL, "https://"):
		b.wrong = append(b.wrong, "a webhook without https")
		fail(w, 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook", "")
	default:
		b.webhook, b.pushTo, b.word = method == "setWebhook", ask.URL, ask.Secret
		b.sent = append(b.sent, method)
		_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
	}
}

// sendMessage takes a text for the chat 5550001; 5550002 blocked the bot.
func (b *bot) sendMessage(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Chat int64           `json:"chat_id"`
		Text string          `json:"text"`
		Link json.RawMessage `json:"link_preview_options"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch err := decoder.Decode(&ask); {
	case err != nil, ask.Text == "":
		b.wrong = append(b.wrong, "a message that is none")
		fail(w, 400, "Bad Request: message text is empty", "")
	case b.busy > 0:
		fail(w, 429, "Too Many Requests: retry after "+jsonNumber(int64(b.busy)), `,"parameters":{"retry_after":`+jsonNumber(int64(b.busy))+`}`)
	case len([]rune(ask.Text)) > 4096:
		fail(w, 400, "Bad Request: message is too long", "")
	case ask.Chat == 5550002:
		fail(w, 403, "Forbidden: bot was blocked by the user", "")
	case ask.Chat != 5550001:
		fail(w, 400, "Bad Request: chat not found", "")
	default:
		b.sent = append(b.sent, ask.Text)
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":900}}`)
	}
}

func (b *bot) getUpdates(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Offset  *int64   `json:"offset"`
		Limit   int      `json:"limit"`
		Timeout int      `json:"timeout"`
		Allowed []string `json:"allowed_updates"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	b.mu.Lock()
	if err := decoder.Decode(&ask); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		b.wrong = append(b.wrong, r.Method+" with a body that is none")
	}
	if ask.Limit < 1 || ask.Limit > 100 || ask.Timeout < 0 || ask.Timeout > 50 || !slices.Equal(ask.Allowed, []string{"message", "edited_message"}) {
		b.wrong = append(b.wrong, "limit, timeout or allowed_updates")
	}
	if b.webhook {
		b.mu.Unlock()
		fail(w, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", "")
		return
	}
	if b.busy > 0 {
		after := b.busy
		b.mu.Unlock()
		fail(w, 429, "Too Many Requests: retry after "+jsonNumber(int64(after)), `,"parameters":{"retry_after":`+jsonNumber(int64(after))+`}`)
		return
	}
	close(b.replace)
	mine := make(chan struct{})
	b.replace = mine
	if ask.Offset != nil {
		b.updates = slices.DeleteFunc(b.updates, func(u held) bool { return u.id < *ask.Offset })
	}
	until := time.After(time.Duration(ask.Timeout) * time.Second)
	for len(b.updates) == 0 && ask.Timeout > 0 {
		changed := b.changed
		b.mu.Unlock()
		b.holding <- struct{}{}
		select {
		case <-changed:
		case <-until:
			ask.Timeout = 0
		case <-mine:
			fail(w, 409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", "")
			return
		case <-r.Context().Done():
			return
		}
		b.mu.Lock()
	}
	rows := []json.RawMessage{}
	for _, u := range b.updates[:min(len(b.updates), ask.Limit)] {
		rows = append(rows, u.raw)
	}
	b.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": rows})
}
