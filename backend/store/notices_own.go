package store

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Bounds of what one officer may ask for.
const (
	listedNotices = 100
	mostBrowsers  = 10
	testsPerHour  = 5
	codesPerHour  = 3
	codeTries     = 5
	codeHolds     = 15 * time.Minute
)

type noticeRow struct {
	ID        int64
	Key       string
	OfficerID int64
	Kind      string
	Text      string
	TextEN    string
	Path      string
	Urgent    bool
	At        time.Time
	ReadAt    *time.Time
	Delivered []byte
}

const noticesQuery = `SELECT n.id, n.key, n.officer_id, n.kind, n.text, n.text_en, n.path, n.urgent, n.at, n.read_at,
	(SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('channel', d.channel, 'attempts', d.attempts, 'at', d.taken_at, 'error', nullif(d.error, ''))) ORDER BY d.position), '[]')
		FROM notice_deliveries d WHERE d.notice_id = n.id) AS delivered
	FROM notices n WHERE n.officer_id = $1 AND (NOT $2 OR n.read_at IS NULL) ORDER BY n.id DESC LIMIT $3`

// self is the asker's own number; Forbidden for a script's token, which has
// nobody to tell.
func self(who city.Asker) (int64, error) {
	if who.OfficerID == 0 {
		return 0, city.Errorf(city.Forbidden, "notices belong to an officer's own account; a token has none")
	}
	return who.OfficerID, nil
}

// Notices returns the asker's own, newest first, at most 100, and how many of
// all are unread. A token without an officer has none.
func (s *Store) Notices(ctx context.Context, who city.Asker, unread bool) ([]city.Notice, int, error) {
	out, n := []city.Notice{}, 0
	err := s.read(ctx, who, func(tx pgx.Tx) error {
		rows, err := rowsOf[noticeRow](ctx, tx, noticesQuery, who.OfficerID, unread, listedNotices)
		if err != nil {
			return err
		}
		out = make([]city.Notice, len(rows))
		for i, r := range rows {
			out[i] = city.Notice{ID: r.ID, Key: r.Key, OfficerID: r.OfficerID, Kind: r.Kind, Text: r.Text, TextEN: r.TextEN, Path: r.Path, Urgent: r.Urgent, At: r.At, ReadAt: r.ReadAt}
			if err := json.Unmarshal(r.Delivered, &out[i].Delivered); err != nil {
				return fmt.Errorf("decode how notice %d went: %w", r.ID, err)
			}
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM notices WHERE officer_id = $1 AND read_at IS NULL`, who.OfficerID).Scan(&n)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the notices: %w", err)
	}
	return out, n, nil
}

// ReadNotice notes that the asker has seen a notice: no channel carries it
// any more. Seeing it twice changes nothing; NotFound for others'.
func (s *Store) ReadNotice(ctx context.Context, who city.Asker, id int64) error {
	officer, err := self(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE notices SET read_at = coalesce(read_at, $3) WHERE id = $1 AND officer_id = $2`, id, officer, s.now())
		if err != nil {
			return fmt.Errorf("mark notice %d as read: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no such notice, or it is not yours")
		}
		_, err = tx.Exec(ctx, endOthersQuery, id, s.now(), "sudah dibaca di aplikasi")
		return err
	})
}

// SendTestNotice sends the asker a notice through all channels of his choice.
func (s *Store) SendTestNotice(ctx context.Context, who city.Asker, offered []city.NoticeChannel) (id int64, err error) {
	officer, err := self(who)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		var lately int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM notices WHERE officer_id = $1 AND kind = 'test' AND at > $2`, officer, s.now().Add(-time.Hour)).Scan(&lately); err != nil {
			return fmt.Errorf("count test notices: %w", err)
		}
		if lately >= testsPerHour {
			return later(city.Errorf(city.Conflict, "at most %d test notices an hour; try again later", testsPerHour), 10*time.Minute)
		}
		id, err = s.tell(ctx, tx, officer, "uji:"+strconv.FormatInt(s.now().UnixNano(), 10), 0, city.TestNotice(), offered, true)
		return err
	})
	return id, err
}

func later(e *city.Error, after time.Duration) error {
	e.RetryAfter = after
	return e
}

type preferencesRow struct {
	Channels     []string
	Email        string
	EmailWaiting string
	QuietFrom    string
	QuietUntil   string
}

// NoticePreferences returns the asker's own choice, the default one where none
// was made. Offered is the caller's to fill in.
func (s *Store) NoticePreferences(ctx context.Context, who city.Asker) (city.NoticePreferences, error) {
	p := city.DefaultNoticePreferences()
	officer, err := self(who)
	if err != nil {
		return p, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[preferencesRow](ctx, tx, `SELECT channels, email, email_waiting, quiet_from, quiet_until FROM notice_preferences WHERE officer_id = $1`, officer)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p.Email, p.EmailWaiting, p.QuietFrom, p.QuietUntil = r.Email, r.EmailWaiting, r.QuietFrom, r.QuietUntil
			p.Channels = []city.NoticeChannel{}
			for _, c := range r.Channels {
				p.Channels = append(p.Channels, city.NoticeChannel(c))
			}
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM push_subscriptions WHERE officer_id = $1`, officer).Scan(&p.Push)
	})
	if err != nil {
		return p, fmt.Errorf("read the choice of notices: %w", err)
	}
	return p, nil
}

// codeHash ties a code to its officer and address.
func codeHash(officer int64, address, code string) []byte {
	sum := sha256.Sum256([]byte(strconv.FormatInt(officer, 10) + "\n" + address + "\n" + code))
	return sum[:]
}

type waitingRow struct {
	EmailWaiting string
	CodeHash     []byte
	CodeUntil    *time.Time
	CodeTries    int
	CodesSent    int
	CodesSince   *time.Time
}

// SetNoticePreferences changes the asker's own choice. code is a fresh one for
// a new address; sendTo is that address when one was named that is not
// confirmed yet, and the code must then be sent there. Invalid for an address
// that is none or a code that is wrong; after five wrong ones the address must
// be named anew, and at most three codes are made an hour.
func (s *Store) SetNoticePreferences(ctx context.Context, by city.Actor, who city.Asker, in city.NoticePreferencesInput, code string) (sendTo string, err error) {
	officer, err := self(who)
	if err != nil {
		return "", err
	}
	if in.Email != nil && *in.Email != "" {
		if err := plainAddress(*in.Email); err != nil {
			return "", err
		}
	}
	wrong := false
	err = s.write(ctx, func(tx pgx.Tx) error {
		sendTo, wrong = "", false
		if _, err := tx.Exec(ctx, `INSERT INTO notice_preferences (officer_id) VALUES ($1) ON CONFLICT DO NOTHING`, officer); err != nil {
			return fmt.Errorf("keep a choice of notices: %w", err)
		}
		if err := s.setChannels(ctx, tx, officer, in); err != nil {
			return err
		}
		if in.Email != nil {
			if sendTo, err = s.nameAddress(ctx, tx, officer, strings.TrimSpace(*in.Email), code); err != nil {
				return err
			}
		}
		if in.Code != "" {
			// A wrong try is counted, so it must commit.
			if wrong, err = s.confirmAddress(ctx, tx, officer, in.Code); err != nil {
				return err
			}
		}
		return record(ctx, tx, by, "notices.preferences", by.Name, "", nil)
	})
	if err == nil && wrong {
		err = city.InvalidField("code", "is not the code that was sent, or it is over; ask for a new one")
	}
	return sendTo, err
}

func (s *Store) setChannels(ctx context.Context, tx pgx.Tx, officer int64, in city.NoticePreferencesInput) error {
	if in.Channels != nil {
		channels := slices.Clone(in.Channels)
		slices.Sort(channels)
		if len(slices.Compact(channels)) != len(in.Channels) {
			return city.InvalidField("channels", "name each channel once")
		}
		if _, err := tx.Exec(ctx, `UPDATE notice_preferences SET channels = $2, changed_at = $3 WHERE officer_id = $1`, officer, in.Channels, s.now()); err != nil {
			return fmt.Errorf("set the channels: %w", err)
		}
	}
	if in.QuietFrom == nil && in.QuietUntil == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE notice_preferences SET quiet_from = coalesce($2, quiet_from), quiet_until = coalesce($3, quiet_until), changed_at = $4 WHERE officer_id = $1`,
		officer, in.QuietFrom, in.QuietUntil, s.now()); err != nil {
		return fmt.Errorf("set the quiet hours: %w", err)
	}
	return nil
}

const waitingQuery = `SELECT email_waiting, code_hash, code_until, code_tries, codes_sent, codes_since FROM notice_preferences WHERE officer_id = $1 FOR UPDATE`

// nameAddress makes an address wait for its code, and returns it when the code
// is to be sent.
func (s *Store) nameAddress(ctx context.Context, tx pgx.Tx, officer int64, address, code string) (string, error) {
	now := s.now()
	rows, err := rowsOf[waitingRow](ctx, tx, waitingQuery, officer)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	confirmed, err := column[bool](ctx, tx, `SELECT email = $2 AND email <> '' FROM notice_preferences WHERE officer_id = $1`, officer, address)
	if err != nil {
		return "", err
	}
	if address == "" || len(confirmed) == 1 && confirmed[0] {
		_, err := tx.Exec(ctx, `UPDATE notice_preferences SET email = $2, email_waiting = '', code_hash = NULL, code_until = NULL, code_tries = 0, changed_at = $3 WHERE officer_id = $1`, officer, address, now)
		return "", err
	}
	w := rows[0]
	if w.EmailWaiting == address && w.CodeUntil != nil && now.Before(*w.CodeUntil) && w.CodeTries < codeTries {
		return "", nil // its code is on the way
	}
	sent, since := w.CodesSent, w.CodesSince
	if since == nil || now.Sub(*since) >= time.Hour {
		sent, since = 0, &now
	}
	if sent >= codesPerHour {
		return "", later(city.Errorf(city.Conflict, "at most %d codes an hour; try again later", codesPerHour), since.Add(time.Hour).Sub(now))
	}
	_, err = tx.Exec(ctx, `UPDATE notice_preferences SET email_waiting = $2, code_hash = $3, code_until = $4, code_tries = 0, codes_sent = $5, codes_since = $6, changed_at = $7 WHERE officer_id = $1`,
		officer, address, codeHash(officer, address, code), now.Add(codeHolds), sent+1, since, now)
	if err != nil {
		return "", fmt.Errorf("keep an address until its code comes back: %w", err)
	}
	return address, nil
}

func (s *Store) confirmAddress(ctx context.Context, tx pgx.Tx, officer int64, code string) (wrong bool, err error) {
	rows, err := rowsOf[waitingRow](ctx, tx, waitingQuery, officer)
	if err != nil || len(rows) == 0 {
		return true, err
	}
	w := rows[0]
	right := w.CodeUntil != nil && s.now().Before(*w.CodeUntil) && w.CodeTries < codeTries &&
		subtle.ConstantTimeCompare(codeHash(officer, w.EmailWaiting, code), w.CodeHash) == 1
	if right {
		_, err = tx.Exec(ctx, `UPDATE notice_preferences SET email = email_waiting, email_waiting = '', code_hash = NULL, code_until = NULL, code_tries = 0, changed_at = $2 WHERE officer_id = $1`, officer, s.now())
	} else {
		_, err = tx.Exec(ctx, `UPDATE notice_preferences SET code_tries = code_tries + 1 WHERE officer_id = $1`, officer)
	}
	return !right, err
}

// plainAddress accepts user@host alone.
func plainAddress(address string) error {
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address || a.Name != "" || len(address) > 254 || strings.ContainsAny(address, " <>,;\"\r\n\t") || !strings.Contains(address[strings.LastIndexByte(address, '@')+1:], ".") {
		return city.InvalidField("email", "write one address, such as nama@samarindakota.go.id")
	}
	return nil
}

// Subscribe keeps a browser that takes the asker's pushes, made under the key
// vapid. A browser belongs to who subscribed it last; of one officer the ten
// newest stay.
func (s *Store) Subscribe(ctx context.Context, who city.Asker, sub city.PushSubscription, vapid string) error {
	officer, err := self(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO push_subscriptions (officer_id, endpoint, p256dh, auth, vapid, made_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT ON CONSTRAINT push_subscriptions_endpoint_is_one DO UPDATE SET officer_id = excluded.officer_id, p256dh = excluded.p256dh,
			auth = excluded.auth, vapid = excluded.vapid, made_at = excluded.made_at`, officer, sub.Endpoint, sub.Keys.P256DH, sub.Keys.Auth, vapid, s.now()); err != nil {
			return fmt.Errorf("keep a browser: %w", err)
		}
		_, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE officer_id = $1 AND id NOT IN (
			SELECT id FROM push_subscriptions WHERE officer_id = $1 ORDER BY made_at DESC, id DESC LIMIT $2)`, officer, mostBrowsers)
		return err
	})
}

// Unsubscribe forgets a browser of the asker; one that is not there is no
// error.
func (s *Store) Unsubscribe(ctx context.Context, who city.Asker, endpoint string) error {
	officer, err := self(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE officer_id = $1 AND endpoint = $2`, officer, endpoint)
		return err
	})
}
