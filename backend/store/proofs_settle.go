package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// systemActor signs what Balaikota itself does.
var systemActor = city.Actor{Name: "sistem"}

// standing is an after-picture of the present round: taken since the
// disposition was last opened again.
type standing struct {
	ID       int64
	Machine  string
	Reviewed string
}

const standingQuery = `SELECT p.id, coalesce(c.machine, 'menunggu') AS machine,
	coalesce((SELECT v.verdict FROM proof_reviews v WHERE v.proof_id = p.id ORDER BY v.id DESC LIMIT 1), '') AS reviewed
	FROM proofs p LEFT JOIN proof_checks c ON c.proof_id = p.id WHERE p.disposition_id = $1 AND p.stage = 'after'
	AND p.received_at > (SELECT coalesce(max(s.at), '-infinity') FROM disposition_steps s WHERE s.disposition_id = $1 AND s.kind = 'reopen') ORDER BY p.id DESC`

// verdictOf is what a round's pictures come to together: one that stands is
// enough; as long as one is open nothing is rejected.
func verdictOf(all []standing) (verdict city.ProofVerdict, secondPerson bool) {
	verdicts := map[city.ProofVerdict]bool{}
	for _, p := range all {
		v := city.ProofVerdict(p.Machine)
		if p.Reviewed != "" {
			v = city.ProofVerdict(p.Reviewed)
			secondPerson = secondPerson || v == city.VerdictValid
		}
		verdicts[v] = true
	}
	for _, v := range []city.ProofVerdict{city.VerdictValid, city.VerdictDoubtful, city.VerdictPending, city.VerdictRejected} {
		if verdicts[v] {
			return v, secondPerson
		}
	}
	return "", false
}

// settleProofs draws what follows from a disposition's pictures: its verdict,
// and, when one stands and it waits for that, that it is done. A reporter who
// said no keeps a machine's word from being enough.
func (s *Store) settleProofs(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow) error {
	all, err := rowsOf[standing](ctx, tx, standingQuery, r.ID)
	if err != nil {
		return fmt.Errorf("read the pictures of disposition %d: %w", r.ID, err)
	}
	verdict, second := verdictOf(all)
	if verdict == "" {
		return nil
	}
	done := verdict == city.VerdictValid && r.Status == string(city.DispositionProof) && r.Proof && (second || r.ReporterWord != "no")
	if r.Verdict != string(verdict) {
		r.Verdict = string(verdict)
		if err := s.tellVerdict(ctx, tx, cat, r, done); err != nil {
			return err
		}
	}
	if !done {
		return nil
	}
	by, text := "proof", "Bukti sah."
	if second {
		by, text = "second_person", "Bukti dinyatakan sah oleh orang kedua dari kantor lain."
	}
	ids := make([]int64, 0, len(all))
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	_, err = s.takeStep(ctx, tx, systemActor, city.System, r.ID, city.DispositionStepInput{Kind: city.StepConfirm, Text: text, DoneBy: by}, ids)
	return wrapped(err, "confirm by proof")
}

// tellVerdict writes the verdict; screens hear of it here unless a step follows
// that tells them.
func (s *Store) tellVerdict(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow, stepFollows bool) error {
	if stepFollows {
		_, err := tx.Exec(ctx, `UPDATE dispositions SET verdict = $2 WHERE id = $1`, r.ID, r.Verdict)
		return wrapped(err, "write a verdict")
	}
	events, err := s.putDisposition(ctx, tx, cat, r, r.readers())
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, events)
}

const unsettledQuery = `SELECT d.id FROM dispositions d WHERE d.status = 'proof_in' AND d.proof AND EXISTS (SELECT FROM proofs p WHERE p.disposition_id = d.id AND p.stage = 'after')
	AND d.verdict IN ('', 'menunggu') AND NOT EXISTS (SELECT FROM proofs p WHERE p.disposition_id = d.id AND NOT EXISTS (SELECT FROM proof_checks c WHERE c.proof_id = p.id))
	ORDER BY d.id LIMIT 100`

// SettleProofs draws what follows where the picture came before the word that
// the work is done.
func (s *Store) SettleProofs(ctx context.Context) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, unsettledQuery)
		return err
	})
	if err != nil {
		return fmt.Errorf("read which dispositions wait for their pictures' verdict: %w", err)
	}
	for _, id := range ids {
		err := s.write(ctx, func(tx pgx.Tx) error {
			r, err := lockDisposition(ctx, tx, city.System, id)
			if err != nil {
				return err
			}
			return s.settleProofs(ctx, tx, cat, r)
		})
		if err != nil {
			return fmt.Errorf("settle disposition %d: %w", id, err)
		}
	}
	return nil
}

// queueProof asks for a second person. Only pictures after the work decide
// anything, so only they are queued.
func (s *Store) queueProof(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow, id int64, why string) error {
	matter, err := json.Marshal(city.ProofMatter{
		Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Subject: r.Subject, Office: r.addresseeName(), Action: r.Action,
		Category: r.Category, Place: r.Place, AreaCode: r.AreaCode, Lon: r.Lon, Lat: r.Lat,
	})
	if err != nil {
		return fmt.Errorf("encode what a second person is told: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO proof_queue (proof_id, disposition_id, offices, areas, roles, secret, matter, why, opened_at)
		SELECT p.id, p.disposition_id, $2, $3, $4, $5, $6, $7, $8 FROM proofs p WHERE p.id = $1 AND p.stage = 'after' ON CONFLICT (proof_id) WHERE closed_at IS NULL DO NOTHING`,
		id, r.Offices, r.Areas, []string{r.FromRole, r.ToRole}, r.Nature == string(city.NatureSecret), matter, why, s.now())
	return wrapped(err, "ask for a second person")
}

type reviewRow struct {
	proofRow
	Matter   json.RawMessage
	Why      string
	OpenedAt time.Time
	Before   []int64
}

// ProofReviews returns the proofs that wait for a second person such as the
// asker, those that wait longest first; none for roles that may be none.
func (s *Store) ProofReviews(ctx context.Context, asker city.Asker) ([]city.ProofReviewItem, error) {
	if !slices.Contains(city.ProofReviewers, asker.Role) {
		return []city.ProofReviewItem{}, nil
	}
	var rows []reviewRow
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[reviewRow](ctx, tx, `SELECT `+proofColumns+`, q.matter, q.why, q.opened_at,
			ARRAY(SELECT b.id FROM proofs b WHERE b.disposition_id = p.disposition_id AND b.stage = 'before' ORDER BY b.id) AS before`+
			proofTables+`JOIN proof_queue q ON q.proof_id = p.id WHERE q.closed_at IS NULL AND (p.officer_id IS NULL OR p.officer_id <> $1::bigint) ORDER BY q.opened_at, q.id LIMIT 200`, asker.OfficerID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read which proofs wait for a second person: %w", err)
	}
	out := make([]city.ProofReviewItem, 0, len(rows))
	for i := range rows {
		item := city.ProofReviewItem{Why: rows[i].Why, OpenedAt: rows[i].OpenedAt, Before: rows[i].Before}
		if item.Proof, err = rows[i].proof(); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(rows[i].Matter, &item.Matter); err != nil {
			return nil, fmt.Errorf("read what a second person is told: %w", err)
		}
		out = append(out, item)
	}
	return out, nil
}

// ReviewProof is a second person's word, once for each time that one is asked
// for: sah, or ditolak with the reason, which opens the disposition again.
func (s *Store) ReviewProof(ctx context.Context, by city.Actor, asker city.Asker, id int64, verdict city.ProofVerdict, reason string) (city.Proof, error) {
	if verdict != city.VerdictValid && verdict != city.VerdictRejected {
		return city.Proof{}, city.InvalidField("body.verdict", "is %q, not sah or ditolak", verdict)
	}
	if len([]rune(reason)) < reasonLeast {
		return city.Proof{}, keyed(city.InvalidField("body.reason", "say in at least %d characters why; it is recorded", reasonLeast), "error.proof_reason")
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Proof{}, err
	}
	disposition, err := s.openReview(ctx, asker, id)
	if err != nil {
		return city.Proof{}, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		r, err := lockDisposition(ctx, tx, city.System, disposition)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE proof_queue SET closed_at = $2 WHERE proof_id = $1 AND closed_at IS NULL`, id, s.now())
		if err != nil {
			return fmt.Errorf("close a review: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return keyed(city.Errorf(city.Conflict, "somebody else has judged proof %d", id), "error.proof_judged")
		}
		if err := s.endReviewNotices(ctx, tx, id, s.now()); err != nil {
			return err
		}
		name, err := signature(ctx, tx, by, asker.Role)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO proof_reviews (proof_id, at, officer_id, actor, name, role, verdict, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, s.now(), idOrNone(asker.OfficerID), by.Name, name, string(asker.Role), string(verdict), cleanText(reason)); err != nil {
			return fmt.Errorf("write a review: %w", err)
		}
		if err := record(ctx, tx, by, "proof.review", strconv.FormatInt(id, 10), reason, map[string]any{"verdict": verdict, "disposition": disposition}); err != nil {
			return err
		}
		return s.followReview(ctx, tx, cat, r, name, reason)
	})
	if err != nil {
		return city.Proof{}, fmt.Errorf("judge proof %d: %w", id, err)
	}
	return s.Proof(ctx, city.System, id)
}

// openReview finds, with the asker's own rights, the disposition of a proof
// that waits for a second person such as the asker.
func (s *Store) openReview(ctx context.Context, asker city.Asker, id int64) (int64, error) {
	var found []int64
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		found, err = column[int64](ctx, tx, `SELECT q.disposition_id FROM proof_queue q JOIN proofs p ON p.id = q.proof_id
			WHERE q.proof_id = $1 AND q.closed_at IS NULL AND (p.officer_id IS NULL OR p.officer_id <> $2::bigint)`, id, asker.OfficerID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read whether proof %d waits for a second person: %w", id, err)
	}
	if len(found) == 0 || !slices.Contains(city.ProofReviewers, asker.Role) {
		return 0, keyed(city.Errorf(city.NotFound, "proof %d does not wait for you: only a person of another office judges it", id), "error.proof_not_yours")
	}
	return found[0], nil
}

// followReview opens the disposition again when none of its pictures is left
// that may stand; else it settles as ever.
func (s *Store) followReview(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow, name, reason string) error {
	all, err := rowsOf[standing](ctx, tx, standingQuery, r.ID)
	if err != nil {
		return fmt.Errorf("read the pictures of disposition %d: %w", r.ID, err)
	}
	verdict, _ := verdictOf(all)
	open := r.Status == string(city.DispositionProof) || r.Status == string(city.DispositionDone)
	if verdict != city.VerdictRejected || !open {
		return s.settleProofs(ctx, tx, cat, r)
	}
	_, err = s.takeStep(ctx, tx, systemActor, city.System, r.ID, city.DispositionStepInput{
		Kind: city.StepReopen, Text: fmt.Sprintf("Bukti ditolak oleh %s: %s", name, cleanText(reason)),
	}, nil)
	return wrapped(err, "open the disposition again")
}
