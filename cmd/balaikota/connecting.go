package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

// secretFolders are where file:PATH of a source may point to.
func secretFolders(data string) []string {
	return []string{filepath.Join(data, "rahasia"), "/run/secrets", "/etc/balaikota"}
}

// connecting is the door for new and changed sources: the form on Sumber Data
// and the files of balaikota source. It implements web.SourceKeeper.
type connecting struct {
	store    *store.Store
	registry *connectors.Registry
	runner   *connectors.Runner
	now      func() time.Time
}

// Connectors implements web.SourceKeeper.
func (c *connecting) Connectors() []city.ConnectorInfo {
	out := []city.ConnectorInfo{}
	for _, s := range c.registry.Specs() {
		out = append(out, s.Info())
	}
	return out
}

// Form implements web.SourceKeeper.
func (c *connecting) Form(ctx context.Context, slug string) (city.SourceForm, error) {
	src, err := c.store.Source(ctx, slug)
	if err != nil {
		return city.SourceForm{}, err
	}
	form := city.SourceForm{
		Slug: src.Slug, Name: src.Name, Connector: src.Connector, Schedule: src.Schedule, ExpectSeconds: int(src.ExpectEvery / time.Second),
		Owner: src.Owner, Contact: src.Contact, Attribution: src.Attribution, Simulated: src.Simulated, QuotaHour: src.QuotaHour,
	}
	if src.BySchedule != nil && *src.BySchedule {
		form.ExpectSeconds = 0
	}
	if err := json.Unmarshal(src.Config, &form.Config); err != nil {
		return form, fmt.Errorf("read the configuration of %s: %w", slug, err)
	}
	spec, ok := c.registry.Lookup(src.Connector)
	if !ok {
		return form, city.Errorf(city.Conflict, "%s is kept by Balaikota itself and has no form", slug)
	}
	for _, path := range secretPaths(spec, src.Config) {
		if take(form.Config, path) != "" {
			form.Secrets = append(form.Secrets, path)
		}
	}
	return form, nil
}

// Try implements web.SourceKeeper: a mapping that is not one yet still tells what
// columns there are to map.
func (c *connecting) Try(ctx context.Context, form city.SourceForm) (city.SourceTrial, error) {
	out, err := c.try(ctx, form)
	if mistake, ok := errors.AsType[*city.Error](err); ok && strings.HasPrefix(mistake.Field, "config.mapping") {
		return c.columnsOf(ctx, form, mistake)
	}
	return out, err
}

// try tries a source as it is written.
func (c *connecting) try(ctx context.Context, form city.SourceForm) (city.SourceTrial, error) {
	src, err := c.source(ctx, form)
	if err != nil {
		return city.SourceTrial{}, err
	}
	return c.runner.Try(ctx, src)
}

// columnsOf tells what a source holds whose mapping is not yet one, so that it can be
// written: its columns, with what is wrong with the mapping as the one refusal. Where
// there are none to tell, the mistake is the error; for one that is not written yet,
// why the source does not answer.
func (c *connecting) columnsOf(ctx context.Context, form city.SourceForm, mistake *city.Error) (city.SourceTrial, error) {
	spec, _ := c.registry.Lookup(form.Connector)
	config := maps.Clone(form.Config)
	if config == nil || unfold(spec, config) != nil {
		return city.SourceTrial{}, mistake
	}
	mapping, _ := config["mapping"].(map[string]any)
	if mapping = maps.Clone(mapping); mapping == nil {
		mapping = map[string]any{}
	}
	for _, part := range []string{"zone", "where", "max_age", "area_level", "unknown_indicators"} {
		delete(mapping, part)
	}
	mapping["kind"], mapping["fields"] = "observations", map[string]any{
		"indicator": map[string]any{"const": "-"}, "time": map[string]any{"const": "2026-01-01T00:00:00Z"}, "value": map[string]any{"const": "0"},
	}
	if _, said := mapping["items"]; !said && slices.ContainsFunc(spec.Fields, func(f connectors.Field) bool { return f.Path == "mapping.items" }) {
		mapping["items"] = longestList
	}
	config["mapping"], form.Config = mapping, config
	src, err := c.source(ctx, form)
	if err != nil {
		return city.SourceTrial{}, mistake
	}
	found, err := c.runner.Try(ctx, src)
	if e, ok := errors.AsType[*city.Error](err); ok && !strings.Contains(e.Field, "mapping") && unfilled(mistake) {
		return city.SourceTrial{}, err // nothing can be filled in before that is mended
	}
	if err != nil || len(found.Columns) == 0 {
		return city.SourceTrial{}, mistake
	}
	return city.SourceTrial{
		Pages: found.Pages, More: found.More, RefusedCount: 1, Columns: found.Columns, Proposed: found.Proposed,
		FirstReports: []city.TrialReport{}, FirstObservations: []city.TrialObservation{}, FirstAlerts: []city.TrialAlert{}, FirstAgenda: []city.TrialAgenda{},
		Mapped: []city.MappedField{}, PassedOver: []city.PassedOver{}, Undeclared: []city.TrialIndicator{}, Suspicions: []city.Suspicion{},
		Refused: []city.TrialRefusal{{Kind: "mapping", Place: strings.TrimPrefix(mistake.Field, "config."), Reason: mistake.Message, Times: 1}},
	}, nil
}

// longestList gives the records of an answer of which nobody said where they are.
const longestList = `[.. | arrays | select(length > 0 and all(.[]; type == "object"))] | sort_by(-length)[0] // .`

// unfilled reports whether a mapping is wrong only in that it is not written yet.
func unfilled(mistake *city.Error) bool {
	return strings.HasPrefix(mistake.Message, "is missing") || strings.HasPrefix(mistake.Message, "needs either")
}

// Save implements web.SourceKeeper.
func (c *connecting) Save(ctx context.Context, form city.SourceForm, isNew bool) (reread bool, err error) {
	src, err := c.source(ctx, form)
	if err != nil {
		return false, err
	}
	switch _, err := c.store.Source(ctx, form.Slug); {
	case err == nil && isNew:
		return false, &city.Error{Code: city.Conflict, Field: "slug", Message: fmt.Sprintf("there is a source %q already; choose another name", form.Slug)}
	case err != nil && (!isNew || city.CodeOf(err) != city.NotFound):
		return false, err
	}
	return c.keep(ctx, src)
}

// keep saves a source, new or known. One whose cursor is about something else now
// is read anew from its start; reread says so.
func (c *connecting) keep(ctx context.Context, src city.Source) (reread bool, err error) {
	was, err := c.store.Source(ctx, src.Slug)
	known := err == nil
	if err != nil && city.CodeOf(err) != city.NotFound {
		return false, err
	}
	if _, err := c.store.SaveSource(ctx, src); err != nil || !known {
		return false, err
	}
	if len(was.Cursor) == 0 || !c.readsOther(was, src) {
		return false, nil
	}
	return true, c.store.SendBackSource(ctx, src.Slug, city.RereadChanged, time.Time{}, nil)
}

// readsOther reports whether a changed source reads something else than before:
// by another connector, or with another value of a field that says so (Anew). A
// secret counts by its name, for its value is not ours to compare.
func (c *connecting) readsOther(was, now city.Source) bool {
	if was.Connector != now.Connector {
		return true
	}
	spec, ok := c.registry.Lookup(now.Connector)
	if !ok {
		return false
	}
	var a, b map[string]any
	if json.Unmarshal(was.Config, &a) != nil || json.Unmarshal(now.Config, &b) != nil {
		return true
	}
	return slices.ContainsFunc(spec.Fields, func(f connectors.Field) bool {
		return f.Anew && !reflect.DeepEqual(orDefault(a[f.Path], f), orDefault(b[f.Path], f))
	})
}

// orDefault is a value as text where the configuration leaves it out.
func orDefault(v any, f connectors.Field) any {
	if v == nil && f.Type == "string" {
		return f.Default
	}
	return v
}

// Reread implements web.SourceKeeper.
func (c *connecting) Reread(ctx context.Context, slug string, why city.RereadWhy, from time.Time) error {
	src, err := c.store.Source(ctx, slug)
	if err != nil {
		return err
	}
	if !from.IsZero() && from.After(c.now()) {
		return city.InvalidField("from", "lies ahead; a source is sent back to a moment that has been")
	}
	cursor, err := c.runner.Rewind(ctx, src, from)
	if err != nil {
		return err
	}
	return c.store.SendBackSource(ctx, slug, why, from, cursor)
}

// source turns a form into a source, checked against its connector.
func (c *connecting) source(ctx context.Context, form city.SourceForm) (city.Source, error) {
	spec, ok := c.registry.Lookup(form.Connector)
	if !ok {
		return city.Source{}, unknownConnector(c.registry, form.Connector)
	}
	config := maps.Clone(form.Config)
	if config == nil {
		config = map[string]any{}
	}
	if err := unfold(spec, config); err != nil {
		return city.Source{}, err
	}
	if stored, err := c.store.Source(ctx, form.Slug); err == nil && stored.Connector == form.Connector {
		if err := keepSecrets(spec, stored.Config, config); err != nil {
			return city.Source{}, err
		}
	} else if err != nil && city.CodeOf(err) != city.NotFound {
		return city.Source{}, err
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return city.Source{}, fmt.Errorf("write the configuration: %w", err)
	}
	src := city.Source{
		Slug: form.Slug, Name: strings.TrimSpace(form.Name), Connector: form.Connector, Config: raw, Schedule: form.Schedule,
		ExpectEvery: time.Duration(form.ExpectSeconds) * time.Second, Owner: form.Owner, Contact: form.Contact,
		Attribution: form.Attribution, Simulated: form.Simulated, QuotaHour: form.QuotaHour,
	}
	err = c.complete(&src, spec)
	return src, err
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// complete fills in what a source leaves to its connector and checks the rest.
// Errors are *city.Error Invalid with the field's path in the form.
func (c *connecting) complete(src *city.Source, spec connectors.Spec) error {
	switch {
	case !slugForm.MatchString(src.Slug) || len(src.Slug) > 60:
		return city.InvalidField("slug", "must be a short name of small letters, digits and hyphens, for example hujan-bandara")
	case src.Name == "":
		return city.InvalidField("name", "is missing: the name that officers read")
	case src.QuotaHour < 0:
		return city.InvalidField("quota_hour", "must be a number of rows, or 0 for no bound")
	}
	start := spec.Start(src.Config)
	src.Schedule, src.Attribution = cmp.Or(src.Schedule, start.Schedule), cmp.Or(src.Attribution, start.Attribution)
	schedule, err := connectors.ParseSchedule(src.Schedule)
	if err != nil {
		return err
	}
	bySchedule := src.ExpectEvery <= 0
	if bySchedule {
		src.ExpectEvery = max(connectors.LongestPause(schedule), time.Duration(start.ExpectEvery))
	}
	src.BySchedule = &bySchedule
	return below("config", spec.Check(src.Config))
}

// below puts the field of an error below another one.
func below(field string, err error) error {
	e, ok := err.(*city.Error) //nolint:errorlint // only an error about a field itself, not one that wraps it
	if !ok || e == nil {
		return err
	}
	told := *e
	if told.Field != field {
		told.Field = strings.TrimSuffix(field+"."+told.Field, ".")
	}
	return &told
}

// inFile puts the name of a file before the field of an error.
func inFile(file string, err error) error {
	e, ok := err.(*city.Error) //nolint:errorlint // as in below
	if !ok || e == nil {
		return err
	}
	told := *e
	told.Field = strings.TrimSuffix(file+": "+told.Field, ": ")
	return &told
}

func unknownConnector(r *connectors.Registry, name string) error {
	var names []string
	for _, s := range r.Specs() {
		names = append(names, s.Name)
	}
	return city.InvalidField("connector", "there is no connector %q; they are %s", name, strings.Join(names, ", "))
}

// unfold reads the lists and objects of a configuration that are given as text
// in YAML, as the form's larger fields are.
func unfold(spec connectors.Spec, config map[string]any) error {
	for _, f := range spec.Fields {
		text, isText := config[f.Path].(string)
		if !isText || !slices.Contains([]string{"list", "map", "object", "any"}, f.Type) {
			continue
		}
		if strings.TrimSpace(text) == "" {
			delete(config, f.Path)
			continue
		}
		raw, err := connectors.ConfigFromYAML([]byte(text))
		if err != nil {
			return below("config."+f.Path, fieldless(err))
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return city.InvalidField("config."+f.Path, "cannot be read")
		}
		config[f.Path] = v
	}
	return nil
}

// fieldless takes away the field of an error that is about a whole text.
func fieldless(err error) error {
	e, ok := err.(*city.Error) //nolint:errorlint // as in below
	if !ok {
		return err
	}
	told := *e
	told.Field = ""
	return &told
}

// secretPaths are the secret fields that have one place in a configuration, and the
// secret parameters of its template.
func secretPaths(spec connectors.Spec, config json.RawMessage) (out []string) {
	for _, f := range spec.Fields {
		if f.Secret && !strings.ContainsAny(f.Path, "[*") {
			out = append(out, f.Path)
		}
	}
	chosen, _ := spec.Chosen(config)
	for _, p := range chosen.Params {
		if p.Secret {
			out = append(out, "params."+p.Name)
		}
	}
	return out
}

// take returns and removes the text at a path of a configuration.
func take(config map[string]any, path string) string {
	head, rest, deeper := strings.Cut(path, ".")
	if deeper {
		inner, ok := config[head].(map[string]any)
		if !ok {
			return ""
		}
		return take(inner, rest)
	}
	s, _ := config[head].(string)
	if s != "" {
		delete(config, head)
	}
	return s
}

// keepSecrets puts stored secrets where the form left them empty.
func keepSecrets(spec connectors.Spec, stored json.RawMessage, config map[string]any) error {
	var had map[string]any
	if err := json.Unmarshal(stored, &had); err != nil {
		return fmt.Errorf("read the stored configuration: %w", err)
	}
	now, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if had["template"] != config["template"] {
		delete(had, "params") // they are another template's
	}
	for _, path := range secretPaths(spec, now) {
		if ref := take(had, path); ref != "" {
			putIfEmpty(config, path, ref)
		}
	}
	return nil
}

// putIfEmpty sets a text at a path unless there is one or its object is gone.
func putIfEmpty(config map[string]any, path, value string) {
	head, rest, deeper := strings.Cut(path, ".")
	if deeper {
		if inner, ok := config[head].(map[string]any); ok {
			putIfEmpty(inner, rest, value)
		}
		return
	}
	if s, _ := config[head].(string); s == "" {
		config[head] = value
	}
}

// newConnecting is the door for a database, with a runner for trials that
// stores nothing.
func (d *database) newConnecting(env connectors.Env, secrets *connectors.Secrets) *connecting {
	return &connecting{
		store: d.Store, registry: all.Registry(), now: time.Now,
		runner: connectors.NewRunner(all.Registry(), nil, env, secrets, connectors.RunLimits{}),
	}
}
