package world

import (
	"math"
	"time"
)

// cell is a rain cloud that crosses the city.
type cell struct {
	X, Y   float64 // km east and north of 117.15 E, 0.48 S
	VX, VY float64 // km per minute
	Radius float64 // km, one standard deviation
	Peak   float64 // mm/h at its height
	Born   int64   // tick
	Life   int64   // ticks
}

// kmAt turns degrees into kilometres east and north of the middle of the city.
func kmAt(lon, lat float64) (x, y float64) { return (lon - 117.15) * 111.31, (lat + 0.48) * 110.57 }

// areaKm are the label points of Areas in kilometres.
var areaKm = func() [][2]float64 {
	list := make([][2]float64, len(Areas))
	for i, a := range Areas {
		list[i][0], list[i][1] = kmAt(a.Lon, a.Lat)
	}
	return list
}()

// wetness of a day, 0 dry … 1 very wet. It depends on the day alone, so that
// a forecast can look ahead without running the world.
func (w *World) wetness(day time.Time) float64 {
	number := day.In(Zone).Unix() + 8*3600
	d := number / 86400
	noise := func(k int64) float64 { return chance(w.cfg.Seed, streamDay, k).Float64() }
	slow := (noise(d/4)*float64(4-d%4) + noise(d/4+1)*float64(d%4)) / 4
	season := 0.5 + 0.18*math.Cos(2*math.Pi*float64(day.YearDay()-20)/365.25)
	return clamp(0.55*slow+0.25*noise(d+7_000_000)+0.4*season-0.08, 0.02, 1)
}

// rainHour is how readily rain starts at an hour of the day; mean 1. Coastal
// Kalimantan has its showers in the afternoon and a second wave at night.
func rainHour(hour float64) float64 {
	return 0.55 + 1.3*math.Exp(-sq(hour-16)/8) + 0.7*math.Exp(-sq(hour-3)/10)
}

func sq(v float64) float64 { return v * v }

func hourOf(t time.Time) float64 { return float64(t.Hour()) + float64(t.Minute())/60 }

// blow moves the clouds and wets the ground.
func (w *World) blow(now time.Time) {
	r := chance(w.cfg.Seed, streamWeather, w.s.Tick)
	wet := w.wetness(now)
	for range poisson(r, 25*math.Pow(wet, 1.6)*rainHour(hourOf(now))/1440) {
		w.s.Cells = append(w.s.Cells, cell{
			X: r.Float64()*44 - 22, Y: r.Float64()*54 - 32,
			VX: 0.05 + 0.18*r.Float64(), VY: 0.16 * (r.Float64() - 0.5),
			Radius: 1.6 + 2.6*r.Float64(), Peak: clamp(lognormal(r, 26+22*wet, 0.5), 4, 130),
			Born: w.s.Tick, Life: int64(35 + r.IntN(100)),
		})
	}
	for i := range w.s.Rain {
		w.s.Rain[i] = 0
	}
	alive := w.s.Cells[:0]
	for _, c := range w.s.Cells {
		age := float64(w.s.Tick-c.Born) / float64(c.Life)
		if age >= 1 {
			continue
		}
		c.X += c.VX
		c.Y += c.VY
		alive = append(alive, c)
		w.pour(c, c.Peak*math.Sin(math.Pi*age))
	}
	w.s.Cells = alive
	top := 0.0
	for i, v := range w.s.Rain {
		w.s.Rain10[i] += v / 60
		top = math.Max(top, v)
	}
	w.s.Wind += (6+0.35*top+4*wet-w.s.Wind)*0.05 + 0.4*r.NormFloat64()
	w.s.Wind = clamp(w.s.Wind, 0, 70)
}

// pour adds a cloud's rain (mm/h at its middle) to the areas under it.
func (w *World) pour(c cell, peak float64) {
	for i, p := range areaKm {
		d2 := (sq(p[0]-c.X) + sq(p[1]-c.Y)) / sq(c.Radius)
		if d2 < 9 {
			w.s.Rain[i] += peak * math.Exp(-d2/2)
		}
	}
}

// Flood puts a standing cloudburst over a kelurahan: mm/h at its middle for
// some minutes. It returns false for a code that is not in the city.
func (w *World) Flood(areaCode string, mmPerHour float64, minutes int) bool {
	i, ok := areaIndex[areaCode]
	if !ok {
		return false
	}
	w.s.Cells = append(w.s.Cells, cell{
		X: areaKm[i][0], Y: areaKm[i][1], VX: 0.004, VY: 0.002, Radius: 1.3,
		// A standing cell grows and fades like any other, so it starts a third
		// of its life ago: the rain is there at once.
		Peak: mmPerHour, Born: w.s.Tick - int64(minutes)/2, Life: int64(minutes) * 3 / 2,
	})
	return true
}

// Sky is the weather of one place at one hour, as a forecast states it.
type Sky struct {
	Time      time.Time
	Rain      float64 // mm in three hours
	Celsius   float64
	Humidity  float64 // %
	Cloud     float64 // %
	Wind      float64 // km/h
	WindFrom  float64 // degrees
	Kilometre float64 // visibility
}

// Forecast is the weather office's view of an area at a future time, made at
// analysis time: the day's character with an error that grows with distance.
func (w *World) Forecast(a Area, analysis, at time.Time) Sky {
	r := chance(w.cfg.Seed, streamDay, at.Unix()/10800*1009+analysis.Unix()/43200+int64(a.Lon*1e4)+int64(a.Lat*1e4)*31)
	wet := w.wetness(at)
	h := hourOf(at.In(Zone))
	blur := 1 + 0.15*at.Sub(analysis).Hours()/24*r.NormFloat64()
	expected := clamp(8*math.Pow(wet, 1.6)*rainHour(h)/1.3*blur, 0, 60)
	rain := 0.0
	if r.Float64() < clamp(0.08+0.9*wet*rainHour(h)/2, 0, 0.95) {
		rain = expected * r.ExpFloat64()
	}
	cloud := clamp(35+55*wet+18*r.NormFloat64(), 0, 100)
	t := 27 + 4.2*math.Cos(2*math.Pi*(h-13.5)/24) - 2.2*wet - 0.15*math.Min(rain, 10) + 0.5*r.NormFloat64()
	return Sky{
		Time: at, Rain: round(rain, 1), Celsius: math.Round(t),
		Humidity: math.Round(clamp(96-3.4*(t-23)+6*wet, 45, 100)), Cloud: math.Round(cloud),
		Wind:     round(clamp(4+3*math.Sin(math.Pi*clamp(h-8, 0, 10)/10)+2*r.NormFloat64(), 0, 40), 1),
		WindFrom: float64(r.IntN(360)), Kilometre: round(clamp(11-2*math.Log1p(rain), 1, 12), 0),
	}
}
