package jobs

import (
	"context"
	"errors"
	"time"

	"balaikota/backend/city"
)

const (
	// mostHeard bounds how many sources one node listens to: each holds a
	// connection to the database for its lock. The others keep to their schedule.
	mostHeard = 4
	// soonestListen and latestListen bound the pause before a source is listened
	// to again after that failed, or told of news that were none.
	soonestListen = 200 * time.Millisecond
	latestListen  = 5 * time.Minute
)

// errHeldElsewhere: another node listens to the source.
var errHeldElsewhere = errors.New("another node listens to the source")

// hearing is a source that this node listens to, or wants to.
type hearing struct {
	src  city.Source
	stop context.CancelFunc
}

// listen brings the sources listened to in line with the configured ones. What
// was changed is listened to anew.
func (j *Jobs) listen(ctx context.Context, sources []city.Source) {
	wanted := map[string]city.Source{}
	for _, s := range sources {
		if !s.Paused && s.Schedule != "" && len(wanted) < mostHeard && j.opt.Runner.Waits(s) {
			wanted[s.Slug] = s
		}
	}
	for slug, h := range j.heard {
		if s, ok := wanted[slug]; !ok || s.ID != h.src.ID || s.Connector != h.src.Connector || string(s.Config) != string(h.src.Config) {
			h.stop()
			delete(j.heard, slug)
		}
	}
	for slug, s := range wanted {
		if j.heard[slug] != nil {
			continue
		}
		own, stop := context.WithCancel(ctx)
		j.heard[slug] = &hearing{src: s, stop: stop}
		j.listening.Go(func() { defer stop(); j.follow(own, slug) })
	}
}

// follow listens to a source until ctx ends or the source turns out to have no
// way of telling. Whatever fails here, the schedule goes on.
func (j *Jobs) follow(ctx context.Context, slug string) {
	pause := soonestListen
	for {
		heard, again, err := j.hear(ctx, slug)
		wait := pause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && errors.Is(err, j.opt.NoWait):
			j.opt.Log.Info("A source cannot tell of news and is left to its schedule", "source", slug)
			return
		case heard:
			pause, wait = soonestListen, soonestListen
		case errors.Is(err, errHeldElsewhere):
			wait = reloadEvery
		default:
			j.opt.Log.Debug("Listening to a source broke off", "source", slug, "err", err, "again", pause)
			pause = min(2*pause, latestListen)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, time.Until(again))):
		}
	}
}

// hear takes the source for this node and pulls it each time that it tells of
// news, until something does not go as it should: waiting fails, or what was told
// brings nothing, because the source is in its pause or pulled elsewhere. heard
// says whether anything came in; again is when the runner wants to try again.
func (j *Jobs) hear(ctx context.Context, slug string) (heard bool, again time.Time, err error) {
	release, ok, err := j.opt.TryLock(ctx, "wait:"+slug)
	if err != nil {
		return false, again, err
	}
	if !ok {
		return false, again, errHeldElsewhere
	}
	defer release()
	for {
		src, err := j.opt.Sources.Source(ctx, slug)
		if err != nil {
			return heard, again, err
		}
		if err := j.opt.Runner.Wait(ctx, src); err != nil {
			return heard, again, err
		}
		tally, again, err := j.pull(ctx, slug, false)
		if err != nil || tally.Read == 0 {
			return heard, again, err
		}
		heard = true
	}
}
