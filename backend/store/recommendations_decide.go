package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// longestPostponed is how far ahead advice may be put off.
const longestPostponed = 30 * 24 * time.Hour

const lockedAdviceQuery = `SELECT r.id, r.data, r.status, r.until, r.override, r.area_code, r.office_id, r.made_at, r.changed_at,
	0::bigint AS disposition_id, 0 AS number, NULL::timestamptz AS sent_at, '' AS disposition_status FROM recommendations r WHERE r.id = $1 FOR UPDATE`

// DecideRecommendation takes a person's word: approve sends the disposition,
// as proposed or as edited, in the same transaction; decline and postpone need
// a reason; reopen takes a refusal or a delay back; rank is the mayor's and the
// secretary's own order. Forbidden to those who only read, and about advice to
// offices that are not theirs; Conflict when it no longer waits.
func (s *Store) DecideRecommendation(ctx context.Context, by city.Actor, asker city.Asker, id int64, d city.RecommendationDecision) (city.Recommendation, error) {
	if d.Decision != "approve" && d.Decision != "reopen" && len([]rune(strings.TrimSpace(d.Reason))) < reasonLeast {
		return city.Recommendation{}, needReason()
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Recommendation{}, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, adviceLockQuery); err != nil {
			return fmt.Errorf("lock the advice: %w", err)
		}
		rows, err := rowsOf[adviceRow](ctx, tx, lockedAdviceQuery, id)
		if err != nil {
			return fmt.Errorf("read recommendation %d: %w", id, err)
		}
		if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
			return city.Errorf(city.NotFound, "there is no recommendation %d, or it is not yours to see", id)
		}
		was, err := s.advice(cat, rows[0])
		if err != nil {
			return err
		}
		if err := cat.mayDecide(asker, was, rows[0].OfficeID, d.Decision); err != nil {
			return err
		}
		return s.decide(ctx, tx, cat, by, asker, was, d)
	})
	if err != nil {
		return city.Recommendation{}, err
	}
	out, _, err := s.Recommendation(ctx, asker, id)
	return out, err
}

// mayDecide reports who may decide: the mayor and the secretary about all, the
// head of an agency about advice to it, a camat about advice to the kecamatan
// and the kelurahan in it. Only the first two may change the order.
func (c *catalogue) mayDecide(asker city.Asker, r city.Recommendation, officeID int64, decision string) error {
	e := city.Errorf(city.Forbidden, "this advice is for %s; you may read it, but not decide about it", r.Office)
	e.Key, e.Params = "error.not_to_decide", map[string]string{"office": r.Office}
	switch asker.Role {
	case city.WaliKota, city.Sekda:
		return nil
	case city.KepalaOPD:
		if asker.OfficeID == officeID && decision != "rank" {
			return nil
		}
	case city.Camat:
		if area := c.officeArea[officeID]; area != "" && city.Within(area, asker.AreaCode) && decision != "rank" {
			return nil
		}
	}
	return e
}

func (s *Store) decide(ctx context.Context, tx pgx.Tx, cat *catalogue, by city.Actor, asker city.Asker, was city.Recommendation, d city.RecommendationDecision) error {
	who, err := signature(ctx, tx, by, asker.Role)
	if err != nil {
		return err
	}
	now := was
	now.DecidedBy, now.Reason = who, strings.TrimSpace(cleanText(d.Reason))
	detail := map[string]any{}
	waits := was.Status == city.RecommendationProposed || was.Status == city.RecommendationPostponed
	conflict := city.Errorf(city.Conflict, "recommendation %d is %s already", was.ID, was.Status)
	conflict.Key = "error.decided_already"
	switch d.Decision {
	case "approve":
		if !waits {
			return conflict
		}
		now.Status, now.Until = city.RecommendationApproved, nil
	case "decline":
		if !waits {
			return conflict
		}
		now.Status, now.Until = city.RecommendationDeclined, nil
	case "postpone":
		if !waits {
			return conflict
		}
		if d.Until == nil || !d.Until.After(s.now()) || d.Until.Sub(s.now()) > longestPostponed {
			e := city.InvalidField("until", "state a moment ahead, at most 30 days")
			e.Key = "error.postpone_until"
			return e
		}
		until := d.Until.UTC().Truncate(time.Microsecond)
		now.Status, now.Until = city.RecommendationPostponed, &until
		detail["until"] = until
	case "reopen":
		if was.Status != city.RecommendationDeclined && was.Status != city.RecommendationPostponed {
			return conflict
		}
		now.Status, now.Until, now.DecidedBy = city.RecommendationProposed, nil, ""
	case "rank":
		if was.Status != city.RecommendationProposed {
			return conflict
		}
		now.DecidedBy, now.Reason, now.Override = was.DecidedBy, was.Reason, nil
		if d.Rank > 0 {
			now.Override = &city.RankOverride{Rank: d.Rank, By: who, At: s.now().UTC().Truncate(time.Microsecond), Reason: strings.TrimSpace(cleanText(d.Reason))}
		}
		detail["rank"] = d.Rank
	default:
		return city.InvalidField("decision", "is %q; use approve, decline, postpone, reopen or rank", d.Decision)
	}
	if d.Decision == "approve" {
		order := s.orderFor(was, d.Order)
		given, err := s.sendDisposition(ctx, tx, by, asker, order)
		if err != nil {
			return err
		}
		detail["disposition"] = given
	}
	if err := record(ctx, tx, by, "recommendation."+d.Decision, strconv.FormatInt(was.ID, 10), d.Reason, detail); err != nil {
		return err
	}
	reason := d.Reason
	if reason == "" && d.Decision == "reopen" {
		reason = "Dibuka lagi."
	}
	signed := by // its history is read by people, who know names and posts
	signed.Name = who
	event, err := s.putAdvice(ctx, tx, cat, signed, was, now, reason, detail)
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, []city.Event{event})
}

// orderFor is the disposition that approving sends. The officer's own order
// names the advice it came from whatever it says; one without a number of its
// own gets one that follows from the advice, so that approving twice is one.
func (s *Store) orderFor(r city.Recommendation, edited *city.DispositionOrder) city.DispositionOrder {
	order := r.Order()
	if edited != nil {
		order = *edited
	}
	order.RecommendationID = r.ID
	if order.ClientID == "" {
		h := sha256.Sum256(fmt.Appendf(nil, "balaikota recommendation %d %s", r.ID, r.ChangedAt.UTC().Format(time.RFC3339Nano)))
		h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // a UUID of version 8 (RFC 9562)
		order.ClientID = fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
	}
	return order
}
