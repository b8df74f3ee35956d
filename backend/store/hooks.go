package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// hookChannel tells which source's inbox has something new, by number.
const hookChannel = "balaikota_hooks"

// mostHooks bounds what waits for one source. The other side keeps what it was
// refused and sends it again.
const mostHooks = 20_000

const keepHook = `WITH kept AS (
	INSERT INTO hook_inbox (source_id, received_at, body, key_id)
	SELECT $1, $2, $3, $5 WHERE (SELECT count(*) FROM (SELECT FROM hook_inbox WHERE source_id = $1 LIMIT $4) w) < $4 RETURNING source_id)
SELECT pg_notify('balaikota_hooks', source_id::text) FROM kept`

// KeepHook keeps a body that was sent to a source's hook, sealed, and tells who waits for
// it. When too much waits already it
// is an *city.Error that says when to come back.
func (s *Store) KeepHook(ctx context.Context, source int64, body []byte) error {
	var kept int64
	k, err := s.identities.Newest()
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, keepHook, source, s.now(), k.Seal(aboutHook(source), body), mostHooks, k.ID())
		kept = tag.RowsAffected()
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("keep what came to a hook: %w", err)
	case kept == 0:
		return &city.Error{Code: city.Internal, Message: "too much waits to be read from this source; send it again later", RetryAfter: time.Minute}
	}
	return nil
}

const hooksQuery = `SELECT id, received_at, body, key_id FROM hook_inbox WHERE source_id = $1 ORDER BY id LIMIT $2`

type hookRow struct {
	ID         int64
	ReceivedAt time.Time
	Body       []byte
	KeyID      string // "" of what an older Balaikota kept as it came
}

// Hooks returns the oldest bodies that wait for a source, opened; when their key
// is not at hand they go on waiting. It is for the system alone.
func (s *Store) Hooks(ctx context.Context, source int64, most int) ([]city.HookLetter, error) {
	var rows []hookRow
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[hookRow](ctx, tx, hooksQuery, source, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what came to a hook: %w", err)
	}
	out := make([]city.HookLetter, len(rows))
	for i, r := range rows {
		body := r.Body
		if r.KeyID != "" {
			if body, err = s.identities.Open(aboutHook(source), r.KeyID, r.Body); err != nil {
				return nil, locked(fmt.Errorf("open what came to a hook: %w", err))
			}
		}
		out[i] = city.HookLetter{ID: r.ID, ReceivedAt: r.ReceivedAt, Body: body}
	}
	return out, nil
}

// DropHooks forgets bodies whose meaning is kept.
func (s *Store) DropHooks(ctx context.Context, source int64, ids []int64) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM hook_inbox WHERE source_id = $1 AND id = ANY ($2)", source, ids)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was read from a hook: %w", err)
	}
	return nil
}

// AwaitHook returns nil as soon as something waits for a source, at once if it
// does already; else the error of ctx, or why waiting broke off.
func (s *Store) AwaitHook(ctx context.Context, source int64) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return unavailable(err)
	}
	// The connection has a subscription on it, so it does not go back.
	raw := conn.Hijack()
	defer raw.Close(context.WithoutCancel(ctx))
	if _, err := raw.Exec(ctx, "LISTEN "+hookChannel); err != nil {
		return unavailable(err)
	}
	// What came before we listened.
	if there, err := s.Hooks(ctx, source, 1); err != nil || len(there) > 0 {
		return err
	}
	for {
		n, err := raw.WaitForNotification(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return unavailable(errors.Join(errors.New("listen for hooks"), err))
		case n.Payload == strconv.FormatInt(source, 10):
			return nil
		}
	}
}
