package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type pinRow struct {
	ID          int64
	QuestionID  int64
	Text        string
	Call        []byte
	PinnedAt    time.Time
	Answer      []byte
	Asker       []byte
	Calls       []byte
	Seq         int64
	RefreshedAt time.Time
}

const pinColumns = `SELECT id, question_id, text, call, pinned_at, answer, asker, calls, seq, refreshed_at FROM pins `

func (r pinRow) pinned() (p city.PinnedQuestion, err error) {
	p.Pin = city.Pin{ID: r.ID, QuestionID: r.QuestionID, Text: r.Text, PinnedAt: r.PinnedAt}
	p.Seq, p.RefreshedAt = r.Seq, r.RefreshedAt
	for _, part := range []struct {
		raw  []byte
		into any
	}{{r.Call, &p.Call}, {r.Answer, &p.Answer}, {r.Asker, &p.Asker}, {r.Calls, &p.Calls}} {
		if len(part.raw) == 0 {
			continue
		}
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return p, fmt.Errorf("decode pin %d: %w", r.ID, err)
		}
	}
	return p, nil
}

// Pins returns the asker's own, oldest first, at most 100.
func (s *Store) Pins(ctx context.Context, who city.Asker) ([]city.Pin, error) {
	out := []city.Pin{}
	err := s.read(ctx, who, func(tx pgx.Tx) error {
		rows, err := rowsOf[pinRow](ctx, tx, pinColumns+`WHERE asker_owns(officer_id, key_hash) ORDER BY id LIMIT 100`)
		if err != nil {
			return err
		}
		out = make([]city.Pin, len(rows))
		for i, r := range rows {
			p, err := r.pinned()
			if err != nil {
				return err
			}
			out[i] = p.Pin
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the pins: %w", err)
	}
	return out, nil
}

const addPinQuery = `INSERT INTO pins (officer_id, key_hash, question_id, text, asker, call, calls, answer, seq, pinned_at, refreshed_at)
SELECT c.officer_id, c.key_hash, q.id, q.text, q.asker, q.answer->'call', q.calls, q.answer, q.seq, $4, q.answered_at
FROM questions q JOIN conversations c ON c.id = q.conversation_id
WHERE q.id = $1 AND (c.officer_id = $2 OR ($2::bigint IS NULL AND c.key_hash = $3)) AND q.status = 'answered' AND jsonb_array_length(q.calls) > 0
ON CONFLICT ON CONSTRAINT pins_are_of_one_question DO UPDATE SET text = excluded.text
RETURNING id, question_id, text, call, pinned_at, answer, asker, calls, seq, refreshed_at`

// AddPin keeps an answered question of who in sight; pinning it twice is one
// pin. Conflict when it has no answer that can be made anew; NotFound for
// others'.
func (s *Store) AddPin(ctx context.Context, who city.Asker, question int64) (city.Pin, error) {
	officer, key, err := owner(who)
	if err != nil {
		return city.Pin{}, err
	}
	if _, err := s.Exchange(ctx, who, question); err != nil {
		return city.Pin{}, err
	}
	var out city.Pin
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[pinRow](ctx, tx, addPinQuery, question, officer, key, s.now())
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return city.Errorf(city.Conflict, "only a question that was answered from data can be pinned")
		}
		p, err := rows[0].pinned()
		out = p.Pin
		return err
	})
	if err != nil {
		return city.Pin{}, fmt.Errorf("pin question %d: %w", question, err)
	}
	return out, nil
}

// RemovePin takes a pin of who away. NotFound for others'.
func (s *Store) RemovePin(ctx context.Context, who city.Asker, id int64) error {
	officer, key, err := owner(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM pins WHERE id = $1 AND (officer_id = $2 OR ($2::bigint IS NULL AND key_hash = $3))`, id, officer, key)
		if err != nil {
			return fmt.Errorf("remove pin %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no such pin, or it is not yours")
		}
		return nil
	})
}

// StalePins returns pins whose answers took in fewer events than seq, or were
// made before the moment, those made longest ago first.
func (s *Store) StalePins(ctx context.Context, seq int64, before time.Time, limit int) ([]city.PinnedQuestion, error) {
	var out []city.PinnedQuestion
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[pinRow](ctx, tx, pinColumns+`WHERE seq < $1 OR refreshed_at < $2 ORDER BY refreshed_at, id LIMIT $3`, seq, before, limit)
		if err != nil {
			return err
		}
		out = make([]city.PinnedQuestion, len(rows))
		for i, r := range rows {
			if out[i], err = r.pinned(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find pins to refresh: %w", err)
	}
	return out, nil
}

// RefreshPin gives a pin a newer answer, which took in the events up to seq.
func (s *Store) RefreshPin(ctx context.Context, id int64, answer city.Answer, seq int64) error {
	raw, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode a pin's answer: %w", err)
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE pins SET answer = $2, seq = $3, refreshed_at = $4 WHERE id = $1`, id, raw, seq, answer.AnsweredAt)
		return err
	})
}
