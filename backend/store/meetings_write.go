package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// One meeting is written at a time: a point cannot slip past the close that
// froze the record without it.
const lockMeetingsQuery = "SELECT pg_advisory_xact_lock(hashtext('balaikota meetings'))"

const frozenMeetingQuery = "SELECT number, closed_at, closed_by, present, record::text AS record, sha256 FROM meeting_minutes WHERE week = $1"

type minutesRow struct {
	city.Minutes

	Record string
	Hash   []byte `db:"sha256"`
}

// frozenMeeting is a closed meeting as it was, nil while it is open.
func (s *Store) frozenMeeting(ctx context.Context, week string) (out *city.Meeting, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		var r minutesRow
		err := tx.QueryRow(ctx, frozenMeetingQuery, week).Scan(&r.Number, &r.ClosedAt, &r.ClosedBy, &r.Present, &r.Record, &r.Hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		out = &city.Meeting{}
		if err := json.Unmarshal([]byte(r.Record), out); err != nil {
			return fmt.Errorf("decode the record: %w", err)
		}
		r.SHA256 = hex.EncodeToString(r.Hash)
		out.Minutes = &r.Minutes
		return nil
	})
	return out, wrapped(err, "read the minutes of "+week)
}

// mayHoldMeetings refuses who may not write points or close.
func mayHoldMeetings(asker city.Asker) error {
	if asker.Role != city.WaliKota && asker.Role != city.Sekda {
		e := city.Errorf(city.Forbidden, "only the mayor and the secretary write a meeting's points")
		e.Key = "error.meeting_holders"
		return e
	}
	return nil
}

// AddMeetingPoint writes a point for the meeting of a week ("" is this one). A
// closed meeting takes none: Conflict. The same client_id writes once.
func (s *Store) AddMeetingPoint(ctx context.Context, by city.Actor, asker city.Asker, week string, in city.MeetingPointInput) (out city.MeetingPoint, err error) {
	if err := mayHoldMeetings(asker); err != nil {
		return out, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	if week == "" {
		week = city.WeekOf(s.now(), cat.location)
	}
	if _, err := city.WeekStart(week, cat.location); err != nil {
		return out, err
	}
	owner := cat.officeID(in.Owner)
	if in.Owner != "" && owner == 0 {
		return out, city.InvalidField("owner", "is %q, which no office is called", in.Owner)
	}
	if in.DispositionID != 0 {
		if err := s.read(ctx, asker, func(tx pgx.Tx) error {
			var id int64
			return tx.QueryRow(ctx, "SELECT id FROM dispositions WHERE id = $1", in.DispositionID).Scan(&id)
		}); err != nil {
			return out, wrapped(err, "look for the point's disposition")
		}
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMeetingsQuery); err != nil {
			return err
		}
		if err := meetingIsOpen(ctx, tx, week); err != nil {
			return err
		}
		name, err := signature(ctx, tx, by, asker.Role)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, addPointQuery, in.ClientID, week, in.Kind, cleanText(strings.TrimSpace(in.Text)), idOrNone(owner), idOrNone(in.DispositionID),
			idOrNone(by.OfficerID), name, s.now()); err != nil {
			return err
		}
		rows, err := rowsOf[city.MeetingPoint](ctx, tx, onePointByClient, in.ClientID)
		if err == nil {
			out = rows[0]
		}
		return err
	})
	return out, wrapped(err, "write a point of "+week)
}

func meetingIsOpen(ctx context.Context, tx pgx.Tx, week string) error {
	var closed bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM meeting_minutes WHERE week = $1)", week).Scan(&closed); err != nil {
		return err
	}
	if closed {
		e := city.Errorf(city.Conflict, "the meeting of %s is closed; write the point for the next", week)
		e.Key = "error.meeting_closed"
		return e
	}
	return nil
}

const addPointQuery = `INSERT INTO meeting_points (client_id, week, kind, text, owner_id, disposition_id, officer_id, actor, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (client_id) DO NOTHING`

const pointColumns = `SELECT p.id, p.week, p.kind, p.text, coalesce(o.short_name, '') AS owner, coalesce(p.disposition_id, 0) AS disposition_id, p.actor AS by, p.at,
	coalesce(c.status, 'open') AS status, c.at AS end_at, coalesce(c.reason, '') AS reason
FROM meeting_points p LEFT JOIN offices o ON o.id = p.owner_id
	LEFT JOIN LATERAL (SELECT c.status, c.reason, c.at FROM meeting_point_changes c WHERE c.point_id = p.id ORDER BY c.id DESC LIMIT 1) c ON true `

const (
	onePointByClient = pointColumns + "WHERE p.client_id = $1::uuid"
	onePointByID     = pointColumns + "WHERE p.id = $1"
)

func pointByID(ctx context.Context, tx pgx.Tx, id int64) (city.MeetingPoint, error) {
	rows, err := rowsOf[city.MeetingPoint](ctx, tx, onePointByID, id)
	if err == nil && len(rows) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return city.MeetingPoint{}, err
	}
	return rows[0], nil
}

// ChangeMeetingPoint says what became of a point. Dropping and opening it
// again need a reason; saying what it is already changes nothing.
func (s *Store) ChangeMeetingPoint(ctx context.Context, by city.Actor, asker city.Asker, id int64, in city.MeetingPointChange) (out city.MeetingPoint, err error) {
	if err := mayHoldMeetings(asker); err != nil {
		return out, err
	}
	reason := cleanText(strings.TrimSpace(in.Reason))
	if reason == "" && in.Status != "decided" {
		e := city.InvalidField("reason", "say why")
		e.Key = "error.reason_needed"
		return out, e
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMeetingsQuery); err != nil {
			return err
		}
		if out, err = pointByID(ctx, tx, id); err != nil {
			return err
		}
		if out.Status == in.Status {
			return nil
		}
		name, err := signature(ctx, tx, by, asker.Role)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO meeting_point_changes (point_id, status, reason, officer_id, actor, at) VALUES ($1, $2, $3, $4, $5, $6)",
			id, in.Status, reason, idOrNone(by.OfficerID), name, s.now()); err != nil {
			return err
		}
		out, err = pointByID(ctx, tx, id)
		return err
	})
	return out, wrapped(err, fmt.Sprintf("change point %d", id))
}

// CloseMeeting freezes the meeting of a week with who was present: numbered
// within the year, hashed, never changed again. Conflict when it is closed.
func (s *Store) CloseMeeting(ctx context.Context, by city.Actor, asker city.Asker, week string, present []string) (city.Meeting, error) {
	if err := mayHoldMeetings(asker); err != nil {
		return city.Meeting{}, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Meeting{}, err
	}
	if week == "" {
		week = city.WeekOf(s.now(), cat.location)
	}
	names := []string{}
	for _, p := range present {
		if p = cleanText(strings.TrimSpace(p)); p != "" && !slices.Contains(names, p) {
			names = append(names, p)
		}
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMeetingsQuery); err != nil {
			return err
		}
		if err := meetingIsOpen(ctx, tx, week); err != nil {
			return err
		}
		m, err := s.meetingIn(ctx, tx, cat, week)
		if err != nil {
			return err
		}
		frozen, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("encode the record: %w", err)
		}
		name, err := signature(ctx, tx, by, asker.Role)
		if err != nil {
			return err
		}
		year := s.now().In(cat.location).Year()
		if _, err := tx.Exec(ctx, closeMeetingQuery, week, year, s.now(), idOrNone(by.OfficerID), name, names, string(frozen)); err != nil {
			return err
		}
		return record(ctx, tx, by, "meeting.close", week, "", map[string]any{"present": len(names)})
	})
	if err != nil {
		return city.Meeting{}, fmt.Errorf("close the meeting of %s: %w", week, err)
	}
	return s.Meeting(ctx, asker, week)
}

const closeMeetingQuery = `INSERT INTO meeting_minutes (week, year, number, closed_at, officer_id, closed_by, present, record, sha256)
SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7::text::json, sha256(convert_to($7::text, 'UTF8')) FROM meeting_minutes WHERE year = $2`
