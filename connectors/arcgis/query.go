package arcgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// answer is a page of features, in esri's JSON or as GeoJSON.
type answer struct {
	Features []json.RawMessage `json:"features"`
	// Exceeded says that there is more; GeoJSON has it at either place.
	Exceeded   bool `json:"exceededTransferLimit"`
	Properties struct {
		Exceeded bool `json:"exceededTransferLimit"`
	} `json:"properties"`
	SpatialReference *struct {
		WKID   int `json:"wkid"`
		Latest int `json:"latestWkid"`
	} `json:"spatialReference"`
}

// query asks for the page that the cursor is at and moves the cursor.
func (c *connector) query(ctx context.Context, cur *cursor) (records []any, more bool, err error) {
	byID := c.cfg.Paging == "objectid" || c.cfg.Paging == "auto" && !c.layer.Can.Pagination
	size := min(c.cfg.PageSize, c.cfg.MaxRows-cur.Rows)
	if c.layer.Most > 0 {
		size = min(size, c.layer.Most)
	}
	params := url.Values{
		"where": {c.where(cur, byID)}, "outFields": {c.columns()}, "outSR": {"4326"}, "returnGeometry": {"true"}, "f": {c.format()},
	}
	last := int64(0)
	if byID {
		ids, err := c.nextIDs(ctx, cur, size)
		if err != nil || len(ids) == 0 {
			return nil, false, err
		}
		last = ids[len(ids)-1]
		params.Set("where", c.where(cur, true)+" AND "+c.layer.idField()+" <= "+strconv.FormatInt(last, 10))
		more = len(ids) == size
	} else {
		params.Set("orderByFields", c.layer.idField())
		params.Set("resultOffset", strconv.Itoa(cur.Rows))
		params.Set("resultRecordCount", strconv.Itoa(size))
	}
	var a answer
	if err := c.ask(ctx, c.cfg.URL+"/query", params, &a); err != nil {
		return nil, false, err
	}
	if records, err = c.records(a, params.Get("f")); err != nil {
		return nil, false, err
	}
	cur.Rows += len(records)
	if byID {
		cur.LastID = last
		return records, more, nil
	}
	return records, len(records) > 0 && (a.Exceeded || a.Properties.Exceeded), nil
}

// columns are those asked for, with the object id, which paging needs.
func (c *connector) columns() string {
	out := slices.Clone(c.cfg.Out)
	for _, needed := range []string{c.layer.idField(), c.cfg.Changed} {
		if needed != "" && !slices.Contains(out, "*") && !slices.Contains(out, needed) {
			out = append(out, needed)
		}
	}
	return strings.Join(out, ",")
}

func (c *connector) format() string {
	if c.cfg.Format != "auto" {
		return c.cfg.Format
	}
	if strings.Contains(strings.ToLower(c.layer.Formats), "geojson") {
		return "geojson"
	}
	return "json"
}

// nextIDs are the next object ids, in order. A list of ids is not cut by the
// server's limit, so this finds every feature on servers that cannot page.
func (c *connector) nextIDs(ctx context.Context, cur *cursor, size int) ([]int64, error) {
	var got struct {
		IDs []int64 `json:"objectIds"` // null when there are none
	}
	if err := c.ask(ctx, c.cfg.URL+"/query", url.Values{"where": {c.where(cur, true)}, "returnIdsOnly": {"true"}}, &got); err != nil {
		return nil, err
	}
	slices.Sort(got.IDs)
	for _, id := range got.IDs {
		if id <= cur.LastID {
			return nil, &connectors.MalformedError{What: "ArcGIS", Err: errors.New("it lists object ids that were not asked for")}
		}
	}
	return got.IDs[:min(size, len(got.IDs))], nil
}

// records makes records of the features of an answer.
func (c *connector) records(a answer, format string) ([]any, error) {
	var out []any
	var err error
	if format == "geojson" {
		out, err = mapping.Features(a.Features, false)
	} else {
		out, err = esriRecords(a, c.layer.idField())
	}
	if err != nil {
		return nil, &connectors.MalformedError{What: "ArcGIS", Err: err}
	}
	for _, r := range out {
		c.complete(r.(map[string]any))
	}
	return out, nil
}

// complete writes dates as text with their zone, and adds the words that stand
// for codes.
func (c *connector) complete(record map[string]any) {
	properties := record["properties"].(map[string]any)
	labels := map[string]any{}
	for _, f := range c.layer.Fields {
		v, ok := properties[f.Name]
		if !ok || v == nil {
			continue
		}
		if f.Type == "esriFieldTypeDate" {
			if at, ok := c.date(v); ok {
				properties[f.Name] = at
			}
		}
		if f.Domain == nil {
			continue
		}
		for _, coded := range f.Domain.Coded {
			if fmt.Sprint(coded.Code) == fmt.Sprint(v) {
				labels[f.Name] = coded.Name
			}
		}
	}
	record["labels"] = labels
}

// date reads milliseconds since 1970.
func (c *connector) date(v any) (string, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return "", false
	}
	ms, err := n.Float64()
	if err != nil || math.Abs(ms) > 1e14 {
		return "", false
	}
	at := time.UnixMilli(int64(ms)).UTC()
	if c.cfg.Dates == "local" {
		at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), c.env.Location)
	}
	return at.Format(time.RFC3339), true
}

// esriRecords reads features in esri's own JSON.
func esriRecords(a answer, idField string) ([]any, error) {
	to, err := reprojection(a)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(a.Features))
	for i, raw := range a.Features {
		var f struct {
			Attributes map[string]any `json:"attributes"`
			Geometry   esriShape      `json:"geometry"`
		}
		if err := connectors.DecodeJSON(raw, "", &f); err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		shape := f.Geometry.shape()
		if shape != nil {
			shape = to(shape)
		}
		out = append(out, mapping.Feature(f.Attributes[idField], f.Attributes, shape))
	}
	return out, nil
}

// reprojection turns the answer's coordinates into degrees. Old servers do not
// heed outSR.
func reprojection(a answer) (func(orb.Geometry) orb.Geometry, error) {
	same := func(g orb.Geometry) orb.Geometry { return g }
	if a.SpatialReference == nil {
		return same, nil
	}
	switch s := *a.SpatialReference; {
	case s.WKID == 4326 || s.WKID == 0 && s.Latest == 0:
		return same, nil
	case s.WKID == 102100 || s.WKID == 3857 || s.Latest == 3857:
		return mapping.FromMercator, nil
	default:
		return nil, fmt.Errorf("its coordinates are in the reference system %d and not in degrees, which were asked for", s.WKID)
	}
}

// esriShape is a geometry in esri's JSON. An empty point is {"x":"NaN"}.
type esriShape struct {
	X      any             `json:"x"`
	Y      any             `json:"y"`
	Points [][]json.Number `json:"points"`
	Paths  [][]orbPoint    `json:"paths"`
	Rings  [][]orbPoint    `json:"rings"`
}

type orbPoint []json.Number

func (s esriShape) shape() orb.Geometry {
	if x, ok := number(s.X); ok {
		if y, ok := number(s.Y); ok {
			return orb.Point{x, y}
		}
	}
	switch {
	case len(s.Rings) > 0:
		var out orb.Polygon
		for _, ring := range s.Rings {
			out = append(out, line(ring))
		}
		return out
	case len(s.Paths) > 0:
		var out orb.MultiLineString
		for _, path := range s.Paths {
			out = append(out, orb.LineString(line(path)))
		}
		return out
	case len(s.Points) > 0:
		var out orb.MultiPoint
		for _, p := range s.Points {
			out = append(out, line([]orbPoint{p})...)
		}
		return out
	}
	return nil
}

func line(points []orbPoint) []orb.Point {
	out := make([]orb.Point, 0, len(points))
	for _, p := range points {
		if len(p) < 2 {
			continue
		}
		x, xok := number(p[0])
		y, yok := number(p[1])
		if xok && yok {
			out = append(out, orb.Point{x, y})
		}
	}
	return out
}

func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	x, err := n.Float64()
	return x, err == nil && !math.IsInf(x, 0)
}
