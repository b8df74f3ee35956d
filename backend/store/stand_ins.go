package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const standInsQuery = `SELECT id, officer_id, officer, stand_in_id, stand_in, from_at AS "from", until_at AS until, reason, made_by, ended_at FROM stand_ins
	WHERE until_at > $1 ORDER BY from_at DESC, id DESC LIMIT 500`

// StandIns are those that concern the asker, newest first: who acts for whom
// now, will, or did within 90 days.
func (s *Store) StandIns(ctx context.Context, asker city.Asker) (out []city.StandIn, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.StandIn](ctx, tx, standInsQuery, s.now().AddDate(0, 0, -90))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read stand-ins: %w", err)
	}
	return out, nil
}

// StandInPeople are those whom the asker may appoint or arrange a stand-in for,
// by name; to the secretary and the operator all officers.
func (s *Store) StandInPeople(ctx context.Context, asker city.Asker) ([]city.StandInPerson, error) {
	all, err := s.Officers(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(o city.Officer) bool { return o.DisabledAt != nil })
	everybody := asker.Role == city.Sekda || asker.Role == city.Operator
	out := []city.StandInPerson{}
	for _, o := range all {
		absent := city.MayArrange(asker, o)
		if everybody || absent || slices.ContainsFunc(all, func(a city.Officer) bool { return city.MayAppoint(asker, o, a) }) {
			out = append(out, city.StandInPerson{ID: o.ID, Username: o.Username, Name: o.Name, Role: o.Role, AreaCode: o.AreaCode, Office: o.Office, Absent: absent})
		}
	}
	slices.SortFunc(out, func(a, b city.StandInPerson) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return out, nil
}

const oneOfficerQuery = officersQuery + " WHERE o.username = lower($1)"

const officerByIDQuery = officersQuery + " WHERE o.id = $1"

const overlappingStandInQuery = `SELECT EXISTS (SELECT FROM stand_ins WHERE officer_id = $1 AND ended_at IS NULL AND from_at < $3 AND until_at > $2)`

const addStandInQuery = `INSERT INTO stand_ins (officer_id, stand_in_id, officer, stand_in, area_code, from_at, until_at, reason, made_by, made_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`

// AddStandIn says who acts for an absent officer. One officer has one stand-in
// at a time, and nobody appoints himself for another.
func (s *Store) AddStandIn(ctx context.Context, by city.Actor, asker city.Asker, o city.StandInOrder) (id int64, err error) {
	now := s.now().UTC()
	if err := o.Check(now); err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		absent, err := officerNamed(ctx, tx, "officer", o.Officer, asker.OfficerID)
		if err != nil {
			return err
		}
		person, err := officerNamed(ctx, tx, "stand_in", o.StandIn, 0)
		if err != nil {
			return err
		}
		if !city.MayArrange(asker, absent) || by.ActingFor != "" {
			return refused(city.Forbidden, "error.stand_in_not_yours", "who acts for %s is not yours to say", absent.Username)
		}
		if !city.MayAppoint(asker, person, absent) {
			return refusedField("stand_in", "error.stand_in_person", "%s cannot act for %s by your word", person.Username, absent.Username)
		}
		// Of two made at once one waits and meets the other.
		if _, err := tx.Exec(ctx, "SELECT FROM officers WHERE id = $1 FOR UPDATE", absent.ID); err != nil {
			return fmt.Errorf("lock an account: %w", err)
		}
		var overlaps bool
		if err := tx.QueryRow(ctx, overlappingStandInQuery, absent.ID, o.From, o.Until).Scan(&overlaps); err != nil {
			return fmt.Errorf("look for other stand-ins: %w", err)
		}
		if overlaps {
			return refused(city.Conflict, "error.stand_in_overlaps", "%s has a stand-in in that time; end that one first", absent.Username)
		}
		if err := tx.QueryRow(ctx, addStandInQuery, absent.ID, person.ID, absent.Name, person.Name, absent.AreaCode, o.From.UTC(), o.Until.UTC(), tidy(o.Reason),
			by.Name, now).Scan(&id); err != nil {
			return fmt.Errorf("store a stand-in: %w", err)
		}
		return record(ctx, tx, by, "stand_in.add", absent.Username, o.Reason, map[string]any{"stand_in": person.Username, "from": o.From, "until": o.Until})
	})
	return id, err
}

func officerNamed(ctx context.Context, tx pgx.Tx, field, username string, orID int64) (city.Officer, error) {
	var rows []city.Officer
	var err error
	if username == "" && orID != 0 {
		rows, err = rowsOf[city.Officer](ctx, tx, officerByIDQuery, orID)
	} else {
		rows, err = rowsOf[city.Officer](ctx, tx, oneOfficerQuery, username)
	}
	if err != nil {
		return city.Officer{}, fmt.Errorf("read an account: %w", err)
	}
	if len(rows) == 0 {
		return city.Officer{}, refusedField(field, "error.stand_in_unknown", "there is no account %q", username)
	}
	return rows[0], nil
}

const lockStandInQuery = `SELECT officer_id, stand_in_id, until_at, ended_at FROM stand_ins WHERE id = $1 FOR UPDATE`

// EndStandIn ends one before its time: by those who may arrange it, or by the
// stand-in himself.
func (s *Store) EndStandIn(ctx context.Context, by city.Actor, asker city.Asker, id int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			OfficerID int64
			StandInID int64
			UntilAt   time.Time
			EndedAt   *time.Time
		}](ctx, tx, lockStandInQuery, id)
		if err != nil {
			return fmt.Errorf("lock stand-in %d: %w", id, err)
		}
		unknown := refused(city.NotFound, "error.stand_in_unknown", "there is no stand-in %d, or it is not yours", id)
		if len(rows) == 0 {
			return unknown
		}
		r := rows[0]
		absent, err := officerNamed(ctx, tx, "officer", "", r.OfficerID)
		if err != nil {
			return err
		}
		// A stand-in does not end it with the rights he has from it.
		own := asker.OfficerID != 0 && asker.OfficerID == r.StandInID
		if !own && (by.ActingFor != "" || !city.MayArrange(asker, absent)) {
			return unknown
		}
		if r.EndedAt != nil {
			return nil
		}
		if _, err := tx.Exec(ctx, "UPDATE stand_ins SET ended_at = $2 WHERE id = $1", id, s.now()); err != nil {
			return fmt.Errorf("end stand-in %d: %w", id, err)
		}
		return record(ctx, tx, by, "stand_in.end", absent.Username, "", map[string]any{"stand_in": id})
	})
}

const actQuery = `UPDATE sessions s SET stand_in_id = si.id FROM stand_ins si WHERE s.id = $1 AND s.officer_id = si.stand_in_id AND si.id = $2
	AND si.from_at <= $3 AND si.until_at > $3 AND si.ended_at IS NULL RETURNING si.officer`

// Act lets a session act under a stand-in that holds now; it ends with it.
func (s *Store) Act(ctx context.Context, by city.Actor, session, standIn int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		names, err := column[string](ctx, tx, actQuery, session, standIn, s.now())
		if err != nil {
			return fmt.Errorf("act under stand-in %d: %w", standIn, err)
		}
		if len(names) == 0 {
			return refused(city.NotFound, "error.stand_in_unknown", "there is no stand-in %d that names you now", standIn)
		}
		return record(ctx, tx, by, "stand_in.act", strconv.FormatInt(standIn, 10), "", map[string]any{"for": names[0]})
	})
}

// StopActing gives a session its own rights again.
func (s *Store) StopActing(ctx context.Context, by city.Actor, session int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "UPDATE sessions SET stand_in_id = NULL WHERE id = $1 AND stand_in_id IS NOT NULL", session)
		if err != nil {
			return fmt.Errorf("stop acting: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		return record(ctx, tx, by, "stand_in.stop", by.Name, "", nil)
	})
}
