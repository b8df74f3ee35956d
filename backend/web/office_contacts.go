package web

import (
	"context"

	"balaikota/backend/city"
)

// OfficeContactStore is where it is kept how offices are reached. backend/store
// implements it.
type OfficeContactStore interface {
	OfficeContacts(ctx context.Context, asker city.Asker) ([]city.OfficeContact, error)
	SaveOfficeContact(ctx context.Context, by city.Actor, asker city.Asker, c city.OfficeContact) (city.OfficeContact, error)
}

type officeContactsBody struct {
	Body []city.OfficeContact `nullable:"false"`
}

func (s *server) getOfficeContacts(ctx context.Context, _ *struct{}) (*officeContactsBody, error) {
	out, err := s.Store.OfficeContacts(ctx, askerOf(ctx))
	return &officeContactsBody{Body: orEmpty(out)}, err
}

type officeContactInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Phone   string `json:"phone,omitempty" maxLength:"80"`
		Email   string `json:"email,omitempty" maxLength:"250"`
		Address string `json:"address,omitempty" maxLength:"400"`
	}
}

type officeContactBody struct{ Body city.OfficeContact }

func (s *server) putOfficeContact(ctx context.Context, in *officeContactInput) (*officeContactBody, error) {
	out, err := s.Store.SaveOfficeContact(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.OfficeContact{
		OfficeID: in.ID, Phone: in.Body.Phone, Email: in.Body.Email, Address: in.Body.Address,
	})
	return &officeContactBody{Body: out}, err
}
