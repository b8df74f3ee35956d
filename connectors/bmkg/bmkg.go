// Package bmkg reads the open data of BMKG, Indonesia's weather and earthquake
// office: the three-day forecast of every kelurahan, earthquakes that concern
// the city, and the weather warnings (CAP 1.2) of the next hours. BMKG must be
// shown as the source. It may import connectors,
// connectors/capalert and backend/city.
package bmkg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of a bmkg source.
type Config struct {
	connectors.HTTPOptions
	Feeds             []string            `json:"feeds" anew:"true" enum:"forecast,quakes,nowcast" default:"nowcast,quakes,forecast" label:"Feeds" label_id:"Data" doc:"What to read: forecast (all kelurahan), quakes, nowcast (warnings). One source for each shows its freshness apart."`
	BaseURL           string              `json:"base_url" anew:"true" format:"url" label:"Other address" label_id:"Alamat lain" doc:"Reads from here instead of BMKG's own three hosts, for a mirror or a simulation." example:"http://127.0.0.1:9311/bmkg"`
	RequestsPerMinute int                 `json:"requests_per_minute" default:"50" label:"Requests a minute" label_id:"Permintaan per menit" doc:"Budget of requests a minute; BMKG allows 60 for one address."`
	ForecastEvery     connectors.Duration `json:"forecast_every" default:"1h" label:"Look for a new forecast" label_id:"Periksa prakiraan baru" doc:"How often to look whether a new forecast is out; all kelurahan are read only when it is (twice a day)."`
	Province          string              `json:"province" default:"Kalimantan Timur" label:"Province" label_id:"Provinsi" doc:"Name of the province as BMKG writes it in the warnings."`
	NearKm            float64             `json:"near_km" default:"300" label:"Near" label_id:"Dekat" doc:"Earthquakes within this distance of the city, in km, of at least near_magnitude are shown even when nobody in the city felt them."`
	NearMagnitude     float64             `json:"near_magnitude" default:"4.5" label:"Magnitude near by" label_id:"Magnitudo dekat" doc:"See near_km."`
	QuakeShown        connectors.Duration `json:"quake_shown" default:"24h" label:"Show earthquakes for" label_id:"Tampilkan gempa selama" doc:"How long an earthquake stays among the alerts."`
}

// maxPerMinute is BMKG's own limit for one address (data.bmkg.go.id).
const maxPerMinute = 60

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case c.RequestsPerMinute < 1:
		return city.InvalidField("requests_per_minute", "must be at least 1")
	case c.BaseURL == "" && c.RequestsPerMinute > maxPerMinute:
		return city.InvalidField("requests_per_minute", "must be at most %d, which is BMKG's limit", maxPerMinute)
	case c.NearKm < 0 || c.NearMagnitude < 0:
		return city.InvalidField("near_km", "must not be negative")
	case time.Duration(c.QuakeShown) <= 0:
		return city.InvalidField("quake_shown", "must be more than 0")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "bmkg",
	Title: connectors.Text{ID: "BMKG: cuaca, gempa, peringatan dini", EN: "BMKG: weather, earthquakes, warnings"},
	Description: connectors.Text{
		ID: "Prakiraan cuaca tiga hari untuk semua kelurahan, gempa yang dirasakan atau dekat kota, dan peringatan dini cuaca (CAP).",
		EN: "Three-day forecast for every kelurahan, earthquakes felt in or near the city, and weather warnings (CAP).",
	},
	Docs:        "https://data.bmkg.go.id/",
	Attribution: attribution,
	Schedule:    "@every 2m",
	Brings:      []string{"observations", "alerts"},
}, newConnector)

const attribution = "BMKG (Badan Meteorologi, Klimatologi, dan Geofisika)"

// connector is one run of a bmkg source.
type connector struct {
	connectors.ReadsWhole
	cfg       Config
	env       connectors.Env
	addresses addresses
	// next is the place in cfg.Feeds that this run has come to.
	next int
	// failed are the feeds that failed in this run: one that is down must not
	// keep the others out, so errors are told after the last.
	failed []error
}

// addresses are where the feeds are.
type addresses struct{ forecast, quakes, nowcast string }

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	a := addresses{
		forecast: "https://api.bmkg.go.id/publik/prakiraan-cuaca",
		quakes:   "https://data.bmkg.go.id/DataMKG/TEWS/",
		nowcast:  "https://www.bmkg.go.id/alerts/nowcast/id/",
	}
	if cfg.BaseURL != "" {
		base := strings.TrimSuffix(cfg.BaseURL, "/")
		a = addresses{base + "/publik/prakiraan-cuaca", base + "/DataMKG/TEWS/", base + "/alerts/nowcast/id/"}
	}
	u, err := url.Parse(a.forecast)
	if err != nil {
		return nil, city.InvalidField("base_url", "cannot be read as an address")
	}
	env.HTTP = env.HTTP.Budget("bmkg "+u.Host, float64(cfg.RequestsPerMinute), 5)
	return &connector{cfg: cfg, env: env, addresses: a}, nil
}

// cursor is where each feed goes on.
type cursor struct {
	Forecast forecastState `json:"forecast,omitzero"`
	Quakes   []knownQuake  `json:"quakes,omitempty"`
	Nowcast  nowcastState  `json:"nowcast,omitzero"`
}

// feedPage is what one step of a feed brought; done ends the feed's turn.
type feedPage struct {
	connectors.Page
	done bool
}

// Pull takes one step in the feed whose turn it is.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if c.next >= len(c.cfg.Feeds) {
		return connectors.Page{}, errors.Join(c.failed...)
	}
	feed := c.cfg.Feeds[c.next]
	page, err := c.step(ctx, feed, &cur)
	if ctx.Err() != nil && err != nil {
		return connectors.Page{}, err
	}
	if err != nil {
		c.failed = append(c.failed, fmt.Errorf("%s: %w", feed, err))
	}
	if page.done || err != nil {
		c.next++
	}
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	page.More = c.next < len(c.cfg.Feeds) || len(c.failed) > 0
	return page.Page, nil
}

// step pulls from a feed. With an error the page may still hold what came in
// before it, and the cursor has moved past that only.
func (c *connector) step(ctx context.Context, feed string, cur *cursor) (feedPage, error) {
	switch feed {
	case "forecast":
		return c.pullForecast(ctx, &cur.Forecast)
	case "quakes":
		return c.pullQuakes(ctx, cur)
	}
	return c.pullNowcast(ctx, &cur.Nowcast)
}

// kelurahan are the codes to ask the forecast for, in code order.
func (c *connector) kelurahan() []string {
	var codes []string
	for _, a := range c.env.Areas.Areas(city.Kelurahan) {
		codes = append(codes, a.Code)
	}
	slices.Sort(codes)
	return codes
}

// months are how Indonesian agencies shorten them.
var months = []string{"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"}

// clock writes a time for people in the city: "14 Agu 16.30 WITA" in
// Indonesian, "14 Aug 16:30 WITA" in English.
func (c *connector) clock(t time.Time, english bool) string {
	t = t.In(c.env.Location)
	zone := zoneName(t)
	if english {
		return t.Format("2 Jan 15:04 ") + zone
	}
	return fmt.Sprintf("%d %s %s %s", t.Day(), months[t.Month()-1], t.Format("15.04"), zone)
}

// zoneName is what Indonesians call the zone; Go's own name otherwise.
func zoneName(t time.Time) string {
	name, offset := t.Zone()
	switch offset {
	case 7 * 3600:
		return "WIB"
	case 8 * 3600:
		return "WITA"
	case 9 * 3600:
		return "WIT"
	}
	return name
}
