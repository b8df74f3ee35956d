package city

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// QualityKind is a way in which values can be doubtful.
type QualityKind string

// Kinds of doubt.
const (
	QualityMarker       QualityKind = "penanda_kosong" // a number that stands for "no value"
	QualityImpossible   QualityKind = "mustahil"       // a value that the indicator cannot take
	QualityBelowZero    QualityKind = "di_bawah_nol"   // a level below the zero of its gauge, where nobody said that it can be
	QualityJump         QualityKind = "lompat"         // a value far beyond the steps its sensor takes, and the next one back
	QualityOutdated     QualityKind = "usang"          // a value that was old when it came, beside others of its time
	QualityStuck        QualityKind = "macet"          // a sensor that repeats itself beyond its habit
	QualityTotals       QualityKind = "tingkat_ganda"  // a total delivered beside its parts
	QualityRepeated     QualityKind = "hari_ganda"     // one time delivered more than once
	QualityContradicted QualityKind = "bertentangan"   // two sources, or a source and itself, disagree
)

// QualityKinds are all of them, in the order in which they are looked for: a
// value is under the first that fits.
var QualityKinds = []QualityKind{QualityMarker, QualityImpossible, QualityTotals, QualityStuck, QualityBelowZero, QualityOutdated, QualityRepeated, QualityContradicted, QualityJump}

// QualityEffect is what follows from a doubt.
type QualityEffect string

// Effects: kept out of every figure, only shown, not looked for.
const (
	KeepOut       QualityEffect = "keluarkan"
	RemarkOnly    QualityEffect = "tandai"
	IgnoreQuality QualityEffect = "abaikan"
)

// QualityParams are the numbers of a rule; which of them count depends on its kind.
type QualityParams struct {
	Min     *float64  `json:"min,omitempty" doc:"mustahil: least possible value, in the indicator's unit"`
	Max     *float64  `json:"max,omitempty" doc:"mustahil: greatest possible value"`
	Markers []float64 `json:"markers,omitempty" maxItems:"50" doc:"penanda_kosong: numbers that stand for no value"`
	Beyond  float64   `json:"beyond,omitempty" minimum:"0" doc:"penanda_kosong: a positive one counts only beyond so many times the usual size of the series"`
	Zero    bool      `json:"zero,omitempty" doc:"penanda_kosong: 0 stands for no value; macet: a run of 0 counts too"`
	Values  int       `json:"values,omitempty" minimum:"0" maximum:"100000" doc:"macet: equal values in a row, at least; tingkat_ganda: how many parts a total has at least that is not named as one, 0 to look for named ones only"`
	Hours   float64   `json:"hours,omitempty" minimum:"0" maximum:"100000" doc:"macet: over at least so many hours; bertentangan: a source that changes its own value of so long ago contradicts itself; lompat: the value before and the one after lie within so many hours"`
	Factor  float64   `json:"factor,omitempty" minimum:"0" maximum:"1000" doc:"macet: so many times the longest run that was usual; lompat: so many times the largest step; usang: older than the others by so many times what the indicator allows"`
	Learn   int       `json:"learn,omitempty" minimum:"0" maximum:"100000" doc:"macet, lompat: values of the series that are needed to know what is usual"`
	// Tolerance is a share of the greater value.
	Tolerance float64  `json:"tolerance,omitempty" minimum:"0" maximum:"1" doc:"Values that differ by less agree; a share of the greater"`
	Words     []string `json:"words,omitempty" maxItems:"50" doc:"tingkat_ganda: how stations that are totals are named"`
}

// QualityRule is one version of a rule: a row with its source.
type QualityRule struct {
	ID          int64         `json:"id"`
	Kind        QualityKind   `json:"kind" enum:"mustahil,penanda_kosong,di_bawah_nol,macet,lompat,usang,hari_ganda,bertentangan,tingkat_ganda"`
	Indicator   string        `json:"indicator,omitempty" doc:"For this indicator only"`
	Unit        string        `json:"unit,omitempty" doc:"For indicators of this unit; Rp/* is every unit that begins so"`
	Params      QualityParams `json:"params"`
	Effect      QualityEffect `json:"effect" enum:"keluarkan,tandai,abaikan"`
	Source      string        `json:"source" doc:"Where it comes from"`
	EffectiveOn string        `json:"effective_on" format:"date"`
	ChangedAt   time.Time     `json:"changed_at"`
	ChangedBy   string        `json:"changed_by"`
	Reason      string        `json:"reason,omitempty"`
}

// QualityChange is another version of a rule; what the kind does not need stays empty.
type QualityChange struct {
	Kind        QualityKind   `json:"kind" enum:"mustahil,penanda_kosong,di_bawah_nol,macet,lompat,usang,hari_ganda,bertentangan,tingkat_ganda"`
	Indicator   string        `json:"indicator,omitempty" maxLength:"100"`
	Unit        string        `json:"unit,omitempty" maxLength:"40"`
	Params      QualityParams `json:"params"`
	Effect      QualityEffect `json:"effect" enum:"keluarkan,tandai,abaikan"`
	Source      string        `json:"source" minLength:"3" maxLength:"500"`
	EffectiveOn string        `json:"effective_on" format:"date" doc:"Not before today"`
	Reason      string        `json:"reason" minLength:"10" maxLength:"500"`
}

// QualityScope is one rule with its history.
type QualityScope struct {
	Rule    QualityRule   `json:"rule" doc:"The version in effect"`
	History []QualityRule `json:"history" nullable:"false" doc:"All versions, newest first"`
	Open    int           `json:"open" doc:"Findings that go on by it"`
}

// Check says what is wrong with a change on a day, nil when nothing is.
func (c QualityChange) Check(today string) error {
	p := c.Params
	finite := func(v *float64) bool { return v == nil || !math.IsNaN(*v) && !math.IsInf(*v, 0) }
	switch {
	case !slices.Contains(QualityKinds, c.Kind):
		return InvalidField("kind", "%q is no kind of doubt", c.Kind)
	case c.Indicator != "" && c.Unit != "":
		return InvalidField("unit", "a rule is for an indicator or for a unit, not for both")
	case c.EffectiveOn < today:
		return ruleError("effective_on", "error.quality_day", "", "a rule begins today or later")
	case !finite(p.Min) || !finite(p.Max) || p.Min != nil && p.Max != nil && *p.Min > *p.Max:
		return ruleError("params", "error.quality_bounds", "", "the least value is above the greatest")
	case c.Kind == QualityStuck && c.Effect != IgnoreQuality && (p.Values < 2 || p.Factor < 1):
		return ruleError("params", "error.quality_stuck", "", "a run is of at least 2 values, and at least as long as is usual")
	case (c.Kind == QualityJump || c.Kind == QualityOutdated) && c.Effect != IgnoreQuality && p.Factor < 1:
		return ruleError("params", "error.quality_factor", "", "a factor is 1 or more")
	case utf8.RuneCountInString(strings.TrimSpace(c.Reason)) < 10:
		return InvalidField("reason", "say in at least 10 characters why; it is recorded")
	}
	return nil
}

// QualityState is how a finding stands.
type QualityState string

// States of a finding.
const (
	QualityOpen      QualityState = "terbuka"  // it goes on
	QualityEnded     QualityState = "berakhir" // later values are sound; those found stay judged
	QualityDismissed QualityState = "ditolak"  // an officer says that it is no error
	QualityWithdrawn QualityState = "dicabut"  // by a changed rule it is none
	QualityReasonMin              = 10         // characters of an officer's reason
	QualityListMost               = 200        // findings that one list holds
	QualityMarkerFar              = 3 * 1.0    // a negative marker lies beyond so many times the usual size
	qualityMarkerBig              = 99999.0    // so large a marker counts where nothing is known of the series
	qualityMonth                  = 30 * 24 * time.Hour
)

// QualityFinding is what one rule found in one series.
type QualityFinding struct {
	ID          int64         `json:"id"`
	Kind        QualityKind   `json:"kind" enum:"mustahil,penanda_kosong,di_bawah_nol,macet,lompat,usang,hari_ganda,bertentangan,tingkat_ganda"`
	Effect      QualityEffect `json:"effect" enum:"keluarkan,tandai"`
	Source      string        `json:"source" doc:"Slug of the source"`
	Indicator   string        `json:"indicator"`
	AreaCode    string        `json:"area_code"`
	Station     string        `json:"station,omitempty"`
	From        time.Time     `json:"from"`
	To          time.Time     `json:"to"`
	N           int64         `json:"n" doc:"How many values"`
	Example     float64       `json:"example" doc:"The newest of them"`
	Beside      *float64      `json:"beside,omitempty" doc:"The other value, where two disagree"`
	OtherSource string        `json:"other_source,omitempty" doc:"Slug of the other source, where two disagree"`
	State       QualityState  `json:"state" enum:"terbuka,berakhir,ditolak,dicabut"`
	FoundAt     time.Time     `json:"found_at"`
	Rule        QualityRule   `json:"rule" doc:"The version it was found by"`
	// DecidedBy and what belongs to it are of the newest decision, if any.
	DecidedBy string     `json:"decided_by,omitempty"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

// QualityFilter picks findings; the zero value of a field does not filter.
type QualityFilter struct {
	Source, Indicator string
	State             QualityState
}

// QualityCount is how many values a figure leaves out for one reason.
type QualityCount struct {
	Kind QualityKind `json:"kind" enum:"mustahil,penanda_kosong,di_bawah_nol,macet,lompat,usang,hari_ganda,bertentangan,tingkat_ganda"`
	N    int64       `json:"n"`
}

// RepeatedObservation is a time of a series that one delivery held more than once.
type RepeatedObservation struct {
	Indicator, AreaCode, Station string
	Time                         time.Time
	// Earlier is a value that was written before the one that counts.
	Earlier float64
	// Rows is how many rows there were.
	Rows int
}

// QualityRulesOf picks what holds for an indicator on a day: for each kind the
// rule of the narrowest scope, its newest version in effect. Kinds whose rule
// says that nothing is looked for are left out.
func QualityRulesOf(rules []QualityRule, i Indicator, today string) map[QualityKind]QualityRule {
	best := map[QualityKind]QualityRule{}
	for _, r := range rules {
		if r.EffectiveOn > today || r.reach(i) < 0 {
			continue
		}
		have, ok := best[r.Kind]
		if !ok || r.newerThan(have, i) {
			best[r.Kind] = r
		}
	}
	for kind, r := range best {
		if r.Effect == IgnoreQuality {
			delete(best, kind)
		}
	}
	return best
}

func (r QualityRule) newerThan(have QualityRule, i Indicator) bool {
	if a, b := r.reach(i), have.reach(i); a != b {
		return a > b
	}
	return r.EffectiveOn > have.EffectiveOn || r.EffectiveOn == have.EffectiveOn && r.ID > have.ID
}

// reach is how narrowly a rule is written for an indicator, -1 if it is not.
func (r QualityRule) reach(i Indicator) int {
	prefix, open := strings.CutSuffix(r.Unit, "*")
	switch {
	case r.Indicator != "":
		if r.Indicator == i.Slug {
			return 1000
		}
		return -1
	case r.Unit == "":
		return 0
	case r.Unit == i.Unit:
		return 500
	case open && strings.HasPrefix(i.Unit, prefix):
		return 1 + len(prefix)
	}
	return -1
}

// Impossible reports whether an indicator cannot take a value. Bounds of a rule
// for the indicator itself replace its declaration's; others add to them.
func (r QualityRule) Impossible(i Indicator, v float64) bool {
	least, most := r.Params.Min, r.Params.Max
	own := r.Indicator != ""
	if i.Min != nil && (least == nil || !own && *i.Min > *least) {
		least = i.Min
	}
	if i.Max != nil && (most == nil || !own && *i.Max < *most) {
		most = i.Max
	}
	return least != nil && v < *least || most != nil && v > *most
}

// BelowZero reports whether a level lies below the zero of its gauge although
// its indicator does not say that it can. Many gauges stand so that the water may
// fall below their zero: it is a doubt, no error.
func (r QualityRule) BelowZero(i Indicator, v float64) bool { return v < 0 && i.Min == nil }

// Marks reports whether a value stands for "no value". usual is of what size
// the series' values are, 0 if that is not known.
func (r QualityRule) Marks(v, usual float64) bool {
	if v == 0 {
		return r.Params.Zero
	}
	if !slices.Contains(r.Params.Markers, v) {
		return false
	}
	size := math.Abs(v)
	switch {
	case usual == 0:
		return v < 0 || size >= qualityMarkerBig
	case v < 0:
		return size > QualityMarkerFar*usual
	}
	return size > r.Params.Beyond*usual
}

// Candidate reports whether Marks needs to know the usual size.
func (r QualityRule) Candidate(v float64) bool {
	return v != 0 && slices.Contains(r.Params.Markers, v)
}

// Agree reports whether two values are the same within the rule's tolerance.
func (r QualityRule) Agree(a, b float64) bool {
	return math.Abs(a-b) <= r.Params.Tolerance*math.Max(math.Abs(a), math.Abs(b))
}

// IsTotal reports whether a station is named as a total.
func (r QualityRule) IsTotal(station string) bool {
	name := strings.ToLower(strings.TrimSpace(station))
	return name != "" && slices.Contains(r.Params.Words, name)
}
