package bmkg

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// forecastServer answers every kelurahan with one step of the given model run.
type forecastServer struct {
	asked    atomic.Int32
	analysis atomic.Value // string
	fail     atomic.Int32 // status from the n-th request on; 0 = never
}

func (f *forecastServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := f.asked.Add(1)
	if at := f.fail.Load(); at > 0 && n >= at {
		w.Header().Set("Retry-After", "33")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	fmt.Fprintf(w, `{"lokasi":{"adm4":%q},"data":[{"cuaca":[[{"datetime":"2026-11-21T12:00:00Z","t":28,"tp":1,"hu":80,"analysis_date":%q}]]}]}`,
		r.URL.Query().Get("adm4"), f.analysis.Load())
}

func forecastConfig(t *testing.T, f *forecastServer) json.RawMessage {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return json.RawMessage(fmt.Sprintf(`{"base_url":%q,"allow_private":true,"feeds":["forecast"],"requests_per_minute":60000}`, s.URL))
}

func TestForecastIsReadOnceForEachModelRun(t *testing.T) {
	t.Parallel()
	f := &forecastServer{}
	f.analysis.Store("2026-11-21T00:00:00")
	config := forecastConfig(t, f)
	now := caseClock()
	out, cursor := run(t, config, nil, now)
	if len(out.Observations) != 12 || f.asked.Load() != 4 {
		t.Fatalf("first: %d observations, %d requests", len(out.Observations), f.asked.Load())
	}
	for _, tc := range []struct {
		after       time.Duration
		analysis    string
		asks, bring int
	}{
		{30 * time.Minute, "2026-11-21T12:00:00", 0, 0},   // looked a short while ago
		{90 * time.Minute, "2026-11-21T00:00:00", 1, 0},   // one look, nothing new
		{3 * time.Hour, "2026-11-21T12:00:00", 4, 12},     // a new model run
		{3*time.Hour + 1, "2026-11-21T12:00:00", 0, 0},    // just read
		{15 * time.Hour, "2026-11-21T12:00:00Z", 1, 0},    // the same moment written otherwise
		{30 * time.Hour, "2026-11-22 00:00:00", 4, 4 * 3}, // and the next
	} {
		f.analysis.Store(tc.analysis)
		f.asked.Store(0)
		out, cursor = run(t, config, cursor, now.Add(tc.after))
		if int(f.asked.Load()) != tc.asks || len(out.Observations) != tc.bring {
			t.Errorf("after %v: %d requests, %d observations; wants %d, %d", tc.after, f.asked.Load(), len(out.Observations), tc.asks, tc.bring)
		}
	}
}

func TestForecastGoesOnWhereItWasToldToWait(t *testing.T) {
	t.Parallel()
	f := &forecastServer{}
	f.analysis.Store("2026-11-21T00:00:00")
	config := forecastConfig(t, f)
	f.fail.Store(3)
	out, cursor := run(t, config, nil, caseClock())
	if len(out.Observations) != 6 || out.Error != string(connectors.FailBusy) {
		t.Fatalf("got %d observations, error %q", len(out.Observations), out.Error)
	}
	f.fail.Store(0)
	f.asked.Store(0)
	out, _ = run(t, config, cursor, caseClock().Add(time.Minute))
	if len(out.Observations) != 6 || f.asked.Load() != 2 || out.Error != "" {
		t.Errorf("the rest: %d observations, %d requests, error %q", len(out.Observations), f.asked.Load(), out.Error)
	}
}

func TestBudgetIsBMKGs(t *testing.T) {
	t.Parallel()
	if err := Spec.Check(json.RawMessage(`{"requests_per_minute":61}`)); city.CodeOf(err) != city.Invalid {
		t.Errorf("61 a minute gives %v", err)
	}
	if err := Spec.Check(json.RawMessage(`{"requests_per_minute":60}`)); err != nil {
		t.Error(err)
	}
	if err := Spec.Check(json.RawMessage(`{"feeds":["radar"]}`)); city.CodeOf(err) != city.Invalid {
		t.Errorf("an unknown feed gives %v", err)
	}
}
