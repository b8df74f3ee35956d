package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type qualityRuleRow struct {
	ID                    int64
	Kind, Indicator, Unit string
	Params                []byte
	Effect, Source        string
	EffectiveOn           string
	ChangedAt             time.Time
	ChangedBy, Reason     string
}

const (
	qualityRulesQuery = `SELECT id, kind, indicator, unit, params, effect, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on, changed_at, changed_by, reason
	FROM quality_rules ORDER BY kind, indicator, unit, effective_on DESC, id DESC`
	addQualityRuleQuery = `INSERT INTO quality_rules (kind, indicator, unit, params, effect, source, effective_on, changed_at, changed_by, reason)
	VALUES ($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9, $10)`
	openByRuleQuery = `SELECT r.kind, r.indicator, r.unit, count(*)::int AS n FROM quality_findings f JOIN quality_rules r ON r.id = f.rule_id
	WHERE f.state = 'terbuka' GROUP BY 1, 2, 3`
	// Read from its beginning, whatever an earlier reading had come to.
	addQualityDueQuery = `INSERT INTO quality_due (indicator, due_on) SELECT unnest($1::text[]), $2::text::date
	ON CONFLICT (indicator, due_on) DO UPDATE SET begun = false, area_code = '', time = '0001-01-01 00:00:00Z', station = ''`
)

func (r qualityRuleRow) rule() (city.QualityRule, error) {
	out := city.QualityRule{
		ID: r.ID, Kind: city.QualityKind(r.Kind), Indicator: r.Indicator, Unit: r.Unit, Effect: city.QualityEffect(r.Effect),
		Source: r.Source, EffectiveOn: r.EffectiveOn, ChangedAt: r.ChangedAt, ChangedBy: r.ChangedBy, Reason: r.Reason,
	}
	if err := json.Unmarshal(r.Params, &out.Params); err != nil {
		return out, fmt.Errorf("decode rule %d of quality: %w", r.ID, err)
	}
	return out, nil
}

// readQualityRules returns every version, of one scope the newest first.
func readQualityRules(ctx context.Context, tx pgx.Tx) ([]city.QualityRule, error) {
	rows, err := rowsOf[qualityRuleRow](ctx, tx, qualityRulesQuery)
	if err != nil {
		return nil, fmt.Errorf("read the rules of quality: %w", err)
	}
	out := make([]city.QualityRule, len(rows))
	for i, r := range rows {
		if out[i], err = r.rule(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// QualityRules returns the rules of quality with their versions and how many
// findings go on by each, for officers.
func (s *Store) QualityRules(ctx context.Context, asker city.Asker) ([]city.QualityScope, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	today := s.now().In(cat.location).Format(time.DateOnly)
	var out []city.QualityScope
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rules, err := readQualityRules(ctx, tx)
		if err != nil {
			return err
		}
		open, err := rowsOf[struct {
			Kind, Indicator, Unit string
			N                     int
		}](ctx, tx, openByRuleQuery)
		if err != nil {
			return fmt.Errorf("count findings: %w", err)
		}
		out = []city.QualityScope{}
		for _, r := range rules {
			if n := len(out) - 1; n < 0 || !sameScope(out[n].History[0], r) {
				out = append(out, city.QualityScope{})
			}
			at := &out[len(out)-1]
			at.History = append(at.History, r)
			if at.Rule.ID == 0 && (r.EffectiveOn <= today || len(at.History) == 1) {
				at.Rule = r
			}
			if at.Rule.EffectiveOn > today && r.EffectiveOn <= today {
				at.Rule = r
			}
		}
		for i, scope := range out {
			for _, o := range open {
				if string(scope.Rule.Kind) == o.Kind && scope.Rule.Indicator == o.Indicator && scope.Rule.Unit == o.Unit {
					out[i].Open = o.N
				}
			}
		}
		return nil
	})
	return out, wrapped(err, "read the rules of quality")
}

func sameScope(a, b city.QualityRule) bool {
	return a.Kind == b.Kind && a.Indicator == b.Indicator && a.Unit == b.Unit
}

// ChangeQualityRule writes another version of a rule, with the reason, audited;
// what stands already is read anew by it from its day on, in the background
// (WatchQuality). Only an operator may.
func (s *Store) ChangeQualityRule(ctx context.Context, by city.Actor, asker city.Asker, c city.QualityChange) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may change the rules of quality")
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	if err := c.Check(s.now().In(cat.location).Format(time.DateOnly)); err != nil {
		return err
	}
	if _, known := cat.indicators[c.Indicator]; c.Indicator != "" && !known {
		return city.InvalidField("indicator", "there is no indicator %q", c.Indicator)
	}
	params, err := json.Marshal(c.Params)
	if err != nil {
		return fmt.Errorf("encode a rule of quality: %w", err)
	}
	var touched []string
	rule := []city.QualityRule{{Kind: c.Kind, Indicator: c.Indicator, Unit: c.Unit, Effect: city.RemarkOnly}}
	for slug, i := range cat.indicators {
		if len(city.QualityRulesOf(rule, i, "9999-12-31")) > 0 {
			touched = append(touched, slug)
		}
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, addQualityRuleQuery, c.Kind, c.Indicator, c.Unit, params, c.Effect, cleanText(c.Source), c.EffectiveOn, s.now(), by.Name, cleanText(c.Reason)); err != nil {
			return fmt.Errorf("write a rule of quality: %w", err)
		}
		if _, err := tx.Exec(ctx, addQualityDueQuery, touched, c.EffectiveOn); err != nil {
			return fmt.Errorf("let indicators be read anew: %w", err)
		}
		return record(ctx, tx, by, "quality.rule", string(c.Kind), c.Reason, map[string]any{
			"indicator": c.Indicator, "unit": c.Unit, "params": c.Params, "effect": c.Effect, "source": c.Source, "effective_on": c.EffectiveOn,
		})
	})
	s.forgetCatalogue()
	return wrapped(err, "change a rule of quality")
}
