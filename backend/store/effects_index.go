package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const indexPartsQuery = `SELECT slug, name, name_en, kind, measure, period, weight, best, worst, source FROM city_index_parts
WHERE effective_on <= current_date ORDER BY sort, slug`

// IndexParts returns the declared parts of the city index, in order.
func (s *Store) IndexParts(ctx context.Context) (out []city.IndexPartRule, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.IndexPartRule](ctx, tx, indexPartsQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the parts of the index: %w", err)
	}
	return out, nil
}

// IndexState is an indicator at an area, as the index reads it: at target when
// it has thresholds and is past none.
type IndexState struct {
	AreaCode     string
	Fresh        bool
	HasThreshold bool
	AtTarget     bool
}

// "" stands for the city itself.
const indexStatesQuery = `SELECT s.area_code, s.time > $1::timestamptz - make_interval(secs => i.fresh_for_seconds) AS fresh,
	EXISTS (SELECT FROM thresholds t WHERE t.indicator = i.slug) AS has_threshold, s.severity = 'info' AS at_target
FROM indicator_states s JOIN indicators i ON i.slug = s.indicator WHERE i.fresh_for_seconds > 0 ORDER BY 1`

// IndexStates returns how every indicator stands at every area at a time.
func (s *Store) IndexStates(ctx context.Context, at time.Time) (out []IndexState, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[IndexState](ctx, tx, indexStatesQuery, at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read how the indicators stand: %w", err)
	}
	return out, nil
}

// ProofCount is how many done dispositions of an area needed proof, and of how
// many it stands.
type ProofCount struct {
	AreaCode     string
	Done, Proven int
}

const proofCountsQuery = `SELECT area_code, count(*)::int AS done, (count(*) FILTER (WHERE verdict = 'sah' OR reporter_word = 'yes'))::int AS proven
FROM dispositions WHERE status = 'done' AND proof AND done_at >= $1 AND done_at < $2 GROUP BY 1 ORDER BY 1`

// ProofCounts counts dispositions done in [from, until) that needed proof.
func (s *Store) ProofCounts(ctx context.Context, from, until time.Time) (out []ProofCount, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[ProofCount](ctx, tx, proofCountsQuery, from, until)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the proofs: %w", err)
	}
	return out, nil
}

// KeepCityIndexes replaces the indexes of all areas.
func (s *Store) KeepCityIndexes(ctx context.Context, all []city.CityIndex) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM city_indexes"); err != nil {
			return err
		}
		for _, x := range all {
			data, err := json.Marshal(x)
			if err != nil {
				return fmt.Errorf("encode an index: %w", err)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO city_indexes (area_code, made_at, score, low, high, data) VALUES ($1, $2, $3, $4, $5, $6)`,
				x.AreaCode, x.At, x.Score, x.Low, x.High, data); err != nil {
				return fmt.Errorf("put the index of %s: %w", x.AreaCode, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the indexes: %w", err)
	}
	return nil
}

// CityIndex returns the index of an area, of the city when area is "", within
// the asker's rights: the city's for every officer, an area's for its own.
// Before it was first worked out the city's has no parts, and an area's is NotFound.
func (s *Store) CityIndex(ctx context.Context, asker city.Asker, area string) (out city.CityIndex, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		var data []byte
		const query = `SELECT data FROM city_indexes WHERE area_code = CASE $1::text WHEN '' THEN (SELECT code FROM city_setting) ELSE $1 END`
		err := tx.QueryRow(ctx, query, area).Scan(&data)
		if errors.Is(err, pgx.ErrNoRows) && area == "" {
			out.Parts = []city.IndexPart{}
			return tx.QueryRow(ctx, `SELECT code FROM city_setting`).Scan(&out.AreaCode)
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(data, &out)
	})
	if err != nil {
		return out, fmt.Errorf("read the city index of %q: %w", area, err)
	}
	return out, nil
}
