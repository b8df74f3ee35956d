package web

import (
	"context"

	"balaikota/backend/city"
)

// Keeping says and changes how long things are kept. cmd implements it.
type Keeping interface {
	Retentions(ctx context.Context, asker city.Asker) ([]city.Retention, error)
	ChangeRetention(ctx context.Context, by city.Actor, asker city.Asker, what city.RetentionSubject, c city.RetentionChange) ([]city.Retention, error)
}

type retentionsBody struct {
	Body []city.Retention `nullable:"false"`
}

type changeRetentionInput struct {
	What city.RetentionSubject `path:"what" enum:"identitas_pelapor,percakapan_asisten,baris_ditolak"`
	Body city.RetentionChange
}

func (s *server) getRetention(ctx context.Context, _ *struct{}) (*retentionsBody, error) {
	out, err := s.Keeping.Retentions(ctx, askerOf(ctx))
	return &retentionsBody{Body: orEmpty(out)}, err
}

func (s *server) putRetention(ctx context.Context, in *changeRetentionInput) (*retentionsBody, error) {
	out, err := s.Keeping.ChangeRetention(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.What, in.Body)
	return &retentionsBody{Body: orEmpty(out)}, err
}
