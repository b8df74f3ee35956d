package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"balaikota/backend/analysis/dossier"
	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// tellWithin is how old what changes may be for screens to hear of it; older
// things are read when somebody asks for them.
const tellWithin = 45 * 24 * time.Hour

// batch analyses reports, settles what they carry and, unless everything is
// grouped from scratch afterwards, brings their incidents up to date in one
// transaction.
func (a *analyst) batch(ctx context.Context, x *examination, pending []store.PendingReport, bulk bool) error {
	analyses, features := make([]store.Analysis, len(pending)), make([]incident.Features, len(pending))
	keys := make([]string, len(pending))
	for i, p := range pending {
		analyses[i], features[i] = x.examine(p)
		keys[i] = p.Key
	}
	tellSince := time.Now().Add(-tellWithin)
	if bulk {
		tellSince = time.Time{}
	}
	for part := range slices.Chunk(analyses, batchSize) { // it holds the lock on the counts
		if err := a.db.Settle(ctx, part, tellSince); err != nil {
			return err
		}
	}
	return a.db.Group(ctx, func(g *store.Grouping) error {
		if bulk {
			return g.SaveAnalyses(ctx, analyses)
		}
		before, err := g.ByKeys(ctx, keys)
		if err != nil {
			return err
		}
		if err := g.SaveAnalyses(ctx, analyses); err != nil {
			return err
		}
		if err := a.update(ctx, g, x, analyses, features, before); err != nil {
			return err
		}
		return tell(ctx, g, analyses)
	})
}

// tell sends screens the reports that were analysed or stand in another
// incident since, recent ones only.
func tell(ctx context.Context, g *store.Grouping, analyses []store.Analysis) error {
	var ids []int64
	for i := range analyses {
		if !analyses[i].Removed {
			ids = append(ids, analyses[i].ReportID)
		}
	}
	return g.TellReports(ctx, ids, time.Now().Add(-tellWithin))
}

// update brings links and incidents up to date with what was analysed; before
// is how it stood.
func (a *analyst) update(ctx context.Context, g *store.Grouping, x *examination, analyses []store.Analysis, features []incident.Features, before []store.Grouped) error {
	was, now, same, ended, err := changesOf(analyses, features, before)
	if err != nil {
		return err
	}
	s := newShelf(ctx, g)
	if err := s.prime(now); err != nil {
		return err
	}
	changes, err := incident.Update(x.grouping, s, was, now, same)
	if err != nil {
		return err
	}
	if err := saveLinks(ctx, g, changes.Links); err != nil {
		return err
	}
	if err := g.SaveComponents(ctx, changes.Component); err != nil {
		return err
	}
	keys := make([]string, 0, len(changes.Component))
	for _, m := range changes.Groups {
		keys = append(keys, m.Keys...)
	}
	rows, known, err := s.grouped(keys, changes.Links)
	if err != nil {
		return err
	}
	ids, over := succession(changes.Groups, rows, ended)
	out, err := a.assemble(ctx, g, x, changes.Groups, known, ids)
	if err != nil {
		return err
	}
	return g.SaveIncidents(ctx, out, over, time.Now().Add(-tellWithin), returns)
}

// changesOf sorts out what grouping must look at anew: the former state of
// what changed or is gone, the new state of what changed or is new, and the
// keys of what only carries other facts. ended are the incidents that lost a
// report that is gone.
func changesOf(analyses []store.Analysis, features []incident.Features, before []store.Grouped) (was []incident.Entry, now []incident.Features, same []string, ended []int64, err error) {
	had := make(map[string]store.Grouped, len(before))
	for _, b := range before {
		had[b.Key] = b
	}
	for i := range analyses {
		b, known := had[analyses[i].Key]
		if known && !analyses[i].Removed && b.LinkRoot != "" && bytes.Equal(b.Features, analyses[i].Features) {
			same = append(same, b.Key)
			continue
		}
		if known {
			e, err := entryOf(b)
			if err != nil {
				return nil, nil, nil, nil, err
			}
			was = append(was, e)
		}
		if !analyses[i].Removed {
			now = append(now, features[i])
		} else if known && b.IncidentID != 0 {
			ended = append(ended, b.IncidentID)
		}
	}
	return was, now, same, ended, nil
}

// saveLinks stores links with what readers are told of them.
func saveLinks(ctx context.Context, g *store.Grouping, links []incident.Link) error {
	for part := range slices.Chunk(links, 2000) {
		out := make([]store.StoredLink, len(part))
		for i, k := range part {
			data, err := json.Marshal(k)
			if err != nil {
				return fmt.Errorf("encode the link of %s: %w", k.Key, err)
			}
			out[i] = store.StoredLink{Key: k.Key, Root: k.Root, Confidence: k.Confidence(), Link: data, Reasons: said(k.Reasons), Doubtful: k.Doubtful()}
		}
		if err := g.SaveLinks(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// said are the reasons that a reader is told: at most three, those for the link.
func said(reasons []incident.Reason) []city.Said {
	out := []city.Said{}
	for _, r := range reasons {
		if s, ok := r.Said(); ok && r.Effect > 0 && len(out) < 3 {
			out = append(out, s)
		}
	}
	return out
}

// knownOf is what is known of stored reports.
func knownOf(rows []store.Grouped) (map[string]incident.Known, error) {
	known := make(map[string]incident.Known, len(rows))
	for _, r := range rows {
		e, err := entryOf(r)
		if err != nil {
			return nil, err
		}
		k := incident.Known{Features: &e.Features}
		if err := json.Unmarshal(r.Link, &k.Link); err != nil {
			return nil, fmt.Errorf("read the link of report %d: %w", r.ReportID, err)
		}
		known[r.Key] = k
	}
	return known, nil
}

// assemble puts incidents together from their reports.
func (a *analyst) assemble(ctx context.Context, g *store.Grouping, x *examination, groups []incident.Members, known map[string]incident.Known, ids []int64) ([]store.IncidentMembers, error) {
	facts, err := g.Facts(ctx, slices.Sorted(maps.Keys(known)))
	if err != nil {
		return nil, err
	}
	out := make([]store.IncidentMembers, len(groups))
	for i, m := range groups {
		sum := incident.Summarise(m, known, x.names)
		voices := make([]dossier.Voice, 0, len(m.Keys))
		out[i] = store.IncidentMembers{ID: ids[i], Key: m.Key}
		for _, member := range sum.Members {
			f := facts[member.Key]
			voices = append(voices, voiceOf(f, member.Doubtful, member.ByHand))
			out[i].Members = append(out[i].Members, f.ID)
		}
		out[i].Incident, out[i].OfficeID = dossier.Build(voices, dossier.Shape{
			Title: sum.Title, Category: sum.Category, Place: sum.Place, Lon: sum.Lon, Lat: sum.Lat, RadiusM: sum.RadiusM, Why: sum.Why.Said,
		}, a.location)
		if out[i].Trace, err = json.Marshal(sum.Trace); err != nil {
			return nil, fmt.Errorf("encode what an incident is known by: %w", err)
		}
		for _, p := range sum.Trace.Places {
			out[i].Spots = append(out[i].Spots, int64(p)) // bit by bit
		}
	}
	return out, nil
}

func voiceOf(f store.MemberFacts, doubtful, byHand bool) dossier.Voice {
	return dossier.Voice{
		ID: f.ID, CreatedAt: f.CreatedAt, ClosedAt: f.ClosedAt, RespondedAt: f.RespondedAt, Status: city.ReportStatus(f.Status),
		Channel: f.Channel, AreaCode: f.AreaCode, OfficeID: f.OfficeID, Category: f.Category, Urgency: city.Severity(f.Urgency),
		UrgencyReasons: f.UrgencyReasons, Doubtful: doubtful, ByHand: byHand, Simulated: f.Simulated,
		Reporter: f.Mark, Campaign: f.Campaign, MassClosed: f.MassClosing != "",
	}
}

// regroup groups all reports from scratch: what any sequence of updates comes
// to, sooner when there are many.
func (a *analyst) regroup(ctx context.Context) error { return a.regroupBy(ctx, nil) }

// regroupBy groups all reports from scratch, by other weights if any are given.
func (a *analyst) regroupBy(ctx context.Context, model []byte) error {
	x, err := a.examination(ctx)
	if err != nil {
		return err
	}
	if model != nil {
		x.grouping = incident.Default()
		if err := json.Unmarshal(model, x.grouping); err != nil {
			return fmt.Errorf("read the weights of links: %w", err)
		}
	}
	began, n := time.Now(), 0
	err = a.db.Group(ctx, func(g *store.Grouping) error {
		if model != nil {
			if err := g.SaveModel(ctx, model); err != nil {
				return err
			}
		}
		rows, err := g.All(ctx)
		if err != nil {
			return err
		}
		n = len(rows)
		return a.regroupAll(ctx, g, x, rows)
	})
	if err == nil {
		a.log.Info("All reports were grouped from scratch", "reports", n, "took", time.Since(began).Round(time.Millisecond))
	}
	return err
}

func (a *analyst) regroupAll(ctx context.Context, g *store.Grouping, x *examination, rows []store.Grouped) error {
	features := make([]incident.Features, len(rows))
	had := make(map[string]*store.Grouped, len(rows))
	for i := range rows {
		e, err := entryOf(rows[i])
		if err != nil {
			return err
		}
		features[i] = e.Features
		had[rows[i].Key] = &rows[i]
	}
	links := incident.Group(x.grouping, features)
	ruled, err := g.AllRulings(ctx)
	if err != nil {
		return err
	}
	rulings := rulingsOf(ruled)
	changed := links[:0:0]
	for _, l := range links {
		r := had[l.Key]
		data, err := json.Marshal(l)
		if err != nil {
			return fmt.Errorf("encode the link of %s: %w", l.Key, err)
		}
		if r.LinkRoot != l.Root || !sameJSON(r.Link, data) {
			changed = append(changed, l)
		}
	}
	if err := saveLinks(ctx, g, changed); err != nil {
		return err
	}
	components := incident.Components(links, rulings)
	maps.DeleteFunc(components, func(key, name string) bool { return had[key].Component == name })
	if err := g.SaveComponents(ctx, components); err != nil {
		return err
	}
	return a.settleAll(ctx, g, x, incident.Settle(links, rulings), rows)
}

// sameJSON compares two links as they are stored.
func sameJSON(a, b []byte) bool {
	var x, y incident.Link
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && x.Parent == y.Parent && x.Other == y.Other && x.Score == y.Score &&
		x.Margin == y.Margin && x.Bridges == y.Bridges
}

// settleAll stores all incidents, part by part.
func (a *analyst) settleAll(ctx context.Context, g *store.Grouping, x *examination, groups []incident.Members, rows []store.Grouped) error {
	ids, over := succession(groups, rows, nil)
	into := map[int][]int64{} // group → stored incidents that end in it
	for id, to := range over {
		into[to] = append(into[to], id)
	}
	since := time.Now().Add(-tellWithin)
	for from := 0; from < len(groups); from += 1000 {
		part := groups[from:min(from+1000, len(groups))]
		var keys []string
		ended := map[int64]int{}
		for i, m := range part {
			keys = append(keys, m.Keys...)
			for _, id := range into[from+i] {
				ended[id] = i
			}
		}
		rows, err := g.ByKeys(ctx, keys)
		if err != nil {
			return err
		}
		known, err := knownOf(rows)
		if err != nil {
			return err
		}
		out, err := a.assemble(ctx, g, x, part, known, ids[from:from+len(part)])
		if err != nil {
			return err
		}
		if err := g.SaveIncidents(ctx, out, ended, since, returns); err != nil {
			return err
		}
	}
	if err := g.EndEmptyIncidents(ctx); err != nil {
		return err
	}
	return g.TellReports(ctx, nil, since)
}
