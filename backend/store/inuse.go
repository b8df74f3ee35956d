package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// categoriesInUseQuery reads the counts by month, a row for each month, area and
// category: few beside the reports.
const categoriesInUseQuery = `SELECT slug FROM categories c WHERE EXISTS (SELECT FROM report_monthly m WHERE m.category = c.slug AND m.received > 0)`

const indicatorsInUseQuery = `SELECT slug FROM indicators i WHERE EXISTS (SELECT FROM station_states s WHERE s.indicator = i.slug)`

// InUse returns the slugs of the categories that reports were given and of the
// indicators that were observed.
func (s *Store) InUse(ctx context.Context) (categories, indicators map[string]bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, categoriesInUseQuery)
		if categories, err = slugs(rows, err); err != nil {
			return fmt.Errorf("read which categories are in use: %w", err)
		}
		rows, err = tx.Query(ctx, indicatorsInUseQuery)
		if indicators, err = slugs(rows, err); err != nil {
			return fmt.Errorf("read which indicators are in use: %w", err)
		}
		return nil
	})
	return categories, indicators, err
}

func slugs(rows pgx.Rows, err error) (map[string]bool, error) {
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	out := make(map[string]bool, len(all))
	for _, slug := range all {
		out[slug] = true
	}
	return out, err
}
