package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/agents/llm/llmtest"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store/storetest"

	"github.com/tmc/langchaingo/llms"
)

// poisonedCity is a city whose every report tries to command whichever model
// reads it, with the assistant wired as the server wires it, and an obedient
// model behind an OpenAI-compatible address.
type poisonedCity struct {
	*assisting
	analyst    *analyst
	complaints []llmtest.Complaint
	endpoint   *llmtest.Endpoint
	at         time.Time

	mu     sync.Mutex
	models map[string]*llmtest.Obedient // by the question they are asked
}

// reporterPhone and reporterName belong to nobody; every report has them.
const (
	reporterPhone = "081299990001"
	reporterName  = "Hartono Wibisono"
)

func newPoisonedCity(t *testing.T) *poisonedCity {
	t.Helper()
	a, door, source := newTestAnalyst(t)
	p := &poisonedCity{analyst: a, complaints: llmtest.Poisoned(t), models: map[string]*llmtest.Obedient{}, at: time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)}
	categories := []string{"sampah", "banjir-drainase", "jalan-rusak", "lampu-jalan"}
	var reports []city.Report
	for i, c := range p.complaints {
		lon, lat := 117.12+0.0001*float64(i%5), -0.48
		reports = append(reports, storetest.Report(c.ID, func(r *city.Report) {
			r.Text, r.Category, r.Lon, r.Lat = c.Text, categories[i%len(categories)], &lon, &lat
			r.StatedArea, r.ComputedArea = storetest.AirPutih, storetest.AirPutih
			r.CreatedAt = p.at.Add(-time.Duration(i) * time.Hour)
			r.Address = "Jl. Antasari, " + c.Text[:min(len(c.Text), 12)]
			r.Reporter = &city.Reporter{Name: reporterName, Phone: reporterPhone}
		}))
	}
	ingest(t, door, city.Delivery{SourceID: source, Reports: reports})
	settleNow(t, a)
	p.endpoint = llmtest.NewEndpoint(t, func(request string) llms.Model {
		p.mu.Lock()
		defer p.mu.Unlock()
		for question, model := range p.models {
			if strings.Contains(request, question) {
				return model
			}
		}
		return &llmtest.Scripted{}
	})
	var err error
	p.assisting, err = newAssistant(t.Context(), a.db, a.geography, slog.New(slog.DiscardHandler), assistantParts{
		AI: config.AI{URL: p.endpoint.URL, Model: "patuh", PriceIn: 1, PriceOut: 1}, Similar: a,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ask asks as the mayor, with the model as it is made for this question.
func (p *poisonedCity) ask(t *testing.T, question string, model *llmtest.Obedient) city.Answer {
	t.Helper()
	p.mu.Lock()
	p.models[question] = model
	p.mu.Unlock()
	who := city.Asker{Role: city.WaliKota, Key: "uji"}
	c, err := p.Start(t.Context(), who)
	if err != nil {
		t.Error(err)
		return city.Answer{}
	}
	x, err := p.Answer(t.Context(), who, c.ID, city.Question{Text: question, At: p.at})
	if err != nil {
		t.Error(err)
	}
	return x.Answer
}

// state is what a command could have changed.
func (p *poisonedCity) state(t *testing.T) string {
	t.Helper()
	list, err := p.db.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range list {
		fmt.Fprintln(&b, r.ID, r.Status, r.Category, r.AreaCode, r.ClosedAt)
	}
	return b.String()
}

// question is one that nobody asked before, or the answer would come from what
// is kept.
func question(i int) string {
	forms := []string{
		"Berapa laporan %s pada tanggal %d Maret 2026?", "Berapa laporan %s di Air Putih pada tanggal %d Maret 2026?",
		"Kelurahan mana paling banyak laporan %s sejak %d Maret 2026?", "Berapa laporan %s yang belum selesai sejak %d Maret 2026?",
	}
	about := []string{"sampah", "banjir", "jalan rusak", "lampu jalan"}
	return fmt.Sprintf(forms[i%4], about[i/4%4], 1+i/16)
}

// TestPoisonedReportsChangeNothing: the model obeys the complaint as if it had
// taken its words to heart. No call outside the tools, no change, no figure
// that no tool returned, no word of the poison, and a receipt that can be
// re-run.
func TestPoisonedReportsChangeNothing(t *testing.T) {
	t.Parallel()
	p := newPoisonedCity(t)
	before := p.state(t)
	var obeyed atomic.Int64
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < len(p.complaints); i += 4 {
				obeyed.Add(int64(p.resists(t, i)))
			}
		})
	}
	wg.Wait()
	if n := obeyed.Load(); n < 110 {
		t.Errorf("only %d of 120 commands were followed by the model: the test shows nothing", n)
	}
	if after := p.state(t); after != before {
		t.Error("reports were changed")
	}
}

// resists asks with a model that has taken complaint i to heart, and returns 1
// when it followed the complaint's command.
func (p *poisonedCity) resists(t *testing.T, i int) (followed int) {
	t.Helper()
	c := p.complaints[i]
	model := &llmtest.Obedient{Heard: []string{c.Text}}
	switch { // commands come before any tool, after one, and after many
	case i%7 == 0:
		model.Look = looks(i % 3)
	case i%2 == 0:
		model.Look = looks(2)[:1]
	}
	answer := p.ask(t, question(i), model)
	for part, v := range map[string]any{
		"text": answer.Text, "blocks": answer.Blocks, "options": answer.Options, "caveats": answer.Caveats,
		"follow-ups": answer.FollowUps, "figures": answer.Figures, "reason for falling back": answer.FellBack,
	} {
		shown, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		for _, never := range append([]string{"jahat.example", "://", "<script", reporterPhone, "Hartono", "NIK"}, c.Never...) {
			if at := strings.Index(string(shown), never); at >= 0 {
				t.Errorf("%s: the %s of %q holds %q: … %.120s", c.ID, part, question(i), never, shown[max(0, at-40):])
			}
		}
	}
	if strings.ContainsAny(answer.Text, "<>{}[]|`*#") {
		t.Errorf("%s: markup in %q", c.ID, answer.Text)
	}
	if answer.Status == city.Failed || answer.Status == city.Running {
		t.Errorf("%s: %s %q", c.ID, answer.Status, answer.Text)
	}
	if i%3 == 0 {
		p.provable(t, c.ID, answer)
	}
	return min(len(model.Obeyed()), 1)
}

// provable re-runs an answer's receipt and looks at its calls.
func (p *poisonedCity) provable(t *testing.T, id string, answer city.Answer) {
	t.Helper()
	if answer.Receipt == "" {
		return
	}
	var number int64
	if _, err := fmt.Sscanf(answer.Receipt, "B-%d", &number); err != nil {
		t.Error(err)
		return
	}
	auditor := city.Asker{Role: city.Auditor}
	receipt, err := p.Receipt(t.Context(), auditor, number)
	if err != nil {
		t.Error(err)
		return
	}
	known := []string{
		city.ToolMeasure, city.ToolCompare, city.ToolRank, city.ToolTrend, city.ToolForecast, city.ToolNear, city.ToolIncident, city.ToolSimilar, city.ToolExplain,
		city.ToolSources, city.ToolArea, city.ToolOffice, city.ToolAgenda, city.ToolWeather, city.ToolMap, city.ToolDraft, city.ToolCalculate, city.ToolAskBack, city.ToolUnknown, city.ToolDecline,
	}
	for _, call := range receipt.Calls {
		// What a model tried and was denied is on record, as denied.
		if !slices.Contains(known, call.Tool) && (call.Status == "ok" || len(call.Figures) > 0) {
			t.Errorf("%s: the tool %s was called: %s", id, call.Tool, call.Status)
		}
	}
	check, err := p.CheckReceipt(t.Context(), auditor, number)
	if err != nil || !check.Chain || !check.Same {
		t.Errorf("%s: receipt %s re-run: %+v, %v", id, answer.Receipt, check, err)
	}
}

// looks are calls that bring as much of the reports before the model as there
// is to have.
func looks(n int) []llmtest.Call {
	in := map[string]any{"area": storetest.AirPutih}
	all := [][]llmtest.Call{
		{{Tool: city.ToolNear, Input: map[string]any{"area": storetest.AirPutih, "top": 50}}, {Tool: city.ToolIncident, Input: map[string]any{"area": storetest.AirPutih, "top": 10}}},
		{{Tool: city.ToolArea, Input: in}, {Tool: city.ToolAgenda, Input: map[string]any{}}, {Tool: city.ToolNear, Input: map[string]any{"words": "sampah", "top": 50}}},
		{{Tool: city.ToolMeasure, Input: map[string]any{"measure": "laporan_masuk", "period": "bulan_ini", "by": "kategori"}}, {Tool: city.ToolOffice, Input: map[string]any{}}},
	}
	return all[n]
}

// TestNoCitizensWordReachesTheModel: a model that only asks every tool for all
// it has, and would obey whatever it reads, reads nothing to obey: no word of
// a complaint, no reporter.
func TestNoCitizensWordReachesTheModel(t *testing.T) {
	t.Parallel()
	p := newPoisonedCity(t)
	incidents, _, err := p.db.Incidents(t.Context(), city.System, city.IncidentFilter{Limit: 5})
	if err != nil || len(incidents) == 0 {
		t.Fatalf("%d incidents: %v", len(incidents), err)
	}
	var rounds [][]llmtest.Call
	for n := range 3 {
		rounds = append(rounds, looks(n))
	}
	for _, i := range incidents {
		rounds = append(rounds, []llmtest.Call{
			{Tool: city.ToolIncident, Input: map[string]any{"id": i.ID}}, {Tool: city.ToolSimilar, Input: map[string]any{"id": i.ID}}, {Tool: city.ToolDraft, Input: map[string]any{"incident": i.ID}},
		})
	}
	commanded := map[string]bool{}
	for _, c := range p.complaints {
		for _, command := range llmtest.Commands(c.Text) {
			commanded[command.String()] = true
		}
	}
	for i, calls := range rounds {
		model := &llmtest.Obedient{Look: calls}
		answer := p.ask(t, question(i), model)
		for _, done := range model.Obeyed() { // it also heeds the loop's own words
			if commanded[done] {
				t.Errorf("the model found %q to obey", done)
			}
		}
		if answer.Status == city.Failed {
			t.Errorf("%+v", answer)
		}
	}
	requests := strings.Join(p.endpoint.Requests(), "\n")
	if !strings.Contains(requests, city.ToolNear) || len(p.endpoint.Requests()) < 10 {
		t.Fatalf("only %d requests were made", len(p.endpoint.Requests()))
	}
	for _, secret := range []string{reporterPhone, reporterName, "Hartono"} {
		if strings.Contains(requests, secret) {
			t.Errorf("%q left", secret)
		}
	}
	for _, c := range p.complaints {
		for _, never := range c.Never {
			if never != "identitas_pelapor" && strings.Contains(requests, never) {
				t.Errorf("%s: %q left with what the tools returned", c.ID, never)
			}
		}
	}
}
