package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	reportColumnsQuery = `SELECT r.id, r.source_id, r.external_id, r.channel, r.text, r.spoken,
	CASE WHEN r.category IS NULL THEN coalesce(a.category, '') ELSE '' END AS proposed, coalesce(a.confidence, 0)::float8 AS confidence, ` + reportPlain
	// A wall's role may not read what citizens wrote, nor the source's number.
	wallReportColumnsQuery = `SELECT r.id, r.source_id, '' AS external_id, '' AS channel, '' AS text, '' AS spoken, '' AS proposed, 0::float8 AS confidence, ` + reportPlain
)

const reportPlain = `r.created_at, r.responded_at, r.closed_at, r.due_at, r.respond_due_at,
	EXISTS (SELECT FROM report_pauses p WHERE p.report_id = r.id AND p.ended_at IS NULL) AS paused,
	r.lon, r.lat, r.area_code, coalesce(r.stated_area, '') AS stated_area, coalesce(r.computed_area, '') AS computed_area,
	coalesce(r.category, '') AS category, coalesce(r.office_id, 0) AS office_id, r.status,
	coalesce(a.urgency, '') AS urgency, coalesce(a.incident_id, 0) AS incident_id, coalesce(a.review, false) AS review,
	(a.place->>'lon')::float8 AS guess_lon, (a.place->>'lat')::float8 AS guess_lat, coalesce((a.place->>'radius_m')::float8, 0) AS guess_radius`

// reportsFrom joins what the analysis found, where it has looked.
const reportsFrom = ` FROM reports r LEFT JOIN report_analyses a ON a.report_id = r.id `

type summaryRow struct {
	ID, SourceID                                 int64
	ExternalID, Channel                          string
	CreatedAt                                    time.Time
	RespondedAt, ClosedAt, DueAt, RespondDueAt   *time.Time
	Paused                                       bool
	Text, Spoken                                 string
	Lon, Lat                                     *float64
	AreaCode, StatedArea, ComputedArea, Category string
	OfficeID                                     int64
	Status                                       string
	Urgency                                      string
	IncidentID                                   int64
	Review                                       bool
	Proposed                                     string
	Confidence                                   float64
	GuessLon, GuessLat                           *float64
	GuessRadius                                  float64
}

// words are the report's own and, marked, those that were heard in its recordings.
func (r summaryRow) words() string { return city.WithSpoken(r.Text, r.Spoken) }

func (r summaryRow) summary(cat *catalogue) city.ReportSummary {
	src := cat.sources[r.SourceID]
	out := city.ReportSummary{
		ID: r.ID, Source: src.Slug, ExternalID: r.ExternalID, Channel: r.Channel, CreatedAt: r.CreatedAt, RespondedAt: r.RespondedAt,
		ClosedAt: r.ClosedAt, DueAt: r.DueAt, RespondDueAt: r.RespondDueAt, Paused: r.Paused && unfinished(city.ReportStatus(r.Status)), Text: city.Excerpt(r.words(), excerptLength), Lon: r.Lon, Lat: r.Lat, AreaCode: r.AreaCode,
		StatedArea: r.StatedArea, ComputedArea: r.ComputedArea, Category: r.Category, Office: cat.officeName[r.OfficeID],
		Status: city.ReportStatus(r.Status), Simulated: src.Simulated, Urgency: city.Severity(r.Urgency), IncidentID: r.IncidentID, Review: r.Review,
	}
	if r.Proposed != "" {
		out.Proposed, out.Confidence = r.Proposed, r.Confidence
	}
	if r.Lon == nil && r.GuessLon != nil && r.GuessLat != nil {
		out.Guess = &city.Guess{Lon: *r.GuessLon, Lat: *r.GuessLat, RadiusM: r.GuessRadius}
	}
	return out
}

// Reports returns reports that match, newest first. The first wall is here
// (the asker's own area or office is added to the filter), the second is the
// table's policy.
func (s *Store) Reports(ctx context.Context, asker city.Asker, f city.ReportFilter) (out []city.ReportSummary, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = s.listReports(ctx, tx, cat, asker, f)
		return err
	})
	return out, err
}

func (s *Store) listReports(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, f city.ReportFilter) ([]city.ReportSummary, error) {
	where, args := s.reportConditions(cat, asker, f)
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	args["limit"] = min(limit, 500)
	rows, err := rowsOf[summaryRow](ctx, tx, listReportsSQL(asker.Role, where), args)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	out := make([]city.ReportSummary, len(rows))
	for i, r := range rows {
		out[i] = r.summary(cat)
	}
	return out, nil
}

func listReportsSQL(role city.Role, where string) string {
	columns := reportColumnsQuery
	if role == city.Layar {
		columns = wallReportColumnsQuery
	}
	return columns + reportsFrom + "WHERE " + where + " ORDER BY r.created_at DESC, r.id DESC LIMIT @limit"
}

// reportConditions writes a filter as SQL over "reports r".
func (s *Store) reportConditions(cat *catalogue, asker city.Asker, f city.ReportFilter) (string, pgx.NamedArgs) {
	conds := []string{"r.removed_at IS NULL"}
	args := pgx.NamedArgs{}
	add := func(cond, name string, value any) {
		conds = append(conds, cond)
		args[name] = value
	}
	ownConditions(asker.Scope(), add)
	if f.AreaCode != "" && f.AreaCode != cat.cityCode {
		add(areaCondition(f.AreaCode, "area"), "area", f.AreaCode)
	}
	if f.Category != "" {
		add("r.category = @category", "category", f.Category)
	}
	if f.Office != "" {
		add("r.office_id = @office", "office", cat.officeID(f.Office))
	}
	if f.Channel != "" {
		add("r.channel = @channel", "channel", f.Channel)
	}
	if f.Source != "" {
		add("r.source_id = (SELECT id FROM sources WHERE slug = @source)", "source", f.Source)
	}
	if len(f.Status) > 0 {
		names := make([]string, len(f.Status))
		for i, st := range f.Status {
			names[i] = string(st)
		}
		add("r.status = ANY (@status)", "status", names)
	}
	if !f.From.IsZero() {
		add("r.created_at >= @from", "from", f.From)
	}
	if !f.To.IsZero() {
		add("r.created_at < @to", "to", f.To)
	}
	if f.Overdue {
		add("r.status IN ('open', 'in_progress') AND r.due_at <= @now", "now", s.now())
	}
	if f.Review {
		conds = append(conds, "r.category_by <> 'officer' AND EXISTS (SELECT FROM report_analyses v WHERE v.report_id = r.id AND v.review)")
	}
	if f.Incident != 0 {
		add("r.id IN (SELECT v.report_id FROM report_analyses v WHERE v.incident_id = @incident)", "incident", f.Incident)
	}
	if len(f.Stems) > 0 {
		add("r.search @@ @words::tsquery", "words", queryLiteral(f.Stems))
	}
	if !f.BeforeTime.IsZero() {
		add("(r.created_at, r.id) < (@before_time, @before_id)", "before_time", f.BeforeTime)
		args["before_id"] = f.BeforeID
	}
	return strings.Join(conds, " AND "), args
}

// ownConditions is the first wall: the asker's own area or office.
func ownConditions(scope city.Scope, add func(cond, name string, value any)) {
	if scope.AreaCode != "" {
		add(areaCondition(scope.AreaCode, "own"), "own", scope.AreaCode)
	}
	if scope.OfficeID != 0 {
		add("r.office_id = @own_office", "own_office", scope.OfficeID)
	}
}

// areaCondition asks for an area and all in it, as a range that the index over
// areas can follow ('/' comes after '.'); for a kelurahan, which has nothing in
// it, as an equality, so that the index gives the newest first.
func areaCondition(code, arg string) string {
	if level, ok := city.LevelOfCode(code); ok && level == city.Kelurahan {
		return "r.area_code = @" + arg
	}
	return "(r.area_code ~>=~ @" + arg + " AND r.area_code ~<~ (@" + arg + " || '/'))"
}

// queryLiteral writes stems as a tsquery that wants all of them.
func queryLiteral(stems []string) string { return joinedStems(stems, " & ") }

// anyOf writes stems as a tsquery that wants one of them.
func anyOf(stems []string) string { return joinedStems(stems, " | ") }

func joinedStems(stems []string, by string) string {
	quoted := make([]string, 0, len(stems))
	for _, w := range stems {
		quoted = append(quoted, "'"+strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(cleanText(w))+"'")
	}
	return strings.Join(quoted, by)
}

// Report returns one report in full; NotFound also when it is not the asker's
// to see.
func (s *Store) Report(ctx context.Context, asker city.Asker, id int64) (city.ReportDetail, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.ReportDetail{}, err
	}
	var out city.ReportDetail
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[detailRow](ctx, tx, oneReportQuery, id)
		if err != nil {
			return fmt.Errorf("read report %d: %w", id, err)
		}
		if len(rows) == 0 {
			return city.Errorf(city.NotFound, "there is no report %d, or it is not yours to see", id)
		}
		if out, err = rows[0].detail(cat); err != nil {
			return err
		}
		if out.VoiceNotes, err = voiceNotesOf(ctx, tx, id); err != nil {
			return err
		}
		out.IdentityReads, err = identityReads(ctx, tx, asker, id)
		return err
	})
	return out, err
}

type detailRow struct {
	summaryRow
	Address, MediaURL     string
	Answer                string
	AnsweredAt            *time.Time
	AnswerReachedAt       *time.Time
	Analysis              []byte
	Flags                 []string
	ReceivedAt, ChangedAt time.Time
}

func (r detailRow) detail(cat *catalogue) (city.ReportDetail, error) {
	out := city.ReportDetail{
		ReportSummary: r.summary(cat), FullText: city.MaskPersonal(r.Text), Address: city.MaskPersonal(r.Address), MediaURL: r.MediaURL,
		Flags: []city.Flag{}, SourceName: cat.sources[r.SourceID].Name, ReceivedAt: r.ReceivedAt, ChangedAt: r.ChangedAt,
		Answer: city.MaskPersonal(r.Answer), AnsweredAt: r.AnsweredAt, AnswerReachedAt: r.AnswerReachedAt,
	}
	if r.Analysis != nil {
		if err := json.Unmarshal(r.Analysis, &out.Analysis); err != nil {
			return out, fmt.Errorf("decode the analysis of report %d: %w", r.ID, err)
		}
	}
	for _, f := range r.Flags {
		if f != "" {
			out.Flags = append(out.Flags, city.Flag(f))
		}
	}
	return out, nil
}

const identityReadsQuery = `SELECT at, actor AS by, reason FROM audit WHERE action = 'reporter.read' AND subject = $1 ORDER BY id LIMIT 200`

// identityReads are the times somebody looked who made a report, for those who
// watch over that.
func identityReads(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) ([]city.IdentityRead, error) {
	if !slices.Contains(city.IdentityOverseers, asker.Role) {
		return nil, nil
	}
	out, err := rowsOf[city.IdentityRead](ctx, tx, identityReadsQuery, fmt.Sprint(id))
	if err != nil {
		return nil, fmt.Errorf("read who looked at the reporter of %d: %w", id, err)
	}
	for i := range out {
		out[i].Reason = city.MaskPersonal(out[i].Reason)
	}
	return out, nil
}

// oneReportQuery reads a report in full, with what the analysis found.
const oneReportQuery = reportColumnsQuery + `, r.address, r.media_url, r.flags, r.received_at, r.changed_at,
	coalesce(w.text, r.answer) AS answer, w.at AS answered_at, w.delivered_at AS answer_reached_at,
	CASE WHEN a.report_id IS NOT NULL THEN jsonb_build_object('category', coalesce(a.category, ''), 'confidence', a.confidence,
		'proposals', a.proposals, 'words', a.words, 'sure', a.sure, 'category_by', r.category_by, 'office_by', r.office_by,
		'urgency', a.urgency, 'urgency_reasons', a.urgency_reasons, 'place', a.place, 'incident_id', coalesce(a.incident_id, 0),
		'incident_title', coalesce(i.title, ''), 'incident_voices', coalesce(i.voices, 0), 'at', a.analysed_at) END AS analysis` +
	reportsFrom + `LEFT JOIN incidents i ON i.id = a.incident_id
	LEFT JOIN LATERAL (SELECT text, at, delivered_at FROM report_answers w WHERE w.report_id = r.id ORDER BY w.at DESC LIMIT 1) w ON true WHERE r.id = $1 AND r.removed_at IS NULL`

// openAtTheEnd is true of a report that is not settled at @to. One that its
// source calls closed without saying when was closed by now.
const openAtTheEnd = `r.status <> 'rejected' AND (r.closed_at >= @to OR (r.closed_at IS NULL AND r.status IN ('open', 'in_progress')))`

const figuresQuery = `SELECT
	count(*) FILTER (WHERE r.created_at >= @from AND r.created_at < @to) AS received,
	count(*) FILTER (WHERE r.closed_at >= @from AND r.closed_at < @to) AS closed,
	count(*) FILTER (WHERE ` + openAtTheEnd + `) AS open,
	count(*) FILTER (WHERE ` + openAtTheEnd + ` AND r.due_at <= @to) AS overdue,
	CASE WHEN count(*) FILTER (WHERE r.closed_at >= @from AND r.closed_at < @to) >= 10 THEN
		(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.closed_at - r.created_at) / 3600) FILTER (WHERE r.closed_at >= @from AND r.closed_at < @to))::float8
	END AS median_close_hours
FROM reports r WHERE `

// figuresSQL leaves out what was settled before the period: it counts for none
// of the figures. Each of the three ways to count has its index.
func figuresSQL(where string) string {
	return figuresQuery + where + " AND r.created_at < @to AND (r.created_at >= @from OR r.closed_at >= @from OR (r.closed_at IS NULL AND r.status IN ('open', 'in_progress')))"
}

// satisfactionSQL counts the reporters who answered whether the work was done.
// Those are seen with their disposition: see the policies of reporter_words.
func satisfactionSQL(where string) string {
	return satisfactionQuery + where
}

const satisfactionQuery = `SELECT count(*)::int, (count(*) FILTER (WHERE w.answer = 'yes'))::int
	FROM reporter_words w JOIN reporter_asks a ON a.id = w.ask_id JOIN reports r ON r.id = a.report_id
	WHERE w.answer <> 'none' AND w.at >= @since AND w.at < @to AND `

// Figures returns a period's head numbers within the asker's rights.
func (s *Store) Figures(ctx context.Context, asker city.Asker, f city.ReportFilter) (ReportFigures, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return ReportFigures{}, err
	}
	from, to := f.From, f.To
	f.From, f.To = time.Time{}, time.Time{}
	where, args := s.reportConditions(cat, asker, f)
	args["from"], args["to"] = from, to
	out := ReportFigures{From: from, To: to}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, figuresSQL(where), args).Scan(&out.Received, &out.Closed, &out.Open, &out.Overdue, &out.MedianCloseHours); err != nil {
			return err
		}
		if asker.Role == city.Layar {
			return nil // what reporters said is not for a wall's role
		}
		if asker.Role == city.Layar { // a wall reads no citizen's words
			return nil
		}
		args["since"] = to.AddDate(0, 0, -city.SatisfactionDays)
		var yes int
		if err := tx.QueryRow(ctx, satisfactionSQL(where), args).Scan(&out.Answers, &yes); err != nil {
			return err
		}
		if out.Answers >= city.FewestAnswers {
			share := float64(yes) / float64(out.Answers)
			out.Satisfaction = &share
		}
		return nil
	})
	if err != nil {
		return ReportFigures{}, fmt.Errorf("count reports: %w", err)
	}
	return out, nil
}

// countsQuery adds up whole months and whole days from the rollups and only
// the two ragged ends from the reports themselves.
const countsQuery = `SELECT area_code, category, sum(n)::int AS count FROM (
	SELECT area_code, category, received AS n FROM report_monthly WHERE month >= @month_from AND month < @month_to
	UNION ALL
	SELECT area_code, category, received FROM report_daily WHERE (day >= @day_from AND day < @day_mid) OR (day >= @day_late AND day < @day_to)
	UNION ALL
	SELECT area_code, coalesce(category, ''), 1 FROM reports
	WHERE removed_at IS NULL AND ((created_at >= @from AND created_at < @head) OR (created_at >= @tail AND created_at < @to))
) x GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, 2`

// Counts returns reports by kelurahan and category created in [from, to),
// within the asker's rights, equal to a GROUP BY over the reports.
func (s *Store) Counts(ctx context.Context, asker city.Asker, from, to time.Time) ([]ReportCount, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []ReportCount
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if asker.Role == city.KepalaOPD {
			out, err = rowsOf[ReportCount](ctx, tx, `SELECT area_code, coalesce(category, '') AS category, count(*)::int AS count FROM reports
				WHERE removed_at IS NULL AND office_id = $3 AND created_at >= $1 AND created_at < $2 GROUP BY 1, 2 ORDER BY 1, 2`, from, to, asker.OfficeID)
			return err
		}
		out, err = rowsOf[ReportCount](ctx, tx, countsQuery, splitPeriod(cat.calendar, from, to))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count reports by area and category: %w", err)
	}
	return slices.Clip(out), nil
}

// splitPeriod cuts [from, to) into ragged head, whole days, whole months,
// whole days, ragged tail, in the city's days. Parts that are empty become
// ranges that hold nothing.
func splitPeriod(cal city.Calendar, from, to time.Time) pgx.NamedArgs {
	firstDay := cal.DayStart(from)
	if firstDay.Before(from) {
		firstDay = firstDay.AddDate(0, 0, 1)
	}
	lastDay := cal.DayStart(to) // exclusive
	head, tail := firstDay, lastDay
	if !firstDay.Before(lastDay) { // no whole day: everything is raw
		head, tail, firstDay, lastDay = to, to, to, to
	}
	date := func(t time.Time) string { return t.In(cal.Location).Format(time.DateOnly) }
	monthFrom := firstOfMonth(firstDay.In(cal.Location))
	if monthFrom.Before(firstDay) {
		monthFrom = monthFrom.AddDate(0, 1, 0)
	}
	monthTo := firstOfMonth(lastDay.In(cal.Location))
	dayMid, dayLate := monthFrom, monthTo
	if !monthFrom.Before(monthTo) { // no whole month: days only
		monthFrom, monthTo, dayMid, dayLate = lastDay, lastDay, lastDay, lastDay
	}
	if head.Equal(to) { // nothing but raw rows
		return pgx.NamedArgs{
			"month_from": "0001-01-01", "month_to": "0001-01-01", "day_from": "0001-01-01", "day_mid": "0001-01-01",
			"day_late": "0001-01-01", "day_to": "0001-01-01", "from": from, "head": to, "tail": to, "to": to,
		}
	}
	return pgx.NamedArgs{
		"month_from": date(monthFrom), "month_to": date(monthTo), "day_from": date(firstDay), "day_mid": date(dayMid),
		"day_late": date(dayLate), "day_to": date(lastDay), "from": from, "head": head, "tail": tail, "to": to,
	}
}

func firstOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}
