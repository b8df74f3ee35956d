package planner_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// A question file has one question a line: text => wish. Turns of one
// conversation stand between "//" on both sides. A wish is a tool with its
// fields (ukur m=masuk area=64.72.01), ask, abstain, refuse:reason, or silent
// for any of the last three; several acceptable ones stand between "||".
type asked struct {
	line   int
	turns  []string
	wishes []string
}

func readQuestions(t testing.TB, name string) []asked {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []asked
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		q, w, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("%s:%d: no wish", name, n)
		}
		a := asked{line: n, turns: strings.Split(q, " // "), wishes: strings.Split(w, " // ")}
		if len(a.turns) != len(a.wishes) {
			t.Fatalf("%s:%d: %d turns, %d wishes", name, n, len(a.turns), len(a.wishes))
		}
		out = append(out, a)
	}
	return out
}

var shortMeasures = map[string]string{
	"masuk": city.MeasureReceived, "selesai": city.MeasureClosed, "belum": city.MeasureOpen, "lewat": city.MeasureOverdue, "respons": city.MeasureResponse, "tutup": city.MeasureClosing,
	"porsi": city.MeasureShare, "tepat": city.MeasureOnTime, "kejadian": city.MeasureIncidents, "akhir": city.MeasureLatest, "max": city.MeasureMax, "min": city.MeasureMin, "rata": city.MeasureMean,
	"sum": city.MeasureSum, "atas": city.MeasureDaysAbove, "bawah": city.MeasureDaysBelow,
}

var shortFields = map[string]string{
	"m": "measure", "ind": "indicator", "cat": "category", "off": "office", "ch": "channel", "st": "status", "p": "period", "lim": "limit", "ap": "against_period", "aa": "against_area", "ac": "against_category",
}

// told writes a wish or a call in one way, so that they can be compared.
func told(tool string, fields map[string]string) string {
	if fields["order"] == "terbanyak" {
		delete(fields, "order")
	}
	keys := make([]string, 0, len(fields))
	for k := range fields {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString(tool)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%s", k, fields[k])
	}
	return b.String()
}

func wished(w string) string {
	w = strings.TrimSpace(w)
	if one, more, ok := strings.Cut(w, " + "); ok { // several calls
		return wished(one) + " + " + wished(more)
	}
	words := strings.Split(w, " ")
	fields := map[string]string{}
	key := ""
	for _, kv := range words[1:] {
		k, v, ok := strings.Cut(kv, "=")
		if !ok {
			fields[key] += " " + kv
			continue
		}
		if long, ok := shortFields[k]; ok {
			k = long
		}
		if k == "measure" && shortMeasures[v] != "" {
			v = shortMeasures[v]
		}
		key, fields[k] = k, v
	}
	return told(words[0], fields)
}

func called(c city.ToolCall) string {
	switch c.Tool {
	case city.ToolAskBack:
		return "ask"
	case city.ToolUnknown:
		return "abstain"
	}
	var in map[string]any
	if err := json.Unmarshal(c.Input, &in); err != nil {
		return "broken " + string(c.Input)
	}
	if c.Tool == city.ToolDecline {
		return fmt.Sprintf("refuse:%v", in["reason"])
	}
	for _, k := range []string{"period", "against_period"} {
		if name, ok := in[k].(string); ok && name != "" && name != "sebelumnya" {
			if _, err := city.ParsePeriod(name, now, wita); err != nil {
				return "broken " + err.Error()
			}
		}
	}
	fields := map[string]string{}
	for k, v := range in {
		if k != "assumed" && k != "instruction" && v != "" {
			fields[k] = fmt.Sprint(v)
		}
	}
	if v, ok := in["limit"].(float64); ok {
		fields["limit"] = strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", v), "0"), ".")
	}
	return told(c.Tool, fields)
}

// talk plays a conversation with the planner as the assistant's loop does.
func talk(t testing.TB, p *planner.Planner, who string, turns []string) []string {
	t.Helper()
	messages := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, "Sekarang: "+now.Format("2006-01-02T15:04:05Z07:00")+"\nPenanya: "+who+"\nlain-lain")}
	var out []string
	for _, q := range turns {
		messages = append(messages, llms.TextParts(llms.ChatMessageTypeHuman, q))
		res, err := p.GenerateContent(context.Background(), messages)
		if err != nil {
			t.Fatal(err)
		}
		ai := llms.MessageContent{Role: llms.ChatMessageTypeAI}
		var got []string
		for _, c := range res.Choices[0].ToolCalls {
			got = append(got, called(city.ToolCall{Tool: c.FunctionCall.Name, Input: json.RawMessage(c.FunctionCall.Arguments)}))
			ai.Parts = append(ai.Parts, c)
		}
		messages = append(messages, ai)
		for _, c := range res.Choices[0].ToolCalls {
			messages = append(messages, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: c.ID, Name: c.FunctionCall.Name, Content: "Jawaban." + city.EvidenceMark + "E1 = 1"}}})
		}
		messages = append(messages, llms.TextParts(llms.ChatMessageTypeAI, "Jawaban."))
		out = append(out, strings.Join(got, " + "))
	}
	return out
}

type tally struct{ right, wrong, asked, abstained int }

func (s tally) total() int { return s.right + s.wrong + s.asked + s.abstained }

func (s tally) String() string {
	return fmt.Sprintf("right %d (%.1f %%), wrong %d (%.1f %%), asked back %d, abstained %d of %d", s.right, 100*float64(s.right)/float64(max(1, s.total())), s.wrong, 100*float64(s.wrong)/float64(max(1, s.total())), s.asked, s.abstained, s.total())
}

// score counts a file; what was missed is logged.
func score(t testing.TB, p *planner.Planner, file string) tally {
	t.Helper()
	var s tally
	for _, a := range readQuestions(t, file) {
		for i, got := range talk(t, p, "wali_kota", a.turns) {
			ok := false
			for w := range strings.SplitSeq(a.wishes[i], "||") {
				ok = ok || wished(w) == got || wished(w) == "silent" && (got == "ask" || got == "abstain" || strings.HasPrefix(got, "refuse:"))
			}
			switch {
			case ok:
				s.right++
			case got == "ask":
				s.asked++
			case got == "abstain" || strings.HasPrefix(got, "refuse"):
				s.abstained++
			default:
				s.wrong++
			}
			if !ok {
				t.Logf("%s:%d %q\n   want %s\n   got  %s", file, a.line, a.turns[i], strings.TrimSpace(a.wishes[i]), got)
			}
		}
	}
	return s
}

func TestQuestionsOfDevelopment(t *testing.T) {
	t.Parallel()
	for file, cat := range map[string]planner.Catalogue{"dev_samarinda.txt": samarinda(t), "dev_other.txt": harapan(), "dev2_samarinda.txt": samarinda(t)} {
		s := score(t, planner.New(cat, words), file)
		t.Logf("%s: %s", file, s)
		if s.wrong > 0 || s.right < s.total()*97/100 {
			t.Errorf("%s: %s; want none wrong and 97 %% right", file, s)
		}
	}
}

// TestHeldOutQuestions runs questions that were written before the grammar was
// read against them. On their first runs it got 147 of 162 and 49 of 52 right
// (held, two wrong), 95 of 102 and 33 of 34 (held2, one wrong), 66 of 68 (held3,
// none wrong), and 71 of 101, 20 of 28 and 19 of 24 (held4, in registers of
// speech that the others do not have; four wrong, and one more that only wrote a
// street otherwise). Two wishes of held4 were widened later to what the planner
// then learnt to do: the figures of two offices side by side. Their misses have been looked at since, so that what it guards
// now is that nothing is lost; a fair figure needs questions of other people.
func TestHeldOutQuestions(t *testing.T) {
	t.Parallel()
	for file, cat := range map[string]planner.Catalogue{"held_samarinda.txt": samarinda(t), "held_other.txt": harapan(), "held2_samarinda.txt": samarinda(t), "held3_samarinda.txt": samarinda(t), "held2_other.txt": kandaraya(),
		"held4_samarinda.txt": samarinda(t), "held4_other.txt": harapan(), "held4_kandaraya.txt": kandaraya()} {
		s := score(t, planner.New(cat, words), file)
		t.Logf("%s: %s", file, s)
		if s.wrong > 0 || s.right < s.total()*97/100 {
			t.Errorf("%s: %s; want none wrong and 97 %% right", file, s)
		}
	}
}
