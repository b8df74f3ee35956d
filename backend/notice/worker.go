package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Outbox is where notices wait. backend/store implements it.
type Outbox interface {
	TellSteps(ctx context.Context, offered []city.NoticeChannel) (int, error)
	TellReviews(ctx context.Context, offered []city.NoticeChannel) (int, error)
	ClaimErrands(ctx context.Context, lease string, channels []city.NoticeChannel, vapid string, limit int, hold time.Duration) ([]city.NoticeErrand, error)
	FinishErrand(ctx context.Context, e city.NoticeErrand, o city.NoticeOutcome, offered []city.NoticeChannel) (held bool, err error)
	SecondChannels(ctx context.Context, offered []city.NoticeChannel, patience time.Duration) (int64, error)
}

// How notices are brought.
const (
	// A lease outlives the slowest try, so that two nodes bring one notice only
	// when the first died or lost its clock.
	hold, patience = time.Minute, 20 * time.Second
	atOnce         = 8
	// After so many failures the next channel is used too.
	secondAfter = 4
	// A channel is tried so long; the app's own list keeps the notice.
	giveUpAfter = 72 * time.Hour
	// An urgent notice that nobody reads so long takes the next channel.
	unreadAfter = 15 * time.Minute
	// Of notices that are not urgent channels carry so many a day to one
	// officer; the rest stand in the app's list.
	perDay = 20

	firstPause, longestPause = 30 * time.Second, 30 * time.Minute
	// A receiver that asks for more patience than this is tried then anyway.
	longestWait = 6 * time.Hour
)

// Worker brings notices until its context ends. Any number of nodes may run
// one each.
type Worker struct {
	Outbox   Outbox
	Carriers []city.Carrier
	// VAPID is the public key of this server's pushes, "" without pushes.
	VAPID string
	Zone  *time.Location
	// Lease names this node; no two may share one.
	Lease string
	Now   func() time.Time
	Log   *slog.Logger
}

// Offered are the channels that this node can use.
func (w *Worker) Offered() []city.NoticeChannel {
	out := []city.NoticeChannel{}
	for _, c := range w.Carriers {
		out = append(out, c.Channel())
	}
	return out
}

// Run tells and carries once a second, and at once again while there is more.
func (w *Worker) Run(ctx context.Context) error {
	again(ctx, time.Second, w.Round, func(err error) { w.Log.Warn("Notices are not brought", "err", err) })
	return nil
}

// again makes rounds until ctx ends: at once while there is more, else at every
// tick. The first failure of a row of them is told to warn.
func again(ctx context.Context, every time.Duration, round func(context.Context) (int, error), warn func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		n, err := round(ctx)
		if ctx.Err() != nil {
			return // asked to stop
		}
		if err != nil && !failing {
			warn(err)
		}
		failing = err != nil
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Round tells what waits and carries what is due, once. It returns how many
// steps and reviews were told and errands run.
func (w *Worker) Round(ctx context.Context) (int, error) {
	offered := w.Offered()
	told, err := w.Outbox.TellSteps(ctx, offered)
	reviews, failed := w.Outbox.TellReviews(ctx, offered)
	told, err = told+reviews, errors.Join(err, failed)
	if len(offered) == 0 {
		return told, err
	}
	if _, second := w.Outbox.SecondChannels(ctx, offered, unreadAfter); second != nil {
		err = errors.Join(err, second)
	}
	errands, claimed := w.Outbox.ClaimErrands(ctx, w.Lease, offered, w.VAPID, atOnce, hold)
	if claimed != nil {
		return told, errors.Join(err, claimed)
	}
	var wg sync.WaitGroup
	failures := make([]error, len(errands))
	for i, e := range errands {
		wg.Go(func() { failures[i] = w.run(ctx, e, offered) })
	}
	wg.Wait()
	return told + len(errands), errors.Join(err, errors.Join(failures...))
}

// run carries one errand and writes how it went, also when the server stops
// meanwhile: what was carried must not be carried again.
func (w *Worker) run(ctx context.Context, e city.NoticeErrand, offered []city.NoticeChannel) error {
	o := w.attempt(ctx, e)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	held, err := w.Outbox.FinishErrand(end, e, o, offered)
	if err == nil && !held {
		w.Log.Warn("A notice took longer than its lease and may come twice", "notice", e.Notice.ID, "channel", e.Channel)
	}
	return err
}

// attempt decides whether an errand is due now, and carries it if so.
func (w *Worker) attempt(ctx context.Context, e city.NoticeErrand) city.NoticeOutcome {
	now := w.Now()
	if !e.Notice.Urgent {
		if wake := e.Preferences.WakesAt(now, w.Zone); wake.After(now) {
			return city.NoticeOutcome{NextAt: wake, Uncounted: true, Error: "menunggu jam tenang berakhir"}
		}
		if e.TakenToday >= perDay {
			return city.NoticeOutcome{Ended: true, Error: "batas harian tercapai; tetap ada di daftar aplikasi"}
		}
	}
	if now.Sub(e.Notice.At) > giveUpAfter {
		return city.NoticeOutcome{Ended: true, Error: "tidak terkirim selama tiga hari"}
	}
	carrier := w.carrier(e.Channel)
	if carrier == nil {
		return city.NoticeOutcome{Ended: true, Second: true, Error: "kanal tidak tersedia"}
	}
	try, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if e.Channel == city.NoticePush {
		return w.toBrowsers(try, carrier, e)
	}
	address, missing := e.Preferences.Email, "alamat surel belum dikonfirmasi"
	if e.Channel != city.NoticeEmail {
		address, missing = e.Chat, "belum ada kontak yang terhubung, atau perlu dikonfirmasi lagi"
	}
	if address == "" {
		return city.NoticeOutcome{Ended: true, Second: true, Error: missing}
	}
	err := carrier.Carry(try, address, e.Notice)
	if err == nil {
		return city.NoticeOutcome{Taken: true}
	}
	return w.failed(e, err)
}

func (w *Worker) carrier(channel city.NoticeChannel) city.Carrier {
	for _, c := range w.Carriers {
		if c.Channel() == channel {
			return c
		}
	}
	return nil
}

// toBrowsers pushes to every browser of the officer; one that took it is
// enough. Browsers that are gone are forgotten.
func (w *Worker) toBrowsers(ctx context.Context, carrier city.Carrier, e city.NoticeErrand) city.NoticeOutcome {
	var o city.NoticeOutcome
	var failure error
	for _, sub := range e.Subscriptions {
		address, err := json.Marshal(sub)
		if err != nil {
			return w.failed(e, fmt.Errorf("encode a browser: %w", err))
		}
		switch err := carrier.Carry(ctx, string(address), e.Notice); {
		case err == nil:
			o.Reached = append(o.Reached, sub.ID)
		case city.CodeOf(err) == city.NotFound:
			o.Gone = append(o.Gone, sub.ID)
		default:
			failure = err
		}
	}
	switch {
	case len(o.Reached) > 0:
		o.Taken = true
	case failure != nil:
		gone := o.Gone
		o = w.failed(e, failure)
		o.Gone = gone
	default:
		o.Ended, o.Second, o.Error = true, true, "tidak ada peramban yang menerima"
	}
	return o
}

// failed says when a try is made again: after twice the pause of the one
// before, between half and all of it by chance so that nodes and notices do
// not come in step; or when the receiver asks for it.
func (w *Worker) failed(e city.NoticeErrand, err error) city.NoticeOutcome {
	if city.CodeOf(err) == city.NotFound {
		return city.NoticeOutcome{Ended: true, Second: true, Error: err.Error()}
	}
	return city.NoticeOutcome{NextAt: w.Now().Add(pauseAfter(e.Attempts, err)), Second: e.Attempts >= secondAfter, Error: err.Error()}
}

// pauseAfter is how long to wait after so many tries, the last of which failed
// with err.
func pauseAfter(attempts int, err error) time.Duration {
	pause := min(longestPause, firstPause<<min(max(attempts, 1)-1, 10))
	pause = pause/2 + rand.N(pause/2+1)
	if own, ok := errors.AsType[*city.Error](err); ok && own.RetryAfter > 0 {
		pause = min(longestWait, max(pause, own.RetryAfter))
	}
	return pause
}
