package voice

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"balaikota/backend/city"
)

// ErrOutside is why a recording was not sent: the service lies outside the city's
// own network, and the Transcriber is to reach nothing there.
var ErrOutside = errors.New("the transcription service lies outside the city's network")

// RefusedError is an answer of the service that is no transcript.
type RefusedError struct{ Status int }

func (e *RefusedError) Error() string { return fmt.Sprintf("status %d", e.Status) }

// TheFile reports whether the service found fault with the file, which another try
// does not mend; else with something that may be over later.
func (e *RefusedError) TheFile() bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// Inside returns a Transcriber that reaches the same service only at loopback and
// private addresses (RFC 1918, RFC 4193): each time it connects it looks the name
// up, and where any of its addresses lies outside, nothing is sent and the error is
// ErrOutside. It uses no proxy.
func (t *Transcriber) Inside() *Transcriber {
	out := *t
	out.client = &http.Client{
		CheckRedirect: t.client.CheckRedirect,
		Transport:     &http.Transport{DialContext: dialInside, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: 10 * time.Second},
	}
	return &out
}

// Outside reports whether the service's name leads outside now, for one who is to
// be told at the start; a name that is not found leads nowhere yet.
func (t *Transcriber) Outside(ctx context.Context) bool {
	u, err := url.Parse(t.at.BaseURL)
	if err != nil {
		return false
	}
	_, err = insideAddrs(ctx, u.Hostname())
	return errors.Is(err, ErrOutside)
}

func dialInside(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of the transcription service: %w", err)
	}
	addrs, err := insideAddrs(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	var failed []error
	for _, a := range addrs {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// insideAddrs are the addresses of a host; ErrOutside where any of them is neither
// loopback nor private.
func insideAddrs(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("look the transcription service up: %w", err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
		if !addrs[i].IsLoopback() && !addrs[i].IsPrivate() {
			return nil, ErrOutside
		}
	}
	return addrs, nil
}

// TranscribeNote has a citizen's recording turned into text: a file of whatever
// kind the service takes, named as its kind is (".ogg"). length is how long it
// lasts, 0 when not known. Text is "" where nobody speaks. Errors: ErrOutside, and
// Internal with the cause: a RefusedError, or whatever kept the service away.
func (t *Transcriber) TranscribeNote(ctx context.Context, ending string, sound []byte, length time.Duration) (Transcript, error) {
	minutes := 1 + int(length/time.Minute)
	if length == 0 {
		minutes = int(city.LongestVoiceNote / time.Minute)
	}
	out, err := t.hear(ctx, "laporan"+ending, sound, "Laporan warga kepada balai kota tentang ", time.Duration(minutes)*t.at.Timeout)
	if e, ok := errors.AsType[*city.Error](err); ok && e.Key == "error.voice_silent" {
		return Transcript{Corrections: []Correction{}}, nil
	}
	return out, err
}

// Model is the model that is asked.
func (t *Transcriber) Model() string { return t.at.Model }
