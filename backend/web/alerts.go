package web

import (
	"context"

	"balaikota/backend/city"
)

// AlertStore is what the handlers of alerts change.
type AlertStore interface {
	AcknowledgeAlert(ctx context.Context, by city.Actor, key string, seen city.Severity) (city.Alert, error)
}

type acknowledgeInput struct {
	Body struct {
		Key  string        `json:"key" minLength:"1" maxLength:"400" doc:"Of a running alert"`
		Seen city.Severity `json:"seen" enum:"info,perhatian,siaga,awas" doc:"The severity that was seen: one that became graver since is not acknowledged"`
	}
}

type alertBody struct{ Body city.Alert }

func (s *server) acknowledgeAlert(ctx context.Context, in *acknowledgeInput) (*alertBody, error) {
	out, err := s.Store.AcknowledgeAlert(ctx, sessionOf(ctx).Actor(), in.Body.Key, in.Body.Seen)
	return &alertBody{Body: out}, err
}
