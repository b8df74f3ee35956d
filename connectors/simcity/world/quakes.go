package world

import (
	"fmt"
	"time"
)

// Quake is an earthquake somewhere in the archipelago.
type Quake struct {
	ID        string
	Time      time.Time // simulated
	Lon, Lat  float64
	Magnitude float64
	DepthKm   int
	Place     string
	Felt      string // "-" when nobody felt it, else as BMKG writes it
	Shakemap  string
}

var quakePlaces = []struct {
	name, felt string
	lon, lat   float64
}{
	{"Pulau Simulasi, Laut Maluku", "Batang Dua", 126.4, 1.42}, {"Teluk Simulasi, Sulawesi Tengah", "Palu", 119.6, -0.6},
	{"lepas pantai Luwuk (simulasi)", "Luwuk", 123.1, -1.2}, {"Selat Makassar (simulasi)", "Samarinda", 118.4, -0.9},
	{"Laut Banda (simulasi)", "Ambon", 129.3, -5.1}, {"selatan Jawa Barat (simulasi)", "Tasikmalaya", 107.6, -8.1},
	{"barat Sumatera (simulasi)", "Padang", 99.4, -1.6}, {"Berau (simulasi)", "Berau", 118.6, 1.9},
}

var mercalli = []string{"II", "II-III", "III", "II - III", "III-IV", "IV", "IV-V"}

// shake makes an earthquake now and then, four or five a week.
func (w *World) shake(now time.Time) []Quake {
	r := chance(w.cfg.Seed, streamQuakes, w.s.Tick)
	if r.Float64() > 0.65/1440 {
		return nil
	}
	p := pick(r, quakePlaces)
	q := Quake{
		ID: fmt.Sprintf("%s-G%d", w.cfg.Prefix, w.s.Tick), Time: now.Add(-time.Duration(r.IntN(60)) * time.Second),
		Lon: round(p.lon+r.NormFloat64()*0.4, 2), Lat: round(p.lat+r.NormFloat64()*0.4, 2),
		Magnitude: round(clamp(4.2+0.55*r.ExpFloat64(), 4.2, 7.2), 1), DepthKm: 10 + r.IntN(120),
		Place: fmt.Sprintf("%d km Tenggara %s", 10+r.IntN(180), p.name), Felt: "-",
	}
	if r.Float64() < 0.6 {
		q.Felt = fmt.Sprintf("%s %s", pick(r, mercalli), p.felt)
	}
	return []Quake{q}
}
