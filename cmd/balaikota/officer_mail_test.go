package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors/connectortest"

	"github.com/emersion/go-smtp"
)

// postbox is a real SMTP server that keeps what it is sent.
type postbox struct {
	addr string
	mu   sync.Mutex
	mail []postboxLetter
}

type postboxLetter struct{ to, text string }

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &postbox{addr: l.Addr().String()}
	server := smtp.NewServer(b)
	server.Domain = "surel.uji"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

// letters are those whose text holds part, in the order in which they came.
func (b *postbox) letters(part string) (out []postboxLetter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mail {
		if strings.Contains(m.text, part) {
			out = append(out, m)
		}
	}
	return out
}

func (b *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &postboxSession{of: b}, nil }

type postboxSession struct {
	of *postbox
	to string
}

func (s *postboxSession) Reset()                               {}
func (s *postboxSession) Logout() error                        { return nil }
func (s *postboxSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *postboxSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *postboxSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.mail = append(s.of.mail, postboxLetter{s.to, strings.ReplaceAll(string(raw), "\r\n", "\n")})
	return nil
}

// mails are the settings of a program that sends by the postbox.
func (b *postbox) mails() []string {
	return []string{"BALAIKOTA_SMTP_ADDR=" + b.addr, "BALAIKOTA_SMTP_FROM=Balaikota <balaikota@contoh.go.id>", "BALAIKOTA_SMTP_PLAIN=true"}
}

var addressCode = regexp.MustCompile(`Kode konfirmasi Balaikota: ([0-9]{6})`)

// confirms gives an officer an address, by the code that came there.
func (s *seated) confirms(b *postbox, address string) {
	s.t.Helper()
	s.send(http.MethodPut, "/api/notices/preferences", map[string]any{"email": address, "quiet_from": "", "quiet_until": ""}, nil)
	var code string
	eventually(s.t, time.Minute, "a code by mail", func() error {
		for _, m := range b.letters("Kode konfirmasi") {
			if found := addressCode.FindStringSubmatch(m.text); found != nil && m.to == address {
				code = found[1]
				return nil
			}
		}
		return fmt.Errorf("not yet")
	})
	s.send(http.MethodPut, "/api/notices/preferences", map[string]any{"code": code}, nil)
}

// TestAnOfficerAsksByMail: in the real program, with a real mailbox and a real SMTP
// server, a lurah confirms an address and writes from it: what the city's server
// proved is answered there, as on the page. The same words without proof, or with the
// proof of another domain, are reports and get no answer, nor does who they name in
// Reply-To.
func TestAnOfficerAsksByMail(t *testing.T) {
	t.Parallel()
	d, b, i := connectortest.NewDovecot(t), newPostbox(t), newInstallation(t)
	i.env = append(b.mails(), "SUREL_SANDI="+connectortest.DovecotPassword)
	file := filepath.Join(t.TempDir(), "surel.yaml")
	text := fmt.Sprintf("slug: surel\nname: Surel pengaduan\nconnector: imap\nschedule: 0 0 1 1 *\nconfig:\n  host: 127.0.0.1\n  port: %d\n  security: none\n  allow_private: true\n"+
		"  user: pengaduan\n  password: env:SUREL_SANDI\n  auth_server: mx.contoh.go.id\n", d.Port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0", "--public-url", "https://balaikota.contoh.go.id")
	lurah := sitDown(t, i, p.url, "lurah.uji", "--role", "lurah", "--area", "64.72.06.1001")
	lurah.confirms(b, "lurah@contoh.go.id")

	const question = "Berapa laporan bulan ini?"
	write := func(id, proof, words string) {
		t.Helper()
		d.Deliver(t, "pengaduan", "INBOX", time.Now(), proof+"From: Lurah <lurah@contoh.go.id>\nReply-To: penjahat@jahat.id\nSubject: Tanya "+id+"\nMessage-ID: <"+id+"@contoh.go.id>\n\n"+words+"\n")
	}
	const proven = "Authentication-Results: mx.contoh.go.id; dkim=pass header.d=contoh.go.id\n"
	answered := func(n int) string {
		t.Helper()
		eventually(t, 90*time.Second, fmt.Sprintf("answer %d by mail", n), func() error {
			if got := b.letters("Subject: " + city.MailSubject); len(got) < n {
				return fmt.Errorf("%d so far\n%s", len(got), p.output())
			}
			return nil
		})
		m := b.letters("Subject: " + city.MailSubject)[n-1]
		if m.to != "lurah@contoh.go.id" || !strings.Contains(m.text, "\nAuto-Submitted: auto-generated\n") {
			t.Errorf("answer %d goes to %s:\n%s", n, m.to, m.text)
		}
		_, body, _ := strings.Cut(m.text, "\n\n")
		return body
	}
	asked := func(n int, body, want string) {
		t.Helper()
		if !strings.HasPrefix(body, want) || !strings.Contains(body, "https://balaikota.contoh.go.id/tanya/") {
			t.Errorf("answer %d by mail is %q, on the page %q", n, body, want)
		}
	}
	began := time.Now()
	write("satu", proven, question)
	body := answered(1)
	t.Logf("answered by mail %s after the question was delivered: %q", time.Since(began), body)
	asked(1, body, lurah.asks(question))

	write("palsu", "", question)
	write("lain", "Authentication-Results: mx.contoh.go.id; dkim=pass header.d=jahat.id\n", question)
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	eventually(t, time.Minute, "both as reports", func() error {
		if out := fetch[struct{ Items []city.ReportSummary }](t, token, p.url+"/api/reports"); len(out.Items) != 2 {
			return fmt.Errorf("%d reports", len(out.Items))
		}
		return nil
	})
	write("dua", proven, question)
	asked(2, answered(2), lurah.asks(question))
	if n := len(b.letters("Subject: " + city.MailSubject)); n != 2 {
		t.Errorf("%d answers to two questions", n)
	}
	for _, m := range b.letters("") {
		if m.to != "lurah@contoh.go.id" {
			t.Errorf("a letter went to %s:\n%s", m.to, m.text)
		}
	}
	var talks []city.Conversation
	lurah.send(http.MethodGet, "/api/conversations", nil, &talks)
	channels := map[city.NoticeChannel]int{}
	for _, c := range talks {
		var talk struct{ Exchanges []city.Exchange }
		lurah.send(http.MethodGet, fmt.Sprintf("/api/conversations/%d", c.ID), nil, &talk)
		for _, x := range talk.Exchanges {
			channels[x.Question.Channel]++
		}
	}
	if channels[city.NoticeEmail] != 2 || channels[""] != 2 {
		t.Errorf("asked were %v", channels)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if log := p.output(); strings.Contains(log, "contoh.go.id/") || strings.Contains(log, "lurah@") || strings.Contains(log, "Berapa laporan") {
		t.Errorf("the log holds who wrote, or what:\n%s", log)
	}
}

// TestANoticeThatWhatsAppFailsComesByMail: in the real program WhatsApp takes a
// disposition's notice and tells a moment later, signed, that it could not bring it:
// the officer has it by mail, once. A failure of what arrived changes nothing. Of the
// answer to a question that is lost so, the officer is told.
func TestANoticeThatWhatsAppFailsComesByMail(t *testing.T) {
	t.Parallel()
	g, b, i := newGraph(t), newPostbox(t), newInstallation(t)
	i.env = append(b.mails(), whatsappEnv...)
	addWhatsApp(t, i, g)
	p := i.start("serve", "--addr", "127.0.0.1:0", "--public-url", "https://balaikota.contoh.go.id")
	lurah := sitDown(t, i, p.url, "lurah.uji", "--role", "lurah", "--area", "64.72.06.1001")
	lurah.confirms(b, "lurah@contoh.go.id")
	send := func(body string) {
		t.Helper()
		body, signature := signedAgain(body)
		if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, body); status != http.StatusOK {
			t.Fatalf("a signed body is answered %d", status)
		}
	}
	took := func(n int) (key string) {
		t.Helper()
		eventually(t, 90*time.Second, fmt.Sprintf("message %d", n), func() error {
			if got := g.messages(); len(got) < n {
				return fmt.Errorf("%d so far\n%s", len(got), p.output())
			}
			return nil
		})
		return g.key(n - 1)
	}
	var code city.OfficerCode
	lurah.send(http.MethodPost, "/api/notices/chats/code", map[string]string{"source": "whatsapp"}, &code)
	bind, _ := whatsappBody(fmt.Sprintf(`{"from":"6281100000001","id":"wamid.A","timestamp":"%d","type":"text","text":{"body":"%s"}}`, time.Now().Unix(), code.Line))
	send(bind)
	took(1)
	lurah.send(http.MethodPut, "/api/notices/preferences", map[string]any{"channels": []string{"whatsapp", "surel"}}, nil)
	mayor := sitDown(t, i, p.url, "wali.uji", "--role", "wali_kota")
	office := kelurahanOffice(t, lurah)
	order := func(n int) (key string) {
		t.Helper()
		mayor.send(http.MethodPost, "/api/dispositions", city.DispositionOrder{
			ClientID: fmt.Sprintf("00000000-0000-4000-8000-00000000005%d", n), Office: office, Nature: city.NatureUrgent, Copies: []string{}, Subject: "Selokan",
			Instruction: "Bersihkan selokan", DueDays: 2, Incidents: []int64{}, Reports: []int64{}, Attachments: []int64{},
		}, nil)
		return took(1 + n)
	}
	tell := func(key, what string) {
		t.Helper()
		send(fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
			"metadata":{"display_phone_number":"62541000000","phone_number_id":"106540352242922"},"statuses":[{"id":"wamid.KAMI","status":"%s","timestamp":"%d",
			"recipient_id":"6281100000001","errors":[{"code":131026}],"biz_opaque_callback_data":"%s"}]}}]}]}`, what, time.Now().Unix(), key))
	}
	arrived, lost := order(1), order(2)
	tell(arrived, "delivered")
	tell(arrived, "failed")
	began := time.Now()
	tell(lost, "failed")
	eventually(t, time.Minute, "the notice by mail", func() error {
		if len(b.letters("/tugas/")) == 0 {
			return fmt.Errorf("not yet\n%s", p.output())
		}
		return nil
	})
	t.Logf("by mail %s after WhatsApp told that it failed", time.Since(began))
	var list struct{ Items []city.Notice }
	lurah.send(http.MethodGet, "/api/notices", nil, &list)
	if len(list.Items) != 2 {
		t.Fatalf("%+v", list.Items)
	}
	failed, kept := list.Items[0], list.Items[1]
	letters := b.letters("/tugas/")
	if len(letters) != 1 || letters[0].to != "lurah@contoh.go.id" || !strings.Contains(letters[0].text, "https://balaikota.contoh.go.id"+failed.Path+"\n") {
		t.Errorf("%d letters: %+v", len(letters), letters)
	}
	if d := failed.Delivered; len(d) != 2 || d[0].At != nil || !strings.Contains(d[0].Error, "131026") || d[1].Channel != city.NoticeEmail || d[1].At == nil {
		t.Errorf("the one that failed: %+v", d)
	}
	if d := kept.Delivered; len(d) != 1 || d[0].At == nil {
		t.Errorf("the one that arrived: %+v", d)
	}

	// So with the answer to a question: its asker is told that it was lost, and where it is.
	ask, _ := whatsappBody(fmt.Sprintf(`{"from":"6281100000001","id":"wamid.T","timestamp":"%d","type":"text","text":{"body":"Berapa laporan bulan ini?"}}`, time.Now().Unix()))
	send(ask)
	tell(took(4), "failed")
	took(5)
	lurah.send(http.MethodGet, "/api/notices", nil, &list)
	told := list.Items[0]
	if told.Kind != "answer" || !strings.HasPrefix(told.Path, "/tanya/") || !strings.HasSuffix(told.Text, "tidak sampai lewat WhatsApp: layanan tidak dapat mengantarnya (kode 131026)") || !strings.Contains(g.messages()[4], told.Text) {
		t.Errorf("%+v, written was %q", told, g.messages()[4])
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
}
