package store

import (
	"context"
	"encoding/json"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// A pattern that is found again keeps the time it was first found at. It looks
// before it writes, as putAlertQuery does.
const putPatternQuery = `INSERT INTO patterns AS p (key, kind, severity, area_codes, category, office_id, since, until, data, begun_at)
SELECT $1, $2, $3, $4::text[], nullif($5, ''), nullif($6::bigint, 0), $7::timestamptz, $8::timestamptz, $9::jsonb, $10::timestamptz
WHERE NOT EXISTS (SELECT FROM patterns h WHERE h.key = $1 AND h.ended_at IS NULL AND h.data = $9::jsonb)
ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, severity = excluded.severity, area_codes = excluded.area_codes, category = excluded.category,
	office_id = excluded.office_id, since = excluded.since, until = excluded.until, data = excluded.data,
	begun_at = CASE WHEN p.ended_at IS NULL THEN p.begun_at ELSE excluded.begun_at END, ended_at = NULL, changed_at = $10`

const endPatternsQuery = `UPDATE patterns SET ended_at = $3, changed_at = $3
WHERE kind = ANY ($1) AND ended_at IS NULL AND NOT key = ANY ($2)`

const notePatternChecksQuery = `INSERT INTO pattern_checks (kind, checked_at) SELECT unnest($1::text[]), $2
ON CONFLICT (kind) DO UPDATE SET checked_at = excluded.checked_at`

// KeepPatterns stores the patterns of the given kinds that hold now, ends those
// of these kinds that hold no more, and notes when they were looked for. The
// same patterns twice change nothing else.
func (s *Store) KeepPatterns(ctx context.Context, kinds []city.PatternKind, now []city.Pattern) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		at := s.now()
		keys := make([]string, len(now))
		for i, p := range now {
			keys[i] = p.Key
			data, err := json.Marshal(listed(p))
			if err != nil {
				return fmt.Errorf("encode pattern %s: %w", p.Key, err)
			}
			if _, err := tx.Exec(ctx, putPatternQuery, p.Key, string(p.Kind), string(p.Severity), listed(p).AreaCodes, p.Category,
				cat.officeID(p.Office), p.Since, p.Until, data, at); err != nil {
				return fmt.Errorf("put pattern %s: %w", p.Key, err)
			}
		}
		if _, err := tx.Exec(ctx, endPatternsQuery, kinds, keys, at); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, notePatternChecksQuery, kinds, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the patterns: %w", err)
	}
	return nil
}

// listed gives screens lists where there are none.
func listed(p city.Pattern) city.Pattern {
	if p.AreaCodes == nil {
		p.AreaCodes = []string{}
	}
	if p.Reasons == nil {
		p.Reasons, p.ReasonsEN = []string{}, []string{}
	}
	return p
}

// PatternChecks returns when each kind was last looked for, "" standing for
// any; a kind that never was is left out.
func (s *Store) PatternChecks(ctx context.Context, asker city.Asker, kind city.PatternKind) (out []city.PatternCheck, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.PatternCheck](ctx, tx, `SELECT kind, checked_at FROM pattern_checks WHERE $1 = '' OR kind = $1 ORDER BY checked_at DESC, kind`, string(kind))
		return err
	})
	return out, wrapped(err, "read when patterns were looked for")
}

const patternsQuery = `SELECT data FROM patterns WHERE ended_at IS NULL AND ($1 = '' OR kind = $1)
	ORDER BY array_position(ARRAY['awas', 'siaga', 'perhatian', 'info'], severity), since DESC, key LIMIT 500`

// Patterns returns what is unusual now within the asker's rights, gravest
// first, at most 500; of one kind, or of all when kind is "". The lists of
// areas and reports are the pattern's own: they may name areas beyond the
// asker's.
func (s *Store) Patterns(ctx context.Context, asker city.Asker, kind city.PatternKind) ([]city.Pattern, error) {
	out := []city.Pattern{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := column[[]byte](ctx, tx, patternsQuery, string(kind))
		if err != nil {
			return err
		}
		out = make([]city.Pattern, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r, &out[i]); err != nil {
				return fmt.Errorf("decode a pattern: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the patterns: %w", err)
	}
	return out, nil
}
