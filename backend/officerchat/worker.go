package officerchat

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Queue is where officers' words wait. backend/store implements it.
type Queue interface {
	ClaimWords(ctx context.Context, lease string, limit int, hold time.Duration) ([]city.OfficerErrand, error)
	KeepWord(ctx context.Context, e city.OfficerErrand, hold time.Duration) (bool, error)
	AnswerWord(ctx context.Context, e city.OfficerErrand, replies []string) (bool, error)
	SentReply(ctx context.Context, e city.OfficerErrand, sent int) error
	FinishWord(ctx context.Context, e city.OfficerErrand, o city.NoticeOutcome) (bool, error)
}

// Assistant answers questions: the same that the page asks.
type Assistant interface {
	Start(ctx context.Context, who city.Asker) (city.Conversation, error)
	Ask(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Exchange, error)
	Follow(ctx context.Context, who city.Asker, question int64) iter.Seq2[city.Step, error]
	Exchange(ctx context.Context, who city.Asker, question int64) (city.Exchange, error)
	Receipt(ctx context.Context, who city.Asker, number int64) (city.Receipt, error)
}

const (
	// A node that died is followed after hold; who works renews it.
	hold, renewed = 30 * time.Second, 10 * time.Second
	atOnce        = 8
	patience      = 20 * time.Second // for one message to be taken
	answerWithin  = 3 * time.Minute
	// An answer that could not be written so long is on the page, not in the chat.
	giveUpAfter = 6 * time.Hour

	firstPause, longestPause = 5 * time.Second, 10 * time.Minute
)

// Worker answers until its context ends. Any number of nodes may run one each.
type Worker struct {
	Queue     Queue
	Assistant Assistant
	// Write writes by the source that the officer wrote to. NotFound says that they
	// cannot be reached (any more).
	Write func(ctx context.Context, m city.ChatMessage) error
	// Mail sends a letter; key makes one sent twice known. nil without a mail server.
	Mail func(ctx context.Context, address, subject, body, key string) error
	// Names are the names of sources by their slugs, for the evidence.
	Names func(ctx context.Context, slugs []string) []string
	// PublicURL is where officers open their page, "" leaves links out.
	PublicURL string
	Zone      *time.Location
	Label     string // of the zone, such as WITA
	// Lease names this node; no two may share one.
	Lease string
	Now   func() time.Time
	Log   *slog.Logger
}

// Run answers once a second, and at once again while there is more.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	failing := false
	for {
		n, err := w.Round(ctx)
		if ctx.Err() != nil {
			return nil // asked to stop
		}
		if err != nil && !failing {
			w.Log.Warn("What officers write by chats is not answered", "err", err)
		}
		failing = err != nil
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Round answers what waits, once, and returns how many words it took on.
func (w *Worker) Round(ctx context.Context) (int, error) {
	words, err := w.Queue.ClaimWords(ctx, w.Lease, atOnce, hold)
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	failures := make([]error, len(words))
	for i, e := range words {
		wg.Go(func() { failures[i] = w.run(ctx, e) })
	}
	wg.Wait()
	return len(words), errors.Join(failures...)
}

// errElsewhere ends work on a word that another node has.
var errElsewhere = errors.New("the word is no longer ours")

// run answers one word and writes how it went, also when the server stops meanwhile:
// what was not written is then taken up at once by who comes next.
func (w *Worker) run(ctx context.Context, e city.OfficerErrand) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go w.keep(work, stop, e)
	o, err := w.attempt(work, e)
	if errors.Is(err, errElsewhere) || errors.Is(context.Cause(work), errElsewhere) {
		return nil
	}
	if err != nil {
		o = city.NoticeOutcome{NextAt: w.Now().Add(pauseAfter(e.Attempts, err)), Error: err.Error()}
		if ctx.Err() != nil {
			o = city.NoticeOutcome{NextAt: w.Now(), Error: "layanan berhenti"}
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, failed := w.Queue.FinishWord(end, e, o)
	return failed
}

// keep renews the lease until ctx ends, and ends the work when it is lost.
func (w *Worker) keep(ctx context.Context, stop context.CancelCauseFunc, e city.OfficerErrand) {
	tick := time.NewTicker(renewed)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if ours, err := w.Queue.KeepWord(ctx, e, hold); err == nil && !ours {
			stop(errElsewhere)
			return
		}
	}
}

// pauseAfter is how long to wait after so many tries, by half by chance.
func pauseAfter(attempts int, err error) time.Duration {
	pause := min(longestPause, firstPause<<min(max(attempts, 1)-1, 10))
	pause = pause/2 + rand.N(pause/2+1)
	if own, ok := errors.AsType[*city.Error](err); ok && own.RetryAfter > 0 {
		pause = min(longestPause, max(pause, own.RetryAfter))
	}
	return pause
}
