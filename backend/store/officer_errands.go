package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// sameTalk is how long after a question the next one follows it.
const sameTalk = 30 * time.Minute

const (
	// One person's words are answered in their order.
	claimWordsQuery = `WITH due AS (
	SELECT w.id FROM officer_words w WHERE w.taken_at IS NULL AND w.ended_at IS NULL AND w.next_at <= $1 AND (w.lease_until IS NULL OR w.lease_until <= now())
		AND NOT EXISTS (SELECT FROM officer_words e WHERE e.source_id = w.source_id AND e.person = w.person AND e.id < w.id AND e.taken_at IS NULL AND e.ended_at IS NULL)
	ORDER BY w.id LIMIT $2 FOR UPDATE SKIP LOCKED)
	UPDATE officer_words w SET attempts = attempts + 1, leased_by = $3, lease_until = clock_timestamp() + $4::interval FROM due WHERE w.id = due.id RETURNING w.id`
	wordErrandsQuery = `SELECT w.id, w.source_id, w.person, w.kind, w.text, w.at, w.received_at, w.attempts, w.replies, w.sent, s.slug, CASE s.connector WHEN 'imap' THEN 'surel' ELSE s.connector END AS channel,
	CASE WHEN s.connector = 'imap' AND o.disabled_at IS NULL AND NOT o.must_change THEN coalesce((SELECT p.email FROM notice_preferences p WHERE p.officer_id = o.id), '') ELSE '' END AS mailbox,
	coalesce(officer_word_handle(w.id, $2::text, $3::timestamptz), '') AS handle, coalesce(w.officer_id, 0) AS officer_id, coalesce(w.question_id, 0) AS question_id,
	coalesce(w.conversation_id, p.conversation_id, 0) AS conversation_id,
	coalesce(o.role, '') AS role, coalesce(o.area_code, '') AS area_code, coalesce(o.office_id, 0) AS office_id
	FROM officer_words w JOIN sources s ON s.id = w.source_id LEFT JOIN officers o ON o.id = w.officer_id
	LEFT JOIN LATERAL (SELECT e.conversation_id FROM officer_words e JOIN conversations c ON c.id = e.conversation_id AND c.changed_at > w.received_at - $4::interval
		WHERE e.source_id = w.source_id AND e.person = w.person AND e.officer_id = w.officer_id AND e.id < w.id ORDER BY e.id DESC LIMIT 1) p ON true
	WHERE w.id = ANY ($1) AND w.leased_by = $2 ORDER BY w.id`
	keepWordQuery    = `UPDATE officer_words SET lease_until = clock_timestamp() + $3::interval WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL`
	answeredQuery    = `UPDATE officer_words SET replies = $3, sent = 0 WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL`
	sentReplyQuery   = `UPDATE officer_words SET sent = $3 WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL`
	askedByChatQuery = `UPDATE officer_words SET conversation_id = $2, question_id = $3 WHERE id = $1 AND officer_id = $4 AND question_id IS NULL RETURNING (SELECT o.username FROM officers o WHERE o.id = $4)`
	// What was said is kept no longer than it takes to answer.
	finishWordQuery = `UPDATE officer_words SET leased_by = '', lease_until = NULL, error = left($4, 300), next_at = coalesce($7, next_at),
	taken_at = CASE WHEN $5 THEN $3::timestamptz END, ended_at = CASE WHEN $6 THEN $3::timestamptz END,
	text = CASE WHEN $5 OR $6 THEN '' ELSE text END, replies = CASE WHEN $5 OR $6 THEN '{}' ELSE replies END
	WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL`
)

type wordErrandRow struct {
	ID             int64
	SourceID       int64
	Person         string
	Kind           string
	Text           string
	At             time.Time
	ReceivedAt     time.Time
	Attempts       int
	Replies        []string
	Sent           int
	Slug           string
	Channel        string
	Mailbox        string
	Handle         string
	OfficerID      int64
	QuestionID     int64
	ConversationID int64
	Role           string
	AreaCode       string
	OfficeID       int64
}

func (r wordErrandRow) errand(lease string) city.OfficerErrand {
	return city.OfficerErrand{
		ID: r.ID, Lease: lease, Kind: city.OfficerWordKind(r.Kind), Text: r.Text, At: r.At, ReceivedAt: r.ReceivedAt, Channel: city.NoticeChannel(r.Channel),
		Asker:        city.Asker{OfficerID: r.OfficerID, Role: city.Role(r.Role), AreaCode: r.AreaCode, OfficeID: r.OfficeID},
		Conversation: r.ConversationID, Question: r.QuestionID, Replies: r.Replies, Sent: r.Sent, Attempts: r.Attempts, Mailbox: r.Mailbox,
		Chat: city.ReporterChat{Source: r.Slug, Person: r.Handle, Heard: r.At},
	}
}

// ClaimWords takes on at most limit words of officers that wait, oldest first and of
// each person one, until the lease named lease ends after hold. Rights are read now:
// a question of somebody who lost them meanwhile comes as WordRefused with its
// refusal. Only what is leased has an address.
func (s *Store) ClaimWords(ctx context.Context, lease string, limit int, hold time.Duration) (out []city.OfficerErrand, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		out = nil
		now := s.now()
		ids, err := column[int64](ctx, tx, claimWordsQuery, now, limit, lease, hold)
		if err != nil || len(ids) == 0 {
			return err
		}
		rows, err := rowsOf[wordErrandRow](ctx, tx, wordErrandsQuery, ids, lease, now, sameTalk)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e := r.errand(lease)
			if e.Kind == city.WordQuestion && e.Channel != city.NoticeEmail { // a letter of who lost his rights has no mailbox
				c, state, err := contactOf(ctx, tx, r.SourceID, r.Person, now)
				if err != nil {
					return err
				}
				if state != contactGood || c.OfficerID != r.OfficerID {
					e.Kind, e.Replies, e.Sent, e.Asker = city.WordRefused, []string{city.ChatClosed}, 0, city.Asker{}
				}
			}
			out = append(out, e)
		}
		return nil
	})
	return out, wrapped(err, "take on words of officers")
}

// KeepWord renews the lease of a word; false when another node has it.
func (s *Store) KeepWord(ctx context.Context, e city.OfficerErrand, hold time.Duration) (ours bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, keepWordQuery, e.ID, e.Lease, hold)
		ours = tag.RowsAffected() == 1
		return err
	})
	return ours, wrapped(err, fmt.Sprintf("keep word %d", e.ID))
}

// AnswerWord keeps what is to be written, before any of it is; false when another
// node has the word.
func (s *Store) AnswerWord(ctx context.Context, e city.OfficerErrand, replies []string) (ours bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, answeredQuery, e.ID, e.Lease, replies)
		ours = tag.RowsAffected() == 1
		return err
	})
	return ours, wrapped(err, fmt.Sprintf("keep the answer to word %d", e.ID))
}

// SentReply notes that so many replies were written.
func (s *Store) SentReply(ctx context.Context, e city.OfficerErrand, sent int) error {
	return wrapped(s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sentReplyQuery, e.ID, e.Lease, sent)
		return err
	}), fmt.Sprintf("note a reply to word %d", e.ID))
}

// FinishWord writes how a word ended, or when it is tried again, and gives up its
// lease. What was said is forgotten with the end. It returns false when the lease had
// gone to another node.
func (s *Store) FinishWord(ctx context.Context, e city.OfficerErrand, o city.NoticeOutcome) (held bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		held = false
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		tag, err := tx.Exec(ctx, finishWordQuery, e.ID, e.Lease, s.now(), city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		held = tag.RowsAffected() == 1
		if err != nil || !held || (!o.Taken && !o.Ended) {
			return err
		}
		_, err = tx.Exec(ctx, forgetHandlesQuery)
		return err
	})
	return held, wrapped(err, fmt.Sprintf("note how word %d went", e.ID))
}

// askedByChat ties a question to the word that asked it, in the question's own
// transaction: a node that dies does not ask twice. Conflict when it was asked.
func askedByChat(ctx context.Context, tx pgx.Tx, who city.Asker, q city.Question) error {
	tied, err := column[string](ctx, tx, askedByChatQuery, q.Word, q.ConversationID, q.ID, who.OfficerID)
	if err != nil {
		return fmt.Errorf("tie a question to its message: %w", err)
	}
	if len(tied) == 0 {
		return city.Errorf(city.Conflict, "the message was asked already")
	}
	return record(ctx, tx, city.Actor{OfficerID: who.OfficerID, Name: tied[0]}, "officer.chat.ask", fmt.Sprint(q.ID), "", map[string]any{"channel": q.Channel})
}

// pruneWordsQuery forgets which messages came, long after services send any again.
const pruneWordsQuery = `DELETE FROM officer_words WHERE received_at < $1 AND (taken_at IS NOT NULL OR ended_at IS NOT NULL)`

const (
	// Its index is for these words.
	lostAnswersQuery = `SELECT id FROM officer_words WHERE ended_at IS NOT NULL AND told_at IS NULL AND error <> '' AND kind = 'tanya' AND officer_id IS NOT NULL ORDER BY id LIMIT $1`
	lostAnswerQuery  = `UPDATE officer_words w SET told_at = $2 FROM sources s WHERE w.id = $1 AND s.id = w.source_id AND w.ended_at IS NOT NULL AND w.told_at IS NULL
	RETURNING w.officer_id, CASE WHEN s.connector = 'imap' THEN 'surel' ELSE s.connector END AS channel, coalesce(w.conversation_id, 0) AS conversation_id, w.at, w.error`
)

type lostAnswer struct {
	OfficerID      int64
	Channel        string
	ConversationID int64
	At             time.Time
	Error          string
}

// tellLostAnswer tells an officer of an answer that did not reach them by the chat, or
// the mailbox, that they asked by. It stands on their page.
func (s *Store) tellLostAnswer(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64, offered []city.NoticeChannel) (int, error) {
	rows, err := rowsOf[lostAnswer](ctx, tx, lostAnswerQuery, id, s.now())
	if err != nil || len(rows) == 0 {
		return 0, err // another node has it
	}
	r := rows[0]
	w := city.LostAnswerNotice(city.NoticeChannel(r.Channel), r.ConversationID, r.At, r.Error, cat.location, cat.zoneLabel)
	if _, err := s.tell(ctx, tx, r.OfficerID, fmt.Sprintf("obrolan:%d", id), 0, w, offered, false); err != nil {
		return 0, err
	}
	return 1, nil
}
