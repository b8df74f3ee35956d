package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// SourceRuns returns how a source's last pulls went, newest first. Pulls that
// brought nothing and failed in nothing leave no line.
func (s *Store) SourceRuns(ctx context.Context, slug string, limit int) (out []city.SourceRun, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.SourceRun](ctx, tx, `SELECT started, finished, ok, error, error_key, error_params, added, changed, known, refused FROM source_runs
			WHERE source_id = (SELECT id FROM sources WHERE slug = $1) ORDER BY id DESC LIMIT $2`, slug, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the runs of %s: %w", slug, err)
	}
	return out, nil
}

// unnamed takes out of a refused row what may speak of a person: rows kept before reasons
// were veiled quote what they could not read, and a row's number may be anything.
func unnamed(r *city.RefusedRow) {
	r.ExternalID, r.Place, r.Reason = city.MaskPersonal(r.ExternalID), city.MaskPersonal(r.Place), city.RefusalWords(r.Reason)
}

// RefusedRows returns the rows of a source that wait with a reason, newest
// first, without the rows themselves: they may hold personal data.
func (s *Store) RefusedRows(ctx context.Context, asker city.Asker, slug string, limit int) (out []city.RefusedRow, err error) {
	if !asker.Role.CityWide() {
		return []city.RefusedRow{}, nil
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.RefusedRow](ctx, tx, `SELECT id, kind, external_id, place, reason, at, times FROM refused_rows
			WHERE source_id = (SELECT id FROM sources WHERE slug = $1) AND settled_at IS NULL ORDER BY id DESC LIMIT $2`, slug, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the refused rows of %s: %w", slug, err)
	}
	for i := range out {
		unnamed(&out[i])
	}
	return out, nil
}
