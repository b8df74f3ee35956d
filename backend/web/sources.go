package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// SourceStore is what the handlers of sources need besides their health.
type SourceStore interface {
	SourceActivities(ctx context.Context) ([]city.SourceActivity, error)
	DescribeSource(ctx context.Context, by city.Actor, slug string, card city.SourceCard) error
}

type sourcesBody struct {
	Body []city.SourceHealth `nullable:"false"`
}

func (s *server) getSources(ctx context.Context, _ *struct{}) (*sourcesBody, error) {
	out, err := s.Store.SourceHealths(ctx)
	return &sourcesBody{Body: out}, err
}

type sourceInput struct {
	Slug string `path:"slug"`
}

// SourceDetail is a source with its last runs and the rows it could not give.
type SourceDetail struct {
	Health  city.SourceHealth `json:"health"`
	Runs    []city.SourceRun  `json:"runs" nullable:"false" doc:"The last 30 that brought or failed something, newest first"`
	Refused []city.RefusedRow `json:"refused" nullable:"false"`
}

type sourceBody struct{ Body SourceDetail }

func (s *server) getSource(ctx context.Context, in *sourceInput) (*sourceBody, error) {
	all, err := s.Store.SourceHealths(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range all {
		if h.Slug != in.Slug {
			continue
		}
		out := SourceDetail{Health: h}
		if out.Runs, err = s.Store.SourceRuns(ctx, in.Slug, 30); err != nil {
			return nil, err
		}
		out.Refused, err = s.Store.RefusedRows(ctx, askerOf(ctx), in.Slug, 50)
		return &sourceBody{Body: out}, err
	}
	return nil, city.Errorf(city.NotFound, "there is no source %q", in.Slug)
}

func (s *server) runSource(ctx context.Context, in *sourceInput) (*struct{}, error) {
	if err := s.Poller.PollNow(ctx, in.Slug); err != nil {
		return nil, err
	}
	return nil, s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.run", in.Slug, "", nil)
}

func (s *server) retrySource(ctx context.Context, in *sourceInput) (*struct{}, error) {
	if err := s.SourceKeeper.Reread(ctx, in.Slug, city.RereadRefused, time.Time{}); err != nil {
		return nil, err
	}
	if err := s.Poller.PollNow(ctx, in.Slug); err != nil {
		return nil, err
	}
	return nil, s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.retry", in.Slug, "", nil)
}

type rereadInput struct {
	Slug string `path:"slug"`
	Body struct {
		From *time.Time `json:"from,omitempty" doc:"The moment to go back to; absent: the source's start"`
	}
}

// rereadSource sends a source back. A paused one is read again once it goes on.
func (s *server) rereadSource(ctx context.Context, in *rereadInput) (*struct{}, error) {
	var from time.Time
	if in.Body.From != nil {
		from = *in.Body.From
	}
	if err := s.SourceKeeper.Reread(ctx, in.Slug, city.RereadAsked, from); err != nil {
		return nil, err
	}
	if err := s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.reread", in.Slug, "", map[string]any{"from": in.Body.From}); err != nil {
		return nil, err
	}
	src, err := s.getSource(ctx, &sourceInput{Slug: in.Slug})
	if err != nil || src.Body.Health.Freshness == city.Paused {
		return nil, err
	}
	return nil, s.Poller.PollNow(ctx, in.Slug)
}

func (s *server) pauseSource(ctx context.Context, in *sourceInput) (*struct{}, error) {
	if err := s.Store.PauseSource(ctx, in.Slug, true); err != nil {
		return nil, err
	}
	return nil, s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.pause", in.Slug, "", nil)
}

func (s *server) resumeSource(ctx context.Context, in *sourceInput) (*struct{}, error) {
	if err := s.Store.PauseSource(ctx, in.Slug, false); err != nil {
		return nil, err
	}
	return nil, s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.resume", in.Slug, "", nil)
}

type activitiesBody struct {
	Body []city.SourceActivity `nullable:"false"`
}

func (s *server) getSourceActivity(ctx context.Context, _ *struct{}) (*activitiesBody, error) {
	out, err := s.Store.SourceActivities(ctx)
	return &activitiesBody{Body: out}, err
}

type sourceCardInput struct {
	Slug string `path:"slug"`
	Body city.SourceCard
}

func (s *server) putSourceCard(ctx context.Context, in *sourceCardInput) (*sourceBody, error) {
	if err := s.Store.DescribeSource(ctx, sessionOf(ctx).Actor(), in.Slug, in.Body); err != nil {
		return nil, err
	}
	return s.getSource(ctx, &sourceInput{Slug: in.Slug})
}

type auditInput struct {
	Before int64 `query:"before" doc:"Only lines with a smaller number"`
	Limit  int   `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type auditBody struct {
	Body []city.AuditEntry `nullable:"false"`
}

func (s *server) getAudit(ctx context.Context, in *auditInput) (*auditBody, error) {
	out, err := s.Store.Audit(ctx, askerOf(ctx), in.Before, in.Limit)
	return &auditBody{Body: out}, err
}
