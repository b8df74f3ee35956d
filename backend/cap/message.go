package cap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// Namespace of CAP 1.2.
const Namespace = "urn:oasis:names:tc:emergency:cap:1.2"

// Values of the standard that we use (CAP-v1.2, section 3.2).
const (
	Actual   = "Actual"
	Exercise = "Exercise"

	Alert  = "Alert"
	Update = "Update"
	Cancel = "Cancel"

	Public  = "Public"
	Private = "Private"
)

// Message is one CAP message before it is written.
type Message struct {
	// Sender names the originator: no spaces, commas, < or &.
	Sender     string
	SenderName string
	// Event names the chain ("banjir-64.72.08-20260312T0810"), Version counts
	// its messages from 1; together with Sender they make the identifier.
	Event   string
	Version int
	Sent    time.Time // in the zone whose offset it is to carry
	MsgType string
	// Simulated makes it an Exercise: what a simulated city says must never be
	// taken for real.
	Simulated bool
	// Published is true when an officer has made it public. Until then its
	// scope is Private and it names its Addressees (which then must not be
	// empty).
	Published  bool
	Addressees []string
	// Note is for the addressees ("SIMULASI …").
	Note string
	// References are the earlier messages of the chain; they must be given for
	// Update and Cancel and only then.
	References []Reference
	Infos      []Info
}

// Reference names an earlier message.
type Reference struct {
	Sender, Identifier string
	Sent               time.Time
}

// Info is what a message says in one language.
type Info struct {
	Language string // "id", "en-US"
	Event    string
	Level    city.Severity
	// Observed is true when it is happening, false when it is foreseen.
	Observed  bool
	Over      bool // an end: urgency Past, responseType AllClear
	Effective time.Time
	Onset     time.Time
	Expires   time.Time
	Headline  string
	// Description and Instruction are plain text.
	Description, Instruction string
	Contact                  string
	// Parameters are further values ("skor" = "0.72").
	Parameters []Value
	Areas      []Area
}

// Value is a named value.
type Value struct{ Name, Value string }

// Area is where.
type Area struct {
	Description string
	Outline     orb.MultiPolygon // lon/lat; outer rings are written
	Code        string           // Kemendagri code
}

// Identifier is stable for an event and version of a sender.
func Identifier(sender, event string, version int) string {
	return sender + "-" + event + "-v" + strconv.Itoa(version)
}

// Scope is who a message is for: only its addressees until an officer has
// published it.
func (m Message) Scope() string {
	if m.Published {
		return Public
	}
	return Private
}

// The elements in the order of the standard's schema.
type alert struct {
	XMLName    xml.Name  `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string    `xml:"identifier"`
	Sender     string    `xml:"sender"`
	Sent       string    `xml:"sent"`
	Status     string    `xml:"status"`
	MsgType    string    `xml:"msgType"`
	Scope      string    `xml:"scope"`
	Addresses  string    `xml:"addresses,omitempty"`
	Note       string    `xml:"note,omitempty"`
	References string    `xml:"references,omitempty"`
	Incidents  string    `xml:"incidents,omitempty"`
	Infos      []infoXML `xml:"info"`
}

type infoXML struct {
	Language     string     `xml:"language"`
	Categories   []string   `xml:"category"`
	Event        string     `xml:"event"`
	ResponseType string     `xml:"responseType,omitempty"`
	Urgency      string     `xml:"urgency"`
	Severity     string     `xml:"severity"`
	Certainty    string     `xml:"certainty"`
	Effective    string     `xml:"effective"`
	Onset        string     `xml:"onset,omitempty"`
	Expires      string     `xml:"expires"`
	SenderName   string     `xml:"senderName,omitempty"`
	Headline     string     `xml:"headline"`
	Description  string     `xml:"description,omitempty"`
	Instruction  string     `xml:"instruction,omitempty"`
	Contact      string     `xml:"contact,omitempty"`
	Parameters   []valueXML `xml:"parameter"`
	Areas        []areaXML  `xml:"area"`
}

type valueXML struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

type areaXML struct {
	Desc     string     `xml:"areaDesc"`
	Polygons []string   `xml:"polygon"`
	Geocodes []valueXML `xml:"geocode"`
}

// timeForm is CAP's: a numeric offset, never Z, no fractions (CAP-v1.2,
// section 3.3.2).
const timeForm = "2006-01-02T15:04:05-07:00"

// Write returns the message as XML, or an error that names the rule it would
// break.
func Write(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	a := alert{
		Identifier: Identifier(m.Sender, m.Event, m.Version), Sender: m.Sender, Sent: m.Sent.Format(timeForm), Status: Actual,
		MsgType: m.MsgType, Scope: m.Scope(), Note: clean(m.Note), References: references(m.References), Incidents: m.Event,
	}
	if m.Simulated {
		a.Status = Exercise
	}
	if !m.Published {
		a.Addresses = addresses(m.Addressees)
	}
	for _, in := range m.Infos {
		a.Infos = append(a.Infos, m.info(in))
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(&out)
	enc.Indent("", "  ")
	if err := enc.Encode(a); err != nil {
		return nil, fmt.Errorf("write a CAP message: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// check holds the message against the standard's rules on values.
func (m Message) check() error {
	wrong := func(format string, args ...any) error {
		return city.Errorf(city.Invalid, "a CAP message "+format, args...)
	}
	switch {
	case m.Sender == "" || strings.ContainsAny(m.Sender, " ,<&\t\n"):
		return wrong("needs a sender without spaces, commas, < or &")
	case m.Event == "" || strings.ContainsAny(m.Event, " ,<&\t\n"):
		return wrong("needs an event name without spaces, commas, < or &")
	case m.Version < 1:
		return wrong("needs a version from 1 on")
	case m.MsgType != Alert && m.MsgType != Update && m.MsgType != Cancel:
		return wrong("is Alert, Update or Cancel, not %q", m.MsgType)
	case (m.MsgType == Alert) != (len(m.References) == 0):
		return wrong("that is an Update or Cancel names earlier messages, an Alert none")
	case !m.Published && len(m.Addressees) == 0:
		return wrong("that is not public needs addressees")
	case len(m.Infos) == 0:
		return wrong("needs an info")
	}
	for _, in := range m.Infos {
		switch {
		case in.Language == "" || in.Event == "" || in.Headline == "":
			return wrong("needs language, event and headline")
		case in.Expires.Before(in.Effective):
			return wrong("cannot expire before it takes effect")
		case len(in.Areas) == 0:
			return wrong("says where")
		}
	}
	return nil
}

func (m Message) info(in Info) infoXML {
	severity, urgency, certainty := Severity(in.Level), "Expected", "Possible"
	response := "Monitor"
	switch {
	case in.Over:
		urgency, certainty, response = "Past", "Observed", "AllClear"
	case in.Observed:
		urgency, certainty = "Immediate", "Observed"
	case in.Level.Rank() >= city.Siaga.Rank():
		certainty = "Likely"
	}
	if !in.Over && in.Level.Rank() >= city.Siaga.Rank() {
		response = "Prepare"
	}
	x := infoXML{
		Language: in.Language, Categories: []string{"Met", "Geo"}, Event: clean(in.Event), ResponseType: response, Urgency: urgency,
		Severity: severity, Certainty: certainty, Effective: m.local(in.Effective), Expires: m.local(in.Expires),
		SenderName: clean(m.SenderName), Headline: headline(in.Headline), Description: clean(in.Description), Instruction: clean(in.Instruction),
		Contact: clean(in.Contact),
	}
	if !in.Onset.IsZero() {
		x.Onset = m.local(in.Onset)
	}
	for _, p := range in.Parameters {
		x.Parameters = append(x.Parameters, valueXML(p))
	}
	for _, a := range in.Areas {
		x.Areas = append(x.Areas, area(a))
	}
	return x
}

// local writes a time with the offset of Sent.
func (m Message) local(t time.Time) string { return t.In(m.Sent.Location()).Format(timeForm) }

// Severity sets the levels of Indonesian practice beside CAP's.
func Severity(level city.Severity) string {
	switch level {
	case city.Awas:
		return "Extreme"
	case city.Siaga:
		return "Severe"
	case city.Perhatian:
		return "Moderate"
	}
	return "Minor"
}

func references(rs []Reference) string {
	list := make([]string, len(rs))
	for i, r := range rs {
		list[i] = r.Sender + "," + r.Identifier + "," + r.Sent.Format(timeForm)
	}
	return strings.Join(list, " ")
}

// addresses are separated by spaces; those with spaces stand in quotes.
func addresses(names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = strings.ReplaceAll(clean(n), `"`, "'")
		if strings.ContainsAny(list[i], " \t") {
			list[i] = `"` + list[i] + `"`
		}
	}
	return strings.Join(list, " ")
}

// headline is at most 160 characters, as the standard advises for phones.
func headline(s string) string {
	r := []rune(clean(s))
	if len(r) > 160 {
		return string(r[:159]) + "…"
	}
	return string(r)
}

// clean drops what XML cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF {
			return r
		}
		return -1
	}, s)
}

// maxCorners bounds a polygon: readers refuse very long ones.
const maxCorners = 400

func area(a Area) areaXML {
	x := areaXML{Desc: clean(a.Description)}
	for _, polygon := range a.Outline {
		if len(polygon) == 0 {
			continue
		}
		if text := ring(polygon[0]); text != "" {
			x.Polygons = append(x.Polygons, text)
		}
	}
	if a.Code != "" {
		x.Geocodes = append(x.Geocodes, valueXML{"Kemendagri", a.Code})
	}
	return x
}

// ring writes "lat,lon" pairs, the last equal to the first; "" for a ring of
// fewer than three corners.
func ring(r orb.Ring) string {
	every := 1 + (len(r)-1)/maxCorners
	var points []string
	for i := 0; i < len(r); i += every {
		p := strconv.FormatFloat(r[i][1], 'f', 5, 64) + "," + strconv.FormatFloat(r[i][0], 'f', 5, 64)
		if len(points) == 0 || points[len(points)-1] != p {
			points = append(points, p)
		}
	}
	if len(points) > 1 && points[0] == points[len(points)-1] {
		points = points[:len(points)-1]
	}
	if len(points) < 3 {
		return ""
	}
	return strings.Join(append(points, points[0]), " ")
}
