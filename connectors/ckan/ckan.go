// Package ckan reads data portals that speak the CKAN action API, as Satu Data
// portals do, and DKAN's likeness of it: it finds a resource of a dataset and
// reads it as a table, row by row out of the portal's datastore or, where that
// is off, out of its file (CSV, XLSX, JSON). It may import connectors,
// connectors/mapping, connectors/tabular and backend/city.
package ckan

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of a ckan source.
type Config struct {
	connectors.HTTPOptions
	BaseURL  string            `json:"base_url" required:"true" anew:"true" format:"url" label:"Portal's address" label_id:"Alamat portal" doc:"The portal's address, without /api." doc_id:"Alamat portal, tanpa /api." example:"https://satudata.contoh.go.id"`
	Token    string            `json:"token" secret:"true" label:"Token" label_id:"Token" doc:"Sent as Authorization, to the portal's own host only; needed for what is not public." doc_id:"Kunci akses untuk data yang tidak terbuka; hanya dikirim ke server portal itu sendiri." example:"env:KUNCI_SATUDATA"`
	Dataset  string            `json:"dataset" anew:"true" label:"Dataset" label_id:"Dataset" doc:"Name or id of the dataset, as in its address." doc_id:"Nama atau id dataset, seperti pada alamat halamannya." example:"jumlah-kejadian-kebakaran"`
	Search   string            `json:"search" anew:"true" label:"Search words" label_id:"Kata pencarian" doc:"Instead of dataset: words to search for. Of what is found the dataset that was changed last counts, for portals that publish each year under a new name." doc_id:"Pengganti dataset: kata yang dicari. Dari yang ditemukan dipakai dataset yang terakhir berubah, untuk portal yang menerbitkan tiap tahun dengan nama baru."`
	Filter   string            `json:"search_filter" anew:"true" label:"Search filter" label_id:"Saringan pencarian" doc:"Solr filter of the search (fq)." doc_id:"Saringan pencarian portal (fq)." example:"organization:bpbd"`
	Resource string            `json:"resource" anew:"true" label:"Resource" label_id:"Berkas data" doc:"Id or name of the resource, or a part of its name; empty for the first of the dataset that holds a table." doc_id:"Id, nama, atau sebagian nama berkas; bila kosong, berkas pertama yang berisi tabel."`
	Read     string            `json:"read" anew:"true" enum:"auto,datastore,file" default:"auto" label:"Read from" label_id:"Baca dari" doc:"auto takes the datastore where it is on, else the file." doc_id:"auto membaca datastore bila menyala, selain itu berkasnya."`
	Filters  map[string]string `json:"filters" anew:"true" label:"Column filters" label_id:"Saringan kolom" doc:"Datastore only: rows with these values in these columns." doc_id:"Hanya untuk datastore: baris dengan nilai ini pada kolom ini."`
	Sort     string            `json:"sort" anew:"true" default:"_id" label:"Order" label_id:"Urutan" doc:"Datastore only: order of the rows; without a fixed one pages overlap." doc_id:"Hanya untuk datastore: urutan baris."`
	PageSize int               `json:"page_size" default:"1000" label:"Rows a page" label_id:"Baris per halaman" doc:"Rows asked for at once; a portal may give fewer (CKAN at most 32,000)." doc_id:"Banyaknya baris sekali minta."`
	MaxRows  int               `json:"max_rows" default:"100000" label:"Most rows" label_id:"Baris paling banyak" doc:"Rows after which a reading ends." doc_id:"Pembacaan berhenti setelah baris sebanyak ini."`
	Totals   string            `json:"totals" anew:"true" enum:"refuse,skip,keep" default:"refuse" label:"Rows of totals" label_id:"Baris jumlah" doc:"What to do with a row that says Total or Jumlah and names no area: it would count everything twice." doc_id:"Perlakuan terhadap baris Total atau Jumlah yang tidak menyebut wilayah: baris itu akan menghitung semuanya dua kali."`
	Complete bool              `json:"complete" label:"Always lists all" label_id:"Selalu memuat semua" doc:"Reports only: each reading holds all that there is, so that a report that it holds no more was deleted there and is taken out here. A list that lacks more than half is not believed." doc_id:"Hanya untuk laporan: setiap pembacaan memuat semuanya, sehingga laporan yang tidak ada lagi di sana ditandai dihapus di sini. Daftar yang kehilangan lebih dari separuh tidak dipercaya."`
	Mapping  mapping.Rows      `json:"mapping" required:"true" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"What a row is and which columns become which fields. Times without zone are UTC unless zone says otherwise." doc_id:"Arti satu baris dan kolom mana menjadi bidang mana. Waktu tanpa zona dianggap UTC kecuali zone menyebut lain."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case c.Dataset == "" && c.Search == "" && c.Resource == "":
		return city.InvalidField("dataset", "is missing: name a dataset, words to search for, or the id of a resource")
	case c.Dataset != "" && c.Search != "":
		return city.InvalidField("search", "must not be given together with a dataset")
	case c.PageSize < 1 || c.PageSize > 32_000:
		return city.InvalidField("page_size", "must be between 1 and 32000")
	case c.MaxRows < 1 || c.MaxRows > 1_000_000:
		return city.InvalidField("max_rows", "must be between 1 and 1000000")
	case c.Complete && c.Mapping.Kind != "reports":
		return city.InvalidField("complete", "is for reports only")
	case c.Complete && c.Totals == "refuse":
		return city.InvalidField("totals", "must be skip or keep where the list is complete: a refused row that has no id hides which one is missing")
	case strings.Contains(c.BaseURL, "/api/"):
		return city.InvalidField("base_url", "must be the portal's own address, without /api and what follows")
	}
	return c.Mapping.Check()
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "ckan",
	Title: connectors.Text{ID: "Portal data CKAN (Satu Data)", EN: "CKAN data portal (Satu Data)"},
	Description: connectors.Text{
		ID: "Tabel dari portal data terbuka yang memakai CKAN atau DKAN: lewat datastore, atau berkas CSV, XLSX, dan JSON.",
		EN: "Tables of open data portals that run CKAN or DKAN: out of the datastore, or CSV, XLSX and JSON files.",
	},
	Docs:     "https://docs.ckan.org/en/latest/api/",
	Schedule: "0 5 * * *",
	Brings:   []string{"reports", "observations"},
}, newConnector)

// connector is one run of a ckan source.
type connector struct {
	connectors.ReadsWhole
	cfg    Config
	env    connectors.Env
	token  string
	rows   *mapping.Reader
	totals *totals
	held   *file // the file of the reading in progress, once fetched
	// whole: the page ended the table, and nothing was cut off. unchanged: the
	// file is as it was and was not read.
	whole, unchanged bool
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env}
	c.cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if c.cfg.Mapping.Zone == "" {
		c.cfg.Mapping.Zone = "UTC"
	}
	var err error
	if c.rows, err = c.cfg.Mapping.Reader(env); err != nil {
		return nil, err
	}
	c.totals = newTotals(cfg.Totals, cfg.Mapping, env.Areas)
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
	// Settings is what the rest is about: another dataset starts anew.
	Settings uint64 `json:"settings"`
	// Validators of the file that was read to its end, and its address.
	Validators connectors.Validators `json:"validators,omitzero"`
	File       string                `json:"file,omitempty"`
	// The rest is about a reading in progress.
	Began    time.Time `json:"began,omitzero"`
	Resource *resource `json:"resource,omitempty"`
	AsFile   bool      `json:"as_file,omitempty"`
	Rows     int       `json:"rows,omitempty"` // read so far
	LastHash uint64    `json:"last_hash,omitempty"`
}

// Pull reads one page of the table.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return connectors.Page{}, err
	}
	if cur.Resource == nil {
		found, err := c.find(ctx)
		if err != nil {
			return connectors.Page{}, err
		}
		cur.Began, cur.Resource, cur.Rows, cur.LastHash = c.env.Now(), &found, 0, 0
		cur.AsFile = c.cfg.Read == "file" || c.cfg.Read == "auto" && !bool(found.Datastore)
	}
	var page connectors.Page
	var more bool
	first := cur.Rows == 0
	if !cur.AsFile {
		page, more, err = c.readDatastore(ctx, &cur)
		if c.cfg.Read == "auto" && cur.Rows == 0 && isMissing(err) {
			// The portal says that the table is in its datastore, and it is not.
			c.env.Log.Info("the datastore does not hold the resource; its file is read", "resource", cur.Resource.ID)
			cur.AsFile = true
		}
	}
	if cur.AsFile {
		page, more, err = c.readFile(ctx, &cur)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if c.cfg.Complete && !c.unchanged {
		page.Listing = &city.Listing{First: first, Last: !more && c.whole}
	}
	if !more || cur.Rows >= c.cfg.MaxRows {
		cur = cursor{Settings: cur.Settings, Validators: cur.Validators, File: cur.File}
	}
	page.More = cur.Resource != nil
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

func (c *connector) readCursor(raw json.RawMessage) (cursor, error) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q", []string{c.cfg.BaseURL, c.cfg.Dataset, c.cfg.Search, c.cfg.Filter, c.cfg.Resource, c.cfg.Read, c.cfg.Sort, fmt.Sprint(c.cfg.Filters, c.cfg.Mapping, c.cfg.Totals)}) // a hash never fails
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

// convert maps records, after rows of totals were taken out.
func (c *connector) convert(ctx context.Context, records []any, page *connectors.Page) error {
	kept := records[:0:0]
	for _, r := range records {
		if !c.totals.is(r) {
			kept = append(kept, r)
			continue
		}
		if c.cfg.Totals == "refuse" {
			raw, _ := json.Marshal(r)
			page.Refused = append(page.Refused, city.Refusal{Kind: c.cfg.Mapping.Kind, Place: "row of totals",
				Reason: "says that it is a total and names no area: it would count everything twice (totals: skip passes over it, keep takes it)", Raw: raw})
		}
	}
	return c.rows.Convert(ctx, kept, page)
}
