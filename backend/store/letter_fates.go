package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"balaikota/backend/city"
)

const (
	// A letter is named by its question or by its own number, see letterErrand. It
	// is of the source that its report came by.
	arrivedQuery = `UPDATE reporter_letters l SET arrived_at = coalesce(least(l.arrived_at, $4::timestamptz), $4), read_at = CASE WHEN $5 THEN coalesce(least(l.read_at, $4::timestamptz), $4) ELSE l.read_at END
	FROM reporter_asks a JOIN reports r ON r.id = a.report_id WHERE a.id = l.ask_id AND r.source_id = $1 AND l.kind = $2 AND CASE l.kind WHEN 'tanya' THEN l.ask_id ELSE l.id END = $3
		AND l.channel NOT IN ('sama', 'tanpa')`
	// What arrived did not fail, whatever comes later.
	failedQuery = `UPDATE reporter_letters l SET taken_at = NULL, ended_at = $4, error = $5
	FROM reporter_asks a JOIN reports r ON r.id = a.report_id WHERE a.id = l.ask_id AND r.source_id = $1 AND l.kind = $2 AND CASE l.kind WHEN 'tanya' THEN l.ask_id ELSE l.id END = $3
		AND l.channel NOT IN ('sama', 'tanpa') AND l.taken_at IS NOT NULL AND l.arrived_at IS NULL RETURNING l.id`
	failedMessageQuery = `UPDATE reporter_messages m SET taken_at = NULL, ended_at = $3, error = $4 FROM reports r
	WHERE r.id = m.report_id AND r.source_id = $1 AND m.id = $2 AND m.channel <> 'sendiri' AND m.taken_at IS NOT NULL`
	// Its officer is told, see tellLostAnswer.
	failedWordQuery = `UPDATE officer_words SET taken_at = NULL, ended_at = $3, error = $4 WHERE source_id = $1 AND id = $2 AND kind = 'tanya' AND taken_at IS NOT NULL`
	// The tickets that the same letter answered are not answered after all.
	undeliveredQuery = `UPDATE report_answers w SET delivered_at = NULL FROM reporter_letters l, reporter_letters j
	WHERE l.id = $1 AND l.kind = 'jawab' AND j.incident_id = l.incident_id AND (j.id = l.id OR j.joined_report = l.report_id)
		AND w.report_id = j.report_id AND w.incident_id = j.incident_id`

	// A notice went by a chat of its officer at this source.
	arrivedNoticeQuery = `UPDATE notice_deliveries d SET arrived_at = coalesce(least(d.arrived_at, $3::timestamptz), $3)
	FROM notices n, sources s WHERE d.notice_id = $2 AND n.id = d.notice_id AND s.id = $1 AND s.connector = d.channel AND d.attempts > 0
		AND EXISTS (SELECT FROM officer_contacts c WHERE c.officer_id = n.officer_id AND c.source_id = s.id)`
	// Also one whose try is not noted yet: who tries finds the lease gone.
	failedNoticeQuery = `UPDATE notice_deliveries d SET taken_at = NULL, ended_at = $3, undelivered_at = $3, error = $4, leased_by = '', lease_until = NULL
	FROM notices n, sources s WHERE d.notice_id = $2 AND n.id = d.notice_id AND s.id = $1 AND s.connector = d.channel AND d.attempts > 0
		AND d.ended_at IS NULL AND d.arrived_at IS NULL AND EXISTS (SELECT FROM officer_contacts c WHERE c.officer_id = n.officer_id AND c.source_id = s.id)`
	// The ways that were given up because this one had taken it go on.
	resumeOthersQuery = `UPDATE notice_deliveries d SET ended_at = NULL, error = '', next_at = $2 FROM notices n
	WHERE d.notice_id = $1 AND n.id = d.notice_id AND n.read_at IS NULL AND d.ended_at IS NOT NULL AND d.error = $3
		AND NOT EXISTS (SELECT FROM notice_deliveries o WHERE o.notice_id = $1 AND o.taken_at IS NOT NULL)`
)

// fates notes how far letters came. What names no letter of this source is passed
// over: other programs may write by the same number.
func (in *ingestion) fates(ctx context.Context, fates []city.LetterFate) error {
	for _, f := range fates {
		kind, number, _ := strings.Cut(f.Key, "/")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || f.At.IsZero() {
			continue
		}
		why := city.Undeliverable(f.Code)
		switch kind {
		case "pesan":
			err = in.messageFate(ctx, id, f, why)
		case "tanya", "jawab":
			err = in.letterFate(ctx, kind, id, f, why)
		case "maklumat":
			err = in.noticeFate(ctx, id, f, why)
		case "obrolan":
			err = in.answerFate(ctx, id, f, why)
		case "sapaan":
			err = in.greetingFate(ctx, id, f, why)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (in *ingestion) messageFate(ctx context.Context, id int64, f city.LetterFate, why string) error {
	if f.What != city.LetterFailed {
		return nil
	}
	if _, err := in.tx.Exec(ctx, failedMessageQuery, in.sourceID, id, f.At, why); err != nil {
		return fmt.Errorf("note that a message failed: %w", err)
	}
	return nil
}

// answerFate notes that the answer to an officer's question failed.
func (in *ingestion) answerFate(ctx context.Context, id int64, f city.LetterFate, why string) error {
	if f.What != city.LetterFailed {
		return nil
	}
	_, err := in.tx.Exec(ctx, failedWordQuery, in.sourceID, id, f.At, why)
	return wrapped(err, "note that an answer failed")
}

func (in *ingestion) greetingFate(ctx context.Context, id int64, f city.LetterFate, why string) error {
	if f.What != city.LetterFailed {
		return nil
	}
	_, err := in.tx.Exec(ctx, failedGreetingQuery, in.sourceID, id, f.At, why)
	return wrapped(err, "note that the answer to a greeting failed")
}

func (in *ingestion) letterFate(ctx context.Context, kind string, id int64, f city.LetterFate, why string) error {
	if f.What != city.LetterFailed {
		if _, err := in.tx.Exec(ctx, arrivedQuery, in.sourceID, kind, id, f.At, f.What == city.LetterRead); err != nil {
			return fmt.Errorf("note that a letter arrived: %w", err)
		}
		return nil
	}
	failed, err := column[int64](ctx, in.tx, failedQuery, in.sourceID, kind, id, f.At, why)
	if err != nil {
		return fmt.Errorf("note that a letter failed: %w", err)
	}
	for _, letter := range failed {
		if _, err := in.tx.Exec(ctx, undeliveredQuery, letter); err != nil {
			return fmt.Errorf("note that an answer was not delivered: %w", err)
		}
	}
	return nil
}

// noticeFate notes what became of an officer's notice. One that failed is sent on by
// SecondChannels, which knows the ways that are offered.
func (in *ingestion) noticeFate(ctx context.Context, id int64, f city.LetterFate, why string) error {
	if f.What != city.LetterFailed {
		if _, err := in.tx.Exec(ctx, arrivedNoticeQuery, in.sourceID, id, f.At); err != nil {
			return fmt.Errorf("note that a notice arrived: %w", err)
		}
		return nil
	}
	tag, err := in.tx.Exec(ctx, failedNoticeQuery, in.sourceID, id, f.At, why)
	if err != nil {
		return fmt.Errorf("note that a notice failed: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	if _, err := in.tx.Exec(ctx, resumeOthersQuery, id, in.store.now(), tookElsewhere); err != nil {
		return fmt.Errorf("resume a notice's other ways: %w", err)
	}
	return nil
}
