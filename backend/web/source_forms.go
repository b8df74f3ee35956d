package web

import (
	"context"
	"errors"
	"strings"

	"balaikota/backend/city"
)

// SourceKeeper connects sources: it knows the connectors, tries a source
// without storing anything, and saves one. The command implements it.
type SourceKeeper interface {
	Connectors() []city.ConnectorInfo
	// Form returns a source as its form shows it, without secrets.
	Form(ctx context.Context, slug string) (city.SourceForm, error)
	// Try tells what the source would bring; nothing is stored.
	Try(ctx context.Context, form city.SourceForm) (city.SourceTrial, error)
	// Save adds a source, which must be new, or changes one, which must be there.
	Save(ctx context.Context, form city.SourceForm, isNew bool) error
}

type connectorsBody struct {
	Body []city.ConnectorInfo `nullable:"false"`
}

func (s *server) getConnectors(context.Context, *struct{}) (*connectorsBody, error) {
	return &connectorsBody{Body: s.SourceKeeper.Connectors()}, nil
}

type sourceFormBody struct{ Body city.SourceForm }

func (s *server) getSourceForm(ctx context.Context, in *sourceInput) (*sourceFormBody, error) {
	form, err := s.SourceKeeper.Form(ctx, in.Slug)
	return &sourceFormBody{Body: form}, err
}

type trialBody struct{ Body city.SourceTrial }

// trySource is written down, for it asks an address of the officer's choice.
func (s *server) trySource(ctx context.Context, in *sourceFormBody) (*trialBody, error) {
	if err := s.Store.Record(ctx, sessionOf(ctx).Actor(), "source.try", in.Body.Slug, "", map[string]any{"connector": in.Body.Connector}); err != nil {
		return nil, err
	}
	out, err := s.SourceKeeper.Try(ctx, in.Body)
	return &trialBody{Body: out}, theirs(err)
}

// theirs says of a failure of the source that it is not one of this server.
func theirs(err error) error {
	e, ok := errors.AsType[*city.Error](err)
	if !ok || e.Code != city.Internal || !strings.HasPrefix(e.Key, "source.failure.") {
		return err
	}
	told := *e
	told.Code, told.RetryAfter = city.Conflict, 0
	return &told
}

func (s *server) postSource(ctx context.Context, in *sourceFormBody) (*struct{}, error) {
	return nil, s.saveSource(ctx, in.Body, true)
}

type sourceChange struct {
	Slug string `path:"slug"`
	Body city.SourceForm
}

func (s *server) putSource(ctx context.Context, in *sourceChange) (*struct{}, error) {
	if in.Body.Slug != in.Slug {
		return nil, city.InvalidField("slug", "cannot be changed; pause this source and connect another one")
	}
	return nil, s.saveSource(ctx, in.Body, false)
}

func (s *server) saveSource(ctx context.Context, form city.SourceForm, isNew bool) error {
	if err := s.SourceKeeper.Save(ctx, form, isNew); err != nil {
		return err
	}
	action := "source.change"
	if isNew {
		action = "source.connect"
	}
	return s.Store.Record(ctx, sessionOf(ctx).Actor(), action, form.Slug, "", map[string]any{"connector": form.Connector})
}
