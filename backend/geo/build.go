package geo

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// result joins the features that were taken with what is known.
func (p *parser) result() ([]city.Area, error) {
	var areas []city.Area
	if p.NewCity {
		built, err := p.build()
		if err != nil {
			return nil, err
		}
		areas = built
	} else {
		areas = slices.Clone(p.Known)
	}
	for i, a := range areas {
		t, ok := p.taken[a.Code]
		if !ok {
			continue
		}
		areas[i] = withOutline(a, t.outline, p.Source, false)
		if level := a.Level; t.who.bps != "" && len(t.who.bps) == 10 && level == city.Kelurahan {
			areas[i].BPSCode = t.who.bps
		}
	}
	return DissolveParents(areas), nil
}

// build makes the areas of a new city from the file: its kelurahan, and above
// them kecamatan and city by their codes. Areas already known keep their
// aliases, population and BPS code.
func (p *parser) build() ([]city.Area, error) {
	byCode := map[string]city.Area{}
	add := func(code, name string) {
		level, _ := city.LevelOfCode(code)
		a, known := p.known[code]
		if !known {
			a = city.Area{Code: code, Level: level, Name: tidy(name)}
			if code != p.City {
				a.ParentCode = city.ParentCode(code)
			}
		}
		if have, ok := byCode[code]; !ok || have.Name == "" {
			byCode[code] = a
		}
	}
	kelurahan := 0
	for _, code := range p.order {
		t := p.taken[code]
		if t == nil {
			continue
		}
		name := t.who.name
		switch level, _ := city.LevelOfCode(code); level {
		case city.Kelurahan:
			kelurahan++
			add(city.ParentCode(code), t.who.kecamatan)
		case city.Kota:
			name = firstNonEmpty(t.who.city, name)
		}
		add(code, name)
		add(p.City, firstNonEmpty(t.who.city, p.CityName))
	}
	if kelurahan == 0 {
		return nil, p.fail("a new city needs the borders of its kelurahan; this file has none")
	}
	areas := make([]city.Area, 0, len(byCode))
	for _, a := range byCode {
		if a.Name == "" {
			return nil, p.fail("the %s %s has no name in the file; add it as WADMKC (kecamatan) or WADMKK (city)", a.Level, a.Code)
		}
		areas = append(areas, a)
	}
	slices.SortFunc(areas, func(a, b city.Area) int { return strings.Compare(a.Code, b.Code) })
	return areas, nil
}

func firstNonEmpty(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// tidy writes names in capitals as names: "GUNUNG KELUA" → "Gunung Kelua".
func tidy(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if name != strings.ToUpper(name) {
		return name
	}
	words := strings.Fields(strings.ToLower(name))
	for i, w := range words {
		r := []rune(w)
		words[i] = strings.ToUpper(string(r[0])) + string(r[1:])
	}
	return strings.Join(words, " ")
}
