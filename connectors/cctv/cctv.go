// Package cctv reads the city's cameras: a list of them with the address of a
// still picture and of the stream. Of each the newest still is brought, small
// and without metadata. It may import connectors and backend/city.
package cctv

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of a cctv source.
type Config struct {
	connectors.HTTPOptions
	Cameras []Camera `json:"cameras" required:"true" label:"Cameras" label_id:"Kamera" doc:"The cameras, each with id, name, place and addresses." doc_id:"Daftar kamera: id, nama, letak, dan alamat tiap kamera."`
	Still   string   `json:"still" label:"Address of stills" label_id:"Alamat gambar diam" doc:"Address of a still picture (JPEG or PNG) with {id} in it, for cameras that name none themselves." doc_id:"Alamat gambar diam (JPEG atau PNG) dengan {id} di dalamnya, untuk kamera yang tidak menyebut alamatnya sendiri." example:"https://cctv.contoh.go.id/{id}.jpg"`
	Stream  string   `json:"stream" label:"Address of streams" label_id:"Alamat siaran" doc:"Address of a page or stream for people, with {id} in it; Balaikota only links to it." doc_id:"Alamat halaman atau siaran dengan {id} di dalamnya; Balaikota hanya menautkannya." example:"https://cctv.contoh.go.id/lihat/{id}"`
	Key     string   `json:"key" secret:"true" label:"Authorization" label_id:"Otorisasi" doc:"Value of the header Authorization, sent for stills." doc_id:"Isi tajuk Authorization untuk gambar diam." example:"env:KUNCI_CCTV"`
}

// Camera is one of the list.
type Camera struct {
	ID     string   `json:"id" required:"true" doc:"Its name in addresses; small letters, digits, hyphens, dots."`
	Name   string   `json:"name" required:"true" doc:"What people call the place."`
	Lon    *float64 `json:"lon" doc:"Degrees."`
	Lat    *float64 `json:"lat" doc:"Degrees."`
	Still  string   `json:"still" doc:"Its own address of a still; none if empty and there is no common one."`
	Stream string   `json:"stream" doc:"Its own address for people."`
}

const maxCameras = 500

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	if len(c.Cameras) == 0 || len(c.Cameras) > maxCameras {
		return city.InvalidField("cameras", "must hold 1 to %d cameras", maxCameras)
	}
	seen := map[string]bool{}
	for i, x := range c.Cameras {
		at := fmt.Sprintf("cameras[%d]", i)
		switch {
		case !idForm.MatchString(x.ID):
			return city.InvalidField(at+".id", "must be letters, digits, hyphens, dots")
		case seen[x.ID]:
			return city.InvalidField(at+".id", "stands twice in the list")
		case strings.TrimSpace(x.Name) == "" || len(x.Name) > 120:
			return city.InvalidField(at+".name", "must be 1 to 120 letters")
		case (x.Lon == nil) != (x.Lat == nil):
			return city.InvalidField(at+".lat", "must come together with lon")
		case x.Lon != nil && (*x.Lon < -180 || *x.Lon > 180 || *x.Lat < -90 || *x.Lat > 90):
			return city.InvalidField(at+".lon", "and lat must be degrees")
		}
		seen[x.ID] = true
		for field, address := range map[string]string{"still": c.stillOf(x), "stream": c.streamOf(x)} {
			if err := checkAddress(at+"."+field, address); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkAddress lets only web addresses without an account in: what is shown to
// people must not carry a password.
func checkAddress(field, address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return city.InvalidField(field, "must be a web address (http or https) without a name and password in it")
	}
	return nil
}

func (c *Config) stillOf(x Camera) string  { return addressOf(x.Still, c.Still, x.ID) }
func (c *Config) streamOf(x Camera) string { return addressOf(x.Stream, c.Stream, x.ID) }

func addressOf(own, common, id string) string {
	if own != "" {
		return own
	}
	return strings.ReplaceAll(common, "{id}", url.PathEscape(id))
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "cctv",
	Title: connectors.Text{ID: "Kamera CCTV (gambar diam dan tautan siaran)", EN: "CCTV cameras (stills and links to streams)"},
	Description: connectors.Text{
		ID: "Kamera kota: gambar diam terbaru diambil berkala dan hanya yang terbaru disimpan; siaran dibuka di tempatnya sendiri.",
		EN: "The city's cameras: their newest still is fetched by schedule and only the newest is kept; streams are opened where they are.",
	},
	Schedule: "@every 5m",
	Brings:   []string{"cameras"},
}, newConnector)

// connector is one run of a cctv source.
type connector struct {
	cfg Config
	env connectors.Env
	key string
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env}
	var err error
	if cfg.Key != "" {
		if c.key, err = env.Secret(cfg.Key); err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
	}
	return c, nil
}

type cursor struct {
	Next int `json:"next"` // place in the list
}

// A page is a few cameras, asked at a time: one that hangs holds up its page by
// its time limit and no more.
const (
	perPage = 8
	atOnce  = 4
)

// Pull looks at the next cameras of the list. One that does not answer is told as
// such and fails nobody else.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Next < 0 || cur.Next >= len(c.cfg.Cameras) {
		cur.Next = 0
	}
	page.Cameras = &city.CameraSights{}
	if cur.Next == 0 {
		for _, x := range c.cfg.Cameras {
			page.Cameras.All = append(page.Cameras.All, x.ID)
		}
	}
	to := min(cur.Next+perPage, len(c.cfg.Cameras))
	page.Cameras.Seen = c.look(ctx, c.cfg.Cameras[cur.Next:to])
	if err := ctx.Err(); err != nil {
		return connectors.Page{}, err
	}
	if cur.Next, page.More = to, to < len(c.cfg.Cameras); !page.More {
		cur.Next = 0
	}
	page.Cursor, err = json.Marshal(cur)
	return page, err
}

func (c *connector) look(ctx context.Context, at []Camera) []city.CameraSight {
	out := make([]city.CameraSight, len(at))
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, x := range at {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			out[i] = c.sight(ctx, x)
		})
	}
	wg.Wait()
	return out
}

func (c *connector) sight(ctx context.Context, x Camera) city.CameraSight {
	out := city.CameraSight{ExternalID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat, StreamURL: c.cfg.streamOf(x)}
	address := c.cfg.stillOf(x)
	if out.HasStill = address != ""; !out.HasStill {
		out.At = c.env.Now()
		return out
	}
	req := connectors.Request{URL: address, Header: http.Header{"Accept": {"image/jpeg, image/png"}}}
	if c.key != "" {
		req.Header.Set("Authorization", c.key)
	}
	res, err := c.env.HTTP.Do(ctx, req)
	out.At = c.env.Now()
	if err == nil {
		out.Still, out.Print, err = press(res.Body)
	}
	if err != nil {
		out.Still, out.Print, out.Fault = nil, nil, connectors.Indonesian(connectors.Explain(err))
	}
	return out
}
