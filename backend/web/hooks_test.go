package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

// hookDouble is a test double of what stands behind the door: it takes what carries
// the right word.
type hookDouble struct{ taken []string }

func (h *hookDouble) ReceiveHook(_ context.Context, source string, r city.HookRequest) (city.HookAnswer, error) {
	switch {
	case source != "wa":
		return city.HookAnswer{}, city.Errorf(city.NotFound, "there is no hook here")
	case r.Method == http.MethodGet:
		return city.HookAnswer{Body: []byte(r.Query.Get("hub.challenge"))}, nil
	case r.Header.Get("X-Hub-Signature-256") != "benar":
		return city.HookAnswer{}, city.Errorf(city.Forbidden, "not signed")
	}
	h.taken = append(h.taken, string(r.Body))
	return city.HookAnswer{Keep: true}, nil
}

// TestTheDoorForHooks: what it answers, how much it takes, and that who is refused
// often is not looked at any more while others are.
func TestTheDoorForHooks(t *testing.T) {
	t.Parallel()
	door := &hookDouble{}
	server := httptest.NewServer(web.Handler(web.Deps{HookDoor: door, TrustProxy: true, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(server.Close)
	send := func(method, path, signature, from string, body io.Reader) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Hub-Signature-256", signature)
		req.Header.Set("X-Forwarded-For", from)
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
	for name, c := range map[string]struct {
		method, path, signature string
		body                    io.Reader
		status                  int
		text                    string
	}{
		"the handshake":      {http.MethodGet, "/hooks/wa?hub.challenge=1158201444", "", nil, 200, "1158201444"},
		"signed":             {http.MethodPost, "/hooks/wa", "benar", strings.NewReader("{}"), 200, ""},
		"not signed":         {http.MethodPost, "/hooks/wa", "salah", strings.NewReader("{}"), 403, ""},
		"no such source":     {http.MethodPost, "/hooks/lain", "benar", strings.NewReader("{}"), 404, ""},
		"larger than it may": {http.MethodPost, "/hooks/wa", "benar", strings.NewReader(strings.Repeat("a", 5<<20)), 413, ""},
		"another method":     {http.MethodPut, "/hooks/wa", "benar", strings.NewReader("{}"), 405, ""},
	} {
		status, text := send(c.method, c.path, c.signature, "192.0.2.1", c.body)
		if status != c.status || (c.text != "" && text != c.text) {
			t.Errorf("%s: %d %q", name, status, text)
		}
	}
	if len(door.taken) != 1 {
		t.Errorf("taken were %q", door.taken)
	}
	last := 0
	for range 100 {
		last, _ = send(http.MethodPost, "/hooks/wa", "salah", "192.0.2.66", strings.NewReader("{}"))
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after 100 refusals the answer is %d", last)
	}
	if status, _ := send(http.MethodPost, "/hooks/wa", "benar", "192.0.2.1", strings.NewReader("{}")); status != http.StatusOK {
		t.Errorf("another address is answered %d", status)
	}
}
