package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// lockedPause is how long a letter waits whose address cannot be opened: until
// somebody may have put the key back.
const lockedPause = 15 * time.Minute

const (
	putOffLettersQuery = `UPDATE reporter_letters SET leased_by = '', lease_until = NULL, attempts = attempts - 1, next_at = $3, error = 'alamat tidak dapat dibuka'
	WHERE id = ANY ($1) AND leased_by = $2`
	putOffMessagesQuery = `UPDATE reporter_messages SET leased_by = '', lease_until = NULL, attempts = attempts - 1, next_at = $3, error = 'alamat tidak dapat dibuka'
	WHERE id = ANY ($1) AND leased_by = $2`
)

// sealedWay is where a letter goes as the database gives it, and as it was opened.
type sealedWay struct {
	KeyID  string
	Sealed []byte
	Source string
	Heard  int64
	// Address is what was opened, "" when there is no way any more.
	Address string `db:"-"`
}

// openWays opens where letters go. Those whose address cannot be opened now are
// left out, and named: they wait.
func openWays[T any](keys city.Identities, rows []T, of func(*T) (id, report int64, channel string, way *sealedWay)) (open []T, locked []int64, err error) {
	for i := range rows {
		id, report, channel, w := of(&rows[i])
		if w.Sealed != nil {
			p, err := city.OpenReporter(keys, report, w.KeyID, w.Sealed)
			if errors.Is(err, city.ErrSealed) {
				locked = append(locked, id)
				continue
			}
			if err != nil {
				return nil, nil, fmt.Errorf("open where letter %d goes: %w", id, err)
			}
			w.Address = p.ReporterAddress(city.NoticeChannel(channel), w.Source, w.Heard)
		}
		open = append(open, rows[i])
	}
	return open, locked, nil
}

// putOffLetters gives letters back that cannot be addressed now.
func putOffLetters(ctx context.Context, tx pgx.Tx, ids []int64, lease string, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, putOffLettersQuery, ids, lease, now.Add(lockedPause))
	return wrapped(err, "put off letters that cannot be addressed")
}

// putOffMessages gives messages back that cannot be addressed now.
func putOffMessages(ctx context.Context, tx pgx.Tx, ids []int64, lease string, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, putOffMessagesQuery, ids, lease, now.Add(lockedPause))
	return wrapped(err, "put off messages that cannot be addressed")
}
