package notice

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Asks is where questions to reporters and closing answers wait.
// backend/store implements it.
type Asks interface {
	AddressAsks(ctx context.Context, offered []city.NoticeChannel) (int, error)
	ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) ([]city.ReporterErrand, error)
	FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error)
}

// Asking brings questions and closing answers to reporters until its context
// ends; without carriers it does nothing. Any number of nodes may run one each. Addresses
// pass through it and stay nowhere.
type Asking struct {
	Asks     Asks
	Carriers []city.ReporterCarrier
	// Lease names this node; no two may share one.
	Lease string
	Now   func() time.Time
	Log   *slog.Logger
}

// Run asks every few seconds, and at once again while there is more.
func (a *Asking) Run(ctx context.Context) error {
	if len(a.Carriers) == 0 {
		<-ctx.Done()
		return nil
	}
	again(ctx, 5*time.Second, a.Round, func(err error) { a.Log.Warn("Letters to reporters are not brought", "err", err) })
	return nil
}

// Round addresses what was asked and carries what is due, once. It returns how
// many questions it addressed and carried.
func (a *Asking) Round(ctx context.Context) (int, error) {
	if len(a.Carriers) == 0 {
		return 0, nil
	}
	channels := []city.NoticeChannel{}
	for _, c := range a.Carriers {
		channels = append(channels, c.Channel())
	}
	addressed, err := a.Asks.AddressAsks(ctx, channels)
	errands, claimed := a.Asks.ClaimAsks(ctx, a.Lease, channels, atOnce, hold)
	if claimed != nil {
		return addressed, errors.Join(err, claimed)
	}
	var wg sync.WaitGroup
	failures := make([]error, len(errands))
	for i, e := range errands {
		wg.Go(func() { failures[i] = a.run(ctx, e) })
	}
	wg.Wait()
	return addressed + len(errands), errors.Join(err, errors.Join(failures...))
}

// run carries one letter and writes how it went, also when the server stops
// meanwhile.
func (a *Asking) run(ctx context.Context, e city.ReporterErrand) error {
	o := a.attempt(ctx, e)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	held, err := a.Asks.FinishAsk(end, e, o)
	if err == nil && !held {
		a.Log.Warn("A letter to a reporter took longer than its lease and may come twice", "letter", e.ID, "channel", e.Channel)
	}
	return err
}

func (a *Asking) attempt(ctx context.Context, e city.ReporterErrand) city.NoticeOutcome {
	if e.Address == "" {
		return city.NoticeOutcome{Ended: true, Error: "tidak ada alamat lagi"}
	}
	for _, c := range a.Carriers {
		if c.Channel() != e.Channel {
			continue
		}
		try, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		err := c.CarryLetter(try, e.Address, e.Letter)
		switch {
		case err == nil:
			return city.NoticeOutcome{Taken: true}
		case city.CodeOf(err) == city.NotFound:
			return city.NoticeOutcome{Ended: true, Error: err.Error()}
		}
		return city.NoticeOutcome{NextAt: a.Now().Add(pauseAfter(e.Attempts, err)), Error: err.Error()}
	}
	return city.NoticeOutcome{Ended: true, Error: "kanal tidak tersedia"}
}
