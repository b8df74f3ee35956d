package web

import (
	"context"

	"balaikota/backend/city"
)

// LongJobStore is where long jobs stand. backend/store implements it.
type LongJobStore interface {
	AskLongJob(ctx context.Context, by city.Actor, asker city.Asker, kind city.LongJobKind, tell bool) (int64, error)
	LongJob(ctx context.Context, asker city.Asker, id int64) (city.LongJob, error)
	LongJobs(ctx context.Context, asker city.Asker) ([]city.LongJob, error)
	CancelLongJob(ctx context.Context, by city.Actor, asker city.Asker, id int64) (city.LongJob, error)
	TellOfLongJob(ctx context.Context, asker city.Asker, id int64, tell bool) (city.LongJob, error)
}

// LongJobs hands a job that was put down to a node that is free.
type LongJobs interface {
	StartLong(ctx context.Context, id int64) error
}

// Copies says how the city's backups stand.
type Copies interface {
	Backups(ctx context.Context, asker city.Asker) (city.Backups, error)
}

type longJobBody struct{ Body city.LongJob }

type longJobsBody struct {
	Body []city.LongJob `nullable:"false"`
}

type longJobInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type askLongJobInput struct {
	Body struct {
		Kind city.LongJobKind `json:"kind" enum:"cadangan,belajar"`
	}
}

type tellOfLongJobInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Tell bool `json:"tell" doc:"Whether the officer wants a notice at its end"`
	}
}

func (s *server) getLongJobs(ctx context.Context, _ *struct{}) (*longJobsBody, error) {
	out, err := s.Store.LongJobs(ctx, askerOf(ctx))
	return &longJobsBody{Body: orEmpty(out)}, err
}

func (s *server) getLongJob(ctx context.Context, in *longJobInput) (*longJobBody, error) {
	out, err := s.Store.LongJob(ctx, askerOf(ctx), in.ID)
	return &longJobBody{Body: out}, err
}

func (s *server) postLongJob(ctx context.Context, in *askLongJobInput) (*longJobBody, error) {
	id, err := s.Store.AskLongJob(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body.Kind, false)
	if err != nil {
		return nil, err
	}
	if err := s.LongJobs.StartLong(ctx, id); err != nil {
		return nil, err
	}
	return s.getLongJob(ctx, &longJobInput{ID: id})
}

func (s *server) cancelLongJob(ctx context.Context, in *longJobInput) (*longJobBody, error) {
	out, err := s.Store.CancelLongJob(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID)
	return &longJobBody{Body: out}, err
}

func (s *server) tellOfLongJob(ctx context.Context, in *tellOfLongJobInput) (*longJobBody, error) {
	out, err := s.Store.TellOfLongJob(ctx, askerOf(ctx), in.ID, in.Body.Tell)
	return &longJobBody{Body: out}, err
}

type backupsBody struct{ Body city.Backups }

func (s *server) getBackups(ctx context.Context, _ *struct{}) (*backupsBody, error) {
	out, err := s.Copies.Backups(ctx, askerOf(ctx))
	out.Items = orEmpty(out.Items)
	return &backupsBody{Body: out}, err
}
