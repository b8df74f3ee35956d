package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/dossier"
	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// tellWithin is how old what changes may be for screens to hear of it; older
// things are read when somebody asks for them.
const tellWithin = 45 * 24 * time.Hour

// batch analyses reports and, unless everything is grouped from scratch
// afterwards, brings their incidents up to date, in one transaction.
func (a *analyst) batch(ctx context.Context, x *examination, pending []store.PendingReport, bulk bool) error {
	analyses := make([]store.Analysis, len(pending))
	for i, p := range pending {
		analyses[i], _ = x.examine(p)
	}
	return a.db.Group(ctx, func(g *store.Grouping) error {
		if bulk {
			return g.SaveAnalyses(ctx, analyses)
		}
		keys := make([]string, len(analyses))
		for i := range analyses {
			keys[i] = analyses[i].Key
		}
		before, err := g.ByKeys(ctx, keys)
		if err != nil {
			return err
		}
		if err := g.SaveAnalyses(ctx, analyses); err != nil {
			return err
		}
		roots, incidents, err := relink(ctx, g, x.grouping, analyses, before)
		if err != nil {
			return err
		}
		if err := a.reassemble(ctx, g, x, roots, incidents); err != nil {
			return err
		}
		return a.tell(ctx, g, analyses)
	})
}

// tell sends screens the reports that were analysed, recent ones only.
func (a *analyst) tell(ctx context.Context, g *store.Grouping, analyses []store.Analysis) error {
	var ids []int64
	for i := range analyses {
		if !analyses[i].Removed && time.Since(analyses[i].CreatedAt) < tellWithin {
			ids = append(ids, analyses[i].ReportID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return g.TellReports(ctx, ids)
}

// relink links anew what the analyses have touched and stores it. It returns
// the trees and the incidents whose reports, links or facts have changed.
func relink(ctx context.Context, g *store.Grouping, m *incident.Model, analyses []store.Analysis, before []store.Grouped) (roots []string, incidents []int64, err error) {
	was := make(map[string]store.Grouped, len(before))
	for _, b := range before {
		was[b.Key] = b
		roots, incidents = append(roots, b.LinkRoot), append(incidents, b.IncidentID)
	}
	var keys []string
	var gone []incident.Features
	for i := range analyses {
		b, known := was[analyses[i].Key]
		if known && !analyses[i].Removed && bytes.Equal(b.Features, analyses[i].Features) && b.LinkRoot != "" {
			continue // nothing that grouping looks at has changed
		}
		if !analyses[i].Removed {
			keys = append(keys, analyses[i].Key)
		}
		if !known {
			continue
		}
		f, err := incident.UnmarshalFeatures(b.Features)
		if err != nil {
			return nil, nil, fmt.Errorf("read the features of report %d: %w", b.ReportID, err)
		}
		gone = append(gone, f)
	}
	l := newLinker(g, m)
	if err := l.update(ctx, keys, gone); err != nil {
		return nil, nil, err
	}
	var changed []incident.Link
	for _, n := range l.at {
		if n.changed {
			changed = append(changed, n.link)
			roots, incidents = append(roots, n.row.LinkRoot, n.link.Root), append(incidents, n.row.IncidentID)
		}
	}
	slices.SortFunc(changed, func(a, b incident.Link) int { return strings.Compare(a.Key, b.Key) })
	rows, err := storedLinks(changed)
	if err != nil {
		return nil, nil, err
	}
	return roots, incidents, g.SaveLinks(ctx, rows)
}

// reassemble makes the incidents anew that trees and incidents belong to.
func (a *analyst) reassemble(ctx context.Context, g *store.Grouping, x *examination, roots []string, incidents []int64) error {
	c := newCircle(g)
	roots = slices.Compact(slices.Sorted(slices.Values(roots)))
	incidents = slices.Compact(slices.Sorted(slices.Values(incidents)))
	if err := c.widen(ctx, roots, incidents); err != nil {
		return err
	}
	settled := c.settle()
	ids, over := c.going(settled)
	facts, err := g.Facts(ctx, slices.Collect(maps.Keys(c.rows)))
	if err != nil {
		return err
	}
	out := make([]store.IncidentMembers, len(settled))
	for i, m := range settled {
		if out[i], err = a.assemble(x, m, c, facts); err != nil {
			return err
		}
		out[i].ID = ids[i]
	}
	return g.SaveIncidents(ctx, out, over, time.Now().Add(-tellWithin))
}

// assemble puts one incident together.
func (a *analyst) assemble(x *examination, m incident.Members, c *circle, facts map[string]store.MemberFacts) (store.IncidentMembers, error) {
	members := make([]incident.Features, 0, len(m.Keys))
	links := make([]incident.Link, 0, len(m.Keys))
	voices := make([]dossier.Voice, 0, len(m.Keys))
	out := store.IncidentMembers{Key: m.Key}
	for _, key := range m.Keys {
		f, known := facts[key]
		if !known {
			continue // gone since
		}
		features, err := incident.UnmarshalFeatures(c.rows[key].Features)
		if err != nil {
			return out, fmt.Errorf("read the features of report %d: %w", f.ID, err)
		}
		link := c.links[key]
		members, links = append(members, features), append(links, link)
		voices = append(voices, voiceOf(f, link.Doubtful() && !slices.Contains(m.ByHand, key), slices.Contains(m.ByHand, key)))
		out.Members = append(out.Members, f.ID)
	}
	shape := x.shape(members, links, voices)
	out.Incident, out.OfficeID = dossier.Build(voices, shape, a.location)
	return out, nil
}

func voiceOf(f store.MemberFacts, doubtful, byHand bool) dossier.Voice {
	return dossier.Voice{
		ID: f.ID, CreatedAt: f.CreatedAt, ClosedAt: f.ClosedAt, RespondedAt: f.RespondedAt, Status: city.ReportStatus(f.Status),
		Channel: f.Channel, AreaCode: f.AreaCode, OfficeID: f.OfficeID, Category: f.Category, Urgency: city.Severity(f.Urgency),
		UrgencyReasons: f.UrgencyReasons, Doubtful: doubtful, ByHand: byHand, Simulated: f.Simulated,
	}
}

// regroup groups all reports from scratch: what any sequence of updates comes
// to, sooner when there are many.
func (a *analyst) regroup(ctx context.Context) error {
	x, err := a.examination(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	n := 0
	err = a.db.Group(ctx, func(g *store.Grouping) error {
		var rows []store.Grouped
		if rows, err = g.All(ctx); err != nil {
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
	c := newCircle(g)
	for i, r := range rows {
		f, err := incident.UnmarshalFeatures(r.Features)
		if err != nil {
			return fmt.Errorf("read the features of report %d: %w", r.ReportID, err)
		}
		features[i] = f
		c.rows[r.Key] = r
		c.incidents[r.IncidentID] = true
	}
	links := incident.Group(x.grouping, features)
	changed := links[:0:0]
	for _, l := range links {
		c.links[l.Key] = l
		var had incident.Link
		r := c.rows[l.Key]
		if err := json.Unmarshal(r.Link, &had); err != nil {
			return fmt.Errorf("read the link of report %d: %w", r.ReportID, err)
		}
		had.Root, had.Parent, had.Other = r.LinkRoot, r.LinkParent, r.LinkOther
		if !sameLink(had, l) {
			changed = append(changed, l)
		}
	}
	for part := range slices.Chunk(changed, 2000) {
		rows, err := storedLinks(part)
		if err != nil {
			return err
		}
		if err := g.SaveLinks(ctx, rows); err != nil {
			return err
		}
	}
	rulings, err := g.AllRulings(ctx)
	if err != nil {
		return err
	}
	for _, r := range rulings {
		c.rulings[r] = true
	}
	return a.settleAll(ctx, g, x, c)
}

// settleAll stores the incidents of a circle of everything, part by part.
func (a *analyst) settleAll(ctx context.Context, g *store.Grouping, x *examination, c *circle) error {
	settled := c.settle()
	ids, over := c.going(settled)
	into := map[int][]int64{} // settled → stored incidents that end in it
	var lost []int64
	for id, to := range over {
		if to < 0 {
			lost = append(lost, id)
		} else {
			into[to] = append(into[to], id)
		}
	}
	for from := 0; from < len(settled); from += 1000 {
		to := min(from+1000, len(settled))
		var keys []string
		for _, m := range settled[from:to] {
			keys = append(keys, m.Keys...)
		}
		facts, err := g.Facts(ctx, keys)
		if err != nil {
			return err
		}
		out := make([]store.IncidentMembers, to-from)
		ended := map[int64]int{}
		for i, m := range settled[from:to] {
			if out[i], err = a.assemble(x, m, c, facts); err != nil {
				return err
			}
			out[i].ID = ids[from+i]
			for _, id := range into[from+i] {
				ended[id] = i
			}
		}
		if err := g.SaveIncidents(ctx, out, ended, time.Now().Add(-tellWithin)); err != nil {
			return err
		}
	}
	ended := map[int64]int{}
	for _, id := range lost {
		ended[id] = -1
	}
	return g.SaveIncidents(ctx, nil, ended, time.Now().Add(-tellWithin))
}

// shape names the matter and its place.
func (x *examination) shape(members []incident.Features, links []incident.Link, voices []dossier.Voice) dossier.Shape {
	n := map[string]int{}
	for _, v := range voices {
		if v.Category != "" {
			n[v.Category]++
		}
	}
	s := dossier.Shape{}
	for _, c := range x.categories {
		if n[c.Slug] > n[s.Category] {
			s.Category, s.Title = c.Slug, c.Name
		}
	}
	return s
}
