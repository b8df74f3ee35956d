package assistant

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Signals is what suggestions are made from: what the city already watches.
type Signals interface {
	city.Measurer
	Alerts(ctx context.Context, asker city.Asker) ([]city.Alert, error)
	IndicatorStates(ctx context.Context, asker city.Asker) ([]city.IndicatorState, error)
	Indicators(ctx context.Context, asker city.Asker) ([]city.Indicator, error)
	SourceHealths(ctx context.Context) ([]city.SourceHealth, error)
	// AreaName is how people name an area, such as "Kecamatan Palaran"; "" for
	// the whole city or an unknown code.
	AreaName(code string) string
}

const (
	mostSuggestions = 5
	leastRise       = 5 // reports; fewer more are everyday
)

// suggestion is one with its weight: graver first.
type suggestion struct {
	city.Suggestion
	weight float64
}

// Suggestions are three to five questions worth asking now, from what changed
// since yesterday, each of which the offline planner can answer; fewer where
// nothing changed. A part of the data that cannot be read is left out.
func (a *Assistant) Suggestions(ctx context.Context, who city.Asker, at time.Time) ([]city.Suggestion, error) {
	out := []city.Suggestion{}
	if a.Signals == nil {
		return out, nil
	}
	if at.IsZero() {
		at = a.Now()
	}
	var all []suggestion
	for _, find := range []func(context.Context, city.Asker, time.Time) ([]suggestion, error){
		a.fromAlerts, a.fromRises, a.fromOverdue, a.fromIndicators, a.fromSources,
	} {
		found, err := find(ctx, who, at)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			a.Log.Warn("A part of the suggestions was left out", "err", err)
			continue
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(x, y suggestion) int { return cmp.Compare(y.weight, x.weight) })
	for _, s := range append(all, a.everyday(who)...) {
		known := slices.ContainsFunc(out, func(o city.Suggestion) bool { return o.Text == s.Text })
		if !known && len(out) < mostSuggestions && (s.weight > 0 || len(out) < 3) {
			out = append(out, s.Suggestion)
		}
	}
	return out, nil
}

// ownArea is "" for askers who see the whole city.
func ownArea(who city.Asker) string {
	if who.Role == city.Camat || who.Role == city.Lurah {
		return who.AreaCode
	}
	return ""
}

// in names where a question is about, with a space before it.
func (a *Assistant) in(code string) string {
	if name := a.Signals.AreaName(code); name != "" {
		return " di " + name
	}
	return ""
}

var severityWeight = map[city.Severity]float64{city.Awas: 40, city.Siaga: 30, city.Perhatian: 20, city.Info: 1}

// fromAlerts asks about the gravest matter of each kind.
func (a *Assistant) fromAlerts(ctx context.Context, who city.Asker, _ time.Time) (out []suggestion, err error) {
	alerts, err := a.Signals.Alerts(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("read the alerts: %w", err)
	}
	seen := map[city.AlertKind]bool{}
	for _, al := range alerts {
		if seen[al.Kind] {
			continue
		}
		area := ownArea(who)
		if len(al.AreaCodes) == 1 && who.Scope().Role.CityWide() {
			area = al.AreaCodes[0]
		}
		var text string
		switch al.Kind {
		case city.AlertFlood, city.AlertWarning:
			text = "Bagaimana cuaca hari ini?"
		case city.AlertIncident:
			text = "Apa kejadian paling gawat" + a.in(area) + "?"
		case city.AlertSurge, city.AlertHotspot:
			text = "Apa keluhan terbanyak" + a.in(area) + " hari ini?"
		default:
			continue // those of figures, deadlines and sources have their own
		}
		seen[al.Kind] = true
		out = append(out, suggestion{city.Suggestion{Text: text, Reason: sentence(al.Headline)}, severityWeight[al.Severity] + 5})
	}
	return out, nil
}

func sentence(s string) string {
	if s = strings.TrimSpace(s); s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// fromRises asks about the category that rose most in seven days.
func (a *Assistant) fromRises(ctx context.Context, who city.Asker, at time.Time) ([]suggestion, error) {
	week := city.MeasureQuery{Measure: city.MeasureReceived, By: city.ByCategory, Period: "7_hari_terakhir", Area: ownArea(who)}
	now, err := a.Signals.Measure(ctx, who, at, week)
	if err != nil {
		return nil, fmt.Errorf("count the week: %w", err)
	}
	before, err := a.Signals.Measure(ctx, who, at.Add(-7*24*time.Hour), week)
	if err != nil {
		return nil, fmt.Errorf("count the week before: %w", err)
	}
	if len(now) != 1 || len(before) != 1 {
		return nil, nil
	}
	earlier := map[string]float64{}
	for _, r := range before[0].Rows {
		earlier[r.Key] = valueOf(r.Value)
	}
	var top city.MeasureRow
	most := 0.0
	for _, r := range now[0].Rows {
		// In standard deviations of a count: 3 to 8 is more than 100 to 108.
		rise := valueOf(r.Value) - earlier[r.Key]
		if score := rise / math.Sqrt(max(earlier[r.Key], 1)); rise >= leastRise && score > most && r.Key != "" {
			top, most = r, score
		}
	}
	if top.Key == "" {
		return nil, nil
	}
	return []suggestion{{city.Suggestion{
		Text: "Bagaimana perubahan laporan " + strings.ToLower(top.Label) + a.in(ownArea(who)) + " 7 hari terakhir dibanding sebelumnya?",
		Reason: fmt.Sprintf("Laporan %s naik dari %s menjadi %s dalam 7 hari terakhir.", strings.ToLower(top.Label),
			city.FormatNumber(earlier[top.Key], 0), city.FormatNumber(valueOf(top.Value), 0)),
	}, 15 + min(most, 20)}}, nil
}

func valueOf(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// fromOverdue asks who is late when more is overdue than yesterday.
func (a *Assistant) fromOverdue(ctx context.Context, who city.Asker, at time.Time) ([]suggestion, error) {
	query := city.MeasureQuery{Measure: city.MeasureOverdue, Area: ownArea(who)}
	now, err := a.Signals.Measure(ctx, who, at, query)
	if err != nil {
		return nil, fmt.Errorf("count what is overdue: %w", err)
	}
	before, err := a.Signals.Measure(ctx, who, at.Add(-24*time.Hour), query)
	if err != nil {
		return nil, fmt.Errorf("count what was overdue: %w", err)
	}
	if len(now) != 1 || len(before) != 1 || len(now[0].Rows) == 0 || len(before[0].Rows) == 0 {
		return nil, nil
	}
	n, was := valueOf(now[0].Rows[0].Value), valueOf(before[0].Rows[0].Value)
	if n <= was {
		return nil, nil
	}
	text := "Perangkat daerah mana yang paling banyak laporan lewat tenggat" + a.in(ownArea(who)) + "?"
	if who.Role == city.KepalaOPD {
		text = "Berapa laporan yang lewat tenggat?"
	}
	return []suggestion{{city.Suggestion{Text: text, Reason: fmt.Sprintf("Laporan lewat tenggat bertambah %s sejak kemarin, menjadi %s.",
		city.FormatNumber(n-was, 0), city.FormatNumber(n, 0))}, 12 + min(n-was, 20)}}, nil
}

// fromIndicators asks about the indicator furthest past its threshold.
func (a *Assistant) fromIndicators(ctx context.Context, who city.Asker, _ time.Time) ([]suggestion, error) {
	states, err := a.Signals.IndicatorStates(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("read the indicators' states: %w", err)
	}
	declared, err := a.Signals.Indicators(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("read the indicators: %w", err)
	}
	var worst *city.IndicatorState
	for i, s := range states {
		if severityWeight[s.Severity] >= severityWeight[city.Perhatian] && (worst == nil || severityWeight[s.Severity] > severityWeight[worst.Severity]) {
			worst = &states[i]
		}
	}
	if worst == nil {
		return nil, nil
	}
	for _, d := range declared {
		if d.Slug == worst.Indicator {
			return []suggestion{{city.Suggestion{
				Text: "Berapa " + lowerFirst(d.Name) + " terakhir" + a.in(worst.AreaCode) + "?",
				Reason: fmt.Sprintf("%s%s %s, melewati ambang %s.", d.Name, a.in(worst.AreaCode),
					city.FormatValue(worst.Value, d.Decimals, d.Unit), worst.Severity),
			}, severityWeight[worst.Severity]}}, nil
		}
	}
	return nil, nil
}

// lowerFirst lowers the first letter of a name that is no abbreviation.
func lowerFirst(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 || strings.ToUpper(words[0]) == words[0] {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// fromSources asks about sources that went quiet.
func (a *Assistant) fromSources(ctx context.Context, who city.Asker, _ time.Time) ([]suggestion, error) {
	if !who.Role.CityWide() {
		return nil, nil
	}
	healths, err := a.Signals.SourceHealths(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources' state: %w", err)
	}
	var late []string
	for _, h := range healths {
		if h.Freshness == city.Stale || h.Freshness == city.Broken {
			late = append(late, h.Name)
		}
	}
	if len(late) == 0 {
		return nil, nil
	}
	reason := late[0] + " tidak mengirim data baru sesuai jadwalnya."
	if len(late) > 1 {
		reason = fmt.Sprintf("%s dan %d sumber lain tidak mengirim data baru sesuai jadwalnya.", late[0], len(late)-1)
	}
	return []suggestion{{city.Suggestion{Text: "Sumber data mana yang basi?", Reason: reason}, 8 + float64(len(late))}}, nil
}

// everyday are questions for a morning on which nothing changed.
func (a *Assistant) everyday(who city.Asker) []suggestion {
	where := a.in(ownArea(who))
	reason := "Ringkasan rutin; tidak ada perubahan yang menonjol sejak kemarin."
	return []suggestion{
		{city.Suggestion{Text: "Berapa laporan masuk kemarin" + where + "?", Reason: reason}, 0},
		{city.Suggestion{Text: "Berapa laporan yang belum selesai" + where + "?", Reason: reason}, 0},
		{city.Suggestion{Text: "Apa keluhan terbanyak" + where + " bulan ini?", Reason: reason}, 0},
	}
}
