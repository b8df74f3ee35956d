// Package feed follows RSS and Atom feeds, such as the news of an office or the
// complaints that a site lists, and makes reports or observations of their
// entries. It may import connectors, connectors/mapping, connectors/syndication
// and backend/city.
package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
	"balaikota/connectors/syndication"
)

// Config is the configuration of a feed source.
type Config struct {
	connectors.HTTPOptions
	URL           string        `json:"url" required:"true" anew:"true" format:"url" label:"Address" label_id:"Alamat" doc:"Address of the feed (RSS or Atom)." doc_id:"Alamat umpan (RSS atau Atom)." example:"https://contoh.go.id/aduan/feed"`
	Authorization string        `json:"authorization" secret:"true" label:"Authorization" label_id:"Otorisasi" doc:"Value of the header Authorization." doc_id:"Isi tajuk Authorization." example:"env:OTORISASI_UMPAN"`
	Channel       string        `json:"channel" default:"umpan" label:"Channel" label_id:"Kanal" doc:"Channel of reports, unless the mapping says another." doc_id:"Kanal laporan, kecuali pemetaan menyebut yang lain."`
	Mapping       *mapping.Rows `json:"mapping" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"What an entry is. It has .id, .title, .text, .link, .picture, .categories, .author, .published, .updated (times with zone), .lon and .lat; null where the feed does not say it. Without a mapping each entry is a report of its title and text." doc_id:"Arti satu butir. Tersedia .id, .title, .text, .link, .picture, .categories, .author, .published, .updated (waktu berzona), .lon, dan .lat; null bila umpan tidak menyebutnya. Tanpa pemetaan, tiap butir menjadi laporan dari judul dan teksnya."`
}

// usual is the mapping of a source that names none. The author stays out: who
// wrote it is nobody's business until a mapping says so.
var usual = mapping.Rows{
	Kind: "reports", AreaLevel: "as_given", Unknown: "refuse",
	Fields: map[string]mapping.Field{
		"external_id": {Get: ".id"},
		"created_at":  {Get: ".published // .updated"},
		"updated_at":  {Get: ".updated"},
		"text":        {Get: `if .text == null or .text == .title then .title elif .title == null then .text else .title + "\n" + .text end`},
		"lon":         {Get: ".lon"},
		"lat":         {Get: ".lat"},
		"media_url":   {Get: ".picture"},
		"status":      {Const: "open"},
	},
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error { return c.rows().Check() }

// rows is the mapping with the channel put in.
func (c *Config) rows() mapping.Rows {
	m := usual
	if c.Mapping != nil {
		m = *c.Mapping
	}
	if _, said := m.Fields["channel"]; said || m.Kind != "reports" {
		return m
	}
	fields := map[string]mapping.Field{"channel": {Const: c.Channel}}
	maps.Copy(fields, m.Fields)
	m.Fields = fields
	return m
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "feed",
	Title: connectors.Text{ID: "Umpan RSS atau Atom", EN: "RSS or Atom feed"},
	Description: connectors.Text{
		ID: "Berita atau aduan dari umpan RSS atau Atom; markah HTML dibuang.",
		EN: "News or complaints from an RSS or Atom feed; HTML markup is taken out.",
	},
	Docs:     "https://www.rfc-editor.org/rfc/rfc4287",
	Schedule: "@every 10m",
	Brings:   []string{"reports", "observations"},
}, newConnector)

type connector struct {
	connectors.ReadsWhole
	cfg           Config
	env           connectors.Env
	rows          *mapping.Reader
	settings      uint64
	authorization string
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env}
	rows := cfg.rows()
	var err error
	if c.rows, err = rows.Reader(env); err != nil {
		return nil, err
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %v", cfg.URL, rows) // a hash never fails
	c.settings = h.Sum64()
	if cfg.Authorization != "" {
		if c.authorization, err = env.Secret(cfg.Authorization); err != nil {
			return nil, fmt.Errorf("authorization: %w", err)
		}
	}
	return c, nil
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// cursor says which state of the feed was read, under which settings.
type cursor struct {
	Settings   uint64                `json:"settings"`
	Validators connectors.Validators `json:"validators,omitzero"`
}

// Pull reads the feed whole: it holds its newest entries only, and entries that
// did not change change nothing.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Settings != c.settings {
		cur = cursor{Settings: c.settings}
	}
	header := http.Header{"Accept": {"application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8"}}
	if c.authorization != "" {
		header.Set("Authorization", c.authorization)
	}
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: c.cfg.URL, Header: header, Validators: cur.Validators})
	if err != nil {
		return page, fmt.Errorf("feed: %w", err)
	}
	if res.NotModified {
		return page, nil
	}
	feed, err := syndication.Parse(res.Body, res.Header.Get("Content-Type"), c.cfg.URL)
	if err != nil {
		return page, fmt.Errorf("feed: %w", err)
	}
	records := make([]any, len(feed.Entries))
	for n, e := range feed.Entries {
		records[n] = record(e)
	}
	if err := c.rows.Convert(ctx, records, &page); err != nil {
		return page, err
	}
	if len(page.Refused) == 0 { // refused ones are tried again, also if nothing changed there
		cur.Validators = res.Validators
	}
	page.Cursor, err = json.Marshal(cur)
	return page, err
}

// record is an entry as expressions see it; what the feed does not say is null.
func record(e syndication.Entry) map[string]any {
	said := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	moment := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.Format(time.RFC3339)
	}
	number := func(f *float64) any {
		if f == nil {
			return nil
		}
		return *f
	}
	categories := make([]any, len(e.Categories))
	for n, word := range e.Categories {
		categories[n] = word
	}
	return map[string]any{
		"id": e.ID, "title": said(e.Title), "text": said(e.Text), "link": said(e.Link), "picture": said(e.Picture), "categories": categories, "author": said(e.Author),
		"published": moment(e.Published), "updated": moment(e.Updated), "lon": number(e.Lon), "lat": number(e.Lat),
	}
}
