package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// AdviceStore is where recommendations and their rules are kept. backend/store
// implements it.
type AdviceStore interface {
	Recommendations(ctx context.Context, asker city.Asker, f city.RecommendationFilter) (page []city.Recommendation, total int, err error)
	TopRecommendations(ctx context.Context, asker city.Asker) (top []city.Recommendation, waiting int, err error)
	Recommendation(ctx context.Context, asker city.Asker, id int64) (city.Recommendation, []city.RecommendationChange, error)
	DecideRecommendation(ctx context.Context, by city.Actor, asker city.Asker, id int64, d city.RecommendationDecision) (city.Recommendation, error)
	ActionKinds(ctx context.Context, asker city.Asker) ([]city.ActionKind, error)
	ActionRules(ctx context.Context, asker city.Asker) ([]city.ActionRule, error)
	ActionRuleVersions(ctx context.Context, asker city.Asker, slug string) ([]city.ActionRuleVersion, error)
	SaveActionRule(ctx context.Context, by city.Actor, asker city.Asker, rule city.ActionRule, reason string) (city.ActionRule, error)
}

type recommendationsInput struct {
	Status   []string `query:"status" nullable:"false" enum:"proposed,postponed,approved,declined,withdrawn" doc:"Comma separated; without it all"`
	Area     string   `query:"area" doc:"Area code: the area and all in it"`
	Office   string   `query:"office" doc:"Short name of who should act"`
	Action   string   `query:"action" doc:"Slug of the kind of action"`
	Incident int64    `query:"incident" minimum:"0"`
	Offset   int      `query:"offset" minimum:"0" maximum:"100000"`
	Limit    int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// RecommendationPage is a page of advice: what waits first, best first; then
// what changed last.
type RecommendationPage struct {
	Items []city.Recommendation `json:"items" nullable:"false"`
	Total int                   `json:"total" doc:"How many match in all"`
	At    time.Time             `json:"at"`
}

type recommendationPageBody struct{ Body RecommendationPage }

func (s *server) getRecommendations(ctx context.Context, in *recommendationsInput) (*recommendationPageBody, error) {
	f := city.RecommendationFilter{AreaCode: in.Area, Office: in.Office, Action: in.Action, Incident: in.Incident, Offset: in.Offset, Limit: in.Limit}
	for _, st := range in.Status {
		f.Status = append(f.Status, city.RecommendationStatus(st))
	}
	items, total, err := s.Store.Recommendations(ctx, askerOf(ctx), f)
	if items == nil {
		items = []city.Recommendation{}
	}
	return &recommendationPageBody{Body: RecommendationPage{Items: items, Total: total, At: s.Now().UTC()}}, err
}

// TopRecommendations are the best five of what the asker may see.
type TopRecommendations struct {
	Items   []city.Recommendation `json:"items" nullable:"false" doc:"At most five, best first"`
	Waiting int                   `json:"waiting" doc:"How many wait in all"`
	At      time.Time             `json:"at"`
	Nothing city.Said             `json:"nothing" doc:"What to say when there is none"`
}

type topRecommendationsBody struct{ Body TopRecommendations }

func (s *server) getTopRecommendations(ctx context.Context, _ *struct{}) (*topRecommendationsBody, error) {
	items, waiting, err := s.Store.TopRecommendations(ctx, askerOf(ctx))
	if err != nil {
		return nil, err
	}
	if items == nil {
		items = []city.Recommendation{}
	}
	rules, err := s.Store.ActionRules(ctx, askerOf(ctx))
	on := 0
	for _, r := range rules {
		if r.Enabled {
			on++
		}
	}
	return &topRecommendationsBody{Body: TopRecommendations{Items: items, Waiting: waiting, At: s.Now().UTC(), Nothing: city.NoAdvice(on)}}, err
}

type recommendationInput struct {
	ID int64 `path:"id"`
}

// RecommendationDetail is advice with its history.
type RecommendationDetail struct {
	city.Recommendation
	Changes []city.RecommendationChange `json:"changes" nullable:"false" doc:"Oldest first"`
	Order   city.DispositionOrder       `json:"order" doc:"The disposition that approving sends, unless it is edited"`
}

type recommendationBody struct{ Body RecommendationDetail }

func (s *server) getRecommendation(ctx context.Context, in *recommendationInput) (*recommendationBody, error) {
	r, changes, err := s.Store.Recommendation(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &recommendationBody{Body: RecommendationDetail{Recommendation: r, Changes: changes, Order: r.Order()}}, nil
}

type decideInput struct {
	ID   int64 `path:"id"`
	Body city.RecommendationDecision
}

type decidedBody struct{ Body city.Recommendation }

func (s *server) decideRecommendation(ctx context.Context, in *decideInput) (*decidedBody, error) {
	out, err := s.Store.DecideRecommendation(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body)
	return &decidedBody{Body: out}, err
}

type actionKindsBody struct {
	Body []city.ActionKind `nullable:"false"`
}

func (s *server) getActionKinds(ctx context.Context, _ *struct{}) (*actionKindsBody, error) {
	out, err := s.Store.ActionKinds(ctx, askerOf(ctx))
	if out == nil {
		out = []city.ActionKind{}
	}
	return &actionKindsBody{Body: out}, err
}

type actionRulesBody struct {
	Body []city.ActionRule `nullable:"false"`
}

func (s *server) getActionRules(ctx context.Context, _ *struct{}) (*actionRulesBody, error) {
	out, err := s.Store.ActionRules(ctx, askerOf(ctx))
	if out == nil {
		out = []city.ActionRule{}
	}
	return &actionRulesBody{Body: out}, err
}

type putActionRuleInput struct {
	Slug string `path:"slug" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" maxLength:"60"`
	Body struct {
		Rule   city.ActionRule `json:"rule"`
		Reason string          `json:"reason" minLength:"1" maxLength:"500" doc:"Why it is changed; it is kept with the version"`
	}
}

type actionRuleBody struct{ Body city.ActionRule }

func (s *server) putActionRule(ctx context.Context, in *putActionRuleInput) (*actionRuleBody, error) {
	rule := in.Body.Rule
	rule.Slug = in.Slug
	out, err := s.Store.SaveActionRule(ctx, sessionOf(ctx).Actor(), askerOf(ctx), rule, in.Body.Reason)
	return &actionRuleBody{Body: out}, err
}

type actionRuleInput struct {
	Slug string `path:"slug"`
}

type actionRuleVersionsBody struct {
	Body []city.ActionRuleVersion `nullable:"false"`
}

func (s *server) getActionRuleVersions(ctx context.Context, in *actionRuleInput) (*actionRuleVersionsBody, error) {
	out, err := s.Store.ActionRuleVersions(ctx, askerOf(ctx), in.Slug)
	return &actionRuleVersionsBody{Body: out}, err
}
