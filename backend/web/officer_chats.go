package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"

	"balaikota/backend/city"
)

// OfficerChatStore is what the handlers of officers' chats need of the store.
type OfficerChatStore interface {
	OfficerContacts(ctx context.Context, who city.Asker) (city.OfficerContacts, error)
	MakeOfficerCode(ctx context.Context, by city.Actor, who city.Asker, source, code string) (city.OfficerCode, error)
	RemoveOfficerContact(ctx context.Context, by city.Actor, who city.Asker, id int64) error
}

type officerContactsBody struct{ Body city.OfficerContacts }

func (s *server) getOfficerContacts(ctx context.Context, _ *struct{}) (*officerContactsBody, error) {
	out, err := s.Store.OfficerContacts(ctx, askerOf(ctx))
	return &officerContactsBody{Body: out}, err
}

type officerCodeInput struct {
	Body struct {
		Source string `json:"source" minLength:"1" maxLength:"60" doc:"Slug of a chat of the city"`
	}
}

type officerCodeBody struct{ Body city.OfficerCode }

// postOfficerCode shows the officer a code, once: what is kept is its hash.
func (s *server) postOfficerCode(ctx context.Context, in *officerCodeInput) (*officerCodeBody, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return nil, fmt.Errorf("make a code: %w", err)
	}
	out, err := s.Store.MakeOfficerCode(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body.Source, fmt.Sprintf("%08d", n))
	return &officerCodeBody{Body: out}, err
}

func (s *server) deleteOfficerContact(ctx context.Context, in *numbered) (*struct{}, error) {
	return nil, s.Store.RemoveOfficerContact(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID)
}
