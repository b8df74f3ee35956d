package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"balaikota/backend/city"
)

// Runner pulls sources. It holds no schedule: backend/jobs decides when and
// calls RunOnce. It is safe for concurrent use.
type Runner struct {
	registry *Registry
	ingester city.Ingester
	env      Env
	limits   RunLimits
	patience *patience
	log      *slog.Logger
	secrets  *Secrets
}

// RunLimits bound one run of one source, so that a large backlog cannot keep
// others waiting: what is left is taken up by the next run.
type RunLimits struct {
	Pages    int           // pages in a run; 200 if 0
	Duration time.Duration // after this no new page is begun; 2 min if 0
	Page     time.Duration // the longest one Pull may take; 90 s if 0
}

func (l RunLimits) orDefault() RunLimits {
	if l.Pages <= 0 {
		l.Pages = 200
	}
	if l.Duration <= 0 {
		l.Duration = 2 * time.Minute
	}
	if l.Page <= 0 {
		l.Page = 90 * time.Second
	}
	return l
}

// NewRunner returns a runner of the registry's connectors that hands pages to
// ingester. env.Areas, env.HTTP
// and env.Log are required; Location, Now and Secret have defaults (UTC,
// time.Now, secrets.Reveal). secrets also redacts every error and may be nil.
func NewRunner(registry *Registry, ingester city.Ingester, env Env, secrets *Secrets, limits RunLimits) *Runner {
	if env.Location == nil {
		env.Location = time.UTC
	}
	if env.Now == nil {
		env.Now = time.Now
	}
	if env.Secret == nil && secrets != nil {
		env.Secret = secrets.Reveal
	}
	return &Runner{
		registry: registry, ingester: ingester, env: env, limits: limits.orDefault(),
		patience: newPatience(), log: env.Log, secrets: secrets,
	}
}

// Forget ends the pause of a source, for an officer who says "try now".
func (r *Runner) Forget(sourceID int64) { r.patience.succeed(sourceID) }

// RunOnce pulls a source from its cursor until it has no more or the limits
// are reached, storing each page with the cursor that follows it.
//
// The time is when to run again ahead of the schedule: after a failure, or at
// once when there is more to pull; zero means by schedule. The error is an
// *city.Error in plain words (see Explain), without secrets; ErrWaiting is in
// its chain when the source was not asked at all. The outcome is stored as the
// source's Attempt, except for ErrWaiting, which is no attempt.
func (r *Runner) RunOnce(ctx context.Context, src city.Source) (city.Tally, time.Time, error) {
	started := r.env.Now()
	if at, ok := r.patience.enter(src.ID, started, r.limits.Duration+r.limits.Page); !ok {
		return city.Tally{}, at, waiting(at, started, ErrWaiting)
	}
	if src.QuotaHour > 0 && src.TakenHour >= src.QuotaHour {
		r.patience.release(src.ID)
		at := nextHour(started)
		return city.Tally{}, at, waiting(at, started, ErrWaiting)
	}
	run := &run{Runner: r, src: src, started: started, cursor: src.Cursor,
		log: r.log.With("source", src.Slug, "connector", src.Connector)}
	more, err := run.pull(ctx)
	if err != nil {
		return run.failed(ctx, err)
	}
	r.patience.succeed(src.ID)
	if run.overQuota() {
		return run.tally, nextHour(started), nil
	}
	if more {
		return run.tally, r.env.Now(), nil
	}
	return run.tally, time.Time{}, nil
}

// Waits reports whether the source's connector can be told of news.
func (r *Runner) Waits(src city.Source) bool {
	spec, ok := r.registry.Lookup(src.Connector)
	return ok && spec.Waits
}

// Wait returns nil when the source has news behind its cursor, and otherwise the
// error with which waiting ended: ErrNoWait in its chain when the source cannot
// tell, the context's when that ended, else an *city.Error in plain words,
// without secrets. It stores nothing; that a source cannot be waited for is no
// failure of the source.
func (r *Runner) Wait(ctx context.Context, src city.Source) error {
	run := &run{Runner: r, src: src, log: r.log.With("source", src.Slug, "connector", src.Connector)}
	err := run.wait(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrNoWait):
		return ErrNoWait
	}
	return r.told(err)
}

// wait asks a connector of its own. A panic in it is that source's failure alone.
func (r *run) wait(ctx context.Context) (err error) {
	c, err := r.build(ctx)
	if err != nil {
		return err
	}
	defer recovered(&err)
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	w, ok := c.(Waiter)
	if !ok {
		return ErrNoWait
	}
	return w.Wait(ctx, r.src.Cursor)
}

// run is one RunOnce at work.
type run struct {
	*Runner
	src     city.Source
	started time.Time
	cursor  json.RawMessage
	tally   city.Tally
	pages   int
	rows    int
	log     *slog.Logger
	trial   bool // nothing is kept
	// indicators are the declared ones, once build has asked for them.
	indicators []city.Indicator
}

// pull goes through the pages; more is true when limits ended it early.
func (r *run) pull(ctx context.Context) (more bool, err error) {
	connector, err := r.build(ctx)
	if err != nil {
		return false, err
	}
	if c, ok := connector.(io.Closer); ok {
		defer func() {
			if cerr := c.Close(); cerr != nil && err == nil {
				err = fmt.Errorf("close the connector: %w", cerr)
			}
		}()
	}
	clock := time.Now() // limits are about real time, whatever Now says
	for {
		page, err := r.pullPage(ctx, connector)
		if err != nil {
			return false, err
		}
		r.pages++
		r.rows += page.Rows()
		if page.More && len(page.Cursor) == 0 && page.Rows() == 0 {
			return false, errors.New("the connector asks for another page without having moved")
		}
		last := !page.More || r.pages >= r.limits.Pages || time.Since(clock) >= r.limits.Duration || ctx.Err() != nil
		if err := r.deliver(ctx, page, last); err != nil {
			return false, err
		}
		if k, ok := connector.(Keeper); ok {
			k.Kept(ctx)
		}
		if r.overQuota() {
			return false, r.slow(ctx)
		}
		if last {
			return page.More, nil
		}
	}
}

// build makes the connector. A panic in one is that source's failure alone.
func (r *run) build(ctx context.Context) (c Connector, err error) {
	defer recovered(&err)
	spec, ok := r.registry.Lookup(r.src.Connector)
	if !ok {
		params := map[string]string{"detail": r.src.Connector}
		return nil, &city.Error{Code: city.Invalid, Key: string(FailConnector), Params: params,
			Message: fill(FailureTexts[FailConnector].EN, params)}
	}
	env := r.env
	env.Log, env.Trial, env.Source = r.log, r.trial, r.src.ID
	if env.Catalogue != nil {
		if env.Categories, env.Indicators, err = env.Catalogue(ctx); err != nil {
			return nil, &city.Error{Code: city.Internal, Key: string(FailStore), Message: FailureTexts[FailStore].EN, Err: err}
		}
	}
	r.indicators = env.Indicators
	return spec.New(r.src.Config, env)
}

func (r *run) pullPage(ctx context.Context, c Connector) (p Page, err error) {
	defer recovered(&err)
	ctx, cancel := context.WithTimeout(ctx, r.limits.Page)
	defer cancel()
	p, err = c.Pull(ctx, r.cursor)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w (%w)", err, ctx.Err())
	}
	return p, err
}

func recovered(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("the connector failed unexpectedly: %v", v)
	}
}

// deliver checks a page and hands it to the store with its cursor; the last
// page of a run carries the attempt.
func (r *run) deliver(ctx context.Context, page Page, last bool) error {
	d := city.Delivery{SourceID: r.src.ID, Cursor: page.Cursor, SentBack: r.src.SentBack}
	check := checker{env: r.env, src: r.src, now: r.env.Now()}
	check.page(page, &d)
	if last {
		d.Attempt = &city.Attempt{Started: r.started, Finished: r.env.Now(), Before: r.tally}
		if page.More {
			d.Attempt.RetryAt = d.Attempt.Finished
		}
	}
	tally, err := r.ingester.Ingest(ctx, d)
	if err != nil {
		return &city.Error{Code: city.Internal, Key: string(FailStore), Message: FailureTexts[FailStore].EN, Err: err}
	}
	r.add(tally)
	if len(page.Cursor) > 0 {
		r.cursor = page.Cursor
	}
	return nil
}

func (r *run) add(t city.Tally) {
	r.tally.Read += t.Read
	r.tally.Added += t.Added
	r.tally.Changed += t.Changed
	r.tally.Unchanged += t.Unchanged
	r.tally.Refused += t.Refused
	r.tally.Removed += t.Removed
}

// failed explains, records and schedules after a failure.
func (r *run) failed(ctx context.Context, err error) (city.Tally, time.Time, error) {
	if ctx.Err() != nil {
		// We were stopped ourselves: nothing is known against the source.
		r.patience.release(r.src.ID)
		return r.tally, time.Time{}, Explain(fmt.Errorf("%w: %w", context.Canceled, r.secrets.RedactError(err)))
	}
	now := r.env.Now()
	retryAt := r.patience.fail(r.src.ID, now, err, r.rows > 0)
	told := *r.told(err)
	r.log.Warn("pull failed", "reason", told.Key, "error", told.Err, "retry_at", retryAt, "pages", r.pages)
	if told.Key == string(FailStore) {
		return r.tally, retryAt, &told // the store could not record it either
	}
	plain := told // what officers read holds no technical cause; the log has it
	plain.Err = nil
	attempt := &city.Attempt{Started: r.started, Finished: now, Err: &plain, RetryAt: retryAt, Before: r.tally}
	if _, ierr := r.ingester.Ingest(ctx, city.Delivery{SourceID: r.src.ID, SentBack: r.src.SentBack, Attempt: attempt}); ierr != nil {
		r.log.Error("record a failed pull", "error", ierr)
	}
	return r.tally, retryAt, &told
}
