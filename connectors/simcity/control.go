package simcity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// State is what GET /_sim/state answers.
type State struct {
	Simulation bool               `json:"simulation"`
	Seed       int64              `json:"seed"`
	Prefix     string             `json:"prefix"` // of report numbers
	Speed      float64            `json:"speed"`
	Tick       int64              `json:"tick"`
	Simulated  time.Time          `json:"simulated_time"`
	Stamped    time.Time          `json:"stamped_time"` // as records of now carry it
	WallClock  bool               `json:"wall_clock"`   // stamps follow the wall clock
	Reports    int                `json:"reports"`
	OpenWork   int                `json:"open_work"`
	Alerts     int                `json:"alerts"`
	Ledger     int64              `json:"ledger"` // number of the last entry
	Levels     map[string]float64 `json:"levels_m"`
	Wet        []world.Local      `json:"wet"`
	Replay     *ReplayState       `json:"replay,omitempty"`
	Faults     Faults             `json:"faults"`
	Fired      map[string]int     `json:"faults_fired"`
}

// ReplayState is how far a replay has come.
type ReplayState struct {
	Played  int `json:"played"`
	Total   int `json:"total"`
	Refused int `json:"refused"`
}

// State describes the city now.
func (c *City) State() State {
	c.mu.RLock()
	defer c.mu.RUnlock()
	now := c.world.TimeOf(c.world.TickNow())
	s := State{Simulation: true, Seed: c.start.Seed, Prefix: c.start.Prefix, Speed: c.clock.last().Speed, Tick: c.world.TickNow(),
		Simulated: now, Stamped: c.clock.stamp(now), WallClock: c.start.Wall, Reports: len(c.data.complaints), OpenWork: c.world.OpenWork(),
		Alerts: len(c.data.alerts), Ledger: int64(len(c.entries)), Levels: c.world.Levels(), Wet: c.world.Locals()}
	s.Faults, s.Fired = c.faults.list()
	if c.replay.speaks() {
		s.Replay = &ReplayState{Played: c.data.replayed, Total: len(c.replay.rows), Refused: c.replay.refused}
	}
	return s
}

// SetFaults switches faults; they replace those that were on.
func (c *City) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	c.faults.set(f)
	return nil
}

// Flood lets a cloudburst of mmPerHour stand over a kelurahan for a time of
// the simulated clock. Citizens complain as soon as the water stands.
func (c *City) Flood(areaCode string, mmPerHour float64, length time.Duration) error {
	minutes := int(length / time.Minute)
	if !(mmPerHour > 0 && mmPerHour <= 400) || minutes < 1 || minutes > 1440 {
		return fmt.Errorf("simcity: flood of %g mm/h for %s: want up to 400 mm/h and a minute to a day", mmPerHour, length)
	}
	return c.command(func(tick int64) ([]line, error) {
		if !c.world.Flood(areaCode, mmPerHour, minutes) {
			return nil, fmt.Errorf("simcity: no kelurahan %q in this city", areaCode)
		}
		c.commands++
		return []line{{Kind: lineFlood, Tick: tick, Area: areaCode, MM: mmPerHour, Minutes: minutes}}, nil
	})
}

// SetSpeed changes the simulated seconds per second from now on.
func (c *City) SetSpeed(speed float64) error {
	if !(speed > 0 && speed <= maxSpeed) {
		return fmt.Errorf("simcity: speed %g: want more than 0 and at most %d", speed, maxSpeed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return c.failed
	}
	now := c.opt.Now()
	return c.setAnchors([]anchor{{Sim: c.clock.simAt(now), Wall: now, Speed: speed}})
}

// Export writes what is new to the outbox now.
func (c *City) Export() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return c.failed
	}
	return c.export()
}

func (c *City) simState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, c.State())
}

// simLedger answers the ledger as JSON lines; since is an entry number.
func (c *City) simLedger(w http.ResponseWriter, r *http.Request) {
	since := int64(0)
	if s := r.URL.Query().Get("since"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			simError(w, fmt.Errorf("since must be an entry number: %w", err))
			return
		}
		since = n
	}
	w.Header().Set("Content-Type", "application/jsonl; charset=utf-8")
	for {
		part := c.LedgerSince(since)
		part = part[:min(len(part), 1000)]
		if len(part) == 0 {
			return
		}
		if _, err := w.Write(encodeLines(part)); err != nil {
			return
		}
		since = part[len(part)-1].Seq
	}
}

func (c *City) simFaults(w http.ResponseWriter, _ *http.Request) {
	on, fired := c.faults.list()
	writeJSON(w, http.StatusOK, map[string]any{"faults": on, "fired": fired, "kinds": FaultKinds})
}

// simSetFaults takes {"faults":[{path,kind,p,after}]} or the same as query
// (?path=/open311&kind=error&p=0.2), which adds one; kind=none ends all.
func (c *City) simSetFaults(w http.ResponseWriter, r *http.Request) {
	on, _ := c.faults.list()
	if kind := r.URL.Query().Get("kind"); kind == "none" {
		on = nil
	} else if kind != "" {
		p, err := numberParam(r.URL.Query(), "p", 1)
		after, errAfter := numberParam(r.URL.Query(), "after", 0)
		if err = errors.Join(err, errAfter); err != nil {
			simError(w, err)
			return
		}
		on = append(on, Fault{Path: r.URL.Query().Get("path"), Kind: kind, P: p, After: int(after)})
	} else {
		var body struct{ Faults Faults }
		if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&body); err != nil {
			simError(w, fmt.Errorf("read faults: %w", err))
			return
		}
		on = body.Faults
	}
	if err := c.SetFaults(on); err != nil {
		simError(w, err)
		return
	}
	c.simFaults(w, r)
}

// simFlood takes ?area=64.72.08.1001&intensity=110&minutes=90.
func (c *City) simFlood(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	mm, err := numberParam(q, "intensity", 110)
	minutes, errMinutes := numberParam(q, "minutes", 90)
	if err = errors.Join(err, errMinutes); err == nil {
		err = c.Flood(q.Get("area"), mm, time.Duration(minutes)*time.Minute)
	}
	if err != nil {
		simError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"area": q.Get("area"), "intensity": mm, "minutes": minutes})
}

// simSpeed takes ?speed=60.
func (c *City) simSpeed(w http.ResponseWriter, r *http.Request) {
	speed, err := numberParam(r.URL.Query(), "speed", 0)
	if err == nil {
		err = c.SetSpeed(speed)
	}
	if err != nil {
		simError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"speed": speed})
}

func (c *City) simExport(w http.ResponseWriter, _ *http.Request) {
	if err := c.Export(); err != nil {
		simError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"exported": true})
}

func numberParam(q url.Values, name string, otherwise float64) (float64, error) {
	s := q.Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != n || n > 1e9 || n < -1e9 {
		return 0, fmt.Errorf("%s=%q is not a number", name, s)
	}
	return n, nil
}

// simError answers a request that could not be done.
func simError(w http.ResponseWriter, err error) {
	writeJSON(w, http.StatusBadRequest, map[string]any{"error": strings.TrimPrefix(err.Error(), "simcity: ")})
}
