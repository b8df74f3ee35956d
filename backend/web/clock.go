package web

import (
	"context"

	"balaikota/backend/city"
)

// Clock is what the handlers of deadlines need of the store.
type Clock interface {
	Norms(ctx context.Context) ([]city.Norm, error)
	Pauses(ctx context.Context, asker city.Asker, id int64) ([]city.ReportPause, error)
	PauseReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, reason string) error
	ResumeReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, reason string) error
}

// Deadlines forecasts which reports will miss theirs. cmd implements it.
type Deadlines interface {
	// AtRisk lists the asker's unfinished reports due within the next working
	// days that will likely be late; office and area "" are all.
	AtRisk(ctx context.Context, asker city.Asker, office, area string, days int) (city.AtRiskList, error)
}

// clockKeepers may stop and start the clock of reports their office owns; the
// store knows whose a report is.
var clockKeepers = audience{name: "operator, or the owning office's kepala_opd, camat or lurah", roles: []city.Role{city.Operator, city.KepalaOPD, city.Camat, city.Lurah}}

type atRiskInput struct {
	Office string `query:"office" doc:"Short name; empty for all"`
	Area   string `query:"area" doc:"Area code: the area and all in it"`
	Days   int    `query:"days" minimum:"1" maximum:"20" default:"2" doc:"Working days ahead"`
}

type atRiskBody struct{ Body city.AtRiskList }

func (s *server) getAtRisk(ctx context.Context, in *atRiskInput) (*atRiskBody, error) {
	if s.Deadlines == nil {
		return &atRiskBody{Body: city.AtRiskList{At: s.Now(), Within: s.Now(), Items: []city.AtRisk{}}}, nil
	}
	out, err := s.Deadlines.AtRisk(ctx, askerOf(ctx), in.Office, in.Area, in.Days)
	return &atRiskBody{Body: out}, err
}

type normsBody struct {
	Body []city.Norm `nullable:"false"`
}

func (s *server) getNorms(ctx context.Context, _ *struct{}) (*normsBody, error) {
	out, err := s.Store.Norms(ctx)
	return &normsBody{Body: out}, err
}

type pausesBody struct {
	Body []city.ReportPause `nullable:"false"`
}

func (s *server) getPauses(ctx context.Context, in *reportInput) (*pausesBody, error) {
	out, err := s.Store.Pauses(ctx, askerOf(ctx), in.ID)
	return &pausesBody{Body: out}, err
}

type holdClockInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Reason string `json:"reason" minLength:"10" maxLength:"500" doc:"Why the clock stops or goes on; it is recorded"`
	}
}

func (s *server) pauseReport(ctx context.Context, in *holdClockInput) (*reportBody, error) {
	if err := s.Store.PauseReport(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getReport(ctx, &reportInput{ID: in.ID})
}

func (s *server) resumeReport(ctx context.Context, in *holdClockInput) (*reportBody, error) {
	if err := s.Store.ResumeReport(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getReport(ctx, &reportInput{ID: in.ID})
}
