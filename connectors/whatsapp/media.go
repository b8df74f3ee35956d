package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// mediaScheme begins the address of a picture that only the number's owner can
// fetch.
const mediaScheme = "whatsapp:"

var mediaForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,200}$`)

// mediaHosts are where Meta keeps what was sent. The access token goes there and to
// the Graph API, nowhere else, whatever an answer says.
var mediaHosts = []string{"fbsbx.com", "facebook.com", "whatsapp.net", "fbcdn.net"}

// Media implements connectors.MediaKeeper: the Graph API says for five minutes where
// the picture lies. Meta keeps it for 30 days.
func (c *connector) Media(ctx context.Context, address string) ([]byte, error) {
	id, ok := strings.CutPrefix(address, mediaScheme)
	if !ok || !mediaForm.MatchString(id) {
		return nil, city.Errorf(city.NotFound, "this is no picture of this source")
	}
	if c.cfg.AccessToken == "" {
		return nil, city.InvalidField("access_token", "is missing: without it pictures are not given")
	}
	token, err := c.env.Secret(c.cfg.AccessToken)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Authorization": {"Bearer " + token}}
	client := *c.env.HTTP
	client.MaxBody = connectors.MaxMedia
	res, err := client.Do(ctx, connectors.Request{URL: c.cfg.BaseURL + "/" + id + "?phone_number_id=" + c.cfg.PhoneNumberID, Header: header})
	if err != nil {
		return nil, err
	}
	var where struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(res.Body, &where); err != nil || !c.trusted(where.URL) {
		return nil, &connectors.MalformedError{What: "JSON", Err: errors.New("the picture's address is none of Meta's")}
	}
	if res, err = client.Do(ctx, connectors.Request{URL: where.URL, Header: header}); err != nil {
		return nil, err
	}
	return res.Body, nil
}

// trusted: an address at Meta's over HTTPS, or at the server of the configuration.
func (c *connector) trusted(address string) bool {
	u, err := url.Parse(address)
	base, berr := url.Parse(c.cfg.BaseURL)
	if err != nil || berr != nil || u.User != nil {
		return false
	}
	if u.Scheme == base.Scheme && u.Host == base.Host {
		return true
	}
	host := u.Hostname()
	return u.Scheme == "https" && u.Port() == "" && slices.ContainsFunc(mediaHosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) })
}
