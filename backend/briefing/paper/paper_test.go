package paper_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"balaikota/backend/briefing"
	"balaikota/backend/briefing/briefingtest"
	"balaikota/backend/briefing/paper"
	"balaikota/backend/city"
)

func drawn(t *testing.T, b city.Briefing) []byte {
	t.Helper()
	out, err := paper.PDF(b, "https://balaikota.example")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// objects are the bodies of the newest version of each object, found by the
// tables of cross references from the last one on.
func objects(t *testing.T, pdf []byte) map[int]string {
	t.Helper()
	out := map[int]string{}
	at := after(t, pdf[bytes.LastIndex(pdf, []byte("startxref")):], `startxref\s+(\d+)`)
	for at > 0 {
		table, _, ok := bytes.Cut(pdf[at:], []byte("startxref"))
		if !ok || !bytes.HasPrefix(table, []byte("xref\n")) {
			t.Fatalf("no table at %d", at)
		}
		number := 0
		for line := range strings.Lines(string(table[len("xref\n"):])) {
			f := strings.Fields(line)
			switch {
			case len(f) == 2 && f[0] != "<<":
				number, _ = strconv.Atoi(f[0])
			case len(f) == 3 && (f[2] == "n" || f[2] == "f"):
				if offset, _ := strconv.Atoi(f[0]); f[2] == "n" && out[number] == "" {
					body, _, _ := bytes.Cut(pdf[offset:], []byte("endobj"))
					head := strconv.Itoa(number) + " 0 obj"
					if !bytes.HasPrefix(body, []byte(head)) {
						t.Fatalf("object %d does not stand at %d: %.20q", number, offset, body)
					}
					out[number] = string(body[len(head):])
				}
				number++
			}
		}
		next := regexp.MustCompile(`/Prev (\d+)`).FindSubmatch(table)
		if at = 0; next != nil {
			at, _ = strconv.Atoi(string(next[1]))
		}
	}
	return out
}

func after(t *testing.T, text []byte, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no %s", pattern)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// words are the texts of the pages, in the order in which they are drawn.
func words(t *testing.T, all map[int]string) (pages []string) {
	t.Helper()
	for n := 1; n <= len(all); n++ {
		if !regexp.MustCompile(`/Type /Page\b[^s]`).MatchString(all[n]) {
			continue
		}
		content := all[after(t, []byte(all[n]), `/Contents (\d+) 0 R`)]
		_, stream, _ := strings.Cut(content, "stream\n")
		z, err := zlib.NewReader(strings.NewReader(stream))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, shown(string(plain)))
	}
	return pages
}

// shown are the strings that a content stream shows: UTF-16, with backslashes
// before what needs them.
func shown(content string) string {
	var b strings.Builder
	for _, m := range regexp.MustCompile(`(?s)Td \(((?:\\.|[^\\)])*)\) Tj`).FindAllStringSubmatch(content, -1) {
		raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllStringFunc(m[1], func(s string) string {
			if s[1] == 'r' {
				return "\r"
			}
			return s[1:]
		})
		var units []uint16
		for i := 0; i+1 < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
	}
	return b.String()
}

func TestASheetIsOnePageAndItsEvidence(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]briefing.Input{"full": briefingtest.Full(t), "empty": briefingtest.Empty(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := briefingtest.Briefing(in, 12)
			pdf := drawn(t, b)
			if len(pdf) > 300_000 {
				t.Errorf("%d bytes", len(pdf))
			}
			all := objects(t, pdf)
			pages := words(t, all)
			if len(pages) != 2 {
				t.Fatalf("%d pages", len(pages))
			}
			for _, want := range []string{"Lembar Pagi Kota Samarinda", "Nomor 12", b.Sheet.Cutoff, b.Sheet.Summary.What, "1 Perlu keputusan", "Kejadian sejak Minggu 18.00", "2 Indikator", "3 Peta", "4 Tindak lanjut", "5 Agenda", "Cuaca dan pasang", "6 Keadaan sumber data", "Halaman 1 dari 2", "https://balaikota.example/lembar/12", "disusun otomatis"} {
				if !strings.Contains(pages[0], want) {
					t.Errorf("the first page does not say %q", want)
				}
			}
			for _, l := range b.Sheet.Decisions.Lines {
				for _, want := range []string{l.What, l.Why, l.Advice} {
					if !strings.Contains(pages[0], want) {
						t.Errorf("the first page does not say %q", want)
					}
				}
			}
			for _, e := range b.Sheet.Evidence {
				if !strings.Contains(pages[1], "["+strconv.Itoa(e.Number)+"]"+e.Text) || !strings.Contains(pages[1], e.Path) {
					t.Errorf("the second page lacks %+v", e)
				}
			}
			if !bytes.Equal(pdf, drawn(t, b)) {
				t.Error("the same briefing gives other bytes")
			}
		})
	}
}

// TestThePaperIsTagged: the document says its language and title, and every
// element of its structure is marked on its page.
func TestThePaperIsTagged(t *testing.T) {
	t.Parallel()
	all := objects(t, drawn(t, briefingtest.Briefing(briefingtest.Full(t), 12)))
	var root, figures, elements int
	for _, body := range all {
		switch {
		case strings.Contains(body, "/Type /Catalog"):
			root++
			for _, want := range []string{"/Lang (id-ID)", "/Marked true", "/StructTreeRoot", "/DisplayDocTitle true"} {
				if !strings.Contains(body, want) {
					t.Errorf("the catalogue lacks %s: %s", want, body)
				}
			}
		case strings.Contains(body, "/Type /StructElem"):
			elements++
			if strings.Contains(body, "/S /Figure") {
				figures++
				if !strings.Contains(body, "/Alt <FEFF") {
					t.Errorf("a figure without words: %s", body)
				}
			}
		}
	}
	if root != 1 || figures != 1 || elements < 50 {
		t.Errorf("%d catalogues, %d figures, %d elements", root, figures, elements)
	}
}

// TestPopplerReadsThePaper holds the file against another reader where there is
// one.
func TestPopplerReadsThePaper(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("poppler-utils is not here; TestASheetIsOnePageAndItsEvidence reads the file too")
	}
	b := briefingtest.Briefing(briefingtest.Full(t), 12)
	file := filepath.Join(t.TempDir(), "lembar.pdf")
	if err := os.WriteFile(file, drawn(t, b), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-f", "1", "-l", "1", "-raw", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	flat := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{b.Sheet.Decisions.Lines[0].What, b.Sheet.Summary.What, "Harga beras medium"} {
		if !strings.Contains(flat, want) {
			t.Errorf("pdftotext does not find %q in %s", want, flat)
		}
	}
}

// TestLongWordsStayOnThePage: what people wrote may have no blanks, emoji or
// controls in it.
func TestLongWordsStayOnThePage(t *testing.T) {
	t.Parallel()
	in := briefingtest.Full(t)
	in.Advice[0].Title = strings.Repeat("ré", 45)
	in.Advice[1].Title = "Banjir 🌊\x00 di\u00a0Gang (3) \\ Jalan"
	b := briefingtest.Briefing(in, 1)
	pages := words(t, objects(t, drawn(t, b)))
	if len(pages) != 2 || !strings.Contains(pages[0], strings.Repeat("ré", 45)) || !strings.Contains(pages[0], `Banjir di Gang (3) \ Jalan`) {
		t.Errorf("the page says %s", pages)
	}
	if fit := paper.Fit(b); fit < 1 || fit > 15 {
		t.Errorf("fit %d", fit)
	}
	if fit := paper.Fit(briefingtest.Briefing(briefingtest.Empty(t), 1)); fit != 0 {
		t.Errorf("an empty sheet is made smaller: %d", fit)
	}
}
