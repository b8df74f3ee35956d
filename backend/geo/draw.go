package geo

import (
	"bytes"
	"encoding/json"
	"strconv"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// draw writes areas that have outlines as a GeoJSON FeatureCollection with 6
// decimals (11 cm), in code order.
func draw(areas []city.Area) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	first := true
	for _, a := range areas {
		if len(a.Outline) == 0 {
			continue
		}
		if !first {
			b.WriteString(",\n")
		}
		first = false
		props, err := json.Marshal(struct {
			Code        string     `json:"code"`
			Name        string     `json:"name"`
			Level       city.Level `json:"level"`
			Parent      string     `json:"parent_code"`
			Approximate bool       `json:"approximate"`
			Source      string     `json:"outline_source"`
		}{a.Code, a.Name, a.Level, a.ParentCode, a.Approximate, a.OutlineSource})
		if err != nil {
			return nil, err
		}
		b.WriteString(`{"type":"Feature","properties":`)
		b.Write(props)
		b.WriteString(`,"geometry":`)
		writeGeometry(&b, a.Outline)
		b.WriteString(`}`)
	}
	b.WriteString("]}\n")
	return b.Bytes(), nil
}

func writeGeometry(b *bytes.Buffer, m orb.MultiPolygon) {
	if len(m) == 1 {
		b.WriteString(`{"type":"Polygon","coordinates":`)
		writePolygon(b, m[0])
	} else {
		b.WriteString(`{"type":"MultiPolygon","coordinates":[`)
		for i, p := range m {
			if i > 0 {
				b.WriteByte(',')
			}
			writePolygon(b, p)
		}
		b.WriteByte(']')
	}
	b.WriteByte('}')
}

func writePolygon(b *bytes.Buffer, p orb.Polygon) {
	b.WriteByte('[')
	for i, r := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for j, q := range r {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('[')
			writeDegrees(b, q[0])
			b.WriteByte(',')
			writeDegrees(b, q[1])
			b.WriteByte(']')
		}
		b.WriteByte(']')
	}
	b.WriteByte(']')
}

// writeDegrees writes at most 6 decimals without trailing zeros.
func writeDegrees(b *bytes.Buffer, v float64) {
	s := strconv.AppendFloat(b.AvailableBuffer(), v, 'f', 6, 64)
	s = bytes.TrimRight(s, "0")
	s = bytes.TrimSuffix(s, []byte("."))
	b.Write(s)
}
