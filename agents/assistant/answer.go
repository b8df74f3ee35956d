package assistant

import (
	"context"
	"math"
	"slices"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// text is what the tools say themselves, each result once, without what holds
// others' words.
func (f *findings) text() string {
	var parts []string
	for _, r := range f.results {
		text := strings.TrimSpace(r.Text)
		if text != "" && !r.Tainted && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// told is what a model is told of all results.
func (f *findings) told() string {
	var parts []string
	for _, r := range f.results {
		parts = append(parts, tool.Render(r))
	}
	return strings.Join(parts, "\n\n")
}

// recallable is what later questions are told of a result: not others' words.
func (f *findings) recallable(text string) string {
	if f.tainted {
		return "(isi tidak disimpan)"
	}
	return text
}

// last is the result that ended the turn, else the last with a head figure,
// else the last.
func (f *findings) last() *tool.Result {
	var out *tool.Result
	for i := range f.results {
		r := &f.results[i]
		if out == nil || r.Status != "" || r.Head >= 0 || out.Head < 0 {
			out = r
		}
	}
	return out
}

// compose makes the answer of text and what the tools returned.
func (t *turn) compose(f *findings, text string) city.Answer {
	answer := city.Answer{
		QuestionID: t.q.ID, Status: city.Answered, Text: text, Figures: f.figures,
		FellBack: t.fellBack, Spending: t.spent, At: t.q.At, AnsweredAt: t.a.Now().UTC(),
	}
	answer.TookMS = int(t.a.Now().Sub(t.began).Milliseconds())
	last := f.last()
	if last == nil {
		answer.Status, answer.Text = city.Abstained, "Pertanyaan ini tidak dapat dijawab dari data yang ada."
		if f.fault != "" {
			answer.Status, answer.Text = city.Failed, f.fault
		}
		return complete(answer)
	}
	if last.Status != "" {
		answer.Status = last.Status
	}
	answer.Area, answer.Category, answer.Options = last.Area, last.Category, last.Options
	if last.Head >= 0 && last.Head < len(last.Figures) && answer.Status == city.Answered {
		head := last.Figures[last.Head]
		value := rounded(head)
		answer.Value, answer.Unit = &value, head.Unit
	}
	for _, r := range f.results {
		answer.Blocks = append(answer.Blocks, r.Blocks...)
		answer.Caveats = appendNew(answer.Caveats, r.Caveats)
		answer.FollowUps = appendNew(answer.FollowUps, r.FollowUps)
	}
	t.reading(f, &answer)
	return complete(answer)
}

// reading gives the answer its chips: those of the only call that has any.
func (t *turn) reading(f *findings, answer *city.Answer) {
	var call *city.ToolCall
	n := 0
	for _, c := range f.calls {
		if c.Status == statusError {
			continue
		}
		r := f.results[n]
		n++
		if len(r.Chips) == 0 {
			continue
		}
		if call != nil {
			answer.Chips, answer.Call = nil, nil
			return
		}
		call = &city.ToolCall{Tool: c.Tool, Input: c.Input}
		answer.Chips, answer.Call = r.Chips, call
	}
}

// rounded is a figure's value to the decimals that it is written with.
func rounded(f city.Figure) float64 {
	if f.Decimals < 0 || f.Decimals > 9 {
		return f.Value
	}
	scale := math.Pow10(f.Decimals)
	return math.Round(f.Value*scale) / scale
}

// ending is all that is stored of an answer.
func (t *turn) ending(f *findings, answer city.Answer) city.Ending {
	end := city.Ending{Answer: answer, Turn: city.Turn{Question: t.q.Text, Rounds: f.rounds, Answer: answer.Text}, Steps: t.steps}
	if answer.Status == city.Failed {
		return end
	}
	end.Receipt = &city.Receipt{
		QuestionID: t.q.ID, Question: redacted(t.q.Text), Asker: t.q.Asker, At: t.q.At.UTC(), AnsweredAt: answer.AnsweredAt, Status: answer.Status,
		Answer: answer.Text, Calls: orEmpty(f.calls), Spending: answer.Spending, Program: t.a.Program,
	}
	return end
}

// step tells the screen what is being done. With live it is stored at once.
func (t *turn) step(ctx context.Context, kind city.StepKind, name, text string) {
	t.made++
	s := city.Step{Seq: t.made, At: t.a.Now().UTC(), Kind: kind, Tool: name, Text: text}
	if t.live {
		err := t.a.Store.AddSteps(ctx, t.q.ID, []city.Step{s})
		if err == nil {
			t.a.changed()
			return
		}
		if ctx.Err() == nil {
			t.a.Log.Warn("A step was not stored", "question", t.q.ID, "err", err)
		}
	}
	t.steps = append(t.steps, s)
}

// stepTexts say what a tool does while it does it.
var stepTexts = map[string]string{
	city.ToolMeasure: "Menghitung angka", city.ToolCompare: "Membandingkan angka", city.ToolRank: "Menyusun peringkat",
	city.ToolTrend: "Membaca tren", city.ToolForecast: "Membaca prakiraan", city.ToolNear: "Mencari laporan",
	city.ToolIncident: "Membaca kejadian", city.ToolSimilar: "Mencari kasus serupa", city.ToolExplain: "Membaca arti data",
	city.ToolSources: "Memeriksa sumber data", city.ToolArea: "Membaca profil wilayah", city.ToolOffice: "Membaca beban perangkat daerah",
	city.ToolAgenda: "Membaca agenda", city.ToolWeather: "Membaca cuaca dan pasang", city.ToolMap: "Menyiapkan peta",
	city.ToolDraft: "Menyusun konsep disposisi", city.ToolCalculate: "Menghitung dari angka yang ada",
}

func stepText(name string) string {
	if text := stepTexts[name]; text != "" {
		return text
	}
	return "Menyusun jawaban"
}

// complete gives the screen lists where there are none.
func complete(a city.Answer) city.Answer {
	a.Figures, a.Blocks, a.Chips = orEmpty(a.Figures), orEmpty(a.Blocks), orEmpty(a.Chips)
	a.Options, a.Caveats, a.FollowUps = orEmpty(a.Options), orEmpty(a.Caveats), orEmpty(a.FollowUps)
	return a
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func appendNew(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// visible is a text as a reader sees it, all blanks but line breaks as spaces.
func visible(text string) string { return strings.ReplaceAll(city.VisibleText(text), "\t", " ") }

// redacted is a text without what identifies a person, for receipts, which
// nobody can ever take back.
func redacted(text string) string {
	var b strings.Builder
	at := 0
	for _, p := range city.FindPersonal(text) {
		b.WriteString(text[at:p.From] + "[" + strings.ToLower(string(p.Kind)) + "]")
		at = p.To
	}
	return b.String() + text[at:]
}

// foldSpaces is a text in lower case with single spaces.
func foldSpaces(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}
