package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
)

func housing() city.Indicator {
	return city.Indicator{
		Slug: "rtlh", Name: "Rumah tidak layak huni", NameEN: "Unfit houses", Unit: "rumah", Direction: "down", Grain: "village", Aggregation: "sum",
		FreshForSeconds: 31 * 86400, Min: new(0.0), Rank: 1, Definition: "Rumah tidak layak huni menurut Disperkim.",
		Thresholds: []city.Threshold{limit(city.Siaga, 100)},
		Target:     &city.Target{Value: 20, By: "2029-12-31", Source: "RPJMD 2025-2029"},
	}
}

func TestAnOperatorDeclaresAnIndicatorThatIsJudgedAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	operator := city.Asker{Role: city.Operator}
	for _, role := range []city.Role{city.WaliKota, city.Sekda, city.Camat, city.KepalaOPD, city.Auditor} {
		if _, err := f.DeclareIndicator(t.Context(), city.CommandLine, city.Asker{Role: role}, housing(), true); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s declares: %v", role, err)
		}
	}
	tiles := one[int](t, f.sql, "SELECT max(rank)::int FROM indicators")
	got, err := f.DeclareIndicator(t.Context(), city.CommandLine, operator, housing(), true)
	if err != nil {
		t.Fatal(err)
	}
	if got.Origin != "officer" || got.Rank != tiles+1 || len(got.VisibleTo) != len(city.Roles) {
		t.Errorf("declared as %+v", got)
	}
	if _, err := f.DeclareIndicator(t.Context(), city.CommandLine, operator, housing(), true); city.CodeOf(err) != city.Conflict {
		t.Errorf("declared twice: %v", err)
	}
	sets, err := f.ThresholdVersions(t.Context(), mayor, "rtlh")
	if err != nil || len(sets) != 1 || sets[0].Version != 1 || sets[0].Target == nil || len(sets[0].Thresholds) != 1 || sets[0].ChangedBy == "" {
		t.Errorf("thresholds %+v, %v", sets, err)
	}
	equal(t, "written down", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'indicator.declare' AND subject = 'rtlh'"), 1)
	f.observe(t, city.Observation{Indicator: "rtlh", AreaCode: "64.72.08.1004", Time: f.clock.now.Add(-time.Minute), Value: 120, Unit: "rumah"})
	equal(t, "judged", one[string](t, f.sql, "SELECT severity FROM indicator_states WHERE indicator = 'rtlh' AND area_code = '64.72.08.1004'"), "siaga")
	next, err := f.SaveThresholds(t.Context(), city.CommandLine, operator, city.ThresholdSet{Indicator: "rtlh", Version: 1, Reason: why})
	if err != nil || next.Version != 2 {
		t.Errorf("thresholds after it: %+v, %v", next, err)
	}
}

func TestADeclarationIsChangedButNotWhatItsValuesMean(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	operator := city.Asker{Role: city.Operator}
	declare := func(change func(*city.Indicator), isNew bool) (city.Indicator, error) {
		i := housing()
		change(&i)
		return f.DeclareIndicator(t.Context(), city.CommandLine, operator, i, isNew)
	}
	if _, err := declare(func(*city.Indicator) {}, false); city.CodeOf(err) != city.NotFound {
		t.Errorf("changed before it was declared: %v", err)
	}
	first, err := declare(func(*city.Indicator) {}, true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := declare(func(i *city.Indicator) {
		i.Name, i.Unit, i.Thresholds, i.Target = "RTLH", "unit", nil, nil
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "RTLH" || got.Unit != "unit" || got.Rank != first.Rank || len(got.Thresholds) != 1 || got.Target == nil {
		t.Errorf("changed to %+v", got)
	}
	f.observe(t, city.Observation{Indicator: "rtlh", AreaCode: "64.72.08.1004", Time: f.clock.now.Add(-time.Minute), Value: 12, Unit: "unit"})
	for name, change := range map[string]func(*city.Indicator){
		"unit": func(i *city.Indicator) { i.Unit = "rumah" }, "grain": func(i *city.Indicator) { i.Unit, i.Grain = "unit", "city" },
	} {
		if _, err := declare(change, false); city.CodeOf(err) != city.Conflict {
			t.Errorf("%s is changed under its values: %v", name, err)
		}
	}
	got, err = declare(func(i *city.Indicator) { i.Unit, i.Rank, i.Max = "unit", 0, new(900.0) }, false)
	if err != nil || got.Rank != 0 || got.Max == nil {
		t.Errorf("changed to %+v, %v", got, err)
	}
	if _, err := declare(func(i *city.Indicator) { i.Definition = "" }, false); city.CodeOf(err) != city.Invalid {
		t.Errorf("changed to nothing that is said: %v", err)
	}
	equal(t, "written down", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'indicator.change' AND subject = 'rtlh'"), 2)
}
