package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// span is which reports a measure needs: those created in [from, to), and of
// them, where since is set, those closed at or after it or not at all.
type span struct {
	from, to, since time.Time
	unfinished      bool
}

// span is wide enough for the plan; what it holds too much is counted out.
func (p *measurePlan) span() span {
	s := span{from: p.period.From, to: p.period.To}
	switch p.measure.Slug {
	case city.MeasureClosed, city.MeasureClosing, city.MeasureOnTime:
		s.since, s.from = p.period.From, time.Time{}
	case city.MeasureOpen, city.MeasureOverdue, city.MeasureIncidents:
		s.from, s.since, s.unfinished = time.Time{}, p.period.To, true
		if len(p.steps) > 0 {
			s.since = p.steps[0].to
		}
	}
	return s
}

// columns says which the measure reads.
func (p *measurePlan) columns() (responded, closed, due, labels bool) {
	slug := p.measure.Slug
	open := slug == city.MeasureOpen || slug == city.MeasureOverdue || slug == city.MeasureIncidents
	byStatus := p.query.Status != "" || p.query.By == city.ByStatus
	labels = open || byStatus || p.query.Category != "" || p.query.Channel != "" || p.query.By == city.ByCategory || p.query.By == city.ByChannel
	return slug == city.MeasureResponse || byStatus,
		open || byStatus || slug == city.MeasureClosed || slug == city.MeasureClosing || slug == city.MeasureOnTime,
		slug == city.MeasureOverdue || slug == city.MeasureOnTime, labels
}

const (
	// scopeConditions keep to an area and an office of the rows called r.
	scopeConditions = `(@area = '' OR (r.area_code ~>=~ @area AND r.area_code ~<~ (@area || '/'))) AND (@office::bigint = 0 OR r.office_id = @office)`

	segmentsQuery = `SELECT r.area_code, r.office_id, r.reports::bigint AS reports, r.categories, r.channels, r.created,
	CASE WHEN @want_responded THEN r.responded ELSE '' END AS responded, CASE WHEN @want_closed THEN r.closed ELSE '' END AS closed,
	CASE WHEN @want_due THEN r.due ELSE '' END AS due, CASE WHEN @want_labels THEN r.labels ELSE '' END AS labels
	FROM report_segments r WHERE NOT r.stale AND r.month = ANY (@months::date[]) AND (@category = '' OR @category = ANY (r.categories))
		AND (@since::timestamptz IS NULL OR r.last_closed >= @since OR (@unfinished AND r.unfinished > 0)) AND ` + scopeConditions

	rawReportsQuery = `SELECT ` + rawColumns + ` FROM reports r WHERE r.removed_at IS NULL AND r.created_at >= @from AND r.created_at < @to
		AND (@category = '' OR r.category = @category)
		AND (@since::timestamptz IS NULL OR r.closed_at >= @since OR (@unfinished AND r.closed_at IS NULL)) AND ` + scopeConditions

	// Incidents are read as reports are: an incident that was dismissed is no
	// more one than a rejected report is a report to settle.
	incidentRowsQuery = `SELECT r.first_at, '-infinity'::timestamptz AS responded_at, coalesce(r.closed_at, '-infinity') AS closed_at, '-infinity'::timestamptz AS due_at,
	coalesce(r.office_id, 0) AS office_id, r.area_code, coalesce(r.category, '') AS category, '' AS channel,
	CASE r.status WHEN 'closed' THEN 'closed' WHEN 'dismissed' THEN 'rejected' ELSE 'open' END AS status
	FROM incidents r WHERE r.merged_into IS NULL AND r.status <> 'dismissed' AND r.first_at < @to
		AND (r.closed_at >= @since OR r.closed_at IS NULL) AND ` + scopeConditions
)

// scopeArgs are the arguments of scopeConditions and of the span.
func (p *measurePlan) scopeArgs(s span) pgx.NamedArgs {
	args := pgx.NamedArgs{"area": p.area, "office": p.office, "category": p.query.Category, "since": nil, "unfinished": s.unfinished, "zone": p.cat.location.String()}
	if !s.since.IsZero() {
		args["since"] = s.since
	}
	if p.measure.Slug == city.MeasureShare {
		// What a share is of is all reports of the area and the period.
		args["category"], args["office"] = "", p.ownOffice()
	}
	return args
}

// ownOffice is the office of an agency head, who sees no other reports; 0 else.
func (p *measurePlan) ownOffice() int64 {
	if p.bound {
		return p.office
	}
	return 0
}

// readReports hands the reports that a plan needs to visit as segments: those
// of sealed months as they are packed, the others packed now. A segment is
// valid until visit returns.
func (m *measuring) readReports(ctx context.Context, p *measurePlan, visit func(*segment)) error {
	s := p.span()
	args := p.scopeArgs(s)
	var packed packer
	defer func() {
		for _, s := range packed.done {
			visit(s)
		}
	}()
	if p.measure.Slug == city.MeasureIncidents {
		args["to"] = s.to
		return m.packQuery(ctx, &packed, incidentRowsQuery, args)
	}
	sealed, gaps, err := m.months(ctx, s)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		args["from"], args["to"] = g.from, g.to
		if err := m.packQuery(ctx, &packed, rawReportsQuery, args); err != nil {
			return err
		}
	}
	if len(sealed) == 0 {
		return nil
	}
	args["months"] = sealed
	rows, err := m.tx.Query(ctx, staleRowsQuery, args)
	if err == nil {
		err = packed.pack(rows, true)
	}
	if err != nil {
		return fmt.Errorf("read stale reports: %w", err)
	}
	args["want_responded"], args["want_closed"], args["want_due"], args["want_labels"] = p.columns()
	if err := m.visitSegments(ctx, args, visit); err != nil {
		return fmt.Errorf("read segments: %w", err)
	}
	return nil
}

// visitSegments reads segments as they come over the wire: they are many and
// large, and nothing of them is kept.
func (m *measuring) visitSegments(ctx context.Context, args pgx.NamedArgs, visit func(*segment)) error {
	rows, err := m.tx.Query(ctx, segmentsQuery, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	lists := map[string][]string{}
	list := func(raw []byte) ([]string, error) {
		if l, ok := lists[string(raw)]; ok {
			return l, nil
		}
		var l []string
		if err := m.tx.Conn().TypeMap().Scan(pgtype.TextArrayOID, pgtype.BinaryFormatCode, raw, &l); err != nil {
			return nil, fmt.Errorf("read labels: %w", err)
		}
		lists[string(raw)] = l
		return l, nil
	}
	var s segment
	for rows.Next() {
		v := rows.RawValues()
		if s.AreaCode != string(v[0]) {
			s.AreaCode = string(v[0])
		}
		s.OfficeID, s.Reports = timeAt(v[1], 0), int(timeAt(v[2], 0))
		if s.Categories, err = list(v[3]); err != nil {
			return err
		}
		if s.Channels, err = list(v[4]); err != nil {
			return err
		}
		s.Created, s.Responded, s.Closed, s.Due, s.Labels = v[5], v[6], v[7], v[8], v[9]
		visit(&s)
	}
	return rows.Err()
}

func (m *measuring) packQuery(ctx context.Context, into *packer, sql string, args pgx.NamedArgs) error {
	rows, err := m.tx.Query(ctx, sql, args)
	if err == nil {
		err = into.pack(rows, false)
	}
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	return nil
}

// months returns the sealed months that the span touches, and the gaps
// between them.
func (m *measuring) months(ctx context.Context, s span) (sealed []string, gaps []span, err error) {
	months, err := rowsOf[sealing](ctx, m.tx, "SELECT month, until FROM report_sealed_months ORDER BY month")
	if err != nil {
		return nil, nil, fmt.Errorf("read the sealed months: %w", err)
	}
	from := s.from
	for _, month := range months {
		begin, end := m.midnight(month.Month), m.midnight(month.Until)
		if !end.After(s.from) || !begin.Before(s.to) {
			continue
		}
		sealed = append(sealed, month.Month.Format(time.DateOnly))
		if from.Before(begin) {
			gaps = append(gaps, span{from: from, to: begin})
		}
		from = end
	}
	if from.Before(s.to) {
		gaps = append(gaps, span{from: from, to: s.to})
	}
	return sealed, gaps, nil
}

// midnight is the beginning of a date in the city's zone.
func (m *measuring) midnight(date time.Time) time.Time {
	return time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, m.cat.location)
}
