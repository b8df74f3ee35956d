package store

import (
	"context"

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
