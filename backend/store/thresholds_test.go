package store_test

import (
	"errors"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5/pgconn"
)

const water = "muka-air-mahakam"

func limit(level city.Severity, value float64) city.Threshold {
	return city.Threshold{Level: level, Above: true, Value: value, Source: "SK Wali Kota 1/2026", EffectiveOn: "2026-01-01"}
}

var why = "naskah kajian BPBD 2026"

func TestLimitsHoldAtOnceAndAreKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	operator := city.Asker{Role: city.Operator}
	save := func(asker city.Asker, version int, reason string, list ...city.Threshold) (city.ThresholdSet, error) {
		return f.SaveThresholds(t.Context(), city.CommandLine, asker, city.ThresholdSet{Indicator: water, Version: version, Thresholds: list, Reason: reason})
	}
	sets := func() []city.ThresholdSet {
		t.Helper()
		out, err := f.ThresholdVersions(t.Context(), mayor, water)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	packed := sets()
	if len(packed) != 1 || packed[0].Version != 0 || len(packed[0].Thresholds) == 0 {
		t.Fatalf("declared by the pack: %+v", packed)
	}
	f.observe(t, city.Observation{Indicator: water, Time: f.clock.now.Add(-time.Minute), Value: 1, Unit: "m"})
	severity := func() city.Severity {
		t.Helper()
		states, err := f.IndicatorStates(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range states {
			if s.Indicator == water {
				return s.Severity
			}
		}
		t.Fatal("no state")
		return ""
	}
	alerts := func() int {
		t.Helper()
		got, err := f.Alerts(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	if severity() != city.Info || alerts() != 0 {
		t.Fatalf("at first %s with %d alerts", severity(), alerts())
	}
	before := f.head(t)
	set, err := save(operator, 0, why, limit(city.Siaga, 0.5), limit(city.Awas, 2))
	if err != nil {
		t.Fatal(err)
	}
	if set.Version != 2 || severity() != city.Siaga || alerts() != 1 || len(f.topic(t, city.TopicIndicators, before)) == 0 {
		t.Errorf("version %d, %s, %d alerts, told %v", set.Version, severity(), alerts(), f.topic(t, city.TopicIndicators, before))
	}
	// A new value is judged by them too.
	f.clock.now = f.clock.now.Add(time.Minute)
	f.observe(t, city.Observation{Indicator: water, Time: f.clock.now.Add(-time.Second), Value: 2.5, Unit: "m"})
	if severity() != city.Awas {
		t.Errorf("2.5 m is %s", severity())
	}
	if _, err := save(operator, 0, why, limit(city.Awas, 3)); city.CodeOf(err) != city.Conflict {
		t.Errorf("an old version: %v", err)
	}
	if _, err := save(mayor, 2, why, limit(city.Awas, 3)); city.CodeOf(err) != city.Forbidden {
		t.Errorf("the mayor changes limits: %v", err)
	}
	if _, err := save(operator, 2, "perlu", limit(city.Awas, 3)); city.CodeOf(err) != city.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	// Without limits nothing is judged, and no alert is left behind.
	if _, err := save(operator, 2, why); err != nil {
		t.Fatal(err)
	}
	if severity() != city.Info || alerts() != 0 {
		t.Errorf("without limits %s with %d alerts", severity(), alerts())
	}
	all := sets()
	if len(all) != 3 || all[0].Version != 3 || len(all[0].Thresholds) != 0 || all[1].Reason != why || all[1].Thresholds[0].Value != 0.5 || all[2].Version != 1 {
		t.Errorf("history %+v", all)
	}
	equal(t, "the set before the first change", all[2].Thresholds, packed[0].Thresholds)
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, sql := range []string{"UPDATE threshold_versions SET reason = 'x'", "DELETE FROM threshold_versions", "TRUNCATE threshold_versions"} {
		nobodyMay(t, f, owner, sql)
	}
}

func TestLimitsAreRowsWithRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for sql, rule := range map[string]string{
		"UPDATE thresholds SET value = 'NaN'":                                                                         "thresholds_value_is_a_number",
		"UPDATE thresholds SET value = 'Infinity'":                                                                    "thresholds_value_is_a_number",
		"UPDATE thresholds SET source = ''":                                                                           "thresholds_have_a_source",
		"UPDATE thresholds SET source = repeat('x', 501)":                                                             "thresholds_source_is_bounded",
		"INSERT INTO threshold_versions VALUES ('" + water + "', 0, '[]', now(), 'x', 'x')":                           "threshold_versions_are_numbered",
		"INSERT INTO threshold_versions VALUES ('" + water + "', 1, '{}', now(), 'x', 'x')":                           "threshold_versions_hold_a_list",
		"INSERT INTO threshold_versions VALUES ('" + water + "', 1, '[]', now(), '', 'x')":                            "threshold_versions_were_changed_by_somebody",
		"INSERT INTO threshold_versions VALUES ('" + water + "', 1, '[]', now(), 'x', ' ')":                           "threshold_versions_have_a_reason",
		"INSERT INTO walls (name, paired_at, paired_by) VALUES (' ', now(), 'x')":                                     "walls_have_a_name",
		"INSERT INTO walls (name, paired_at, paired_by) VALUES ('x', now(), '')":                                      "walls_were_paired_by_somebody",
		"INSERT INTO wall_pairings VALUES (sha256('x'), '12345', 'x', now(), now() + interval '1 minute')":            "wall_pairings_code_is_one",
		"INSERT INTO wall_pairings VALUES (sha256('x'), '123456', 'x', now(), now() + interval '1 hour')":             "wall_pairings_end_soon",
		"INSERT INTO sessions (secret_hash, kind, role, expires_at) VALUES (sha256('x'), 'token', 'layar', now())":    "sessions_of_walls_are_walls",
		"INSERT INTO sessions (secret_hash, kind, role, expires_at) VALUES (sha256('x'), 'wall', 'wali_kota', now())": "sessions_of_walls_are_walls",
	} {
		var pg *pgconn.PgError
		if _, err := as(t, f.sql, "", sql); !errors.As(err, &pg) || pg.ConstraintName != rule {
			t.Errorf("%s: %v, want %s", sql, err, rule)
		}
	}
}

func TestATargetIsKeptWithTheThresholds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	operator := city.Asker{Role: city.Operator}
	list := []city.Threshold{limit(city.Siaga, 0.5)}
	save := func(version int, target *city.Target) error {
		_, err := f.SaveThresholds(t.Context(), city.CommandLine, operator, city.ThresholdSet{Indicator: water, Version: version, Thresholds: list, Target: target, Reason: why})
		return err
	}
	declared := func() *city.Target {
		t.Helper()
		all, err := f.Indicators(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if i.Slug == water {
				return i.Target
			}
		}
		t.Fatal("no such indicator")
		return nil
	}
	if declared() != nil {
		t.Fatalf("before anybody said so: %+v", declared())
	}
	want := city.Target{Value: 0.4, By: "2029-12-31", Source: "RPJMD 2025-2029"}
	if err := save(0, &want); err != nil {
		t.Fatal(err)
	}
	if got := declared(); got == nil || *got != want {
		t.Errorf("declared %+v", got)
	}
	if err := save(2, nil); err != nil {
		t.Fatal(err)
	}
	if got := declared(); got != nil {
		t.Errorf("ended, it stands: %+v", got)
	}
	sets, err := f.ThresholdVersions(t.Context(), mayor, water)
	if err != nil || len(sets) != 3 || sets[0].Target != nil || sets[1].Target == nil || *sets[1].Target != want || sets[2].Target != nil {
		t.Errorf("history %+v, %v", sets, err)
	}
	for key, bad := range map[string]city.Target{
		"error.target_value":  {Value: -1e9, By: want.By, Source: want.Source},
		"error.target_by":     {Value: 1, By: "akhir tahun", Source: want.Source},
		"error.target_source": {Value: 1, By: want.By, Source: " "},
	} {
		if err := save(3, &bad); keyOf(err) != key {
			t.Errorf("%s: %v", key, err)
		}
	}
}
