package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

type sourceCommand struct {
	List sourceListCommand `cmd:"" help:"List the sources and their health."`
	Add  sourceAddCommand  `cmd:"" help:"Connect a source, or change one, from a YAML or JSON file."`
	Try  sourceTryCommand  `cmd:"" help:"Show what a source would bring, without storing anything."`

	Templates sourceTemplatesCommand `cmd:"" help:"List the ready-made configurations of the connectors, with what they ask for."`

	Refused sourceRefusedCommand `cmd:"" help:"List the rows of a source that wait with a reason."`
	Retry   sourceRetryCommand   `cmd:"" help:"Offer the refused rows of a source again: it is read from its start."`
	Reread  sourceRereadCommand  `cmd:"" help:"Read a source again from a moment, or from its start."`
	Pause   sourcePauseCommand   `cmd:"" help:"Pause a source: it is not read, what is handed in to it is refused until it goes on, and what comes to its hook waits."`
	Resume  sourceResumeCommand  `cmd:"" help:"Let a paused source go on."`
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
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%d baris hari ini\t%s\n", h.Slug, h.Connector, h.Freshness, h.RowsToday, ailment(h, d.location())); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type sourceAddCommand struct {
	File string `arg:"" type:"existingfile" help:"The source: slug, name, connector, schedule, expect_seconds, owner, contact, attribution, config."`
}

// readSourceForm reads a source as its file describes it. Errors name the file
// and the place in it.
func readSourceForm(file string) (form city.SourceForm, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return form, fmt.Errorf("read %s: %w", file, err)
	}
	raw, err := connectors.ConfigFromYAML(text)
	if err != nil {
		return form, inFile(file, fieldless(err))
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(&form); err != nil {
		return form, city.InvalidField(file, "does not describe a source (%s); its fields are slug, name, connector, schedule, expect_seconds, owner, contact, attribution, simulated and config",
			strings.TrimPrefix(err.Error(), "json: "))
	}
	return form, nil
}

// Run checks the file against its connector's declaration and saves it.
func (c *sourceAddCommand) Run(in *invocation) error {
	form, err := readSourceForm(c.File)
	if err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		door := &connecting{store: d.Store, registry: all.Registry(), now: time.Now}
		src, err := door.source(in.ctx, form)
		if err != nil {
			return inFile(c.File, err)
		}
		reread, err := door.keep(in.ctx, src)
		if err == nil && reread {
			_, err = fmt.Fprintf(in.stdout, "%s membaca hal lain sekarang: pembacaan dimulai dari awal.\n", src.Slug)
		}
		return err
	})
}
