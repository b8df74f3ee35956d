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

const sendBackQuery = `UPDATE source_state SET cursor = $2, sent_back = sent_back + 1, reread_why = $3, reread_from = $4, reread_began = $5,
	reread_reached = NULL, reread_done = NULL, reread_rows = 0 WHERE source_id = $1`

// SendBackSource makes the next pull go on from another place: cursor as the
// source's connector made it for the moment from, or nil for its start. What is
// stored already is found unchanged, so that reading twice does no harm. A pull
// under way ends where it is and does not move the cursor. With RereadRefused and
// RereadChanged the refused rows leave their queue: what can be taken by now is, the
// rest comes back with its reason. NotFound for no such source.
func (s *Store) SendBackSource(ctx context.Context, slug string, why city.RereadWhy, from time.Time, cursor json.RawMessage) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, "SELECT id FROM sources WHERE slug = $1", slug).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return city.Errorf(city.NotFound, "there is no source %q", slug)
		}
		if err != nil {
			return fmt.Errorf("find it: %w", err)
		}
		if err := s.sendBack(ctx, tx, id, why, from, cursor); err != nil {
			return err
		}
		if why == city.RereadRefused || why == city.RereadChanged {
			if _, err := tx.Exec(ctx, settleAllQuery, id, s.now()); err != nil {
				return fmt.Errorf("offer the refused rows again: %w", err)
			}
		}
		return s.tellHealth(ctx, tx, slug)
	})
	return wrapped(err, "send source "+slug+" back")
}

func (s *Store) sendBack(ctx context.Context, tx pgx.Tx, id int64, why city.RereadWhy, from time.Time, cursor json.RawMessage) error {
	var to []byte
	if len(cursor) > 0 {
		to = cursor
	}
	if _, err := tx.Exec(ctx, sendBackQuery, id, to, string(why), given(from), s.now()); err != nil {
		return fmt.Errorf("move the cursor: %w", err)
	}
	if why != city.RereadChanged {
		return nil
	}
	// What is read there is another by now: what it no longer brings is not awaited.
	_, err := tx.Exec(ctx, "DELETE FROM source_newest WHERE source_id = $1", id)
	return wrapped(err, "forget what it brought")
}

const (
	forgetListedQuery = `DELETE FROM source_listed WHERE source_id = $1`
	noteListedQuery   = `INSERT INTO source_listed (source_id, external_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`
	unlistedQuery     = `SELECT count(*)::int AS known, count(*) FILTER (WHERE l.external_id IS NULL)::int AS gone,
		EXISTS (SELECT FROM source_listed WHERE source_id = $1 AND external_id = '') AS nameless,
		coalesce(array_agg(r.external_id) FILTER (WHERE l.external_id IS NULL), '{}') AS ids
		FROM reports r LEFT JOIN source_listed l ON l.source_id = r.source_id AND l.external_id = r.external_id
		WHERE r.source_id = $1 AND r.removed_at IS NULL`
)

type unlisted struct {
	Known, Gone int
	Nameless    bool
	IDs         []string `db:"ids"`
}

// listed notes what a source that lists everything has listed, and at the end
// of the list removes what it lists no more. A refused row is on the list; when
// one could not even be named, nobody knows what is missing. A list that lacks
// more than half is not believed and becomes a refusal.
func (in *ingestion) listed(ctx context.Context, d city.Delivery) error {
	if d.Listing == nil {
		return nil
	}
	if d.Listing.First {
		if _, err := in.tx.Exec(ctx, forgetListedQuery, in.sourceID); err != nil {
			return fmt.Errorf("begin the list: %w", err)
		}
	}
	var ids []string
	for _, r := range d.Reports {
		ids = append(ids, r.ExternalID)
	}
	for _, r := range d.Refused {
		ids = append(ids, r.ExternalID)
	}
	if _, err := in.tx.Exec(ctx, noteListedQuery, in.sourceID, ids); err != nil {
		return fmt.Errorf("note what is listed: %w", err)
	}
	if !d.Listing.Last {
		return nil
	}
	found, err := rowsOf[unlisted](ctx, in.tx, unlistedQuery, in.sourceID)
	if err != nil {
		return fmt.Errorf("find what is listed no more: %w", err)
	}
	if _, err := in.tx.Exec(ctx, forgetListedQuery, in.sourceID); err != nil {
		return fmt.Errorf("end the list: %w", err)
	}
	if found[0].Nameless {
		return nil
	}
	if gone := found[0]; gone.Known >= city.ListingLeast && 2*gone.Gone > gone.Known {
		in.refuse("reports", "", "list", fmt.Sprintf("the source lists %d of the %d reports that were there, and no more; nothing was taken for deleted", gone.Known-gone.Gone, gone.Known), nil)
		return nil
	}
	return in.removed(ctx, found[0].IDs)
}
