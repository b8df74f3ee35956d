package connectors

import (
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Mapper is a connector that can tell how it fills our fields from a record.
type Mapper interface {
	// Mapped tells it for the first record that was read.
	Mapped(ctx context.Context) []city.MappedField
}

// What a trial reads and shows.
const (
	trialPages = 3
	trialTime  = 45 * time.Second
	trialRows  = 12
	trialText  = 120 // characters of a report's text
)

// Try pulls a source from its start as RunOnce would, for at most three pages
// and 45 s, and tells what it would bring. Nothing is stored and nothing is
// remembered: not the rows, not the cursor, not that it was asked. Errors are
// those of RunOnce.
func (r *Runner) Try(ctx context.Context, src city.Source) (city.SourceTrial, error) {
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	run := &run{Runner: r, src: src, started: r.env.Now(), trial: true, log: r.log.With("trial", src.Slug, "connector", src.Connector)}
	t := trial{check: checker{env: r.env, src: src, now: run.started}}
	if err := t.pull(ctx, run); err != nil {
		return city.SourceTrial{}, r.told(err)
	}
	return t.outcome(run.indicators), nil
}

// told explains an error without secrets.
func (r *Runner) told(err error) *city.Error {
	e := *Explain(err)
	e.Err = r.secrets.RedactError(e.Err)
	e.Message = r.secrets.Redact(e.Message)
	for k, v := range e.Params {
		e.Params[k] = r.secrets.Redact(v)
	}
	return &e
}

// trial is what a Try has found so far.
type trial struct {
	check  checker
	pages  int
	more   bool
	all    city.Delivery
	mapped []city.MappedField
	// undeclared are indicators that rows name and nobody declared.
	undeclared []city.TrialIndicator
	columns    []string
	passed     PassedTally
	proposed   []city.ProposedMapping // by all pages so far
}

func (t *trial) pull(ctx context.Context, run *run) (err error) {
	c, err := run.build(ctx)
	if err != nil {
		return err
	}
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	for t.pages < trialPages {
		page, err := run.pullPage(ctx, c)
		if err != nil {
			return err
		}
		t.pages++
		t.add(page)
		t.more, run.cursor = page.More, page.Cursor
		if !page.More {
			break
		}
	}
	if m, ok := c.(Mapper); ok {
		t.mapped, err = mappedBy(ctx, m)
	}
	return err
}

// mappedBy asks a connector for its mapping; a panic there is its failure alone.
func mappedBy(ctx context.Context, m Mapper) (out []city.MappedField, err error) {
	defer recovered(&err)
	return m.Mapped(ctx), nil
}

func (t *trial) add(page Page) {
	var d city.Delivery
	t.check.page(page, &d)
	t.all.Reports = append(t.all.Reports, d.Reports...)
	t.all.Observations = append(t.all.Observations, d.Observations...)
	t.all.Alerts = append(t.all.Alerts, d.Alerts...)
	t.all.Refused = append(t.all.Refused, d.Refused...)
	for _, name := range page.Columns {
		if !slices.Contains(t.columns, name) {
			t.columns = append(t.columns, name)
		}
	}
	if len(page.Proposed) > 0 {
		t.proposed = page.Proposed
	}
	for _, x := range page.PassedOver {
		t.passed.Add(x.Why, x.Count)
	}
	for _, u := range page.Undeclared {
		t.miss(u)
	}
	if d.Agenda != nil {
		if t.all.Agenda == nil {
			t.all.Agenda = &city.AgendaSpan{}
		}
		t.all.Agenda.Entries = append(t.all.Agenda.Entries, d.Agenda.Entries...)
	}
}

// undeclaredMost is how many undeclared indicators a trial names.
const undeclaredMost = 50

// miss remembers an indicator that nobody declared, once.
func (t *trial) miss(u city.TrialIndicator) {
	known := slices.ContainsFunc(t.undeclared, func(x city.TrialIndicator) bool { return x.Slug == u.Slug })
	if !known && u.Slug != "" && len(t.undeclared) < undeclaredMost {
		t.undeclared = append(t.undeclared, u)
	}
}

func (t *trial) outcome(declared []city.Indicator) city.SourceTrial {
	for _, o := range t.all.Observations {
		if !slices.ContainsFunc(declared, func(i city.Indicator) bool { return i.Slug == o.Indicator }) {
			t.miss(city.TrialIndicator{Slug: o.Indicator, Unit: o.Unit})
		}
	}
	out := city.SourceTrial{
		Pages: t.pages, More: t.more,
		Reports: len(t.all.Reports), Observations: len(t.all.Observations), Alerts: len(t.all.Alerts), RefusedCount: len(t.all.Refused),
		FirstReports: []city.TrialReport{}, FirstObservations: []city.TrialObservation{}, FirstAlerts: []city.TrialAlert{}, FirstAgenda: []city.TrialAgenda{},
		Columns: append([]string{}, t.columns...), Proposed: append([]city.ProposedMapping{}, t.proposed...),
		Mapped: append([]city.MappedField{}, t.mapped...), PassedOver: t.passed.List(), Refused: likeRefusals(t.all.Refused),
		Undeclared: append([]city.TrialIndicator{}, t.undeclared...), Suspicions: suspicions(t.all, declared),
	}
	for _, r := range t.all.Reports[:min(trialRows, len(t.all.Reports))] {
		out.FirstReports = append(out.FirstReports, trialReport(r))
	}
	for _, o := range t.all.Observations[:min(trialRows, len(t.all.Observations))] {
		out.FirstObservations = append(out.FirstObservations, city.TrialObservation{
			Indicator: o.Indicator, Area: o.AreaCode, Station: o.Station, Time: o.Time, Value: o.Value, Unit: o.Unit, Forecast: o.Forecast,
		})
	}
	for _, a := range t.all.Alerts[:min(trialRows, len(t.all.Alerts))] {
		out.FirstAlerts = append(out.FirstAlerts, city.TrialAlert{Key: a.Key, Headline: a.Headline, Until: a.Until})
	}
	if t.all.Agenda != nil {
		out.Agenda = len(t.all.Agenda.Entries)
		for _, e := range t.all.Agenda.Entries[:min(trialRows, out.Agenda)] {
			out.FirstAgenda = append(out.FirstAgenda, city.TrialAgenda{Start: e.Start, End: e.End})
		}
	}
	return out
}

func trialReport(r city.Report) city.TrialReport {
	area := r.ComputedArea
	if area == "" {
		area = r.StatedArea
	}
	return city.TrialReport{
		ExternalID: r.ExternalID, CreatedAt: r.CreatedAt, Text: clip(strings.Join(strings.Fields(r.Text), " "), trialText), Category: r.Category,
		Area: area, Status: r.Status, Point: r.Lon != nil && r.Lat != nil, Reporter: r.Reporter != nil, Flags: r.Flags,
	}
}

var anyValue = regexp.MustCompile(`"[^"]*"|[0-9][0-9.,:T+-]*`)

// likeRefusals returns one refusal for each reason, most frequent first, so
// that a thousand rows with one fault are one line. Reasons are alike when they
// differ in the quoted value only.
func likeRefusals(rows []city.Refusal) []city.TrialRefusal {
	at := map[string]int{}
	out := []city.TrialRefusal{}
	for _, r := range rows {
		kind := r.Kind + " " + anyValue.ReplaceAllString(r.Reason, "…")
		i, seen := at[kind]
		if !seen {
			i = len(out)
			at[kind] = i
			out = append(out, city.TrialRefusal{Kind: r.Kind, Place: r.Place, Reason: r.Reason})
		}
		out[i].Times++
	}
	slices.SortStableFunc(out, func(a, b city.TrialRefusal) int { return cmp.Compare(b.Times, a.Times) })
	return out[:min(trialRows, len(out))]
}

// Info describes the connector for the form on Sumber Data.
func (s Spec) Info() city.ConnectorInfo {
	out := city.ConnectorInfo{
		Name: s.Name, TitleID: s.Title.ID, TitleEN: s.Title.EN, DescriptionID: s.Description.ID, DescriptionEN: s.Description.EN,
		Docs: s.Docs, Attribution: s.Attribution, Schedule: s.Schedule, Brings: append([]string{}, s.Brings...), Fields: []city.ConnectorField{},
		Templates: []city.ConnectorTemplate{},
	}
	if s.Templates != nil {
		for _, t := range s.Templates() {
			out.Templates = append(out.Templates, t.info())
		}
	}
	for _, f := range s.Fields {
		out.Fields = append(out.Fields, city.ConnectorField{
			Path: f.Path, LabelID: f.Label.ID, LabelEN: f.Label.EN, Doc: f.Doc, DocID: f.DocID, Type: f.Type, Format: f.Format, Default: f.Default,
			Example: f.Example, Required: f.Required, Secret: f.Secret, Enum: f.Enum, Anew: f.Anew,
		})
	}
	return out
}
