package gtfsrt

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"

	"balaikota/backend/city"
)

// noRoute is the station of vehicles that say no route: on their way to the depot,
// or of a feed that leaves it out.
const noRoute = "tanpa rute"

// maxDelay is more than any bus is late; beyond it the feed counts something else.
const maxDelay = 6 * time.Hour

// routeOf is the station of a trip; ok is false for what no station can be called.
func routeOf(trip *gtfs.TripDescriptor) (string, bool) {
	route := trip.GetRouteId()
	switch {
	case route == "":
		return noRoute, true
	case len(route) > 100 || !utf8.ValidString(route):
		return "", false
	}
	return route, true
}

// spoken reports whether something last spoke recently enough. The feed's own time
// counts for what has none.
func spoken(seconds uint64, at time.Time, stale time.Duration) bool {
	if seconds == 0 {
		return true
	}
	return seconds < 1<<40 && at.Sub(time.Unix(int64(seconds), 0)) <= stale
}

// vehicles counts the vehicles that run, by route. A vehicle that comes twice is one.
func vehicles(entities []*gtfs.FeedEntity, at time.Time, stale time.Duration) tally {
	t := tally{values: map[string]float64{}, zero: true}
	seen := map[string]bool{}
	for _, e := range entities {
		v := e.GetVehicle()
		if v == nil || e.GetIsDeleted() || !spoken(v.GetTimestamp(), at, stale) {
			continue
		}
		id := v.GetVehicle().GetId()
		if id == "" {
			id = "entity " + e.GetId()
		}
		route, ok := routeOf(v.GetTrip())
		if !ok {
			t.refuse(e, "its route cannot be a name")
			continue
		}
		if !seen[id] {
			seen[id] = true
			t.values[route]++
		}
	}
	return t
}

// delays is the mean delay in minutes by route, over the trips that run.
func delays(entities []*gtfs.FeedEntity, at time.Time, stale time.Duration) tally {
	t := tally{values: map[string]float64{}}
	count := map[string]int{}
	for _, e := range entities {
		u := e.GetTripUpdate()
		if u == nil || e.GetIsDeleted() || !spoken(u.GetTimestamp(), at, stale) || !runs(u.GetTrip()) {
			continue
		}
		seconds, known := delayOf(u, at)
		if !known {
			continue
		}
		route, ok := routeOf(u.GetTrip())
		switch {
		case !ok:
			t.refuse(e, "its route cannot be a name")
		case math.Abs(float64(seconds)) > maxDelay.Seconds():
			t.refuse(e, fmt.Sprintf("a delay of %d seconds cannot be meant", seconds))
		default:
			count[route]++
			t.values[route] += (float64(seconds)/60 - t.values[route]) / float64(count[route])
		}
	}
	for route, v := range t.values {
		t.values[route] = math.Round(v*100) / 100
	}
	return t
}

// runs reports whether a trip is one that is driven.
func runs(trip *gtfs.TripDescriptor) bool {
	const deleted = gtfs.TripDescriptor_ScheduleRelationship(7) // in the standard since 2023, not in the library
	r := trip.GetScheduleRelationship()
	return r != gtfs.TripDescriptor_CANCELED && r != deleted
}

// delayOf is how late a trip is now, in seconds: as it says of itself, else at the
// next stop it will reach, else at the last that says. A stop that is passed over or
// has no data says nothing.
func delayOf(u *gtfs.TripUpdate, at time.Time) (seconds int32, known bool) {
	if u.Delay != nil {
		return u.GetDelay(), true
	}
	for _, s := range u.GetStopTimeUpdate() {
		if r := s.GetScheduleRelationship(); r != gtfs.TripUpdate_StopTimeUpdate_SCHEDULED {
			continue
		}
		for _, event := range []*gtfs.TripUpdate_StopTimeEvent{s.GetArrival(), s.GetDeparture()} {
			if event == nil || event.Delay == nil {
				continue
			}
			seconds, known = event.GetDelay(), true
			if event.GetTime() >= at.Unix() || event.GetTime() == 0 {
				return seconds, true
			}
		}
	}
	return seconds, known
}

// disturbances counts the notices that are in force.
func disturbances(entities []*gtfs.FeedEntity, at time.Time, _ time.Duration) tally {
	n := 0.0
	seen := map[string]bool{}
	for _, e := range entities {
		if e.GetAlert() == nil || e.GetIsDeleted() || seen[e.GetId()] || !inForce(e.GetAlert().GetActivePeriod(), uint64(max(0, at.Unix()))) {
			continue
		}
		seen[e.GetId()] = true
		n++
	}
	return tally{values: map[string]float64{"": n}}
}

// inForce reports whether a moment lies in one of the periods; none means always,
// an open end has no limit.
func inForce(periods []*gtfs.TimeRange, at uint64) bool {
	for _, p := range periods {
		if p.GetStart() <= at && (p.End == nil || at < p.GetEnd()) {
			return true
		}
	}
	return len(periods) == 0
}

func (t *tally) refuse(e *gtfs.FeedEntity, reason string) {
	if len(t.refused) < 100 {
		id := []rune(e.GetId())
		place := "entity " + string(id[:min(len(id), 60)])
		t.refused = append(t.refused, city.Refusal{Kind: "observations", Place: place, Reason: reason})
	}
}
