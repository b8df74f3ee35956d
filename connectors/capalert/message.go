package capalert

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// message is a CAP 1.2 alert (OASIS CAP-v1.2).
type message struct {
	XMLName    xml.Name
	Identifier string `xml:"identifier"`
	Sender     string `xml:"sender"`
	Sent       string `xml:"sent"`
	Status     string `xml:"status"`
	MsgType    string `xml:"msgType"`
	Scope      string `xml:"scope"`
	References string `xml:"references"`
	Infos      []Info `xml:"info"`
}

// Info is what a message says in one language.
type Info struct {
	Language      string   `xml:"language"`
	Event         string   `xml:"event"`
	ResponseTypes []string `xml:"responseType"`
	Severity      string   `xml:"severity"`
	Effective     string   `xml:"effective"`
	Onset         string   `xml:"onset"`
	Expires       string   `xml:"expires"`
	Headline      string   `xml:"headline"`
	Instruction   string   `xml:"instruction"`
	Web           string   `xml:"web"`
	Areas         []area   `xml:"area"`
}

type area struct {
	Desc     string   `xml:"areaDesc"`
	Polygons []string `xml:"polygon"`
	Circles  []string `xml:"circle"`
	Geocodes []struct {
		Name  string `xml:"valueName"`
		Value string `xml:"value"`
	} `xml:"geocode"`
}

// Warning is a CAP message understood. Times have their own zone.
type Warning struct {
	ID         string
	Sender     string
	Sent       time.Time
	References []string // identifiers of the messages it follows, oldest first
	// Over is true for a Cancel and for an AllClear.
	Over           bool
	Info           Info
	HeadlineEN     string
	Since, Expires time.Time
	Shapes         []orb.Polygon
	Circles        []Circle
	Names          []string // areaDesc and geocodes
}

// Circle is a circle on the earth.
type Circle struct {
	Center orb.Point
	Km     float64
}

// ErrNotForUs is a message that is none for the public: an exercise, a draft,
// a restricted one, an acknowledgement.
var ErrNotForUs = errors.New("not an actual public warning")

// Parse decodes and understands one message. Hold is how long a warning lasts
// that does not say until when; 0 refuses it. Its errors are ErrNotForUs, a
// *connectors.MalformedError, or what the message lacks.
func Parse(body []byte, contentType string, hold time.Duration) (Warning, error) {
	var m message
	if err := connectors.DecodeXML(body, contentType, &m); err != nil {
		return Warning{}, err
	}
	if m.XMLName.Local != "alert" {
		return Warning{}, &connectors.MalformedError{What: "CAP", Err: fmt.Errorf("its root is %q", clip(m.XMLName.Local))}
	}
	if m.Status != "Actual" || m.Scope != "Public" || m.MsgType != "Alert" && m.MsgType != "Update" && m.MsgType != "Cancel" {
		return Warning{ID: strings.TrimSpace(m.Identifier)}, ErrNotForUs
	}
	w := Warning{ID: strings.TrimSpace(m.Identifier), Sender: strings.TrimSpace(m.Sender), References: references(m.References), Over: m.MsgType == "Cancel"}
	if w.ID == "" {
		return w, errors.New("identifier is missing")
	}
	var err error
	if w.Sent, err = parseTime(m.Sent); err != nil {
		return w, fmt.Errorf("sent: %w", err)
	}
	return w, w.addInfos(m.Infos, hold)
}

// addInfos takes the Indonesian information (the first if none says so) and
// the English headline; areas of all of them count.
func (w *Warning) addInfos(infos []Info, hold time.Duration) error {
	if len(infos) == 0 {
		if w.Over {
			return nil // a Cancel needs none
		}
		return errors.New("it holds no info")
	}
	w.Info = infos[0]
	for _, in := range infos {
		switch lang := strings.ToLower(in.Language); {
		case strings.HasPrefix(lang, "en"):
			w.HeadlineEN = in.Headline
		case strings.HasPrefix(lang, "id") && rank(in.Severity) >= rank(w.Info.Severity):
			w.Info = in
		}
		for _, r := range in.ResponseTypes {
			w.Over = w.Over || strings.TrimSpace(r) == "AllClear"
		}
		if err := w.addAreas(in.Areas); err != nil {
			return err
		}
	}
	return w.addTimes(hold)
}

// addTimes reads the span. effective may be later than sent; without it the
// warning holds from when it was sent.
func (w *Warning) addTimes(hold time.Duration) error {
	w.Since = w.Sent
	for _, s := range []string{w.Info.Effective, w.Info.Onset} {
		if strings.TrimSpace(s) == "" {
			continue
		}
		t, err := parseTime(s)
		if err != nil {
			return fmt.Errorf("effective: %w", err)
		}
		w.Since = t
	}
	if strings.TrimSpace(w.Info.Expires) == "" {
		if hold > 0 {
			w.Expires = w.Since.Add(hold)
		}
		if w.Over || hold > 0 {
			return nil
		}
		return errors.New("expires is missing, so nobody could say when it ends")
	}
	t, err := parseTime(w.Info.Expires)
	if err != nil {
		return fmt.Errorf("expires: %w", err)
	}
	w.Expires = t
	if t.Before(w.Since) && !w.Over {
		return errors.New("it expires before it takes effect")
	}
	return nil
}

// parseTime reads a CAP time. The standard wants a numeric offset and never "Z";
// a time without zone could be off by hours, so it is refused.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05-07:00", strings.TrimSpace(s))
	if err != nil {
		t, err = time.Parse(time.RFC3339, strings.TrimSpace(s))
	}
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}, fmt.Errorf("%q is not a time with a numeric offset", clip(s))
	}
	return t, nil
}

// references reads "sender,identifier,sent sender,identifier,sent …".
func references(s string) []string {
	var ids []string
	for triple := range strings.FieldsSeq(s) {
		if parts := strings.Split(triple, ","); len(parts) == 3 && parts[1] != "" {
			ids = append(ids, parts[1])
		}
	}
	return ids
}

func (w *Warning) addAreas(areas []area) error {
	for _, a := range areas {
		for _, text := range a.Polygons {
			p, err := parsePolygon(text)
			if err != nil {
				return fmt.Errorf("polygon: %w", err)
			}
			// Each language repeats the areas.
			if !slices.ContainsFunc(w.Shapes, p.Equal) {
				w.Shapes = append(w.Shapes, p)
			}
		}
		for _, text := range a.Circles {
			c, err := parseCircle(text)
			if err != nil {
				return fmt.Errorf("circle: %w", err)
			}
			w.Circles = append(w.Circles, c)
		}
		for _, g := range a.Geocodes {
			w.Names = append(w.Names, strings.TrimSpace(g.Value))
		}
		w.Names = append(w.Names, strings.TrimSpace(a.Desc))
	}
	return nil
}

const maxVertices = 20_000

// parsePolygon reads "lat,lon lat,lon …" and closes it when the sender did not.
func parsePolygon(text string) (orb.Polygon, error) {
	pairs := strings.Fields(text)
	if len(pairs) < 3 || len(pairs) > maxVertices {
		return nil, fmt.Errorf("it has %d points", len(pairs))
	}
	ring := make(orb.Ring, 0, len(pairs)+1)
	for _, pair := range pairs {
		p, err := latLon(pair)
		if err != nil {
			return nil, err
		}
		ring = append(ring, p)
	}
	if ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 {
		return nil, errors.New("it has fewer than three corners")
	}
	return orb.Polygon{ring}, nil
}

// parseCircle reads "lat,lon radius", the radius in kilometres.
func parseCircle(text string) (Circle, error) {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return Circle{}, errors.New("it is not lat,lon radius")
	}
	p, err := latLon(fields[0])
	if err != nil {
		return Circle{}, err
	}
	km, err := strconv.ParseFloat(fields[1], 64)
	if err != nil || math.IsNaN(km) || km < 0 || km > 20_000 {
		return Circle{}, errors.New("its radius cannot be read")
	}
	return Circle{p, km}, nil
}

func latLon(pair string) (orb.Point, error) {
	a, b, ok := strings.Cut(pair, ",")
	lat, err1 := strconv.ParseFloat(a, 64)
	lon, err2 := strconv.ParseFloat(b, 64)
	if !ok || err1 != nil || err2 != nil || !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 180) {
		return orb.Point{}, fmt.Errorf("%q is not lat,lon", clip(pair))
	}
	return orb.Point{lon, lat}, nil
}

func rank(severity string) int { return Severity(severity).Rank() }

// Severity sets CAP's four severities beside the words of Indonesian
// disaster practice.
func Severity(s string) city.Severity {
	switch s {
	case "Extreme":
		return city.Awas
	case "Severe":
		return city.Siaga
	case "Moderate":
		return city.Perhatian
	}
	return city.Info
}

// clip keeps foreign text in messages short.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
