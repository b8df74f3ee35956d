package importing

import (
	"strings"

	"balaikota/backend/city"
)

// Observation turns a row into one value of a declared indicator.
func Observation(row Row, e Env) (city.Observation, *Refused) {
	p := reader{row: row, kind: Observations, env: e}
	o := city.Observation{Unit: p.text("unit"), Station: p.text("station")}
	written := p.required("indicator")
	declared, known := e.indicators[foldName(written)]
	if written != "" && !known {
		p.fail("indicator", "%.60q is not declared; declare it first, under Sumber Data or with: balaikota import indicators FILE", written)
	}
	o.Indicator = declared.Slug
	o.Time = p.time("time")
	if p.required("value") != "" {
		if v := p.number("value", ParseNumber); v != nil {
			o.Value = *v
		}
	}
	if known && o.Unit != "" {
		if unit(o.Unit) != unit(declared.Unit) {
			p.fail("unit", "%.20q is not the unit of %s, %q; convert the values or mend the unit", o.Unit, declared.Slug, declared.Unit)
		}
		o.Unit = declared.Unit
	}
	code, several, ok := e.area(p.text("area_code"))
	switch {
	case len(several) > 0:
		p.fail("area_code", "%.60q means several areas: %s; write the code", p.text("area_code"), e.names(several))
	case !ok:
		p.fail("area_code", "%.60q is no area of this city; write a code like 64.72.03 or leave it blank for the whole city", p.text("area_code"))
	}
	o.AreaCode = code
	if p.refused != nil {
		return city.Observation{}, p.refused
	}
	return o, nil
}

// unit writes a unit in one way: "Rp./Kg" and "rp/kg" are one, as are "m³" and
// "m3", "km/h" and "km/jam".
func unit(s string) string {
	s = strings.NewReplacer(" ", "", ".", "", "²", "2", "³", "3", "μ", "µ").Replace(strings.ToLower(s))
	switch s {
	case "persen", "percent", "pct":
		return "%"
	case "meter", "mdpl":
		return "m"
	case "milimeter":
		return "mm"
	case "km/h", "kmh", "kmj", "kpj", "km/j":
		return "km/jam"
	case "ug/m3", "mcg/m3":
		return "µg/m3"
	case "c", "celsius", "derajatcelsius", "degc":
		return "°c"
	case "rupiah/kg", "idr/kg":
		return "rp/kg"
	case "rp/l", "rp/ltr", "idr/liter", "rupiah/liter":
		return "rp/liter"
	}
	return s
}
