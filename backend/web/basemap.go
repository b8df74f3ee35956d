package web

import (
	"net/url"
	"strings"

	"balaikota/backend/city"
)

// BasemapName is the name under /basemap/ of a PMTiles file on disk.
const BasemapName = "tiles.pmtiles"

// Basemap is the map behind the map: none unless configured, so that nothing
// is fetched from elsewhere.
type Basemap struct {
	// File is a PMTiles file on this server's disk.
	File string
	// TilesURL is a PMTiles file, StyleURL a MapLibre style, elsewhere.
	TilesURL, StyleURL string
	// Hosts are further origins that a style's tiles, glyphs and sprites lie at.
	Hosts []string
}

// NewBasemap reads the configuration: tiles is a path or an https URL, style an
// https URL. It fails with what is wrong and where.
func NewBasemap(tiles, style string, hosts []string) (Basemap, error) {
	var b Basemap
	for _, u := range []struct{ key, value string }{{"BALAIKOTA_MAP_STYLE", style}, {"BALAIKOTA_MAP_TILES", tiles}} {
		if isURL(u.value) {
			if _, err := originOf(u.value); err != nil {
				return b, city.Wrap(city.Invalid, err, "%s must be an https address", u.key)
			}
		}
	}
	switch {
	case isURL(tiles):
		b.TilesURL = tiles
	case tiles != "":
		b.File = tiles
	}
	if style != "" && !isURL(style) {
		return b, city.Errorf(city.Invalid, "BALAIKOTA_MAP_STYLE is %q; it must be an https address", style)
	}
	b.StyleURL = style
	for _, h := range hosts {
		origin, err := originOf(h)
		if err != nil {
			return b, city.Wrap(city.Invalid, err, "BALAIKOTA_MAP_HOSTS must be https addresses")
		}
		b.Hosts = append(b.Hosts, origin)
	}
	return b, nil
}

func isURL(s string) bool { return strings.Contains(s, "://") }

// originOf is scheme and host of an https address, or of a loopback one.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", city.Wrap(city.Invalid, err, "the address cannot be read")
	}
	local := u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
	if u.Host == "" || (u.Scheme != "https" && !local) || strings.ContainsAny(u.Host, " ;,'\"") {
		return "", city.Errorf(city.Invalid, "%q is no https address", address)
	}
	return u.Scheme + "://" + u.Host, nil
}

// origins are those that pages may fetch from besides this server, none unless
// configured.
func (b Basemap) origins() (out []string) {
	for _, address := range append([]string{b.TilesURL, b.StyleURL}, b.Hosts...) {
		if origin, err := originOf(address); err == nil {
			out = append(out, origin)
		}
	}
	return out
}

// BasemapInfo tells the page what lies behind the map.
type BasemapInfo struct {
	Tiles string `json:"tiles,omitempty" doc:"Address of a PMTiles archive"`
	Style string `json:"style,omitempty" doc:"Address of a MapLibre style"`
}

func (b Basemap) info() *BasemapInfo {
	tiles := b.TilesURL
	if b.File != "" {
		tiles = "/basemap/" + BasemapName
	}
	if tiles == "" && b.StyleURL == "" {
		return nil
	}
	return &BasemapInfo{Tiles: tiles, Style: b.StyleURL}
}
