package connectors

import (
	"encoding/json"
	"slices"
	"time"

	"balaikota/backend/city"
)

// Template is a ready-made configuration of a connector: what must be said of it, and
// what a source that is made with it starts with. A source names it in the field
// "template" and gives its parameters in "params".
type Template struct {
	Name        string `json:"name"`
	Title       Text   `json:"title"`
	Description Text   `json:"description"`
	// Attribution must be shown with the data, "" if none is required.
	Attribution string `json:"attribution"`
	// Schedule is when a new source is asked, ExpectEvery what its other side
	// promises: a source whose data are older is late.
	Schedule    string   `json:"schedule"`
	ExpectEvery Duration `json:"expect_every"`
	Params      []Param  `json:"params"`
}

// Param is a parameter of a template.
type Param struct {
	Name     string `json:"name"`
	Label    Text   `json:"label"`
	Doc      Text   `json:"doc"`
	Default  string `json:"default"`
	Example  string `json:"example"`
	Required bool   `json:"required"`
	// Secret says that the value is env:NAME or file:PATH, as of a secret field.
	Secret bool `json:"secret"`
	// Not is a value that it must not have, and NotFor why, in English.
	Not    string `json:"not"`
	NotFor string `json:"not_for"`
}

// Chosen is the template that a configuration names; false when it names none.
func (s Spec) Chosen(config json.RawMessage) (Template, bool) {
	var said struct {
		Template string `json:"template"`
	}
	if s.Templates == nil || json.Unmarshal(config, &said) != nil || said.Template == "" {
		return Template{}, false
	}
	all := s.Templates()
	at := slices.IndexFunc(all, func(t Template) bool { return t.Name == said.Template })
	if at < 0 {
		return Template{}, false
	}
	return all[at], true
}

// Start is what a source starts with: what its template says, and where that says
// nothing its connector. ExpectEvery is 0 where neither promises anything.
func (s Spec) Start(config json.RawMessage) Template {
	t, _ := s.Chosen(config)
	if t.Schedule == "" {
		t.Schedule = s.Schedule
	}
	if t.Attribution == "" {
		t.Attribution = s.Attribution
	}
	return t
}

// info describes the template for the form on Sumber Data.
func (t Template) info() city.ConnectorTemplate {
	out := city.ConnectorTemplate{
		Name: t.Name, TitleID: t.Title.ID, TitleEN: t.Title.EN, DescriptionID: t.Description.ID, DescriptionEN: t.Description.EN,
		Attribution: t.Attribution, Schedule: t.Schedule, ExpectSeconds: int(time.Duration(t.ExpectEvery) / time.Second), Params: []city.TemplateParam{},
	}
	for _, p := range t.Params {
		out.Params = append(out.Params, city.TemplateParam{
			Name: p.Name, LabelID: p.Label.ID, LabelEN: p.Label.EN, DocID: p.Doc.ID, Doc: p.Doc.EN, Default: p.Default, Example: p.Example,
			Required: p.Required, Secret: p.Secret,
		})
	}
	return out
}
