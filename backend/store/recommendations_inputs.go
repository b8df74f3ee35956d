package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// OverdueCases are an office's reports past their deadline with the numbers of
// the twenty that are longest past it.
type OverdueCases struct {
	Office  string
	Count   int
	Oldest  time.Time
	Reports []int64
}

const overdueCasesQuery = `SELECT f.short_name AS office, t.count, t.oldest, t.reports FROM (
	SELECT office_id, count(*)::int AS count, min(due_at) AS oldest, (array_agg(id ORDER BY due_at, id))[1:20] AS reports
	FROM reports WHERE status IN ('open', 'in_progress') AND removed_at IS NULL AND due_at <= $1 AND office_id IS NOT NULL GROUP BY office_id
) t JOIN offices f ON f.id = t.office_id ORDER BY t.count DESC, 1`

// OverdueCases lists what is past its deadline now by office, most first.
func (s *Store) OverdueCases(ctx context.Context) (out []OverdueCases, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OverdueCases](ctx, tx, overdueCasesQuery, s.now())
		return err
	})
	return out, wrapped(err, "list overdue reports")
}

// GivenAction is a disposition as far as advice about the same matter needs it.
type GivenAction struct {
	ID        int64
	Number    string
	Key       string // of the recommendation it came from
	Action    string
	Office    string
	AreaCode  string
	Category  string
	Subject   string
	Incidents []int64
	Status    city.DispositionStatus
	DoneAt    *time.Time
	Secret    bool
}

const givenActionsQuery = `SELECT d.id, d.number, d.sent_at, coalesce(r.key, '') AS key, coalesce(d.action, '') AS action, coalesce(o.short_name, '') AS office, d.area_code,
	coalesce(d.category, '') AS category, d.subject, d.incidents, d.status, d.done_at, d.nature = 'rahasia' AS secret
FROM dispositions d LEFT JOIN recommendations r ON r.id = d.recommendation_id LEFT JOIN offices o ON o.id = d.to_office_id
WHERE d.status NOT IN ('done', 'canceled') OR (d.status = 'done' AND d.done_at >= $1) ORDER BY d.id DESC LIMIT 20000`

// GivenActions returns the dispositions that run, and those done since a time.
func (s *Store) GivenActions(ctx context.Context, since time.Time) (out []GivenAction, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			ID                                               int64
			Number                                           int
			SentAt                                           time.Time
			Key, Action, Office, AreaCode, Category, Subject string
			Incidents                                        []int64
			Status                                           string
			DoneAt                                           *time.Time
			Secret                                           bool
		}](ctx, tx, givenActionsQuery, since)
		if err != nil {
			return err
		}
		out = make([]GivenAction, len(rows))
		for i, r := range rows {
			out[i] = GivenAction{
				ID: r.ID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Key: r.Key, Action: r.Action, Office: r.Office, AreaCode: r.AreaCode,
				Category: r.Category, Subject: r.Subject, Incidents: r.Incidents, Status: city.DispositionStatus(r.Status), DoneAt: r.DoneAt, Secret: r.Secret,
			}
		}
		return nil
	})
	return out, wrapped(err, "read what was instructed")
}

const reportSourcesQuery = `SELECT s.slug FROM sources s WHERE EXISTS (SELECT FROM reports r WHERE r.source_id = s.id) ORDER BY s.slug`

// ReportSources names the sources that have brought reports.
func (s *Store) ReportSources(ctx context.Context) (out []string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[string](ctx, tx, reportSourcesQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read which sources bring reports: %w", err)
	}
	return out, nil
}
