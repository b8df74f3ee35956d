package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
)

// graph is a test double of the Graph API: it keeps what it took, and takes nothing
// while it is away.
type graph struct {
	*httptest.Server
	mu    sync.Mutex
	took  []string // to and text
	keys  []string // of what it took, which come back with each status
	away  bool
	asked int // while away
}

func newGraph(t *testing.T) *graph {
	t.Helper()
	g := &graph{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			To   string
			Text struct{ Body string }
			Key  string `json:"biz_opaque_callback_data"`
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || r.URL.Path != "/v21.0/106540352242922/messages" || r.Header.Get("Authorization") != "Bearer token-akses-uji" {
			http.Error(w, `{"error":{"code":190}}`, http.StatusUnauthorized)
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.away {
			g.asked++
			http.Error(w, `{"error":{"code":2}}`, http.StatusServiceUnavailable)
			return
		}
		g.took, g.keys = append(g.took, m.To+" "+m.Text.Body), append(g.keys, m.Key)
		_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.KAMI"}]}`)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *graph) messages() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.took...)
}

func (g *graph) key(n int) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.keys[n]
}

// whatsappEnv holds the secrets that the source of addWhatsApp names.
var whatsappEnv = []string{"WA_VERIFIKASI=kata-verifikasi-uji", "WA_RAHASIA=" + whatsappSecret, "WA_TOKEN=token-akses-uji"}

// addWhatsApp adds the source "whatsapp", which writes to g.
func addWhatsApp(t *testing.T, i *installation, g *graph) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n" +
		"  access_token: env:WA_TOKEN\n  allow_private: true\n  address: \"+62 541 000000\"\n  base_url: " + g.URL + "/v21.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
}

// seated is an officer in a browser: a cookie, no token.
type seated struct {
	t   *testing.T
	url string
	*http.Client
}

// sitDown makes an account, signs in and changes the first password.
func sitDown(t *testing.T, i *installation, url, username string, rights ...string) *seated {
	t.Helper()
	first := strings.Fields(i.must(append([]string{"user", "add", username}, rights...)...))[1]
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &seated{t: t, url: url, Client: &http.Client{Jar: jar}}
	s.send(http.MethodPost, "/api/session", map[string]string{"username": username, "password": first}, nil)
	s.send(http.MethodPost, "/api/session/password", map[string]string{"current": first, "new": "kata sandi pejabat uji 39"}, nil)
	return s
}

// send sends a change and reads its answer into out.
func (s *seated) send(method, path string, body, out any) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %d %s, %v", method, path, res.StatusCode, answer, err)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(answer, out); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
}

// asks asks on the page, and returns the answer's text.
func (s *seated) asks(question string) string {
	s.t.Helper()
	var c city.Conversation
	s.send(http.MethodPost, "/api/conversations", map[string]string{}, &c)
	var x city.Exchange
	s.send(http.MethodPost, fmt.Sprintf("/api/conversations/%d/messages", c.ID), map[string]string{"text": question}, &x)
	eventually(s.t, time.Minute, "an answer on the page", func() error {
		s.send(http.MethodGet, fmt.Sprintf("/api/questions/%d", x.Question.ID), nil, &x)
		if x.Answer.Status == city.Running {
			return fmt.Errorf("still running")
		}
		return nil
	})
	return x.Answer.Text
}

// TestAnOfficerAsksByWhatsApp: in the real program a lurah binds a number by the code
// of the page, is told of things there, and asks there: the answer is what the page
// answers under the same rights, also what it refuses. A body that Meta sends again is
// answered once; a server that dies between finding an answer and writing it writes it
// once when it is back; a citizen's message is a report, and an officer's is none. An
// account that is closed gets a refusal.
func TestAnOfficerAsksByWhatsApp(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.env = whatsappEnv
	g := newGraph(t)
	addWhatsApp(t, i, g)
	serve := func() *process {
		return i.start("serve", "--addr", "127.0.0.1:0", "--public-url", "https://balaikota.contoh.go.id")
	}
	p := serve()
	lurah := sitDown(t, i, p.url, "lurah.uji", "--role", "lurah", "--area", "64.72.06.1001")

	said := func(id, more string) string {
		return fmt.Sprintf(`{"from":"6281100000001","id":"wamid.%s","timestamp":"%d",%s}`, id, time.Now().Unix(), more)
	}
	write := func(id, words string) (body string) {
		t.Helper()
		body, signature := whatsappBody(said(id, `"type":"text","text":{"body":"`+words+`"}`))
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
		return body
	}
	// heard waits for the n-th message to the officer.
	heard := func(n int, part string) string {
		t.Helper()
		eventually(t, 90*time.Second, fmt.Sprintf("message %d with %q", n, part), func() error {
			if got := g.messages(); len(got) < n {
				return fmt.Errorf("%d so far: %q\n%s", len(got), got, p.output())
			}
			return nil
		})
		got := g.messages()[n-1]
		if !strings.HasPrefix(got, "6281100000001 ") || !strings.Contains(got, part) {
			t.Fatalf("message %d is %q, want %q", n, got, part)
		}
		return strings.TrimPrefix(got, "6281100000001 ")
	}
	var code city.OfficerCode
	lurah.send(http.MethodPost, "/api/notices/chats/code", map[string]string{"source": "whatsapp"}, &code)
	if !strings.HasPrefix(code.Link, "https://wa.me/62541000000?text=BK%20") {
		t.Errorf("%+v", code)
	}
	began := time.Now()
	write("A", code.Line)
	heard(1, "Terhubung dengan akun lurah.uji")
	t.Logf("bound and told %s after the code was sent", time.Since(began))
	var bound city.OfficerContacts
	lurah.send(http.MethodGet, "/api/notices/chats", nil, &bound)
	if len(bound.Contacts) != 1 || bound.Contacts[0].Mask != "•••• 0001" {
		t.Fatalf("%+v", bound)
	}

	// A disposition is told there, as a notice is.
	lurah.send(http.MethodPut, "/api/notices/preferences", map[string]any{"channels": []string{"whatsapp"}, "quiet_from": "", "quiet_until": ""}, nil)
	mayor := sitDown(t, i, p.url, "wali.uji", "--role", "wali_kota")
	order := city.DispositionOrder{
		ClientID: "00000000-0000-4000-8000-000000000039", Office: kelurahanOffice(t, lurah), Nature: city.NatureUrgent, Copies: []string{}, Subject: "Selokan di rumah Pak Budi",
		Instruction: "Bersihkan selokan", DueDays: 2, Incidents: []int64{}, Reports: []int64{}, Attachments: []int64{},
	}
	began = time.Now()
	mayor.send(http.MethodPost, "/api/dispositions", order, nil)
	if told := heard(2, "https://balaikota.contoh.go.id/tugas/"); strings.Contains(told, "Budi") || strings.Contains(told, "selokan") {
		t.Errorf("the notice says what somebody wrote: %q", told)
	}
	t.Logf("a disposition was told %s after it was sent", time.Since(began))

	// What is asked is answered as on the page, also what the rights refuse.
	questions := []string{"Berapa laporan bulan ini?", "Berapa laporan di Kelurahan Air Putih bulan ini?"}
	for n, question := range questions {
		began = time.Now()
		write(fmt.Sprint("T", n), question)
		got, want := heard(3+n, ""), lurah.asks(question)
		t.Logf("%s after %s: %q", question, time.Since(began), got)
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "https://balaikota.contoh.go.id/tanya/") {
			t.Errorf("%s: the chat says %q, the page %q", question, got, want)
		}
	}
	// Meta sends again.
	if signed, signature := whatsappBody(said("T1", `"type":"text","text":{"body":"`+questions[1]+`"}`)); signed != "" {
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, signed); status != http.StatusOK {
			t.Fatalf("sent again: %d", status)
		}
	}
	write("V", "bantuan")
	heard(5, "lapor …")

	// The answer is found, the service is away, the server dies.
	g.mu.Lock()
	g.away = true
	g.mu.Unlock()
	write("M", questions[0])
	eventually(t, time.Minute, "an answer that cannot be written", func() error {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.asked == 0 {
			return fmt.Errorf("not yet")
		}
		return nil
	})
	log := p.output()
	p.kill()
	g.mu.Lock()
	g.away = false
	g.mu.Unlock()
	p = serve()
	heard(6, "https://balaikota.contoh.go.id/tanya/")

	// A citizen's message is a report; an officer's begins with "lapor".
	write("L", "lapor lampu jalan mati")
	body, _ := whatsappBody(strings.ReplaceAll(said("C", `"type":"text","text":{"body":"Berapa laporan sampah?"}`), "6281100000001", "6281100000002"))
	body, signature := signedAgain(body)
	if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, body); status != http.StatusOK {
		t.Fatalf("a citizen's: %d", status)
	}
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	eventually(t, time.Minute, "both reports and no other", func() error {
		out := fetch[struct{ Items []city.ReportSummary }](t, token, p.url+"/api/reports")
		var texts []string
		for _, r := range out.Items {
			texts = append(texts, r.Text)
		}
		if len(texts) != 2 || !strings.Contains(strings.Join(texts, "|"), "lampu jalan mati") || !strings.Contains(strings.Join(texts, "|"), "Berapa laporan sampah?") {
			return fmt.Errorf("%q", texts)
		}
		return nil
	})
	i.must("user", "disable", "lurah.uji")
	write("X", questions[0])
	heard(7, "tidak terhubung dengan akun yang aktif")
	if got := g.messages(); len(got) != 7 {
		t.Errorf("%d messages: %q", len(got), got)
	}
	if log += p.output(); strings.Contains(log, "811000") || strings.Contains(log, "Berapa laporan") || strings.Contains(log, code.Code) {
		t.Errorf("the log holds who wrote, what, or a code:\n%s", log)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
}

// signedAgain signs a body that was changed.
func signedAgain(body string) (same, signature string) {
	return body, "sha256=" + signatureOf(body)
}

// kelurahanOffice is the short name of the office of the lurah's own kelurahan.
func kelurahanOffice(t *testing.T, s *seated) string {
	t.Helper()
	var offices []city.Office
	s.send(http.MethodGet, "/api/offices", nil, &offices)
	for _, o := range offices {
		if o.AreaCode == "64.72.06.1001" && o.Kind == "kelurahan" {
			return o.ShortName
		}
	}
	t.Fatal("no office of the kelurahan")
	return ""
}
