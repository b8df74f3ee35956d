package imap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

const mailbox = "pengaduan"

// settings of a source that reads a mailbox on d; lines come last.
func settings(t testing.TB, d *connectortest.Dovecot, lines ...string) json.RawMessage {
	t.Helper()
	return connectortest.YAML(t, fmt.Sprintf("host: 127.0.0.1\nport: %d\nsecurity: none\nallow_private: true\nuser: %s\npassword: env:SUREL_SANDI\n", d.Port, mailbox)+strings.Join(lines, "\n"))
}

func open(t testing.TB, config json.RawMessage, e connectors.Env) *connector {
	t.Helper()
	c, err := Spec.New(config, e)
	if err != nil {
		t.Fatal(err)
	}
	out := c.(*connector)
	t.Cleanup(func() { _ = out.Close() })
	return out
}

// simple is a letter without ado.
func simple(id, from, subject, text string) string {
	return fmt.Sprintf("From: Warga Uji <%s>\nSubject: %s\nMessage-ID: <%s>\n\n%s\n", from, subject, id, text)
}

// seen lists the flags of all letters of a folder.
func seen(t testing.TB, d *connectortest.Dovecot, folder string) (out []string) {
	t.Helper()
	c := d.Client(t, mailbox)
	box, err := c.Select(folder, &goimap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if box.NumMessages == 0 {
		return nil
	}
	var all goimap.SeqSet
	all.AddRange(1, box.NumMessages)
	got, err := c.Fetch(all, &goimap.FetchOptions{Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		m.Flags = slices.DeleteFunc(m.Flags, func(f goimap.Flag) bool { return strings.EqualFold(string(f), `\Recent`) })
		out = append(out, fmt.Sprint(m.Flags))
	}
	return out
}

// TestTheMailboxIsLeftAsItIs: nothing is marked, moved or deleted, unless the
// source asks to mark; then only what is kept is, and never in a trial.
func TestTheMailboxIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	d.Deliver(t, mailbox, "INBOX", delivered, simple("a@contoh.id", "warga@contoh.id", "Lampu mati", "Gang Mawar."))
	d.Deliver(t, mailbox, "INBOX", delivered, "From: x@contoh.id\nAuto-Submitted: auto-replied\nSubject: Libur\n\nSaya libur.\n")
	read := func(e connectors.Env, keep bool, lines ...string) {
		c := open(t, settings(t, d, lines...), e)
		page, err := c.Pull(t.Context(), nil)
		if err != nil || len(page.Reports) != 1 || len(page.Refused) != 1 {
			t.Fatalf("%d reports, %d refused, %v", len(page.Reports), len(page.Refused), err)
		}
		if keep {
			c.Kept(t.Context())
		}
	}
	untouched := []string{"[]", "[]"}
	read(env(t, nil), true)
	if got := seen(t, d, "INBOX"); !slices.Equal(got, untouched) {
		t.Errorf("without being asked: %v", got)
	}
	trial := env(t, nil)
	trial.Trial = true
	read(trial, true, "mark_seen: true")
	read(env(t, nil), false, "mark_seen: true") // the store could not keep it
	if got := seen(t, d, "INBOX"); !slices.Equal(got, untouched) {
		t.Errorf("by a trial, or before it was kept: %v", got)
	}
	read(env(t, nil), true, "mark_seen: true")
	if got := seen(t, d, "INBOX"); !slices.Equal(got, []string{`[\Seen]`, "[]"}) {
		t.Errorf("when asked: %v", got)
	}
}

// TestAMailboxIsReadInPortionsAndGoesOn: each page has its cursor, a folder's
// letters are read once, and old ones not at all.
func TestAMailboxIsReadInPortionsAndGoesOn(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	d.Deliver(t, mailbox, "INBOX", delivered.AddDate(-1, 0, 0), simple("lama@contoh.id", "warga@contoh.id", "Lama", "Tahun lalu."))
	for i := range lettersPerPage + 3 {
		d.Deliver(t, mailbox, "INBOX", delivered, simple(fmt.Sprintf("%d@contoh.id", i), "warga@contoh.id", fmt.Sprint("Laporan ", i), "Isi."))
	}
	var sizes []int
	cursor, err := connectortest.Drain(t, open(t, settings(t, d), env(t, nil)), nil, func(p connectors.Page) { sizes = append(sizes, len(p.Reports)) })
	if err != nil || !slices.Equal(sizes, []int{lettersPerPage, 3}) {
		t.Fatalf("pages of %v, %v", sizes, err)
	}
	page, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), cursor)
	if err != nil || page.Rows() != 0 || string(page.Cursor) != string(cursor) {
		t.Errorf("nothing new: %d rows, %s after %s, %v", page.Rows(), page.Cursor, cursor, err)
	}
	d.Deliver(t, mailbox, "INBOX", delivered.AddDate(-1, 0, 0), simple("pindah@contoh.id", "warga@contoh.id", "Dipindahkan ke sini", "Kini."))
	page, err = open(t, settings(t, d), env(t, nil)).Pull(t.Context(), cursor)
	if err != nil || len(page.Reports) != 1 {
		t.Errorf("a letter that was moved in: %d reports, %v", len(page.Reports), err)
	}
}

// TestANewUIDValidityKeepsReportsTheirIDs: the folder was made anew, its letters
// have other numbers, another order, and are the same reports.
func TestANewUIDValidityKeepsReportsTheirIDs(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	owner := d.Client(t, mailbox)
	all := []string{
		simple("a@contoh.id", "warga@contoh.id", "Satu", "Isi satu."), simple("b@contoh.id", "warga@contoh.id", "Dua", "Isi dua."),
		"From: warga@contoh.id\nSubject: Tanpa nomor\n\nIsi tiga.\n",
	}
	read := func(cursor json.RawMessage, order ...int) (ids []string, next json.RawMessage) {
		t.Helper()
		if err := owner.Create("Pengaduan", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		for _, i := range order {
			d.Deliver(t, mailbox, "Pengaduan", delivered, all[i])
		}
		page, err := open(t, settings(t, d, "folder: Pengaduan"), env(t, nil)).Pull(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Reports {
			ids = append(ids, r.ExternalID)
		}
		slices.Sort(ids)
		return ids, page.Cursor
	}
	before, cursor := read(nil, 0, 1, 2)
	if err := owner.Delete("Pengaduan").Wait(); err != nil {
		t.Fatal(err)
	}
	after, next := read(cursor, 2, 1, 0)
	if len(before) != 3 || !slices.Equal(before, after) {
		t.Errorf("%v became %v", before, after)
	}
	var was, is struct{ Validity uint32 }
	if err := errors.Join(json.Unmarshal(cursor, &was), json.Unmarshal(next, &is)); err != nil || was == is {
		t.Errorf("the folder was not another one: %s, %s, %v", cursor, next, err)
	}
}

// TestEachRefusedLetterIsItself: two of one reason are two rows where they are kept.
func TestEachRefusedLetterIsItself(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	for i := range 2 {
		d.Deliver(t, mailbox, "INBOX", delivered.Add(time.Duration(i)*time.Minute), fmt.Sprintf("From: libur%d@contoh.id\nAuto-Submitted: auto-replied\nSubject: Libur\n\nSaya libur.\n", i))
	}
	page, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), nil)
	if err != nil || len(page.Refused) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	if a, b := page.Refused[0].ExternalID, page.Refused[1].ExternalID; a == "" || a == b {
		t.Errorf("they are %q and %q", a, b)
	}
}

// TestTheRecordHoldsNoPerson: what is kept beside a report has neither words nor
// addresses, and the id that an answer refers to.
func TestTheRecordHoldsNoPerson(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	var log bytes.Buffer
	d.Deliver(t, mailbox, "INBOX", delivered, simple("x7@mx.contoh.go.id", "rahasia@contoh.id", "Perihal", "Kata-kata."))
	d.Deliver(t, mailbox, "INBOX", delivered, "From: rahasia@contoh.id\nPrecedence: bulk\nSubject: Perihal\n\nKata-kata.\n")
	page, err := open(t, settings(t, d), env(t, &log)).Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 1 || len(page.Refused) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	r := page.Reports[0]
	var rec record
	if err := json.Unmarshal(r.Raw, &rec); err != nil || rec.MessageID != "x7@mx.contoh.go.id" || len(rec.UIDs) != 1 || rec.Size == 0 {
		t.Errorf("%s, %v", r.Raw, err)
	}
	for what, text := range map[string]string{"record": string(r.Raw), "id": r.ExternalID, "refusal": fmt.Sprintf("%+v", page.Refused), "log": log.String(), "text": r.Text} {
		if strings.Contains(text, "rahasia") || (what != "text" && (strings.Contains(text, "Perihal") || strings.Contains(text, "Kata"))) {
			t.Errorf("the %s tells of the person: %s", what, text)
		}
	}
	if r.Reporter == nil || r.Reporter.Email != "rahasia@contoh.id" || r.Reporter.Name != "Warga Uji" {
		t.Errorf("the reporter is %+v", r.Reporter)
	}
}

// TestALargeLetterGivesItsWords: what lies behind the bound is left out.
func TestALargeLetterGivesItsWords(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	head := "From: warga@contoh.id\nSubject: Foto besar\nMessage-ID: <besar@contoh.id>\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nLubang ini dalam.\n--x\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n"
	d.Deliver(t, mailbox, "INBOX", delivered, head+strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 3*maxLetter/77)+"--x--\n")
	page, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 1 {
		t.Fatalf("%d reports, %v", len(page.Reports), err)
	}
	var rec record
	if err := json.Unmarshal(page.Reports[0].Raw, &rec); err != nil || !rec.Incomplete || rec.Size < 3*maxLetter*9/10 {
		t.Errorf("%s, %v", page.Reports[0].Raw, err)
	}
	if got := page.Reports[0].Text; got != "Foto besar\n\nLubang ini dalam.\n\n[Terlampir pada surat: 1 gambar]" {
		t.Errorf("%q", got)
	}
}

// TestEncryptionAndSignIn: only whom the authority vouches for gets the password,
// and what fails is told in words that say who has to do something.
func TestEncryptionAndSignIn(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	d.Deliver(t, mailbox, "INBOX", delivered, simple("a@contoh.id", "warga@contoh.id", "Lampu mati", "Gang Mawar."))
	for name, c := range map[string]struct {
		port     int
		lines    string
		trusting bool
		want     connectors.Failure // "" for success
	}{
		"tls":                    {d.TLSPort, "security: tls", true, ""},
		"starttls":               {d.Port, "security: starttls", true, ""},
		"tls, unknown authority": {d.TLSPort, "security: tls", false, connectors.FailTLS},
		"starttls, unknown":      {d.Port, "security: starttls", false, connectors.FailTLS},
		"tls to a plain port":    {d.Port, "security: tls", true, connectors.FailTLS},
		"wrong password":         {d.TLSPort, "security: tls\npassword: env:SALAH", true, connectors.FailKey},
		"no such folder":         {d.TLSPort, "security: tls\nfolder: Tidak Ada", true, connectors.FailConfig},
		"inside network":         {d.TLSPort, "security: tls\nallow_private: false", true, connectors.FailPrivate},
		"nobody there":           {1, "security: tls", true, connectors.FailRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := map[string]string{"host": "127.0.0.1", "port": fmt.Sprint(c.port), "user": mailbox, "password": "env:SUREL_SANDI", "allow_private": "true", "authority": "env:OTORITAS"}
			if !c.trusting {
				delete(lines, "authority")
			}
			for l := range strings.SplitSeq(c.lines, "\n") {
				key, value, _ := strings.Cut(l, ": ")
				lines[key] = value
			}
			var text strings.Builder
			for k, v := range lines {
				text.WriteString(k + ": " + v + "\n")
			}
			e := env(t, nil)
			reveal := e.Secret
			e.Secret = func(ref string) (string, error) {
				if ref == "env:OTORITAS" {
					return d.Authority, nil
				}
				return reveal(ref)
			}
			page, err := open(t, connectortest.YAML(t, text.String()), e).Pull(t.Context(), nil)
			if c.want == "" {
				if err != nil || len(page.Reports) != 1 {
					t.Errorf("%d reports, %v", len(page.Reports), err)
				}
				return
			}
			if told := connectors.Explain(err); err == nil || told.Key != string(c.want) {
				t.Errorf("told as %+v of %v", told, err)
			}
			if err != nil && (strings.Contains(err.Error(), mailbox) || strings.Contains(err.Error(), "bukan-ini")) {
				t.Errorf("the failure names whose it is: %v", err)
			}
		})
	}
}

// TestNewsAreToldWhileWaiting: a letter ends the waiting, one that came before it
// began as well; marks and deletions are no news; it ends with its context, and
// with the server.
func TestNewsAreToldWhileWaiting(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	letter := func(n int) string {
		return simple(fmt.Sprintf("%d@contoh.id", n), "warga@contoh.id", "Laporan", "Isi.")
	}
	d.Deliver(t, mailbox, "INBOX", delivered, letter(0))
	page, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	waiting := func(ctx context.Context, cursor json.RawMessage) <-chan error {
		done := make(chan error, 1)
		go func() { done <- open(t, settings(t, d), env(t, nil)).Wait(ctx, cursor) }()
		return done
	}
	end := func(done <-chan error) error {
		select {
		case err := <-done:
			return err
		case <-time.After(time.Minute):
			t.Fatal("it waits on")
			return nil
		}
	}
	owner := d.Client(t, mailbox)
	if _, err := owner.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := owner.Store(goimap.SeqSetNum(1), &goimap.StoreFlags{Op: goimap.StoreFlagsAdd, Flags: []goimap.Flag{goimap.FlagSeen, goimap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := owner.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
	if same, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), page.Cursor); err != nil || same.Rows() != 0 || string(same.Cursor) != string(page.Cursor) {
		t.Errorf("marks and deletions are news: %s after %s, %v", same.Cursor, page.Cursor, err)
	}
	done := waiting(t.Context(), page.Cursor)
	began := time.Now()
	d.Deliver(t, mailbox, "INBOX", delivered, letter(1))
	if err := end(done); err != nil {
		t.Fatal(err)
	}
	t.Logf("told of %s after the delivery began", time.Since(began))
	if err := end(waiting(t.Context(), page.Cursor)); err != nil {
		t.Errorf("news from before: %v", err)
	}
	if page, err = open(t, settings(t, d), env(t, nil)).Pull(t.Context(), page.Cursor); err != nil || len(page.Reports) != 1 {
		t.Fatalf("%d reports, %v", len(page.Reports), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done = waiting(ctx, page.Cursor)
	stop()
	if err := end(done); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	done = waiting(t.Context(), page.Cursor)
	d.Stop()
	if err := end(done); err == nil {
		t.Error("a server that ended was taken for news")
	}
	d.Start(t)
	if again, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), page.Cursor); err != nil || again.Rows() != 0 {
		t.Errorf("after the server came back: %d rows, %v", again.Rows(), err)
	}
}

// TestSettingsThatCannotBe are refused with the field.
func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	base := map[string]string{"host": "imap.contoh.go.id", "user": "u", "password": "env:SUREL_SANDI"}
	for field, value := range map[string]string{
		"host": "imap.contoh.go.id:993", "port": "70000", "security": "none", "days_back": "-1", "timeout": "10m",
		"own_addresses": "[Balaikota <a@contoh.go.id>]", "password": "rahasia",
	} {
		var text strings.Builder
		for k, v := range base {
			if k != field {
				text.WriteString(k + ": " + v + "\n")
			}
		}
		err := Spec.Check(connectortest.YAML(t, text.String()+field+": "+value+"\n"))
		if e, ok := errors.AsType[*city.Error](err); !ok || !strings.HasPrefix(e.Field, field) {
			t.Errorf("%s: %s gives %v", field, value, err)
		}
	}
}
