package assistant

import (
	"context"
	"fmt"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// cacheKey names a question as one asker's scope asks it from one screen; ""
// for a follow-up, which means something else in each conversation.
func (t *turn) cacheKey() string {
	if len(t.history) > 0 {
		return ""
	}
	s := t.q.Asker.Scope()
	provider, model, _ := t.a.Provider.State()
	return city.HashOf([]byte(strings.Join([]string{
		t.a.Normal(t.q.Text), string(s.Role), s.AreaCode, fmt.Sprint(s.OfficeID), screenText(t.q.Screen), provider, model, t.a.Program,
	}, "\x00")))
}

// remember keeps a model's checked answer for the same question.
func (t *turn) remember(ctx context.Context, f *findings, answer city.Answer) {
	key := t.cacheKey()
	if key == "" || answer.Status != city.Answered || len(f.figures) == 0 || f.tainted {
		return
	}
	var r city.Remembered
	for i, c := range f.calls {
		if c.Status != statusOK {
			continue
		}
		digest, err := t.a.dayDigest(f.calls[i].Figures)
		if err != nil {
			return
		}
		r.Calls = append(r.Calls, city.ToolCall{Tool: c.Tool, Input: c.Input})
		r.Digests = append(r.Digests, digest)
	}
	r.Text = answer.Text
	if err := t.a.Store.Remember(ctx, key, r); err != nil && ctx.Err() == nil {
		t.a.Log.Warn("An answer was not remembered", "question", t.q.ID, "err", err)
	}
}

// recalled answers from an earlier answer to the same question when its calls,
// run again now, return the same figures.
func (t *turn) recalled(ctx context.Context) (city.Ending, bool) {
	key := t.cacheKey()
	if key == "" {
		return city.Ending{}, false
	}
	r, ok, err := t.a.Store.Recall(ctx, key)
	if err != nil {
		t.a.Log.Warn("Earlier answers were not looked for", "question", t.q.ID, "err", err)
	}
	if !ok || len(r.Calls) != len(r.Digests) {
		return city.Ending{}, false
	}
	var f findings
	for i, call := range r.Calls {
		res, err := t.call(ctx, &f, call)
		if err != nil || res.Failed || f.ended {
			return city.Ending{}, false
		}
		if digest, err := t.a.dayDigest(res.Figures); err != nil || digest != r.Digests[i] {
			return city.Ending{}, false
		}
		f.rounds = append(f.rounds, []city.TurnCall{{Call: call, Text: tool.Render(res)}})
	}
	answer := t.compose(&f, r.Text)
	answer.Spending = city.Spending{Cached: true}
	t.note(ctx, city.AICached)
	return t.ending(&f, answer), true
}

// dayDigest is the digest of figures with their times cut to the day: "hari
// ini" until ten and until noon are the same question while nothing came in.
func (a *Assistant) dayDigest(figures []city.Figure) (string, error) {
	cut := make([]city.Figure, len(figures))
	for i, f := range figures {
		f.From, f.To = a.day(f.From), a.day(f.To)
		cut[i] = f
	}
	return city.FiguresDigest(cut)
}

func (a *Assistant) day(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	y, m, d := t.In(a.Zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, a.Zone)
	return &day
}
