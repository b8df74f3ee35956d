package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

// zone is the city's time zone.
func (s *server) zone(ctx context.Context) (*time.Location, error) {
	set, err := s.Store.Setting(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(set.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	return zone, nil
}

// fileOpen311 takes a report in.
func (s *server) fileOpen311(c *open311Call) error {
	ctx := c.Request().Context()
	services, err := s.Store.Open311Services(ctx)
	if err != nil {
		return err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	f, err := open311Filing(c.Request().PostForm, services, zone)
	if err != nil {
		return err
	}
	f.Key = c.key
	id, err := s.Filer.File(ctx, f)
	if err != nil {
		return err
	}
	type row struct {
		ID      string `json:"service_request_id" xml:"service_request_id"`
		Notice  string `json:"service_notice" xml:"service_notice"`
		Account string `json:"account_id" xml:"account_id"`
	}
	list := []row{{ID: strconv.FormatInt(id, 10), Notice: "Laporan diterima"}}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name `xml:"service_requests"`
		List    []row    `xml:"request"`
	}{List: list})
}

// open311Filing reads the form of a new request. What the standard or the
// service demands and the form lacks is said by field.
func open311Filing(form url.Values, services []city.Open311Service, zone *time.Location) (city.Open311Filing, error) {
	f := city.Open311Filing{
		Digest: digestOf(form), Service: form.Get("service_code"), Address: strings.TrimSpace(form.Get("address_string")), Media: strings.TrimSpace(form.Get("media_url")),
		Who: city.Reporter{
			Name:  strings.TrimSpace(form.Get("first_name") + " " + form.Get("last_name")),
			Phone: strings.TrimSpace(form.Get("phone")), Email: strings.TrimSpace(form.Get("email")), Handle: strings.TrimSpace(form.Get("account_id")),
		},
	}
	if f.Service == "" {
		return f, city.InvalidField("service_code", "is required")
	}
	at := slices.IndexFunc(services, func(v city.Open311Service) bool { return v.Category == f.Service })
	if at < 0 {
		return f, open311Refusal(http.StatusNotFound, "service_code was not found")
	}
	for name, most := range map[string]int{"description": city.Open311TextLength, "address_string": 500, "first_name": 100, "last_name": 100, "phone": 50, "email": 254, "account_id": 200, "media_url": 2000} {
		if utf8.RuneCountInString(form.Get(name)) > most {
			return f, city.InvalidField(name, "is longer than %d characters", most)
		}
	}
	if f.Media != "" && !city.WebAddress(f.Media) {
		return f, city.InvalidField("media_url", "must be an address that begins with https or http")
	}
	if err := open311Place(form, &f); err != nil {
		return f, err
	}
	lines := []string{strings.TrimSpace(form.Get("description"))}
	for _, a := range services[at].Attributes {
		line, err := a.Line(slices.Concat(form["attribute["+a.Code+"]"], form["attribute["+a.Code+"][]"]), zone)
		if err != nil {
			return f, err
		}
		lines = append(lines, line)
	}
	f.Text = strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
	if f.Text == "" {
		f.Text = services[at].Name
	}
	return f, nil
}

// open311Place reads where it is: a point, or an address in words. Numbers of
// addresses (address_id) are a register's that this city does not have.
func open311Place(form url.Values, f *city.Open311Filing) error {
	lat, long := strings.TrimSpace(form.Get("lat")), strings.TrimSpace(form.Get("long"))
	if lat == "" && long == "" {
		if f.Address == "" {
			return city.InvalidField("lat", "give lat and long, or address_string")
		}
		return nil
	}
	y, errY := strconv.ParseFloat(lat, 64)
	x, errX := strconv.ParseFloat(long, 64)
	if errY != nil || errX != nil || !(math.Abs(y) <= 90) || !(math.Abs(x) <= 180) {
		return city.InvalidField("lat", "and long must both be degrees (WGS 84)")
	}
	f.Lat, f.Lon = &y, &x
	return nil
}

// digestOf is the SHA-256 of a form but for its key, whatever the order of its
// fields.
func digestOf(form url.Values) []byte {
	h := sha256.New()
	put := func(s string) {
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s)))) // a hash never fails
		_, _ = h.Write([]byte(s))
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == "api_key" {
			continue
		}
		put(name)
		for _, v := range form[name] {
			put(v)
		}
		put("")
	}
	return h.Sum(nil)
}

// open311Words are what others call the two statuses an update may bring.
var open311Words = map[string]string{
	"open": "open", "reopened": "open", "confirmed": "open", "investigating": "open", "in_progress": "open", "action_scheduled": "open",
	"closed": "closed", "fixed": "closed", "resolved": "closed", "no_further_action": "closed",
}

// noteOpen311 takes an update in (mySociety's extension).
func (s *server) noteOpen311(c *open311Call) error {
	n, err := open311Note(c.Request().PostForm, s.Now())
	if err != nil {
		return err
	}
	n.Key = c.key
	id, err := s.Filer.Note(c.Request().Context(), n)
	if err != nil {
		return err
	}
	type row struct {
		ID string `json:"update_id" xml:"update_id"`
	}
	list := []row{{"u" + strconv.FormatInt(id, 10)}}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name `xml:"service_request_updates"`
		List    []row    `xml:"request_update"`
	}{List: list})
}

func open311Note(form url.Values, now time.Time) (n city.Open311Note, err error) {
	if n.RequestID, err = strconv.ParseInt(form.Get("service_request_id"), 10, 64); err != nil {
		return n, city.InvalidField("service_request_id", "is required, and is a number")
	}
	n.ExternalID, n.Description = strings.TrimSpace(form.Get("update_id")), strings.TrimSpace(form.Get("description"))
	n.Status = open311Words[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(form.Get("status"))), " ", "_")]
	switch {
	case n.ExternalID == "" || len(n.ExternalID) > 200:
		return n, city.InvalidField("update_id", "is required: your own number of the update, by which it counts once")
	case n.Status == "":
		return n, city.InvalidField("status", "is required, and is open or closed")
	case utf8.RuneCountInString(n.Description) > city.Open311TextLength:
		return n, city.InvalidField("description", "is longer than %d characters", city.Open311TextLength)
	}
	n.At = now
	if at := form.Get("updated_datetime"); at != "" {
		if n.At, err = time.Parse(time.RFC3339, at); err != nil || n.At.After(now.Add(time.Hour)) || n.At.Year() < 2000 {
			return n, city.InvalidField("updated_datetime", "must be a moment with its zone, not in the future")
		}
	}
	return n, nil
}
