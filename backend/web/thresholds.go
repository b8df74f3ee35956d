package web

import (
	"context"

	"balaikota/backend/city"
)

// ThresholdStore is where the thresholds of indicators are changed. backend/store
// implements it.
type ThresholdStore interface {
	ThresholdVersions(ctx context.Context, asker city.Asker, slug string) ([]city.ThresholdSet, error)
	SaveThresholds(ctx context.Context, by city.Actor, asker city.Asker, want city.ThresholdSet) (city.ThresholdSet, error)
}

type thresholdsInput struct {
	Slug string `path:"slug"`
}

type thresholdSetsBody struct {
	Body []city.ThresholdSet `nullable:"false"`
}

func (s *server) getThresholds(ctx context.Context, in *thresholdsInput) (*thresholdSetsBody, error) {
	out, err := s.Store.ThresholdVersions(ctx, askerOf(ctx), in.Slug)
	return &thresholdSetsBody{Body: orEmpty(out)}, err
}

type putThresholdsInput struct {
	Slug string `path:"slug" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" maxLength:"100"`
	Body struct {
		Version    int              `json:"version" minimum:"0" doc:"The version that was read; another since then is a conflict"`
		Thresholds []city.Threshold `json:"thresholds" nullable:"false" maxItems:"60" doc:"The whole set; what is not in it ends"`
		Target     *city.Target     `json:"target,omitempty" doc:"What the indicator is to reach; absent: none"`
		Reason     string           `json:"reason" minLength:"1" maxLength:"500" doc:"Why they are changed; it is kept with the version"`
	}
}

type thresholdSetBody struct{ Body city.ThresholdSet }

func (s *server) putThresholds(ctx context.Context, in *putThresholdsInput) (*thresholdSetBody, error) {
	out, err := s.Store.SaveThresholds(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.ThresholdSet{
		Indicator: in.Slug, Version: in.Body.Version, Thresholds: in.Body.Thresholds, Target: in.Body.Target, Reason: in.Body.Reason,
	})
	return &thresholdSetBody{Body: out}, err
}
