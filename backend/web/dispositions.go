package web

import (
	"context"
	"errors"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/i18n"

	"github.com/paulmach/orb"
)

// DispositionStore is where instructions, their steps and files are kept.
// backend/store implements it.
type DispositionStore interface {
	SendDisposition(ctx context.Context, by city.Actor, asker city.Asker, order city.DispositionOrder) (int64, error)
	Dispositions(ctx context.Context, asker city.Asker, f city.DispositionFilter) (page []city.Disposition, total int, err error)
	Disposition(ctx context.Context, asker city.Asker, id int64) (city.DispositionDetail, error)
	Addressees(ctx context.Context, asker city.Asker) ([]city.Addressee, error)
	TakeStep(ctx context.Context, by city.Actor, asker city.Asker, id int64, in city.DispositionStepInput) (city.StepOutcome, error)
	Tasks(ctx context.Context, asker city.Asker, from *orb.Point) ([]city.Task, error)
	AddAttachment(ctx context.Context, by city.Actor, asker city.Asker, clientID, name string, content []byte) (city.Attachment, error)
	Attachment(ctx context.Context, asker city.Asker, id int64) (city.Attachment, []byte, error)
}

type dispositionsInput struct {
	Box      string    `query:"box" enum:"in,out" doc:"in: given to the asker's post; out: sent by it; without it both and copies"`
	Status   []string  `query:"status" nullable:"false" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled" doc:"Comma separated; without it all"`
	Office   string    `query:"office" doc:"Short name of the addressee"`
	Area     string    `query:"area" doc:"Area code: the area and all in it"`
	Late     bool      `query:"late" doc:"Only those past their deadline and not over"`
	Incident int64     `query:"incident" minimum:"0"`
	Since    time.Time `query:"since" doc:"Only those with news at or after, RFC 3339"`
	Offset   int       `query:"offset" minimum:"0" maximum:"100000"`
	Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// DispositionPage is a page of dispositions, newest first.
type DispositionPage struct {
	Items []city.Disposition `json:"items" nullable:"false"`
	Total int                `json:"total" doc:"How many match in all"`
	At    time.Time          `json:"at"`
}

type dispositionPageBody struct{ Body DispositionPage }

func (s *server) getDispositions(ctx context.Context, in *dispositionsInput) (*dispositionPageBody, error) {
	f := city.DispositionFilter{Box: in.Box, Office: in.Office, AreaCode: in.Area, Late: in.Late, Incident: in.Incident, Since: in.Since, Offset: in.Offset, Limit: in.Limit}
	for _, st := range in.Status {
		f.Status = append(f.Status, city.DispositionStatus(st))
	}
	items, total, err := s.Store.Dispositions(ctx, askerOf(ctx), f)
	return &dispositionPageBody{Body: DispositionPage{Items: orEmpty(items), Total: total, At: s.Now().UTC()}}, err
}

type dispositionInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type dispositionBody struct{ Body city.DispositionDetail }

func (s *server) getDisposition(ctx context.Context, in *dispositionInput) (*dispositionBody, error) {
	out, err := s.Store.Disposition(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &dispositionBody{Body: out}, nil
}

type dispositionOrderInput struct{ Body city.DispositionOrder }

func (s *server) postDisposition(ctx context.Context, in *dispositionOrderInput) (*dispositionBody, error) {
	id, err := s.Store.SendDisposition(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return s.getDisposition(ctx, &dispositionInput{ID: id})
}

// AddresseeList is to whom the asker may send dispositions of his own accord.
type AddresseeList struct {
	Items []city.Addressee `json:"items" nullable:"false"`
}

type addresseesBody struct{ Body AddresseeList }

func (s *server) getAddressees(ctx context.Context, _ *struct{}) (*addresseesBody, error) {
	items, err := s.Store.Addressees(ctx, askerOf(ctx))
	return &addresseesBody{Body: AddresseeList{Items: orEmpty(items)}}, err
}

type stepInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body city.DispositionStepInput
}

type stepBody struct{ Body city.StepOutcome }

func (s *server) postStep(ctx context.Context, in *stepInput) (*stepBody, error) {
	out, err := s.Store.TakeStep(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return &stepBody{Body: out}, nil
}

// TaskStep is a step of a phone's outbox, with the disposition it is of.
type TaskStep struct {
	DispositionID int64 `json:"disposition_id" minimum:"1"`
	city.DispositionStepInput
}

type taskStepsInput struct {
	Body struct {
		Steps []TaskStep `json:"steps" nullable:"false" minItems:"1" maxItems:"200" doc:"In the order they were taken"`
	}
}

// StepOutcomes answers a batch, one outcome for each step in its order.
type StepOutcomes struct {
	Outcomes []city.StepOutcome `json:"outcomes" nullable:"false"`
}

type stepOutcomesBody struct{ Body StepOutcomes }

// postTaskSteps takes the steps of an outbox in their order, each in its own
// transaction: what is refused is said in words and holds up no other. When
// the store is away the whole call fails, and the phone sends it all again;
// what had arrived is then known.
func (s *server) postTaskSteps(ctx context.Context, in *taskStepsInput) (*stepOutcomesBody, error) {
	out := make([]city.StepOutcome, 0, len(in.Body.Steps))
	for _, st := range in.Body.Steps {
		o, err := s.Store.TakeStep(ctx, sessionOf(ctx).Actor(), askerOf(ctx), st.DispositionID, st.DispositionStepInput)
		if err != nil {
			ce, ok := errors.AsType[*city.Error](err)
			if !ok || ce.Code == city.Internal {
				return nil, err
			}
			o = refusedStep(st.ClientID, ce)
		}
		out = append(out, o)
	}
	return &stepOutcomesBody{Body: StepOutcomes{Outcomes: out}}, nil
}

func refusedStep(clientID string, e *city.Error) city.StepOutcome {
	o := city.StepOutcome{ClientID: clientID, Outcome: "refused", Problem: e.Message, Code: string(e.Code), Key: e.Key, Params: e.Params}
	if key := i18n.Key(e.Key); e.Key != "" && i18n.Known(key) {
		o.Problem = i18n.Text(i18n.Indonesian, key, e.Params)
	}
	return o
}

type tasksInput struct {
	Lon float64 `query:"lon" minimum:"-180" maximum:"180" doc:"Where the officer is; with lat"`
	Lat float64 `query:"lat" minimum:"-90" maximum:"90"`
}

// TaskList is today's list, in order.
type TaskList struct {
	Items []city.Task `json:"items" nullable:"false"`
	At    time.Time   `json:"at"`
}

type tasksBody struct{ Body TaskList }

func (s *server) getTasks(ctx context.Context, in *tasksInput) (*tasksBody, error) {
	var from *orb.Point
	if in.Lon != 0 || in.Lat != 0 {
		from = &orb.Point{in.Lon, in.Lat}
	}
	items, err := s.Store.Tasks(ctx, askerOf(ctx), from)
	return &tasksBody{Body: TaskList{Items: orEmpty(items), At: s.Now().UTC()}}, err
}
