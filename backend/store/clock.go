package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// reasonLeast is how long a reason for moving a deadline must be, in
// characters, so that an inspector can read it.
const reasonLeast = 10

const heldReportQuery = `SELECT r.id, r.area_code, coalesce(r.office_id, 0) AS office_id, r.status, coalesce(f.area_code, '') AS office_area, r.due_at
	FROM reports r LEFT JOIN offices f ON f.id = r.office_id WHERE r.id = $1 AND r.removed_at IS NULL FOR NO KEY UPDATE OF r`

// heldReport is a report whose clock an officer wants to stop or start.
type heldReport struct {
	ID         int64
	AreaCode   string
	OfficeID   int64
	Status     string
	OfficeArea string
	DueAt      *time.Time
}

// keepsClock reports whether the asker may stop and start the report's clock:
// an operator, or the head of the office that owns it, be that an agency, a
// kecamatan or a kelurahan.
func (h heldReport) keepsClock(asker city.Asker) bool {
	switch asker.Role {
	case city.Operator:
		return true
	case city.KepalaOPD:
		return h.OfficeID != 0 && h.OfficeID == asker.OfficeID
	case city.Camat, city.Lurah:
		return h.OfficeArea != "" && city.Within(h.OfficeArea, asker.AreaCode)
	}
	return false
}

// PauseReport stops a report's clock from now on, because its office waits for
// the citizen: the deadlines are gone until ResumeReport. It cannot be done
// for the past. The reason goes to the audit trail with it.
func (s *Store) PauseReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, reason string) error {
	return s.holdClock(ctx, by, asker, id, reason, "report.pause", func(tx pgx.Tx, h heldReport, now time.Time) error {
		if h.Status != string(city.Open) && h.Status != string(city.InProgress) {
			return city.Errorf(city.Conflict, "report %d is settled, so its clock does not run", id)
		}
		tag, err := tx.Exec(ctx, `INSERT INTO report_pauses (report_id, began_at, reason, set_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (report_id) WHERE ended_at IS NULL DO NOTHING`, id, now, cleanText(reason), by.Name)
		if err != nil {
			return fmt.Errorf("pause report %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.Conflict, "the clock of report %d stands already", id)
		}
		return nil
	})
}

// ResumeReport lets a report's clock run again from now on; its deadlines are
// later by the working time that it stood.
func (s *Store) ResumeReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, reason string) error {
	return s.holdClock(ctx, by, asker, id, reason, "report.resume", func(tx pgx.Tx, _ heldReport, now time.Time) error {
		tag, err := tx.Exec(ctx, `UPDATE report_pauses SET ended_at = greatest(began_at, $2), end_reason = $3, ended_by = $4
			WHERE report_id = $1 AND ended_at IS NULL`, id, now, cleanText(reason), by.Name)
		if err != nil {
			return fmt.Errorf("resume report %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.Conflict, "the clock of report %d runs already", id)
		}
		return nil
	})
}

// holdClock does one thing to a report's clock, with its deadlines, the audit
// line and the event for screens in one transaction.
func (s *Store) holdClock(ctx context.Context, by city.Actor, asker city.Asker, id int64, reason, action string,
	do func(tx pgx.Tx, h heldReport, now time.Time) error,
) error {
	if len([]rune(reason)) < reasonLeast {
		return city.InvalidField("reason", "say in at least %d characters why; it is recorded", reasonLeast)
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		rows, err := rowsOf[heldReport](ctx, tx, heldReportQuery, id)
		if err != nil {
			return fmt.Errorf("read report %d: %w", id, err)
		}
		if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
			return city.Errorf(city.NotFound, "there is no report %d, or it is not yours to see", id)
		}
		if !rows[0].keepsClock(asker) {
			return city.Errorf(city.Forbidden, "only an operator or the office that owns the report may stop or start its clock")
		}
		if err := do(tx, rows[0], *stored(new(s.now()))); err != nil {
			return err
		}
		if err := refreshDeadlinesOf(ctx, tx, cat, []int64{id}); err != nil {
			return err
		}
		var due *time.Time
		if err := tx.QueryRow(ctx, "SELECT due_at FROM reports WHERE id = $1", id).Scan(&due); err != nil {
			return fmt.Errorf("read the deadline of report %d: %w", id, err)
		}
		if err := record(ctx, tx, by, action, strconv.FormatInt(id, 10), reason, map[string]any{"due_before": rows[0].DueAt, "due_after": due}); err != nil {
			return err
		}
		return tellDeadlines(ctx, tx, cat, []int64{id})
	})
}

// settleClocks gives the reports of an ingest the deadlines that their rows
// alone do not tell: of those whose clock stood still, that were opened again,
// or whose category is not the source's.
func (in *ingestion) settleClocks(ctx context.Context, rs []city.Report, rows []reportRow, at map[string]int, got []upserted) error {
	var known []int64
	for _, g := range got {
		if !g.Added {
			known = append(known, g.ID)
		}
	}
	if len(known) == 0 {
		return nil
	}
	if err := in.reopen(ctx, rs, rows, at, got); err != nil {
		return err
	}
	if err := in.replied(ctx, known); err != nil {
		return err
	}
	all, err := rowsOf[pauseRow](ctx, in.tx, pausesQuery, known)
	if err != nil {
		return fmt.Errorf("read pauses: %w", err)
	}
	if all, err = in.endPauses(ctx, rs, at, got, all); err != nil {
		return err
	}
	pauses := pausesByReport(all)
	clocks := make([]clockRow, 0, len(pauses))
	for i := range got {
		g := &got[i]
		r, row := &rs[at[g.ExternalID]], rows[at[g.ExternalID]]
		if len(pauses[g.ID]) == 0 && g.Category == deref(row.category) {
			continue
		}
		c := clockRow{
			ID: g.ID, Channel: r.Channel, CreatedAt: r.CreatedAt, RespondedAt: g.RespondedAt, Category: g.Category, DueAt: g.DueAt, RespondDueAt: g.RespondDueAt,
		}
		if !unfinished(r.Status) {
			c.ClosedAt = r.ClosedAt
		}
		clocks = append(clocks, c)
		d := in.cat.deadlines(c, pauses[g.ID])
		g.DueAt, g.RespondDueAt = d.Close, d.Respond
		for _, p := range pauses[g.ID] {
			g.Paused = g.Paused || (p.Until == nil && unfinished(r.Status))
		}
	}
	_, err = moveDeadlines(ctx, in.tx, in.cat, clocks, pauses)
	return err
}

func unfinished(s city.ReportStatus) bool { return s == city.Open || s == city.InProgress }

const addPausesQuery = `INSERT INTO report_pauses (report_id, kind, began_at, ended_at, reason, set_by, ended_by)
	SELECT t.id, 'dibuka_kembali', t.began, t.ended, 'ditutup lalu dibuka kembali oleh sumber', 'sistem', 'sistem'
	FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS t(id, began, ended)`

// reopen notes the time that reports stood closed before their source opened
// them again: the office held the matter for settled, so its clock stood.
func (in *ingestion) reopen(ctx context.Context, rs []city.Report, rows []reportRow, at map[string]int, got []upserted) error {
	var ids []int64
	var began, ended []time.Time
	for _, g := range got {
		i := at[g.ExternalID]
		closed := rows[i].before.ClosedAt
		if g.Added || closed == nil || rs[i].ClosedAt != nil || !unfinished(rs[i].Status) {
			continue
		}
		opened := in.store.now()
		if !rs[i].UpdatedAt.IsZero() {
			opened = rs[i].UpdatedAt
		}
		if opened = *stored(&opened); opened.After(*closed) {
			ids, began, ended = append(ids, g.ID), append(began, *closed), append(ended, opened)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := in.tx.Exec(ctx, addPausesQuery, ids, began, ended); err != nil {
		return fmt.Errorf("note that reports were opened again: %w", err)
	}
	return nil
}

const endPausesQuery = `UPDATE report_pauses p SET ended_at = greatest(p.began_at, t.ended), ended_by = 'sistem', end_reason = 'laporan selesai'
	FROM unnest($1::bigint[], $2::timestamptz[]) AS t(id, ended) WHERE p.report_id = t.id AND p.ended_at IS NULL`

// endPauses ends what stands on reports that are settled now, and returns the
// pauses as they are then.
func (in *ingestion) endPauses(ctx context.Context, rs []city.Report, at map[string]int, got []upserted, pauses []pauseRow) ([]pauseRow, error) {
	settled := map[int64]time.Time{}
	for _, g := range got {
		if r := rs[at[g.ExternalID]]; !unfinished(r.Status) {
			settled[g.ID] = in.store.now()
			if r.ClosedAt != nil {
				settled[g.ID] = *r.ClosedAt
			}
		}
	}
	var ids []int64
	var ended []time.Time
	for i, p := range pauses {
		if end, ok := settled[p.ReportID]; ok && p.EndedAt == nil {
			end = *stored(&end)
			if end.Before(p.BeganAt) {
				end = p.BeganAt
			}
			ids, ended = append(ids, p.ReportID), append(ended, end)
			pauses[i].EndedAt = &end
		}
	}
	if len(ids) == 0 {
		return pauses, nil
	}
	if _, err := in.tx.Exec(ctx, endPausesQuery, ids, ended); err != nil {
		return nil, fmt.Errorf("end the pauses of settled reports: %w", err)
	}
	return pauses, nil
}

// standardKey is what reports share whose deadlines without pauses are the
// same.
type standardKey struct {
	channel, category string
	day               int64 // the midnight of receipt
}

type standard struct {
	answer, closing city.Norm
	deadlines       city.Deadlines
}

// firstDeadlines are a report's deadlines before anything stopped its clock.
// Reports of one day, channel and category share them.
func (in *ingestion) firstDeadlines(channel string, category *string, received time.Time) city.Deadlines {
	k := standardKey{channel, deref(category), in.cat.calendar.DayStart(received).Unix()}
	m := city.Matter{ReceivedAt: received}
	st, ok := in.standards[k]
	if !ok {
		st.answer, st.closing = in.cat.clock.Standard(channel, k.category, in.cat.clock.Day(received), in.cat.categories[k.category].Days)
		st.deadlines = in.cat.clock.DeadlinesBy(st.answer, st.closing, m)
		if in.standards == nil {
			in.standards = map[standardKey]standard{}
		}
		in.standards[k] = st
	}
	if st.answer.AnswerHours > 0 { // to the minute: no two alike
		return in.cat.clock.DeadlinesBy(st.answer, st.closing, m)
	}
	return st.deadlines
}

const reportPausesQuery = `SELECT kind, began_at, ended_at, reason, set_by, end_reason, ended_by FROM report_pauses WHERE report_id = $1 ORDER BY began_at, id`

// Pauses returns when and why a report's clock stood still, oldest first;
// NotFound for a report that is not the asker's to see.
func (s *Store) Pauses(ctx context.Context, asker city.Asker, id int64) (out []city.ReportPause, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		var seen int64
		if err := tx.QueryRow(ctx, "SELECT id FROM reports WHERE id = $1", id).Scan(&seen); err != nil {
			return err
		}
		out, err = rowsOf[city.ReportPause](ctx, tx, reportPausesQuery, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the pauses of report %d: %w", id, err)
	}
	return out, nil
}
