// Package arcgis reads layers of ArcGIS servers (FeatureServer, MapServer) by
// their REST interface: features page by page, points in degrees, dates with
// their time. It may import connectors, connectors/mapping and backend/city.
package arcgis

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of an arcgis source.
type Config struct {
	connectors.HTTPOptions
	URL      string              `json:"url" required:"true" anew:"true" format:"url" label:"Layer's address" label_id:"Alamat layer" doc:"Address of the layer, which ends with its number." doc_id:"Alamat layer, yang berakhir dengan nomornya." example:"https://gis.contoh.go.id/arcgis/rest/services/publik/jalan/FeatureServer/0"`
	Token    string              `json:"token" secret:"true" label:"Token" label_id:"Token" doc:"Access token, for layers that are not public." doc_id:"Kunci akses untuk layer yang tidak terbuka." example:"env:KUNCI_GIS"`
	Where    string              `json:"where" anew:"true" default:"1=1" label:"Which features" label_id:"Fitur yang mana" doc:"Condition in the server's SQL." doc_id:"Syarat dalam SQL server itu." example:"KOTA = 'SAMARINDA'"`
	Out      []string            `json:"out_fields" default:"*" label:"Columns" label_id:"Kolom" doc:"Columns to ask for." doc_id:"Kolom yang diminta."`
	Changed  string              `json:"changed_field" anew:"true" label:"Column of the last change" label_id:"Kolom perubahan terakhir" doc:"Date column by which only what changed since the last reading is asked for; all features each time if empty." doc_id:"Kolom tanggal untuk meminta hanya yang berubah sejak pembacaan terakhir; bila kosong, semua fitur dibaca setiap kali." example:"last_edited_date"`
	Overlap  connectors.Duration `json:"overlap" default:"1h" label:"Overlap" label_id:"Tumpang waktu" doc:"How far behind the newest change a reading begins." doc_id:"Seberapa jauh pembacaan mundur dari perubahan terbaru."`
	Format   string              `json:"format" enum:"auto,json,geojson" default:"auto" label:"Form of the answer" label_id:"Bentuk jawaban" doc:"auto takes GeoJSON where the layer offers it." doc_id:"auto memakai GeoJSON bila layer menyediakannya."`
	Paging   string              `json:"paging" enum:"auto,offset,objectid" default:"auto" label:"Paging" label_id:"Cara membagi halaman" doc:"offset counts on; objectid asks for what follows the last object id, also on old servers; auto goes by what the layer says of itself." doc_id:"offset menghitung maju; objectid meminta yang sesudah id terakhir, juga pada server lama; auto mengikuti kemampuan layer."`
	PageSize int                 `json:"page_size" default:"1000" label:"Features a page" label_id:"Fitur per halaman" doc:"Features asked for at once; a layer may give fewer." doc_id:"Banyaknya fitur sekali minta."`
	MaxRows  int                 `json:"max_rows" default:"100000" label:"Most features" label_id:"Fitur paling banyak" doc:"Features after which a reading ends." doc_id:"Pembacaan berhenti setelah fitur sebanyak ini."`
	Dates    string              `json:"dates" anew:"true" enum:"utc,local" default:"utc" label:"Dates are" label_id:"Tanggal dalam" doc:"local is for layers that were filled with the city's clock and count it as UTC." doc_id:"local untuk layer yang diisi dengan jam kota tetapi disebut UTC."`
	Complete bool                `json:"complete" label:"Always lists all" label_id:"Selalu memuat semua" doc:"Reports only: each reading holds all that there is, so that a report that it holds no more was deleted there and is taken out here. A list that lacks more than half is not believed." doc_id:"Hanya untuk laporan: setiap pembacaan memuat semuanya, sehingga laporan yang tidak ada lagi di sana ditandai dihapus di sini. Daftar yang kehilangan lebih dari separuh tidak dipercaya."`
	Mapping  mapping.Rows        `json:"mapping" required:"true" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"What a feature is. It has .id, .properties.COLUMN (dates as text with zone), .labels.COLUMN (the word for a code), .lon and .lat." doc_id:"Arti satu fitur. Tersedia .id, .properties.KOLOM, .labels.KOLOM (kata untuk kode), .lon, dan .lat."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.RawQuery != "" || strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/query"):
		return city.InvalidField("url", "must be the layer's own address, without /query and what follows")
	case c.PageSize < 1 || c.PageSize > 10_000:
		return city.InvalidField("page_size", "must be between 1 and 10000")
	case c.MaxRows < 1 || c.MaxRows > 1_000_000:
		return city.InvalidField("max_rows", "must be between 1 and 1000000")
	case c.Complete && (c.Changed != "" || c.Mapping.Kind != "reports"):
		return city.InvalidField("complete", "is for reports that are read whole each time, without changed_field")
	case c.Changed != "" && !column.MatchString(c.Changed):
		return city.InvalidField("changed_field", "must be the name of a column")
	}
	return c.Mapping.Check()
}

var column = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "arcgis",
	Title: connectors.Text{ID: "Layer ArcGIS", EN: "ArcGIS layer"},
	Description: connectors.Text{
		ID: "Fitur dari layer server ArcGIS (FeatureServer atau MapServer): titik, garis, bidang, atau tabel.",
		EN: "Features of a layer of an ArcGIS server (FeatureServer or MapServer): points, lines, areas or a table.",
	},
	Docs:     "https://developers.arcgis.com/rest/services-reference/enterprise/query-feature-service-layer/",
	Schedule: "@every 15m",
	Brings:   []string{"reports", "observations"},
}, newConnector)

// connector is one run of an arcgis source.
type connector struct {
	cfg   Config
	env   connectors.Env
	token string
	rows  *mapping.Reader
	layer *layer // what the layer says of itself, once asked
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	cfg.URL = strings.TrimSuffix(cfg.URL, "/")
	c := &connector{cfg: cfg, env: env}
	var err error
	if c.rows, err = cfg.Mapping.Reader(env); err != nil {
		return nil, err
	}
	if cfg.Token != "" {
		if c.token, err = env.Secret(cfg.Token); err != nil {
			return nil, fmt.Errorf("token: %w", err)
		}
	}
	return c, nil
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// cursor is where reading goes on.
type cursor struct {
	Settings uint64    `json:"settings"`
	Changed  time.Time `json:"changed,omitzero"` // newest change of finished readings
	// The rest is about a reading in progress.
	Began  time.Time `json:"began,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
	Rows   int       `json:"rows,omitempty"`
	LastID int64     `json:"last_id,omitempty"`
}

// Pull reads one page of features.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return page, err
	}
	if c.layer == nil {
		if c.layer, err = c.describe(ctx); err != nil {
			return page, err
		}
	}
	if cur.Began.IsZero() {
		cur.Began, cur.LastID = c.env.Now(), -1
	}
	first := cur.Rows == 0 && cur.LastID == -1
	got, more, err := c.query(ctx, &cur)
	if err != nil {
		return page, err
	}
	if err := c.rows.Convert(ctx, got, &page); err != nil {
		return page, err
	}
	c.noteChanges(got, &cur)
	if c.cfg.Complete {
		page.Listing = &city.Listing{First: first, Last: !more && cur.Rows < c.cfg.MaxRows}
	}
	if !more || cur.Rows >= c.cfg.MaxRows {
		// A clock that runs ahead there hides nothing here.
		if cur.Newest.After(cur.Began) {
			cur.Newest = cur.Began
		}
		if cur.Newest.Before(cur.Changed) {
			cur.Newest = cur.Changed
		}
		cur = cursor{Settings: cur.Settings, Changed: cur.Newest}
	}
	page.More = !cur.Began.IsZero()
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return page, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

func (c *connector) readCursor(raw json.RawMessage) (cursor, error) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %v", []string{c.cfg.URL, c.cfg.Where, c.cfg.Changed, c.cfg.Dates}, c.cfg.Mapping) // a hash never fails
	if c.cfg.Complete {
		_, _ = h.Write([]byte("complete")) // a list is complete from its beginning or not at all
	}
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return cur, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Settings != h.Sum64() {
		cur = cursor{Settings: h.Sum64()}
	}
	return cur, nil
}

// Rewind implements connectors.Rewinder: what was changed since the moment, or
// everything where no column says when that was.
func (c *connector) Rewind(raw json.RawMessage, to time.Time) (json.RawMessage, error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return nil, err
	}
	return json.Marshal(cursor{Settings: cur.Settings, Changed: to})
}

// noteChanges keeps the newest change among the features of a page.
func (c *connector) noteChanges(records []any, cur *cursor) {
	if c.cfg.Changed == "" {
		return
	}
	for _, r := range records {
		properties, _ := r.(map[string]any)["properties"].(map[string]any)
		text, _ := properties[c.cfg.Changed].(string)
		if at, err := time.Parse(time.RFC3339, text); err == nil && at.After(cur.Newest) {
			cur.Newest = at
		}
	}
}

// where is the condition of a page: the officer's, what changed, and what
// follows the last object id.
func (c *connector) where(cur *cursor, byID bool) string {
	out := "(" + c.cfg.Where + ")"
	if c.cfg.Changed != "" && !cur.Changed.IsZero() {
		from := cur.Changed.Add(-time.Duration(c.cfg.Overlap)).UTC()
		if c.cfg.Dates == "local" {
			from = from.In(c.env.Location)
		}
		out += " AND " + c.cfg.Changed + " >= TIMESTAMP '" + from.Format(time.DateTime) + "'"
	}
	if byID {
		out += " AND " + c.layer.idField() + " > " + strconv.FormatInt(cur.LastID, 10)
	}
	return out
}
