package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

type sourceTemplatesCommand struct {
	JSON bool `name:"json" help:"As JSON lines."`
}

// Run lists the templates of all connectors; it asks no database.
func (c *sourceTemplatesCommand) Run(in *invocation) error {
	for _, spec := range all.Registry().Specs() {
		info := spec.Info()
		for n, t := range info.Templates {
			if c.JSON {
				if err := json.NewEncoder(in.stdout).Encode(struct {
					Connector string `json:"connector"`
					Template  any    `json:"template"`
				}{spec.Name, t}); err != nil {
					return err
				}
				continue
			}
			if err := writeTemplate(in.stdout, spec.Name, spec.Templates()[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeTemplate prints a template for a person, in both languages.
func writeTemplate(out io.Writer, connector string, t connectors.Template) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n  %s / %s\n  %s\n  %s\n", t.Name, connector, t.Title.ID, t.Title.EN, t.Description.ID, t.Description.EN)
	fmt.Fprintf(&b, "  jadwal %s", t.Schedule)
	if t.ExpectEvery > 0 {
		fmt.Fprintf(&b, ", data baru paling lambat tiap %s", time.Duration(t.ExpectEvery))
	}
	if t.Attribution != "" {
		fmt.Fprintf(&b, ", sumber yang wajib disebut: %s", t.Attribution)
	}
	b.WriteString("\n")
	for _, p := range t.Params {
		fmt.Fprintf(&b, "  - %s: %s / %s", p.Name, p.Label.ID, p.Label.EN)
		switch {
		case p.Required:
			fmt.Fprintf(&b, " (wajib, misalnya %s)", p.Example)
		case p.Default != "":
			fmt.Fprintf(&b, " (bawaan %s)", p.Default)
		default:
			fmt.Fprintf(&b, " (boleh kosong, misalnya %s)", p.Example)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// creditTemplates gives stored sources the attribution that their template asks for,
// where they name none: it must be shown with the data.
func (d *database) creditTemplates(ctx context.Context, registry *connectors.Registry) error {
	sources, err := d.Sources(ctx)
	if err != nil {
		return err
	}
	for _, src := range sources {
		spec, ok := registry.Lookup(src.Connector)
		if !ok || src.Attribution != "" {
			continue
		}
		if t, chosen := spec.Chosen(src.Config); chosen && t.Attribution != "" {
			if err := d.CreditSource(ctx, src.Slug, t.Attribution); err != nil {
				return err
			}
		}
	}
	return nil
}

// promised is what the template of a stored source promises, 0 without one.
func promised(src city.Source) time.Duration {
	spec, ok := all.Registry().Lookup(src.Connector)
	if !ok {
		return 0
	}
	return time.Duration(spec.Start(src.Config).ExpectEvery)
}
