package imap

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors/connectortest"
)

// TestAProvenSender: the city's own server says on top that the domain in From stands
// behind the letter; whatever is forged or unusual proves nothing.
func TestAProvenSender(t *testing.T) {
	t.Parallel()
	const from = "From: Lurah <Lurah@contoh.go.id>\n"
	proven := "lurah@contoh.go.id"
	for name, c := range map[string]struct{ header, want string }{
		"dkim":                       {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=contoh.go.id header.s=a\n" + from, proven},
		"dkim of the domain above":   {"Authentication-Results: mx.contoh.go.id 1; spf=fail smtp.mailfrom=x@y.id; dkim=pass header.d=go.id\n" + from, proven},
		"spf":                        {"Authentication-Results: MX.contoh.go.id;\n spf=pass smtp.mailfrom=lain@contoh.go.id\n" + from, proven},
		"no line":                    {from, ""},
		"another's line":             {"Authentication-Results: mx.lain.id; dkim=pass header.d=contoh.go.id\n" + from, ""},
		"ours below another's":       {"Authentication-Results: mx.lain.id; none\nAuthentication-Results: mx.contoh.go.id; dkim=pass header.d=contoh.go.id\n" + from, ""},
		"failed":                     {"Authentication-Results: mx.contoh.go.id; dkim=fail header.d=contoh.go.id; spf=softfail smtp.mailfrom=contoh.go.id\n" + from, ""},
		"another domain's signature": {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=jahat.id; spf=pass smtp.mailfrom=a@jahat.id\n" + from, ""},
		"a look-alike":               {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=jahatcontoh.go.id\n" + from, ""},
		"a part of the domain":       {"Authentication-Results: mx.contoh.go.id; spf=pass smtp.mailfrom=a@go.id\n" + from, ""},
		"one label":                  {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=id\n" + from, ""},
		"in a comment":               {"Authentication-Results: mx.contoh.go.id; dkim=fail (x; dkim=pass header.d=contoh.go.id)\n" + from, ""},
		"in quotes":                  {"Authentication-Results: mx.contoh.go.id; dkim=fail reason=\"; dkim=pass header.d=contoh.go.id\"\n" + from, ""},
		"two domains":                {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=jahat.id header.d=contoh.go.id\n" + from, ""},
		"two senders":                {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=contoh.go.id\nFrom: a@contoh.go.id, b@jahat.id\n", ""},
		"two From":                   {"Authentication-Results: mx.contoh.go.id; dkim=pass header.d=contoh.go.id\n" + from + "From: b@jahat.id\n", ""},
	} {
		h, err := textproto.ReadHeader(bufio.NewReader(strings.NewReader(strings.ReplaceAll(c.header, "\n", "\r\n") + "\r\n")))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := provenSender(message.Header{Header: h}, "mx.contoh.go.id"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := provenSender(message.Header{Header: h}, ""); got != "" {
			t.Errorf("%s, without a server: %q", name, got)
		}
	}
}

// TestAnOfficersLetterIsAQuestion: from the mailbox of a real server, when the address
// is confirmed and proven; the answer's address is the confirmed one. Without proof,
// from anybody else, or begun with "lapor" it is a report.
func TestAnOfficersLetterIsAQuestion(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	s := storetest.Open(t, db, storetest.WithClock(connectortest.Moment))
	lurah := storetest.Officer(t, s, city.Lurah)
	address := "Lurah@contoh.go.id"
	for _, in := range []city.NoticePreferencesInput{{Email: &address}, {Code: "123456"}} {
		if _, err := s.SetNoticePreferences(t.Context(), city.CommandLine, lurah.Asker(), in, "123456"); err != nil {
			t.Fatal(err)
		}
	}
	d := connectortest.NewDovecot(t)
	now := connectortest.Moment()
	deliver := func(at time.Time, proof, id, from, subject, text string) {
		t.Helper()
		if proof != "" {
			proof = "Authentication-Results: mx.contoh.go.id; dkim=pass header.d=" + proof + "\n"
		}
		d.Deliver(t, mailbox, "INBOX", at, proof+"Reply-To: penjahat@jahat.id\n"+simple(id, from, subject, text))
	}
	soon := now.Add(-time.Minute)
	deliver(soon, "contoh.go.id", "a@x", "lurah@contoh.go.id", "Tanya", "Berapa laporan sampah?")
	deliver(soon, "", "b@x", "lurah@contoh.go.id", "Tanya", "Tanpa bukti")
	deliver(soon, "jahat.id", "c@x", "lurah@contoh.go.id", "Tanya", "Bukti domain lain")
	deliver(soon, "contoh.go.id", "d@x", "lurah@contoh.go.id", "Lapor: lampu mati", "Di Gang Mawar")
	deliver(soon, "contoh.id", "e@x", "warga@contoh.id", "Sampah", "Menumpuk")
	deliver(now.Add(-48*time.Hour), "contoh.go.id", "f@x", "lurah@contoh.go.id", "Lama", "Dua hari lalu")
	source := storetest.Source(t, s, func(src *city.Source) { src.Connector, src.Config = "imap", settings(t, d) })
	e := env(t, nil)
	e.Store, e.Source = s, source
	for name, lines := range map[string][]string{"unnamed": nil, "named": {"auth_server: mx.contoh.go.id"}} {
		page, err := open(t, settings(t, d, lines...), e).Pull(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"unnamed": 0, "named": 1}[name]; len(page.Words) != want || len(page.Reports) != 6-want {
			t.Errorf("%s: %d words, %d reports", name, len(page.Words), len(page.Reports))
		}
		if name == "named" {
			for range 2 { // read again
				storetest.Ingest(t, s, city.Delivery{SourceID: source, Words: page.Words})
			}
		}
	}
	words, err := s.ClaimWords(t.Context(), "simpul", 9, time.Minute)
	if err != nil || len(words) != 1 {
		t.Fatalf("%+v, %v", words, err)
	}
	if w := words[0]; w.Text != "Berapa laporan sampah?" || w.Mailbox != "Lurah@contoh.go.id" || w.Channel != city.NoticeEmail || w.Chat.Person != "" || w.Asker != lurah.Asker() {
		t.Errorf("%+v", w)
	}
	held := fmt.Sprint(words[0].ID)
	if err := s.DisableOfficer(t.Context(), city.CommandLine, lurah.Username, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.FinishWord(t.Context(), words[0], city.NoticeOutcome{NextAt: now}); err != nil {
		t.Fatal(err)
	}
	if again, err := s.ClaimWords(t.Context(), "simpul", 9, time.Minute); err != nil || len(again) != 1 || again[0].Mailbox != "" {
		t.Errorf("word %s of a closed account: %+v, %v", held, again, err)
	}
}
