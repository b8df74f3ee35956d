package city

import "time"

// Layers of the map that are neither a category of report nor an indicator.
const (
	LayerReports   = ""           // all reports
	LayerIncidents = "kejadian"   // incidents as marks
	LayerAlerts    = "peringatan" // the gravest running alert of each kelurahan
	LayerFlood6    = "banjir-6"   // flood risk over the next 6 hours
	LayerFlood24   = "banjir-24"  // flood risk over the next 24 hours
)

// ReplayWindow is how far back a frame of reports counts: "received in the 24
// hours before this moment", whatever the length of the replay.
const ReplayWindow = 24 * time.Hour

// replaySteps say how far apart frames are, by the hours a replay covers.
var replaySteps = map[int]time.Duration{24: 30 * time.Minute, 168: time.Hour, 720: 4 * time.Hour}

// ReplayQuery asks how a layer of the map stood during a period.
type ReplayQuery struct {
	// Layer is one of the constants above, a category's or an indicator's slug.
	Layer string
	// Hours is 24, 168 or 720.
	Hours int
	// Until is the end of the period; the last frame is the last step before it.
	Until time.Time
}

// Frames returns the first frame, the step between frames and how many there
// are. Frames lie on whole steps of the city's day, so that two askers within
// one step get the same ones; ok is false for hours that cannot be asked for.
func (q ReplayQuery) Frames(loc *time.Location) (first time.Time, step time.Duration, n int, ok bool) {
	step, ok = replaySteps[q.Hours]
	if !ok {
		return first, 0, 0, false
	}
	day := Calendar{Location: loc}.DayStart(q.Until)
	last := day.Add(q.Until.Sub(day).Truncate(step))
	n = int(time.Duration(q.Hours)*time.Hour/step) + 1
	return last.Add(-time.Duration(n-1) * step).UTC(), step, n, true
}

// MapReplay is how one layer stood, frame by frame. Everything in it is as
// known now about then: a report that was entered late stands at the time it
// speaks of.
type MapReplay struct {
	Layer       string    `json:"layer"`
	First       time.Time `json:"first" doc:"Time of the first frame"`
	StepSeconds int       `json:"step_seconds"`
	Count       int       `json:"count" doc:"Frames"`
	// WindowSeconds is how far back a frame counts reports; 0 for states.
	WindowSeconds int      `json:"window_seconds"`
	Areas         []string `json:"areas" nullable:"false" doc:"Codes of the columns of values"`
	// Values are frame by frame, one an area; null where nothing was known.
	// Flood risk and alerts are ranks: 0 none, 1 perhatian, 2 siaga, 3 awas.
	Values [][]*float64 `json:"values" nullable:"false"`
	// Rest is the value, in every frame, of areas that have no column; absent
	// where nothing may be said of them.
	Rest *float64 `json:"rest,omitempty"`
	// N is what is behind each frame: reports counted, areas measured or
	// assessed, alerts running, incidents shown.
	N         []int            `json:"n" nullable:"false"`
	Points    *MapPoints       `json:"points,omitempty" doc:"Layers of reports and of flood risk: the reports that were unfinished at some time"`
	Incidents []ReplayIncident `json:"incidents,omitempty"`
}

// ReplayIncident is an incident with when it ran and how it grew.
type ReplayIncident struct {
	ID      int64    `json:"id"`
	Title   string   `json:"title"`
	Area    string   `json:"area"`
	Lon     float64  `json:"lon"`
	Lat     float64  `json:"lat"`
	Radius  float64  `json:"radius_m" doc:"Metres within which the place lies; 0 for a sure place"`
	Urgency Severity `json:"urgency" enum:"info,perhatian,siaga,awas" doc:"As judged now"`
	From    int64    `json:"from" doc:"Unix seconds of its first report"`
	To      int64    `json:"to" doc:"Unix seconds of its close, 0 while it runs"`
	// Voices are pairs of frame and how many reports it had by then.
	Voices [][2]int `json:"voices" nullable:"false"`
}

// MapPointLimit is how many reports the map takes as points at once.
const MapPointLimit = 10_000

// MapPoints are reports as the map draws them, column by column, newest first.
// They carry no text and nobody's name.
type MapPoints struct {
	Areas []string `json:"areas" nullable:"false" doc:"Codes that area counts in"`
	ID    []int64  `json:"id" nullable:"false"`
	// Lon and Lat are WGS 84 to five decimals (a metre); 0 where Radius is -1.
	Lon []float64 `json:"lon" nullable:"false"`
	Lat []float64 `json:"lat" nullable:"false"`
	// Radius is 0 for an exact place, metres for an estimated one, -1 where
	// only the kelurahan is known.
	Radius []int `json:"radius_m" nullable:"false"`
	Area   []int `json:"area" nullable:"false" doc:"Index in areas"`
	// Created, Closed and Due are Unix seconds; Closed is 0 while unfinished,
	// Due 0 where there is no norm.
	Created  []int64 `json:"created" nullable:"false"`
	Closed   []int64 `json:"closed" nullable:"false"`
	Due      []int64 `json:"due" nullable:"false"`
	Complete bool    `json:"complete" doc:"False when there are more than were taken"`
}

// PointQuery asks for reports as points.
type PointQuery struct {
	Category string // "" for all
	From, To time.Time
	// Alive is the moment at or after which a report must have been unfinished.
	Alive time.Time
}

// PlaceFound is a place that a search found.
type PlaceFound struct {
	Kind     string  `json:"kind" enum:"kecamatan,kelurahan,street,alley,landmark"`
	Name     string  `json:"name"`
	AreaCode string  `json:"area_code" doc:"The area itself, or the kelurahan it lies in; empty when not known"`
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	RadiusM  float64 `json:"radius_m" doc:"Metres around the point that hold it; 0 for an area, whose outline says it"`
	Seen     int     `json:"seen" doc:"Reports that taught it; 0 for an area"`
}
