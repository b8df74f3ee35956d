package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"balaikota/backend/city"
)

type incidentsCommand struct {
	JSONL   bool `name:"jsonl" help:"Print for every report, as JSON lines, its external id and the key of its incident."`
	Rebuild bool `help:"Analyse and group all reports anew first."`
}

// Run groups what is not grouped yet and prints the incidents.
func (c *incidentsCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		a, err := newAnalyst(in.ctx, d, nil, in.log)
		if err != nil {
			return err
		}
		if c.Rebuild {
			if _, err := d.QueueAll(in.ctx); err != nil {
				return err
			}
		}
		if err := a.catchUp(in.ctx); err != nil {
			return err
		}
		if c.JSONL {
			return printMembership(in.ctx, d, in.stdout)
		}
		return a.printIncidents(in.ctx, in.stdout)
	})
}

func printMembership(ctx context.Context, d *database, out io.Writer) error {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var failed error
	err := d.EachReportIncident(ctx, func(externalID, incident string) {
		if failed == nil {
			failed = enc.Encode(struct {
				ExternalID string `json:"external_id"`
				Incident   string `json:"incident"`
			}{externalID, incident})
		}
	})
	if err == nil && failed != nil {
		err = fmt.Errorf("write the incidents: %w", failed)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// printIncidents prints the running incidents for a person, most pressing
// first.
func (a *analyst) printIncidents(ctx context.Context, out io.Writer) error {
	items, total, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{Limit: 40})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NOMOR\tSUARA\tURGENSI\tTERAKHIR\tPERANGKAT\tKEJADIAN")
	for _, i := range items {
		_, _ = fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%s\t%s\n", i.ID, i.Voices, i.Urgency, i.LastAt.In(a.location).Format("02-01 15.04"), i.Office, i.Title)
	}
	if total > len(items) {
		_, _ = fmt.Fprintf(w, "\t\t\t\t\t… dan %d lagi\n", total-len(items))
	}
	return w.Flush()
}
