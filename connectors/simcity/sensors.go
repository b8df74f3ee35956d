package simcity

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// sensorRow is one reading. Places are text, as in the rain feed of the
// airport's weather office; a rain gauge that is offline has no value.
type sensorRow struct {
	Station   string   `json:"station_id"`
	Name      string   `json:"station_name"`
	AreaCode  string   `json:"area_code"`
	District  string   `json:"kecamatan_code"`
	Latitude  string   `json:"latitude"`
	Longitude string   `json:"longitude"`
	Time      string   `json:"record_time"`
	Indicator string   `json:"indicator"`
	Value     *float64 `json:"value"`
	Unit      string   `json:"unit"`

	// Of single feeds.
	Total     *float64 `json:"rain_total,omitempty"` // mm in the last 24 hours
	Offline   *bool    `json:"is_offline,omitempty"`
	Raining   *bool    `json:"is_raining,omitempty"`
	Commodity string   `json:"commodity,omitempty"`
	Market    string   `json:"market,omitempty"`
	Beds      int      `json:"beds,omitempty"`
	Source    string   `json:"source"`
}

// maxReadings is how many rows one answer holds.
const maxReadings = 5000

// sensorFeed answers /sensor/{feed}: the newest reading of each station, or
// with since=TIME all later ones, oldest first; more is true when there are
// still newer ones, and next is the since to ask for then.
func (c *City) sensorFeed(w http.ResponseWriter, r *http.Request) {
	feed, v := r.PathValue("feed"), viewOf(r)
	if !slices.Contains(stationFeeds, feed) {
		writeJSON(w, http.StatusNotFound, map[string]any{"message": "tidak ada sensor " + feed, "feeds": stationFeeds})
		return
	}
	var since time.Time
	if s := r.URL.Query().Get("since"); s != "" {
		t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+"))
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]any{"message": "since harus RFC 3339 dengan zona"})
			return
		}
		since = t
	}
	from, to := feedRange(feed)
	frames, more := c.readings(since, max(1, maxReadings/(to-from)), feed == rainDaily)
	rows := []sensorRow{}
	next := since
	for _, f := range frames {
		next = f.At
		for i := from; i < to && i < len(f.Values); i++ {
			row := rowOf(world.Stations[i], f.Values[i], f.At, v)
			if n := i + to - from; feed == "rain" && n < len(f.Values) {
				row.Total = &f.Values[n] // the stations of rain-daily come next
			}
			rows = append(rows, row)
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"simulation": true, "source": simulated, "generated_at": v.time(c.nowStamped()),
		"feed": feed, "more": more, "next": v.time(next), "data": distort(v, rows)})
}

// readings are up to limit frames after since, oldest first, or without since
// the last one; daily leaves out those that do not close a rain day.
func (c *City) readings(since time.Time, limit int, daily bool) (list []reading, more bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := c.data.frames
	if since.IsZero() {
		for _, f := range slices.Backward(all) {
			if !daily || f.Daily {
				return []reading{f}, false
			}
		}
		return nil, false
	}
	all = all[sort.Search(len(all), func(i int) bool { return all[i].At.After(since) }):]
	for _, f := range all {
		if daily && !f.Daily {
			continue
		}
		if len(list) == limit {
			return list, true
		}
		list = append(list, f)
	}
	return list, false
}

func rowOf(s world.Station, value float64, at time.Time, v view) sensorRow {
	row := sensorRow{Station: s.ID, Name: s.Name, AreaCode: s.AreaCode, District: s.AreaCode[:8], Indicator: s.Indicator, Unit: s.Unit,
		Latitude: strconv.FormatFloat(s.Lat, 'f', 6, 64), Longitude: strconv.FormatFloat(s.Lon, 'f', 6, 64), Time: v.time(at), Source: "simulasi"}
	missing := value == world.Missing
	if !missing {
		row.Value = &value
	}
	switch s.Feed {
	case "rain":
		raining := value > 0
		row.Offline, row.Raining = &missing, &raining
	case "prices":
		row.Market, row.Commodity, _ = strings.Cut(s.ID, "/")
	case "hospital":
		row.Beds = world.BedsOf(s.ID)
	}
	return row
}
