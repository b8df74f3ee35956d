package city

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Open311Source is the slug of the source under which reports are kept that
// came in by our own Open311 server.
const Open311Source = "open311-masuk"

// What a key reads beyond the reports it filed itself.
const (
	Open311ReadsPublic = "public" // what everybody may see
	Open311ReadsCity   = "city"   // all reports of the city, never who reported
)

// Bounds of the Open311 server. The span and the number of rows are GeoReport
// v2's own; the rest is ours.
const (
	Open311Span        = 90 * 24 * time.Hour  // of requested_datetime, in one question
	Open311MostRows    = 1000                 // in one answer
	Open311ChangesBack = 400 * 24 * time.Hour // how old reports may be whose changes are asked for
	Open311TextLength  = 4000                 // characters of a description
	Open311SameForm    = 10 * time.Minute     // the same form again within it is the same report
	Open311ADay        = 5000                 // reports that one key may file in 24 hours
	Open311MostUpdates = 50                   // of one report
)

// Open311Key is another system's key to the Open311 server, without its secret.
type Open311Key struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Reads     string     `json:"reads" enum:"public,city" doc:"Whose reports it reads beyond those it filed: public ones, or the city's"`
	Files     bool       `json:"files" doc:"It may file reports"`
	PerMinute int        `json:"per_minute" doc:"Requests a minute that one server answers it"`
	MadeAt    time.Time  `json:"made_at"`
	MadeBy    string     `json:"made_by"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	RevokedBy string     `json:"revoked_by,omitempty"`
	Filed     int        `json:"filed" doc:"Reports it filed in the last 30 days"`
}

// Check says what is wrong with a key that is to be made, field by field.
func (k Open311Key) Check() error {
	switch {
	case strings.TrimSpace(k.Name) == "" || utf8.RuneCountInString(k.Name) > 80:
		return InvalidField("name", "say in 1 to 80 characters whose key it is")
	case k.Reads != Open311ReadsPublic && k.Reads != Open311ReadsCity:
		return InvalidField("reads", "must be public or city")
	case k.PerMinute < 1 || k.PerMinute > 600:
		return InvalidField("per_minute", "must be between 1 and 600")
	}
	return nil
}

// Open311Attribute is something that a report of a service says besides where
// and what, in GeoReport's own terms.
type Open311Attribute struct {
	Code        string         `json:"code" pattern:"^[a-z0-9_]{1,40}$"`
	Datatype    string         `json:"datatype" enum:"string,number,datetime,text,singlevaluelist,multivaluelist"`
	Required    bool           `json:"required"`
	Description string         `json:"description" minLength:"1" maxLength:"200" doc:"The question to the citizen"`
	Help        string         `json:"datatype_description,omitempty" maxLength:"200" doc:"How to answer it"`
	Values      []Open311Value `json:"values,omitempty" maxItems:"100" doc:"What a list offers"`
}

// Open311Value is one choice of an attribute that is a list.
type Open311Value struct {
	Key  string `json:"key" minLength:"1" maxLength:"80"`
	Name string `json:"name" minLength:"1" maxLength:"120"`
}

func (a Open311Attribute) isList() bool {
	return a.Datatype == "singlevaluelist" || a.Datatype == "multivaluelist"
}

// CheckOpen311Attributes says what is wrong with the attributes of a service.
func CheckOpen311Attributes(as []Open311Attribute) error {
	codes := map[string]bool{}
	for n, a := range as {
		field := "attributes." + strconv.Itoa(n)
		switch {
		case len(as) > 20:
			return InvalidField("attributes", "at most 20 attributes")
		case a.Code == "" || len(a.Code) > 40 || strings.Trim(a.Code, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return InvalidField(field, "code must be lower case letters, digits and _")
		case codes[a.Code]:
			return InvalidField(field, "the code %s stands twice", a.Code)
		case !slices.Contains([]string{"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}, a.Datatype):
			return InvalidField(field, "datatype is none of GeoReport's")
		case strings.TrimSpace(a.Description) == "":
			return InvalidField(field, "a question is needed")
		case a.isList() != (len(a.Values) > 0):
			return InvalidField(field, "a list needs its values, and nothing else has any")
		}
		codes[a.Code] = true
	}
	return nil
}

// Line is what the citizen answered, as a line of the report that officers
// read; "" for no answer. Invalid when the answer is none of the kind asked for.
func (a Open311Attribute) Line(answers []string, zone *time.Location) (string, error) {
	answers = slices.DeleteFunc(slices.Clone(answers), func(s string) bool { return strings.TrimSpace(s) == "" })
	field := "attribute[" + a.Code + "]"
	switch {
	case len(answers) == 0 && a.Required:
		return "", InvalidField(field, "is required")
	case len(answers) == 0:
		return "", nil
	case len(answers) > 1 && a.Datatype != "multivaluelist":
		return "", InvalidField(field, "is given more than once")
	}
	said := make([]string, len(answers))
	for n, s := range answers {
		s = strings.TrimSpace(s)
		switch {
		case utf8.RuneCountInString(s) > 1000:
			return "", InvalidField(field, "is longer than 1000 characters")
		case a.Datatype == "number":
			if f, err := strconv.ParseFloat(s, 64); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
				return "", InvalidField(field, "is no number")
			}
		case a.Datatype == "datetime":
			at, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return "", InvalidField(field, "is no moment such as 2026-11-22T08:30:00+08:00")
			}
			s = at.In(zone).Format("2006-01-02 15.04")
		case a.isList():
			at := slices.IndexFunc(a.Values, func(v Open311Value) bool { return v.Key == s })
			if at < 0 {
				return "", InvalidField(field, "is none of the values offered")
			}
			s = a.Values[at].Name
		}
		said[n] = s
	}
	return a.Description + ": " + strings.Join(said, ", "), nil
}

// Open311Service is a category of report as Open311 offers it.
type Open311Service struct {
	Category   string             `json:"category"`
	Name       string             `json:"name"`
	Public     bool               `json:"public" doc:"Reports of it may be shown to everybody, when their source may"`
	Attributes []Open311Attribute `json:"attributes" nullable:"false"`
	Words      []string           `json:"-"`
	Office     string             `json:"-"`
}

// Open311Published is a source and whether its reports may be shown to everybody.
type Open311Published struct {
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	Public    bool   `json:"public"`
	Media     bool   `json:"media" doc:"Addresses of its pictures too"`
	Simulated bool   `json:"simulated,omitempty"`
}

// Open311Desk is all that is kept about the Open311 server.
type Open311Desk struct {
	Keys     []Open311Key       `json:"keys" nullable:"false" doc:"Those that hold, by name, then revoked ones of the last 90 days"`
	Services []Open311Service   `json:"services" nullable:"false"`
	Sources  []Open311Published `json:"sources" nullable:"false" doc:"Sources that have brought reports"`
	Withheld int                `json:"withheld" doc:"Reports held back from the public one by one"`
	Shown    int                `json:"shown" doc:"Reports of the last 90 days that everybody can see now"`
}

// Open311Query asks for service requests. Empty fields do not filter.
type Open311Query struct {
	IDs           []int64 // overrides all others
	Categories    []string
	From, To      time.Time // created_at in [From, To]
	UpdatedAfter  time.Time
	UpdatedBefore time.Time
	Open, Closed  bool // both or neither: all
	Offset, Limit int
}

// ServiceRequest is a report as it goes out by Open311, masked already as far
// as its reader needs: see Outward.
type ServiceRequest struct {
	ID          int64
	Channel     string
	CreatedAt   time.Time
	RespondedAt *time.Time
	ClosedAt    *time.Time
	UpdatedAt   time.Time
	DueAt       *time.Time
	Text        string
	Lon, Lat    *float64
	Address     string
	AreaCode    string
	Category    string
	ServiceName string
	Office      string
	Status      ReportStatus
	MediaURL    string
	Answer      string // what the reporter was told
	Simulated   bool
	// Trusted readers are those who filed it and keys that read the city's.
	Trusted bool
	// MediaPublic says that everybody may have the picture's address.
	MediaPublic bool
}

// publicGrid is how finely a place is told to everybody: a thousandth of a
// degree, about 110 m. A house is not told, as an address loses its number.
const publicGrid = 1000

// Outward masks the request for its reader. Nobody gets who reported; trusted
// readers get the text as officers read it (numbers and mail addresses masked),
// everybody else without all that names or finds a person, the point on a grid
// of about 110 m, and a picture only where its source allows that.
func (r ServiceRequest) Outward() ServiceRequest {
	if r.Trusted {
		r.Text, r.Address, r.Answer = MaskOutward(r.Text), MaskOutward(r.Address), MaskOutward(r.Answer)
	} else {
		r.Text, r.Address, r.Answer, r.Channel = HidePersonal(r.Text), HidePersonal(r.Address), HidePersonal(r.Answer), ""
		if r.Lon != nil && r.Lat != nil {
			lon, lat := math.Round(*r.Lon*publicGrid)/publicGrid, math.Round(*r.Lat*publicGrid)/publicGrid
			r.Lon, r.Lat = &lon, &lat
		}
		if !r.MediaPublic {
			r.MediaURL = ""
		}
	}
	r.MediaURL = webAddress(r.MediaURL)
	return r
}

// webAddress is s when it is an address of the web, else "".
func webAddress(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return ""
	}
	return u.String()
}

// RequestUpdate is something that was said of a service request later, in
// mySociety's terms.
type RequestUpdate struct {
	ID          string
	RequestID   int64
	Status      string // open, in_progress or closed
	Description string
	At          time.Time
	Trusted     bool
}

// Outward masks the update for its reader, as ServiceRequest.Outward does.
func (u RequestUpdate) Outward() RequestUpdate {
	if u.Trusted {
		u.Description = MaskOutward(u.Description)
	} else {
		u.Description = HidePersonal(u.Description)
	}
	return u
}

// Open311Filing is a report on its way in.
type Open311Filing struct {
	Key     Open311Key
	Digest  []byte // SHA-256 of all that was sent
	Service string // category slug
	Text    string // description and answers to attributes
	Lon     *float64
	Lat     *float64
	Address string
	Media   string
	Who     Reporter
}

// Open311Note is an update on its way in.
type Open311Note struct {
	Key         Open311Key
	RequestID   int64
	ExternalID  string // the sender's own number of the update
	Status      string // open or closed
	Description string
	At          time.Time
}

// Line is the update as the text that officers read has it, below what the citizen
// wrote. It does not go out as the citizen's: GeoReport's description is what the
// request was filed with, and mySociety's updates are told on their own.
func (n Open311Note) Line(zone *time.Location) string {
	return "Kabar " + n.At.In(zone).Format("2006-01-02 15.04") + ": " + n.Description
}

// WithoutNotes is a report's text without the lines of its updates.
func WithoutNotes(text string, notes []Open311Note, zone *time.Location) string {
	for _, n := range notes {
		text = strings.Replace(text, "\n"+n.Line(zone), "", 1)
	}
	return text
}

// WebAddress reports whether s can be the address of a picture: http or https,
// with a host, without a password.
func WebAddress(s string) bool { return webAddress(s) != "" }
