package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// listedBackups is how many tries the list shows.
const listedBackups = 30

const (
	addBackupQuery = `INSERT INTO backups (began_at, ended_at, machine, made_by, file, bytes, sha256, tables, rows, fault)
	VALUES ($1, greatest($2::timestamptz, $1::timestamptz), $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`
	removeBackupsQuery = `UPDATE backups SET removed_at = $3 WHERE machine = $1 AND file = ANY ($2) AND removed_at IS NULL`
	backupColumns      = `id, began_at, ended_at, machine, made_by, file, bytes, sha256, tables, rows, fault, removed_at`
	backupsQuery       = `SELECT ` + backupColumns + ` FROM backups ORDER BY id DESC LIMIT $1`
	goodBackupQuery    = `SELECT ` + backupColumns + ` FROM backups WHERE fault = '' AND removed_at IS NULL ORDER BY id DESC LIMIT 1`
	// operatorsQuery finds the open accounts of operators and who stands in for them.
	operatorsQuery = `SELECT o.id FROM with_stand_ins(ARRAY(SELECT id FROM officers WHERE role = 'operator' AND disabled_at IS NULL), $1) AS o(id)`
)

// RecordBackup keeps what became of a try at a backup, removed being files that
// made room, and writes the audit trail. A try that failed is told to the
// operators through their first channels among offered.
func (s *Store) RecordBackup(ctx context.Context, by city.Actor, b city.Backup, removed []string, offered []city.NoticeChannel) (id int64, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, addBackupQuery, b.BeganAt, b.EndedAt, b.Machine, b.MadeBy, b.File, b.Bytes, b.SHA256, b.Tables, b.Rows, cleanText(b.Fault)).Scan(&id); err != nil {
			return fmt.Errorf("note a backup: %w", err)
		}
		if len(removed) > 0 {
			if _, err := tx.Exec(ctx, removeBackupsQuery, b.Machine, removed, s.now()); err != nil {
				return fmt.Errorf("note removed backups: %w", err)
			}
		}
		action := "backup.make"
		if b.Fault != "" {
			action = "backup.fail"
			if err := s.tellOperators(ctx, tx, fmt.Sprintf("cadangan:gagal:%d", id), city.BackupFailedNotice(), offered); err != nil {
				return err
			}
		}
		return record(ctx, tx, by, action, b.File, "", map[string]any{"bytes": b.Bytes, "rows": b.Rows, "sha256": b.SHA256, "removed": len(removed)})
	})
	return id, err
}

func (s *Store) tellOperators(ctx context.Context, tx pgx.Tx, key string, w city.Wording, offered []city.NoticeChannel) error {
	people, err := column[int64](ctx, tx, operatorsQuery, s.now())
	if err != nil {
		return fmt.Errorf("read who the operators are: %w", err)
	}
	for _, officer := range people {
		if _, err := s.tell(ctx, tx, officer, key, 0, w, offered, false); err != nil {
			return err
		}
	}
	return nil
}

// TellOldBackup tells the operators, once a day of the city ("2026-11-23"), that
// there was no good backup for too long.
func (s *Store) TellOldBackup(ctx context.Context, day string, offered []city.NoticeChannel) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		return s.tellOperators(ctx, tx, "cadangan:lama:"+day, city.BackupOldNotice(), offered)
	})
}

// Backups returns the newest tries, newest first, and the newest good one; to
// operators and auditors, others see none.
func (s *Store) Backups(ctx context.Context, asker city.Asker) (out city.Backups, err error) {
	if err := keepersOnly(asker); err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		if out.Items, err = rowsOf[city.Backup](ctx, tx, backupsQuery, listedBackups); err != nil {
			return err
		}
		good, err := rowsOf[city.Backup](ctx, tx, goodBackupQuery)
		if len(good) > 0 {
			out.Good = &good[0]
		}
		return err
	})
	out.TooOld = out.Good == nil || s.now().Sub(out.Good.BeganAt) > city.BackupTooOld
	return out, wrapped(err, "read the backups")
}

// keepersOnly lets operators, auditors and the system itself through: what is
// kept, how long and how it is copied is theirs to see.
func keepersOnly(asker city.Asker) error {
	switch asker.Role {
	case city.Operator, city.Auditor, city.SystemRole:
		return nil
	}
	return city.Errorf(city.Forbidden, "only an operator or an auditor may see this")
}

// StoredSince returns when the database was first laid out for its city: before
// that nothing could be backed up.
func (s *Store) StoredSince(ctx context.Context) (at time.Time, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error { return tx.QueryRow(ctx, storedSinceQuery).Scan(&at) })
	return at, wrapped(err, "read since when the database is used")
}

// The first account is made when the server first starts.
const storedSinceQuery = `SELECT coalesce(min(created_at), now()) FROM officers`
