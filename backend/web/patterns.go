package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// PatternStore is where the patterns are kept. backend/store implements it.
type PatternStore interface {
	Patterns(ctx context.Context, asker city.Asker, kind city.PatternKind) ([]city.Pattern, error)
	// PatternChecks says when each kind was last looked for, newest first.
	PatternChecks(ctx context.Context, asker city.Asker, kind city.PatternKind) ([]city.PatternCheck, error)
}

// Hotspotter draws the map of hotspots. cmd/balaikota implements it.
type Hotspotter interface {
	Hotspots(ctx context.Context, asker city.Asker, q city.HotspotQuery) (city.HotspotMap, error)
}

type patternsInput struct {
	Kind string `query:"kind" enum:"hotspot,anomaly,drift,silent,campaign,quota,mass_closing" doc:"Only this kind"`
}

// PatternList is what is unusual now and when that was last looked for.
type PatternList struct {
	Items []city.Pattern `json:"items" nullable:"false"`
	// CheckedAt is the newest of Checks.
	CheckedAt *time.Time          `json:"checked_at,omitempty" doc:"When it was last looked; absent before the first time"`
	Checks    []city.PatternCheck `json:"checks" nullable:"false" doc:"When each kind was last looked for, newest first"`
}

type patternsBody struct{ Body PatternList }

func (s *server) getPatterns(ctx context.Context, in *patternsInput) (*patternsBody, error) {
	checks, err := s.Store.PatternChecks(ctx, askerOf(ctx), city.PatternKind(in.Kind))
	if err != nil {
		return nil, err
	}
	out := PatternList{Checks: []city.PatternCheck{}}
	if len(checks) > 0 {
		out.Checks, out.CheckedAt = checks, &checks[0].CheckedAt
	}
	out.Items, err = s.Store.Patterns(ctx, askerOf(ctx), city.PatternKind(in.Kind))
	return &patternsBody{Body: out}, err
}

type hotspotsInput struct {
	Category string `query:"category" doc:"Category slug; all when empty"`
	Days     int    `query:"days" minimum:"1" maximum:"90" default:"28" doc:"The last so many times 24 hours"`
	Level    string `query:"level" enum:"cell,kelurahan" default:"cell"`
	Cell     int    `query:"cell" minimum:"200" maximum:"1000" default:"500" doc:"Size of a cell in metres"`
}

// HotspotFeatures is a map of hotspots as GeoJSON (RFC 7946).
type HotspotFeatures struct {
	Type string    `json:"type" enum:"FeatureCollection"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// CheckedAt is when it was computed.
	CheckedAt time.Time        `json:"checked_at" doc:"When the map was computed"`
	Category  string           `json:"category" doc:"Empty: all"`
	Level     string           `json:"level" enum:"cell,kelurahan"`
	Measure   string           `json:"measure" enum:"count,rate" doc:"What was compared: reports, or reports per 1000 people"`
	Reports   int              `json:"reports" doc:"Reports on the map"`
	Places    int              `json:"places" doc:"Places that were compared"`
	Lacking   string           `json:"lacking,omitempty" enum:"few_places,few_reports,all_equal" doc:"Why no place has a heat: not enough data yet"`
	Features  []HotspotFeature `json:"features" nullable:"false"`
}

// HotspotFeature is one place. A kelurahan has no geometry here: its outline is
// that of /geo/kelurahan.geojson.
type HotspotFeature struct {
	Type       string            `json:"type" enum:"Feature"`
	Geometry   *HotspotGeometry  `json:"geometry"`
	Properties HotspotProperties `json:"properties"`
}

// HotspotGeometry is a cell's box.
type HotspotGeometry struct {
	Type        string         `json:"type" enum:"Polygon"`
	Coordinates [][][2]float64 `json:"coordinates" nullable:"false" doc:"lon, lat; counter-clockwise, closed"`
}

// HotspotProperties are the figures of one place.
type HotspotProperties struct {
	AreaCode string  `json:"area_code,omitempty"`
	Count    int     `json:"count"`
	Rate     float64 `json:"rate,omitempty" doc:"Reports per 1000 people, small places drawn to the city's rate"`
	Around   float64 `json:"around" doc:"Of the place and its neighbours together"`
	Expected float64 `json:"expected" doc:"What around would be if all were spread evenly"`
	Z        float64 `json:"z" doc:"Getis-Ord Gi*, in standard deviations"`
	P        float64 `json:"p" doc:"Two-sided chance of it by accident"`
	Q        float64 `json:"q" doc:"False discovery rate among all places"`
	Heat     string  `json:"heat" enum:"panas_99,panas_95,panas_90,biasa,dingin_90,dingin_95,dingin_99" doc:"Hot or cold at which confidence"`
}

type hotspotsBody struct{ Body HotspotFeatures }

func (s *server) getHotspots(ctx context.Context, in *hotspotsInput) (*hotspotsBody, error) {
	m, err := s.Hotspots.Hotspots(ctx, askerOf(ctx), city.HotspotQuery{
		Level: in.Level, Category: in.Category, Days: in.Days, Metres: float64(in.Cell),
	})
	if err != nil {
		return nil, err
	}
	out := HotspotFeatures{
		Type: "FeatureCollection", From: m.From, To: m.To, CheckedAt: m.To, Category: m.Category, Level: m.Level, Measure: m.Measure,
		Reports: m.Reports, Places: m.Places, Lacking: m.Lacking, Features: make([]HotspotFeature, len(m.Hotspots)),
	}
	for i, h := range m.Hotspots {
		out.Features[i] = featureOf(h)
	}
	return &hotspotsBody{Body: out}, nil
}

func featureOf(h city.Hotspot) HotspotFeature {
	f := HotspotFeature{Type: "Feature", Properties: HotspotProperties{
		AreaCode: h.AreaCode, Count: h.Count, Rate: h.Rate, Around: h.Around, Expected: h.Expected, Z: h.Z, P: h.P, Q: h.Q, Heat: h.Heat,
	}}
	if h.AreaCode == "" {
		w, s, e, n := h.Box[0], h.Box[1], h.Box[2], h.Box[3]
		f.Geometry = &HotspotGeometry{Type: "Polygon", Coordinates: [][][2]float64{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
	}
	return f
}
