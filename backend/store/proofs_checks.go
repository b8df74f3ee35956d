package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// ProofToCheck is a picture that waits, with all that its checks need.
type ProofToCheck struct {
	ID            int64
	DispositionID int64
	Holder        string
	Stage         string
	TokenState    string
	TakenAt       *time.Time
	ReceivedAt    time.Time
	Lon, Lat      *float64
	AccuracyM     float64
	Device        string
	Bytes         []byte
	SHA256        []byte `db:"sha256"`
	SentAt        time.Time
	AcceptedAt    *time.Time
	WorkLon       *float64
	WorkLat       *float64
	AreaCode      string
	AreaName      string
	BeforeID      int64 // the newest picture before the work, 0 for none
}

const proofToCheckQuery = `SELECT p.id, p.disposition_id, p.holder, p.stage, p.token_state, p.taken_at, p.received_at, p.lon, p.lat, p.accuracy_m, p.device, p.bytes,
	p.sha256, d.sent_at, d.accepted_at, d.lon AS work_lon, d.lat AS work_lat, d.area_code, coalesce(a.name, '') AS area_name,
	coalesce((SELECT max(b.id) FROM proofs b WHERE b.disposition_id = d.id AND b.stage = 'before' AND b.id < p.id), 0) AS before_id
	FROM proofs p JOIN dispositions d ON d.id = p.disposition_id LEFT JOIN areas a ON a.code = nullif(d.area_code, '') WHERE p.id = $1`

// ProofsToCheck returns the numbers of pictures that wait, oldest first.
func (s *Store) ProofsToCheck(ctx context.Context, limit int) (ids []int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, `SELECT p.id FROM proofs p WHERE NOT EXISTS (SELECT FROM proof_checks c WHERE c.proof_id = p.id) ORDER BY p.id LIMIT $1`, limit)
		return err
	})
	return ids, wrapped(err, "read which pictures wait to be checked")
}

// ProofToCheck returns a picture with what its checks need.
func (s *Store) ProofToCheck(ctx context.Context, id int64) (ProofToCheck, error) {
	var rows []ProofToCheck
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[ProofToCheck](ctx, tx, proofToCheckQuery, id)
		return err
	})
	if err != nil {
		return ProofToCheck{}, fmt.Errorf("read picture %d: %w", id, err)
	}
	if len(rows) == 0 {
		return ProofToCheck{}, noProof(id)
	}
	return rows[0], nil
}

// earlierDevices is of how many earlier proofs the phone is compared.
const earlierDevices = 20

// ProofDevices returns the marks of the phones of the holder's proofs before
// one, newest first, each once.
func (s *Store) ProofDevices(ctx context.Context, holder string, before int64) (out []string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[string](ctx, tx, `SELECT device FROM (SELECT device, max(id) AS last FROM (SELECT id, device FROM proofs
			WHERE holder = $1 AND id < $2 AND device <> '' ORDER BY id DESC LIMIT $3) n GROUP BY device) d ORDER BY last DESC`, holder, before, earlierDevices)
		return err
	})
	return out, wrapped(err, "read the phones of earlier pictures")
}

// commonWord is in how many pictures a word is too common to tell them apart.
const commonWord = 400

// What a picture is compared with: those that share most words, the rarer the
// more each counts, and those whose hash is near one of the eight views.
const likelyProofsQuery = `WITH hits AS (
	SELECT proof_id, count(*) OVER (PARTITION BY word) AS n FROM proof_words WHERE word = ANY ($1::integer[]) AND proof_id < $2
), shared AS (
	SELECT proof_id FROM hits WHERE n <= $3 GROUP BY proof_id ORDER BY sum(1.0 / n) DESC LIMIT $4
), alike AS (
	SELECT p.proof_id FROM proof_prints p WHERE p.proof_id < $2 AND p.hash IS NOT NULL
		AND EXISTS (SELECT FROM unnest($5::bigint[]) v WHERE bit_count((v # p.hash)::bit(64)) <= $6) LIMIT $4
)
SELECT p.proof_id AS id, p.version, p.print FROM proof_prints p WHERE p.proof_id IN (SELECT proof_id FROM shared UNION SELECT proof_id FROM alike)`

// StoredPrint is an earlier picture's print.
type StoredPrint struct {
	ID      int64
	Version int
	Print   []byte
}

// PrintSearch is what to look for among earlier pictures.
type PrintSearch struct {
	Before   int64 // only pictures with smaller numbers
	Words    []int32
	Views    []uint64
	HashNear int
	Limit    int
}

// LikelyProofs returns the prints of earlier pictures that may be the same.
func (s *Store) LikelyProofs(ctx context.Context, q PrintSearch) (out []StoredPrint, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[StoredPrint](ctx, tx, likelyProofsQuery, q.Words, q.Before, commonWord, q.Limit, signedBits(q.Views), q.HashNear)
		return err
	})
	return out, wrapped(err, "look for earlier pictures")
}

func signedBits(in []uint64) []int64 {
	out := make([]int64, 0, len(in))
	for _, v := range in {
		if v != 0 {
			out = append(out, int64(v))
		}
	}
	return out
}

// ProofPrint returns the print of one proof, none if it has none yet.
func (s *Store) ProofPrint(ctx context.Context, id int64) (out []byte, err error) {
	var rows [][]byte
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = column[[]byte](ctx, tx, `SELECT print FROM proof_prints WHERE proof_id = $1`, id)
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, wrapped(err, "read a picture's print")
	}
	return rows[0], nil
}

// SameBytes returns the first earlier proof with the very bytes, 0 for none,
// and how many earlier pictures there are.
func (s *Store) SameBytes(ctx context.Context, sha []byte, before int64) (id int64, compared int, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT coalesce((SELECT min(id) FROM proofs WHERE sha256 = $1 AND id < $2), 0),
			(SELECT count(*) FROM proofs WHERE id < $2)::int + (SELECT count(*) FROM report_photos WHERE fingerprint IS NOT NULL)::int`, sha, before).Scan(&id, &compared)
	})
	return id, compared, wrapped(err, "look for the same file")
}

// ReportsWithPicture returns reports whose pictures have a fingerprint within
// near bits of one of the views, nearest first. Pictures that show nothing of
// their reports are left out.
func (s *Store) ReportsWithPicture(ctx context.Context, views []uint64, near int) (out []int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[int64](ctx, tx, `SELECT p.report_id FROM report_photos p
			CROSS JOIN LATERAL (SELECT min(bit_count((v # p.fingerprint)::bit(64))) AS apart FROM unnest($1::bigint[]) v) n
			WHERE p.fingerprint IS NOT NULL AND n.apart <= $2 AND NOT EXISTS (SELECT FROM photo_placeholders x WHERE x.fingerprint = p.fingerprint)
			ORDER BY n.apart, p.report_id LIMIT 5`, signedBits(views), near)
		return err
	})
	return out, wrapped(err, "look for reports' pictures")
}

// CheckedProof is what the checks of a picture came to.
type CheckedProof struct {
	ID      int64
	Machine city.ProofVerdict
	Checks  []city.ProofCheck
	Summary city.Said
	Version int
	Hash    uint64
	Print   []byte
	Words   []int32
}

// KeepChecks writes the outcome once, with the print by which the picture is
// known again, and what follows for the disposition.
func (s *Store) KeepChecks(ctx context.Context, c CheckedProof) error {
	checks, err := json.Marshal(c.Checks)
	if err != nil {
		return fmt.Errorf("encode the checks of proof %d: %w", c.ID, err)
	}
	summary, err := json.Marshal(c.Summary)
	if err != nil {
		return fmt.Errorf("encode the summary of proof %d: %w", c.ID, err)
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		var disposition int64
		if err := tx.QueryRow(ctx, `SELECT disposition_id FROM proofs WHERE id = $1`, c.ID).Scan(&disposition); err != nil {
			return fmt.Errorf("read proof %d: %w", c.ID, err)
		}
		r, err := lockDisposition(ctx, tx, city.System, disposition)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO proof_checks (proof_id, at, machine, checks, summary) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (proof_id) DO NOTHING`,
			c.ID, s.now(), string(c.Machine), checks, summary)
		if err != nil || tag.RowsAffected() == 0 {
			return wrapped(err, "write the checks")
		}
		if err := keepPrint(ctx, tx, c); err != nil {
			return err
		}
		if c.Machine == city.VerdictDoubtful {
			if err := s.queueProof(ctx, tx, cat, r, c.ID, "checks"); err != nil {
				return err
			}
		}
		return s.settleProofs(ctx, tx, cat, r)
	})
	return wrapped(err, fmt.Sprintf("keep the checks of proof %d", c.ID))
}

func keepPrint(ctx context.Context, tx pgx.Tx, c CheckedProof) error {
	if len(c.Print) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO proof_prints (proof_id, version, hash, print) VALUES ($1, $2, nullif($3::bigint, 0), $4) ON CONFLICT (proof_id) DO NOTHING`,
		c.ID, c.Version, int64(c.Hash), c.Print); err != nil {
		return fmt.Errorf("keep a print: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO proof_words (word, proof_id) SELECT w, $2::bigint FROM unnest($1::integer[]) w ON CONFLICT DO NOTHING`, c.Words, c.ID)
	return wrapped(err, "keep a picture's words")
}
