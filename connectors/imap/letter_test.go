package imap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLetter: whatever lies in a mailbox is read without a panic and within its
// bounds, and gives text that can be kept.
func FuzzLetter(f *testing.F) {
	seeds, err := filepath.Glob("testdata/cases/*/*.eml")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, s := range seeds {
		b, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(strings.Repeat("Content-Type: multipart/mixed; boundary=x\n\n--x\n", maxDepth+3)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := decode(raw)
		if err != nil {
			return
		}
		p := post{mailed{raw: raw}, l}
		for _, s := range append([]string{l.id, l.from.Name, l.from.Address, p.text(), externalID(p), plainSubject(l.subject)}, l.answers...) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("%q cannot be kept", s)
			}
		}
		if len(l.words) > maxWords+8 || len(l.parts) > maxParts+1 || len(l.answers) > maxReferences+1 {
			t.Errorf("%d bytes of words, %d parts, %d references", len(l.words), len(l.parts), len(l.answers))
		}
	})
}

// TestWordsOfTheWriterAlone: what stands below or between them is not theirs.
func TestWordsOfTheWriterAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, want string
		reply      bool
	}{
		"not a reply":           {"> kutipan sendiri\nlampu mati", "> kutipan sendiri\nlampu mati", false},
		"all of it is a quote":  {"> satu\n> dua", "> satu\n> dua", true},
		"on three lines":        {"Belum.\n\nPada 20/11/2026 pukul 08.15\nPengaduan Kota\n<a@contoh.go.id> menulis:\n\n> beres?", "Belum.", true},
		"a sentence of its own": {"Pada papan itu petugas menulis:\ndilarang parkir.", "Pada papan itu petugas menulis:\ndilarang parkir.", true},
		"original message":      {"Belum.\n\n-----Pesan Asli-----\nDari: x\nisi", "Belum.", true},
		"signature above quote": {"Belum.\n-- \nWarga\n\nOn 20 Nov 2026, A <a@b.id> wrote:\n> beres?", "Belum.", true},
		"only a signature":      {"-- \nWarga", "--\nWarga", false},
		"dashes of a list":      {"Rusak:\n-- lampu\n-- pagar", "Rusak:\n-- lampu\n-- pagar", false},
		"two telephones":        {"Banjir.\n\nSent from my iPhone\n\nDikirim dari Yahoo Mail di Android\n", "Banjir.", false},
	} {
		if got := ownWords(c.text, c.reply); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	long := ownWords(strings.Repeat("é", maxWords), false)
	if len(long) > maxWords+8 || !utf8.ValidString(long) {
		t.Errorf("%d bytes", len(long))
	}
}

// TestAThousandPartsAndALargeHeaderAreBounded in what is kept and done.
func TestAThousandPartsAndALargeHeaderAreBounded(t *testing.T) {
	t.Parallel()
	many := "From: a@b.id\nSubject: s\nReferences: " + strings.Repeat("<x@y> ", 5000) + "\nContent-Type: multipart/mixed; boundary=x\n\n" + strings.Repeat("--x\nContent-Type: image/png\n\na\n", 1000) + "--x--\n"
	l, err := decode([]byte(many))
	if err != nil || !l.incomplete || len(l.parts) > maxParts || len(l.answers) > maxReferences+1 {
		t.Errorf("%d parts, %d references, incomplete %v, %v", len(l.parts), len(l.answers), l.incomplete, err)
	}
	deep := "From: a@b.id\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=x\n\n--x\n", 50) + "Content-Type: text/plain\n\nterlalu dalam\n"
	if l, err := decode([]byte(deep)); err != nil || !l.incomplete {
		t.Errorf("incomplete %v, %v", l.incomplete, err)
	}
}
