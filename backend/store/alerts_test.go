package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestAnAlertIsAcknowledgedOnceUntilItIsGraverOrArisesAnew(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	raise := func(severity city.Severity, evidence string) {
		t.Helper()
		now := []city.Alert{{Key: "surge:banjir", Kind: city.AlertSurge, Severity: severity, Headline: "Banjir", Evidence: evidence, Since: noon}}
		if severity == "" {
			now = nil
		}
		if err := f.RaiseAlerts(t.Context(), city.AlertSurge, now); err != nil {
			t.Fatal(err)
		}
	}
	known := func() string {
		t.Helper()
		as, err := f.Alerts(t.Context(), city.Asker{Role: city.Lurah})
		if err != nil || len(as) != 1 {
			t.Fatalf("alerts %+v, %v", as, err)
		}
		if as[0].Acknowledged == nil {
			return ""
		}
		return as[0].Acknowledged.By
	}
	acknowledge := func(by string, seen city.Severity) (city.Alert, error) {
		return f.AcknowledgeAlert(t.Context(), city.Actor{Name: by}, "surge:banjir", seen)
	}

	if _, err := acknowledge("sekda", city.Awas); city.CodeOf(err) != city.NotFound {
		t.Errorf("an alert that does not run: %v", err)
	}
	raise(city.Siaga, "12 laporan")
	equal(t, "known at first", known(), "")
	f.clock.forward(time.Minute)
	before := f.head(t)
	a, err := acknowledge("sekda", city.Siaga)
	if err != nil || a.Acknowledged == nil || a.Acknowledged.By != "sekda" || !a.Acknowledged.At.Equal(f.clock.now) {
		t.Fatalf("acknowledged %+v, %v", a.Acknowledged, err)
	}
	equal(t, "screens hear of it", f.topic(t, city.TopicAlerts, before), []string{"put surge:banjir"})
	equal(t, "audited", one[int](t, f.sql, `SELECT count(*) FROM audit WHERE action = 'alert.acknowledge' AND subject = 'alert:surge:banjir' AND actor = 'sekda'`), 1)

	// The second changes nothing, and the first stands.
	before = f.head(t)
	if a, err = acknowledge("walikota", city.Siaga); err != nil || a.Acknowledged.By != "sekda" {
		t.Errorf("a second time %+v, %v", a.Acknowledged, err)
	}
	equal(t, "nothing new", f.head(t), before)

	raise(city.Siaga, "14 laporan")
	equal(t, "known while no graver", known(), "sekda")
	var told string
	if err := f.sql.QueryRow(t.Context(), `SELECT data->'acknowledged'->>'by' FROM events WHERE topic = 'alerts' ORDER BY seq DESC LIMIT 1`).Scan(&told); err != nil || told != "sekda" {
		t.Errorf("the change says it is known by %q, %v", told, err)
	}

	raise(city.Awas, "40 laporan")
	equal(t, "known once graver", known(), "")
	if _, err := acknowledge("sekda", city.Siaga); city.CodeOf(err) != city.Conflict {
		t.Errorf("what was seen is not what it is now: %v", err)
	}
	if _, err := acknowledge("sekda", city.Awas); err != nil {
		t.Fatal(err)
	}
	raise(city.Siaga, "20 laporan")
	equal(t, "known once milder", known(), "sekda")

	raise("", "")
	raise(city.Siaga, "20 laporan")
	equal(t, "known when it arises anew", known(), "")
}

func TestAnAcknowledgementHasANameAndATime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if err := f.RaiseAlerts(t.Context(), city.AlertSurge, []city.Alert{{Key: "a", Kind: city.AlertSurge, Severity: city.Awas, Headline: "a", Since: noon}}); err != nil {
		t.Fatal(err)
	}
	for constraint, change := range map[string]string{
		"alerts_acknowledgement_is_whole":   `UPDATE alerts SET acknowledged_at = now()`,
		"alerts_acknowledgement_has_a_name": `UPDATE alerts SET acknowledged_at = now(), acknowledged_by = ''`,
	} {
		if _, err := f.sql.Exec(t.Context(), change); err == nil || !strings.Contains(err.Error(), constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}
