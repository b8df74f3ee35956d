package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// sessionsQuery reads sessions with their present rights: while a session acts
// under a stand-in that holds, those of the absent officer.
const sessionsQuery = `SELECT s.id, s.kind, coalesce(s.officer_id, 0) AS officer_id, coalesce(o.username, '') AS username, coalesce(o.name, w.name, '') AS name,
	coalesce(ab.role, o.role, s.role) AS role, coalesce(ab.area_code, o.area_code, s.area_code) AS area_code,
	CASE WHEN ab.id IS NOT NULL THEN coalesce(ab.office_id, 0) ELSE coalesce(o.office_id, s.office_id, 0) END AS office_id,
	coalesce(f.short_name, '') AS office, coalesce(o.must_change, false) AS must_change, s.expires_at, s.last_seen_at,
	CASE WHEN ab.id IS NOT NULL THEN si.id ELSE 0 END AS stand_in_id, coalesce(ab.name, '') AS acting_for, coalesce(ab.username, '') AS acting_for_id, coalesce(w.id, 0) AS wall_id
	FROM sessions s LEFT JOIN officers o ON o.id = s.officer_id LEFT JOIN walls w ON w.session_id = s.id AND w.revoked_at IS NULL
	LEFT JOIN stand_ins si ON si.id = s.stand_in_id AND si.stand_in_id = s.officer_id AND si.from_at <= $1 AND si.until_at > $1 AND si.ended_at IS NULL
	LEFT JOIN officers ab ON ab.id = si.officer_id AND ab.disabled_at IS NULL
	LEFT JOIN offices f ON f.id = CASE WHEN ab.id IS NOT NULL THEN ab.office_id ELSE coalesce(o.office_id, s.office_id) END
	WHERE s.revoked_at IS NULL AND s.expires_at > $1 AND o.disabled_at IS NULL`

// OpenSession signs an officer in.
func (s *Store) OpenSession(ctx context.Context, officer Officer, secretHash []byte, userAgent string, expires time.Time) (int64, error) {
	var id int64
	err := s.write(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO sessions (secret_hash, kind, officer_id, expires_at, user_agent) VALUES ($1, 'browser', $2, $3, $4) RETURNING id`,
			secretHash, officer.ID, expires, cleanText(userAgent)).Scan(&id)
		if err != nil {
			return fmt.Errorf("open a session: %w", err)
		}
		if _, err := tx.Exec(ctx, signedInQuery, officer.ID, s.now()); err != nil {
			return fmt.Errorf("note the sign-in: %w", err)
		}
		return record(ctx, tx, Actor{OfficerID: officer.ID, Name: officer.Username}, "session.open", officer.Username, "", nil)
	})
	return id, err
}

// OpenToken makes a token with the rights of asker.
func (s *Store) OpenToken(ctx context.Context, by Actor, asker city.Asker, secretHash []byte, expires time.Time) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		var office *int64
		if asker.OfficeID != 0 {
			office = &asker.OfficeID
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sessions (secret_hash, kind, role, area_code, office_id, expires_at) VALUES ($1, 'token', $2, $3, $4, $5)`,
			secretHash, string(asker.Role), asker.AreaCode, office, expires); err != nil {
			return fmt.Errorf("make a token: %w", err)
		}
		return record(ctx, tx, by, "token.open", string(asker.Role), "", map[string]any{"area": asker.AreaCode, "expires": expires})
	})
}

// Session finds a live session by the hash of its secret, Unauthorized if
// there is none.
func (s *Store) Session(ctx context.Context, secretHash []byte) (Session, error) {
	rows, err := s.sessions(ctx, sessionsQuery+" AND s.secret_hash = $2", secretHash)
	if err != nil {
		return Session{}, err
	}
	if len(rows) == 0 {
		return Session{}, city.Errorf(city.Unauthorized, "the session has ended; sign in again")
	}
	return rows[0], nil
}

// LiveSessions returns those of the sessions that may still be used, with
// their present rights. The hub asks for all open sockets at once.
func (s *Store) LiveSessions(ctx context.Context, ids []int64) ([]Session, error) {
	return s.sessions(ctx, sessionsQuery+" AND s.id = ANY ($2)", ids)
}

func (s *Store) sessions(ctx context.Context, sql string, which any) (out []Session, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[Session](ctx, tx, sql, s.now(), which)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return out, nil
}

// TouchSession notes that a session is in use and moves its end.
func (s *Store) TouchSession(ctx context.Context, id int64, expires time.Time) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET last_seen_at = $2, expires_at = greatest(expires_at, $3) WHERE id = $1 AND kind IN ('browser', 'wall')`, id, s.now(), expires)
		return err
	})
}

// CloseSession signs a session out.
func (s *Store) CloseSession(ctx context.Context, by Actor, id int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, s.now()); err != nil {
			return fmt.Errorf("close a session: %w", err)
		}
		return record(ctx, tx, by, "session.close", by.Name, "", nil)
	})
}

// PruneSessions forgets sessions that ended over 30 days ago and sign-in
// failures older than a day.
func (s *Store) PruneSessions(ctx context.Context) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1`, s.now().AddDate(0, 0, -30)); err != nil {
			return fmt.Errorf("prune sessions: %w", err)
		}
		_, err := tx.Exec(ctx, `DELETE FROM login_throttle WHERE last_failure < $1`, s.now().AddDate(0, 0, -1))
		return err
	})
}

// Sign-in throttling: after freeFailures failures of one account or address
// each further one doubles the wait, up to longestWait.
const (
	freeFailures = 5
	firstWait    = 2 * time.Second
	longestWait  = 15 * time.Minute
)

// LoginBlocked returns how long the keys (account, address) must wait, 0 if
// they may try.
func (s *Store) LoginBlocked(ctx context.Context, keys []string) (time.Duration, error) {
	var until *time.Time
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT max(blocked_until) FROM login_throttle WHERE key = ANY ($1)`, keys).Scan(&until)
	})
	if err != nil || until == nil {
		return 0, err
	}
	return max(0, until.Sub(s.now())), nil
}

// LoginFailed counts a failed sign-in against the keys and audits it.
func (s *Store) LoginFailed(ctx context.Context, keys []string, username string) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if err := s.countFailures(ctx, tx, keys); err != nil {
			return err
		}
		return record(ctx, tx, Actor{Name: "anonim"}, "session.failed", cleanText(username), "", nil)
	})
}

// countFailures makes each of the keys wait longer.
func (s *Store) countFailures(ctx context.Context, tx pgx.Tx, keys []string) error {
	for _, key := range keys {
		var failures int
		err := tx.QueryRow(ctx, `INSERT INTO login_throttle AS l (key, failures, last_failure, blocked_until) VALUES ($1, 1, $2, $2)
			ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN l.last_failure < $2 - interval '1 day' THEN 1 ELSE l.failures + 1 END, last_failure = $2
			RETURNING failures`, key, s.now()).Scan(&failures)
		if err != nil {
			return fmt.Errorf("count a failed sign-in: %w", err)
		}
		if failures <= freeFailures {
			continue
		}
		wait := min(longestWait, firstWait<<min(failures-freeFailures-1, 12))
		if _, err := tx.Exec(ctx, `UPDATE login_throttle SET blocked_until = $2 WHERE key = $1`, key, s.now().Add(wait)); err != nil {
			return fmt.Errorf("make a sign-in wait: %w", err)
		}
	}
	return nil
}

// LoginSucceeded forgets the account's failures; the address keeps its count.
func (s *Store) LoginSucceeded(ctx context.Context, key string) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM login_throttle WHERE key = $1`, key)
		return err
	})
}
