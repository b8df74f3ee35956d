package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const settingQuery = "SELECT code, name, timezone, zone_label FROM city_setting"

func readSetting(ctx context.Context, tx pgx.Tx) (Setting, error) {
	rows, err := rowsOf[Setting](ctx, tx, settingQuery)
	if err != nil {
		return Setting{}, err
	}
	if len(rows) == 0 {
		return Setting{}, city.Errorf(city.NotFound, "this database serves no city yet; run balaikota migrate")
	}
	return rows[0], nil
}

// Setting returns the city the database serves, NotFound before it has one.
func (s *Store) Setting(ctx context.Context) (Setting, error) {
	var out Setting
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = readSetting(ctx, tx)
		return err
	})
	return out, err
}

// Unused reports whether the database was only laid out so far: no report, no
// observation, no source and no account.
func (s *Store) Unused(ctx context.Context) (unused bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, unusedQuery).Scan(&unused)
	})
	if err != nil {
		return false, fmt.Errorf("look whether the database was used: %w", err)
	}
	return unused, nil
}

const unusedQuery = `SELECT NOT EXISTS (SELECT FROM reports) AND NOT EXISTS (SELECT FROM observations)
	AND NOT EXISTS (SELECT FROM sources) AND NOT EXISTS (SELECT FROM officers)`

// ReplaceCity makes the database serve another city with the given areas. It
// is a Conflict once reports or observations are stored: figures of two cities
// are never mixed.
func (s *Store) ReplaceCity(ctx context.Context, set city.Setting, areas []city.Area) error {
	defer s.forgetCatalogue()
	return s.write(ctx, func(tx pgx.Tx) error {
		var used bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM reports) OR EXISTS (SELECT FROM observations)").Scan(&used); err != nil {
			return fmt.Errorf("look for data: %w", err)
		}
		if used {
			return city.Errorf(city.Conflict, "the database holds another city's reports; use an empty one (another BALAIKOTA_DATA or DATABASE_URL)")
		}
		if _, err := tx.Exec(ctx, "DELETE FROM areas"); err != nil {
			return fmt.Errorf("clear the former city's areas: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM offices o WHERE kind IN ('kecamatan', 'kelurahan')
			AND NOT EXISTS (SELECT FROM categories c WHERE c.office_id = o.id) AND NOT EXISTS (SELECT FROM officers p WHERE p.office_id = o.id)`); err != nil {
			return fmt.Errorf("clear the former city's offices: %w", err)
		}
		if _, err := tx.Exec(ctx, "UPDATE city_setting SET code = $1, name = $2, timezone = $3, zone_label = $4", set.Code, set.Name, set.Timezone, set.ZoneLabel); err != nil {
			return fmt.Errorf("set the city: %w", err)
		}
		for _, a := range areas {
			if _, _, err := saveArea(ctx, tx, a); err != nil {
				return fmt.Errorf("save area %s: %w", a.Code, err)
			}
		}
		return nil
	})
}
