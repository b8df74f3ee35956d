package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/store/storetest"
)

// The doubles below answer what a test wrote down; the city around them
// (areas, categories, indicators, offices, norms) is the real foundation.

var wita = time.FixedZone("WITA", 8*3600)

// now is Thursday, 18 June 2026, 20.00 WITA.
var now = time.Date(2026, 6, 18, 20, 0, 0, 0, wita)

// script is a Measurer that knows exactly the queries of a test. Keys are
// "measure area category period by", with - for what is empty, or the
// indicator in the place of the category.
type script struct {
	t    *testing.T
	mu   sync.Mutex
	rows map[string][]city.MeasureRow
	miss map[string]city.Missing
	data city.DataState
}

func key(q city.MeasureQuery) string {
	or := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	k := strings.Join([]string{q.Measure, or(q.Area), or(q.Category + q.Indicator), or(q.Period), or(string(q.By))}, " ")
	for _, more := range []string{q.Office, q.Channel, q.Status} {
		if more != "" {
			k += " " + more
		}
	}
	return k
}

func (s *script) Measure(_ context.Context, _ city.Asker, at time.Time, queries ...city.MeasureQuery) ([]city.Measurement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []city.Measurement
	for _, q := range queries {
		m, ok := city.MeasureBySlug(q.Measure)
		if !ok {
			return nil, city.InvalidField("measure", "there is no measure %.60q", q.Measure)
		}
		name := q.Period
		if name == "" {
			name = city.PeriodUntilNow
		}
		p, err := city.ParsePeriod(name, at, wita)
		if err != nil {
			return nil, err
		}
		rows, known := s.rows[key(q)]
		missing := s.miss[key(q)]
		if !known && missing == "" {
			s.t.Errorf("unexpected query %q", key(q))
		}
		one := city.Measurement{Query: q, Measure: m, Unit: m.Unit, Decimals: m.Decimals, Period: p, Rows: rows, Missing: missing, Data: s.data}
		if m.Of == city.OfIndicator && m.Unit == "" {
			one.Unit, one.Decimals = indicatorUnit(q.Indicator)
			if q.Measure == city.MeasureMean {
				one.Decimals = max(2, one.Decimals)
			}
		}
		if q.By != city.ByNothing && !q.By.Times() && m.Unit == "laporan" {
			total := 0.0
			for _, r := range rows {
				total += *r.Value
			}
			one.Whole = &city.MeasureRow{Value: &total, N: int(total)}
		}
		out = append(out, one)
	}
	return out, nil
}

func indicatorUnit(slug string) (string, int) {
	f := foundation()
	for _, i := range f.Indicators {
		if i.Slug == slug {
			return i.Unit, i.Decimals
		}
	}
	return "", 0
}

// v is one value; part is one with a key.
func v(x float64) []city.MeasureRow { return []city.MeasureRow{{Value: &x, N: int(math.Abs(x))}} }

func vn(x float64, n int) []city.MeasureRow { return []city.MeasureRow{{Value: &x, N: n}} }

func vt(x float64, at time.Time) []city.MeasureRow {
	return []city.MeasureRow{{Value: &x, N: 1, Time: &at}}
}

func parts(pairs ...any) []city.MeasureRow {
	var out []city.MeasureRow
	for i := 0; i < len(pairs); i += 2 {
		x, n := 0.0, 0
		switch p := pairs[i+1].(type) {
		case int:
			x, n = float64(p), p
		case float64:
			x, n = p, 50
		}
		out = append(out, city.MeasureRow{Key: pairs[i].(string), Value: &x, N: n})
	}
	return out
}

var foundation = sync.OnceValue(func() city.Foundation {
	f, err := storetest.Foundation()
	if err != nil {
		panic(err)
	}
	return f
})

var index = sync.OnceValue(func() *geo.Index {
	x, err := geo.New(foundation().Areas)
	if err != nil {
		panic(err)
	}
	return x
})

// hall is everything but the measures.
type hall struct {
	reports   []city.ReportSummary
	incidents []city.Incident
	similar   []city.SimilarCase
	alerts    []city.Alert
	picture   city.HazardPicture
	forecasts []city.Forecast
	outlook   []city.OutlookStep
	sources   []city.SourceHealth
	atRisk    city.AtRiskList
	agenda    city.Agenda
}

func (h *hall) Agenda(_ context.Context, asker city.Asker, from, to time.Time) (city.Agenda, error) {
	if asker.Role != city.WaliKota && asker.Role != city.Sekda {
		return city.Agenda{}, city.Errorf(city.Forbidden, "not for %s", asker.Role)
	}
	a := h.agenda
	a.From, a.To = from, to
	return a, nil
}

func (h *hall) Categories(context.Context) ([]city.Category, error) {
	return foundation().Categories, nil
}

func (h *hall) Indicators(_ context.Context, asker city.Asker) (out []city.Indicator, err error) {
	for _, i := range foundation().Indicators {
		if i.MayBeSeenBy(asker.Role) {
			out = append(out, i)
		}
	}
	return out, nil
}

func (h *hall) Offices(context.Context) ([]city.Office, error) {
	out := foundation().Offices
	for i := range out {
		out[i].ID = int64(i + 1)
	}
	return out, nil
}
func (h *hall) Norms(context.Context) ([]city.Norm, error) { return foundation().Norms, nil }

func (h *hall) Clock(context.Context) (city.Clock, error) {
	holidays := map[string]bool{}
	for _, d := range foundation().Holidays {
		holidays[d.Date.Format(time.DateOnly)] = true
	}
	return city.Clock{Calendar: city.Calendar{Location: wita, Holidays: holidays}, Norms: foundation().Norms}, nil
}

func (h *hall) Reports(_ context.Context, _ city.Asker, f city.ReportFilter) (out []city.ReportSummary, err error) {
	for _, r := range h.reports {
		if (f.AreaCode == "" || city.Within(r.AreaCode, f.AreaCode)) && (f.Category == "" || r.Category == f.Category) &&
			!r.CreatedAt.Before(f.From) && r.CreatedAt.Before(f.To) && len(out) < f.Limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (h *hall) RunningReports(context.Context, city.Asker, string, string, time.Time, int) (out []city.RunningReport, err error) {
	for _, r := range h.reports {
		out = append(out, city.RunningReport{ReportSummary: r})
	}
	return out, nil
}

func (h *hall) Incidents(_ context.Context, _ city.Asker, f city.IncidentFilter) (out []city.Incident, n int, err error) {
	for _, i := range h.incidents {
		if f.AreaCode == "" || city.Within(i.AreaCode, f.AreaCode) {
			out = append(out, i)
		}
	}
	return out, len(out), nil
}

func (h *hall) Incident(_ context.Context, _ city.Asker, id int64) (city.IncidentDetail, error) {
	for _, i := range h.incidents {
		if i.ID == id {
			return city.IncidentDetail{Incident: i}, nil
		}
	}
	return city.IncidentDetail{}, city.Errorf(city.NotFound, "there is no incident %d", id)
}

func (h *hall) Similar(context.Context, city.Asker, int64) ([]city.SimilarCase, error) {
	return h.similar, nil
}

func (h *hall) AtRisk(context.Context, city.Asker, string, string, int) (city.AtRiskList, error) {
	return h.atRisk, nil
}

func (h *hall) Alerts(context.Context, city.Asker) ([]city.Alert, error) { return h.alerts, nil }
func (h *hall) HazardPicture(context.Context, city.Asker, string) (city.HazardPicture, error) {
	return h.picture, nil
}

func (h *hall) HazardDeclarations(context.Context, city.Asker, string) (city.HazardDeclarations, error) {
	return foundation().Hazard, nil
}

func (h *hall) Forecasts(context.Context, city.Asker, string, string) ([]city.Forecast, error) {
	return h.forecasts, nil
}

func (h *hall) Outlook(context.Context, city.Asker, string, string, time.Time, time.Time) ([]city.OutlookStep, error) {
	return h.outlook, nil
}
func (h *hall) SourceHealths(context.Context) ([]city.SourceHealth, error) { return h.sources, nil }

func deps(m city.Measurer, h *hall) Deps {
	return Deps{
		Measures: m, Catalogue: h, Areas: index(), Reports: h, Incidents: h, Situation: h, Agenda: h, Similar: h, AtRisk: h,
		Stems: strings.Fields, Now: func() time.Time { return now }, CityCode: storetest.CityCode, ZoneLabel: "WITA",
	}
}

var mayor = tool.Call{Asker: city.Asker{Role: city.WaliKota}, At: now, Zone: wita}

// run calls a tool by name as a model would.
func run(t *testing.T, d Deps, c tool.Call, name string, input any) tool.Result {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := input.(string); ok {
		body = []byte(s)
	}
	r, err := New(d).Run(t.Context(), c, name, string(body))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Failed {
		accounted(t, r, c.Figures...)
	}
	return r
}

// accounted fails the test when a number that the result shows is not among
// its figures, or a date not among their times.
func accounted(t *testing.T, r tool.Result, more ...city.Figure) {
	t.Helper()
	figures := append(more, r.Figures...)
	names := r.Names
	for _, i := range foundation().Indicators {
		names = append(names, i.Name)
	}
	for _, a := range foundation().Areas {
		names = append(names, a.Name)
	}
	for _, text := range shownTexts(r) {
		for _, m := range tool.Numbers(text, names...) {
			if !backed(m, figures) {
				t.Errorf("%q (%s) in %q stands on no figure", m.Text, m.Kind, text)
			}
		}
	}
	for i, f := range r.Figures {
		if f.Label == "" || f.ID != fmt.Sprintf("E%d", len(more)+i+1) {
			t.Errorf("figure %d: %+v", i, f)
		}
	}
	for _, b := range r.Blocks {
		for _, it := range b.Items {
			if it.Value != nil && it.Figure == "" && b.Title != "" && !strings.HasPrefix(b.Title, "Risiko banjir") {
				t.Errorf("block %q: %s shows %v without a figure", b.Title, it.Label, *it.Value)
			}
		}
	}
}

func shownTexts(r tool.Result) []string {
	texts := append([]string{r.Text}, r.Caveats...)
	for _, b := range r.Blocks {
		texts = append(texts, b.Title)
		for _, row := range b.Rows {
			texts = append(texts, row...)
		}
	}
	return texts
}

func backed(m tool.Mention, figures []city.Figure) bool {
	for _, f := range figures {
		switch m.Kind {
		case tool.NumberDate, tool.NumberTime:
			for _, at := range []*time.Time{f.From, f.To, f.Time} {
				if at != nil && (sameMoment(m, *at) || sameMoment(m, at.Add(-time.Nanosecond))) {
					return true
				}
			}
		default:
			exact := math.Pow10(-m.Decimals) / 2 * m.Scale
			if math.Abs(math.Abs(f.Value)-math.Abs(m.Value)) <= exact+1e-9 {
				return true
			}
		}
	}
	return false
}

func sameMoment(m tool.Mention, at time.Time) bool {
	at = at.In(wita)
	if m.Kind == tool.NumberTime {
		return int(m.Value) == at.Hour()*60+at.Minute()
	}
	return (m.Year == 0 || m.Year == at.Year()) && (m.Month == 0 || m.Month == int(at.Month())) && (m.Day == 0 || m.Day == at.Day())
}
