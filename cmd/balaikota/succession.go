package main

import (
	"cmp"
	"slices"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/store"
)

// succession says which stored incident each group goes on: the one it shares
// most reports with, each at most once; 0 for a new one. over are the stored
// incidents that go on in none, with the group that most of their reports went
// to, -1 when those are gone. rows are the groups' reports, lost incidents that
// lost a report altogether.
func succession(groups []incident.Members, rows []store.Grouped, lost []int64) (ids []int64, over map[int64]int) {
	stood := make(map[string]int64, len(rows))
	over = map[int64]int{}
	for _, r := range rows {
		if r.IncidentID != 0 {
			stood[r.Key] = r.IncidentID
			over[r.IncidentID] = -1
		}
	}
	for _, id := range lost {
		over[id] = -1
	}
	type share struct {
		id    int64
		group int
		n     int
	}
	shares := []share{}
	for g, m := range groups {
		count := map[int64]int{}
		for _, k := range m.Keys {
			if id := stood[k]; id != 0 {
				count[id]++
			}
		}
		for id, n := range count {
			shares = append(shares, share{id, g, n})
		}
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Or(b.n-a.n, cmp.Compare(a.id, b.id), a.group-b.group) })
	ids = make([]int64, len(groups))
	goesOn := map[int64]bool{}
	for _, s := range shares {
		if over[s.id] < 0 {
			over[s.id] = s.group
		}
		if ids[s.group] == 0 && !goesOn[s.id] {
			ids[s.group], goesOn[s.id] = s.id, true
		}
	}
	for id := range goesOn {
		delete(over, id)
	}
	return ids, over
}
