package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"balaikota/backend/city"
)

// IncidentMembers is one incident as the grouping made it.
type IncidentMembers struct {
	// ID is the stored incident it goes on, 0 for a new one.
	ID       int64
	Key      string
	Members  []int64
	Incident city.Incident
	OfficeID int64
	// Trace is what it is known again by, as JSON, Spots the numbers of the
	// places in it.
	Trace []byte
	Spots []int64
}

// SaveIncidents stores incidents with their members and ends those that have
// none left. gone maps the number of an incident that is no more to the place
// in incidents of the one most of its reports went to, -1 when they are gone.
// returns decides whether a later incident is an earlier one come back. Screens
// hear of those with a voice since tellSince.
func (g *Grouping) SaveIncidents(ctx context.Context, incidents []IncidentMembers, gone map[int64]int, tellSince time.Time, returns Returns) error {
	var ids []int64
	for _, i := range incidents {
		if i.ID != 0 {
			ids = append(ids, i.ID)
		}
	}
	for id := range gone {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	held, err := lockIncidents(ctx, g.tx, ids)
	if err != nil {
		return err
	}
	// What counts a changed incident as its earlier one may do so no more.
	after, err := g.mayHaveReturned(ctx, ids)
	if err != nil {
		return err
	}
	saved, err := g.saveMembers(ctx, incidents, held)
	if err != nil {
		return err
	}
	if err := g.endIncidents(ctx, gone, incidents, held, tellSince); err != nil {
		return err
	}
	returned, err := g.countReturns(ctx, append(after, saved...), returns)
	if err != nil {
		return err
	}
	return g.tellIncidents(ctx, append(saved, returned...), held, tellSince)
}

const memberQuery = `UPDATE report_analyses a SET incident_id = t.incident FROM unnest($1::bigint[], $2::bigint[]) AS t(id, incident)
	WHERE a.report_id = t.id AND a.incident_id IS DISTINCT FROM t.incident RETURNING a.report_id`

// saveMembers stores incidents and which reports stand in them, and returns
// their numbers.
func (g *Grouping) saveMembers(ctx context.Context, incidents []IncidentMembers, held map[int64]*incidentState) ([]int64, error) {
	states := make([]*incidentState, len(incidents))
	for n, i := range incidents {
		now := &incidentState{ID: i.ID, Key: i.Key, StatusBy: "machine", OfficeID: i.OfficeID, Trace: i.Trace, Spots: i.Spots, Incident: i.Incident}
		now.Office = g.cat.officeName[i.OfficeID]
		if was := held[i.ID]; was != nil {
			keepWord(now, was)
		}
		states[n] = now
	}
	if err := putIncidents(ctx, g.tx, states, g.store.now()); err != nil {
		return nil, err
	}
	saved := make([]int64, len(incidents))
	var reports, stand []int64
	for n, now := range states {
		incidents[n].ID, saved[n] = now.ID, now.ID
		for _, m := range incidents[n].Members {
			reports, stand = append(reports, m), append(stand, now.ID)
		}
	}
	changed, err := column[int64](ctx, g.tx, memberQuery, reports, stand)
	if err != nil {
		return nil, fmt.Errorf("give %d incidents their reports: %w", len(incidents), err)
	}
	g.stand = append(g.stand, changed...)
	for _, now := range states {
		if now.StatusBy != "officer" || now.Status != city.IncidentClosed {
			continue
		}
		// Who joins after the closing gets the answer too.
		if _, err := g.tx.Exec(ctx, answerReportsQuery, now.ID, now.Answer, g.store.now()); err != nil {
			return nil, fmt.Errorf("answer the reports of incident %d: %w", now.ID, err)
		}
	}
	return saved, nil
}

const incidentsToTellQuery = incidentColumns + `i.id = ANY ($1) AND i.last_at > $2 ORDER BY i.id`

// tellIncidents adds the events of incidents as they are now.
func (g *Grouping) tellIncidents(ctx context.Context, ids []int64, held map[int64]*incidentState, since time.Time) error {
	slices.Sort(ids)
	rows, err := rowsOf[incidentRow](ctx, g.tx, incidentsToTellQuery, slices.Compact(ids), since)
	if err != nil {
		return fmt.Errorf("read the incidents to tell of: %w", err)
	}
	for _, r := range rows {
		i, err := r.incident()
		if err != nil {
			return err
		}
		events, err := incidentEvents(&incidentState{ID: r.ID, OfficeID: r.OfficeID, Incident: i}, held[r.ID])
		if err != nil {
			return err
		}
		g.events = append(g.events, events...)
	}
	return nil
}

// keepWord lets what an officer said of an incident stand against what the
// grouping makes of it now. A voice that came after the closing reopens it.
func keepWord(now, was *incidentState) {
	if was.TitleBy == "officer" {
		now.Title, now.TitleBy = was.Title, was.TitleBy
	}
	now.Answer = was.Answer
	if was.StatusBy != "officer" {
		return
	}
	if was.Status == city.IncidentClosed && was.ClosedAt != nil && now.LastAt.After(*was.ClosedAt) && now.Unfinished > 0 {
		return
	}
	now.Status, now.StatusBy, now.ClosedAt = was.Status, was.StatusBy, was.ClosedAt
}

const (
	endIncidentsQuery = `UPDATE incidents i SET merged_into = t.heir, voices = 0, unfinished = 0, changed_at = now()
	FROM unnest($1::bigint[], $2::bigint[]) AS t(id, heir) WHERE i.id = t.id`
	leadOnQuery = `UPDATE incidents i SET merged_into = t.heir FROM unnest($1::bigint[], $2::bigint[]) AS t(id, heir)
	WHERE i.merged_into = t.id AND i.id <> t.id`
)

// endIncidents ends incidents whose reports have all gone elsewhere; their
// numbers go on leading to where most went.
func (g *Grouping) endIncidents(ctx context.Context, gone map[int64]int, incidents []IncidentMembers, held map[int64]*incidentState, tellSince time.Time) error {
	if len(gone) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(gone))
	heirs := make([]int64, len(ids))
	for i, id := range ids {
		heirs[i] = id // gone for good: leads to itself, and is shown no more
		if to := gone[id]; to >= 0 {
			heirs[i] = incidents[to].ID
		}
	}
	if _, err := g.tx.Exec(ctx, endIncidentsQuery, ids, heirs); err != nil {
		return fmt.Errorf("end %d incidents: %w", len(ids), err)
	}
	// What led there leads on.
	if _, err := g.tx.Exec(ctx, leadOnQuery, ids, heirs); err != nil {
		return fmt.Errorf("lead on from %d incidents: %w", len(ids), err)
	}
	for _, id := range ids {
		if was := held[id]; was != nil && was.LastAt.After(tellSince) {
			g.events = append(g.events, incidentGone(was))
		}
	}
	return nil
}

// EndEmptyIncidents ends incidents that no report stands in any more.
func (g *Grouping) EndEmptyIncidents(ctx context.Context) error {
	ids, err := column[int64](ctx, g.tx, `SELECT i.id FROM incidents i WHERE i.merged_into IS NULL
		AND NOT EXISTS (SELECT FROM report_analyses a WHERE a.incident_id = i.id)`)
	if err != nil {
		return fmt.Errorf("find empty incidents: %w", err)
	}
	held, err := lockIncidents(ctx, g.tx, ids)
	if err != nil {
		return err
	}
	gone := make(map[int64]int, len(ids))
	for _, id := range ids {
		gone[id] = -1
	}
	return g.endIncidents(ctx, gone, nil, held, time.Time{})
}

// TellReports adds the events that tell screens of reports as they are now, and
// of those that stand in another incident since; older ones than since are read
// when somebody asks for them.
func (g *Grouping) TellReports(ctx context.Context, ids []int64, since time.Time) error {
	ids = append(ids, g.stand...)
	slices.Sort(ids)
	events, err := reportEvents(ctx, g.tx, g.cat, slices.Compact(ids), nil, since)
	if err != nil {
		return err
	}
	g.events = append(g.events, events...)
	return nil
}
