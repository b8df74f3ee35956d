package world

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Channels by which citizens speak; each is one of the city's protocols.
const (
	ByOpen311 = "aplikasi"     // GeoReport v2
	ByCall    = "call-112"     // watched folder
	ByCounter = "loket"        // watched folder
	ByPeduli  = "jalan-peduli" // DPUPR's own API
	ByChat    = "whatsapp"     // watched folder; nothing but a text
)

// Report is a complaint as its channel received it. Place and category are
// what the citizen said, the True… fields what the world knows; only the
// ledger shows the latter.
type Report struct {
	ID       string    `json:"id"`
	Channel  string    `json:"channel"`
	At       time.Time `json:"at"` // simulated
	Text     string    `json:"text"`
	Address  string    `json:"address"`
	Area     string    `json:"area"` // kelurahan named; "" when none was
	Category string    `json:"category"`
	Office   string    `json:"office"`
	Lon      *float64  `json:"lon,omitempty"`
	Lat      *float64  `json:"lat,omitempty"`
	Handle   string    `json:"handle"` // invented
	Photo    bool      `json:"photo,omitempty"`

	Matter       string `json:"matter"` // complaints about the same thing share it
	TrueArea     string `json:"true_area"`
	TrueCategory string `json:"true_category"`
}

// matter is one thing that people complain about.
type matter struct {
	ID       string
	Category int
	Area     int
	Street   string
	RT       int
	Mark     string
	Lon, Lat float64
	Heat     float64 // how many talk about it
	Until    int64
	Flood    bool
}

// perDay is the ordinary number of complaints a day at Pace 1.
const perDay = 74

// hourly is when people complain; mean 1 over the day.
func hourly(h float64) float64 {
	return 0.18 + 1.5*math.Exp(-sq(h-8.5)/6) + 0.9*math.Exp(-sq(h-13)/8) + 1.3*math.Exp(-sq(h-19.5)/7)
}

// complain lets the citizens speak for a minute.
func (w *World) complain(now time.Time) []Report {
	r := chance(w.cfg.Seed, streamCitizens, w.s.Tick)
	if w.s.Tick%FrameTicks == 0 {
		w.forget()
	}
	var list []Report
	for range poisson(r, w.cfg.Pace*perDay*hourly(hourOf(now))/1.05/1440) {
		list = append(list, w.speak(r, now, w.subject(r)))
	}
	for i, a := range Areas {
		if w.s.Depth[i] < 9 {
			continue
		}
		awake := 0.35 + 0.65*clamp(hourly(hourOf(now)), 0, 1)
		worry := clamp(w.s.Depth[i]/30, 0, 2) * math.Exp(-w.s.Told[i]/90)
		for range poisson(r, math.Sqrt(w.cfg.Pace)*0.14*a.People*worry*awake) {
			w.s.Told[i]++
			list = append(list, w.speak(r, now, w.floodMatter(r, i)))
		}
	}
	return list
}

// forget drops the matters nobody talks about any more.
func (w *World) forget() {
	kept := w.s.Matters[:0]
	for _, m := range w.s.Matters {
		if m.Until > w.s.Tick {
			kept = append(kept, m)
		}
	}
	w.s.Matters = kept
}

// subject is what the next person complains about: often what others already do.
func (w *World) subject(r *rand.Rand) matter {
	if n := len(w.s.Matters); n > 0 && r.Float64() < 0.34 {
		return w.s.Matters[weighted(r, n, func(i int) float64 { return w.s.Matters[i].Heat })]
	}
	area := weighted(r, len(Areas), func(i int) float64 { return Areas[i].People })
	cat := weighted(r, len(Categories), func(i int) float64 { return Categories[i].Weight * w.mood(i, area) })
	days := 3 + 9*r.Float64()
	heat := clamp(lognormal(r, 0.25, 1.2), 0.02, 6)
	if cat >= 8 { // papers, health, schools, aid: each for themselves
		heat *= 0.15
	}
	return w.newMatter(r, cat, area, heat, int64(days*1440))
}

// mood is how much the weather adds to a category in an area.
func (w *World) mood(category, area int) float64 {
	switch category {
	case catRoad:
		return 0.8 + 6*clamp(w.s.Potholes, 0, 0.5)
	case catFlood:
		return 0.4 + 1.5*clamp(w.s.Damp, 0, 1) + 0.5*Areas[area].Low
	case catWaste:
		return 0.9 + 0.02*clamp(w.s.Told[area], 0, 40)
	case catWater:
		return 0.8 + clamp(w.s.Turbid*3, 0, 2.5)
	case catTree:
		return 0.5 + 3*clamp((w.s.Wind-15)/25, 0, 4)
	}
	return 1
}

// newMatter puts something to complain about somewhere in an area.
func (w *World) newMatter(r *rand.Rand, cat, area int, heat float64, ticks int64) matter {
	a := Areas[area]
	w.s.Matter++
	spread := math.Sqrt(a.Km2) / 222 * 0.55 // degrees, so that most lie inside
	m := matter{
		ID: fmt.Sprintf("%s-P%05d", w.cfg.Prefix, w.s.Matter), Category: cat, Area: area,
		Street: pick(r, streets), RT: 1 + r.IntN(42), Mark: landmark(r),
		Lon: round(a.Lon+clamp(r.NormFloat64(), -1.6, 1.6)*spread, 6), Lat: round(a.Lat+clamp(r.NormFloat64(), -1.6, 1.6)*spread, 6),
		Heat: heat, Until: w.s.Tick + ticks,
	}
	w.s.Matters = append(w.s.Matters, m)
	return m
}

// floodMatter is one of the flooded spots of an area, a new one now and then.
func (w *World) floodMatter(r *rand.Rand, area int) matter {
	var here []matter
	for _, m := range w.s.Matters {
		if m.Flood && m.Area == area {
			here = append(here, m)
		}
	}
	if len(here) > 0 && (len(here) >= 5 || r.Float64() < 0.8) {
		return pick(r, here)
	}
	m := w.newMatter(r, catFlood, area, 0.05, 12*60)
	m.Flood = true
	w.s.Matters[len(w.s.Matters)-1].Flood = true
	return m
}

// speak turns a matter into one person's complaint, with that person's errors.
func (w *World) speak(r *rand.Rand, now time.Time, m matter) Report {
	w.s.Serial++
	c, a := Categories[m.Category], Areas[m.Area]
	rep := Report{
		ID: fmt.Sprintf("SIM-%s-%06d", w.cfg.Prefix, w.s.Serial), Channel: channelFor(r, c.Slug),
		At:   now.Add(-time.Duration(r.IntN(60)) * time.Second),
		Area: a.Code, Category: c.Slug, Office: c.Office, Handle: handle(r), Photo: r.Float64() < 0.3,
		Matter: m.ID, TrueArea: a.Code, TrueCategory: c.Slug,
	}
	switch x := r.Float64(); {
	case x < 0.07:
		rep.Area = w.neighbour(r, m.Area)
	case x < 0.16:
		rep.Area = ""
	}
	if r.Float64() < 0.06 && rep.Channel != ByPeduli {
		other := pick(r, Categories)
		rep.Category, rep.Office = other.Slug, other.Office
	}
	w.point(r, m, &rep)
	rep.Text, rep.Address = tell(r, m, w.s.Depth[m.Area], rep.Area)
	w.assign(r, rep.ID, c, m.Flood)
	if rep.Channel == ByChat {
		// A message has no form to fill in: the text is all there is.
		rep.Area, rep.Category, rep.Office, rep.Address, rep.Lon, rep.Lat = "", "", "", "", nil, nil
	}
	return rep
}

// point gives the complaint its coordinates: none for a third, swapped now and
// then, rarely zero or in another city.
func (w *World) point(r *rand.Rand, m matter, rep *Report) {
	x := r.Float64()
	if x < 1.0/3 {
		return
	}
	lon, lat := round(m.Lon+r.NormFloat64()*0.0004, 6), round(m.Lat+r.NormFloat64()*0.0004, 6)
	switch {
	case x < 0.352:
		lon, lat = lat, lon
	case x < 0.357:
		lon, lat = 0, 0
	case x < 0.362:
		lon, lat = round(lon-0.32, 6), round(lat-0.75, 6) // the phone's last position
	}
	rep.Lon, rep.Lat = &lon, &lat
}

// neighbour is a kelurahan nearby, which the citizen takes for their own.
func (w *World) neighbour(r *rand.Rand, area int) string {
	return Areas[weighted(r, len(Areas), func(i int) float64 {
		if i == area {
			return 0
		}
		d := math.Hypot(areaKm[i][0]-areaKm[area][0], areaKm[i][1]-areaKm[area][1])
		return 1 / (0.3 + d*d*d)
	})].Code
}

func channelFor(r *rand.Rand, category string) string {
	x := r.Float64()
	if category == "jalan-rusak" && x < 0.35 {
		return ByPeduli
	}
	switch {
	case x < 0.68:
		return ByOpen311
	case x < 0.78:
		return ByChat
	case x < 0.89:
		return ByCall
	}
	return ByCounter
}

// Words returns a complaint of the grammar for a category, for tests and
// samples that need no running city.
func Words(seed int64, category int) string {
	r := chance(seed, streamCitizens, seed)
	m := matter{Category: category, Area: r.IntN(len(Areas)), Street: pick(r, streets), RT: 1 + r.IntN(42), Mark: landmark(r)}
	text, _ := tell(r, m, 40, Areas[m.Area].Code)
	return text
}

// Voice is what one citizen says of a matter, from its number alone: the words,
// the kelurahan and a point (degrees) within some 50 m. Voices of one matter differ
// in their words; matters lie over the whole city, streets of a hundred names in
// each kelurahan.
func Voice(seed int64, category, voice int) (text, area string, lon, lat float64) {
	r := chance(seed, streamCitizens, seed)
	a := r.IntN(len(Areas))
	spread := math.Sqrt(Areas[a].Km2) / 222
	m := matter{
		Category: category, Area: a, Street: fmt.Sprintf("%s %d", pick(r, streets), 1+r.IntN(40)), RT: 1 + r.IntN(42), Mark: landmark(r),
		Lon: Areas[a].Lon + clamp(r.NormFloat64(), -1.6, 1.6)*spread, Lat: Areas[a].Lat + clamp(r.NormFloat64(), -1.6, 1.6)*spread,
	}
	r = chance(seed, streamCitizens, int64(voice))
	text, _ = tell(r, m, 40, Areas[a].Code)
	return text, Areas[a].Code, round(m.Lon+r.NormFloat64()*0.0004, 6), round(m.Lat+r.NormFloat64()*0.0004, 6)
}
