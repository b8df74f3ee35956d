package tools

import (
	"cmp"
	"context"
	_ "embed"
	"slices"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed rank.md
var rankText string

func (d Deps) rank() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolRank, Description: rankText}, func(ctx context.Context, c tool.Call, in city.RankInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.ranked(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

func (a *answer) ranked(in city.RankInput) error {
	switch {
	case in.By == city.ByNothing || ofTime(in.By):
		return city.InvalidField("by", "must be kecamatan, kelurahan, kategori, opd, kanal or status")
	case in.Order != "" && in.Order != "terbanyak" && in.Order != "tersedikit":
		return city.InvalidField("order", "must be terbanyak or tersedikit")
	case in.Top < 0 || in.Top > 20:
		return city.InvalidField("top", "must be 1 to 20")
	}
	if a.seesOne(in.By) {
		a.r.Status = city.Refused
		a.say("Perbandingan antarwilayah di luar wewenang Anda. Anda dapat bertanya tentang wilayah Anda sendiri.")
		return nil
	}
	q := a.scoped(in.MeasureQuery)
	if in.Change {
		return a.rankedChange(in, q)
	}
	ms, err := a.measure(q)
	if err != nil {
		return err
	}
	m := ms[0]
	a.chips(in.MeasureQuery, m)
	most := in.Order != "tersedikit"
	a.orderChip(in, most)
	if a.missing(m) {
		return nil
	}
	rows, nameless := known(m)
	rows = a.withEmpty(m, rows)
	rows = a.solid(m, rows)
	sortRows(rows, most)
	a.leaders(m, rows, most, in.Top)
	a.nameless(m, nameless)
	a.rankFollowUps(m, rows)
	return nil
}

// seesOne reports whether the asker may see one of the parts only: leading
// among oneself is no ranking.
func (a *answer) seesOne(by city.Dimension) bool {
	switch a.asker.Role {
	case city.Lurah:
		return by == city.ByKecamatan || by == city.ByKelurahan
	case city.Camat:
		return by == city.ByKecamatan
	case city.KepalaOPD:
		return by == city.ByOffice
	}
	return false
}

func (a *answer) orderChip(in city.RankInput, most bool) {
	word := extreme(in.Measure, most)
	value := "terbanyak"
	if !most {
		value = "tersedikit"
	}
	a.stated("order", in.Order, value, upper(word))
}

// sortRows puts the largest (or smallest) first, equal ones by their key.
func sortRows(rows []city.MeasureRow, most bool) {
	slices.SortStableFunc(rows, func(x, y city.MeasureRow) int {
		c := cmp.Compare(*y.Value, *x.Value)
		if !most {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(x.Key, y.Key))
	})
}

// solid leaves out parts whose value stands on too few rows, as long as others
// remain: a median of two reports leads no ranking.
func (a *answer) solid(m city.Measurement, rows []city.MeasureRow) []city.MeasureRow {
	least := m.Measure.LeastN
	if least == 0 {
		return rows
	}
	enough := slices.DeleteFunc(slices.Clone(rows), func(r city.MeasureRow) bool { return r.N < least })
	if len(enough) == 0 {
		if len(rows) > 0 {
			a.once(city.Figure{Label: "Batas jumlah agar angka kokoh, " + m.Measure.Name, Value: float64(least)})
			a.caveat("Semua bagian punya kurang dari " + city.FormatNumber(float64(least), 0) + " data, jadi urutannya belum kokoh.")
		}
		return rows
	}
	if left := len(rows) - len(enough); left > 0 {
		a.once(city.Figure{Label: "Batas jumlah agar angka kokoh, " + m.Measure.Name, Value: float64(least)})
		a.caveat(a.count(left, "bagian", "Bagian yang tidak ikut diperingkat") + " bagian dengan kurang dari " + city.FormatNumber(float64(least), 0) + " data tidak ikut diperingkat.")
	}
	return enough
}

// leaders words a ranking: who leads, who shares the lead, who follows.
func (a *answer) leaders(m city.Measurement, rows []city.MeasureRow, most bool, top int) {
	when := a.rankWhen(m)
	matter := upper(a.matter(m.Query))
	if len(rows) == 0 || (counts(m.Query.Measure) && most && *rows[0].Value == 0) {
		if len(rows) == 0 {
			a.nothing(m)
			return
		}
		f := a.valueFigure(m, rows[0])
		f.Area, f.Category = cmp.Or(m.Query.Area, a.d.CityCode), m.Query.Category
		a.head(f)
		a.say("Tidak ada " + lower(matter) + " di " + dimensionNames[m.Query.By] + " mana pun" + a.within(m.Query) + " " + when + ": 0.")
		return
	}
	refs := make([]string, len(rows))
	a.r.Head = len(a.r.Figures)
	for i, r := range rows {
		refs[i] = tool.FigureRef(a.figure(a.valueFigure(m, r)))
	}
	a.lead(m.Query.By, rows[0].Key)
	tied := 1
	for tied < len(rows) && sameShown(m, *rows[tied].Value, *rows[0].Value) {
		tied++
	}
	word := extreme(m.Query.Measure, most)
	if tied > 1 {
		a.say(a.tie(m, rows[:tied], matter, word, when))
	} else {
		a.say(matter + a.within(m.Query) + " " + when + " " + word + " " + a.at(m, rows[0]) + ": " + write(m, *rows[0].Value) + ".")
	}
	a.runnersUp(m, rows[tied:], most, top-tied)
	title := a.title(m)
	a.r.Blocks = append(a.r.Blocks, a.blockOf(m, rows, refs, title), a.table(m, rows, title))
	if ofArea(m.Query.By) {
		a.r.Blocks[0].Highlight = []string{rows[0].Key}
	}
}

func (a *answer) rankWhen(m city.Measurement) string {
	if m.Measure.Moment {
		a.name(a.asOf(m.Period.To))
		return a.asOf(m.Period.To)
	}
	return a.during(m.Period)
}

// within is where a ranking looks, " di Kecamatan Palaran"; "" for the city.
func (a *answer) within(q city.MeasureQuery) string {
	if a.wholeCity(q.Area) {
		return ""
	}
	return " " + a.place(q.Area)
}

// at is a part as a sentence names it: "di Kecamatan Palaran", "pada DPUPR".
func (a *answer) at(m city.Measurement, r city.MeasureRow) string {
	return a.preposition(m) + a.partName(m, r)
}

// partName is a part inside a sentence.
func (a *answer) partName(m city.Measurement, r city.MeasureRow) string {
	name := a.keyName(m.Query.By, r.Key, r.Label)
	if m.Query.By == city.ByCategory {
		name = lower(name)
	}
	return name
}

func (a *answer) preposition(m city.Measurement) string {
	switch {
	case ofArea(m.Query.By):
		return "di "
	case m.Query.By == city.ByOffice:
		return "pada "
	case m.Query.By == city.ByChannel:
		return "lewat "
	case m.Query.By == city.ByStatus:
		return "berstatus "
	}
	return "tentang "
}

// sameShown reports whether two values read alike: a tie on screen is a tie.
func sameShown(m city.Measurement, x, y float64) bool { return bare(m, x) == bare(m, y) }

func (a *answer) tie(m city.Measurement, rows []city.MeasureRow, matter, word, when string) string {
	var names []string
	for _, r := range rows[:min(5, len(rows))] {
		names = append(names, a.partName(m, r))
	}
	who := enumerate(names)
	if more := len(rows) - len(names); more > 0 {
		who = strings.Join(names, ", ") + ", dan " + a.count(more, "bagian", "Bagian lain yang sama "+word) + " lainnya"
	}
	return matter + a.within(m.Query) + " " + when + " " + word + " " + a.preposition(m) + who + ", masing-masing " + write(m, *rows[0].Value) + "."
}

// runnersUp names those after the lead: as many as were asked for, else two.
// Behind the most, parts with nothing are not worth naming.
func (a *answer) runnersUp(m city.Measurement, rows []city.MeasureRow, most bool, want int) {
	if want <= 0 {
		want = 2
	}
	var names []string
	for _, r := range rows[:min(want, len(rows))] {
		if most && counts(m.Query.Measure) && *r.Value == 0 {
			break
		}
		names = append(names, a.partName(m, r)+" "+bare(m, *r.Value))
	}
	if len(names) > 0 {
		a.say("Menyusul " + enumerate(names) + ".")
	}
}

// lead makes a part the answer's subject.
func (a *answer) lead(by city.Dimension, key string) {
	switch by {
	case city.ByKecamatan, city.ByKelurahan:
		a.r.Area = key
	case city.ByCategory:
		a.r.Category = key
	}
}

func (a *answer) rankFollowUps(m city.Measurement, rows []city.MeasureRow) {
	if len(rows) == 0 || a.r.Head < 0 {
		return
	}
	q := m.Query
	if ofArea(q.By) && !ofIndicator(q.Measure) {
		q.Area, q.By = rows[0].Key, city.ByNothing
		m.Query = q
	}
	if q.By == city.ByCategory {
		q.Category, q.By = rows[0].Key, city.ByNothing
		m.Query = q
	}
	a.followUps(m)
}
