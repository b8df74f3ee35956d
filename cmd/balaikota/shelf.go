package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/store"
)

// shelf is the stored reports as package incident looks at them, within one
// transaction.
type shelf struct {
	ctx  context.Context //nolint:containedctx // the transaction's, for as long as that is
	g    *store.Grouping
	rows map[int64]incident.Entry // read already
	// held are the rows read already, by key, and links what is decoded of them.
	held  map[string]store.Grouped
	links map[string]incident.Link
	// primed are the neighbours that prime has read ahead, by the report's key.
	primed map[string]neighbours
}

// neighbours are the reports before and after one as its features are.
type neighbours struct {
	of             *incident.Features
	earlier, later []int64
}

var _ incident.Shelf = (*shelf)(nil)

func newShelf(ctx context.Context, g *store.Grouping) *shelf {
	return &shelf{ctx: ctx, g: g, rows: map[int64]incident.Entry{}, held: map[string]store.Grouped{}, links: map[string]incident.Link{}, primed: map[string]neighbours{}}
}

// prime reads the neighbours of many reports at once.
func (s *shelf) prime(reports []incident.Features) error {
	of := make([]*incident.Features, len(reports))
	for i := range reports {
		of[i] = &reports[i]
	}
	earlier, later, err := s.near(of, incident.BlockLimit, incident.BlockLimit)
	if err != nil {
		return err
	}
	for i, f := range of {
		s.primed[f.Key] = neighbours{f, earlier[i], later[i]}
	}
	return nil
}

// near finds the neighbours of reports, each once, and reads those that were
// not read yet.
func (s *shelf) near(of []*incident.Features, before, after int) (earlier, later [][]int64, err error) {
	var searches []store.BlockSearch
	var whose []int
	for i, f := range of {
		for _, b := range f.Blocks() {
			whose = append(whose, i)
			searches = append(searches, store.BlockSearch{Block: b, At: f.At, Key: f.Key, Earliest: f.At.Add(-incident.Horizon), Latest: f.At.Add(incident.Horizon)})
		}
	}
	found, err := s.g.Near(s.ctx, searches, before, after)
	if err != nil {
		return nil, nil, err
	}
	earlier, later = make([][]int64, len(of)), make([][]int64, len(of))
	seen := make([]map[int64]bool, len(of))
	var missing []int64
	asked := map[int64]bool{}
	for _, n := range found {
		i := whose[n.Search]
		if seen[i] == nil {
			seen[i] = map[int64]bool{}
		}
		if seen[i][n.ReportID] {
			continue
		}
		seen[i][n.ReportID] = true
		if n.Later {
			later[i] = append(later[i], n.ReportID)
		} else {
			earlier[i] = append(earlier[i], n.ReportID)
		}
		if _, known := s.rows[n.ReportID]; !known && !asked[n.ReportID] {
			asked[n.ReportID] = true
			missing = append(missing, n.ReportID)
		}
	}
	return earlier, later, s.read(missing)
}

func (s *shelf) read(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.g.ByIDs(s.ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if s.rows[r.ReportID], err = entryOf(r); err != nil {
			return err
		}
		s.held[r.Key] = r
	}
	return nil
}

// entryOf is a stored report as grouping takes it.
func entryOf(r store.Grouped) (incident.Entry, error) {
	f, err := incident.UnmarshalFeatures(r.Features)
	if err != nil {
		return incident.Entry{}, fmt.Errorf("read the features of report %d (balaikota incidents --rebuild makes them anew): %w", r.ReportID, err)
	}
	return incident.Entry{Features: f, Root: r.LinkRoot, Component: r.Component}, nil
}

func (s *shelf) entries(ids []int64) []incident.Entry {
	out := make([]incident.Entry, len(ids))
	for i, id := range ids {
		out[i] = s.rows[id]
	}
	return out
}

// Earlier implements incident.Shelf.
func (s *shelf) Earlier(f *incident.Features) ([]incident.Entry, error) {
	if p, ok := s.ahead(f); ok {
		return s.entries(p.earlier), nil
	}
	earlier, _, err := s.near([]*incident.Features{f}, incident.BlockLimit, 0)
	if err != nil {
		return nil, err
	}
	return s.entries(earlier[0]), nil
}

// Later implements incident.Shelf.
func (s *shelf) Later(f *incident.Features) ([]incident.Entry, error) {
	if p, ok := s.ahead(f); ok {
		return s.entries(p.later), nil
	}
	_, later, err := s.near([]*incident.Features{f}, 0, incident.BlockLimit)
	if err != nil {
		return nil, err
	}
	return s.entries(later[0]), nil
}

// ahead are the neighbours that were read ahead. A report that changed is asked
// about twice, as it was and as it is; only as it is was it read ahead.
func (s *shelf) ahead(f *incident.Features) (neighbours, bool) {
	p, ok := s.primed[f.Key]
	return p, ok && (p.of == f || p.of.At.Equal(f.At) && slices.Equal(p.of.Blocks(), f.Blocks()))
}

// Links implements incident.Shelf.
func (s *shelf) Links(keys []string) ([]incident.Stored, error) {
	rows, err := s.g.ByKeys(s.ctx, keys)
	if err != nil {
		return nil, err
	}
	return s.linksOf(rows)
}

// Components implements incident.Shelf.
func (s *shelf) Components(names []string) ([]incident.Stored, error) {
	rows, err := s.g.ByComponents(s.ctx, names)
	if err != nil {
		return nil, err
	}
	return s.linksOf(rows)
}

// linksOf are the links of reports that were linked before.
func (s *shelf) linksOf(rows []store.Grouped) ([]incident.Stored, error) {
	out := make([]incident.Stored, 0, len(rows))
	for _, r := range rows {
		if r.LinkRoot == "" {
			continue
		}
		l := incident.Stored{At: r.CreatedAt, Component: r.Component}
		if err := json.Unmarshal(r.Link, &l.Link); err != nil {
			return nil, fmt.Errorf("read the link of report %d: %w", r.ReportID, err)
		}
		s.held[r.Key], s.links[r.Key] = r, l.Link
		out = append(out, l)
	}
	return out, nil
}

// grouped returns the rows of reports, those that were read already as they were
// then, and what is known of the reports with the links that were made since.
func (s *shelf) grouped(keys []string, links []incident.Link) ([]store.Grouped, map[string]incident.Known, error) {
	for _, l := range links {
		s.links[l.Key] = l
	}
	rows, missing := make([]store.Grouped, 0, len(keys)), []string(nil)
	for _, k := range keys {
		if r, ok := s.held[k]; ok {
			rows = append(rows, r)
		} else {
			missing = append(missing, k)
		}
	}
	if len(missing) > 0 {
		more, err := s.g.ByKeys(s.ctx, missing)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, more...)
	}
	known := make(map[string]incident.Known, len(rows))
	for _, r := range rows {
		e, ok := s.rows[r.ReportID]
		if !ok {
			var err error
			if e, err = entryOf(r); err != nil {
				return nil, nil, err
			}
		}
		known[r.Key] = incident.Known{Features: &e.Features, Link: s.links[r.Key]}
	}
	return rows, known, nil
}

// Rulings implements incident.Shelf.
func (s *shelf) Rulings(keys []string) ([]incident.Ruling, error) {
	rows, err := s.g.Rulings(s.ctx, keys)
	if err != nil {
		return nil, err
	}
	return rulingsOf(rows), nil
}

func rulingsOf(rows []store.KeyedRuling) []incident.Ruling {
	out := make([]incident.Ruling, len(rows))
	for i, r := range rows {
		out[i] = incident.Ruling(r)
	}
	return out
}
