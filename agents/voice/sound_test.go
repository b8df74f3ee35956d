package voice_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"balaikota/agents/voice"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
)

// tone is a recording of so many seconds; volume 1 is full scale.
func tone(rate, channels int, seconds, volume float64) []byte {
	n := int(float64(rate)*seconds) * channels
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+2*n))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(channels), uint32(rate), uint32(2 * rate * channels), uint16(2 * channels), uint16(16)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*n))
	for i := range n {
		_ = binary.Write(&b, binary.LittleEndian, int16(volume*math.MaxInt16*math.Sin(float64(i)/6)))
	}
	return b.Bytes()
}

func keyOf(err error) string {
	if e, ok := errors.AsType[*city.Error](err); ok {
		return e.Key
	}
	return ""
}

func TestRecordingsAreChecked(t *testing.T) {
	t.Parallel()
	good := tone(voice.SampleRate, 1, 2, 0.3)
	for name, c := range map[string]struct {
		wav []byte
		key string
	}{
		"speech":       {good, ""},
		"silence":      {tone(voice.SampleRate, 1, 2, 0.0005), "error.voice_silent"},
		"too long":     {tone(voice.SampleRate, 1, 60.05, 0.3), "error.voice_long"},
		"too short":    {tone(voice.SampleRate, 1, 0.1, 0.3), "error.voice_short"},
		"another rate": {tone(48000, 1, 1, 0.3), "error.voice_format"},
		"stereo":       {tone(voice.SampleRate, 2, 1, 0.3), "error.voice_format"},
		"empty":        {nil, "error.voice_format"},
		"a web page":   {[]byte("<html>RIFF</html>"), "error.voice_format"},
		"cut header":   {good[:30], "error.voice_format"},
	} {
		if got := keyOf(voice.CheckRecording(c.wav)); got != c.key {
			t.Errorf("%s: %q, want %q", name, got, c.key)
		}
	}
}

func FuzzCheckRecording(f *testing.F) {
	f.Add(tone(voice.SampleRate, 1, 0.01, 0.3))
	f.Fuzz(func(_ *testing.T, wav []byte) { _ = voice.CheckRecording(wav) })
}

// service is an OpenAI-compatible endpoint of our own: a test double, which
// answers what the test tells it to.
func service(t *testing.T, answer http.HandlerFunc) *voice.Transcriber {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	lex := voice.NewLexicon(cityNames, []string{"Siti Rahmawati"}, language.Known)
	tr, err := voice.NewTranscriber(voice.Endpoint{BaseURL: srv.URL + "/v1/", Model: "suara", Key: "rahasia", Timeout: 2 * time.Second}, func() *voice.Lexicon { return lex })
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestATranscriptComesBackWithItsNamesRight(t *testing.T) {
	t.Parallel()
	wav := tone(voice.SampleRate, 1, 1, 0.3)
	tr := service(t, func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		sent, _ := io.ReadAll(file)
		if r.URL.Path != "/v1/audio/transcriptions" || r.FormValue("language") != "id" || r.FormValue("model") != "suara" ||
			!strings.Contains(r.FormValue("prompt"), "Lok Bahu") || strings.Contains(r.FormValue("prompt"), "Rahmawati") || r.Header.Get("Authorization") != "Bearer rahasia" || !bytes.Equal(sent, wav) {
			t.Errorf("the request is not what the service expects: %s %v", r.URL.Path, r.MultipartForm.Value)
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"text": " Berapa laporan di palarang? "})
	})
	got, err := tr.Transcribe(context.Background(), wav)
	if err != nil || got.Text != "Berapa laporan di Palaran?" || len(got.Corrections) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAFailingServiceIsSaidPlainly(t *testing.T) {
	t.Parallel()
	wav := tone(voice.SampleRate, 1, 1, 0.3)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		key    string
	}{
		"500": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "error.voice_refused"},
		"401": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "error.voice_refused"},
		"sent away": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost:9/v1/audio/transcriptions", http.StatusTemporaryRedirect)
		}, "error.voice_refused"},
		"garbage": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "error.voice_refused"},
		"no text": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error":"x"}`)) }, "error.voice_refused"},
		"nothing": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"text":"  "}`)) }, "error.voice_silent"},
		"10 MB":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), 10<<20)) }, "error.voice_refused"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"text":"Ada`))
		}, "error.voice_unreachable"},
		"hang": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client go
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, "error.voice_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := service(t, c.answer).Transcribe(context.Background(), wav); keyOf(err) != c.key {
				t.Errorf("%v has key %q, want %q", err, keyOf(err), c.key)
			}
		})
	}
}

func TestTheVoiceSpeaks(t *testing.T) {
	t.Parallel()
	s := voice.NewSpeaker()
	if !s.Able() {
		t.Skip("espeak-ng is not on this machine")
	}
	short, err := s.Say(context.Background(), "Nol.")
	if err != nil {
		t.Fatal(err)
	}
	long, err := s.Say(context.Background(), "Ada 1.482 laporan di Kec. Palaran, naik 12,5 %. --help")
	if err != nil {
		t.Fatal(err)
	}
	if string(long[:4]) != "RIFF" || len(long) < 3*len(short) {
		t.Errorf("%d bytes for a sentence, %d for a word", len(long), len(short))
	}
	if size := int(binary.LittleEndian.Uint32(long[40:])); size != len(long)-44 {
		t.Errorf("the sound says it has %d bytes, it has %d", size, len(long)-44)
	}
	for _, bad := range []string{"", "  ", strings.Repeat("panjang ", 2000)} {
		if _, err := s.Say(context.Background(), bad); city.CodeOf(err) != city.Invalid {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Say(canceled, "Ada."); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled utterance: %v", err)
	}
	if _, err := (&voice.Speaker{}).Say(context.Background(), "Ada."); city.CodeOf(err) != city.NotFound {
		t.Errorf("without a voice: %v", err)
	}
}
