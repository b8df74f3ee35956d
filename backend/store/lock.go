package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"
)

// TryLock takes the named lock of the whole city if no process holds it, on
// any node. release gives it back; a process that is killed gives it back with
// its connection, at once.
func (s *Store) TryLock(ctx context.Context, name string) (release func(), ok bool, err error) {
	h := fnv.New64a()
	_, _ = h.Write([]byte("balaikota:" + name))
	key := int64(h.Sum64())
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, false, unavailable(fmt.Errorf("take the lock %s: %w", name, err))
	}
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&ok); err != nil || !ok {
		conn.Release()
		return nil, false, translate(err)
	}
	return func() {
		// The caller's context may be the reason for releasing.
		rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, err := conn.Exec(rctx, "SELECT pg_advisory_unlock($1)", key); err != nil {
			// Without its connection the lock is gone.
			_ = conn.Conn().Close(rctx)
		}
		conn.Release()
	}, true, nil
}
