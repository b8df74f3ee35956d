package gtfsrt

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestATrialTellsWhatIsToBeDeclared: an indicator that nobody declared is named, with
// its unit, and no list of the answer is null, which the form could not show.
func TestATrialTellsWhatIsToBeDeclared(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795242600, 0)
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(body(t, []byte(header+`1795242600 } entity { id: "1" vehicle { trip { route_id: "K1" } vehicle { id: "a" } } }`)))
	}))
	env := testEnv(t, now)
	env.Log = slog.New(slog.DiscardHandler)
	runner := connectors.NewRunner(connectors.NewRegistry(Spec), nil, env, nil, connectors.RunLimits{})
	src := city.Source{Slug: "bus", Connector: "gtfsrt", Config: connectortest.YAML(t, "allow_private: true\nvehicles_url: '"+address+"'\nvehicles_indicator: bus-baru\n")}
	trial, err := runner.Try(t.Context(), src)
	if err != nil || len(trial.Undeclared) != 1 || trial.Undeclared[0] != (city.TrialIndicator{Slug: "bus-baru", Unit: "kendaraan"}) {
		t.Errorf("%+v, %v", trial.Undeclared, err)
	}
	text, err := json.Marshal(trial)
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := Spec.New(src.Config, testEnv(t, now)); err == nil {
		t.Error("it is read without the indicator's declaration")
	}
}
