package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

type incidentsInput struct {
	Status     []string  `query:"status" nullable:"false" enum:"new,watched,handled,closed,dismissed" doc:"Comma separated; without it all but closed and dismissed"`
	Area       string    `query:"area" doc:"Area code: the area and all in it"`
	Category   string    `query:"category"`
	Office     string    `query:"office" doc:"Short name"`
	MinVoices  int       `query:"min_voices" minimum:"1" default:"1"`
	MinUrgency string    `query:"min_urgency" enum:"info,perhatian,siaga,awas" default:"info"`
	Structural bool      `query:"structural" doc:"Only matters that came back within 90 days"`
	Sort       string    `query:"sort" enum:"growth,newest,voices" default:"growth" doc:"growth: most pressing and fastest growing first"`
	Since      time.Time `query:"since" doc:"Only those with a report at or after, RFC 3339"`
	Offset     int       `query:"offset" minimum:"0" maximum:"100000"`
	Limit      int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// IncidentPage is a page of incidents and how far grouping is.
type IncidentPage struct {
	Items    []city.Incident    `json:"items" nullable:"false"`
	Total    int                `json:"total" doc:"How many match in all"`
	Grouping city.GroupingState `json:"grouping"`
}

type incidentPageBody struct{ Body IncidentPage }

func (s *server) getIncidents(ctx context.Context, in *incidentsInput) (*incidentPageBody, error) {
	f := city.IncidentFilter{
		AreaCode: in.Area, Category: in.Category, Office: in.Office, MinVoices: in.MinVoices, MinUrgency: city.Severity(in.MinUrgency),
		Structural: in.Structural, Sort: in.Sort, Offset: in.Offset, Limit: in.Limit, ActiveSince: in.Since,
	}
	for _, st := range in.Status {
		f.Status = append(f.Status, city.IncidentStatus(st))
	}
	items, total, err := s.Store.Incidents(ctx, askerOf(ctx), f)
	if err != nil {
		return nil, err
	}
	grouping, err := s.Store.Grouping(ctx)
	if items == nil {
		items = []city.Incident{}
	}
	return &incidentPageBody{Body: IncidentPage{Items: items, Total: total, Grouping: grouping}}, err
}

type incidentInput struct {
	ID int64 `path:"id"`
}

type incidentBody struct{ Body city.IncidentDetail }

func (s *server) getIncident(ctx context.Context, in *incidentInput) (*incidentBody, error) {
	out, err := s.Store.Incident(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out.Similar, err = s.Analyst.Similar(ctx, askerOf(ctx), out.ID)
	return &incidentBody{Body: out}, err
}

// again answers with an incident as it stands after a change.
func (s *server) again(ctx context.Context, id int64, err error) (*incidentBody, error) {
	if err != nil {
		return nil, err
	}
	return s.getIncident(ctx, &incidentInput{ID: id})
}

type mergeInput struct {
	ID   int64 `path:"id"`
	Body struct {
		With   []int64 `json:"with" minItems:"1" maxItems:"50" nullable:"false" doc:"Incidents that are the same matter"`
		Reason string  `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *server) mergeIncident(ctx context.Context, in *mergeInput) (*incidentBody, error) {
	id, err := s.Analyst.Merge(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.With, in.Body.Reason)
	return s.again(ctx, id, err)
}

type splitInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Reports []int64 `json:"reports" minItems:"1" maxItems:"1000" nullable:"false" doc:"Its reports that are another matter"`
		Reason  string  `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *server) splitIncident(ctx context.Context, in *splitInput) (*incidentBody, error) {
	id, err := s.Analyst.Split(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Reports, in.Body.Reason)
	return s.again(ctx, id, err)
}

type editIncidentInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Title  string              `json:"title,omitempty" maxLength:"120" doc:"A title of the officer's own"`
		Status city.IncidentStatus `json:"status,omitempty" enum:"watched,dismissed,new,closed" doc:"new lets the reports decide again; closed takes an answer"`
		Answer string              `json:"answer,omitempty" maxLength:"2000" doc:"The closing answer; every reporter gets it"`
		Reason string              `json:"reason,omitempty" maxLength:"500" doc:"Needed to dismiss"`
	}
}

func (s *server) editIncident(ctx context.Context, in *editIncidentInput) (*incidentBody, error) {
	b := in.Body
	if b.Title == "" && b.Status == "" {
		return nil, city.InvalidField("body.title", "give a title or a status")
	}
	if b.Status == city.IncidentDismissed && b.Reason == "" {
		e := city.InvalidField("body.reason", "say why it is dismissed")
		e.Key = "error.reason_needed"
		return nil, e
	}
	if b.Status == city.IncidentClosed && b.Answer == "" {
		e := city.InvalidField("body.answer", "closing needs the answer that reporters get")
		e.Key = "error.answer_needed"
		return nil, e
	}
	err := s.Store.EditIncident(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, city.IncidentEdit{Title: b.Title, Status: b.Status, Answer: b.Answer, Reason: b.Reason})
	return s.again(ctx, in.ID, err)
}

type correctionInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Field  city.CorrectionField `json:"field" enum:"category,office,area,urgency"`
		Value  string               `json:"value" minLength:"1" maxLength:"120" doc:"A category slug, an office's short name, an area code, or a severity"`
		Reason string               `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *server) correctReport(ctx context.Context, in *correctionInput) (*reportBody, error) {
	c := city.Correction{ReportID: in.ID, Field: in.Body.Field, Value: in.Body.Value, Reason: in.Body.Reason}
	if err := s.Analyst.Correct(ctx, sessionOf(ctx).Actor(), askerOf(ctx), c); err != nil {
		return nil, err
	}
	return s.getReport(ctx, &reportInput{ID: in.ID})
}
