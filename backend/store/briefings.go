package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// NewestBriefing names the newest sheet.
const NewestBriefing = "terbaru"

type briefingRow struct {
	Number int64
	Kind   string
	Day    time.Time
	At     time.Time
	MadeBy string
	Hash   []byte `db:"sha256"`
}

func (r briefingRow) head() city.BriefingHead {
	return city.BriefingHead{Number: r.Number, Kind: r.Kind, Day: r.Day.Format(time.DateOnly), At: r.At, MadeBy: r.MadeBy, SHA256: hex.EncodeToString(r.Hash)}
}

// mayReadBriefings refuses who sees only a part of the city.
func mayReadBriefings(asker city.Asker) error {
	if !asker.Role.CityWide() {
		return city.Errorf(city.Forbidden, "a briefing is about the whole city; it is for those who see all of it")
	}
	return nil
}

const briefingsQuery = `SELECT number, kind, day, at, made_by, sha256 FROM briefings ORDER BY number DESC LIMIT $1`

// Briefings lists the last sheets, newest first; limit is 1 to 400.
func (s *Store) Briefings(ctx context.Context, asker city.Asker, limit int) ([]city.BriefingHead, error) {
	if err := mayReadBriefings(asker); err != nil {
		return nil, err
	}
	var out []city.BriefingHead
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[briefingRow](ctx, tx, briefingsQuery, min(max(limit, 1), 400))
		out = make([]city.BriefingHead, len(rows))
		for i, r := range rows {
			out[i] = r.head()
		}
		return err
	})
	return out, wrapped(err, "list the briefings")
}

// Of a day the newest counts.
const oneBriefingQuery = `SELECT number, kind, day, at, made_by, sha256, record::text FROM briefings
WHERE ($1::bigint = 0 OR number = $1) AND ($2::date IS NULL OR day = $2) ORDER BY number DESC LIMIT 1`

// Briefing returns a sheet as it was frozen, without lines that are not for
// the asker's role (city.BriefingSheet.For; the hash is of the whole record): by its number, the newest of a day
// ("2026-11-23"), or the newest of all ("terbaru"). NotFound without one.
func (s *Store) Briefing(ctx context.Context, asker city.Asker, name string) (out city.Briefing, err error) {
	if err := mayReadBriefings(asker); err != nil {
		return out, err
	}
	var number int64
	var day *time.Time
	if name != NewestBriefing {
		if t, err := time.Parse(time.DateOnly, name); err == nil {
			day = &t
		} else if number, err = strconv.ParseInt(name, 10, 64); err != nil || number < 1 {
			return out, city.InvalidField("path.name", "%q is neither a number, a day like 2026-11-23, nor %s", name, NewestBriefing)
		}
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		var r briefingRow
		var record string
		err := tx.QueryRow(ctx, oneBriefingQuery, number, day).Scan(&r.Number, &r.Kind, &r.Day, &r.At, &r.MadeBy, &r.Hash, &record)
		if errors.Is(err, pgx.ErrNoRows) {
			e := city.Errorf(city.NotFound, "there is no briefing %s", name)
			e.Key = "error.no_briefing"
			return e
		}
		if err != nil {
			return err
		}
		out.BriefingHead = r.head()
		if err := json.Unmarshal([]byte(record), &out.Sheet); err != nil {
			return fmt.Errorf("decode the record: %w", err)
		}
		out.Sheet = out.Sheet.For(asker.Role)
		return nil
	})
	return out, wrapped(err, "read briefing "+name)
}

const (
	lockBriefingsQuery = "SELECT pg_advisory_xact_lock(hashtext('balaikota briefings'))"
	addBriefingQuery   = `INSERT INTO briefings (number, kind, day, at, made_at, officer_id, made_by, record, sha256)
	SELECT coalesce(max(number), 0) + 1, $1, $2::date, $3, greatest($4::timestamptz, $3), $5, $6, $7::text::json, sha256(convert_to($7::text, 'UTF8')) FROM briefings
	RETURNING number`
	morningQuery = `SELECT EXISTS (SELECT FROM briefings WHERE kind = 'morning' AND day = $1::date)`
	// The mayor, the secretary, and who stands in for them.
	briefingReadersQuery = `SELECT o.id FROM with_stand_ins(ARRAY(SELECT officers_of('wali_kota', NULL, '') UNION SELECT officers_of('sekda', NULL, '')), $1) AS o(id)`
)

// HasMorningBriefing reports whether the clock has made the sheet of a day
// ("2026-11-23") already.
func (s *Store) HasMorningBriefing(ctx context.Context, day string) (has bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error { return tx.QueryRow(ctx, morningQuery, day).Scan(&has) })
	return has, wrapped(err, "look for the briefing of "+day)
}

// KeepBriefing freezes a sheet under the next number. Of the morning's the day
// has one: a second is a Conflict. Mayor and secretary are told of that one
// through their first channels among offered.
func (s *Store) KeepBriefing(ctx context.Context, by city.Actor, asker city.Asker, kind string, sheet city.BriefingSheet, offered []city.NoticeChannel) (city.Briefing, error) {
	if err := mayReadBriefings(asker); err != nil {
		return city.Briefing{}, err
	}
	frozen, err := json.Marshal(sheet)
	if err != nil {
		return city.Briefing{}, fmt.Errorf("encode the sheet: %w", err)
	}
	number := int64(0)
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockBriefingsQuery); err != nil {
			return err
		}
		name, err := signature(ctx, tx, by, asker.Role)
		if err != nil {
			return err
		}
		if err := refuseSecondMorning(ctx, tx, kind, sheet.Day); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, addBriefingQuery, kind, sheet.Day, sheet.At, s.now(), idOrNone(by.OfficerID), name, string(frozen)).Scan(&number); err != nil {
			return err
		}
		if kind == city.BriefingMorning {
			return s.tellBriefing(ctx, tx, sheet, number, offered)
		}
		return record(ctx, tx, by, "briefing.make", strconv.FormatInt(number, 10), "", nil)
	})
	if err != nil {
		return city.Briefing{}, fmt.Errorf("keep the briefing of %s: %w", sheet.Day, err)
	}
	return s.Briefing(ctx, asker, strconv.FormatInt(number, 10))
}

func refuseSecondMorning(ctx context.Context, tx pgx.Tx, kind, day string) error {
	if kind != city.BriefingMorning {
		return nil
	}
	var has bool
	if err := tx.QueryRow(ctx, morningQuery, day).Scan(&has); err != nil {
		return err
	}
	if has {
		return city.Errorf(city.Conflict, "the morning's briefing of %s is already made", day)
	}
	return nil
}

func (s *Store) tellBriefing(ctx context.Context, tx pgx.Tx, sheet city.BriefingSheet, number int64, offered []city.NoticeChannel) error {
	readers, err := column[int64](ctx, tx, briefingReadersQuery, s.now())
	if err != nil {
		return fmt.Errorf("find whom to tell: %w", err)
	}
	for _, id := range readers {
		if _, err := s.tell(ctx, tx, id, "lembar:"+strconv.FormatInt(number, 10), 0, city.BriefingNotice(sheet, number), offered, false); err != nil {
			return err
		}
	}
	return nil
}
