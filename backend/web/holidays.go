package web

import (
	"context"
	"maps"
	"slices"

	"balaikota/backend/city"
)

// HolidayStore is what the handler of holidays reads.
type HolidayStore interface {
	Clock(ctx context.Context) (city.Clock, error)
}

// HolidayList is what a screen needs to count working days as the server does
// (city.Calendar): Saturdays, Sundays and these are none.
type HolidayList struct {
	Days []string `json:"days" nullable:"false" doc:"Days off besides Saturday and Sunday, as 2026-12-25, oldest first"`
}

type holidaysBody struct{ Body HolidayList }

func (s *server) getHolidays(ctx context.Context, _ *struct{}) (*holidaysBody, error) {
	clock, err := s.Store.Clock(ctx)
	days := slices.Sorted(maps.Keys(clock.Calendar.Holidays))
	if days == nil {
		days = []string{}
	}
	return &holidaysBody{Body: HolidayList{Days: days}}, err
}
