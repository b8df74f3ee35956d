package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// AddQuestion stores q as running, held by node for the lease, in a
// conversation of who, which takes its name from the first question. NotFound
// when the conversation is not theirs.
func (s *Store) AddQuestion(ctx context.Context, who city.Asker, q city.Question, node string, lease time.Duration) (city.Question, error) {
	officer, key, err := owner(who)
	if err != nil {
		return q, err
	}
	screen, call, asker, err := encodeQuestion(who, q)
	if err != nil {
		return q, err
	}
	q.Text = cleanText(q.Text)
	q.AskedAt, q.At = q.AskedAt.UTC().Truncate(time.Microsecond), q.At.UTC().Truncate(time.Microsecond)
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE conversations SET changed_at = $4, title = CASE WHEN title = '' THEN $5 ELSE title END
			WHERE id = $1 AND (officer_id = $2 OR ($2::bigint IS NULL AND key_hash = $3))`, q.ConversationID, officer, key, q.AskedAt, titleOf(q.Text))
		if err != nil {
			return fmt.Errorf("find the conversation: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return noConversation()
		}
		err = tx.QueryRow(ctx, `INSERT INTO questions (conversation_id, text, asked_at, at, spoken, screen, call, asker, status, node, lease_until, channel)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'running', $9, clock_timestamp() + $10::interval, $11) RETURNING id`,
			q.ConversationID, q.Text, q.AskedAt, q.At, q.Spoken, screen, call, asker, node, lease, string(q.Channel)).Scan(&q.ID)
		if err != nil || q.Word == 0 {
			return err
		}
		return askedByChat(ctx, tx, who, q)
	})
	if err != nil {
		return q, fmt.Errorf("add a question: %w", err)
	}
	return q, nil
}

func encodeQuestion(who city.Asker, q city.Question) (screen, call, asker []byte, err error) {
	if q.Screen != nil {
		if screen, err = json.Marshal(q.Screen); err != nil {
			return nil, nil, nil, fmt.Errorf("encode the screen: %w", err)
		}
	}
	if q.Call != nil {
		if call, err = json.Marshal(q.Call); err != nil {
			return nil, nil, nil, city.Wrap(city.Invalid, err, "the call is no JSON")
		}
	}
	if asker, err = json.Marshal(who); err != nil {
		return nil, nil, nil, fmt.Errorf("encode the asker: %w", err)
	}
	return screen, call, asker, nil
}

const takeStrandedQuery = `UPDATE questions q SET node = $1, lease_until = clock_timestamp() + $2::interval, tries = tries + 1
WHERE id IN (SELECT id FROM questions WHERE status = 'running' AND lease_until < clock_timestamp() ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, conversation_id, text, asked_at, at, spoken, channel, screen, call, status, answer, verdict_right, verdict_reason, asker, tries`

// TakeStranded takes over running questions whose lease has run out, oldest
// first: their node died. No two nodes get the same.
func (s *Store) TakeStranded(ctx context.Context, node string, lease time.Duration, limit int) ([]city.Asked, error) {
	var out []city.Asked
	err := s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			questionRow
			Asker []byte
			Tries int
		}](ctx, tx, takeStrandedQuery, node, lease, limit)
		if err != nil {
			return err
		}
		out = make([]city.Asked, len(rows))
		for i, r := range rows {
			q, err := r.question()
			if err != nil {
				return err
			}
			out[i] = city.Asked{Question: q, Tries: r.Tries}
			if err := json.Unmarshal(r.Asker, &out[i].Asker); err != nil {
				return fmt.Errorf("decode the asker of question %d: %w", r.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take over questions left behind: %w", err)
	}
	return out, nil
}

// KeepQuestion renews the lease of a running question; false when node does
// not hold it any more (canceled, forgotten, taken over).
func (s *Store) KeepQuestion(ctx context.Context, question int64, node string, lease time.Duration) (ours bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE questions SET lease_until = clock_timestamp() + $3::interval WHERE id = $1 AND node = $2 AND status = 'running'`, question, node, lease)
		ours = tag.RowsAffected() == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep question %d: %w", question, err)
	}
	return ours, nil
}

const addStepQuery = `INSERT INTO question_steps (question_id, seq, at, kind, tool, text)
SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT FROM questions WHERE id = $1)
ON CONFLICT (question_id, seq) DO UPDATE SET at = excluded.at, kind = excluded.kind, tool = excluded.tool, text = excluded.text`

// AddSteps stores steps of a question. A question that is asked again after
// its node died writes over the steps of the first try.
func (s *Store) AddSteps(ctx context.Context, question int64, steps []city.Step) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		// A step that a crash loses is no loss; waiting for the disk is one.
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return fmt.Errorf("store steps: %w", err)
		}
		return putSteps(ctx, tx, question, steps)
	})
}

func putSteps(ctx context.Context, tx pgx.Tx, question int64, steps []city.Step) error {
	for _, st := range steps {
		if _, err := tx.Exec(ctx, addStepQuery, question, st.Seq, st.At, string(st.Kind), st.Tool, cleanText(st.Text)); err != nil {
			return fmt.Errorf("store step %d of question %d: %w", st.Seq, question, err)
		}
	}
	return nil
}

const finishQuery = `UPDATE questions SET status = $3, answer = $4, turn = $5, calls = $6, seq = $7, receipt = nullif($8::bigint, 0), answered_at = $9, lease_until = NULL
WHERE id = $1 AND node = $2 AND status = 'running'`

// FinishQuestion stores an ending in one transaction: the answer, its receipt
// chained to the one before, the turn for later questions and the steps.
// Conflict when node does not hold the question any more: nothing is stored.
func (s *Store) FinishQuestion(ctx context.Context, question int64, node string, end city.Ending) (city.Answer, error) {
	answer := end.Answer
	err := s.write(ctx, func(tx pgx.Tx) error {
		// Held from here on, so that a receipt is given to one ending only.
		var officer *int64
		var key string
		err := tx.QueryRow(ctx, `SELECT c.officer_id, c.key_hash FROM questions q JOIN conversations c ON c.id = q.conversation_id
			WHERE q.id = $1 AND q.node = $2 AND q.status = 'running' FOR UPDATE OF q`, question, node).Scan(&officer, &key)
		if errors.Is(err, pgx.ErrNoRows) {
			return city.Errorf(city.Conflict, "question %d was canceled or taken over", question)
		}
		if err != nil {
			return fmt.Errorf("hold question %d: %w", question, err)
		}
		if err := putSteps(ctx, tx, question, end.Steps); err != nil {
			return err
		}
		answer = end.Answer
		var number, seq int64
		calls := []city.ToolCall{}
		if end.Receipt != nil {
			if number, err = s.chain(ctx, tx, *end.Receipt, officer, key); err != nil {
				return err
			}
			answer.Receipt = city.ReceiptName(number)
			calls, seq = rerunnable(end.Receipt.Calls)
		}
		return finish(ctx, tx, question, node, answer, end.Turn, calls, seq, number)
	})
	if err != nil {
		return city.Answer{}, fmt.Errorf("finish question %d: %w", question, err)
	}
	return answer, nil
}

// rerunnable are the calls that make an answer anew, and the newest event that
// they took in.
func rerunnable(calls []city.ReceiptCall) (out []city.ToolCall, seq int64) {
	out = []city.ToolCall{}
	for _, c := range calls {
		if c.Status == "ok" {
			out = append(out, city.ToolCall{Tool: c.Tool, Input: c.Input})
			if seq == 0 || c.Data.Seq < seq {
				seq = c.Data.Seq
			}
		}
	}
	return out, seq
}

func finish(ctx context.Context, tx pgx.Tx, question int64, node string, answer city.Answer, turn city.Turn, calls []city.ToolCall, seq, number int64) error {
	var raw [3][]byte
	for i, v := range []any{answer, turn, calls} {
		var err error
		if raw[i], err = json.Marshal(v); err != nil {
			return fmt.Errorf("encode an answer: %w", err)
		}
	}
	_, err := tx.Exec(ctx, finishQuery, question, node, string(answer.Status), raw[0], raw[1], raw[2], seq, number, answer.AnsweredAt)
	return err
}

// CancelQuestion ends a running question of who with the given answer; false
// when it had ended before. NotFound for others'.
func (s *Store) CancelQuestion(ctx context.Context, who city.Asker, question int64, answer city.Answer) (canceled bool, err error) {
	officer, key, err := owner(who)
	if err != nil {
		return false, err
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return false, fmt.Errorf("encode an answer: %w", err)
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		var status string
		err := tx.QueryRow(ctx, `SELECT q.status FROM questions q JOIN conversations c ON c.id = q.conversation_id
			WHERE q.id = $1 AND (c.officer_id = $2 OR ($2::bigint IS NULL AND c.key_hash = $3)) FOR UPDATE OF q`, question, officer, key).Scan(&status)
		if err != nil {
			return fmt.Errorf("find question %d: %w", question, err)
		}
		if canceled = status == string(city.Running); !canceled {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE questions SET status = $2, answer = $3, answered_at = $4, lease_until = NULL WHERE id = $1`,
			question, string(answer.Status), raw, answer.AnsweredAt)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("cancel question %d: %w", question, err)
	}
	return canceled, nil
}

const turnsQuery = `SELECT turn FROM (
	SELECT id, turn FROM questions WHERE conversation_id = $1 AND id < $2 AND turn IS NOT NULL AND status IN ('answered', 'abstained', 'clarify', 'refused')
	ORDER BY id DESC LIMIT $3) n ORDER BY id`

// Turns returns the newest ended questions of a conversation before one,
// oldest first, as a model sees them again.
func (s *Store) Turns(ctx context.Context, conversation, before int64, limit int) ([]city.Turn, error) {
	var out []city.Turn
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := column[[]byte](ctx, tx, turnsQuery, conversation, before, limit)
		if err != nil {
			return err
		}
		out = make([]city.Turn, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r, &out[i]); err != nil {
				return fmt.Errorf("decode a turn: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the turns of conversation %d: %w", conversation, err)
	}
	return out, nil
}

// RecentChannels returns the channels of the newest reports, in order of name.
func (s *Store) RecentChannels(ctx context.Context) (out []string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[string](ctx, tx, `SELECT DISTINCT channel FROM (SELECT channel FROM reports ORDER BY created_at DESC, id DESC LIMIT 5000) r WHERE channel <> '' ORDER BY 1`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", err)
	}
	return out, nil
}

// Recall returns an answer kept under a key; false when there is none.
func (s *Store) Recall(ctx context.Context, key string) (r city.Remembered, ok bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := column[[]byte](ctx, tx, `SELECT answer FROM remembered_answers WHERE key = $1`, key)
		if err != nil || len(rows) == 0 {
			return err
		}
		ok = true
		return json.Unmarshal(rows[0], &r)
	})
	if err != nil {
		return city.Remembered{}, false, fmt.Errorf("recall an answer: %w", err)
	}
	return r, ok, nil
}

// rememberedFor is how long answers are kept to be given again.
const rememberedFor = 7 * 24 * time.Hour

// Remember keeps an answer under a key, and forgets those of a week ago.
func (s *Store) Remember(ctx context.Context, key string, r city.Remembered) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode an answer to remember: %w", err)
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM remembered_answers WHERE made_at < $1`, s.now().Add(-rememberedFor)); err != nil {
			return fmt.Errorf("forget old answers: %w", err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO remembered_answers (key, answer, made_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, made_at = excluded.made_at`, key, raw, s.now())
		return err
	})
}
