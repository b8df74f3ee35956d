package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// abandonedAfter is how long a call may stay under way: longer than any
// provider's deadline. A process that was killed leaves it behind; it may have
// been charged, so its estimate stands.
const abandonedAfter = 30 * time.Minute

// monthOf is the first day of t's month in the city's zone, as a date.
func (c *catalogue) monthOf(t time.Time) string { return t.In(c.location).Format("2006-01") + "-01" }

const (
	holdSpending = `INSERT INTO ai_spending AS s (month, scope, subject, reserved) VALUES ($1::text::date, $2, $3, $4::float8::numeric(18,6))
		ON CONFLICT (month, scope, subject) DO UPDATE SET reserved = s.reserved + excluded.reserved RETURNING (rupiah + reserved)::float8`
	ceilingInForce = `SELECT year_rupiah::float8 FROM ai_ceilings WHERE scope = $1 AND coalesce(office_id, officer_id, 0) = $2 AND effective_on <= $3::text::date
		ORDER BY effective_on DESC LIMIT 1`
	insertAICall = `INSERT INTO ai_calls (at, month, question_id, officer_id, office_id, role, purpose, provider, model, state, bytes, labels,
			input_price, output_price, estimated_input, estimated_output, estimated_rupiah)
		VALUES ($1, $2::text::date, $3, $4, $5, $6, $7, $8, $9, 'dipesan', $10, $11, $12, $13, $14, $15, $16::float8::numeric(18,6)) RETURNING id`
	insertAINote = `INSERT INTO ai_calls (at, month, settled_at, question_id, officer_id, office_id, role, purpose, state)
		VALUES ($1, $2::text::date, $1, $3, $4, $5, $6, 'pertanyaan', $7)`
	settleAICall = `UPDATE ai_calls SET state = $2, settled_at = $3, input_tokens = $4, output_tokens = $5, rupiah = $6::float8::numeric(18,6), uncertain = $7, fault = $8
		WHERE id = $1 RETURNING to_char(month, 'YYYY-MM-DD'), officer_id, office_id, rupiah::text, estimated_rupiah::text`
	moveSpending = `UPDATE ai_spending SET reserved = reserved - $4::text::numeric, rupiah = rupiah + $5::text::numeric WHERE month = $1::text::date AND scope = $2 AND subject = $3`
	openAICall   = `SELECT input_price, output_price, estimated_input, estimated_output FROM ai_calls WHERE id = $1 AND state = 'dipesan' FOR UPDATE`
)

// spender is one line of the totals that a call counts on.
type spender struct {
	scope   string
	subject int64
}

// spenders are always in the same order, so that calls wait for one another
// and never in a circle.
func spenders(officeID, officerID int64) []spender {
	out := []spender{{"kota", 0}}
	if officeID != 0 {
		out = append(out, spender{"opd", officeID})
	}
	if officerID != 0 {
		out = append(out, spender{"pejabat", officerID})
	}
	return out
}

// ReserveAI holds a call's estimate on the totals of the city, the asker's
// office and the asker, and returns the call's number for SettleAI. When one of
// their ceilings would be passed nothing is held, and the error is a Conflict
// that wraps a *city.CeilingReached. However many reserve at once, what is
// spent and held never passes a ceiling.
func (s *Store) ReserveAI(ctx context.Context, c city.AICall) (id int64, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	if c.At.IsZero() {
		c.At = s.now()
	}
	if c.Labels == nil {
		c.Labels = map[string]int{}
	}
	month, day := cat.monthOf(c.At), c.At.In(cat.location).Format(time.DateOnly)
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := s.settleAbandoned(ctx, tx); err != nil {
			return err
		}
		for _, who := range spenders(c.Asker.OfficeID, c.Asker.OfficerID) {
			if err := hold(ctx, tx, who, month, day, c.Cost()); err != nil {
				return err
			}
		}
		err := tx.QueryRow(ctx, insertAICall, c.At, month, c.QuestionID, c.Asker.OfficerID, c.Asker.OfficeID, string(c.Asker.Role), c.Purpose, c.Provider, c.Model,
			c.Bytes, c.Labels, c.InputPrice, c.OutputPrice, c.InputTokens, c.OutputTokens, c.Cost()).Scan(&id)
		if err != nil {
			return fmt.Errorf("enter a call to %s: %w", c.Provider, err)
		}
		return nil
	})
	return id, err
}

func hold(ctx context.Context, tx pgx.Tx, who spender, month, day string, cost float64) error {
	var used float64
	if err := tx.QueryRow(ctx, holdSpending, month, who.scope, who.subject, cost).Scan(&used); err != nil {
		return fmt.Errorf("hold %.2f rupiah: %w", cost, err)
	}
	year, err := column[float64](ctx, tx, ceilingInForce, who.scope, who.subject, day)
	if err != nil {
		return fmt.Errorf("read the ceiling: %w", err)
	}
	if len(year) == 0 || used <= year[0]/12 {
		return nil
	}
	reached := &city.CeilingReached{Scope: who.scope, Month: month[:7], Ceiling: year[0] / 12, Used: used - cost}
	return city.Wrap(city.Conflict, reached, "the month's ceiling for the assistant's models is reached; raise it, or wait for the next month")
}

// estimated is what a call under way was entered with.
type estimated struct {
	InputPrice, OutputPrice         float64
	EstimatedInput, EstimatedOutput int
}

// SettleAI ends a call: what it cost goes from held to spent. A call that is
// settled already stays as it is, so nothing is charged twice.
func (s *Store) SettleAI(ctx context.Context, id int64, o city.AIOutcome) error {
	return s.write(ctx, func(tx pgx.Tx) error { return s.settleAICall(ctx, tx, id, o) })
}

func (s *Store) settleAICall(ctx context.Context, tx pgx.Tx, id int64, o city.AIOutcome) error {
	rows, err := rowsOf[estimated](ctx, tx, openAICall, id)
	if err != nil || len(rows) == 0 {
		return err
	}
	e, state := rows[0], "selesai"
	switch {
	case o.Free:
		state, o.InputTokens, o.OutputTokens = "dilepas", 0, 0
	case o.Uncertain:
		o.InputTokens, o.OutputTokens = e.EstimatedInput, e.EstimatedOutput
	}
	cost := city.AICost(o.InputTokens, o.OutputTokens, e.InputPrice, e.OutputPrice)
	var month, spent, held string
	var officer, office int64
	if err := tx.QueryRow(ctx, settleAICall, id, state, s.now(), o.InputTokens, o.OutputTokens, cost, o.Uncertain, o.Fault).
		Scan(&month, &officer, &office, &spent, &held); err != nil {
		return fmt.Errorf("settle call %d: %w", id, err)
	}
	for _, who := range spenders(office, officer) {
		if _, err := tx.Exec(ctx, moveSpending, month, who.scope, who.subject, held, spent); err != nil {
			return fmt.Errorf("settle call %d on %s: %w", id, who.scope, err)
		}
	}
	return nil
}

// settleAbandoned settles calls that nobody will settle any more.
func (s *Store) settleAbandoned(ctx context.Context, tx pgx.Tx) error {
	ids, err := column[int64](ctx, tx, `SELECT id FROM ai_calls WHERE state = 'dipesan' AND at < $1 ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED`, s.now().Add(-abandonedAfter))
	if err != nil {
		return fmt.Errorf("look for abandoned calls: %w", err)
	}
	for _, id := range ids {
		if err := s.settleAICall(ctx, tx, id, city.AIOutcome{Uncertain: true, Fault: "ditinggalkan"}); err != nil {
			return err
		}
	}
	return nil
}

// NoteAI counts a question that was answered without a provider.
func (s *Store) NoteAI(ctx context.Context, asker city.Asker, questionID int64, note city.AINote) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, insertAINote, now, cat.monthOf(now), questionID, asker.OfficerID, asker.OfficeID, string(asker.Role), string(note))
		return err
	})
}
