package store

import (
	"context"
	"encoding/json"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// record writes an audit line in the transaction of what it records.
func record(ctx context.Context, tx pgx.Tx, by Actor, action, subject, reason string, detail map[string]any) error {
	var id *int64
	if by.OfficerID != 0 {
		id = &by.OfficerID
	}
	if detail == nil {
		detail = map[string]any{}
	}
	data, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode an audit line: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO audit (officer_id, actor, action, subject, reason, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, by.Name, action, subject, cleanText(reason), data); err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// Record writes an audit line of its own.
func (s *Store) Record(ctx context.Context, by Actor, action, subject, reason string, detail map[string]any) error {
	return s.write(ctx, func(tx pgx.Tx) error { return record(ctx, tx, by, action, subject, reason, detail) })
}

// Audit returns the newest lines, newest first, to operators and auditors;
// others get none.
func (s *Store) Audit(ctx context.Context, asker city.Asker, before int64, limit int) (out []AuditEntry, err error) {
	if asker.Role != city.Operator && asker.Role != city.Auditor {
		return nil, city.Errorf(city.Forbidden, "only an operator or an auditor may read the audit trail")
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[AuditEntry](ctx, tx, `SELECT id, at, officer_id, actor, action, subject, reason, detail FROM audit
			WHERE $1::bigint = 0 OR id < $1 ORDER BY id DESC LIMIT $2`, before, min(max(limit, 1), 500))
		return err
	})
	return out, err
}
