package web

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"
)

// EffectStore is where effects and the city index are kept. backend/store
// implements it.
type EffectStore interface {
	Effects(ctx context.Context, asker city.Asker, f city.EffectFilter) ([]city.Effect, error)
	Effect(ctx context.Context, asker city.Asker, disposition int64) (city.EffectSeries, error)
	EffectLedger(ctx context.Context, asker city.Asker, f city.EffectFilter) ([]city.LedgerLine, error)
	CityIndex(ctx context.Context, asker city.Asker, area string) (city.CityIndex, error)
}

// OfficePager works out the pages of the offices that the asker may see.
type OfficePager interface {
	// Pages covers [from, until); zero times are 90 days up to now. office "" is
	// all that the asker may see.
	Pages(ctx context.Context, asker city.Asker, office string, from, until time.Time) ([]city.OfficePage, error)
}

type effectsInput struct {
	Action string `query:"action" doc:"Slug of a kind of action; all when empty"`
	Office string `query:"office" doc:"Short name; all within one's rights when empty"`
	Season string `query:"season" enum:",hujan,kemarau,peralihan" doc:"All when empty"`
}

type effectsBody struct {
	Body struct {
		Items  []city.Effect     `json:"items" nullable:"false" doc:"Newest first, at most 200"`
		Ledger []city.LedgerLine `json:"ledger" nullable:"false" doc:"By kind of action, office and season; drawn to the kind as a whole where cases are few"`
	}
}

func (s *server) getEffects(ctx context.Context, in *effectsInput) (*effectsBody, error) {
	f := city.EffectFilter{Action: in.Action, Office: in.Office, Season: in.Season}
	out := &effectsBody{}
	var err error
	if out.Body.Items, err = s.Store.Effects(ctx, askerOf(ctx), f); err != nil {
		return nil, err
	}
	out.Body.Ledger, err = s.Store.EffectLedger(ctx, askerOf(ctx), f)
	return out, err
}

type effectInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type effectBody struct{ Body city.EffectSeries }

func (s *server) getEffect(ctx context.Context, in *effectInput) (*effectBody, error) {
	out, err := s.Store.Effect(ctx, askerOf(ctx), in.ID)
	return &effectBody{Body: out}, err
}

type cityIndexInput struct {
	Area string `query:"area" doc:"Area code; the city when empty"`
}

type cityIndexBody struct{ Body city.CityIndex }

func (s *server) getCityIndex(ctx context.Context, in *cityIndexInput) (*cityIndexBody, error) {
	out, err := s.Store.CityIndex(ctx, askerOf(ctx), in.Area)
	return &cityIndexBody{Body: out}, err
}

type officePagesInput struct {
	From  string `query:"from" format:"date" doc:"First day in the city's zone; 90 days before the end when empty"`
	Until string `query:"until" format:"date" doc:"Last day in the city's zone; today when empty"`
}

// pagePeriod is from the beginning of the first day to the end of the last, zero
// where none is stated.
func (s *server) pagePeriod(ctx context.Context, in officePagesInput) (from, until time.Time, err error) {
	set, err := s.Store.Setting(ctx)
	if err != nil {
		return from, until, err
	}
	zone, err := time.LoadLocation(set.Timezone)
	if err != nil {
		return from, until, fmt.Errorf("load the city's time zone: %w", err)
	}
	if in.From != "" {
		if from, err = time.ParseInLocation(time.DateOnly, in.From, zone); err != nil {
			return from, until, city.InvalidField("query.from", "must be a day, as 2026-11-22")
		}
	}
	if in.Until != "" {
		if until, err = time.ParseInLocation(time.DateOnly, in.Until, zone); err != nil {
			return from, until, city.InvalidField("query.until", "must be a day, as 2026-11-22")
		}
		until = until.AddDate(0, 0, 1)
	}
	return from, until, nil
}

type officePagesBody struct {
	Body []city.OfficePage `nullable:"false"`
}

func (s *server) getOfficePages(ctx context.Context, in *officePagesInput) (*officePagesBody, error) {
	from, until, err := s.pagePeriod(ctx, *in)
	if err != nil {
		return nil, err
	}
	out, err := s.OfficePages.Pages(ctx, askerOf(ctx), "", from, until)
	return &officePagesBody{Body: out}, err
}

type officePageInput struct {
	Office string `path:"office" doc:"Short name"`
	officePagesInput
}

type officePageBody struct{ Body city.OfficePage }

func (s *server) getOfficePage(ctx context.Context, in *officePageInput) (*officePageBody, error) {
	from, until, err := s.pagePeriod(ctx, in.officePagesInput)
	if err != nil {
		return nil, err
	}
	out, err := s.OfficePages.Pages(ctx, askerOf(ctx), in.Office, from, until)
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, city.Errorf(city.NotFound, "there is no such office, or it is not yours to see")
	}
	return &officePageBody{Body: out[0]}, nil
}
