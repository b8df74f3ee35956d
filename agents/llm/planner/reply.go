package planner

import (
	"slices"
	"strings"
	"unicode"

	"balaikota/backend/city"
)

// reply is how a question is met: the calls to make, of which an ending tool
// stands alone.
type reply struct {
	calls []city.ToolCall
}

func answer(fs ...frame) *reply {
	r := &reply{}
	for i := range fs {
		r.calls = append(r.calls, fs[i].call())
	}
	return r
}

func ask(question string, options ...city.Option) *reply {
	return &reply{[]city.ToolCall{callOf(city.ToolAskBack, city.AskBackInput{Question: question, Options: options}, nil)}}
}

func decline(reason, text string) *reply {
	return &reply{[]city.ToolCall{callOf(city.ToolDecline, city.DeclineInput{Reason: reason, Text: text}, nil)}}
}

// unknown says that there is no such data and what can be asked instead. The
// tool's own sentence names the subject; the reason, which may be empty, adds
// to it and does not say it again.
func (r *reading) unknown(subject, reason string) *reply {
	return &reply{[]city.ToolCall{callOf(city.ToolUnknown, city.UnknownInput{Subject: subject, Reason: reason, Offers: r.offers()}, nil)}}
}

// option is a reading to choose, with the call it stands for.
func option(text string, f frame) city.Option {
	call := f.call()
	return city.Option{Text: text, Call: &call}
}

// asks is a reading to choose that is asked as a question.
func asks(texts []string) []city.Option {
	var out []city.Option
	for _, t := range texts {
		out = append(out, city.Option{Text: t})
	}
	return out
}

// offers are up to three questions near to this one that can be answered.
func (r *reading) offers() []string {
	where := ""
	if len(r.areas) > 0 {
		where = " di " + r.l.title(r.areas[0])
	}
	var out []string
	add := func(q string) {
		if len(out) < 3 && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	for _, m := range r.ms {
		if m.kind != isSubject {
			continue
		}
		for _, s := range m.subjects {
			if s.indicator {
				add("Berapa " + r.l.inside(s.name) + " terakhir?")
			} else {
				add("Berapa laporan " + r.l.inside(s.name) + where + " bulan ini?")
			}
		}
	}
	add("Berapa laporan" + where + " bulan ini?")
	add("Apa keluhan terbanyak" + where + " bulan ini?")
	for _, i := range r.l.cat.Indicators {
		add("Berapa " + r.l.inside(i.Name) + " terakhir?")
		break
	}
	add("Berapa laporan" + where + " yang belum selesai?")
	return out
}

// examples are questions that show what can be asked here.
func (r *reading) examples() []string {
	out := []string{"Berapa laporan bulan ini?", "Kecamatan mana yang paling banyak laporan bulan ini?"}
	if len(r.l.cat.Categories) > 0 {
		out = append(out, "Berapa laporan "+r.l.inside(r.l.cat.Categories[0].Name)+" yang belum selesai?")
	}
	if len(r.l.cat.Indicators) > 0 {
		out = append(out, "Berapa "+r.l.inside(r.l.cat.Indicators[0].Name)+" terakhir?")
	}
	return append(out, "Apa kejadian paling mendesak?")
}

// askArea asks which of several places is meant, each with its own call.
func (r *reading) askArea(m match, question string) *reply {
	if question == "" {
		question = "“" + m.text + "” bisa berarti beberapa wilayah. Yang mana?"
		if len(m.codes) == 1 {
			question = "Tidak ada wilayah bernama “" + m.text + "”. Maksudnya yang ini?"
		}
	}
	var options []city.Option
	if r.mayBeCity(m) && !r.again {
		options = append(options, r.retold(m, r.l.cityCode))
		options[0].Text = "Seluruh kota"
	}
	for _, code := range m.codes {
		if len(options) == 8 || r.again {
			break
		}
		options = append(options, r.retold(m, code))
	}
	return ask(question, options...)
}

// mayBeCity reports whether an unclear place may be the city itself: its name
// is not known here, and several kecamatan have the word in front of theirs.
func (r *reading) mayBeCity(m match) bool {
	if r.l.cityCode == "" || strings.ContainsFunc(strings.Join(withoutRank(words(r.l.cityName), city.Kota), ""), unicode.IsLetter) {
		return false
	}
	n := 0
	for _, code := range m.codes {
		n += btoi(r.l.names[code].Level == city.Kecamatan)
	}
	return n > 1 && (m.fit == byPart || m.fit == byHint)
}

// retold is the question asked again with one place for the unclear one.
func (r *reading) retold(m match, code string) city.Option {
	again := &reading{l: r.l, ts: r.ts, at: r.at, who: r.who, base: r.base, used: map[int]bool{}, mended: r.mended, again: true}
	again.ms = slices.Clone(r.ms)
	for i := range again.ms {
		if again.ms[i].from == m.from && again.ms[i].kind == isArea {
			again.ms[i].codes, again.ms[i].fit, again.ms[i].said = []string{code}, byName, string(r.l.names[code].Level)
		}
	}
	again.subjects, again.periods = r.subjects, r.periods
	o := city.Option{Text: r.l.title(code)}
	if got := again.decide(); len(got.calls) == 1 && got.calls[0].Tool != city.ToolAskBack && got.calls[0].Tool != city.ToolUnknown {
		o.Call = &got.calls[0]
	}
	return o
}

// askSubject asks which of several subjects is meant.
func (r *reading) askSubject(m match, cs []subject) *reply {
	var options []city.Option
	for _, s := range cs {
		if r.again {
			break
		}
		again := &reading{l: r.l, ts: r.ts, ms: r.ms, at: r.at, who: r.who, base: r.base, used: map[int]bool{}, mended: r.mended, again: true, periods: r.periods}
		again.subjects = slices.Clone(r.subjects)
		for i := range again.subjects {
			if again.subjects[i].from == m.from {
				again.subjects[i].subjects = []subject{s}
			}
		}
		text := s.name
		if !s.indicator {
			text = "Laporan " + r.l.inside(s.name)
		}
		o := city.Option{Text: text}
		if got := again.decide(); len(got.calls) == 1 && got.calls[0].Tool != city.ToolAskBack && got.calls[0].Tool != city.ToolUnknown {
			o.Call = &got.calls[0]
		}
		options = append(options, o)
	}
	return ask("“"+m.text+"” bisa berarti beberapa hal. Yang mana?", options...)
}
