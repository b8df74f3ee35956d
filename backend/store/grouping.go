package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Grouping is the one transaction in which reports are analysed and grouped.
// Whoever opens it holds the lock of the analysis: nobody else changes links
// meanwhile.
type Grouping struct {
	store  *Store
	tx     pgx.Tx
	cat    *catalogue
	events []city.Event
	stand  []int64 // reports that stand in another incident than before
}

// Group runs fn in a transaction as the writer and commits; fn may be run
// again, and must have no effect outside.
func (s *Store) Group(ctx context.Context, fn func(*Grouping) error) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		g := &Grouping{store: s, tx: tx, cat: cat}
		if err := fn(g); err != nil {
			return err
		}
		return appendEvents(ctx, tx, g.events)
	})
}

// Grouped is a stored report as the grouping left it.
type Grouped struct {
	ReportID   int64
	Key        string
	CreatedAt  time.Time
	Features   []byte
	LinkRoot   string
	Component  string
	Link       []byte
	IncidentID int64
}

const groupedColumns = `SELECT a.report_id, a.key, a.created_at, a.features, a.link_root, a.component, coalesce(a.link, '{}') AS link,
	coalesce(a.incident_id, 0) AS incident_id FROM report_analyses a `

// The ways to stored reports.
const (
	groupedByKeys       = groupedColumns + `WHERE a.key = ANY ($1)`
	groupedByIDs        = groupedColumns + `WHERE a.report_id = ANY ($1)`
	groupedByComponents = groupedColumns + `WHERE a.component = ANY ($1)`
)

// ByKeys returns stored reports by "source/external id".
func (g *Grouping) ByKeys(ctx context.Context, keys []string) ([]Grouped, error) {
	out, err := rowsOf[Grouped](ctx, g.tx, groupedByKeys, keys)
	return out, wrapped(err, "read grouped reports by key")
}

// ByIDs returns stored reports by number.
func (g *Grouping) ByIDs(ctx context.Context, ids []int64) ([]Grouped, error) {
	out, err := rowsOf[Grouped](ctx, g.tx, groupedByIDs, ids)
	return out, wrapped(err, "read grouped reports")
}

// ByComponents returns all reports of components.
func (g *Grouping) ByComponents(ctx context.Context, names []string) ([]Grouped, error) {
	out, err := rowsOf[Grouped](ctx, g.tx, groupedByComponents, names)
	return out, wrapped(err, "read grouped reports by component")
}

func wrapped(err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// BlockSearch asks for the stored reports of a block next to a moment.
type BlockSearch struct {
	Block    uint64
	At       time.Time
	Key      string
	Earliest time.Time // bounds of the search, inclusive
	Latest   time.Time
}

// nearQuery takes, for each search, the reports of its block next before and
// after a moment in the order of reports (time, then key).
const nearQuery = `SELECT t.n::int - 1 AS search, n.later, n.report_id
	FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::timestamptz[]) WITH ORDINALITY AS t(block, at, key, earliest, latest, n)
	CROSS JOIN LATERAL (
		(SELECT b.report_id, false AS later FROM report_blocks b WHERE b.block = t.block AND b.at >= t.earliest AND (b.at, b.key) < (t.at, t.key COLLATE "C")
			ORDER BY b.at DESC, b.key DESC LIMIT $6)
		UNION ALL
		(SELECT b.report_id, true FROM report_blocks b WHERE b.block = t.block AND b.at <= t.latest AND (b.at, b.key) > (t.at, t.key COLLATE "C")
			ORDER BY b.at, b.key LIMIT $7)
	) n`

// Near is one report found next to a search.
type Near struct {
	Search   int32 // its place among the searches
	Later    bool
	ReportID int64
}

// Near returns, for each search, up to before earlier and after later reports
// of its block.
func (g *Grouping) Near(ctx context.Context, searches []BlockSearch, before, after int) ([]Near, error) {
	n := len(searches)
	blocks, at, key := make([]int64, n), make([]time.Time, n), make([]string, n)
	earliest, latest := make([]time.Time, n), make([]time.Time, n)
	for i, s := range searches {
		blocks[i], at[i], key[i], earliest[i], latest[i] = int64(s.Block), s.At, s.Key, s.Earliest, s.Latest
	}
	out, err := rowsOf[Near](ctx, g.tx, nearQuery, blocks, at, key, earliest, latest, before, after)
	return out, wrapped(err, "find the neighbours of reports")
}

// All returns all reports, in no order.
func (g *Grouping) All(ctx context.Context) ([]Grouped, error) {
	out, err := rowsOf[Grouped](ctx, g.tx, groupedColumns)
	return out, wrapped(err, "read all grouped reports")
}

// KeyedRuling is a ruling between two reports by their keys.
type KeyedRuling struct {
	A, B string
	Same bool
	At   time.Time
}

const rulingsAboutQuery = `SELECT x.key AS a, y.key AS b, g.same, g.at FROM incident_rulings g
	JOIN report_analyses x ON x.report_id = g.report_a JOIN report_analyses y ON y.report_id = g.report_b
	WHERE g.superseded_at IS NULL AND (x.key = ANY ($1) OR y.key = ANY ($1)) ORDER BY g.id`

// Rulings returns the rulings that hold and are about any of the reports.
func (g *Grouping) Rulings(ctx context.Context, keys []string) ([]KeyedRuling, error) {
	out, err := rowsOf[KeyedRuling](ctx, g.tx, rulingsAboutQuery, keys)
	return out, wrapped(err, "read rulings")
}

const allRulingsQuery = `SELECT x.key AS a, y.key AS b, g.same, g.at FROM incident_rulings g
	JOIN report_analyses x ON x.report_id = g.report_a JOIN report_analyses y ON y.report_id = g.report_b
	WHERE g.superseded_at IS NULL ORDER BY g.id`

// AllRulings returns all rulings that hold.
func (g *Grouping) AllRulings(ctx context.Context) ([]KeyedRuling, error) {
	out, err := rowsOf[KeyedRuling](ctx, g.tx, allRulingsQuery)
	return out, wrapped(err, "read rulings")
}

const ruledPairsQuery = `SELECT x.features AS a, y.features AS b, g.same FROM incident_rulings g
	JOIN report_analyses x ON x.report_id = g.report_a JOIN report_analyses y ON y.report_id = g.report_b
	WHERE g.superseded_at IS NULL ORDER BY g.id DESC LIMIT 20000`

// RuledPair is two reports that an officer ruled on, by their features.
type RuledPair struct {
	A, B []byte
	Same bool
}

// RuledPairs returns the newest pairs that officers ruled on.
func (s *Store) RuledPairs(ctx context.Context) (out []RuledPair, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[RuledPair](ctx, tx, ruledPairsQuery)
		return err
	})
	return out, wrapped(err, "read the pairs that officers ruled on")
}

// SaveModel stores the weights by which all links are made from now on.
func (g *Grouping) SaveModel(ctx context.Context, model []byte) error {
	_, err := g.tx.Exec(ctx, `UPDATE analysis_state SET model = $1`, model)
	return wrapped(err, "store the weights of links")
}

// MemberFacts is what an incident takes from one of its reports, besides what
// grouping knows.
type MemberFacts struct {
	ID, SourceID   int64
	Key            string
	CreatedAt      time.Time
	ClosedAt       *time.Time
	RespondedAt    *time.Time
	Status         string
	Channel        string
	AreaCode       string
	OfficeID       int64
	Category       string
	Urgency        string
	UrgencyReasons []city.Said
	Place          *city.PlaceEstimate
	Simulated      bool
	// Campaign and MassClosing name the findings that remark on it, "" for none.
	Campaign, MassClosing string
	// Mark tells reporters apart, as in SaidReport.
	Mark int64 `db:"-"`
}

const memberFactsQuery = `SELECT r.id, r.source_id, a.key, r.created_at, r.closed_at, r.responded_at, r.status, r.channel, r.area_code,
	coalesce(r.office_id, 0) AS office_id, coalesce(r.category, '') AS category, a.urgency, a.urgency_reasons, a.place, s.simulated,
	coalesce((SELECT finding FROM report_remarks m WHERE m.report_id = r.id AND m.kind = 'campaign'), '') AS campaign,
	coalesce((SELECT finding FROM report_remarks m WHERE m.report_id = r.id AND m.kind = 'mass_closing'), '') AS mass_closing
	FROM report_analyses a JOIN reports r ON r.id = a.report_id JOIN sources s ON s.id = r.source_id WHERE a.key = ANY ($1)`

// Facts returns what incidents take from reports, by key.
func (g *Grouping) Facts(ctx context.Context, keys []string) (map[string]MemberFacts, error) {
	rows, err := rowsOf[MemberFacts](ctx, g.tx, memberFactsQuery, keys)
	if err != nil {
		return nil, fmt.Errorf("read the facts of reports: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	marks, err := rowsOf[struct{ ReportID, Mark int64 }](ctx, g.tx, `SELECT report_id, mark FROM reporter_marks_of($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("tell the reporters of reports apart: %w", err)
	}
	of := make(map[int64]int64, len(marks))
	for _, m := range marks {
		of[m.ReportID] = m.Mark
	}
	out := make(map[string]MemberFacts, len(rows))
	for _, r := range rows {
		r.Mark = of[r.ID]
		out[r.Key] = r
	}
	return out, nil
}

// StoredLink is a link as it is to be stored.
type StoredLink struct {
	Key, Root  string
	Confidence float64
	Link       []byte
	Reasons    []city.Said
	Doubtful   bool
}

const saveLinksQuery = `UPDATE report_analyses a SET link_root = t.root, link_score = t.score, link = t.link, shown = t.shown
	FROM unnest($1::text[], $2::text[], $3::real[], $4::jsonb[], $5::jsonb[]) AS t(key, root, score, link, shown) WHERE a.key = t.key`

// SaveLinks stores links.
func (g *Grouping) SaveLinks(ctx context.Context, links []StoredLink) error {
	if len(links) == 0 {
		return nil
	}
	var key, root, link, shown []string
	var score []float32
	for _, l := range links {
		data, err := json.Marshal(storedLink{Reasons: l.Reasons, Doubtful: l.Doubtful})
		if err != nil {
			return fmt.Errorf("encode the link of %s: %w", l.Key, err)
		}
		key, root, score = append(key, l.Key), append(root, l.Root), append(score, float32(l.Confidence))
		link, shown = append(link, string(l.Link)), append(shown, string(data))
	}
	_, err := g.tx.Exec(ctx, saveLinksQuery, key, root, score, link, shown)
	return wrapped(err, "store links")
}

// SaveComponents stores which component reports belong to, by key.
func (g *Grouping) SaveComponents(ctx context.Context, of map[string]string) error {
	keys, names := make([]string, 0, len(of)), make([]string, 0, len(of))
	for k, n := range of {
		keys, names = append(keys, k), append(names, n)
	}
	_, err := g.tx.Exec(ctx, `UPDATE report_analyses a SET component = t.name FROM unnest($1::text[], $2::text[]) AS t(key, name)
		WHERE a.key = t.key AND a.component <> t.name`, keys, names)
	return wrapped(err, "store components")
}

// SaveAnalyses stores what was found out about reports that Settle has settled,
// and takes them off the queue.
func (g *Grouping) SaveAnalyses(ctx context.Context, as []Analysis) error {
	if err := saveAnalyses(ctx, g.tx, as); err != nil {
		return err
	}
	ids, at := make([]int64, len(as)), make([]time.Time, len(as))
	var gone []int64
	for i := range as {
		ids[i], at[i] = as[i].ReportID, as[i].QueuedAt
		if as[i].Removed {
			gone = append(gone, as[i].ReportID)
		}
	}
	if _, err := g.tx.Exec(ctx, `DELETE FROM report_analyses WHERE report_id = ANY ($1)`, gone); err != nil {
		return fmt.Errorf("forget reports that are gone: %w", err)
	}
	if _, err := g.tx.Exec(ctx, `UPDATE analysis_state SET at = clock_timestamp()`); err != nil {
		return fmt.Errorf("note the time of the analysis: %w", err)
	}
	// One that was queued again meanwhile stays.
	if _, err := g.tx.Exec(ctx, `DELETE FROM analysis_queue q USING unnest($1::bigint[], $2::timestamptz[]) AS t(id, at)
		WHERE q.report_id = t.id AND q.queued_at = t.at`, ids, at); err != nil {
		return fmt.Errorf("take reports off the queue: %w", err)
	}
	return nil
}
