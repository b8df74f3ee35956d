package connectors

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrPrivateAddress is why a dial was refused: the name leads into the inside
// network and the source does not allow that.
var ErrPrivateAddress = errors.New("the address lies in a private network; allow_private lets a source reach it")

// ErrTooLarge is an answer beyond the size limit.
var ErrTooLarge = errors.New("the answer is larger than allowed")

// NewDialer returns a dialer that checks the address it is about to connect to,
// after DNS, so that a name cannot turn inward between check and use. Without
// allowPrivate it refuses private addresses (ErrPrivateAddress).
func NewDialer(allowPrivate bool) *net.Dialer {
	return &net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			return checkAddress(address, allowPrivate)
		},
	}
}

// newHTTPClient returns a client whose dialer checks the address it is about
// to connect to, after DNS. It uses no proxy: behind one, the check would see
// the proxy's address only.
func newHTTPClient(allowPrivate bool) *http.Client {
	dialer := NewDialer(allowPrivate)
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  20 * time.Second,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns:           32,
			MaxIdleConnsPerHost:    4,
			MaxConnsPerHost:        8,
			IdleConnTimeout:        60 * time.Second,
			DisableCompression:     true, // decompressed in readBody, within its limit
		},
		CheckRedirect: checkRedirect,
	}
}

// metadataAddrs are where clouds hand credentials to whoever asks from inside;
// nothing a city hall reads lives there.
var metadataAddrs = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("fd00:ec2::254"),
}

// notPublic are blocks beyond those that netip knows: IANA special-purpose
// registries (RFC 6890) and the forms that carry an IPv4 address within.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

func checkAddress(address string, allowPrivate bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the resolved address: %w", err)
	}
	ip := ap.Addr().Unmap().WithZone("")
	if slices.Contains(metadataAddrs, ip) {
		return ErrPrivateAddress
	}
	if allowPrivate {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return ErrPrivateAddress
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return ErrPrivateAddress
		}
	}
	return nil
}

// carried are the headers that may follow a redirect to another host.
var carried = []string{"Accept", "Accept-Encoding", "Accept-Language", "User-Agent", "If-None-Match", "If-Modified-Since", "Content-Type"}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	first := via[0]
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return fmt.Errorf("refuse a redirect to the scheme %q", req.URL.Scheme)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme == "http" {
		return errors.New("refuse a redirect from https to http")
	}
	req.Header.Del("Referer") // it would carry our parameters
	if req.URL.Host != first.URL.Host {
		kept := http.Header{}
		for _, name := range carried {
			if v := req.Header.Values(name); len(v) > 0 {
				kept[name] = v
			}
		}
		req.Header = kept
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			return errors.New("refuse to send a request body on to another host")
		}
	}
	return nil
}

// What decompresses beyond any text is a bomb, and is cut before it fills memory:
// tables repeat themselves some thirtyfold, zeroes a thousandfold.
const (
	bombRatio = 200
	bombLeast = 1 << 20 // decompressed bytes before the ratio says anything
)

// counted counts the bytes read through it.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// largeBodies is how many answers beyond bombLeast are read at a time: each may
// fill memory up to the client's limit, however many sources there are.
const largeBodies = 3

// readBody reads an answer whole, decompressed, up to limit bytes. A large one waits
// for a place among those in large, within the request's own deadline.
func readBody(res *http.Response, limit int64, large chan struct{}) ([]byte, error) {
	wire := &counted{Reader: res.Body}
	var r io.Reader = wire
	switch enc := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		if res.ContentLength > limit && res.StatusCode < 300 {
			return nil, ErrTooLarge
		}
	case "gzip", "x-gzip":
		gz, err := gzip.NewReader(wire)
		if err != nil {
			return nil, &MalformedError{What: "gzip", Err: err}
		}
		defer gz.Close()
		r = gz
	default:
		return nil, &MalformedError{What: "gzip", Err: fmt.Errorf("it is encoded as %q, which was not asked for", clip(enc, 20))}
	}
	// In pieces: a buffer that grows would hold what it grew from as well.
	var pieces [][]byte
	var size int64
	var err error
	for err == nil && size <= limit {
		if size == bombLeast {
			select {
			case large <- struct{}{}:
				defer func() { <-large }()
			case <-res.Request.Context().Done():
				return nil, res.Request.Context().Err()
			}
		}
		var piece bytes.Buffer
		var n int64
		n, err = io.CopyN(&piece, r, min(bombLeast, limit+1-size))
		pieces, size = append(pieces, piece.Bytes()), size+n
		if size >= bombLeast && size > bombRatio*wire.n {
			return nil, ErrTooLarge
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	switch {
	case err != nil && errors.Is(err, gzip.ErrHeader), err != nil && errors.Is(err, gzip.ErrChecksum):
		return nil, &MalformedError{What: "gzip", Err: err}
	case err != nil:
		return nil, err
	case size > limit:
		return nil, ErrTooLarge
	case len(pieces) == 1:
		return pieces[0], nil
	}
	return bytes.Join(pieces, nil), nil
}
