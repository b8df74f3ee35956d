package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"balaikota/backend/city"
)

type aiCommand struct {
	Usage   aiUsageCommand   `cmd:"" help:"Print what the assistant's models cost in a month, beside ceilings and invoices."`
	Ceiling aiCeilingCommand `cmd:"" help:"State how much they may cost in a year, for the city, an office or an officer."`
	Texts   aiTextsCommand   `cmd:"" help:"Say whether citizens' words, masked, may go to a provider. Off until switched on."`
}

type aiUsageCommand struct {
	Month string `placeholder:"MONTH" help:"As 2026-06; this month if empty."`
	JSON  bool   `name:"json" help:"Print one JSON object."`
}

// Run prints the usage.
func (c *aiUsageCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		u, err := d.AIUsage(in.ctx, city.System, c.Month)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(in.stdout).Encode(u)
		}
		w := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		rupiah := func(v float64) string { return "Rp " + city.Number(v, 0, ',') }
		fmt.Fprintf(w, "Bulan\t%s\nTerpakai\t%s\nDipesan\t%s\nPagu bulan\t%s\nPerkiraan akhir bulan\t%s\nTahun ini\t%s dari %s\n",
			u.Month, rupiah(u.Rupiah), rupiah(u.Reserved), rupiah(u.Ceiling), rupiah(u.Expected), rupiah(u.YearRupiah), rupiah(u.YearCeiling))
		fmt.Fprintf(w, "Pertanyaan\t%d (tanpa penyedia %d, tersimpan %d)\nToken\t%d masuk, %d keluar\n", u.Questions, u.Offline, u.Cached, u.InputTokens, u.OutputTokens)
		for _, list := range []struct {
			name   string
			shares []city.UsageShare
		}{{"Pejabat", u.ByOfficer}, {"Perangkat daerah", u.ByOffice}, {"Model", u.ByModel}} {
			for _, s := range list.shares {
				fmt.Fprintf(w, "%s %s\t%s, %d pertanyaan\n", list.name, s.Name, rupiah(s.Rupiah), s.Questions)
			}
		}
		for _, l := range u.Invoices {
			fmt.Fprintf(w, "Tagihan %s %s\t%s, tercatat %s\n", l.Provider, l.Model, rupiah(l.Invoiced), rupiah(l.Metered))
		}
		return w.Flush()
	})
}

type aiCeilingCommand struct {
	Rupiah float64 `arg:"" help:"Rupiah a year; a month may use a twelfth."`
	Scope  string  `enum:"kota,opd,pejabat" default:"kota" help:"Whose: ${enum}."`
	Of     string  `placeholder:"NAME" help:"The office's short name or the officer's username."`
	From   string  `placeholder:"DATE" help:"Day of effect, as 2026-07-01; today if empty."`
	Reason string  `required:"" help:"Why; it is recorded."`
}

// Run states the ceiling.
func (c *aiCeilingCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		if c.From == "" {
			zone, err := time.LoadLocation(d.city.Timezone)
			if err != nil {
				return fmt.Errorf("load the city's time zone: %w", err)
			}
			c.From = time.Now().In(zone).Format(time.DateOnly)
		}
		if _, err := time.Parse(time.DateOnly, c.From); err != nil {
			return city.InvalidField("--from", "%.20q is no day; write it as 2026-07-01", c.From)
		}
		return d.SetAICeiling(in.ctx, city.CommandLine, city.System, city.AICeiling{Scope: c.Scope, Subject: c.Of, YearRupiah: c.Rupiah, EffectiveOn: c.From}, c.Reason)
	})
}

type aiTextsCommand struct {
	Switch string `arg:"" enum:"on,off" help:"One of: ${enum}."`
	Reason string `required:"" help:"Why; it is recorded."`
}

// Run switches it.
func (c *aiTextsCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		return d.SetTextLeaves(in.ctx, city.CommandLine, city.System, c.Switch == "on", c.Reason)
	})
}
