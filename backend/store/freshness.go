package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"
)

const (
	// newestTimesQuery is when the newest values of one place are of.
	newestTimesQuery = `SELECT time FROM observations WHERE indicator = $1 AND area_code = $2 AND station = $3 AND NOT forecast AND ` + counts + ` ORDER BY time DESC LIMIT 25`
	// promisedQuery is the interval in which a source is asked; what is handed in has none.
	promisedQuery   = `SELECT CASE WHEN connector = '` + handedConnector + `' THEN 0 ELSE expect_seconds END FROM sources WHERE id = $1`
	learnFreshQuery = `UPDATE indicators SET fresh_for_seconds = $2 WHERE slug = $1 AND fresh_assumed AND fresh_for_seconds <> $2`
)

// learnFreshness works out how long values are fresh of which nobody said it, from
// the times of the place that the delivery has most values of.
func (in *ingestion) learnFreshness(ctx context.Context, os []city.Observation) error {
	rows := map[seriesKey]int{}
	most := map[string]seriesKey{}
	for _, o := range os {
		if o.Forecast || !in.cat.indicators[o.Indicator].FreshAssumed {
			continue
		}
		if o.AreaCode == "" {
			o.AreaCode = in.cat.cityCode
		}
		k := seriesKey{o.Indicator, o.AreaCode, o.Station}
		if rows[k]++; rows[k] > rows[most[o.Indicator]] {
			most[o.Indicator] = k
		}
	}
	if len(most) == 0 {
		return nil
	}
	promised, err := column[int](ctx, in.tx, promisedQuery, in.sourceID)
	if err != nil || len(promised) == 0 {
		return wrapped(err, "read how often the source is asked")
	}
	for slug, k := range most {
		times, err := column[time.Time](ctx, in.tx, newestTimesQuery, slug, k.area, k.station)
		if err != nil {
			return fmt.Errorf("read when values of %s are of: %w", slug, err)
		}
		fresh := city.FreshFrom(times, time.Duration(promised[0])*time.Second)
		if fresh == 0 {
			continue
		}
		tag, err := in.tx.Exec(ctx, learnFreshQuery, slug, int(fresh/time.Second))
		if err != nil {
			return fmt.Errorf("keep how long %s is fresh: %w", slug, err)
		}
		in.learned = in.learned || tag.RowsAffected() > 0
	}
	return nil
}
