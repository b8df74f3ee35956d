package city

// The assistant's tools and their inputs, declared once: agents/tools
// implements them, the offline planner and any provider's model fill them.
// JSON names are the tool's parameters.

// Names of the tools.
const (
	ToolMeasure   = "ukur"         // MeasureQuery: one figure, or one per part when By is set
	ToolCompare   = "bandingkan"   // CompareInput: two figures and their difference
	ToolRank      = "peringkat"    // RankInput: which area, category or office has the most or least
	ToolTrend     = "tren"         // MeasureQuery with By hari, minggu or bulan: a line and where it goes
	ToolForecast  = "prakiraan"    // ForecastInput
	ToolNear      = "laporan_di"   // NearInput: the reports of a place
	ToolIncident  = "kejadian"     // IncidentInput: one incident, or the gravest of an area
	ToolSimilar   = "kasus_serupa" // SimilarInput
	ToolExplain   = "arti_data"    // ExplainInput: what an indicator, measure or category means, norm and source
	ToolSources   = "sumber_data"  // SourcesInput: how fresh the sources are
	ToolArea      = "profil_wilayah"
	ToolOffice    = "beban_opd"    // OfficeInput
	ToolAgenda    = "agenda"       // AgendaInput: what is due and what needs deciding today
	ToolWeather   = "cuaca_pasang" // WeatherInput: weather, tide, water levels, flood risk
	ToolMap       = "tampilkan_di_peta"
	ToolDraft     = "konsep_disposisi" // DraftInput: a draft to copy; nothing is sent
	ToolCalculate = "hitung"           // CalculateInput: a named operation on figures already returned
	ToolAskBack   = "tanya_balik"      // AskBackInput: ends the turn, Clarify
	ToolUnknown   = "tidak_ada_data"   // UnknownInput: ends the turn, Abstained
	ToolDecline   = "tolak"            // DeclineInput: ends the turn, Refused
)

// CompareInput compares a measure with itself under one thing changed. With
// none of the Against fields, the period before is meant.
type CompareInput struct {
	MeasureQuery
	AgainstPeriod   string `json:"against_period,omitempty" jsonschema:"the other period; sebelumnya for the one before"`
	AgainstArea     string `json:"against_area,omitempty" jsonschema:"code of the other area"`
	AgainstCategory string `json:"against_category,omitempty" jsonschema:"slug of the other category"`
	AgainstOffice   string `json:"against_office,omitempty" jsonschema:"short name of the other office"`
}

// RankInput ranks the parts that By names.
type RankInput struct {
	MeasureQuery
	Order string `json:"order,omitempty" jsonschema:"terbanyak (default) or tersedikit"`
	Top   int    `json:"top,omitempty" jsonschema:"how many to name, 1 to 20; 1 when only the first was asked for"`
	// Change ranks by the change against the period before.
	Change bool `json:"change,omitempty" jsonschema:"rank by the change against the period before"`
}

// ForecastInput asks for the days ahead: reports (Indicator empty) or an indicator.
type ForecastInput struct {
	Indicator string `json:"indicator,omitempty" jsonschema:"slug of the indicator; empty for the number of reports"`
	Area      string `json:"area,omitempty" jsonschema:"code of the area; empty for the whole city"`
	Category  string `json:"category,omitempty" jsonschema:"slug of the category of reports"`
	Days      int    `json:"days,omitempty" jsonschema:"days ahead, 1 to 14; default 7"`
}

// NearInput asks for reports: of an area, or within a radius of an incident's
// or place's point.
type NearInput struct {
	Area     string `json:"area,omitempty" jsonschema:"code of the area"`
	Place    string `json:"place,omitempty" jsonschema:"street, landmark or RT as the person named it"`
	Category string `json:"category,omitempty" jsonschema:"slug of the category"`
	Office   string `json:"office,omitempty" jsonschema:"short name of the office"`
	Status   string `json:"status,omitempty" jsonschema:"open, in_progress, closed or rejected; belum_selesai for open and in_progress; lewat_tenggat for overdue"`
	Words    string `json:"words,omitempty" jsonschema:"words that the reports must hold"`
	Period   string `json:"period,omitempty" jsonschema:"name of the period"`
	Top      int    `json:"top,omitempty" jsonschema:"how many, 1 to 50; default 10"`
}

// IncidentInput asks for one incident by number, or for the gravest ones.
type IncidentInput struct {
	ID       int64  `json:"id,omitempty" jsonschema:"number of the incident"`
	Area     string `json:"area,omitempty" jsonschema:"code of the area"`
	Category string `json:"category,omitempty" jsonschema:"slug of the category"`
	Top      int    `json:"top,omitempty" jsonschema:"how many, 1 to 10; default 5"`
}

// SimilarInput asks for past cases like an incident and what solved them.
type SimilarInput struct {
	ID int64 `json:"id" jsonschema:"number of the incident"`
}

// ExplainInput asks what a thing means; one field is set.
type ExplainInput struct {
	Indicator string `json:"indicator,omitempty" jsonschema:"slug of the indicator"`
	Measure   string `json:"measure,omitempty" jsonschema:"slug of the measure"`
	Category  string `json:"category,omitempty" jsonschema:"slug of the category"`
}

// SourcesInput asks how fresh one source, or all, are.
type SourcesInput struct {
	Source string `json:"source,omitempty" jsonschema:"slug of the source; empty for all"`
}

// AreaInput asks for an area's profile, or to show areas on the map.
type AreaInput struct {
	Area   string `json:"area" jsonschema:"code of the area; empty for the whole city"`
	Period string `json:"period,omitempty" jsonschema:"name of the period; default 30_hari_terakhir"`
}

// OfficeInput asks for the load of one office, or of all.
type OfficeInput struct {
	Office string `json:"office,omitempty" jsonschema:"short name of the office; empty for all"`
	Period string `json:"period,omitempty" jsonschema:"name of the period; default 30_hari_terakhir"`
}

// AgendaInput asks what is due, or needs a decision, on a day.
type AgendaInput struct {
	Day string `json:"day,omitempty" jsonschema:"2006-01-02; empty for today"`
}

// WeatherInput asks for weather, tide, water levels and flood risk.
type WeatherInput struct {
	Area string `json:"area,omitempty" jsonschema:"code of the area; empty for the whole city"`
}

// MapInput shows a measure on the map, or flies to an area.
type MapInput struct {
	MeasureQuery
	Level string `json:"level,omitempty" jsonschema:"kecamatan or kelurahan; default kelurahan"`
}

// DraftInput drafts a disposition; a person sends it or not.
type DraftInput struct {
	Incident    int64  `json:"incident,omitempty" jsonschema:"number of the incident it is about"`
	Gravest     bool   `json:"gravest,omitempty" jsonschema:"instead of a number: the gravest running incident of the area, category and office"`
	Area        string `json:"area,omitempty" jsonschema:"code of the area"`
	Category    string `json:"category,omitempty" jsonschema:"slug of the category"`
	Office      string `json:"office,omitempty" jsonschema:"short name of the addressee; empty for the office that owns the matter"`
	Instruction string `json:"instruction,omitempty" jsonschema:"what to do, in the person's own words"`
	WorkingDays int    `json:"working_days,omitempty" jsonschema:"deadline in working days, 1 to 60; default by the category's norm"`
}

// CalculateInput is a named operation on figures already returned.
type CalculateInput struct {
	Operation string   `json:"operation" jsonschema:"difference, sum, ratio, percent (first of second) or change (percent from second to first)"`
	Of        []string `json:"of" jsonschema:"IDs of the figures, such as E1 and E2"`
}

// AskBackInput asks which reading is meant.
type AskBackInput struct {
	Question string   `json:"question" jsonschema:"one short Indonesian question"`
	Options  []Option `json:"options,omitempty" jsonschema:"the readings to choose from"`
}

// UnknownInput says that there is no such data.
type UnknownInput struct {
	Subject string `json:"subject" jsonschema:"what was asked for, in the person's words"`
	Reason  string `json:"reason" jsonschema:"one short Indonesian sentence: what is missing"`
	// Offers are up to three questions that can be answered.
	Offers []string `json:"offers,omitempty" jsonschema:"up to three questions that can be answered instead"`
}

// DeclineInput says no: identity of reporters, changing or deleting data, what
// is outside the asker's area or office.
type DeclineInput struct {
	Reason string `json:"reason" jsonschema:"identitas, mengubah_data, di_luar_wewenang or di_luar_tugas"`
	Text   string `json:"text,omitempty" jsonschema:"one short Indonesian sentence, when the reason's own does not fit"`
}
