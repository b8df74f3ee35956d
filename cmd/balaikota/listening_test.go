package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/agents/voice"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store/storetest"
)

// spokenFile is what espeak-ng makes of an Indonesian sentence, as a WAV file.
func spokenFile(t *testing.T, sentence string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "espeak-ng", "-v", "id", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(sentence)
	wav, err := cmd.Output()
	if err != nil {
		t.Fatalf("espeak-ng is needed to speak (apt-get install espeak-ng): %v", err)
	}
	return wav
}

// transcribing is a test double of an OpenAI-compatible transcription service: it
// knows which sound says what, and waits while it is told to.
type transcribing struct {
	*httptest.Server
	mu    sync.Mutex
	hold  chan struct{} // nil: answer at once
	heard []string      // names of the files that were answered
	asked chan string
}

func newTranscribing(t *testing.T, sounds map[string][]byte) *transcribing {
	t.Helper()
	d := &transcribing{asked: make(chan string, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, head, err := r.FormFile("file")
		if err != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
		sent, _ := io.ReadAll(file)
		d.mu.Lock()
		hold := d.hold
		d.mu.Unlock()
		d.asked <- head.Filename
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
				return
			}
		}
		for words, sound := range sounds {
			if bytes.Equal(sound, sent) {
				d.mu.Lock()
				d.heard = append(d.heard, head.Filename)
				d.mu.Unlock()
				_ = json.NewEncoder(w).Encode(map[string]string{"text": words})
				return
			}
		}
		http.Error(w, "unknown sound", http.StatusUnprocessableEntity)
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *transcribing) answered() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.heard)
}

// newMedia is a test double of the Graph API that keeps recordings.
func newMedia(t *testing.T, media map[string][]byte) *httptest.Server {
	t.Helper()
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token-akses-uji" {
			http.Error(w, `{"error":{"code":190}}`, http.StatusUnauthorized)
			return
		}
		if id, ok := strings.CutPrefix(r.URL.Path, "/simpanan/"); ok && media[id] != nil {
			_, _ = w.Write(media[id])
			return
		}
		if id := strings.TrimPrefix(r.URL.Path, "/v21.0/"); media[id] != nil {
			_ = json.NewEncoder(w).Encode(map[string]string{"url": srv.URL + "/simpanan/" + id})
			return
		}
		if r.URL.Path == "/v21.0/106540352242922/messages" {
			_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.KAMI"}]}`)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv
}

// TestAVoiceNoteIsAReportAsTypedWordsAre: in the real program a recording that comes
// by WhatsApp is kept and played while nobody turns it into words, as a report without
// words. Once a service is set, its words give the report the category, the place and
// the incident that typed words get; a server killed while the service listens hears it
// again and stores it once. An officer corrects it, and what they wrote is found.
func TestAVoiceNoteIsAReportAsTypedWordsAre(t *testing.T) {
	t.Parallel()
	const words = "Pohon tumbang menutup jalan di Kelurahan Air Putih dekat Masjid Al Huda"
	sound := spokenFile(t, words)
	service := newTranscribing(t, map[string][]byte{words: sound})
	media := newMedia(t, map[string][]byte{"SUARA1": sound})
	i := newInstallation(t)
	i.env = append([]string{}, whatsappEnv...)
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n" +
		"  access_token: env:WA_TOKEN\n  allow_private: true\n  base_url: " + media.URL + "/v21.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	screen := watch(t, token, func() string { return p.url }, city.TopicReports)
	op := sitDown(t, i, p.url, "operator.suara", "--role", "operator")
	send := func(who, id, more string) {
		t.Helper()
		body, _ := whatsappBody(fmt.Sprintf(`{"from":"%s","id":"wamid.%s","timestamp":"%d",%s}`, who, id, time.Now().Unix(), more))
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", "sha256="+signatureOf(body), body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
	}
	// that waits for a report that is as told.
	that := func(what string, is func(city.ReportSummary) bool) (found city.ReportSummary) {
		t.Helper()
		screen.until(time.Minute, what, func() error {
			for _, r := range screen.reports(t) {
				if is(r) {
					found = r
					return nil
				}
			}
			return fmt.Errorf("the screen shows %+v", screen.reports(t))
		})
		return found
	}
	detail := func(id int64) (d city.ReportDetail) {
		t.Helper()
		op.send(http.MethodGet, fmt.Sprintf("/api/reports/%d", id), nil, &d)
		return d
	}
	send("6281100000001", "TULIS", `"type":"text","text":{"body":"`+words+`"}`)
	typed := that("the typed report, analysed", func(r city.ReportSummary) bool { return r.Text == words && r.IncidentID != 0 })
	send("6281100000002", "SUARA", `"type":"audio","audio":{"id":"SUARA1","mime_type":"audio/ogg; codecs=opus","voice":true}`)
	mute := that("a report without words", func(r city.ReportSummary) bool { return r.Text == "[pesan suara]" })
	eventually(t, time.Minute, "the sound that is kept", func() error {
		if v := detail(mute.ID).VoiceNotes; len(v) != 1 || !v[0].Playable || v[0].State != city.VoiceWaiting || v[0].Seconds < 1 {
			return fmt.Errorf("recordings %+v", v)
		}
		return nil
	})
	played := fmt.Sprintf("/api/reports/%d/voice-notes/%d", mute.ID, detail(mute.ID).VoiceNotes[0].ID)
	if got := op.text(played); got != string(sound) {
		t.Errorf("%d bytes are played, sent were %d", len(got), len(sound))
	}
	if r := detail(mute.ID); r.FullText != "[pesan suara]" || r.Category != "" || service.answered() != 0 {
		t.Errorf("without a service: %+v", r)
	}

	service.hold = make(chan struct{})
	p.kill()
	i.env = append(i.env, "BALAIKOTA_VOICE_URL="+service.URL+"/v1")
	p = i.start("serve", "--addr", "127.0.0.1:0")
	op.url = p.url
	if name := <-service.asked; name != "laporan.wav" {
		t.Errorf("the service is sent %q", name)
	}
	p.kill()
	service.mu.Lock()
	service.hold = nil
	service.mu.Unlock()
	p = i.start("serve", "--addr", "127.0.0.1:0")
	op.url = p.url
	began := time.Now()
	said := that("the words", func(r city.ReportSummary) bool {
		return r.ID == mute.ID && r.Text == city.SpokenMark+" "+words && r.IncidentID != 0 && r.Urgency == typed.Urgency && r.AreaCode != ""
	})
	t.Logf("words, place and incident %s after the server was there", time.Since(began))
	if said.Category != typed.Category || said.Proposed != typed.Proposed || said.AreaCode != typed.AreaCode || said.IncidentID != typed.IncidentID || (said.Guess == nil) != (typed.Guess == nil) {
		t.Errorf("typed words give %+v, spoken ones %+v", typed, said)
	}
	r := detail(mute.ID)
	if r.FullText != "[pesan suara]" || len(r.VoiceNotes) != 1 || r.VoiceNotes[0].Text != words || r.VoiceNotes[0].Model != "whisper-1" || service.answered() != 1 {
		t.Errorf("the report: %+v, heard %d times", r, service.answered())
	}
	op.send(http.MethodPut, played, map[string]string{"text": "Pohon beringin rubuh di Kelurahan Air Putih"}, &r)
	if r.VoiceNotes[0].CorrectedBy == "" || !strings.Contains(r.Text, "beringin") {
		t.Errorf("corrected: %+v", r)
	}
	if found := op.text("/api/reports?q=beringin"); !strings.Contains(found, fmt.Sprintf(`"id":%d`, mute.ID)) {
		t.Errorf("what was corrected is not found: %s", found)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if text := p.output(); strings.Contains(text, "811000") || strings.Contains(text, "tumbang") || strings.Contains(text, "beringin") {
		t.Errorf("the log names who wrote, or what:\n%s", text)
	}
}

// soundShelf is a test double of the sources' connectors: it gives what it has.
type soundShelf map[string][]byte

func (s soundShelf) Media(_ context.Context, _ city.Source, address string) ([]byte, error) {
	if b := s[address]; b != nil {
		return b, nil
	}
	return nil, city.Errorf(city.NotFound, "it is gone")
}

// TestAServiceThatIsDownLosesNothing: it is left alone for a while, longer each time,
// with all that waits; what it refuses and what is too long or no sound is said so on
// the report, and nothing is sent where the setting does not let it go.
func TestAServiceThatIsDownLosesNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	st := storetest.Open(t, storetest.NewDB(t), storetest.WithClock(clock))
	source := storetest.Source(t, st)
	wav := func(seconds int) []byte { // silence at 100 bytes a second
		head := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"), 0x80, 0x3e, 0, 0, 100, 0, 0, 0, 2, 0, 16, 0)
		return append(append(head, "data\x00\x00\x00\x00"...), make([]byte, 100*seconds)...)
	}
	var asked atomic.Int64
	var status atomic.Int64
	status.Store(http.StatusServiceUnavailable)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, head, err := r.FormFile("file")
		switch {
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		case status.Load() != http.StatusOK:
			w.WriteHeader(int(status.Load()))
		case head.Filename == "laporan.mp3":
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			_, _ = io.WriteString(w, `{"text":"pohon tumbang"}`)
		}
	}))
	t.Cleanup(service.Close)
	notes := []city.VoiceNote{}
	for _, a := range []string{"u:baik", "u:rusak", "u:panjang", "u:gambar", "u:hilang"} {
		notes = append(notes, city.VoiceNote{Address: a, At: now})
	}
	storetest.Ingest(t, st, city.Delivery{SourceID: source, Reports: []city.Report{storetest.Report("a", func(r *city.Report) { r.Text, r.VoiceNotes = "[pesan suara]", notes })}})
	db := &database{Store: st}
	told := 0
	listening := func(voiceReports, url string) *listener {
		e := &ear{db: db, log: slog.New(slog.DiscardHandler)}
		var err error
		if e.transcriber, err = voice.NewTranscriber(voice.Endpoint{BaseURL: url, Model: "uji", Timeout: 5 * time.Second}, nil); err != nil {
			t.Fatal(err)
		}
		l := newListener(t.Context(), db, e, config.Voice{VoiceReports: voiceReports}, func() { told++ }, e.log)
		if l.transcriber != nil {
			l.transcriber.Names = nil
		}
		l.now, l.keeper = clock, soundShelf{"u:baik": wav(5), "u:rusak": []byte("ID3\x04\x00\x00\x00\x00"), "u:panjang": wav(601), "u:gambar": []byte("\xff\xd8\xff\xe0JFIF")}
		return l
	}
	// state is how the recordings stand.
	state := func() string {
		t.Helper()
		page, err := st.Reports(t.Context(), city.System, city.ReportFilter{})
		if err != nil || len(page) != 1 {
			t.Fatalf("%d reports, %v", len(page), err)
		}
		d, err := st.Report(t.Context(), city.System, page[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, v := range d.VoiceNotes {
			out = append(out, strings.TrimSuffix(string(v.State)+":"+string(v.Problem), ":"))
		}
		return strings.Join(out, " ")
	}
	stands := func(l *listener, times int64, want string) {
		t.Helper()
		if err := l.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := state(); got != want || asked.Load() != times {
			t.Errorf("asked %d times, want %d; the recordings stand\n%s, want\n%s", asked.Load(), times, got, want)
		}
	}
	const fetched = " gagal:bukan_suara menunggu:sumber"
	stands(listening("never", service.URL+"/v1"), 0, "menunggu menunggu menunggu"+fetched)
	stands(listening("inside", "http://203.0.113.7:9/v1"), 0, "menunggu menunggu menunggu"+fetched)
	if st.NoteWait != 0 {
		t.Error("questions wait for words that nobody writes")
	}
	l := listening("inside", service.URL+"/v1")
	if st.NoteWait != noteWait {
		t.Error("questions do not wait for words")
	}
	stands(l, 1, "menunggu:layanan menunggu menunggu"+fetched)
	stands(l, 1, "menunggu:layanan menunggu menunggu"+fetched)
	now = now.Add(firstNoteWait)
	stands(l, 2, "menunggu:layanan menunggu menunggu"+fetched)
	now = now.Add(2*firstNoteWait - time.Second)
	stands(l, 2, "menunggu:layanan menunggu menunggu"+fetched)
	status.Store(http.StatusOK)
	now = now.Add(time.Second)
	stands(l, 4, "ditulis menunggu:ditolak gagal:panjang gagal:bukan_suara menunggu:sumber")
	if told != 1 {
		t.Errorf("told of words %d times", told)
	}
	for range 10 {
		now = now.Add(25 * time.Hour)
		if err := l.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stands(l, 8, "ditulis gagal:ditolak gagal:panjang gagal:bukan_suara gagal:sumber")
}
