package main

import (
	"context"
	"slices"

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
			Name: k.Title(), Area: k.AreaCode, Lon: k.Point.Lon(), Lat: k.Point.Lat(), RadiusM: max(k.SpreadM, leastAround),
		})
	}
	return out, nil
}

// FindPlaces finds areas, and the streets and landmarks that the reports have
// taught, as somebody types.
func (a *analyst) FindPlaces(search string, limit int) []city.PlaceFound {
	return a.finder.Load().Find(search, limit)
}

// learnPlaces takes up the places that are known.
func (a *analyst) learnPlaces(known []place.Known) {
	a.gazetteer.Store(place.NewGazetteer(a.geography, known))
	a.finder.Store(place.NewFinder(a.geography, known))
}
