package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// How much of a score must move before the history keeps it.
const hazardMoved = 0.05

const hazardRisksQuery = `SELECT r.data FROM hazard_risks r JOIN hazard_states s USING (hazard, at) WHERE r.hazard = $1`

func hazardRisks(ctx context.Context, tx pgx.Tx, hazard string) ([]city.HazardRisk, error) {
	rows, err := column[[]byte](ctx, tx, hazardRisksQuery, hazard)
	if err != nil {
		return nil, fmt.Errorf("read the risks: %w", err)
	}
	out := make([]city.HazardRisk, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r, &out[i]); err != nil {
			return nil, fmt.Errorf("decode a risk: %w", err)
		}
	}
	return out, nil
}

// HazardPicture returns the newest assessment, gravest first, NotFound before
// there is one.
func (s *Store) HazardPicture(ctx context.Context, asker city.Asker, hazard string) (p city.HazardPicture, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		p = city.HazardPicture{Hazard: hazard, Method: city.HazardMethod(false)}
		var inputs, recipients []byte
		err := tx.QueryRow(ctx, `SELECT at, inputs, recipients, simulated FROM hazard_states WHERE hazard = $1`, hazard).Scan(&p.At, &inputs, &recipients, &p.Simulated)
		if errors.Is(err, pgx.ErrNoRows) {
			return city.Wrap(city.NotFound, err, "this hazard has not been assessed yet")
		}
		if err != nil {
			return fmt.Errorf("read the assessment: %w", err)
		}
		if err := errors.Join(json.Unmarshal(inputs, &p.Inputs), json.Unmarshal(recipients, &p.Recipients)); err != nil {
			return fmt.Errorf("decode the assessment: %w", err)
		}
		if p.Risks, err = hazardRisks(ctx, tx, hazard); err != nil {
			return err
		}
		slices.SortFunc(p.Risks, city.GraverRisk)
		d, err := readHazard(ctx, tx, hazard)
		p.Levels, p.Weights = d.Levels, d.Weights
		return err
	})
	return p, err
}

const hazardHistoryQuery = `SELECT at, horizon_hours, level, score FROM hazard_history
	WHERE hazard = $1 AND area_code = $2 AND at >= $3 ORDER BY at, horizon_hours`

// HazardHistory returns the changes of an area's risk since a time, oldest
// first.
func (s *Store) HazardHistory(ctx context.Context, asker city.Asker, hazard, area string, since time.Time) (out []city.HazardHistoryPoint, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.HazardHistoryPoint](ctx, tx, hazardHistoryQuery, hazard, area, since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read an area's risks: %w", err)
	}
	return out, nil
}

// saveRisksQuery writes all risks at once; the history gets those whose level
// changed or whose score moved since its own last row.
const saveRisksQuery = `WITH now_risks AS (
	SELECT * FROM unnest($2::text[], $3::integer[], $4::text[], $5::float8[], $6::jsonb[]) AS t(area_code, horizon_hours, level, score, data)
), saved AS (
	INSERT INTO hazard_risks (hazard, area_code, horizon_hours, at, level, score, data)
	SELECT $1, area_code, horizon_hours, $7, level, score, data FROM now_risks
	ON CONFLICT ON CONSTRAINT hazard_risks_pkey DO UPDATE SET at = excluded.at, level = excluded.level, score = excluded.score, data = excluded.data
)
INSERT INTO hazard_history (hazard, area_code, horizon_hours, at, level, score)
SELECT $1, n.area_code, n.horizon_hours, $7, n.level, n.score FROM now_risks n
LEFT JOIN LATERAL (
	SELECT level, score FROM hazard_history h WHERE (h.hazard, h.area_code, h.horizon_hours) = ($1, n.area_code, n.horizon_hours) ORDER BY h.at DESC LIMIT 1
) last ON true
WHERE last.level IS NULL OR last.level <> n.level OR abs(last.score - n.score) >= $8
ON CONFLICT DO NOTHING`

// SaveHazardRisks replaces the assessment. change is given the risks before
// and may alter the new ones (so that levels do not flicker) within the same
// transaction; it returns who is to be told, and may be run again.
func (s *Store) SaveHazardRisks(ctx context.Context, p city.HazardPicture, change func(before, now []city.HazardRisk) []city.HazardAddressees) error {
	inputs, err := json.Marshal(p.Inputs)
	if err != nil {
		return fmt.Errorf("encode the inputs: %w", err)
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		// Nodes do not assess at the same time; if they did, one follows the other.
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_states AS h (hazard, at, inputs, recipients, simulated) VALUES ($1, $2, '[]', '[]', false)
			ON CONFLICT (hazard) DO UPDATE SET at = h.at`, p.Hazard, p.At); err != nil {
			return fmt.Errorf("lock the assessment: %w", err)
		}
		before, err := hazardRisks(ctx, tx, p.Hazard)
		if err != nil {
			return err
		}
		recipients, err := json.Marshal(change(before, p.Risks))
		if err != nil {
			return fmt.Errorf("encode the recipients: %w", err)
		}
		var areas, levels []string
		var horizons []int
		var scores []float64
		var data [][]byte
		for _, r := range p.Risks {
			raw, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("encode a risk: %w", err)
			}
			areas, levels, horizons = append(areas, r.AreaCode), append(levels, string(r.Level)), append(horizons, r.HorizonHours)
			scores, data = append(scores, r.Score), append(data, raw)
		}
		if _, err := tx.Exec(ctx, saveRisksQuery, p.Hazard, areas, horizons, levels, scores, data, p.At, hazardMoved); err != nil {
			return fmt.Errorf("save the risks: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE hazard_states SET at = $2, inputs = $3, recipients = $4, simulated = $5 WHERE hazard = $1`,
			p.Hazard, p.At, inputs, recipients, p.Simulated); err != nil {
			return fmt.Errorf("save how the inputs stood: %w", err)
		}
		return nil
	})
}

const (
	hazardMessagesQuery = `SELECT identifier, event, version, msg_type, sent, expires, level, area_codes, digest, body FROM hazard_messages
	WHERE sent >= $1 ORDER BY sent DESC, version DESC LIMIT 500`
	hazardRunningQuery = `SELECT * FROM (
		SELECT DISTINCT ON (event) identifier, event, version, msg_type, sent, expires, level, area_codes, digest, body FROM hazard_messages
		WHERE sent >= $1 ORDER BY event, version DESC
	) newest WHERE msg_type <> 'Cancel' ORDER BY event`
	hazardChainQuery = `SELECT identifier, event, version, msg_type, sent, expires, level, area_codes, digest, body FROM hazard_messages
	WHERE event = $1 ORDER BY version`
)

// longestEvent is how far back a running chain of messages may have begun its
// last version: each is renewed well before it expires.
const longestEvent = 7 * 24 * time.Hour

// HazardMessages returns the messages sent since a time, newest first, at most
// 500.
func (s *Store) HazardMessages(ctx context.Context, asker city.Asker, since time.Time) (out []city.HazardMessage, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.HazardMessage](ctx, tx, hazardMessagesQuery, since)
		return err
	})
	return out, err
}

// RunningHazardMessages returns the newest message of each event that no
// Cancel has ended.
func (s *Store) RunningHazardMessages(ctx context.Context, asker city.Asker) (out []city.HazardMessage, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.HazardMessage](ctx, tx, hazardRunningQuery, s.now().Add(-longestEvent))
		return err
	})
	return out, err
}

// HazardChain returns the messages of one event in order.
func (s *Store) HazardChain(ctx context.Context, asker city.Asker, event string) (out []city.HazardMessage, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.HazardMessage](ctx, tx, hazardChainQuery, event)
		return err
	})
	return out, err
}

// AddHazardMessages keeps messages as issued, all or none; one whose version
// its event has already is a Conflict.
func (s *Store) AddHazardMessages(ctx context.Context, ms []city.HazardMessage) error {
	if len(ms) == 0 {
		return nil
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		for _, m := range ms {
			if _, err := tx.Exec(ctx, `INSERT INTO hazard_messages (identifier, event, version, msg_type, sent, expires, level, area_codes, digest, body)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, m.Identifier, m.Event, m.Version, m.MsgType, m.Sent, m.Expires,
				string(cmp.Or(m.Level, city.Info)), m.AreaCodes, m.Digest, string(m.Body)); err != nil {
				return fmt.Errorf("keep message %s: %w", m.Identifier, err)
			}
		}
		return nil
	})
}
