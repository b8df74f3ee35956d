package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// HazardStore is what the handlers of hazards read.
type HazardStore interface {
	HazardPicture(ctx context.Context, asker city.Asker, hazard string) (city.HazardPicture, error)
	HazardHistory(ctx context.Context, asker city.Asker, hazard, area string, since time.Time) ([]city.HazardHistoryPoint, error)
	HazardDeclarations(ctx context.Context, asker city.Asker, hazard string) (city.HazardDeclarations, error)
	RunningHazardMessages(ctx context.Context, asker city.Asker) ([]city.HazardMessage, error)
	HazardChain(ctx context.Context, asker city.Asker, event string) ([]city.HazardMessage, error)
}

// hazardDays is how far back an area's history goes.
const hazardDays = 7

type hazardInput struct {
	Horizon int `query:"horizon" doc:"Hours ahead, 6 or 24; both if empty"`
}

type hazardBody struct{ Body city.HazardPicture }

func (s *server) getFlood(ctx context.Context, in *hazardInput) (*hazardBody, error) {
	if in.Horizon != 0 && in.Horizon != 6 && in.Horizon != 24 {
		return nil, city.InvalidField("query.horizon", "is 6 or 24 hours")
	}
	p, err := s.Store.HazardPicture(ctx, askerOf(ctx), city.HazardFlood)
	if in.Horizon != 0 {
		p.Risks = slices.DeleteFunc(p.Risks, func(r city.HazardRisk) bool { return r.HorizonHours != in.Horizon })
	}
	return &hazardBody{Body: p}, err
}

type hazardAreaInput struct {
	Area string `path:"area" doc:"Code of a kelurahan"`
}

type hazardDetailBody struct{ Body city.HazardDetail }

func (s *server) getFloodArea(ctx context.Context, in *hazardAreaInput) (*hazardDetailBody, error) {
	asker := askerOf(ctx)
	p, err := s.Store.HazardPicture(ctx, asker, city.HazardFlood)
	if err != nil {
		return nil, err
	}
	out := city.HazardDetail{
		AreaCode: in.Area, Risks: []city.HazardRisk{}, Recipients: []city.HazardRecipient{}, Exposures: []city.HazardExposure{}, Inputs: p.Inputs,
	}
	for _, r := range p.Risks {
		if r.AreaCode == in.Area {
			out.AreaName = r.AreaName
			out.Risks = append(out.Risks, r)
		}
	}
	if len(out.Risks) == 0 {
		return nil, city.Errorf(city.NotFound, "there is no flood risk of area %q; kelurahan have one", in.Area)
	}
	for _, a := range p.Recipients {
		if a.AreaCode == in.Area {
			out.Recipients = a.Recipients
		}
	}
	declared, err := s.Store.HazardDeclarations(ctx, asker, city.HazardFlood)
	if err != nil {
		return nil, err
	}
	for _, e := range declared.Exposures {
		if city.Within(in.Area, e.AreaCode) {
			out.Exposures = append(out.Exposures, e)
		}
	}
	if out.History, err = s.Store.HazardHistory(ctx, asker, city.HazardFlood, in.Area, s.Now().AddDate(0, 0, -hazardDays)); err != nil {
		return nil, err
	}
	if out.History == nil {
		out.History = []city.HazardHistoryPoint{}
	}
	return &hazardDetailBody{Body: out}, nil
}

// getFloodCAP answers the running CAP messages as an Atom feed, or with
// ?event= the newest message of one event, also of one
// that is over. Each is as issued, to the byte.
func (s *server) getFloodCAP(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	asker := askerOf(ctx)
	if event := c.QueryParam("event"); event != "" {
		chain, err := s.Store.HazardChain(ctx, asker, event)
		if err != nil {
			return err
		}
		if len(chain) == 0 {
			return city.Errorf(city.NotFound, "there is no event %q", event)
		}
		return c.Blob(http.StatusOK, "application/cap+xml; charset=utf-8", chain[len(chain)-1].Body)
	}
	running, err := s.Store.RunningHazardMessages(ctx, asker)
	if err != nil {
		return err
	}
	set, err := s.Store.Setting(ctx)
	if err != nil {
		return err
	}
	updated := s.Now()
	for i, m := range running {
		if i == 0 || m.Sent.After(updated) {
			updated = m.Sent
		}
	}
	if loc, err := time.LoadLocation(set.Timezone); err == nil {
		updated = updated.In(loc)
	}
	body, err := s.CAPFeed("urn:balaikota:"+set.Code+":banjir", "Peringatan risiko banjir "+set.Name, "Balaikota "+set.Name, updated, running)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/atom+xml; charset=utf-8", body)
}
