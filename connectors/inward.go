package connectors

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Inward returns a client for addresses that strangers wrote into what a source
// delivers: it reaches the inside network at one place alone, the host and port
// of home, an address of the source itself. Elsewhere only public addresses
// are connected to, at every step of a redirect, and a redirect that began
// elsewhere does not lead to home. With "" no place in the inside network is
// reached.
func (c *Client) Inward(home string) *Client {
	d := *c
	d.options.AllowPrivate = false
	d.home = origin(home)
	return &d
}

// at is the client for one request: that for home may take its first steps in
// the inside network.
func (c *Client) at(address *url.URL) *http.Client {
	switch {
	case c.options.AllowPrivate:
		return c.shared.private
	case c.home != "" && originOf(address) == c.home:
		return &http.Client{
			Transport:     inward{home: c.home, private: c.shared.private.Transport, public: c.shared.public.Transport},
			CheckRedirect: checkRedirect,
		}
	}
	return c.shared.public
}

// inward sends requests for home through the transport that may connect to
// private addresses. Each transport keeps its own connections, so that none
// that leads inside is used for another request.
type inward struct {
	home            string
	private, public http.RoundTripper
}

// RoundTrip sends one step of a request.
func (t inward) RoundTrip(req *http.Request) (*http.Response, error) {
	if originOf(req.URL) == t.home {
		return t.private.RoundTrip(req)
	}
	return t.public.RoundTrip(req)
}

// origin is the host and port of an address, "" if it has none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return originOf(u)
}

func originOf(u *url.URL) string {
	port := u.Port()
	switch {
	case u.Hostname() == "":
		return ""
	case port == "" && u.Scheme == "https":
		port = "443"
	case port == "":
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
