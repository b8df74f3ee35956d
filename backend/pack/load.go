package pack

import (
	"io/fs"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

func loadAreas(fsys fs.FS, c *City) error {
	seen := map[string]bool{}
	err := readTable(fsys, "areas.csv", func(r *row) error {
		a := city.Area{
			Code: r.text("code"), BPSCode: r.fields["bps_code"],
			Level: city.Level(r.oneOf("level", string(city.Kota), string(city.Kecamatan), string(city.Kelurahan))),
			Name:  r.text("name"), ParentCode: r.fields["parent_code"],
			Label:   orb.Point{r.number("lon"), r.number("lat")},
			AreaKm2: r.number("area_km2"), Aliases: r.list("aliases"),
		}
		if level, ok := city.LevelOfCode(a.Code); !ok || level != a.Level {
			r.fail("code", "%q is not the code of a %s", a.Code, a.Level)
		}
		if !city.Within(a.Code, c.Code) {
			r.fail("code", "%s is not in %s", a.Code, c.Code)
		}
		if a.Code != c.Code && a.ParentCode != city.ParentCode(a.Code) {
			r.fail("parent_code", "%q is not above %s", a.ParentCode, a.Code)
		}
		if seen[a.Code] {
			r.fail("code", "%s is there twice", a.Code)
		}
		seen[a.Code] = true
		c.Areas = append(c.Areas, a)
		return nil
	})
	slices.SortFunc(c.Areas, func(a, b city.Area) int { return strings.Compare(a.Code, b.Code) })
	return err
}

func (c *City) area(code string) *city.Area {
	for i := range c.Areas {
		if c.Areas[i].Code == code {
			return &c.Areas[i]
		}
	}
	return nil
}

func loadPopulation(fsys fs.FS, c *City) error {
	return readTable(fsys, "population.csv", func(r *row) error {
		p := Population{AreaCode: r.text("area_code"), People: r.whole("population"), Year: r.whole("year"), Source: r.text("source")}
		a := c.area(p.AreaCode)
		if a == nil {
			r.fail("area_code", "%q is no area of this city", p.AreaCode)
			return nil
		}
		if p.Year >= a.PopulationYear {
			a.Population, a.PopulationYear = p.People, p.Year
		}
		c.Population = append(c.Population, p)
		return nil
	})
}

func loadOffices(fsys fs.FS, c *City) error {
	seen := map[string]bool{}
	err := readTable(fsys, "offices.csv", func(r *row) error {
		o := city.Office{
			ShortName: r.text("short_name"), Name: r.text("name"),
			Kind: r.oneOf("kind", "opd", "bumd"), Aliases: r.list("aliases"),
		}
		if seen[o.ShortName] {
			r.fail("short_name", "%q is there twice", o.ShortName)
		}
		seen[o.ShortName] = true
		c.Offices = append(c.Offices, o)
		return nil
	})
	c.Offices = append(c.Offices, AreaOffices(c.Areas)...)
	return err
}

// AreaOffices returns the offices of the camat and lurah of the areas:
// "Kec. Samarinda Ulu", "Kel. Jawa". Kelurahan whose name occurs twice in the
// city carry their kecamatan's name as well.
func AreaOffices(areas []city.Area) []city.Office {
	names, count := map[string]string{}, map[string]int{}
	for _, a := range areas {
		names[a.Code] = a.Name
		if a.Level == city.Kelurahan {
			count[a.Name]++
		}
	}
	var offices []city.Office
	for _, a := range areas {
		o := city.Office{AreaCode: a.Code, Aliases: []string{}}
		switch a.Level {
		case city.Kecamatan:
			o.Kind, o.ShortName, o.Name = "kecamatan", "Kec. "+a.Name, "Kecamatan "+a.Name
			o.Aliases = append(o.Aliases, "Camat "+a.Name, "Kantor Camat "+a.Name)
		case city.Kelurahan:
			o.Kind, o.ShortName, o.Name = "kelurahan", "Kel. "+a.Name, "Kelurahan "+a.Name
			if count[a.Name] > 1 {
				o.ShortName += " (" + names[a.ParentCode] + ")"
			}
			o.Aliases = append(o.Aliases, "Lurah "+a.Name, "Kantor Lurah "+a.Name)
		default:
			continue
		}
		offices = append(offices, o)
	}
	return offices
}

func loadCategories(fsys fs.FS, c *City) error {
	return readTable(fsys, "categories.csv", func(r *row) error {
		g := city.Category{
			Slug: r.text("slug"), Name: r.text("name"), NameEN: r.text("name_en"), Words: r.list("words"),
			Office: r.text("office"), WorkingDaysToClose: r.whole("working_days_to_close"), Origin: "pack",
		}
		if !slices.ContainsFunc(c.Offices, func(o city.Office) bool { return o.ShortName == g.Office }) {
			r.fail("office", "%q is no short name in offices.csv", g.Office)
		}
		c.Categories = append(c.Categories, g)
		return nil
	})
}

func loadIndicators(fsys fs.FS, c *City) error {
	return readTable(fsys, "indicators.csv", func(r *row) error {
		c.Indicators = append(c.Indicators, city.Indicator{
			Slug: r.text("slug"), Name: r.text("name"), NameEN: r.text("name_en"), Unit: r.text("unit"),
			Direction:       r.oneOf("direction", "up", "down", "none"),
			Grain:           r.oneOf("grain", "city", "district", "village"),
			Aggregation:     r.oneOf("aggregation", "mean", "sum", "max", "last"),
			FreshForSeconds: r.whole("fresh_for_seconds"), Min: r.bound("min"), Max: r.bound("max"),
			Decimals: r.whole("decimals"), Rank: r.whole("rank"), Definition: r.text("definition"),
			VisibleTo: audience(r.oneOf("visible", "public", "officers")), Thresholds: []city.Threshold{}, Origin: "pack",
		})
		return nil
	})
}

func audience(word string) []city.Role {
	roles := slices.Clone(city.Roles)
	if word == "public" {
		roles = append(roles, city.Publik)
	}
	return roles
}

func loadThresholds(fsys fs.FS, c *City) error {
	return readTable(fsys, "thresholds.csv", func(r *row) error {
		slug := r.text("indicator")
		i := slices.IndexFunc(c.Indicators, func(i city.Indicator) bool { return i.Slug == slug })
		if i < 0 {
			r.fail("indicator", "%q is no slug in indicators.csv", slug)
			return nil
		}
		c.Indicators[i].Thresholds = append(c.Indicators[i].Thresholds, city.Threshold{
			Level: city.Severity(r.oneOf("level", string(city.Perhatian), string(city.Siaga), string(city.Awas))),
			Above: r.oneOf("direction", "above", "below") == "above", Value: r.number("value"),
			Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly), AreaCode: r.fields["area_code"],
		})
		return nil
	})
}

func loadHolidays(fsys fs.FS, c *City) error {
	return readTable(fsys, "holidays.csv", func(r *row) error {
		c.Holidays = append(c.Holidays, city.Holiday{
			Date: r.date("date"), Name: r.text("name"),
			Kind: r.oneOf("kind", "libur", "cuti_bersama"), Source: r.text("source"),
		})
		return nil
	})
}

// date is a calendar day that exists, YYYY-MM-DD, as its midnight UTC.
func (r *row) date(column string) time.Time {
	v := r.text(column)
	t, err := time.Parse(time.DateOnly, v)
	if err != nil {
		r.fail(column, "%q is not a date like 2026-08-17", v)
	}
	return t
}
