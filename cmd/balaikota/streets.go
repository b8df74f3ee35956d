package main

import (
	"context"
	"slices"
	"strings"

	"balaikota/agents/tools"
	"balaikota/backend/analysis/place"
	"balaikota/backend/city"
)

// leastAround is the radius in metres that counts around a place that is
// known as a point: what people mean by "di sekitar".
const leastAround = 150

// places finds the streets and landmarks that a question's words may mean,
// among those the reports have taught; those in area only, when it is given.
func (a *analyst) places(_ context.Context, name, area string) ([]tools.Place, error) {
	r := a.gazetteer.Load().Read(name, "")
	known := slices.Clone(r.Several)
	if r.Place != nil {
		known = append(known, *r.Place)
	}
	var out []tools.Place
	for _, k := range known {
		if k.Point == nil || area != "" && !city.Within(k.AreaCode, area) {
			continue
		}
		out = append(out, tools.Place{
			Name: placeTitle(k), Area: k.AreaCode, Lon: k.Point.Lon(), Lat: k.Point.Lat(), RadiusM: max(k.SpreadM, leastAround),
		})
	}
	return out, nil
}

// placeTitle is a known place's name as a sign would have it.
func placeTitle(k place.Known) string {
	words := strings.Fields(k.Head + " " + strings.TrimPrefix(k.Name, k.Head+" "))
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
