package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	officeContactsQuery = `SELECT c.office_id, o.short_name AS office, c.phone, c.email, c.address, c.changed_at, c.changed_by
	FROM office_contacts c JOIN offices o ON o.id = c.office_id ORDER BY o.short_name`
	putOfficeContactQuery = `INSERT INTO office_contacts (office_id, phone, email, address, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (office_id) DO UPDATE SET phone = excluded.phone, email = excluded.email, address = excluded.address, changed_at = excluded.changed_at, changed_by = excluded.changed_by`
	dropOfficeContactQuery = `DELETE FROM office_contacts WHERE office_id = $1`
	officeShortNameQuery   = `SELECT short_name FROM offices WHERE id = $1`
)

// OfficeContacts returns how offices are reached, by short name; those of which
// nothing is written down are not in it.
func (s *Store) OfficeContacts(ctx context.Context, asker city.Asker) (out []city.OfficeContact, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.OfficeContact](ctx, tx, officeContactsQuery)
		return err
	})
	return out, wrapped(err, "read how offices are reached")
}

// SaveOfficeContact writes down how an office is reached, or that nothing is
// known. Only the secretary and an operator may. The audit trail says who and
// when, not the number: it may be a person's.
func (s *Store) SaveOfficeContact(ctx context.Context, by city.Actor, asker city.Asker, c city.OfficeContact) (city.OfficeContact, error) {
	if asker.Role != city.Sekda && asker.Role != city.Operator {
		return c, city.Errorf(city.Forbidden, "only the secretary or an operator may write down how an office is reached")
	}
	c, err := c.Clean()
	if err != nil {
		return c, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		names, err := column[string](ctx, tx, officeShortNameQuery, c.OfficeID)
		if err != nil {
			return fmt.Errorf("read an office: %w", err)
		}
		if len(names) == 0 {
			return city.Errorf(city.NotFound, "there is no office with number %d", c.OfficeID)
		}
		c.Office, c.ChangedAt, c.ChangedBy = names[0], s.now().UTC().Truncate(time.Microsecond), by.Name
		if c.Empty() {
			_, err = tx.Exec(ctx, dropOfficeContactQuery, c.OfficeID)
		} else {
			_, err = tx.Exec(ctx, putOfficeContactQuery, c.OfficeID, c.Phone, c.Email, c.Address, c.ChangedAt, c.ChangedBy)
		}
		if err != nil {
			return fmt.Errorf("write down how an office is reached: %w", err)
		}
		return record(ctx, tx, by, "office.contact", c.Office, "", map[string]any{"phone": c.Phone != "", "email": c.Email != "", "address": c.Address != ""})
	})
	return c, err
}
