// Package webpush brings notices to browsers: RFC 8030 (delivery), RFC 8291
// (encryption) and RFC 8292 (VAPID). It imports backend/city,
// SherClockHolmes/webpush-go and the standard library only.
package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"balaikota/backend/city"

	library "github.com/SherClockHolmes/webpush-go"
)

// Carrier pushes to browsers.
type Carrier struct {
	keys     Keys
	subject  string
	loopback bool
	client   *http.Client
}

// Settings say under which name pushes go out.
type Settings struct {
	Keys Keys
	// Subject is how the push services reach the city (mailto: or https:).
	Subject string
	// Loopback allows push services on this machine, for tests.
	Loopback bool
	// Transport replaces the transport's TLS roots in tests; nil for ours.
	Transport func(*http.Transport)
}

// New returns a carrier that reaches public addresses only.
func New(set Settings) *Carrier {
	c := &Carrier{keys: set.Keys, subject: strings.TrimPrefix(set.Subject, "mailto:"), loopback: set.Loopback}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error { return c.checkAddress(address) }}
	// No proxy: behind one the check would see the proxy's address only.
	transport := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 8 * time.Second,
		MaxResponseHeaderBytes: 32 << 10, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
	}
	if set.Transport != nil {
		set.Transport(transport)
	}
	c.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c
}

// Channel implements city.Carrier.
func (c *Carrier) Channel() city.NoticeChannel { return city.NoticePush }

// PublicKey is what browsers subscribe under, URL-safe base64.
func (c *Carrier) PublicKey() string { return c.keys.Public }

// notPublic are blocks beyond those that netip knows: IANA special-purpose
// registries (RFC 6890) and forms that carry an IPv4 address within.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

var errInside = errors.New("a push service has a public address; this one lies inside")

// checkAddress looks at what a name resolved to, just before it is dialed.
func (c *Carrier) checkAddress(address string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the resolved address: %w", err)
	}
	ip := ap.Addr().Unmap().WithZone("")
	if c.loopback && ip.IsLoopback() {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errInside
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return errInside
		}
	}
	return nil
}

// Check reports what is wrong with a subscription before it is kept: its
// address must be https at a public host, its keys whole (RFC 8291).
func (c *Carrier) Check(sub city.PushSubscription) error {
	u, err := url.Parse(sub.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return city.InvalidField("endpoint", "is no https address of a push service")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := c.checkAddress(netip.AddrPortFrom(ip, 443).String()); err != nil {
			return city.InvalidField("endpoint", "lies in an inside network")
		}
	}
	if u.Port() != "" && u.Port() != "443" && !c.loopback {
		return city.InvalidField("endpoint", "has a port that no push service uses")
	}
	if name := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")); !c.loopback && (name == "localhost" || !strings.Contains(name, ".") ||
		strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".local") || strings.HasSuffix(name, ".internal")) {
		return city.InvalidField("endpoint", "lies in an inside network")
	}
	public, err := decode(sub.Keys.P256DH)
	if err != nil {
		return city.InvalidField("keys.p256dh", "is no base64")
	}
	if _, err := ecdh.P256().NewPublicKey(public); err != nil {
		return city.InvalidField("keys.p256dh", "is no public key on P-256")
	}
	if auth, err := decode(sub.Keys.Auth); err != nil || len(auth) != 16 {
		return city.InvalidField("keys.auth", "is no secret of 16 bytes")
	}
	return nil
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(s), "="))
}

// payload is all that a push holds.
type payload struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Path  string `json:"path"`
}

// Push services keep a notice so long for a phone that is off.
const keepFor = 24 * time.Hour

// Carry implements city.Carrier; address is a city.PushSubscription as JSON.
// The Topic, made of the notice's key, lets a push service replace a push that
// it still holds by the same one sent again (RFC 8030 5.4).
func (c *Carrier) Carry(ctx context.Context, address string, n city.Notice) error {
	var sub city.PushSubscription
	if err := json.Unmarshal([]byte(address), &sub); err != nil {
		return city.Errorf(city.NotFound, "the browser's subscription cannot be read")
	}
	if err := c.Check(sub); err != nil {
		return city.Errorf(city.NotFound, "the browser's subscription is not valid any more")
	}
	text, err := json.Marshal(payload{Title: "Balaikota", Body: n.Text, Path: n.Path})
	if err != nil {
		return fmt.Errorf("encode a push: %w", err)
	}
	sum := sha256.Sum256([]byte(n.Key))
	urgency := library.UrgencyNormal
	if n.Urgent {
		urgency = library.UrgencyHigh
	}
	answer, err := library.SendNotificationWithContext(ctx, text, &library.Subscription{Endpoint: sub.Endpoint, Keys: library.Keys{Auth: sub.Keys.Auth, P256dh: sub.Keys.P256DH}}, &library.Options{
		HTTPClient: c.client, Subscriber: c.subject, Topic: base64.RawURLEncoding.EncodeToString(sum[:24]), TTL: int(keepFor.Seconds()),
		Urgency: urgency, VAPIDPublicKey: c.keys.Public, VAPIDPrivateKey: c.keys.Private, RecordSize: 2048,
	})
	if err != nil {
		return c.away(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096))
	return judge(answer)
}

// away words a failure without the address, which is a secret of the browser.
func (c *Carrier) away(err error) error {
	switch {
	case errors.Is(err, errInside):
		return city.Errorf(city.NotFound, "the push service lies in an inside network")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return errors.New("the push service did not answer in time")
	}
	return errors.New("the push service cannot be reached")
}

// judge reads a push service's answer (RFC 8030 5, 7.3; RFC 8292 2).
func judge(answer *http.Response) error {
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return city.Errorf(city.NotFound, "the browser takes no pushes any more (%d)", code)
	default:
		e := city.Errorf(city.Internal, "the push service answers %d", code)
		if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = time.Duration(min(s, 7*24*3600)) * time.Second
		} else if at, err := http.ParseTime(answer.Header.Get("Retry-After")); err == nil {
			e.RetryAfter = max(0, time.Until(at))
		}
		return e
	}
}
