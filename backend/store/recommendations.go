package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// topAdvice is how many a first screen shows.
const topAdvice = 5

type adviceRow struct {
	ID                int64
	Data              []byte
	Status            string
	Until             *time.Time
	Override          []byte
	AreaCode          string
	OfficeID          int64
	MadeAt, ChangedAt time.Time
	DispositionID     int64
	Number            int
	SentAt            *time.Time
	DispositionStatus string
}

// adviceColumns reads advice with the newest disposition that came of it, as
// far as the asker may see that.
const adviceColumns = `SELECT r.id, r.data, r.status, r.until, r.override, r.area_code, r.office_id, r.made_at, r.changed_at,
	coalesce(d.id, 0) AS disposition_id, coalesce(d.number, 0) AS number, d.sent_at, coalesce(d.status, '') AS disposition_status
FROM recommendations r LEFT JOIN LATERAL (
	SELECT d.id, d.number, d.sent_at, d.status FROM dispositions d WHERE d.recommendation_id = r.id AND d.parent_id IS NULL ORDER BY d.id DESC LIMIT 1
) d ON true `

// advice decodes a row; what moves by itself (the deadline if it were sent now)
// is worked out anew.
func (s *Store) advice(cat *catalogue, r adviceRow) (city.Recommendation, error) {
	var out city.Recommendation
	if err := json.Unmarshal(r.Data, &out); err != nil {
		return out, fmt.Errorf("decode recommendation %d: %w", r.ID, err)
	}
	out.ID, out.Status, out.Until, out.MadeAt, out.ChangedAt, out.Override = r.ID, city.RecommendationStatus(r.Status), r.Until, r.MadeAt, r.ChangedAt, nil
	if len(r.Override) > 0 {
		if err := json.Unmarshal(r.Override, &out.Override); err != nil {
			return out, fmt.Errorf("decode the rank of recommendation %d: %w", r.ID, err)
		}
	}
	if out.Status == city.RecommendationProposed || out.Status == city.RecommendationPostponed {
		out.DueAt = cat.calendar.DueBy(s.now(), out.DueDays, out.DueHours)
	}
	if r.DispositionID != 0 {
		out.DispositionID, out.DispositionStatus = r.DispositionID, city.DispositionStatus(r.DispositionStatus)
		out.DispositionNumber = city.DispositionNumber(r.Number, r.SentAt.In(cat.location))
	}
	return out, nil
}

const standingAdviceQuery = `SELECT r.id, r.score, coalesce((r.override->>'rank')::int, 0) AS override FROM recommendations r
WHERE r.status = 'proposed' AND (@own_area = '' OR (r.area_code ~>=~ @own_area AND r.area_code ~<~ (@own_area || '/')))
	AND (@own_office::bigint = 0 OR r.office_id = @own_office) ORDER BY r.score DESC, r.key`

// standingAdvice is the asker's proposed advice in order: by score, but where
// the secretary or mayor gave a rank, at that rank.
func standingAdvice(ctx context.Context, tx pgx.Tx, scope city.Scope) ([]int64, error) {
	rows, err := rowsOf[struct {
		ID       int64
		Score    float64
		Override int
	}](ctx, tx, standingAdviceQuery, pgx.NamedArgs{"own_area": scope.AreaCode, "own_office": scope.OfficeID})
	if err != nil {
		return nil, fmt.Errorf("read the order of the advice: %w", err)
	}
	var out []int64
	for _, r := range rows {
		if r.Override == 0 {
			out = append(out, r.ID)
		}
	}
	slices.SortStableFunc(rows, func(x, y struct {
		ID       int64
		Score    float64
		Override int
	}) int {
		return x.Override - y.Override
	})
	for _, r := range rows {
		if r.Override > 0 {
			out = slices.Insert(out, min(r.Override-1, len(out)), r.ID)
		}
	}
	return out, nil
}

const adviceConditions = `WHERE (cardinality(@status::text[]) = 0 OR r.status = ANY (@status)) AND (@area = '' OR (r.area_code ~>=~ @area AND r.area_code ~<~ (@area || '/')))
	AND (NOT @one_office::boolean OR r.office_id = @office::bigint) AND (@action = '' OR r.action = @action) AND (@incident::bigint = 0 OR r.incident_id = @incident)
	AND (@own_area = '' OR (r.area_code ~>=~ @own_area AND r.area_code ~<~ (@own_area || '/'))) AND (@own_office::bigint = 0 OR r.office_id = @own_office)`

// What waits stands first, in its order; then what changed last.
const listAdviceQuery = adviceColumns + adviceConditions + `
ORDER BY array_position(@standing::bigint[], r.id), r.status <> 'postponed', r.changed_at DESC, r.id DESC LIMIT @limit OFFSET @offset`

const countAdviceQuery = `SELECT count(*)::int FROM recommendations r ` + adviceConditions

// Recommendations returns a page of advice within the asker's rights, and how
// many match in all.
func (s *Store) Recommendations(ctx context.Context, asker city.Asker, f city.RecommendationFilter) (out []city.Recommendation, total int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out, total, _, err = s.listAdvice(ctx, tx, cat, asker, f)
		return err
	})
	return out, total, wrapped(err, "read the recommendations")
}

func (s *Store) listAdvice(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, f city.RecommendationFilter) (out []city.Recommendation, total, waiting int, err error) {
	scope := asker.Scope()
	standing, err := standingAdvice(ctx, tx, scope)
	if err != nil {
		return nil, 0, 0, err
	}
	area := f.AreaCode
	if area == cat.cityCode {
		area = ""
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	status := make([]string, len(f.Status))
	for i, st := range f.Status {
		status[i] = string(st)
	}
	args := pgx.NamedArgs{
		"status": status, "area": area, "one_office": f.Office != "", "office": cat.officeID(f.Office), "action": f.Action, "incident": f.Incident,
		"own_area": scope.AreaCode, "own_office": scope.OfficeID, "standing": standing, "limit": min(limit, 200), "offset": f.Offset,
	}
	if err := tx.QueryRow(ctx, countAdviceQuery, args).Scan(&total); err != nil {
		return nil, 0, 0, err
	}
	rows, err := rowsOf[adviceRow](ctx, tx, listAdviceQuery, args)
	if err != nil {
		return nil, 0, 0, err
	}
	out = make([]city.Recommendation, len(rows))
	for i, r := range rows {
		if out[i], err = s.advice(cat, r); err != nil {
			return nil, 0, 0, err
		}
		if asker.Role == city.Layar {
			out[i] = out[i].ForWall()
		}
		out[i].Rank = slices.Index(standing, r.ID) + 1
	}
	return out, total, len(standing), seenPast(ctx, tx, out)
}

// seenPast leaves of past actions those that the asker may open.
func seenPast(ctx context.Context, tx pgx.Tx, rs []city.Recommendation) error {
	ids := []int64{}
	for _, r := range rs {
		for _, p := range r.Past {
			ids = append(ids, p.DispositionID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	seen, err := column[int64](ctx, tx, "SELECT id FROM dispositions WHERE id = ANY ($1)", ids)
	if err != nil {
		return fmt.Errorf("look which past actions may be seen: %w", err)
	}
	for i := range rs {
		rs[i].Past = slices.DeleteFunc(rs[i].Past, func(p city.PastAction) bool { return !slices.Contains(seen, p.DispositionID) })
	}
	return nil
}

// TopRecommendations returns the best five of what the asker may see, and how
// many wait in all.
func (s *Store) TopRecommendations(ctx context.Context, asker city.Asker) (out []city.Recommendation, waiting int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out, _, waiting, err = s.listAdvice(ctx, tx, cat, asker, city.RecommendationFilter{Status: []city.RecommendationStatus{city.RecommendationProposed}, Limit: topAdvice})
		return err
	})
	return out, waiting, wrapped(err, "read the first recommendations")
}

const oneAdviceQuery = adviceColumns + `WHERE r.id = $1`

const adviceChangesQuery = `SELECT at, actor AS by, coalesce(was, '') AS "from", status AS "to", reason FROM recommendation_changes WHERE recommendation_id = $1 ORDER BY id`

// Recommendation returns one piece of advice with its history, oldest first;
// NotFound also when it is not the asker's to see.
func (s *Store) Recommendation(ctx context.Context, asker city.Asker, id int64) (out city.Recommendation, changes []city.RecommendationChange, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		if out, err = s.oneAdvice(ctx, tx, cat, asker, id); err != nil {
			return err
		}
		changes, err = rowsOf[city.RecommendationChange](ctx, tx, adviceChangesQuery, id)
		return err
	})
	if changes == nil {
		changes = []city.RecommendationChange{}
	}
	return out, changes, wrapped(err, "read a recommendation")
}

// oneAdvice reads one within the asker's scope, with its rank there.
func (s *Store) oneAdvice(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, id int64) (city.Recommendation, error) {
	rows, err := rowsOf[adviceRow](ctx, tx, oneAdviceQuery, id)
	if err != nil {
		return city.Recommendation{}, err
	}
	if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
		return city.Recommendation{}, city.Errorf(city.NotFound, "there is no recommendation %d, or it is not yours to see", id)
	}
	one, err := s.advice(cat, rows[0])
	if err != nil {
		return one, err
	}
	standing, err := standingAdvice(ctx, tx, asker.Scope())
	if err != nil {
		return one, err
	}
	one.Rank = slices.Index(standing, id) + 1
	list := []city.Recommendation{one}
	err = seenPast(ctx, tx, list)
	return list[0], err
}
