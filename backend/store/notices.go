package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// tellAtOnce is how many waiting steps one round tells.
const tellAtOnce = 200

// toldRow is a step that is to be told.
type toldRow struct {
	StepID        int64
	DispositionID int64
	Kind          string
	Status        string
	By            int64 // the officer who took it, 0 if none
	Number        int
	Year          int
	SentAt        time.Time
	Nature        string
	DueAt         time.Time
	Action        string
	ActionEN      string
	Place         string
	ToRole        string
	OfficeName    string
	OfficeArea    string
	Obstacle      string
	Checked       bool
	Rung          string // role, of escalate
}

const toldQuery = `SELECT s.id AS step_id, d.id AS disposition_id, s.kind, s.status, coalesce(s.officer_id, 0) AS by, d.number, d.year, d.sent_at,
	d.nature, d.due_at, coalesce(k.name, '') AS action, coalesce(k.name_en, '') AS action_en, coalesce(a.name, '') AS place,
	d.to_role, coalesce(f.short_name, '') AS office_name, coalesce(ta.name, '') AS office_area, coalesce(s.data->>'obstacle', '') AS obstacle, d.verdict <> '' AS checked,
	coalesce((SELECT e.to_role FROM escalations e WHERE e.disposition_id = d.id ORDER BY e.id
		OFFSET (SELECT count(*) FROM disposition_steps b WHERE b.disposition_id = d.id AND b.kind = 'escalate' AND b.id < s.id) LIMIT 1), '') AS rung
	FROM notice_queue q JOIN disposition_steps s ON s.id = q.step_id JOIN dispositions d ON d.id = s.disposition_id
	LEFT JOIN action_kinds k ON k.slug = d.action LEFT JOIN areas a ON a.code = nullif(d.area_code, '')
	LEFT JOIN offices f ON f.id = d.to_office_id LEFT JOIN areas ta ON ta.code = nullif(d.to_area, '')
	WHERE q.id = $1 AND q.told_at IS NULL FOR UPDATE OF q SKIP LOCKED`

// readersOfQuery finds who stands on each side of a step's disposition, stand-ins
// included, without who took the step. A sender without an account (a script,
// somebody who left) is whoever holds his post. Each step of an escalation has
// its row in the ladder's history, in the same order.
const readersOfQuery = `WITH d AS (
	SELECT d.*, s.id AS step, s.officer_id AS taker FROM disposition_steps s JOIN dispositions d ON d.id = s.disposition_id WHERE s.id = $1),
posts AS (
	SELECT 'addressee' AS side, ARRAY(SELECT officers_of(d.to_role, d.to_office_id, d.to_area)) AS ids FROM d
	UNION ALL SELECT 'sender', CASE WHEN EXISTS (SELECT FROM officers o WHERE o.id = d.officer_id AND o.disabled_at IS NULL) THEN ARRAY[d.officer_id]
		ELSE ARRAY(SELECT officers_of(d.from_role, d.from_office_id, d.from_area)) END FROM d
	UNION ALL SELECT 'copy', ARRAY(SELECT officers_of(CASE f.kind WHEN 'kelurahan' THEN 'lurah' WHEN 'kecamatan' THEN 'camat' ELSE 'kepala_opd' END, f.id, f.area_code)
		FROM offices f WHERE f.id = ANY (d.copies)) FROM d
	UNION ALL SELECT 'rung', ARRAY(SELECT officers_of(e.to_role, e.to_office_id, e.to_area)) FROM d
		JOIN LATERAL (SELECT * FROM escalations e WHERE e.disposition_id = d.id ORDER BY e.id
			OFFSET (SELECT count(*) FROM disposition_steps b WHERE b.disposition_id = d.id AND b.kind = 'escalate' AND b.id < d.step) LIMIT 1) e ON true)
SELECT p.side, o.id FROM posts p CROSS JOIN LATERAL with_stand_ins(p.ids, $2) AS o(id), d WHERE o.id IS DISTINCT FROM d.taker`

type readerRow struct {
	Side string
	ID   int64
}

// TellSteps writes the notices of steps that nobody was told of yet, and of answers
// that did not reach who asked by a chat, and puts them on their way through the
// officers' first channels among offered. It returns how many it told; nodes that tell
// at the same time share them. One that cannot be told does not hold up the others.
func (s *Store) TellSteps(ctx context.Context, offered []city.NoticeChannel) (int, error) {
	var ids, lost []int64
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		if lost, err = column[int64](ctx, tx, lostAnswersQuery, tellAtOnce); err != nil {
			return err
		}
		ids, err = column[int64](ctx, tx, `SELECT id FROM notice_queue WHERE told_at IS NULL ORDER BY id LIMIT $1`, tellAtOnce)
		return err
	})
	if err != nil || len(ids)+len(lost) == 0 {
		return 0, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	n, err := s.tellEach(ctx, "tell queued step", ids, func(tx pgx.Tx, id int64) (int, error) { return s.tellStep(ctx, tx, cat, id, offered) })
	m, failed := s.tellEach(ctx, "tell of the lost answer to word", lost, func(tx pgx.Tx, id int64) (int, error) { return s.tellLostAnswer(ctx, tx, cat, id, offered) })
	return n + m, errors.Join(err, failed)
}

// tellEach tells of each in a transaction of its own, so that one that fails
// keeps no other waiting, and returns how many were told. what names the deed
// in errors.
func (s *Store) tellEach(ctx context.Context, what string, ids []int64, tell func(tx pgx.Tx, id int64) (int, error)) (int, error) {
	var failed []error
	n := 0
	for _, id := range ids {
		told := 0
		err := s.write(ctx, func(tx pgx.Tx) (err error) {
			told, err = tell(tx, id)
			return err
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("%s %d: %w", what, id, err))
			if ctx.Err() != nil {
				break
			}
		}
		n += told
	}
	return n, errors.Join(failed...)
}

func (s *Store) tellStep(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64, offered []city.NoticeChannel) (int, error) {
	rows, err := rowsOf[toldRow](ctx, tx, toldQuery, id)
	if err != nil || len(rows) == 0 {
		return 0, err // another node has it
	}
	row := rows[0]
	wordings := row.told(cat).Wordings(cat.location, cat.zoneLabel)
	if len(wordings) > 0 {
		readers, err := rowsOf[readerRow](ctx, tx, readersOfQuery, row.StepID, s.now())
		if err != nil {
			return 0, fmt.Errorf("find whom to tell: %w", err)
		}
		// One officer hears of a step once, from the side that asks most of him.
		for _, side := range []city.NoticeSide{city.ToAddressee, city.ToRung, city.ToSender, city.ToCopy} {
			w, ok := wordings[side]
			for _, r := range readers {
				if !ok || r.Side != string(side) {
					continue
				}
				if _, err := s.tell(ctx, tx, r.ID, "langkah:"+strconv.FormatInt(row.StepID, 10), row.DispositionID, w, offered, false); err != nil {
					return 0, err
				}
			}
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE notice_queue SET told_at = $2 WHERE id = $1`, id, s.now()); err != nil {
		return 0, fmt.Errorf("note that a step was told: %w", err)
	}
	return 1, nil
}

func (r toldRow) told(cat *catalogue) city.StepTold {
	office := r.OfficeName
	switch city.Role(r.ToRole) {
	case city.Lurah:
		office = "Lurah " + r.OfficeArea
	case city.Camat:
		office = "Camat " + r.OfficeArea
	case city.Sekda:
		office = "Sekretaris Daerah"
	}
	return city.StepTold{
		DispositionID: r.DispositionID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Kind: city.DispositionStepKind(r.Kind),
		Status: city.DispositionStatus(r.Status), Nature: city.Nature(r.Nature), Action: r.Action, ActionEN: r.ActionEN, Place: r.Place, Office: office,
		Obstacle: r.Obstacle, Checked: r.Checked, DueAt: r.DueAt, Rung: r.Rung,
	}
}

const (
	addNoticeQuery = `INSERT INTO notices (key, officer_id, disposition_id, kind, text, text_en, path, urgent, at)
	VALUES ($1, $2, nullif($3::bigint, 0), $4, $5, $6, $7, $8, $9) ON CONFLICT ON CONSTRAINT notices_are_told_once DO NOTHING RETURNING id`
	// The channels of one officer that are offered, in his order; every one or
	// the first after a position.
	addDeliveriesQuery = `INSERT INTO notice_deliveries (notice_id, channel, position, next_at)
	SELECT n.id, c.channel, c.position, $2 FROM notices n
	LEFT JOIN notice_preferences p ON p.officer_id = n.officer_id
	CROSS JOIN LATERAL unnest(coalesce(p.channels, '{push}')) WITH ORDINALITY AS c(channel, position)
	WHERE n.id = $1 AND c.channel = ANY ($3) AND c.position > $4 ORDER BY c.position LIMIT $5
	ON CONFLICT DO NOTHING`
)

// tell writes a notice for one officer and puts it on its way; 0 when he has
// heard the key before. everywhere sends it through all his channels.
func (s *Store) tell(ctx context.Context, tx pgx.Tx, officer int64, key string, disposition int64, w city.Wording, offered []city.NoticeChannel, everywhere bool) (int64, error) {
	ids, err := column[int64](ctx, tx, addNoticeQuery, key, officer, disposition, w.Kind, w.Said.Text, w.Said.TextEN, w.Path, w.Urgent, s.now())
	if err != nil {
		return 0, fmt.Errorf("write a notice: %w", err)
	}
	if len(ids) == 0 || w.List {
		return 0, nil
	}
	channels := 1
	if everywhere {
		channels = len(offered)
	}
	if _, err := tx.Exec(ctx, addDeliveriesQuery, ids[0], s.now(), offered, 0, channels); err != nil {
		return 0, fmt.Errorf("put a notice on its way: %w", err)
	}
	return ids[0], nil
}
