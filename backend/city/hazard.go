package city

import "time"

// HazardFlood is the only hazard assessed so far; rows carry its name so that
// others can stand beside it.
const HazardFlood = "banjir"

// HazardRole is what an indicator, a category or the alerts of a kind tell
// about a hazard. Which indicator plays which role is a row of the city's own
// (HazardInput): a city without tide or dam simply has no such row.
type HazardRole string

// Roles an input can play.
const (
	RoleRain     HazardRole = "hujan"      // rain that has fallen, mm in a step
	RoleForecast HazardRole = "prakiraan"  // rain that is foreseen, mm in a step
	RoleTide     HazardRole = "pasang"     // level of tidal water
	RoleLevel    HazardRole = "muka-air"   // level of a dam or river
	RoleWarning  HazardRole = "peringatan" // official warnings running for the area
	RoleVoices   HazardRole = "laporan"    // citizens' reports of a category
)

// HazardInput says which indicator (or category, for RoleVoices) plays a role.
type HazardInput struct {
	Hazard string     `json:"hazard"`
	Role   HazardRole `json:"role" enum:"hujan,prakiraan,pasang,muka-air,peringatan,laporan"`
	// Slug is an indicator's, for RoleVoices a category's; "" for RoleWarning.
	Slug string `json:"slug"`
	// StepSeconds is how long one value of rain adds up over; 0 for levels.
	StepSeconds int `json:"step_seconds"`
	// Low and High are where a level begins to count (0) and counts in full
	// (1), in the indicator's unit. Without them the indicator's own siaga and
	// awas thresholds say it: siaga is half way. With Habit they are metres (or
	// other units) above the gauge's median of the last days, for gauges
	// without stated limits.
	Low, High *float64
	Habit     bool   `json:"habit"`
	Source    string `json:"source"`
}

// HazardWeight is one term of the score over one horizon: the term adds Weight
// × min(value ÷ Scale, Cap) to the log odds. The factor "dasar" is the
// constant.
type HazardWeight struct {
	Hazard       string  `json:"hazard"`
	HorizonHours int     `json:"horizon_hours"`
	Factor       string  `json:"factor"`
	Weight       float64 `json:"weight"`
	Scale        float64 `json:"scale"`
	Cap          float64 `json:"cap"`
	Source       string  `json:"source"`
	EffectiveOn  string  `json:"effective_on" format:"date"`
}

// HazardLevel is the score from which a level holds.
type HazardLevel struct {
	Hazard      string   `json:"hazard"`
	Level       Severity `json:"level" enum:"perhatian,siaga,awas"`
	Score       float64  `json:"skor"`
	Source      string   `json:"source"`
	EffectiveOn string   `json:"effective_on" format:"date"`
}

// HazardExposure is how much an area is open to something, 0 to 1: Slug ""
// means the area's own proneness (it lies low, it has flooded before), an
// indicator's slug means that this tide, dam or river concerns it. A row of a
// larger area holds for the areas in it that have none of their own.
type HazardExposure struct {
	Hazard      string  `json:"hazard"`
	AreaCode    string  `json:"area_code"`
	Slug        string  `json:"slug"`
	Value       float64 `json:"value"`
	Source      string  `json:"source"`
	EffectiveOn string  `json:"effective_on" format:"date"`
}

// HazardRecipientRule names who is told from a level on. Office is an
// office's short name, or "kecamatan" and "kelurahan" for the offices of the
// area itself; Role is an account's role (sekda, wali_kota) instead.
type HazardRecipientRule struct {
	Hazard string   `json:"hazard"`
	Level  Severity `json:"level"`
	Office string   `json:"office"`
	Role   Role     `json:"role"`
	Reason string   `json:"reason"`
	Source string   `json:"source"`
}

// HazardDeclarations are all rows that an assessment follows.
type HazardDeclarations struct {
	Inputs     []HazardInput
	Weights    []HazardWeight
	Levels     []HazardLevel
	Exposures  []HazardExposure
	Recipients []HazardRecipientRule
}

// HazardRecipient is somebody who is to be told, by office, not by person.
type HazardRecipient struct {
	Office   string `json:"office,omitempty" doc:"Short name; empty for a role without an office"`
	Role     Role   `json:"role,omitempty"`
	Name     string `json:"name" doc:"As it is written: Camat Sungai Pinang, BPBD, Wali Kota"`
	AreaCode string `json:"area_code,omitempty"`
	Reason   string `json:"reason" doc:"Why this one, Indonesian"`
}

// HazardReason is one term of a score, in words and figures.
type HazardReason struct {
	Factor string  `json:"factor" doc:"hujan-1-jam, pasang, laporan …"`
	Value  float64 `json:"value" doc:"As measured, in unit"`
	Unit   string  `json:"unit"`
	// Points is what the term adds to the log odds of the score.
	Points float64 `json:"points"`
	// Share is Points ÷ the sum of all positive points but the constant.
	Share  float64 `json:"share"`
	Text   string  `json:"text" doc:"One Indonesian sentence"`
	TextEN string  `json:"text_en"`
}

// InputFreshness is how well an input of an assessment is up to date.
type InputFreshness string

// Freshness of inputs: within the indicator's own limit, within six times of
// it, beyond, and never any value.
const (
	InputFresh   InputFreshness = "segar"
	InputLate    InputFreshness = "terlambat"
	InputStale   InputFreshness = "terputus"
	InputMissing InputFreshness = "tidak_ada"
)

// HazardInputState is what an input brought to an assessment.
type HazardInputState struct {
	Role      HazardRole     `json:"role" enum:"hujan,prakiraan,pasang,muka-air,peringatan,laporan"`
	Slug      string         `json:"slug"`
	Name      string         `json:"name"`
	Newest    *time.Time     `json:"newest,omitempty"`
	Freshness InputFreshness `json:"freshness" enum:"segar,terlambat,terputus,tidak_ada"`
	Text      string         `json:"text" doc:"hujan: data terputus 3 jam"`
	TextEN    string         `json:"text_en"`
}

// HazardRisk is the risk of one kelurahan over one horizon.
type HazardRisk struct {
	AreaCode     string    `json:"area_code"`
	AreaName     string    `json:"area_name"`
	HorizonHours int       `json:"horizon_hours"`
	At           time.Time `json:"at"`
	Level        Severity  `json:"level" enum:"info,perhatian,siaga,awas"`
	// Score lies in [0,1] and orders risks; it is like a probability but was
	// not learned from this city's own floods.
	Score float64 `json:"skor"`
	// ScoreLow and ScoreHigh are the score if what could not be measured were
	// as small, or as large, as it can be; both equal Score when all is fresh.
	ScoreLow  float64 `json:"skor_low"`
	ScoreHigh float64 `json:"skor_high"`
	// Since is when the present level began.
	Since time.Time `json:"since"`
	// HeldSince is set while the level would have fallen but is kept, because
	// an input is missing or the score only just fell.
	HeldSince *time.Time     `json:"held_since,omitempty"`
	Reasons   []HazardReason `json:"reasons" nullable:"false" doc:"Largest first"`
	// Lost is true when an input that spoke before is silent now.
	Lost bool `json:"lost,omitempty"`
	// Missing names what the score had to do without, "hujan: data terputus 3 jam".
	Missing   []string `json:"missing" nullable:"false"`
	MissingEN []string `json:"missing_en" nullable:"false"`
}

// HazardPicture is the whole city's risk as last assessed.
type HazardPicture struct {
	At         time.Time          `json:"at"`
	Hazard     string             `json:"hazard"`
	Risks      []HazardRisk       `json:"risks" nullable:"false" doc:"Gravest first"`
	Inputs     []HazardInputState `json:"inputs" nullable:"false"`
	Recipients []HazardAddressees `json:"recipients" nullable:"false" doc:"Of areas at perhatian or above"`
	Levels     []HazardLevel      `json:"levels" nullable:"false"`
	Simulated  bool               `json:"simulated,omitempty"`
	Method     string             `json:"method" doc:"How scores come about, one Indonesian sentence"`
	Weights    []HazardWeight     `json:"weights" nullable:"false"`
}

// HazardAddressees are the recipients for one area.
type HazardAddressees struct {
	AreaCode   string            `json:"area_code"`
	Level      Severity          `json:"level"`
	Recipients []HazardRecipient `json:"recipients" nullable:"false"`
}

// HazardHistoryPoint is one change of an area's risk.
type HazardHistoryPoint struct {
	At           time.Time `json:"at"`
	HorizonHours int       `json:"horizon_hours"`
	Level        Severity  `json:"level"`
	Score        float64   `json:"skor"`
}

// HazardDetail is one area's risk with its last days.
type HazardDetail struct {
	AreaCode   string               `json:"area_code"`
	AreaName   string               `json:"area_name"`
	Risks      []HazardRisk         `json:"risks" nullable:"false"`
	Recipients []HazardRecipient    `json:"recipients" nullable:"false"`
	Exposures  []HazardExposure     `json:"exposures" nullable:"false"`
	History    []HazardHistoryPoint `json:"history" nullable:"false" doc:"Oldest first, last seven days, changes only"`
	Inputs     []HazardInputState   `json:"inputs" nullable:"false"`
}

// HazardMessage is one CAP message about an event, as issued.
type HazardMessage struct {
	Identifier string
	// Event names the chain of messages: hazard, area and when it began.
	Event     string
	Version   int
	MsgType   string // Alert, Update, Cancel
	Sent      time.Time
	Expires   time.Time
	Level     Severity
	AreaCodes []string
	// Digest says what the message tells; the next version differs in it.
	Digest string
	Body   []byte // the XML as sent
}
