package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"balaikota/backend/account"
	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/web"
)

// echoing is a test double of agents/voice: it hears how much it was given.
type echoing struct {
	mute  bool
	heard chan []byte
}

func (v echoing) Transcribe(_ context.Context, by city.Actor, wav []byte) (web.Transcript, error) {
	if v.mute {
		err := city.Errorf(city.NotFound, "no service is configured")
		err.Key = "error.voice_off"
		return web.Transcript{}, err
	}
	v.heard <- wav
	return web.Transcript{Text: "Berapa laporan? " + by.Name}, nil
}

func (v echoing) Say(_ context.Context, text string) ([]byte, error) {
	if v.mute {
		return nil, city.Errorf(city.NotFound, "no voice")
	}
	return []byte("RIFF" + text), nil
}

func (echoing) Spoken(text string) string { return strings.ReplaceAll(text, "34", "tiga puluh empat") }

func newSpeaking(t *testing.T, mute bool) (*surface, echoing) {
	t.Helper()
	s, v := newSurface(t), echoing{mute, make(chan []byte, 4)}
	server := httptest.NewServer(web.Handler(web.Deps{
		Store: s.store, Passwords: account.Keeper{}, Hub: live.New(nil, nil, live.Options{}), Voice: v, Log: slog.New(slog.DiscardHandler), Version: "test",
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s, v
}

// record sends a recording.
func (c *caller) record(kind string, body io.Reader) answer {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/api/voice/transcriptions", body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

func TestVoiceIsHeard(t *testing.T) {
	t.Parallel()
	s, v := newSpeaking(t, false)
	camat := s.script(city.Asker{Role: city.Camat, AreaCode: "64.72.08"})
	sound := bytes.Repeat([]byte{1, 2}, 1<<20) // as large as may be
	for _, kind := range []string{"audio/wav", "audio/x-wav", "audio/wave; codecs=1"} {
		a := camat.record(kind, bytes.NewReader(sound))
		if a.status != http.StatusOK || !strings.Contains(string(a.body), `"text":"Berapa laporan?`) || !strings.Contains(string(a.body), `"corrections":[]`) {
			t.Errorf("%s: %d %s", kind, a.status, a.body)
			continue
		}
		if got := <-v.heard; !bytes.Equal(got, sound) {
			t.Errorf("%d bytes arrived of %d", len(got), len(sound))
		}
	}
	for name, c := range map[string]struct {
		kind string
		size int
		key  string
	}{
		"too long": {"audio/wav", 2<<20 + 1, "error.voice_long"},
		"as video": {"video/webm", 100, "error.voice_format"},
		"as JSON":  {"application/json", 100, "error.voice_format"},
		"unnamed":  {"", 100, "error.voice_format"},
	} {
		p := camat.record(c.kind, bytes.NewReader(make([]byte, c.size))).problem(t)
		if p.Code != city.Invalid || p.Key != c.key || p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %+v", name, p)
		}
	}
	// More than any request may hold, its length not said before.
	if a := camat.record("audio/wav", io.LimitReader(endless{}, 20<<20)); a.status < 400 || a.status >= 500 {
		t.Errorf("endless: %d %s", a.status, a.body)
	}
	nobody := &caller{surface: s, client: &http.Client{}}
	if p := nobody.record("audio/wav", bytes.NewReader(sound[:100])).problem(t); p.Code != city.Unauthorized {
		t.Errorf("nobody: %+v", p)
	}
	if len(v.heard) != 0 {
		t.Errorf("%d refused recordings were heard", len(v.heard))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestVoiceSpeaks(t *testing.T) {
	t.Parallel()
	s, _ := newSpeaking(t, false)
	camat := s.script(city.Asker{Role: city.Camat, AreaCode: "64.72.08"})
	text := map[string]string{"text": "Ada 34 laporan."}
	if a := camat.do(http.MethodPost, "/api/voice/speech", text); a.status != http.StatusOK || a.header.Get("Content-Type") != "audio/wav" || string(a.body) != "RIFFAda 34 laporan." || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %q", a.status, a.header, a.body)
	}
	camat.header = map[string]string{"Accept": "text/plain"}
	if a := camat.do(http.MethodPost, "/api/voice/speech", text); a.status != http.StatusOK || string(a.body) != "Ada tiga puluh empat laporan." || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %v %q", a.status, a.header, a.body)
	}
	camat.header = nil
	for _, body := range []any{map[string]string{}, map[string]string{"text": "  "}, []int{1}} {
		if p := camat.do(http.MethodPost, "/api/voice/speech", body).problem(t); p.Code != city.Invalid || p.Errors[0].Location != "body.text" {
			t.Errorf("%v: %+v", body, p)
		}
	}
	if p := s.browser().do(http.MethodPost, "/api/voice/speech", text).problem(t); p.Code != city.Unauthorized {
		t.Errorf("nobody: %+v", p)
	}
}

// TestAServerWithoutVoiceSaysSo: the browser then speaks itself and keeps the
// microphone off.
func TestAServerWithoutVoiceSaysSo(t *testing.T) {
	t.Parallel()
	s, _ := newSpeaking(t, true)
	mayor := s.script(city.Asker{Role: city.WaliKota})
	if a := mayor.do(http.MethodPost, "/api/voice/speech", map[string]string{"text": "Ada 34 laporan."}); a.status != http.StatusNoContent || len(a.body) != 0 {
		t.Errorf("%d %q", a.status, a.body)
	}
	if p := mayor.record("audio/wav", strings.NewReader("RIFF")).problem(t); p.Code != city.NotFound || p.Key != "error.voice_off" {
		t.Errorf("%+v", p)
	}
}
