package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// QualityKeeper is what the handlers of doubts about values need.
type QualityKeeper interface {
	QualityRules(ctx context.Context, asker city.Asker) ([]city.QualityScope, error)
	ChangeQualityRule(ctx context.Context, by city.Actor, asker city.Asker, c city.QualityChange) error
	KeptOut(ctx context.Context, asker city.Asker, slug, area string, from, to time.Time) ([]city.QualityCount, error)
	QualityFindings(ctx context.Context, asker city.Asker, f city.QualityFilter) ([]city.QualityFinding, error)
	DecideFinding(ctx context.Context, by city.Actor, asker city.Asker, id int64, dismiss bool, reason string) (city.QualityFinding, error)
}

type qualityRulesBody struct {
	Body []city.QualityScope `nullable:"false"`
}

type qualityRuleInput struct{ Body city.QualityChange }

type findingsInput struct {
	Source    string            `query:"source" maxLength:"100" doc:"Slug of a source"`
	Indicator string            `query:"indicator" maxLength:"100"`
	State     city.QualityState `query:"state" enum:"terbuka,berakhir,ditolak,dicabut"`
}

type findingsBody struct {
	Body []city.QualityFinding `nullable:"false"`
}

// FindingDecision says whether a finding is an error.
type FindingDecision struct {
	Dismissed bool   `json:"dismissed" doc:"True: it is no error, its values count again"`
	Reason    string `json:"reason" minLength:"10" maxLength:"500"`
}

type decideFindingInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body FindingDecision
}

type findingBody struct{ Body city.QualityFinding }

func (s *server) getQualityRules(ctx context.Context, _ *struct{}) (*qualityRulesBody, error) {
	out, err := s.Store.QualityRules(ctx, askerOf(ctx))
	return &qualityRulesBody{Body: orEmpty(out)}, err
}

func (s *server) putQualityRule(ctx context.Context, in *qualityRuleInput) (*qualityRulesBody, error) {
	if err := s.Store.ChangeQualityRule(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body); err != nil {
		return nil, err
	}
	return s.getQualityRules(ctx, nil)
}

func (s *server) getFindings(ctx context.Context, in *findingsInput) (*findingsBody, error) {
	out, err := s.Store.QualityFindings(ctx, askerOf(ctx), city.QualityFilter{Source: in.Source, Indicator: in.Indicator, State: in.State})
	return &findingsBody{Body: orEmpty(out)}, err
}

func (s *server) decideFinding(ctx context.Context, in *decideFindingInput) (*findingBody, error) {
	out, err := s.Store.DecideFinding(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Dismissed, in.Body.Reason)
	return &findingBody{Body: out}, err
}
