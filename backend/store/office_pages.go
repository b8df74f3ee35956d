package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// OfficeCell counts reports of an office whose deadline fell into a period, of
// one category, channel and kind of day of receipt.
type OfficeCell struct {
	Office, Category, Channel string
	Wet                       bool
	Cases, Late               int
}

const officeCellsQuery = `SELECT o.short_name AS office, coalesce(r.category, '') AS category, r.channel,
	(r.created_at AT TIME ZONE $3::text)::date = ANY ($4::date[]) AS wet, count(*)::int AS cases,
	(count(*) FILTER (WHERE coalesce(r.closed_at, 'infinity') > r.due_at))::int AS late
FROM reports r JOIN offices o ON o.id = r.office_id
WHERE r.due_at >= $1 AND r.due_at < $2 AND r.created_at >= $1 - interval '400 days' AND r.removed_at IS NULL AND r.status <> 'rejected'
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`

// OfficeCells returns what all offices of the city had to close in [from,
// until), which must be over: Balaikota's own read, for what may be expected of
// an office. wet are the dates with much rain.
func (s *Store) OfficeCells(ctx context.Context, from, until time.Time, wet []time.Time) (out []OfficeCell, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	if wet == nil {
		wet = []time.Time{}
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OfficeCell](ctx, tx, officeCellsQuery, from, until, cat.location.String(), wet)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the offices' cases: %w", err)
	}
	return out, nil
}

// OfficeFacts are an office's plain figures of a period.
type OfficeFacts struct {
	Office, Name                                     string
	Inherited, InheritedLate, Received, Closed, Open int
	WaitingReports                                   int
	MedianHours                                      *float64
	Sent, Done, Waiting, Proven                      int
}

// Which offices somebody may see the page of stands in the condition: an agency
// head's own, a camat's and lurah's of the own area, all for the whole city.
// Under it the reports' and dispositions' own row-level security counts.
const officeFactsQuery = `SELECT o.short_name AS office, o.name,
	coalesce(r.inherited, 0)::int AS inherited, coalesce(r.inherited_late, 0)::int AS inherited_late, coalesce(r.received, 0)::int AS received,
	coalesce(r.closed, 0)::int AS closed, coalesce(r.open, 0)::int AS open, coalesce(r.waiting, 0)::int AS waiting_reports, r.median AS median_hours,
	coalesce(d.sent, 0)::int AS sent, coalesce(d.done, 0)::int AS done, coalesce(d.waiting, 0)::int AS waiting, coalesce(d.proven, 0)::int AS proven
FROM offices o
LEFT JOIN (SELECT office_id,
		count(*) FILTER (WHERE created_at < $1) AS inherited,
		count(*) FILTER (WHERE created_at < $1 AND due_at < $1) AS inherited_late,
		count(*) FILTER (WHERE created_at >= $1) AS received,
		count(*) FILTER (WHERE closed_at < $2) AS closed,
		count(*) FILTER (WHERE coalesce(closed_at, 'infinity') >= $2) AS open,
		count(*) FILTER (WHERE coalesce(closed_at, 'infinity') >= $2 AND EXISTS (SELECT FROM report_pauses p WHERE p.report_id = reports.id AND p.ended_at IS NULL)) AS waiting,
		(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 3600) FILTER (WHERE closed_at < $2))::float8 AS median
	FROM reports WHERE created_at < $2 AND coalesce(closed_at, 'infinity') >= $1 AND removed_at IS NULL AND status <> 'rejected' GROUP BY office_id) r ON r.office_id = o.id
LEFT JOIN (SELECT to_office_id,
		count(*) FILTER (WHERE sent_at >= $1) AS sent,
		count(*) FILTER (WHERE status = 'done' AND done_at >= $1 AND done_at < $2) AS done,
		count(*) FILTER (WHERE status IN ('asked', 'hindered', 'proof_in', 'declined')) AS waiting,
		count(*) FILTER (WHERE status = 'done' AND done_at >= $1 AND done_at < $2 AND (verdict = 'sah' OR reporter_word = 'yes')) AS proven
	FROM dispositions WHERE sent_at < $2 AND status <> 'canceled' AND (status <> 'done' OR done_at >= $1) GROUP BY to_office_id) d ON d.to_office_id = o.id
WHERE ($3 = '' OR o.short_name = $3) AND (CASE $4::text
	WHEN 'kepala_opd' THEN o.id = $5::bigint
	WHEN 'camat' THEN o.area_code <> '' AND $6::text <> '' AND area_within(o.area_code, $6)
	WHEN 'lurah' THEN $6::text <> '' AND o.area_code = $6
	ELSE $7::bool END)
ORDER BY o.short_name`

// OfficeFacts returns the figures of the offices whose page the asker may see,
// over [from, until): of all when office is "". kepala_opd sees the own office,
// camat the offices of the own kecamatan, lurah the own, the whole city's roles
// all.
func (s *Store) OfficeFacts(ctx context.Context, asker city.Asker, office string, from, until time.Time) (out []OfficeFacts, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OfficeFacts](ctx, tx, officeFactsQuery, from, until, office, string(asker.Role), asker.OfficeID, asker.AreaCode, asker.Role.CityWide())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the offices' figures: %w", err)
	}
	return out, nil
}
