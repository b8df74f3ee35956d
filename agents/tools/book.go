package tools

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// book looks up what the city declares during one call and words its names.
// What could not be read is remembered in err; names then stay slugs.
type book struct {
	d     Deps
	ctx   context.Context
	asker city.Asker
	err   error

	categories []city.Category
	indicators []city.Indicator
	offices    []city.Office
	read       struct{ categories, indicators, offices bool }
}

func (b *book) allCategories() []city.Category {
	if !b.read.categories {
		b.read.categories = true
		got, err := b.d.Catalogue.Categories(b.ctx)
		b.categories, b.err = got, cmp.Or(b.err, err)
	}
	return b.categories
}

func (b *book) allIndicators() []city.Indicator {
	if !b.read.indicators {
		b.read.indicators = true
		got, err := b.d.Catalogue.Indicators(b.ctx, b.asker)
		b.indicators, b.err = got, cmp.Or(b.err, err)
	}
	return b.indicators
}

func (b *book) allOffices() []city.Office {
	if !b.read.offices {
		b.read.offices = true
		got, err := b.d.Catalogue.Offices(b.ctx)
		b.offices, b.err = got, cmp.Or(b.err, err)
	}
	return b.offices
}

func (b *book) category(slug string) (city.Category, bool) {
	for _, c := range b.allCategories() {
		if c.Slug == slug {
			return c, true
		}
	}
	return city.Category{Slug: slug, Name: slug}, false
}

func (b *book) indicator(slug string) (city.Indicator, bool) {
	for _, i := range b.allIndicators() {
		if i.Slug == slug {
			return i, true
		}
	}
	return city.Indicator{Slug: slug, Name: slug}, false
}

// office finds an office by its short name, in any case, or by an alias.
func (b *book) office(name string) (city.Office, bool) {
	for _, o := range b.allOffices() {
		if strings.EqualFold(o.ShortName, name) || strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	for _, o := range b.allOffices() {
		if slices.ContainsFunc(o.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return o, true
		}
	}
	return city.Office{ShortName: name, Name: name}, false
}

// ownOffice is the short name of the asker's office, "" for none.
func (b *book) ownOffice() string {
	if b.asker.Role != city.KepalaOPD {
		return ""
	}
	for _, o := range b.allOffices() {
		if o.ID == b.asker.OfficeID {
			return o.ShortName
		}
	}
	return ""
}

// area returns an area by its code; the whole city for "".
func (b *book) area(code string) (city.Area, bool) {
	if code == "" {
		code = b.d.CityCode
	}
	return b.d.Areas.Area(code)
}

// wholeCity reports whether a code means all of the city.
func (b *book) wholeCity(code string) bool { return code == "" || code == b.d.CityCode }

// areaName is an area with its rank: "Kecamatan Palaran", "Kota Samarinda".
func (b *book) areaName(code string) string {
	a, ok := b.area(code)
	if !ok {
		return code
	}
	return rankedName(a)
}

func rankedName(a city.Area) string {
	rank := map[city.Level]string{city.Kecamatan: "Kecamatan ", city.Kelurahan: "Kelurahan ", city.Kota: "Kota ", city.Provinsi: "Provinsi "}[a.Level]
	for _, has := range []string{"Kota ", "Kabupaten ", "Kecamatan ", "Kelurahan ", "Desa ", "Provinsi ", "Distrik "} {
		if strings.HasPrefix(a.Name, has) {
			return a.Name
		}
	}
	return rank + a.Name
}

// shortArea is an area as labels name it: "Kec. Palaran".
func (b *book) shortArea(code string) string {
	n := b.areaName(code)
	n = strings.Replace(n, "Kecamatan ", "Kec. ", 1)
	return strings.Replace(n, "Kelurahan ", "Kel. ", 1)
}

// fullArea is an area with the kecamatan of a kelurahan, where names repeat
// themselves in a city: "Kelurahan Jawa, Kecamatan Samarinda Ulu".
func (b *book) fullArea(code string) string {
	a, ok := b.area(code)
	if !ok || a.Level != city.Kelurahan {
		return b.areaName(code)
	}
	return rankedName(a) + ", " + b.areaName(a.ParentCode)
}

// in is where something is: "di Kecamatan Palaran"; of the city "di Kota …".
func (b *book) in(code string) string { return "di " + b.areaName(code) }

var statusNames = map[string]string{
	string(city.Open): "terbuka", string(city.InProgress): "dikerjakan", string(city.Closed): "selesai", string(city.Rejected): "ditolak",
	"belum_selesai": "belum selesai", "lewat_tenggat": "melewati batas waktu",
}

var channelNames = map[string]string{
	"whatsapp": "WhatsApp", "web": "situs web", "app": "aplikasi", "aplikasi": "aplikasi", "call-112": "telepon 112", "call112": "telepon 112",
	"counter": "loket", "sms": "SMS", "email": "surel", "sp4n-lapor": "SP4N-LAPOR!", "lapor": "SP4N-LAPOR!", "open311": "Open311",
}

func channelName(slug string) string {
	if n, ok := channelNames[slug]; ok {
		return n
	}
	return slug
}

func statusName(s string) string {
	if n, ok := statusNames[s]; ok {
		return n
	}
	return s
}

// severityName is a level as Indonesian disaster practice writes it.
func severityName(s city.Severity) string {
	return map[city.Severity]string{city.Perhatian: "Perhatian", city.Siaga: "Siaga", city.Awas: "Awas"}[s]
}
