package voice_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"balaikota/agents/voice"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
)

// TestARecordingGoesAsTheFileItIs: under the name of its kind, untouched; words come
// back with names right, and silence is no failure.
func TestARecordingGoesAsTheFileItIs(t *testing.T) {
	t.Parallel()
	sound := []byte("OggS\x00\x02 suara uji")
	answer := "Pohon tumbang di palarang"
	tr := service(t, func(w http.ResponseWriter, r *http.Request) {
		file, head, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		sent, _ := io.ReadAll(file)
		if head.Filename != "laporan.ogg" || !bytes.Equal(sent, sound) || !strings.HasPrefix(r.FormValue("prompt"), "Laporan warga kepada balai kota tentang ") {
			t.Errorf("sent was %q, %q, prompt %q", head.Filename, sent, r.FormValue("prompt"))
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"text": answer})
	})
	got, err := tr.Inside().TranscribeNote(t.Context(), ".ogg", sound, 14*time.Second)
	if err != nil || got.Text != "Pohon tumbang di Palaran" {
		t.Errorf("got %+v, %v", got, err)
	}
	answer = " "
	if got, err := tr.TranscribeNote(t.Context(), ".ogg", sound, 0); err != nil || got.Text != "" {
		t.Errorf("silence is %+v, %v", got, err)
	}
}

// TestNoRecordingLeavesTheCityUnasked: a name or address outside is not even connected
// to, also when one of several addresses is outside, and not through a proxy.
func TestNoRecordingLeavesTheCityUnasked(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		_, _ = io.WriteString(w, `{"text":"ada kata"}`)
	}))
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host    string
		outside bool
	}{
		{"127.0.0.1", false}, {"localhost", false}, {"[::ffff:127.0.0.1]", false},
		{"203.0.113.7", true}, {"[2001:db8::1]", true}, {"169.254.169.254", true}, {"100.64.0.1", true}, {"[::ffff:203.0.113.7]", true}, {"0.0.0.0", true},
	} {
		tr, err := voice.NewTranscriber(voice.Endpoint{BaseURL: "http://" + c.host + ":" + u.Port() + "/v1", Model: "uji", Timeout: 5 * time.Second}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := tr.Outside(t.Context()); got != c.outside {
			t.Errorf("%s is outside: %v", c.host, got)
		}
		got, err := tr.Inside().TranscribeNote(t.Context(), ".ogg", []byte("OggS"), time.Second)
		if c.outside != errors.Is(err, voice.ErrOutside) || !c.outside && (err != nil || got.Text != "ada kata") {
			t.Errorf("%s: %+v, %v", c.host, got, err)
		}
	}
	if n := len(asked); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

// TestWhatIsTheFilesFaultIsTold apart from what another try may mend.
func TestWhatIsTheFilesFaultIsTold(t *testing.T) {
	t.Parallel()
	for status, file := range map[int]bool{400: true, 413: true, 415: true, 422: true, 401: false, 404: false, 429: false, 500: false, 503: false} {
		tr := service(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := tr.TranscribeNote(t.Context(), ".ogg", []byte("OggS"), time.Second)
		refused, ok := errors.AsType[*voice.RefusedError](err)
		if !ok || refused.Status != status || refused.TheFile() != file || city.CodeOf(err) != city.Internal {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestACitizensWordsAreNotTakenForNames: what counts before anybody has read it is put
// right only where no ordinary word is touched.
func TestACitizensWordsAreNotTakenForNames(t *testing.T) {
	t.Parallel()
	lex := voice.NewLexicon([]string{"Mesjid", "Palaran", "Air Putih"}, nil, language.Known)
	for heard, want := range map[string][2]string{
		"pohon tumbang dekat Masjid Al Huda": {"pohon tumbang dekat Mesjid Huda", "pohon tumbang dekat Masjid Al Huda"},
		"banjir di palarang":                 {"banjir di Palaran", "banjir di Palaran"},
		"banjir di air putih":                {"banjir di Air Putih", "banjir di Air Putih"},
	} {
		if got, _ := lex.Correct(heard); got != want[0] {
			t.Errorf("a question %q is read as %q", heard, got)
		}
		if got, _ := lex.Careful().Correct(heard); got != want[1] {
			t.Errorf("a citizen's %q is read as %q", heard, got)
		}
	}
}
