package web

import (
	"context"

	"balaikota/backend/city"
)

// AccountStore is where operators keep accounts. backend/store implements it.
type AccountStore interface {
	Accounts(ctx context.Context, asker city.Asker) ([]city.Account, error)
	AddAccount(ctx context.Context, by city.Actor, asker city.Asker, o city.Officer) (city.Account, error)
	ChangeAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, r city.AccountRights) (city.Account, error)
	CloseAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, closed bool) (city.Account, error)
	ResetAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, hash string) (city.Account, error)
	EndAccountSessions(ctx context.Context, by city.Actor, asker city.Asker, id, keep int64) (city.Account, error)
}

type accountsBody struct {
	Body []city.Account `nullable:"false"`
}

func (s *server) getAccounts(ctx context.Context, _ *struct{}) (*accountsBody, error) {
	out, err := s.Store.Accounts(ctx, askerOf(ctx))
	return &accountsBody{Body: orEmpty(out)}, err
}

// AccountSecret is an account with the first password that it was given just
// now: said once, in this answer, and kept nowhere but as a hash.
type AccountSecret struct {
	Account  city.Account `json:"account"`
	Password string       `json:"password" doc:"To be handed over by a way that others do not read; it must be changed at the first sign-in"`
}

type accountSecretBody struct {
	CacheControl string `header:"Cache-Control"`
	Body         AccountSecret
}

// firstPassword makes one and its hash.
func (s *server) firstPassword() (password, hash string, err error) {
	if password, err = s.Passwords.NewPassword(); err != nil {
		return "", "", err
	}
	hash, err = s.Passwords.Hash(password)
	return password, hash, err
}

func secretOf(a city.Account, password string, err error) (*accountSecretBody, error) {
	if err != nil {
		return nil, err
	}
	return &accountSecretBody{CacheControl: "no-store", Body: AccountSecret{Account: a, Password: password}}, nil
}

type newAccountInput struct {
	Body struct {
		Username string `json:"username" minLength:"1" maxLength:"64" doc:"Lower case letters, digits, dot, dash"`
		Name     string `json:"name,omitempty" maxLength:"200" doc:"As screens show it; the username if absent"`
		city.AccountRights
	}
}

func (s *server) postAccount(ctx context.Context, in *newAccountInput) (*accountSecretBody, error) {
	password, hash, err := s.firstPassword()
	if err != nil {
		return nil, err
	}
	b := in.Body
	a, err := s.Store.AddAccount(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.Officer{
		Username: b.Username, Name: b.Name, Role: b.Role, AreaCode: b.AreaCode, Office: b.Office, PasswordHash: hash,
	})
	return secretOf(a, password, err)
}

type accountInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type accountRightsInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body city.AccountRights
}

type accountBody struct{ Body city.Account }

// changed hands an account back; open screens on this server follow at once,
// those on others at their next look, within seconds.
func (s *server) changed(a city.Account, err error) (*accountBody, error) {
	if err != nil {
		return nil, err
	}
	s.Hub.Recheck()
	return &accountBody{Body: a}, nil
}

func (s *server) putAccount(ctx context.Context, in *accountRightsInput) (*accountBody, error) {
	return s.changed(s.Store.ChangeAccount(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body))
}

func (s *server) closeAccount(ctx context.Context, in *accountInput) (*accountBody, error) {
	return s.changed(s.Store.CloseAccount(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, true))
}

func (s *server) openAccount(ctx context.Context, in *accountInput) (*accountBody, error) {
	return s.changed(s.Store.CloseAccount(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, false))
}

// endAccountSessions signs an officer out everywhere; an operator who does it
// to himself stays signed in here.
func (s *server) endAccountSessions(ctx context.Context, in *accountInput) (*accountBody, error) {
	sess := sessionOf(ctx)
	return s.changed(s.Store.EndAccountSessions(ctx, sess.Actor(), askerOf(ctx), in.ID, sess.ID))
}

func (s *server) resetAccount(ctx context.Context, in *accountInput) (*accountSecretBody, error) {
	password, hash, err := s.firstPassword()
	if err != nil {
		return nil, err
	}
	a, err := s.Store.ResetAccount(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, hash)
	if err == nil {
		s.Hub.Recheck()
	}
	return secretOf(a, password, err)
}
