package ogcfeatures

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// crs84 is longitude before latitude in degrees of WGS 84, as GeoJSON has it.
const crs84 = "urn:ogc:def:crs:OGC:1.3:CRS84"

// address is where the page is that the cursor is at.
func (c *connector) address(cur *cursor) (string, error) {
	if cur.Next != "" {
		next, err := follow(cur.From, cur.Next)
		if err != nil {
			return "", &connectors.MalformedError{What: "for this source", Err: fmt.Errorf("the link to the next page cannot be followed: %w", err)}
		}
		return next, nil
	}
	if c.cfg.Protocol == "wfs" {
		return c.wfsAddress(cur)
	}
	params := url.Values{"limit": {strconv.Itoa(c.pageSize(cur))}}
	if c.box != "" {
		params.Set("bbox", c.box)
	}
	if c.cfg.Since && !cur.Since.IsZero() {
		params.Set("datetime", cur.Since.Add(-time.Duration(c.cfg.Overlap)).UTC().Format(time.RFC3339)+"/..")
	}
	for name, value := range c.cfg.Params {
		params.Set(name, value)
	}
	return c.cfg.URL + "/collections/" + url.PathEscape(c.cfg.Collection) + "/items?" + params.Encode(), nil
}

func (c *connector) wfsAddress(cur *cursor) (string, error) {
	u, err := url.Parse(c.cfg.URL)
	if err != nil {
		return "", city.InvalidField("url", "is not an address")
	}
	params := u.Query()
	for name, value := range c.cfg.Params {
		params.Set(name, value)
	}
	for name, value := range map[string]string{
		"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeNames": c.cfg.Collection, "outputFormat": "application/json",
		"srsName": crs84, "count": strconv.Itoa(c.pageSize(cur)), "startIndex": strconv.Itoa(cur.Rows),
	} {
		params.Set(name, value)
	}
	if c.box != "" {
		params.Set("bbox", c.box+","+crs84)
	}
	if c.cfg.SortBy != "" {
		params.Set("sortBy", c.cfg.SortBy)
	}
	u.RawQuery = params.Encode()
	return u.String(), nil
}

func (c *connector) pageSize(cur *cursor) int { return min(c.cfg.PageSize, c.cfg.MaxRows-cur.Rows) }

// advance moves the cursor to the next page; false when there is none.
func (c *connector) advance(cur *cursor, a answer, address string) bool {
	same := cur.LastHash == a.hash
	cur.LastHash = a.hash
	asked := c.pageSize(cur)
	cur.Rows += len(a.records)
	if same || len(a.records) == 0 || cur.Rows >= c.cfg.MaxRows {
		return false
	}
	if c.cfg.Protocol == "wfs" {
		if a.matched >= 0 {
			return cur.Rows < a.matched
		}
		return len(a.records) >= asked
	}
	cur.From, cur.Next = address, a.next
	return a.next != "" && a.next != address
}

// follow resolves a link. One that leads to another host is not followed: our
// key, and the trust given to this source, are for its own host alone. Behind a
// proxy services write links with http where they are reached by https.
func follow(from, link string) (string, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", fmt.Errorf("read the address: %w", err)
	}
	u, err := base.Parse(link)
	if err != nil {
		return "", fmt.Errorf("read the link: %w", err)
	}
	if u.Hostname() != base.Hostname() {
		return "", errors.New("it leads to another host")
	}
	if base.Scheme == "https" && u.Scheme == "http" {
		u.Scheme, u.Host = base.Scheme, base.Host
	}
	if u.Scheme != base.Scheme || u.Host != base.Host {
		return "", errors.New("it leads to another port or scheme")
	}
	return u.String(), nil
}

// boxOf is the bbox parameter: as configured, or the city's borders.
func boxOf(setting string, areas city.AreaIndex) (string, error) {
	if setting != "city" {
		return strings.ReplaceAll(setting, " ", ""), nil
	}
	var box orb.Bound
	found := false
	for _, a := range areas.Areas(city.Kelurahan) {
		if len(a.Outline) == 0 {
			continue
		}
		if !found {
			box, found = a.Outline.Bound(), true
		}
		box = box.Union(a.Outline.Bound())
	}
	if !found {
		return "", city.InvalidField("bbox", "cannot be the city's: it has no borders yet; import them (balaikota import areas) or give four numbers")
	}
	return fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", box.Min[0], box.Min[1], box.Max[0], box.Max[1]), nil
}

func parseBox(s string) ([4]float64, error) {
	var out [4]float64
	parts := strings.Split(s, ",")
	for i, p := range parts {
		x, err := connectors.ParseNumber(p, connectors.NumberPlain)
		if err != nil || i > 3 {
			return out, city.InvalidField("bbox", "must be west,south,east,north in degrees, or city")
		}
		out[i] = x
	}
	if len(parts) != 4 || out[0] >= out[2] || out[1] >= out[3] || out[0] < -180 || out[2] > 180 || out[1] < -90 || out[3] > 90 {
		return out, city.InvalidField("bbox", "must be west,south,east,north in degrees, smaller ones first, or city")
	}
	return out, nil
}
