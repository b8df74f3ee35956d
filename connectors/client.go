package connectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"balaikota/backend/city"
)

// HTTPOptions are the fields every connector that speaks HTTP has: embed it in
// the configuration struct. Define hands the connector a client made for them.
type HTTPOptions struct {
	AllowPrivate bool     `json:"allow_private" label:"Allow private addresses" label_id:"Izinkan alamat jaringan dalam" doc:"Allow addresses of the inside network (10.x, 192.168.x, localhost). Only for systems the city runs itself." doc_id:"Izinkan alamat jaringan dalam (10.x, 192.168.x, localhost). Hanya untuk sistem milik kota sendiri."`
	Timeout      Duration `json:"timeout" label:"Time limit" label_id:"Batas waktu" default:"30s" doc:"How long one request may take from start to last byte." doc_id:"Batas waktu satu permintaan." example:"45s"`
}

func (o HTTPOptions) httpOptions() HTTPOptions { return o }

// Limits of the shared client.
const (
	defaultTimeout   = 30 * time.Second
	maxTimeout       = 5 * time.Minute
	maxRedirects     = 5
	defaultMaxBody   = 32 << 20
	defaultPerHost   = 10 // requests a second
	hostBurst        = 10
	maxRetryAfter    = 24 * time.Hour
	errorExcerptSize = 2 << 10
)

// Client is the HTTP client all connectors share. It bounds time and size of
// every answer, waits for the host's request budget, decompresses within the
// size limit, refuses private addresses after DNS resolution (so that a name
// cannot turn inward between check and use) and follows at most five
// redirects, none of which carries our headers to another host.
type Client struct {
	shared  *sharedClient
	options HTTPOptions
	budget  *rate.Limiter // nil for none
	home    string        // the only place in the inside network, see Inward; "" for none
	// MaxBody bounds an answer in bytes after decompression.
	MaxBody int64
}

type sharedClient struct {
	public, private *http.Client
	userAgent       string
	secrets         *Secrets

	large chan struct{} // see largeBodies

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

// NewClient returns the client of a process. userAgent names the software and
// its version; secrets are redacted from errors and may be nil.
func NewClient(userAgent string, secrets *Secrets) *Client {
	return &Client{
		shared: &sharedClient{
			public:    newHTTPClient(false),
			private:   newHTTPClient(true),
			userAgent: userAgent,
			secrets:   secrets,
			large:     make(chan struct{}, largeBodies),
			limiters:  map[string]*rate.Limiter{},
		},
		options: HTTPOptions{Timeout: Duration(defaultTimeout)},
		MaxBody: defaultMaxBody,
	}
}

// For returns a client with a source's own options that shares connections and
// request budgets with c.
func (c *Client) For(o HTTPOptions) (*Client, error) {
	if o.Timeout <= 0 {
		o.Timeout = Duration(defaultTimeout)
	}
	if time.Duration(o.Timeout) > maxTimeout {
		return nil, city.InvalidField("timeout", "must be at most %s", maxTimeout)
	}
	d := *c
	d.options = o
	return &d, nil
}

// Limit sets how many requests a minute may go to host, for all sources of
// this process; burst is how many may go at once.
func (c *Client) Limit(host string, perMinute float64, burst int) {
	l := c.shared.limiter(host)
	l.SetLimit(rate.Limit(perMinute / 60))
	l.SetBurst(burst)
}

// Budget returns a client whose requests also wait for a budget of their own,
// shared by all clients of this process that name the same. A connector whose
// other side allows so many requests a minute uses it; other sources at the
// same host are not slowed.
func (c *Client) Budget(name string, perMinute float64, burst int) *Client {
	l := c.shared.limiter("budget " + name)
	l.SetLimit(rate.Limit(perMinute / 60))
	l.SetBurst(burst)
	d := *c
	d.budget = l
	return &d
}

func (s *sharedClient) limiter(host string) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	host = strings.ToLower(host)
	l := s.limiters[host]
	if l == nil {
		l = rate.NewLimiter(defaultPerHost, hostBurst)
		s.limiters[host] = l
	}
	return l
}

// Request is one request of a connector.
type Request struct {
	Method string // GET if empty
	URL    string
	Header http.Header
	Body   []byte
	// Validators of the last answer make the request conditional.
	Validators Validators
}

// Validators are what a server gave to ask "changed since?".
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Response is a successful answer, read whole and decompressed.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// NotModified is true for 304: Body is empty, what we have still holds.
	NotModified bool
	Validators  Validators
	// ClockAhead is how far the other side's clock (its Date header) runs
	// ahead of ours; 0 when it does not, or says nothing. A Date behind ours
	// is no sign of anything: caches send old ones.
	ClockAhead time.Duration
}

// clockTrust is how far ahead a server's clock may run before the times it
// puts on its data cannot be believed.
const clockTrust = time.Hour

// ClockError is an answer whose times cannot be believed.
type ClockError struct{ Ahead time.Duration }

func (e *ClockError) Error() string {
	return fmt.Sprintf("the source's clock runs %s ahead", e.Ahead.Round(time.Minute))
}

// CheckClock returns a *ClockError when the other side's clock runs more than
// an hour ahead. Measurements and warnings with wrong times are worse than a
// gap; reports may be taken without their marks of change.
func (r *Response) CheckClock() error {
	if r.ClockAhead > clockTrust {
		return &ClockError{r.ClockAhead}
	}
	return nil
}

// StatusError is an answer with a status other than success.
type StatusError struct {
	Status int
	// URL is fit for logs.
	URL string
	// Body is the beginning of the answer, for connectors that find the other
	// side's own error in it. It is not part of the error's text.
	Body []byte
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// MalformedError is an answer that cannot be read as what it should be.
type MalformedError struct {
	What string // "JSON", "XML", …
	Err  error
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("the answer is not valid %s: %s", e.What, e.Err)
}

// Unwrap returns the cause.
func (e *MalformedError) Unwrap() error { return e.Err }

// FormatError is a file whose content is something else than what the source
// calls it: a CSV that is a picture.
type FormatError struct {
	Declared string // "CSV"
	Found    string // "PNG"
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("the file is said to be %s and holds %s", e.Declared, e.Found)
}

// ToldError is an error that the other side wrote into an answer of success.
type ToldError struct {
	Detail string // in its own words, short
}

func (e *ToldError) Error() string {
	return "the source answered with an error: " + clip(e.Detail, 200)
}

// Do sends a request and reads the whole answer. A status other than 2xx and
// 304 is a *StatusError, wrapped in *RetryAfterError when the other side said
// when to come back. Errors never hold secrets.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, c.shared.secrets.RedactError(cleanURLError(err))
	}
	return resp, nil
}

func (c *Client) do(ctx context.Context, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(c.options.Timeout))
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, l := range []*rate.Limiter{c.budget, c.shared.limiter(req.URL.Host)} {
		if l == nil {
			continue
		}
		if err := l.Wait(ctx); err != nil {
			return nil, fmt.Errorf("wait for the request budget of %s: %w", req.URL.Host, &timeoutError{err})
		}
	}
	res, err := c.at(req.URL).Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", req.URL.Host, err)
	}
	defer res.Body.Close()
	return c.read(req, res)
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	if err := checkURL("url", r.URL); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	for k, vs := range r.Header {
		req.Header[http.CanonicalHeaderKey(k)] = vs
	}
	req.Header.Set("User-Agent", c.shared.userAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Validators.ETag != "" {
		req.Header.Set("If-None-Match", r.Validators.ETag)
	}
	if r.Validators.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.Validators.LastModified)
	}
	return req, nil
}

func (c *Client) read(req *http.Request, res *http.Response) (*Response, error) {
	out := &Response{
		Status: res.StatusCode,
		Header: res.Header,
		Validators: Validators{
			ETag:         res.Header.Get("ETag"),
			LastModified: res.Header.Get("Last-Modified"),
		},
	}
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		out.ClockAhead = max(time.Until(at), 0)
	}
	if res.StatusCode == http.StatusNotModified {
		out.NotModified = true
		return out, nil
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		body, _ := readBody(res, errorExcerptSize, c.shared.large) // an unreadable error page is still that status
		return nil, statusError(req, res, body)
	}
	body, err := readBody(res, c.MaxBody, c.shared.large)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", req.URL.Host, err)
	}
	out.Body = body
	return out, nil
}

func statusError(req *http.Request, res *http.Response, body []byte) error {
	var err error = &StatusError{Status: res.StatusCode, URL: RedactURL(req.URL.String()), Body: body}
	if after, ok := ParseRetryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
		err = &RetryAfterError{After: after, Err: err}
	}
	return err
}

// ParseRetryAfter reads a Retry-After header (RFC 9110 §10.2.3): seconds or an
// HTTP date. The wait is at least 0 and at most a day.
func ParseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if secs, err := time.ParseDuration(value + "s"); err == nil && isDigits(value) {
		return min(secs, maxRetryAfter), true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	// The header counts in whole seconds: round up, never come a moment early.
	wait := at.Sub(now).Truncate(time.Second) + time.Second
	return min(max(wait, 0), maxRetryAfter), true
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// cleanURLError takes the address out of net/http's error, which repeats it
// with its parameters, and keeps the cause.
func cleanURLError(err error) error {
	var ue *url.Error
	if !errors.As(err, &ue) {
		return err
	}
	clean := strings.ReplaceAll(err.Error(), ue.URL, RedactURL(ue.URL))
	return &redactedError{text: clean, err: err}
}

// timeoutError marks a wait that the deadline cut short.
type timeoutError struct{ err error }

func (e *timeoutError) Error() string { return e.err.Error() }
func (e *timeoutError) Unwrap() error { return e.err }
func (e *timeoutError) Timeout() bool { return true }
