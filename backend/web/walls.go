package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// WallStore is where paired screens are kept. backend/store implements it.
type WallStore interface {
	OfferWall(ctx context.Context, secretHash []byte, address string, newCode func() (string, error)) (city.WallPairing, error)
	WallPairing(ctx context.Context, secretHash []byte) (city.WallPairing, error)
	PairWall(ctx context.Context, by city.Actor, asker city.Asker, code, name string) (city.Wall, error)
	PairingFailed(ctx context.Context, by city.Actor, keys []string) error
	Walls(ctx context.Context, asker city.Asker) ([]city.Wall, error)
	WallStates(ctx context.Context, asker city.Asker) ([]city.WallState, error)
	SteerWall(ctx context.Context, by city.Actor, asker city.Asker, id int64, c city.WallChange) (city.WallState, error)
	RevokeWall(ctx context.Context, by city.Actor, asker city.Asker, id int64) (session int64, err error)
}

// WallCode is a screen on its way to being paired.
type WallCode struct {
	State string `json:"state" enum:"waiting,paired,ended" doc:"ended: ask for a new code"`
	Code  string `json:"code,omitempty" doc:"Six digits, to be shown large"`
	// ExpiresAt is when the code ends; a new one is had within the last minute.
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	At        time.Time  `json:"at" doc:"The server's clock"`
}

type wallCookie struct {
	Secret string `cookie:"balaikota"`
}

type wallCodeAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      WallCode
}

// postWallPairing shows a code. The screen's own secret, which its cookie
// holds and no script reads, becomes its session's when the code is entered:
// knowing the code opens nothing.
func (s *server) postWallPairing(ctx context.Context, in *wallCookie) (*wallCodeAnswer, error) {
	if sessionOf(ctx) != nil {
		return nil, city.Errorf(city.Conflict, "this browser is signed in; it needs no pairing")
	}
	req, _ := ctx.Value(requestKey).(requestInfo)
	secret, hash, fresh := in.Secret, s.Passwords.HashSecret(in.Secret), false
	if _, err := s.Store.WallPairing(ctx, hash); err != nil {
		if city.CodeOf(err) != city.NotFound {
			return nil, err
		}
		// Only a secret that this server made may become a session's.
		if secret, hash, err = s.Passwords.NewSecret(); err != nil {
			return nil, err
		}
		fresh = true
	}
	p, err := s.Store.OfferWall(ctx, hash, req.IP, newCode)
	if err != nil {
		return nil, err
	}
	out := &wallCodeAnswer{Body: s.waiting(p)}
	if fresh {
		out.SetCookie = []http.Cookie{*s.cookie(secret, s.Now().Add(city.WallHolds))}
	}
	return out, nil
}

func (s *server) waiting(p city.WallPairing) WallCode {
	return WallCode{State: "waiting", Code: p.Code, ExpiresAt: &p.ExpiresAt, At: s.Now().UTC()}
}

type wallCodeBody struct{ Body WallCode }

func (s *server) getWallPairing(ctx context.Context, in *wallCookie) (*wallCodeBody, error) {
	if sess := sessionOf(ctx); sess != nil {
		return &wallCodeBody{Body: WallCode{State: "paired", At: s.Now().UTC()}}, nil
	}
	p, err := s.Store.WallPairing(ctx, s.Passwords.HashSecret(in.Secret))
	if city.CodeOf(err) == city.NotFound {
		return &wallCodeBody{Body: WallCode{State: "ended", At: s.Now().UTC()}}, nil
	}
	return &wallCodeBody{Body: s.waiting(p)}, err
}

type pairInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"20" doc:"As the screen shows it; blanks do not matter"`
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"What the screen is called: Ruang rapat sekda"`
	}
}

type wallBody struct{ Body city.Wall }

// postWall pairs. Wrong codes make the officer and the address wait, as wrong
// passwords do, but keep nobody from signing in.
func (s *server) postWall(ctx context.Context, in *pairInput) (*wallBody, error) {
	req, _ := ctx.Value(requestKey).(requestInfo)
	sess := sessionOf(ctx)
	who := fmt.Sprintf("pairing:officer:%d", sess.OfficerID)
	if sess.OfficerID == 0 {
		who = fmt.Sprintf("pairing:session:%d", sess.ID)
	}
	keys := []string{who, "pairing:address:" + req.IP}
	wait, err := s.Store.LoginBlocked(ctx, keys)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		e := city.Errorf(city.Conflict, "too many wrong codes; wait %s", wait.Round(time.Second))
		e.Key, e.RetryAfter = "error.wall_throttled", wait
		e.Params = map[string]string{"seconds": strconv.Itoa(int(wait.Seconds()) + 1)}
		return nil, e
	}
	out, err := s.Store.PairWall(ctx, sess.Actor(), askerOf(ctx), in.Body.Code, in.Body.Name)
	if isField(err, "code") {
		if failed := s.Store.PairingFailed(ctx, sess.Actor(), keys); failed != nil {
			return nil, failed
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	return &wallBody{Body: out}, s.Store.LoginSucceeded(ctx, who)
}

// isField reports whether err is about one field of what was sent.
func isField(err error, field string) bool {
	e, ok := errors.AsType[*city.Error](err)
	return ok && e.Field == field
}

type wallsBody struct {
	Body []city.Wall `nullable:"false"`
}

func (s *server) getWalls(ctx context.Context, _ *struct{}) (*wallsBody, error) {
	out, err := s.Store.Walls(ctx, askerOf(ctx))
	return &wallsBody{Body: orEmpty(out)}, err
}

type wallStatesBody struct {
	Body []city.WallState `nullable:"false"`
}

func (s *server) getWallStates(ctx context.Context, _ *struct{}) (*wallStatesBody, error) {
	out, err := s.Store.WallStates(ctx, askerOf(ctx))
	return &wallStatesBody{Body: orEmpty(out)}, err
}

type wallInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type steerInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body city.WallChange
}

type wallStateBody struct{ Body city.WallState }

func (s *server) steerWall(ctx context.Context, in *steerInput) (*wallStateBody, error) {
	out, err := s.Store.SteerWall(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body)
	return &wallStateBody{Body: out}, err
}

// deleteWall revokes. Its sockets on this server are closed before the answer,
// those on others at their next look, within seconds.
func (s *server) deleteWall(ctx context.Context, in *wallInput) (*struct{}, error) {
	session, err := s.Store.RevokeWall(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	s.Hub.Invalidate(strconv.FormatInt(session, 10))
	return nil, nil
}
