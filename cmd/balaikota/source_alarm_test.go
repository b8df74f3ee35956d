package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// machine is a city's system on one address, which goes down and comes up again.
type machine struct {
	t    *testing.T
	addr string
	srv  *http.Server
}

func (m *machine) up() {
	m.t.Helper()
	addr := m.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(m.t.Context(), "tcp", addr)
	if err != nil {
		m.t.Fatal(err)
	}
	m.addr = l.Addr().String()
	at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	m.srv = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"k1","waktu":%q,"isi":"lampu jalan mati"}]}`, at)
	})}
	srv := m.srv
	go func() { _ = srv.Serve(l) }()
}

func (m *machine) down() { _ = m.srv.Close() }

const machineSource = `slug: aduan-uji
name: Aduan uji
connector: httpjson
schedule: "@every 5s"
config:
  allow_private: true
  mapping:
    url: http://%s/?kunci=rahasia-mesin
    items: .data
    kind: reports
    fields: {external_id: .id, created_at: .waktu, text: .isi}
`

// TestTheOperatorHearsThatASourceWentDown: in the real program the machine behind a
// source goes down; the operator finds one notice in the app and one letter, also when
// the server is killed meanwhile. The machine comes back: one more of each.
func TestTheOperatorHearsThatASourceWentDown(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	box, m := newPostbox(t), &machine{t: t}
	i.env = box.mails()
	m.up()
	t.Cleanup(func() { m.down() })
	file := filepath.Join(t.TempDir(), "aduan.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, machineSource, m.addr), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	serve := func() *process {
		return i.start("serve", "--addr", "127.0.0.1:0", "--public-url", "https://balaikota.contoh.go.id")
	}
	p := serve()
	operator := sitDown(t, i, p.url, "operator.uji", "--role", "operator")
	operator.confirms(box, "operator@contoh.go.id")
	operator.send(http.MethodPut, "/api/notices/preferences", map[string]any{"channels": []string{"surel"}}, nil)
	health := func(want city.Freshness) {
		t.Helper()
		eventually(t, time.Minute, "the source is "+string(want), func() error {
			var got struct{ Health city.SourceHealth }
			operator.send(http.MethodGet, "/api/sources/aduan-uji", nil, &got)
			if got.Health.Freshness != want {
				return fmt.Errorf("it is %s", got.Health.Freshness)
			}
			return nil
		})
	}
	// heard waits for n notices about the source, in the app and by mail.
	heard := func(n int, says string) {
		t.Helper()
		began := time.Now()
		eventually(t, 3*time.Minute, fmt.Sprintf("notice %d", n), func() error {
			app, mail := aboutSources(operator), box.letters("/sumber/aduan-uji")
			if len(app) != n || len(mail) != n {
				return fmt.Errorf("%d in the app, %d by mail\n%s", len(app), len(mail), p.output())
			}
			return nil
		})
		notice, letter := aboutSources(operator)[0], box.letters("/sumber/aduan-uji")[n-1]
		if notice.Path != "/sumber/aduan-uji" || !strings.Contains(notice.Text, says) || !strings.Contains(letter.text, "\n"+notice.Text+"\n") || letter.to != "operator@contoh.go.id" ||
			!strings.Contains(letter.text, "https://balaikota.contoh.go.id/sumber/aduan-uji") {
			t.Errorf("%+v\n%+v", notice, letter)
		}
		if all := notice.Text + notice.TextEN + letter.text; strings.Contains(all, "rahasia-mesin") || strings.Contains(all, m.addr) {
			t.Errorf("a notice says where the source is: %s", all)
		}
		t.Logf("heard after %s: %s", time.Since(began), notice.Text)
	}
	health(city.Fresh)
	m.down()
	health(city.Broken)
	p.kill()
	p = serve()
	operator.url = p.url
	heard(1, "Sumber Aduan uji terputus sejak ")
	m.up()
	operator.send(http.MethodPost, "/api/sources/aduan-uji/run", map[string]string{}, nil)
	health(city.Fresh)
	heard(2, "Sumber Aduan uji mengirim data lagi; terganggu sejak ")
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
}

// aboutSources are the officer's notices of sources, newest first.
func aboutSources(s *seated) (out []city.Notice) {
	s.t.Helper()
	var list struct{ Items []city.Notice }
	s.send(http.MethodGet, "/api/notices", nil, &list)
	for _, n := range list.Items {
		if n.Kind == "source" {
			out = append(out, n)
		}
	}
	return out
}
