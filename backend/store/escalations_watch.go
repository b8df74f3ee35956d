package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type overdueRow struct {
	ID          int64
	Number      int
	LetterAt    time.Time
	Of          string
	Office      string
	Nature      string
	Status      string
	SentAt      time.Time
	ClockFrom   time.Time
	DueAt       time.Time
	InHours     bool
	WaitedLate  float64 // seconds
	WaitsSince  *time.Time
	Percent     int
	Checked     bool
	Round       int
	Rung        int
	RungAt      *time.Time
	RungWhen    string
	OpenParts   int
	Reach       []string
	OfficeID    int64
	OwnerOffice int64 // that owns the category, 0 if none or the addressee
	Kecamatan   string
}

// underWayQuery reads instructions under way with what the ladder looks at.
// Reach are the roles with an open account other than the addressee's: the
// camat of the addressee's kecamatan, the head of the office that owns the
// category, the secretary, the mayor. A secret letter goes to the last two
// alone.
const underWayQuery = `WITH running AS (
	SELECT d.*, coalesce(f.kind, '') AS of_kind, coalesce(f.short_name, 'Sekretaris Daerah') AS office,
		coalesce((SELECT c.office_id FROM categories c WHERE c.slug = d.category AND c.office_id IS DISTINCT FROM d.to_office_id), 0) AS owner,
		CASE WHEN f.kind = 'kelurahan' THEN (SELECT a.parent_code FROM areas a WHERE a.code = d.to_area) END AS kecamatan,
		(SELECT count(*) FROM disposition_steps s WHERE s.disposition_id = d.id AND s.kind = 'redirect')::int AS round
	FROM dispositions d LEFT JOIN offices f ON f.id = d.to_office_id WHERE d.status NOT IN ('done', 'canceled') AND ($1 = 0 OR d.id = $1))
SELECT d.id, d.number, d.sent_at AS letter_at, d.of_kind AS of, d.office, d.nature, d.status,
	coalesce((SELECT max(s.at) FROM disposition_steps s WHERE s.disposition_id = d.id AND s.kind = 'redirect'), d.sent_at) AS sent_at,
	d.clock_from, d.due_at, d.in_hours, extract(epoch FROM d.waited_late)::float8 AS waited_late, d.waits_since, d.percent, d.proof AND d.verdict <> '' AS checked, d.round,
	coalesce(e.rung, 0) AS rung, e.at AS rung_at, coalesce(e.clock, '') AS rung_when,
	(SELECT count(*) FROM dispositions p WHERE p.parent_id = d.id AND p.status NOT IN ('done', 'canceled'))::int AS open_parts,
	ARRAY(SELECT r FROM unnest(ARRAY['camat', 'kepala_opd', 'sekda', 'wali_kota']) AS r
		WHERE (d.nature <> 'rahasia' OR r IN ('sekda', 'wali_kota')) AND (r <> 'kepala_opd' OR d.owner <> 0)
		AND EXISTS (SELECT FROM officers_of(r, d.owner, coalesce(d.kecamatan, '')))) AS reach,
	coalesce(d.to_office_id, 0) AS office_id, d.owner AS owner_office, coalesce(d.kecamatan, '') AS kecamatan
FROM running d LEFT JOIN LATERAL (SELECT * FROM escalations e WHERE e.disposition_id = d.id AND e.round = d.round ORDER BY e.rung DESC LIMIT 1) e ON true
ORDER BY d.id`

type ratioRow struct {
	OfficeID  int64
	InHours   bool
	ClockFrom time.Time
	DueAt     time.Time
	DoneAt    time.Time
}

// ratiosQuery reads what offices finished in the last year.
const ratiosQuery = `SELECT to_office_id AS office_id, in_hours, clock_from, due_at, coalesce(finished_at, done_at) AS done_at FROM dispositions
	WHERE status = 'done' AND done_at >= $1 AND to_office_id IS NOT NULL AND due_at > clock_from ORDER BY done_at DESC LIMIT 5000`

// Overdue returns the instructions under way as the ladder looks at them.
func (s *Store) Overdue(ctx context.Context) ([]city.Overdue, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []city.Overdue
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[overdueRow](ctx, tx, underWayQuery, 0)
		if err != nil {
			return err
		}
		past, err := s.pastRatios(ctx, tx, cat)
		if err != nil {
			return err
		}
		out = make([]city.Overdue, len(rows))
		for i, r := range rows {
			out[i] = r.overdue(cat)
			out[i].PastRatios = past[r.OfficeID]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is under way: %w", err)
	}
	return out, nil
}

// pastRatios are shares of the allotted time, counted as each was given, by
// office.
func (s *Store) pastRatios(ctx context.Context, tx pgx.Tx, cat *catalogue) (map[int64][]float64, error) {
	rows, err := rowsOf[ratioRow](ctx, tx, ratiosQuery, s.now().AddDate(-1, 0, 0))
	if err != nil {
		return nil, err
	}
	out := map[int64][]float64{}
	for _, r := range rows {
		total, took := r.DueAt.Sub(r.ClockFrom), r.DoneAt.Sub(r.ClockFrom)
		if !r.InHours {
			total, took = cat.calendar.WorkingTime(r.ClockFrom, r.DueAt), cat.calendar.WorkingTime(r.ClockFrom, r.DoneAt)
		}
		if total > 0 && took >= 0 {
			out[r.OfficeID] = append(out[r.OfficeID], float64(took)/float64(total))
		}
	}
	return out, nil
}

func (r overdueRow) overdue(cat *catalogue) city.Overdue {
	return city.Overdue{
		ID: r.ID, Number: city.DispositionNumber(r.Number, r.LetterAt.In(cat.location)), Of: r.Of, Office: r.Office, Nature: city.Nature(r.Nature),
		Status: city.DispositionStatus(r.Status), SentAt: r.SentAt, ClockFrom: r.ClockFrom, DueAt: r.DueAt, InHours: r.InHours,
		WaitedLate: time.Duration(r.WaitedLate * float64(time.Second)), WaitsSince: r.WaitsSince, Percent: r.Percent, Checked: r.Checked,
		Round: r.Round, Rung: r.Rung, RungAt: r.RungAt, RungWhen: r.RungWhen, OpenParts: r.OpenParts, Reach: r.Reach,
	}
}

// clientOf is a UUID made of what a step of Balaikota's own is about, so that
// taking it again is known (RFC 9562, version 8).
func clientOf(what string) string {
	sum := sha256.Sum256([]byte("balaikota:" + what))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// unchanged reads an instruction again under its lock, and reports whether it
// stands as it was when the ladder looked at it.
func unchanged(ctx context.Context, tx pgx.Tx, o city.Overdue) (overdueRow, bool, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM dispositions WHERE id = $1 FOR UPDATE`, o.ID); err != nil {
		return overdueRow{}, false, fmt.Errorf("lock disposition %d: %w", o.ID, err)
	}
	rows, err := rowsOf[overdueRow](ctx, tx, underWayQuery, o.ID)
	if err != nil || len(rows) == 0 {
		return overdueRow{}, false, err
	}
	r := rows[0]
	return r, r.Status == string(o.Status) && r.Round == o.Round && r.Rung == o.Rung && r.DueAt.Equal(o.DueAt) && r.OpenParts == o.OpenParts, nil
}

const addEscalationQuery = `INSERT INTO escalations (disposition_id, round, rung, clock, to_role, to_office_id, to_area, at, why, why_en)
	VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8, $9, $10) ON CONFLICT ON CONSTRAINT escalations_tell_a_rung_once DO NOTHING`

// Escalate tells a rung of the ladder of an instruction that still stands as o:
// a row of the ladder's history and the step, from which the notices come. The
// head of an agency that was no party becomes a reader of it. It returns false
// when somebody has moved it meanwhile, or the rung was told before.
func (s *Store) Escalate(ctx context.Context, o city.Overdue, rung int, to, clock string, why city.Said) (told bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		told = false
		r, same, err := unchanged(ctx, tx, o)
		if err != nil || !same || !slices.Contains(r.Reach, to) {
			return err
		}
		var office int64
		area := ""
		switch to {
		case "camat":
			area = r.Kecamatan
		case "kepala_opd":
			office = r.OwnerOffice
		}
		tag, err := tx.Exec(ctx, addEscalationQuery, o.ID, o.Round, rung, clock, to, office, area, s.now(), why.Text, why.TextEN)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		if office != 0 {
			if _, err := tx.Exec(ctx, `UPDATE dispositions SET offices = array_append(offices, $2) WHERE id = $1 AND NOT $2 = ANY (offices)`, o.ID, office); err != nil {
				return fmt.Errorf("let the owner of the category read it: %w", err)
			}
		}
		out, err := s.takeStep(ctx, tx, city.Actor{Name: "sistem"}, city.System, o.ID, city.DispositionStepInput{
			ClientID: clientOf("escalate/" + strconv.FormatInt(o.ID, 10) + "/" + strconv.Itoa(o.Round) + "/" + strconv.Itoa(rung)),
			Kind:     city.StepEscalate, Text: why.Text, Rung: rung,
		}, nil)
		told = err == nil && out.Outcome == "added"
		return err
	})
	if err != nil {
		return false, fmt.Errorf("escalate disposition %d to %s: %w", o.ID, to, err)
	}
	return told, nil
}

// Remind takes the step of a reminder, once for each key; false when it was
// taken before, or somebody has moved the instruction meanwhile.
func (s *Store) Remind(ctx context.Context, o city.Overdue, key string, why city.Said) (reminded bool, err error) {
	client := clientOf("remind/" + strconv.FormatInt(o.ID, 10) + "/" + strconv.Itoa(o.Round) + "/" + key)
	err = s.write(ctx, func(tx pgx.Tx) error {
		reminded = false
		_, same, err := unchanged(ctx, tx, o)
		if err != nil || !same {
			return err
		}
		out, err := s.takeStep(ctx, tx, city.Actor{Name: "sistem"}, city.System, o.ID, city.DispositionStepInput{ClientID: client, Kind: city.StepRemind, Text: why.Text}, nil)
		reminded = err == nil && out.Outcome == "added"
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remind of disposition %d: %w", o.ID, err)
	}
	return reminded, nil
}
