package city

import "time"

// SourceTrial is what a source would bring, worked out without storing any of
// it: an officer looks at it before the source is connected.
type SourceTrial struct {
	Pages int  `json:"pages" doc:"Pages that were read"`
	More  bool `json:"more" doc:"There was more than the trial reads"`
	// Rows of each kind that would be taken, and those refused.
	Reports      int `json:"reports"`
	Observations int `json:"observations"`
	Alerts       int `json:"alerts"`
	Agenda       int `json:"agenda" doc:"Appointments"`
	RefusedCount int `json:"refused_count"`

	FirstReports      []TrialReport      `json:"first_reports" nullable:"false" doc:"The first that would be taken"`
	FirstObservations []TrialObservation `json:"first_observations" nullable:"false"`
	FirstAlerts       []TrialAlert       `json:"first_alerts" nullable:"false"`
	FirstAgenda       []TrialAgenda      `json:"first_agenda" nullable:"false"`
	Columns           []string           `json:"columns" nullable:"false" doc:"What the records hold, as expressions of a mapping; names alone"`
	Proposed          []ProposedMapping  `json:"proposed" nullable:"false" doc:"Mappings that the records suggest, the likelier kind first, where they are mapped at all; to be looked at before one is used"`
	Mapped            []MappedField      `json:"mapped" nullable:"false" doc:"How our fields were filled for the first record, where the source is mapped"`
	PassedOver        []PassedOver       `json:"passed_over" nullable:"false" doc:"Records that were neither taken nor refused, as the mapping says"`
	Refused           []TrialRefusal     `json:"refused" nullable:"false" doc:"The first that were refused, and why"`
	Undeclared        []TrialIndicator   `json:"undeclared" nullable:"false" doc:"Indicators that rows name and nobody declared: their rows are refused until somebody does"`
	Suspicions        []Suspicion        `json:"suspicions" nullable:"false" doc:"What looks wrong in the values, gravest first"`
}

// ProposedMapping is what the records of a trial look like: which column is likely
// which field of ours. A field that nothing suggests is missing from it.
type ProposedMapping struct {
	Kind   string                   `json:"kind" enum:"reports,observations"`
	Items  string                   `json:"items,omitempty" doc:"Where the records lie in the answer, for sources that ask for it"`
	Fields map[string]ProposedField `json:"fields" nullable:"false" doc:"By our field"`
}

// ProposedField is one field of a mapping, in the mapping's own words. It holds no
// values of records but such as stand for none or for a category or status.
type ProposedField struct {
	Get     string            `json:"get,omitempty" doc:"Expression on the record"`
	Const   string            `json:"const,omitempty" doc:"Fixed value"`
	Missing []string          `json:"missing,omitempty" doc:"Values that mean none"`
	Map     map[string]string `json:"map,omitempty" doc:"Their values to ours"`
	Time    []string          `json:"time,omitempty" doc:"Layouts in Go's form, or unix, unix_ms"`
	Number  string            `json:"number,omitempty" enum:"plain,id,en" doc:"How numbers are written as text"`
}

// PassedOver says why records are neither taken nor refused, and how many.
type PassedOver struct {
	Why   PassedWhy `json:"why" enum:"filter,no_value,too_old,other_indicator"`
	Count int       `json:"count"`
}

// PassedWhy is why a record is passed over.
type PassedWhy string

// Why records are passed over.
const (
	PassedFilter    PassedWhy = "filter"          // the mapping's where
	PassedNoValue   PassedWhy = "no_value"        // a sensor that did not answer
	PassedTooOld    PassedWhy = "too_old"         // the mapping's max_age
	PassedIndicator PassedWhy = "other_indicator" // not declared, and to be skipped
)

// TrialIndicator is an indicator that a row names and nobody declared.
type TrialIndicator struct {
	Slug string `json:"slug"`
	Unit string `json:"unit,omitempty" doc:"The unit that its first row gives"`
}

// TrialReport is a report that would be taken, without who sent it.
type TrialReport struct {
	ExternalID string       `json:"external_id"`
	CreatedAt  time.Time    `json:"created_at"`
	Text       string       `json:"text" doc:"Its beginning"`
	Category   string       `json:"category,omitempty"`
	Area       string       `json:"area,omitempty" doc:"Code of the area that its point or its words name"`
	Status     ReportStatus `json:"status"`
	Point      bool         `json:"point" doc:"It has a place on the map"`
	Reporter   bool         `json:"reporter" doc:"It says who sent it, which is not shown here"`
	Flags      []Flag       `json:"flags,omitempty"`
}

// TrialObservation is an observation that would be taken.
type TrialObservation struct {
	Indicator string    `json:"indicator"`
	Area      string    `json:"area,omitempty"`
	Station   string    `json:"station,omitempty"`
	Time      time.Time `json:"time"`
	Value     float64   `json:"value"`
	Unit      string    `json:"unit,omitempty"`
	Forecast  bool      `json:"forecast,omitempty"`
}

// TrialAlert is an alert that would be taken.
type TrialAlert struct {
	Key      string     `json:"key"`
	Headline string     `json:"headline"`
	Until    *time.Time `json:"until,omitempty"`
}

// TrialAgenda is when an appointment lies; who tries sources need not be one
// who may read the agenda.
type TrialAgenda struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// MappedField says how a field of ours is filled from a record of the source.
type MappedField struct {
	Field  string `json:"field"`
	From   string `json:"from" doc:"The expression, or const and the fixed value"`
	Read   string `json:"read,omitempty" doc:"What it gave for the first record"`
	Became string `json:"became,omitempty" doc:"What became of it, after table, time, number and unit; or why nothing did"`
}

// TrialRefusal is a row that would be refused.
type TrialRefusal struct {
	Kind   string `json:"kind"`
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Times  int    `json:"times" doc:"How many rows were refused for the like reason"`
}

// Suspicion is a doubt about the values of a source.
type Suspicion struct {
	Kind    string  `json:"kind" enum:"sentinel,impossible,negative,many_zeros,stuck,future,outside,swapped,no_place,area_differs,unknown_category,time_order,undeclared" doc:"Names the text on screen"`
	Subject string  `json:"subject,omitempty" doc:"Indicator and station that it is about"`
	Count   int     `json:"count" doc:"Rows that it is about"`
	Of      int     `json:"of" doc:"Rows that were looked at"`
	Example float64 `json:"example,omitempty" doc:"The value, where there is one"`
}

// ConnectorInfo describes a kind of source: what it reads, and the fields from
// which the form on Sumber Data is made.
type ConnectorInfo struct {
	Name          string           `json:"name"`
	TitleID       string           `json:"title_id"`
	TitleEN       string           `json:"title_en"`
	DescriptionID string           `json:"description_id"`
	DescriptionEN string           `json:"description_en"`
	Docs          string           `json:"docs,omitempty" doc:"Address of the other side's own documentation"`
	Attribution   string           `json:"attribution,omitempty" doc:"Must be shown with the data"`
	Schedule      string           `json:"schedule" doc:"What a new source starts with"`
	Brings        []string         `json:"brings" nullable:"false"`
	Fields        []ConnectorField `json:"fields" nullable:"false"`
	// Templates are ready-made configurations: a source names one in its field
	// template and gives its parameters in params.
	Templates []ConnectorTemplate `json:"templates" nullable:"false"`
}

// ConnectorTemplate is a ready-made configuration of a connector.
type ConnectorTemplate struct {
	Name          string          `json:"name"`
	TitleID       string          `json:"title_id"`
	TitleEN       string          `json:"title_en"`
	DescriptionID string          `json:"description_id"`
	DescriptionEN string          `json:"description_en"`
	Attribution   string          `json:"attribution,omitempty" doc:"Must be shown with the data"`
	Schedule      string          `json:"schedule" doc:"What a new source starts with"`
	ExpectSeconds int             `json:"expect_seconds,omitempty" doc:"The interval that the other side promises"`
	Params        []TemplateParam `json:"params" nullable:"false"`
}

// TemplateParam is a parameter of a template, a text.
type TemplateParam struct {
	Name     string `json:"name"`
	LabelID  string `json:"label_id"`
	LabelEN  string `json:"label_en"`
	Doc      string `json:"doc,omitempty" doc:"English"`
	DocID    string `json:"doc_id,omitempty" doc:"Indonesian"`
	Default  string `json:"default,omitempty"`
	Example  string `json:"example,omitempty"`
	Required bool   `json:"required,omitempty"`
	Secret   bool   `json:"secret,omitempty" doc:"Takes env:NAME or file:PATH; never read back"`
}

// ConnectorField is one field of a connector's configuration.
type ConnectorField struct {
	Path     string   `json:"path" doc:"JSON path within the configuration"`
	LabelID  string   `json:"label_id,omitempty"`
	LabelEN  string   `json:"label_en,omitempty"`
	Doc      string   `json:"doc" doc:"English"`
	DocID    string   `json:"doc_id,omitempty" doc:"Indonesian, where it is written"`
	Type     string   `json:"type" enum:"string,boolean,integer,number,list,map,object,any"`
	Format   string   `json:"format,omitempty"`
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
	Required bool     `json:"required,omitempty"`
	Secret   bool     `json:"secret,omitempty" doc:"Takes env:NAME or file:PATH; never read back"`
	Anew     bool     `json:"anew,omitempty" doc:"Changing it starts the reading anew"`
	Enum     []string `json:"enum,omitempty"`
}

// SourceForm is a source as an officer writes it: on Sumber Data, or in a file
// for balaikota source.
type SourceForm struct {
	Slug          string `json:"slug" minLength:"1" maxLength:"60" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" doc:"Its name in addresses and commands; never changed"`
	Name          string `json:"name" minLength:"1" maxLength:"120"`
	Connector     string `json:"connector" minLength:"1" maxLength:"60"`
	Schedule      string `json:"schedule,omitempty" maxLength:"100" doc:"Five cron fields or @every 5m; the connector's own if empty"`
	ExpectSeconds int    `json:"expect_seconds,omitempty" minimum:"0" maximum:"31536000" doc:"The interval that the source promises; that of the schedule if 0"`
	Owner         string `json:"owner,omitempty" maxLength:"200" doc:"Whom to call"`
	Contact       string `json:"contact,omitempty" maxLength:"200"`
	Attribution   string `json:"attribution,omitempty" maxLength:"200" doc:"Must be shown with the data"`
	Simulated     bool   `json:"simulated,omitempty"`
	QuotaHour     int    `json:"quota_hour,omitempty" minimum:"0" maximum:"10000000" doc:"The most new and changed rows in an hour; what is beyond waits at the source. No bound if 0"`
	// Config is the connector's configuration. A list, map or object in it may
	// also be text in YAML. A secret left empty stays as it was stored.
	Config map[string]any `json:"config" doc:"By the connector's fields; lists and objects may be given as text in YAML"`
	// Secrets are the paths of secret fields that are set; they are not read
	// back.
	Secrets []string `json:"secrets,omitempty" doc:"Secret fields that are set; their values are never read back"`
}
