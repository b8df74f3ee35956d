package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// replayedIncidentsQuery reads the incidents with a place that ran at some time
// of a period. What was dismissed was none; one that is called closed without
// a moment cannot be placed in time.
const replayedIncidentsQuery = `SELECT i.id, i.title, i.area_code, i.lon, i.lat, i.urgency, i.first_at, i.closed_at,
	coalesce((i.data->>'radius_m')::float8, 0) AS radius
FROM incidents i WHERE i.merged_into IS NULL AND i.status <> 'dismissed' AND i.lon IS NOT NULL AND i.first_at <= @last
	AND (i.closed_at > @first OR (i.closed_at IS NULL AND i.status <> 'closed'))
	AND (@area = '' OR (i.area_code ~>=~ @area AND i.area_code ~<~ (@area || '/'))) AND (@office::bigint = 0 OR i.office_id = @office)
ORDER BY i.voices DESC, i.id LIMIT 1000`

// replayedVoicesQuery counts the reports of incidents by frame; frame 0 holds
// all that came before.
const replayedVoicesQuery = `SELECT a.incident_id, greatest(0, ceil(extract(epoch FROM a.created_at - @first) / @step))::int AS frame, count(*)::int AS n
FROM report_analyses a WHERE a.incident_id = ANY (@ids) AND a.created_at <= @last GROUP BY 1, 2 ORDER BY 1, 2`

type replayedIncident struct {
	ID                       int64
	Title, AreaCode, Urgency string
	Lon, Lat, Radius         float64
	FirstAt                  time.Time
	ClosedAt                 *time.Time
}

func (r *replay) incidents(ctx context.Context, tx pgx.Tx) error {
	scope := r.asker.Scope()
	args := pgx.NamedArgs{
		"first": r.grid.first, "last": r.grid.last(), "step": r.grid.step.Seconds(), "area": scope.AreaCode, "office": scope.OfficeID,
	}
	rows, err := rowsOf[replayedIncident](ctx, tx, replayedIncidentsQuery, args)
	if err != nil {
		return fmt.Errorf("read the incidents: %w", err)
	}
	ids := make([]int64, len(rows))
	at := map[int64]int{}
	r.out.Incidents = make([]city.ReplayIncident, len(rows))
	for i, row := range rows {
		ids[i], at[row.ID] = row.ID, i
		r.out.Incidents[i] = city.ReplayIncident{
			ID: row.ID, Title: row.Title, Area: row.AreaCode, Lon: metre(row.Lon), Lat: metre(row.Lat), Radius: row.Radius,
			Urgency: city.Severity(row.Urgency), From: row.FirstAt.Unix(), To: unix(row.ClosedAt), Voices: [][2]int{},
		}
		for f := r.grid.frameOf(row.FirstAt); f < r.grid.count && (row.ClosedAt == nil || r.grid.at(f).Before(*row.ClosedAt)); f++ {
			r.out.N[f]++
		}
	}
	r.columns()
	args["ids"] = ids
	voices, err := rowsOf[struct {
		IncidentID int64
		Frame, N   int
	}](ctx, tx, replayedVoicesQuery, args)
	if err != nil {
		return fmt.Errorf("count the voices: %w", err)
	}
	for _, v := range voices {
		one := &r.out.Incidents[at[v.IncidentID]]
		before := 0
		if n := len(one.Voices); n > 0 {
			before = one.Voices[n-1][1]
		}
		one.Voices = append(one.Voices, [2]int{v.Frame, before + v.N})
	}
	return nil
}
