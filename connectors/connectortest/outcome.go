package connectortest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Outcome is what a case's expected.json holds for connectors that bring
// reports and observations.
type Outcome struct {
	Asked        []string // "GET /path?query" and the headers that matter
	Reports      []map[string]any
	Observations []string // [indicator, area, station, time in WITA, value, unit]
	Refused      []string // "place: reason"
	Error        string   `json:",omitempty"` // "key: text"
}

// Run makes one connector, pulls from cursor until it has no more, and returns
// what came out with the cursor that follows.
func Run(t testing.TB, spec connectors.Spec, config, cursor json.RawMessage, env connectors.Env) (Outcome, json.RawMessage) {
	t.Helper()
	out := Outcome{Asked: []string{}, Reports: []map[string]any{}, Observations: []string{}, Refused: []string{}}
	c, err := spec.New(config, env)
	if err != nil {
		t.Fatal(err)
	}
	cursor, err = Drain(t, c, cursor, func(page connectors.Page) { out.add(t, page) })
	if err != nil {
		out.Error = connectors.Explain(err).Key + ": " + err.Error()
	}
	return out, cursor
}

// Seen puts the requests into the outcome and the word for the server's address
// in its place.
func (o Outcome) Seen(asked *Asked, address string) Outcome {
	o.Asked = asked.Lines()
	o.Error = strings.ReplaceAll(o.Error, address, Server)
	for i, line := range o.Asked {
		o.Asked[i] = strings.ReplaceAll(line, address, Server)
	}
	return o
}

func (o *Outcome) add(t testing.TB, page connectors.Page) {
	t.Helper()
	for _, r := range page.Reports {
		o.Reports = append(o.Reports, Report(t, r))
	}
	for _, x := range page.Observations {
		b, err := json.Marshal([]any{x.Indicator, x.AreaCode, x.Station, x.Time.In(WITA), x.Value, x.Unit})
		if err != nil {
			t.Fatal(err)
		}
		o.Observations = append(o.Observations, string(b))
	}
	for _, r := range page.Refused {
		o.Refused = append(o.Refused, r.Place+": "+r.Reason)
	}
}

// Report is a report as expected.json shows it: without its raw record, which
// must be JSON, and without empty fields.
func Report(t testing.TB, r city.Report) map[string]any {
	t.Helper()
	if !json.Valid(r.Raw) {
		t.Errorf("report %s has no raw record", r.ExternalID)
	}
	r.Raw = nil
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range m {
		if v == nil || v == "" || v == (time.Time{}).Format(time.RFC3339) {
			delete(m, k)
		}
	}
	return m
}
