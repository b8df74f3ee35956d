package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

type indicatorsBody struct {
	Body []city.Indicator `nullable:"false"`
}

func (s *server) getIndicators(ctx context.Context, _ *struct{}) (*indicatorsBody, error) {
	out, err := s.Store.Indicators(ctx, askerOf(ctx))
	return &indicatorsBody{Body: out}, err
}

type statesBody struct {
	Body []city.IndicatorState `nullable:"false"`
}

func (s *server) getStates(ctx context.Context, _ *struct{}) (*statesBody, error) {
	out, err := s.Store.IndicatorStates(ctx, askerOf(ctx))
	return &statesBody{Body: out}, err
}

type seriesInput struct {
	Slug string    `path:"slug"`
	Area string    `query:"area" doc:"Area code; the whole city if empty"`
	From time.Time `query:"from" doc:"RFC 3339; 24 hours before to if empty"`
	To   time.Time `query:"to" doc:"RFC 3339; now if empty"`
	Step string    `query:"step" enum:"raw,hour,day" default:"hour"`
}

// Series is an indicator's values over time.
type Series struct {
	Indicator string             `json:"indicator"`
	AreaCode  string             `json:"area_code"`
	Step      string             `json:"step" enum:"raw,hour,day"`
	Unit      string             `json:"unit"`
	From      time.Time          `json:"from"`
	To        time.Time          `json:"to"`
	Points    []city.SeriesPoint `json:"points" nullable:"false" doc:"Steps that have data, in order; a missing step is a gap"`
	// KeptOut are values that findings of quality keep out of the steps.
	KeptOut []city.QualityCount `json:"kept_out,omitempty" doc:"Values that are kept out of the steps, by reason"`
}

type seriesBody struct{ Body Series }

func (s *server) getSeries(ctx context.Context, in *seriesInput) (*seriesBody, error) {
	if in.To.IsZero() {
		in.To = s.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
	}
	if !in.From.Before(in.To) {
		return nil, city.InvalidField("query.from", "must lie before to")
	}
	asker := askerOf(ctx)
	points, err := s.Store.Series(ctx, asker, in.Slug, in.Area, in.Step, in.From, in.To)
	if err != nil {
		return nil, err
	}
	declared, err := s.Store.Indicators(ctx, asker)
	if err != nil {
		return nil, err
	}
	out := Series{Indicator: in.Slug, AreaCode: in.Area, Step: in.Step, From: in.From, To: in.To, Points: points}
	if out.KeptOut, err = s.Store.KeptOut(ctx, asker, in.Slug, in.Area, in.From, in.To); err != nil {
		return nil, err
	}
	if out.Points == nil {
		out.Points = []city.SeriesPoint{}
	}
	for _, i := range declared {
		if i.Slug == in.Slug {
			out.Unit = i.Unit
		}
	}
	return &seriesBody{Body: out}, nil
}
