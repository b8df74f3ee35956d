package web

import (
	"context"
	"errors"
	"strings"
	"time"

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
	// Save adds a source, which must be new, or changes one, which must be there;
	// reread says that it reads something else now and begins anew.
	Save(ctx context.Context, form city.SourceForm, isNew bool) (reread bool, err error)
	// Reread sends a source back to a moment, or to its start if that is zero.
	// Conflict where it cannot be read again.
	Reread(ctx context.Context, slug string, why city.RereadWhy, from time.Time) error
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
	_, err := s.saveSource(ctx, in.Body, true)
	return nil, err
}

type savedSourceBody struct {
	Body struct {
		Reread bool `json:"reread" doc:"It reads something else now: its reading begins anew"`
	}
}

type sourceChange struct {
	Slug string `path:"slug"`
	Body city.SourceForm
}

func (s *server) putSource(ctx context.Context, in *sourceChange) (*savedSourceBody, error) {
	if in.Body.Slug != in.Slug {
		return nil, city.InvalidField("slug", "cannot be changed; pause this source and connect another one")
	}
	out := &savedSourceBody{}
	var err error
	out.Body.Reread, err = s.saveSource(ctx, in.Body, false)
	return out, err
}

func (s *server) saveSource(ctx context.Context, form city.SourceForm, isNew bool) (reread bool, err error) {
	if reread, err = s.SourceKeeper.Save(ctx, form, isNew); err != nil {
		return false, err
	}
	action := "source.change"
	if isNew {
		action = "source.connect"
	}
	return reread, s.Store.Record(ctx, sessionOf(ctx).Actor(), action, form.Slug, "", map[string]any{"connector": form.Connector, "reread": reread})
}
