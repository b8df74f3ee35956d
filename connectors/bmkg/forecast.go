package bmkg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Indicators that the forecast fills.
const (
	temperature = "prakiraan-suhu"       // °C
	rain        = "prakiraan-hujan"      // mm/3 jam
	humidity    = "prakiraan-kelembapan" // %
)

// forecastState is how far the forecast of all kelurahan has been read.
type forecastState struct {
	// Analysis is the model run that was read for all kelurahan.
	Analysis time.Time `json:"analysis,omitzero"`
	// Cycle is the model run being read now, from the kelurahan at Next.
	Cycle   time.Time `json:"cycle,omitzero"`
	Next    int       `json:"next,omitempty"`
	Checked time.Time `json:"checked,omitzero"`
}

// perPage is how many kelurahan one page holds: ten seconds' budget at 50
// requests a minute, so that a page is soon on screen and soon safe.
const perPage = 8

// forecastAnswer is the answer for one kelurahan.
type forecastAnswer struct {
	Place forecastPlace `json:"lokasi"`
	Data  []struct {
		Place forecastPlace       `json:"lokasi"`
		Days  [][]json.RawMessage `json:"cuaca"`
	} `json:"data"`
}

type forecastPlace struct {
	Adm4     string `json:"adm4"`
	Timezone string `json:"timezone"`
}

// slot is three hours of forecast. The weather code is left out: 0 and 1 are
// both "Cerah", only the description says what is meant.
type slot struct {
	Datetime    string   `json:"datetime"`
	UTC         string   `json:"utc_datetime"`
	Local       string   `json:"local_datetime"`
	Analysis    string   `json:"analysis_date"`
	Temperature *float64 `json:"t"`
	Rain        *float64 `json:"tp"`
	Humidity    *float64 `json:"hu"`
}

// pullForecast reads the next kelurahan of a forecast in progress, or looks at
// one kelurahan whether a new forecast is out.
func (c *connector) pullForecast(ctx context.Context, st *forecastState) (feedPage, error) {
	codes := c.kelurahan()
	now := c.env.Now()
	if len(codes) == 0 || st.Next == 0 && now.Sub(st.Checked) < time.Duration(c.cfg.ForecastEvery) {
		return feedPage{done: true}, nil
	}
	st.Next = min(st.Next, len(codes))
	var page feedPage
	for range perPage {
		if st.Next >= len(codes) {
			break
		}
		issued, err := c.readForecast(ctx, codes[st.Next], &page.Page)
		if err != nil {
			return page, err
		}
		if st.Next == 0 && !issued.IsZero() && issued.Equal(st.Analysis) {
			st.Checked = now
			return feedPage{done: true}, nil // nothing new since the last time
		}
		if st.Cycle.IsZero() {
			st.Cycle = issued
		}
		st.Next++
	}
	if st.Next >= len(codes) {
		*st = forecastState{Analysis: st.Cycle, Checked: now}
		page.done = true
	}
	return page, nil
}

// readForecast adds the forecast of one kelurahan to the page and returns when
// it was issued. A kelurahan that BMKG does not know is refused, not an error:
// the others must still be read.
func (c *connector) readForecast(ctx context.Context, code string, page *connectors.Page) (time.Time, error) {
	address := c.addresses.forecast + "?adm4=" + url.QueryEscape(code)
	var answer forecastAnswer
	res, err := c.env.HTTP.GetJSON(ctx, address, nil, &answer)
	var status *connectors.StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		page.Refused = append(page.Refused, refuse(code, "BMKG has no forecast for this code", nil))
		return time.Time{}, nil
	}
	if err == nil {
		err = res.CheckClock()
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("forecast for %s: %w", code, err)
	}
	if answer.Place.Adm4 != code {
		page.Refused = append(page.Refused, refuse(code, fmt.Sprintf("BMKG answered for %q instead", clip(answer.Place.Adm4)), nil))
		return time.Time{}, nil
	}
	return c.observations(code, answer, page), nil
}

// observations turns all slots into observations; the time is the newest issue.
func (c *connector) observations(code string, answer forecastAnswer, page *connectors.Page) (issued time.Time) {
	for _, d := range answer.Data {
		for _, day := range d.Days {
			for _, raw := range day {
				at, err := c.addSlot(code, raw, page)
				if err != nil {
					page.Refused = append(page.Refused, refuse(code, err.Error(), raw))
				}
				if at.After(issued) {
					issued = at
				}
			}
		}
	}
	return issued
}

func (c *connector) addSlot(code string, raw json.RawMessage, page *connectors.Page) (time.Time, error) {
	var s slot
	if err := json.Unmarshal(raw, &s); err != nil {
		return time.Time{}, errors.New("a forecast step is not in the agreed form")
	}
	at, err := c.slotTime(s)
	if err != nil {
		return time.Time{}, err
	}
	issued, err := connectors.ParseTime(s.Analysis, time.UTC, "2006-01-02T15:04:05", time.DateTime, time.RFC3339)
	if err != nil {
		return time.Time{}, fmt.Errorf("analysis_date: %w", err)
	}
	add := func(indicator, unit string, value *float64) {
		if value == nil {
			return // null is no value, and no zero either
		}
		page.Observations = append(page.Observations, city.Observation{
			Indicator: indicator, AreaCode: code, Time: at, Value: *value, Unit: unit, Forecast: true, IssuedAt: issued,
		})
	}
	add(temperature, "°C", s.Temperature)
	add(rain, "mm/3 jam", s.Rain)
	add(humidity, "%", s.Humidity)
	return issued, nil
}

// slotTime reads when a step is: the time with zone first, then UTC without,
// then the local time in the city's zone.
func (c *connector) slotTime(s slot) (time.Time, error) {
	if t, err := connectors.ParseTime(s.Datetime, time.UTC, time.RFC3339); err == nil {
		return t, nil
	}
	if t, err := connectors.ParseTime(s.UTC, time.UTC, time.DateTime); err == nil {
		return t, nil
	}
	t, err := connectors.ParseTime(s.Local, c.env.Location, time.DateTime)
	if err != nil {
		return time.Time{}, errors.New("a forecast step has no time that can be read")
	}
	return t, nil
}

func refuse(code, reason string, raw json.RawMessage) city.Refusal {
	return city.Refusal{ExternalID: code, Kind: "observations", Place: "prakiraan-cuaca?adm4=" + code, Reason: reason, Raw: raw}
}

// clip keeps foreign text in messages short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
