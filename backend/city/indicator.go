package city

import (
	"slices"
	"time"
)

// Indicator (indikator) is the one declaration of a figure the city watches.
// Dashboard, alerts, assistant, forecasts, portal and exports read it.
type Indicator struct {
	Slug   string `json:"slug"`
	Name   string `json:"name" doc:"Indonesian"`
	NameEN string `json:"name_en"`
	Unit   string `json:"unit"`
	// Direction says which way is better: "up", "down" or "none".
	Direction string `json:"direction" enum:"up,down,none"`
	// Grain is the area level observations come at: city, district, village.
	Grain string `json:"grain" enum:"city,district,village"`
	// Aggregation over time and areas: "mean", "sum", "max", "last".
	Aggregation string `json:"aggregation" enum:"mean,sum,max,last"`
	// FreshFor is how long a value is fresh; screens grey it after 6 times.
	FreshForSeconds int `json:"fresh_for_seconds"`
	// FreshAssumed says that nobody said so: it follows from what comes (FreshFrom).
	FreshAssumed bool `json:"fresh_assumed,omitempty" doc:"Nobody said how long a value is fresh; it follows from how often values come"`
	// Min and Max are the values that are physically possible; others are
	// kept with a flag and never shown as a figure.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// Decimals is how many digits after the comma screens show.
	Decimals int `json:"decimals"`
	// Rank orders tiles on Ringkasan; 0 = not a tile.
	Rank       int         `json:"rank"`
	VisibleTo  []Role      `json:"visible_to" nullable:"false"`
	Thresholds []Threshold `json:"thresholds" nullable:"false"`
	// Target is what the city means to reach; nil when nobody said so.
	Target *Target `json:"target,omitempty"`
	// Definition says in Indonesian what is measured, where, how.
	Definition string `json:"definition"`
	Origin     string `json:"origin" doc:"Where the declaration comes from: pack, import or officer"`
}

// Threshold is a limit from a stated norm; a row with a date of effect.
type Threshold struct {
	Level Severity `json:"level" enum:"perhatian,siaga,awas"`
	// Above is true when the level is reached at Value or more, false when at
	// Value or less.
	Above       bool    `json:"above"`
	Value       float64 `json:"value"`
	Source      string  `json:"source"`
	EffectiveOn string  `json:"effective_on" format:"date"`
	AreaCode    string  `json:"area_code,omitempty"`
}

// Target (target) is a value that an indicator is to reach: at least where up
// is better, at most where down is, about that where neither is.
type Target struct {
	Value float64 `json:"value"`
	// By is the last day of the period it is for: of the year, of the RPJMD.
	By     string `json:"by" format:"date"`
	Source string `json:"source" maxLength:"500" doc:"The document that sets it"`
}

// Period is how long the stretch of time is that a value stands for, 0 where it is
// of a moment. A value that is fresh for a day or longer stands for a period and
// bears the time of its beginning: January's figure cannot come before February.
func (i Indicator) Period() time.Duration {
	return periodOf(time.Duration(i.FreshForSeconds) * time.Second)
}

func periodOf(fresh time.Duration) time.Duration {
	if fresh >= periodLeast {
		return fresh
	}
	return 0
}

// Outdated reports whether a value is too old to speak of now: the end of its
// period is over twice as long ago as the indicator is fresh, as a station's silence
// is judged. Where nobody said how long it is fresh, nothing is outdated.
func (i Indicator) Outdated(value, now time.Time) bool {
	patience := 2 * time.Duration(i.FreshForSeconds) * time.Second
	return patience > 0 && now.Sub(value)-i.Period() > patience
}

// Misses reports whether a value has not reached the indicator's target: below
// it where up is better, above it where down is. Where neither is better, or
// none was set, nothing is missed.
func (i Indicator) Misses(v float64) bool {
	switch {
	case i.Target == nil:
		return false
	case i.Direction == "up":
		return v < i.Target.Value
	case i.Direction == "down":
		return v > i.Target.Value
	}
	return false
}

// Severity is how bad an alert is, mildest first.
type Severity string

// Severities, in the words of Indonesian disaster practice.
const (
	Info      Severity = "info"
	Perhatian Severity = "perhatian"
	Siaga     Severity = "siaga"
	Awas      Severity = "awas"
)

// Rank orders severities, 0 for Info.
func (s Severity) Rank() int {
	switch s {
	case Perhatian:
		return 1
	case Siaga:
		return 2
	case Awas:
		return 3
	}
	return 0
}

// Observation (pengamatan) is one value of one indicator at one place and time.
type Observation struct {
	Indicator string
	AreaCode  string // "" means the whole city
	Time      time.Time
	Value     float64
	// Unit as the source gives it; checked against the indicator's.
	Unit string
	// Station is the sensor or place within the area, "" if only one.
	Station string
	// Forecast is true for a value about the future (issued at IssuedAt).
	Forecast bool
	IssuedAt time.Time
	Flags    []Flag
}

// IndicatorState is the latest value of an indicator at one area, as tiles,
// maps and deltas carry it.
type IndicatorState struct {
	Indicator  string    `json:"indicator"`
	AreaCode   string    `json:"area_code" doc:"Empty for the whole city"`
	Time       time.Time `json:"time"`
	Value      float64   `json:"value"`
	Previous   *float64  `json:"previous,omitempty" doc:"The value about one day before, for the change"`
	Severity   Severity  `json:"severity" enum:"info,perhatian,siaga,awas" doc:"info when no threshold is passed"`
	Source     string    `json:"source" doc:"Slug of the source"`
	ReceivedAt time.Time `json:"received_at"`
	Simulated  bool      `json:"simulated,omitempty"`
}

// SeriesPoint is one step of a time series; Value is nil where data is missing.
type SeriesPoint struct {
	Time  time.Time `json:"time"`
	Value *float64  `json:"value"`
}

// Category is a kind of report with the office that owns it and its norm.
type Category struct {
	Slug               string   `json:"slug"`
	Name               string   `json:"name"`
	NameEN             string   `json:"name_en"`
	Words              []string `json:"words" nullable:"false"`
	Office             string   `json:"office" doc:"Short name of the owning office"`
	WorkingDaysToClose int      `json:"working_days_to_close"`
	Origin             string   `json:"origin"`
}

// Office (perangkat daerah) is an OPD, kecamatan or kelurahan as an addressee.
type Office struct {
	ID        int64    `json:"id"`
	ShortName string   `json:"short_name"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind" enum:"opd,kecamatan,kelurahan,bumd"`
	AreaCode  string   `json:"area_code,omitempty"`
	Aliases   []string `json:"aliases" nullable:"false"`
}

// MayBeSeenBy reports whether the role may see the indicator's values. A
// paired screen shows what every officer may see.
func (i Indicator) MayBeSeenBy(r Role) bool {
	if r == Layar {
		return shownOnWalls(i.VisibleTo)
	}
	return r == SystemRole || slices.Contains(i.VisibleTo, r)
}

// SeverityOf returns the gravest threshold that value passes at area (a
// threshold without area applies everywhere), and that threshold; Info and nil
// when none is passed. Of several rows for one level the newest in effect on
// day counts.
func (i Indicator) SeverityOf(value float64, areaCode string, day time.Time) (Severity, *Threshold) {
	inForce := map[Severity]Threshold{}
	today := day.Format(time.DateOnly)
	for _, t := range i.Thresholds {
		if t.EffectiveOn > today || (t.AreaCode != "" && t.AreaCode != areaCode) {
			continue
		}
		if have, ok := inForce[t.Level]; !ok || have.EffectiveOn < t.EffectiveOn || (have.AreaCode == "" && t.AreaCode != "") {
			inForce[t.Level] = t
		}
	}
	worst := Info
	var passed *Threshold
	for level, t := range inForce {
		if (t.Above && value >= t.Value || !t.Above && value <= t.Value) && level.Rank() > worst.Rank() {
			worst, passed = level, &t
		}
	}
	return worst, passed
}

// Possible reports whether value is one the indicator can take at all.
func (i Indicator) Possible(value float64) bool {
	return (i.Min == nil || value >= *i.Min) && (i.Max == nil || value <= *i.Max)
}
