package world

import (
	"encoding/json"
	"fmt"
	"time"
)

// Zone is the city's time: WITA, UTC+8, no daylight saving.
var Zone = time.FixedZone("WITA", 8*3600)

// Tick is the length of one step.
const Tick = time.Minute

// FrameTicks is how many ticks pass between two readings of the sensors.
const FrameTicks = 10

// Config decides everything that happens, together with the commands given.
type Config struct {
	Seed   int64
	Start  time.Time // simulated time of tick 0
	Prefix string    // of report and alert numbers
	Pace   float64   // multiplies the number of complaints; 1 is about 75 a day
}

// World is a city in motion. It is not safe for concurrent use.
type World struct {
	cfg Config
	s   state
}

// state is all that a step reads and writes; it survives as JSON.
type state struct {
	Tick     int64
	Cells    []cell
	Rain     []float64 // mm/h now, by area
	Rain10   []float64 // mm since the last reading, by area
	RainDay  []float64 // mm of each reading of the last 24 hours, by gauge
	Drain    []float64 // mm standing in drains and streets, by area
	Depth    []float64 // cm of water in the low streets, by area
	Told     []float64 // complaints about the present water, by area
	Upper1   float64   // mm on its way to the dam
	Upper2   float64
	Dam      float64 // m
	Local    float64 // m of the city's own run-off in Karang Mumus
	Asam     float64 // m, the same in Karang Asam
	Spill    []float64
	Turbid   float64
	Potholes float64
	Damp     float64
	Wind     float64
	Matters  []matter
	Jobs     []job
	Open     map[string]int // work in hand by office
	Serial   int64
	Matter   int64
	Adopted  int64
	Silent   bool
	Prices   []float64
	Beds     []float64
	Dust     float64
	Warning  *warning
	WarnDay  string
	WarnN    int
	Regions  int
}

// Output is what one step lets the outside world see.
type Output struct {
	Tick    int64
	Time    time.Time // end of the minute
	Reports []Report
	Changes []Change
	Frame   *Frame
	Alerts  []Alert
	Quakes  []Quake
}

// New starts a city at cfg.Start.
func New(cfg Config) *World {
	w := &World{cfg: cfg}
	n := len(Areas)
	w.s = state{
		Rain: make([]float64, n), Rain10: make([]float64, n), Drain: make([]float64, n),
		Depth: make([]float64, n), Told: make([]float64, n),
		Dam: 7.38, Spill: make([]float64, spillLag), RainDay: make([]float64, len(rainPosts)*dayFrames), Open: map[string]int{},
		Damp: 0.4, Dust: 14,
	}
	w.s.Prices = startPrices()
	w.s.Beds = startBeds()
	return w
}

// Restore continues a city from a Snapshot taken under the same configuration.
func Restore(cfg Config, snapshot []byte) (*World, error) {
	w := New(cfg)
	if err := json.Unmarshal(snapshot, &w.s); err != nil {
		return nil, fmt.Errorf("read world snapshot: %w", err)
	}
	n := len(Areas)
	for _, v := range [][]float64{w.s.Rain, w.s.Rain10, w.s.Drain, w.s.Depth, w.s.Told} {
		if len(v) != n {
			return nil, fmt.Errorf("read world snapshot: %d areas, want %d", len(v), n)
		}
	}
	if len(w.s.Spill) != spillLag || len(w.s.Prices) != len(goods) || len(w.s.Beds) != len(hospitals) || len(w.s.RainDay) != len(rainPosts)*dayFrames {
		return nil, fmt.Errorf("read world snapshot: of another version")
	}
	if w.s.Open == nil {
		w.s.Open = map[string]int{}
	}
	return w, nil
}

// Snapshot returns the state as JSON.
func (w *World) Snapshot() ([]byte, error) {
	b, err := json.Marshal(&w.s)
	if err != nil {
		return nil, fmt.Errorf("write world snapshot: %w", err)
	}
	return b, nil
}

// TickNow is the number of minutes that have passed.
func (w *World) TickNow() int64 { return w.s.Tick }

// TimeOf is the simulated time at the end of a tick, in WITA.
func (w *World) TimeOf(tick int64) time.Time {
	return w.cfg.Start.Add(time.Duration(tick) * Tick).In(Zone)
}

// Step lets one minute pass.
func (w *World) Step() Output {
	w.s.Tick++
	out := Output{Tick: w.s.Tick, Time: w.TimeOf(w.s.Tick)}
	w.blow(out.Time)
	w.flow(out.Time)
	w.live(out.Time)
	if !w.s.Silent {
		out.Reports = w.complain(out.Time)
	}
	out.Changes = w.work(out.Time)
	if w.s.Tick%FrameTicks == 0 {
		out.Frame = w.read(out.Time)
	}
	out.Alerts = w.warn(out.Time)
	out.Quakes = w.shake(out.Time)
	return out
}

// Local is what a kelurahan looks like now.
type Local struct {
	Code  string  `json:"area_code"`
	Name  string  `json:"name"`
	Rain  float64 `json:"rain_mm_per_hour"`
	Depth float64 `json:"water_cm"`
}

// Silence keeps the citizens from saying anything of their own, or lets them
// speak again.
func (w *World) Silence(on bool) { w.s.Silent = on }

// Locals lists the kelurahan where it rains or water stands.
func (w *World) Locals() []Local {
	list := []Local{}
	for i, a := range Areas {
		if w.s.Rain[i] >= 0.5 || w.s.Depth[i] >= 1 {
			list = append(list, Local{a.Code, a.Name, round(w.s.Rain[i], 1), round(w.s.Depth[i], 1)})
		}
	}
	return list
}

// Levels are the water levels of the city in metres.
func (w *World) Levels() map[string]float64 {
	now := w.TimeOf(w.s.Tick)
	return map[string]float64{
		"benanga": round(w.s.Dam, 2), "karang_mumus": round(w.mumusLevel(now), 2),
		"karang_asam": round(w.asamLevel(now), 2), "mahakam": round(tide(now), 2),
	}
}

// OpenWork is how many complaints wait for their office.
func (w *World) OpenWork() int {
	n := 0
	for _, v := range w.s.Open {
		n += v
	}
	return n
}
