package main

import (
	"strings"

	"balaikota/backend/analysis/place"
	"balaikota/backend/city"
	"balaikota/backend/store"

	"github.com/paulmach/orb"
)

// certainArea is the confidence from which an area that only the text names
// counts as the report's own.
const certainArea = 0.7

// locate estimates where a report speaks of. Where neither the source named an
// area nor a point gives one, an area the text names with certainty is taken.
// It returns the code of the one area that the text names, "" if none or
// several.
func (x *examination) locate(p store.PendingReport, out *store.Analysis) (named string) {
	in := place.Input{Text: p.Text, Address: p.Address, StatedArea: p.StatedArea}
	if p.Lon != nil && p.Lat != nil {
		in.Point = &orb.Point{*p.Lon, *p.Lat}
	}
	e := x.gazetteer.Estimate(in)
	at := city.PlaceEstimate{
		AreaCode: e.AreaCode, Name: placeName(e.Reading), RadiusM: e.RadiusM, Confidence: e.Confidence, From: e.From, Disagrees: []city.Said{},
	}
	if at.From == "" {
		at.From = "none"
	}
	point := e.Point
	if point == nil && e.AreaCode != "" {
		// An area is drawn as a circle of its size around its label; the whole
		// city is no place.
		if area, ok := x.areas.Area(e.AreaCode); ok && (area.Level == city.Kelurahan || area.Level == city.Kecamatan) {
			point = &area.Label
		}
	}
	if point != nil {
		at.Lon, at.Lat = &point[0], &point[1]
	}
	for _, c := range e.Disagrees {
		at.Disagrees = append(at.Disagrees, x.disagreement(c))
	}
	out.Place = &at
	if p.StatedArea == "" && p.ComputedArea == "" && e.Confidence >= certainArea {
		out.SetArea = e.AreaCode
	}
	if len(e.Reading.Areas) == 1 {
		return e.Reading.Areas[0]
	}
	return ""
}

// placeName is how the text names its place: the landmark, else the street.
func placeName(r place.Reading) string {
	for _, m := range []*place.Mention{r.Landmark, r.Street} {
		if m != nil && m.Name != "" {
			return strings.TrimSpace(m.Head + " " + m.Name + " " + m.Number)
		}
	}
	return ""
}

// disagreement says which source claims another area.
func (x *examination) disagreement(c place.Claim) city.Said {
	names := make([]string, 0, len(c.Areas))
	for _, code := range c.Areas {
		if a, ok := x.areas.Area(code); ok {
			names = append(names, a.Name)
		}
	}
	who := map[string]city.Said{
		place.FromPoint:   {Text: "Titik peta menunjuk ", TextEN: "The point on the map says "},
		place.FromStated:  {Text: "Isian wilayah menyebut ", TextEN: "The form says "},
		place.FromText:    {Text: "Teks menyebut ", TextEN: "The text says "},
		place.FromLearned: {Text: "Tempat yang disebut teks terletak di ", TextEN: "The place the text names lies in "},
	}[c.From]
	return city.Said{Text: who.Text + strings.Join(names, " atau "), TextEN: who.TextEN + strings.Join(names, " or ")}
}
