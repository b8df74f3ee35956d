package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// sealedRecord is a source's own record of a report as reports.raw holds it. The
// key stands in the clear, so that Postgres can tell which are sealed.
type sealedRecord struct {
	Key    string `json:"disegel"`
	Sealed []byte `json:"isi"`
}

func aboutRecord(source int64, externalID string) string {
	return fmt.Sprintf("record/%d/%s", source, externalID)
}

// record is a source's record as the column takes it: as it is where it names
// nobody, else sealed.
func (in *ingestion) record(r *city.Report) (*string, error) {
	raw := rawJSON(r.Raw)
	if raw == nil || r.RawNamesNobody {
		return raw, nil
	}
	k, err := in.store.identities.Newest()
	if err != nil {
		return nil, err
	}
	return sealRecord(k, in.sourceID, r.ExternalID, []byte(*raw))
}

func sealRecord(k city.IdentityKey, source int64, externalID string, raw []byte) (*string, error) {
	out, err := json.Marshal(sealedRecord{Key: k.ID(), Sealed: k.Seal(aboutRecord(source, externalID), raw)})
	if err != nil {
		return nil, fmt.Errorf("encode a record: %w", err)
	}
	text := string(out)
	return &text, nil
}

// openRecord opens what reports.raw holds; what is not sealed is itself.
func openRecord(keys city.Identities, source int64, externalID string, raw json.RawMessage) (json.RawMessage, error) {
	var s sealedRecord
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`{"disegel":`)) {
		return raw, nil
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("decode a sealed record: %w", err)
	}
	return keys.Open(aboutRecord(source, externalID), s.Key, s.Sealed)
}

func aboutHook(source int64) string    { return fmt.Sprintf("hook/%d", source) }
func aboutRefused(source int64) string { return fmt.Sprintf("refused/%d", source) }

const (
	lockRecordsQuery = `SELECT key_id, up_to, until_id, done_at IS NOT NULL AS done FROM sealed_records FOR UPDATE`
	beginRecords     = `UPDATE sealed_records SET key_id = $1, up_to = 0, until_id = coalesce((SELECT max(id) FROM reports), 0), done_at = NULL RETURNING up_to, until_id`
	recordsUpTo      = `UPDATE sealed_records SET up_to = $1, done_at = CASE WHEN $1 >= until_id AND $2 THEN $3::timestamptz END`
	// What these sources keep names nobody, see city.Report.RawNamesNobody.
	recordsQuery = `SELECT r.id, r.source_id, r.external_id, r.raw, s.connector IN ('telegram', 'whatsapp', 'imap') OR s.slug IN ('loket', 'open311-masuk') AS nobody
	FROM reports r JOIN sources s ON s.id = r.source_id WHERE r.id > $1 AND r.id <= $2 ORDER BY r.id LIMIT $3 FOR UPDATE OF r`
	writeRecords = `UPDATE reports r SET raw = t.raw FROM unnest($1::bigint[], $2::json[]) AS t(id, raw) WHERE r.id = t.id`
	refusedQuery = `SELECT id, source_id, raw, key_id, sealed FROM refused_rows WHERE (key_id = '' AND raw <> '') OR (key_id <> '' AND key_id <> $1 AND key_id = ANY ($2))
	ORDER BY id LIMIT $3 FOR UPDATE`
	writeRefused = `UPDATE refused_rows f SET raw = '', sealed = t.sealed, key_id = $3 FROM unnest($1::bigint[], $2::bytea[]) AS t(id, sealed) WHERE f.id = t.id`
)

type recordsState struct {
	KeyID         string
	UpTo, UntilID int64
	Done          bool
}

type recordToSeal struct {
	ID, SourceID int64
	ExternalID   string
	Raw          json.RawMessage
	Nobody       bool
}

type refusedToSeal struct {
	ID, SourceID int64
	Raw, KeyID   string
	Sealed       []byte
}

// SealRecords seals, with the newest key, sources' own records of reports and the
// originals of refused rows, those too that lie under an older key that is at hand,
// and what requests of persons about their own data hold under one. Each step is a
// transaction that says how far it came: killed, or on another node, the next one
// goes on there. It returns how many it sealed.
func (s *Store) SealRecords(ctx context.Context) (sealed int, err error) {
	for {
		n, done := 0, false
		err := s.write(ctx, func(tx pgx.Tx) (err error) {
			n, done, err = s.sealRecordsStep(ctx, tx)
			return err
		})
		if sealed += n; err != nil {
			return sealed, wrapped(err, "seal records")
		}
		if done {
			break
		}
	}
	n, err := s.sealSubjects(ctx)
	return sealed + n, err
}

func (s *Store) sealRecordsStep(ctx context.Context, tx pgx.Tx) (n int, done bool, err error) {
	k, err := s.identities.Newest()
	if err != nil {
		return 0, false, err
	}
	states, err := rowsOf[recordsState](ctx, tx, lockRecordsQuery)
	if err != nil {
		return 0, false, err
	}
	state := states[0]
	if state.KeyID == k.ID() && state.Done {
		return 0, true, nil
	}
	if state.KeyID != k.ID() {
		if err := tx.QueryRow(ctx, beginRecords, k.ID()).Scan(&state.UpTo, &state.UntilID); err != nil {
			return 0, false, err
		}
	}
	if state.UpTo < state.UntilID {
		n, last, err := s.sealReportRecords(ctx, tx, k, state)
		if err != nil {
			return 0, false, err
		}
		_, err = tx.Exec(ctx, recordsUpTo, last, false, s.now())
		return n, false, err
	}
	if n, err = s.sealRefused(ctx, tx, k); err != nil || n > 0 {
		return n, false, err
	}
	_, err = tx.Exec(ctx, recordsUpTo, state.UpTo, true, s.now())
	return 0, err == nil, err
}

// sealReportRecords seals the records of the next reports; last is how far it came.
func (s *Store) sealReportRecords(ctx context.Context, tx pgx.Tx, k city.IdentityKey, state recordsState) (n int, last int64, err error) {
	// Changing reports takes the counts first, as everywhere.
	if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
		return 0, 0, fmt.Errorf("lock the counts: %w", err)
	}
	rows, err := rowsOf[recordToSeal](ctx, tx, recordsQuery, state.UpTo, state.UntilID, sealBatch)
	if err != nil {
		return 0, 0, err
	}
	if len(rows) == 0 {
		return 0, state.UntilID, nil
	}
	var ids []int64
	var raws []*string
	for _, r := range rows {
		last = r.ID
		if len(r.Raw) == 0 || r.Nobody {
			continue
		}
		plain, err := openRecord(s.identities, r.SourceID, r.ExternalID, r.Raw)
		if errors.Is(err, city.ErrSealed) {
			continue // its key is away: it stays as it is
		}
		if err != nil {
			return 0, 0, err
		}
		sealed, err := sealRecord(k, r.SourceID, r.ExternalID, plain)
		if err != nil {
			return 0, 0, err
		}
		ids, raws = append(ids, r.ID), append(raws, sealed)
	}
	if len(ids) > 0 {
		_, err = tx.Exec(ctx, writeRecords, ids, raws)
	}
	return len(ids), last, err
}

func (s *Store) sealRefused(ctx context.Context, tx pgx.Tx, k city.IdentityKey) (int, error) {
	rows, err := rowsOf[refusedToSeal](ctx, tx, refusedQuery, k.ID(), s.identities.Known(), sealBatch)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var ids []int64
	var sealed [][]byte
	for _, r := range rows {
		plain := []byte(r.Raw)
		if r.KeyID != "" {
			if plain, err = s.identities.Open(aboutRefused(r.SourceID), r.KeyID, r.Sealed); err != nil {
				return 0, fmt.Errorf("open a refused row: %w", err)
			}
		}
		ids, sealed = append(ids, r.ID), append(sealed, k.Seal(aboutRefused(r.SourceID), plain))
	}
	_, err = tx.Exec(ctx, writeRefused, ids, sealed, k.ID())
	return len(ids), err
}
