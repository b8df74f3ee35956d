package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"balaikota/backend/analysis/advice"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

const (
	// Advice is worked out anew when something happened, and at the latest
	// after so long, since deadlines and freshness pass by themselves.
	adviceAge = 5 * time.Minute
	// At most so many running incidents with a voice in so many days.
	adviceIncidents, adviceDays = 2000, 30
	// Past actions are looked at so far back, so many of a kind; what is usual
	// is the mean of so many days.
	advicePast, advicePastMost, adviceUsual = 400, 30, 28
)

// adviser makes the city's recommendations.
type adviser struct {
	db   *database
	pace *paceKeeper
	log  *slog.Logger
	now  func() time.Time

	mu   sync.Mutex
	seen int64     // the last event a round saw
	at   time.Time // of the last round
}

// watch makes a round of advice if anything happened since the last one.
func (a *adviser) watch(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	head, _, err := a.db.Head(ctx)
	if err != nil || head == a.seen && a.now().Sub(a.at) < adviceAge {
		return err
	}
	if _, err := a.round(ctx); err != nil {
		return err
	}
	a.seen, a.at = head, a.now()
	return nil
}

// round reads the city, proposes, and settles that against what was advised.
func (a *adviser) round(ctx context.Context) (written int, err error) {
	began := a.now()
	rules, err := a.db.ActionRules(ctx, city.System)
	if err != nil || len(rules) == 0 {
		return 0, err
	}
	kinds, err := a.db.ActionKinds(ctx, city.System)
	if err != nil {
		return 0, err
	}
	in, err := a.inputs(ctx, kinds)
	if err != nil {
		return 0, err
	}
	proposed := advice.Propose(in, rules, kinds, began)
	written, err = a.db.SaveAdvice(ctx, func(before []city.Recommendation) []city.Recommendation {
		return advice.Settle(before, proposed, in, rules, began)
	})
	if written > 0 {
		a.log.Info("Advice changed", "written", written, "proposed", len(proposed), "took", a.now().Sub(began))
	}
	return written, err
}

// inputs is the city as it stands.
func (a *adviser) inputs(ctx context.Context, kinds []city.ActionKind) (in advice.Inputs, err error) {
	clock, err := a.db.Clock(ctx)
	if err != nil {
		return in, err
	}
	in = advice.Inputs{CityCode: a.db.city.Code, CityName: a.db.city.Name, ZoneLabel: a.db.city.ZoneLabel, Calendar: clock.Calendar, Usual: map[string]float64{}}
	for _, step := range []func(context.Context, *advice.Inputs) error{
		a.declared, a.reported, a.measured, a.due, func(ctx context.Context, in *advice.Inputs) error { return a.done(ctx, kinds, in) },
	} {
		if err := step(ctx, &in); err != nil {
			return in, err
		}
	}
	return in, nil
}

func (a *adviser) declared(ctx context.Context, in *advice.Inputs) (err error) {
	if in.Areas, err = a.db.Areas(ctx); err != nil {
		return err
	}
	if in.Offices, err = a.db.Offices(ctx); err != nil {
		return err
	}
	if in.Categories, err = a.db.Categories(ctx); err != nil {
		return err
	}
	in.Indicators, err = a.db.Indicators(ctx, city.System)
	return err
}

// reported is what citizens' reports say: incidents, patterns, and whether the
// sources of reports still deliver.
func (a *adviser) reported(ctx context.Context, in *advice.Inputs) (err error) {
	since := a.now().AddDate(0, 0, -adviceDays)
	for len(in.Incidents) < adviceIncidents {
		page, total, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{ActiveSince: since, Offset: len(in.Incidents), Limit: 300})
		if err != nil {
			return err
		}
		in.Incidents = append(in.Incidents, page...)
		if len(page) == 0 || len(in.Incidents) >= total {
			break
		}
	}
	if in.Patterns, err = a.db.Patterns(ctx, city.System, ""); err != nil {
		return err
	}
	if in.Sources, err = a.db.SourceHealths(ctx); err != nil {
		return err
	}
	for _, s := range in.Sources {
		in.Simulated = in.Simulated || s.Simulated
	}
	bring, err := a.db.ReportSources(ctx)
	in.ReportsStale = silentSince(in.Sources, bring)
	return err
}

// silentSince is since when none of the named sources has delivered, zero
// while one of them does or none is watched.
func silentSince(sources []city.SourceHealth, named []string) time.Time {
	of := map[string]city.SourceHealth{}
	for _, s := range sources {
		of[s.Slug] = s
	}
	var last time.Time
	for _, slug := range named {
		s := of[slug]
		switch {
		case s.Freshness != city.Stale && s.Freshness != city.Broken:
			return time.Time{}
		case s.Data.Worse(s.Pull) && s.LastData != nil && s.LastData.After(last):
			last = *s.LastData
		case !s.Data.Worse(s.Pull) && s.LastSuccess != nil && s.LastSuccess.After(last):
			last = *s.LastSuccess
		}
	}
	return last
}

func (a *adviser) measured(ctx context.Context, in *advice.Inputs) (err error) {
	if in.States, err = a.db.IndicatorStates(ctx, city.System); err != nil {
		return err
	}
	if in.Forecasts, err = a.db.Forecasts(ctx, city.System, "", ""); err != nil {
		return err
	}
	if in.Alerts, err = a.db.Alerts(ctx, city.System); err != nil {
		return err
	}
	in.Flood, err = a.db.HazardPicture(ctx, city.System, city.HazardFlood)
	if city.CodeOf(err) == city.NotFound {
		err = nil
	}
	if err != nil || len(in.Forecasts) == 0 {
		return err
	}
	today := in.Calendar.DayStart(a.now())
	days, err := a.db.KecamatanDays(ctx, today.AddDate(0, 0, -adviceUsual), today.AddDate(0, 0, -1))
	for _, d := range days {
		in.Usual[d.AreaCode] += float64(d.Received) / adviceUsual
		if d.AreaCode != in.CityCode {
			in.Usual[in.CityCode] += float64(d.Received) / adviceUsual
		}
	}
	return err
}

// due is what is past its deadline and what likely will be.
func (a *adviser) due(ctx context.Context, in *advice.Inputs) error {
	overdue, err := a.db.OverdueCases(ctx)
	if err != nil {
		return err
	}
	for _, c := range overdue {
		in.Overdue = append(in.Overdue, advice.OfficeCases{Office: c.Office, Count: c.Count, Oldest: c.Oldest, Reports: c.Reports, At: a.now()})
	}
	risk, err := a.pace.AtRisk(ctx, city.System, "", "", breachDays)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, item := range risk.Items {
		r := item.Report
		n, ok := at[r.Office]
		if !ok {
			n = len(in.AtRisk)
			at[r.Office] = n
			in.AtRisk = append(in.AtRisk, advice.OfficeCases{Office: r.Office, At: risk.At})
		}
		c := &in.AtRisk[n]
		c.Count++
		if r.DueAt != nil && (c.Oldest.IsZero() || r.DueAt.Before(c.Oldest)) {
			c.Oldest = *r.DueAt
		}
		if len(c.Reports) < 20 {
			c.Reports = append(c.Reports, r.ID)
		}
	}
	return nil
}

// done is what was instructed and what it brought. Secret instructions keep
// advice from being given twice, but are never shown under other advice.
func (a *adviser) done(ctx context.Context, kinds []city.ActionKind, in *advice.Inputs) (err error) {
	given, err := a.db.GivenActions(ctx, a.now().AddDate(0, 0, -advicePast))
	if err != nil {
		return err
	}
	of := map[int64]store.GivenAction{}
	for _, g := range given {
		in.Given = append(in.Given, advice.Given{
			ID: g.ID, Number: g.Number, Key: g.Key, Action: g.Action, Office: g.Office, Incidents: g.Incidents, Status: g.Status, DoneAt: g.DoneAt,
		})
		if !g.Secret {
			of[g.ID] = g
		}
	}
	if in.Ledger, err = a.db.Ledger(ctx); err != nil || len(of) == 0 {
		return err
	}
	for _, k := range kinds {
		past, err := a.db.PastActions(ctx, city.System, k.Slug, "", "", "", advicePastMost)
		if err != nil {
			return err
		}
		for _, p := range past {
			if g, ok := of[p.DispositionID]; ok {
				in.Past = append(in.Past, advice.Past{Action: g.Action, AreaCode: g.AreaCode, Category: g.Category, PastAction: p})
			}
		}
	}
	return nil
}
