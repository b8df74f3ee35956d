// Package open311 reads citizens' reports from any system that speaks Open311
// GeoReport v2, XML or JSON, the way a polite client must: within 90 days and
// 1,000 rows a request, with windows that overlap, because the protocol has no
// cursor and reports change after they were made. It may import connectors and
// backend/city.
package open311

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of an open311 source.
type Config struct {
	connectors.HTTPOptions
	BaseURL       string              `json:"base_url" anew:"true" required:"true" format:"url" label:"Address" label_id:"Alamat" doc:"Address of the GeoReport v2 service, without /requests." example:"https://contoh.go.id/open311/v2"`
	Format        string              `json:"format" enum:"xml,json" default:"json" label:"Format" label_id:"Format" doc:"What to ask for; every server has XML, most have JSON."`
	Jurisdiction  string              `json:"jurisdiction_id" anew:"true" label:"Jurisdiction" label_id:"Yurisdiksi" doc:"jurisdiction_id, for servers that serve several cities."`
	APIKey        string              `json:"api_key" secret:"true" label:"Access key" label_id:"Kunci akses" doc:"api_key, for servers that want one for reading too." example:"env:OPEN311_KEY"`
	ServiceCodes  []string            `json:"service_codes" anew:"true" label:"Only these services" label_id:"Hanya layanan ini" doc:"Service codes to read; all if empty."`
	Categories    map[string]string   `json:"categories" label:"Categories" label_id:"Kategori" doc:"Category slug for each service code, where code and name do not say it themselves." example:"{\"006\": \"jalan-rusak\"}"`
	Statuses      map[string]string   `json:"statuses" enum:"open,in_progress,closed,rejected" label:"Statuses" label_id:"Status" doc:"What this server's own statuses mean, beyond open, closed and the usual extensions."`
	Channel       string              `json:"channel" default:"open311" label:"Channel" label_id:"Kanal" doc:"Channel of reports that name none themselves."`
	Paging        string              `json:"paging" enum:"none,page" default:"none" label:"Paging" label_id:"Halaman" doc:"page if the server knows the extension page and page_size."`
	PageSize      int                 `json:"page_size" default:"200" label:"Rows a page" label_id:"Baris per halaman" doc:"Rows a page, when paging."`
	MaxRows       int                 `json:"max_rows" default:"1000" label:"Most rows" label_id:"Baris terbanyak" doc:"Rows after which the server cuts its answer; a window that full is asked again in halves."`
	UpdatedAfter  bool                `json:"updated_after" label:"Server knows updated_after" label_id:"Server mengenal updated_after" doc:"The server knows the extension updated_after, so that changes of old reports are found at once."`
	Extensions    bool                `json:"extensions" label:"Extended attributes" label_id:"Atribut tambahan" doc:"Ask for extended attributes (extensions=true): channel, area_code, status, responded_datetime, closed_datetime."`
	Lookback      connectors.Duration `json:"lookback" default:"2160h" label:"Read back" label_id:"Baca ke belakang" doc:"How far back the first reading goes."`
	Overlap       connectors.Duration `json:"overlap" default:"48h" label:"Overlap" label_id:"Tumpang tindih" doc:"How far back every reading goes: changes of reports made within it are found at once."`
	RefreshEvery  connectors.Duration `json:"refresh_every" default:"6h" label:"Full refresh" label_id:"Penyegaran penuh" doc:"How often all reports of refresh_window are read again, to find changes of older ones."`
	RefreshWindow connectors.Duration `json:"refresh_window" default:"2160h" label:"Refresh back to" label_id:"Segarkan sampai" doc:"How old reports may be for the full refresh."`
}

// maxSpan is the specification's longest span for one request.
const maxSpan = 90 * 24 * time.Hour

// minSpan is where splitting a full window ends.
const minSpan = time.Minute

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case c.PageSize < 1 || c.PageSize > 1000:
		return city.InvalidField("page_size", "must be between 1 and 1000")
	case c.MaxRows < 2:
		return city.InvalidField("max_rows", "must be at least 2")
	case time.Duration(c.Overlap) < time.Hour:
		return city.InvalidField("overlap", "must be at least 1h, or changes between two readings are lost")
	case c.Lookback <= 0 || c.RefreshWindow <= 0 || c.RefreshEvery <= 0:
		return city.InvalidField("lookback", "must be more than 0, and so must refresh_every and refresh_window")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "open311",
	Title: connectors.Text{ID: "Open311 (GeoReport v2)", EN: "Open311 (GeoReport v2)"},
	Description: connectors.Text{
		ID: "Laporan warga dari sistem mana pun yang memakai standar Open311 GeoReport v2.",
		EN: "Citizens' reports from any system that speaks the Open311 GeoReport v2 standard.",
	},
	Docs:     "https://wiki.open311.org/GeoReport_v2/",
	Schedule: "@every 1m",
	Brings:   []string{"reports"},
}, newConnector)

// connector is one run of an open311 source.
type connector struct {
	cfg      Config
	env      connectors.Env
	base     string
	key      string
	mapping  categoryMap
	services bool // the services list was asked for in this run
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env, base: strings.TrimSuffix(cfg.BaseURL, "/"), mapping: newCategoryMap(cfg, env.Categories)}
	for code, slug := range cfg.Categories {
		if len(env.Categories) > 0 && !c.mapping.known[slug] {
			return nil, city.InvalidField("categories."+code, "%q is not the slug of a category", slug)
		}
	}
	if cfg.APIKey != "" {
		key, err := env.Secret(cfg.APIKey)
		if err != nil {
			return nil, fmt.Errorf("read the access key: %w", err)
		}
		c.key = key
	}
	return c, nil
}

// Ways of reading.
const (
	modeFull    = "full"    // all of the lookback or refresh window
	modeRecent  = "recent"  // the overlap
	modeUpdated = "updated" // by updated_after
)

// cursor is where reading goes on. Between readings only the last three
// fields count.
type cursor struct {
	Mode string `json:"mode,omitempty"`
	// From and To are the window asked for now, Until the end of the last.
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Span is the length of windows, in seconds; it halves when one is full.
	Span int64 `json:"span,omitempty"`
	Page int   `json:"page,omitempty"`
	// PageHash tells a server that ignores paging: it sends the same again.
	PageHash uint64    `json:"page_hash,omitempty"`
	Began    time.Time `json:"began,omitzero"`
	Newest   time.Time `json:"newest,omitzero"` // updated_datetime seen in this reading

	LastFull time.Time `json:"last_full,omitzero"`
	// Back is where somebody sent the source back to: the next reading begins
	// there.
	Back    time.Time `json:"back,omitzero"`
	Updated time.Time `json:"updated,omitzero"` // all changes before are known
}

// updatedOverlap allows for servers that write a change a little after its
// own time.
const updatedOverlap = 15 * time.Minute

// Pull makes one request and returns its rows.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Mode == "" {
		c.plan(&cur)
	}
	got, err := c.requests(ctx, cur)
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Refused: got.refused}
	if err := c.convert(ctx, got.rows, &page); err != nil {
		return connectors.Page{}, err
	}
	for i, r := range page.Reports {
		if got.clock != nil {
			// A mark of change from a wrong clock would make the next, truthful
			// version look older.
			page.Reports[i].UpdatedAt = time.Time{}
		} else if r.UpdatedAt.After(cur.Newest) {
			cur.Newest = r.UpdatedAt
		}
	}
	page.More = !c.advance(&cur, got.rows, len(got.rows)+len(got.refused))
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// plan begins a reading.
func (c *connector) plan(cur *cursor) {
	now := c.env.Now()
	cur.Began, cur.Newest, cur.Page, cur.PageHash = now, time.Time{}, 1, 0
	// An hour ahead, so that a server whose clock runs fast hides nothing.
	cur.Until, cur.Span = now.Add(time.Hour), int64(maxSpan/time.Second)
	back := time.Duration(c.cfg.Overlap)
	switch {
	case !cur.Back.IsZero():
		cur.Mode, back = modeFull, now.Sub(cur.Back)
	case cur.LastFull.IsZero():
		cur.Mode, back = modeFull, time.Duration(c.cfg.Lookback)
	case now.Sub(cur.LastFull) >= time.Duration(c.cfg.RefreshEvery):
		cur.Mode, back = modeFull, time.Duration(c.cfg.RefreshWindow)
	case c.cfg.UpdatedAfter && !cur.Updated.IsZero():
		cur.Mode = modeUpdated
	default:
		cur.Mode = modeRecent
	}
	cur.From = now.Add(-back)
	cur.To = window(*cur)
}

// Rewind implements connectors.Rewinder: one full reading from the moment on, by
// windows from old to new; then as ever.
func (c *connector) Rewind(_ json.RawMessage, to time.Time) (json.RawMessage, error) {
	return json.Marshal(cursor{Back: to})
}

// window is the end of the window that begins at From.
func window(cur cursor) time.Time {
	to := cur.From.Add(time.Duration(cur.Span) * time.Second)
	if to.After(cur.Until) {
		return cur.Until
	}
	return to
}

// advance moves on after an answer of n rows; it reports whether the reading
// is over.
func (c *connector) advance(cur *cursor, rows []row, n int) bool {
	hash := idHash(rows)
	samePage := c.cfg.Paging == "page" && cur.Page > 1 && n > 0 && hash == cur.PageHash
	if c.cfg.Paging == "page" && n >= c.cfg.PageSize && !samePage {
		cur.Page++
		cur.PageHash = hash
		return false
	}
	cur.Page, cur.PageHash = 1, 0
	full := n >= c.cfg.MaxRows || samePage
	if cur.Mode == modeUpdated {
		if full { // cut off somewhere: read it all by window next time
			cur.LastFull = time.Time{}
		}
		return c.finish(cur, !full)
	}
	span := time.Duration(cur.Span) * time.Second
	if width := cur.To.Sub(cur.From); full && width/2 >= minSpan {
		cur.Span = int64(width / 2 / time.Second)
		cur.To = window(*cur)
		return false
	}
	if full {
		c.env.Log.Warn("a window of one minute is still cut off by the server", "from", cur.From, "rows", n)
	}
	if n < c.cfg.MaxRows/4 {
		cur.Span = int64(min(span*2, maxSpan) / time.Second)
	}
	cur.From = cur.To
	cur.To = window(*cur)
	return !cur.From.Before(cur.Until) && c.finish(cur, true)
}

// finish ends a reading. All changes up to the newest one seen are known then,
// but never later than when the reading began: a server's clock may run ahead.
func (c *connector) finish(cur *cursor, complete bool) bool {
	done := cursor{LastFull: cur.LastFull, Updated: cur.Updated}
	if cur.Mode == modeFull {
		done.LastFull = cur.Began
	}
	newest := cur.Newest
	if newest.After(cur.Began) {
		newest = cur.Began
	}
	if complete && newest.After(done.Updated) && (cur.Mode != modeRecent) {
		done.Updated = newest
	}
	*cur = done
	return true
}

func idHash(rows []row) uint64 {
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID.String())
	}
	slices.Sort(ids)
	h := fnv.New64a()
	for _, id := range slices.Compact(ids) {
		_, _ = h.Write([]byte(id + "\n")) // a hash never fails
	}
	return h.Sum64()
}

// query is the address of one request.
func (c *connector) query(resource string, params url.Values) string {
	if c.cfg.Jurisdiction != "" {
		params.Set("jurisdiction_id", c.cfg.Jurisdiction)
	}
	if c.key != "" {
		params.Set("api_key", c.key)
	}
	address := c.base + "/" + resource + "." + c.cfg.Format
	if len(params) > 0 {
		address += "?" + params.Encode()
	}
	return address
}

func (c *connector) params(cur cursor) url.Values {
	v := url.Values{}
	if cur.Mode == modeUpdated {
		v.Set("updated_after", cur.Updated.Add(-updatedOverlap).In(c.env.Location).Format(time.RFC3339))
	} else {
		v.Set("start_date", cur.From.In(c.env.Location).Format(time.RFC3339))
		v.Set("end_date", cur.To.In(c.env.Location).Format(time.RFC3339))
	}
	if c.cfg.Paging == "page" {
		v.Set("page", strconv.Itoa(cur.Page))
		v.Set("page_size", strconv.Itoa(c.cfg.PageSize))
	}
	if c.cfg.Extensions {
		v.Set("extensions", "true")
	}
	if len(c.cfg.ServiceCodes) > 0 {
		v.Set("service_code", strings.Join(c.cfg.ServiceCodes, ","))
	}
	return v
}
