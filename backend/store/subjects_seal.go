package store

import (
	"context"
	"errors"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// What each row is sealed for is what sealed it: city.Reporter.SealSubject,
	// keepFormer, putSubjectMessage.
	sealedSubjectsQuery = `SELECT held, id, about, key_id, sealed FROM (
		SELECT 'koreksi' AS held, id, 'subject-correction/' || report_id AS about, key_id, sealed FROM subject_corrections WHERE sealed IS NOT NULL AND key_id = ANY ($1)
		UNION ALL SELECT 'permintaan', id, 'subject/' || client_id, key_id, sealed FROM subject_requests WHERE sealed IS NOT NULL AND key_id = ANY ($1)
		UNION ALL SELECT 'pesan', id, 'subject-message/' || mark, key_id, sealed FROM subject_messages WHERE sealed IS NOT NULL AND key_id = ANY ($1)) x
	WHERE (held, id) > ($2, $3::bigint) ORDER BY held, id LIMIT $4`
	// A row that was emptied meanwhile stays empty.
	sealSubjectsQuery = `WITH t AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[]) AS t(held, id, was, sealed)),
	c AS (UPDATE subject_corrections x SET sealed = t.sealed, key_id = $5 FROM t WHERE t.held = 'koreksi' AND x.id = t.id AND x.key_id = t.was RETURNING 1),
	q AS (UPDATE subject_requests x SET sealed = t.sealed, key_id = $5 FROM t WHERE t.held = 'permintaan' AND x.id = t.id AND x.key_id = t.was RETURNING 1),
	m AS (UPDATE subject_messages x SET sealed = t.sealed, key_id = $5 FROM t WHERE t.held = 'pesan' AND x.id = t.id AND x.key_id = t.was RETURNING 1)
	SELECT (SELECT count(*) FROM c) + (SELECT count(*) FROM q) + (SELECT count(*) FROM m)`
	subjectKeysQuery = `SELECT DISTINCT key_id FROM (SELECT key_id FROM subject_requests UNION ALL SELECT key_id FROM subject_corrections UNION ALL SELECT key_id FROM subject_messages) x
	WHERE key_id <> '' ORDER BY key_id`
	lockedSubjectsQuery = `SELECT (SELECT count(*) FROM subject_requests WHERE key_id <> '' AND key_id <> ALL ($1)) + (SELECT count(*) FROM subject_corrections WHERE key_id <> '' AND key_id <> ALL ($1))
	+ (SELECT count(*) FROM subject_messages WHERE key_id <> '' AND key_id <> ALL ($1))`
)

type subjectToSeal struct {
	Held   string
	ID     int64
	About  string
	KeyID  string
	Sealed []byte
}

// sealSubjects seals, with the newest key, what requests of persons about their own
// data hold under older keys that are at hand: who asks, what stood before their
// corrections, where messages go. It returns how many it sealed.
func (s *Store) sealSubjects(ctx context.Context) (sealed int, err error) {
	k, err := s.identities.Newest()
	if err != nil {
		return 0, err
	}
	older := without(s.identities.Known(), []string{k.ID()})
	var last subjectToSeal
	for more := len(older) > 0; more; {
		var n int
		err := s.write(ctx, func(tx pgx.Tx) error {
			rows, err := rowsOf[subjectToSeal](ctx, tx, sealedSubjectsQuery, older, last.Held, last.ID, sealBatch)
			if more = len(rows) > 0; err != nil || !more {
				return err
			}
			n, err = s.sealSubjectRows(ctx, tx, k, rows)
			last = rows[len(rows)-1]
			return err
		})
		if err != nil {
			return sealed, fmt.Errorf("seal requests about personal data: %w", err)
		}
		sealed += n
	}
	return sealed, nil
}

func (s *Store) sealSubjectRows(ctx context.Context, tx pgx.Tx, k city.IdentityKey, rows []subjectToSeal) (n int, err error) {
	var held, was []string
	var ids []int64
	var sealed [][]byte
	for _, r := range rows {
		plain, err := s.identities.Open(r.About, r.KeyID, r.Sealed)
		if errors.Is(err, city.ErrSealed) {
			continue // it was damaged; what is left of it stays
		}
		if err != nil {
			return 0, fmt.Errorf("open a row of %s: %w", r.Held, err)
		}
		held, ids, was, sealed = append(held, r.Held), append(ids, r.ID), append(was, r.KeyID), append(sealed, k.Seal(r.About, plain))
	}
	err = tx.QueryRow(ctx, sealSubjectsQuery, held, ids, was, sealed, k.ID()).Scan(&n)
	return n, err
}
