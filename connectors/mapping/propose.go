package mapping

import (
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Propose says which column of the records is likely which of our fields, for either
// kind of record, the likelier first: by what the values are, and by the column's
// name where values leave it open. It goes by the first records and proposes nothing
// it is not fairly sure of; nil when the records hold no columns.
func Propose(env connectors.Env, records []any) []city.ProposedMapping {
	cols := columnsIn(records)
	if len(cols) == 0 {
		return nil
	}
	complaints := (&proposer{env: env, cols: cols}).tellsOfComplaints()
	of := func(kind string, fill func(*proposer)) city.ProposedMapping {
		p := &proposer{env: env, cols: cols, fields: map[string]city.ProposedField{}}
		for _, c := range cols {
			c.taken = false
		}
		p.lon, p.lat = p.point()
		fill(p)
		return city.ProposedMapping{Kind: kind, Fields: p.fields}
	}
	out := []city.ProposedMapping{of("observations", (*proposer).observations), of("reports", (*proposer).reports)}
	if complaints {
		slices.Reverse(out)
	}
	return out
}

// proposer is one proposal in the making.
type proposer struct {
	env      connectors.Env
	cols     []*column // by path
	lon, lat *column
	fields   map[string]city.ProposedField
}

// take makes a column the source of a field, unless one is already.
func (p *proposer) take(field string, c *column, f city.ProposedField) {
	if _, has := p.fields[field]; has || c == nil {
		return
	}
	f.Get, c.taken = c.path, true
	if f.Map == nil {
		f.Missing = c.missing
	}
	p.fields[field] = f
}

// best is the free column with the highest score above 0, the first by path among
// equals.
func (p *proposer) best(score func(*column) float64) *column {
	var found *column
	most := 0.0
	for _, c := range p.cols {
		if c.taken || len(c.texts) == 0 {
			continue
		}
		if s := score(c); s > most {
			found, most = c, s
		}
	}
	return found
}

// named is the free column whose name says it is that, and which fits.
func (p *proposer) named(fits func(*column) bool, words ...string) *column {
	return p.best(func(c *column) float64 {
		if fits != nil && !fits(c) {
			return 0
		}
		return c.says(words...)
	})
}

// point finds the columns of a place. Names are held against the values: the two
// are often exchanged, and the city knows where it lies.
func (p *proposer) point() (lon, lat *column) {
	within := func(most float64) func(*column) bool {
		return func(c *column) bool {
			return c.allNumbers(func(x float64) bool { return -most <= x && x <= most })
		}
	}
	lon = p.named(within(180), "longitude", "lon", "lng", "long", "bujur", "x")
	lat = p.named(within(180), "latitude", "lat", "lintang", "y")
	if lon == nil || lat == nil || lon == lat {
		return nil, nil
	}
	straight, crossed := p.inCity(lon, lat), p.inCity(lat, lon)
	if crossed > straight || straight == 0 && !within(90)(lat) {
		lon, lat = lat, lon
	}
	return lon, lat
}

// inCity counts the records whose place lies in the city.
func (p *proposer) inCity(lon, lat *column) (n int) {
	for i, x := range lon.numbers() {
		y, ok := lat.numbers()[i]
		if !ok {
			continue
		}
		if _, ok := p.env.Areas.Locate(orb.Point{x, y}); ok {
			n++
		}
	}
	return n
}

func (p *proposer) places() {
	for name, c := range map[string]*column{"lon": p.lon, "lat": p.lat} {
		if c != nil && !c.taken {
			p.take(name, c, city.ProposedField{Number: c.style()})
		}
	}
}

// observations proposes the fields of measured or counted values.
func (p *proposer) observations() {
	p.indicator()
	p.places()
	p.area(0.6)
	p.when("time", "waktu", "tanggal", "tgl", "date", "time", "datetime", "timestamp", "periode", "tahun", "year", "recorded", "observed")
	value := p.value()
	if value != nil {
		p.take("value", value, city.ProposedField{Number: value.style()})
		p.indicatorNamed(value)
	}
	units := map[string]bool{}
	for _, i := range p.env.Indicators {
		units[plainUnit(i.Unit)] = true
	}
	p.take("unit", p.named(func(c *column) bool {
		return c.share(func(s string) bool { return units[plainUnit(s)] }) >= fairly
	}, "satuan", "unit", "uom"), city.ProposedField{})
	p.station()
}

// indicator takes a column that holds declared indicators by their short names.
func (p *proposer) indicator() {
	declared := map[string]bool{}
	for _, i := range p.env.Indicators {
		declared[i.Slug] = true
	}
	c := p.best(func(c *column) float64 {
		if s := c.share(func(s string) bool { return declared[s] }); s >= fairly {
			return s + c.says("indikator", "indicator", "parameter", "slug")
		}
		return 0
	})
	p.take("indicator", c, city.ProposedField{})
}

// indicatorNamed takes the indicator that the column of values is called after.
func (p *proposer) indicatorNamed(value *column) {
	if _, has := p.fields["indicator"]; has {
		return
	}
	name := strings.Join(value.words, "-")
	for _, i := range p.env.Indicators {
		if i.Slug == name || strings.Join(words(i.Name), "-") == name {
			p.fields["indicator"] = city.ProposedField{Const: i.Slug}
			return
		}
	}
}

// value finds the column of the figures: numbers that are not what else a number
// may be (a row's number, a code, a year, a place).
func (p *proposer) value() *column {
	return p.best(func(c *column) float64 {
		if c.style() == notNumbers || c.counts() || c.says("id", "no", "nomor", "kode", "code", "fid", "objectid", "rt", "rw", "tahun", "year", "bulan", "month") > 0 {
			return 0
		}
		s := 1 + 0.5*float64(c.distinct())/float64(len(c.texts))
		s += 3 * c.says("jumlah", "total", "nilai", "value")
		s += 2 * c.says("tinggi", "volume", "harga", "debit", "kadar", "banyak", "angka", "rata", "hujan", "suhu", "price", "level", "count", "amount")
		if c.says("persen", "persentase", "percent", "selisih", "gap", "kemarin", "lalu") > 0 {
			s -= 0.9
		}
		return s
	})
}

// station takes the column that tells apart what is measured at one place and time.
func (p *proposer) station() {
	text := func(c *column) bool { return c.length() <= 80 && c.distinct() > 1 }
	c := p.best(func(c *column) float64 {
		s := c.says("stasiun", "station", "pos", "sensor", "alat", "device", "titik", "site", "pintu", "lokasi", "komoditas")
		switch {
		case s == 0 || !text(c):
			return 0
		case c.style() != notNumbers:
			return s - 0.5 // a name is read more easily than a number
		}
		return s
	})
	if c == nil && !p.tellsApart() {
		c = p.best(func(c *column) float64 {
			c.taken = true // as if
			defer func() { c.taken = false }()
			if !text(c) || c.style() != notNumbers && c.says("id") == 0 || c.layouts() != nil || !p.tellsApart(c) {
				return 0
			}
			return 1 / float64(c.distinct())
		})
	}
	p.take("station", c, city.ProposedField{})
}

// tellsApart reports whether no two records agree in all that names an observation,
// and in the columns given. A point does not count: two gauges of one kelurahan are
// one without a name.
func (p *proposer) tellsApart(more ...*column) bool {
	var keys []*column
	for _, c := range p.cols {
		if c.taken && c.path != p.fields["value"].Get && c != p.lon && c != p.lat {
			keys = append(keys, c)
		}
	}
	keys = append(keys, more...)
	seen := map[string]bool{}
	for i := range p.cols[0].records {
		var key strings.Builder
		for _, c := range keys {
			key.WriteString(c.at[i])
			key.WriteByte(0)
		}
		if seen[key.String()] {
			return false
		}
		seen[key.String()] = true
	}
	return true
}

// area takes the column whose values are areas of the city, the smaller ones first.
func (p *proposer) area(least float64) {
	c := p.best(func(c *column) float64 {
		if c.length() > 40 || c.says("provinsi", "province") > 0 {
			return 0
		}
		found, small := 0.0, 0.0
		codes := c.share(func(s string) bool { _, is := p.env.Areas.Area(s); return is }) // which no two areas share
		for _, s := range c.texts {
			if code := areaIn(p.env.Areas, s, city.Kelurahan); code != "" {
				found++
				if level, _ := city.LevelOfCode(code); level == city.Kelurahan {
					small++
				}
			}
		}
		n := float64(len(c.texts))
		if found/n < least {
			return 0
		}
		return found/n + small/n + codes + 0.5*c.says("kelurahan", "desa", "kecamatan", "wilayah", "area")
	})
	p.take("area", c, city.ProposedField{})
}

// when takes a field's time: one column, or a day and a clock, or a year and a month.
func (p *proposer) when(field string, hints ...string) {
	c := p.best(func(c *column) float64 {
		if c.layouts() == nil {
			return 0
		}
		s := 1 + c.says(hints...)
		if c.says("update", "updated", "diperbarui", "input", "upload", "unggah", "modified") > 0 {
			s -= 0.9
		}
		return s
	})
	if c == nil || field != "time" && c.says(hints...) == 0 {
		return
	}
	p.take(field, c, city.ProposedField{Time: c.layouts()})
	if f, ok := p.joined(c); ok {
		p.fields[field] = f
	}
}

// joined completes a day by a column of clocks, and a year by one of months.
func (p *proposer) joined(day *column) (city.ProposedField, bool) {
	parts, names := []string{"15:04:05", "15:04", "15.04"}, []string{"jam", "pukul", "waktu", "time", "clock"}
	layouts := day.layouts()
	if slices.Equal(layouts, []string{"2006"}) {
		parts, names = []string{"January", "Jan", "1"}, []string{"bulan", "month"}
	} else if slices.ContainsFunc(layouts, func(l string) bool { return strings.Contains(l, "15") || !strings.Contains(l, "2") }) {
		return city.ProposedField{}, false
	}
	for _, part := range parts {
		whole := make([]string, 0, len(layouts))
		for _, l := range layouts {
			whole = append(whole, l+" "+part)
		}
		other := p.best(func(c *column) float64 {
			if !areTimesWith(day, c, whole) {
				return 0
			}
			return c.says(names...)
		})
		if other != nil {
			other.taken = true
			return city.ProposedField{Get: `"\(` + day.path + `) \(` + other.path + `)"`, Time: whole}, true
		}
	}
	return city.ProposedField{}, false
}

// areTimesWith reports whether two columns together are times wherever the first
// holds something.
func areTimesWith(day, other *column, layouts []string) bool {
	for i, s := range day.at {
		if s == "" {
			continue
		}
		if _, err := connectors.ParseTime(s+" "+other.at[i], time.UTC, layouts...); err != nil {
			return false
		}
	}
	return true
}

// areaIn is the code of the one area that a code or name means, else "". A kecamatan
// and a kelurahan of one name (Sambutan) are told apart by the level that is meant.
func areaIn(areas city.AreaIndex, s string, level city.Level) string {
	if _, ok := areas.Area(s); ok {
		return s
	}
	found := areas.Find(s)
	if len(found) > 1 {
		found = slices.DeleteFunc(slices.Clone(found), func(code string) bool { l, _ := city.LevelOfCode(code); return l != level })
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}
