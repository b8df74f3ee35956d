package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// DeskStore finds what may be told twice. backend/store implements it.
type DeskStore interface {
	AlikeReports(ctx context.Context, asker city.Asker, stems []string, area, category string, since time.Time, limit int) ([]city.ReportSummary, error)
}

// Clerk takes reports down. cmd implements it.
type Clerk interface {
	// TakeDown returns the number of the report, the same for the same client id.
	TakeDown(ctx context.Context, by city.Actor, d city.DeskReport) (city.Taken, error)
}

// What may be told twice was told within these days; more than a few nobody
// reads while a citizen waits.
const (
	alikeDays = 7
	alikeMost = 5
)

type alikeInput struct {
	Body struct {
		Text     string `json:"text" maxLength:"4000"`
		AreaCode string `json:"area_code,omitempty" maxLength:"20"`
		Category string `json:"category,omitempty" maxLength:"100"`
	}
}

type alikeBody struct {
	Body []city.ReportSummary `nullable:"false"`
}

// postAlike is a POST, for what a citizen says stands in no address.
func (s *server) postAlike(ctx context.Context, in *alikeInput) (*alikeBody, error) {
	since := s.Now().AddDate(0, 0, -alikeDays)
	out, err := s.Store.AlikeReports(ctx, askerOf(ctx), s.Stems(in.Body.Text), in.Body.AreaCode, in.Body.Category, since, alikeMost)
	return &alikeBody{Body: orEmpty(out)}, err
}

type deskInput struct {
	Body struct {
		ClientID string `json:"client_id" format:"uuid" doc:"The same one is taken down once"`
		Channel  string `json:"channel" enum:"loket,112"`
		Text     string `json:"text" maxLength:"8000"`
		Address  string `json:"address,omitempty" maxLength:"500" doc:"The place in the citizen's words"`
		AreaCode string `json:"area_code,omitempty" maxLength:"20"`
		Category string `json:"category,omitempty" maxLength:"100" doc:"Absent: the analysis finds it"`
		Name     string `json:"name,omitempty" maxLength:"200"`
		Phone    string `json:"phone,omitempty" maxLength:"40"`
		Email    string `json:"email,omitempty" maxLength:"254"`
	}
}

type deskBody struct{ Body city.Taken }

func (s *server) postDeskReport(ctx context.Context, in *deskInput) (*deskBody, error) {
	b := in.Body
	d, err := city.DeskReport{
		ClientID: b.ClientID, Channel: b.Channel, Text: b.Text, Address: b.Address, AreaCode: b.AreaCode, Category: b.Category,
		Who: city.Reporter{Name: b.Name, Phone: b.Phone, Email: b.Email},
	}.Clean()
	if err != nil {
		return nil, err
	}
	out, err := s.Clerk.TakeDown(ctx, sessionOf(ctx).Actor(), d)
	return &deskBody{Body: out}, err
}
