package paper

import (
	"strconv"

	"balaikota/backend/city"

	"codeberg.org/go-pdf/fpdf"
)

// shades of the classes of the map, from none to the most: light to dark, told
// apart on paper without colour.
var shades = [...]int{255, 228, 198, 158, 108, 48}

// badge is a decision's number; grave ones are filled.
func (p *painter) badge(x, y float64, number int, severity city.Severity) {
	if !p.draw {
		return
	}
	text := strconv.Itoa(number)
	size := 4.2 * p.k
	p.pdf.SetLineWidth(0.3)
	p.pdf.SetDrawColor(0, 0, 0)
	style := "D"
	if grave(severity) {
		p.pdf.SetFillColor(30, 30, 30)
		style = "F"
	}
	p.pdf.Rect(x, y, size, size, style)
	p.font(bodySize, run{bold: true})
	p.pdf.SetTextColor(0, 0, 0)
	if style == "F" {
		p.pdf.SetTextColor(255, 255, 255)
	}
	p.pdf.Text(x+(size-p.pdf.GetStringWidth(text))/2, y+size*0.77, text)
}

// bullet is a dot, for grave lines a square.
func (p *painter) bullet(x, y float64, severity city.Severity) {
	if !p.draw {
		return
	}
	p.pdf.SetFillColor(0, 0, 0)
	mid := y + bodySize*p.k*mmPerPoint*0.62
	if grave(severity) {
		p.pdf.Rect(x, mid-0.6*p.k, 1.2*p.k, 1.2*p.k, "F")
		return
	}
	p.pdf.Circle(x+0.6*p.k, mid, 0.42*p.k, "F")
}

// columns of the table of indicators, as shares of its width.
var columns = []struct {
	head  string
	share float64
}{{"Indikator", 0.34}, {"Nilai", 0.19}, {"Batas, target", 0.17}, {"Sehari", 0.16}, {"24 jam", 0.14}}

func (p *painter) indicators(_ city.BriefingPart, x, y, width float64) float64 {
	if len(p.s.IndicatorRows) == 0 {
		return y
	}
	p.mark("P", func() {
		at, end := x, y
		for _, c := range columns {
			end = p.flow(at, y, width*c.share-1, smallSize, []run{{text: c.head, grey: true}})
			at += width * c.share
		}
		y = end
	})
	for _, r := range p.s.IndicatorRows {
		p.mark("P", func() { y = p.indicator(r, x, y, width) })
	}
	return y
}

func (p *painter) indicator(r city.BriefingIndicator, x, y, width float64) float64 {
	p.hairline(x, y, width)
	y += 0.4 * p.k
	name := []run{{text: r.Name, bold: true}}
	if r.Place != "" {
		name = append(name, run{text: " " + r.Place, grey: true})
	}
	value := append([]run{{text: r.Shown, bold: true}}, p.refs(r.Refs)...)
	if r.Stale != "" {
		value = append(value, run{text: " " + r.Stale, grey: true})
	}
	cells := [][]run{name, value, {{text: r.Target, red: grave(r.Severity)}}, {{text: r.Change}}}
	at, end := x, y
	for i, cell := range cells {
		end = max(end, p.flow(at, y, width*columns[i].share-1, smallSize+0.2, cell))
		at += width * columns[i].share
	}
	high := 5.2 * p.k
	if p.draw && len(r.Spark) > 0 {
		p.spark(r, at, y+0.4, width*columns[4].share, high-1)
	}
	return max(end, y+high) + 0.3*p.k
}

func (p *painter) hairline(x, y, width float64) {
	if !p.draw {
		return
	}
	p.pdf.SetLineWidth(0.1)
	p.pdf.SetDrawColor(150, 150, 150)
	p.pdf.Line(x, y, x+width, y)
}

// spark draws a line of hours with gaps where data is missing, and the limit as
// a dashed line where it lies in view.
func (p *painter) spark(r city.BriefingIndicator, x, y, width, height float64) {
	low, high, known := 0.0, 0.0, false
	for _, v := range r.Spark {
		if v == nil {
			continue
		}
		if !known {
			low, high, known = *v, *v, true
		}
		low, high = min(low, *v), max(high, *v)
	}
	if !known {
		return
	}
	if r.Limit != nil {
		low, high = min(low, *r.Limit), max(high, *r.Limit)
	}
	span := high - low
	if span == 0 {
		span = 1
	}
	px := func(i int) float64 { return x + width*float64(i)/float64(max(1, len(r.Spark)-1)) }
	py := func(v float64) float64 { return y + height*(1-(v-low)/span) }
	if r.Limit != nil {
		p.pdf.SetDrawColor(120, 120, 120)
		p.pdf.SetLineWidth(0.15)
		p.pdf.SetDashPattern([]float64{0.8, 0.6}, 0)
		p.pdf.Line(x, py(*r.Limit), x+width, py(*r.Limit))
		p.pdf.SetDashPattern(nil, 0)
	}
	p.pdf.SetDrawColor(0, 0, 0)
	p.pdf.SetLineWidth(0.3)
	last := -1
	for i, v := range r.Spark {
		if v == nil {
			continue
		}
		if last >= 0 && i-last == 1 {
			p.pdf.Line(px(last), py(*r.Spark[last]), px(i), py(*v))
		}
		last = i
	}
	p.pdf.SetFillColor(0, 0, 0)
	p.pdf.Circle(px(last), py(*r.Spark[last]), 0.5, "F")
}

// mapMost is how high a map may be.
const mapMost = 58.0

// cityMap draws the third part: kelurahan in shades of grey, the numbers of the
// decisions, and the classes.
func (p *painter) cityMap(x, y, width float64) float64 {
	m := p.s.Map
	y = p.heading(3, "Peta", x, y, width)
	p.mark("P", func() {
		y = p.flow(x, y, width, smallSize, append([]run{{text: m.Title}}, p.refs(m.Refs)...))
	})
	if len(m.Areas) > 0 && m.Width > 0 && m.Height > 0 {
		scale := min(width/float64(m.Width), mapMost*p.k/float64(m.Height))
		left := x + (width-float64(m.Width)*scale)/2
		y += 1.6 * p.k // a pin may stand on the northern border
		if p.draw {
			p.figure(m.Title+". "+m.Note, func() { p.shapes(m, left, y, scale) })
		}
		y += float64(m.Height)*scale + 0.8
		y = p.legend(m, x, y)
	}
	if m.Note != "" {
		p.mark("P", func() { y = p.flow(x, y, width, smallSize-0.4, []run{{text: m.Note, grey: true}}) })
	}
	return y + 1.6*p.k
}

func (p *painter) shapes(m city.BriefingMap, x, y, scale float64) {
	p.pdf.SetDrawColor(90, 90, 90)
	p.pdf.SetLineWidth(0.1)
	p.pdf.SetLineJoinStyle("round")
	for _, a := range m.Areas {
		shade := shades[min(max(a.Class, 0), len(shades)-1)]
		p.pdf.SetFillColor(shade, shade, shade)
		for _, ring := range a.Rings {
			points := make([]fpdf.PointType, 0, len(ring)/2)
			for i := 0; i+1 < len(ring); i += 2 {
				points = append(points, fpdf.PointType{X: x + float64(ring[i])*scale, Y: y + float64(ring[i+1])*scale})
			}
			p.pdf.Polygon(points, "DF")
		}
	}
	for _, k := range m.Marks {
		p.pin(x+float64(k.X)*scale, y+float64(k.Y)*scale, k.Number)
	}
}

// pin is a white disc with a number.
func (p *painter) pin(x, y float64, number int) {
	p.pdf.SetFillColor(255, 255, 255)
	p.pdf.SetDrawColor(0, 0, 0)
	p.pdf.SetLineWidth(0.35)
	p.pdf.Circle(x, y, 2*p.k, "DF")
	p.font(smallSize, run{bold: true})
	p.pdf.SetTextColor(0, 0, 0)
	text := strconv.Itoa(number)
	p.pdf.Text(x-p.pdf.GetStringWidth(text)/2, y+0.95*p.k, text)
}

func (p *painter) legend(m city.BriefingMap, x, y float64) float64 {
	at, end := x, y
	box := 2.6 * p.k
	p.mark("P", func() {
		for _, l := range m.Legend {
			if p.draw {
				shade := shades[min(max(l.Class, 0), len(shades)-1)]
				p.pdf.SetFillColor(shade, shade, shade)
				p.pdf.SetDrawColor(90, 90, 90)
				p.pdf.SetLineWidth(0.1)
				p.pdf.Rect(at, y, box, box, "DF")
			}
			at += box + 0.7
			end = p.flow(at, y-0.2, 20, smallSize-0.4, []run{{text: l.Text + " "}})
			at += p.width(l.Text, smallSize-0.4, false) + 2
		}
	})
	return end + 0.3
}
