package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// How many codes may stand on screens at once: of one address, and in all.
// Fewer codes make it less likely that a slip of an officer's finger names
// another screen.
const (
	codesOfAddress = 20
	codesInAll     = 200
)

const (
	forgetPairingsQuery = `DELETE FROM wall_pairings WHERE expires_at <= $1`
	pairingQuery        = `SELECT code, expires_at FROM wall_pairings WHERE secret_hash = $1 AND expires_at > $2`
	countPairingsQuery  = `SELECT count(*) FILTER (WHERE address = $1 AND secret_hash <> $2)::int AS here, count(*) FILTER (WHERE secret_hash <> $2)::int AS everywhere FROM wall_pairings`
	putPairingQuery     = `INSERT INTO wall_pairings (secret_hash, code, address, made_at, expires_at) SELECT $1, $2, $3, $4, $5
	WHERE NOT EXISTS (SELECT FROM wall_pairings WHERE code = $2)
	ON CONFLICT (secret_hash) DO UPDATE SET code = excluded.code, made_at = excluded.made_at, expires_at = excluded.expires_at`
)

// WallPairing returns the code that stands on the screen which holds the
// secret, NotFound when none does.
func (s *Store) WallPairing(ctx context.Context, secretHash []byte) (out city.WallPairing, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, pairingQuery, secretHash, s.now()).Scan(&out.Code, &out.ExpiresAt)
	})
	return out, wrapped(err, "read a screen's code")
}

// OfferWall puts a code on the screen that holds the secret: the one it has,
// or a new one when that ends soon. newCode makes six digits by chance. A
// Conflict says that too many codes stand on screens.
func (s *Store) OfferWall(ctx context.Context, secretHash []byte, address string, newCode func() (string, error)) (out city.WallPairing, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		now := s.now().UTC().Truncate(time.Microsecond)
		if _, err := tx.Exec(ctx, "LOCK TABLE wall_pairings IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("lock the codes: %w", err)
		}
		if _, err := tx.Exec(ctx, forgetPairingsQuery, now); err != nil {
			return fmt.Errorf("forget codes: %w", err)
		}
		rows, err := rowsOf[city.WallPairing](ctx, tx, pairingQuery, secretHash, now.Add(city.WallCodeRenews))
		if err != nil {
			return fmt.Errorf("read a screen's code: %w", err)
		}
		if len(rows) == 1 {
			out = rows[0]
			return nil
		}
		var here, everywhere int
		if err := tx.QueryRow(ctx, countPairingsQuery, address, secretHash).Scan(&here, &everywhere); err != nil {
			return fmt.Errorf("count codes: %w", err)
		}
		if here >= codesOfAddress || everywhere >= codesInAll {
			e := city.Errorf(city.Conflict, "too many screens wait to be paired; try again in some minutes")
			e.Key, e.RetryAfter = "error.wall_codes", time.Minute
			return e
		}
		out, err = putPairing(ctx, tx, secretHash, address, now, newCode)
		return err
	})
	return out, err
}

func putPairing(ctx context.Context, tx pgx.Tx, secretHash []byte, address string, now time.Time, newCode func() (string, error)) (city.WallPairing, error) {
	for range 10 {
		code, err := newCode()
		if err != nil {
			return city.WallPairing{}, err
		}
		out := city.WallPairing{Code: code, ExpiresAt: now.Add(city.WallCodeHolds)}
		tag, err := tx.Exec(ctx, putPairingQuery, secretHash, out.Code, address, now, out.ExpiresAt)
		if err != nil {
			return out, fmt.Errorf("put a code on a screen: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return out, nil
		}
	}
	return city.WallPairing{}, city.Errorf(city.Internal, "no code is free")
}

const (
	takePairingQuery = `DELETE FROM wall_pairings WHERE code = $1 AND expires_at > $2 RETURNING secret_hash`
	wallSessionQuery = `INSERT INTO sessions (secret_hash, kind, role, created_at, last_seen_at, expires_at) VALUES ($1, 'wall', 'layar', $2, $2, $3) RETURNING id`
	addWallQuery     = `INSERT INTO walls (name, session_id, paired_at, paired_by, officer_id) VALUES ($1, $2, $3, coalesce((SELECT o.name FROM officers o WHERE o.id = $5), $4), nullif($5::bigint, 0)) RETURNING id, paired_by`
	wallNameTaken    = `SELECT EXISTS (SELECT FROM walls WHERE lower(name) = lower($1) AND revoked_at IS NULL)`
	wallsQuery       = `SELECT w.id, w.name, w.paused, w.turn, w.chime, w.paired_at, w.paired_by,
	coalesce(s.last_seen_at, w.paired_at) AS last_seen, coalesce(s.expires_at <= $1, true) AS ended
	FROM walls w LEFT JOIN sessions s ON s.id = w.session_id WHERE w.revoked_at IS NULL ORDER BY lower(w.name)`
	wallStatesQuery = `SELECT id, name, paused, turn, chime FROM walls WHERE revoked_at IS NULL ORDER BY id`
	steerWallQuery  = `UPDATE walls SET paused = coalesce($2, paused), chime = coalesce($3, chime), turn = turn + $4
	WHERE id = $1 AND revoked_at IS NULL RETURNING id, name, paused, turn, chime`
	revokeWallQuery        = `UPDATE walls SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name, coalesce(session_id, 0)`
	revokeWallSessionQuery = `UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`
)

func mayPair(asker city.Asker) error {
	if !slices.Contains(city.WallPairers, asker.Role) {
		return city.Errorf(city.Forbidden, "only the mayor, the secretary or an operator may pair and steer screens")
	}
	return nil
}

// PairWall signs the screen in on which a code stands, under a name, and uses
// the code up. Invalid on "code" when no screen shows it, on "name" when the
// name is taken.
func (s *Store) PairWall(ctx context.Context, by city.Actor, asker city.Asker, code, name string) (out city.Wall, err error) {
	if err := mayPair(asker); err != nil {
		return out, err
	}
	if name, err = city.WallName(name); err != nil {
		return out, err
	}
	if code, err = city.WallCode(code); err != nil {
		return out, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		now := s.now().UTC().Truncate(time.Microsecond)
		var taken bool
		if err := tx.QueryRow(ctx, wallNameTaken, name).Scan(&taken); err != nil {
			return fmt.Errorf("look for a screen's name: %w", err)
		}
		if taken {
			e := city.InvalidField("name", "there is a screen of this name")
			e.Key = "error.wall_name_taken"
			return e
		}
		secrets, err := column[[]byte](ctx, tx, takePairingQuery, code, now)
		if err != nil {
			return fmt.Errorf("use a code up: %w", err)
		}
		if len(secrets) == 0 {
			return city.NoWallCode()
		}
		var session int64
		if err := tx.QueryRow(ctx, wallSessionQuery, secrets[0], now, now.Add(city.WallHolds)).Scan(&session); err != nil {
			return fmt.Errorf("open a screen's session: %w", err)
		}
		out = city.Wall{WallState: city.WallState{Name: name}, PairedAt: now, LastSeen: now}
		if err := tx.QueryRow(ctx, addWallQuery, name, session, now, by.Name, by.OfficerID).Scan(&out.ID, &out.PairedBy); err != nil {
			return fmt.Errorf("keep a screen: %w", err)
		}
		if err := record(ctx, tx, by, "wall.pair", name, "", map[string]any{"wall": out.ID}); err != nil {
			return err
		}
		return appendWall(ctx, tx, out.WallState, "put")
	})
	return out, err
}

func appendWall(ctx context.Context, tx pgx.Tx, w city.WallState, op string) error {
	data, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("encode a screen: %w", err)
	}
	roles := append([]city.Role{city.Layar}, city.WallPairers...)
	return appendEvents(ctx, tx, []city.Event{{Topic: city.TopicWalls, Key: strconv.FormatInt(w.ID, 10), Op: op, Data: data, Roles: roles, Shared: true}})
}

// Walls returns the paired screens by name. They are read under the system's
// own rights, because when a screen was last seen is in its session.
func (s *Store) Walls(ctx context.Context, asker city.Asker) (out []city.Wall, err error) {
	if err := mayPair(asker); err != nil {
		return nil, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.Wall](ctx, tx, wallsQuery, s.now())
		return err
	})
	return out, wrapped(err, "read the screens")
}

// wallStates are what a page that steers or is a screen begins with.
func wallStates(ctx context.Context, tx pgx.Tx, role city.Role) ([]city.WallState, error) {
	if role != city.Layar && !slices.Contains(city.WallPairers, role) {
		return nil, nil
	}
	out, err := rowsOf[city.WallState](ctx, tx, wallStatesQuery)
	if err != nil {
		return nil, fmt.Errorf("read the screens: %w", err)
	}
	return out, nil
}

// WallStates returns how screens are told to show, to screens and to those who
// steer them; to others nothing.
func (s *Store) WallStates(ctx context.Context, asker city.Asker) (out []city.WallState, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = wallStates(ctx, tx, asker.Role)
		return err
	})
	return out, wrapped(err, "read the screens")
}

// SteerWall pauses a screen, lets it go on, shows its next scene, or switches
// its sound.
func (s *Store) SteerWall(ctx context.Context, by city.Actor, asker city.Asker, id int64, c city.WallChange) (out city.WallState, err error) {
	if err := mayPair(asker); err != nil {
		return out, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.WallState](ctx, tx, steerWallQuery, id, c.Paused, c.Chime, c.Step)
		if err != nil {
			return fmt.Errorf("steer screen %d: %w", id, err)
		}
		if len(rows) == 0 {
			return city.Errorf(city.NotFound, "there is no paired screen with number %d", id)
		}
		out = rows[0]
		return appendWall(ctx, tx, out, "put")
	})
	return out, err
}

// RevokeWall signs a screen out for good and returns its session, 0 when that
// is forgotten already.
func (s *Store) RevokeWall(ctx context.Context, by city.Actor, asker city.Asker, id int64) (session int64, err error) {
	if err := mayPair(asker); err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		w := city.WallState{ID: id}
		if err := tx.QueryRow(ctx, revokeWallQuery, id, s.now()).Scan(&w.Name, &session); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, revokeWallSessionQuery, session, s.now()); err != nil {
			return fmt.Errorf("end the session of screen %d: %w", id, err)
		}
		if err := record(ctx, tx, by, "wall.revoke", w.Name, "", map[string]any{"wall": id}); err != nil {
			return err
		}
		return appendWall(ctx, tx, w, "remove")
	})
	return session, err
}

// PairingFailed counts a wrong code against the keys and audits it.
func (s *Store) PairingFailed(ctx context.Context, by city.Actor, keys []string) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if err := s.countFailures(ctx, tx, keys); err != nil {
			return err
		}
		return record(ctx, tx, by, "wall.pair_failed", "", "", nil)
	})
}
