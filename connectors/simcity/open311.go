package simcity

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// GeoReport v2's own limits.
const (
	maxRows = 1000
	maxSpan = 90 * 24 * time.Hour
)

// query is a parsed GET requests.
type query struct {
	ids            map[string]bool
	code, status   map[string]bool
	start, end     time.Time // requested_datetime, both included; zero = open
	after, before  time.Time // updated_datetime, both included; zero = open
	page, pageSize int
	extended       bool
}

// parseQuery reads the parameters. Without a date the last 90 days count, with
// one no more than 90 days from it; updated_after looks at all of them.
func parseQuery(v url.Values, now time.Time) (query, error) {
	q := query{page: 1, pageSize: maxRows, extended: v.Get("extensions") == "true"}
	q.ids, q.code, q.status = listParam(v, "service_request_id"), listParam(v, "service_code"), listParam(v, "status")
	for name, to := range map[string]*time.Time{"start_date": &q.start, "end_date": &q.end, "updated_after": &q.after, "updated_before": &q.before} {
		s := v.Get(name)
		if s == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+")) // an unescaped + arrives as a blank
		if err != nil {
			return q, fmt.Errorf("%s is not a W3C date with time and zone", name)
		}
		*to = t
	}
	for name, to := range map[string]*int{"page": &q.page, "page_size": &q.pageSize} {
		if s := v.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1 || n > 1_000_000 {
				return q, fmt.Errorf("%s is not a positive number", name)
			}
			*to = n
		}
	}
	if v.Get("page") != "" && v.Get("page_size") == "" {
		q.pageSize = 100
	}
	q.pageSize = min(q.pageSize, maxRows)
	q.span(now)
	return q, nil
}

// span applies the 90 days of the specification.
func (q *query) span(now time.Time) {
	switch {
	case len(q.ids) > 0 || !q.after.IsZero() || !q.before.IsZero():
	case !q.start.IsZero():
		if q.end.IsZero() || q.end.Sub(q.start) > maxSpan {
			q.end = q.start.Add(maxSpan)
		}
	case !q.end.IsZero():
		q.start = q.end.Add(-maxSpan)
	default:
		q.start = now.Add(-maxSpan)
	}
}

func listParam(v url.Values, name string) map[string]bool {
	set := map[string]bool{}
	for s := range strings.SplitSeq(v.Get(name), ",") {
		if s = strings.TrimSpace(s); s != "" {
			set[s] = true
		}
	}
	return set
}

// matches says whether a complaint belongs into the answer.
func (q *query) matches(k *complaint) bool {
	within := func(t, from, to time.Time) bool {
		return (from.IsZero() || !t.Before(from)) && (to.IsZero() || !t.After(to))
	}
	if k.Channel != world.ByOpen311 {
		return false
	}
	if len(q.ids) > 0 {
		return q.ids[k.ID]
	}
	return within(k.At, q.start, q.end) && within(k.Updated, q.after, q.before) &&
		(len(q.code) == 0 || q.code[k.Category]) && (len(q.status) == 0 || q.status[wireStatus(k.Status)])
}

// wireStatus is the status GeoReport knows: open or closed.
func wireStatus(s string) string {
	if s == world.Closed || s == world.Rejected {
		return "closed"
	}
	return "open"
}

// find returns one page of complaints, newest first, as values that no later
// change touches.
func (c *City) find(q query) []complaint {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := c.data.byTime
	if !q.start.IsZero() {
		all = all[c.data.since(q.start):]
	}
	skip := (q.page - 1) * q.pageSize
	var page []complaint
	for i := len(all) - 1; i >= 0 && len(page) < q.pageSize; i-- {
		if !q.matches(all[i]) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		page = append(page, *all[i])
	}
	return page
}

// wireRequest is a service request as GeoReport writes it. Absent values are
// sometimes null, sometimes empty, sometimes missing, as on real servers.
type wireRequest struct {
	ID          string  `json:"service_request_id" xml:"service_request_id"`
	Status      string  `json:"status" xml:"status"`
	StatusNotes *string `json:"status_notes" xml:"status_notes"`
	Name        string  `json:"service_name" xml:"service_name"`
	Code        string  `json:"service_code" xml:"service_code"`
	Description string  `json:"description" xml:"description"`
	Agency      string  `json:"agency_responsible" xml:"agency_responsible"`
	Notice      string  `json:"service_notice" xml:"service_notice"`
	Requested   string  `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string  `json:"updated_datetime" xml:"updated_datetime"`
	Expected    *string `json:"expected_datetime" xml:"expected_datetime"`
	Address     string  `json:"address" xml:"address"`
	AddressID   *string `json:"address_id" xml:"address_id"`
	Zip         *string `json:"zipcode" xml:"zipcode"`
	Lat         any     `json:"lat,omitempty" xml:"lat,omitempty"`
	Long        any     `json:"long,omitempty" xml:"long,omitempty"`
	Media       *string `json:"media_url" xml:"media_url"`

	Extended *extended `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// extended is what extensions=true adds.
type extended struct {
	Simulation bool   `json:"simulation" xml:"simulation"`
	Channel    string `json:"channel" xml:"channel"`
	AreaCode   string `json:"area_code,omitempty" xml:"area_code,omitempty"`
	Status     string `json:"status" xml:"status"`
	Handle     string `json:"account_id,omitempty" xml:"account_id,omitempty"`
	Responded  string `json:"responded_datetime,omitempty" xml:"responded_datetime,omitempty"`
	Closed     string `json:"closed_datetime,omitempty" xml:"closed_datetime,omitempty"`
	From       string `json:"replayed_from,omitempty" xml:"replayed_from,omitempty"`
}

// wire writes a complaint as a service request.
func wire(k complaint, v view, ext, asXML bool, base string) wireRequest {
	w := wireRequest{
		ID: k.ID, Status: wireStatus(k.Status), Name: serviceName(k.Category), Code: k.Category, Description: k.Text, Agency: k.Office,
		Requested: v.time(k.At), Updated: v.time(k.Updated), Address: k.Address,
	}
	if k.Note != "" {
		w.StatusNotes = &k.Note
	}
	if k.Photo {
		url := base + mediaPath(k.ID)
		w.Media = &url
	}
	w.Lat, w.Long = wirePoint(k, asXML)
	if ext {
		w.Extended = &extended{Simulation: true, Channel: k.Channel, AreaCode: k.Area, Status: k.Status, Handle: k.Handle,
			Responded: v.time(k.Responded), Closed: v.time(k.Closed), From: k.From}
	}
	return w
}

func wirePoint(k complaint, asXML bool) (lat, long any) {
	if k.Lat != nil && k.Lon != nil {
		if asXML {
			return strconv.FormatFloat(*k.Lat, 'f', -1, 64), strconv.FormatFloat(*k.Lon, 'f', -1, 64)
		}
		return *k.Lat, *k.Lon
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(k.ID)) // a hash never fails
	switch h.Sum32() % 3 {
	case 0:
		return "", ""
	case 1:
		return jsonNull(asXML), jsonNull(asXML)
	}
	return nil, nil
}

// jsonNull is a value that JSON writes as null; XML leaves the element out.
func jsonNull(asXML bool) any {
	if asXML {
		return nil
	}
	return (*float64)(nil)
}

// other is the service for what fits nowhere.
var other = world.Category{Slug: "lainnya", Name: "Lain-lain", Office: "Diskominfo", Group: "Lain-lain"}

func services() []world.Category {
	return append(append([]world.Category{}, world.Categories...), other)
}

func serviceName(slug string) string { return service(slug).Name }

// service finds a service; what is unknown is "lainnya".
func service(slug string) world.Category {
	if c, ok := world.CategoryBySlug(slug); ok {
		return c
	}
	return other
}

// validPoint accepts degrees.
func validPoint(lat, long float64) bool {
	return math.Abs(lat) <= 90 && math.Abs(long) <= 180 // false for NaN
}

// editOne changes one of the page's complaints between two polls: a citizen
// adds a line. The change is real, with its own ledger entry, and the page
// that is being sent shows it.
func (c *City) editOne(page []complaint, v view) error {
	if len(page) == 0 {
		return nil
	}
	i := int(v.seed % uint64(len(page)))
	return c.command(func(tick int64) ([]line, error) {
		k, ok := c.data.complaints[page[i].ID]
		if !ok {
			return nil, nil
		}
		if strings.Count(k.Text, editMark) >= 5 { // enough is enough
			return nil, nil
		}
		at := c.stampNow()
		page[i].Text, page[i].Updated, page[i].Version = k.Text+editMark, at, k.Version+1
		return []line{{Kind: lineEdit, Tick: tick, At: at, ID: k.ID, Text: page[i].Text}}, nil
	})
}

const editMark = " (tambahan: sampai sekarang belum berubah)"

// stampNow is the present as stamped on what goes out. The lock must be held.
func (c *City) stampNow() time.Time {
	return c.clock.stamp(c.clock.simAt(c.opt.Now()))
}

// nowStamped is stampNow for who does not hold the lock.
func (c *City) nowStamped() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.stampNow()
}

// baseOf is the city's address as the client called it.
func baseOf(r *http.Request) string { return "http://" + r.Host }
