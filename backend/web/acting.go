package web

import (
	"context"

	"balaikota/backend/city"
)

// StandInStore is where it is kept who acts for whom. backend/store implements it.
type StandInStore interface {
	StandIns(ctx context.Context, asker city.Asker) ([]city.StandIn, error)
	StandInPeople(ctx context.Context, asker city.Asker) ([]city.StandInPerson, error)
	AddStandIn(ctx context.Context, by city.Actor, asker city.Asker, o city.StandInOrder) (int64, error)
	EndStandIn(ctx context.Context, by city.Actor, asker city.Asker, id int64) error
	Act(ctx context.Context, by city.Actor, session, standIn int64) error
	StopActing(ctx context.Context, by city.Actor, session int64) error
	LiveSessions(ctx context.Context, ids []int64) ([]city.Session, error)
}

// StandInList is who acts for whom, as far as it concerns the asker.
type StandInList struct {
	Items []city.StandIn `json:"items" nullable:"false" doc:"Newest first; those that ended within 90 days too"`
	// Acting is the one the session acts under, 0 none.
	Acting int64 `json:"acting"`
}

type standInsBody struct{ Body StandInList }

func (s *server) getStandIns(ctx context.Context, _ *struct{}) (*standInsBody, error) {
	items, err := s.Store.StandIns(ctx, askerOf(ctx))
	return &standInsBody{Body: StandInList{Items: orEmpty(items), Acting: sessionOf(ctx).StandInID}}, err
}

// StandInPeople are officers who may act for others.
type StandInPeople struct {
	Items []city.StandInPerson `json:"items" nullable:"false"`
}

type standInPeopleBody struct{ Body StandInPeople }

func (s *server) getStandInPeople(ctx context.Context, _ *struct{}) (*standInPeopleBody, error) {
	items, err := s.Store.StandInPeople(ctx, askerOf(ctx))
	return &standInPeopleBody{Body: StandInPeople{Items: orEmpty(items)}}, err
}

type standInInput struct{ Body city.StandInOrder }

// StandInMade is the number of a new stand-in.
type StandInMade struct {
	ID int64 `json:"id"`
}

type standInMadeBody struct{ Body StandInMade }

func (s *server) postStandIn(ctx context.Context, in *standInInput) (*standInMadeBody, error) {
	id, err := s.Store.AddStandIn(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body)
	return &standInMadeBody{Body: StandInMade{ID: id}}, err
}

type standInIDInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *server) deleteStandIn(ctx context.Context, in *standInIDInput) (*struct{}, error) {
	if err := s.Store.EndStandIn(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID); err != nil {
		return nil, err
	}
	s.Hub.Recheck()
	return nil, nil
}

type actingInput struct {
	Body struct {
		StandInID int64 `json:"stand_in_id" minimum:"1"`
	}
}

func (s *server) postActing(ctx context.Context, in *actingInput) (*sessionBody, error) {
	sess := sessionOf(ctx)
	if err := s.Store.Act(ctx, sess.Actor(), sess.ID, in.Body.StandInID); err != nil {
		return nil, err
	}
	return s.rightsChanged(ctx)
}

func (s *server) deleteActing(ctx context.Context, _ *struct{}) (*sessionBody, error) {
	sess := sessionOf(ctx)
	if err := s.Store.StopActing(ctx, sess.Actor(), sess.ID); err != nil {
		return nil, err
	}
	return s.rightsChanged(ctx)
}

// rightsChanged answers with the session as it now is; its open sockets come
// back with the new rights.
func (s *server) rightsChanged(ctx context.Context) (*sessionBody, error) {
	s.Hub.Recheck()
	now, err := s.Store.LiveSessions(ctx, []int64{sessionOf(ctx).ID})
	if err != nil {
		return nil, err
	}
	if len(now) == 0 {
		return nil, city.Errorf(city.Unauthorized, "the session has ended; sign in again")
	}
	return &sessionBody{Body: s.info(now[0])}, nil
}
