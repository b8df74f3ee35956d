package chat

import (
	"context"
	"slices"

	"balaikota/backend/city"
)

// A greeting alone is no report: nothing could be done about it, it would be counted,
// and its writer asked for ever where and what. It waits for what follows; what follows
// in time makes a report of both, and a greeting that nothing follows stays a message.

func (m Message) courtesy() bool {
	return courtesy(m.Words) && m.Lon == nil && len(m.Notes) == 0
}

// greets reports whether a draft holds greetings and thanks, and nothing else. A report
// that the store has stays one.
func (d *draft) greets() bool {
	return !d.stored && !slices.ContainsFunc(d.parts, func(p part) bool {
		return !courtesy(p.Words) || p.Lon != nil || len(p.Notes) > 0
	})
}

// begin is the draft of a message that belongs to no report: with the greetings that
// the person sent before or after it.
func (w *Weaver) begin(ctx context.Context, m Message, person string) (*draft, error) {
	d := &draft{person: person, report: city.Report{ExternalID: w.Prefix + "-" + w.hash("report", m.Person, m.ID)[:12], Channel: w.Channel, CreatedAt: m.At, Status: city.Open}}
	if w.Env.Store != nil {
		greetings, err := w.Env.Store.GreetingsOf(ctx, w.Env.Source, person, m.At.Add(-w.Within), m.At.Add(w.Within))
		if err != nil {
			return nil, err
		}
		for _, g := range greetings {
			if w.byPart[g.ID] == nil {
				d.parts = append(d.parts, part{ID: g.ID, At: g.At.UTC(), Changed: utc(g.Changed), Words: g.Words})
				w.byPart[g.ID] = d
			}
		}
	}
	w.drafts = append(w.drafts, d)
	return d, nil
}

// Greetings are what the page's messages said that greet or thank and belong to no
// report.
func (w *Weaver) Greetings(ctx context.Context) ([]city.ChatGreeting, error) {
	var out []city.ChatGreeting
	for _, d := range w.drafts {
		if !d.touched || !d.greets() {
			continue
		}
		for _, p := range d.parts {
			waits := greeting(p.Words)
			if waits && w.Env.Store != nil {
				asked, err := w.Env.Store.AskedReportOf(ctx, w.Env.Source, d.person, p.At, false)
				if err != nil {
					return nil, err
				}
				waits = asked == nil
			}
			out = append(out, city.ChatGreeting{ID: p.ID, Person: d.person, Handle: d.reporter.Handle, At: p.At, Changed: p.Changed, Words: p.Words, Waits: waits})
		}
	}
	return out, nil
}
