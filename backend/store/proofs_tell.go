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

// reviewKey is how notices name a wait for a second person.
const reviewKey = "bukti:"

type untoldReview struct {
	ProofID int64
	TakenBy int64
	Offices []int64
	Areas   []string
	Roles   []city.Role
	Secret  bool
	Matter  json.RawMessage
	Why     string
}

const (
	untoldReviewsQuery = `SELECT id FROM proof_queue WHERE told_at IS NULL AND closed_at IS NULL ORDER BY id LIMIT $1`
	untoldReviewQuery  = `SELECT q.proof_id, coalesce(p.officer_id, 0) AS taken_by, q.offices, q.areas, q.roles, q.secret, q.matter, q.why
	FROM proof_queue q JOIN proofs p ON p.id = q.proof_id WHERE q.id = $1 AND q.told_at IS NULL AND q.closed_at IS NULL FOR UPDATE OF q SKIP LOCKED`
	reviewerPostsQuery = `SELECT o.id AS officer_id, o.role, coalesce(o.office_id, 0) AS office_id, coalesce(o.area_code, '') AS area_code,
	coalesce(n.open, 0)::int AS open, n.told_at FROM officers o
	LEFT JOIN (SELECT m.officer_id, max(m.at) AS told_at, count(q.id) AS open FROM notices m LEFT JOIN proof_queue q ON q.closed_at IS NULL AND m.key = $2::text || q.id
		WHERE m.kind = 'proof' AND starts_with(m.key, $2) GROUP BY m.officer_id) n ON n.officer_id = o.id
	WHERE o.disabled_at IS NULL AND o.role = ANY ($1)`
	withStandInsQuery = `SELECT id FROM with_stand_ins($1::bigint[], $2) AS o(id) WHERE id <> $3::bigint`
)

// TellReviews tells second persons of the proofs that wait for one and nobody
// was told of, and puts the notices on their way through the officers' first
// channels among offered. It returns how many proofs it told; nodes that tell at
// the same time share them.
func (s *Store) TellReviews(ctx context.Context, offered []city.NoticeChannel) (int, error) {
	var ids []int64
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, untoldReviewsQuery, tellAtOnce)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read which second persons are to be told: %w", err)
	}
	return s.tellEach(ctx, "tell the second persons of review", ids, func(tx pgx.Tx, id int64) (int, error) { return s.tellReview(ctx, tx, id, offered) })
}

func (s *Store) tellReview(ctx context.Context, tx pgx.Tx, id int64, offered []city.NoticeChannel) (int, error) {
	rows, err := rowsOf[untoldReview](ctx, tx, untoldReviewQuery, id)
	if err != nil || len(rows) == 0 {
		return 0, err // another node has it
	}
	q := rows[0]
	posts, err := rowsOf[city.ReviewerPost](ctx, tx, reviewerPostsQuery, city.ProofReviewers, reviewKey)
	if err != nil {
		return 0, fmt.Errorf("read who may judge: %w", err)
	}
	under := city.ProofUnderReview{Readers: city.DispositionReaders{Offices: q.Offices, Areas: q.Areas, Secret: q.Secret}, Roles: q.Roles, TakenBy: q.TakenBy}
	people, err := column[int64](ctx, tx, withStandInsQuery, under.ChooseReviewers(posts), s.now(), q.TakenBy)
	if err != nil {
		return 0, fmt.Errorf("read who stands in for whom: %w", err)
	}
	var matter city.ProofMatter
	if err := json.Unmarshal(q.Matter, &matter); err != nil {
		return 0, fmt.Errorf("read what a second person is told: %w", err)
	}
	if q.Secret {
		matter.Office = ""
	}
	for _, officer := range people {
		if _, err := s.tell(ctx, tx, officer, reviewKey+strconv.FormatInt(id, 10), 0, city.ReviewWording(q.ProofID, matter.Number, matter.Office, q.Why), offered, false); err != nil {
			return 0, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE proof_queue SET told_at = $2 WHERE id = $1`, id, s.now()); err != nil {
		return 0, fmt.Errorf("note that second persons were told: %w", err)
	}
	return 1, nil
}

// endReviewNoticesQuery takes back what has not left yet of a proof that somebody
// has judged.
const endReviewNoticesQuery = `UPDATE notice_deliveries d SET ended_at = $3, error = 'sudah dinilai', leased_by = '', lease_until = NULL FROM notices n, proof_queue q
	WHERE q.proof_id = $1 AND n.key = $2::text || q.id AND n.kind = 'proof' AND d.notice_id = n.id AND d.taken_at IS NULL AND d.ended_at IS NULL`

func (s *Store) endReviewNotices(ctx context.Context, tx pgx.Tx, proof int64, now time.Time) error {
	_, err := tx.Exec(ctx, endReviewNoticesQuery, proof, reviewKey, now)
	return wrapped(err, "take back notices to second persons")
}
