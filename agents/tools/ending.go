package tools

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// The tools that end the turn: asking back, having no data, saying no.

//go:embed askback.md
var askBackText string

//go:embed unknown.md
var unknownText string

//go:embed decline.md
var declineText string

// longest is how many runes of a model's own sentence are taken.
const longest = 300

func (d Deps) askBack() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolAskBack, Description: askBackText, Ends: true}, func(_ context.Context, _ tool.Call, in city.AskBackInput) (tool.Result, error) {
		r := tool.Result{Status: city.Clarify, Text: d.ownWords(in.Question), Head: -1}
		if r.Text == "" {
			r.Text = "Yang mana yang dimaksud?"
		}
		for _, o := range in.Options[:min(len(in.Options), 8)] {
			if o.Text = d.ownWords(o.Text); o.Text != "" {
				r.Options = append(r.Options, o)
				r.Names = append(r.Names, anySpan.FindAllString(o.Text, -1)...)
			}
		}
		r.Names = append(r.Names, anySpan.FindAllString(r.Text, -1)...)
		return r, nil
	})
}

func (d Deps) unknown() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolUnknown, Description: unknownText, Ends: true}, func(_ context.Context, _ tool.Call, in city.UnknownInput) (tool.Result, error) {
		r := tool.Result{Status: city.Abstained, Head: -1, Text: "Data tentang hal itu tidak ada di Balaikota."}
		if subject := strings.TrimRight(d.ownWords(in.Subject), ".?!"); subject != "" {
			r.Text = "Data tentang " + lower(subject) + " tidak ada di Balaikota."
		}
		if reason := d.ownWords(in.Reason); reason != "" {
			r.Text += " " + closed(upper(reason))
		}
		for _, o := range in.Offers[:min(len(in.Offers), 3)] {
			if o = d.ownWords(o); o != "" {
				r.FollowUps = append(r.FollowUps, o)
			}
		}
		r.Names = append(r.Names, anySpan.FindAllString(r.Text, -1)...)
		return r, nil
	})
}

// refusals are the fixed sentences of a reason.
var refusals = map[string]string{
	"identitas":        "Asisten tidak membuka identitas pelapor. Operator dapat membukanya di halaman Laporan dengan alasan yang dicatat.",
	"mengubah_data":    "Asisten hanya membaca dan tidak mengubah atau menghapus data. Perubahan dilakukan pejabat yang berwenang di halaman yang bersangkutan.",
	"di_luar_wewenang": "Data itu di luar wewenang Anda. Anda dapat bertanya tentang wilayah atau perangkat daerah Anda sendiri.",
	"di_luar_tugas":    "Asisten hanya menjawab pertanyaan tentang data kota. Tanyakan misalnya jumlah laporan, indikator, atau kejadian.",
}

func (d Deps) decline() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolDecline, Description: declineText, Ends: true}, func(_ context.Context, _ tool.Call, in city.DeclineInput) (tool.Result, error) {
		text, ok := refusals[in.Reason]
		if !ok {
			return tool.Result{}, city.InvalidField("reason", "must be identitas, mengubah_data, di_luar_wewenang or di_luar_tugas")
		}
		r := tool.Result{Status: city.Refused, Text: text, Head: -1}
		if own := d.ownWords(in.Text); own != "" {
			r.Text = closed(upper(own))
		}
		return r, nil
	})
}

// ownWords takes a sentence that a model wrote into an input: one line of
// bounded length without markup or links, and without figures, because behind
// these stands no tool. Dates, times and spans ("30 hari") may stand, and the
// number words in names of areas. What does not fit is left out whole.
func (d Deps) ownWords(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > longest || strings.ContainsAny(s, "<>{}[]|`") || strings.Contains(s, "://") {
		return ""
	}
	for _, m := range tool.Numbers(s, d.areaNames()...) {
		switch m.Kind {
		case tool.NumberDate, tool.NumberTime, tool.NumberOrdinal:
		default:
			if !timeSpan.MatchString(s[m.End:]) {
				return ""
			}
		}
	}
	return s
}

var (
	timeSpan = regexp.MustCompile(`^ (?:jam|hari|minggu|pekan|bulan|triwulan|semester|tahun)\b`)
	anySpan  = regexp.MustCompile(`\d+ (?:jam|hari|minggu|pekan|bulan|triwulan|semester|tahun)\b`)
)

func (d Deps) areaNames() []string {
	var names []string
	for _, level := range []city.Level{city.Kecamatan, city.Kelurahan} {
		for _, a := range d.Areas.Areas(level) {
			names = append(names, a.Name)
		}
	}
	return names
}

func closed(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// callOf is a tool call with an input of ours.
func callOf(name string, input any) city.ToolCall {
	body, err := json.Marshal(input)
	if err != nil {
		body = []byte("{}")
	}
	return city.ToolCall{Tool: name, Input: body}
}

// asField names the input field that a domain error is about, for its words.
func asField(err error, field string) error {
	if e, ok := errors.AsType[*city.Error](err); ok && e.Field == "" {
		named := *e
		named.Field = field
		return &named
	}
	return err
}
