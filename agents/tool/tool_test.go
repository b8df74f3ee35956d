package tool

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/tools"

	"balaikota/backend/city"
)

var _ tools.Tool = Tool{}

type countInput struct {
	city.MeasureQuery
	Top int `json:"top,omitempty" jsonschema:"how many"`
}

var mayor = Call{Asker: city.Asker{Role: city.WaliKota}, At: time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC), Zone: time.UTC}

func echoTool(run func(ctx context.Context, c Call, in countInput) (Result, error)) Tool {
	return Define(Spec{Name: "ukur", Description: "Mengukur.", Timeout: 40 * time.Millisecond}, run)
}

func ok(_ context.Context, _ Call, in countInput) (Result, error) {
	return Result{
		Text:    "Ada 1.482 laporan.",
		Figures: []city.Figure{{Label: "Laporan masuk, " + in.Area, Value: 1482, Unit: "laporan"}},
		Chips:   []city.Chip{{Kind: "area", Value: in.Area}, {Kind: "period", Value: in.Period}},
		Blocks:  []city.Block{{Kind: "bars", Items: []city.BlockItem{{Key: "a", Figure: FigureRef(0)}, {Key: "b", Figure: "#7"}}}},
	}, nil
}

func TestDefinitionIsThePlainSchemaWithTheCitysValues(t *testing.T) {
	t.Parallel()
	r := NewRegistry(nil, func(context.Context, city.Asker) Values {
		return func(field string) []string {
			if field == "category" {
				return []string{"sampah", "pohon"}
			}
			return nil
		}
	}, echoTool(ok))
	got := r.For(t.Context(), mayor.Asker)[0].Definition()
	if got.Type != "function" || got.Function.Name != "ukur" || got.Function.Description != "Mengukur." {
		t.Fatalf("definition: %+v", got.Function)
	}
	p := got.Function.Parameters.(map[string]any)
	props := p["properties"].(map[string]any)
	if diff := cmp.Diff([]any{"sampah", "pohon"}, props["category"].(map[string]any)["enum"]); diff != "" {
		t.Error(diff)
	}
	if got := props["limit"].(map[string]any)["type"]; got != "number" {
		t.Errorf("limit is of type %v, an optional number is a number", got)
	}
	if props["assumed"] == nil || p["additionalProperties"] != false {
		t.Errorf("schema: %v", p)
	}
	if diff := cmp.Diff([]any{"measure"}, p["required"]); diff != "" {
		t.Error(diff)
	}
	if props["area"].(map[string]any)["description"] == "" {
		t.Error("fields are not described")
	}
}

func TestInputIsReadStrictly(t *testing.T) {
	t.Parallel()
	cases := []struct{ input, field, says string }{
		{`{"measure":"x","sql":"drop"}`, "sql", "known are: measure, indicator, area"},
		{`{"measure":7}`, "measure", "must be a string, not 7"},
		{`{"top":"lima"}`, "top", "must be an integer"},
		{`{"limit":"7,7"}`, "limit", "must be a number"},
		{`{"Area":"64.72"}`, "Area", "unknown field"},
		{`[1]`, "", "not a JSON object"},
		{`{"measure":"x"} {"top":1}`, "", "follows"},
		{`{"measure":`, "", "not a JSON object"},
		{`{"assumed":"area"}`, "assumed", "list of field names"},
		{`{"area":"` + strings.Repeat("x", longestInput) + `"}`, "", "longer than"},
	}
	for _, c := range cases {
		got := echoTool(ok).Run(t.Context(), mayor, json.RawMessage(c.input))
		e, isCity := errors.AsType[*city.Error](got.Err)
		if !got.Failed || !isCity || e.Code != city.Invalid || e.Field != c.field || !strings.Contains(e.Message, c.says) {
			t.Errorf("%.40s: failed %v, error %v", c.input, got.Failed, got.Err)
		}
		if c.field != "" && !strings.Contains(got.Text, c.field) {
			t.Errorf("%.40s: the model is not told the field: %s", c.input, got.Text)
		}
	}
	for _, fine := range []string{``, `{}`, `{"limit":null,"top":3}`, ` {"measure":"laporan_masuk"} `} {
		if got := echoTool(ok).Run(t.Context(), mayor, json.RawMessage(fine)); got.Failed {
			t.Errorf("%q: %v", fine, got.Err)
		}
	}
}

func TestFiguresGetTheirNumbersAndChipsTheirMark(t *testing.T) {
	t.Parallel()
	c := mayor
	c.Figures = make([]city.Figure, 2)
	got := echoTool(ok).Run(t.Context(), c, json.RawMessage(`{"area":"64.72.08","assumed":["period"]}`))
	if got.Failed || got.Figures[0].ID != "E3" || got.Blocks[0].Items[0].Figure != "E3" || got.Blocks[0].Items[1].Figure != "" {
		t.Errorf("%+v", got)
	}
	if got.Chips[0].Assumed || !got.Chips[1].Assumed {
		t.Errorf("chips: %+v", got.Chips)
	}
	want := "Ada 1.482 laporan." + city.EvidenceMark + "E3 = 1.482 laporan · Laporan masuk, 64.72.08"
	if diff := cmp.Diff(want, Render(got)); diff != "" {
		t.Error(diff)
	}
	text, err := echoTool(ok).Call(With(t.Context(), c), `{"area":"64.72.08"}`)
	if err != nil || text != want {
		t.Errorf("as a langchaingo tool: %q, %v", text, err)
	}
	if _, err := echoTool(ok).Call(t.Context(), `{}`); err == nil {
		t.Error("a call on nobody's behalf went through")
	}
}

func TestWhatGoesWrongIsAResult(t *testing.T) {
	t.Parallel()
	fail := func(err error) func(context.Context, Call, countInput) (Result, error) {
		return func(context.Context, Call, countInput) (Result, error) { return Result{}, err }
	}
	cases := map[string]struct {
		run    func(context.Context, Call, countInput) (Result, error)
		status city.AnswerStatus
		failed bool
		says   string
	}{
		"panic": {func(context.Context, Call, countInput) (Result, error) { panic("boom") }, "", true, "tidak dapat dibaca"},
		"slow": {func(ctx context.Context, _ Call, _ countInput) (Result, error) {
			<-ctx.Done()
			return Result{}, ctx.Err()
		}, "", true, "tidak selesai dalam"},
		"deaf":      {func(context.Context, Call, countInput) (Result, error) { select {} }, "", true, "tidak selesai dalam"},
		"forbidden": {fail(&city.Error{Code: city.Forbidden, Field: "area"}), city.Refused, false, "di luar wewenang Anda"},
		"not found": {fail(&city.Error{Code: city.NotFound, Field: "id"}), city.Abstained, false, "Tidak ada kejadian dengan nomor itu."},
		"invalid":   {fail(city.InvalidField("period", "no such period")), "", true, "periode (period)"},
		"broken":    {fail(errors.New("connection refused at 10.0.0.1")), "", true, "Coba lagi"},
		"no number": {func(context.Context, Call, countInput) (Result, error) {
			return Result{Figures: []city.Figure{{Value: math.NaN()}}}, nil
		}, "", true, "tidak dapat dibaca"},
	}
	for name, c := range cases {
		got, err := NewRegistry(nil, nil, echoTool(c.run)).Run(t.Context(), mayor, "ukur", "")
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != c.status || got.Failed != c.failed || !strings.Contains(got.Text, c.says) || got.Head != -1 {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(got.Text, "10.0.0.1") || strings.Contains(got.Text, "boom") {
			t.Errorf("%s: the cause is on screen: %s", name, got.Text)
		}
	}
}

func TestRegistryOffersByRole(t *testing.T) {
	t.Parallel()
	all := Define(Spec{Name: "semua"}, ok)
	some := Define(Spec{Name: "sebagian", Roles: []city.Role{city.WaliKota}}, ok)
	r := NewRegistry(nil, nil, all, some)
	for role, want := range map[city.Role][]string{city.WaliKota: {"semua", "sebagian"}, city.Lurah: {"semua"}, city.Publik: nil, "": nil} {
		var names []string
		for _, t := range r.For(t.Context(), city.Asker{Role: role}) {
			names = append(names, t.Name())
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%q: %s", role, diff)
		}
	}
	lurah := Call{Asker: city.Asker{Role: city.Lurah}}
	if got, _ := r.Run(t.Context(), lurah, "sebagian", ""); got.Status != city.Refused {
		t.Errorf("a tool of other roles ran: %+v", got)
	}
	if got, _ := r.Run(t.Context(), lurah, "hapus_semua", ""); !got.Failed || !strings.Contains(got.Text, "Yang ada: semua.") {
		t.Errorf("unknown tool: %+v", got)
	}
}

func TestStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	waits := echoTool(func(ctx context.Context, _ Call, _ countInput) (Result, error) {
		cancel()
		<-ctx.Done()
		return Result{}, ctx.Err()
	})
	got, err := NewRegistry(nil, nil, waits).Run(ctx, mayor, "ukur", "")
	if !errors.Is(err, context.Canceled) || got.Text != "Pertanyaan dihentikan." {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLimitsAreKeptAndSaid(t *testing.T) {
	t.Parallel()
	big := echoTool(func(context.Context, Call, countInput) (Result, error) {
		r := Result{Text: strings.Repeat("Satu kalimat lagi. ", 400), Caveats: make([]string, 20)}
		r.Blocks = []city.Block{{Kind: "table", Rows: make([][]string, 500)}, {Kind: "reports", IDs: make([]int64, 500)}}
		r.Figures = make([]city.Figure, 200)
		return r, nil
	})
	got := big.Run(t.Context(), mayor, nil)
	if !got.Cut || len(got.Text) > MostText || !strings.HasSuffix(got.Text, ".") || len(got.Blocks[0].Rows) != MostRows || len(got.Blocks[1].IDs) != MostIDs {
		t.Errorf("not limited: cut %v, %d bytes", got.Cut, len(got.Text))
	}
	if len(got.Caveats) != mostCaveats || !strings.Contains(got.Caveats[mostCaveats-1], "dipotong") {
		t.Errorf("caveats: %q", got.Caveats)
	}
	if text := Render(got); strings.Count(text, "\nE") != mostLines || !strings.Contains(text, "dan 120 angka lagi") {
		t.Errorf("rendered %d figures", strings.Count(text, "\nE"))
	}
}

func FuzzInput(f *testing.F) {
	for _, s := range []string{`{"measure":"laporan_masuk","top":3}`, `{"limit":1e999}`, `{"assumed":["a",1]}`, `{"":{}}`, `{"measure":{"a":[`} {
		f.Add(s)
	}
	tl := Define(Spec{Name: "ukur"}, func(_ context.Context, _ Call, in countInput) (Result, error) {
		return Result{Text: in.Measure}, nil
	})
	f.Fuzz(func(t *testing.T, input string) {
		got := tl.Run(t.Context(), mayor, json.RawMessage(input))
		if got.Failed && city.CodeOf(got.Err) != city.Invalid {
			t.Fatalf("%q: %v", input, got.Err)
		}
		if !got.Failed && strings.TrimSpace(input) != "" && !json.Valid([]byte(input)) {
			t.Fatalf("%q is no JSON and was taken", input)
		}
	})
}
