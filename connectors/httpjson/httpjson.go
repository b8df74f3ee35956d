// Package httpjson reads any system that answers with JSON, XML or a table over HTTP, as a
// mapping in YAML says: address, paging, and one expression for each field. A
// new source of this kind is a file, not a program. It may import connectors,
// connectors/mapping, connectors/tabular and backend/city.
package httpjson

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
	"balaikota/connectors/tabular"
)

// Config is the configuration of an httpjson source: a ready-made template
// with its parameters, or a mapping of one's own.
type Config struct {
	connectors.HTTPOptions
	Template string            `json:"template" anew:"true" label:"Template" label_id:"Templat" doc:"Name of a ready-made mapping (see the connector's README); empty when mapping is given." doc_id:"Nama pemetaan siap pakai; kosongkan bila menulis pemetaan sendiri."`
	Params   map[string]string `json:"params" anew:"true" label:"Parameters" label_id:"Parameter" doc:"Values for the template's or the mapping's {{param.NAME}}." doc_id:"Nilai untuk {{param.NAMA}} dalam templat atau pemetaan."`
	Mapping  *Mapping          `json:"mapping" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"The mapping itself." doc_id:"Pemetaan: alamat, halaman, dan satu ungkapan untuk tiap bidang."`
}

// Mapping says how to ask and what the answer means.
type Mapping struct {
	URL     string            `json:"url" required:"true" label:"Address" label_id:"Alamat" doc:"Address, with {{since}}, {{now}}, {{param.NAME}}, {{page}}, {{offset}}, {{size}} or {{next}} in it; a layout may follow a time, as in {{now:20060102}}." doc_id:"Alamat datanya. Bila perlu memuat {{since}}, {{now}}, {{page}}, {{offset}}, {{size}}, {{next}}, atau {{param.NAMA}}." example:"https://contoh.go.id/api/data?sejak={{since}}"`
	Method  string            `json:"method" enum:"GET,POST" default:"GET" label:"Method" label_id:"Cara meminta" doc:"GET, or POST for systems that ask by form or JSON." doc_id:"GET, atau POST bagi sistem yang meminta formulir atau JSON."`
	Headers map[string]string `json:"headers" label:"Headers" label_id:"Kepala permintaan" doc:"Headers to send. A header that carries a key takes env:NAME or file:PATH as its value." doc_id:"Kepala HTTP yang dikirim. Yang memuat kunci ditulis env:NAMA atau file:JALUR."`
	Body    string            `json:"body" label:"Body" label_id:"Isi permintaan" doc:"Body of a POST, with the same places as url, their values escaped for JSON." doc_id:"Isi POST, dengan tempat yang sama seperti alamat."`
	Auth    Auth              `json:"auth" label:"Key or password" label_id:"Kunci atau kata sandi" doc:"How to show who we are." doc_id:"Cara menunjukkan siapa kita."`
	Paging  Paging            `json:"paging" label:"Pages" label_id:"Halaman" doc:"How the answer is cut into pages." doc_id:"Cara jawaban dipotong menjadi halaman."`

	Lookback connectors.Duration `json:"lookback" default:"24h" label:"First reading" label_id:"Pembacaan pertama" doc:"How far back {{since}} is at the first reading." doc_id:"Seberapa jauh {{since}} mundur pada pembacaan pertama."`
	Overlap  connectors.Duration `json:"overlap" default:"1h" label:"Overlap" label_id:"Tumpang tindih" doc:"How far {{since}} goes back behind the newest record seen." doc_id:"Seberapa jauh {{since}} mundur dari catatan terbaru yang sudah dibaca."`

	Format string   `json:"format" enum:"auto,json,xml,table" default:"auto" label:"Form of the answer" label_id:"Bentuk jawaban" doc:"What the answer is; auto looks at it. xml becomes a tree like JSON: children by name, attributes as @name, text beside them as #text; table is a CSV or workbook, as a list of records by column." doc_id:"Biasanya dikenali sendiri."`
	Lists  []string `json:"lists" label:"Lists in XML" label_id:"Daftar dalam XML" doc:"For xml: names of elements that are a list even where there is only one." doc_id:"Untuk XML: nama elemen yang selalu berupa daftar, walau hanya satu." example:"stasiun"`

	Check    string `json:"check" label:"Condition" label_id:"Syarat jawaban" doc:"Expression on the whole answer that must be true; otherwise the reading failed." doc_id:"Ungkapan (rumus) pada seluruh jawaban yang harus benar; bila tidak, pembacaan gagal." example:".success == true"`
	Complete bool   `json:"complete" label:"Holds everything" label_id:"Memuat semuanya" doc:"Reports only: each reading holds all that there is, so that a report that it holds no more was deleted there and is taken out here. A list that lacks more than half is not believed." doc_id:"Hanya untuk laporan: tiap pembacaan memuat semua yang ada, sehingga laporan yang tidak ada lagi di sana dikeluarkan di sini. Daftar yang kehilangan lebih dari separuhnya tidak dipercaya."`

	Items string `json:"items" required:"true" label:"Where the rows are" label_id:"Letak baris" doc:"Expression on the whole answer that gives the records, as an array or one by one." doc_id:"Tempat baris-baris itu dalam jawaban. Boleh kosong dahulu: percobaan mengusulkannya. Titik (.) berarti jawaban itu sendiri." example:".data"`

	mapping.Rows
}

// Auth says how the source knows us.
type Auth struct {
	Type   string `json:"type" enum:"none,bearer,basic,header,query,path" default:"none" label:"How" label_id:"Caranya" doc:"How the secret is sent; path puts it where {{secret}} stands in the address." doc_id:"Cara kunci dikirim; path menaruhnya di {{secret}} dalam alamat."`
	Name   string `json:"name" label:"Name" label_id:"Nama" doc:"Name of the header or query parameter, or of the user for basic." doc_id:"Nama kepala HTTP atau parameter, atau nama pengguna untuk basic."`
	Secret string `json:"secret" secret:"true" label:"Key" label_id:"Kunci" doc:"The key or password." doc_id:"Kunci atau kata sandinya." example:"env:KUNCI_SUMBER"`
}

// Paging says how to get the next page.
type Paging struct {
	Type     string `json:"type" enum:"none,page,offset,cursor,link" default:"none" label:"How" label_id:"Caranya" doc:"page and offset count up {{page}} and {{offset}}; cursor puts the value of next into {{next}}; link follows the address in next or the Link header." doc_id:"page dan offset menghitung {{page}} dan {{offset}}; cursor menaruh isi next di {{next}}; link mengikuti alamat dalam next atau kepala Link."`
	Start    int    `json:"start" default:"1" label:"First page" label_id:"Halaman pertama" doc:"Number of the first page." doc_id:"Nomor halaman pertama."`
	Size     int    `json:"size" default:"100" label:"Rows a page" label_id:"Baris per halaman" doc:"Records a page; a page with fewer is the last." doc_id:"Halaman yang lebih pendek adalah yang terakhir."`
	Next     string `json:"next" label:"Next page" label_id:"Halaman berikut" doc:"Expression on the whole answer for the next cursor or address; null ends. Before there is one, {{next}} is the same as {{since}}." doc_id:"Ungkapan (rumus) pada seluruh jawaban untuk penanda atau alamat berikutnya; null berarti selesai."`
	MaxPages int    `json:"max_pages" default:"100" label:"At most" label_id:"Paling banyak" doc:"Pages after which a reading ends, whatever the answer says." doc_id:"Banyaknya halaman yang dibaca, apa pun jawabannya."`
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "httpjson",
	Title: connectors.Text{ID: "JSON, XML, atau tabel lewat HTTP", EN: "JSON, XML or a table over HTTP"},
	Description: connectors.Text{
		ID: "Sistem apa pun yang menjawab dengan JSON, XML, CSV, atau XLSX. Kolomnya dipilih setelah dicoba; tersedia templat siap pakai.",
		EN: "Any system that answers with JSON, XML, CSV or XLSX. Its columns are chosen after a trial; ready-made templates are included.",
	},
	Schedule:  "@every 5m",
	Brings:    []string{"reports", "observations"},
	Templates: described,
}, newConnector)

// connector is one run of an httpjson source.
type connector struct {
	env     connectors.Env
	m       Mapping
	rows    *mapping.Reader
	places  map[string]string // values of {{param.…}}
	headers http.Header
	secret  string // for the address: auth of the types query and path
	items   *mapping.Program
	check   *mapping.Program
	next    *mapping.Program
	whole   bool // the page ended the list, and nothing was cut off
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// cursor is where reading goes on.
type cursor struct {
	Since time.Time `json:"since,omitzero"` // newest record of finished readings
	// The rest is about a reading in progress.
	Began    time.Time `json:"began,omitzero"`
	Newest   time.Time `json:"newest,omitzero"`
	Page     int       `json:"page,omitempty"` // pages read so far
	Next     string    `json:"next,omitempty"`
	LastHash uint64    `json:"last_hash,omitempty"`

	Validators connectors.Validators `json:"validators,omitzero"`
}

// Pull reads one page.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Began.IsZero() {
		cur.Began, cur.Newest, cur.Page, cur.Next, cur.LastHash = c.env.Now(), time.Time{}, 0, "", 0
	}
	res, err := c.fetch(ctx, cur)
	if err != nil {
		return connectors.Page{}, err
	}
	if res.NotModified {
		return c.close(connectors.Page{}, cur)
	}
	page := connectors.Page{}
	answer, records, err := c.records(ctx, res, &page)
	if err != nil {
		return connectors.Page{}, err
	}
	if err := c.rows.Convert(ctx, records, &page); err != nil {
		return connectors.Page{}, err
	}
	for i := range page.Proposed {
		page.Proposed[i].Items = itemsOf(answer)
	}
	if wrong := res.CheckClock(); wrong != nil {
		if len(page.Observations) > 0 {
			return connectors.Page{}, wrong
		}
		forgetMarks(page.Reports)
	} else {
		cur.Newest = page.Newest(cur.Newest)
	}
	first := cur.Page == 0
	more, err := c.advance(ctx, &cur, answer, len(records), res)
	if err != nil {
		return connectors.Page{}, err
	}
	if c.m.Complete {
		page.Listing = &city.Listing{First: first, Last: !more && c.whole}
	}
	if !more {
		return c.close(page, cur)
	}
	page.More = true
	page.Cursor, err = json.Marshal(cur)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// close ends a reading: the next one begins at the newest record seen, which a
// clock that runs ahead cannot carry beyond when this one began.
func (c *connector) close(page connectors.Page, cur cursor) (connectors.Page, error) {
	done := cursor{Since: cur.Since, Validators: cur.Validators}
	if cur.Newest.After(cur.Began) {
		cur.Newest = cur.Began
	}
	if cur.Newest.After(done.Since) {
		done.Since = cur.Newest
	}
	var err error
	if page.Cursor, err = json.Marshal(done); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// Rewind implements connectors.Rewinder: {{since}} is the moment, less the
// overlap. A mapping that does not ask with it reads everything anyway.
func (c *connector) Rewind(_ json.RawMessage, to time.Time) (json.RawMessage, error) {
	return json.Marshal(cursor{Since: to})
}

// forgetMarks takes away when reports were changed, where the clock that says
// so is wrong: the next version, with a truthful mark, must not look older.
func forgetMarks(reports []city.Report) {
	for i := range reports {
		reports[i].UpdatedAt = time.Time{}
	}
}

// fetch makes the request of the page that the cursor is at.
func (c *connector) fetch(ctx context.Context, cur cursor) (*connectors.Response, error) {
	address, err := c.address(cur)
	if err != nil {
		return nil, err
	}
	req := connectors.Request{Method: c.m.Method, URL: address, Header: c.headers}
	if c.m.Method == http.MethodPost {
		body, err := fillPlaces(c.m.Body, c.values(cur), false, jsonEscape)
		if err != nil {
			return nil, err
		}
		req.Body = []byte(body)
	}
	if c.m.Paging.Type == "none" && c.m.Method == http.MethodGet {
		req.Validators = cur.Validators
	}
	return c.env.HTTP.Do(ctx, req)
}

// address is where the page is. A link to another host is refused: our
// headers, and the trust given to this source, are for its own host only.
func (c *connector) address(cur cursor) (string, error) {
	address, err := fillPlaces(c.m.URL, c.values(cur), true, url.QueryEscape)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", city.InvalidField("mapping.url", "is not an address once its places are filled")
	}
	if c.m.Paging.Type == "link" && cur.Next != "" {
		next, err := u.Parse(cur.Next)
		if err != nil || next.Host != u.Host || next.Scheme != u.Scheme {
			return "", &connectors.MalformedError{What: "for this mapping", Err: fmt.Errorf("the next page lies on another host")}
		}
		u = next
	}
	if c.m.Auth.Type == "query" {
		q := u.Query()
		q.Set(c.m.Auth.Name, c.secret)
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}

// decode reads an answer in its format; rows of a table that cannot be read are
// refused on the page.
func (c *connector) decode(res *connectors.Response, page *connectors.Page) (answer any, err error) {
	kind := res.Header.Get("Content-Type")
	format := c.m.Format
	if format == "auto" {
		format = formatOf(res.Body, kind, c.m.URL)
	}
	switch format {
	case "xml":
		return connectors.DecodeXMLTree(res.Body, kind, c.m.Lists)
	case "table":
		table, err := tabular.Read(res.Body, "", kind)
		if err != nil {
			return nil, err
		}
		for _, bad := range table.Bad {
			page.Refused = append(page.Refused, city.Refusal{Kind: c.m.Kind, Place: fmt.Sprintf("row %d", bad.Number), Reason: bad.Reason})
		}
		return table.Records, nil
	}
	err = connectors.DecodeJSON(res.Body, kind, &answer)
	return answer, err
}

// records decodes an answer and picks the records out of it.
func (c *connector) records(ctx context.Context, res *connectors.Response, page *connectors.Page) (answer any, records []any, err error) {
	if answer, err = c.decode(res, page); err != nil {
		return nil, nil, err
	}
	if c.check != nil {
		ok, err := c.check.First(ctx, answer)
		if err != nil || ok != true {
			return nil, nil, &connectors.MalformedError{What: "for this mapping", Err: fmt.Errorf("it does not pass the mapping's check %s", c.check)}
		}
	}
	out, err := c.items.All(ctx, answer)
	if err != nil {
		return nil, nil, fmt.Errorf("mapping.items: %w", err)
	}
	for _, v := range out {
		if list, ok := v.([]any); ok {
			records = append(records, list...)
		} else if v != nil {
			records = append(records, v)
		}
	}
	return answer, records, nil
}

// advance finds out whether there is another page and moves the cursor to it.
func (c *connector) advance(ctx context.Context, cur *cursor, answer any, n int, res *connectors.Response) (bool, error) {
	p := c.m.Paging
	cur.Page++
	c.whole = false
	if p.Type == "none" {
		c.whole = true
		cur.Validators = res.Validators
		return false, nil
	}
	h := fnv.New64a()
	_, _ = h.Write(res.Body) // a hash never fails
	same := cur.LastHash == h.Sum64()
	cur.LastHash = h.Sum64()
	if n == 0 && !same {
		c.whole = true
	}
	if same || n == 0 || cur.Page >= p.MaxPages {
		return false, nil
	}
	if p.Type == "page" || p.Type == "offset" {
		c.whole = n < p.Size
		return n >= p.Size, nil
	}
	next, err := c.nextToken(ctx, answer, res.Header)
	if err != nil || next == "" || next == cur.Next {
		c.whole = err == nil && next == ""
		return false, err
	}
	cur.Next = next
	return true, nil
}

var linkNext = regexp.MustCompile(`<([^>]*)>\s*;[^,]*\brel="?next"?`)

func (c *connector) nextToken(ctx context.Context, answer any, header http.Header) (string, error) {
	if c.next == nil {
		for _, value := range header.Values("Link") {
			if m := linkNext.FindStringSubmatch(value); m != nil {
				return m[1], nil
			}
		}
		return "", nil
	}
	v, err := c.next.First(ctx, answer)
	if err != nil {
		return "", fmt.Errorf("mapping.paging.next: %w", err)
	}
	return mapping.PlainText(v)
}

// Templates lists the names of the ready-made mappings.
func Templates() []string {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // they are part of the program
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}
