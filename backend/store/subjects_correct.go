package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	holdReportOfSubject = `SELECT r.id, r.text, r.address, r.lon, r.lat, r.area_code, coalesce(r.office_id, 0) AS office_id, r.held, f.proven
	FROM subject_reports f JOIN reports r ON r.id = f.report_id WHERE f.request_id = $1 AND f.report_id = $2 FOR UPDATE OF r`
	correctReportOfSubject = `UPDATE reports SET text = $2, address = $3, lon = $4, lat = $5, computed_area = CASE WHEN $6 THEN nullif($7::text, '') ELSE computed_area END,
	search = CASE WHEN $8 THEN $9::text::tsvector || spoken_search ELSE search END, held = $10, changed_at = now() WHERE id = $1`
	addSubjectCorrection = `INSERT INTO subject_corrections (request_id, report_id, version, at, officer_id, by_name, fields, reason, key_id, sealed)
	SELECT $1, $2::bigint, 1 + coalesce(max(version), 0), $3, nullif($4::bigint, 0), $5, $6, $7, $8, $9 FROM subject_corrections WHERE report_id = $2`
	subjectCorrected = `UPDATE subject_requests SET corrected_at = $2 WHERE id = $1`
	areaOfReport     = `SELECT area_code FROM reports WHERE id = $1`
)

type reportOfSubject struct {
	ID            int64
	Text, Address string
	Lon, Lat      *float64
	AreaCode      string
	OfficeID      int64
	Held          []string
	Proven        bool
}

// formerly is what stood before a correction, as it is sealed.
type formerly struct {
	Who     *city.Reporter `json:"identity,omitempty"`
	Text    *string        `json:"text,omitempty"`
	Address *string        `json:"address,omitempty"`
	Lon     *float64       `json:"lon,omitempty"`
	Lat     *float64       `json:"lat,omitempty"`
}

// CorrectSubject puts right what a person asked for in one report of theirs: it is
// a new version, holds against the report's source, and is analysed anew. What
// stood before is kept sealed.
func (s *Store) CorrectSubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, c city.SubjectChange) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	c, err := c.Clean()
	if err != nil {
		return err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var who *city.Reporter
	if c.Identity != nil {
		if who, err = s.ownReporter(ctx, by, asker, id, c.ReportID); err != nil {
			return err
		}
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		h, err := s.provenSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		if h.Kind == string(city.SubjectErase) {
			return keyed(city.Errorf(city.Conflict, "request %d asks for erasure, not for a correction", id), "error.subject_kind")
		}
		r, err := reportOfRequest(ctx, tx, id, c.ReportID)
		if err != nil {
			return err
		}
		if err := s.keepFormer(ctx, tx, by, id, c, who, r); err != nil {
			return err
		}
		return s.putRight(ctx, tx, cat, by, id, c, r)
	})
	return wrapped(err, "correct a report for who made it")
}

// reportOfRequest locks a report that the proof of a request holds for.
func reportOfRequest(ctx context.Context, tx pgx.Tx, request, report int64) (reportOfSubject, error) {
	rows, err := rowsOf[reportOfSubject](ctx, tx, holdReportOfSubject, request, report)
	if err != nil {
		return reportOfSubject{}, err
	}
	if len(rows) == 0 {
		return reportOfSubject{}, city.Errorf(city.NotFound, "report %d was not found for request %d", report, request)
	}
	if !rows[0].Proven {
		return rows[0], keyed(city.Errorf(city.Conflict, "what proved who asks does not hold for report %d", report), "error.subject_not_covered")
	}
	return rows[0], nil
}

// ownReporter opens who made a report, audited as every opening is; nil for none.
func (s *Store) ownReporter(ctx context.Context, by city.Actor, asker city.Asker, id, report int64) (*city.Reporter, error) {
	p, err := s.Reporter(ctx, by, asker, report, subjectReason(id, "memperbaiki identitas"))
	if err != nil || p == (city.Reporter{}) {
		return nil, err
	}
	return &p, nil
}

func (s *Store) keepFormer(ctx context.Context, tx pgx.Tx, by city.Actor, id int64, c city.SubjectChange, who *city.Reporter, r reportOfSubject) error {
	k, err := s.identities.Newest()
	if err != nil {
		return err
	}
	was := formerly{Who: who}
	if c.Text != nil {
		was.Text = &r.Text
	}
	if c.Address != nil {
		was.Address = &r.Address
	}
	if c.Lon != nil {
		was.Lon, was.Lat = r.Lon, r.Lat
	}
	plain, err := json.Marshal(was)
	if err != nil {
		return fmt.Errorf("encode what stood before: %w", err)
	}
	sealed := k.Seal(fmt.Sprintf("subject-correction/%d", c.ReportID), plain)
	_, err = tx.Exec(ctx, addSubjectCorrection, id, c.ReportID, *stored(new(s.now())), by.OfficerID, by.Name, c.Fields(), cleanText(c.Reason), k.ID(), sealed)
	return wrapped(err, "keep what stood before")
}

func (s *Store) putRight(ctx context.Context, tx pgx.Tx, cat *catalogue, by city.Actor, id int64, c city.SubjectChange, r reportOfSubject) error {
	text, address, lon, lat := r.Text, r.Address, r.Lon, r.Lat
	if c.Text != nil {
		text = cleanText(*c.Text)
	}
	if c.Address != nil {
		address = cleanText(*c.Address)
	}
	if c.Lon != nil {
		lon, lat = c.Lon, c.Lat
	}
	words, stems := c.Stems != nil && (c.Text != nil || c.Address != nil), ""
	if words {
		stems = c.Stems(text, address)
	}
	if _, err := tx.Exec(ctx, correctReportOfSubject, r.ID, text, address, lon, lat, c.Lon != nil, c.Area, words, stems, heldTogether(r.Held, c.Fields()...)); err != nil {
		return fmt.Errorf("write a correction: %w", err)
	}
	if c.Identity != nil {
		in := ingestion{store: s, tx: tx}
		if err := in.reporters(ctx, map[int64]*city.Reporter{r.ID: c.Identity}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, subjectCorrected, id, *stored(new(s.now()))); err != nil {
		return fmt.Errorf("note a correction: %w", err)
	}
	detail := map[string]any{"fields": c.Fields(), "request": id, "report": r.ID}
	if err := record(ctx, tx, by, "report.subject_correction", strconv.FormatInt(r.ID, 10), c.Reason, detail); err != nil {
		return err
	}
	if err := record(ctx, tx, by, "subject.correct", strconv.FormatInt(id, 10), c.Reason, detail); err != nil {
		return err
	}
	if err := queueAnalysis(ctx, tx, []int64{r.ID}); err != nil {
		return err
	}
	return tellCorrected(ctx, tx, cat, r)
}

// tellCorrected tells screens of a report that was put right, and those that it no
// longer belongs to.
func tellCorrected(ctx context.Context, tx pgx.Tx, cat *catalogue, r reportOfSubject) error {
	var area string
	if err := tx.QueryRow(ctx, areaOfReport, r.ID).Scan(&area); err != nil {
		return err
	}
	if area != r.AreaCode {
		if err := appendEvents(ctx, tx, []city.Event{{Topic: city.TopicReports, Key: strconv.FormatInt(r.ID, 10), Op: "remove", AreaCode: r.AreaCode, OfficeID: r.OfficeID}}); err != nil {
			return err
		}
	}
	return tellDeadlines(ctx, tx, cat, []int64{r.ID})
}

// heldTogether adds what holds against a source, each once.
func heldTogether(before []string, more ...string) []string {
	out := append(slices.Clone(before), more...)
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	provenReports     = `SELECT report_id FROM subject_reports WHERE request_id = $1 AND proven ORDER BY report_id`
	forgetReporters   = `DELETE FROM reporters WHERE report_id = ANY ($1)`
	forgetRecords     = `UPDATE reports SET raw = NULL, held = ARRAY(SELECT DISTINCT x FROM unnest(held || ARRAY['erased']) x ORDER BY x), changed_at = now() WHERE id = ANY ($1)`
	forgetCorrections = `UPDATE subject_corrections SET sealed = NULL, key_id = '' WHERE report_id = ANY ($1) AND sealed IS NOT NULL`
	subjectErased     = `UPDATE subject_requests SET erased_at = $2 WHERE id = $1`
	decideSubject     = `UPDATE subject_requests SET state = $2, decided_at = $3, decided_by = $4, reason = $5, code_box = NULL, code_key = '', code_until = NULL,
	sealed = CASE WHEN kind = 'hapus' AND $2 = 'selesai' THEN NULL ELSE sealed END, key_id = CASE WHEN kind = 'hapus' AND $2 = 'selesai' THEN '' ELSE key_id END WHERE id = $1`
)

// DecideSubject ends a request: met, once what it asks for was done, or refused
// with the reason, and tells who asked. Meeting a request for erasure erases who
// they are from the reports that the proof holds for, in the same transaction: the
// letter's address is sealed with the letter before, and forgotten when it is there.
func (s *Store) DecideSubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, o city.SubjectOutcome, offered []city.NoticeChannel) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	o.Reason = strings.TrimSpace(o.Reason)
	if n := utf8.RuneCountInString(o.Reason); o.State == city.SubjectRefused && (n < 10 || n > 1000) {
		return refusedField("reason", "error.subject_reason", "has 10 to 1000 characters")
	}
	if o.State == city.SubjectMet {
		o.Reason = ""
	}
	address, channel := "", o.Channel
	if channel == "" {
		channel = "sendiri"
	} else {
		if !slices.Contains(offered, channel) {
			return keyed(city.Errorf(city.Conflict, "this server cannot send by that channel; tell it in person"), "error.subject_not_carried")
		}
		var err error
		if address, err = s.subjectAddress(ctx, asker, id, channel, o.State == city.SubjectMet); err != nil {
			return err
		}
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		return s.decideSubject(ctx, tx, by, id, o, channel, address)
	})
	return wrapped(err, "decide a request about personal data")
}

func (s *Store) decideSubject(ctx context.Context, tx pgx.Tx, by city.Actor, id int64, o city.SubjectOutcome, channel city.NoticeChannel, address string) error {
	hold, action := s.holdSubject, "subject.refused"
	if o.State == city.SubjectMet {
		hold, action = s.provenSubject, "subject.met"
	}
	h, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	now := *stored(new(s.now()))
	if o.State == city.SubjectMet {
		if h.Kind == string(city.SubjectErase) {
			if err := s.eraseSubject(ctx, tx, by, id); err != nil {
				return err
			}
		} else if !h.Done {
			return keyed(city.Errorf(city.Conflict, "what request %d asks for was not done yet", id), "error.subject_not_done")
		}
	}
	if _, err := tx.Exec(ctx, endCodesQuery, id, now); err != nil {
		return fmt.Errorf("end the code: %w", err)
	}
	if _, err := tx.Exec(ctx, decideSubject, id, o.State, now, by.Name, cleanText(o.Reason)); err != nil {
		return err
	}
	text := city.SubjectResult(city.SubjectKind(h.Kind), o.State, id, o.Reason)
	if err := s.putSubjectMessage(ctx, tx, by, id, "hasil", text, channel, address); err != nil {
		return err
	}
	return record(ctx, tx, by, action, strconv.FormatInt(id, 10), o.Reason, map[string]any{"channel": channel})
}

// eraseSubject erases who made the reports that the proof of a request holds for:
// their identity, the source's own record of them, and what corrections kept of it.
func (s *Store) eraseSubject(ctx context.Context, tx pgx.Tx, by city.Actor, id int64) error {
	ids, err := column[int64](ctx, tx, provenReports, id)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return keyed(city.Errorf(city.Conflict, "no report of request %d is proven to be theirs", id), "error.subject_nothing_found")
	}
	if _, err := tx.Exec(ctx, forgetRecords, ids); err != nil {
		return fmt.Errorf("erase the sources' records: %w", err)
	}
	if _, err := tx.Exec(ctx, forgetReporters, ids); err != nil {
		return fmt.Errorf("erase identities: %w", err)
	}
	if _, err := tx.Exec(ctx, silenceNotes, ids, *stored(new(s.now()))); err != nil {
		return fmt.Errorf("erase recordings: %w", err)
	}
	if _, err := tx.Exec(ctx, forgetCorrections, ids); err != nil {
		return fmt.Errorf("erase what stood before corrections: %w", err)
	}
	for _, report := range ids {
		if err := record(ctx, tx, by, "report.subject_erasure", strconv.FormatInt(report, 10), "", map[string]any{"request": id}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, subjectErased, id, *stored(new(s.now()))); err != nil {
		return err
	}
	return record(ctx, tx, by, "subject.erase", strconv.FormatInt(id, 10), "", map[string]any{"reports": len(ids)})
}
