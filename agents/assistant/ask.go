package assistant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

// questionStore keeps questions while they are worked on. A question that runs
// is held by one node under a lease; what is written for it is refused
// (Conflict) once another holds it or it was canceled.
type questionStore interface {
	// AddQuestion stores q as running, held by node, in a conversation of who.
	AddQuestion(ctx context.Context, who city.Asker, q city.Question, node string, lease time.Duration) (city.Question, error)
	// TakeStranded takes over running questions whose lease has run out.
	TakeStranded(ctx context.Context, node string, lease time.Duration, limit int) ([]city.Asked, error)
	// KeepQuestion renews the lease; false when the question is no longer ours.
	KeepQuestion(ctx context.Context, question int64, node string, lease time.Duration) (bool, error)
	AddSteps(ctx context.Context, question int64, steps []city.Step) error
	// FinishQuestion stores all of the ending in one transaction and returns the
	// answer with its receipt's number.
	FinishQuestion(ctx context.Context, question int64, node string, end city.Ending) (city.Answer, error)
	// CancelQuestion ends a running question of who; false when it had ended.
	CancelQuestion(ctx context.Context, who city.Asker, question int64, answer city.Answer) (bool, error)
	Exchange(ctx context.Context, who city.Asker, question int64) (city.Exchange, error)
	// Turns are the newest ended questions of a conversation before one, oldest
	// first.
	Turns(ctx context.Context, conversation, before int64, limit int) ([]city.Turn, error)
	// Recall and Remember keep providers' answers by question and scope.
	Recall(ctx context.Context, key string) (city.Remembered, bool, error)
	Remember(ctx context.Context, key string, r city.Remembered) error
}

const (
	longestQuestion = 1000             // characters
	oldestStranded  = 15 * time.Minute // older ones are not asked again
	mostTries       = 3
	canceledText    = "Pertanyaan dibatalkan."
	strandedText    = "Pertanyaan ini terputus karena layanan berhenti, dan sudah terlalu lama untuk dijawab. Silakan tanyakan lagi."
	failedText      = "Jawaban tidak dapat disusun karena gangguan pada sistem. Silakan tanyakan lagi beberapa saat lagi."
)

// errElsewhere ends work on a question that is no longer ours: it was canceled
// or another node has it.
var errElsewhere = errors.New("the question is no longer ours")

func newNode() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	return hex.EncodeToString(raw[:])
}

// Ask stores a question and returns at once; it is answered in the background
// (Follow, Exchange). Errors: Invalid with Field "text", "at" or "call";
// NotFound when the conversation is not the asker's.
func (a *Assistant) Ask(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Exchange, error) {
	asked, err := a.accept(ctx, who, conversation, q)
	if err != nil {
		return city.Exchange{}, err
	}
	a.background(asked)
	return city.Exchange{Question: asked.Question, Answer: runningAnswer(asked.Question), Steps: []city.Step{}}, nil
}

// Answer stores a question and answers it before it returns.
func (a *Assistant) Answer(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Exchange, error) {
	asked, err := a.accept(ctx, who, conversation, q)
	if err != nil {
		return city.Exchange{}, err
	}
	answer, err := a.answer(ctx, asked, false)
	return city.Exchange{Question: asked.Question, Answer: answer, Steps: []city.Step{}}, err
}

func runningAnswer(q city.Question) city.Answer {
	return complete(city.Answer{QuestionID: q.ID, Status: city.Running, At: q.At})
}

func (a *Assistant) accept(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Asked, error) {
	q.ConversationID = conversation
	q.Text = strings.TrimSpace(a.Mask(visible(q.Text)))
	switch {
	case q.Text == "":
		return city.Asked{}, city.InvalidField("text", "is empty")
	case utf8.RuneCountInString(q.Text) > longestQuestion:
		return city.Asked{}, city.InvalidField("text", "has more than %d characters", longestQuestion)
	case q.Call != nil && q.Call.Tool == "":
		return city.Asked{}, city.InvalidField("call", "names no tool")
	}
	q.AskedAt = a.Now().UTC()
	if q.At.IsZero() {
		q.At = q.AskedAt
	}
	q.At = q.At.UTC()
	stored, err := a.Store.AddQuestion(ctx, who, q, a.Node, a.Limits.Lease)
	if err != nil {
		return city.Asked{}, fmt.Errorf("store the question: %w", err)
	}
	return city.Asked{Question: stored, Asker: who, Tries: 1}, nil
}

// background answers a question under the server's context. When as many as
// Limits.Together are under way it waits its turn; its lease is kept meanwhile.
func (a *Assistant) background(q city.Asked) {
	a.mu.Lock()
	ctx := a.work
	a.mu.Unlock()
	a.under.Go(func() {
		if _, err := a.answer(ctx, q, true); err != nil && ctx.Err() == nil {
			a.Log.Error("A question was not answered", "question", q.ID, "err", err)
		}
	})
}

// answer works on a question until its ending is stored. live stores each step
// as it is made.
func (a *Assistant) answer(ctx context.Context, q city.Asked, live bool) (city.Answer, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	a.hold(q.ID, func() { stop(errElsewhere) })
	defer a.release(q.ID)
	defer a.changed()
	go a.keep(ctx, stop, q.ID)
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return city.Answer{}, context.Cause(ctx)
	}
	end, err := a.turn(ctx, q, live)
	if cause := context.Cause(ctx); cause != nil {
		return city.Answer{}, cause // the lease runs out, or another has it already
	}
	if err != nil {
		a.Log.Error("Answering failed", "question", q.ID, "err", err)
		end = a.failed(q, failedText)
	}
	answer, err := a.Store.FinishQuestion(ctx, q.ID, a.Node, end)
	if err != nil {
		return city.Answer{}, fmt.Errorf("store the answer: %w", err)
	}
	return answer, nil
}

func (a *Assistant) failed(q city.Asked, text string) city.Ending {
	return city.Ending{
		Answer: complete(city.Answer{QuestionID: q.ID, Status: city.Failed, Text: text, At: q.At, AnsweredAt: a.Now().UTC()}),
		Turn:   city.Turn{Question: q.Text, Answer: text},
	}
}

// keep renews a question's lease until ctx ends, and ends the work when the
// question is no longer ours.
func (a *Assistant) keep(ctx context.Context, stop context.CancelCauseFunc, question int64) {
	tick := time.NewTicker(max(a.Limits.Lease/5, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ours, err := a.Store.KeepQuestion(ctx, question, a.Node, a.Limits.Lease)
		if err != nil {
			if ctx.Err() == nil {
				a.Log.Warn("A question's lease was not renewed", "question", question, "err", err)
			}
			continue
		}
		if !ours {
			stop(errElsewhere)
			return
		}
	}
}

func (a *Assistant) hold(question int64, cancel context.CancelFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running[question] = cancel
}

func (a *Assistant) release(question int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.running, question)
}

// Cancel stops a running question of the asker at once.
func (a *Assistant) Cancel(ctx context.Context, who city.Asker, question int64) (city.Exchange, error) {
	answer := complete(city.Answer{QuestionID: question, Status: city.Canceled, Text: canceledText, AnsweredAt: a.Now().UTC()})
	if _, err := a.Store.CancelQuestion(ctx, who, question, answer); err != nil {
		return city.Exchange{}, fmt.Errorf("cancel question %d: %w", question, err)
	}
	a.mu.Lock()
	stop := a.running[question]
	a.mu.Unlock()
	x, err := a.Store.Exchange(ctx, who, question)
	if err == nil && x.Answer.Status == city.Canceled && stop != nil {
		stop()
	}
	a.changed()
	return x, err
}

// Exchange is a question of the asker's with its answer as far as there is one.
func (a *Assistant) Exchange(ctx context.Context, who city.Asker, question int64) (city.Exchange, error) {
	return a.Store.Exchange(ctx, who, question)
}

// Follow yields the steps of a question, those made already first, and ends
// when it has ended: then Exchange has the answer. It works whichever node
// answers, and from the beginning again after a broken connection.
func (a *Assistant) Follow(ctx context.Context, who city.Asker, question int64) iter.Seq2[city.Step, error] {
	return func(yield func(city.Step, error) bool) {
		seen := 0
		for {
			wake := a.waiting()
			x, err := a.Store.Exchange(ctx, who, question)
			if err != nil {
				yield(city.Step{}, err)
				return
			}
			for _, s := range x.Steps {
				if s.Seq > seen {
					seen = s.Seq
					if !yield(s, nil) {
						return
					}
				}
			}
			if x.Answer.Status != city.Running {
				return
			}
			select {
			case <-ctx.Done():
				yield(city.Step{}, ctx.Err())
				return
			case <-wake:
			case <-time.After(time.Second): // another node may be answering
			}
		}
	}
}

// waiting is closed at the next change of any question of this process.
func (a *Assistant) waiting() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.wake
}

func (a *Assistant) changed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.wake)
	a.wake = make(chan struct{})
}

// Run answers questions under ctx, takes over what a node that died left
// behind, and returns when ctx has ended and all work has stopped.
func (a *Assistant) Run(ctx context.Context) error {
	a.mu.Lock()
	a.work = ctx
	a.mu.Unlock()
	tick := time.NewTicker(max(a.Limits.Lease/3, 10*time.Millisecond))
	defer tick.Stop()
	for {
		if err := a.takeOver(ctx); err != nil && ctx.Err() == nil {
			a.Log.Warn("Questions left behind were not looked for", "err", err)
		}
		select {
		case <-ctx.Done():
			a.under.Wait()
			return nil
		case <-tick.C:
		}
	}
}

// takeOver asks again what a dead node was answering, or says that it cannot.
func (a *Assistant) takeOver(ctx context.Context) error {
	left, err := a.Store.TakeStranded(ctx, a.Node, a.Limits.Lease, a.Limits.Together)
	if err != nil {
		return err
	}
	for _, q := range left {
		if q.Tries > mostTries || a.Now().Sub(q.AskedAt) > oldestStranded {
			if _, err := a.Store.FinishQuestion(ctx, q.ID, a.Node, a.failed(q, strandedText)); err != nil {
				return err
			}
			a.changed()
			continue
		}
		a.Log.Info("A question left behind is asked again", "question", q.ID, "try", q.Tries)
		a.background(q)
	}
	return nil
}
