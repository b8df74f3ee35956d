package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	sealedSubjectQuery = `SELECT client_id::text AS client_id, key_id, sealed FROM subject_requests WHERE id = $1`
	findSubjectQuery   = `SELECT report_id, array_agg(DISTINCT found_by ORDER BY found_by) AS found_by FROM (SELECT * FROM subject_search($1, $2, $3, $4)
	UNION ALL SELECT * FROM subject_link($5)) f GROUP BY report_id ORDER BY report_id LIMIT $6`
	addFoundQuery = `INSERT INTO subject_reports AS f (request_id, report_id, found_by, found_at)
	SELECT $1, t.id, string_to_array(t.ways, ' '), $4 FROM unnest($2::bigint[], $3::text[]) AS t(id, ways)
	ON CONFLICT ON CONSTRAINT subject_reports_pkey DO UPDATE SET found_by = ARRAY(SELECT DISTINCT x FROM unnest(f.found_by || excluded.found_by) x ORDER BY x)`
	// coverQuery notes for which reports a proof holds: a paper for all, a link for
	// the report it was sent for, a code for what the same address, number or chat
	// account leads to. Of two chats' accounts with one name only the chat's own.
	coverQuery = `UPDATE subject_reports f SET proven = true FROM subject_requests q, reports r, sources s
	WHERE f.request_id = $1 AND q.id = f.request_id AND r.id = f.report_id AND s.id = r.source_id AND (q.proof = 'identitas'
		OR (q.proof = 'tautan' AND 'tautan' = ANY (f.found_by))
		OR (q.proof = 'kode' AND q.proof_way = 'surel' AND 'surel' = ANY (f.found_by))
		OR (q.proof = 'kode' AND q.proof_way = 'whatsapp' AND ('telepon' = ANY (f.found_by) OR ('akun' = ANY (f.found_by) AND s.connector = 'whatsapp')))
		OR (q.proof = 'kode' AND q.proof_way = 'telegram' AND 'akun' = ANY (f.found_by) AND s.connector = 'telegram'))`
)

type sealedSubject struct {
	ClientID, KeyID string
	Sealed          []byte
}

type foundReport struct {
	ReportID int64
	FoundBy  []string
}

// FindSubject looks for the reports of who asks in a request, by what they gave and
// by the secret link that they show ("" for none), and returns who asks. It is
// audited with the request's number before the answer leaves. A name finds nobody.
func (s *Store) FindSubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, link string) (who city.Reporter, err error) {
	if err := operatorOnly(asker); err != nil {
		return who, err
	}
	err = s.withReason(ctx, asker, subjectReason(id, "mencari laporan miliknya"), func(tx pgx.Tx, reason string) error {
		if err := record(ctx, tx, by, "subject.search", strconv.FormatInt(id, 10), reason, map[string]any{"link": link != ""}); err != nil {
			return err
		}
		if who, err = s.openSubject(ctx, tx, id); err != nil {
			return err
		}
		b := city.SubjectBoxes{Mails: [][]byte{}, Phones: [][]byte{}, Handles: [][]byte{}, Numbers: [][]byte{}}
		for _, k := range s.identities.Each() {
			b.Add(k, who)
		}
		found, err := rowsOf[foundReport](ctx, tx, findSubjectQuery, b.Mails, b.Phones, b.Handles, b.Numbers, strings.TrimSpace(link), city.SubjectReportsMost+1)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if len(found) > city.SubjectReportsMost {
			return keyed(city.Errorf(city.Conflict, "more than %d reports were found; ask for what is shared by fewer", city.SubjectReportsMost), "error.subject_many")
		}
		ids, ways := make([]int64, len(found)), make([]string, len(found))
		for i, f := range found {
			ids[i], ways[i] = f.ReportID, strings.Join(f.FoundBy, " ")
		}
		_, err = tx.Exec(ctx, addFoundQuery, id, ids, ways, s.now())
		return wrapped(err, "keep what was found")
	})
	if err != nil {
		return city.Reporter{}, wrapped(locked(err), "look for the reports of a person")
	}
	// A proof that was given before holds for what is found by the same now.
	return who, s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, coverQuery, id)
		return wrapped(err, "note what the proof covers")
	})
}

// withReason runs fn with the right to open identities.
func (s *Store) withReason(ctx context.Context, asker city.Asker, reason string, fn func(tx pgx.Tx, reason string) error) error {
	return s.again(ctx, pgx.TxOptions{}, askerSettings(asker, reason), func(tx pgx.Tx) error { return fn(tx, reason) })
}

// openSubject opens who asks in a request.
func (s *Store) openSubject(ctx context.Context, tx pgx.Tx, id int64) (city.Reporter, error) {
	rows, err := rowsOf[sealedSubject](ctx, tx, sealedSubjectQuery, id)
	if err != nil {
		return city.Reporter{}, err
	}
	if len(rows) == 0 {
		return city.Reporter{}, city.Errorf(city.NotFound, "there is no request %d", id)
	}
	if rows[0].Sealed == nil {
		return city.Reporter{}, keyed(city.Errorf(city.Conflict, "who asked in request %d was erased", id), "error.subject_gone")
	}
	return city.OpenSubject(s.identities, rows[0].ClientID, rows[0].KeyID, rows[0].Sealed)
}

const subjectWaysQuery = `SELECT w.report_id, w.channel, w.key_id, w.sealed, w.source, w.heard, f.found_by
	FROM subject_reports f, LATERAL subject_ways(ARRAY[f.report_id]) w WHERE f.request_id = $1 AND w.channel = $2 AND (NOT $3 OR f.proven) ORDER BY w.heard DESC, w.report_id DESC LIMIT 200`

type subjectWay struct {
	ReportID int64
	Channel  string
	KeyID    string
	Sealed   []byte
	Source   string
	Heard    int64
	FoundBy  []string
}

// leads reports whether a report's own way by a channel is the one it was found by:
// a code must go to the address that was searched for, to no other of the report's.
func (w subjectWay) leads() bool {
	switch city.NoticeChannel(w.Channel) {
	case city.NoticeEmail:
		return slices.Contains(w.FoundBy, "surel")
	case city.NoticeWhatsApp:
		return slices.Contains(w.FoundBy, "telepon") || slices.Contains(w.FoundBy, "akun")
	}
	return slices.Contains(w.FoundBy, "akun")
}

// addressOf returns where who asks is reached by a channel, as their own reports
// say: by those that a proof holds for when proven, else by what was searched for
// alone. "" when nowhere.
func (s *Store) addressOf(ctx context.Context, tx pgx.Tx, id int64, channel city.NoticeChannel, proven bool, who city.Reporter) (string, error) {
	rows, err := rowsOf[subjectWay](ctx, tx, subjectWaysQuery, id, channel, proven)
	if err != nil {
		return "", fmt.Errorf("read the ways to who asks: %w", err)
	}
	for _, w := range rows {
		if !proven && !w.leads() {
			continue
		}
		p, err := city.OpenReporter(s.identities, w.ReportID, w.KeyID, w.Sealed)
		if err != nil {
			return "", err
		}
		if a := p.ReporterAddress(channel, w.Source, w.Heard); a != "" && (proven || isTheirs(channel, p, who)) {
			return a, nil
		}
	}
	return "", nil
}

// isTheirs guards against what a search by one thing found and another leads to: a
// chat that was found by a telephone number of its own report is not the number's.
func isTheirs(channel city.NoticeChannel, p, who city.Reporter) bool {
	switch channel {
	case city.NoticeEmail:
		return p.Mailbox() == who.Mailbox()
	case city.NoticeWhatsApp:
		return p.Handle == city.PlainPhone(who.Phone) || p.Handle == who.Handle
	}
	return p.Handle == who.Handle
}
