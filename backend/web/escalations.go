package web

import (
	"context"

	"balaikota/backend/city"
)

// EscalationStore is what the handlers of the ladder need of the store.
type EscalationStore interface {
	Escalations(ctx context.Context, asker city.Asker, offset, limit int) ([]city.Escalation, int, error)
	EscalationLadder(ctx context.Context) (city.EscalationLadder, error)
	SetEscalationLadder(ctx context.Context, by city.Actor, in city.EscalationLadder, reason string) error
}

type escalationsInput struct {
	Offset int `query:"offset" minimum:"0"`
	Limit  int `query:"limit" minimum:"0" maximum:"200" doc:"50 if absent"`
}

// EscalationList is what went up the ladder, newest first.
type EscalationList struct {
	Items []city.Escalation `json:"items" nullable:"false"`
	Total int               `json:"total"`
}

type escalationsBody struct{ Body EscalationList }

func (s *server) getEscalations(ctx context.Context, in *escalationsInput) (*escalationsBody, error) {
	items, total, err := s.Store.Escalations(ctx, askerOf(ctx), in.Offset, in.Limit)
	return &escalationsBody{Body: EscalationList{Items: orEmpty(items), Total: total}}, err
}

type ladderBody struct{ Body city.EscalationLadder }

func (s *server) getEscalationRules(ctx context.Context, _ *struct{}) (*ladderBody, error) {
	out, err := s.Store.EscalationLadder(ctx)
	return &ladderBody{Body: out}, err
}

// EscalationLadderInput adds rows to the ladder; rows of the same office, rung,
// clock and day replace one another, others stay.
type EscalationLadderInput struct {
	city.EscalationLadder
	Reason string `json:"reason" minLength:"5" maxLength:"500" doc:"Kept in the audit trail"`
}

type ladderInput struct{ Body EscalationLadderInput }

func (s *server) putEscalationRules(ctx context.Context, in *ladderInput) (*ladderBody, error) {
	if err := s.Store.SetEscalationLadder(ctx, sessionOf(ctx).Actor(), in.Body.EscalationLadder, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getEscalationRules(ctx, nil)
}
