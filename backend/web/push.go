package web

import (
	"context"
)

type pushInput struct {
	Body []map[string]any `nullable:"false" maxItems:"5000" doc:"Rows in the fields of the import files (docs: Command line)"`
}

// PushAnswer says what became of each pushed row.
type PushAnswer struct {
	Added     int         `json:"added"`
	Changed   int         `json:"changed"`
	Unchanged int         `json:"unchanged"`
	Refused   int         `json:"refused"`
	Rows      []PushedRow `json:"rows" nullable:"false" doc:"One for each row, in order"`
}

// PushedRow is what became of one row.
type PushedRow struct {
	Row        int    `json:"row" doc:"From 0"`
	ExternalID string `json:"external_id,omitempty"`
	Result     string `json:"result" enum:"added,changed,unchanged,refused"`
	Field      string `json:"field,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

type pushBody struct{ Body PushAnswer }

func (s *server) postReports(ctx context.Context, in *pushInput) (*pushBody, error) {
	out, err := s.Pusher.PushReports(ctx, in.Body)
	return &pushBody{Body: out}, err
}

func (s *server) postObservations(ctx context.Context, in *pushInput) (*pushBody, error) {
	out, err := s.Pusher.PushObservations(ctx, in.Body)
	return &pushBody{Body: out}, err
}
