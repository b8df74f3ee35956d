package pack

import (
	"errors"
	"io/fs"
	"slices"

	"balaikota/backend/city"
)

// packAuthor is who changed a rule that comes from a pack.
const packAuthor = "paket kota"

// loadActions reads the kinds of action and the rules of advice. The files may
// be absent: such a city is given no advice until it has rules of its own.
func loadActions(fsys fs.FS, c *City) error {
	if _, err := fs.Stat(fsys, "action_kinds.csv"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := readTable(fsys, "action_kinds.csv", func(r *row) error { return loadActionKind(r, c) }); err != nil {
		return err
	}
	if err := readTable(fsys, "action_rules.csv", func(r *row) error { return loadActionRule(r, c) }); err != nil {
		return err
	}
	known := c.actionNames()
	for _, r := range c.ActionRules {
		if err := r.Check(known); err != nil {
			return city.Wrap(city.Invalid, err, "action_rules.csv, rule %s", r.Slug)
		}
	}
	return nil
}

func loadActionKind(r *row, c *City) error {
	k := city.ActionKind{
		Slug: r.text("slug"), Name: r.text("name"), NameEN: r.text("name_en"), Proof: r.oneOf("proof", "yes", "no") == "yes",
		Measure: r.oneOf("measure", "reports", "indicator", "overdue"), EffectDays: r.whole("effect_days"),
		Low: r.number("low"), Mid: r.number("mid"), High: r.number("high"), EffectSource: r.text("effect_source"), CostSource: r.fields["cost_source"],
	}
	if r.fields["cost_high"] != "" {
		k.CostLow, k.CostHigh = r.number("cost_low"), r.number("cost_high")
	}
	if k.Low > k.Mid || k.Mid > k.High || k.Low < -100 {
		r.fail("mid", "low, mid and high are not in order")
	}
	if k.CostHigh > 0 && k.CostSource == "" {
		r.fail("cost_source", "a cost needs its source")
	}
	if slices.ContainsFunc(c.ActionKinds, func(h city.ActionKind) bool { return h.Slug == k.Slug }) {
		r.fail("slug", "%q is there twice", k.Slug)
	}
	c.ActionKinds = append(c.ActionKinds, k)
	return nil
}

func loadActionRule(r *row, c *City) error {
	a := city.ActionRule{
		Slug: r.text("slug"), Enabled: true, Trigger: city.Trigger(r.text("trigger")), Action: r.text("action"),
		Categories: r.list("categories"), Indicators: r.list("indicators"), MinSeverity: city.Severity(r.fields["min_severity"]),
		MinVoices: r.days("min_voices"), MinAgeHours: r.days("min_age_hours"), Office: r.text("office"),
		Title: r.text("title"), TitleEN: r.text("title_en"), Reason: r.text("reason"), ReasonEN: r.text("reason_en"), Risk: r.text("risk"), RiskEN: r.text("risk_en"),
		DueDays: r.days("due_days"), DueHours: r.days("due_hours"), Weight: r.number("weight"), Replaces: r.list("replaces"), Contradicts: r.list("contradicts"),
		Source: r.text("source"), Version: 1, ChangedBy: packAuthor,
	}
	if a.MinSeverity == "" {
		a.MinSeverity = city.Info
	}
	if slices.ContainsFunc(c.ActionRules, func(h city.ActionRule) bool { return h.Slug == a.Slug }) {
		r.fail("slug", "%q is there twice", a.Slug)
	}
	c.ActionRules = append(c.ActionRules, a)
	return nil
}

func (c *City) actionNames() city.ActionNames {
	var n city.ActionNames
	for _, k := range c.ActionKinds {
		n.Actions = append(n.Actions, k.Slug)
	}
	for _, g := range c.Categories {
		n.Categories = append(n.Categories, g.Slug)
	}
	for _, i := range c.Indicators {
		n.Indicators = append(n.Indicators, i.Slug)
	}
	for _, o := range c.Offices {
		n.Offices = append(n.Offices, o.ShortName)
	}
	for _, r := range c.ActionRules {
		n.Rules = append(n.Rules, r.Slug)
	}
	return n
}
