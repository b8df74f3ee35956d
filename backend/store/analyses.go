package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// queueAnalysis asks for reports to be analysed, in the transaction that
// stores them: what is stored is analysed, whatever happens in between.
func queueAnalysis(ctx context.Context, tx pgx.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO analysis_queue (report_id) SELECT DISTINCT unnest($1::bigint[])
		ON CONFLICT (report_id) DO UPDATE SET queued_at = clock_timestamp()`, ids)
	if err != nil {
		return fmt.Errorf("queue %d reports for analysis: %w", len(ids), err)
	}
	return nil
}

const queueAllQuery = `INSERT INTO analysis_queue (report_id) SELECT id FROM reports WHERE removed_at IS NULL
	UNION SELECT report_id FROM report_analyses ON CONFLICT DO NOTHING`

// QueueAll asks for every report to be analysed anew and returns how many
// there are.
func (s *Store) QueueAll(ctx context.Context) (n int, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, queueAllQuery)
		n = int(tag.RowsAffected())
		return err
	})
	return n, wrapped(err, "queue all reports")
}

// QueueAllUnless asks for every report to be analysed anew unless what was
// found so far was made by the same reading of texts, and returns how many.
func (s *Store) QueueAllUnless(ctx context.Context, madeBy string) (queued int, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE analysis_state SET made_by = $1 WHERE made_by <> $1`, madeBy)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		tag, err = tx.Exec(ctx, queueAllQuery)
		queued = int(tag.RowsAffected())
		return err
	})
	return queued, wrapped(err, "compare how reports were read")
}

// GroupingModel returns the stored weights of links, nil before any were.
func (s *Store) GroupingModel(ctx context.Context) (model []byte, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT model FROM analysis_state").Scan(&model)
	})
	return model, wrapped(err, "read the weights of links")
}

// Waiting returns how many reports wait for analysis.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*)::int FROM analysis_queue").Scan(&n)
	})
	return n, err
}

// PendingReport is a report that waits for analysis, as its source or an
// officer described it: what an earlier analysis filled in is left out.
type PendingReport struct {
	ID        int64
	QueuedAt  time.Time
	Key       string // "source/external id"
	Removed   bool
	CreatedAt time.Time
	Text      string
	Address   string
	Channel   string
	Lon, Lat  *float64
	// StatedArea, Category and Office as said by source or officer, "" or 0 if
	// they said nothing; the By fields are source or officer.
	StatedArea, ComputedArea string
	Category, CategoryBy     string
	OfficeID                 int64
	OfficeBy, AreaBy         string
	MediaURL                 string
	// Photo is the fingerprint of its picture, bit by bit, 0 while none is known
	// and for a placeholder.
	Photo int64
	// Urgency is an officer's word, "" without one.
	Urgency string
	// IncidentID is where it stood so far, 0 for a new one.
	IncidentID int64
}

const pendingColumns = `SELECT r.id, q.queued_at, s.slug || '/' || r.external_id AS key, r.removed_at IS NOT NULL AS removed, r.created_at, r.text || ` + heardToo + ` AS text, r.address,
	r.channel, r.lon, r.lat, CASE WHEN r.area_by = 'analysis' THEN '' ELSE coalesce(r.stated_area, '') END AS stated_area,
	coalesce(r.computed_area, '') AS computed_area,
	CASE WHEN r.category_by = 'analysis' THEN '' ELSE coalesce(r.category, '') END AS category,
	CASE WHEN r.category_by = 'officer' THEN 'officer' ELSE 'source' END AS category_by,
	CASE WHEN r.office_by = 'analysis' THEN 0 ELSE coalesce(r.office_id, 0) END AS office_id,
	CASE WHEN r.office_by = 'officer' THEN 'officer' ELSE 'source' END AS office_by,
	CASE WHEN r.area_by = 'officer' THEN 'officer' ELSE 'source' END AS area_by, r.media_url,
	CASE WHEN h.fingerprint IS NULL THEN coalesce(p.fingerprint, 0) ELSE 0 END AS photo, CASE WHEN a.urgency_by = 'officer' THEN a.urgency ELSE '' END AS urgency, coalesce(a.incident_id, 0) AS incident_id
FROM `

const waitingLongestQuery = `SELECT report_id, queued_at FROM analysis_queue ORDER BY queued_at, report_id LIMIT $1`

// pendingQuery is handed the numbers: of a subquery over the queue, which
// changes all the time, the planner expects thousands and reads whole tables.
const pendingQuery = pendingColumns + `unnest($1::bigint[], $2::timestamptz[]) AS q(report_id, queued_at)
	JOIN reports r ON r.id = q.report_id JOIN sources s ON s.id = r.source_id LEFT JOIN report_analyses a ON a.report_id = r.id
	LEFT JOIN report_photos p ON p.report_id = r.id AND p.url = r.media_url LEFT JOIN photo_placeholders h ON h.fingerprint = p.fingerprint
	ORDER BY r.created_at, key`

// Pending returns the reports that have waited longest, at most limit, in the
// order they were made.
func (s *Store) Pending(ctx context.Context, limit int) (out []PendingReport, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		queued, err := rowsOf[struct {
			ReportID int64
			QueuedAt time.Time
		}](ctx, tx, waitingLongestQuery, limit)
		if err != nil || len(queued) == 0 {
			return err
		}
		ids, at := make([]int64, len(queued)), make([]time.Time, len(queued))
		for i, q := range queued {
			ids[i], at[i] = q.ReportID, q.QueuedAt
		}
		out, err = rowsOf[PendingReport](ctx, tx, pendingQuery, ids, at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what waits for analysis: %w", err)
	}
	return out, nil
}

// Analysis is what was found out about one report.
type Analysis struct {
	ReportID  int64
	QueuedAt  time.Time // of the PendingReport it answers
	Key       string
	CreatedAt time.Time
	Removed   bool // the report is gone: its analysis goes too
	// Category is the proposal; it becomes the report's where Settle says so.
	Category   string
	Confidence float64
	Proposals  []city.Proposal
	Words      []string
	Sure       bool
	Review     bool
	// SetCategory, SetOffice and SetArea are what the report shall carry where
	// neither source nor officer said anything; "" carries nothing.
	SetCategory string
	SetOffice   string // short name
	SetArea     string

	Urgency        city.Severity
	UrgencyBy      string // rules or officer
	UrgencyReasons []city.Said
	Place          *city.PlaceEstimate
	Features       []byte
	Blocks         []uint64
}

const saveAnalysesQuery = `INSERT INTO report_analyses AS a (report_id, key, created_at, category, confidence, proposals, words, sure, review,
	urgency, urgency_by, urgency_reasons, place, features, analysed_at)
SELECT t.id, t.key, t.created_at, nullif(t.category, ''), t.confidence, t.proposals, coalesce(string_to_array(nullif(t.words, ''), ' '), '{}'), t.sure, t.review,
	t.urgency, t.urgency_by, t.urgency_reasons, t.place, t.features, clock_timestamp()
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::real[], $6::jsonb[], $7::text[], $8::boolean[], $9::boolean[], $10::text[],
	$11::text[], $12::jsonb[], $13::jsonb[], $14::bytea[])
	AS t(id, key, created_at, category, confidence, proposals, words, sure, review, urgency, urgency_by, urgency_reasons, place, features)
ON CONFLICT (report_id) DO UPDATE SET key = excluded.key, created_at = excluded.created_at, category = excluded.category,
	confidence = excluded.confidence, proposals = excluded.proposals, words = excluded.words, sure = excluded.sure, review = excluded.review,
	urgency = excluded.urgency, urgency_by = excluded.urgency_by, urgency_reasons = excluded.urgency_reasons, place = excluded.place,
	features = excluded.features, analysed_at = excluded.analysed_at`

// analysisColumns gathers analyses column by column for unnest.
type analysisColumns struct {
	id                                       []int64
	key, category, words, urgency, urgencyBy []string
	created                                  []time.Time
	confidence                               []float32
	proposals, reasons                       []string
	place                                    []*string
	sure, review                             []bool
	features                                 [][]byte
	block                                    []int64
	blockKey                                 []string
	blockAt                                  []time.Time
	blockOf                                  []int64
}

func (c *analysisColumns) add(a *Analysis) error {
	proposals, err := json.Marshal(orEmpty(a.Proposals))
	if err != nil {
		return fmt.Errorf("encode the proposals for report %d: %w", a.ReportID, err)
	}
	reasons, err := json.Marshal(orEmpty(a.UrgencyReasons))
	if err != nil {
		return fmt.Errorf("encode the urgency of report %d: %w", a.ReportID, err)
	}
	var place *string
	if a.Place != nil {
		data, err := json.Marshal(a.Place)
		if err != nil {
			return fmt.Errorf("encode the place of report %d: %w", a.ReportID, err)
		}
		text := string(data)
		place = &text
	}
	c.id, c.key, c.created = append(c.id, a.ReportID), append(c.key, a.Key), append(c.created, a.CreatedAt)
	c.category, c.confidence = append(c.category, a.Category), append(c.confidence, float32(a.Confidence))
	c.proposals, c.words = append(c.proposals, string(proposals)), append(c.words, strings.Join(a.Words, " "))
	c.sure, c.review = append(c.sure, a.Sure), append(c.review, a.Review)
	c.urgency, c.urgencyBy = append(c.urgency, string(a.Urgency)), append(c.urgencyBy, a.UrgencyBy)
	c.reasons, c.place, c.features = append(c.reasons, string(reasons)), append(c.place, place), append(c.features, a.Features)
	for _, b := range a.Blocks {
		c.block, c.blockAt, c.blockOf = append(c.block, int64(b)), append(c.blockAt, a.CreatedAt), append(c.blockOf, a.ReportID)
		c.blockKey = append(c.blockKey, a.Key)
	}
	return nil
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// saveAnalyses writes what was found out about reports that are there.
func saveAnalyses(ctx context.Context, tx pgx.Tx, as []Analysis) error {
	var c analysisColumns
	var all []int64
	for i := range as {
		all = append(all, as[i].ReportID)
		if as[i].Removed {
			continue
		}
		if err := c.add(&as[i]); err != nil {
			return err
		}
	}
	var batch pgx.Batch
	batch.Queue(saveAnalysesQuery, c.id, c.key, c.created, c.category, c.confidence, c.proposals, c.words, c.sure, c.review,
		c.urgency, c.urgencyBy, c.reasons, c.place, c.features)
	batch.Queue(`DELETE FROM report_blocks WHERE report_id = ANY ($1)`, all)
	batch.Queue(`INSERT INTO report_blocks (block, at, key, report_id)
		SELECT t.block, t.at, t.key, t.id FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::bigint[]) AS t(block, at, key, id)
		ON CONFLICT DO NOTHING`, c.block, c.blockAt, c.blockKey, c.blockOf)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("write %d analyses: %w", len(as), err)
	}
	return nil
}

// settleQuery fills in what neither source nor officer said, and takes back
// what an earlier analysis had filled in and this one does not.
const settleQuery = `UPDATE reports r SET
	category = CASE WHEN ` + openCategory + ` THEN nullif(t.category, '') ELSE r.category END,
	category_by = CASE WHEN ` + openCategory + ` THEN CASE WHEN t.category = '' THEN 'source' ELSE 'analysis' END ELSE r.category_by END,
	due_at = CASE WHEN ` + openCategory + ` THEN t.due ELSE r.due_at END,
	office_id = CASE WHEN ` + openOffice + ` THEN nullif(t.office, 0) ELSE r.office_id END,
	office_by = CASE WHEN ` + openOffice + ` THEN CASE WHEN t.office = 0 THEN 'source' ELSE 'analysis' END ELSE r.office_by END,
	stated_area = CASE WHEN ` + openArea + ` THEN nullif(t.area, '') ELSE r.stated_area END,
	area_by = CASE WHEN ` + openArea + ` THEN CASE WHEN t.area = '' THEN 'source' ELSE 'analysis' END ELSE r.area_by END
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[]) AS t(id, category, due, office, area)
WHERE r.id = t.id AND ((` + openCategory + ` AND coalesce(r.category, '') <> t.category) OR (` + openOffice + ` AND coalesce(r.office_id, 0) <> t.office)
	OR (` + openArea + ` AND coalesce(r.stated_area, '') <> t.area))
RETURNING r.id`

const (
	openCategory = `(r.category_by = 'analysis' OR (r.category_by = 'source' AND r.category IS NULL))`
	openOffice   = `(r.office_by = 'analysis' OR (r.office_by = 'source' AND r.office_id IS NULL))`
	openArea     = `(r.area_by = 'analysis' OR (r.area_by = 'source' AND r.stated_area IS NULL AND r.computed_area IS NULL))`
)

// whoseQuery reads whose reports are before they are settled.
const whoseQuery = `SELECT id, area_code, coalesce(office_id, 0) AS office_id FROM reports WHERE id = ANY ($1) ORDER BY id FOR UPDATE`

type whose struct {
	ID       int64
	AreaCode string
	OfficeID int64
}

// Settle writes into the reports what analyses say they shall carry, and tells
// screens of those made since a moment whose owner that changed (of none when it is
// zero). It is a transaction of its own, before the reports are grouped: it takes
// the counts, for which everything that brings reports waits. The reports stay
// queued, so that a process killed between the two does both again, to the same end.
func (s *Store) Settle(ctx context.Context, as []Analysis, tellSince time.Time) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		moved, err := settle(ctx, tx, cat, as)
		if err != nil || len(moved) == 0 || tellSince.IsZero() {
			return err
		}
		ids := make([]int64, len(moved))
		for i, m := range moved {
			ids[i] = m.ID
		}
		events, err := reportEvents(ctx, tx, cat, ids, moved, tellSince)
		if err != nil {
			return err
		}
		return appendEvents(ctx, tx, events)
	})
}

// settle does so and returns whose those were that it changed.
func settle(ctx context.Context, tx pgx.Tx, cat *catalogue, as []Analysis) ([]whose, error) {
	var ids, office []int64
	var category, area []string
	var due []*time.Time
	for i := range as {
		a := &as[i]
		if a.Removed {
			continue
		}
		var d *time.Time
		if c, ok := cat.categories[a.SetCategory]; ok {
			t := cat.calendar.Due(a.CreatedAt, c.Days).UTC()
			d = &t
		} else {
			a.SetCategory = ""
		}
		if _, ok := cat.areas[a.SetArea]; !ok {
			a.SetArea = ""
		}
		ids, category, due, office, area = append(ids, a.ReportID), append(category, a.SetCategory), append(due, d), append(office, cat.officeID(a.SetOffice)), append(area, a.SetArea)
	}
	// Before any report, as an ingest that changes counts may hold it while it
	// waits for one.
	if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
		return nil, fmt.Errorf("lock the counts: %w", err)
	}
	before, err := rowsOf[whose](ctx, tx, whoseQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("lock reports: %w", err)
	}
	changed, err := column[int64](ctx, tx, settleQuery, ids, category, due, office, area)
	if err != nil {
		return nil, fmt.Errorf("settle reports: %w", err)
	}
	if err := refreshDeadlinesOf(ctx, tx, cat, changed); err != nil {
		return nil, err
	}
	moved := map[int64]bool{}
	for _, id := range changed {
		moved[id] = true
	}
	out := before[:0]
	for _, w := range before {
		if moved[w.ID] {
			out = append(out, w)
		}
	}
	return out, nil
}

// reportsToTellQuery reads what screens show of reports.
const reportsToTellQuery = reportColumnsQuery + reportsFrom + `WHERE r.id = ANY ($1) AND r.removed_at IS NULL AND r.created_at > $2 ORDER BY r.id`

// reportEvents makes the events that tell of reports as they are now; was is
// whose they were before, for those whose owner may have changed. Reports made
// before since are left out.
func reportEvents(ctx context.Context, tx pgx.Tx, cat *catalogue, ids []int64, was []whose, since time.Time) ([]city.Event, error) {
	rows, err := rowsOf[summaryRow](ctx, tx, reportsToTellQuery, ids, since)
	if err != nil {
		return nil, fmt.Errorf("read the reports to tell of: %w", err)
	}
	before := make(map[int64]whose, len(was))
	for _, w := range was {
		before[w.ID] = w
	}
	events := make([]city.Event, 0, len(rows))
	for _, r := range rows {
		data, err := json.Marshal(r.summary(cat))
		if err != nil {
			return nil, fmt.Errorf("encode report %d: %w", r.ID, err)
		}
		key := strconv.FormatInt(r.ID, 10)
		if w, ok := before[r.ID]; ok && (w.AreaCode != r.AreaCode || w.OfficeID != r.OfficeID) {
			events = append(events, city.Event{Topic: city.TopicReports, Key: key, Op: "remove", AreaCode: w.AreaCode, OfficeID: w.OfficeID})
		}
		events = append(events, city.Event{Topic: city.TopicReports, Key: key, Op: "put", Data: data, AreaCode: r.AreaCode, OfficeID: r.OfficeID})
	}
	return events, nil
}

const placeSamplesQuery = `SELECT text, address, lon, lat, created_at, coalesce(computed_area, '') AS area_code FROM reports
	WHERE lon IS NOT NULL AND removed_at IS NULL AND NOT flags && ARRAY['titik_luar_kota'] ORDER BY created_at DESC, id DESC LIMIT $1`

// PlaceSample is a report whose point is known, from which names of places are
// learned.
type PlaceSample struct {
	Text, Address string
	Lon, Lat      float64
	CreatedAt     time.Time
	AreaCode      string
}

// EachPlaceSample calls fn with the newest reports that have a point in the
// city, newest first, at most limit.
func (s *Store) EachPlaceSample(ctx context.Context, limit int, fn func(PlaceSample)) error {
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, placeSamplesQuery, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			p, err := pgx.RowToStructByName[PlaceSample](rows)
			if err != nil {
				return err
			}
			fn(p)
		}
		return rows.Err()
	})
	return wrapped(err, "read reports to learn places from")
}
