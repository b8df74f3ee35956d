package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/store"
)

// circle is everything that settling some reports into incidents depends on:
// their trees of links, the incidents these stand in so far, and what
// officers' rulings tie to them.
type circle struct {
	g         *store.Grouping
	rows      map[string]store.Grouped // by key
	links     map[string]incident.Link
	rulings   map[store.KeyedRuling]bool
	roots     map[string]bool // read already
	incidents map[int64]bool
}

func newCircle(g *store.Grouping) *circle {
	return &circle{
		g: g, rows: map[string]store.Grouped{}, links: map[string]incident.Link{}, rulings: map[store.KeyedRuling]bool{},
		roots: map[string]bool{"": true}, incidents: map[int64]bool{0: true},
	}
}

// widen reads trees and incidents, and goes on to what these touch, until
// nothing new comes.
func (c *circle) widen(ctx context.Context, roots []string, incidents []int64) error {
	for len(roots)+len(incidents) > 0 {
		fresh, err := c.read(ctx, roots, incidents)
		if err != nil {
			return err
		}
		roots, incidents = nil, nil
		for _, r := range fresh {
			roots, incidents = append(roots, r.LinkRoot), append(incidents, r.IncidentID)
		}
		tied, err := c.tied(ctx, fresh)
		if err != nil {
			return err
		}
		for _, r := range tied {
			roots, incidents = append(roots, r.LinkRoot), append(incidents, r.IncidentID)
		}
		roots = slices.DeleteFunc(roots, func(r string) bool { return c.roots[r] })
		incidents = slices.DeleteFunc(incidents, func(id int64) bool { return c.incidents[id] })
	}
	return nil
}

// read takes in trees and incidents that were not read yet.
func (c *circle) read(ctx context.Context, roots []string, incidents []int64) ([]store.Grouped, error) {
	for _, r := range roots {
		c.roots[r] = true
	}
	for _, id := range incidents {
		c.incidents[id] = true
	}
	rows, err := c.g.ByRoots(ctx, roots)
	if err != nil {
		return nil, err
	}
	more, err := c.g.ByIncidents(ctx, incidents)
	if err != nil {
		return nil, err
	}
	var fresh []store.Grouped
	for _, r := range append(rows, more...) {
		if _, known := c.rows[r.Key]; known || r.LinkRoot == "" {
			continue
		}
		var l incident.Link
		if err := json.Unmarshal(r.Link, &l); err != nil {
			return nil, fmt.Errorf("read the link of report %d: %w", r.ReportID, err)
		}
		l.Key, l.Root, l.Parent, l.Other = r.Key, r.LinkRoot, r.LinkParent, r.LinkOther
		c.rows[r.Key], c.links[r.Key] = r, l
		fresh = append(fresh, r)
	}
	return fresh, nil
}

// tied are the reports that fresh ones are tied to outside their own trees:
// by a ruling, by a link that bridges two trees, or, where there are rulings,
// by the second choice, to which a ruling may send a report.
func (c *circle) tied(ctx context.Context, fresh []store.Grouped) ([]store.Grouped, error) {
	ids := make([]int64, len(fresh))
	for i, r := range fresh {
		ids[i] = r.ReportID
	}
	rulings, err := c.g.Rulings(ctx, ids)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, r := range rulings {
		c.rulings[r] = true
		keys = append(keys, r.A, r.B)
	}
	for key, l := range c.links {
		if l.Other != "" && (l.Bridges || len(c.rulings) > 0) {
			keys = append(keys, c.links[key].Other)
		}
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { _, known := c.rows[k]; return known })
	if len(keys) == 0 {
		return nil, nil
	}
	return c.g.ByKeys(ctx, keys)
}

// settle makes incidents of the circle.
func (c *circle) settle() []incident.Members {
	links := make([]incident.Link, 0, len(c.links))
	for _, l := range c.links {
		links = append(links, l)
	}
	slices.SortFunc(links, func(a, b incident.Link) int {
		return cmp.Or(cmp.Compare(c.rows[a.Key].CreatedAt.Unix(), c.rows[b.Key].CreatedAt.Unix()), strings.Compare(a.Key, b.Key))
	})
	var rulings []incident.Ruling
	for r := range c.rulings {
		rulings = append(rulings, incident.Ruling{A: r.A, B: r.B, Same: r.Same, At: r.At})
	}
	return incident.Settle(links, rulings)
}

// going says which stored incident each settled one goes on: the one it shares
// most reports with, each once. over are the stored incidents that go on in
// none, with the settled one that most of their reports went to, -1 if those
// are gone.
func (c *circle) going(settled []incident.Members) (ids []int64, over map[int64]int) {
	type share struct {
		id    int64
		group int
		n     int
	}
	count := map[[2]int64]int{}
	for g, m := range settled {
		for _, k := range m.Keys {
			if id := c.rows[k].IncidentID; id != 0 {
				count[[2]int64{id, int64(g)}]++
			}
		}
	}
	shares := make([]share, 0, len(count))
	for k, n := range count {
		shares = append(shares, share{k[0], int(k[1]), n})
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Or(b.n-a.n, cmp.Compare(a.id, b.id), a.group-b.group) })
	ids, over = make([]int64, len(settled)), map[int64]int{}
	for id := range c.incidents {
		if id != 0 {
			over[id] = -1
		}
	}
	taken := map[int64]bool{}
	for _, s := range shares {
		if over[s.id] == -1 {
			over[s.id] = s.group
		}
		if ids[s.group] == 0 && !taken[s.id] {
			ids[s.group], taken[s.id] = s.id, true
		}
	}
	for id := range taken {
		delete(over, id)
	}
	return ids, over
}
