package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"balaikota/backend/city"
)

// answerCap bounds a provider's answer, unpacked.
const answerCap = 4 << 20

// doer is the HTTP client beneath langchaingo's. Each failure comes out as a
// *Fault; the answer is read whole, within the deadline, and checked before
// langchaingo sees it; error bodies, keys and texts are never logged.
type doer struct {
	provider  string
	client    *http.Client
	timeout   time.Duration
	keyHeader string // "" for Authorization: Bearer
	key       string // "" for none
	headers   map[string]string
}

var errElsewhere = errors.New("redirected")

// newTransport is one pool of connections for all providers.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = 64 << 10
	t.ForceAttemptHTTP2 = true
	return t
}

func newHTTPClient(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		first := via[0]
		if req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || req.Method != first.Method || len(via) > 2 {
			return errElsewhere
		}
		return nil
	}}
}

type extraKey struct{}

// withExtra adds fields to the bodies of requests under ctx: those that
// langchaingo drops.
func withExtra(ctx context.Context, fields map[string]any) context.Context {
	return context.WithValue(ctx, extraKey{}, fields)
}

// Do implements langchaingo's Doer.
func (d *doer) Do(req *http.Request) (*http.Response, error) {
	parent := req.Context()
	ctx, cancel := context.WithTimeout(parent, d.timeout)
	defer cancel() // the answer is read whole before Do returns
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	out, fault := d.prepare(ctx, req)
	if fault != nil {
		return nil, fault
	}
	resp, err := d.client.Do(out)
	if err != nil {
		return nil, d.failed(parent, ctx, err, sent.Load())
	}
	defer resp.Body.Close()
	body, fault := d.read(parent, ctx, resp)
	if fault != nil {
		return nil, fault
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

func (d *doer) fault(kind Kind, detail string) *Fault {
	return &Fault{Kind: kind, Provider: d.provider, Detail: detail}
}

// prepare makes the request that leaves: body with the extra fields, checked
// once more for personal data; headers of our own.
func (d *doer) prepare(ctx context.Context, req *http.Request) (*http.Request, *Fault) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, d.fault(BadRequest, "the request cannot be read")
	}
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return nil, d.fault(BadRequest, "the request is no JSON object")
	}
	if body["stream"] == true {
		return nil, d.fault(BadRequest, "answers are never streamed")
	}
	if tools, ok := body["tools"].([]any); ok && len(tools) > 0 {
		body["parallel_tool_calls"] = false
	}
	extra, _ := ctx.Value(extraKey{}).(map[string]any)
	maps.Copy(body, extra)
	if kind := leaking(body); kind != "" {
		return nil, d.fault(Leak, string(kind))
	}
	if raw, err = json.Marshal(body); err != nil {
		return nil, d.fault(BadRequest, "the request cannot be written")
	}
	out, err := http.NewRequestWithContext(ctx, req.Method, req.URL.String(), bytes.NewReader(raw))
	if err != nil {
		return nil, d.fault(BadRequest, "the address cannot be read")
	}
	for name, value := range d.headers {
		out.Header.Set(name, value)
	}
	out.Header.Set("Content-Type", "application/json")
	out.Header.Set("Accept", "application/json")
	out.Header.Set("User-Agent", "Balaikota")
	switch {
	case d.key == "":
	case d.keyHeader == "":
		out.Header.Set("Authorization", "Bearer "+d.key)
	default:
		out.Header.Set(d.keyHeader, d.key)
	}
	return out, nil
}

// leaking is the second wall behind the gate: it finds personal data of an
// unmistakable form in any text of a request.
func leaking(v any) city.PersonalKind {
	switch v := v.(type) {
	case string:
		for _, p := range city.FindPersonal(v) {
			switch p.Kind {
			case city.PersonalNIK, city.PersonalKK, city.PersonalNPWP, city.PersonalPhone, city.PersonalMail:
				return p.Kind
			}
		}
	case []any:
		for _, e := range v {
			if kind := leaking(e); kind != "" {
				return kind
			}
		}
	case map[string]any:
		for _, e := range v {
			if kind := leaking(e); kind != "" {
				return kind
			}
		}
	}
	return ""
}

// failed tells failures of the connection apart. What the error says is not
// kept: it names addresses.
func (d *doer) failed(parent, ctx context.Context, err error, sent bool) *Fault {
	f := d.fault(Refused, "")
	f.Sent = sent
	switch {
	case errors.Is(err, errElsewhere):
		f.Kind, f.Sent = Redirected, false
	case errors.Is(parent.Err(), context.Canceled):
		f.Kind = Canceled
	case ctx.Err() != nil, isTimeout(err):
		f.Kind = Timeout
	case sent:
		f.Kind = Cut
	}
	return f
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// read takes the answer whole and checks it.
func (d *doer) read(parent, ctx context.Context, resp *http.Response) ([]byte, *Fault) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerCap+1))
	if resp.StatusCode != http.StatusOK {
		return nil, d.status(resp, body)
	}
	of := func(kind Kind, detail string) *Fault {
		f := d.fault(kind, detail)
		f.Status, f.Sent = resp.StatusCode, true
		return f
	}
	switch {
	case err != nil && errors.Is(parent.Err(), context.Canceled):
		return nil, of(Canceled, "")
	case err != nil && (ctx.Err() != nil || isTimeout(err)):
		return nil, of(Timeout, "while the answer was read")
	case err != nil:
		return nil, of(Cut, "")
	case len(body) > answerCap:
		return nil, of(TooLarge, "more than 4 MB")
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media != "application/json" && !strings.HasSuffix(media, "+json") {
		return nil, of(Garbage, "content type "+slug(media))
	}
	clean, kind, detail := checked(body)
	if kind != "" {
		return nil, of(kind, detail)
	}
	return clean, nil
}

// checked is the body of an answer of the right form. A usage that is no
// usage is taken out, so that the answer is not lost with it.
func checked(body []byte) (clean []byte, kind Kind, detail string) {
	var shape map[string]json.RawMessage
	if err := json.Unmarshal(body, &shape); err != nil {
		if errors.Is(json.NewDecoder(bytes.NewReader(body)).Decode(&shape), io.ErrUnexpectedEOF) {
			return nil, Cut, "the JSON ends in the middle"
		}
		return nil, Garbage, "no JSON object"
	}
	if e, ok := shape["error"]; ok && string(e) != "null" {
		return nil, Unavailable, "an error object: " + errorCode(body)
	}
	var choices []struct {
		Message *struct{} `json:"message"`
	}
	if json.Unmarshal(shape["choices"], &choices) != nil || len(choices) == 0 || choices[0].Message == nil {
		return nil, Garbage, "no choices"
	}
	var usage struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	}
	if u, ok := shape["usage"]; ok && (json.Unmarshal(u, &usage) != nil || usage.Prompt < 0 || usage.Completion < 0 || usage.Total < 0) {
		delete(shape, "usage")
		if again, err := json.Marshal(shape); err == nil {
			return again, "", ""
		}
	}
	return body, "", ""
}

// status makes a fault of an HTTP status; of the body only the provider's own
// error code is kept.
func (d *doer) status(resp *http.Response, body []byte) *Fault {
	f := d.fault(BadRequest, errorCode(body))
	f.Status, f.Sent = resp.StatusCode, true
	switch s := resp.StatusCode; {
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusPaymentRequired:
		f.Kind = KeyRejected
	case s == http.StatusTooManyRequests:
		f.Kind, f.RetryAfter = RateLimited, retryAfter(resp.Header)
	case s == http.StatusRequestTimeout:
		f.Kind = Timeout
	case s >= 500:
		f.Kind, f.RetryAfter = Unavailable, retryAfter(resp.Header)
	case s >= 300 && s < 400:
		f.Kind = Redirected
	case s < 300:
		f.Kind = Garbage
	}
	return f
}

// retryAfter reads the header's two forms (RFC 9110, 10.2.3), at most a day.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	wait := time.Duration(0)
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 0 && n < 1e6 {
		wait = time.Duration(n * float64(time.Second))
	} else if at, err := http.ParseTime(v); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), 24*time.Hour)
}

var notSlug = regexp.MustCompile(`[^a-zA-Z0-9_./-]+`)

// slug is a provider's word made fit for the log: short, and of letters that
// carry no sentence.
func slug(s string) string {
	s = notSlug.ReplaceAllString(s, "_")
	return s[:min(len(s), 40)]
}

var codeForm = regexp.MustCompile(`^[a-z][a-z_]{1,39}$`)

// errorCode finds the code of an OpenAI-like error body, "" if none has the
// form of one.
func errorCode(body []byte) string {
	var e struct {
		Error struct {
			Code any    `json:"code"`
			Type string `json:"type"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	if code, ok := e.Error.Code.(string); ok && codeForm.MatchString(code) {
		return code
	}
	if codeForm.MatchString(e.Error.Type) {
		return e.Error.Type
	}
	return ""
}
