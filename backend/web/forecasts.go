package web

import (
	"context"

	"balaikota/backend/city"
)

// ForecastStore is where the forecasts are kept. backend/store implements it.
type ForecastStore interface {
	Forecasts(ctx context.Context, asker city.Asker, subject, area string) ([]city.Forecast, error)
}

type forecastsInput struct {
	Subject string `query:"subject" doc:"reports, or the slug of an indicator; all when empty"`
	Area    string `query:"area" doc:"Area code; all within one's rights when empty"`
}

type forecastsBody struct {
	Body []city.Forecast `nullable:"false"`
}

func (s *server) getForecasts(ctx context.Context, in *forecastsInput) (*forecastsBody, error) {
	out, err := s.Store.Forecasts(ctx, askerOf(ctx), in.Subject, in.Area)
	return &forecastsBody{Body: out}, err
}
