package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// What was issued after the moment asked about is not counted, so that an
// answer asked again for that moment knows no more than then. The newest issue
// stands in the row: a later one replaces an earlier (see
// observations).
const outlookQuery = `SELECT o.time, o.area_code, o.value, o.issued_at, s.slug, s.simulated FROM observations o JOIN sources s ON s.id = o.source_id
	WHERE o.indicator = $1 AND o.forecast AND ` + counts + ` AND o.time > $3 AND o.time <= $4 AND o.issued_at <= $3
		AND ($2 = '' OR (o.area_code ~>=~ $2 AND o.area_code ~<~ ($2 || '/')))
	ORDER BY o.time, o.area_code LIMIT 20000`

// Outlook returns what an indicator's source foresees for an area and all in it
// ("" for the whole city) after from up to until, by time and area.
func (s *Store) Outlook(ctx context.Context, asker city.Asker, indicator, area string, from, until time.Time) ([]city.OutlookStep, error) {
	var out []city.OutlookStep
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			Time      time.Time
			AreaCode  string
			Value     float64
			IssuedAt  time.Time
			Slug      string
			Simulated bool
		}](ctx, tx, outlookQuery, indicator, area, from, until)
		if err != nil {
			return err
		}
		out = make([]city.OutlookStep, len(rows))
		for i, r := range rows {
			out[i] = city.OutlookStep{Time: r.Time, AreaCode: r.AreaCode, Value: r.Value, IssuedAt: r.IssuedAt, Source: r.Slug, Simulated: r.Simulated}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the outlook of %s: %w", indicator, err)
	}
	return out, nil
}
