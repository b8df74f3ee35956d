package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// eventChannel is the NOTIFY channel that wakes the hubs.
const eventChannel = "balaikota_events"

const appendEventsQuery = `WITH head AS (UPDATE event_head SET last = last + $9 RETURNING last - $9 AS before)
INSERT INTO events (seq, at, topic, key, op, data, area_code, office_id, roles, shared)
SELECT head.before + t.n, clock_timestamp(), t.topic, t.key, t.op, t.data, t.area_code, t.office_id, string_to_array(t.roles, ','), t.shared
FROM head, unnest($1::text[], $2::text[], $3::text[], $4::json[], $5::text[], $6::bigint[], $7::text[], $8::boolean[])
	WITH ORDINALITY AS t(topic, key, op, data, area_code, office_id, roles, shared, n)`

// appendEvents numbers and writes events and arranges the wake-up at commit.
// It locks the counter row until the transaction ends, so it comes last.
func appendEvents(ctx context.Context, tx pgx.Tx, events []city.Event) error {
	n := len(events)
	if n == 0 {
		return nil
	}
	topic, key, op := make([]string, n), make([]string, n), make([]string, n)
	data, area, office := make([]*string, n), make([]string, n), make([]int64, n)
	roles, shared := make([]string, n), make([]bool, n)
	for i, e := range events {
		topic[i], key[i], op[i], area[i], office[i], shared[i] = string(e.Topic), e.Key, e.Op, e.AreaCode, e.OfficeID, e.Shared
		if len(e.Data) > 0 {
			s := string(e.Data)
			data[i] = &s
		}
		for j, r := range e.Roles {
			if j > 0 {
				roles[i] += ","
			}
			roles[i] += string(r)
		}
	}
	var batch pgx.Batch
	batch.Queue("SELECT pg_notify($1, '')", eventChannel)
	batch.Queue(appendEventsQuery, topic, key, op, data, area, office, roles, shared, n)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("append %d events: %w", n, err)
	}
	return nil
}

const eventsAfterQuery = `SELECT seq, at, topic, key, op, data, area_code, office_id, roles, shared
	FROM events WHERE seq > $1 ORDER BY seq LIMIT $2`

// EventsAfter returns the events numbered above after, in order, at most
// limit. It implements the hub's reading side.
func (s *Store) EventsAfter(ctx context.Context, after int64, limit int) ([]city.Event, error) {
	var out []city.Event
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			Seq      int64
			At       time.Time
			Topic    string
			Key      string
			Op       string
			Data     []byte
			AreaCode string
			OfficeID int64
			Roles    []string
			Shared   bool
		}](ctx, tx, eventsAfterQuery, after, limit)
		if err != nil {
			return err
		}
		out = make([]city.Event, len(rows))
		for i, r := range rows {
			out[i] = city.Event{
				Seq: r.Seq, At: r.At, Topic: city.Topic(r.Topic), Key: r.Key, Op: r.Op, Data: json.RawMessage(r.Data),
				AreaCode: r.AreaCode, OfficeID: r.OfficeID, Shared: r.Shared,
			}
			for _, role := range r.Roles {
				if role != "" {
					out[i].Roles = append(out[i].Roles, city.Role(role))
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read events after %d: %w", after, err)
	}
	return out, nil
}

// Head returns the newest committed event number and the oldest still held.
func (s *Store) Head(ctx context.Context) (newest, oldest int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT last, oldest FROM event_head").Scan(&newest, &oldest)
	})
	return newest, oldest, err
}

// Listen calls wake at every notification until ctx ends or the connection
// breaks; the caller listens again. Notifications only wake: what happened is
// read from the table.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return unavailable(err)
	}
	// The connection has a subscription on it, so it does not go back.
	raw := conn.Hijack()
	defer raw.Close(context.WithoutCancel(ctx))
	if _, err := raw.Exec(ctx, "LISTEN "+eventChannel); err != nil {
		return unavailable(err)
	}
	wake() // what came before we listened
	for {
		if _, err := raw.WaitForNotification(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return unavailable(errors.Join(errors.New("listen for events"), err))
		}
		wake()
	}
}

// PruneEvents forgets events older than keep and returns how many. A screen
// that asks for a number before the oldest gets a snapshot.
func (s *Store) PruneEvents(ctx context.Context, keep time.Duration) (int64, error) {
	var n int64
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM events WHERE seq < (
			SELECT coalesce(min(seq), (SELECT last FROM event_head)) FROM events WHERE at >= $1)`, s.now().Add(-keep))
		if err != nil {
			return fmt.Errorf("prune events: %w", err)
		}
		n = tag.RowsAffected()
		_, err = tx.Exec(ctx, `UPDATE event_head SET oldest = coalesce((SELECT min(seq) FROM events), last + 1)`)
		return err
	})
	return n, err
}
