package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const acknowledgeQuery = `UPDATE alerts AS a SET acknowledged_at = $3::timestamptz, acknowledged_by = $4
WHERE a.key = $1 AND a.ended_at IS NULL AND a.acknowledged_at IS NULL
	AND array_position(ARRAY['info', 'perhatian', 'siaga', 'awas'], a.severity)
		<= array_position(ARRAY['info', 'perhatian', 'siaga', 'awas'], $2)
RETURNING ` + alertWhole

// AcknowledgeAlert notes that somebody knows of a running alert as grave as he
// saw it, and returns it. Who comes second changes nothing. An alert that is
// over is NotFound; one that became graver meanwhile is a Conflict.
func (s *Store) AcknowledgeAlert(ctx context.Context, by city.Actor, key string, seen city.Severity) (out city.Alert, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		var data []byte
		err := tx.QueryRow(ctx, acknowledgeQuery, key, string(seen), s.now(), by.Name).Scan(&data)
		if errors.Is(err, pgx.ErrNoRows) {
			out, err = knownAlert(ctx, tx, key)
			return err
		}
		if err != nil {
			return fmt.Errorf("acknowledge alert %s: %w", key, err)
		}
		if err := json.Unmarshal(data, &out); err != nil {
			return fmt.Errorf("decode alert %s: %w", key, err)
		}
		if err := record(ctx, tx, by, "alert.acknowledge", "alert:"+key, "", map[string]any{"severity": out.Severity, "since": out.Since}); err != nil {
			return err
		}
		return appendEvents(ctx, tx, []city.Event{{Topic: city.TopicAlerts, Key: key, Op: "put", Data: data, Shared: true}})
	})
	return out, err
}

// knownAlert says why a running alert was not acknowledged: somebody else has,
// or it became graver.
func knownAlert(ctx context.Context, tx pgx.Tx, key string) (out city.Alert, err error) {
	var data []byte
	err = tx.QueryRow(ctx, `SELECT `+alertWhole+` FROM alerts a WHERE a.key = $1 AND a.ended_at IS NULL`, key).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, city.Errorf(city.NotFound, "there is no running alert %q", key)
	}
	if err != nil {
		return out, fmt.Errorf("read alert %s: %w", key, err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("decode alert %s: %w", key, err)
	}
	if out.Acknowledged == nil {
		return out, city.Errorf(city.Conflict, "alert %q became graver: it is %s now", key, out.Severity)
	}
	return out, nil
}
