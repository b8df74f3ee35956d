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

// copiedAtOnce is how many reports one step of a copy reads.
const copiedAtOnce = 100

const (
	copySubjectQuery = `UPDATE subject_requests SET copied_at = $2 WHERE id = $1 RETURNING kind, received_at, (SELECT count(*) FROM subject_reports f WHERE f.request_id = $1 AND NOT f.proven)::int AS unproven`
	// What lies in the source's own record is what is copied here; it stays sealed.
	subjectDataQuery = `SELECT r.id, r.external_id AS ticket, s.name AS source, r.channel, r.status, r.created_at, r.received_at, r.responded_at, r.due_at, r.closed_at, r.removed_at,
	r.text, r.address, r.lon, r.lat, coalesce(w.name, '') AS area, coalesce(c.name, '') AS category, CASE WHEN r.category IS NULL THEN '' ELSE r.category_by END AS category_by,
	coalesce(a.urgency, '') AS urgency, coalesce(f.name, '') AS office, r.media_url, r.held, coalesce(a.incident_id, 0) <> 0 AS grouped, r.raw IS NOT NULL AS source_kept, r.answer
	FROM reports r JOIN sources s ON s.id = r.source_id LEFT JOIN areas w ON w.code = nullif(r.area_code, '') LEFT JOIN categories c ON c.slug = r.category
	LEFT JOIN offices f ON f.id = r.office_id LEFT JOIN report_analyses a ON a.report_id = r.id WHERE r.id = ANY ($1) ORDER BY r.created_at, r.id`
	subjectWordsQuery = `SELECT x.report_id, x.kind, x.text, x.at, x.channel, x.state FROM (
		SELECT m.report_id, m.kind, m.text, m.at, m.channel, CASE WHEN m.taken_at IS NOT NULL THEN 'terkirim' WHEN m.ended_at IS NOT NULL THEN 'gagal' ELSE 'menunggu' END AS state
			FROM reporter_messages m WHERE m.report_id = ANY ($1)
		UNION ALL SELECT a.report_id, 'tanya_beres', '', a.asked_at, l.channel, CASE WHEN l.taken_at IS NOT NULL THEN 'terkirim' WHEN l.ended_at IS NOT NULL THEN 'gagal' ELSE 'menunggu' END
			FROM reporter_asks a JOIN reporter_letters l ON l.ask_id = a.id AND l.kind = 'tanya' WHERE a.report_id = ANY ($1)
		UNION ALL SELECT a.report_id, 'kata_pelapor', w.answer || CASE WHEN w.text = '' THEN '' ELSE ': ' || w.text END, w.at, '', ''
			FROM reporter_words w JOIN reporter_asks a ON a.id = w.ask_id WHERE a.report_id = ANY ($1)
		UNION ALL SELECT n.report_id, 'penutup', n.text, n.at, '', CASE WHEN n.delivered_at IS NOT NULL THEN 'terkirim' ELSE 'menunggu' END
			FROM report_answers n WHERE n.report_id = ANY ($1)) x ORDER BY x.report_id, x.at`
	subjectVoicesQuery = `SELECT v.report_id, v.id AS note_id, v.at, v.text, CASE WHEN v.heard <> v.text THEN v.heard ELSE '' END AS heard, v.corrected_at, v.media_type AS kind
	FROM voice_notes v WHERE v.report_id = ANY ($1) ORDER BY v.at, v.id`
	// Letters are audited under their own numbers, messages under the report's.
	subjectTrailQuery = `SELECT replace(u.subject, 'report:', '')::bigint AS report_id, u.at, u.action, coalesce(u.officer_id, 0) AS officer_id, u.reason FROM audit u
	WHERE starts_with(u.action, 'report') AND u.subject = ANY ($1) AND (u.action NOT IN ('reporter.answer', 'reporter.ask') OR u.detail ? 'message') ORDER BY u.id LIMIT 20000`
	requestTrailQuery = `SELECT 0::bigint AS report_id, u.at, u.action, coalesce(u.officer_id, 0) AS officer_id, u.reason FROM audit u
	WHERE starts_with(u.action, 'subject.') AND u.subject = $1 ORDER BY u.id LIMIT 2000`
	postsQuery           = `SELECT officer_id, role, office FROM officer_posts($1)`
	sealedReportersQuery = `SELECT report_id, coalesce(key_id, '') AS key_id, sealed FROM reporters WHERE report_id = ANY ($1)`
	provenReportIDs      = `SELECT report_id FROM subject_reports WHERE request_id = $1 AND proven ORDER BY report_id`
	keptIdentitiesQuery  = `SELECT keep_months, source FROM retention_rules WHERE what = 'identitas_pelapor' AND effective_on <= $1::text::date ORDER BY effective_on DESC, id DESC LIMIT 1`
)

type copiedSubject struct {
	Kind       city.SubjectKind
	ReceivedAt time.Time
	Unproven   int
}

type subjectDataRow struct {
	ID                                          int64
	Ticket, Source, Channel, Status             string
	CreatedAt, ReceivedAt                       time.Time
	RespondedAt, DueAt, ClosedAt, RemovedAt     *time.Time
	Text, Address                               string
	Lon, Lat                                    *float64
	Area, Category, CategoryBy, Urgency, Office string
	MediaURL                                    string
	Held                                        []string
	Grouped, SourceKept                         bool
	Answer                                      string
}

type subjectWord struct {
	ReportID   int64
	Kind, Text string
	At         time.Time
	Channel    string
	State      string
}

type subjectVoiceRow struct {
	ReportID, NoteID  int64
	At                time.Time
	Text, Heard, Kind string
	CorrectedAt       *time.Time
}

type subjectTraceRow struct {
	ReportID  int64
	At        time.Time
	Action    string
	OfficerID int64
	Reason    string
}

type officerPost struct {
	OfficerID int64
	Role      city.Role
	Office    string
}

type sealedOf struct {
	ReportID int64
	KeyID    string
	Sealed   []byte
}

type keptIdentities struct {
	KeepMonths int
	Source     string
}

// CopySubject hands out, report by report, all that is kept of who asks in a
// request and has proven who they are: first head, once, then each report that the
// proof holds for. Each opening of an identity is audited before it is handed out.
func (s *Store) CopySubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, head func(city.SubjectCopyHead) error, each func(city.SubjectData) error) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var of copiedSubject
	var ids []int64
	if err := s.write(ctx, func(tx pgx.Tx) error {
		h, err := s.provenSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		if ids, err = column[int64](ctx, tx, provenReportIDs, id); err != nil {
			return err
		}
		rows, err := rowsOf[copiedSubject](ctx, tx, copySubjectQuery, h.ID, *stored(new(s.now())))
		if err != nil {
			return err
		}
		of = rows[0]
		return record(ctx, tx, by, "subject.copy", strconv.FormatInt(id, 10), "", map[string]any{"reports": len(ids)})
	}); err != nil {
		return wrapped(err, "copy what is kept of a person")
	}
	top, err := s.copyHead(ctx, cat, asker, id, of)
	if err != nil {
		return wrapped(err, "copy what is kept of a person")
	}
	top.Reports = len(ids)
	if err := head(top); err != nil {
		return err
	}
	for from := 0; from < len(ids); from += copiedAtOnce {
		batch, err := s.copyBatch(ctx, by, asker, id, ids[from:min(from+copiedAtOnce, len(ids))], top)
		if err != nil {
			return wrapped(err, "copy what is kept of a person")
		}
		for _, d := range batch {
			if err := each(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) copyHead(ctx context.Context, cat *catalogue, asker city.Asker, id int64, of copiedSubject) (out city.SubjectCopyHead, err error) {
	now := *stored(new(s.now()))
	out = city.SubjectCopyHead{
		Request: id, Kind: of.Kind, ReceivedAt: of.ReceivedAt, MadeAt: now, Unproven: of.Unproven, Basis: city.SubjectBasis, Zone: cat.location, Label: cat.zoneLabel,
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		set, err := readSetting(ctx, tx)
		if err != nil {
			return err
		}
		out.City = set.Name
		kept, err := rowsOf[keptIdentities](ctx, tx, keptIdentitiesQuery, cat.today(now))
		if err != nil {
			return err
		}
		if len(kept) > 0 {
			out.KeepMonths, out.KeepSource = kept[0].KeepMonths, kept[0].Source
		}
		rows, err := rowsOf[subjectTraceRow](ctx, tx, requestTrailQuery, strconv.FormatInt(id, 10))
		if err != nil {
			return err
		}
		traces, err := traced(ctx, tx, rows)
		out.Trail = orEmpty(traces[0])
		return err
	})
	return out, err
}

// copyBatch reads some reports of theirs in full, and opens who made them.
func (s *Store) copyBatch(ctx context.Context, by city.Actor, asker city.Asker, id int64, ids []int64, head city.SubjectCopyHead) ([]city.SubjectData, error) {
	who := map[int64]*city.Reporter{}
	sealedAway := map[int64]bool{}
	err := s.withReason(ctx, asker, subjectReason(id, "salinan untuk pemilik data"), func(tx pgx.Tx, reason string) error {
		rows, err := rowsOf[sealedOf](ctx, tx, sealedReportersQuery, ids)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := record(ctx, tx, by, "reporter.read", strconv.FormatInt(r.ReportID, 10), reason, nil); err != nil {
				return err
			}
			p, err := city.OpenReporter(s.identities, r.ReportID, r.KeyID, r.Sealed)
			if errors.Is(err, city.ErrSealed) {
				sealedAway[r.ReportID] = true
				continue
			}
			if err != nil {
				return err
			}
			who[r.ReportID] = &p
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []city.SubjectData
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = subjectData(ctx, tx, ids, head)
		return err
	})
	for i := range out {
		out[i].Who, out[i].WhoLocked = who[out[i].ID], sealedAway[out[i].ID]
	}
	return out, err
}

func subjectData(ctx context.Context, tx pgx.Tx, ids []int64, head city.SubjectCopyHead) ([]city.SubjectData, error) {
	rows, err := rowsOf[subjectDataRow](ctx, tx, subjectDataQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read the reports: %w", err)
	}
	said, err := rowsOf[subjectWord](ctx, tx, subjectWordsQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read what was said: %w", err)
	}
	spoke, err := rowsOf[subjectVoiceRow](ctx, tx, subjectVoicesQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read the recordings: %w", err)
	}
	voices := map[int64][]city.SubjectVoice{}
	for _, v := range spoke {
		voices[v.ReportID] = append(voices[v.ReportID], city.SubjectVoice{NoteID: v.NoteID, At: v.At, Text: v.Text, Heard: v.Heard, Kind: v.Kind, CorrectedAt: v.CorrectedAt})
	}
	subjects := make([]string, 0, 2*len(ids))
	for _, id := range ids {
		n := strconv.FormatInt(id, 10)
		subjects = append(subjects, n, "report:"+n)
	}
	trail, err := rowsOf[subjectTraceRow](ctx, tx, subjectTrailQuery, subjects)
	if err != nil {
		return nil, fmt.Errorf("read the trail: %w", err)
	}
	traces, err := traced(ctx, tx, trail)
	if err != nil {
		return nil, err
	}
	words := map[int64][]city.SubjectAnswer{}
	for _, w := range said {
		text := w.Text
		if w.Kind != "kata_pelapor" { // their own words stay whole
			text = city.MaskOutward(text)
		}
		words[w.ReportID] = append(words[w.ReportID], city.SubjectAnswer{Kind: w.Kind, Text: text, At: new(w.At), Channel: w.Channel, State: w.State})
	}
	out := make([]city.SubjectData, len(rows))
	for i, r := range rows {
		out[i] = r.data(head)
		out[i].Answers = append(out[i].Answers, words[r.ID]...)
		out[i].Trail, out[i].Voices = orEmpty(traces[r.ID]), voices[r.ID]
	}
	return out, nil
}

func (r subjectDataRow) data(head city.SubjectCopyHead) city.SubjectData {
	d := city.SubjectData{
		ID: r.ID, Ticket: r.Ticket, Source: r.Source, Channel: r.Channel, Status: city.ReportStatus(r.Status), CreatedAt: r.CreatedAt, ReceivedAt: r.ReceivedAt,
		RespondedAt: r.RespondedAt, DueAt: r.DueAt, ClosedAt: r.ClosedAt, RemovedAt: r.RemovedAt, Text: r.Text, Address: r.Address, Lon: r.Lon, Lat: r.Lat,
		Area: r.Area, Category: r.Category, CategoryBy: r.CategoryBy, Urgency: r.Urgency, Office: r.Office, MediaURL: r.MediaURL, Held: r.Held, Grouped: r.Grouped,
		SourceKept: r.SourceKept, Answers: []city.SubjectAnswer{},
	}
	if r.Answer != "" {
		d.Answers = append(d.Answers, city.SubjectAnswer{Kind: "sumber", Text: city.MaskOutward(r.Answer)})
	}
	if r.ClosedAt != nil && head.KeepMonths > 0 {
		d.ErasedAfter = new(r.ClosedAt.AddDate(0, head.KeepMonths, 0))
	}
	return d
}

// traced words what was done, by report, with the posts that did it.
func traced(ctx context.Context, tx pgx.Tx, rows []subjectTraceRow) (map[int64][]city.SubjectTrace, error) {
	officers := []int64{}
	for _, r := range rows {
		officers = append(officers, r.OfficerID)
	}
	found, err := rowsOf[officerPost](ctx, tx, postsQuery, officers)
	if err != nil {
		return nil, fmt.Errorf("read the posts of officers: %w", err)
	}
	posts := map[int64]officerPost{}
	for _, p := range found {
		posts[p.OfficerID] = p
	}
	out := map[int64][]city.SubjectTrace{}
	for _, r := range rows {
		p := posts[r.OfficerID]
		out[r.ReportID] = append(out[r.ReportID], city.SubjectTrace{At: r.At, What: city.TraceWords(r.Action), By: city.PostWords(p.Role, p.Office), Reason: city.MaskOutward(r.Reason)})
	}
	return out, nil
}
