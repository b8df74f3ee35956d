package tools

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// answer builds one result: sentences, and beside them the figures and names
// that they hold.
type answer struct {
	book

	c tool.Call
	r tool.Result
}

func (d Deps) answer(ctx context.Context, c tool.Call) *answer {
	a := &answer{book: book{d: d, ctx: ctx, asker: c.Asker}, c: c}
	a.r.Head = -1
	a.r.Data = city.DataState{SnapshotAt: c.At}
	return a
}

// result ends the answer; a catalogue that could not be read is an error,
// because a sentence with slugs instead of names is none.
func (a *answer) result() (tool.Result, error) {
	if a.err != nil {
		return tool.Result{}, a.err
	}
	a.r.Names = slices.Compact(slices.Sorted(slices.Values(a.r.Names)))
	return a.r, nil
}

// figure adds a figure and returns its place.
func (a *answer) figure(f city.Figure) int {
	a.r.Figures = append(a.r.Figures, f)
	return len(a.r.Figures) - 1
}

// once adds a figure that stands beside others, unless it is there already.
func (a *answer) once(f city.Figure) {
	for _, have := range a.r.Figures {
		if have.Label == f.Label && have.Value == f.Value {
			return
		}
	}
	a.figure(f)
}

// head adds the figure that was asked for.
func (a *answer) head(f city.Figure) { a.r.Head = a.figure(f) }

// count adds a plain count and writes it.
func (a *answer) count(n int, unit, label string) string {
	a.figure(city.Figure{Label: label, Value: float64(n), Unit: unit})
	return city.FormatNumber(float64(n), 0)
}

// say adds a sentence.
func (a *answer) say(sentence string) {
	if sentence == "" {
		return
	}
	if a.r.Text != "" {
		a.r.Text += " "
	}
	a.r.Text += sentence
}

func (a *answer) caveat(s string) {
	if s != "" && !slices.Contains(a.r.Caveats, s) {
		a.r.Caveats = append(a.r.Caveats, s)
	}
}

func (a *answer) name(names ...string) {
	for _, n := range names {
		if strings.TrimSpace(n) != "" {
			a.r.Names = append(a.r.Names, n)
		}
	}
}

func (a *answer) chip(kind, value, text string) {
	a.r.Chips = append(a.r.Chips, city.Chip{Kind: kind, Value: value, Text: text})
}

func (a *answer) assumedChip(kind, value, text string) {
	a.r.Chips = append(a.r.Chips, city.Chip{Kind: kind, Value: value, Text: text, Assumed: true})
}

// ask adds a question that can be asked next.
func (a *answer) ask(q string) {
	if q != "" && len(a.r.FollowUps) < 3 && !slices.Contains(a.r.FollowUps, q) {
		a.r.FollowUps = append(a.r.FollowUps, q)
	}
}

// moment writes a moment, "Kamis, 9 April 2026 07.00 WITA".
func (a *answer) moment(t time.Time) string { return city.FormatMoment(t, a.c.Zone, a.d.ZoneLabel) }

// clock writes a moment without its weekday, "9 April 2026 07.00 WITA".
func (a *answer) clock(t time.Time) string {
	_, s, _ := strings.Cut(a.moment(t), ", ")
	return s
}

func (a *answer) day(t time.Time) string { return city.FormatDay(t, a.c.Zone) }

// use takes over what a measurement says of its data.
func (a *answer) use(m city.Measurement) {
	d := &a.r.Data
	if m.Data.Seq != 0 || !m.Data.SnapshotAt.IsZero() {
		d.SnapshotAt, d.Seq = m.Data.SnapshotAt, max(d.Seq, m.Data.Seq)
	}
	d.First, d.Last = earliest(d.First, m.Data.First), latest(d.Last, m.Data.Last)
	for _, s := range m.Data.Sources {
		if !slices.Contains(d.Sources, s) {
			d.Sources = append(d.Sources, s)
		}
	}
	if m.Data.Simulated && !d.Simulated {
		d.Simulated = true
		a.caveat("Angka ini memuat data simulasi, bukan data warga yang sebenarnya.")
	}
	a.leftOut(m)
	if m.Cut {
		a.r.Cut = true
		a.caveat("Baris melebihi " + a.count(city.LongestMeasureRows, "baris", "Batas baris satu pengukuran") + "; sisanya tidak ditampilkan.")
	}
}

func earliest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

func latest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

// present reports whether the question is asked from about now. Lists and
// states are of now: asked from another moment, the answer says so.
func (a *answer) present() bool {
	now := time.Now
	if a.d.Now != nil {
		now = a.d.Now
	}
	if now().Sub(a.c.At).Abs() <= time.Hour {
		return true
	}
	a.caveat("Daftar ini menurut keadaan sekarang, bukan keadaan pada saat yang ditanyakan.")
	return false
}

// enumerate joins words as a sentence does: "A", "A dan B", "A, B, dan C".
func enumerate(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	case 2:
		return words[0] + " dan " + words[1]
	}
	return strings.Join(words[:len(words)-1], ", ") + ", dan " + words[len(words)-1]
}

// lower begins a name in lower case, as inside a sentence, unless it is an
// abbreviation (PM2.5, RTH).
func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) == string(r[1]) && strings.ToLower(string(r[1])) != string(r[1]) {
		return s
	}
	return strings.ToLower(string(r[:1])) + string(r[1:])
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
