package store_test

import (
	"encoding/json"
	"errors"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
)

const whyChanged = "Batasnya terlalu rendah untuk kota ini."

func (f *fixture) rule(t *testing.T, slug string) city.ActionRule {
	t.Helper()
	rules, err := f.ActionRules(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.Slug == slug {
			return r
		}
	}
	t.Fatalf("there is no rule %s", slug)
	return city.ActionRule{}
}

// TestThePacksRulesArrive whole, and what an officer changed is not overwritten
// when the pack is laid out again.
func TestThePacksRulesArrive(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := f.ActionRules(t.Context(), lurahPutih)
	if err != nil || len(rules) != len(p.ActionRules) {
		t.Fatalf("%d rules of %d, %v", len(rules), len(p.ActionRules), err)
	}
	for _, want := range p.ActionRules {
		if d := cmp.Diff(want, f.rule(t, want.Slug), ignoreTimes); d != "" {
			t.Errorf("%s (-pack +store):\n%s", want.Slug, d)
		}
	}
	kinds, err := f.ActionKinds(t.Context(), lurahPutih)
	if err != nil || len(kinds) != len(p.ActionKinds) {
		t.Fatalf("%d kinds, %v", len(kinds), err)
	}
	changed := f.rule(t, "lewat-tenggat")
	changed.MinVoices, changed.Enabled = 12, false
	if _, err := f.SaveActionRule(t.Context(), actor(secretary), secretary, changed, whyChanged); err != nil {
		t.Fatal(err)
	}
	if err := f.LayFoundation(t.Context(), p.Foundation()); err != nil {
		t.Fatal(err)
	}
	if r := f.rule(t, "lewat-tenggat"); r.MinVoices != 12 || r.Enabled || r.Version != 2 || r.ChangedBy != "token:sekda" {
		t.Errorf("the officer's change is gone: %+v", r)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM action_rule_versions"); n != len(p.ActionRules)+1 {
		t.Errorf("%d versions", n)
	}
}

func TestEveryVersionOfARuleIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.rule(t, "kejadian-jalan")
	r.Weight = 2
	r, err := f.SaveActionRule(t.Context(), actor(operator), operator, r, whyChanged)
	if err != nil || r.Version != 2 {
		t.Fatalf("version %d, %v", r.Version, err)
	}
	versions, err := f.ActionRuleVersions(t.Context(), camatUlu, "kejadian-jalan")
	if err != nil || len(versions) != 2 || versions[0].Weight != 2 || versions[0].ChangedFor != whyChanged || versions[1].Weight != 1 || versions[1].ChangedBy != "paket kota" {
		t.Errorf("%+v, %v", versions, err)
	}
	// On the wire the rule's own words stand beside why it was changed.
	var wire map[string]any
	if data, err := json.Marshal(versions[0]); err != nil {
		t.Fatal(err)
	} else if err := json.Unmarshal(data, &wire); err != nil {
		t.Fatal(err)
	}
	if wire["reason"] != r.Reason || wire["changed_for"] != whyChanged {
		t.Errorf("reason %q, changed for %q", wire["reason"], wire["changed_for"])
	}
	// Who read version 1 is told that it is no longer the newest.
	r.Version = 1
	if _, err := f.SaveActionRule(t.Context(), actor(secretary), secretary, r, whyChanged); city.CodeOf(err) != city.Conflict {
		t.Errorf("%v", err)
	}
	if _, err := f.ActionRuleVersions(t.Context(), camatUlu, "tidak-ada"); city.CodeOf(err) != city.NotFound {
		t.Errorf("%v", err)
	}
	r.Slug, r.Version = "kejadian-jalan-protokol", 0
	if added, err := f.SaveActionRule(t.Context(), actor(secretary), secretary, r, whyChanged); err != nil || added.Version != 1 {
		t.Errorf("a new rule: %+v, %v", added, err)
	}
}

func TestWhoMayChangeRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, a := range []city.Asker{mayor, auditor, camatUlu, lurahPutih, f.headOf(t, "DPUPR"), {Role: city.Publik}, {}} {
		if _, err := f.SaveActionRule(t.Context(), actor(a), a, f.rule(t, "kejadian-jalan"), whyChanged); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%+v changes a rule: %v", a, err)
		}
	}
	rules, err := f.ActionRules(t.Context(), city.Asker{Role: city.Publik})
	if err != nil || len(rules) != 0 {
		t.Errorf("the public reads %d rules, %v", len(rules), err)
	}
}

// TestARuleIsCheckedInWords: each mistake names its field and has a text on
// screen.
func TestARuleIsCheckedInWords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for field, change := range map[string]func(*city.ActionRule){
		"trigger": func(r *city.ActionRule) { r.Trigger = "firasat" }, "action": func(r *city.ActionRule) { r.Action = "rapat" },
		"categories": func(r *city.ActionRule) { r.Categories = []string{"naga"} }, "indicators": func(r *city.ActionRule) { r.Indicators = []string{"bahagia"} },
		"min_severity": func(r *city.ActionRule) { r.MinSeverity = "gawat" }, "min_voices": func(r *city.ActionRule) { r.MinVoices = -1 },
		"office": func(r *city.ActionRule) { r.Office = "Dinas Antah Berantah" }, "due_days": func(r *city.ActionRule) { r.DueHours = 5 },
		"weight": func(r *city.ActionRule) { r.Weight = 0 }, "replaces": func(r *city.ActionRule) { r.Replaces = []string{"kejadian-jalan"} },
		"contradicts": func(r *city.ActionRule) { r.Contradicts = []string{"tidak-ada"} }, "source": func(r *city.ActionRule) { r.Source = " " },
		"title": func(r *city.ActionRule) { r.Title = "Tambal {jalan}" }, "title_en": func(r *city.ActionRule) { r.TitleEN = "Patch {tempat" },
		"reason": func(r *city.ActionRule) { r.Reason = "" }, "risk": func(r *city.ActionRule) { r.Risk = "" }, "slug": func(r *city.ActionRule) { r.Slug = "Jalan Rusak" },
	} {
		r := f.rule(t, "kejadian-jalan")
		change(&r)
		_, err := f.SaveActionRule(t.Context(), actor(operator), operator, r, whyChanged)
		e, is := errors.AsType[*city.Error](err)
		if !is || e.Code != city.Invalid || e.Field != field || e.Key == "" {
			t.Errorf("%s: %+v", field, err)
		}
	}
	r := f.rule(t, "kejadian-jalan")
	if _, err := f.SaveActionRule(t.Context(), actor(operator), operator, r, "salah"); city.CodeOf(err) != city.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if f.rule(t, "kejadian-jalan").Version != 1 {
		t.Error("a refused change was kept")
	}
}
