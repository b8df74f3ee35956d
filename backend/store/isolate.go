package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5/pgconn"
)

// mark is how far an ingestion has come, to go back to.
type mark struct {
	tally                    city.Tally
	events, refused, touched int
	newest                   map[dataKey]time.Time
}

func (in *ingestion) mark() mark {
	return mark{in.tally, len(in.events), len(in.refused), len(in.touched), maps.Clone(in.newest)}
}

func (in *ingestion) returnTo(m mark) {
	in.tally, in.events, in.refused, in.touched = m.tally, in.events[:m.events], in.refused[:m.refused], in.touched[:m.touched]
	in.newest = m.newest
}

// apart stores the rows [from, to) with store, each chunk behind a savepoint.
// When the database will not have a row whatever we do (a value out of range, a
// broken rule), the chunk is halved until that row stands alone, and refuse is
// called for it with the reason: one bad row never holds up the others, nor
// the source's cursor.
func (in *ingestion) apart(ctx context.Context, from, to int, store func(from, to int) error, refuse func(i int, reason string)) error {
	if from >= to {
		return nil
	}
	before := in.mark()
	err := in.nested(ctx, func() error { return store(from, to) })
	if err == nil {
		return nil
	}
	reason, ofRow := rowFault(err)
	if !ofRow {
		return err
	}
	in.returnTo(before)
	if to-from == 1 {
		refuse(from, reason)
		return nil
	}
	middle := from + (to-from)/2
	if err := in.apart(ctx, from, middle, store, refuse); err != nil {
		return err
	}
	return in.apart(ctx, middle, to, store, refuse)
}

// nested runs fn behind a savepoint of the ingestion's transaction.
func (in *ingestion) nested(ctx context.Context, fn func() error) error {
	outer := in.tx
	inner, err := outer.Begin(ctx)
	if err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	in.tx = inner
	defer func() { in.tx = outer }()
	if err := fn(); err != nil {
		return errors.Join(err, inner.Rollback(ctx))
	}
	return inner.Commit(ctx)
}

// rowFault reports whether an error lies in a row's own values, and the reason
// to keep with the row: classes 22 (data exception), 23 (integrity constraint)
// and 54 (a limit of the program) of the Postgres error codes.
func rowFault(err error) (reason string, ok bool) {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || len(pg.Code) != 5 {
		return "", false
	}
	switch pg.Code[:2] {
	case "22", "23", "54":
		return strings.TrimSpace("a rule of the data is broken: " + ruleName(pg)), true
	}
	return "", false
}
