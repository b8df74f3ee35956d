package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// lockPatience bounds one question about a lock: all of a node's locks stand on
// one connection, one after another.
const lockPatience = 5 * time.Second

// locks are the named locks that this process holds. They stand on one connection,
// however many they are: hundreds of sources may be pulled or waited for, and the
// pool is for work. Postgres counts a lock that its own session takes again, so
// what is held is kept here too.
type locks struct {
	mu   sync.Mutex
	conn *pgxpool.Conn // nil until there is one, and after it broke
	held map[int64]bool
}

// TryLock takes the named lock of the whole city if nobody holds it, in this
// process or on any node. release gives it back; a process that is killed gives it
// back with its connection, at once.
func (s *Store) TryLock(ctx context.Context, name string) (release func(), ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte("balaikota:" + name))
	key := int64(h.Sum64())
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if s.locks.held[key] {
		return nil, false, nil
	}
	if err := s.locks.ask(ctx, s.pool, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&ok)
	}); err != nil {
		return nil, false, unavailable(fmt.Errorf("take the lock %s: %w", name, err))
	}
	if !ok {
		return nil, false, nil
	}
	if s.locks.held == nil {
		s.locks.held = map[int64]bool{}
	}
	s.locks.held[key] = true
	return sync.OnceFunc(func() { s.locks.give(ctx, s.pool, key) }), true, nil
}

// ask puts one question. The caller's context does not end it half-way, which
// would break the connection and with it the locks of everybody else.
func (l *locks) ask(ctx context.Context, pool *pgxpool.Pool, question func(context.Context, *pgxpool.Conn) error) error {
	actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockPatience)
	defer cancel()
	if l.conn == nil {
		conn, err := pool.Acquire(actx)
		if err != nil {
			return err
		}
		l.conn = conn
	}
	err := question(actx, l.conn)
	if err != nil {
		// Whatever stood on it is free with it.
		err = errors.Join(err, l.drop(actx))
	}
	return err
}

func (l *locks) give(ctx context.Context, pool *pgxpool.Pool, key int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, key)
	if l.conn == nil {
		return // it broke: the lock went with it
	}
	_ = l.ask(ctx, pool, func(ctx context.Context, conn *pgxpool.Conn) error { // a connection that breaks here frees it too
		_, err := conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", key)
		return err
	})
}

// drop ends the connection: what is not known to be free would stay locked in the
// pool.
func (l *locks) drop(ctx context.Context) error {
	if l.conn == nil {
		return nil
	}
	err := l.conn.Conn().Close(ctx)
	l.conn.Release()
	l.conn = nil
	return err
}

// close ends what is left; the pool waits for it.
func (l *locks) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	_ = l.drop(ctx) // it ends either way
}
