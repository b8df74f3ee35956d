package imap

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"

	"github.com/google/go-cmp/cmp"
)

// folded is bytes as mail programs write them.
func folded(b []byte) string {
	text := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	for len(text) > 76 {
		out.WriteString(text[:76] + "\n")
		text = text[76:]
	}
	return out.String() + text + "\n"
}

// TestARecordingInALetterIsFetchedAgain: whole, however long the letter, by what the
// report names it, which names nobody; from no other letter, and not when it is gone.
func TestARecordingInALetterIsFetchedAgain(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	long, short := append([]byte("OggS"), bytes.Repeat([]byte("suara "), maxLetter/4)...), []byte("\x00\x00\x00\x20ftypM4A pendek")
	letter := "From: warga@contoh.id\nSubject: Lapor\nMessage-ID: <suara@contoh.id>\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nDengarkan ya.\n--x\nContent-Type: audio/ogg; name=a.ogg\nContent-Disposition: attachment; filename=a.ogg\nContent-Transfer-Encoding: base64\n\n" +
		folded(short) + "--x\nContent-Type: application/octet-stream; name=\"Rekaman.M4A\"\nContent-Transfer-Encoding: base64\n\n" + folded(long) + "--x\nContent-Type: application/pdf\n\nx\n--x--\n"
	d.Deliver(t, mailbox, "INBOX", delivered, simple("lain@contoh.id", "lain@contoh.id", "Lampu", "Lampu mati"))
	d.Deliver(t, mailbox, "INBOX", delivered, letter)
	// Somebody else's letter that carries the same id.
	d.Deliver(t, mailbox, "INBOX", delivered, strings.Replace(letter, "warga@contoh.id", "palsu@contoh.id", 1))
	c := open(t, settings(t, d), env(t, nil))
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 3 {
		t.Fatalf("%d reports, %v", len(page.Reports), err)
	}
	r := page.Reports[1]
	if r.Text != "Lapor\n\nDengarkan ya.\n\n[Terlampir pada surat: 2 rekaman suara]" {
		t.Errorf("%q", r.Text)
	}
	if len(r.VoiceNotes) != 2 || r.VoiceNotes[0].Address == page.Reports[2].VoiceNotes[0].Address || strings.Contains(r.VoiceNotes[0].Address, "@") {
		t.Fatalf("recordings %+v", r.VoiceNotes)
	}
	for i, want := range [][]byte{short, long} {
		got, err := open(t, settings(t, d), env(t, nil)).Media(t.Context(), r.VoiceNotes[i].Address)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("recording %d: %d bytes of %d, %v", i, len(got), len(want), err)
		}
	}
	again, err := open(t, settings(t, d), env(t, nil)).Pull(t.Context(), nil)
	if err != nil || cmp.Diff(r.VoiceNotes, again.Reports[1].VoiceNotes) != "" {
		t.Errorf("read again: %+v, %v", again.Reports[1].VoiceNotes, err)
	}
	for _, address := range []string{"surat:", "surat:0:2026-11-20:surat-x", "whatsapp:1", strings.Replace(r.VoiceNotes[0].Address, ":3:", ":2:", 1), "surat:3:2026-11-20:surat-00000000000000000000", "surat:9:x:y"} {
		if _, err := c.Media(t.Context(), address); city.CodeOf(err) != city.NotFound {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestAPictureInALetterIsTheReports: the one that shows the matter, wherever it stands;
// no logo.
func TestAPictureInALetterIsTheReports(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	part := func(kind, more, bytes string) string {
		return "--x\nContent-Type: " + kind + "\n" + more + "Content-Transfer-Encoding: base64\n\n" + folded([]byte(bytes))
	}
	logo := part("image/png", "Content-Disposition: inline; filename=logo.png\nContent-ID: <logo@x>\n", "logo")
	inline, attached := part("image/jpeg", "Content-Disposition: inline; filename=IMG_1.jpeg\n", "di dalam"), part("image/jpeg", "Content-Disposition: attachment; filename=jalan.jpg\n", "terlampir")
	for i, parts := range []string{logo + inline + attached, logo + inline, logo, ""} {
		d.Deliver(t, mailbox, "INBOX", delivered, fmt.Sprintf("From: warga@contoh.id\nSubject: Foto %d\nMessage-ID: <foto%d@contoh.id>\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nJalan rusak.\n%s--x--\n", i, i, parts))
	}
	c := open(t, settings(t, d), env(t, nil))
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 4 {
		t.Fatalf("%d reports, %v", len(page.Reports), err)
	}
	for i, want := range []string{"terlampir", "di dalam", "", ""} {
		address := page.Reports[i].MediaURL
		if want == "" {
			if address != "" {
				t.Errorf("letter %d has the picture %q", i, address)
			}
			continue
		}
		if got, err := c.Media(t.Context(), address); err != nil || string(got) != want || !connectors.KeepsMedia(address) {
			t.Errorf("letter %d: %q at %q, %v", i, got, address, err)
		}
	}
}

// FuzzMediaAt: a letter of any bytes gives a recording within bounds, or none.
func FuzzMediaAt(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nkata\n--x\nContent-Type: audio/ogg\nContent-Transfer-Encoding: base64\n\nT2dnUw==\n--x--\n"), 3)
	f.Add([]byte("Content-Type: audio/ogg\n\nOggS"), 1)
	f.Fuzz(func(t *testing.T, raw []byte, place int) {
		if got, err := mediaAt(raw, place); (err == nil) != (len(got) > 0) || len(got) > connectors.MaxMedia {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}
