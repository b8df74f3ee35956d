// Package ogcfeatures reads features of map servers by the two standards of the
// Open Geospatial Consortium that answer with GeoJSON: OGC API Features (pages
// by links) and WFS 2.0 (pages by startIndex), as GeoServer, QGIS Server,
// pygeoapi and ldproxy speak them. It may import connectors, connectors/mapping
// and backend/city.
package ogcfeatures

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of an ogcfeatures source.
type Config struct {
	connectors.HTTPOptions
	Protocol   string              `json:"protocol" anew:"true" enum:"features,wfs" default:"features" label:"Standard" label_id:"Standar" doc:"features is OGC API Features, wfs is WFS 2.0 with GeoJSON." doc_id:"features untuk OGC API Features, wfs untuk WFS 2.0 dengan GeoJSON."`
	URL        string              `json:"url" required:"true" anew:"true" format:"url" label:"Address" label_id:"Alamat" doc:"features: the service's own address, above /collections. wfs: the address that takes the parameters." doc_id:"features: alamat layanan, di atas /collections. wfs: alamat yang menerima parameter." example:"https://geo.contoh.go.id/ogc"`
	Collection string              `json:"collection" required:"true" anew:"true" label:"Collection" label_id:"Koleksi" doc:"Id of the collection; for wfs the name of the feature type." doc_id:"Id koleksi; untuk wfs nama jenis fitur." example:"bpbd:titik_banjir"`
	Key        string              `json:"key" secret:"true" label:"Key" label_id:"Kunci" doc:"Sent as a bearer token to the service's own host." doc_id:"Kunci akses; hanya dikirim ke server layanan itu sendiri." example:"env:KUNCI_PETA"`
	Bbox       string              `json:"bbox" anew:"true" label:"Within" label_id:"Batas wilayah" doc:"west,south,east,north in degrees, or city for the city's own borders; everything if empty." doc_id:"barat,selatan,timur,utara dalam derajat, atau city untuk batas kota; semuanya bila kosong." example:"117.05,-0.72,117.30,-0.31"`
	Since      bool                `json:"since" label:"Only what is new" label_id:"Hanya yang baru" doc:"features only: asks by datetime for what lies after the newest record seen, less overlap." doc_id:"Hanya untuk features: meminta yang lebih baru daripada data terbaru yang sudah dibaca."`
	Overlap    connectors.Duration `json:"overlap" default:"24h" label:"Overlap" label_id:"Tumpang waktu" doc:"How far behind the newest record a reading begins." doc_id:"Seberapa jauh pembacaan mundur dari data terbaru."`
	Params     map[string]string   `json:"params" anew:"true" label:"More parameters" label_id:"Parameter lain" doc:"Sent along with each request: filters of the collection (features) or vendor parameters (wfs)." doc_id:"Dikirim pada tiap permintaan: saringan koleksi atau parameter khusus server." example:"{status: aktif}"`
	SortBy     string              `json:"sort_by" label:"Order" label_id:"Urutan" doc:"wfs only: column to order by, which some servers need in order to page." doc_id:"Hanya untuk wfs: kolom urutan, yang diperlukan sebagian server untuk membagi halaman." example:"gid"`
	Axes       string              `json:"axes" enum:"auto,lon_lat,lat_lon" default:"auto" label:"Order of coordinates" label_id:"Urutan koordinat" doc:"auto is longitude first (CRS84, as GeoJSON has it) unless the answer says EPSG:4326 in its Content-Crs; lat_lon is for servers that turn them and do not say so." doc_id:"auto mendahulukan bujur kecuali jawaban menyebut EPSG:4326; lat_lon untuk server yang membalik tanpa menyebutkannya."`
	PageSize   int                 `json:"page_size" default:"1000" label:"Features a page" label_id:"Fitur per halaman" doc:"Features asked for at once; a server may give fewer." doc_id:"Banyaknya fitur sekali minta."`
	MaxRows    int                 `json:"max_rows" default:"100000" label:"Most features" label_id:"Fitur paling banyak" doc:"Features after which a reading ends." doc_id:"Pembacaan berhenti setelah fitur sebanyak ini."`
	Complete   bool                `json:"complete" label:"Always lists all" label_id:"Selalu memuat semua" doc:"Reports only: each reading holds all that there is, so that a report that it holds no more was deleted there and is taken out here. A list that lacks more than half is not believed." doc_id:"Hanya untuk laporan: setiap pembacaan memuat semuanya, sehingga laporan yang tidak ada lagi di sana ditandai dihapus di sini. Daftar yang kehilangan lebih dari separuh tidak dipercaya."`
	Mapping    mapping.Rows        `json:"mapping" required:"true" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"What a feature is. It has .id, .properties.NAME, .lon and .lat." doc_id:"Arti satu fitur. Tersedia .id, .properties.NAMA, .lon, dan .lat."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case c.Protocol == "features" && strings.Contains(c.URL, "/collections"):
		return city.InvalidField("url", "must be the service's own address, without /collections and what follows")
	case c.Protocol == "wfs" && strings.Contains(strings.ToLower(c.URL), "request="):
		return city.InvalidField("url", "must be the service's own address, without request= and the other parameters")
	case strings.Contains(c.URL, "?") && c.Protocol == "features":
		return city.InvalidField("url", "must not hold parameters; give them under params")
	case c.Complete && (c.Since || c.Mapping.Kind != "reports"):
		return city.InvalidField("complete", "is for reports that are read whole each time, without since")
	case c.Since && c.Protocol == "wfs":
		return city.InvalidField("since", "is for OGC API Features only")
	case c.PageSize < 1 || c.PageSize > 10_000:
		return city.InvalidField("page_size", "must be between 1 and 10000")
	case c.MaxRows < 1 || c.MaxRows > 1_000_000:
		return city.InvalidField("max_rows", "must be between 1 and 1000000")
	}
	if c.Bbox != "" && c.Bbox != "city" {
		if _, err := parseBox(c.Bbox); err != nil {
			return err
		}
	}
	return c.Mapping.Check()
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "ogcfeatures",
	Title: connectors.Text{ID: "Layanan peta OGC (API Features, WFS)", EN: "OGC map service (API Features, WFS)"},
	Description: connectors.Text{
		ID: "Fitur dari server peta yang mengikuti OGC API Features atau WFS 2.0, misalnya GeoServer, QGIS Server, dan pygeoapi.",
		EN: "Features of map servers that follow OGC API Features or WFS 2.0, such as GeoServer, QGIS Server and pygeoapi.",
	},
	Docs:     "https://ogcapi.ogc.org/features/",
	Schedule: "@every 15m",
	Brings:   []string{"reports", "observations"},
}, newConnector)

// connector is one run of an ogcfeatures source.
type connector struct {
	cfg    Config
	env    connectors.Env
	header http.Header
	rows   *mapping.Reader
	box    string
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	cfg.URL = strings.TrimSuffix(cfg.URL, "/")
	c := &connector{cfg: cfg, env: env, header: http.Header{"Accept": {"application/geo+json, application/json;q=0.9"}}}
	var err error
	if c.rows, err = cfg.Mapping.Reader(env); err != nil {
		return nil, err
	}
	if c.box, err = boxOf(cfg.Bbox, env.Areas); err != nil {
		return nil, err
	}
	if cfg.Key != "" {
		key, err := env.Secret(cfg.Key)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		c.header.Set("Authorization", "Bearer "+key)
	}
	return c, nil
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// cursor is where reading goes on.
type cursor struct {
	Settings uint64    `json:"settings"`
	Since    time.Time `json:"since,omitzero"` // newest record of finished readings
	// The rest is about a reading in progress.
	Began    time.Time `json:"began,omitzero"`
	Newest   time.Time `json:"newest,omitzero"`
	Next     string    `json:"next,omitempty"` // link to the next page, as it stood on the page From
	From     string    `json:"from,omitempty"`
	Rows     int       `json:"rows,omitempty"`
	LastHash uint64    `json:"last_hash,omitempty"`
}

// Pull reads one page of features.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return page, err
	}
	if cur.Began.IsZero() {
		cur.Began = c.env.Now()
	}
	address, err := c.address(&cur)
	if err != nil {
		return page, err
	}
	first := cur.Rows == 0
	a, err := c.fetch(ctx, address)
	if err != nil {
		return page, err
	}
	if err := c.rows.Convert(ctx, a.records, &page); err != nil {
		return page, err
	}
	cur.Newest = page.Newest(cur.Newest)
	last := cur.LastHash
	more := c.advance(&cur, a, address)
	if c.cfg.Complete {
		whole := last != a.hash && cur.Rows < c.cfg.MaxRows && (a.matched < 0 || cur.Rows >= a.matched)
		page.Listing = &city.Listing{First: first, Last: !more && whole}
	}
	if !more {
		if cur.Newest.After(cur.Began) {
			cur.Newest = cur.Began
		}
		if cur.Newest.Before(cur.Since) {
			cur.Newest = cur.Since
		}
		cur = cursor{Settings: cur.Settings, Since: cur.Newest}
	}
	page.More = !cur.Began.IsZero()
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return page, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

func (c *connector) readCursor(raw json.RawMessage) (cursor, error) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %v %v", []string{c.cfg.URL, c.cfg.Collection, c.cfg.Bbox, c.cfg.Protocol}, c.cfg.Params, c.cfg.Mapping) // a hash never fails
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

// Rewind implements connectors.Rewinder: what lies after the moment, or
// everything where the source is not asked for what is new.
func (c *connector) Rewind(raw json.RawMessage, to time.Time) (json.RawMessage, error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return nil, err
	}
	return json.Marshal(cursor{Settings: cur.Settings, Since: to})
}
