package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"path/filepath"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/analysis/language"
	"balaikota/backend/analysis/missing"
	capxml "balaikota/backend/cap"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/jobs"
	"balaikota/backend/live"
	"balaikota/backend/officerchat"
	"balaikota/backend/web"
	"balaikota/connectors"
	"balaikota/connectors/all"
	"balaikota/frontend"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"
)

type serveCommand struct {
	config.Serve
}

// Run serves until a signal comes, then stops in order: no new requests,
// sockets closed with "come back", requests under way finished, jobs stopped,
// pool closed, and the private Postgres when nobody else uses it.
func (c *serveCommand) Run(in *invocation) (err error) {
	if err := c.Backup.Check(); err != nil {
		return err
	}
	began := time.Now()
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return city.Wrap(city.Conflict, err, "cannot listen on %s; is another server running there? Choose another with --addr", c.Addr)
	}
	defer listener.Close()
	db, err := open(in.ctx, in.db, in.log, in.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	// Declarations that a newer pack brings; what is there stays.
	if err := db.layOut(in.ctx, in.db.City); err != nil {
		return err
	}
	if err := db.creditTemplates(in.ctx, all.Registry()); err != nil {
		return err
	}
	leave, err := announce(in.db.Data, listener.Addr().String())
	if err != nil {
		return err
	}
	defer leave()
	s, err := newServing(in, db, c.Serve, listener.Addr().String())
	if err != nil {
		return err
	}
	return s.run(in.ctx, listener, began)
}

// serving is a server's parts.
type serving struct {
	in         *invocation
	db         *database
	cfg        config.Serve
	log        *slog.Logger
	geography  *geography
	events     *eventLog
	hub        *live.Hub
	analyst    *analyst
	jobs       *jobs.Jobs
	connecting *connecting
	pace       *paceKeeper
	patterns   *patternWatch
	adviser    *adviser
	assistant  *assisting
	teller     *teller
	prover     *prover
	briefer    *briefer
	photos     *photoReader
	keeper     *keeper
	copier     *copier
	hooks      *hookDoor
	officers   *officerchat.Worker
	listener   *listener
	stopping   context.Context // ends when the server is about to stop
	stop       context.CancelFunc
	http       *http.Server
	address    string
}

func newServing(in *invocation, db *database, cfg config.Serve, address string) (*serving, error) {
	s := &serving{in: in, db: db, cfg: cfg, log: in.log, address: address}
	s.pace = &paceKeeper{db: db, log: in.log, now: time.Now}
	s.patterns = s.newPatternWatch()
	s.adviser = &adviser{db: db, pace: s.pace, log: in.log, now: time.Now}
	var err error
	if s.geography, err = newGeography(in.ctx, db.Store); err != nil {
		return nil, err
	}
	s.events = &eventLog{Store: db.Store, wake: make(chan struct{}, 1)}
	s.hub = live.New(s.events, sessions{db.Store}, live.Options{Logger: in.log})
	if s.analyst, err = newAnalyst(in.ctx, db, s.geography, in.log); err != nil {
		return nil, err
	}
	ear, err := newEar(db, s.geography, cfg.Voice, in.log)
	if err != nil {
		return nil, err
	}
	s.assistant, err = newAssistant(in.ctx, db, s.geography, in.log, assistantParts{
		AI: cfg.AI, Similar: s.analyst, AtRisk: s.pace, Places: s.analyst.places, Meter: true, Abilities: ear.abilities,
	})
	if err != nil {
		return nil, err
	}
	s.listener = newListener(in.ctx, db, ear, cfg.Voice, s.analyst.stir, in.log)
	s.prover = newProver(db, s.geography, in.log)
	s.stopping, s.stop = context.WithCancel(context.Background())
	if s.teller, err = newTeller(db, in.db.Data, cfg.Notices, in.log); err != nil {
		return nil, err
	}
	s.briefer = &briefer{db: db, offered: s.teller.Offered, log: in.log, now: time.Now}
	s.keeper = &keeper{db: db, data: in.db.Data, log: in.log, now: time.Now}
	s.copier = newCopier(db, cfg.Backup, in.db.Data, in.log)
	s.copier.offered = s.teller.Offered
	door := &intake{store: db.Store, geography: s.geography, stored: func() { s.analyst.stir(); s.listener.stir() }}
	if s.jobs, err = s.newJobs(door); err != nil {
		return nil, err
	}
	basemap, err := web.NewBasemap(cfg.Map.MapTiles, cfg.Map.MapStyle, cfg.Map.MapHosts)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	filer, err := newFiler(door, db)
	if err != nil {
		return nil, err
	}
	handler := web.Handler(web.Deps{
		Store: db.Store, Passwords: account.Keeper{}, Geography: func() web.Geography { return s.geography }, Hub: s.hub,
		Pusher: &pusher{door: door, db: db}, Filer: filer, Poller: s.jobs, Keeping: s.keeper, LongJobs: s.jobs, Copies: s.copier, HookDoor: s.hooks, SourceKeeper: s.connecting, Analyst: s.analyst, Pictures: s.photos, Assistant: s.assistant, Voice: ear, Notifier: s.teller, Prover: s.prover, Briefer: s.briefer, Clerk: &clerk{door: door, db: db}, Subjects: &subjectDesk{db: db, geography: s.geography, pictures: s.photos.Picture, cfg: cfg.Privacy, stored: s.analyst.stir}, Replying: web.Replying{Channels: s.teller.Reaches(), Missing: missing.Of}, Stopping: s.stopping, Hotspots: s.patterns, Deadlines: s.pace, OfficePages: s.db, Places: s.analyst, Basemap: basemap, Stems: language.Words, CAPFeed: capxml.Feed, Frontend: frontend.Dist(), Metrics: registry,
		Log: in.log, Version: version, Secure: cfg.Secure, Origins: cfg.Origins, TrustProxy: cfg.TrustProxy,
	})
	s.http = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(in.log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func (s *serving) newJobs(door *intake) (*jobs.Jobs, error) {
	secrets := &connectors.Secrets{Folders: secretFolders(s.in.db.Data)}
	env, err := s.db.connectorEnv(s.geography, secrets, s.log)
	if err != nil {
		return nil, err
	}
	s.connecting = s.db.newConnecting(env, secrets)
	if s.photos, err = newPhotoReader(s.db, env.HTTP, s.log); err != nil {
		return nil, err
	}
	runner := connectors.NewRunner(all.Registry(), door, env, secrets, connectors.RunLimits{})
	s.photos.keeper, s.listener.keeper = runner, runner
	write := func(ctx context.Context, m city.ChatMessage) error {
		src, err := s.db.Source(ctx, m.Source)
		if err != nil {
			return err
		}
		return runner.Write(ctx, src, m)
	}
	s.teller.carryByChat(s.cfg.Notices.PublicURL, write)
	s.officers = s.newOfficerChats(write)
	s.hooks = &hookDoor{db: s.db, runner: runner, log: s.log}
	return jobs.New(jobs.Options{
		Pool: s.db.Pool(), Sources: s.db.Store, Runner: runner, Waiting: connectors.ErrWaiting, NoWait: connectors.ErrNoWait, TryLock: s.db.TryLock, Log: s.log,
		ParseSchedule: func(text string) (jobs.Schedule, error) { return connectors.ParseSchedule(text) },
		Location:      env.Location,
		Long: jobs.LongOptions{Store: s.db.Store, Offered: s.teller.Offered(), Works: map[city.LongJobKind]jobs.LongWork{
			city.BackupJob: s.copier.work, city.LearnJob: s.db.learnNow,
		}},
		Tasks: []jobs.Task{
			{Name: "prakiraan", Every: 5 * time.Minute, Run: s.db.RefreshForecasts},
			{Name: "lonjakan", Every: time.Minute, Run: s.db.watchSurges},
			{Name: "perkara", Every: 24 * time.Hour, Run: s.analyst.learnGrouping},
			{Name: "foto", Every: time.Minute, Run: s.photos.run},
			{Name: "bukti", Every: time.Minute, Run: s.prover.run},
			{Name: "kejadian", Every: 30 * time.Second, Run: s.analyst.watchIncidents},
			{Name: "tenggat", Every: time.Minute, Run: s.db.watchOverdue},
			{Name: "pola", Every: patternEvery, Run: s.patterns.watch},
			{Name: "akan-lewat", Every: paceAge, Run: s.pace.watch},
			{Name: "saran", Every: time.Minute, Run: s.adviser.watch},
			{Name: "eskalasi", Every: time.Minute, Run: func(ctx context.Context) error { return s.db.watchLadder(ctx, time.Now(), s.log) }},
			{Name: "sumber", Every: time.Minute, Run: s.db.watchSources},
			{Name: "kabar-sumber", Every: 30 * time.Second, Run: s.tellSources},
			{Name: "mutu", Every: 20 * time.Second, Run: s.db.watchQuality},
			{Name: "risiko-banjir", Every: 5 * time.Minute, Run: func(ctx context.Context) error { return s.db.assessFlood(ctx, time.Now()) }},
			{Name: "peringatan", Every: time.Minute, Run: func(ctx context.Context) error { _, err := s.db.EndExpiredAlerts(ctx); return err }},
			{Name: "bersih", Every: time.Hour, Run: s.housekeep},
			{Name: "cadangan", Every: 10 * time.Minute, Run: func(ctx context.Context) error { return s.copier.watch(ctx, s.jobs.StartLong) }},
			{Name: "segel", Every: 10 * time.Minute, Run: s.sealing},
			{Name: "data-pribadi", Every: time.Minute, Run: s.watchSubjects},
			{Name: "retensi", Every: 10 * time.Minute, Run: s.keeper.watch},
			{Name: "pekerjaan", Every: time.Minute, Run: s.endSilentJobs},
			{Name: "segmen", Every: 5 * time.Minute, Run: func(ctx context.Context) error { _, err := s.db.SealReports(ctx); return err }},
			{Name: "rekap", Every: 24 * time.Hour, Run: s.checkRollups},
			{Name: "belajar", Every: 24 * time.Hour, Run: func(ctx context.Context) error { return s.db.learnCategories(ctx, s.log) }},
			{Name: "sematan", Every: time.Minute, Run: s.assistant.RefreshPins},
			{Name: "istilah", Every: time.Minute, Run: s.assistant.renew},
			{Name: "dampak", Every: 10 * time.Minute, Run: func(ctx context.Context) error { return s.db.measureEffects(ctx, time.Now(), s.log) }},
			{Name: "indeks-kota", Every: 10 * time.Minute, Run: func(ctx context.Context) error { return s.db.workOutIndex(ctx, time.Now(), s.log) }},
			{Name: "lembar-pagi", Every: time.Minute, Run: s.briefer.watch}, // at 06.00 of the city
			// Once a city day; tried again soon while there is too little history.
			{Name: "ramalan", Every: 10 * time.Minute, Run: func(ctx context.Context) error { return s.db.foresee(ctx, time.Now(), s.log) }},
		},
	})
}

// connectorEnv is what connectors of this database get.
func (d *database) connectorEnv(areas city.AreaIndex, secrets *connectors.Secrets, log *slog.Logger) (connectors.Env, error) {
	loc, err := time.LoadLocation(d.city.Timezone)
	if err != nil {
		return connectors.Env{}, fmt.Errorf("load the city's time zone: %w", err)
	}
	return connectors.Env{
		HTTP: connectors.NewClient("Balaikota/"+version, secrets), Areas: areas, Location: loc, Now: time.Now,
		Log: log, Secret: secrets.Reveal, Store: d.Store, Catalogue: d.catalogue, OpenRows: d.openRows(areas),
	}, nil
}

// catalogue is what connectors match a source's own names against.
func (d *database) catalogue(ctx context.Context) ([]city.Category, []city.Indicator, error) {
	categories, err := d.Categories(ctx)
	if err != nil {
		return nil, nil, err
	}
	indicators, err := d.Indicators(ctx, city.System)
	return categories, indicators, err
}

// checkRollups compares the last week's counts with the reports themselves. A
// difference must not happen; it is told to the operator and mended.
func (s *serving) checkRollups(ctx context.Context) error {
	wrong, err := s.db.CompareRollups(ctx, 7)
	if err != nil || len(wrong) == 0 {
		return err
	}
	s.log.Error("The rollups differ from the reports and are made anew", "cells", len(wrong), "first", wrong[0])
	return s.db.RebuildRollups(ctx)
}

// endSilentJobs fails long jobs whose node has gone.
func (s *serving) endSilentJobs(ctx context.Context) error {
	n, err := s.db.EndSilentLongJobs(ctx, s.teller.Offered())
	if n > 0 {
		s.log.Warn("Jobs lost their node", "jobs", n)
	}
	return err
}

func (s *serving) housekeep(ctx context.Context) error {
	if _, err := s.db.PruneEvents(ctx, s.cfg.KeepEvents); err != nil {
		return err
	}
	if err := s.db.PruneNotices(ctx, noticesKept); err != nil {
		return err
	}
	return s.db.PruneSessions(ctx)
}

// run starts everything and stops it in order when ctx ends or a part fails.
func (s *serving) run(ctx context.Context, listener net.Listener, began time.Time) error {
	first, err := s.db.ensureFirstAccounts(ctx)
	if err != nil {
		return err
	}
	if err := s.db.settlePromises(ctx); err != nil {
		return err
	}
	// Each stage has a context of its own, so that stopping has an order.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	parts, failed := errgroup.WithContext(work)
	hubCtx, stopHub := context.WithCancel(failed)
	defer stopHub()
	jobsCtx, stopJobs := context.WithCancel(failed)
	defer stopJobs()
	hubDone, jobsDone := make(chan struct{}), make(chan struct{})
	parts.Go(func() error { defer close(hubDone); return s.hub.Run(hubCtx) })
	parts.Go(func() error { return s.events.listen(failed) })
	parts.Go(func() error { return s.geography.run(failed, s.log) })
	connected := make(chan struct{}) // closed once the sources are where they say
	parts.Go(func() error {
		defer close(jobsDone)
		select {
		case <-connected:
			return s.jobs.Run(jobsCtx)
		case <-jobsCtx.Done():
			return nil
		}
	})
	parts.Go(func() error { return s.analyst.run(failed) })
	parts.Go(func() error { return s.assistant.Run(failed) })
	parts.Go(func() error { return s.listener.run(failed) })
	parts.Go(func() error { return s.prover.watch(failed) })
	parts.Go(func() error { return s.teller.worker.Run(jobsCtx) })
	parts.Go(func() error { return s.teller.asking.Run(jobsCtx) })
	parts.Go(func() error { return s.teller.messages.Run(jobsCtx) })
	parts.Go(func() error { return s.teller.subjects.Run(jobsCtx) })
	parts.Go(func() error { return s.teller.greetings.Run(jobsCtx) })
	parts.Go(func() error { return s.officers.Run(jobsCtx) })
	parts.Go(func() error { return s.watchLocal(failed) })
	if s.cfg.Simulate {
		// It goes last: a pull under way still finds its source.
		parts.Go(func() error { return s.simulate(failed, func() { close(connected) }) })
	} else {
		close(connected)
	}
	parts.Go(func() error {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	s.announce(first, began)
	select {
	case <-ctx.Done():
	case <-failed.Done():
	}
	s.log.Info("Stopping")
	s.stop()  // who follows an answer comes back
	stopHub() // sockets hear "come back" before the listener goes
	<-hubDone
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.http.Shutdown(drain); err != nil {
		_ = s.http.Close()
	}
	stopJobs()
	<-jobsDone
	stopWork()
	return parts.Wait()
}

// watchLocal starts the private Postgres again if it has died.
func (s *serving) watchLocal(ctx context.Context) error {
	if s.db.local == nil {
		return nil
	}
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		ping, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := s.db.Ping(ping)
		cancel()
		if err == nil || ctx.Err() != nil {
			continue
		}
		s.log.Warn("The private Postgres does not answer", "err", err)
		if err := s.db.local.Ensure(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("The private Postgres was not started again", "err", err)
		}
	}
}

// announce prints the address and, once, the first logins.
func (s *serving) announce(first []firstAccount, began time.Time) {
	w := s.in.stdout
	_, _ = fmt.Fprintf(w, "\nBalaikota %s, %s: http://%s  (siap dalam %.1f s)\n", version, s.db.city.Name, s.address, time.Since(began).Seconds())
	if len(first) > 0 {
		_, _ = fmt.Fprintln(w, "\nAkun pertama (kata sandi diganti saat masuk pertama; hanya ditampilkan sekali):")
		for _, a := range first {
			_, _ = fmt.Fprintf(w, "  %-10s %-22s %s\n", a.username, a.password, a.name)
		}
	}
	if !s.cfg.Simulate {
		if sources, err := s.db.Sources(s.in.ctx); err == nil && len(sources) == 0 {
			_, _ = fmt.Fprintln(w, "\nBelum ada sumber data. Sambungkan kota simulasi: balaikota serve --simulate; sumber sendiri: balaikota source add BERKAS.")
		}
	}
	_, _ = fmt.Fprintln(w, "\nCtrl-C menghentikan semuanya.")
}

// simDir is where the simulated city lives.
func simDir(data string) string { return filepath.Join(data, "simcity") }
