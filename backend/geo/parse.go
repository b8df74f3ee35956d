package geo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// ParseOptions says what a border file is read for.
type ParseOptions struct {
	// Known are the city's areas as they are now; the result is a copy of
	// them with other outlines. It is empty for a new city.
	Known []city.Area
	// City is the Kemendagri code of the city whose borders are read.
	City string
	// NewCity accepts a city that Known does not hold: areas, names and
	// levels come from the file.
	NewCity bool
	// CityName names a new city whose file does not.
	CityName string
	// File is the file's name for messages; Source, if not empty, is what the
	// outlines say they come from (File without it).
	File   string
	Source string
	// MaxBytes bounds the file; 0 means 128 MiB.
	MaxBytes int64
}

const (
	defaultMaxBytes = 128 << 20
	maxFeatures     = 20_000
)

// ParseAreas reads a GeoJSON file of borders (kelurahan, kecamatan or the
// city itself) and returns all areas of the city as they are after it: areas
// in the file have its outline and are no longer approximate; kecamatan and
// city are joined from their kelurahan when all of them are there. Features
// that cannot be taken are refused one by one; the error is for a file as a
// whole: not GeoJSON, too large, another city's, or nothing in it that can be
// taken (the refusals say why).
func ParseAreas(r io.Reader, o ParseOptions) ([]city.Area, []city.Refusal, error) {
	p, err := newParser(o)
	if err != nil {
		return nil, nil, err
	}
	if err := p.read(r); err != nil {
		return nil, p.refused, err
	}
	if err := p.whose(); err != nil {
		return nil, p.refused, err
	}
	p.refuseOverlaps()
	if len(p.taken) == 0 {
		return nil, p.refused, p.nothing()
	}
	areas, err := p.result()
	return areas, p.refused, err
}

// parser reads one file.
type parser struct {
	ParseOptions
	known   map[string]city.Area
	byBPS   map[string]string
	byNames map[[2]string]string // squashed kecamatan and kelurahan name → code
	taken   map[string]*taken
	order   []string // codes in the file's order
	refused []city.Refusal
	foreign map[string]string // code of another city → its name, if given
	number  int               // of the feature at hand, from 1
}

// taken is a feature that passed.
type taken struct {
	who     identity
	outline orb.MultiPolygon
	number  int
	raw     json.RawMessage
}

func newParser(o ParseOptions) (*parser, error) {
	if level, ok := city.LevelOfCode(o.City); !ok || level != city.Kota {
		return nil, city.InvalidField("city", "%q is not the code of a city, like 64.72", o.City)
	}
	if o.File == "" {
		o.File = "GeoJSON"
	}
	if o.Source == "" {
		o.Source = o.File
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	p := &parser{
		ParseOptions: o, known: map[string]city.Area{}, byBPS: map[string]string{}, byNames: map[[2]string]string{},
		taken: map[string]*taken{}, foreign: map[string]string{},
	}
	for _, a := range o.Known {
		p.known[a.Code] = a
		if a.BPSCode != "" {
			p.byBPS[a.BPSCode] = a.Code
		}
	}
	for _, a := range o.Known {
		if a.Level == city.Kelurahan {
			p.byNames[[2]string{squash(p.known[a.ParentCode].Name), squash(a.Name)}] = a.Code
		}
	}
	return p, nil
}

func squash(name string) string {
	var b strings.Builder
	for _, part := range split(name) {
		b.WriteString(strings.Join(part.words, ""))
	}
	return b.String()
}

func (p *parser) fail(format string, args ...any) error {
	return city.InvalidField(p.File, format, args...)
}

// read goes through the file feature by feature, so that one bad feature
// costs no other.
func (p *parser) read(r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: p.MaxBytes + 1}
	buffered := bufio.NewReaderSize(limited, 64<<10)
	if bom, _ := buffered.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3)
	}
	dec := json.NewDecoder(buffered)
	err := p.document(dec)
	if limited.N <= 0 {
		return p.fail("the file is larger than %d MiB; simplify the borders or split the file", p.MaxBytes>>20)
	}
	return err
}

func (p *parser) document(dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return p.fail("this is not a GeoJSON file; export the borders as GeoJSON (WGS 84)")
	}
	sawFeatures := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return p.broken(err)
		}
		switch key {
		case "features":
			sawFeatures = true
			if err := p.features(dec); err != nil {
				return err
			}
		default:
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				return p.broken(err)
			}
			if err := p.member(key, value); err != nil {
				return err
			}
		}
	}
	if _, err := dec.Token(); err != nil {
		return p.broken(err)
	}
	if !sawFeatures {
		return p.fail("there is no list of features in it; export the borders as a GeoJSON FeatureCollection")
	}
	return nil
}

func (p *parser) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.fail("the file ends in the middle, after feature %d; get it again", p.number)
	}
	return p.fail("after feature %d the JSON is broken (%v); export the file again", p.number, err)
}

// member looks at what stands beside the features.
func (p *parser) member(key json.Token, value json.RawMessage) error {
	switch key {
	case "type":
		if kind := strings.Trim(string(value), `"`); kind != "FeatureCollection" {
			return p.fail("this is a %.40s, not a GeoJSON FeatureCollection; export the borders as one", kind)
		}
	case "crs":
		name := strings.ToUpper(string(value))
		if strings.Contains(name, "EPSG") && !strings.Contains(name, "4326") {
			return p.fail("the coordinates are not WGS 84 (the file says %.80s); export it again as EPSG:4326", value)
		}
	}
	return nil
}

func (p *parser) features(dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return p.fail("features is not a list; export the borders as a GeoJSON FeatureCollection")
	}
	for dec.More() {
		p.number++
		if p.number > maxFeatures {
			return p.fail("there are more than %d features; split the file by city", maxFeatures)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			p.number--
			return p.broken(err)
		}
		p.feature(raw)
	}
	if _, err := dec.Token(); err != nil {
		return p.broken(err)
	}
	return nil
}

func (p *parser) feature(raw json.RawMessage) {
	var f struct {
		ID         json.RawMessage            `json:"id"`
		Properties map[string]json.RawMessage `json:"properties"`
		Geometry   json.RawMessage            `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		p.refuse(identity{}, nil, "it is not a GeoJSON feature: %v", err)
		return
	}
	props, err := json.Marshal(f.Properties)
	if err != nil {
		props = nil
	}
	who, problem := p.identify(f.ID, f.Properties)
	if problem != "" {
		p.refuse(who, props, "%s", problem)
		return
	}
	if first, twice := p.taken[who.code]; twice {
		p.refuse(who, props, "its code was already used by feature %d; join the parts to one MultiPolygon or mend the code", first.number)
		return
	}
	outline, err := decodeOutline(f.Geometry)
	if err != nil {
		p.refuse(who, props, "%v", err)
		return
	}
	if far := p.farFromHome(who.code, outline); far != "" {
		p.refuse(who, props, "%s", far)
		return
	}
	p.taken[who.code] = &taken{who: who, outline: outline, number: p.number, raw: props}
	p.order = append(p.order, who.code)
}

func (p *parser) refuse(who identity, raw json.RawMessage, format string, args ...any) {
	p.refuseAt(p.number, who, raw, fmt.Sprintf(format, args...))
}

func (p *parser) refuseAt(number int, who identity, raw json.RawMessage, reason string) {
	place := fmt.Sprintf("%s, feature %d", p.File, number)
	if label := strings.TrimSpace(who.code + " " + who.name); label != "" {
		place += " (" + label + ")"
	}
	p.refused = append(p.refused, city.Refusal{ExternalID: who.code, Kind: "areas", Place: place, Reason: reason, Raw: raw})
}

// farFromHome refuses a border more than 0.2 degrees (22 km) away from the
// label point that is known: a right code on a wrong shape.
func (p *parser) farFromHome(code string, m orb.MultiPolygon) string {
	a, ok := p.known[code]
	if !ok || p.NewCity || a.Label == (orb.Point{}) {
		return ""
	}
	if m.Bound().Pad(0.2).Contains(a.Label) {
		return ""
	}
	return fmt.Sprintf("the border lies far from %s, whose centre is near %.4f, %.4f; look whether code and shape belong together", a.Name, a.Label[0], a.Label[1])
}

// ForeignCity is the error about a file that holds one other city and nothing
// of ours: somebody took the wrong file, or begins with another city.
type ForeignCity struct {
	Code, Name string // Name is "" where the file has none
	Err        error
}

func (e *ForeignCity) Error() string { return e.Err.Error() }

// Unwrap returns the refusal in words.
func (e *ForeignCity) Unwrap() error { return e.Err }

// whose refuses a file of another city as a whole.
func (p *parser) whose() error {
	if len(p.taken) > 0 || len(p.foreign) == 0 {
		return nil
	}
	codes := make([]string, 0, len(p.foreign))
	for code := range p.foreign {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	label := func(code string) string { return strings.TrimSpace(p.foreign[code] + " (" + code + ")") }
	here := p.City
	if a, ok := p.known[p.City]; ok {
		here = a.Name + " (" + p.City + ")"
	}
	if len(codes) > 1 {
		return p.fail("the file holds %d other cities, among them %s, and nothing of %s; take the file of %s", len(codes), label(codes[0]), here, here)
	}
	why := p.fail("the file holds %s, not %s; to load it as a new city add --new-city %s", label(codes[0]), here, codes[0])
	return &ForeignCity{Code: codes[0], Name: p.foreign[codes[0]], Err: why}
}

func (p *parser) nothing() error {
	if len(p.refused) == 0 {
		return p.fail("there is no feature in it")
	}
	first := p.refused[0]
	return p.fail("none of %d features can be taken; the first: %s: %s", p.number, first.Place, first.Reason)
}

// refuseOverlaps refuses the later of two borders of one level when the
// middle of one lies in the other.
func (p *parser) refuseOverlaps() {
	byLevel := map[city.Level][]city.Area{}
	for _, code := range p.order {
		level, _ := city.LevelOfCode(code)
		byLevel[level] = append(byLevel[level], city.Area{Code: code, Outline: p.taken[code].outline})
	}
	for _, areas := range byLevel {
		l := newLocator(areas)
		for i, a := range areas {
			middle := LabelPoint(a.Outline)
			x, y := l.box(middle)
			for _, j := range l.grid[y*l.nx+x] {
				if int(j) != i && l.shapes[j].contains(middle) {
					p.refuseLater(areas[min(i, int(j))].Code, areas[max(i, int(j))].Code)
				}
			}
		}
	}
}

func (p *parser) refuseLater(first, later string) {
	a, b := p.taken[first], p.taken[later]
	if a == nil || b == nil {
		return
	}
	p.refuseAt(b.number, b.who, b.raw, fmt.Sprintf("it overlaps %s (feature %d); mend the border or the code", first, a.number))
	delete(p.taken, later)
}
