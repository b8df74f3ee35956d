package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// Assistant answers questions. agents/assistant implements it.
type Assistant interface {
	State(ctx context.Context) city.AssistantState
	Suggestions(ctx context.Context, who city.Asker, at time.Time) ([]city.Suggestion, error)
	Conversations(ctx context.Context, who city.Asker) ([]city.Conversation, error)
	Start(ctx context.Context, who city.Asker) (city.Conversation, error)
	Conversation(ctx context.Context, who city.Asker, id int64) (city.Conversation, []city.Exchange, error)
	Forget(ctx context.Context, who city.Asker, id int64) error
	Ask(ctx context.Context, who city.Asker, conversation int64, q city.Question) (city.Exchange, error)
	Exchange(ctx context.Context, who city.Asker, question int64) (city.Exchange, error)
	Follow(ctx context.Context, who city.Asker, question int64) iter.Seq2[city.Step, error]
	Cancel(ctx context.Context, who city.Asker, question int64) (city.Exchange, error)
	Judge(ctx context.Context, who city.Asker, question int64, v city.AnswerVerdict) error
	Receipt(ctx context.Context, who city.Asker, number int64) (city.Receipt, error)
	CheckReceipt(ctx context.Context, who city.Asker, number int64) (city.ReceiptCheck, error)
	Pins(ctx context.Context, who city.Asker) ([]city.Pin, error)
	Pin(ctx context.Context, who city.Asker, question int64) (city.Pin, error)
	Unpin(ctx context.Context, who city.Asker, id int64) error
}

// UsageStore says what the assistant's models cost. backend/store implements it.
type UsageStore interface {
	AIUsage(ctx context.Context, asker city.Asker, month string) (city.AIUsage, error)
}

type assistantStateBody struct{ Body city.AssistantState }

func (s *server) getAssistant(ctx context.Context, _ *struct{}) (*assistantStateBody, error) {
	return &assistantStateBody{Body: s.Assistant.State(ctx)}, nil
}

type suggestionsBody struct {
	Body []city.Suggestion `nullable:"false"`
}

func (s *server) getSuggestions(ctx context.Context, _ *struct{}) (*suggestionsBody, error) {
	out, err := s.Assistant.Suggestions(ctx, askerOf(ctx), s.Now())
	return &suggestionsBody{Body: orEmpty(out)}, err
}

type usageInput struct {
	Month string `query:"month" pattern:"^\\d{4}-(0[1-9]|1[0-2])$" doc:"2006-01; this month if empty"`
}

type usageBody struct{ Body city.AIUsage }

func (s *server) getUsage(ctx context.Context, in *usageInput) (*usageBody, error) {
	out, err := s.Store.AIUsage(ctx, askerOf(ctx), in.Month)
	return &usageBody{Body: out}, err
}

type measuresBody struct {
	Body []city.Measure `nullable:"false"`
}

func (s *server) getMeasures(context.Context, *struct{}) (*measuresBody, error) {
	return &measuresBody{Body: city.Measures()}, nil
}

type conversationsBody struct {
	Body []city.Conversation `nullable:"false"`
}

func (s *server) getConversations(ctx context.Context, _ *struct{}) (*conversationsBody, error) {
	out, err := s.Assistant.Conversations(ctx, askerOf(ctx))
	return &conversationsBody{Body: orEmpty(out)}, err
}

type conversationBody struct{ Body city.Conversation }

func (s *server) postConversation(ctx context.Context, _ *struct{}) (*conversationBody, error) {
	out, err := s.Assistant.Start(ctx, askerOf(ctx))
	return &conversationBody{Body: out}, err
}

type numbered struct {
	ID int64 `path:"id" minimum:"1"`
}

// ConversationDetail is a conversation with all that was said.
type ConversationDetail struct {
	Conversation city.Conversation `json:"conversation"`
	Exchanges    []city.Exchange   `json:"exchanges" nullable:"false" doc:"Oldest first"`
}

type conversationDetailBody struct{ Body ConversationDetail }

func (s *server) getConversation(ctx context.Context, in *numbered) (*conversationDetailBody, error) {
	c, exchanges, err := s.Assistant.Conversation(ctx, askerOf(ctx), in.ID)
	return &conversationDetailBody{Body: ConversationDetail{Conversation: c, Exchanges: orEmpty(exchanges)}}, err
}

func (s *server) deleteConversation(ctx context.Context, in *numbered) (*struct{}, error) {
	return nil, s.Assistant.Forget(ctx, askerOf(ctx), in.ID)
}

type messageInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Text   string              `json:"text" minLength:"1" maxLength:"1000"`
		Spoken bool                `json:"spoken,omitempty" doc:"It came from a microphone"`
		Screen *city.ScreenContext `json:"screen,omitempty" doc:"What the person looks at"`
		Call   *city.ToolCall      `json:"call,omitempty" doc:"A reading that the person corrected: it is carried out as it is"`
	}
}

type exchangeBody struct {
	Status int
	Body   city.Exchange
}

func (s *server) postMessage(ctx context.Context, in *messageInput) (*exchangeBody, error) {
	b := in.Body
	out, err := s.Assistant.Ask(ctx, askerOf(ctx), in.ID, city.Question{Text: b.Text, Spoken: b.Spoken, Screen: b.Screen, Call: b.Call})
	return &exchangeBody{Status: http.StatusAccepted, Body: out}, err
}

func (s *server) getQuestion(ctx context.Context, in *numbered) (*exchangeBody, error) {
	out, err := s.Assistant.Exchange(ctx, askerOf(ctx), in.ID)
	return &exchangeBody{Status: http.StatusOK, Body: out}, err
}

func (s *server) cancelQuestion(ctx context.Context, in *numbered) (*exchangeBody, error) {
	out, err := s.Assistant.Cancel(ctx, askerOf(ctx), in.ID)
	return &exchangeBody{Status: http.StatusOK, Body: out}, err
}

type verdictInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body city.AnswerVerdict
}

func (s *server) judgeAnswer(ctx context.Context, in *verdictInput) (*struct{}, error) {
	return nil, s.Assistant.Judge(ctx, askerOf(ctx), in.ID, in.Body)
}

type receiptInput struct {
	Number int64 `path:"number" minimum:"1"`
}

type receiptBody struct{ Body city.Receipt }

func (s *server) getReceipt(ctx context.Context, in *receiptInput) (*receiptBody, error) {
	out, err := s.Assistant.Receipt(ctx, askerOf(ctx), in.Number)
	for i := range out.Calls {
		out.Calls[i].Data.Sources = orEmpty(out.Calls[i].Data.Sources)
	}
	out.Calls = orEmpty(out.Calls)
	return &receiptBody{Body: out}, err
}

type receiptCheckBody struct{ Body city.ReceiptCheck }

func (s *server) checkReceipt(ctx context.Context, in *receiptInput) (*receiptCheckBody, error) {
	out, err := s.Assistant.CheckReceipt(ctx, askerOf(ctx), in.Number)
	return &receiptCheckBody{Body: out}, err
}

type pinsBody struct {
	Body []city.Pin `nullable:"false"`
}

func (s *server) getPins(ctx context.Context, _ *struct{}) (*pinsBody, error) {
	out, err := s.Assistant.Pins(ctx, askerOf(ctx))
	return &pinsBody{Body: orEmpty(out)}, err
}

type pinInput struct {
	Body struct {
		QuestionID int64 `json:"question_id" minimum:"1"`
	}
}

type pinBody struct{ Body city.Pin }

func (s *server) postPin(ctx context.Context, in *pinInput) (*pinBody, error) {
	out, err := s.Assistant.Pin(ctx, askerOf(ctx), in.Body.QuestionID)
	return &pinBody{Body: out}, err
}

func (s *server) deletePin(ctx context.Context, in *numbered) (*struct{}, error) {
	return nil, s.Assistant.Unpin(ctx, askerOf(ctx), in.ID)
}

// stepsPath is where a question's steps are followed.
const stepsPath = "/api/questions/:id/steps"

// followQuestion streams a question's steps as server-sent events ("step"),
// then its exchange ("answer"), and ends. A browser that comes back gets all
// steps again.
func (s *server) followQuestion(c echo.Context) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	if s.Stopping != nil { // a server that stops does not wait for who follows; the browser comes back
		defer context.AfterFunc(s.Stopping, cancel)()
	}
	if err := officers.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.InvalidField("path.id", "must be the number of a question")
	}
	asker := askerOf(ctx)
	if _, err := s.Assistant.Exchange(ctx, asker, id); err != nil {
		return err
	}
	out := newEventStream(c)
	for step, err := range s.Assistant.Follow(ctx, asker, id) {
		if err != nil {
			return nil // the browser went, or comes back by itself
		}
		if err := out.send("step", step); err != nil {
			return nil // the browser went
		}
	}
	x, err := s.Assistant.Exchange(ctx, asker, id)
	if err != nil {
		return nil // what was begun cannot become an error answer
	}
	_ = out.send("answer", x)
	return nil
}

// eventStream writes server-sent events (WHATWG HTML, 9.2).
type eventStream struct{ response *echo.Response }

func newEventStream(c echo.Context) eventStream {
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in front must not hold steps back
	c.Response().WriteHeader(http.StatusOK)
	c.Response().Flush()
	return eventStream{c.Response()}
}

func (e eventStream) send(event string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode a %s event: %w", event, err)
	}
	if _, err := fmt.Fprintf(e.response, "event: %s\ndata: %s\n\n", event, raw); err != nil {
		return err
	}
	e.response.Flush()
	return nil
}

// orEmpty is a list that becomes [] and never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
