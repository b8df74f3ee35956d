package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// mapPointsQuery reads the reports created in (@from, @to] that were unfinished
// at @alive or later; one that its source calls closed without saying when
// cannot be placed in time and is left out.
const mapPointsQuery = `SELECT r.id, r.lon, r.lat, r.area_code, r.created_at, r.closed_at, r.due_at,
	(a.place->>'lon')::float8 AS guess_lon, (a.place->>'lat')::float8 AS guess_lat, coalesce((a.place->>'radius_m')::float8, 0) AS guess_radius
FROM reports r LEFT JOIN report_analyses a ON a.report_id = r.id
WHERE r.removed_at IS NULL AND r.created_at > @from AND r.created_at <= @to AND r.status <> 'rejected'
	AND (r.closed_at > @alive OR (r.closed_at IS NULL AND r.status IN ('open', 'in_progress')))
	AND (@category = '' OR r.category = @category) AND ` + scopeConditions + `
ORDER BY r.created_at DESC, r.id DESC LIMIT @limit`

type mapPointRow struct {
	ID                 int64
	Lon, Lat           *float64
	AreaCode           string
	CreatedAt          time.Time
	ClosedAt, DueAt    *time.Time
	GuessLon, GuessLat *float64
	GuessRadius        float64
}

// MapPoints returns reports as points within the asker's rights, newest first,
// at most city.MapPointLimit.
func (s *Store) MapPoints(ctx context.Context, asker city.Asker, q city.PointQuery) (out city.MapPoints, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = s.mapPoints(ctx, tx, asker, q)
		return err
	})
	return out, err
}

func (s *Store) mapPoints(ctx context.Context, tx pgx.Tx, asker city.Asker, q city.PointQuery) (city.MapPoints, error) {
	scope := asker.Scope()
	rows, err := rowsOf[mapPointRow](ctx, tx, mapPointsQuery, pgx.NamedArgs{
		"category": q.Category, "from": q.From, "to": q.To, "alive": q.Alive, "area": scope.AreaCode, "office": scope.OfficeID,
		"limit": city.MapPointLimit + 1,
	})
	if err != nil {
		return city.MapPoints{}, fmt.Errorf("read reports as points: %w", err)
	}
	out := emptyPoints(len(rows))
	out.Complete = len(rows) <= city.MapPointLimit
	areas := map[string]int{}
	for _, row := range rows[:min(len(rows), city.MapPointLimit)] {
		area, ok := areas[row.AreaCode]
		if !ok {
			area = len(out.Areas)
			areas[row.AreaCode] = area
			out.Areas = append(out.Areas, row.AreaCode)
		}
		lon, lat, radius := row.spot()
		out.ID, out.Area = append(out.ID, row.ID), append(out.Area, area)
		out.Lon, out.Lat, out.Radius = append(out.Lon, lon), append(out.Lat, lat), append(out.Radius, radius)
		out.Created, out.Closed, out.Due = append(out.Created, row.CreatedAt.Unix()), append(out.Closed, unix(row.ClosedAt)), append(out.Due, unix(row.DueAt))
	}
	return out, nil
}

func emptyPoints(n int) city.MapPoints {
	return city.MapPoints{
		Areas: []string{}, ID: make([]int64, 0, n), Lon: make([]float64, 0, n), Lat: make([]float64, 0, n), Radius: make([]int, 0, n),
		Area: make([]int, 0, n), Created: make([]int64, 0, n), Closed: make([]int64, 0, n), Due: make([]int64, 0, n),
	}
}

// spot is where a report is drawn: where it says, else where its words place
// it, else only its area is known.
func (r mapPointRow) spot() (lon, lat float64, radius int) {
	if r.Lon != nil && r.Lat != nil {
		return metre(*r.Lon), metre(*r.Lat), 0
	}
	if r.GuessLon != nil && r.GuessLat != nil {
		return metre(*r.GuessLon), metre(*r.GuessLat), max(1, int(math.Round(r.GuessRadius)))
	}
	return 0, 0, -1
}

// metre rounds degrees to about a metre.
func metre(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }

func unix(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.Unix()
}
