package planner_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

func briefed(lines, question string) []llms.MessageContent {
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, lines),
		llms.TextParts(llms.ChatMessageTypeHuman, question),
	}
}

// calls are the planner's calls as the question files write them.
func calls(t *testing.T, p *planner.Planner, messages []llms.MessageContent) []string {
	t.Helper()
	res, err := p.GenerateContent(context.Background(), messages)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range res.Choices[0].ToolCalls {
		if c.ID == "" || c.Type != "function" {
			t.Errorf("call without id or type: %+v", c)
		}
		out = append(out, called(city.ToolCall{Tool: c.FunctionCall.Name, Input: json.RawMessage(c.FunctionCall.Arguments)}))
	}
	return out
}

func TestAskersScope(t *testing.T) {
	t.Parallel()
	p := planner.New(samarinda(t), words)
	for _, c := range []struct{ lines, question, want string }{
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: lurah 64.72.01.1001", "Berapa laporan bulan ini?", "ukur m=masuk area=64.72.01.1001 p=bulan_ini"},
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: lurah 64.72.01.1001", "Berapa laporan se-kota bulan ini?", "ukur m=masuk p=bulan_ini"},
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: opd opd Satpol PP", "Berapa laporan yang belum selesai?", "ukur m=belum off=Satpol PP"},
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: wali_kota 64.72", "Berapa laporan bulan ini?", "ukur m=masuk p=bulan_ini"},
		{"Sekarang: 2026-01-03T08:00:00+08:00\nPenanya: wali_kota", "Berapa laporan bulan Desember?", "ukur m=masuk p=2025-12"},
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: wali_kota\nLayar: area=64.72.01 category= indicator= incident=55", "Berapa laporan di sini bulan ini?", "ukur m=masuk area=64.72.01 p=bulan_ini"},
		{"Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: wali_kota\nLayar: area= incident=55", "Adakah kasus serupa dengan kejadian ini?", "kasus_serupa id=55"},
	} {
		got := calls(t, p, briefed(c.lines, c.question))
		if len(got) != 1 || got[0] != wished(c.want) {
			t.Errorf("%q asked under %q: got %v, want %s", c.question, c.lines, got, wished(c.want))
		}
	}
}

// TestAnswerIsTheToolsText checks that what the tools said before the list of
// figures is the answer, and that nothing of the list is.
func TestAnswerIsTheToolsText(t *testing.T) {
	t.Parallel()
	p := planner.New(samarinda(t), words)
	messages := briefed("Sekarang: 2026-06-18T20:00:00+08:00\nPenanya: wali_kota", "Berapa laporan di Palaran dan Sambutan bulan ini?")
	res, err := p.GenerateContent(context.Background(), messages)
	if err != nil {
		t.Fatal(err)
	}
	asked := res.Choices[0].ToolCalls
	if len(asked) != 2 {
		t.Fatalf("%d calls, want one for each area", len(asked))
	}
	for i, text := range []string{"Ada 12 laporan di Palaran.", "Ada 3 laporan di Sambutan."} {
		messages = append(messages, llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{asked[i]}},
			llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: asked[i].ID, Name: asked[i].FunctionCall.Name, Content: text + city.EvidenceMark + "E1 = 12 laporan · Laporan masuk"}}})
	}
	res, err = p.GenerateContent(context.Background(), messages)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Ada 12 laporan di Palaran. Ada 3 laporan di Sambutan.", res.Choices[0].Content); diff != "" || len(res.Choices[0].ToolCalls) > 0 {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// TestOptionsCarryTheirCalls checks that an unclear place is asked about with
// readings that can be tapped, and typed.
func TestOptionsCarryTheirCalls(t *testing.T) {
	t.Parallel()
	p := planner.New(samarinda(t), words)
	call := p.Plan("Berapa laporan sampah di Sempaja bulan lalu?", now, "wali_kota")[0]
	var back city.AskBackInput
	if err := json.Unmarshal(call.Input, &back); err != nil || call.Tool != city.ToolAskBack || len(back.Options) != 4 {
		t.Fatalf("%s %s (%v), want four options", call.Tool, call.Input, err)
	}
	for _, o := range back.Options {
		if o.Call == nil {
			t.Fatalf("option %q has no call", o.Text)
		}
		q := city.MeasureQuery{}
		if err := json.Unmarshal(o.Call.Input, &q); err != nil || q.Category != "sampah" || q.Period != city.PeriodLastMonth || q.Area == "" {
			t.Errorf("option %q calls %s", o.Text, o.Call.Input)
		}
		if got := talk(t, p, "wali_kota", []string{"Berapa laporan sampah di Sempaja bulan lalu?", o.Text}); got[1] != called(*o.Call) {
			t.Errorf("answered with %q: got %s, want %s", o.Text, got[1], called(*o.Call))
		}
	}
}

func TestWhatIsAssumedIsSaid(t *testing.T) {
	t.Parallel()
	p := planner.New(samarinda(t), words)
	for question, want := range map[string][]string{
		"Berapa laporan di Palaran?":                    {"period"},
		"Berapa laporan di Palaran bulan ini?":          nil,
		"Berapa tinggi muka air Bendungan Benanga?":     {"measure"},
		"Berapa laporan sampah di Palarn bulan ini?":    {"area"},
		"Di mana paling banyak laporan banjir kemarin?": {"by"},
	} {
		var in struct{ Assumed []string }
		call := p.Plan(question, now, "wali_kota")[0]
		if err := json.Unmarshal(call.Input, &in); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, in.Assumed); diff != "" {
			t.Errorf("%q, %s %s (-want +got):\n%s", question, call.Tool, call.Input, diff)
		}
	}
}

func TestRenewedCatalogueCounts(t *testing.T) {
	t.Parallel()
	c := harapan()
	p := planner.New(c, words)
	question := "Berapa laporan jembatan gantung bulan ini?"
	if got := got(p, question); got != "abstain" && got != "ask" {
		t.Errorf("before: %s", got)
	}
	c.Categories = append(c.Categories, city.Category{Slug: "jembatan-gantung", Name: "Jembatan gantung"})
	p.Renew(c)
	if got, want := got(p, question), wished("ukur m=masuk cat=jembatan-gantung p=bulan_ini"); got != want {
		t.Errorf("after: %s, want %s", got, want)
	}
}

func TestUnusableMessages(t *testing.T) {
	t.Parallel()
	p := planner.New(harapan(), words)
	for name, messages := range map[string][]llms.MessageContent{
		"nothing":     nil,
		"no question": briefed("Sekarang: 2026-06-18T20:00:00+08:00", "  "),
		"no moment":   briefed("Penanya: wali_kota", "Berapa laporan?"),
	} {
		if _, err := p.GenerateContent(context.Background(), messages); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.GenerateContent(ctx, briefed("Sekarang: 2026-06-18T20:00:00+08:00", "Berapa laporan?")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzPlan checks that any text comes to an end in calls whose inputs are JSON
// and whose periods can be read.
func FuzzPlan(f *testing.F) {
	for _, s := range []string{"Berapa laporan di Sempaja bulan ini?", "3–10 Maret", "rata-rata rata-rata", "di atas 1.000.000,5 % kurang dari", "dari dari sampai sampai 31-31-31", "2026-13-45", "UJI-00012", "per per per", "\x00\xff", "kecamatan kecamatan mana"} {
		f.Add(s)
	}
	p := planner.New(samarinda(f), words)
	f.Fuzz(func(t *testing.T, s string) {
		calls := p.Plan(s, now, "wali_kota")
		if len(calls) == 0 {
			t.Fatalf("%q: no call", s)
		}
		for _, c := range calls {
			if !json.Valid(c.Input) {
				t.Fatalf("%q: %s", s, c.Input)
			}
			var in struct{ Period string }
			if err := json.Unmarshal(c.Input, &in); err != nil {
				t.Fatalf("%q: %s: %v", s, c.Input, err)
			}
			if in.Period != "" {
				if _, err := city.ParsePeriod(in.Period, now, time.UTC); err != nil {
					t.Fatalf("%q: %v", s, err)
				}
			}
		}
	})
}
