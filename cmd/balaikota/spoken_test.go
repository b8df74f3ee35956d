package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// askedCity is an installation with rows that questions are asked about.
func askedCity(t *testing.T) (i *installation, token string) {
	t.Helper()
	i = newInstallation(t)
	i.must("import", "reports", i.file("laporan.csv", askedRows(time.Now())))
	return i, strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
}

// askedRows are reports of the last days, as many of each kind in each place as
// askedCounts says; all lie well inside the last seven days. Every third is closed.
func askedRows(now time.Time) string {
	var b strings.Builder
	b.WriteString("external_id,channel,created_at,text,lon,lat,area_code,category,office,status,responded_at,closed_at\n")
	n := 0
	for _, c := range askedCounts {
		for k := range c.reports {
			n++
			at := now.Add(-24*time.Hour - time.Duration(k%5)*24*time.Hour - time.Duration(n)*time.Minute)
			status, closed := "open", ""
			if k%3 == 0 {
				status, closed = "closed", at.Add(5*time.Hour).Format(time.RFC3339)
			}
			fmt.Fprintf(&b, "T-%d,web,%s,laporan uji nomor %d di gang %d,,,%s,%s,,%s,,%s\n", n, at.Format(time.RFC3339), n, n*7%90, c.area, c.category, status, closed)
		}
	}
	return b.String()
}

var askedCounts = []struct {
	area, category string
	reports        int
}{
	{"64.72.05.1002", "sampah", 17}, {"64.72.03.1005", "banjir-drainase", 13}, {"64.72.01.1001", "lampu-jalan", 11},
	{"64.72.03.1004", "jalan-rusak", 8}, {"64.72.06.1001", "sampah", 6}, {"64.72.01.1001", "sampah", 5},
}

// spokenQuestion is what is said, what a recogniser makes of it, what the
// person then reads, and how it must end.
type spokenQuestion struct{ said, heard, written, status, answer string }

var spokenQuestions = []spokenQuestion{
	{"Berapa laporan sampah di Sempaja Selatan tujuh hari terakhir?", "Berapa laporan sampah di Semplaja Slatan 7 hari terakhir?", "Berapa laporan sampah di Sempaja Selatan 7 hari terakhir?", "answered", "17"},
	{"Berapa laporan banjir di Sidodadi tujuh hari terakhir?", "Berapa laporan banjir di Sidodadi 7 hari terakhir?", "", "answered", "13"},
	{"Kecamatan mana yang paling banyak laporannya tujuh hari terakhir?", "Kecamatan mana yang paling banyak laporannya 7 hari terakhir?", "", "answered", "Samarinda Ulu"},
	{"Berapa laporan jalan rusak yang belum selesai?", "Berapa laporan jalan rusak yang belum selesai?", "", "answered", "5"},
	{"Bagaimana tren laporan sampah tiga puluh hari terakhir?", "Bagaimana tren laporan sampah 30 hari terakhir?", "", "answered", "rata-rata"},
	{"Kategori apa yang paling sering dilaporkan minggu belakangan ini, tujuh hari terakhir?", "Kategori apa yang paling banyak 7 hari terakhir?", "", "answered", "Sampah"},
	{"Ada berapa aduan lampu jalan di Rawa Makmur?", "Ada berapa aduan lampu jalan di Rawa Makmur 7 hari terakhir?", "", "answered", "11"},
	{"Bandingkan sampah di Loa Bakung dan di Palaran.", "Bandingkan laporan sampah di Loa Bakung dan Palaran 7 hari terakhir", "", "answered", "6"},
	{"Siapa nama dan nomor telepon pelapornya?", "Siapa nama pelapor laporan sampah di Loa Bakung?", "", "refused", "pelapor"},
	{"Berapa harga emas hari ini?", "Berapa harga emas hari ini?", "", "abstained", ""},
}

// TestSpokenQuestions speaks ten questions into the microphone of a real
// Chromium at the real binary: page, recorder, upload, transcription (a test
// double), lexicon, the text read over, the answer with figure and receipt;
// then the answer is read aloud. Whatever goes wrong is said in words.
//
// It does not run beside the others: a microphone waits for nobody, and on a
// busy machine the browser loses the sound it cannot take in time.
func TestSpokenQuestions(t *testing.T) { //nolint:paralleltest // see above
	needPrograms(t, "espeak-ng")
	double := newTranscriptionDouble(t)
	t.Cleanup(func() { t.Logf("likeness of each recording to its fixture: %s", strings.Join(double.scores, ", ")) })
	var sounds []audio
	for _, q := range spokenQuestions {
		s := say(t, q.said)
		sounds = append(sounds, s)
		double.fixtures = append(double.fixtures, fixture{q.heard, s.at(16000, 0, 0).spectrum()})
	}
	i, token := askedCity(t)
	i.env = []string{"BALAIKOTA_VOICE_URL=" + double.url, "BALAIKOTA_VOICE_MODEL=tiruan", "BALAIKOTA_VOICE_KEY=kunci-uji", "BALAIKOTA_VOICE_TIMEOUT=2s"}
	p := i.start("serve", "--addr", "127.0.0.1:0")
	m := newMouth(t, p.url, token)
	m.visit(p.url + "/tanya")
	for k, q := range spokenQuestions {
		m.ask(q, sounds[k])
	}
	if len(double.wrong) > 0 {
		t.Errorf("what the service got was not as it wants it: %q", double.wrong)
	}
	m.readAloud()
	m.unheard(double, sounds[1])
	for _, e := range m.errors {
		if !strings.Contains(e, "the server responded with a status of") { // those were made to fail
			t.Errorf("the page's console: %s", e)
		}
	}
}

// mouth is a browser whose microphone plays what it is given.
type mouth struct {
	*browser
	file string
}

func newMouth(t *testing.T, url, token string) *mouth {
	t.Helper()
	// The file is read anew whenever the microphone is opened.
	file := filepath.Join(t.TempDir(), "q.wav")
	b := openBrowser(t, url, token, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+file+"%noloop")
	return &mouth{b, file}
}

// lead is the silence before speech: the recorder is ready a little after the microphone is open.
const lead = 1.0

// speak presses the button, plays the sound into the microphone, and stops.
func (m *mouth) speak(s audio) {
	m.t.Helper()
	if err := os.WriteFile(m.file, s.at(48000, lead, 1).wav(), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.click(button("Bicara"))
	m.recorded(lead + s.seconds())
	m.click(button("Selesai bicara"))
}

func (m *mouth) recorded(seconds float64) {
	m.t.Helper()
	m.until(time.Minute, "a recording", fmt.Sprintf(`Number(/0\.(\d\d) dari/.exec(document.querySelector('.voice')?.innerText ?? '')?.[1] ?? -1) >= %.0f`, seconds+0.5))
}

const lastExchange = `[...document.querySelectorAll('article.exchange')].at(-1)`

// heardAs speaks until the transcript stands in the question's field: a busy
// machine loses sound, and then one says it again.
func (m *mouth) heardAs(s audio, written string) {
	m.t.Helper()
	there := questionField + ".value === " + quoted(written)
	for range 5 {
		m.write("")
		m.speak(s)
		m.until(20*time.Second, "a transcript of “"+written+"”", questionField+`.value !== '' || document.querySelector('.voice [role=alert]') !== null`)
		if raw, err := m.js(there); err == nil && string(raw) == "true" {
			return
		}
	}
	m.until(time.Second, "the transcript of “"+written+"”", there)
}

// ask speaks a question, reads over what was written, asks it and looks at the answer.
func (m *mouth) ask(q spokenQuestion, s audio) {
	m.t.Helper()
	written := q.written
	if written == "" {
		written = q.heard
	}
	m.heardAs(s, written)
	if written != q.heard {
		m.shows(time.Second, "Didengar “")
	}
	m.shows(time.Second, "Periksa tulisan ini")
	asked := m.text(`String(document.querySelectorAll('article.exchange').length)`)
	m.click(button("Tanya"))
	m.until(20*time.Second, "an answer to “"+written+"” that is "+q.status,
		`document.querySelectorAll('article.exchange').length > `+asked+` && `+lastExchange+`.querySelector(':scope > [data-status=`+q.status+`]') !== null`)
	m.picture()
	answer := m.text(lastExchange + ".innerText")
	for _, want := range []string{written, q.answer, "disusun otomatis", "perencana luring"} {
		if !strings.Contains(answer, want) {
			m.t.Errorf("“%s”: the answer lacks %q:\n%s", written, want, answer)
		}
	}
	if q.status == "answered" && !strings.Contains(answer, "Bukti B-") {
		m.t.Errorf("“%s”: the answer has no receipt:\n%s", written, answer)
	}
}

// readAloud has the server say the last answer, and the page play it.
func (m *mouth) readAloud() {
	m.t.Helper()
	// What plays is not in the document; the page's own Audio tells of it.
	if _, err := m.js(`const made = Audio; globalThis.Audio = function (src) { const a = new made(src); a.addEventListener('ended', () => globalThis.heardFor = a.duration); return a }`); err != nil {
		m.t.Fatal(err)
	}
	m.click(lastExchange + `.querySelector('.actions button')`)
	m.until(30*time.Second, "the answer read to its end", "globalThis.heardFor > 1")
	m.until(5*time.Second, "the button to be itself again", lastExchange+`.querySelector('.actions button').innerText.trim() === 'Bacakan'`)
}

// unheard is everything that keeps a question from being heard.
func (m *mouth) unheard(double *transcriptionDouble, s audio) {
	m.t.Helper()
	m.write("")
	before := double.count()
	// Cancelled while it records: nothing leaves the page.
	m.click(button("Bicara"))
	m.recorded(1)
	m.click(button("Batal"))
	m.until(10*time.Second, "the end of the recording", button("Bicara")+" !== undefined")
	if double.count() != before {
		m.t.Error("a cancelled recording was sent")
	}
	// Nobody speaks.
	m.speak(audio{rate: 22050, samples: make([]float64, 22050)})
	m.shows(20*time.Second, "Tidak terdengar suara.")
	if double.count() != before {
		m.t.Error("silence was sent")
	}
	// Something is heard, and it is no words.
	m.speak(tone(440, 1.5))
	m.shows(20*time.Second, "Ucapan tidak dapat ditulis.")
	double.fail("500")
	m.speak(s)
	m.shows(20*time.Second, "Layanan suara sedang bermasalah.")
	double.fail("hang")
	m.speak(s)
	m.until(30*time.Second, "what is said when the service does not answer", `document.querySelector('.voice [role=alert]')?.innerText.startsWith('Layanan suara sedang bermasalah.')`)
	double.fail("")
	m.heardAs(s, spokenQuestions[1].heard)
}

// tone is a beep.
func tone(hz, seconds float64) audio {
	s := audio{rate: 22050}
	for k := range int(seconds * 22050) {
		s.samples = append(s.samples, 0.5*math.Sin(2*math.Pi*hz*float64(k)/22050))
	}
	return s
}

// TestVoiceOffAndDenied: without a service the button says how to get one, and
// a microphone that is refused is said to be.
func TestVoiceOffAndDenied(t *testing.T) {
	t.Parallel()
	chromiumProgram(t)
	double := newTranscriptionDouble(t)
	i, token := askedCity(t)
	off := i.start("serve", "--addr", "127.0.0.1:0")
	b := openBrowser(t, off.url, token)
	b.visit(off.url + "/tanya")
	b.click(button("Suara belum tersedia. Tekan untuk tahu sebabnya."))
	b.shows(10*time.Second, "BALAIKOTA_VOICE_URL")
	b.picture()
	wav := speech(t, off.url, token, "Ada 1.482 laporan, senilai Rp 1,2 miliar.")
	if s, err := decodeWAV(wav); err != nil || s.seconds() < 2 || s.loudest() < 0.1 {
		t.Errorf("the server's voice: %v, %.1f s", err, s.seconds())
	}
	if err := off.stop(); err != nil {
		t.Error(err)
	}
	i.env = []string{"BALAIKOTA_VOICE_URL=" + double.url}
	on := i.start("serve", "--addr", "127.0.0.1:0")
	refusing := openBrowser(t, on.url, token, "--deny-permission-prompts", "--use-fake-device-for-media-stream")
	refusing.visit(on.url + "/tanya")
	refusing.click(button("Bicara"))
	refusing.shows(20*time.Second, "Mikrofon tidak diizinkan.")
	refusing.picture()
	if double.count() != 0 {
		t.Error("a recording was sent")
	}
}

// speech has a server say a text.
func speech(t *testing.T, url, token, text string) []byte {
	t.Helper()
	needPrograms(t, "espeak-ng")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/voice/speech", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "audio/wav" {
		t.Fatalf("%d %s %v", resp.StatusCode, resp.Header.Get("Content-Type"), err)
	}
	return out.Bytes()
}
