package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
)

const (
	// proofTokenAge is how long a code is good: a phone may be without a network
	// for days.
	proofTokenAge = 7 * 24 * time.Hour
	proofTokens   = 10 // at most, at once
)

// newSecret is 128 random bits as 26 letters and digits.
func newSecret() (text string, hash []byte) {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // crypto/rand never fails
	text = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	sum := sha256.Sum256([]byte(text))
	return text, sum[:]
}

// holderOf names an asker as the holder of codes and proofs.
func holderOf(a city.Asker) (string, error) {
	if a.OfficerID != 0 {
		return "officer:" + strconv.FormatInt(a.OfficerID, 10), nil
	}
	if k := keyHash(a); k != "" {
		return "key:" + k, nil
	}
	return "", city.Errorf(city.Forbidden, "proofs belong to an account or to who holds a key; sign in")
}

// lockForProof locks a disposition whose addressee the asker is.
func lockForProof(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) (*dispositionRow, error) {
	r, err := lockDisposition(ctx, tx, asker, id)
	if err != nil {
		return nil, err
	}
	if !r.partyOf(asker).Is(city.PartyAddressee) {
		return nil, keyed(city.Errorf(city.Forbidden, "only the addressee of disposition %d proves it", id), "error.proof_addressee")
	}
	if r.Status == string(city.DispositionCanceled) {
		return nil, keyed(city.Errorf(city.Conflict, "disposition %d was taken back", id), "error.proof_canceled")
	}
	return r, nil
}

func keyed(e *city.Error, key string) *city.Error {
	e.Key = key
	return e
}

// IssueProofTokens gives the addressee of a disposition one-time codes, 1 to 10,
// each good for one picture within seven days.
func (s *Store) IssueProofTokens(ctx context.Context, asker city.Asker, id int64, count int) (out []city.ProofToken, err error) {
	holder, err := holderOf(asker)
	if err != nil {
		return nil, err
	}
	now := *stored(new(s.now()))
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := lockForProof(ctx, tx, asker, id); err != nil {
			return err
		}
		out = nil
		for range min(max(count, 1), proofTokens) {
			text, hash := newSecret()
			t := city.ProofToken{Token: text, ExpiresAt: now.Add(proofTokenAge)}
			if _, err := tx.Exec(ctx, `INSERT INTO proof_tokens (hash, disposition_id, holder, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
				hash, id, holder, now, t.ExpiresAt); err != nil {
				return fmt.Errorf("keep a code: %w", err)
			}
			out = append(out, t)
		}
		return nil
	})
	return out, wrapped(err, "give out codes for pictures")
}

type tokenRow struct {
	DispositionID int64
	Holder        string
	ExpiresAt     time.Time
	Used          bool
}

//nolint:gosec // a query, no secret
const tokenQuery = `SELECT t.disposition_id, t.holder, t.expires_at, EXISTS (SELECT FROM proofs p WHERE p.token_hash = t.hash) AS used
	FROM proof_tokens t WHERE t.hash = $1`

// tokenState says what a code is worth for this picture, and its hash when the
// picture uses it up.
func tokenState(ctx context.Context, tx pgx.Tx, token, holder string, disposition int64, now time.Time) (state string, hash []byte, err error) {
	if token == "" {
		return "none", nil, nil
	}
	sum := sha256.Sum256([]byte(token))
	rows, err := rowsOf[tokenRow](ctx, tx, tokenQuery, sum[:])
	if err != nil {
		return "", nil, fmt.Errorf("look for a code: %w", err)
	}
	switch {
	case len(rows) == 0, rows[0].DispositionID != disposition, rows[0].Holder != holder:
		return "foreign", nil, nil
	case rows[0].Used:
		return "used", nil, nil
	case now.After(rows[0].ExpiresAt):
		return "expired", sum[:], nil
	}
	return "good", sum[:], nil
}

type sentProof struct {
	ID            int64
	Holder        string
	DispositionID int64
	SHA256        []byte `db:"sha256"`
}

const sentProofQuery = `SELECT id, holder, disposition_id, sha256 FROM proofs WHERE client_id = $1::uuid`

const addProofQuery = `INSERT INTO proofs (client_id, disposition_id, officer_id, holder, by_name, stage, taken_at, received_at, lon, lat, accuracy_m, distance_m,
	device, note, token_hash, token_state, media_type, bytes, sha256, width, height)
	VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
	ON CONFLICT (client_id) DO NOTHING RETURNING id`

// AddProof keeps a picture as it arrived. Sent twice with one client_id it is
// kept once and answered alike; another picture under the same client_id is a
// Conflict. A code that does not fit is noted with the picture, which is kept
// all the same: what an officer did without a network is not lost to a check.
func (s *Store) AddProof(ctx context.Context, by city.Actor, asker city.Asker, in city.ProofInput) (city.Proof, error) {
	holder, err := holderOf(asker)
	if err != nil {
		return city.Proof{}, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Proof{}, err
	}
	var id int64
	err = s.write(ctx, func(tx pgx.Tx) error {
		if id, err = sentBefore(ctx, tx, holder, in); id != 0 || err != nil {
			return err
		}
		r, err := lockForProof(ctx, tx, asker, in.DispositionID)
		if err != nil {
			return err
		}
		in.DistanceM = nil
		if in.Lon != nil && r.Lon != nil {
			in.DistanceM = new(geo.DistanceHaversine(orb.Point{*in.Lon, *in.Lat}, orb.Point{*r.Lon, *r.Lat}))
		}
		if id, err = s.insertProof(ctx, tx, by, asker, holder, in); err != nil {
			return err
		}
		if id == 0 { // the same arrived at the same time
			id, err = sentBefore(ctx, tx, holder, in)
			return err
		}
		if in.Stage != "after" {
			return nil
		}
		return s.settleProofs(ctx, tx, cat, r)
	})
	if err != nil {
		return city.Proof{}, fmt.Errorf("keep a picture: %w", err)
	}
	return s.Proof(ctx, asker, id)
}

func sentBefore(ctx context.Context, tx pgx.Tx, holder string, in city.ProofInput) (int64, error) {
	rows, err := rowsOf[sentProof](ctx, tx, sentProofQuery, in.ClientID)
	if err != nil || len(rows) == 0 {
		return 0, wrapped(err, "look whether the picture arrived before")
	}
	sum := sha256.Sum256(in.Bytes)
	if rows[0].Holder != holder || rows[0].DispositionID != in.DispositionID || string(rows[0].SHA256) != string(sum[:]) {
		return 0, keyed(city.Errorf(city.Conflict, "client_id %s is another picture's", in.ClientID), "error.proof_client_id")
	}
	return rows[0].ID, nil
}

func (s *Store) insertProof(ctx context.Context, tx pgx.Tx, by city.Actor, asker city.Asker, holder string, in city.ProofInput) (id int64, err error) {
	now := *stored(new(s.now()))
	state, hash, err := tokenState(ctx, tx, in.Token, holder, in.DispositionID, now)
	if err != nil {
		return 0, err
	}
	name, err := signature(ctx, tx, by, asker.Role)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(in.Bytes)
	err = tx.QueryRow(ctx, addProofQuery, in.ClientID, in.DispositionID, idOrNone(asker.OfficerID), holder, name, in.Stage, stored(in.TakenAt), now, in.Lon, in.Lat,
		in.AccuracyM, in.DistanceM, cleanText(in.Device), cleanText(in.Note), hash, state, in.Type, in.Bytes, sum[:], in.Width, in.Height).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("write the picture: %w", err)
	}
	return id, record(ctx, tx, by, "proof.add", strconv.FormatInt(id, 10), "", map[string]any{
		"disposition": in.DispositionID, "stage": in.Stage, "sha256": hex.EncodeToString(sum[:]), "token": state,
	})
}

// proofRow is a proof with what checks and people said of it.
type proofRow struct {
	ID            int64
	ClientID      string
	DispositionID int64
	Stage         string
	TakenAt       *time.Time
	ReceivedAt    time.Time
	ByName        string
	Lon, Lat      *float64
	AccuracyM     float64
	DistanceM     *float64
	Width, Height int
	SHA256        []byte `db:"sha256"`
	Note          string
	Machine       string
	Checks        json.RawMessage
	Summary       json.RawMessage
	CheckedAt     *time.Time
	Reviewed      string
	ReviewedBy    string
	ReviewedAt    *time.Time
	Review        string
}

const proofColumns = `p.id, p.client_id::text AS client_id, p.disposition_id, p.stage, p.taken_at, p.received_at, p.by_name, p.lon, p.lat, p.accuracy_m, p.distance_m,
	p.width, p.height, p.sha256, p.note, coalesce(c.machine, 'menunggu') AS machine, coalesce(c.checks, '[]') AS checks, coalesce(c.summary, '{}') AS summary,
	c.at AS checked_at, coalesce(v.verdict, '') AS reviewed, coalesce(v.name, '') AS reviewed_by, v.at AS reviewed_at, coalesce(v.reason, '') AS review`

const proofTables = ` FROM proofs p LEFT JOIN proof_checks c ON c.proof_id = p.id
	LEFT JOIN LATERAL (SELECT * FROM proof_reviews v WHERE v.proof_id = p.id ORDER BY v.id DESC LIMIT 1) v ON true `

func (r *proofRow) proof() (city.Proof, error) {
	p := city.Proof{
		ID: r.ID, ClientID: r.ClientID, DispositionID: r.DispositionID, Stage: r.Stage, TakenAt: r.TakenAt, ReceivedAt: r.ReceivedAt, By: r.ByName,
		Lon: r.Lon, Lat: r.Lat, AccuracyM: r.AccuracyM, DistanceM: r.DistanceM, Width: r.Width, Height: r.Height, SHA256: hex.EncodeToString(r.SHA256),
		Note: r.Note, Machine: city.ProofVerdict(r.Machine), Verdict: city.ProofVerdict(r.Machine), Checks: []city.ProofCheck{},
		ReviewedBy: r.ReviewedBy, ReviewedAt: r.ReviewedAt, Review: r.Review, CheckedAt: r.CheckedAt,
	}
	if r.Reviewed != "" {
		p.Verdict = city.ProofVerdict(r.Reviewed)
	}
	if err := json.Unmarshal(r.Checks, &p.Checks); err != nil {
		return p, fmt.Errorf("read the checks of proof %d: %w", r.ID, err)
	}
	if err := json.Unmarshal(r.Summary, &p.Summary); err != nil {
		return p, fmt.Errorf("read the summary of proof %d: %w", r.ID, err)
	}
	if p.Machine == city.VerdictPending {
		p.Summary = city.Said{Text: "Foto menunggu pemeriksaan.", TextEN: "The picture waits to be checked."}
	}
	return p, nil
}

func proofsOf(rows []proofRow) ([]city.Proof, error) {
	out := make([]city.Proof, 0, len(rows))
	for i := range rows {
		p, err := rows[i].proof()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Proof returns one proof; NotFound when the asker may not see it.
func (s *Store) Proof(ctx context.Context, asker city.Asker, id int64) (city.Proof, error) {
	var rows []proofRow
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[proofRow](ctx, tx, `SELECT `+proofColumns+proofTables+`WHERE p.id = $1`, id)
		return err
	})
	if err != nil {
		return city.Proof{}, fmt.Errorf("read proof %d: %w", id, err)
	}
	if len(rows) == 0 {
		return city.Proof{}, noProof(id)
	}
	return rows[0].proof()
}

func noProof(id int64) error {
	return keyed(city.Errorf(city.NotFound, "there is no proof %d, or it is not yours to see", id), "error.proof_unknown")
}

// Proofs returns a disposition's proofs, oldest first, to those who see it and
// to who judges one of them; NotFound to others.
func (s *Store) Proofs(ctx context.Context, asker city.Asker, disposition int64) ([]city.Proof, error) {
	var rows []proofRow
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		var sees bool
		if err := tx.QueryRow(ctx, seesProofsQuery, disposition).Scan(&sees); err != nil {
			return err
		}
		if !sees {
			return noDisposition(disposition)
		}
		rows, err = rowsOf[proofRow](ctx, tx, `SELECT `+proofColumns+proofTables+`WHERE p.disposition_id = $1 ORDER BY p.id`, disposition)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the proofs of disposition %d: %w", disposition, err)
	}
	return proofsOf(rows)
}

const (
	seesDispositionQuery = `SELECT EXISTS (SELECT FROM dispositions WHERE id = $1)`
	seesProofsQuery      = `SELECT EXISTS (SELECT FROM dispositions WHERE id = $1) OR EXISTS (SELECT FROM proof_queue WHERE disposition_id = $1)`
)

const proofBytesQuery = `SELECT bytes FROM proofs WHERE id = $1`

// Who judges a picture must see the earlier one that it is said to resemble,
// which is another disposition's.
const resembledQuery = `SELECT EXISTS (SELECT FROM proof_queue q JOIN proofs p ON p.disposition_id = q.disposition_id JOIN proof_checks c ON c.proof_id = p.id
	CROSS JOIN LATERAL jsonb_array_elements(c.checks) AS e WHERE q.closed_at IS NULL AND (e->>'like')::bigint = $1)`

const openProofBytesQuery = `SELECT p.bytes FROM proofs p JOIN dispositions d ON d.id = p.disposition_id WHERE p.id = $1 AND d.nature <> 'rahasia'`

// ProofBytes returns the picture as it arrived, to those who see its
// disposition, to who judges it, and to who judges a picture that is said to
// resemble it, unless it is a secret letter's.
func (s *Store) ProofBytes(ctx context.Context, asker city.Asker, id int64) ([]byte, error) {
	var raw [][]byte
	resembled := false
	err := s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if raw, err = column[[]byte](ctx, tx, proofBytesQuery, id); err != nil || len(raw) > 0 {
			return err
		}
		return tx.QueryRow(ctx, resembledQuery, id).Scan(&resembled)
	})
	if err == nil && resembled {
		err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
			raw, err = column[[]byte](ctx, tx, openProofBytesQuery, id)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture of proof %d: %w", id, err)
	}
	if len(raw) == 0 {
		return nil, noProof(id)
	}
	return raw[0], nil
}
