package paper

import (
	"strings"
	"unicode/utf8"
)

// mmPerPoint turns points into millimetres.
const mmPerPoint = 25.4 / 72

// leading is the height of a line by the size of its text.
const leading = 1.24

// run is a stretch of text in one style.
type run struct {
	text string
	bold bool
	grey bool
	// red marks what is grave; on paper without colour it is as dark as black.
	red bool
	// small is for numbers of evidence.
	small bool
	link  int    // within the document
	url   string // outside of it
}

// word is a piece of a run that stays on one line.
type word struct {
	run
	space bool // a blank goes before it
	last  bool // and one after it, where the line is broken
	width float64
}

func (p *painter) font(size float64, r run) float64 {
	size *= p.k
	if r.small {
		size *= 0.78
	}
	style := ""
	if r.bold {
		style = "B"
	}
	p.pdf.SetFont("go", style, size)
	return size
}

func (p *painter) width(text string, size float64, bold bool) float64 {
	p.font(size, run{bold: bold})
	return p.pdf.GetStringWidth(text)
}

// words cuts runs at their blanks; what is wider than the line is cut anywhere.
func (p *painter) words(runs []run, size, width float64) (out []word) {
	glued := true // nothing stands before the first
	for _, r := range runs {
		p.font(size, r)
		text := clean(r.text)
		if strings.HasPrefix(text, " ") {
			glued = false
		}
		for i, part := range strings.Fields(text) {
			w := word{run: r, space: i > 0 || !glued, width: 0}
			for _, piece := range p.pieces(part, width) {
				w.text, w.width = piece, p.pdf.GetStringWidth(piece)
				out = append(out, w)
				w.space = false
			}
		}
		glued = !strings.HasSuffix(text, " ")
	}
	if len(out) > 0 {
		out[0].space = false
	}
	return out
}

// pieces cuts a word that is wider than a line.
func (p *painter) pieces(text string, width float64) []string {
	var out []string
	for p.pdf.GetStringWidth(text) > width && utf8.RuneCountInString(text) > 1 {
		n := 1
		for n < len(text) && p.pdf.GetStringWidth(text[:n+1]) <= width {
			n++
		}
		for n > 1 && !utf8.RuneStart(text[n]) {
			n--
		}
		if !utf8.RuneStart(text[n]) {
			break
		}
		out, text = append(out, text[:n]), text[n:]
	}
	return append(out, text)
}

// clean leaves out what fonts have no shape for: controls and characters
// beyond the basic plane, such as emoji.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\u202f':
			return ' '
		case r < ' ':
			return ' '
		case r > 0xffff || r == utf8.RuneError || r >= 0xe000 && r <= 0xf8ff || r >= 0xfe00 && r <= 0xfe0f || r == 0x200d:
			return -1
		}
		return r
	}, text)
}

// flow sets runs into lines from x, y (their top) on and returns where the next
// line begins.
func (p *painter) flow(x, y, width, size float64, runs []run) float64 {
	height := size * p.k * mmPerPoint * leading
	words := p.words(runs, size, width)
	if len(words) == 0 {
		return y
	}
	blank := p.width(" ", size, false)
	at := x
	for i, w := range words {
		if i > 0 && w.space {
			at += blank
		}
		if i > 0 && at+w.width > x+width+0.01 {
			at, y = x, y+height
			w.space = false
		}
		if i+1 < len(words) {
			// The blank at which the line is broken ends it.
			next := words[i+1]
			w.last = next.space && at+w.width+blank+next.width > x+width+0.01
		}
		if p.draw {
			p.put(at, y, size, w)
		}
		at += w.width
	}
	return y + height
}

// put writes a word; a blank goes with it, so that what is selected reads as it
// was written.
func (p *painter) put(x, y, size float64, w word) {
	points := p.font(size, w.run)
	switch {
	case w.red:
		p.pdf.SetTextColor(125, 20, 20)
	case w.grey:
		p.pdf.SetTextColor(75, 75, 75)
	default:
		p.pdf.SetTextColor(0, 0, 0)
	}
	full := size * p.k * mmPerPoint
	base := y + full*0.94
	if w.small {
		base -= full * 0.16
	}
	text := w.text
	if w.space {
		text, x = " "+text, x-p.pdf.GetStringWidth(" ")
	}
	if w.last {
		text += " "
	}
	p.pdf.Text(x, base, text)
	height := points * mmPerPoint
	if w.link != 0 {
		p.pdf.Link(x, base-height, p.pdf.GetStringWidth(text), height*1.2, w.link)
	}
	if w.url != "" {
		p.pdf.LinkString(x, base-height, p.pdf.GetStringWidth(text), height*1.2, w.url)
	}
}

func (p *painter) rule(x, y, width, thick float64) {
	if !p.draw {
		return
	}
	p.pdf.SetLineWidth(thick)
	p.pdf.SetDrawColor(0, 0, 0)
	p.pdf.Line(x, y, x+width, y)
}
