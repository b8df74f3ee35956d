package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type claimRow struct {
	NoticeID int64
	Channel  string
	Position int
	Attempts int
}

// Leases, here and of the other queues, are by the database's clock: whatever a
// node's own says, none takes what another is bringing.
const claimDeliveriesQuery = `WITH due AS (
	SELECT d.notice_id, d.channel FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id
	WHERE d.taken_at IS NULL AND d.ended_at IS NULL AND d.next_at <= $1 AND (d.lease_until IS NULL OR d.lease_until <= now()) AND d.channel = ANY ($2)
	ORDER BY n.urgent DESC, d.next_at, d.notice_id LIMIT $3 FOR UPDATE OF d SKIP LOCKED)
	UPDATE notice_deliveries d SET attempts = attempts + 1, leased_by = $4, lease_until = clock_timestamp() + $5::interval
	FROM due WHERE d.notice_id = due.notice_id AND d.channel = due.channel
	RETURNING d.notice_id, d.channel, d.position, d.attempts`

type errandRow struct {
	ID         int64
	Key        string
	OfficerID  int64
	Kind       string
	Text       string
	TextEN     string
	Path       string
	Urgent     bool
	At         time.Time
	Email      string
	QuietFrom  string
	QuietUntil string
	TakenToday int
}

const errandsQuery = `SELECT n.id, n.key, n.officer_id, n.kind, n.text, n.text_en, n.path, n.urgent, n.at, coalesce(p.email, '') AS email,
	coalesce(p.quiet_from, $2) AS quiet_from, coalesce(p.quiet_until, $3) AS quiet_until,
	(SELECT count(DISTINCT m.id) FROM notices m JOIN notice_deliveries d ON d.notice_id = m.id
		WHERE m.officer_id = n.officer_id AND NOT m.urgent AND d.taken_at >= $4) AS taken_today
	FROM notices n LEFT JOIN notice_preferences p ON p.officer_id = n.officer_id WHERE n.id = ANY ($1)`

type subscriptionRow struct {
	ID        int64
	OfficerID int64
	Endpoint  string
	P256dh    string
	Auth      string
}

// ClaimErrands takes on at most limit deliveries that are due through the
// channels, urgent ones first, until the lease named lease ends after hold:
// what was claimed by nobody, or by a node that did not finish in time. vapid
// is the key under which browsers must have subscribed.
func (s *Store) ClaimErrands(ctx context.Context, lease string, channels []city.NoticeChannel, vapid string, limit int, hold time.Duration) ([]city.NoticeErrand, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []city.NoticeErrand
	err = s.write(ctx, func(tx pgx.Tx) error {
		out = nil
		now := s.now()
		claims, err := rowsOf[claimRow](ctx, tx, claimDeliveriesQuery, now, channels, limit, lease, hold)
		if err != nil || len(claims) == 0 {
			return err
		}
		out, err = s.errands(ctx, tx, claims, lease, vapid, cat.calendar.DayStart(now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take on notices to bring: %w", err)
	}
	return out, nil
}

func (s *Store) errands(ctx context.Context, tx pgx.Tx, claims []claimRow, lease, vapid string, midnight time.Time) ([]city.NoticeErrand, error) {
	ids := make([]int64, len(claims))
	for i, c := range claims {
		ids[i] = c.NoticeID
	}
	usual := city.DefaultNoticePreferences()
	chats, err := chatAddresses(ctx, tx, claims, lease, s.now())
	if err != nil {
		return nil, err
	}
	rows, err := rowsOf[errandRow](ctx, tx, errandsQuery, ids, usual.QuietFrom, usual.QuietUntil, midnight)
	if err != nil {
		return nil, err
	}
	notices, officers := map[int64]errandRow{}, []int64{}
	for _, r := range rows {
		notices[r.ID] = r
		officers = append(officers, r.OfficerID)
	}
	subscriptions, err := rowsOf[subscriptionRow](ctx, tx, `SELECT id, officer_id, endpoint, p256dh, auth FROM push_subscriptions
		WHERE officer_id = ANY ($1) AND vapid = $2 ORDER BY id`, officers, vapid)
	if err != nil {
		return nil, err
	}
	out := make([]city.NoticeErrand, len(claims))
	for i, c := range claims {
		r := notices[c.NoticeID]
		out[i] = city.NoticeErrand{
			Notice:  city.Notice{ID: r.ID, Key: r.Key, OfficerID: r.OfficerID, Kind: r.Kind, Text: r.Text, TextEN: r.TextEN, Path: r.Path, Urgent: r.Urgent, At: r.At, Delivered: []city.NoticeDelivery{}},
			Channel: city.NoticeChannel(c.Channel), Position: c.Position, Attempts: c.Attempts, Lease: lease, TakenToday: r.TakenToday, Chat: chats[i],
			Preferences: city.NoticePreferences{Email: r.Email, QuietFrom: r.QuietFrom, QuietUntil: r.QuietUntil},
		}
		for _, sub := range subscriptions {
			if sub.OfficerID == r.OfficerID && c.Channel == string(city.NoticePush) {
				out[i].Subscriptions = append(out[i].Subscriptions, city.PushSubscription{ID: sub.ID, Endpoint: sub.Endpoint, Keys: city.PushKeys{P256DH: sub.P256dh, Auth: sub.Auth}})
			}
		}
	}
	// The order of RETURNING is nobody's promise.
	slices.SortStableFunc(out, func(a, b city.NoticeErrand) int {
		if a.Notice.Urgent != b.Notice.Urgent {
			if a.Notice.Urgent {
				return -1
			}
			return 1
		}
		return int(a.Notice.ID - b.Notice.ID)
	})
	return out, nil
}

// chatAddresses are where claimed notices go that go by chats, "" for others and
// where the officer has none.
func chatAddresses(ctx context.Context, tx pgx.Tx, claims []claimRow, lease string, now time.Time) ([]string, error) {
	out := make([]string, len(claims))
	for i, c := range claims {
		if c.Channel == string(city.NoticePush) || c.Channel == string(city.NoticeEmail) {
			continue
		}
		if err := tx.QueryRow(ctx, `SELECT coalesce(officer_notice_chat($1, $2, $3, $4), '')`, c.NoticeID, c.Channel, lease, now).Scan(&out[i]); err != nil {
			return nil, fmt.Errorf("find an officer's chat: %w", err)
		}
	}
	return out, nil
}

const (
	finishDeliveryQuery = `UPDATE notice_deliveries SET leased_by = '', lease_until = NULL, error = left($5, 300),
	taken_at = CASE WHEN $6 THEN $4::timestamptz END, ended_at = CASE WHEN $7 THEN $4::timestamptz END,
	next_at = coalesce($8, next_at), attempts = attempts - CASE WHEN $9 THEN 1 ELSE 0 END
	WHERE notice_id = $1 AND channel = $2 AND leased_by = $3 AND taken_at IS NULL AND ended_at IS NULL`
	// What another channel took, or its reader has seen, goes through no other;
	// a test goes through all of them.
	endOthersQuery = `UPDATE notice_deliveries d SET ended_at = $2, error = $3, leased_by = '', lease_until = NULL FROM notices n
	WHERE d.notice_id = $1 AND n.id = d.notice_id AND n.kind <> 'test' AND d.taken_at IS NULL AND d.ended_at IS NULL`
)

// tookElsewhere is why a way is given up that another was quicker than.
const tookElsewhere = "sampai lewat kanal lain"

// FinishErrand writes how an errand ended and gives up its lease. It returns
// false when the lease had gone to another node, whose outcome then counts.
func (s *Store) FinishErrand(ctx context.Context, e city.NoticeErrand, o city.NoticeOutcome, offered []city.NoticeChannel) (bool, error) {
	held := false
	err := s.write(ctx, func(tx pgx.Tx) error {
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		tag, err := tx.Exec(ctx, finishDeliveryQuery, e.Notice.ID, string(e.Channel), e.Lease, s.now(), cleanText(o.Error), o.Taken, o.Ended, next, o.Uncounted)
		if err != nil {
			return fmt.Errorf("note how a notice went: %w", err)
		}
		held = tag.RowsAffected() == 1
		if err := s.noteBrowsers(ctx, tx, o); err != nil || !held {
			return err
		}
		if o.Taken {
			_, err = tx.Exec(ctx, endOthersQuery, e.Notice.ID, s.now(), tookElsewhere)
		} else if o.Second {
			_, err = tx.Exec(ctx, addDeliveriesQuery, e.Notice.ID, s.now(), offered, e.Position, 1)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("finish notice %d: %w", e.Notice.ID, err)
	}
	return held, nil
}

// noteBrowsers keeps which browsers took a push, and forgets those that are gone.
func (s *Store) noteBrowsers(ctx context.Context, tx pgx.Tx, o city.NoticeOutcome) error {
	if len(o.Gone) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE id = ANY ($1)`, o.Gone); err != nil {
			return fmt.Errorf("forget browsers: %w", err)
		}
	}
	if len(o.Reached) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE push_subscriptions SET taken_at = $2 WHERE id = ANY ($1)`, o.Reached, s.now()); err != nil {
			return fmt.Errorf("note the browsers that took a push: %w", err)
		}
	}
	return nil
}

// secondChannelsQuery: an urgent notice that nobody has read for $3 a channel
// goes through the next one too, whether or not the one before took it.
const secondChannelsQuery = `INSERT INTO notice_deliveries (notice_id, channel, position, next_at)
	SELECT n.id, c.channel, c.position, $1 FROM notices n
	JOIN LATERAL (SELECT max(position) AS position FROM notice_deliveries d WHERE d.notice_id = n.id) last ON last.position IS NOT NULL
	JOIN notice_preferences p ON p.officer_id = n.officer_id
	CROSS JOIN LATERAL (SELECT * FROM unnest(p.channels) WITH ORDINALITY AS c(channel, position)
		WHERE c.channel = ANY ($2) AND c.position > last.position ORDER BY c.position LIMIT 1) c
	WHERE n.urgent AND n.read_at IS NULL AND n.kind <> 'test' AND n.at > $1::timestamptz - interval '2 days'
		AND n.at <= $1::timestamptz - $3::interval * last.position
	ON CONFLICT DO NOTHING`

// undeliveredNoticesQuery: what a service took and could not bring after all goes by
// the next way, unless another took it or its reader has seen it.
const undeliveredNoticesQuery = `INSERT INTO notice_deliveries (notice_id, channel, position, next_at)
	SELECT n.id, c.channel, c.position, $1 FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id
	JOIN notice_preferences p ON p.officer_id = n.officer_id
	CROSS JOIN LATERAL (SELECT * FROM unnest(p.channels) WITH ORDINALITY AS c(channel, position)
		WHERE c.channel = ANY ($2) AND c.position > d.position ORDER BY c.position LIMIT 1) c
	WHERE d.undelivered_at > $1::timestamptz - interval '3 days' AND n.read_at IS NULL AND n.kind <> 'test'
		AND NOT EXISTS (SELECT FROM notice_deliveries o WHERE o.notice_id = d.notice_id AND (o.taken_at IS NOT NULL OR o.position > d.position))
	ON CONFLICT DO NOTHING`

// SecondChannels sends urgent notices that were not read within patience, and any
// that a service told it could not bring, through their officers' next channels. It
// returns how many.
func (s *Store) SecondChannels(ctx context.Context, offered []city.NoticeChannel, patience time.Duration) (n int64, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, secondChannelsQuery, s.now(), offered, patience)
		n = tag.RowsAffected()
		if err != nil {
			return err
		}
		tag, err = tx.Exec(ctx, undeliveredNoticesQuery, s.now(), offered)
		n += tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("send notices through second channels: %w", err)
	}
	return n, nil
}

// PruneNotices forgets notices older than keep, with what was queued and
// carried of them. Steps stay: they are the history.
func (s *Store) PruneNotices(ctx context.Context, keep time.Duration) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		before := s.now().Add(-keep)
		if _, err := tx.Exec(ctx, `DELETE FROM notice_deliveries d USING notices n WHERE n.id = d.notice_id AND n.at < $1`, before); err != nil {
			return fmt.Errorf("forget how old notices went: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM notices WHERE at < $1`, before); err != nil {
			return fmt.Errorf("forget old notices: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM notice_queue WHERE told_at < $1`, before); err != nil {
			return fmt.Errorf("forget what was told: %w", err)
		}
		_, err := tx.Exec(ctx, pruneWordsQuery, before)
		return err
	})
}
