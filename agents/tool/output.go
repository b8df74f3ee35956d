package tool

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"balaikota/backend/city"
)

// Limits of what one call may return. What is over is cut, and said.
const (
	MostText    = 1600 // bytes of Text
	MostFigures = 900
	MostRows    = 60  // of a table
	MostItems   = 400 // of a map, bars or line
	MostIDs     = 50
	MostBlocks  = 6
	mostCaveats = 8
	mostNames   = 900
	// mostLines is how many figures a model is shown; all of them are evidence.
	mostLines = 80
)

// FigureRef is what a BlockItem's Figure holds until the figures have their
// IDs: the place of the figure in Result.Figures.
func FigureRef(index int) string { return "#" + strconv.Itoa(index) }

// number gives the figures their IDs, from E<next> on, and the items of blocks
// the IDs of the figures they show.
func (r *Result) number(next int) {
	for i := range r.Figures {
		r.Figures[i].ID = "E" + strconv.Itoa(next+i)
	}
	for b := range r.Blocks {
		for i, it := range r.Blocks[b].Items {
			ref, ok := strings.CutPrefix(it.Figure, "#")
			if !ok {
				continue
			}
			r.Blocks[b].Items[i].Figure = ""
			if n, err := strconv.Atoi(ref); err == nil && n >= 0 && n < len(r.Figures) {
				r.Blocks[b].Items[i].Figure = r.Figures[n].ID
			}
		}
	}
}

// assume marks the chips of fields that the person did not say.
func (r *Result) assume(fields []string) {
	for i := range r.Chips {
		if slices.Contains(fields, r.Chips[i].Kind) {
			r.Chips[i].Assumed = true
		}
	}
}

// limited cuts what is over the limits and says so.
func (r Result) limited() Result {
	if r.Head >= len(r.Figures) {
		r.Head = -1
	}
	for i, f := range r.Figures {
		if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
			return Result{
				Head: -1, Failed: true, Text: "Data sedang tidak dapat dibaca. Coba lagi sebentar lagi.",
				Err: city.Errorf(city.Internal, "figure %d (%s) is no number", i, f.Label),
			}
		}
	}
	cutAny := r.limitBlocks()
	if len(r.Figures) > MostFigures {
		r.Figures, cutAny = r.Figures[:MostFigures], true
		if r.Head >= MostFigures {
			r.Head = -1
		}
	}
	if len(r.Text) > MostText {
		r.Text, cutAny = cutText(r.Text, MostText), true
	}
	r.Names = r.Names[:min(len(r.Names), mostNames)]
	r.Caveats = r.Caveats[:min(len(r.Caveats), mostCaveats-1)]
	if cutAny {
		r.Cut = true
		r.Caveats = append(r.Caveats, "Daftar terlalu panjang dan dipotong.")
	}
	return r
}

func (r *Result) limitBlocks() (cutAny bool) {
	if len(r.Blocks) > MostBlocks {
		r.Blocks, cutAny = r.Blocks[:MostBlocks], true
	}
	for i := range r.Blocks {
		b := &r.Blocks[i]
		if len(b.Rows) > MostRows {
			b.Rows, cutAny = b.Rows[:MostRows], true
		}
		if len(b.Items) > MostItems {
			b.Items, cutAny = b.Items[:MostItems], true
		}
		if len(b.IDs) > MostIDs {
			b.IDs, cutAny = b.IDs[:MostIDs], true
		}
	}
	return cutAny
}

// cutText cuts at the end of a sentence, else of a word.
func cutText(s string, most int) string {
	s = strings.ToValidUTF8(s[:most], "")
	if i := strings.LastIndex(s, ". "); i > most/2 {
		return s[:i+1]
	}
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		return s[:i] + " …"
	}
	return s
}

// Render writes a result as the model reads it: the sentences, then the
// figures with their IDs, then what to keep in mind.
func Render(r Result) string {
	var b strings.Builder
	b.WriteString(r.Text)
	if len(r.Figures) == 0 && len(r.Caveats) == 0 {
		return b.String()
	}
	b.WriteString(city.EvidenceMark)
	for i, f := range r.Figures {
		if i == mostLines {
			b.WriteString("… dan " + strconv.Itoa(len(r.Figures)-mostLines) + " angka lagi, di layar.\n")
			break
		}
		b.WriteString(f.ID + " = " + city.FormatValue(f.Value, f.Decimals, f.Unit) + " · " + f.Label + "\n")
	}
	for _, c := range r.Caveats {
		b.WriteString("Catatan: " + c + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
