package paper

import (
	"strconv"
	"strings"

	"balaikota/backend/city"
)

// Sizes of text in points.
const (
	bodySize  = 8.4
	smallSize = 7.4
	headSize  = 9.6
	titleSize = 17.0
)

// sheet is the first page; it returns where it ends.
func (p *painter) sheet() float64 {
	y := p.header(margin)
	y = p.part(1, p.s.Decisions, margin, y, bodyWidth, p.decisions)
	y = p.part(0, p.s.Night, margin, y, bodyWidth, p.lines)
	// Two columns; what is drawn first is read first.
	right := bodyWidth * 0.38
	left := bodyWidth - right - gap
	at := margin + left + gap
	a := p.part(2, p.s.Indicators, margin, y, left, p.indicators)
	b := p.cityMap(at, y, right)
	a = p.part(4, p.s.FollowUps, margin, a, left, p.lines)
	a = p.part(5, p.s.Agenda, margin, a, left, p.lines)
	b = p.part(0, p.s.Weather, at, b, right, p.lines)
	return p.part(6, p.s.Sources, margin, max(a, b), bodyWidth, p.sources)
}

func (p *painter) header(y float64) float64 {
	top := strings.ToUpper(p.s.Classification)
	p.mark("P", func() {
		p.flow(margin, y, bodyWidth, 7, []run{{text: top, bold: true}})
		if p.s.Simulated {
			note := "DATA SIMULASI"
			p.flow(pageWidth-margin-p.width(note, 7, true), y, 60, 7, []run{{text: note, bold: true, red: true}})
		}
	})
	y += 7 * p.k * mmPerPoint * leading * 1.2
	p.rule(margin, y, bodyWidth, 0.5)
	y += 1.2
	end := y
	p.mark("H1", func() {
		end = p.flow(margin, y, bodyWidth, titleSize, []run{{text: p.s.Title + " ", bold: true}, {text: p.s.City, bold: false}})
	})
	number := "Nomor " + strconv.FormatInt(p.b.Number, 10)
	p.mark("P", func() {
		p.flow(pageWidth-margin-p.width(number, headSize, true), y+2*p.k, 60, headSize, []run{{text: number, bold: true}})
	})
	p.mark("P", func() { end = p.flow(margin, end, bodyWidth, headSize, []run{{text: p.s.Cutoff, bold: true}}) })
	p.mark("P", func() {
		end = p.flow(margin, end+0.4, bodyWidth, bodySize, append([]run{{text: p.s.Summary.What}}, p.refs(p.s.Summary.Refs)...))
	})
	return end + 1.2*p.k
}

// part draws a heading, its lines and its note.
func (p *painter) part(number int, part city.BriefingPart, x, y, width float64, lines func(part city.BriefingPart, x, y, width float64) float64) float64 {
	y = p.heading(number, part.Heading, x, y, width)
	top := y
	y = lines(part, x, y, width)
	if part.Note != "" {
		note, size := run{text: part.Note, grey: true}, float64(smallSize)
		if y == top && len(part.Lines) == 0 { // it is all there is to say
			note.grey, size = false, bodySize
		}
		p.mark("P", func() { y = p.flow(x, y, width, size, []run{note}) })
	}
	return y + 1.6*p.k
}

func (p *painter) heading(number int, text string, x, y, width float64) float64 {
	p.artifact(func() { p.rule(x, y, width, 0.2) })
	y += 0.7 * p.k
	if number > 0 {
		text = strconv.Itoa(number) + "  " + text
	}
	p.mark("H2", func() { y = p.flow(x, y, width, headSize, []run{{text: text, bold: true}}) })
	return y + 0.3*p.k
}

// refs are the numbers of evidence, which lead to their lines.
func (p *painter) refs(numbers []int) []run {
	var out []run
	for _, n := range numbers {
		out = append(out, run{text: " [" + strconv.Itoa(n) + "]", small: true, grey: true, link: p.links[n]})
	}
	return out
}

func grave(s city.Severity) bool { return s == city.Awas || s == city.Siaga }

// decisions answer four questions each: what, why, what is advised; and on the
// right who and by when.
func (p *painter) decisions(part city.BriefingPart, x, y, width float64) float64 {
	number, who := 5.5*p.k, width*0.24
	for i, l := range part.Lines {
		textX, textW := x+number, width-number-who-gap
		start := y
		p.mark("P", func() {
			p.badge(x, y, i+1, l.Severity)
			runs := []run{}
			if l.Mark != "" {
				runs = append(runs, run{text: l.Mark + ": ", bold: true, red: grave(l.Severity)})
			}
			y = p.flow(textX, y, textW, bodySize+0.4, append(append(runs, run{text: l.What, bold: true}), p.refs(l.Refs)...))
			y = p.flow(textX, y, textW, bodySize, []run{{text: l.Why}})
			if l.Advice != "" {
				y = p.flow(textX, y, textW, bodySize, []run{{text: "Saran: ", bold: true}, {text: l.Advice}})
			}
			y = max(y, p.flow(x+width-who, start, who, bodySize, p.whoRuns(l.Who)))
		})
		y += 0.9 * p.k
	}
	return y
}

// whoRuns sets the office in bold, and the deadline after it.
func (p *painter) whoRuns(text string) []run {
	office, rest, found := strings.Cut(text, ", ")
	if !found {
		return []run{{text: text}}
	}
	return []run{{text: office + ", ", bold: true}, {text: rest}}
}

// lines are one paragraph each: mark, what, why, who.
func (p *painter) lines(part city.BriefingPart, x, y, width float64) float64 {
	for _, l := range part.Lines {
		p.mark("P", func() {
			indent := 0.0
			if len(part.Lines) > 1 {
				indent = 2.6 * p.k
				p.bullet(x, y, l.Severity)
			}
			y = p.flow(x+indent, y, width-indent, bodySize, p.lineRuns(l))
		})
		y += 0.35 * p.k
	}
	return y
}

func (p *painter) lineRuns(l city.BriefingLine) []run {
	var runs []run
	if l.Mark != "" {
		runs = append(runs, run{text: l.Mark + ": ", bold: true, red: grave(l.Severity)})
	}
	runs = append(runs, run{text: l.What, bold: l.Why != ""})
	if l.Why != "" {
		runs = append(runs, run{text: " – " + l.Why})
	}
	if l.Who != "" {
		runs = append(runs, run{text: " · " + l.Who, grey: true})
	}
	return append(runs, p.refs(l.Refs)...)
}

// sources stand in one paragraph.
func (p *painter) sources(part city.BriefingPart, x, y, width float64) float64 {
	var runs []run
	for i, l := range part.Lines {
		if i > 0 {
			runs = append(runs, run{text: "  "})
		}
		runs = append(runs, p.sourceRuns(l)...)
	}
	if len(runs) == 0 {
		return y
	}
	p.mark("P", func() { y = p.flow(x, y, width, bodySize, runs) })
	return y
}

func (p *painter) sourceRuns(l city.BriefingLine) []run {
	if l.Mark == "" {
		return append([]run{{text: l.What}}, p.refs(l.Refs)...)
	}
	text := " " + l.Mark + ", " + l.Why
	if l.Who != "" {
		text += " (" + l.Who + ")"
	}
	return append([]run{{text: l.What, bold: true}, {text: text + "."}}, p.refs(l.Refs)...)
}

// evidence is the second page: the number, what it says, as of when, and where
// its rows stand.
func (p *painter) evidence() float64 {
	y := margin
	p.mark("H1", func() {
		y = p.flow(margin, y, bodyWidth, 13, []run{{text: "Bukti " + p.s.Title + " nomor " + strconv.FormatInt(p.b.Number, 10), bold: true}})
	})
	p.mark("P", func() {
		y = p.flow(margin, y, bodyWidth, smallSize, []run{{text: "Setiap angka dapat dibuka pada layar yang disebut (perlu masuk). Lembar ini dibekukan; SHA-256 catatannya " + p.b.SHA256 + "."}})
	})
	y += 2
	column := (bodyWidth - gap) / 2
	// The halves are about as long.
	total := 0.0
	heights := make([]float64, len(p.s.Evidence))
	drawing := p.draw
	p.draw = false
	for i, e := range p.s.Evidence {
		heights[i] = p.proof(e, 0, 0, column)
		total += heights[i]
	}
	p.draw = drawing
	at, end, x := y, y, margin
	for i, e := range p.s.Evidence {
		if x == margin && at-y+heights[i]/2 > total/2 {
			x, at = margin+column+gap, y
		}
		p.mark("P", func() { at = p.proof(e, x, at, column) })
		end = max(end, at)
	}
	return end
}

func (p *painter) proof(e city.BriefingEvidence, x, y, width float64) float64 {
	if p.draw {
		p.pdf.SetLink(p.links[e.Number], max(0, y-4), -1)
	}
	indent := 6.5 * p.k
	p.flow(x, y, indent, smallSize, []run{{text: "[" + strconv.Itoa(e.Number) + "]", bold: true}})
	y = p.flow(x+indent, y, width-indent, smallSize, []run{{text: e.Text}})
	where := run{text: e.Path, grey: true}
	if p.base != "" {
		where.url = p.base + e.Path
	}
	runs := []run{{text: e.When + " · ", grey: true}, where}
	if e.Source != "" {
		runs = append(runs, run{text: " · " + e.Source, grey: true})
	}
	return p.flow(x+indent, y, width-indent, smallSize-0.6, runs) + 0.9*p.k
}
