// Package ngsi takes one attribute of a context broker's entities (NGSIv2 or NGSI-LD)
// as soon as it changes: it subscribes at the broker, which notifies the source's hook,
// and reads everything from time to time to catch up. It may import connectors,
// connectors/mapping and backend/city.
package ngsi

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of an ngsi source.
type Config struct {
	connectors.HTTPOptions
	Version     string              `json:"version" enum:"v2,ld" default:"v2" label:"Interface" label_id:"Antarmuka" doc:"v2 for NGSIv2 (Orion), ld for NGSI-LD (Orion-LD, Scorpio, Stellio)." doc_id:"v2 untuk NGSIv2 (Orion), ld untuk NGSI-LD (Orion-LD, Scorpio, Stellio)."`
	BrokerURL   string              `json:"broker_url" required:"true" format:"url" label:"Broker" label_id:"Pialang" doc:"Address of the broker, without /v2 or /ngsi-ld." doc_id:"Alamat pialang, tanpa /v2 atau /ngsi-ld." example:"https://orion.contoh.go.id"`
	Type        string              `json:"type" required:"true" label:"Entity type" label_id:"Jenis entitas" doc:"Type of the entities." doc_id:"Jenis entitas." example:"WaterObserved"`
	Attribute   string              `json:"attribute" required:"true" label:"Attribute" label_id:"Atribut" doc:"The attribute whose value is taken, in the indicator's unit." doc_id:"Atribut yang nilainya diambil, dalam satuan indikator." example:"height"`
	Indicator   string              `json:"indicator" required:"true" label:"Indicator" label_id:"Indikator" doc:"Indicator that the values are of." doc_id:"Indikator nilai itu." example:"muka-air-mahakam"`
	Service     string              `json:"service" label:"Tenant" label_id:"Penyewa" doc:"Fiware-Service or NGSILD-Tenant." doc_id:"Fiware-Service atau NGSILD-Tenant." example:"kota"`
	ServicePath string              `json:"service_path" label:"Service path" label_id:"Jalur layanan" doc:"Fiware-ServicePath, for v2." doc_id:"Fiware-ServicePath, untuk v2." example:"/sungai"`
	Context     string              `json:"context" format:"url" label:"Context" label_id:"Konteks" doc:"Address of the JSON-LD context, for ld; needed unless type and attribute are full IRIs." doc_id:"Alamat konteks JSON-LD, untuk ld; perlu bila jenis dan atribut bukan IRI lengkap."`
	AuthName    string              `json:"auth_header" default:"X-Auth-Token" label:"Header of the key" label_id:"Tajuk kunci" doc:"Header that carries our key to the broker." doc_id:"Tajuk yang membawa kunci kita ke pialang."`
	AuthSecret  string              `json:"auth_secret" secret:"true" label:"Key" label_id:"Kunci" doc:"Value of that header; empty when none is asked." doc_id:"Isi tajuk itu; kosong bila tidak diminta." example:"env:TOKEN_ORION"`
	HookURL     string              `json:"hook_url" format:"url" label:"Address of our hook" label_id:"Alamat hook kita" doc:"Where the broker reaches /hooks/ and this source's name; without it the broker is only read from time to time." doc_id:"Alamat /hooks/ dan nama sumber ini yang terjangkau pialang; tanpa itu pialang hanya dibaca berkala." example:"https://balaikota.contoh.go.id/hooks/orion"`
	HookSecret  string              `json:"hook_secret" secret:"true" label:"Word of the hook" label_id:"Kata hook" doc:"A word of the city's own that the broker sends with each notification: at least 16 letters, digits, - or _." doc_id:"Kata pilihan kota yang disertakan pialang pada tiap pemberitahuan: paling sedikit 16 huruf, angka, - atau _." example:"env:KATA_HOOK_ORION"`
	Lease       connectors.Duration `json:"lease" default:"24h" label:"Subscribed for" label_id:"Berlangganan selama" doc:"The subscription ends by itself after this time; it is renewed at half of it." doc_id:"Langganan berakhir sendiri setelah waktu ini; diperpanjang pada separuhnya."`
	ReadEvery   connectors.Duration `json:"read_every" default:"15m" label:"Read whole every" label_id:"Dibaca utuh tiap" doc:"How often all entities are read, which catches up what no notification told." doc_id:"Seberapa sering semua entitas dibaca, untuk mengejar yang tidak diberitahukan."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case (c.HookURL == "") != (c.HookSecret == ""):
		return city.InvalidField("hook_secret", "and hook_url are given together: what comes to the hook must be known by its word")
	case time.Duration(c.Lease) < 10*time.Minute || time.Duration(c.Lease) > 30*24*time.Hour:
		return city.InvalidField("lease", "must be between 10m and 720h")
	case time.Duration(c.ReadEvery) < time.Minute:
		return city.InvalidField("read_every", "must be at least 1m")
	case strings.ContainsAny(c.BrokerURL, "?#"):
		return city.InvalidField("broker_url", "is the broker's address alone, without parameters")
	case c.Version == "v2" && c.Context != "":
		return city.InvalidField("context", "is for ld only")
	case c.Version == "ld" && c.ServicePath != "":
		return city.InvalidField("service_path", "is for v2 only")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "ngsi",
	Title: connectors.Text{ID: "Pialang konteks dengan langganan (NGSI)", EN: "Context broker with subscription (NGSI)"},
	Description: connectors.Text{
		ID: "Satu atribut dari entitas pialang konteks (FIWARE Orion dan sejenisnya), diberitahukan begitu berubah ke alamat /hooks/ dan nama sumber ini.",
		EN: "One attribute of a context broker's entities (FIWARE Orion and its like), notified to /hooks/ and this source's name as soon as it changes.",
	},
	Docs:     "https://fiware.github.io/specifications/ngsiv2/stable/",
	Schedule: "@every 5m",
	Waits:    true,
	Receives: true,
	Brings:   []string{"observations"},
}, newConnector)

// hookHeader carries the hook's word.
const hookHeader = "X-Balaikota-Hook"

// lettersPerPage is how many notifications a page takes.
const lettersPerPage = 100

// wordForm is what a broker can send as a header as it is: Orion refuses quotes and
// the like in a subscription, and takes % for an escape.
var wordForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,200}$`)

type connector struct {
	cfg      Config
	env      connectors.Env
	rows     *mapping.Reader
	header   http.Header
	word     string
	settings uint64
	read     []int64 // notifications of the last page
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env, header: http.Header{"Accept": {"application/json"}}}
	c.cfg.BrokerURL = strings.TrimRight(cfg.BrokerURL, "/")
	rows := mapping.Rows{Kind: "observations", AreaLevel: "declared", Unknown: "refuse", Fields: map[string]mapping.Field{
		"indicator": {Const: cfg.Indicator}, "station": {Get: ".id"}, "lon": {Get: ".point[0]"}, "lat": {Get: ".point[1]"}, "value": {Get: ".value"}, "unit": {Get: ".unit"},
		"time": {Get: `.at | if type == "string" then split("/") | last else . end`, Time: []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"}},
	}}
	var err error
	if c.rows, err = rows.Reader(env); err != nil {
		return nil, err
	}
	if cfg.AuthSecret != "" {
		secret, err := env.Secret(cfg.AuthSecret)
		if err != nil {
			return nil, fmt.Errorf("auth_secret: %w", err)
		}
		c.header.Set(cfg.AuthName, secret)
	}
	if cfg.HookSecret != "" {
		if c.word, err = env.Secret(cfg.HookSecret); err != nil {
			return nil, fmt.Errorf("hook_secret: %w", err)
		}
		if !wordForm.MatchString(c.word) {
			return nil, city.InvalidField("hook_secret", "must be at least 16 letters, digits, - or _: a broker cannot send other signs in a header")
		}
	}
	c.tenant()
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %q %q %q %q %q %q %q %q", cfg.Version, c.cfg.BrokerURL, cfg.Type, cfg.Attribute, cfg.Service, cfg.ServicePath, cfg.Context, cfg.HookURL, c.word)
	c.settings = h.Sum64()
	return c, nil
}

// tenant sets the headers that say whose entities are meant.
func (c *connector) tenant() {
	set := func(name, value string) {
		if value != "" {
			c.header.Set(name, value)
		}
	}
	if c.cfg.Version == "v2" {
		set("Fiware-Service", c.cfg.Service)
		set("Fiware-ServicePath", c.cfg.ServicePath)
		return
	}
	set("NGSILD-Tenant", c.cfg.Service)
	if c.cfg.Context != "" {
		set("Link", "<"+c.cfg.Context+`>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`)
	}
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// Receive implements connectors.Receiver: what carries the hook's word is kept.
func (c *connector) Receive(_ context.Context, r city.HookRequest) (city.HookAnswer, error) {
	given := r.Header.Get(hookHeader)
	if c.word == "" || r.Method != http.MethodPost || subtle.ConstantTimeCompare([]byte(given), []byte(c.word)) != 1 {
		return city.HookAnswer{}, connectors.ErrUnverified
	}
	return city.HookAnswer{Keep: len(r.Body) > 0}, nil
}

// Wait implements connectors.Waiter.
func (c *connector) Wait(ctx context.Context, _ json.RawMessage) error {
	if c.env.Store == nil || c.cfg.HookURL == "" {
		return connectors.ErrNoWait
	}
	return c.env.Store.AwaitHook(ctx, c.env.Source)
}

// cursor is where the source stands.
type cursor struct {
	Settings     uint64    `json:"settings,omitempty"` // under which the subscription was made
	Subscription string    `json:"subscription,omitempty"`
	Until        time.Time `json:"until,omitzero"`   // when it ends by itself
	Read         time.Time `json:"read,omitzero"`    // when all entities were last read
	Offset       int       `json:"offset,omitempty"` // of a reading in progress
}

// Pull takes what came to the hook, sees to the subscription, and when it is time
// reads all entities, page by page.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if err := c.letters(ctx, &page); err != nil {
		return connectors.Page{}, err
	}
	due := cur.Offset > 0 || !c.env.Now().Before(cur.Read.Add(time.Duration(c.cfg.ReadEvery)))
	if !c.env.Trial && cur.Offset == 0 {
		if err := c.subscribe(ctx, &cur, due); err != nil {
			// Reading goes on without: the values come, only later.
			page.Refused = append(page.Refused, city.Refusal{Kind: "observations", Place: "subscription", Reason: connectors.Explain(err).Message})
		}
	}
	if due {
		if err := c.entities(ctx, &cur, &page); err != nil {
			if len(c.read) == 0 {
				return connectors.Page{}, err
			}
			page.Refused = append(page.Refused, city.Refusal{Kind: "observations", Place: "entities", Reason: connectors.Explain(err).Message})
			cur.Offset = 0
		}
	}
	page.More = cur.Offset > 0 || len(c.read) == lettersPerPage && !c.env.Trial
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// letters takes the notifications that wait. They may come twice and out of order:
// each value has its own time, and the store keeps one for a time.
func (c *connector) letters(ctx context.Context, page *connectors.Page) error {
	c.read = nil
	if c.env.Store == nil || c.cfg.HookURL == "" {
		return nil
	}
	letters, err := c.env.Store.Hooks(ctx, c.env.Source, lettersPerPage)
	if err != nil {
		return err
	}
	for _, l := range letters {
		var n struct {
			Data []map[string]any `json:"data"`
		}
		c.read = append(c.read, l.ID)
		if err := connectors.DecodeJSON(l.Body, "", &n); err != nil || n.Data == nil {
			page.Refused = append(page.Refused, city.Refusal{Kind: "observations", Place: fmt.Sprintf("delivery %d", l.ID), Reason: "this is no notification of a broker"})
			continue
		}
		if err := c.rows.Convert(ctx, c.records(n.Data), page); err != nil {
			return err
		}
	}
	return nil
}

// Kept implements connectors.Keeper: the notifications of the page may be forgotten.
func (c *connector) Kept(ctx context.Context) {
	if c.env.Trial || len(c.read) == 0 {
		return
	}
	if err := c.env.Store.DropHooks(ctx, c.env.Source, c.read); err != nil {
		c.env.Log.Warn("What was read from a hook will be read again", "bodies", len(c.read), "err", err)
	}
	c.read = nil
}
