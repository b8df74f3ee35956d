package web

import (
	"context"

	"balaikota/backend/city"
)

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
	if err := s.Store.RetrySource(ctx, in.Slug); err != nil {
		return nil, err
	}
	if err := s.Poller.PollNow(ctx, in.Slug); err != nil {
		return nil, err
	}
	return nil, s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.retry", in.Slug, "", nil)
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
