package paper

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// element is a marked piece of a page in the structure of the document (ISO
// 32000-1, 14.7 and 14.8).
type element struct {
	page int // from 1
	id   int // within the page
	role string
	alt  string // what a figure shows
}

// mark draws content as an element of the structure; within another it belongs
// to that one.
func (p *painter) mark(role string, content func()) { p.element(role, "", content) }

// figure is a picture with what it shows in words.
func (p *painter) figure(alt string, content func()) { p.element("Figure", alt, content) }

func (p *painter) element(role, alt string, content func()) {
	if !p.draw || p.depth > 0 {
		content()
		return
	}
	e := element{page: p.pdf.PageNo(), role: role, alt: alt}
	for _, other := range p.elements {
		if other.page == e.page {
			e.id++
		}
	}
	p.elements = append(p.elements, e)
	p.pdf.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", role, e.id))
	p.depth++
	content()
	p.depth--
	p.pdf.RawWriteStr("EMC")
}

// artifact draws what is no content: lines, the foot of a page.
func (p *painter) artifact(content func()) {
	if !p.draw || p.depth > 0 {
		content()
		return
	}
	p.pdf.RawWriteStr("/Artifact BMC")
	p.depth++
	content()
	p.depth--
	p.pdf.RawWriteStr("EMC")
}

var (
	rootOf    = regexp.MustCompile(`/Root (\d+) 0 R`)
	sizeOf    = regexp.MustCompile(`/Size (\d+)`)
	infoOf    = regexp.MustCompile(`/Info (\d+) 0 R`)
	startXref = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	pageType  = regexp.MustCompile(`/Type /Page\b[^s]`)
)

// tag adds the structure of a document to it as an incremental update (ISO
// 32000-1, 7.5.6): the library that drew it marks content, but writes no
// structure.
func tag(pdf []byte, elements []element) ([]byte, error) {
	d, err := readObjects(pdf)
	if err != nil {
		return nil, err
	}
	u := &update{base: pdf, next: d.size}
	root, tree := d.root, u.number()
	parents := make([]int, len(elements)) // object of each element
	for i := range elements {
		parents[i] = u.number()
	}
	document, numbers := u.number(), u.number()
	u.put(tree, fmt.Sprintf("<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>", document, numbers, len(d.pages)))
	u.put(document, fmt.Sprintf("<</Type /StructElem /S /Document /P %d 0 R /K [%s]>>", tree, references(parents)))
	byPage := make([][]int, len(d.pages))
	for i, e := range elements {
		if e.page < 1 || e.page > len(d.pages) {
			return nil, fmt.Errorf("an element is on page %d of %d", e.page, len(d.pages))
		}
		alt := ""
		if e.alt != "" {
			alt = " /Alt " + hexText(e.alt)
		}
		u.put(parents[i], fmt.Sprintf("<</Type /StructElem /S /%s /P %d 0 R /Pg %d 0 R /K %d%s>>", e.role, document, d.pages[e.page-1], e.id, alt))
		byPage[e.page-1] = append(byPage[e.page-1], parents[i])
	}
	var nums strings.Builder
	for i, page := range d.pages {
		fmt.Fprintf(&nums, "%d [%s] ", i, references(byPage[i]))
		body, err := d.dictionary(page)
		if err != nil {
			return nil, err
		}
		u.put(page, fmt.Sprintf("<</StructParents %d /Tabs /S\n%s", i, strings.TrimPrefix(body, "<<")))
	}
	u.put(numbers, "<</Nums ["+nums.String()+"]>>")
	body, err := d.dictionary(root)
	if err != nil {
		return nil, err
	}
	u.put(root, fmt.Sprintf("<</MarkInfo <</Marked true>> /StructTreeRoot %d 0 R /ViewerPreferences <</DisplayDocTitle true>>\n%s", tree, strings.TrimPrefix(body, "<<")))
	return u.bytes(d), nil
}

func references(numbers []int) string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = strconv.Itoa(n) + " 0 R"
	}
	return strings.Join(out, " ")
}

// hexText is a text string of PDF: UTF-16 with its mark, in hexadecimal.
func hexText(text string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

// document is what an update needs to know of what it updates.
type document struct {
	pdf        []byte
	offsets    map[int]int
	root, info int
	size       int
	xref       int
	pages      []int
}

func number(pattern *regexp.Regexp, in []byte) (int, error) {
	m := pattern.FindSubmatch(in)
	if m == nil {
		return 0, fmt.Errorf("the document has no %s", pattern)
	}
	return strconv.Atoi(string(m[1]))
}

// readObjects reads the table of a document with one plain cross-reference
// table, as fpdf writes it.
func readObjects(pdf []byte) (*document, error) {
	d := &document{pdf: pdf, offsets: map[int]int{}}
	var err error
	if d.xref, err = number(startXref, pdf); err != nil {
		return nil, err
	}
	if d.xref <= 0 || d.xref >= len(pdf) || !bytes.HasPrefix(pdf[d.xref:], []byte("xref\n")) {
		return nil, fmt.Errorf("there is no cross-reference table at %d", d.xref)
	}
	tail := pdf[d.xref:]
	for _, n := range []struct {
		to      *int
		pattern *regexp.Regexp
	}{{&d.root, rootOf}, {&d.info, infoOf}, {&d.size, sizeOf}} {
		if *n.to, err = number(n.pattern, tail); err != nil {
			return nil, err
		}
	}
	lines := strings.Split(string(tail), "\n")
	for i := 0; i < d.size && i+2 < len(lines); i++ {
		at, kind, _ := strings.Cut(strings.TrimSpace(lines[i+2]), " ")
		if offset, err := strconv.Atoi(at); err == nil && strings.HasSuffix(kind, "n") {
			d.offsets[i] = offset
		}
	}
	for n := range d.offsets {
		if body, err := d.dictionary(n); err == nil && pageType.MatchString(body) {
			d.pages = append(d.pages, n)
		}
	}
	slices.Sort(d.pages)
	if len(d.pages) == 0 {
		return nil, fmt.Errorf("the document has no pages")
	}
	return d, nil
}

// dictionary is an object that is a dictionary and nothing else.
func (d *document) dictionary(n int) (string, error) {
	at, ok := d.offsets[n]
	if !ok || at < 0 || at >= len(d.pdf) {
		return "", fmt.Errorf("object %d is not there", n)
	}
	body, _, ended := bytes.Cut(d.pdf[at:], []byte("endobj"))
	head := fmt.Sprintf("%d 0 obj\n", n)
	if !ended || !bytes.HasPrefix(body, []byte(head)) {
		return "", fmt.Errorf("object %d does not stand at %d", n, at)
	}
	text := strings.TrimSpace(string(body[len(head):]))
	if !strings.HasPrefix(text, "<<") || !strings.HasSuffix(text, ">>") {
		return "", fmt.Errorf("object %d is no dictionary", n)
	}
	return text, nil
}

// update is what is added to a document.
type update struct {
	base    []byte
	added   bytes.Buffer
	next    int
	offsets map[int]int
}

func (u *update) number() int { u.next++; return u.next - 1 }

func (u *update) put(n int, body string) {
	if u.offsets == nil {
		u.offsets = map[int]int{}
		if !bytes.HasSuffix(u.base, []byte("\n")) {
			u.added.WriteByte('\n')
		}
	}
	u.offsets[n] = len(u.base) + u.added.Len()
	fmt.Fprintf(&u.added, "%d 0 obj\n%s\nendobj\n", n, body)
}

// bytes ends the update with its own table, which leads to the one before.
func (u *update) bytes(d *document) []byte {
	var numbers []int
	for n := range u.offsets {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	start := len(u.base) + u.added.Len()
	u.added.WriteString("xref\n")
	for _, n := range numbers {
		fmt.Fprintf(&u.added, "%d 1\n%010d 00000 n \n", n, u.offsets[n])
	}
	fmt.Fprintf(&u.added, "trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %d 0 R\n/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n", u.next, d.root, d.info, d.xref, start)
	return append(slices.Clone(u.base), u.added.Bytes()...)
}
