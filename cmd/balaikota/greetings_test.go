package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestAGreetingByWhatsAppIsNoReport: in the real program, who greets the city and writes
// nothing more is asked for their report, once and by the same number; the greeting is
// counted with its source and is in no list of reports. What they write then is one
// report with it.
func TestAGreetingByWhatsAppIsNoReport(t *testing.T) {
	t.Parallel()
	g, i := newGraph(t), newInstallation(t)
	i.env = whatsappEnv
	addWhatsApp(t, i, g)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "operator"))
	write := func(id, words string, ago time.Duration) {
		t.Helper()
		body, signature := whatsappBody(fmt.Sprintf(`{"from":"6281100000001","id":"wamid.%s","timestamp":"%d","type":"text","text":{"body":"%s"}}`, id, time.Now().Add(-ago).Unix(), words))
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
	}
	greetings := func() int {
		t.Helper()
		for _, src := range fetch[[]city.SourceHealth](t, token, p.url+"/api/sources") {
			if src.Slug == "whatsapp" {
				return src.Greetings
			}
		}
		t.Fatal("the source is not listed")
		return 0
	}
	reports := func() (texts []string) {
		t.Helper()
		for _, r := range fetch[struct{ Items []city.ReportSummary }](t, token, p.url+"/api/reports").Items {
			texts = append(texts, r.Text)
		}
		return texts
	}
	began := time.Now()
	write("A", "Selamat pagi", 2*time.Minute)
	write("A", "Selamat pagi", 2*time.Minute) // Meta sends again
	eventually(t, time.Minute, "an answer to the greeting", func() error {
		if got := g.messages(); len(got) == 0 {
			return fmt.Errorf("none yet\n%s", p.output())
		}
		return nil
	})
	t.Logf("answered %s after it was sent: %q", time.Since(began), g.messages())
	if got := g.messages()[0]; !strings.HasPrefix(got, "6281100000001 Silakan tulis apa yang terjadi dan di mana") {
		t.Errorf("the answer is %q", got)
	}
	if n, texts := greetings(), reports(); n != 1 || len(texts) != 0 {
		t.Errorf("%d greetings, reports %q", n, texts)
	}
	write("B", "Pohon tumbang di Jalan Juanda", 0)
	eventually(t, time.Minute, "one report of both", func() error {
		if texts := reports(); len(texts) != 1 || !strings.HasPrefix(texts[0], "Selamat pagi\n\nPesan susulan") || !strings.HasSuffix(texts[0], "Pohon tumbang di Jalan Juanda") {
			return fmt.Errorf("%q\n%s", texts, p.output())
		}
		return nil
	})
	if n, got := greetings(), g.messages(); n != 0 || len(got) != 1 {
		t.Errorf("%d greetings stand alone; written was %q", n, got)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if log := p.output(); strings.Contains(log, "811000") || strings.Contains(log, "Warga Uji") {
		t.Errorf("the log names who wrote:\n%s", log)
	}
}
