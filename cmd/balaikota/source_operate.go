package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

// namedSource is the argument of commands about one source.
type namedSource struct {
	Slug string `arg:"" help:"The source's short name."`
}

type sourceRefusedCommand struct {
	namedSource
	Original bool   `help:"Show the newest 20 as the source sent them. They may name people: give a reason, which is recorded."`
	Row      int64  `placeholder:"NUMBER" help:"With --original: the row with this number alone."`
	Reason   string `placeholder:"TEXT" help:"Why the originals are needed, in at least 10 characters."`
}

// Run lists refused rows with their reasons; the rows themselves only where they
// are asked for with a reason, for they may hold personal data.
func (c *sourceRefusedCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		if _, err := d.Source(in.ctx, c.Slug); err != nil {
			return err
		}
		operator := city.Asker{Role: city.Operator}
		if c.Original {
			rows, err := d.RefusedOriginals(in.ctx, commandActor, operator, c.Slug, c.Row, strings.TrimSpace(c.Reason))
			if err != nil {
				return err
			}
			for _, r := range rows {
				if _, err := fmt.Fprintf(in.stdout, "%d\t%s\t%s\t%s\t%s\n%s\n\n", r.ID, r.At.Format(time.RFC3339), r.Kind, r.Place, r.Reason, printable(r.Original)); err != nil {
					return err
				}
			}
			return nil
		}
		rows, err := d.RefusedRows(in.ctx, operator, c.Slug, 1000)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		for _, r := range rows {
			if _, err := fmt.Fprintf(w, "%d\t%s\t%s\t%d kali\t%s\t%s\n", r.ID, r.At.Format(time.RFC3339), r.Kind, r.Times, r.Place, r.Reason); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

// printable takes from a stranger's words what would steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

type sourceRetryCommand struct{ namedSource }

// Run sends the source back to its start for its refused rows.
func (c *sourceRetryCommand) Run(in *invocation) error {
	return reread(in, c.Slug, city.RereadRefused, time.Time{})
}

type sourceRereadCommand struct {
	namedSource
	From string `help:"The moment to go back to, in the city's time: 2026-10-01 or 2026-10-01T06:00; without it the source's start."`
}

// Run sends the source back.
func (c *sourceRereadCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		from, err := momentOf(c.From, d.city.Timezone)
		if err != nil {
			return err
		}
		return d.reread(in, c.Slug, city.RereadAsked, from)
	})
}

// momentOf reads a day or a minute in a time zone; "" is the zero time.
func momentOf(text, zone string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("load the city's time zone: %w", err)
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, city.InvalidField("--from", "is not a day or a moment; write for example 2026-10-01")
}

func reread(in *invocation, slug string, why city.RereadWhy, from time.Time) error {
	return withDatabase(in, func(d *database) error { return d.reread(in, slug, why, from) })
}

// reread does what the page Sumber Data does; a running server reads at the
// source's next turn.
func (d *database) reread(in *invocation, slug string, why city.RereadWhy, from time.Time) error {
	areas, err := newGeography(in.ctx, d.Store)
	if err != nil {
		return err
	}
	secrets := &connectors.Secrets{Folders: secretFolders(in.db.Data)}
	env, err := d.connectorEnv(areas, secrets, in.log)
	if err != nil {
		return err
	}
	if err := d.newConnecting(env, secrets).Reread(in.ctx, slug, why, from); err != nil {
		return err
	}
	where := "dari awal"
	if !from.IsZero() {
		where = "dari " + from.Format("2006-01-02 15.04 MST")
	}
	if _, err := fmt.Fprintf(in.stdout, "%s dibaca ulang %s pada giliran berikutnya.\n", slug, where); err != nil {
		return err
	}
	return d.recordCommand(in, "source.reread", slug, map[string]any{"from": from.Format(time.RFC3339), "why": why})
}

type sourcePauseCommand struct{ namedSource }

// Run pauses the source.
func (c *sourcePauseCommand) Run(in *invocation) error { return pause(in, c.Slug, true) }

type sourceResumeCommand struct{ namedSource }

// Run lets the source go on.
func (c *sourceResumeCommand) Run(in *invocation) error { return pause(in, c.Slug, false) }

func pause(in *invocation, slug string, paused bool) error {
	return withDatabase(in, func(d *database) error {
		src, err := d.Source(in.ctx, slug)
		if err != nil {
			return err
		}
		if err := d.PauseSource(in.ctx, slug, paused); err != nil {
			return err
		}
		action, said := "source.resume", slug+" berjalan lagi."
		if paused {
			action, said = "source.pause", slug+" dijeda: "+meanwhile(src)
		}
		if _, err := fmt.Fprintln(in.stdout, said); err != nil {
			return err
		}
		return d.recordCommand(in, action, slug, nil)
	})
}

// meanwhile is what becomes of what a paused source would bring.
func meanwhile(src city.Source) string {
	spec, fetched := all.Registry().Lookup(src.Connector)
	switch {
	case !fetched:
		return "yang dikirim ke sana ditolak sampai dilanjutkan."
	case spec.Receives:
		return "yang datang disimpan, dan dibaca setelah dilanjutkan."
	}
	return "tidak dibaca sampai dilanjutkan."
}

// commandActor is who did what was done on the command line: whoever may run it
// on the server has no account here.
var commandActor = city.Actor{Name: "balaikota source"}

func (d *database) recordCommand(in *invocation, action, slug string, detail map[string]any) error {
	return d.Record(in.ctx, commandActor, action, slug, "", detail)
}
