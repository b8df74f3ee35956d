package web

import (
	"context"

	"balaikota/backend/city"
)

// LearningStore is where learned models stand. backend/store implements it.
type LearningStore interface {
	ModelsInForce(ctx context.Context, asker city.Asker) ([]city.ModelInForce, error)
	GoBackToModel(ctx context.Context, by city.Actor, asker city.Asker, name string, id int64, reason string) error
}

type modelsInForceBody struct {
	Body []city.ModelInForce `nullable:"false"`
}

type goBackToModelInput struct {
	Name string `path:"name" maxLength:"60"`
	Body struct {
		ID     int64  `json:"id" minimum:"1"`
		Reason string `json:"reason" minLength:"10" maxLength:"500"`
	}
}

func (s *server) getModels(ctx context.Context, _ *struct{}) (*modelsInForceBody, error) {
	out, err := s.Store.ModelsInForce(ctx, askerOf(ctx))
	return &modelsInForceBody{Body: orEmpty(out)}, err
}

func (s *server) goBackToModel(ctx context.Context, in *goBackToModelInput) (*modelsInForceBody, error) {
	if err := s.Store.GoBackToModel(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Name, in.Body.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getModels(ctx, nil)
}
