package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const addActionKindQuery = `INSERT INTO action_kinds (slug, name, name_en, proof, measure, effect_days, low, mid, high, effect_source, cost_low, cost_high, cost_source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`

const addActionRuleQuery = `WITH added AS (
	INSERT INTO action_rules (slug, enabled, trigger, action, rule, version, changed_at, changed_by)
	VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT DO NOTHING RETURNING slug, version, rule, enabled, changed_at, changed_by
)
INSERT INTO action_rule_versions (slug, version, rule, enabled, changed_at, changed_by, reason) SELECT *, $8 FROM added`

// addActions adds the kinds and rules of a pack that the database lacks; what
// is there, changed by officers or not, stays.
func (s *Store) addActions(ctx context.Context, tx pgx.Tx, f Foundation) error {
	for _, k := range f.ActionKinds {
		if _, err := tx.Exec(ctx, addActionKindQuery, k.Slug, k.Name, k.NameEN, k.Proof, k.Measure, k.EffectDays, k.Low, k.Mid, k.High, k.EffectSource,
			k.CostLow, k.CostHigh, k.CostSource); err != nil {
			return fmt.Errorf("add kind of action %s: %w", k.Slug, err)
		}
	}
	for _, r := range f.ActionRules {
		data, err := json.Marshal(storedRule(r))
		if err != nil {
			return fmt.Errorf("encode rule %s: %w", r.Slug, err)
		}
		if _, err := tx.Exec(ctx, addActionRuleQuery, r.Slug, r.Enabled, string(r.Trigger), r.Action, data, s.now(), r.ChangedBy, "dari paket kota"); err != nil {
			return fmt.Errorf("add rule %s: %w", r.Slug, err)
		}
	}
	return nil
}

// storedRule is a rule without what its columns say.
func storedRule(r city.ActionRule) city.ActionRule {
	r.Version, r.ChangedAt, r.ChangedBy = 0, time.Time{}, ""
	for _, list := range []*[]string{&r.Categories, &r.Indicators, &r.Replaces, &r.Contradicts} {
		if *list == nil {
			*list = []string{}
		}
	}
	if r.MinSeverity == "" {
		r.MinSeverity = city.Info
	}
	return r
}

const actionKindsQuery = `SELECT slug, name, name_en, proof, measure, effect_days, low, mid, high, effect_source, cost_low, cost_high, cost_source FROM action_kinds ORDER BY slug`

// ActionKinds returns what can be advised and done, by slug.
func (s *Store) ActionKinds(ctx context.Context, asker city.Asker) ([]city.ActionKind, error) {
	out := []city.ActionKind{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.ActionKind](ctx, tx, actionKindsQuery)
		out = append(out[:0], rows...)
		return err
	})
	return out, wrapped(err, "read the kinds of action")
}

type actionRuleRow struct {
	Slug      string
	Enabled   bool
	Rule      []byte
	Version   int
	ChangedAt time.Time
	ChangedBy string
}

func (r actionRuleRow) rule() (city.ActionRule, error) {
	var out city.ActionRule
	if err := json.Unmarshal(r.Rule, &out); err != nil {
		return out, fmt.Errorf("decode rule %s: %w", r.Slug, err)
	}
	out.Slug, out.Enabled, out.Version, out.ChangedAt, out.ChangedBy = r.Slug, r.Enabled, r.Version, r.ChangedAt, r.ChangedBy
	return out, nil
}

const (
	actionRulesQuery        = `SELECT slug, enabled, rule, version, changed_at, changed_by FROM action_rules ORDER BY slug`
	lockedActionRuleQuery   = `SELECT slug, enabled, rule, version, changed_at, changed_by FROM action_rules ORDER BY slug FOR UPDATE`
	actionRuleVersionsQuery = `SELECT slug, enabled, rule, version, changed_at, changed_by, reason FROM action_rule_versions WHERE slug = $1 ORDER BY version DESC LIMIT 500`
)

func rulesOf(rows []actionRuleRow) ([]city.ActionRule, error) {
	out := make([]city.ActionRule, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.rule(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ActionRules returns the rules of advice by slug, those that are off too.
func (s *Store) ActionRules(ctx context.Context, asker city.Asker) (out []city.ActionRule, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[actionRuleRow](ctx, tx, actionRulesQuery)
		if err == nil {
			out, err = rulesOf(rows)
		}
		return err
	})
	return out, wrapped(err, "read the rules of advice")
}

// ActionRuleVersions returns every state a rule has had, newest first, NotFound
// when there is none.
func (s *Store) ActionRuleVersions(ctx context.Context, asker city.Asker, slug string) (out []city.ActionRuleVersion, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			actionRuleRow
			Reason string
		}](ctx, tx, actionRuleVersionsQuery, slug)
		if err != nil {
			return err
		}
		out = make([]city.ActionRuleVersion, len(rows))
		for i, r := range rows {
			rule, err := r.rule()
			if err != nil {
				return err
			}
			out[i] = city.ActionRuleVersion{ActionRule: rule, ChangedFor: r.Reason}
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		return nil, city.Errorf(city.NotFound, "there is no rule %q", slug)
	}
	return out, wrapped(err, "read the versions of a rule")
}

const putActionRuleQuery = `INSERT INTO action_rules (slug, enabled, trigger, action, rule, version, changed_at, changed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (slug) DO UPDATE SET enabled = excluded.enabled, trigger = excluded.trigger, action = excluded.action, rule = excluded.rule,
	version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by`

const addRuleVersionQuery = `INSERT INTO action_rule_versions (slug, version, rule, enabled, changed_at, changed_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// SaveActionRule changes a rule, or adds one, with the reason, keeping every
// version. Only the secretary and an operator may. Invalid says in words what
// is wrong with the rule; Conflict that it was changed since the version given
// was read.
func (s *Store) SaveActionRule(ctx context.Context, by city.Actor, asker city.Asker, rule city.ActionRule, reason string) (city.ActionRule, error) {
	if asker.Role != city.Sekda && asker.Role != city.Operator {
		return city.ActionRule{}, city.Errorf(city.Forbidden, "only the secretary or an operator may change the rules of advice")
	}
	if len([]rune(strings.TrimSpace(reason))) < reasonLeast {
		return city.ActionRule{}, needReason()
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.ActionRule{}, err
	}
	var out city.ActionRule
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[actionRuleRow](ctx, tx, lockedActionRuleQuery)
		if err != nil {
			return fmt.Errorf("read the rules: %w", err)
		}
		kinds, err := column[string](ctx, tx, "SELECT slug FROM action_kinds")
		if err != nil {
			return err
		}
		before := 0
		known := cat.actionNames(kinds)
		for _, r := range rows {
			known.Rules = append(known.Rules, r.Slug)
			if r.Slug == rule.Slug {
				before = r.Version
			}
		}
		if err := rule.Check(known); err != nil {
			return err
		}
		if rule.Version != before && rule.Version != 0 {
			return city.Errorf(city.Conflict, "rule %s was changed meanwhile (version %d); read it again", rule.Slug, before)
		}
		data, err := json.Marshal(storedRule(rule))
		if err != nil {
			return fmt.Errorf("encode rule %s: %w", rule.Slug, err)
		}
		at := s.now().UTC().Truncate(time.Microsecond)
		if _, err := tx.Exec(ctx, putActionRuleQuery, rule.Slug, rule.Enabled, string(rule.Trigger), rule.Action, data, before+1, at, by.Name); err != nil {
			return fmt.Errorf("save rule %s: %w", rule.Slug, err)
		}
		if _, err := tx.Exec(ctx, addRuleVersionQuery, rule.Slug, before+1, data, rule.Enabled, at, by.Name, cleanText(reason)); err != nil {
			return fmt.Errorf("keep the version of rule %s: %w", rule.Slug, err)
		}
		out = storedRule(rule)
		out.Version, out.ChangedAt, out.ChangedBy = before+1, at, by.Name
		return record(ctx, tx, by, "action_rule.save", rule.Slug, reason, map[string]any{"version": before + 1, "enabled": rule.Enabled})
	})
	return out, err
}

func (c *catalogue) actionNames(kinds []string) city.ActionNames {
	n := city.ActionNames{Actions: kinds}
	for slug := range c.categories {
		n.Categories = append(n.Categories, slug)
	}
	for slug := range c.indicators {
		n.Indicators = append(n.Indicators, slug)
	}
	for _, name := range c.officeName {
		n.Offices = append(n.Offices, name)
	}
	slices.Sort(n.Offices)
	return n
}

// needReason asks for a reason, in words for the screen too.
func needReason() error {
	e := city.InvalidField("reason", "say in at least %d characters why; it is recorded", reasonLeast)
	e.Key = "error.reason_needed"
	return e
}
