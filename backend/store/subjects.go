package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	subjectColumns = `SELECT q.id, q.kind, q.way, q.received_at, q.received_by, q.due_at, q.state, (coalesce(q.decided_at, $1) > q.due_at) AS late, q.gave, q.proof, q.proof_note, q.proof_way,
	q.proven_at, q.proven_by, q.code_way, q.code_until, 5 - q.codes AS codes_left, CASE WHEN q.code_until IS NULL THEN 0 ELSE 5 - q.code_tries END AS tries_left,
	q.copied_at, q.corrected_at, q.erased_at, q.decided_at, q.decided_by, q.reason, (SELECT count(*) FROM subject_reports f WHERE f.request_id = q.id)::int AS reports
	FROM subject_requests q `
	// Those that wait first, whose time ends first; the others newest first.
	subjectsQuery = subjectColumns + `ORDER BY q.decided_at IS NOT NULL, CASE WHEN q.decided_at IS NULL THEN q.due_at END, q.id DESC LIMIT 200`
	subjectQuery  = subjectColumns + `WHERE q.id = $2`
	addSubject    = `INSERT INTO subject_requests (client_id, kind, way, received_at, noted_at, officer_id, received_by, norm_id, due_at, key_id, sealed, gave)
	VALUES ($1::text::uuid, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8, $9, $10, $11, $12) ON CONFLICT ON CONSTRAINT subject_requests_are_noted_once DO NOTHING RETURNING id`
	sameSubject        = `SELECT id FROM subject_requests WHERE client_id = $1::text::uuid`
	subjectReportQuery = `SELECT f.report_id, r.external_id AS ticket, r.created_at, r.channel, coalesce(c.name, '') AS category, coalesce(w.name, '') AS area, r.status, f.found_by, f.proven, r.held
	FROM subject_reports f JOIN reports r ON r.id = f.report_id LEFT JOIN categories c ON c.slug = r.category LEFT JOIN areas w ON w.code = nullif(r.area_code, '')
	WHERE f.request_id = $1 ORDER BY r.created_at DESC, r.id DESC`
	subjectMessagesQuery    = `SELECT kind, text, at, by_name AS by, channel, taken_at, ended_at, error FROM subject_messages WHERE request_id = $1 ORDER BY id`
	subjectCorrectionsQuery = `SELECT report_id, version, at, by_name AS by, fields, reason FROM subject_corrections WHERE request_id = $1 ORDER BY id`
)

// operatorOnly lets operators through: they act on requests, auditors read.
func operatorOnly(asker city.Asker) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may act on requests about personal data")
	}
	return nil
}

// today is the city's day at a moment, as norms count it.
func (c *catalogue) today(now time.Time) string { return now.In(c.location).Format(time.DateOnly) }

// Subjects returns the requests of persons about their own data, at most 200,
// those that wait and are due first before others; to operators and auditors.
func (s *Store) Subjects(ctx context.Context, asker city.Asker) (out city.SubjectRequests, err error) {
	if err := keepersOnly(asker); err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out.Items, err = rowsOf[city.SubjectRequest](ctx, tx, subjectsQuery, s.now())
		return err
	})
	return out, wrapped(err, "read the requests about personal data")
}

// Subject returns one request with what belongs to it; to operators and auditors.
func (s *Store) Subject(ctx context.Context, asker city.Asker, id int64) (out city.SubjectDetail, err error) {
	if err := keepersOnly(asker); err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.SubjectRequest](ctx, tx, subjectQuery, s.now(), id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return city.Errorf(city.NotFound, "there is no request %d", id)
		}
		out.SubjectRequest = rows[0]
		if out.Found, err = rowsOf[city.SubjectReport](ctx, tx, subjectReportQuery, id); err != nil {
			return err
		}
		if out.Messages, err = rowsOf[city.SubjectMessage](ctx, tx, subjectMessagesQuery, id); err != nil {
			return err
		}
		out.Corrections, err = rowsOf[city.SubjectCorrected](ctx, tx, subjectCorrectionsQuery, id)
		return err
	})
	return out, wrapped(err, "read a request about personal data")
}

// NoteSubject writes a request down and returns its number; the same client id is
// one request. Its time runs from when it was received.
func (s *Store) NoteSubject(ctx context.Context, by city.Actor, asker city.Asker, n city.NewSubject) (id int64, err error) {
	if err := operatorOnly(asker); err != nil {
		return 0, err
	}
	now := *stored(new(s.now()))
	if n, err = n.Clean(now); err != nil {
		return 0, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	k, err := s.identities.Newest()
	if err != nil {
		return 0, err
	}
	sealed, err := n.Who.SealSubject(k, n.ClientID)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		norms, err := rowsOf[subjectNorm](ctx, tx, subjectNormQuery, n.Kind, cat.today(n.ReceivedAt))
		if err != nil {
			return err
		}
		if len(norms) == 0 {
			return city.InvalidField("kind", "has no norm that says within how many hours it is met")
		}
		due := n.ReceivedAt.Add(time.Duration(norms[0].Hours) * time.Hour)
		ids, err := column[int64](ctx, tx, addSubject, n.ClientID, n.Kind, n.Way, n.ReceivedAt, now, by.OfficerID, by.Name, norms[0].ID, due, k.ID(), sealed, n.Who.Gave())
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return tx.QueryRow(ctx, sameSubject, n.ClientID).Scan(&id)
		}
		id = ids[0]
		return record(ctx, tx, by, "subject.note", strconv.FormatInt(id, 10), "", map[string]any{"kind": n.Kind, "way": n.Way, "due": due})
	})
	return id, wrapped(err, "note a request about personal data")
}

// heldSubject is a request as those who act on it hold it.
type heldSubject struct {
	ID       int64
	ClientID string
	Kind     string
	State    string
	Proof    string
	CodeBox  []byte
	CodeKey  string
	CodeWay  string
	CodeGood bool
	Tries    int
	Codes    int
	Done     bool // what was asked for was done
}

const holdSubjectQuery = `SELECT id, client_id::text AS client_id, kind, state, proof, code_box, code_key, code_way, coalesce(code_until > $2, false) AS code_good, code_tries AS tries, codes,
	CASE kind WHEN 'salinan' THEN copied_at WHEN 'perbaikan' THEN corrected_at ELSE erased_at END IS NOT NULL AS done FROM subject_requests WHERE id = $1 FOR UPDATE`

// holdSubject locks a request that is not decided.
func (s *Store) holdSubject(ctx context.Context, tx pgx.Tx, id int64) (heldSubject, error) {
	rows, err := rowsOf[heldSubject](ctx, tx, holdSubjectQuery, id, s.now())
	if err != nil {
		return heldSubject{}, err
	}
	if len(rows) == 0 {
		return heldSubject{}, city.Errorf(city.NotFound, "there is no request %d", id)
	}
	switch city.SubjectState(rows[0].State) {
	case city.SubjectMet, city.SubjectRefused:
		return heldSubject{}, keyed(city.Errorf(city.Conflict, "request %d is decided already", id), "error.subject_decided")
	}
	return rows[0], nil
}

// provenSubject locks a request whose asker proved who they are.
func (s *Store) provenSubject(ctx context.Context, tx pgx.Tx, id int64) (heldSubject, error) {
	h, err := s.holdSubject(ctx, tx, id)
	if err == nil && h.Proof == "" {
		return h, keyed(city.Errorf(city.Conflict, "who asks in request %d has not proven who they are", id), "error.subject_unproven")
	}
	return h, err
}

// subjectReason is the reason under which identities are opened for a request.
func subjectReason(id int64, what string) string {
	return fmt.Sprintf("permintaan data pribadi nomor %d: %s", id, what)
}
