package world

import (
	"fmt"
	"math"
	"time"
)

// Missing is the reading of a station that did not answer.
const Missing = -9999

// Station is one thing that is read every FrameTicks.
type Station struct {
	Feed      string // rain, rain-daily, water, prices, traffic, pm25, hospital
	ID, Name  string
	AreaCode  string // kelurahan, kecamatan or city
	Lon, Lat  float64
	Indicator string // what it measures, as a slug
	Unit      string
}

// Frame holds one reading of every station, in the order of Stations. Of the
// feed rain-daily it holds the rain of the last 24 hours; only the reading at
// 07:00 WITA (Daily) is that feed's, as BMKG closes the rain day.
type Frame struct {
	Tick   int64     `json:"tick"`
	Values []float64 `json:"v"`
	Daily  bool      `json:"daily,omitempty"`
}

// dayFrames is how many readings make 24 hours.
const dayFrames = 24 * 60 / FrameTicks

type good struct {
	id, name, unit string
	price          float64 // rupiah in an ordinary week
	nervous        float64 // how strongly it moves
	rainy          float64 // how strongly rain raises it
}

var goods = []good{
	{"beras", "Beras medium", "Rp/kg", 13600, 0.0008, 0.02},
	{"beras-premium", "Beras premium", "Rp/kg", 16900, 0.0008, 0.02},
	{"cabai-rawit", "Cabai rawit merah", "Rp/kg", 52000, 0.008, 0.5},
	{"cabai-merah", "Cabai merah keriting", "Rp/kg", 47000, 0.007, 0.4},
	{"bawang-merah", "Bawang merah", "Rp/kg", 41000, 0.004, 0.2},
	{"telur", "Telur ayam ras", "Rp./Kg", 28600, 0.002, 0.05},
	{"ayam-ras", "Daging ayam ras", "Rp/kg", 38500, 0.003, 0.1},
	{"minyak-goreng", "Minyak goreng curah", "Rp/liter", 15400, 0.001, 0},
}

var markets = []struct{ id, name, area string }{
	{"pasar-pagi", "Pasar Pagi", "64.72.09.1003"},
	{"pasar-segiri", "Pasar Segiri", "64.72.03.1005"},
}

type road struct {
	id, name, area string
	free           float64 // km/h on an empty road
}

var roads = []road{
	{"palaran", "Poros Palaran", "64.72.01.1004", 46}, {"seberang", "Tepian Seberang", "64.72.02.1002", 34},
	{"ulu", "Koridor Ulu", "64.72.03.1005", 30}, {"ulu-barat", "Koridor Air Putih", "64.72.03.1004", 33},
	{"ilir", "Koridor Ilir", "64.72.04.1014", 31}, {"utara", "Poros Utara", "64.72.05.1013", 40},
	{"bandara", "Poros Sungai Siring", "64.72.05.1004", 52}, {"kunjang", "Koridor Kunjang", "64.72.06.1003", 35},
	{"sambutan", "Poros Sambutan", "64.72.07.1002", 44}, {"pinang", "Koridor Temindung", "64.72.08.1001", 32},
	{"kota", "Tepian Kota", "64.72.09.1003", 27}, {"janan", "Poros Loa Janan", "64.72.10.1001", 42},
}

var hospitals = []struct {
	id, name, area string
	beds           float64
}{
	{"rs-a", "RS Simulasi Ulu", "64.72.03.1002", 820}, {"rs-b", "RS Simulasi Utara", "64.72.05.1002", 260},
	{"rs-c", "RS Simulasi Seberang", "64.72.02.1003", 210}, {"rs-d", "RS Simulasi Kota", "64.72.09.1004", 180},
}

var dustPosts = []struct{ id, name, area string }{
	{"pm-bandara", "Pos udara Sungai Siring", "64.72.05.1004"}, {"pm-kota", "Pos udara Kota", "64.72.09.1004"},
	{"pm-palaran", "Pos udara Palaran", "64.72.01.1001"},
}

// rainPosts has one gauge for each kecamatan, in the order of Districts.
var rainPosts = []string{
	"64.72.01.1004", "64.72.02.1003", "64.72.03.1005", "64.72.04.1003", "64.72.05.1003",
	"64.72.06.1003", "64.72.07.1002", "64.72.08.1001", "64.72.09.1004", "64.72.10.1003",
}

// Stations lists everything that is read, in the order of Frame.Values.
var Stations = buildStations()

func buildStations() []Station {
	var list []Station
	add := func(feed, id, name, area, indicator, unit string) {
		a, _ := AreaByCode(area)
		list = append(list, Station{feed, id, name, area, a.Lon, a.Lat, indicator, unit})
	}
	for i, code := range rainPosts {
		add("rain", fmt.Sprintf("ARG-%02d", i+1), "Pos hujan "+Districts[i].Name, code, "hujan-10-menit", "mm")
	}
	for i, code := range rainPosts {
		add("rain-daily", fmt.Sprintf("ARG-%02d", i+1), "Pos hujan "+Districts[i].Name, code, "curah-hujan", "mm")
	}
	add("water", "benanga", "Bendungan Benanga", "64.72.05.1003", "muka-air-benanga", "m")
	add("water", "karang-mumus-hulu", "Karang Mumus hulu", "64.72.08.1003", "muka-air-karang-mumus", "m")
	add("water", "karang-mumus-hilir", "Karang Mumus hilir", "64.72.09.1001", "muka-air-karang-mumus", "m")
	add("water", "karang-asam", "Karang Asam Besar", "64.72.06.1003", "muka-air-karang-asam", "m")
	add("water", "mahakam", "Pasang surut Mahakam", "64.72.09.1003", "muka-air-mahakam", "m")
	for _, m := range markets {
		for _, g := range goods {
			add("prices", m.id+"/"+g.id, g.name+", "+m.name, m.area, "harga-"+g.id, g.unit)
		}
	}
	for _, x := range roads {
		add("traffic", x.id, x.name, x.area, "kecepatan-jalan", "km/jam")
	}
	for _, p := range dustPosts {
		add("pm25", p.id, p.name, p.area, "pm25", "µg/m³")
	}
	for _, h := range hospitals {
		add("hospital", h.id, h.name, h.area, "hunian-rs", "%")
	}
	return list
}

func startPrices() []float64 {
	list := make([]float64, len(goods))
	for i := range list {
		list[i] = 1 // times the ordinary price
	}
	return list
}

func startBeds() []float64 {
	list := make([]float64, len(hospitals))
	for i := range list {
		list[i] = 0.62 + 0.05*float64(i%3)
	}
	return list
}

// live moves what people do: prices, beds, dust in the air.
func (w *World) live(now time.Time) {
	if w.s.Tick%FrameTicks != 0 {
		return
	}
	r := chance(w.cfg.Seed, streamCity, w.s.Tick)
	s := &w.s
	for i, g := range goods {
		target := 1 + g.rainy*(s.Damp-0.35)
		s.Prices[i] = clamp(s.Prices[i]+(target-s.Prices[i])*0.002+g.nervous*r.NormFloat64(), 0.5, 2.6)
	}
	for i := range s.Beds {
		tide := 0.68 + 0.06*math.Sin(2*math.Pi*float64(now.YearDay())/91) + 0.05*clamp(s.Damp, 0, 1)
		s.Beds[i] = clamp(s.Beds[i]+(tide-s.Beds[i])*0.01+0.004*r.NormFloat64(), 0.3, 1.04)
	}
	wet := w.s.Rain10[areaIndex["64.72.09.1004"]]
	s.Dust = clamp(s.Dust+(19-14*clamp(wet*2, 0, 1)-s.Dust)*0.02+0.5*r.NormFloat64(), 1, 120)
}

// read takes one reading of every station and empties the rain gauges.
func (w *World) read(now time.Time) *Frame {
	r := chance(w.cfg.Seed, streamCity, -w.s.Tick)
	f := &Frame{Tick: w.s.Tick, Values: make([]float64, 0, len(Stations))}
	put := func(v float64, decimals int) { f.Values = append(f.Values, round(v, decimals)) }
	for _, code := range rainPosts {
		v := w.s.Rain10[areaIndex[code]]
		if r.Float64() < 0.004 {
			v = Missing
		}
		put(v, 1)
	}
	f.Daily = now.Hour() == 7 && now.Minute() < FrameTicks
	w.readDay(put)
	mm := w.mumusLevel(now)
	for _, v := range []float64{w.s.Dam, mm + 0.6, mm, w.asamLevel(now), tide(now)} {
		put(v+0.005*r.NormFloat64(), 2)
	}
	for m := range markets {
		for i, g := range goods {
			v := math.Round(g.price*w.s.Prices[i]*(1+0.012*float64(m))/50) * 50
			if r.Float64() < 0.01 {
				v = 0 // the market's clerk entered nothing
			}
			put(v, 0)
		}
	}
	w.readCity(now, r.NormFloat64, put)
	clear(w.s.Rain10)
	return f
}

// readDay moves each gauge's 24 hours on and appends their totals.
func (w *World) readDay(put func(float64, int)) {
	slot := w.s.Tick / FrameTicks % dayFrames
	for i, code := range rainPosts {
		day := w.s.RainDay[i*dayFrames : (i+1)*dayFrames]
		day[slot] = w.s.Rain10[areaIndex[code]]
		total := 0.0
		for _, v := range day {
			total += v
		}
		put(total, 1)
	}
}

// readCity appends traffic, air and hospitals.
func (w *World) readCity(now time.Time, normal func() float64, put func(float64, int)) {
	for _, x := range roads {
		put(w.speedOn(x, now)+1.1*normal(), 1)
	}
	for i := range dustPosts {
		rush := 5 * (rush(hourOf(now)) - 0.3)
		v := w.s.Dust + rush*float64(i%2+1)/2 + 2*normal()
		if v < -2 {
			v = -1.9 // instruments drift below zero, as the real ones do
		}
		put(v, 1)
	}
	for i := range hospitals {
		put(100*w.s.Beds[i], 1)
	}
}

// rush is how full the roads are, 0 … 1.
func rush(hour float64) float64 {
	return clamp(0.12+0.75*math.Exp(-sq(hour-7.3)/1.2)+0.85*math.Exp(-sq(hour-17.2)/2)+0.35*math.Exp(-sq(hour-12.5)/4), 0, 1)
}

// speedOn is the mean speed on a main road: slower when full, wet or flooded.
func (w *World) speedOn(x road, now time.Time) float64 {
	i := areaIndex[x.area]
	full := rush(hourOf(now))
	if d := now.Weekday(); d == time.Saturday || d == time.Sunday {
		full *= 0.6
	}
	v := x.free * (1 - 0.5*full) * (1 - 0.3*clamp(w.s.Rain[i]/60, 0, 1))
	return clamp(v*(1-0.85*clamp(w.s.Depth[i]/45, 0, 1)), 2, 90)
}

// BedsOf is the number of beds of an invented hospital, 0 for another station.
func BedsOf(station string) int {
	for _, h := range hospitals {
		if h.id == station {
			return int(h.beds)
		}
	}
	return 0
}
