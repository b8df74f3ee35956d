package httpjson

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"balaikota/connectors/connectortest"
)

// broker answers as Orion does: by tenant, in pages of at most 1,000, and 400 to
// what it does not know.
func broker(entities int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		for name := range q {
			switch name {
			case "type", "attrs", "metadata", "limit", "offset", "orderBy":
			default:
				http.Error(w, `{"error":"InvalidRequest","description":"`+name+`"}`, http.StatusBadRequest)
				return
			}
		}
		limit, err1 := strconv.Atoi(q.Get("limit"))
		offset, err2 := strconv.Atoi(q.Get("offset"))
		if r.URL.Path != "/v2/entities" || err1 != nil || err2 != nil || limit < 1 || limit > 1000 || offset < 0 {
			http.Error(w, `{"error":"BadRequest"}`, http.StatusBadRequest)
			return
		}
		page := []any{}
		if r.Header.Get("Fiware-Service") == "kota" && q.Get("type") == "WaterObserved" {
			for n := offset; n < min(offset+limit, entities); n++ {
				page = append(page, map[string]any{"id": fmt.Sprint("WaterObserved:", n), "type": "WaterObserved", "height": map[string]any{"type": "Number", "value": float64(n) / 100,
					"metadata": map[string]any{"TimeInstant": map[string]any{"type": "DateTime", "value": "2026-11-21T06:20:00.000Z"}}}})
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(page) // the client is gone when this fails
	})
}

// TestAContextBrokerIsReadToItsEnd page by page, as its tenant.
func TestAContextBrokerIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	var asked connectortest.Asked
	address := connectortest.Serve(t, asked.Of(broker(450)))
	config := func(service string) json.RawMessage {
		return connectortest.YAML(t, "allow_private: true\ntemplate: ngsi-v2\nparams: {base_url: '"+address+"', type: WaterObserved, attribute: height, indicator: muka-air-mahakam, service: "+service+"}\n")
	}
	out, _ := run(t, config("kota"), nil, caseClock())
	if len(out.Observations) != 450 || out.Error != "" || len(asked.Lines()) != 3 {
		t.Errorf("%d observations in %d requests, %s %v", len(out.Observations), len(asked.Lines()), out.Error, out.Refused)
	}
	if other, _ := run(t, config("lain"), nil, caseClock()); len(other.Observations) != 0 {
		t.Errorf("another tenant's: %d", len(other.Observations))
	}
}

// prometheus answers query_range as the real one does: 400 with a reason to what
// it cannot read, 422 to more than 11,000 points, values each step.
func prometheus(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	start, err1 := strconv.ParseFloat(q.Get("start"), 64)
	end, err2 := strconv.ParseFloat(q.Get("end"), 64)
	step, err3 := time.ParseDuration(q.Get("step"))
	if r.URL.Path != "/api/v1/query_range" || q.Get("query") != "tinggi" || err1 != nil || err2 != nil || err3 != nil || step <= 0 || end < start || (end-start)/step.Seconds() > 11_000 {
		http.Error(w, `{"status":"error","errorType":"bad_data","error":"uji"}`, http.StatusBadRequest)
		return
	}
	values := [][2]any{}
	for at := start; at <= end; at += step.Seconds() {
		values = append(values, [2]any{at, "1.5"})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": []any{
		map[string]any{"metric": map[string]string{"station": "Pos"}, "values": values},
	}}}) // the client is gone when this fails
}

// TestPrometheusIsReadOnFromWhereItWasLeft: the second reading asks for what is
// new since the first, at the same points of time.
func TestPrometheusIsReadOnFromWhereItWasLeft(t *testing.T) {
	t.Parallel()
	address := connectortest.Serve(t, http.HandlerFunc(prometheus))
	config := connectortest.YAML(t, "allow_private: true\ntemplate: prometheus\nparams: {base_url: '"+address+"', query: tinggi, indicator: muka-air-mahakam}\n")
	first, cursor := run(t, config, nil, caseClock())
	again, _ := run(t, config, cursor, caseClock().Add(10*time.Minute))
	if len(first.Observations) != 24*12+1 || len(again.Observations) != 5 {
		t.Fatalf("first %d (%s), again %d: %v", len(first.Observations), first.Error, len(again.Observations), again.Observations)
	}
	if again.Observations[2] != first.Observations[24*12] {
		t.Errorf("the newest of the first reading is read again as %s, was %s", again.Observations[2], first.Observations[24*12])
	}
	broken, _ := run(t, connectortest.YAML(t, "allow_private: true\ntemplate: prometheus\nparams: {base_url: '"+address+"', query: salah, indicator: muka-air-mahakam}\n"), nil, caseClock())
	if broken.Error == "" {
		t.Error("a query that Prometheus refuses is no failure")
	}
}
