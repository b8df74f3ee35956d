package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// IncidentTrace is what a stored incident is known again by.
type IncidentTrace struct {
	ID              int64
	Trace           []byte // JSON, see IncidentMembers
	Category        string
	Lon, Lat        *float64
	FirstAt, LastAt time.Time
	ClosedAt        *time.Time
}

// Returns decides whether the later of two incidents is the earlier come back.
// It is asked about those that may be: of one category, near each other or with
// a place in common, the later begun after the earlier's last voice.
type Returns func(earlier, later IncidentTrace) (bool, error)

const traceColumns = `SELECT i.id, i.trace, coalesce(i.category, '') AS category, i.lon, i.lat, i.first_at, i.last_at, i.closed_at FROM incidents i `

// mayReturn is true of incidents p and x when x may be p come back: within
// some 300 m, or with a named place in common, at most 100 days later.
const (
	mayReturn = `p.merged_into IS NULL AND x.merged_into IS NULL AND p.id <> x.id AND p.category = x.category
	AND x.first_at > p.last_at AND x.first_at <= p.last_at + interval '100 days' `
	nearByName = mayReturn + `AND p.spots && x.spots`
	// The same said twice, so that the index on places serves either way:
	// which came before x, and which came after p.
	nearBefore = mayReturn + `AND p.lon BETWEEN x.lon - 0.003 AND x.lon + 0.003 AND p.lat BETWEEN x.lat - 0.003 AND x.lat + 0.003`
	nearAfter  = mayReturn + `AND x.lon BETWEEN p.lon - 0.003 AND p.lon + 0.003 AND x.lat BETWEEN p.lat - 0.003 AND p.lat + 0.003`
)

const mayHaveReturnedQuery = `SELECT x.id FROM incidents p JOIN incidents x ON ` + nearAfter + ` WHERE p.id = ANY ($1)
	UNION SELECT x.id FROM incidents p JOIN incidents x ON ` + nearByName + ` WHERE p.id = ANY ($1)`

// mayHaveReturned returns the incidents that may be one of those given come back.
func (g *Grouping) mayHaveReturned(ctx context.Context, ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := column[int64](ctx, g.tx, mayHaveReturnedQuery, ids)
	return out, wrapped(err, "find what may have come back")
}

// returnPairsQuery pairs incidents with all that may have come before.
const returnPairsQuery = `SELECT p.id AS earlier, x.id AS later FROM incidents x JOIN incidents p ON ` + nearBefore + ` WHERE x.id = ANY ($1)
	UNION SELECT p.id, x.id FROM incidents x JOIN incidents p ON ` + nearByName + ` WHERE x.id = ANY ($1)`

const saveReturnsQuery = `UPDATE incidents i SET recurrence = t.n, data = i.data || jsonb_build_object('recurrence', t.n)
	FROM unnest($1::bigint[], $2::int[]) AS t(id, n) WHERE i.id = t.id AND i.recurrence <> t.n RETURNING i.id`

// countReturns counts, for incidents and for those that came back after them,
// how often the matter was there before; it returns those whose count changed.
func (g *Grouping) countReturns(ctx context.Context, of []int64, returns Returns) ([]int64, error) {
	after, err := g.mayHaveReturned(ctx, of)
	if err != nil {
		return nil, err
	}
	count := make(map[int64]int, len(of)+len(after))
	for _, id := range append(after, of...) {
		count[id] = 0
	}
	pairs, err := rowsOf[struct{ Earlier, Later int64 }](ctx, g.tx, returnPairsQuery, slices.Collect(maps.Keys(count)))
	if err != nil {
		return nil, fmt.Errorf("find what came before: %w", err)
	}
	ids := make([]int64, 0, 2*len(pairs))
	for _, p := range pairs {
		ids = append(ids, p.Earlier, p.Later)
	}
	traces, err := tracesOf(ctx, g.tx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		back, err := returns(traces[p.Earlier], traces[p.Later])
		if err != nil {
			return nil, err
		}
		if back {
			count[p.Later]++
		}
	}
	later, n := make([]int64, 0, len(count)), make([]int, 0, len(count))
	for id, c := range count {
		later, n = append(later, id), append(n, c)
	}
	changed, err := column[int64](ctx, g.tx, saveReturnsQuery, later, n)
	return changed, wrapped(err, "count what came back")
}

func tracesOf(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64]IncidentTrace, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	rows, err := rowsOf[IncidentTrace](ctx, tx, traceColumns+`WHERE i.id = ANY ($1)`, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("read what incidents are known by: %w", err)
	}
	out := make(map[int64]IncidentTrace, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, nil
}

// similarQuery is the incidents, begun before one, among which its like is to
// be found: the newest of its category, those within some 600 m or at a place
// of the same name, whatever they were filed under, and the newest of its area.
const similarQuery = `WITH x AS (SELECT id, category, area_code, lon, lat, spots, first_at FROM incidents WHERE id = $1)
	(` + traceColumns + `, x WHERE i.category = x.category AND i.first_at < x.first_at AND i.merged_into IS NULL AND i.id <> x.id ORDER BY i.last_at DESC LIMIT 200)
	UNION (` + traceColumns + `, x WHERE i.category = x.category AND i.lon BETWEEN x.lon - 0.006 AND x.lon + 0.006 AND i.lat BETWEEN x.lat - 0.006 AND x.lat + 0.006
		AND i.first_at < x.first_at AND i.merged_into IS NULL AND i.id <> x.id ORDER BY i.last_at DESC LIMIT 100)
	UNION (` + traceColumns + `, x WHERE i.spots && x.spots AND i.first_at < x.first_at AND i.merged_into IS NULL AND i.id <> x.id ORDER BY i.last_at DESC LIMIT 100)
	UNION (` + traceColumns + `, x WHERE i.area_code = x.area_code AND i.first_at < x.first_at AND i.merged_into IS NULL AND i.id <> x.id ORDER BY i.last_at DESC LIMIT 100)`

// Likeness is a past incident that resembles another, and why.
type Likeness struct {
	ID        int64
	SamePlace bool
	Why       city.Said
}

// SimilarIncidents returns the past incidents that choose picks, in its order,
// out of those among which the like of one may be, and how they ended; the
// asker sees only what may be seen. The incident itself must be the asker's.
func (s *Store) SimilarIncidents(ctx context.Context, asker city.Asker, id int64,
	choose func(of IncidentTrace, past []IncidentTrace) ([]Likeness, error),
) (out []city.SimilarCase, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out = []city.SimilarCase{}
		of, err := s.oneIncident(ctx, tx, asker, id)
		if err != nil {
			return err
		}
		self, err := tracesOf(ctx, tx, []int64{of.ID})
		if err != nil {
			return err
		}
		past, err := rowsOf[IncidentTrace](ctx, tx, similarQuery, of.ID)
		if err != nil {
			return fmt.Errorf("find incidents like %d: %w", of.ID, err)
		}
		like, err := choose(self[of.ID], past)
		if err != nil {
			return err
		}
		out, err = similarCases(ctx, tx, like)
		return err
	})
	return out, err
}

func similarCases(ctx context.Context, tx pgx.Tx, like []Likeness) ([]city.SimilarCase, error) {
	ids := make([]int64, len(like))
	for n, l := range like {
		ids[n] = l.ID
	}
	rows, err := rowsOf[incidentRow](ctx, tx, incidentColumns+`i.id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read similar incidents: %w", err)
	}
	held := make(map[int64]incidentRow, len(rows))
	for _, r := range rows {
		held[r.ID] = r
	}
	out := make([]city.SimilarCase, len(like))
	for n, l := range like {
		past, err := held[l.ID].incident()
		if err != nil {
			return nil, err
		}
		out[n] = city.SimilarCase{
			ID: past.ID, Title: past.Title, FirstAt: past.FirstAt, Voices: past.Voices, Office: past.Office, Answer: past.Answer,
			SamePlace: l.SamePlace, Why: l.Why,
		}
		if past.ClosedAt != nil {
			days := past.ClosedAt.Sub(past.FirstAt).Hours() / 24
			out[n].DaysToClose = &days
		}
	}
	return out, nil
}
