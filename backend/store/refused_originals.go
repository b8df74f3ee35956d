package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// originalsMost is how many refused rows are opened at a time.
const originalsMost = 20

// A row of another source is none of this one's: nothing is opened.
const refusedOriginalsQuery = `SELECT id, kind, external_id, place, reason, at, times, source_id, raw, key_id, sealed FROM refused_rows
	WHERE source_id = (SELECT id FROM sources WHERE slug = $1) AND settled_at IS NULL AND ($2::bigint = 0 OR id = $2) ORDER BY id DESC LIMIT $3`

type refusedOriginal struct {
	city.RefusedRow
	SourceID   int64
	Raw, KeyID string
	Sealed     []byte
}

// RefusedOriginals opens the newest refused rows of a source that wait, at most
// twenty, or the one with the number row: as the source sent them, with all that
// they may say of people. Only an operator who gives a reason may; the reason is in
// the audit trail before anything leaves. Conflict when the key is not at hand.
func (s *Store) RefusedOriginals(ctx context.Context, by city.Actor, asker city.Asker, slug string, row int64, reason string) ([]city.RefusedOriginal, error) {
	if asker.Role != city.Operator {
		return nil, city.Errorf(city.Forbidden, "only an operator may open refused rows")
	}
	if len([]rune(reason)) < reasonLeast {
		return nil, needReason()
	}
	// Written down first, by the writer: an operator's own reads write nothing.
	err := s.write(ctx, func(tx pgx.Tx) error {
		return record(ctx, tx, by, "source.original", slug, reason, map[string]any{"row": row})
	})
	if err != nil {
		return nil, err
	}
	var rows []refusedOriginal
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[refusedOriginal](ctx, tx, refusedOriginalsQuery, slug, row, originalsMost)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the originals of %s: %w", slug, err)
	}
	out := make([]city.RefusedOriginal, 0, len(rows))
	for _, r := range rows {
		text := []byte(r.Raw)
		if r.KeyID != "" {
			if text, err = s.identities.Open(aboutRefused(r.SourceID), r.KeyID, r.Sealed); err != nil {
				return nil, locked(err)
			}
		}
		out = append(out, city.RefusedOriginal{RefusedRow: r.RefusedRow, Original: string(text)})
	}
	return out, nil
}
