package assistant

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// turn is one question being worked on.
type turn struct {
	a        *Assistant
	q        city.Asked
	began    time.Time
	live     bool // steps are stored as they are made
	history  []city.Turn
	steps    []city.Step // not stored yet
	made     int         // steps so far
	spent    city.Spending
	meter    Meter // nil while the offline planner answers
	fellBack string
	offered  []llms.Tool
}

// findings are what the tools of one attempt returned.
type findings struct {
	calls   []city.ReceiptCall
	results []tool.Result
	figures []city.Figure
	rounds  [][]city.TurnCall
	ended   bool // a tool ended the turn
	tainted bool // a result holds citizens' words: no tool after it
	seen    map[[sha256.Size]byte]int
	used    int    // calls asked for, failed ones too
	fault   string // of the last call that failed, in words
}

// Reasons for which a model's attempt ends without an answer. Each is shown as
// it is, as the reason for falling back.
var (
	errTooManyTurns = errors.New("model tidak sampai pada jawaban dalam batas giliran")
	errTooManyCalls = errors.New("model memanggil alat melebihi batas")
	errCircling     = errors.New("model mengulang panggilan yang sama")
	errNoEvidence   = errors.New("model menjawab tanpa memanggil alat")
	errUnproven     = errors.New("jawaban model memuat hal yang tidak ada di data")
)

// turn answers a question: from the person's own reading, from what was
// answered before, by the provider's model, or by the offline planner.
func (a *Assistant) turn(ctx context.Context, q city.Asked, live bool) (city.Ending, error) {
	ctx, cancel := context.WithTimeout(ctx, a.Limits.Deadline)
	defer cancel()
	t := &turn{a: a, q: q, began: a.Now(), live: live}
	if q.Call != nil {
		return t.read(ctx)
	}
	var err error
	if t.history, err = a.Store.Turns(ctx, q.ConversationID, q.ID, rememberedTurns); err != nil {
		return city.Ending{}, fmt.Errorf("read the conversation: %w", err)
	}
	t.step(ctx, city.StepUnderstand, "", "Memahami pertanyaan")
	if a.Provider != nil {
		if end, ok := t.recalled(ctx); ok {
			return end, nil
		}
		if end, ok := t.asked(ctx); ok {
			return end, nil
		}
		if ctx.Err() != nil {
			return city.Ending{}, fmt.Errorf("answer in time: %w", ctx.Err())
		}
	}
	return t.planned(ctx)
}

// read runs the call that the person corrected on the chips.
func (t *turn) read(ctx context.Context) (city.Ending, error) {
	var f findings
	if _, err := t.call(ctx, &f, *t.q.Call); err != nil {
		return city.Ending{}, err
	}
	f.rounds = [][]city.TurnCall{{{Call: *t.q.Call, Text: f.recallable(f.told())}}}
	answer := t.compose(&f, f.text())
	answer.Offline = true
	return t.ending(&f, answer), nil
}

// asked lets the provider's model answer; false when it did not, and fellBack
// says why.
func (t *turn) asked(ctx context.Context) (city.Ending, bool) {
	provider, model, paused := t.a.Provider.State()
	if paused != "" {
		t.fellBack = paused
		return city.Ending{}, false
	}
	t.offered = t.a.Tools.Offered(t.q.Asker)
	t.meter = &ownMeter{spent: city.Spending{Provider: provider, Model: model}}
	if t.a.Meter != nil {
		t.meter = t.a.Meter(t.q.Asker, t.q.ID)
	}
	// The offline planner must still have its time.
	limited, cancel := context.WithTimeoutCause(ctx, max(t.a.Limits.Deadline-t.a.Limits.Offline, t.a.Limits.Deadline/2), context.DeadlineExceeded)
	defer cancel()
	var f findings
	text, err := t.converse(limited, t.a.Provider, &f, 1)
	t.spent = t.meter.Spent()
	if errors.Is(err, errUnproven) && len(f.figures) > 0 {
		// What it looked up is sound, only its words are not; they may be
		// somebody's poison, so not even the reason repeats them.
		t.fellBack = "Kata-kata penyedia model tidak dipakai karena memuat hal yang tidak ada di data; yang ditampilkan adalah hasil alat."
		return t.ending(&f, t.compose(&f, f.text())), true
	}
	if err != nil {
		t.a.Log.Warn("The provider's model did not answer", "question", t.q.ID, "err", err)
		t.fellBack = reasonOfFailure(err)
		return city.Ending{}, false
	}
	answer := t.compose(&f, text)
	end := t.ending(&f, answer)
	t.remember(ctx, &f, answer)
	return end, true
}

// planned lets the offline planner answer, from the start.
func (t *turn) planned(ctx context.Context) (city.Ending, error) {
	var f findings
	t.meter, t.offered = nil, nil
	if _, err := t.converse(ctx, t.a.Offline, &f, 0); err != nil {
		return city.Ending{}, fmt.Errorf("answer offline: %w", err)
	}
	answer := t.compose(&f, f.text())
	answer.Offline = true
	t.note(ctx, city.AIOffline)
	return t.ending(&f, answer), nil
}

func (t *turn) note(ctx context.Context, note city.AINote) {
	if t.a.Note == nil {
		return
	}
	if err := t.a.Note(ctx, t.q.Asker, t.q.ID, note); err != nil && ctx.Err() == nil {
		t.a.Log.Warn("A question without a provider was not noted", "question", t.q.ID, "err", err)
	}
}

// converse is the loop: messages to the model, its calls to the tools, their
// results back, until it writes a text that the guard lets through or a tool
// ends the turn. A text that the guard stops may be written again so many times
// as repairs says. The offline planner (0) has no words of its own: what counts
// are the tools'.
func (t *turn) converse(ctx context.Context, model llms.Model, f *findings, repairs int) (string, error) {
	messages := t.messages()
	refused := 0
	for range t.a.Limits.Turns {
		answer, err := t.generate(ctx, model, messages, f, refused > 0)
		if err != nil {
			return "", err
		}
		if len(answer.calls) == 0 {
			if repairs == 0 { // the planner's words are the tools' own
				return "", nil
			}
			t.step(ctx, city.StepCheck, "", "Memeriksa angka dan nama")
			text, wrong := t.check(answer.text, f)
			if len(wrong) == 0 {
				return text, nil
			}
			if refused == repairs {
				if len(f.results) == 0 {
					return "", errNoEvidence
				}
				return "", fmt.Errorf("%w: %s", errUnproven, strings.Join(wrong, "; "))
			}
			refused++
			messages = append(messages, llms.TextParts(llms.ChatMessageTypeAI, answer.text), llms.TextParts(llms.ChatMessageTypeHuman, repairText(wrong)))
			continue
		}
		if messages, err = t.round(ctx, f, messages, answer); err != nil {
			return "", err
		}
		if f.ended {
			return f.text(), nil
		}
	}
	return "", errTooManyTurns
}

// round runs the calls of one answer in their order.
func (t *turn) round(ctx context.Context, f *findings, messages []llms.MessageContent, answer reply) ([]llms.MessageContent, error) {
	messages = append(messages, answer.message())
	var done []city.TurnCall
	for _, c := range answer.calls {
		if f.used++; f.used > t.a.Limits.Calls {
			return messages, errTooManyCalls
		}
		text, ran, err := t.called(ctx, f, c)
		if err != nil {
			return messages, err
		}
		messages = append(messages, toolMessage(c, text))
		if ran {
			done = append(done, city.TurnCall{Call: callOf(c), Text: f.recallable(text)})
		}
		if f.ended {
			break
		}
		if f.circling(c, text) {
			return messages, errCircling
		}
	}
	f.rounds = append(f.rounds, done)
	return messages, nil
}

// called runs one call of a model and returns what the model is told of it;
// ran is false when nothing was found. What is wrong with a call the model
// hears in words; an error ends the attempt.
func (t *turn) called(ctx context.Context, f *findings, c llms.ToolCall) (text string, ran bool, err error) {
	call := callOf(c)
	switch {
	case f.tainted:
		return "GALAT: tidak ada alat yang boleh dipanggil lagi pada giliran ini; jawab dari yang sudah ada.", false, nil
	case !validJSON(call.Input):
		return "GALAT: masukan alat bukan JSON yang utuh; ulangi dengan satu objek JSON yang benar.", false, nil
	}
	res, err := t.call(ctx, f, call)
	if err != nil {
		return "", false, err
	}
	return tool.Render(res), !res.Failed, nil
}

// call runs a tool under the asker's rights and keeps what it returned.
func (t *turn) call(ctx context.Context, f *findings, call city.ToolCall) (tool.Result, error) {
	t.step(ctx, city.StepFetch, call.Tool, stepText(call.Tool))
	res, err := t.a.Tools.Run(ctx, tool.Call{
		Asker: t.q.Asker, At: t.q.At, Zone: t.a.Zone, Figures: f.figures, Screen: t.q.Screen,
	}, call.Tool, string(call.Input))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return res, fmt.Errorf("run the tool %s: %w", call.Tool, err)
	}
	digest, err := city.FiguresDigest(res.Figures)
	if err != nil {
		return res, err
	}
	f.calls = append(f.calls, city.ReceiptCall{
		Tool: call.Tool, Input: call.Input, Status: statusOf(res), Figures: orEmpty(res.Figures), Digest: digest, Data: res.Data,
	})
	if res.Failed {
		f.fault = res.Text
		return res, nil
	}
	f.results = append(f.results, res)
	f.figures = append(f.figures, res.Figures...)
	f.ended = res.Status != ""
	f.tainted = f.tainted || res.Tainted
	return res, nil
}

// circling reports whether the same call has brought the same result for the
// third time.
func (f *findings) circling(c llms.ToolCall, text string) bool {
	if f.seen == nil {
		f.seen = map[[sha256.Size]byte]int{}
	}
	call := callOf(c)
	key := sha256.Sum256([]byte(call.Tool + "\x00" + string(call.Input) + "\x00" + text))
	f.seen[key]++
	return f.seen[key] >= 3
}
