package dossier

import (
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

func TestFlags(t *testing.T) {
	t.Parallel()
	from := func(reporter int64) Voice { return Voice{Reporter: reporter, Status: city.Open} }
	copied := func(campaign string) Voice { return Voice{Campaign: campaign, Status: city.Open} }
	closed := func(together bool) Voice { return Voice{Status: city.Closed, MassClosed: together} }
	for name, c := range map[string]struct {
		voices []Voice
		want   []city.IncidentFlag
	}{
		"plain":                           {[]Voice{from(1), from(2), from(0)}, nil},
		"reporters not known":             {[]Voice{from(0), from(0), from(0), from(0)}, nil},
		"most from one":                   {[]Voice{from(1), from(1), from(2)}, []city.IncidentFlag{city.IncidentOneVoice}},
		"half from one":                   {[]Voice{from(1), from(1), from(2), from(3)}, nil},
		"twice from one, nobody else":     {[]Voice{from(1), from(1)}, nil},
		"a lone copy":                     {[]Voice{copied("x")}, []city.IncidentFlag{city.IncidentCampaign}},
		"one copy of three":               {[]Voice{copied("x"), from(0), from(0)}, nil},
		"two copies of six":               {[]Voice{copied("x"), copied("x"), from(0), from(0), from(0), from(0)}, []city.IncidentFlag{city.IncidentCampaign}},
		"one each of two campaigns":       {[]Voice{copied("x"), copied("y"), from(0), from(0)}, nil},
		"half of the closed":              {[]Voice{closed(true), closed(false), from(0), from(0)}, []city.IncidentFlag{city.IncidentMassClosing}},
		"few of the closed":               {[]Voice{closed(true), closed(false), closed(false)}, nil},
		"opened again":                    {[]Voice{{Status: city.InProgress, MassClosed: true}}, nil},
		"by hand, and most from one":      {[]Voice{from(1), from(1), {Reporter: 1, ByHand: true}}, []city.IncidentFlag{city.IncidentOneVoice, city.IncidentByHand}},
		"all from one, copied and closed": {[]Voice{{Reporter: 1, Campaign: "x", Status: city.Closed, MassClosed: true}, {Reporter: 1, Campaign: "x", Status: city.Closed}, {Reporter: 1}}, []city.IncidentFlag{city.IncidentCampaign, city.IncidentOneVoice, city.IncidentMassClosing}},
	} {
		i, _ := Build(c.voices, Shape{}, time.UTC)
		if c.want == nil {
			c.want = []city.IncidentFlag{}
		}
		if diff := cmp.Diff(c.want, i.Flags); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
