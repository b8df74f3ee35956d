package web

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// Open311Path is where the GeoReport v2 server answers.
const Open311Path = "/open311/v2"

// Open311Store is what the Open311 server reads and keeps. backend/store
// implements it.
type Open311Store interface {
	Open311Key(ctx context.Context, secretHash []byte) (city.Open311Key, error)
	Open311Services(ctx context.Context) ([]city.Open311Service, error)
	ServiceRequests(ctx context.Context, key int64, q city.Open311Query) ([]city.ServiceRequest, error)
	RequestUpdates(ctx context.Context, key, request int64, from, to time.Time, limit int) ([]city.RequestUpdate, error)
	FiledNumber(ctx context.Context, key int64, externalID string) (int64, error)
	Open311Desk(ctx context.Context, asker city.Asker) (city.Open311Desk, error)
	AddOpen311Key(ctx context.Context, by city.Actor, asker city.Asker, k city.Open311Key, secretHash []byte) (city.Open311Key, error)
	RevokeOpen311Key(ctx context.Context, by city.Actor, asker city.Asker, id int64) error
	SetOpen311Service(ctx context.Context, by city.Actor, asker city.Asker, category string, public bool, attributes []city.Open311Attribute) error
	PublishSource(ctx context.Context, by city.Actor, asker city.Asker, slug string, public, media bool) error
	WithholdReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, withheld bool, reason string) error
}

// Filer takes reports and updates in that came by Open311; they go the way of
// every report.
type Filer interface {
	// File returns the report's number, the same when the same form comes again.
	File(ctx context.Context, f city.Open311Filing) (int64, error)
	// Note returns the update's number.
	Note(ctx context.Context, n city.Open311Note) (int64, error)
}

// How many requests a minute one server answers an address without a key (many
// telephones share one address), and how often an address may show keys.
const (
	open311Anonymous = 240
	open311Tries     = 1200
)

// pace allows each name so many requests a minute, in this process.
type pace struct {
	mu    sync.Mutex
	since time.Time
	seen  map[string]int
}

func (p *pace) allow(name string, most int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || now.Sub(p.since) >= time.Minute || now.Before(p.since) || len(p.seen) > reporterKept {
		p.since, p.seen = now, map[string]int{}
	}
	p.seen[name]++
	return p.seen[name] <= most
}

// open311Call is one request to the GeoReport server.
type open311Call struct {
	echo.Context
	name   string // resource or number, without its format
	format string // xml or json
	key    city.Open311Key
}

// open311Error is GeoReport's own error: a code, which is the HTTP status, and
// words.
type open311Error struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

func (e *open311Error) Error() string { return e.Description }

func open311Refusal(code int, description string) error {
	return &open311Error{Code: code, Description: description}
}

// open311 answers one resource: it settles format, key, jurisdiction and pace,
// and writes errors as GeoReport writes them.
func (s *server) open311(handle func(*open311Call) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := &open311Call{Context: c, format: "xml"}
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		if c.Request().Method == http.MethodGet {
			h.Set("Access-Control-Allow-Origin", "*") // no cookie counts here
		}
		err := s.admitOpen311(call)
		if err == nil {
			err = handle(call)
		}
		if err == nil {
			return nil
		}
		return s.failOpen311(call, err)
	}
}

func (s *server) admitOpen311(c *open311Call) error {
	file := c.Param("file")
	dot := strings.LastIndexByte(file, '.')
	if dot < 0 || file[dot+1:] != "xml" && file[dot+1:] != "json" {
		return open311Refusal(http.StatusNotFound, "say .xml or .json at the end of the address")
	}
	c.name, c.format = file[:dot], file[dot+1:]
	if err := c.readForm(); err != nil {
		return err
	}
	form := c.Request().Form
	name, most := "address:"+c.RealIP(), open311Anonymous
	if secret := form.Get("api_key"); secret != "" {
		// Counted before the key is looked up: a wrong one is no way around the pace.
		if !s.open311Pace.allow("tries:"+c.RealIP(), open311Tries, s.Now()) {
			return open311Refusal(http.StatusTooManyRequests, "too many requests; wait a minute")
		}
		key, err := s.Store.Open311Key(c.Request().Context(), s.Passwords.HashSecret(secret))
		if err != nil {
			return err
		}
		c.key, name, most = key, "key:"+strconv.FormatInt(key.ID, 10), key.PerMinute
	}
	if !s.open311Pace.allow(name, most, s.Now()) {
		return open311Refusal(http.StatusTooManyRequests, "too many requests; wait a minute")
	}
	if where := form.Get("jurisdiction_id"); where != "" {
		set, err := s.Store.Setting(c.Request().Context())
		if err != nil {
			return err
		}
		if where != set.Code && !strings.EqualFold(where, set.Name) {
			return open311Refusal(http.StatusNotFound, "jurisdiction_id was not found; this server has only "+set.Code)
		}
	}
	return nil
}

// open311Form bounds a form, in bytes.
const open311Form = 128 << 10

// readForm reads what was sent, in either way that forms are sent. Files are not
// taken: GeoReport names a picture by its address.
func (c *open311Call) readForm() error {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, open311Form)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch {
	case r.Method != http.MethodPost, kind == "application/x-www-form-urlencoded", kind == "" && r.ContentLength == 0:
		err = r.ParseForm()
	case kind == "multipart/form-data":
		if err = r.ParseMultipartForm(open311Form); err == nil && len(r.MultipartForm.File) > 0 {
			return errors.Join(open311Refusal(http.StatusBadRequest, "files are not taken; give the address of the picture as media_url"), r.MultipartForm.RemoveAll())
		}
	default:
		return open311Refusal(http.StatusUnsupportedMediaType, "send the form as application/x-www-form-urlencoded or multipart/form-data")
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return open311Refusal(http.StatusRequestEntityTooLarge, "the form is larger than 128 kB; pictures are given by their address, as media_url")
	}
	if err != nil {
		return open311Refusal(http.StatusBadRequest, "the form cannot be read")
	}
	return nil
}

// open311Status is GeoReport's status for each of our codes.
var open311Status = map[city.Code]int{
	city.Invalid: http.StatusBadRequest, city.Unauthorized: http.StatusForbidden, city.Forbidden: http.StatusForbidden,
	city.NotFound: http.StatusNotFound, city.Conflict: http.StatusTooManyRequests,
}

func (s *server) failOpen311(c *open311Call, err error) error {
	var own *open311Error
	if !errors.As(err, &own) {
		p := problemOf(c.Request().Context(), s.Log, err)
		own = &open311Error{Code: http.StatusInternalServerError, Description: p.Detail}
		var ce *city.Error
		if errors.As(err, &ce) && open311Status[ce.Code] != 0 {
			own.Code, own.Description = open311Status[ce.Code], strings.TrimSpace(ce.Field+" "+ce.Message)
		} else if p.retryAfter > 0 {
			own.Code = p.Status
		}
		if p.retryAfter > 0 {
			c.Response().Header().Set("Retry-After", strconv.Itoa(int(p.retryAfter.Seconds())))
		}
	}
	if own.Code == http.StatusTooManyRequests && c.Response().Header().Get("Retry-After") == "" {
		c.Response().Header().Set("Retry-After", "60")
	}
	list := []open311Error{*own}
	return c.reply(own.Code, list, struct {
		XMLName xml.Name       `xml:"errors"`
		List    []open311Error `xml:"error"`
	}{List: list})
}

// reply writes the answer in the form that was asked for.
func (c *open311Call) reply(status int, asJSON, asXML any) error {
	if c.format == "json" {
		body, err := json.Marshal(asJSON)
		if err != nil {
			return err
		}
		return c.Blob(status, "application/json; charset=utf-8", body)
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(asXML); err != nil {
		return err
	}
	return c.Blob(status, "text/xml; charset=utf-8", body.Bytes())
}

// getOpen311 answers discovery, services, requests and servicerequestupdates.
func (s *server) getOpen311(c *open311Call) error {
	switch c.name {
	case "discovery":
		return s.open311Discovery(c)
	case "services":
		return s.open311Services(c)
	case "requests":
		return s.open311Requests(c)
	case "servicerequestupdates":
		return s.open311Updates(c)
	}
	return open311Refusal(http.StatusNotFound, "there is discovery, services, requests and servicerequestupdates")
}

// postOpen311 takes a report or an update in.
func (s *server) postOpen311(c *open311Call) error {
	switch {
	case c.name != "requests" && c.name != "servicerequestupdates":
		return open311Refusal(http.StatusNotFound, "requests and servicerequestupdates can be posted")
	case c.key.ID == 0:
		return open311Refusal(http.StatusForbidden, "api_key is missing or does not hold")
	case !c.key.Files:
		return open311Refusal(http.StatusForbidden, "this api_key may not file")
	case s.Filer == nil:
		return open311Refusal(http.StatusNotFound, "this server takes no reports")
	case c.name == "requests":
		return s.fileOpen311(c)
	}
	return s.noteOpen311(c)
}
