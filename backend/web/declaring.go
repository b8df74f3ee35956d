package web

import (
	"context"

	"balaikota/backend/city"
)

// DeclarationStore is where indicators are declared. backend/store implements it.
type DeclarationStore interface {
	DeclareIndicator(ctx context.Context, by city.Actor, asker city.Asker, want city.Indicator, isNew bool) (city.Indicator, error)
}

// Declaration is what an officer says of an indicator.
type Declaration struct {
	Name            string   `json:"name" minLength:"1" maxLength:"120" doc:"Indonesian"`
	NameEN          string   `json:"name_en,omitempty" maxLength:"120"`
	Unit            string   `json:"unit" minLength:"1" maxLength:"30"`
	Direction       string   `json:"direction" enum:"up,down,none" doc:"Which way is better"`
	Grain           string   `json:"grain" enum:"city,district,village" doc:"The level of areas its values come at"`
	Aggregation     string   `json:"aggregation" enum:"mean,sum,max,last" doc:"Over time and areas"`
	FreshForSeconds int      `json:"fresh_for_seconds" minimum:"60" doc:"How long a value is fresh"`
	Min             *float64 `json:"min,omitempty" doc:"The least value that is possible at all"`
	Max             *float64 `json:"max,omitempty"`
	Decimals        int      `json:"decimals" minimum:"0" maximum:"6"`
	Tile            bool     `json:"tile" doc:"It has a tile on Ringkasan, after those that are there"`
	Definition      string   `json:"definition" minLength:"1" maxLength:"2000" doc:"What is measured and by whom, in Indonesian"`
}

func (d Declaration) indicator(slug string) city.Indicator {
	out := city.Indicator{
		Slug: slug, Name: d.Name, NameEN: d.NameEN, Unit: d.Unit, Direction: d.Direction, Grain: d.Grain, Aggregation: d.Aggregation,
		FreshForSeconds: d.FreshForSeconds, Min: d.Min, Max: d.Max, Decimals: d.Decimals, Definition: d.Definition,
	}
	if d.Tile {
		out.Rank = 1 // the store finds the place
	}
	return out
}

type postIndicatorInput struct {
	Body struct {
		Slug string `json:"slug" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" maxLength:"60" doc:"The short name that sources name it by"`
		Declaration
		Thresholds []city.Threshold `json:"thresholds,omitempty" maxItems:"60"`
		Target     *city.Target     `json:"target,omitempty"`
	}
}

type indicatorBody struct{ Body city.Indicator }

func (s *server) postIndicator(ctx context.Context, in *postIndicatorInput) (*indicatorBody, error) {
	want := in.Body.indicator(in.Body.Slug)
	want.Thresholds, want.Target = in.Body.Thresholds, in.Body.Target
	out, err := s.Store.DeclareIndicator(ctx, sessionOf(ctx).Actor(), askerOf(ctx), want, true)
	return &indicatorBody{Body: out}, err
}

type putIndicatorInput struct {
	Slug string `path:"slug" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" maxLength:"100"`
	Body Declaration
}

func (s *server) putIndicator(ctx context.Context, in *putIndicatorInput) (*indicatorBody, error) {
	out, err := s.Store.DeclareIndicator(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body.indicator(in.Slug), false)
	return &indicatorBody{Body: out}, err
}
