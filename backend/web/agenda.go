package web

import (
	"context"
	"time"

	"balaikota/backend/city"
)

// AgendaStore is what the handler of the mayor's agenda reads.
type AgendaStore interface {
	// Agenda is Forbidden to others than city.AgendaReaders.
	Agenda(ctx context.Context, asker city.Asker, from, to time.Time) (city.Agenda, error)
}

// agendaReaders see where the mayor is and when.
var agendaReaders = audience{name: "wali_kota, sekda", roles: city.AgendaReaders}

// longestAgenda bounds what is asked for at once.
const longestAgenda = 62 * 24 * time.Hour

type agendaInput struct {
	From time.Time `query:"from" doc:"RFC 3339; the midnight in the city that today began with, if empty"`
	To   time.Time `query:"to" doc:"RFC 3339; two days after from if empty; at most 62 days after it"`
}

type agendaBody struct{ Body city.Agenda }

func (s *server) getAgenda(ctx context.Context, in *agendaInput) (*agendaBody, error) {
	from, to := in.From, in.To
	if from.IsZero() {
		clock, err := s.Store.Clock(ctx)
		if err != nil {
			return nil, err
		}
		from = clock.Calendar.DayStart(s.Now())
	}
	if to.IsZero() {
		to = from.AddDate(0, 0, 2)
	}
	if !from.Before(to) {
		return nil, city.InvalidField("query.from", "must lie before to")
	}
	if to.Sub(from) > longestAgenda {
		return nil, city.InvalidField("query.to", "lies more than 62 days after from")
	}
	out, err := s.Store.Agenda(ctx, askerOf(ctx), from, to)
	return &agendaBody{Body: out}, err
}
