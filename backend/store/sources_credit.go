package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const creditSourceQuery = `UPDATE sources SET attribution = $2 WHERE slug = $1 AND attribution = ''`

// CreditSource gives a source the attribution that must be shown with its data, if it
// names none.
func (s *Store) CreditSource(ctx context.Context, slug, attribution string) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, creditSourceQuery, slug, attribution)
		return err
	})
	s.forgetCatalogue()
	return wrapped(err, fmt.Sprintf("credit source %s", slug))
}
