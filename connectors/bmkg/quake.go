package bmkg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// The three feeds, best described event first: the newest with everything, the
// last 15 of magnitude 5 and more, the last 15 that were felt.
var quakeFeeds = []string{"autogempa.json", "gempaterkini.json", "gempadirasakan.json"}

// quakeAnswer is a feed. Infogempa.gempa is one object in autogempa and an
// array in the others.
type quakeAnswer struct {
	Info struct {
		Quakes json.RawMessage `json:"gempa"`
	} `json:"Infogempa"`
}

// quakeRow is an earthquake; every value is text.
type quakeRow struct {
	Day         string `json:"Tanggal"`
	Clock       string `json:"Jam"`
	DateTime    string `json:"DateTime"`
	Coordinates string `json:"Coordinates"` // "lat,lon"
	Magnitude   string `json:"Magnitude"`
	Depth       string `json:"Kedalaman"` // "12 km"
	Place       string `json:"Wilayah"`
	Potential   string `json:"Potensi"`
	Felt        string `json:"Dirasakan"` // "-", "II - III Batang Dua, II Ternate"
}

// quake is an earthquake understood.
type quake struct {
	At        time.Time
	Point     orb.Point
	Magnitude float64
	DepthKm   float64
	Place     string
	Tsunami   bool
	FeltHere  int // highest intensity (MMI) felt in the city, 0 = not felt
	Felt      string
}

// knownQuake remembers an earthquake between runs. The feeds have no ids and
// give the same event with slightly different figures.
type knownQuake struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
	Lon float64   `json:"lon"`
	Lat float64   `json:"lat"`
	// Told is what was last said, so that nothing is said twice.
	Told string `json:"told"`
}

// pullQuakes reads the three feeds and raises what concerns the city.
func (c *connector) pullQuakes(ctx context.Context, cur *cursor) (feedPage, error) {
	var page feedPage
	var failed []error
	var quakes []quake
	for _, feed := range quakeFeeds {
		found, refused, err := c.readQuakes(ctx, feed)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		quakes = append(quakes, found...)
		page.Refused = append(page.Refused, refused...)
	}
	oldest := c.env.Now().Add(-time.Duration(c.cfg.QuakeShown))
	cur.Quakes = slices.DeleteFunc(cur.Quakes, func(k knownQuake) bool { return k.At.Before(oldest.Add(-time.Hour)) })
	for _, q := range mergeQuakes(quakes) {
		if q.At.Before(oldest) || !c.concerns(q) {
			continue
		}
		known := remember(&cur.Quakes, q)
		alert := c.quakeAlert(known.Key, q)
		if told := alert.Headline + alert.Evidence; told != known.Told {
			known.Told = told
			page.Alerts = append(page.Alerts, alert)
		}
	}
	page.done = true
	return page, errors.Join(failed...)
}

func (c *connector) readQuakes(ctx context.Context, feed string) ([]quake, []city.Refusal, error) {
	var answer quakeAnswer
	res, err := c.env.HTTP.GetJSON(ctx, c.addresses.quakes+feed, nil, &answer)
	if err == nil {
		err = res.CheckClock()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", feed, err)
	}
	rows, err := quakeRows(answer.Info.Quakes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", feed, err)
	}
	var quakes []quake
	var refused []city.Refusal
	for _, row := range rows {
		q, err := c.readQuake(row)
		if err != nil {
			raw, _ := json.Marshal(row) // plain strings
			refused = append(refused, city.Refusal{Kind: "alerts", ExternalID: clip(row.DateTime), Place: feed, Reason: err.Error(), Raw: raw})
			continue
		}
		quakes = append(quakes, q)
	}
	return quakes, refused, nil
}

// quakeRows reads one object or an array of them.
func quakeRows(raw json.RawMessage) ([]quakeRow, error) {
	raw = bytes.TrimSpace(raw)
	var rows []quakeRow
	var err error
	switch {
	case len(raw) == 0:
		err = errors.New("Infogempa.gempa is missing")
	case raw[0] == '[':
		err = json.Unmarshal(raw, &rows)
	default:
		rows = make([]quakeRow, 1)
		err = json.Unmarshal(raw, &rows[0])
	}
	if err != nil {
		return nil, &connectors.MalformedError{What: "Infogempa", Err: err}
	}
	return rows, nil
}

func (c *connector) readQuake(row quakeRow) (quake, error) {
	at, err := quakeTime(row)
	if err != nil {
		return quake{}, err
	}
	lat, lon, ok := strings.Cut(row.Coordinates, ",")
	y, err1 := connectors.ParseNumber(lat, connectors.NumberPlain)
	x, err2 := connectors.ParseNumber(lon, connectors.NumberPlain)
	if !ok || err1 != nil || err2 != nil || math.Abs(y) > 90 || math.Abs(x) > 180 {
		return quake{}, fmt.Errorf("Coordinates %q are not lat,lon", clip(row.Coordinates))
	}
	m, err := connectors.ParseNumber(row.Magnitude, connectors.NumberPlain)
	if err != nil {
		return quake{}, fmt.Errorf("Magnitude: %w", err)
	}
	depth, err := connectors.ParseNumber(strings.TrimSuffix(strings.TrimSpace(row.Depth), "km"), connectors.NumberPlain)
	if err != nil {
		return quake{}, fmt.Errorf("Kedalaman: %w", err)
	}
	return quake{
		At: at, Point: orb.Point{x, y}, Magnitude: m, DepthKm: depth, Place: strings.TrimSpace(row.Place),
		Tsunami: tsunamiPossible(row.Potential), FeltHere: c.feltHere(row.Felt), Felt: strings.TrimSpace(row.Felt),
	}, nil
}

// quakeTime reads DateTime (with zone), or Tanggal and Jam, which is WIB
// whatever the place.
func quakeTime(row quakeRow) (time.Time, error) {
	if t, err := connectors.ParseTime(row.DateTime, time.UTC, time.RFC3339); err == nil {
		return t.UTC(), nil
	}
	t, err := connectors.ParseTime(row.Day+" "+row.Clock, time.FixedZone("WIB", 7*3600), "2 Jan 2006 15:04:05", "2 January 2006 15:04:05")
	if err != nil {
		return time.Time{}, errors.New("neither DateTime nor Tanggal and Jam can be read")
	}
	return t.UTC(), nil
}

var denied = regexp.MustCompile(`(?i)\b(tidak|tdk|tak|bukan|belum)\b`)

// tsunamiPossible reads Potensi. "Tidak berpotensi tsunami" holds the words
// "berpotensi tsunami": what counts is whether anything before them denies.
func tsunamiPossible(potential string) bool {
	low := strings.ToLower(potential)
	before, _, found := strings.Cut(low, "berpotensi tsunami")
	return found && !denied.MatchString(before)
}

var roman = map[string]int{"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12}

// feltHere returns the highest intensity (MMI) that Dirasakan gives for the
// city or one of its kecamatan: the upper end of a range ("IV-V"), 0 if none.
func (c *connector) feltHere(felt string) int {
	highest := 0
	for _, part := range strings.FieldsFunc(felt, func(r rune) bool { return r == ',' || r == ';' }) {
		mmi, place := intensity(part)
		if mmi > highest && c.isHere(place) {
			highest = mmi
		}
	}
	return highest
}

// intensity reads "II - III Batang Dua" as 3 and "Batang Dua".
func intensity(part string) (mmi int, place string) {
	if _, after, ok := strings.Cut(part, ":"); ok {
		part = after
	}
	words := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(part, "–", "-"), "-", " - "))
	for i, w := range words {
		w = strings.ToUpper(w)
		if n, ok := roman[w]; ok {
			mmi = max(mmi, n)
		} else if w != "-" && w != "MMI" {
			return mmi, strings.Join(words[i:], " ")
		}
	}
	return mmi, ""
}

func (c *connector) isHere(place string) bool {
	low := strings.ToLower(place)
	for _, level := range []city.Level{city.Kota, city.Kecamatan} {
		for _, a := range c.env.Areas.Areas(level) {
			if strings.Contains(low, strings.ToLower(strings.TrimPrefix(a.Name, "Kota "))) {
				return true
			}
		}
	}
	return false
}

// tsunamiKm is how far off an earthquake that may raise a tsunami still
// concerns the city; the Makassar strait lies well within.
const tsunamiKm = 1000

func (c *connector) concerns(q quake) bool {
	km := c.distanceKm(q)
	return q.FeltHere > 0 || km <= c.cfg.NearKm && q.Magnitude >= c.cfg.NearMagnitude || q.Tsunami && km <= tsunamiKm
}

func (c *connector) distanceKm(q quake) float64 {
	here := c.env.Areas.Areas(city.Kota)
	if len(here) == 0 {
		return math.Inf(1)
	}
	return geo.DistanceHaversine(here[0].Label, q.Point) / 1000
}

// mergeQuakes joins rows that are the same event, keeping the strongest
// statement of each: only some feeds say where it was felt or of tsunamis.
func mergeQuakes(rows []quake) []quake {
	var out []quake
	for _, q := range rows {
		i := slices.IndexFunc(out, func(o quake) bool { return sameQuake(o.At, o.Point, q.At, q.Point) })
		if i < 0 {
			out = append(out, q)
			continue
		}
		out[i].Tsunami = out[i].Tsunami || q.Tsunami
		if q.FeltHere > out[i].FeltHere || out[i].Felt == "" || out[i].Felt == "-" {
			out[i].FeltHere, out[i].Felt = max(q.FeltHere, out[i].FeltHere), q.Felt
		}
	}
	return out
}

// sameQuake allows for the feeds' different rounding: within a minute and
// 100 km there is one earthquake.
func sameQuake(at time.Time, p orb.Point, at2 time.Time, p2 orb.Point) bool {
	return at.Sub(at2).Abs() <= time.Minute && geo.DistanceHaversine(p, p2) <= 100_000
}

// remember finds or adds the earthquake among those known.
func remember(known *[]knownQuake, q quake) *knownQuake {
	for i, k := range *known {
		if sameQuake(k.At, orb.Point{k.Lon, k.Lat}, q.At, q.Point) {
			return &(*known)[i]
		}
	}
	key := fmt.Sprintf("quake:%s:%.1f,%.1f", q.At.Format("20060102T150405Z"), q.Point[1], q.Point[0])
	*known = append(*known, knownQuake{Key: key, At: q.At, Lon: q.Point[0], Lat: q.Point[1]})
	return &(*known)[len(*known)-1]
}

func (c *connector) quakeAlert(key string, q quake) city.Alert {
	until := q.At.Add(time.Duration(c.cfg.QuakeShown))
	magnitude := strconv.FormatFloat(q.Magnitude, 'f', 1, 64)
	a := city.Alert{
		Key: key, Kind: city.AlertQuake, Severity: quakeSeverity(q), Since: q.At, Until: &until, Attribution: attribution,
		Headline:   fmt.Sprintf("Gempa M %s, %s", strings.ReplaceAll(magnitude, ".", ","), q.Place),
		HeadlineEN: fmt.Sprintf("Earthquake M %s, %s", magnitude, q.Place),
		Geometry:   json.RawMessage(fmt.Sprintf(`{"type":"Point","coordinates":[%g,%g]}`, q.Point[0], q.Point[1])),
		AreaCodes:  []string{},
	}
	a.Evidence = fmt.Sprintf("%s; %.0f km dari kota; kedalaman %.0f km", c.clock(q.At, false), c.distanceKm(q), q.DepthKm)
	a.EvidenceEN = fmt.Sprintf("%s; %.0f km from the city; depth %.0f km", c.clock(q.At, true), c.distanceKm(q), q.DepthKm)
	if q.Felt != "" && q.Felt != "-" {
		a.Evidence += "; dirasakan " + q.Felt
		a.EvidenceEN += "; felt " + q.Felt
	}
	if q.Tsunami {
		a.Evidence = "Berpotensi tsunami; " + a.Evidence
		a.EvidenceEN = "Tsunami possible; " + a.EvidenceEN
	}
	return a
}

// quakeSeverity goes by what was felt in the city, after BMKG's own intensity
// scale (SIG-BMKG): MMI III–V is felt without damage, VI light damage, VII and
// more moderate to heavy damage.
func quakeSeverity(q quake) city.Severity {
	switch {
	case q.FeltHere >= 7:
		return city.Awas
	case q.FeltHere == 6, q.Tsunami:
		return city.Siaga
	case q.FeltHere >= 3:
		return city.Perhatian
	}
	return city.Info
}
