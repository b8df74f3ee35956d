package planner

import (
	"encoding/json"
	"fmt"
	"slices"

	"balaikota/backend/city"
)

// frame is one call as it is being filled: the inputs of all tools in one, of
// which each tool takes its own.
type frame struct {
	tool string
	city.MeasureQuery
	AgainstPeriod, AgainstArea, AgainstCategory, AgainstOffice string

	Order  string
	Top    int
	Change bool

	Days        int
	Day         string // of the agenda, 2006-01-02; "" is today
	Place       string
	ID          int64
	Explain     string // slug of a measure to explain
	Source      string
	Level       string
	Instruction string
	WorkingDays int
	Gravest     bool

	// Assumed are input fields that nobody said.
	Assumed []string
}

// assume notes a field that was filled without being said.
func (f *frame) assume(field string) {
	if !slices.Contains(f.Assumed, field) {
		f.Assumed = append(f.Assumed, field)
	}
}

// input is what the frame's tool takes.
func (f *frame) input() any {
	switch f.tool {
	case city.ToolCompare:
		return city.CompareInput{MeasureQuery: f.MeasureQuery, AgainstPeriod: f.AgainstPeriod, AgainstArea: f.AgainstArea, AgainstCategory: f.AgainstCategory, AgainstOffice: f.AgainstOffice}
	case city.ToolRank:
		return city.RankInput{MeasureQuery: f.MeasureQuery, Order: f.Order, Top: f.Top, Change: f.Change}
	case city.ToolForecast:
		return city.ForecastInput{Indicator: f.Indicator, Area: f.Area, Category: f.Category, Days: f.Days}
	case city.ToolNear:
		return city.NearInput{Area: f.Area, Place: f.Place, Category: f.Category, Office: f.Office, Status: f.Status, Period: f.Period, Top: f.Top}
	case city.ToolIncident:
		return city.IncidentInput{ID: f.ID, Area: f.Area, Category: f.Category, Top: f.Top}
	case city.ToolSimilar:
		return city.SimilarInput{ID: f.ID}
	case city.ToolExplain:
		return city.ExplainInput{Indicator: f.Indicator, Measure: f.Explain, Category: f.Category}
	case city.ToolSources:
		return city.SourcesInput{Source: f.Source}
	case city.ToolArea:
		return city.AreaInput{Area: f.Area, Period: f.Period}
	case city.ToolOffice:
		return city.OfficeInput{Office: f.Office, Period: f.Period}
	case city.ToolAgenda:
		return city.AgendaInput{Day: f.Day}
	case city.ToolWeather:
		return city.WeatherInput{Area: f.Area}
	case city.ToolMap:
		return city.MapInput{MeasureQuery: f.MeasureQuery, Level: f.Level}
	case city.ToolDraft:
		return city.DraftInput{Incident: f.ID, Area: f.Area, Category: f.Category, Office: f.Office, Instruction: f.Instruction, WorkingDays: f.WorkingDays, Gravest: f.Gravest}
	}
	return f.MeasureQuery
}

// call is the frame as a tool call.
func (f *frame) call() city.ToolCall {
	return callOf(f.tool, f.input(), f.Assumed)
}

// callOf encodes a tool's input with the fields that were assumed.
func callOf(tool string, input any, assumed []string) city.ToolCall {
	raw, err := json.Marshal(input)
	if err != nil {
		raw = []byte("{}") // the inputs are plain structs: cannot happen
	}
	if len(assumed) > 0 {
		list, _ := json.Marshal(assumed) //nolint:errchkjson // strings always encode
		sep := ","
		if len(raw) <= 2 {
			sep = ""
		}
		raw = fmt.Appendf(raw[:len(raw)-1], `%s"assumed":%s}`, sep, list)
	}
	return city.ToolCall{Tool: tool, Input: raw}
}

// frameOf reads a call made before, nil when nothing can follow from it.
func frameOf(tool string, input []byte) *frame {
	f := &frame{tool: tool}
	var all struct {
		city.MeasureQuery
		AgainstPeriod   string   `json:"against_period"`
		AgainstArea     string   `json:"against_area"`
		AgainstCategory string   `json:"against_category"`
		AgainstOffice   string   `json:"against_office"`
		Order           string   `json:"order"`
		Top             int      `json:"top"`
		Change          bool     `json:"change"`
		Days            int      `json:"days"`
		Day             string   `json:"day"`
		Place           string   `json:"place"`
		ID              int64    `json:"id"`
		Source          string   `json:"source"`
		Level           string   `json:"level"`
		Instruction     string   `json:"instruction"`
		Assumed         []string `json:"assumed"`
	}
	switch tool {
	case city.ToolUnknown, city.ToolDecline, city.ToolCalculate, city.ToolDraft, "":
		return nil
	case city.ToolAskBack:
		var back city.AskBackInput
		if json.Unmarshal(input, &back) != nil {
			return nil
		}
		for _, o := range back.Options {
			if o.Call != nil && o.Call.Tool != city.ToolAskBack {
				return frameOf(o.Call.Tool, o.Call.Input)
			}
		}
		return nil
	}
	if json.Unmarshal(input, &all) != nil {
		return nil
	}
	f.MeasureQuery = all.MeasureQuery
	f.AgainstPeriod, f.AgainstArea, f.AgainstCategory, f.AgainstOffice = all.AgainstPeriod, all.AgainstArea, all.AgainstCategory, all.AgainstOffice
	f.Order, f.Top, f.Change, f.Days, f.Day, f.Place = all.Order, all.Top, all.Change, all.Days, all.Day, all.Place
	f.ID, f.Source, f.Level, f.Instruction, f.Assumed = all.ID, all.Source, all.Level, all.Instruction, all.Assumed
	if tool == city.ToolExplain {
		f.Explain, f.Measure = f.Measure, ""
	}
	return f
}

// momentary reports whether the measure is a state at a moment.
func momentary(measure string) bool {
	return measure == city.MeasureOpen || measure == city.MeasureOverdue || measure == city.MeasureIncidents || measure == city.MeasureLatest
}
