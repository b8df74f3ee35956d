package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"balaikota/agents/llm/llmtest"
)

// unplugging is a server whose provider is a test double that can be unplugged
// after its first turn, and a browser before it.
type unplugging struct {
	*browser
	t        *testing.T
	i        *installation
	provider *llmtest.Server
	names    map[string]string // of areas, by code
	asked    int
}

// TestProviderUnpluggedInMidAnswer asks in a real Chromium at the real binary
// while the provider works, and fails after its first tool call in every way
// that is told apart: an answer stands on the screen each time, with the
// reason; and the killed server's question is answered by the next one.
func TestProviderUnpluggedInMidAnswer(t *testing.T) {
	t.Parallel()
	chromiumProgram(t)
	u := &unplugging{t: t, provider: llmtest.NewServer(t, ""), names: map[string]string{
		"64.72.05.1002": "Sempaja Selatan", "64.72.03.1005": "Sidodadi", "64.72.01.1001": "Rawa Makmur", "64.72.03.1004": "Air Putih", "64.72.06.1001": "Loa Bakung",
	}}
	var token string
	u.i, token = askedCity(t)
	u.i.env = []string{"BALAIKOTA_AI_FILE=" + u.settings()}
	p := u.i.start("serve", "--addr", "127.0.0.1:0")
	u.browser = openBrowser(t, p.url, token)
	u.visit(p.url + "/tanya")
	for _, c := range []struct{ fault, why string }{
		{llmtest.Status500, "Penyedia model sedang terganggu."},
		{llmtest.CutBody, "Jawaban penyedia model terputus di tengah dan tidak dipakai."},
		{llmtest.Status429, "Penyedia model sedang membatasi permintaan"},
		{llmtest.Hang, "Penyedia model tidak menjawab sampai batas waktu."},
	} {
		u.provider.Fail(llmtest.Well)
		u.mustSay("a provider that works", 20*time.Second, u.ask(), "lisan", "tiruan · model-uji", "Rp ")
		u.provider.FailAfterTool(c.fault)
		answer := u.mustSay(c.fault, 30*time.Second, u.ask(), c.why, "perencana luring")
		if strings.Contains(answer, "lisan") {
			t.Errorf("%s: the words of a provider that failed stand in the answer:\n%s", c.fault, answer)
		}
		u.picture()
	}
	u.killed(p)
}

// settings is the provider as a city writes it down; it is given two seconds a call.
func (u *unplugging) settings() string {
	u.t.Helper()
	file := filepath.Join(u.t.TempDir(), "penyedia.yaml")
	text := fmt.Sprintf("- name: tiruan\n  base_url: %s\n  model: model-uji\n  input_rupiah_per_million: 40000\n  output_rupiah_per_million: 160000\n  timeout: 2s\n", u.provider.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return file
}

// question returns one that was not asked before, how the double looks it up
// and words it ("lisan" is its mark), and the figure.
func (u *unplugging) question() (text, figure string) {
	c := askedCounts[u.asked%5]
	subject := map[string]string{"banjir-drainase": "banjir", "jalan-rusak": "jalan rusak", "lampu-jalan": "lampu jalan"}[c.category]
	if subject == "" {
		subject = c.category
	}
	days := 7 + u.asked/5*2 // all rows lie within each
	u.asked++
	u.provider.Use(llmtest.Call{Tool: "ukur", Input: map[string]any{
		"measure": "laporan_masuk", "category": c.category, "area": c.area, "period": fmt.Sprintf("%d_hari_terakhir", days),
	}})
	u.provider.Say(fmt.Sprintf("Secara lisan: ada %d laporan %s di %s.", c.reports, subject, u.names[c.area]))
	return fmt.Sprintf("Berapa laporan %s di %s %d hari terakhir?", subject, u.names[c.area], days), fmt.Sprint(c.reports)
}

// ask types a question and sends it; it returns the figure of its answer.
func (u *unplugging) ask() string {
	u.t.Helper()
	text, figure := u.question()
	u.write(text)
	u.click(button("Tanya"))
	u.until(15*time.Second, "the question “"+text+"”", fmt.Sprintf(`document.querySelectorAll('article.exchange').length === %d`, u.asked))
	return figure
}

// mustSay waits for the last question to be answered, and for what must stand there.
func (u *unplugging) mustSay(when string, within time.Duration, wants ...string) string {
	u.t.Helper()
	u.until(within, "an answer: "+when, lastExchange+`.querySelector(':scope > [data-status=answered]') !== null`)
	answer := u.text(lastExchange + ".innerText")
	for _, want := range wants {
		if !strings.Contains(answer, want) {
			u.t.Errorf("%s: the answer lacks %q:\n%s", when, want, answer)
		}
	}
	return answer
}

// killed kills the server while it waits for the provider, and starts it
// again: the page, left alone, shows the answer.
func (u *unplugging) killed(p *process) {
	u.t.Helper()
	u.provider.FailAfterTool(llmtest.Hang)
	before := len(u.provider.Requests())
	figure := u.ask()
	eventually(u.t, 15*time.Second, "the second turn is under way", func() error {
		if n := len(u.provider.Requests()); n < before+2 {
			return fmt.Errorf("%d requests, %d before", n, before)
		}
		return nil
	})
	if err := p.Process.Signal(syscall.SIGKILL); err != nil {
		u.t.Fatal(err)
	}
	<-p.done
	p.done <- nil
	u.provider.Fail(llmtest.Well)
	u.i.env = []string{"BALAIKOTA_AI_URL=" + u.provider.URL, "BALAIKOTA_AI_MODEL=model-lain", "BALAIKOTA_AI_PRICE_IN=40000", "BALAIKOTA_AI_PRICE_OUT=160000"}
	u.i.start("serve", "--addr", strings.TrimPrefix(p.url, "http://"))
	u.mustSay("after a kill in mid-answer", 2*time.Minute, figure)
	u.picture()
	if n := u.text(`String(document.querySelectorAll('article.exchange').length)`); n != fmt.Sprint(u.asked) {
		u.t.Errorf("%s questions stand on the screen, %d were asked", n, u.asked)
	}
	u.mustSay("the other provider", 20*time.Second, u.ask(), "lisan", "model-lain", "Rp ")
}
