package tools

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed explain.md
var explainText string

func (d Deps) explain() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolExplain, Description: explainText}, func(ctx context.Context, c tool.Call, in city.ExplainInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		var err error
		switch {
		case in.Indicator != "":
			err = a.explainIndicator(in.Indicator)
		case in.Measure != "":
			err = a.explainMeasure(in.Measure)
		case in.Category != "":
			err = a.explainCategory(in.Category)
		default:
			err = city.InvalidField("indicator", "set one of indicator, measure, category")
		}
		if err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

func (a *answer) explainIndicator(slug string) error {
	i, ok := a.indicator(slug)
	if !ok {
		return city.InvalidField("indicator", "unknown indicator %.60q", slug)
	}
	a.name(i.Name)
	a.chip("indicator", slug, i.Name)
	unit := ""
	if i.Unit != "" {
		a.name(i.Unit)
		unit = ", dalam " + i.Unit
	}
	a.say(i.Name + unit + ": " + a.declared(i.Definition, "belum ada definisi tertulis"))
	day := a.c.At.In(a.c.Zone).Format(time.DateOnly)
	for _, level := range []city.Severity{city.Perhatian, city.Siaga, city.Awas} {
		t, ok := inForce(i, level, day)
		if !ok {
			continue
		}
		a.threshold(i, t)
		side := "mulai "
		if !t.Above {
			side = "hingga "
		}
		a.name(t.Source)
		a.say("Ambang " + severityName(level) + " " + side + city.FormatValue(t.Value, i.Decimals, i.Unit) + ", menurut " + t.Source + ".")
	}
	if !slices.ContainsFunc(i.Thresholds, func(t city.Threshold) bool { return t.EffectiveOn <= day }) {
		a.say("Belum ada ambang yang ditetapkan.")
	}
	a.ask("Berapa " + lower(i.Name) + " terakhir?")
	a.ask("Bagaimana tren " + lower(i.Name) + " 30 hari terakhir?")
	return nil
}

// inForce is the newest city-wide row of a level that holds on a day.
func inForce(i city.Indicator, level city.Severity, day string) (found city.Threshold, ok bool) {
	for _, t := range i.Thresholds {
		if t.Level == level && t.AreaCode == "" && t.EffectiveOn <= day && (!ok || t.EffectiveOn > found.EffectiveOn) {
			found, ok = t, true
		}
	}
	return found, ok
}

// declared is a declaration's own sentence. Its numbers are part of the
// declaration: it may be repeated whole.
func (a *answer) declared(text, none string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return none + "."
	}
	a.name(text, strings.TrimSuffix(text, "."))
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

func (a *answer) explainMeasure(slug string) error {
	m, ok := city.MeasureBySlug(slug)
	if !ok {
		return city.InvalidField("measure", "unknown measure %.60q", slug)
	}
	a.chip("measure", slug, m.Name)
	a.say(m.Name + ": " + a.declared(m.Definition, "belum ada definisi tertulis"))
	if m.LeastN > 0 {
		a.say("Di bawah " + a.count(m.LeastN, "data", "Batas jumlah agar angka kokoh, "+m.Name) + " data, angkanya disebut belum kokoh.")
	}
	return nil
}

func (a *answer) explainCategory(slug string) error {
	c, ok := a.category(slug)
	if !ok {
		return city.InvalidField("category", "unknown category %.60q", slug)
	}
	a.name(c.Name)
	a.chip("category", slug, c.Name)
	a.r.Category = slug
	s := "Kategori " + lower(c.Name)
	if c.Office != "" {
		o, _ := a.office(c.Office)
		a.name(c.Office, o.Name)
		s += " menjadi urusan " + c.Office
	}
	if c.WorkingDaysToClose > 0 {
		f := city.Figure{Label: "Batas waktu penyelesaian, " + c.Name, Value: float64(c.WorkingDaysToClose), Unit: "hari kerja", Category: slug, Office: c.Office}
		a.head(f)
		s += " dengan batas waktu penyelesaian " + city.FormatNumber(f.Value, 0) + " hari kerja"
	}
	a.say(s + ".")
	if len(c.Words) > 0 {
		words := c.Words[:min(5, len(c.Words))]
		a.name(words...)
		a.say("Termasuk laporan tentang " + enumerate(words) + ".")
	}
	if err := a.categoryNorms(c); err != nil {
		return err
	}
	a.ask("Berapa laporan " + lower(c.Name) + " bulan ini?")
	a.ask("Kecamatan mana yang paling banyak laporan " + lower(c.Name) + " bulan ini?")
	return nil
}

// categoryNorms adds the rows of norms that name the category.
func (a *answer) categoryNorms(c city.Category) error {
	norms, err := a.d.Catalogue.Norms(a.ctx)
	if err != nil {
		return err
	}
	day := a.c.At.In(a.c.Zone).Format(time.DateOnly)
	for _, n := range norms {
		if n.Category != c.Slug || n.Channel != "" || n.EffectiveOn > day || !n.Closes() {
			continue
		}
		a.name(n.Source)
		a.figure(city.Figure{Label: "Norma penyelesaian, " + c.Name, Value: float64(n.CloseDays), Unit: "hari kerja", Category: c.Slug})
		a.say("Norma khususnya " + city.FormatNumber(float64(n.CloseDays), 0) + " hari kerja (" + n.Source + ").")
	}
	return nil
}
