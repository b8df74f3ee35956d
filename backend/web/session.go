package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"

	"github.com/labstack/echo/v4"
)

const (
	cookieName = "balaikota"
	// A browser's session ends after 12 hours without use, an officer's day.
	sessionLength = 12 * time.Hour
	touchEvery    = 5 * time.Minute
)

// sessionOf returns the request's session, nil when nobody is signed in.
func sessionOf(ctx context.Context) *city.Session {
	s, _ := ctx.Value(sessionKey).(*city.Session)
	return s
}

// askerOf returns on whose behalf the request is.
func askerOf(ctx context.Context) city.Asker {
	if s := sessionOf(ctx); s != nil {
		return s.Asker()
	}
	return city.Asker{Role: city.Publik}
}

// admit checks that the request's session is of the audience.
func (a audience) admit(ctx context.Context) error {
	s := sessionOf(ctx)
	switch {
	case a.open:
		return nil
	case s == nil:
		e := city.Errorf(city.Unauthorized, "sign in first")
		e.Key = "error.unauthorized"
		return e
	case s.MustChange && !a.early:
		e := city.Errorf(city.Forbidden, "change your first password before anything else")
		e.Key = "error.must_change_password"
		return e
	case a.roles != nil && !slices.Contains(a.roles, s.Role), s.Role == city.Layar && !a.wall:
		e := city.Errorf(city.Forbidden, "this is for: %s", a.name)
		e.Key = "error.forbidden"
		return e
	}
	return nil
}

// signIn finds the session of a request's cookie or bearer token. A cookie
// that no longer holds is as none; a token that does not hold is refused.
func (s *server) signIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !needsSession(r.URL.Path) {
			return next(c)
		}
		sess, err := s.requestSession(r)
		if err != nil {
			return err
		}
		if sess != nil {
			c.SetRequest(r.WithContext(context.WithValue(r.Context(), sessionKey, sess)))
			s.touch(c, sess)
		}
		return next(c)
	}
}

func needsSession(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/geo/") || strings.HasPrefix(path, "/tiles/") || strings.HasPrefix(path, "/basemap/") || strings.HasPrefix(path, "/lembar/")
}

func (s *server) requestSession(r *http.Request) (*city.Session, error) {
	secret, isToken := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isToken {
		cookie, err := r.Cookie(cookieName)
		if err != nil {
			return nil, nil //nolint:nilerr // no cookie is no session, not a failure
		}
		secret = cookie.Value
	}
	sess, err := s.Store.Session(r.Context(), s.Passwords.HashSecret(secret))
	if city.CodeOf(err) == city.Unauthorized && !isToken {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &sess, nil
}

// touch moves the end of a browser's session, at most every few minutes.
func (s *server) touch(c echo.Context, sess *city.Session) {
	if sess.Kind == "token" || s.Now().Sub(sess.LastSeenAt) < touchEvery {
		return
	}
	expires := s.Now().Add(sessionLength)
	if sess.Kind == "wall" {
		expires = s.Now().Add(city.WallHolds)
	}
	if err := s.Store.TouchSession(c.Request().Context(), sess.ID, expires); err != nil {
		s.Log.Warn("A session's end was not moved", "err", err)
		return
	}
	if cookie, err := c.Cookie(cookieName); err == nil {
		c.SetCookie(s.cookie(cookie.Value, expires))
	}
}

func (s *server) cookie(secret string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: secret, Path: "/", Expires: expires, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode,
	}
}

// liveSession lets a socket in.
func (s *server) liveSession(r *http.Request) (live.Session, error) {
	sess, err := s.requestSession(r)
	if err != nil {
		return live.Session{}, err
	}
	if sess == nil {
		return live.Session{}, city.Errorf(city.Unauthorized, "sign in first")
	}
	if sess.MustChange {
		return live.Session{}, city.Errorf(city.Forbidden, "change your first password before anything else")
	}
	return LiveSession(*sess), nil
}

// LiveSession is a session as the hub knows it.
func LiveSession(s city.Session) live.Session {
	out := live.Session{ID: strconv.FormatInt(s.ID, 10), Scope: s.Asker().Scope()}
	if s.Kind == "token" {
		out.ExpiresAt = s.ExpiresAt
	}
	return out
}

func (s *server) originListed(origin string) bool { return slices.Contains(s.Origins, origin) }

// SessionInfo is who is signed in.
type SessionInfo struct {
	Officer            OfficerInfo `json:"officer"`
	MustChangePassword bool        `json:"must_change_password" doc:"Nothing else works until it is changed"`
	ExpiresAt          time.Time   `json:"expires_at"`
	// While the officer stands in for another (Plh.), Officer has the role, area
	// and office of the absent one, whom ActingFor names.
	StandInID int64  `json:"stand_in_id,omitempty"`
	ActingFor string `json:"acting_for,omitempty"`
	// WallID is set for a paired screen; Officer then has its name and the role layar.
	WallID int64 `json:"wall_id,omitempty"`
}

// OfficerInfo is an officer as the page shows them.
type OfficerInfo struct {
	ID       int64     `json:"id"`
	Username string    `json:"username"`
	Name     string    `json:"name"`
	Role     city.Role `json:"role" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor,layar"`
	AreaCode string    `json:"area_code,omitempty"`
	AreaName string    `json:"area_name,omitempty"`
	Office   string    `json:"office,omitempty"`
}

func (s *server) info(sess city.Session) SessionInfo {
	info := SessionInfo{
		Officer:            OfficerInfo{ID: sess.OfficerID, Username: sess.Username, Name: sess.Name, Role: sess.Role, AreaCode: sess.AreaCode, Office: sess.Office},
		MustChangePassword: sess.MustChange, ExpiresAt: sess.ExpiresAt, StandInID: sess.StandInID, ActingFor: sess.ActingFor, WallID: sess.WallID,
	}
	if a, ok := s.Geography().Area(sess.AreaCode); ok {
		info.Officer.AreaName = a.Name
	}
	return info
}

type credentials struct {
	Body struct {
		Username string `json:"username" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
}

type sessionAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SessionInfo
}

func (s *server) postSession(ctx context.Context, in *credentials) (*sessionAnswer, error) {
	req, _ := ctx.Value(requestKey).(requestInfo)
	username := strings.ToLower(strings.TrimSpace(in.Body.Username))
	account := "account:" + username
	keys := []string{account, "address:" + req.IP}
	wait, err := s.Store.LoginBlocked(ctx, keys)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		e := city.Errorf(city.Unauthorized, "too many failed sign-ins; wait %s", wait.Round(time.Second))
		e.Key, e.RetryAfter = "error.login_throttled", wait
		e.Params = map[string]string{"seconds": strconv.Itoa(int(wait.Seconds()) + 1)}
		return nil, e
	}
	officer, err := s.checkPassword(ctx, username, in.Body.Password)
	if err != nil {
		return nil, err
	}
	if officer == nil {
		if err := s.Store.LoginFailed(ctx, keys, username); err != nil {
			return nil, err
		}
		e := city.Errorf(city.Unauthorized, "username or password is wrong")
		e.Key = "error.login_failed"
		return nil, e
	}
	if err := s.Store.LoginSucceeded(ctx, account); err != nil {
		return nil, err
	}
	secret, hash, err := s.Passwords.NewSecret()
	if err != nil {
		return nil, err
	}
	expires := s.Now().Add(sessionLength)
	if _, err := s.Store.OpenSession(ctx, *officer, hash, req.UserAgent, expires); err != nil {
		return nil, err
	}
	sess, err := s.Store.Session(ctx, hash)
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{SetCookie: *s.cookie(secret, expires), Body: s.info(sess)}, nil
}

// checkPassword returns the officer, or nil when name or password are wrong or
// the account is closed. It takes as long either way.
func (s *server) checkPassword(ctx context.Context, username, password string) (*city.Officer, error) {
	officer, err := s.Store.Officer(ctx, username)
	if city.CodeOf(err) == city.NotFound {
		s.Passwords.VerifyNobody(password)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ok, err := s.Passwords.Verify(officer.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if !ok || officer.DisabledAt != nil {
		return nil, nil
	}
	return &officer, nil
}

type sessionBody struct{ Body SessionInfo }

func (s *server) getSession(ctx context.Context, _ *struct{}) (*sessionBody, error) {
	sess := sessionOf(ctx)
	if sess == nil {
		e := city.Errorf(city.Unauthorized, "nobody is signed in")
		e.Key = "error.unauthorized"
		return nil, e
	}
	return &sessionBody{Body: s.info(*sess)}, nil
}

type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *server) deleteSession(ctx context.Context, _ *struct{}) (*signedOut, error) {
	sess := sessionOf(ctx)
	if err := s.Store.CloseSession(ctx, sess.Actor(), sess.ID); err != nil {
		return nil, err
	}
	s.Hub.Invalidate(strconv.FormatInt(sess.ID, 10))
	gone := s.cookie("", time.Unix(0, 0))
	gone.MaxAge = -1
	return &signedOut{SetCookie: *gone}, nil
}

type newPassword struct {
	Body struct {
		Current string `json:"current" maxLength:"256"`
		New     string `json:"new" maxLength:"256"`
	}
}

func (s *server) postPassword(ctx context.Context, in *newPassword) (*sessionBody, error) {
	sess := sessionOf(ctx)
	if sess.OfficerID == 0 {
		return nil, city.Errorf(city.Forbidden, "a token has no password")
	}
	officer, err := s.checkPassword(ctx, sess.Username, in.Body.Current)
	if err != nil {
		return nil, err
	}
	if officer == nil {
		e := city.InvalidField("current", "is not the present password")
		e.Key = "error.password_current"
		return nil, e
	}
	if in.Body.New == in.Body.Current {
		e := city.InvalidField("new", "is the present password; choose another")
		e.Key = "error.password_same"
		return nil, e
	}
	if err := s.Passwords.CheckNew("new", sess.Username, in.Body.New); err != nil {
		return nil, err
	}
	hash, err := s.Passwords.Hash(in.Body.New)
	if err != nil {
		return nil, err
	}
	if err := s.Store.SetPassword(ctx, sess.Actor(), sess.OfficerID, hash, false, sess.ID); err != nil {
		return nil, err
	}
	s.Hub.Recheck()
	sess.MustChange = false
	return &sessionBody{Body: s.info(*sess)}, nil
}
