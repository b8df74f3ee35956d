package open311

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// statuses are what servers say beyond "open" and "closed": the extended list
// of GeoReport 2.1 and mySociety, and words other servers use.
var statuses = map[string]city.ReportStatus{
	"open": city.Open, "new": city.Open, "received": city.Open, "submitted": city.Open, "reopened": city.Open, "for triage": city.Open,
	"acknowledged": city.InProgress, "confirmed": city.InProgress, "in progress": city.InProgress, "investigating": city.InProgress,
	"action scheduled": city.InProgress, "planned": city.InProgress, "assigned": city.InProgress, "internal referral": city.InProgress,
	"closed": city.Closed, "fixed": city.Closed, "resolved": city.Closed, "completed": city.Closed, "archived": city.Closed,
	"fixed council": city.Closed, "fixed user": city.Closed, "no further action": city.Closed,
	"rejected": city.Rejected, "duplicate": city.Rejected, "not responsible": city.Rejected, "not councils responsibility": city.Rejected,
	"unable to fix": city.Rejected, "invalid": city.Rejected,
}

// convert turns rows into reports; what cannot be understood is refused.
func (c *connector) convert(ctx context.Context, rows []row, page *connectors.Page) error {
	for _, r := range rows {
		report, err := c.report(r)
		if err != nil {
			page.Refused = append(page.Refused, city.Refusal{Kind: "reports", ExternalID: r.ID.String(), Place: "service_request " + clip(r.ID.String()),
				Reason: err.Error(), Raw: r.raw})
			continue
		}
		if report.Category, err = c.category(ctx, r); err != nil {
			return err
		}
		page.Reports = append(page.Reports, report)
	}
	return nil
}

func (c *connector) report(r row) (city.Report, error) {
	if r.ID.String() == "" {
		return city.Report{}, errors.New("service_request_id is missing (a request that is still a token has none yet)")
	}
	created, err := c.time(r.Requested)
	if err != nil {
		return city.Report{}, fmt.Errorf("requested_datetime: %w", err)
	}
	status, err := c.status(r)
	if err != nil {
		return city.Report{}, err
	}
	out := city.Report{
		ExternalID: r.ID.String(), Channel: c.cfg.Channel, CreatedAt: created, Status: status, Text: r.Description.String(),
		Address: r.AddressText.String(), Office: r.Agency.String(), StatedArea: r.Extended["area_code"], Raw: r.raw,
		MediaURL: mediaURL(r.MediaURL.String()),
	}
	out.Lon, out.Lat = point(r)
	if out.Text == "" {
		out.Text = r.ServiceName.String()
	}
	if out.Address == "" {
		out.Address = r.Address.String()
	}
	if ch := r.Extended["channel"]; ch != "" {
		out.Channel = ch
	}
	if handle := r.Extended["account_id"]; handle != "" {
		out.Reporter = &city.Reporter{Handle: handle}
	}
	c.changes(r, &out)
	return out, nil
}

// changes sets when the report was changed, answered and closed. Only the
// extended attributes say when it was answered; the closing time is that of
// the last change, when nothing better is given.
func (c *connector) changes(r row, out *city.Report) {
	if t, err := c.time(r.Updated); err == nil {
		out.UpdatedAt = t
		if out.Status == city.Closed {
			out.ClosedAt = &t
		}
	}
	if t, err := c.time(text(r.Extended["responded_datetime"])); err == nil {
		out.RespondedAt = &t
	}
	if t, err := c.time(text(r.Extended["closed_datetime"])); err == nil && out.Status == city.Closed {
		out.ClosedAt = &t
	}
}

// time reads a W3C date with zone; servers that leave the zone out mean the
// city's.
func (c *connector) time(t text) (time.Time, error) {
	if t.String() == "" {
		return time.Time{}, errors.New("is missing")
	}
	return connectors.ParseTime(t.String(), c.env.Location, time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05",
		"2006-01-02 15:04:05-07:00", time.DateTime, "2006-01-02T15:04Z07:00", time.DateOnly)
}

// status prefers the finer status of the extended attributes.
func (c *connector) status(r row) (city.ReportStatus, error) {
	for _, s := range []string{r.Extended["status"], r.Status.String()} {
		if s == "" {
			continue
		}
		if own, ok := c.cfg.Statuses[s]; ok {
			return city.ReportStatus(own), nil
		}
		word := strings.NewReplacer("_", " ", "-", " ", "'", "").Replace(strings.ToLower(s))
		if known, ok := statuses[strings.Join(strings.Fields(word), " ")]; ok {
			return known, nil
		}
	}
	if r.Status.String() == "" {
		return "", errors.New("status is missing")
	}
	return "", fmt.Errorf("status %q is not known; say what it means in the source's setting statuses", clip(r.Status.String()))
}

// point reads lat and long; empty strings and missing tags both occur.
func point(r row) (lon, lat *float64) {
	y, err1 := connectors.ParseNumber(r.Lat.String(), connectors.NumberPlain)
	x, err2 := connectors.ParseNumber(r.Long.String(), connectors.NumberPlain)
	if err1 != nil || err2 != nil || math.Abs(x) > 180 || math.Abs(y) > 180 {
		return nil, nil
	}
	return &x, &y
}

func mediaURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}

// categoryMap finds the category of a service: by the source's setting, by
// code, by name, and by what the services list says of the code.
type categoryMap struct {
	byCode map[string]string
	byWord map[string]string
	known  map[string]bool
}

func newCategoryMap(cfg Config, categories []city.Category) categoryMap {
	m := categoryMap{byCode: map[string]string{}, byWord: map[string]string{}, known: map[string]bool{}}
	for _, cat := range categories {
		m.known[cat.Slug] = true
		for _, w := range cat.Words {
			m.byWord[plain(w)] = cat.Slug
		}
	}
	for _, cat := range categories { // names win over other categories' words
		for _, w := range []string{cat.Slug, cat.Name, cat.NameEN} {
			m.byWord[plain(w)] = cat.Slug
		}
	}
	maps.Copy(m.byCode, cfg.Categories)
	delete(m.byWord, "")
	return m
}

// plain makes spellings comparable: "Jalan_Rusak" and "jalan-rusak" are one.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" _-./", r) }), " ")
}

func (m categoryMap) find(words ...string) string {
	for _, w := range words {
		if slug := m.byWord[plain(w)]; slug != "" {
			return slug
		}
	}
	return ""
}

// category returns the slug, "" when nothing says it: then the text will.
func (c *connector) category(ctx context.Context, r row) (string, error) {
	code := r.ServiceCode.String()
	if slug, ok := c.mapping.byCode[code]; ok {
		return slug, nil
	}
	if slug := c.mapping.find(code, r.ServiceName.String()); slug != "" {
		return slug, nil
	}
	if c.services || len(c.mapping.byWord) == 0 || code == "" {
		return "", nil
	}
	if err := c.readServices(ctx); err != nil {
		return "", err
	}
	return c.mapping.byCode[code], nil
}

// readServices learns the codes whose name, group or keywords are a category.
// A server without a list, against the standard, is no reason to stop.
func (c *connector) readServices(ctx context.Context) error {
	c.services = true
	res, err := c.get(ctx, c.query("services", url.Values{}))
	var status *connectors.StatusError
	if errors.As(err, &status) && status.Status == 404 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("services: %w", err)
	}
	list, err := parseServices(res.Body, res.Header.Get("Content-Type"), c.cfg.Format)
	if err != nil {
		return fmt.Errorf("services: %w", err)
	}
	for _, s := range list {
		words := append([]string{s.Name.String(), s.Group.String()}, strings.Split(s.Keywords.String(), ",")...)
		if slug := c.mapping.find(words...); slug != "" && c.mapping.byCode[s.Code.String()] == "" {
			c.mapping.byCode[s.Code.String()] = slug
		}
	}
	return nil
}

func parseServices(body []byte, contentType, format string) ([]service, error) {
	if format == "xml" {
		var doc struct {
			List []service `xml:"service"`
		}
		err := connectors.DecodeXML(body, contentType, &doc)
		return doc.List, err
	}
	raws, err := jsonList(body, contentType, "services")
	if err != nil {
		return nil, err
	}
	var list []service
	for _, raw := range raws {
		var s service
		if json.Unmarshal(raw, &s) == nil {
			list = append(list, s)
		}
	}
	return list, nil
}
