package store

import (
	"context"
	"errors"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// sealBatch is how many rows one step seals: little enough that a step takes a
// moment, also beside the city's work.
const sealBatch = 500

const (
	anySealedQuery = `SELECT EXISTS (SELECT FROM reporters WHERE key_id IS NOT NULL) OR EXISTS (SELECT FROM sealed_records WHERE key_id <> '')`
	// Rows that no key at hand opens stay as they are.
	toSealQuery = `SELECT report_id, name, phone, email, handle, coalesce(key_id, '') AS key_id, sealed FROM reporters
	WHERE report_id > $1 AND (key_id IS NULL OR (key_id <> $2 AND key_id = ANY ($3))) ORDER BY report_id LIMIT $4 FOR UPDATE`
	leftToSealQuery   = `SELECT EXISTS (SELECT FROM reporters WHERE key_id IS NULL) OR EXISTS (SELECT FROM reporters WHERE key_id = ANY ($1))`
	sealReporterQuery = `UPDATE reporters p SET sealed = t.sealed, key_id = t.key_id, mail_box = t.mail, phone_box = t.phone, handle_box = t.handle,
	by_mail = t.by_mail, by_chat = t.by_chat, name = '', phone = '', email = '', handle = ''
	FROM ` + reporterRows + ` AS t(id, sealed, key_id, mail, phone, handle, by_mail, by_chat) WHERE p.report_id = t.id`
	plainProvedQuery = `SELECT convalidated FROM pg_constraint WHERE conname = 'reporters_hold_nothing_plain' AND conrelid = 'reporters'::regclass`
)

// HoldsSealed reports whether the database at ownerURL holds anything that was
// sealed: then its key must be somewhere.
func HoldsSealed(ctx context.Context, ownerURL string) (held bool, err error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return false, unavailable(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return held, wrapped(conn.QueryRow(ctx, anySealedQuery).Scan(&held), "look for what is sealed")
}

// LockedReporters counts the reporters of the database at ownerURL, and those that
// none of the known keys opens.
func LockedReporters(ctx context.Context, ownerURL string, known []string) (locked, all int64, err error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return 0, 0, unavailable(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var plain int64
	err = conn.QueryRow(ctx, countReportersQuery, known).Scan(&all, &locked, &plain)
	return locked, all, wrapped(err, "count what is sealed")
}

type toSeal struct {
	ReportID                          int64
	Name, Phone, Email, Handle, KeyID string
	Sealed                            []byte
}

// SealReporters seals, with the newest key, the reporters that an older Balaikota
// wrote and those under an older key that is at hand, in steps of a transaction
// each: killed between two it goes on where it was. Once nothing plain is left it
// has Postgres prove that, and rewrite the table, so that nothing of it stays in
// its file. ownerURL signs in as the tables' owner. It returns how many it sealed.
func SealReporters(ctx context.Context, ownerURL string, keys city.Identities, progress func(sealed int)) (sealed int, err error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return 0, unavailable(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	k, err := keys.Newest()
	if err != nil {
		return 0, err
	}
	older := without(keys.Known(), []string{k.ID()})
	var proved, left bool
	if err := conn.QueryRow(ctx, plainProvedQuery).Scan(&proved); err != nil {
		return 0, fmt.Errorf("look whether reporters are sealed: %w", err)
	}
	if err := conn.QueryRow(ctx, leftToSealQuery, older).Scan(&left); err != nil {
		return 0, fmt.Errorf("look for reporters to seal: %w", err)
	}
	for after := int64(0); left; {
		n, last, err := sealStep(ctx, conn, keys, k, after, older)
		if err != nil {
			return sealed, fmt.Errorf("seal reporters: %w", err)
		}
		if after, sealed = last, sealed+n; progress != nil && n > 0 {
			progress(sealed)
		}
		left = last > 0
	}
	if proved {
		return sealed, nil
	}
	if _, err := conn.Exec(ctx, "ALTER TABLE reporters VALIDATE CONSTRAINT reporters_hold_nothing_plain"); err != nil {
		return sealed, fmt.Errorf("prove that no reporter is plain: %w", err)
	}
	if _, err := conn.Exec(ctx, "VACUUM (FULL) reporters"); err != nil {
		return sealed, fmt.Errorf("rewrite the reporters: %w", err)
	}
	return sealed, nil
}

// sealStep seals the next rows; last is the last report it looked at, 0 when there
// was none.
func sealStep(ctx context.Context, conn *pgx.Conn, keys city.Identities, k city.IdentityKey, after int64, older []string) (n int, last int64, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		rows, err := rowsOf[toSeal](ctx, tx, toSealQuery, after, k.ID(), older, sealBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-1].ReportID
		var c reporterColumns
		for _, r := range rows {
			p := city.Reporter{Name: r.Name, Phone: r.Phone, Email: r.Email, Handle: r.Handle}
			if r.KeyID != "" {
				if p, err = city.OpenReporter(keys, r.ReportID, r.KeyID, r.Sealed); errors.Is(err, city.ErrSealed) {
					continue // it was damaged; what is left of it stays
				} else if err != nil {
					return err
				}
			}
			if err := c.add(k, r.ReportID, p); err != nil {
				return err
			}
		}
		n = len(c.ids)
		_, err = tx.Exec(ctx, sealReporterQuery, c.args()...)
		return err
	})
	return n, last, err
}
