package pack

import (
	"errors"
	"io/fs"

	"balaikota/backend/city"
)

// Place is a landmark that a city's people name, with the kelurahan it lies in.
// Its coordinates are learned from reports.
type Place struct {
	Head     string // the noun that says what it is: "masjid", "pasar"
	Name     string
	AreaCode string
	Source   string
}

// loadPlaces reads the landmarks; a city without the file has none.
func loadPlaces(fsys fs.FS, c *City) error {
	err := readTable(fsys, "places.csv", func(r *row) error {
		p := Place{Head: r.text("head"), Name: r.text("name"), AreaCode: r.text("area_code"), Source: r.text("source")}
		if a := c.area(p.AreaCode); a == nil || a.Level != city.Kelurahan {
			r.fail("area_code", "%q is no kelurahan of this city", p.AreaCode)
		}
		c.Places = append(c.Places, p)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
