package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// similarShown is how many past cases an incident is shown with.
const similarShown = 5

// Similar implements web.Analyst.
func (a *analyst) Similar(ctx context.Context, asker city.Asker, id int64) ([]city.SimilarCase, error) {
	return a.db.SimilarIncidents(ctx, asker, id, func(of store.IncidentTrace, past []store.IncidentTrace) ([]store.Likeness, error) {
		this, err := traceOf(of)
		if err != nil {
			return nil, err
		}
		traces, numbers := make([]incident.Trace, len(past)), make(map[string]int64, len(past))
		for i, p := range past {
			if traces[i], err = traceOf(p); err != nil {
				return nil, err
			}
			numbers[traces[i].Key] = p.ID
		}
		var out []store.Likeness
		for _, l := range incident.Similar(this, traces, similarShown) {
			out = append(out, store.Likeness{ID: numbers[l.Key], SamePlace: l.SamePlace, Why: l.Why})
		}
		return out, nil
	})
}

// returns implements store.Returns.
func returns(earlier, later store.IncidentTrace) (bool, error) {
	e, err := traceOf(earlier)
	if err != nil {
		return false, err
	}
	l, err := traceOf(later)
	return err == nil && incident.Returns(&e, &l), err
}

// traceOf is a stored incident as it is compared; its key here is its number.
func traceOf(t store.IncidentTrace) (incident.Trace, error) {
	out := incident.Trace{
		Key: strconv.FormatInt(t.ID, 10), Category: t.Category, Lon: t.Lon, Lat: t.Lat, First: t.FirstAt, Last: t.LastAt, Closed: t.ClosedAt,
	}
	if err := json.Unmarshal(t.Trace, &out); err != nil {
		return out, fmt.Errorf("read what incident %d is known by: %w", t.ID, err)
	}
	return out, nil
}
