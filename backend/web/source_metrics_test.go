package web

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/prometheus/client_golang/prometheus"
)

// TestEachSourceIsMeasured: what an alarm of the computing centre's own needs, by
// source; and nothing, rather than zeros, when the database does not answer.
func TestEachSourceIsMeasured(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	all := []city.SourceHealth{
		{Slug: "sp4n", Connector: "open311", Freshness: city.Broken, Failures: 4, RowsTotal: 120, Refused: 3, ExpectSeconds: 300, LastSuccess: &when, SlowedUntil: &when},
		{Slug: "baru", Connector: "ckan", Freshness: city.NeverRun, ExpectSeconds: 60},
	}
	var fault error
	gather := func() string {
		t.Helper()
		reg := prometheus.NewRegistry()
		reg.MustRegister(sourceCollector{func(context.Context) ([]city.SourceHealth, error) { return all, fault }})
		found, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range found {
			for _, m := range f.GetMetric() {
				b.WriteString(f.GetName() + " " + m.String() + "\n")
			}
		}
		return strings.ReplaceAll(b.String(), "  ", " ")
	}
	got := gather()
	for _, want := range []string{
		`balaikota_source_state label:{name:"connector" value:"open311"} label:{name:"source" value:"sp4n"} label:{name:"state" value:"terputus"} gauge:{value:1}`,
		`balaikota_source_failures label:{name:"connector" value:"open311"} label:{name:"source" value:"sp4n"} gauge:{value:4}`,
		`balaikota_source_rows_total label:{name:"connector" value:"open311"} label:{name:"source" value:"sp4n"} counter:{value:120`,
		`balaikota_source_slowed label:{name:"connector" value:"open311"} label:{name:"source" value:"sp4n"} gauge:{value:1}`,
		`balaikota_source_last_success_timestamp_seconds label:{name:"connector" value:"open311"} label:{name:"source" value:"sp4n"} gauge:{value:1.7636076e+09}`,
	} {
		if !strings.Contains(got, strings.ReplaceAll(want, "1.7636076e+09", "1.7951436e+09")) {
			t.Errorf("%s\nis not in\n%s", want, got)
		}
	}
	if strings.Count(got, "last_success") != 1 {
		t.Error("a source that never succeeded has a time of success")
	}
	fault = errors.New("no answer")
	if got := gather(); got != "" {
		t.Errorf("without a database:\n%s", got)
	}
}
