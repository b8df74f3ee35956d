package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// statusOf is the one table from error codes to HTTP status.
var statusOf = map[city.Code]int{
	city.Invalid:      http.StatusUnprocessableEntity,
	city.Unauthorized: http.StatusUnauthorized,
	city.Forbidden:    http.StatusForbidden,
	city.NotFound:     http.StatusNotFound,
	city.Conflict:     http.StatusConflict,
	city.Internal:     http.StatusInternalServerError,
}

// Problem is an error answer: RFC 9457 problem details with one of six codes.
type Problem struct {
	Type   string            `json:"type,omitempty" doc:"A URI that names the kind of problem"`
	Title  string            `json:"title" doc:"The HTTP status in words"`
	Status int               `json:"status"`
	Detail string            `json:"detail" doc:"What is wrong and what to do"`
	Code   city.Code         `json:"code" enum:"invalid,unauthorized,forbidden,not_found,conflict,internal"`
	Key    string            `json:"key,omitempty" doc:"Names the text on screen"`
	Params map[string]string `json:"params,omitempty" doc:"Values of the text on screen"`
	Errors []ProblemField    `json:"errors,omitempty" doc:"Which fields are wrong and why"`
	// TraceID finds the error in the server's log.
	TraceID string `json:"trace_id,omitempty"`

	retryAfter time.Duration
}

// ProblemField is one wrong field.
type ProblemField struct {
	Location string `json:"location" doc:"Path of the field, such as body.username"`
	Message  string `json:"message"`
}

// Error makes Problem an error for huma.
func (p *Problem) Error() string { return p.Detail }

// GetStatus makes Problem an answer for huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives Retry-After.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds())))}}
}

// ContentType says that it is problem JSON.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problemOf turns any error into an answer. What is not meant for people is
// logged here, the only place, and answered with its trace number.
func problemOf(ctx context.Context, log *slog.Logger, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return problemOfStatus(he.Code, fmt.Sprint(he.Message))
	}
	var ce *city.Error
	if !errors.As(err, &ce) {
		trace := traceOf(ctx)
		if errors.Is(err, context.Canceled) {
			return &Problem{Title: "Client Closed Request", Status: 499, Code: city.Internal, Detail: "the request was given up", TraceID: trace}
		}
		log.Error("A request failed", "trace_id", trace, "err", err)
		return &Problem{
			Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError, Code: city.Internal,
			Detail: "the server made a mistake; it is recorded", Key: "error.internal", TraceID: trace,
		}
	}
	p = &Problem{Status: statusOf[ce.Code], Code: ce.Code, Detail: ce.Message, Key: ce.Key, Params: ce.Params, retryAfter: ce.RetryAfter}
	if ce.RetryAfter > 0 {
		// Knowing when to come back is what 429 and 503 are for.
		p.Status = map[city.Code]int{city.Internal: http.StatusServiceUnavailable}[ce.Code]
		if p.Status == 0 {
			p.Status = http.StatusTooManyRequests
		}
	}
	// What has a text for people and a time to come back is somebody's will, and no fault.
	if ce.Code == city.Internal && (ce.Key == "" || ce.RetryAfter <= 0) {
		p.TraceID = traceOf(ctx)
		log.Error("A request failed", "trace_id", p.TraceID, "err", err)
	}
	if ce.Field != "" {
		p.Errors = []ProblemField{{Location: ce.Field, Message: ce.Message}}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// problemOfStatus gives huma's and echo's own refusals one of our codes.
func problemOfStatus(status int, detail string) *Problem {
	code := city.Internal
	switch {
	case status == http.StatusUnauthorized:
		code = city.Unauthorized
	case status == http.StatusForbidden:
		code = city.Forbidden
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		code = city.NotFound
	case status == http.StatusConflict:
		code = city.Conflict
	case status >= 400 && status < 500:
		code = city.Invalid
	}
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// ownProblems makes huma build its own refusals (validation, unknown media
// type) as our problem answers. It is a variable of the library, set once.
var ownProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := problemOfStatus(status, msg)
		for _, err := range errs {
			if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
				p.Errors = append(p.Errors, ProblemField{Location: d.Location, Message: d.Message})
				continue
			}
			if own, ok := errors.AsType[*Problem](err); ok {
				return own
			}
			if err != nil {
				p.Errors = append(p.Errors, ProblemField{Message: err.Error()})
			}
		}
		return p
	}
})
