package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	accountsQuery = `SELECT o.id, o.username, o.name, o.role, o.area_code, coalesce(f.short_name, '') AS office, o.must_change, o.last_sign_in_at, o.disabled_at, o.created_at,
	(SELECT count(*)::int FROM sessions s WHERE s.officer_id = o.id AND s.kind = 'browser' AND s.revoked_at IS NULL AND s.expires_at > $1) AS sessions
	FROM officers o LEFT JOIN offices f ON f.id = o.office_id`
	accountListQuery = accountsQuery + ` ORDER BY o.disabled_at IS NOT NULL, lower(o.name), o.id`
	accountQuery     = accountsQuery + ` WHERE o.id = $2`
	// The account that is changed and those who may change accounts, always in
	// the same order: two operators who change one another do it one after the
	// other, and the second is none any more.
	lockAccountsQuery   = `SELECT id, username, role, disabled_at IS NOT NULL AS closed FROM officers WHERE id = $1 OR role = 'operator' ORDER BY id FOR UPDATE`
	endSessionsQuery    = `UPDATE sessions SET revoked_at = $3 WHERE officer_id = $1 AND id <> $2 AND revoked_at IS NULL AND expires_at > $3`
	resetAccountQuery   = `UPDATE officers SET password_hash = $2, must_change = true, password_changed_at = $3 WHERE id = $1`
	changeAccountQuery  = `UPDATE officers SET role = $2, area_code = $3, office_id = $4 WHERE id = $1`
	closeAccountQuery   = `UPDATE officers SET disabled_at = $2 WHERE id = $1`
	signedInQuery       = `UPDATE officers SET last_sign_in_at = $2 WHERE id = $1`
	accountsForOperator = "only an operator, by his own account, may keep accounts"
)

// Accounts returns all accounts, those that are open first, by name. Only
// operators are shown them.
func (s *Store) Accounts(ctx context.Context, asker city.Asker) (out []city.Account, err error) {
	if asker.Role != city.Operator {
		return nil, city.Errorf(city.Forbidden, accountsForOperator)
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.Account](ctx, tx, accountListQuery, s.now())
		return err
	})
	return out, wrapped(err, "read the accounts")
}

// lockedAccount is an account that is being changed.
type lockedAccount struct {
	ID       int64
	Username string
	Role     city.Role
	Closed   bool
}

// lockAccount holds the account and the operators for the rest of the
// transaction. Who changes accounts must be an operator by his own account at
// that moment; a script's token is nobody's, and a stand-in's rights end while
// an account that he made would not.
func lockAccount(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) (lockedAccount, error) {
	rows, err := rowsOf[lockedAccount](ctx, tx, lockAccountsQuery, id)
	if err != nil {
		return lockedAccount{}, fmt.Errorf("lock the accounts: %w", err)
	}
	if !slices.ContainsFunc(rows, func(a lockedAccount) bool {
		return asker.OfficerID != 0 && a.ID == asker.OfficerID && a.Role == city.Operator && !a.Closed
	}) {
		return lockedAccount{}, city.Errorf(city.Forbidden, accountsForOperator)
	}
	at := slices.IndexFunc(rows, func(a lockedAccount) bool { return a.ID == id })
	switch {
	case id == 0:
		return lockedAccount{}, nil // a new one
	case at < 0:
		return lockedAccount{}, city.Errorf(city.NotFound, "there is no account with number %d", id)
	}
	return rows[at], nil
}

// notOwn refuses what would lock the operator himself out. Because the others
// are changed only by an operator who stays one, one always stays.
func notOwn(asker city.Asker, id int64) error {
	if asker.OfficerID != id {
		return nil
	}
	e := city.Errorf(city.Conflict, "nobody closes, resets or changes the rights of his own account; another operator does")
	e.Key = "error.account_own"
	return e
}

func (s *Store) keepAccount(ctx context.Context, asker city.Asker, id int64, do func(tx pgx.Tx, a lockedAccount) (int64, error)) (out city.Account, err error) {
	if asker.Role != city.Operator {
		return out, city.Errorf(city.Forbidden, accountsForOperator)
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		a, err := lockAccount(ctx, tx, asker, id)
		if err != nil {
			return err
		}
		kept, err := do(tx, a)
		if err != nil {
			return err
		}
		rows, err := rowsOf[city.Account](ctx, tx, accountQuery, s.now(), kept)
		if err == nil && len(rows) == 1 {
			out = rows[0]
		}
		return wrapped(err, "read the account")
	})
	return out, err
}

// AddAccount makes an account whose first password, of which o has the hash,
// must be changed. Conflict when the username is taken; Invalid says on which
// field what does not fit.
func (s *Store) AddAccount(ctx context.Context, by city.Actor, asker city.Asker, o city.Officer) (out city.Account, err error) {
	if o.Username, err = city.AccountUsername(o.Username); err != nil {
		return out, err
	}
	if o.Name, err = city.AccountName(o.Name, o.Username); err != nil {
		return out, err
	}
	if err := (city.AccountRights{Role: o.Role, AreaCode: o.AreaCode, Office: o.Office}).Check(); err != nil {
		return out, err
	}
	o.MustChange = true
	out, err = s.keepAccount(ctx, asker, 0, func(tx pgx.Tx, _ lockedAccount) (int64, error) { return s.addOfficer(ctx, tx, by, o) })
	if city.CodeOf(err) == city.Conflict {
		e := city.Wrap(city.Conflict, err, "there is already an account %q", o.Username)
		e.Field, e.Key = "username", "error.account_taken"
		return out, e
	}
	return out, err
}

// ChangeAccount gives an account another role, area or office; its open
// screens follow at the hub's next look.
func (s *Store) ChangeAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, r city.AccountRights) (city.Account, error) {
	if err := r.Check(); err != nil {
		return city.Account{}, err
	}
	return s.keepAccount(ctx, asker, id, func(tx pgx.Tx, a lockedAccount) (int64, error) {
		if err := notOwn(asker, id); err != nil {
			return 0, err
		}
		cat, err := s.catalogueIn(ctx, tx)
		if err != nil {
			return 0, err
		}
		office, err := cat.belongsTo(r.AreaCode, r.Office)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, changeAccountQuery, id, string(r.Role), r.AreaCode, office); err != nil {
			return 0, fmt.Errorf("change an account: %w", err)
		}
		return id, record(ctx, tx, by, "officer.change", a.Username, "", map[string]any{"role": r.Role, "area": r.AreaCode, "office": r.Office, "before": a.Role})
	})
}

// CloseAccount closes an account, which ends its sessions, or opens it again.
func (s *Store) CloseAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, closed bool) (city.Account, error) {
	return s.keepAccount(ctx, asker, id, func(tx pgx.Tx, a lockedAccount) (int64, error) {
		if err := notOwn(asker, id); err != nil {
			return 0, err
		}
		now, action := s.now(), "officer.disable"
		at := &now
		if !closed {
			at, action = nil, "officer.enable"
		}
		if closed == a.Closed {
			return id, nil // already so: since when and by whom stays what it was
		}
		if _, err := tx.Exec(ctx, closeAccountQuery, id, at); err != nil {
			return 0, fmt.Errorf("close or open an account: %w", err)
		}
		if closed {
			if _, err := tx.Exec(ctx, endSessionsQuery, id, 0, now); err != nil {
				return 0, fmt.Errorf("end the account's sessions: %w", err)
			}
		}
		return id, record(ctx, tx, by, action, a.Username, "", nil)
	})
}

// ResetAccount gives an account a new first password, of which hash is the
// hash, and ends its sessions.
func (s *Store) ResetAccount(ctx context.Context, by city.Actor, asker city.Asker, id int64, hash string) (city.Account, error) {
	return s.keepAccount(ctx, asker, id, func(tx pgx.Tx, a lockedAccount) (int64, error) {
		if err := notOwn(asker, id); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, resetAccountQuery, id, hash, s.now()); err != nil {
			return 0, fmt.Errorf("reset an account: %w", err)
		}
		if _, err := tx.Exec(ctx, endSessionsQuery, id, 0, s.now()); err != nil {
			return 0, fmt.Errorf("end the account's sessions: %w", err)
		}
		return id, record(ctx, tx, by, "officer.reset", a.Username, "", nil)
	})
}

// EndAccountSessions signs an officer out everywhere but in the session keep.
func (s *Store) EndAccountSessions(ctx context.Context, by city.Actor, asker city.Asker, id, keep int64) (city.Account, error) {
	return s.keepAccount(ctx, asker, id, func(tx pgx.Tx, a lockedAccount) (int64, error) {
		tag, err := tx.Exec(ctx, endSessionsQuery, id, keep, s.now())
		if err != nil {
			return 0, fmt.Errorf("end the account's sessions: %w", err)
		}
		return id, record(ctx, tx, by, "session.end", a.Username, "", map[string]any{"sessions": strconv.FormatInt(tag.RowsAffected(), 10)})
	})
}
