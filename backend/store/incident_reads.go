package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// snapshotIncidents is how many running incidents a snapshot carries.
const snapshotIncidents = 300

// urgencyRank orders severities in SQL as Severity.Rank does.
const urgencyRank = `array_position(ARRAY['info', 'perhatian', 'siaga', 'awas'], i.urgency)`

// incidentOrders are the ways to sort. By growth the most urgent stand first,
// then those with the most voices for each day that has passed since the last.
var incidentOrders = map[string]string{
	"growth": urgencyRank + ` DESC, i.voices / (1 + extract(epoch FROM @now - i.last_at) / 86400) DESC, i.last_at DESC, i.id DESC`,
	"newest": `i.last_at DESC, i.id DESC`,
	"voices": `i.voices DESC, i.last_at DESC, i.id DESC`,
}

type incidentRow struct {
	ID        int64
	Data      []byte
	AreaCode  string
	OfficeID  int64
	ChangedAt time.Time
}

const incidentColumns = `SELECT i.id, i.data, i.area_code, coalesce(i.office_id, 0) AS office_id, i.changed_at FROM incidents i WHERE `

func (r incidentRow) incident() (city.Incident, error) {
	var out city.Incident
	if err := json.Unmarshal(r.Data, &out); err != nil {
		return out, fmt.Errorf("decode incident %d: %w", r.ID, err)
	}
	out.ID, out.ChangedAt = r.ID, r.ChangedAt
	return out, nil
}

// incidentConditions writes a filter as SQL over "incidents i".
func incidentConditions(cat *catalogue, asker city.Asker, f city.IncidentFilter) (string, pgx.NamedArgs) {
	conds := []string{"i.merged_into IS NULL"}
	args := pgx.NamedArgs{}
	add := func(cond, name string, value any) {
		conds = append(conds, strings.ReplaceAll(cond, "r.", "i."))
		args[name] = value
	}
	ownConditions(asker.Scope(), add)
	if len(f.Status) > 0 {
		names := make([]string, len(f.Status))
		for n, st := range f.Status {
			names[n] = string(st)
		}
		add("i.status = ANY (@status)", "status", names)
	} else {
		conds = append(conds, "i.status NOT IN ('closed', 'dismissed')")
	}
	if f.AreaCode != "" && f.AreaCode != cat.cityCode {
		add(areaCondition(f.AreaCode, "area"), "area", f.AreaCode)
	}
	if f.Category != "" {
		add("i.category = @category", "category", f.Category)
	}
	if f.Office != "" {
		add("i.office_id = @office", "office", cat.officeID(f.Office))
	}
	if f.MinVoices > 1 {
		add("i.voices >= @voices", "voices", f.MinVoices)
	}
	if f.MinUrgency != "" && f.MinUrgency != city.Info {
		add(urgencyRank+" > @urgency", "urgency", f.MinUrgency.Rank())
	}
	if f.Structural {
		conds = append(conds, "i.recurrence > 0")
	}
	if !f.ActiveSince.IsZero() {
		add("i.last_at >= @since", "since", f.ActiveSince)
	}
	return strings.Join(conds, " AND "), args
}

func listIncidentsSQL(where, sort string) string {
	order, ok := incidentOrders[sort]
	if !ok {
		order = incidentOrders["growth"]
	}
	return incidentColumns + where + " ORDER BY " + order + " LIMIT @limit OFFSET @offset"
}

func countIncidentsSQL(where string) string {
	return "SELECT count(*)::int FROM incidents i WHERE " + where
}

// Incidents returns a page of what matches and how many match in all.
func (s *Store) Incidents(ctx context.Context, asker city.Asker, f city.IncidentFilter) (out []city.Incident, total int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		where, args := incidentConditions(cat, asker, f)
		if err := tx.QueryRow(ctx, countIncidentsSQL(where), args).Scan(&total); err != nil {
			return fmt.Errorf("count incidents: %w", err)
		}
		out, err = s.listIncidents(ctx, tx, cat, asker, f)
		return err
	})
	return out, total, err
}

func (s *Store) listIncidents(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, f city.IncidentFilter) ([]city.Incident, error) {
	where, args := incidentConditions(cat, asker, f)
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	args["limit"], args["offset"], args["now"] = min(limit, snapshotIncidents), f.Offset, s.now()
	rows, err := rowsOf[incidentRow](ctx, tx, listIncidentsSQL(where, f.Sort), args)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	out := make([]city.Incident, len(rows))
	for n, r := range rows {
		if out[n], err = r.incident(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// groupingQuery counts reports by the rollups: they are few rows, however many
// reports there are.
const groupingQuery = `SELECT (SELECT at FROM analysis_state) AS at,
	greatest(0, (SELECT coalesce(sum(received), 0) FROM report_monthly) - w.n)::int AS reports, w.n AS waiting,
	(SELECT count(*)::int FROM report_analyses WHERE review) AS review
	FROM (SELECT count(*)::int AS n FROM analysis_queue) w`

// Grouping says how far the grouping of reports is, for the whole city.
func (s *Store) Grouping(ctx context.Context) (out city.GroupingState, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.GroupingState](ctx, tx, groupingQuery)
		if err == nil && len(rows) > 0 {
			out = rows[0]
		}
		return err
	})
	return out, err
}

type memberRow struct {
	summaryRow
	LinkScore float32
	Link      []byte
	ByHand    bool
}

// storedLink is why a report stands in its incident, as the column holds it.
type storedLink struct {
	Reasons  []city.Said `json:"reasons"`
	Doubtful bool        `json:"doubtful,omitempty"`
}

const membersQuery = reportColumnsQuery + `, a.link_score, a.shown AS link,
	EXISTS (SELECT FROM incident_rulings g WHERE g.superseded_at IS NULL AND (g.report_a = r.id OR g.report_b = r.id)) AS by_hand` + reportsFrom + `
	WHERE a.incident_id = $1 AND r.removed_at IS NULL ORDER BY r.created_at, r.id LIMIT 1000`

// quotesShown is how many citizens speak for an incident.
const quotesShown = 3

// Incident returns one incident with those of its reports that the asker may
// see; NotFound also when it is not the asker's. The number of one that was
// merged leads to the one it went into. Similar is left empty: see
// SimilarIncidents.
func (s *Store) Incident(ctx context.Context, asker city.Asker, id int64) (out city.IncidentDetail, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out = city.IncidentDetail{Members: []city.IncidentMember{}, Similar: []city.SimilarCase{}, Rulings: []city.IncidentRuling{}, Quotes: []city.IncidentQuote{}}
		inc, err := s.oneIncident(ctx, tx, asker, id)
		if err != nil {
			return err
		}
		out.Incident = inc
		if err := s.incidentMembers(ctx, tx, cat, &out); err != nil {
			return err
		}
		out.Hidden = max(0, out.Voices-len(out.Members))
		out.Rulings, err = incidentRulings(ctx, tx, inc.ID)
		return err
	})
	return out, err
}

const oneIncidentQuery = incidentColumns + `i.id = coalesce((SELECT merged_into FROM incidents WHERE id = $1), $1)`

func (s *Store) oneIncident(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) (city.Incident, error) {
	rows, err := rowsOf[incidentRow](ctx, tx, oneIncidentQuery, id)
	if err != nil {
		return city.Incident{}, fmt.Errorf("read incident %d: %w", id, err)
	}
	if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) && asker.Role != city.SystemRole {
		return city.Incident{}, city.Errorf(city.NotFound, "there is no incident %d, or it is not yours to see", id)
	}
	return rows[0].incident()
}

func (s *Store) incidentMembers(ctx context.Context, tx pgx.Tx, cat *catalogue, out *city.IncidentDetail) error {
	rows, err := rowsOf[memberRow](ctx, tx, membersQuery, out.ID)
	if err != nil {
		return fmt.Errorf("read the reports of incident %d: %w", out.ID, err)
	}
	voices := make([]city.Voice, 0, len(rows))
	for _, r := range rows {
		m := city.IncidentMember{ReportSummary: r.summary(cat), Score: float64(r.LinkScore), Reasons: []city.Said{}}
		var l storedLink
		if err := json.Unmarshal(r.Link, &l); err != nil {
			return fmt.Errorf("decode a link: %w", err)
		}
		if l.Reasons != nil {
			m.Reasons = l.Reasons
		}
		m.Doubtful, m.ByHand = l.Doubtful && !r.ByHand, r.ByHand
		out.Members = append(out.Members, m)
		v := city.Voice{ReportID: r.ID, At: r.CreatedAt, Channel: r.Channel, Text: r.words(), Score: m.Score, Doubtful: m.Doubtful}
		if m.ByHand {
			v.Score = 1
		}
		voices = append(voices, v)
	}
	out.Quotes = append(out.Quotes, city.Quotes(voices, quotesShown)...)
	return nil
}

const rulingsOfIncidentQuery = `SELECT max(g.at) AS at, max(g.actor) AS by, g.same, count(*)::int AS count, max(g.reason) AS reason
	FROM incident_rulings g
	WHERE g.superseded_at IS NULL AND (g.report_a IN (SELECT report_id FROM report_analyses WHERE incident_id = $1)
		OR g.report_b IN (SELECT report_id FROM report_analyses WHERE incident_id = $1))
	GROUP BY g.decision, g.same ORDER BY 1 DESC LIMIT 50`

func incidentRulings(ctx context.Context, tx pgx.Tx, id int64) ([]city.IncidentRuling, error) {
	out, err := rowsOf[city.IncidentRuling](ctx, tx, rulingsOfIncidentQuery, id)
	if err != nil {
		return nil, fmt.Errorf("read the rulings about incident %d: %w", id, err)
	}
	if out == nil {
		out = []city.IncidentRuling{}
	}
	return out, nil
}

const reportIncidentsQuery = `SELECT r.external_id, i.key FROM reports r JOIN report_analyses a ON a.report_id = r.id JOIN incidents i ON i.id = a.incident_id
	WHERE r.removed_at IS NULL ORDER BY r.created_at, r.id`

// EachReportIncident calls fn with every report's external id and the key of
// its incident (the source and external id of the incident's first report),
// oldest first.
func (s *Store) EachReportIncident(ctx context.Context, fn func(externalID, incident string)) error {
	err := s.read(ctx, city.System, func(tx pgx.Tx) error { return each(ctx, tx, reportIncidentsQuery, fn) })
	if err != nil {
		return fmt.Errorf("read which incident each report belongs to: %w", err)
	}
	return nil
}
