package paper

import (
	"bytes"
	"fmt"
	"time"

	"balaikota/backend/city"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// A4 in millimetres, and what a page leaves free.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	margin     = 12.0
	bodyWidth  = pageWidth - 2*margin
	bodyEnd    = pageHeight - margin - 8 // above the footer
	gap        = 5.0                     // between columns
)

// Sizes of the text, largest first, that are tried until the sheet fits one
// page. They are shares of the usual size.
var sizes = []float64{1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.78, 0.76, 0.74, 0.72, 0.7}

// Fit returns which of the sizes makes the sheet fit one page, from 0 (the
// usual) on, so that the printed page can take the same.
func Fit(b city.Briefing) int {
	p := newPainter(b, "")
	return p.fit(func() float64 { return p.sheet() })
}

// PDF draws a briefing. base is the address of the server ("https://…"), in
// front of the paths that the evidence leads to; without it the paths stand
// alone and lead nowhere.
func PDF(b city.Briefing, base string) ([]byte, error) {
	p := newPainter(b, base)
	p.page(func() float64 { return p.sheet() })
	p.page(func() float64 { return p.evidence() })
	var out bytes.Buffer
	if err := p.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw briefing %d: %w", b.Number, err)
	}
	tagged, err := tag(out.Bytes(), p.elements)
	if err != nil {
		return nil, fmt.Errorf("tag briefing %d: %w", b.Number, err)
	}
	return tagged, nil
}

// painter draws, or only measures while draw is false.
type painter struct {
	b        city.Briefing
	s        city.BriefingSheet
	base     string
	pdf      *fpdf.Fpdf
	draw     bool
	k        float64 // share of the usual size
	elements []element
	depth    int // of nested marks; only the outermost counts
	// links to the evidence, by number.
	links map[int]int
}

func newPainter(b city.Briefing, base string) *painter {
	f := fpdf.New("P", "mm", "A4", "")
	p := &painter{b: b, s: b.Sheet, base: base, pdf: f, k: 1, links: map[int]int{}}
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	f.SetCatalogSort(true)
	f.SetLang("id-ID")
	f.SetTitle(fmt.Sprintf("%s %s – nomor %d – %s", b.Sheet.Title, b.Sheet.City, b.Number, b.Sheet.Day), true)
	f.SetSubject(b.Sheet.Cutoff, true)
	f.SetAuthor("Balaikota "+b.Sheet.Version+", "+b.Sheet.City, true)
	f.SetCreator("Balaikota "+b.Sheet.Version, true)
	f.SetKeywords(b.Sheet.Classification, true)
	at := b.Sheet.At.UTC().Truncate(time.Second)
	f.SetCreationDate(at)
	f.SetModificationDate(at)
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	for _, e := range b.Sheet.Evidence {
		p.links[e.Number] = f.AddLink()
	}
	return p
}

// fit measures a page at each size; the smallest counts when none fits.
func (p *painter) fit(content func() float64) int {
	p.draw = false
	for i, k := range sizes {
		if p.k = k; content() <= bodyEnd {
			return i
		}
	}
	return len(sizes) - 1
}

// page adds a page with content at the size that fits.
func (p *painter) page(content func() float64) {
	p.k = sizes[p.fit(content)]
	p.pdf.AddPage()
	p.draw = true
	content()
	p.footer()
	p.draw = false
}

func (p *painter) footer() {
	k := p.k
	p.k = 1
	defer func() { p.k = k }()
	y := pageHeight - margin - 5
	p.artifact(func() {
		p.rule(margin, y, bodyWidth, 0.2)
		p.flow(margin, y+1, bodyWidth, 6.6, []run{{text: fmt.Sprintf("%s%s", p.base, p.b.Path()), grey: true}})
		right := fmt.Sprintf("Halaman %d dari 2", p.pdf.PageNo())
		p.flow(pageWidth-margin-p.width(right, 6.6, false), y+1, 40, 6.6, []run{{text: right, grey: true}})
		mid := fmt.Sprintf("Nomor %d · versi %s · disusun otomatis oleh Balaikota; keputusan ada pada pejabat", p.b.Number, p.s.Version)
		p.flow(margin, y+4, bodyWidth, 6.6, []run{{text: mid, grey: true}})
	})
}
