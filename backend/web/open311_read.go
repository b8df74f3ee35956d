package web

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

type open311Endpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

type open311DiscoveryBody struct {
	XMLName    xml.Name          `json:"-" xml:"discovery"`
	Changeset  string            `json:"changeset" xml:"changeset"`
	Contact    string            `json:"contact" xml:"contact"`
	KeyService string            `json:"key_service" xml:"key_service"`
	Endpoints  []open311Endpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

// open311Changeset is when the server's surface last changed.
const open311Changeset = "2026-11-22T00:00:00+08:00"

func (s *server) open311Discovery(c *open311Call) error {
	set, err := s.Store.Setting(c.Request().Context())
	if err != nil {
		return err
	}
	scheme := c.Scheme()
	if s.Secure {
		scheme = "https"
	}
	b := open311DiscoveryBody{
		Changeset: open311Changeset, Contact: "Diskominfo " + set.Name, KeyService: "api_key diberikan oleh operator Balaikota " + set.Name,
		Endpoints: []open311Endpoint{{
			Specification: "http://wiki.open311.org/GeoReport_v2", URL: scheme + "://" + c.Request().Host + Open311Path, Changeset: open311Changeset,
			Type: "production", Formats: []string{"text/xml", "application/json"},
		}},
	}
	return c.reply(http.StatusOK, b, b)
}

type open311ServiceBody struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

// open311Keywords bounds the words that are told of a service.
const open311Keywords = 20

func (s *server) open311Services(c *open311Call) error {
	services, err := s.Store.Open311Services(c.Request().Context())
	if err != nil {
		return err
	}
	list := make([]open311ServiceBody, len(services))
	for n, v := range services {
		list[n] = open311ServiceBody{
			Code: v.Category, Name: v.Name, Description: "Ditangani " + v.Office, Metadata: len(v.Attributes) > 0, Type: "realtime",
			Keywords: strings.Join(v.Words[:min(len(v.Words), open311Keywords)], ","), Group: v.Office,
		}
	}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name             `xml:"services"`
		List    []open311ServiceBody `xml:"service"`
	}{List: list})
}

type open311AttributeBody struct {
	Variable    bool                `json:"variable" xml:"variable"`
	Code        string              `json:"code" xml:"code"`
	Datatype    string              `json:"datatype" xml:"datatype"`
	Required    bool                `json:"required" xml:"required"`
	Help        string              `json:"datatype_description" xml:"datatype_description"`
	Order       int                 `json:"order" xml:"order"`
	Description string              `json:"description" xml:"description"`
	Values      []open311ChoiceBody `json:"values,omitempty" xml:"values>value,omitempty"`
}

type open311ChoiceBody struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

// getOpen311Service answers what else a report of a service must say.
func (s *server) getOpen311Service(c *open311Call) error {
	services, err := s.Store.Open311Services(c.Request().Context())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(services, func(v city.Open311Service) bool { return v.Category == c.name })
	if at < 0 {
		return open311Refusal(http.StatusNotFound, "service_code was not found")
	}
	type body struct {
		XMLName    xml.Name               `json:"-" xml:"service_definition"`
		Code       string                 `json:"service_code" xml:"service_code"`
		Attributes []open311AttributeBody `json:"attributes" xml:"attributes>attribute"`
	}
	b := body{Code: c.name, Attributes: []open311AttributeBody{}}
	for n, a := range services[at].Attributes {
		one := open311AttributeBody{Variable: true, Code: a.Code, Datatype: a.Datatype, Required: a.Required, Help: a.Help, Order: n + 1, Description: a.Description}
		for _, v := range a.Values {
			one.Values = append(one.Values, open311ChoiceBody(v))
		}
		b.Attributes = append(b.Attributes, one)
	}
	return c.reply(http.StatusOK, b, b)
}

// open311RequestBody is a service request. Empty tags are written, as the
// standard's own examples have them.
type open311RequestBody struct {
	ID          string           `json:"service_request_id" xml:"service_request_id"`
	Status      string           `json:"status" xml:"status"`
	StatusNotes string           `json:"status_notes" xml:"status_notes"`
	ServiceName string           `json:"service_name" xml:"service_name"`
	ServiceCode string           `json:"service_code" xml:"service_code"`
	Description string           `json:"description" xml:"description"`
	Agency      string           `json:"agency_responsible" xml:"agency_responsible"`
	Notice      string           `json:"service_notice" xml:"service_notice"`
	Requested   string           `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string           `json:"updated_datetime" xml:"updated_datetime"`
	Expected    string           `json:"expected_datetime" xml:"expected_datetime"`
	Address     string           `json:"address" xml:"address"`
	AddressID   string           `json:"address_id" xml:"address_id"`
	Zipcode     string           `json:"zipcode" xml:"zipcode"`
	Lat         *float64         `json:"lat" xml:"lat"`
	Long        *float64         `json:"long" xml:"long"`
	MediaURL    string           `json:"media_url" xml:"media_url"`
	Extended    *open311Extended `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

type open311Extended struct {
	Status    string `json:"status" xml:"status"`
	AreaCode  string `json:"area_code,omitempty" xml:"area_code,omitempty"`
	Channel   string `json:"channel,omitempty" xml:"channel,omitempty"`
	Responded string `json:"responded_datetime,omitempty" xml:"responded_datetime,omitempty"`
	Closed    string `json:"closed_datetime,omitempty" xml:"closed_datetime,omitempty"`
	Simulated bool   `json:"simulated,omitempty" xml:"simulated,omitempty"`
}

func open311Body(r city.ServiceRequest, zone *time.Location, extended bool) open311RequestBody {
	when := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(zone).Format(time.RFC3339)
	}
	b := open311RequestBody{
		ID: strconv.FormatInt(r.ID, 10), Status: "open", StatusNotes: r.Answer, ServiceName: r.ServiceName, ServiceCode: r.Category, Description: r.Text,
		Agency: r.Office, Requested: when(&r.CreatedAt), Updated: when(&r.UpdatedAt), Expected: when(r.DueAt), Address: r.Address,
		Lat: r.Lat, Long: r.Lon, MediaURL: r.MediaURL,
	}
	if r.Status == city.Closed || r.Status == city.Rejected {
		b.Status = "closed"
	}
	if extended {
		b.Extended = &open311Extended{
			Status: string(r.Status), AreaCode: r.AreaCode, Channel: r.Channel, Responded: when(r.RespondedAt), Closed: when(r.ClosedAt), Simulated: r.Simulated,
		}
	}
	return b
}

func (s *server) open311Requests(c *open311Call) error {
	q, err := open311Query(c.QueryParam, s.Now())
	if err != nil {
		return err
	}
	return s.replyRequests(c, q)
}

// getOpen311Request answers one request by its number.
func (s *server) getOpen311Request(c *open311Call) error {
	id, err := strconv.ParseInt(c.name, 10, 64)
	if err != nil {
		return open311Refusal(http.StatusNotFound, "service_request_id was not found")
	}
	return s.replyRequests(c, city.Open311Query{IDs: []int64{id}})
}

func (s *server) replyRequests(c *open311Call, q city.Open311Query) error {
	ctx := c.Request().Context()
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	rows, err := s.Store.ServiceRequests(ctx, c.key.ID, q)
	if err != nil {
		return err
	}
	if len(rows) == 0 && len(q.IDs) == 1 && c.Path() != Open311Path+"/:file" {
		return open311Refusal(http.StatusNotFound, "service_request_id was not found")
	}
	list := make([]open311RequestBody, len(rows))
	for n, r := range rows {
		list[n] = open311Body(r, zone, c.QueryParam("extensions") == "true")
	}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name             `xml:"service_requests"`
		List    []open311RequestBody `xml:"request"`
	}{List: list})
}

// open311Query reads the filters of GeoReport v2 and the extensions page,
// page_size, updated_after and updated_before.
func open311Query(given func(string) string, now time.Time) (city.Open311Query, error) {
	q := city.Open311Query{Limit: city.Open311MostRows}
	if ids := listOf(given("service_request_id")); len(ids) > 0 {
		q.IDs = []int64{}
		for _, s := range ids[:min(len(ids), city.Open311MostRows)] {
			// A number that is none of ours names no request.
			if id, err := strconv.ParseInt(s, 10, 64); err == nil {
				q.IDs = append(q.IDs, id)
			}
		}
		return q, nil
	}
	q.Categories = listOf(given("service_code"))
	for _, word := range listOf(given("status")) {
		switch strings.ToLower(word) {
		case "open":
			q.Open = true
		case "closed":
			q.Closed = true
		default:
			return q, open311Refusal(http.StatusBadRequest, "status must be open, closed or both")
		}
	}
	return q, errors.Join(open311Dates(&q, given, now), open311Page(&q, given))
}

func listOf(s string) (out []string) {
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

func open311Dates(q *city.Open311Query, given func(string) string, now time.Time) error {
	for name, at := range map[string]*time.Time{"start_date": &q.From, "end_date": &q.To, "updated_after": &q.UpdatedAfter, "updated_before": &q.UpdatedBefore} {
		if given(name) == "" {
			continue
		}
		var err error
		// A plus sign that nobody escaped arrives as a blank.
		if *at, err = time.Parse(time.RFC3339, strings.ReplaceAll(given(name), " ", "+")); err != nil || at.Year() < 1900 || at.Year() > 2199 {
			return open311Refusal(http.StatusBadRequest, name+" must be a moment with its zone, such as 2026-11-22T08:30:00+08:00")
		}
	}
	changes := !q.UpdatedAfter.IsZero() || !q.UpdatedBefore.IsZero()
	span := city.Open311Span
	if changes { // also of old reports
		span = city.Open311ChangesBack
	}
	ahead := now.Add(24 * time.Hour) // a clock may run fast
	switch {
	case q.From.IsZero() && q.To.IsZero():
		q.From, q.To = now.Add(-span), ahead
	case q.From.IsZero():
		q.From = q.To.Add(-span)
	case q.To.IsZero():
		q.To = q.From.Add(span)
	case q.To.Sub(q.From) > span+time.Hour:
		return open311Refusal(http.StatusBadRequest, "start_date and end_date may lie 90 days apart at most")
	case q.To.Before(q.From):
		return open311Refusal(http.StatusBadRequest, "end_date lies before start_date")
	}
	if changes && q.UpdatedAfter.IsZero() {
		q.UpdatedAfter = q.From
	}
	if changes && q.UpdatedBefore.IsZero() {
		q.UpdatedBefore = ahead
	}
	return nil
}

func open311Page(q *city.Open311Query, given func(string) string) error {
	if given("page") == "" && given("page_size") == "" {
		return nil
	}
	page, size := 1, 100
	for name, n := range map[string]*int{"page": &page, "page_size": &size} {
		if given(name) == "" {
			continue
		}
		v, err := strconv.Atoi(given(name))
		if err != nil || v < 1 || v > city.Open311MostRows {
			return open311Refusal(http.StatusBadRequest, name+" must be a number from 1 to 1000")
		}
		*n = v
	}
	q.Offset, q.Limit = (page-1)*size, size
	return nil
}

// getOpen311Token answers the number of a request that the key filed, by the
// number it was filed under.
func (s *server) getOpen311Token(c *open311Call) error {
	ctx := c.Request().Context()
	id, err := s.Store.FiledNumber(ctx, c.key.ID, c.name)
	if city.CodeOf(err) == city.NotFound {
		return open311Refusal(http.StatusNotFound, "token was not found")
	}
	if err != nil {
		return err
	}
	type row struct {
		ID    string `json:"service_request_id" xml:"service_request_id"`
		Token string `json:"token" xml:"token"`
	}
	list := []row{{strconv.FormatInt(id, 10), c.name}}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name `xml:"service_requests"`
		List    []row    `xml:"request"`
	}{List: list})
}

type open311UpdateBody struct {
	ID          string `json:"update_id" xml:"update_id"`
	RequestID   string `json:"service_request_id" xml:"service_request_id"`
	Status      string `json:"status" xml:"status"`
	Updated     string `json:"updated_datetime" xml:"updated_datetime"`
	Description string `json:"description" xml:"description"`
	MediaURL    string `json:"media_url" xml:"media_url"`
}

// open311Updates answers what was said of requests later (mySociety's
// extension): start_date and end_date bound when, service_request_id of which.
func (s *server) open311Updates(c *open311Call) error {
	ctx := c.Request().Context()
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	var q city.Open311Query
	if err := open311Dates(&q, c.QueryParam, s.Now()); err != nil {
		return err
	}
	var request int64
	if of := c.QueryParam("service_request_id"); of != "" {
		if request, err = strconv.ParseInt(of, 10, 64); err != nil || request < 1 {
			return open311Refusal(http.StatusNotFound, "service_request_id was not found")
		}
	}
	rows, err := s.Store.RequestUpdates(ctx, c.key.ID, request, q.From, q.To, city.Open311MostRows)
	if err != nil {
		return err
	}
	list := make([]open311UpdateBody, len(rows))
	for n, u := range rows {
		if u.Status == string(city.Rejected) {
			u.Status = "closed"
		}
		list[n] = open311UpdateBody{ID: u.ID, RequestID: strconv.FormatInt(u.RequestID, 10), Status: u.Status, Updated: u.At.In(zone).Format(time.RFC3339), Description: u.Description}
	}
	return c.reply(http.StatusOK, list, struct {
		XMLName xml.Name            `xml:"service_request_updates"`
		List    []open311UpdateBody `xml:"request_update"`
	}{List: list})
}
