package advice

import (
	"cmp"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// longTitle is how many letters a title may have.
const longTitle = 90

// words are what the placeholders of a rule's templates stand for.
type words map[string]city.Said

// fill puts the words in for {name}; what no word stands for is left.
func (w words) fill(template string, english bool) string {
	var out strings.Builder
	for {
		begin := strings.IndexByte(template, '{')
		if begin < 0 {
			break
		}
		end := strings.IndexByte(template[begin:], '}')
		if end < 0 {
			break
		}
		v, ok := w[template[begin+1:begin+end]]
		out.WriteString(template[:begin])
		switch {
		case !ok:
			out.WriteString(template[begin : begin+end+1])
		case english:
			out.WriteString(v.TextEN)
		default:
			out.WriteString(v.Text)
		}
		template = template[begin+end+1:]
	}
	out.WriteString(template)
	return out.String()
}

func (w words) said(id, en string) city.Said {
	return city.Said{Text: upper(w.fill(id, false)), TextEN: upper(w.fill(en, true))}
}

// why is one sentence: the reason, and what follows if nothing is done.
func (w words) why(rule city.ActionRule) city.Said {
	reason := w.said(rule.Reason, cmp.Or(rule.ReasonEN, rule.Reason))
	risk := w.said(rule.Risk, cmp.Or(rule.RiskEN, rule.Risk))
	return city.Said{Text: consequence(reason.Text, "bila dibiarkan", risk.Text), TextEN: consequence(reason.TextEN, "if left", risk.TextEN)}
}

func consequence(reason, link, risk string) string {
	if strings.TrimSpace(risk) == "" {
		return reason
	}
	return strings.TrimRight(strings.TrimSpace(reason), ".") + "; " + link + ", " + lower(risk)
}

// title fills a title and keeps it within longTitle: first the place is
// shortened, then the matter, then the end is cut.
func (w words) title(template string, english bool) string {
	t := upper(w.fill(template, english))
	for _, name := range []string{"tempat", "apa"} {
		over := len([]rune(t)) - longTitle
		if over <= 0 {
			return t
		}
		v := w[name]
		shorter := func(s string) string { return clip(s, max(12, len([]rune(s))-over)) }
		w = w.with(name, city.Said{Text: shorter(v.Text), TextEN: shorter(v.TextEN)})
		t = upper(w.fill(template, english))
	}
	return clip(t, longTitle)
}

func (w words) with(name string, v city.Said) words {
	out := maps.Clone(w)
	out[name] = v
	return out
}

// clip cuts a text to so many letters, at a word's end where one is near.
func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := strings.TrimRight(string(r[:most-1]), " ,;:")
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)*2/3 {
		cut = strings.TrimRight(cut[:i], " ,;:")
	}
	return cut + "…"
}

func upper(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func lower(s string) string {
	r := []rune(s)
	// Abbreviations keep their letters: PM2.5, PJU.
	if len(r) > 1 && strings.ToUpper(string(r[:2])) == string(r[:2]) {
		return s
	}
	return strings.ToLower(string(r[:min(1, len(r))])) + string(r[min(1, len(r)):])
}

func count(n int) city.Said {
	return city.Said{Text: city.Number(float64(n), 0, ','), TextEN: city.Number(float64(n), 0, '.')}
}

// span writes a length of time in hours, from two days on in days.
func span(d time.Duration) city.Said {
	if d >= 48*time.Hour {
		n := strconv.Itoa(int(d.Hours() / 24))
		return city.Said{Text: n + " hari", TextEN: n + " days"}
	}
	n := strconv.Itoa(max(1, int(d.Hours())))
	return city.Said{Text: n + " jam", TextEN: n + " hours"}
}

func quantity(v float64, i city.Indicator) city.Said {
	return city.Said{Text: city.Quantity(v, i, ','), TextEN: city.Quantity(v, i, '.')}
}

// number writes a figure with at most one decimal below ten.
func number(v float64) city.Said {
	d := 0
	if v < 10 && v != math.Trunc(v) {
		d = 1
	}
	return city.Said{Text: city.Number(v, d, ','), TextEN: city.Number(v, d, '.')}
}

func (b *book) day(t time.Time) city.Said {
	return city.Said{Text: city.FormatDay(t, b.Calendar.Location), TextEN: t.In(b.Calendar.Location).Format("2 January 2006")}
}

func (b *book) moment(t time.Time) city.Said {
	return city.Said{
		Text:   city.FormatDay(t, b.Calendar.Location) + " " + t.In(b.Calendar.Location).Format("15.04") + " " + b.ZoneLabel,
		TextEN: t.In(b.Calendar.Location).Format("2 January 2006 15:04") + " " + b.ZoneLabel,
	}
}

// join puts sayings together in both languages.
func join(parts ...any) city.Said {
	var out city.Said
	for _, p := range parts {
		switch v := p.(type) {
		case city.Said:
			out.Text += v.Text
			out.TextEN += v.TextEN
		case [2]string:
			out.Text += v[0]
			out.TextEN += v[1]
		case string:
			out.Text += v
			out.TextEN += v
		}
	}
	return out
}

func same(s string) city.Said { return city.Said{Text: s, TextEN: s} }

var levelWords = map[city.Severity][2]string{
	city.Info: {"biasa", "ordinary"}, city.Perhatian: {"perhatian", "attention"}, city.Siaga: {"siaga", "standby"}, city.Awas: {"awas", "alarm"},
}

func level(s city.Severity) city.Said {
	w := levelWords[s]
	return city.Said{Text: w[0], TextEN: w[1]}
}
