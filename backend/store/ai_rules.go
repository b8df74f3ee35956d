package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// TextLeaves reports whether the city allows citizens' words, masked, to go to
// a provider. It is off until an operator switches it on.
func (s *Store) TextLeaves(ctx context.Context) (allowed bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := column[bool](ctx, tx, `SELECT allowed FROM ai_switches WHERE name = 'teks_warga'`)
		allowed = len(rows) > 0 && rows[0]
		return err
	})
	return allowed, err
}

// SetTextLeaves switches it, for an operator, with a reason that is recorded.
func (s *Store) SetTextLeaves(ctx context.Context, by city.Actor, asker city.Asker, allowed bool, reason string) error {
	if err := maySetAI(asker, reason); err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO ai_switches (name, allowed, set_by, set_at, reason) VALUES ('teks_warga', $1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET allowed = excluded.allowed, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason`,
			allowed, by.Name, s.now(), cleanText(reason)); err != nil {
			return fmt.Errorf("switch whether texts may leave: %w", err)
		}
		return record(ctx, tx, by, "ai.text", "teks_warga", reason, map[string]any{"allowed": allowed})
	})
}

// maySetAI: rules of what leaves and what it costs are the operator's, and the
// command line's on the server itself.
func maySetAI(asker city.Asker, reason string) error {
	if asker.Role != city.Operator && asker.Role != city.SystemRole {
		return city.Errorf(city.Forbidden, "only an operator may change this")
	}
	if len([]rune(reason)) < reasonLeast {
		return city.InvalidField("reason", "say in at least %d characters why; it is recorded", reasonLeast)
	}
	return nil
}

const saveCeiling = `INSERT INTO ai_ceilings AS c (scope, office_id, officer_id, year_rupiah, effective_on, source)
	SELECT $1, (SELECT id FROM offices WHERE $1 = 'opd' AND short_name = $2), (SELECT id FROM officers WHERE $1 = 'pejabat' AND username = $2),
		$3::float8::numeric(18,2), $4::text::date, $5
	ON CONFLICT ON CONSTRAINT ai_ceilings_are_stated_once DO UPDATE SET year_rupiah = excluded.year_rupiah, source = excluded.source`

// SetAICeiling states a ceiling from a day on, for an operator; the reason is
// recorded and stands as its source where none is given.
func (s *Store) SetAICeiling(ctx context.Context, by city.Actor, asker city.Asker, c city.AICeiling, reason string) error {
	if err := maySetAI(asker, reason); err != nil {
		return err
	}
	switch {
	case c.Scope != "kota" && c.Scope != "opd" && c.Scope != "pejabat":
		return city.InvalidField("scope", "%q is none of kota, opd, pejabat", c.Scope)
	case (c.Scope == "kota") != (c.Subject == ""):
		return city.InvalidField("subject", "name the office's short name or the officer's username; nothing for the city")
	case c.YearRupiah < 0:
		return city.InvalidField("year_rupiah", "a ceiling is not negative")
	}
	if c.Source == "" {
		c.Source = reason
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if c.Scope != "kota" {
			known, err := column[bool](ctx, tx, `SELECT true FROM offices WHERE $1 = 'opd' AND short_name = $2 UNION ALL SELECT true FROM officers WHERE $1 = 'pejabat' AND username = $2`, c.Scope, c.Subject)
			if err != nil || len(known) == 0 {
				return notFoundOr(err, "there is no %s %q", c.Scope, c.Subject)
			}
		}
		if _, err := tx.Exec(ctx, saveCeiling, c.Scope, c.Subject, c.YearRupiah, c.EffectiveOn, cleanText(c.Source)); err != nil {
			return fmt.Errorf("state a ceiling: %w", err)
		}
		return record(ctx, tx, by, "ai.ceiling", c.Scope+" "+c.Subject, reason, map[string]any{"ceiling": c})
	})
}

func notFoundOr(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return city.Errorf(city.NotFound, format, args...)
}

const (
	invoiceBefore = `SELECT (rupiah::float8 = $4 AND input_tokens = $5 AND output_tokens = $6) AS same FROM ai_invoices
		WHERE month = ($1::text || '-01')::date AND provider = $2 AND model = $3`
	saveInvoice = `INSERT INTO ai_invoices AS i (month, provider, model, input_tokens, output_tokens, rupiah, imported_at)
		VALUES (($1::text || '-01')::date, $2, $3, $5, $6, $4::float8::numeric(18,2), $7)
		ON CONFLICT (month, provider, model) DO UPDATE SET input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
			rupiah = excluded.rupiah, imported_at = excluded.imported_at`
)

// SaveAIInvoices adds or changes invoice lines by month, provider and model.
func (s *Store) SaveAIInvoices(ctx context.Context, by city.Actor, lines []city.AIInvoice) (city.Tally, error) {
	return s.saveAll(ctx, len(lines), func(tx pgx.Tx, i int) (bool, bool, error) {
		l := lines[i]
		same, err := column[bool](ctx, tx, invoiceBefore, l.Month, l.Provider, l.Model, l.Rupiah, l.InputTokens, l.OutputTokens)
		if err != nil {
			return false, false, err
		}
		if len(same) > 0 && same[0] {
			return false, false, nil
		}
		if _, err := tx.Exec(ctx, saveInvoice, l.Month, l.Provider, l.Model, l.Rupiah, l.InputTokens, l.OutputTokens, s.now()); err != nil {
			return false, false, fmt.Errorf("save the invoice of %s for %s: %w", l.Provider, l.Month, err)
		}
		return len(same) == 0, true, record(ctx, tx, by, "ai.invoice", l.Month+" "+l.Provider+" "+l.Model, "", map[string]any{"rupiah": l.Rupiah})
	})
}
