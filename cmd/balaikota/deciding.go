package main

import (
	"context"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

var _ web.Analyst = (*analyst)(nil)

// Merge implements web.Analyst.
func (a *analyst) Merge(ctx context.Context, by city.Actor, asker city.Asker, id int64, with []int64, reason string) (int64, error) {
	report, err := a.db.MergeIncidents(ctx, by, asker, id, with, reason)
	if err != nil {
		return 0, err
	}
	return a.incidentAfter(ctx, report)
}

// Split implements web.Analyst.
func (a *analyst) Split(ctx context.Context, by city.Actor, asker city.Asker, id int64, reports []int64, reason string) (int64, error) {
	report, err := a.db.SplitIncident(ctx, by, asker, id, reports, reason)
	if err != nil {
		return 0, err
	}
	return a.incidentAfter(ctx, report)
}

// incidentAfter is where a report stands once the queue is worked off.
func (a *analyst) incidentAfter(ctx context.Context, report int64) (int64, error) {
	if err := a.settleNow(ctx); err != nil {
		return 0, err
	}
	return a.db.IncidentOf(ctx, report)
}

// CorrectTranscript implements web.Analyst.
func (a *analyst) CorrectTranscript(ctx context.Context, by city.Actor, asker city.Asker, c city.TranscriptCorrection) error {
	if err := a.db.CorrectTranscript(ctx, by, asker, c, stemsOf); err != nil {
		return err
	}
	return a.settleNow(ctx)
}

// Correct implements web.Analyst.
func (a *analyst) Correct(ctx context.Context, by city.Actor, asker city.Asker, c city.Correction) error {
	if err := a.db.Correct(ctx, by, asker, c); err != nil {
		return err
	}
	return a.settleNow(ctx)
}
