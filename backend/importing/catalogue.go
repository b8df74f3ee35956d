package importing

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (p *reader) slug() string {
	s := p.required("slug")
	if s != "" && (!slugForm.MatchString(s) || len(s) > 60) {
		p.fail("slug", "%.60q must be small letters, digits and single hyphens, like harga-beras", s)
	}
	return s
}

// choice reads a field whose words stand for a few values; blank keeps have.
func (p *reader) choice(field, have string, words map[string]string, say string) string {
	v := p.text(field)
	if v == "" {
		return have
	}
	got, ok := words[foldName(v)]
	if !ok {
		p.fail(field, "%.40q is none of %s", v, say)
	}
	return got
}

var (
	grains = map[string]string{
		"city": "city", "kota": "city", "district": "district", "kecamatan": "district", "kec": "district",
		"village": "village", "kelurahan": "village", "kel": "village", "desa": "village",
	}
	directions   = map[string]string{"up": "up", "naik": "up", "down": "down", "turun": "down", "none": "none", "netral": "none"}
	aggregations = map[string]string{
		"mean": "mean", "rata": "mean", "ratarata": "mean", "sum": "sum", "jumlah": "sum", "max": "max", "maksimum": "max", "tertinggi": "max",
		"last": "last", "terakhir": "last",
	}
)

// Indicator turns a row into a declaration. One that is declared already keeps
// what the row does not say.
func Indicator(row Row, e Env) (city.Indicator, *Refused) {
	p := reader{row: row, kind: Indicators, env: e}
	slug := p.slug()
	i, known := e.indicators[foldName(slug)]
	if !known || i.Slug != slug {
		i = city.Indicator{
			Slug: slug, Direction: "none", Aggregation: "mean", Decimals: 1,
			VisibleTo: slices.Clone(city.Roles), Thresholds: []city.Threshold{},
		}
	}
	i.Name, i.Unit, i.Origin = p.required("name"), p.required("unit"), "import"
	i.Grain = p.choice("grain", p.required("grain"), grains, "city, district, village (kota, kecamatan, kelurahan)")
	i.NameEN, i.Definition = p.or("name_en", i.NameEN), p.or("definition", i.Definition)
	i.Direction = p.choice("direction", i.Direction, directions, "up, down, none")
	i.Aggregation = p.choice("aggregation", i.Aggregation, aggregations, "mean, sum, max, last")
	i.Decimals = p.whole("decimals", i.Decimals, 0, 6)
	i.Rank = p.whole("rank", i.Rank, 0, 1000)
	// Where neither the file nor the declaration says it, it follows from what comes.
	i.FreshForSeconds = p.whole("fresh_for_seconds", i.FreshForSeconds, 1, 800*86400)
	i.FreshAssumed = i.FreshAssumed && p.text("fresh_for_seconds") == ""
	if v := p.number("min", ParseNumber); v != nil {
		i.Min = v
	}
	if v := p.number("max", ParseNumber); v != nil {
		i.Max = v
	}
	if i.Min != nil && i.Max != nil && *i.Min >= *i.Max {
		p.fail("max", "the greatest possible value is not above the least; mend min or max")
	}
	if p.refused != nil {
		return city.Indicator{}, p.refused
	}
	return i, nil
}

// Category turns a row into a declaration; words are separated by | or ;. One
// that is declared already keeps what the row does not say.
func Category(row Row, e Env) (city.Category, *Refused) {
	p := reader{row: row, kind: Categories, env: e}
	slug := p.slug()
	c, known := e.categories[foldName(slug)]
	if !known || c.Slug != slug {
		c = city.Category{Slug: slug, Words: []string{}}
	}
	c.Name, c.Office, c.Origin = p.required("name"), p.required("office"), "import"
	if o, ok := e.offices[foldName(c.Office)]; ok {
		c.Office = o.ShortName
	}
	c.NameEN = p.or("name_en", c.NameEN)
	if p.required("working_days_to_close") != "" {
		c.WorkingDaysToClose = p.whole("working_days_to_close", 0, 1, 400)
	}
	if words := p.text("words"); words != "" {
		c.Words = []string{}
		for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r == '|' || r == ';' }) {
			if w = strings.TrimSpace(w); w != "" {
				c.Words = append(c.Words, w)
			}
		}
	}
	if p.refused != nil {
		return city.Category{}, p.refused
	}
	return c, nil
}

// Holiday turns a row into a day that is not worked. Date is midnight UTC of
// that calendar day.
func Holiday(row Row, e Env) (city.Holiday, *Refused) {
	p := reader{row: row, kind: Holidays, env: e}
	t := p.time("date")
	h := city.Holiday{
		Date: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), Name: p.text("name"), Source: p.or("source", row.File),
	}
	if h.Source == "" {
		h.Source = "import"
	}
	leave := "libur"
	if strings.HasPrefix(strings.ToLower(h.Name), "cuti bersama") {
		leave = "cuti_bersama"
	}
	h.Kind = p.choice("kind", leave, map[string]string{
		"libur": "libur", "liburnasional": "libur", "holiday": "libur", "nasional": "libur", "cuti": "cuti_bersama", "cutibersama": "cuti_bersama",
	}, "libur, cuti_bersama")
	if p.refused != nil {
		return city.Holiday{}, p.refused
	}
	return h, nil
}

// or returns a field, or have when it is blank.
func (p *reader) or(field, have string) string {
	if v := p.text(field); v != "" {
		return v
	}
	return have
}

func (p *reader) whole(field string, have, least, most int) int {
	v := p.text(field)
	if v == "" {
		return have
	}
	n, err := parseWhole(v)
	if err != nil {
		p.fail(field, "%.40q %v", v, err)
	} else if n < least || n > most {
		p.fail(field, "%d is not between %d and %d", n, least, most)
	}
	return n
}
