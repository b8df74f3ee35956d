package main

import (
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

type sourceCommand struct {
	List sourceListCommand `cmd:"" help:"List the sources and their health."`
	Add  sourceAddCommand  `cmd:"" help:"Connect a source, or change one, from a YAML or JSON file."`
}

type sourceListCommand struct {
	JSON bool `name:"json" help:"As JSON lines."`
}

// Run lists the sources.
func (c *sourceListCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		healths, err := d.SourceHealths(in.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			enc := json.NewEncoder(in.stdout)
			for _, h := range healths {
				if err := enc.Encode(h); err != nil {
					return err
				}
			}
			return nil
		}
		w := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		for _, h := range healths {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%d baris hari ini\t%s\n", h.Slug, h.Connector, h.Freshness, h.RowsToday, h.LastError); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type sourceAddCommand struct {
	File string `arg:"" type:"existingfile" help:"The source: slug, name, connector, schedule, expect_seconds, owner, contact, attribution, config."`
}

// sourceFile is a source as its file describes it.
type sourceFile struct {
	Slug          string          `json:"slug"`
	Name          string          `json:"name"`
	Connector     string          `json:"connector"`
	Schedule      string          `json:"schedule"`
	ExpectSeconds int             `json:"expect_seconds"`
	Owner         string          `json:"owner"`
	Contact       string          `json:"contact"`
	Attribution   string          `json:"attribution"`
	Simulated     bool            `json:"simulated"`
	Config        json.RawMessage `json:"config"`
}

// Run checks the file against its connector's declaration and saves it.
func (c *sourceAddCommand) Run(in *invocation) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	raw, err := connectors.ConfigFromYAML(text)
	if err != nil {
		return err
	}
	var f sourceFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return city.Wrap(city.Invalid, err, "%s does not describe a source", c.File)
	}
	spec, ok := all.Registry().Lookup(f.Connector)
	if !ok {
		return city.InvalidField("connector", "there is no connector %q; docs/connectors.md lists them", f.Connector)
	}
	if _, err := connectors.ParseSchedule(f.Schedule); err != nil {
		return err
	}
	if err := spec.Check(f.Config); err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		_, err := d.SaveSource(in.ctx, city.Source{
			Slug: f.Slug, Name: f.Name, Connector: f.Connector, Config: f.Config, Schedule: f.Schedule, Simulated: f.Simulated,
			ExpectEvery: time.Duration(f.ExpectSeconds) * time.Second, Owner: f.Owner, Contact: f.Contact, Attribution: f.Attribution,
		})
		return err
	})
}
