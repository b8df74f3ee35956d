package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const officersQuery = `SELECT o.id, o.username, o.name, o.role, o.area_code, coalesce(o.office_id, 0) AS office_id,
	coalesce(f.short_name, '') AS office, o.password_hash, o.must_change, o.disabled_at, o.created_at
	FROM officers o LEFT JOIN offices f ON f.id = o.office_id`

// Officers returns all accounts by username. Only operators are shown them.
func (s *Store) Officers(ctx context.Context) (out []Officer, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[Officer](ctx, tx, officersQuery+" ORDER BY o.username")
		return err
	})
	return out, err
}

// Officer returns the account with the username, NotFound if there is none.
func (s *Store) Officer(ctx context.Context, username string) (Officer, error) {
	var out []Officer
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[Officer](ctx, tx, officersQuery+" WHERE o.username = lower($1)", username)
		return err
	})
	if err != nil {
		return Officer{}, err
	}
	if len(out) == 0 {
		return Officer{}, city.Errorf(city.NotFound, "there is no account %q", username)
	}
	return out[0], nil
}

// AddOfficer makes an account with a password hash; office is a short name or
// empty. Conflict when the username is taken.
func (s *Store) AddOfficer(ctx context.Context, by Actor, o Officer) (int64, error) {
	var id int64
	err := s.write(ctx, func(tx pgx.Tx) (err error) {
		id, err = s.addOfficer(ctx, tx, by, o)
		return err
	})
	if city.CodeOf(err) == city.Conflict {
		return 0, city.Wrap(city.Conflict, err, "there is already an account %q", o.Username)
	}
	return id, err
}

func (s *Store) addOfficer(ctx context.Context, tx pgx.Tx, by Actor, o Officer) (id int64, err error) {
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return 0, err
	}
	office, err := cat.belongsTo(o.AreaCode, o.Office)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO officers (username, name, role, area_code, office_id, password_hash, must_change)
		VALUES (lower($1), $2, $3, $4, $5, $6, $7) RETURNING id`,
		o.Username, o.Name, string(o.Role), o.AreaCode, office, o.PasswordHash, o.MustChange).Scan(&id)
	if err != nil {
		return 0, err
	}
	return id, record(ctx, tx, by, "officer.add", o.Username, "", map[string]any{"role": o.Role, "area": o.AreaCode, "office": o.Office})
}

// belongsTo checks the area and office of an account, both may be empty, and
// returns the office's number.
func (c *catalogue) belongsTo(area, office string) (officeID *int64, err error) {
	if _, ok := c.areas[area]; !ok && area != "" {
		return nil, city.InvalidField("area", "there is no area %q", area)
	}
	if office == "" {
		return nil, nil
	}
	id := c.officeID(office)
	if id == 0 {
		return nil, city.InvalidField("office", "there is no office %q", office)
	}
	return &id, nil
}

// SetPassword stores a new password hash and ends the officer's other
// sessions; keep is the session that stays (0 = none).
func (s *Store) SetPassword(ctx context.Context, by Actor, officerID int64, hash string, mustChange bool, keep int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE officers SET password_hash = $2, must_change = $3, password_changed_at = $4 WHERE id = $1`,
			officerID, hash, mustChange, s.now())
		if err != nil {
			return fmt.Errorf("set a password: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no account with number %d", officerID)
		}
		if _, err := tx.Exec(ctx, `UPDATE sessions SET revoked_at = $3 WHERE officer_id = $1 AND id <> $2 AND revoked_at IS NULL`, officerID, keep, s.now()); err != nil {
			return fmt.Errorf("end other sessions: %w", err)
		}
		return record(ctx, tx, by, "officer.password", fmt.Sprint(officerID), "", nil)
	})
}

// ChangeOfficer changes an account's role, area and office; open screens
// follow within seconds.
func (s *Store) ChangeOfficer(ctx context.Context, by Actor, username string, role city.Role, area, office string) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		cat, err := s.catalogueIn(ctx, tx)
		if err != nil {
			return err
		}
		officeID, err := cat.belongsTo(area, office)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE officers SET role = $2, area_code = $3, office_id = $4 WHERE username = lower($1)`, username, string(role), area, officeID)
		if err != nil {
			return fmt.Errorf("change account %s: %w", username, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no account %q", username)
		}
		return record(ctx, tx, by, "officer.change", username, "", map[string]any{"role": role, "area": area, "office": office})
	})
}

// DisableOfficer closes or opens an account; closing ends its sessions.
func (s *Store) DisableOfficer(ctx context.Context, by Actor, username string, disabled bool) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		var at *time.Time
		action := "officer.enable"
		if disabled {
			now := s.now()
			at, action = &now, "officer.disable"
		}
		var id int64
		if err := tx.QueryRow(ctx, `UPDATE officers SET disabled_at = $2 WHERE username = lower($1) RETURNING id`, username, at).Scan(&id); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return city.Errorf(city.NotFound, "there is no account %q", username)
			}
			return fmt.Errorf("disable account %s: %w", username, err)
		}
		if disabled {
			if _, err := tx.Exec(ctx, `UPDATE sessions SET revoked_at = $2 WHERE officer_id = $1 AND revoked_at IS NULL`, id, s.now()); err != nil {
				return fmt.Errorf("end the account's sessions: %w", err)
			}
		}
		return record(ctx, tx, by, action, username, "", nil)
	})
}

// CountOfficers is how many accounts there are.
func (s *Store) CountOfficers(ctx context.Context) (n int, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM officers").Scan(&n)
	})
	return n, err
}
