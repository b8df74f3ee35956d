package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"balaikota/backend/analysis/deadline"
	"balaikota/backend/city"
)

const (
	// The pace of the offices is learned from at most so much.
	paceDays, paceReports = 365, 20000
	// How long what was learned holds; the task learns anew as often.
	paceAge = 10 * time.Minute
	// Weeks of the past on which the forecast is tested each time.
	paceWeeks = 6
	// An alert looks so many working days ahead.
	breachDays = 2
	// At most so many reports are looked at for one list.
	runningReports = 5000
)

// paceKeeper knows how long the offices take, and forecasts which reports will
// miss their deadline. Each node learns for itself, from the same rows.
type paceKeeper struct {
	db  *database
	log *slog.Logger
	now func() time.Time

	mu      sync.Mutex
	learned *pace
}

// pace is what was learned at one time; model is nil where there is too little
// past, or where forecasts of the past were no better than the base rate.
type pace struct {
	model      *deadline.Model
	score      deadline.Score
	clock      city.Clock
	categories map[string]city.Category
	at         time.Time
}

// current returns what was learned at most paceAge ago; one learns while the
// others wait.
func (k *paceKeeper) current(ctx context.Context, anew bool) (*pace, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.learned != nil && !anew && k.now().Sub(k.learned.at) < paceAge {
		return k.learned, nil
	}
	p, err := k.learn(ctx)
	if err != nil {
		return nil, err
	}
	k.learned = p
	return p, nil
}

func (k *paceKeeper) learn(ctx context.Context) (*pace, error) {
	p := &pace{at: k.now(), categories: map[string]city.Category{}}
	var err error
	if p.clock, err = k.db.Clock(ctx); err != nil {
		return nil, err
	}
	categories, err := k.db.Categories(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range categories {
		p.categories[c.Slug] = c
	}
	past, err := k.db.PastReports(ctx, p.at.AddDate(0, 0, -paceDays), paceReports)
	if err != nil {
		return nil, err
	}
	cal := p.clock.Calendar
	p.score = deadline.Measure(deadline.BackTest(cal, past, p.at, deadline.Weekly(p.at, paceWeeks)))
	if p.score.Skilled() {
		p.model = deadline.Learn(deadline.Cases(cal, past, p.at))
	}
	k.log.Debug("The pace of the offices is learned", "reports", len(past), "tested", p.score.Count, "brier", p.score.Brier, "base", p.score.Base)
	return p, nil
}

// AtRisk implements web.Deadlines.
func (k *paceKeeper) AtRisk(ctx context.Context, asker city.Asker, office, area string, days int) (city.AtRiskList, error) {
	p, err := k.current(ctx, false)
	if err != nil {
		return city.AtRiskList{}, err
	}
	return k.list(ctx, p, asker, office, area, days)
}

func (k *paceKeeper) list(ctx context.Context, p *pace, asker city.Asker, office, area string, days int) (city.AtRiskList, error) {
	now := k.now()
	out := city.AtRiskList{
		At: now, Items: []city.AtRisk{}, Within: p.clock.Calendar.Due(now, days), Tested: p.score.Count, Brier: p.score.Brier, Base: p.score.Base,
	}
	if p.model == nil {
		return out, nil
	}
	running, err := k.db.RunningReports(ctx, asker, office, area, out.Within, runningReports)
	if err != nil {
		return city.AtRiskList{}, err
	}
	out.Items = p.model.AtRisk(p.clock.Calendar, running, p.categories, now)
	return out, nil
}

// watch learns anew and raises one alert for each office some of whose reports
// will likely miss their deadline within the next working days.
func (k *paceKeeper) watch(ctx context.Context) error {
	p, err := k.current(ctx, true)
	if err != nil {
		return err
	}
	list, err := k.list(ctx, p, city.System, "", "", breachDays)
	if err != nil {
		return err
	}
	simulated, err := k.db.simulated(ctx)
	if err != nil {
		return err
	}
	byOffice := map[string][]city.AtRisk{}
	var offices []string
	for _, item := range list.Items {
		if byOffice[item.Report.Office] == nil {
			offices = append(offices, item.Report.Office)
		}
		byOffice[item.Report.Office] = append(byOffice[item.Report.Office], item)
	}
	var alerts []city.Alert
	for _, office := range offices {
		alerts = append(alerts, city.BreachAlert(office, byOffice[office], breachDays, list.At, p.clock, k.db.city.ZoneLabel, simulated))
	}
	return k.db.RaiseAlerts(ctx, city.AlertBreach, alerts)
}
