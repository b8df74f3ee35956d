package main

import (
	"context"
	"time"

	"balaikota/backend/analysis/dossier"
	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
)

// Windows of the surge watch: three hours against the last four weeks.
const (
	surgeHours = 3
	surgeDays  = 28
)

// watchSurges raises an alert where unusually many reports came in.
func (d *database) watchSurges(ctx context.Context) error {
	windows, err := d.RecentWindows(ctx, surgeHours*time.Hour, surgeDays)
	if err != nil {
		return err
	}
	categories, err := d.Categories(ctx)
	if err != nil {
		return err
	}
	areas, err := d.Areas(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, a := range areas {
		names[a.Code] = a.Name
	}
	simulated, err := d.simulated(ctx)
	if err != nil {
		return err
	}
	var alerts []city.Alert
	for _, w := range windows {
		usual, surge := pattern.Surge(pattern.Window{
			AreaCode: w.AreaCode, Category: w.Category, Recent: w.Recent, Past: w.Past, PastWindows: surgeDays * 24 / surgeHours,
		})
		if !surge {
			continue
		}
		for _, c := range categories {
			if c.Slug == w.Category {
				alerts = append(alerts, city.SurgeAlert(w.AreaCode, names[w.AreaCode], c, w.Recent, usual, surgeHours, time.Now(), simulated))
			}
		}
	}
	return d.RaiseAlerts(ctx, city.AlertSurge, alerts)
}

// watchOverdue raises an alert for each office with reports past their
// deadline.
func (d *database) watchOverdue(ctx context.Context) error {
	counts, err := d.OverdueByOffice(ctx)
	if err != nil {
		return err
	}
	simulated, err := d.simulated(ctx)
	if err != nil {
		return err
	}
	var alerts []city.Alert
	for _, c := range counts {
		alerts = append(alerts, city.OverdueAlert(c.Office, c.Count, c.Oldest, time.Now(), simulated))
	}
	return d.RaiseAlerts(ctx, city.AlertOverdue, alerts)
}

// watchSources raises an alert for each source that does not keep its promise.
// It first notes which are unusually silent.
func (d *database) watchSources(ctx context.Context) error {
	if err := d.WatchSilence(ctx); err != nil {
		return err
	}
	healths, err := d.SourceHealths(ctx)
	if err != nil {
		return err
	}
	var alerts []city.Alert
	for _, h := range healths {
		if h.Freshness == city.Stale || h.Freshness == city.Broken {
			alerts = append(alerts, city.SourceAlert(h, time.Now()))
		}
	}
	return d.RaiseAlerts(ctx, city.AlertSource, alerts)
}

// deliverySettles is how long a delivery may take to be stored; what came since
// is looked at in the next turn.
const deliverySettles = time.Minute

// watchQuality looks at new values for what only a series shows.
func (d *database) watchQuality(ctx context.Context) error {
	_, err := d.WatchQuality(ctx, deliverySettles)
	return err
}

// Bounds of the watch over incidents: those with a voice in the last week, the
// most pressing ones only.
const (
	incidentDays   = 7
	incidentAlerts = 20
)

// watchIncidents raises an alert for each grave incident that nobody has taken
// up.
func (a *analyst) watchIncidents(ctx context.Context) error {
	page, _, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{
		Status: []city.IncidentStatus{city.IncidentNew, city.IncidentWatched}, MinUrgency: city.Siaga, Limit: incidentAlerts,
		ActiveSince: time.Now().AddDate(0, 0, -incidentDays),
	})
	if err != nil {
		return err
	}
	alerts := []city.Alert{}
	for _, i := range page {
		area, _ := a.geography.Area(i.AreaCode)
		if alert, ok := dossier.Alert(i, area.Name, a.location, a.db.city.ZoneLabel); ok {
			alerts = append(alerts, alert)
		}
	}
	return a.db.RaiseAlerts(ctx, city.AlertIncident, alerts)
}

// simulated reports whether any source is a simulation: figures that join all
// sources are then marked.
func (d *database) simulated(ctx context.Context) (bool, error) {
	healths, err := d.SourceHealths(ctx)
	if err != nil {
		return false, err
	}
	for _, h := range healths {
		if h.Simulated {
			return true, nil
		}
	}
	return false, nil
}
