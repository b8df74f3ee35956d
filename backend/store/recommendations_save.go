package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// adviceLock keeps rounds and decisions of all nodes one after the other.
const adviceLockQuery = "SELECT pg_advisory_xact_lock(7283003)"

// adviceRemembered is how far back what was decided is looked at.
const adviceRemembered = 400 * 24 * time.Hour

// What waits, and of each matter the newest that was decided.
const standingForRoundQuery = adviceColumns + `WHERE r.status IN ('proposed', 'postponed') OR r.id IN (
	SELECT DISTINCT ON (key) id FROM recommendations WHERE status IN ('approved', 'declined') AND changed_at >= $1 ORDER BY key, id DESC)
ORDER BY r.id`

const addAdviceQuery = `INSERT INTO recommendations (key, rule, action, area_code, office_id, incident_id, score, status, data, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8, $9, $10, $10) RETURNING id`

const changeAdviceQuery = `UPDATE recommendations SET action = $2, area_code = $3, office_id = $4, score = $5, status = $6, until = $7, override = $8, data = $9,
	changed_at = $10, decided_at = coalesce($11, decided_at) WHERE id = $1`

const addAdviceChangeQuery = `INSERT INTO recommendation_changes (recommendation_id, at, officer_id, actor, was, status, reason, detail)
VALUES ($1, $2, nullif($3::bigint, 0), $4, nullif($5, ''), $6, $7, $8)`

// advisor is who Balaikota's own changes are by.
var advisor = city.Actor{Name: "sistem"}

// SaveAdvice is one round of advice, in one transaction that no other round or
// decision enters, on any node. settle is given what waits and what was decided
// and returns what is to be written; it may be run again. Nothing is written
// when it returns nothing. written is how many were.
func (s *Store) SaveAdvice(ctx context.Context, settle func(before []city.Recommendation) []city.Recommendation) (written int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		written = 0
		if _, err := tx.Exec(ctx, adviceLockQuery); err != nil {
			return fmt.Errorf("lock the advice: %w", err)
		}
		rows, err := rowsOf[adviceRow](ctx, tx, standingForRoundQuery, s.now().Add(-adviceRemembered))
		if err != nil {
			return fmt.Errorf("read what was advised: %w", err)
		}
		before := make([]city.Recommendation, len(rows))
		was := map[int64]city.Recommendation{}
		for i, r := range rows {
			if before[i], err = s.advice(cat, r); err != nil {
				return err
			}
			was[r.ID] = before[i]
		}
		var events []city.Event
		for _, r := range settle(before) {
			e, err := s.putAdvice(ctx, tx, cat, advisor, was[r.ID], r, roundReason(was[r.ID], r), nil)
			if err != nil {
				return err
			}
			events = append(events, e)
			written++
		}
		return appendEvents(ctx, tx, events)
	})
	return written, wrapped(err, "save the advice")
}

// roundReason says in the history why Balaikota changed something; "" writes
// no line.
func roundReason(was, now city.Recommendation) string {
	switch {
	case now.ID == 0:
		return now.Why.Text
	case now.Status == city.RecommendationWithdrawn && now.Withdrawn != nil:
		return now.Withdrawn.Text
	case was.Status == city.RecommendationPostponed && now.Status == city.RecommendationProposed:
		return "Waktu tunda habis."
	case was.Severity != now.Severity:
		return "Tingkat berubah dari " + string(was.Severity) + " ke " + string(now.Severity) + "."
	}
	return ""
}

// putAdvice writes one piece of advice and, with a reason or a new status, a
// line of its history, and returns the event for screens.
func (s *Store) putAdvice(ctx context.Context, tx pgx.Tx, cat *catalogue, by city.Actor, was, r city.Recommendation, reason string, detail map[string]any) (city.Event, error) {
	office := cat.officeID(r.Office)
	at := s.now().UTC().Truncate(time.Microsecond)
	plain := r
	plain.Rank, plain.Override, plain.Until = 0, nil, nil
	plain.DispositionID, plain.DispositionNumber, plain.DispositionStatus = 0, "", ""
	data, err := json.Marshal(plain)
	if err != nil {
		return city.Event{}, fmt.Errorf("encode recommendation %s: %w", r.Key, err)
	}
	var override []byte
	if r.Override != nil {
		if override, err = json.Marshal(r.Override); err != nil {
			return city.Event{}, fmt.Errorf("encode the rank of %s: %w", r.Key, err)
		}
	}
	if r.ID == 0 {
		err = tx.QueryRow(ctx, addAdviceQuery, r.Key, r.Rule, r.Action, r.AreaCode, office, r.IncidentID, r.Score, string(r.Status), data, at).Scan(&r.ID)
		r.MadeAt = at
	} else {
		var decided *time.Time
		if r.Status == city.RecommendationApproved || r.Status == city.RecommendationDeclined {
			decided = &at
		}
		_, err = tx.Exec(ctx, changeAdviceQuery, r.ID, r.Action, r.AreaCode, office, r.Score, string(r.Status), r.Until, override, data, at, decided)
	}
	if err != nil {
		return city.Event{}, fmt.Errorf("write recommendation %s: %w", r.Key, err)
	}
	r.ChangedAt = at
	if reason != "" || was.Status != r.Status {
		if detail == nil {
			detail = map[string]any{}
		}
		detail["score"], detail["severity"], detail["size"] = r.Score, r.Severity, r.Size
		more, err := json.Marshal(detail)
		if err != nil {
			return city.Event{}, fmt.Errorf("encode a change: %w", err)
		}
		if _, err := tx.Exec(ctx, addAdviceChangeQuery, r.ID, at, by.OfficerID, by.Name, string(was.Status), string(r.Status), cleanText(reason), more); err != nil {
			return city.Event{}, fmt.Errorf("write the history of recommendation %d: %w", r.ID, err)
		}
	}
	r.Past = []city.PastAction{} // whose they are to see differs
	shown, err := json.Marshal(r)
	if err != nil {
		return city.Event{}, fmt.Errorf("encode recommendation %d: %w", r.ID, err)
	}
	return city.Event{
		Topic: city.TopicRecommendations, Key: strconv.FormatInt(r.ID, 10), Op: "put", Data: shown, AreaCode: r.AreaCode, OfficeID: office,
	}, nil
}
