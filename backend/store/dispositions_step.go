package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// TakeStep takes a step of a disposition; a second arrival of the same
// client_id answers known and changes nothing.
func (s *Store) TakeStep(ctx context.Context, by city.Actor, asker city.Asker, id int64, in city.DispositionStepInput) (out city.StepOutcome, err error) {
	if asker.Role == city.SystemRole {
		in.DoneBy, in.Rung = "", 0
	}
	err = s.write(ctx, func(tx pgx.Tx) (err error) {
		out, err = s.takeStep(ctx, tx, by, asker, id, in, nil)
		return err
	})
	return out, err
}

// takeStep takes a step within the caller's transaction. proofs are numbers of
// pictures that belong to it, besides those that in names. The asker's post
// decides which side he is on (city.PartyOf); city.System is Balaikota itself.
// The disposition stays locked, so steps of one disposition happen one after
// the other, and of two arrivals of one client_id the second is known.
func (s *Store) takeStep(ctx context.Context, tx pgx.Tx, by city.Actor, asker city.Asker, id int64, in city.DispositionStepInput, proofs []int64) (city.StepOutcome, error) {
	if asker.Role == city.SystemRole && in.ClientID == "" {
		in.ClientID = newUUID()
	}
	out := city.StepOutcome{ClientID: in.ClientID}
	if err := in.Check(); err != nil {
		return out, err
	}
	r, err := lockDisposition(ctx, tx, asker, id)
	if err != nil {
		return out, err
	}
	known, err := s.stepKnown(ctx, tx, r, in)
	if err != nil || known {
		out.Outcome, out.Status = "known", city.DispositionStatus(r.Status)
		return out, err
	}
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return out, err
	}
	events, err := s.applyStep(ctx, tx, stepTaken{cat: cat, by: by, asker: asker, party: r.partyOf(asker), in: in, proofs: proofs}, r)
	if err != nil {
		return out, err
	}
	out.Outcome, out.Status = "added", city.DispositionStatus(r.Status)
	return out, appendEvents(ctx, tx, events)
}

const stepKnownQuery = `SELECT s.disposition_id FROM disposition_steps s WHERE s.client_id = $1
	OR ($3 AND s.disposition_id = $2 AND s.kind = 'read' AND s.id > (SELECT max(b.id) FROM disposition_steps b WHERE b.disposition_id = $2 AND b.kind IN ('send', 'redirect')))
	LIMIT 1`

// stepKnown reports whether the step had arrived; that it was read is known
// once the present addressee read it.
func (s *Store) stepKnown(ctx context.Context, tx pgx.Tx, r *dispositionRow, in city.DispositionStepInput) (bool, error) {
	var of int64
	err := tx.QueryRow(ctx, stepKnownQuery, in.ClientID, r.ID, in.Kind == city.StepRead).Scan(&of)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for an earlier arrival of a step: %w", err)
	case of != r.ID:
		return false, city.Errorf(city.Conflict, "this client_id belongs to a step of another disposition")
	}
	return true, nil
}

// stepTaken is a step with who takes it.
type stepTaken struct {
	cat    *catalogue
	by     city.Actor
	asker  city.Asker
	party  city.Party
	in     city.DispositionStepInput
	proofs []int64
	// office is the office that pass_on or redirect names.
	office string
	// byParts: it is said to be done without a picture of its own.
	byParts bool
}

// applyStep changes a locked disposition and writes the step.
func (s *Store) applyStep(ctx context.Context, tx pgx.Tx, t stepTaken, r *dispositionRow) ([]city.Event, error) {
	from, was := city.DispositionStatus(r.Status), r.readers()
	to, err := s.mayStep(ctx, tx, t, r)
	if err != nil {
		return nil, err
	}
	if err := s.resolveProofs(ctx, tx, &t, r); err != nil {
		return nil, err
	}
	if t.in.Kind == city.StepFinish {
		if t.byParts, err = s.mayFinish(ctx, tx, t, r); err != nil {
			return nil, err
		}
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	moveClock(t.cat.calendar, r, from, to, now)
	if err := s.change(ctx, tx, t, r, to, now); err != nil {
		return nil, err
	}
	r.Status = string(to)
	if err := s.writeStep(ctx, tx, t, r.ID, &from, to, now); err != nil {
		return nil, err
	}
	events, err := s.putDisposition(ctx, tx, t.cat, r, was)
	if err != nil {
		return nil, err
	}
	if t.in.Kind == city.StepCancel {
		below, err := s.cancelParts(ctx, tx, t, r)
		if err != nil {
			return nil, err
		}
		events = append(events, below...)
	}
	if to.Over() && !from.Over() && r.ParentID != 0 && t.party != partyOfWhole {
		above, err := s.noteWhole(ctx, tx, t, r.ParentID)
		if err != nil {
			return nil, err
		}
		events = append(events, above...)
	}
	return events, record(ctx, tx, t.by, "disposition."+string(t.in.Kind), strconv.FormatInt(r.ID, 10), t.in.Text, map[string]any{"from": from, "to": to})
}

// mayStep returns the status that the step leads to, or why it may not be
// taken now by this asker, in words that can be shown.
func (s *Store) mayStep(ctx context.Context, tx pgx.Tx, t stepTaken, r *dispositionRow) (city.DispositionStatus, error) {
	party := t.party
	if party == partyOfWhole {
		party = city.PartySender
	}
	from := city.DispositionStatus(r.Status)
	if party == city.PartyReader && !city.MayNote(t.asker.Role) {
		return from, refused(city.Forbidden, "error.dsp_party", "step %s is not for a reader of a disposition", t.in.Kind)
	}
	to, err := from.Move(t.in.Kind, party)
	if err != nil {
		if ce, ok := errors.AsType[*city.Error](err); ok && ce.Key == "" {
			ce.Key = map[city.Code]string{city.Forbidden: "error.dsp_party", city.Conflict: "error.dsp_status"}[ce.Code]
			if ce.Code == city.Conflict {
				ce.Params = map[string]string{"status": string(from)}
			}
		}
		return from, err
	}
	if t.in.Kind == city.StepConfirm && party.Is(city.PartySender) && r.Proof && r.Verdict != string(city.VerdictValid) {
		parts, err := s.partsOf(ctx, tx, r.ID)
		if err != nil {
			return from, err
		}
		if parts.Proven == 0 {
			return from, refused(city.Conflict, "error.dsp_needs_proof", "this work is done when its picture stands or the reporter agrees, not by the sender's word alone")
		}
	}
	return to, nil
}

func refused(code city.Code, key, format string, args ...any) error {
	e := city.Errorf(code, format, args...)
	e.Key = key
	return e
}

const ownProofsQuery = `SELECT id FROM proofs WHERE disposition_id = $1 AND client_id = ANY ($2::uuid[]) ORDER BY id`

// resolveProofs finds the pictures that a step names and that have arrived.
func (s *Store) resolveProofs(ctx context.Context, tx pgx.Tx, t *stepTaken, r *dispositionRow) error {
	if len(t.in.Proofs) == 0 {
		return nil
	}
	ids, err := column[int64](ctx, tx, ownProofsQuery, r.ID, t.in.Proofs)
	if err != nil {
		return fmt.Errorf("find the pictures of a step: %w", err)
	}
	t.proofs = append(t.proofs, ids...)
	return nil
}

// partCounts counts the parts of a disposition.
type partCounts struct {
	All, Open, Done, Proven int
}

const partsOfQuery = `SELECT count(*) FILTER (WHERE status <> 'canceled') AS "all", count(*) FILTER (WHERE status NOT IN ('done', 'canceled')) AS open,
	count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'done' AND proof) AS proven FROM dispositions WHERE parent_id = $1`

func (s *Store) partsOf(ctx context.Context, tx pgx.Tx, id int64) (partCounts, error) {
	rows, err := rowsOf[partCounts](ctx, tx, partsOfQuery, id)
	if err != nil {
		return partCounts{}, fmt.Errorf("count the parts of disposition %d: %w", id, err)
	}
	return rows[0], nil
}

const hasProofQuery = `SELECT EXISTS (SELECT FROM proofs p WHERE p.disposition_id = $1 AND p.stage = 'after'
	AND p.received_at > (SELECT coalesce(max(s.at), '-infinity') FROM disposition_steps s WHERE s.disposition_id = $1 AND s.kind = 'reopen'))`

// mayFinish reports why work may not be said to be done: parts are open, or no
// picture was taken although it needs one; byParts: none is needed, since its
// parts have theirs.
func (s *Store) mayFinish(ctx context.Context, tx pgx.Tx, t stepTaken, r *dispositionRow) (byParts bool, err error) {
	parts, err := s.partsOf(ctx, tx, r.ID)
	if err != nil {
		return false, err
	}
	if parts.Open > 0 {
		e := refusedWith(city.Conflict, "error.dsp_parts_open", map[string]string{"count": strconv.Itoa(parts.Open)},
			"%d of its parts are not done yet", parts.Open)
		return false, e
	}
	if !r.Proof || len(t.in.Proofs)+len(t.proofs) > 0 {
		return false, nil
	}
	var has bool
	if err := tx.QueryRow(ctx, hasProofQuery, r.ID).Scan(&has); err != nil {
		return false, fmt.Errorf("look for pictures of disposition %d: %w", r.ID, err)
	}
	if !has && parts.Proven == 0 {
		return false, refused(city.Conflict, "error.dsp_no_proof", "this work is done with a picture from the place; take one and send it again")
	}
	return !has, nil
}

func refusedWith(code city.Code, key string, params map[string]string, format string, args ...any) error {
	e := city.Errorf(code, format, args...)
	e.Key, e.Params = key, params
	return e
}

// moveClock stops and starts a disposition's clock as its status changes.
func moveClock(cal city.Calendar, r *dispositionRow, from, to city.DispositionStatus, now time.Time) {
	if from == to {
		return
	}
	since := r.WaitsSince
	if from == city.DispositionDone {
		since = r.DoneAt // it stood while it was held for done
	}
	if since != nil {
		settleWait(cal, r, *since, now)
	}
	r.WaitsSince = nil
	if to.Waits() {
		r.WaitsSince = &now
	}
}

func settleWait(cal city.Calendar, r *dispositionRow, since, now time.Time) {
	d, late := cal.AfterWaiting(city.Deadline{At: r.DueAt, Clock: r.InHours}, r.ClockFrom, since, now)
	r.DueAt, r.WaitedLate = d.At, r.WaitedLate+late.Seconds()
	r.WaitedSeconds += max(0, now.Sub(since).Seconds())
}

// change sets what else of a disposition a step changes.
func (s *Store) change(ctx context.Context, tx pgx.Tx, t stepTaken, r *dispositionRow, to city.DispositionStatus, now time.Time) error {
	in := t.in
	if in.Kind != city.StepRead && in.Kind != city.StepRemind && in.Kind != city.StepEscalate {
		r.LastAt = now
		if text := strings.TrimSpace(cleanText(in.Text)); text != "" {
			r.LastNews = text
		}
	}
	if to != city.DispositionHindered {
		r.Obstacle = ""
	}
	if in.Percent != nil && (in.Kind == city.StepProgress || in.Kind == city.StepHinder) {
		r.Percent = *in.Percent
	}
	switch in.Kind {
	case city.StepAccept, city.StepProgress:
		if r.AcceptedAt == nil {
			r.AcceptedAt = &now
		}
	case city.StepHinder:
		r.Obstacle = in.Obstacle
	case city.StepFinish:
		r.FinishedAt, r.Percent = &now, 100
		if r.Proof && !t.byParts {
			r.Verdict = string(city.VerdictPending)
		}
	case city.StepConfirm:
		r.DoneAt, r.DoneBy = &now, "sender"
		if t.party == city.PartySystem {
			if r.DoneBy = in.DoneBy; r.DoneBy == "" {
				return fmt.Errorf("confirm disposition %d: nobody says what made it done", r.ID)
			}
		}
	case city.StepReopen:
		r.FinishedAt, r.DoneAt, r.DoneBy, r.Verdict, r.ReporterWord = nil, nil, "", "", ""
		r.Percent = 0 // the addressee's "finished" no longer holds, and nobody has said how far it is
	case city.StepExtend:
		return s.extend(t, r, now)
	case city.StepRedirect:
		return s.redirect(ctx, tx, t, r, now)
	case city.StepEscalate:
		r.Rung = max(r.Rung, in.Rung)
	}
	return nil
}

// extend gives a new deadline; waiting so far is settled, waiting from now on
// moves the new one.
func (s *Store) extend(t stepTaken, r *dispositionRow, now time.Time) error {
	if err := city.CheckDueAt(*t.in.DueAt, now); err != nil {
		return err
	}
	if r.WaitsSince != nil {
		r.WaitedSeconds += max(0, now.Sub(*r.WaitsSince).Seconds())
		r.WaitsSince = &now
	}
	d := t.cat.calendar.DeadlineAt(*t.in.DueAt)
	r.DueAt, r.InHours, r.ClockFrom, r.WaitedLate = d.At, d.Clock, now, 0
	return nil
}

// redirect sends a declined disposition to another office. Whoever declined it
// no longer sees it.
func (s *Store) redirect(ctx context.Context, tx pgx.Tx, t stepTaken, r *dispositionRow, now time.Time) error {
	to, err := addresseeOf(ctx, tx, t.in.Office, "")
	if err != nil {
		return err
	}
	part, wholeArea, err := s.wholeOf(ctx, tx, r.ParentID)
	if err != nil {
		return err
	}
	if !city.MayInstruct(r.sender(), to, part, wholeArea) || to.Scope() == r.addressee() {
		return notBelow(to)
	}
	if t.in.DueAt != nil {
		if err := s.extend(t, r, now); err != nil {
			return err
		}
	}
	r.ToRole, r.ToOfficeID, r.ToArea = string(to.Role), to.OfficeID, to.AreaCode
	r.Offices, r.Areas, err = partiesOf(ctx, tx, r.sender(), r.FromOfficeID, to, r.Copies)
	r.AcceptedAt, r.Percent = nil, 0
	return err
}

// stepData is what of a step has no column.
type stepData struct {
	Percent  *int            `json:"percent,omitempty"`
	Obstacle string          `json:"obstacle,omitempty"`
	Office   string          `json:"office,omitempty"`
	DueAt    *time.Time      `json:"due_at,omitempty"`
	Parts    []city.PartUsed `json:"parts,omitempty"`
	Proofs   []int64         `json:"proofs,omitempty"`
	// Pictures are those that the phone said will come.
	Pictures []string `json:"pictures,omitempty"`
	DoneBy   string   `json:"done_by,omitempty"`
	Rung     int      `json:"rung,omitempty"`
}

const insertStepQuery = `INSERT INTO disposition_steps (disposition_id, client_id, at, said_at, kind, officer_id, actor, name, role, acting_for, was, status, text, data)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// writeStep adds a line to the history; from is nil for the first.
func (s *Store) writeStep(ctx context.Context, tx pgx.Tx, t stepTaken, id int64, from *city.DispositionStatus, to city.DispositionStatus, now time.Time) error {
	name, err := signature(ctx, tx, t.by, t.asker.Role)
	if err != nil {
		return err
	}
	in, office := t.in, t.office
	if office == "" {
		office = cleanText(in.Office)
	}
	data, err := json.Marshal(stepData{
		Percent: in.Percent, Obstacle: in.Obstacle, Office: office, DueAt: in.DueAt, Parts: cleanParts(in.Parts), Proofs: t.proofs, Pictures: in.Proofs,
		DoneBy: in.DoneBy, Rung: in.Rung,
	})
	if err != nil {
		return fmt.Errorf("encode a step: %w", err)
	}
	if _, err := tx.Exec(ctx, insertStepQuery, id, in.ClientID, now, in.SaidAt, string(in.Kind), idOrNone(t.by.OfficerID), t.by.Name, name, string(t.asker.Role),
		t.by.ActingFor, (*string)(from), string(to), strings.TrimSpace(cleanText(in.Text)), data); err != nil {
		return fmt.Errorf("write step %s of disposition %d: %w", in.Kind, id, err)
	}
	return nil
}

func cleanParts(parts []city.PartUsed) []city.PartUsed {
	out := make([]city.PartUsed, len(parts))
	for i, p := range parts {
		out[i] = city.PartUsed{Name: strings.TrimSpace(cleanText(p.Name)), Quantity: p.Quantity, Unit: strings.TrimSpace(cleanText(p.Unit))}
	}
	return out
}

// newUUID makes a random UUID (version 4, RFC 9562).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
