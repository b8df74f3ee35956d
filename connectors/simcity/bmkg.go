package simcity

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// bmkgPlace is a location as BMKG's forecast writes it.
type bmkgPlace struct {
	Adm1      string  `json:"adm1"`
	Adm2      string  `json:"adm2"`
	Adm3      string  `json:"adm3"`
	Adm4      string  `json:"adm4"`
	Province  string  `json:"provinsi"`
	City      string  `json:"kotkab"`
	District  string  `json:"kecamatan"`
	Village   string  `json:"desa"`
	Lon       float64 `json:"lon"`
	Lat       float64 `json:"lat"`
	Timezone  string  `json:"timezone"`
	PlaceType string  `json:"type,omitempty"`
}

// bmkgSlot is three hours of forecast. Like the real one it has nulls, and an
// image address with a blank in it.
type bmkgSlot struct {
	Datetime     string   `json:"datetime"`
	T            float64  `json:"t"`
	TCC          float64  `json:"tcc"`
	TP           *float64 `json:"tp"`
	Weather      int      `json:"weather"`
	Desc         string   `json:"weather_desc"`
	DescEn       string   `json:"weather_desc_en"`
	WindDeg      float64  `json:"wd_deg"`
	Wind         string   `json:"wd"`
	WindTo       string   `json:"wd_to"`
	WindSpeed    *float64 `json:"ws"`
	Humidity     float64  `json:"hu"`
	Visibility   *float64 `json:"vs"`
	VisText      *string  `json:"vs_text"`
	TimeIndex    string   `json:"time_index"`
	AnalysisDate string   `json:"analysis_date"`
	Image        string   `json:"image"`
	UTC          string   `json:"utc_datetime"`
	Local        string   `json:"local_datetime"`
}

type bmkgData struct {
	Place bmkgPlace    `json:"lokasi"`
	Days  [][]bmkgSlot `json:"cuaca"`
}

// bmkgForecast answers /publik/prakiraan-cuaca?adm4=…, 60 times a minute.
func (c *City) bmkgForecast(w http.ResponseWriter, r *http.Request) {
	if ok, retry := c.limiter.allow(r.RemoteAddr, c.opt.Now()); !ok {
		tooMany(w, retry)
		return
	}
	code := r.URL.Query().Get("adm4")
	if body, ok := c.replay.forecast(code); ok {
		sendRecorded(w, "application/json", body)
		return
	}
	a, ok := world.AreaByCode(code)
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]any{"statusCode": 404, "message": "Data tidak ditemukan"})
		return
	}
	place := placeOf(a)
	inner := place
	inner.PlaceType = "adm4"
	writeJSON(w, http.StatusOK, struct {
		Place bmkgPlace  `json:"lokasi"`
		Data  []bmkgData `json:"data"`
	}{place, []bmkgData{{inner, c.forecastDays(a, viewOf(r))}}})
}

func placeOf(a world.Area) bmkgPlace {
	return bmkgPlace{Adm1: "64", Adm2: "64.72", Adm3: a.Code[:8], Adm4: a.Code, Province: "Kalimantan Timur", City: "Kota Samarinda",
		District: world.DistrictOf(a.Code).Name, Village: a.Name, Lon: a.Lon, Lat: a.Lat, Timezone: "Asia/Makassar"}
}

// forecastDays are the slots of three days from now, grouped by local day, so
// that the first day has fewer of them.
func (c *City) forecastDays(a world.Area, v view) [][]bmkgSlot {
	c.mu.RLock()
	defer c.mu.RUnlock()
	sim := c.clock.simAt(c.opt.Now())
	ahead := c.clock.stamp(sim).Sub(sim) + v.shift // from simulated to stamped time
	analysis := sim.UTC().Truncate(12 * time.Hour)
	first := sim.Add(ahead).UTC().Truncate(3 * time.Hour)
	days := [][]bmkgSlot{}
	day := ""
	for i := range 24 {
		at := first.Add(time.Duration(i) * 3 * time.Hour)
		sky := c.world.Forecast(a, analysis, at.Add(-ahead))
		if d := at.In(zone).Format(time.DateOnly); d != day {
			days, day = append(days, nil), d
		}
		days[len(days)-1] = append(days[len(days)-1], slotOf(sky, at, analysis.Add(ahead).Truncate(12*time.Hour)))
	}
	return days
}

// weatherCodes are BMKG's codes by rain and cloud; 0 and 1 are both "Cerah".
func weatherCode(s world.Sky) (code int, id, en string) {
	switch {
	case s.Rain >= 25:
		return 95, "Hujan Petir", "Thunderstorm"
	case s.Rain >= 12:
		return 63, "Hujan Lebat", "Heavy Rain"
	case s.Rain >= 4:
		return 61, "Hujan Sedang", "Moderate Rain"
	case s.Rain >= 0.4:
		return 61, "Hujan Ringan", "Light Rain"
	case s.Cloud > 80:
		return 3, "Berawan", "Mostly Cloudy"
	case s.Cloud > 45:
		return 2, "Cerah Berawan", "Partly Cloudy"
	}
	return int(s.Cloud) % 2, "Cerah", "Sunny"
}

var compass = []string{"N", "NE", "E", "SE", "S", "SW", "W", "NW"}

func slotOf(s world.Sky, at, analysis time.Time) bmkgSlot {
	code, id, en := weatherCode(s)
	octant := int(math.Round(s.WindFrom/45)) % 8
	hour := at.Hour()
	slot := bmkgSlot{
		Datetime: at.UTC().Format(time.RFC3339), T: s.Celsius, TCC: s.Cloud, TP: &s.Rain, Weather: code, Desc: id, DescEn: en,
		WindDeg: s.WindFrom, Wind: compass[octant], WindTo: compass[(octant+4)%8], WindSpeed: &s.Wind, Humidity: s.Humidity,
		TimeIndex: fmt.Sprintf("%d-%d", hour/3, hour/3+1), AnalysisDate: analysis.UTC().Format("2006-01-02T15:04:05"),
		UTC: at.UTC().Format(time.DateTime), Local: at.In(zone).Format(time.DateTime),
	}
	if at.Unix()/10800%5 != 0 { // every fifth slot has no visibility
		metres := s.Kilometre * 1000
		text := fmt.Sprintf("> %.0f km", s.Kilometre)
		slot.Visibility, slot.VisText = &metres, &text
	}
	if at.Unix()/10800%11 == 0 {
		slot.TP, slot.WindSpeed = nil, nil
	}
	half := "am"
	if h := at.In(zone).Hour(); h < 6 || h >= 18 {
		half = "pm"
	}
	slot.Image = "https://simulasi.invalid/storage/icon/cuaca/" + strings.ToLower(id) + "-" + half + ".svg"
	return slot
}

// quakeRow is an earthquake with everything as text, as BMKG writes it.
type quakeRow struct {
	Day       string  `json:"Tanggal"`
	Clock     string  `json:"Jam"`
	DateTime  string  `json:"DateTime"`
	Point     string  `json:"Coordinates"`
	Lat       string  `json:"Lintang"`
	Lon       string  `json:"Bujur"`
	Magnitude string  `json:"Magnitude"`
	Depth     string  `json:"Kedalaman"`
	Place     string  `json:"Wilayah"`
	Potential *string `json:"Potensi,omitempty"`
	Felt      *string `json:"Dirasakan,omitempty"`
	Shakemap  *string `json:"Shakemap,omitempty"`
}

var months = []string{"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"}

// bmkgQuakes answers autogempa (one), gempaterkini (15, now and then one of
// them twice) and gempadirasakan (15 that were felt).
func (c *City) bmkgQuakes(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if body, ok := c.replay.quakes(name); ok {
		sendRecorded(w, "application/json", body)
		return
	}
	v := viewOf(r)
	c.mu.RLock()
	all := slices.Clip(c.data.quakes)
	c.mu.RUnlock()
	var list []quakeRow
	for i := len(all) - 1; i >= 0 && len(list) < 15; i-- {
		q := all[i]
		switch {
		case name == "autogempa.json":
			list = append(list, quakeText(q, v, true, true))
			writeJSON(w, http.StatusOK, map[string]any{"Infogempa": map[string]any{"gempa": list[0]}})
			return
		case name == "gempaterkini.json" && q.Magnitude >= 4.5:
			list = append(list, quakeText(q, v, true, false))
			if q.DepthKm%4 == 0 {
				list = append(list, quakeText(q, v, true, false))
			}
		case name == "gempadirasakan.json" && q.Felt != "-":
			list = append(list, quakeText(q, v, false, true))
		}
	}
	if name != "gempaterkini.json" && name != "gempadirasakan.json" || len(list) == 0 {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"Infogempa": map[string]any{"gempa": distort(v, list)}})
}

// quakeText writes an earthquake. Jam is always WIB, DateTime UTC.
func quakeText(q world.Quake, v view, potential, felt bool) quakeRow {
	at := q.Time.Add(v.shift).UTC()
	wib := at.Add(7 * time.Hour)
	side := func(value float64, plus, minus string) string {
		if value < 0 {
			return fmt.Sprintf("%.2f %s", -value, minus)
		}
		return fmt.Sprintf("%.2f %s", value, plus)
	}
	row := quakeRow{
		Day: fmt.Sprintf("%02d %s %d", wib.Day(), months[wib.Month()-1], wib.Year()), Clock: wib.Format("15:04:05") + " WIB",
		DateTime: at.Format("2006-01-02T15:04:05-07:00"), Point: fmt.Sprintf("%.2f,%.2f", q.Lat, q.Lon),
		Lat: side(q.Lat, "LU", "LS"), Lon: side(q.Lon, "BT", "BB"), Magnitude: fmt.Sprintf("%.1f", q.Magnitude),
		Depth: fmt.Sprintf("%d km", q.DepthKm), Place: q.Place,
	}
	if potential {
		text := "Tidak berpotensi tsunami"
		if q.Felt != "-" && q.Magnitude < 5 {
			text = "Gempa ini dirasakan untuk diteruskan pada masyarakat"
		}
		row.Potential = &text
	}
	if felt {
		row.Felt = &q.Felt
		if potential {
			name := wib.Format("20060102150405") + ".mmi.jpg"
			row.Shakemap = &name
		}
	}
	return row
}

// escapePath keeps a name usable in an address.
func escapePath(s string) string { return url.PathEscape(s) }
