package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"balaikota/agents/assistant"
	"balaikota/agents/llm"
	"balaikota/agents/llm/planner"
	"balaikota/agents/tools"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store"
)

// assisting is the assistant with what its parts are made of, which is made
// anew when the city's declarations change.
type assisting struct {
	*assistant.Assistant
	db        *database
	geography *geography
	zone      *time.Location
	planner   *planner.Planner
	names     atomic.Pointer[assistant.Gazetteer]
	offices   atomic.Pointer[map[int64]string]
}

// assistantParts are what a server's assistant has beyond a command's.
type assistantParts struct {
	AI      config.AI
	Similar tools.Similar // nil: not offered
	AtRisk  tools.AtRisk
	// Places finds streets and landmarks; nil: they are searched for as words.
	Places func(ctx context.Context, name, area string) ([]tools.Place, error)
	// Meter says that questions without a provider are counted too.
	Meter bool
	// Abilities are what it can do beside answering.
	Abilities func(ctx context.Context) city.AssistantState
}

// newAssistant wires the assistant: tools over the store, the offline planner,
// and the providers that are configured, if any.
func newAssistant(ctx context.Context, db *database, g *geography, log *slog.Logger, parts assistantParts) (*assisting, error) {
	zone, err := time.LoadLocation(db.city.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	a := &assisting{db: db, geography: g, zone: zone}
	catalogue, err := a.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	a.planner = planner.New(catalogue, planner.Language{Normalise: language.Normalise, Stem: language.Stem})
	registry := tools.New(tools.Deps{
		Measures: db.Store, Catalogue: db.Store, Areas: g, Reports: db.Store, Incidents: db.Store, Situation: db.Store, Agenda: db.Store,
		Similar: parts.Similar, AtRisk: parts.AtRisk, Places: parts.Places, Stems: language.Words, CityCode: db.city.Code, ZoneLabel: db.city.ZoneLabel, Log: log,
	})
	o := assistant.Options{
		Store: db.Store, Tools: registry, Offline: a.planner, Places: func(text string) []assistant.Mention { return a.names.Load().Mentions(text) },
		Office: func(id int64) string { return (*a.offices.Load())[id] }, Signals: signals{db.Store, g, db.city.Code}, Normal: commonForm,
		Zone: zone, Label: db.city.ZoneLabel, City: strings.TrimPrefix(db.city.Name, "Kota "), Program: version, Log: log, Abilities: parts.Abilities,
	}
	if o.Provider, err = newProvider(db, parts.AI, log); err != nil {
		return nil, err
	}
	if o.Provider != nil {
		o.Meter = func(asker city.Asker, question int64) assistant.Meter {
			return llm.NewMeter(llm.Use{Asker: asker, QuestionID: question, Purpose: "pertanyaan"})
		}
	}
	if parts.Meter {
		o.Note = db.NoteAI
	}
	a.Assistant = assistant.New(o)
	return a, nil
}

// newProvider is the chain of configured providers, nil for none.
func newProvider(db *database, ai config.AI, log *slog.Logger) (assistant.Model, error) {
	providers, err := llm.Load(llm.Settings(ai), os.Getenv, os.ReadFile)
	if err != nil {
		return nil, err
	}
	if len(providers) == 0 {
		return nil, nil //nolint:nilnil // no provider is the default
	}
	return llm.NewChain(providers, llm.Options{Ledger: db.Store, Log: log})
}

// catalogue reads what questions may name, and renews what finds names.
func (a *assisting) catalogue(ctx context.Context) (c planner.Catalogue, err error) {
	c = planner.Catalogue{CityName: a.db.city.Name, CityCode: a.db.city.Code, Measures: city.Measures(), Zone: a.zone}
	if c.Areas, err = a.db.Areas(ctx); err != nil {
		return c, err
	}
	if c.Categories, c.Indicators, err = a.db.catalogue(ctx); err != nil {
		return c, err
	}
	if c.Categories, c.Indicators, err = a.db.spoken(ctx, c.Categories, c.Indicators); err != nil {
		return c, err
	}
	if c.Offices, err = a.db.Offices(ctx); err != nil {
		return c, err
	}
	channels, err := a.db.RecentChannels(ctx)
	if err != nil {
		return c, err
	}
	for _, slug := range channels {
		c.Channels = append(c.Channels, planner.Channel{Slug: slug, Name: strings.ReplaceAll(slug, "-", " ")})
	}
	healths, err := a.db.SourceHealths(ctx)
	if err != nil {
		return c, err
	}
	for _, h := range healths {
		c.Sources = append(c.Sources, planner.Source{Slug: h.Slug, Name: h.Name})
	}
	a.rename(c)
	return c, nil
}

// packOrigin marks declarations that came with the city pack.
const packOrigin = "pack"

// spoken leaves out what the pack declares and the city does not use, where the
// city brought declarations of its own: "sampah" then means its "Sampah liar"
// and not a category that no report ever had.
func (d *database) spoken(ctx context.Context, cs []city.Category, is []city.Indicator) ([]city.Category, []city.Indicator, error) {
	categories, indicators, err := d.InUse(ctx)
	if err != nil {
		return nil, nil, err
	}
	if slices.ContainsFunc(cs, func(c city.Category) bool { return c.Origin != packOrigin && categories[c.Slug] }) {
		cs = slices.DeleteFunc(slices.Clone(cs), func(c city.Category) bool { return c.Origin == packOrigin && !categories[c.Slug] })
	}
	if slices.ContainsFunc(is, func(i city.Indicator) bool { return i.Origin != packOrigin && indicators[i.Slug] }) {
		is = slices.DeleteFunc(slices.Clone(is), func(i city.Indicator) bool { return i.Origin == packOrigin && !indicators[i.Slug] })
	}
	return cs, is, nil
}

func (a *assisting) rename(c planner.Catalogue) {
	short := make(map[int64]string, len(c.Offices))
	for _, o := range c.Offices {
		short[o.ID] = o.ShortName
	}
	a.offices.Store(&short)
	a.names.Store(assistant.NewGazetteer(assistant.Names{
		CityCode: c.CityCode, CityName: c.CityName, Areas: c.Areas, Offices: c.Offices, Categories: c.Categories,
		Indicators: c.Indicators, Common: language.Known,
	}))
}

// renew takes changed declarations over: a task of the server.
func (a *assisting) renew(ctx context.Context) error {
	c, err := a.catalogue(ctx)
	if err != nil {
		return err
	}
	a.planner.Renew(c)
	return nil
}

// commonForm is a question without what changes nothing in it.
func commonForm(text string) string {
	var out []string
	for _, token := range language.Tokens(text) {
		out = append(out, language.Normalise(token))
	}
	return strings.Join(out, " ")
}

// signals are what morning questions are made from.
type signals struct {
	*store.Store
	areas    city.AreaIndex
	cityCode string
}

// AreaName implements assistant.Signals.
func (s signals) AreaName(code string) string {
	a, ok := s.areas.Area(code)
	if !ok || code == s.cityCode {
		return ""
	}
	switch a.Level {
	case city.Kecamatan:
		return "Kecamatan " + a.Name
	case city.Kelurahan:
		return "Kelurahan " + a.Name
	}
	return ""
}
