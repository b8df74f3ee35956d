// Package gtfsrt reads the live feeds of public transport, GTFS Realtime: how many
// vehicles run on each route, how late they are, and which notices of disturbance
// are in force. It may import connectors and backend/city.
package gtfsrt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"
	"google.golang.org/protobuf/proto"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of a gtfsrt source.
type Config struct {
	connectors.HTTPOptions
	VehiclesURL       string              `json:"vehicles_url" format:"url" label:"Vehicle positions" label_id:"Posisi kendaraan" doc:"Address of the feed of vehicle positions; one feed may serve all three." doc_id:"Alamat umpan posisi kendaraan; satu umpan boleh untuk ketiganya." example:"https://contoh.go.id/gtfs-rt/vehicle-positions.pb"`
	VehiclesIndicator string              `json:"vehicles_indicator" label:"Indicator of vehicles running" label_id:"Indikator kendaraan beroperasi" doc:"Declared with the unit kendaraan, aggregation sum; each route is a station." doc_id:"Dideklarasikan dengan satuan kendaraan, agregasi jumlah; tiap rute satu pos." example:"bus-beroperasi"`
	TripsURL          string              `json:"trips_url" format:"url" label:"Trip updates" label_id:"Pembaruan perjalanan" doc:"Address of the feed of trip updates." doc_id:"Alamat umpan pembaruan perjalanan." example:"https://contoh.go.id/gtfs-rt/trip-updates.pb"`
	DelayIndicator    string              `json:"delay_indicator" label:"Indicator of the mean delay" label_id:"Indikator keterlambatan" doc:"Declared with the unit menit, aggregation mean; each route is a station. Early is negative." doc_id:"Dideklarasikan dengan satuan menit, agregasi rata-rata; tiap rute satu pos. Lebih awal bernilai negatif." example:"keterlambatan-bus"`
	AlertsURL         string              `json:"alerts_url" format:"url" label:"Service alerts" label_id:"Pengumuman gangguan" doc:"Address of the feed of service alerts; those in force are shown among what needs attention." doc_id:"Alamat umpan pengumuman gangguan; yang berlaku tampil di daftar perlu perhatian." example:"https://contoh.go.id/gtfs-rt/alerts.pb"`
	AlertsIndicator   string              `json:"alerts_indicator" label:"Indicator of disturbances" label_id:"Indikator gangguan" doc:"May be empty. Declared with the unit gangguan, aggregation last: how many notices are in force." doc_id:"Boleh kosong. Dideklarasikan dengan satuan gangguan, agregasi terakhir: banyaknya pengumuman yang berlaku." example:"gangguan-bus"`
	Stale             connectors.Duration `json:"stale" default:"10m" label:"Silent after" label_id:"Dianggap diam setelah" doc:"A vehicle or trip that has not spoken for so long does not count; a feed that is older has failed." doc_id:"Kendaraan atau perjalanan yang diam selama ini tidak dihitung; umpan yang lebih tua dinyatakan gagal."`
	AuthName          string              `json:"auth_header" default:"Authorization" label:"Header of the key" label_id:"Tajuk kunci" doc:"Header that carries the key." doc_id:"Tajuk yang membawa kunci."`
	AuthSecret        string              `json:"auth_secret" secret:"true" label:"Key" label_id:"Kunci" doc:"Value of that header; empty when none is asked." doc_id:"Isi tajuk itu; kosong bila tidak diminta." example:"env:KUNCI_GTFS"`
}

// feedsOf are the configuration's feeds in the order they are read.
func (c *Config) feedsOf() []feed {
	return []feed{
		{"vehicles", c.VehiclesURL, c.VehiclesIndicator, "kendaraan", vehicles},
		{"trips", c.TripsURL, c.DelayIndicator, "menit", delays},
		{"alerts", c.AlertsURL, c.AlertsIndicator, "gangguan", disturbances},
	}
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	some := false
	for _, f := range c.feedsOf() {
		some = some || f.url != ""
		if (f.url == "") != (f.indicator == "") && (f.name != "alerts" || f.url == "") {
			return city.InvalidField(f.name+"_url", "needs its indicator, and the indicator its address")
		}
	}
	switch {
	case !some:
		return city.InvalidField("vehicles_url", "is missing: give at least one of vehicles_url, trips_url, alerts_url")
	case time.Duration(c.Stale) < time.Minute:
		return city.InvalidField("stale", "must be at least 1m")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "gtfsrt",
	Title: connectors.Text{ID: "Angkutan umum (GTFS Realtime)", EN: "Public transport (GTFS Realtime)"},
	Description: connectors.Text{
		ID: "Kendaraan yang beroperasi dan keterlambatan rata-rata per rute, serta pengumuman gangguan yang berlaku, dari umpan GTFS Realtime.",
		EN: "Vehicles running and mean delay by route, and the notices of disturbance in force, from GTFS Realtime feeds.",
	},
	Docs:     "https://gtfs.org/documentation/realtime/reference/",
	Schedule: "@every 1m",
	Brings:   []string{"observations", "alerts"},
}, newConnector)

// Bounds of one feed, and of what the cursor remembers.
const (
	maxEntities = 100_000
	maxRoutes   = 2_000
)

// feed is one of the three, with what counts in it. count returns values by
// station; stations that are known and have none now get 0 when zero is true.
type feed struct {
	name, url, indicator, unit string
	count                      func(entities []*gtfs.FeedEntity, at time.Time, stale time.Duration) tally
}

// tally is what a feed gave: values by station, whether a station that was there
// before and is not now counts as 0, and what could not be understood.
type tally struct {
	values  map[string]float64
	zero    bool
	refused []city.Refusal
}

type connector struct {
	cfg    Config
	env    connectors.Env
	header http.Header
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env, header: http.Header{"Accept": {"application/x-protobuf, application/octet-stream;q=0.9"}}}
	if cfg.AuthSecret != "" {
		secret, err := env.Secret(cfg.AuthSecret)
		if err != nil {
			return nil, fmt.Errorf("auth_secret: %w", err)
		}
		c.header.Set(cfg.AuthName, secret)
	}
	for _, f := range cfg.feedsOf() {
		i := slices.IndexFunc(env.Indicators, func(x city.Indicator) bool { return x.Slug == f.indicator })
		if f.url == "" || f.indicator == "" || len(env.Indicators) == 0 {
			continue
		}
		if i < 0 && env.Trial {
			continue // it is told with the rows, so that it can be declared
		}
		if i < 0 || env.Indicators[i].Unit != f.unit {
			return nil, city.InvalidField(map[string]string{"vehicles": "vehicles_indicator", "trips": "delay_indicator", "alerts": "alerts_indicator"}[f.name],
				"must be a declared indicator with the unit %s", f.unit)
		}
	}
	return c, nil
}

// cursor remembers, for each feed, when its last state was made, and its stations.
type cursor struct {
	Made     map[string]time.Time `json:"made,omitempty"`
	Stations map[string][]string  `json:"stations,omitempty"`
	// Notices are those in force, by their id, with since when.
	Notices map[string]time.Time `json:"notices,omitempty"`
}

// Pull reads the feeds whole, for each is a state. One that fails does not hide the
// others: only when all failed is the reading one that failed.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	cur := cursor{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	next := cursor{Made: maps.Clone(cur.Made), Stations: maps.Clone(cur.Stations), Notices: cur.Notices}
	if next.Made == nil {
		next.Made, next.Stations = map[string]time.Time{}, map[string][]string{}
	}
	var failed []error
	read := 0
	for _, f := range c.cfg.feedsOf() {
		if f.url == "" {
			continue
		}
		if err := c.take(ctx, f, &next, &page); err != nil {
			failed = append(failed, fmt.Errorf("feed of %s: %w", f.name, err))
			page.Refused = append(page.Refused, city.Refusal{Kind: "observations", Place: "feed of " + f.name, Reason: connectors.Explain(err).Message})
			continue
		}
		read++
	}
	if read == 0 {
		return connectors.Page{}, errors.Join(failed...)
	}
	if page.Cursor, err = json.Marshal(next); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// take reads one feed into the page.
func (c *connector) take(ctx context.Context, f feed, cur *cursor, page *connectors.Page) error {
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: f.url, Header: c.header})
	if err != nil {
		return err
	}
	if err := res.CheckClock(); err != nil {
		return err
	}
	message, err := decode(res.Body)
	if err != nil {
		return err
	}
	now := c.env.Now()
	made, err := madeAt(message, now.In(c.env.Location), time.Duration(c.cfg.Stale))
	if err != nil {
		return err
	}
	if !made.After(cur.Made[f.name]) {
		return nil // the same state, or an older copy of it
	}
	t := f.count(message.GetEntity(), made, time.Duration(c.cfg.Stale))
	if t.zero {
		for _, station := range cur.Stations[f.name] {
			if _, there := t.values[station]; !there {
				t.values[station] = 0
			}
		}
	}
	stations := slices.Sorted(maps.Keys(t.values))
	if len(stations) > maxRoutes {
		return &connectors.MalformedError{What: "GTFS Realtime", Err: fmt.Errorf("it names more than %d routes", maxRoutes)}
	}
	for _, station := range stations {
		if f.indicator == "" {
			continue
		}
		page.Observations = append(page.Observations, city.Observation{Indicator: f.indicator, Station: station, Time: made, Value: t.values[station], Unit: f.unit})
	}
	page.Refused = append(page.Refused, t.refused...)
	if f.name == "alerts" {
		cur.Notices = c.notices(message.GetEntity(), made, cur.Notices, page)
	}
	cur.Made[f.name], cur.Stations[f.name] = made, stations
	return nil
}

// decode reads a feed message; errors are *connectors.MalformedError.
func decode(body []byte) (*gtfs.FeedMessage, error) {
	var m gtfs.FeedMessage
	err := proto.Unmarshal(body, &m)
	switch {
	case err != nil:
		err = errors.New("it is no protocol buffer of a feed")
	case len(m.GetEntity()) > maxEntities:
		err = fmt.Errorf("it holds more than %d entities", maxEntities)
	case m.GetHeader().GetIncrementality() == gtfs.FeedHeader_DIFFERENTIAL:
		err = errors.New("it is differential, which the standard leaves open; ask for the full data set")
	}
	if err != nil {
		return nil, &connectors.MalformedError{What: "GTFS Realtime", Err: err}
	}
	return &m, nil
}

// madeAt is when the feed was made. One without a time is of now; one that is old
// is what a server goes on showing whose program has stopped; when it was made is
// said in the zone of now.
func madeAt(m *gtfs.FeedMessage, now time.Time, stale time.Duration) (time.Time, error) {
	seconds := m.GetHeader().GetTimestamp()
	if seconds == 0 {
		return now.Truncate(time.Second), nil
	}
	if seconds > 1<<40 {
		return time.Time{}, &connectors.MalformedError{What: "GTFS Realtime", Err: errors.New("its time cannot be meant")}
	}
	made := time.Unix(int64(seconds), 0)
	switch age := now.Sub(made); {
	case age > stale:
		return made, &connectors.MalformedError{What: "GTFS Realtime", Err: fmt.Errorf("it was made at %s: its program seems to have stopped", made.In(now.Location()).Format("2006-01-02 15:04 (MST)"))}
	case age < -time.Hour:
		return made, &connectors.ClockError{Ahead: -age}
	case age < 0:
		made = now.Truncate(time.Second)
	}
	return made, nil
}
