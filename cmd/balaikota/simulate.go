package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors/simcity"
)

type simulateCommand struct {
	Addr    string   `default:"127.0.0.1:0" help:"Loopback address to listen on."`
	Dir     string   `placeholder:"DIR" help:"Folder of the simulated city; simcity below --data if empty."`
	Seed    int64    `default:"0" help:"Decides everything that happens; 0 keeps the folder's own."`
	Speed   float64  `default:"20" help:"Simulated seconds in a second."`
	Replay  []string `placeholder:"FILE" help:"Play recorded files instead: complaints as JSON lines, recorded payloads."`
	Connect bool     `help:"Connect its sources to the database, for a server that runs or will run."`
}

// Run runs the simulated city until a signal comes.
func (c *simulateCommand) Run(in *invocation) error {
	dir := c.Dir
	if dir == "" {
		dir = simDir(in.db.Data)
	}
	sim, err := simcity.New(simcity.Options{Addr: c.Addr, Seed: c.Seed, Speed: c.Speed, Dir: dir, Replay: c.Replay, Log: in.log})
	if err != nil {
		return err
	}
	return runCity(in.ctx, sim, func(ctx context.Context) error {
		if c.Connect {
			err := withDatabase(in, func(d *database) error { return d.connect(ctx, sim.Sources()) })
			if err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(in.stdout, "Kota simulasi: %s  (sumber: %s/_sim/sources)\n", sim.BaseURL(), sim.BaseURL())
		return err
	})
}

// runCity runs the simulated city and calls ready once it listens.
func runCity(ctx context.Context, sim *simcity.City, ready func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- sim.Run(ctx) }()
	select {
	case err := <-done:
		return err
	case <-sim.Ready():
	}
	if err := ready(ctx); err != nil && ctx.Err() == nil {
		cancel()
		return errors.Join(err, <-done)
	}
	return <-done
}

// simulate runs the simulated city inside the server, connects its sources and
// then calls connected: at a new start the city has another address, and its
// sources are not to be asked, and called broken, at the old one.
func (s *serving) simulate(ctx context.Context, connected func()) error {
	sim, err := simcity.New(simcity.Options{
		Seed: s.cfg.SimSeed, Speed: s.cfg.SimSpeed, Dir: simDir(s.in.db.Data), Log: s.log.With(slog.String("part", "simcity")),
	})
	if err != nil {
		return err
	}
	return runCity(ctx, sim, func(ctx context.Context) error {
		s.log.Info("The simulated city runs", "address", sim.BaseURL(), "speed", s.cfg.SimSpeed)
		if err := s.db.connect(ctx, sim.Sources()); err != nil {
			return err
		}
		connected()
		return nil
	})
}

// connect saves the sources a simulated city offers.
func (d *database) connect(ctx context.Context, sources []simcity.Source) error {
	for _, src := range sources {
		config, err := json.Marshal(src.Config)
		if err != nil {
			return fmt.Errorf("encode the configuration of %s: %w", src.Slug, err)
		}
		if _, err := d.SaveSource(ctx, city.Source{
			Slug: src.Slug, Name: src.Name, Connector: src.Connector, Config: config, Schedule: src.Schedule,
			ExpectEvery: time.Duration(src.ExpectSeconds) * time.Second, Simulated: true, Owner: src.Owner, Attribution: src.Attribution,
			LegalBasis: "Data simulasi; tidak ada orang sungguhan di dalamnya", PersonalData: new(bool),
		}); err != nil {
			return err
		}
	}
	return nil
}
