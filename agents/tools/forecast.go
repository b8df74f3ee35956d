package tools

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed forecast.md
var forecastText string

func (d Deps) forecast() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolForecast, Description: forecastText}, func(ctx context.Context, c tool.Call, in city.ForecastInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.foreseen(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

const usualForecastDays = 7

func (a *answer) foreseen(in city.ForecastInput) error {
	if in.Days < 0 || in.Days > 14 {
		return city.InvalidField("days", "must be 1 to 14")
	}
	q := a.scoped(city.MeasureQuery{Indicator: in.Indicator, Area: in.Area, Category: in.Category})
	days, subject := in.Days, "reports"
	if days == 0 {
		days = usualForecastDays
	}
	if in.Indicator != "" {
		subject, q.Area, q.Office = in.Indicator, in.Area, ""
	} else if err := a.mine(q.Area, ""); err != nil {
		return err
	}
	code := q.Area
	if code == "" {
		code = a.d.CityCode
	}
	all, err := a.d.Situation.Forecasts(a.ctx, a.asker, subject, code)
	if err != nil {
		return err
	}
	a.forecastChips(in, q, days)
	var found *city.Forecast
	for i := range all {
		if f := &all[i]; f.Category == in.Category && (f.AreaCode == code || f.AreaCode == "" && a.wholeCity(code)) {
			found = f
		}
	}
	if found == nil && in.Indicator != "" {
		if said, err := a.outlook(in, code, days); said || err != nil {
			return err
		}
	}
	if found == nil {
		a.r.Status = city.Abstained
		matter := strings.TrimPrefix(a.forecastMatter(in), "prakiraan ")
		a.say("Belum ada prakiraan " + matter + " " + a.place(code) + ".")
		if !a.wholeCity(code) {
			a.ask("Berapa prakiraan " + matter + " 7 hari ke depan?")
		}
		return nil
	}
	a.wordForecast(in, code, *found, days)
	return nil
}

func (a *answer) forecastMatter(in city.ForecastInput) string {
	if in.Indicator != "" {
		i, _ := a.indicator(in.Indicator)
		a.name(i.Name)
		return lower(i.Name)
	}
	return a.reports(city.MeasureQuery{Category: in.Category})
}

func (a *answer) forecastChips(in city.ForecastInput, q city.MeasureQuery, days int) {
	if in.Indicator != "" {
		i, _ := a.indicator(in.Indicator)
		a.chip("indicator", in.Indicator, i.Name)
	} else if in.Category != "" {
		c, _ := a.category(in.Category)
		a.chip("category", in.Category, c.Name)
	}
	a.stated("area", in.Area, q.Area, a.fullArea(q.Area))
	text := city.FormatNumber(float64(days), 0) + " hari ke depan"
	if in.Days == 0 {
		a.assumedChip("days", "", text)
	} else {
		a.chip("days", city.FormatNumber(float64(days), 0), text)
	}
	a.r.Area, a.r.Category = q.Area, in.Category
	if a.r.Area == "" {
		a.r.Area = a.d.CityCode
	}
}

// wordForecast words the days that are still ahead of the question's moment.
func (a *answer) wordForecast(in city.ForecastInput, code string, f city.Forecast, days int) {
	today := a.c.At.In(a.c.Zone).Format(time.DateOnly)
	var ahead []city.ForecastPoint
	for _, p := range f.Points {
		if p.Day > today && len(ahead) < days {
			ahead = append(ahead, p)
		}
	}
	if len(ahead) == 0 || f.MadeAt.After(a.c.At.Add(24*time.Hour)) {
		a.r.Status = city.Abstained
		made := a.clock(f.MadeAt)
		a.name(made)
		a.say("Prakiraan " + a.forecastMatter(in) + " " + a.place(code) + " yang ada dibuat " + made + " dan tidak mencakup hari-hari yang ditanyakan.")
		return
	}
	unit, decimals := "laporan", 0
	if in.Indicator != "" {
		i, _ := a.indicator(in.Indicator)
		unit, decimals = i.Unit, i.Decimals
	}
	a.r.Data.SnapshotAt = f.MadeAt
	w := forecastWords{a: a, in: in, code: code, unit: unit, decimals: decimals, ahead: ahead, f: f}
	w.points()
	w.sentence()
	w.trust()
	a.ask("Bagaimana tren " + a.forecastMatter(in) + a.askPlace(code) + " 30 hari terakhir?")
}

type forecastWords struct {
	a        *answer
	in       city.ForecastInput
	code     string
	unit     string
	decimals int
	ahead    []city.ForecastPoint
	f        city.Forecast
	block    city.Block
}

func (w *forecastWords) figure(label string, v float64, decimals int, from, to time.Time) int {
	return w.a.figure(city.Figure{
		Label: label, Value: v, Unit: w.unit, Decimals: decimals, Indicator: w.in.Indicator, Area: w.code, Category: w.in.Category, From: &from, To: &to,
	})
}

func (w *forecastWords) day(p city.ForecastPoint) (from, to time.Time) {
	from, err := time.ParseInLocation(time.DateOnly, p.Day, w.a.c.Zone)
	if err != nil {
		return w.a.c.At, w.a.c.At
	}
	return from, from.AddDate(0, 0, 1)
}

// points adds the days as figures and as a line with its band.
func (w *forecastWords) points() {
	w.block = city.Block{Kind: "line", Title: upper("prakiraan " + w.a.forecastMatter(w.in) + ", " + w.a.areaName(w.code)), Unit: w.unit, Decimals: w.decimals}
	for _, p := range w.ahead {
		from, to := w.day(p)
		name := w.a.day(from)
		ref := w.figure("Prakiraan "+name, p.Mean, w.shown(), from, to)
		w.figure("Batas bawah 80 %, "+name, p.Low, w.shown(), from, to)
		w.figure("Batas atas 80 %, "+name, p.High, w.shown(), from, to)
		mean, low, high := p.Mean, p.Low, p.High
		w.block.Items = append(w.block.Items, city.BlockItem{Key: p.Day, Label: name, Value: &mean, Low: &low, High: &high, Figure: tool.FigureRef(ref)})
	}
	w.a.r.Blocks = append(w.a.r.Blocks, w.block)
}

// shown is how many decimals a day's value has: of fewer than ten reports a
// day one says more than none.
func (w *forecastWords) shown() int {
	if w.in.Indicator != "" {
		return w.decimals
	}
	return 1
}

func (w *forecastWords) sentence() {
	a := w.a
	from, _ := w.day(w.ahead[0])
	_, to := w.day(w.ahead[len(w.ahead)-1])
	span := city.FormatPeriod(city.Period{From: from, To: to}, a.c.Zone)
	a.name(span)
	low, high, sum, top := w.ahead[0].Low, w.ahead[0].High, 0.0, w.ahead[0]
	for _, p := range w.ahead {
		low, high, sum = min(low, p.Low), max(high, p.High), sum+p.Mean
		if p.Mean > top.Mean {
			top = p
		}
	}
	topDay, _ := w.day(top)
	n := city.FormatNumber(float64(len(w.ahead)), 0)
	a.once(city.Figure{Label: "Hari yang diprakirakan", Value: float64(len(w.ahead)), Unit: "hari", From: &from, To: &to})
	band := city.FormatNumber(low, w.shown()) + "–" + city.FormatNumber(high, w.shown())
	if w.in.Indicator == "" {
		a.r.Head = w.figure("Prakiraan jumlah "+n+" hari", sum, 0, from, to)
		a.say("Dalam " + n + " hari ke depan (" + span + ") diperkirakan sekitar " + city.FormatValue(sum, 0, w.unit) + " di " + a.areaName(w.code) + aboutOf(a, w.in) + ".")
		a.say("Per hari kisarannya " + band + " (80 %), tertinggi " + city.FormatNumber(top.Mean, 1) + " pada " + a.day(topDay) + ".")
	} else {
		mean := sum / float64(len(w.ahead))
		a.r.Head = w.figure("Prakiraan rata-rata "+n+" hari", mean, w.decimals, from, to)
		a.say(upper(a.forecastMatter(w.in)) + " " + a.place(w.code) + " dalam " + n + " hari ke depan (" + span + ") diperkirakan rata-rata " + city.FormatValue(mean, w.decimals, w.unit) + ".")
		a.say("Kisarannya " + band + " (80 %), tertinggi " + city.FormatNumber(top.Mean, w.decimals) + " pada " + a.day(topDay) + ".")
	}
	a.place(w.code)
	a.once(city.Figure{Label: "Lebar kisaran prakiraan", Value: 80, Unit: "%"})
}

func aboutOf(a *answer, in city.ForecastInput) string {
	if in.Category == "" {
		return ""
	}
	return " tentang " + a.categoryWord(in.Category)
}

// trust says how old the forecast is and how good such ones have been.
func (w *forecastWords) trust() {
	a := w.a
	through, err := time.ParseInLocation(time.DateOnly, w.f.Through, a.c.Zone)
	if err == nil {
		a.name(a.day(through))
		a.caveat("Dihitung dari data sampai " + a.day(through) + "; prakiraan bukan kepastian.")
	}
	if w.f.Coverage != nil {
		share := round1(*w.f.Coverage * 100)
		a.figure(city.Figure{Label: "Hari uji di dalam kisaran", Value: share, Unit: "%", Decimals: 1})
		a.caveat("Pada data yang lalu " + city.FormatNumber(share, 1) + " % hari jatuh di dalam kisarannya.")
	}
	if w.f.Relative != nil && *w.f.Relative >= 1 {
		a.caveat("Pada data yang lalu prakiraan ini tidak lebih baik daripada mengulang minggu sebelumnya.")
	}
}
