package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// keyHash is what is stored of an asker's key; "" for one with an account.
func keyHash(a city.Asker) string {
	if a.OfficerID != 0 || a.Key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("balaikota:" + a.Key))
	return hex.EncodeToString(sum[:])
}

// owner is an asker as the owner of what it writes.
func owner(a city.Asker) (officer *int64, key string, err error) {
	if a.OfficerID != 0 {
		return &a.OfficerID, "", nil
	}
	if key = keyHash(a); key == "" {
		return nil, "", city.Errorf(city.Forbidden, "conversations belong to an account or to who holds a key; sign in")
	}
	return nil, key, nil
}

const conversationColumns = `SELECT c.id, c.title, c.created_at, c.changed_at,
	(SELECT count(*) FROM questions q WHERE q.conversation_id = c.id)::int AS questions FROM conversations c `

// Conversations returns the asker's own, the one last used first, at most 200.
func (s *Store) Conversations(ctx context.Context, who city.Asker) (out []city.Conversation, err error) {
	err = s.read(ctx, who, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.Conversation](ctx, tx, conversationColumns+`WHERE asker_owns(c.officer_id, c.key_hash) ORDER BY c.changed_at DESC, c.id DESC LIMIT 200`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the conversations: %w", err)
	}
	return out, nil
}

// StartConversation begins one that belongs to the asker.
func (s *Store) StartConversation(ctx context.Context, who city.Asker) (city.Conversation, error) {
	officer, key, err := owner(who)
	if err != nil {
		return city.Conversation{}, err
	}
	c := city.Conversation{CreatedAt: s.now().UTC().Truncate(time.Microsecond)}
	c.ChangedAt = c.CreatedAt
	err = s.write(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO conversations (officer_id, key_hash, created_at, changed_at) VALUES ($1, $2, $3, $3) RETURNING id`,
			officer, key, c.CreatedAt).Scan(&c.ID)
	})
	if err != nil {
		return city.Conversation{}, fmt.Errorf("start a conversation: %w", err)
	}
	return c, nil
}

// ForgetConversation removes one of the asker's own with its questions and
// answers; receipts and pins stay. NotFound for others'.
func (s *Store) ForgetConversation(ctx context.Context, who city.Asker, id int64) error {
	officer, key, err := owner(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM conversations WHERE id = $1 AND (officer_id = $2 OR ($2::bigint IS NULL AND key_hash = $3))`, id, officer, key)
		if err != nil {
			return fmt.Errorf("forget conversation %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return noConversation()
		}
		return nil
	})
}

func noConversation() error {
	return city.Errorf(city.NotFound, "there is no such conversation, or it is not yours")
}

func noQuestion() error {
	return city.Errorf(city.NotFound, "there is no such question, or it is not yours")
}

// Conversation returns one of the asker's own with its exchanges, oldest
// first, the newest 200. NotFound for others'.
func (s *Store) Conversation(ctx context.Context, who city.Asker, id int64) (c city.Conversation, out []city.Exchange, err error) {
	err = s.read(ctx, who, func(tx pgx.Tx) error {
		found, err := rowsOf[city.Conversation](ctx, tx, conversationColumns+`WHERE c.id = $1 AND asker_owns(c.officer_id, c.key_hash)`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return noConversation()
		}
		c = found[0]
		rows, err := rowsOf[questionRow](ctx, tx, `SELECT * FROM (`+questionColumns+`WHERE q.conversation_id = $1 ORDER BY q.id DESC LIMIT 200) n ORDER BY id`, id)
		if err != nil {
			return err
		}
		out, err = exchanges(ctx, tx, rows)
		return err
	})
	if err != nil {
		return city.Conversation{}, nil, fmt.Errorf("read conversation %d: %w", id, err)
	}
	return c, out, nil
}

// questionRow is a question as it is stored, with its answer.
type questionRow struct {
	ID             int64
	ConversationID int64
	Text           string
	AskedAt        time.Time
	At             time.Time
	Spoken         bool
	Channel        string
	Screen         []byte
	Call           []byte
	Status         string
	Answer         []byte
	VerdictRight   *bool
	VerdictReason  string
}

const questionColumns = `SELECT q.id, q.conversation_id, q.text, q.asked_at, q.at, q.spoken, q.channel, q.screen, q.call, q.status, q.answer, q.verdict_right, q.verdict_reason
	FROM questions q JOIN conversations c ON c.id = q.conversation_id AND asker_owns(c.officer_id, c.key_hash) `

func (r questionRow) question() (q city.Question, err error) {
	q = city.Question{ID: r.ID, ConversationID: r.ConversationID, Text: r.Text, AskedAt: r.AskedAt, At: r.At, Spoken: r.Spoken, Channel: city.NoticeChannel(r.Channel)}
	if len(r.Screen) > 0 {
		if err := json.Unmarshal(r.Screen, &q.Screen); err != nil {
			return q, fmt.Errorf("decode the screen of question %d: %w", r.ID, err)
		}
	}
	if len(r.Call) > 0 {
		if err := json.Unmarshal(r.Call, &q.Call); err != nil {
			return q, fmt.Errorf("decode the call of question %d: %w", r.ID, err)
		}
	}
	return q, nil
}

// exchange puts a row together; one that runs has an answer that says so.
func (r questionRow) exchange() (city.Exchange, error) {
	q, err := r.question()
	if err != nil {
		return city.Exchange{}, err
	}
	x := city.Exchange{Question: q, Steps: []city.Step{}, Answer: city.Answer{
		QuestionID: r.ID, Status: city.AnswerStatus(r.Status), At: r.At, Figures: []city.Figure{}, Blocks: []city.Block{},
		Chips: []city.Chip{}, Options: []city.Option{}, Caveats: []string{}, FollowUps: []string{},
	}}
	if len(r.Answer) > 0 {
		if err := json.Unmarshal(r.Answer, &x.Answer); err != nil {
			return city.Exchange{}, fmt.Errorf("decode the answer to question %d: %w", r.ID, err)
		}
	}
	if r.VerdictRight != nil {
		x.Verdict = &city.AnswerVerdict{Right: *r.VerdictRight, Reason: r.VerdictReason}
	}
	return x, nil
}

const stepsQuery = `SELECT question_id, seq, at, kind, tool, text FROM question_steps WHERE question_id = ANY ($1) ORDER BY question_id, seq`

func exchanges(ctx context.Context, tx pgx.Tx, rows []questionRow) ([]city.Exchange, error) {
	out, at, ids := make([]city.Exchange, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, r := range rows {
		x, err := r.exchange()
		if err != nil {
			return nil, err
		}
		out[i], at[r.ID], ids[i] = x, i, r.ID
	}
	if len(ids) == 0 {
		return out, nil
	}
	steps, err := rowsOf[struct {
		QuestionID int64
		Seq        int
		At         time.Time
		Kind       string
		Tool       string
		Text       string
	}](ctx, tx, stepsQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read the steps: %w", err)
	}
	for _, st := range steps {
		x := &out[at[st.QuestionID]]
		x.Steps = append(x.Steps, city.Step{Seq: st.Seq, At: st.At, Kind: city.StepKind(st.Kind), Tool: st.Tool, Text: st.Text})
	}
	return out, nil
}

// Exchange returns a question of the asker's with its answer as far as there
// is one. NotFound for others'.
func (s *Store) Exchange(ctx context.Context, who city.Asker, question int64) (x city.Exchange, err error) {
	err = s.read(ctx, who, func(tx pgx.Tx) error {
		rows, err := rowsOf[questionRow](ctx, tx, questionColumns+`WHERE q.id = $1`, question)
		if err != nil {
			return err
		}
		found, err := exchanges(ctx, tx, rows)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return noQuestion()
		}
		x = found[0]
		return nil
	})
	if err != nil {
		return city.Exchange{}, fmt.Errorf("read question %d: %w", question, err)
	}
	return x, nil
}

// JudgeAnswer stores what the asker thought of an answer of theirs; a later
// verdict replaces it. Conflict while the question is running.
func (s *Store) JudgeAnswer(ctx context.Context, who city.Asker, question int64, v city.AnswerVerdict) error {
	officer, key, err := owner(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		var running bool
		err := tx.QueryRow(ctx, `SELECT q.status = 'running' FROM questions q JOIN conversations c ON c.id = q.conversation_id
			WHERE q.id = $1 AND (c.officer_id = $2 OR ($2::bigint IS NULL AND c.key_hash = $3)) FOR UPDATE OF q`, question, officer, key).Scan(&running)
		if err != nil {
			return fmt.Errorf("find question %d: %w", question, err)
		}
		if running {
			return city.Errorf(city.Conflict, "the question is still being answered")
		}
		if _, err := tx.Exec(ctx, `UPDATE questions SET verdict_right = $2, verdict_reason = $3, verdict_at = $4 WHERE id = $1`,
			question, v.Right, cleanText(v.Reason), s.now()); err != nil {
			return fmt.Errorf("judge the answer to question %d: %w", question, err)
		}
		return nil
	})
}

// titleOf is a conversation's name, from its first question.
func titleOf(text string) string {
	const longest = 80
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return city.Excerpt(text, longest)
}
