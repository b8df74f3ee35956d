package store

import (
	"context"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Remark is what an integrity check says of a report.
type Remark struct {
	ReportID int64
	Finding  string    // the pattern's key
	Since    time.Time // when what was found began
}

const takeBackRemarksQuery = `DELETE FROM report_remarks WHERE kind = $1 AND since >= $2 AND NOT report_id = ANY ($3) RETURNING report_id`

// A remark from before the check's view stands as it is.
const putRemarksQuery = `INSERT INTO report_remarks AS m (report_id, kind, finding, since)
	SELECT t.id, $1, t.finding, t.since FROM unnest($3::bigint[], $4::text[], $5::timestamptz[]) AS t(id, finding, since) JOIN reports r ON r.id = t.id
	ON CONFLICT ON CONSTRAINT report_remarks_pkey DO UPDATE SET finding = excluded.finding, since = excluded.since
	WHERE m.since >= $2 AND m.finding <> excluded.finding RETURNING report_id`

// KeepRemarks stores what a check says of reports now, each at most once, and
// takes back what it said earlier of findings that began since its view begins
// and says no more; what lies before, it can no longer judge. The incidents of
// the reports concerned are put together anew: that is asked for in the same
// transaction.
func (s *Store) KeepRemarks(ctx context.Context, kind city.PatternKind, view time.Time, now []Remark) error {
	ids, findings, since := make([]int64, len(now)), make([]string, len(now)), make([]time.Time, len(now))
	for i, r := range now {
		ids[i], findings[i], since[i] = r.ReportID, r.Finding, r.Since
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		gone, err := column[int64](ctx, tx, takeBackRemarksQuery, string(kind), view, ids)
		if err != nil {
			return err
		}
		changed, err := column[int64](ctx, tx, putRemarksQuery, string(kind), view, ids, findings, since)
		if err != nil {
			return err
		}
		return queueAnalysis(ctx, tx, append(gone, changed...))
	})
	return wrapped(err, "keep remarks about reports")
}
