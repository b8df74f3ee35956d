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

// alerts stores what a source delivered: new or changed ones are put, those it
// declares over are ended.
func (in *ingestion) alerts(ctx context.Context, as []city.Alert) error {
	for _, a := range as {
		a.Simulated = a.Simulated || in.src.Simulated
		if a.Source == "" {
			a.Source = in.src.Slug
		}
		if a.Over || (a.Until != nil && !a.Until.After(in.store.now())) {
			if err := in.endAlert(ctx, a.Key); err != nil {
				return err
			}
			continue
		}
		if err := in.putAlert(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// putAlertQuery looks before it writes: a conflict that then changes nothing
// would still lock the row, which is a write.
const putAlertQuery = `INSERT INTO alerts AS a (key, kind, severity, area_codes, since, until, source_id, data)
SELECT $1, $2, $3, $4::text[], $5::timestamptz, $6::timestamptz, $7::bigint, $8::jsonb
WHERE NOT EXISTS (SELECT FROM alerts h WHERE h.key = $1 AND h.ended_at IS NULL AND h.data - 'since' = $8::jsonb - 'since')
ON CONFLICT (key) DO UPDATE SET severity = excluded.severity, area_codes = excluded.area_codes, until = excluded.until,
	since = CASE WHEN a.ended_at IS NULL THEN a.since ELSE excluded.since END,
	data = CASE WHEN a.ended_at IS NULL THEN jsonb_set(excluded.data, '{since}', a.data->'since') ELSE excluded.data END,
	acknowledged_at = CASE WHEN ` + stillKnown + ` THEN a.acknowledged_at END,
	acknowledged_by = CASE WHEN ` + stillKnown + ` THEN a.acknowledged_by END,
	source_id = excluded.source_id, ended_at = NULL, changed_at = now()
WHERE a.ended_at IS NOT NULL OR (a.data - 'since') IS DISTINCT FROM (excluded.data - 'since')
RETURNING ` + alertWhole + `, (xmax = 0)`

// An alert that became graver, or arose anew, is news again.
const stillKnown = `a.ended_at IS NULL AND array_position(ARRAY['info', 'perhatian', 'siaga', 'awas'], excluded.severity)
	<= array_position(ARRAY['info', 'perhatian', 'siaga', 'awas'], a.severity)`

// alertWhole is the alert a as screens take it, with who knows of it.
const alertWhole = `CASE WHEN a.acknowledged_at IS NULL THEN a.data ELSE
	a.data || jsonb_build_object('acknowledged', jsonb_build_object('by', a.acknowledged_by, 'at', a.acknowledged_at)) END`

func (in *ingestion) putAlert(ctx context.Context, a city.Alert) error {
	if a.AreaCodes == nil {
		a.AreaCodes = []string{}
	}
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode alert %s: %w", a.Key, err)
	}
	var source *int64
	if in.sourceID != 0 {
		source = &in.sourceID
	}
	var stored []byte
	var added bool
	err = in.tx.QueryRow(ctx, putAlertQuery, a.Key, string(a.Kind), string(a.Severity), a.AreaCodes, a.Since, a.Until, source, data).Scan(&stored, &added)
	if errors.Is(err, pgx.ErrNoRows) {
		in.tally.Unchanged++
		return nil
	}
	if err != nil {
		return fmt.Errorf("put alert %s: %w", a.Key, err)
	}
	if added {
		in.tally.Added++
	} else {
		in.tally.Changed++
	}
	in.events = append(in.events, city.Event{Topic: city.TopicAlerts, Key: a.Key, Op: "put", Data: stored, Shared: true})
	return nil
}

func (in *ingestion) endAlert(ctx context.Context, key string) error {
	tag, err := in.tx.Exec(ctx, `UPDATE alerts SET ended_at = $2, changed_at = now() WHERE key = $1 AND ended_at IS NULL`, key, in.store.now())
	if err != nil {
		return fmt.Errorf("end alert %s: %w", key, err)
	}
	if tag.RowsAffected() > 0 {
		in.tally.Changed++
		in.events = append(in.events, city.Event{Topic: city.TopicAlerts, Key: key, Op: "remove", Shared: true})
	}
	return nil
}

// thresholdAlert raises, changes or ends the alert that belongs to a state.
// An indicator of the whole city raises one for the city, not one for each
// place it is measured at; one that is measured by area raises them there, not
// for the city as a whole. A value that is outdated says nothing of now, and
// raises none.
func (in *ingestion) thresholdAlert(ctx context.Context, s city.IndicatorState) error {
	decl := in.cat.indicators[s.Indicator]
	if len(decl.Thresholds) == 0 || (decl.Grain == "city") != (s.AreaCode == in.cat.cityCode) {
		return nil
	}
	now := in.store.now().In(in.cat.location)
	level, passed := decl.SeverityOf(s.Value, s.AreaCode, now)
	if level == city.Info || decl.Outdated(s.Time, now) {
		before := in.tally
		err := in.endAlert(ctx, thresholdKey(place{s.Indicator, s.AreaCode}))
		in.tally = before // an alert of ours is not a row of theirs
		return err
	}
	before := in.tally
	err := in.putAlert(ctx, city.ThresholdAlert(decl, s, *passed, in.cat.areas[s.AreaCode], in.cat.zoneLabel, now))
	in.tally = before
	return err
}

const alertsQuery = `SELECT ` + alertWhole + ` FROM alerts a WHERE ended_at IS NULL AND (until IS NULL OR until > $1)
	ORDER BY array_position(ARRAY['awas', 'siaga', 'perhatian', 'info'], severity), since DESC LIMIT 200`

func (s *Store) runningAlerts(ctx context.Context, tx pgx.Tx) ([]city.Alert, error) {
	rows, err := column[[]byte](ctx, tx, alertsQuery, s.now())
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	out := make([]city.Alert, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r, &out[i]); err != nil {
			return nil, fmt.Errorf("decode an alert: %w", err)
		}
	}
	return out, nil
}

// Alerts returns what needs attention now, gravest first, at most 200.
func (s *Store) Alerts(ctx context.Context, asker city.Asker) (out []city.Alert, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = s.runningAlerts(ctx, tx)
		return err
	})
	if asker.Role == city.Layar {
		for i := range out {
			out[i] = out[i].ForWall()
		}
	}
	return out, err
}

// RaiseAlerts puts the alerts that a watch of ours (surge, overdue, source)
// finds now and ends those of the same kind that it no longer finds. What a source
// raised is the source's to end.
func (s *Store) RaiseAlerts(ctx context.Context, kind city.AlertKind, now []city.Alert) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		in := ingestion{store: s, tx: tx, cat: cat}
		keep := []string{}
		for _, a := range now {
			keep = append(keep, a.Key)
			if err := in.putAlert(ctx, a); err != nil {
				return err
			}
		}
		over, err := column[string](ctx, tx, `SELECT key FROM alerts WHERE kind = $1 AND source_id IS NULL AND ended_at IS NULL AND NOT key = ANY ($2)`, string(kind), keep)
		if err != nil {
			return fmt.Errorf("find alerts that are over: %w", err)
		}
		for _, key := range over {
			if err := in.endAlert(ctx, key); err != nil {
				return err
			}
		}
		return appendEvents(ctx, tx, in.events)
	})
}

// EndExpiredAlerts ends alerts whose time is up, and those of values that have
// become too old to speak of now, and returns how many. It is run every minute;
// running it twice changes nothing.
func (s *Store) EndExpiredAlerts(ctx context.Context) (int, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	err = s.write(ctx, func(tx pgx.Tx) error {
		in := ingestion{store: s, tx: tx, cat: cat}
		keys, err := column[string](ctx, tx, `SELECT key FROM alerts WHERE ended_at IS NULL AND until <= $1`, s.now())
		if err != nil {
			return fmt.Errorf("find expired alerts: %w", err)
		}
		for _, k := range keys {
			if err := in.endAlert(ctx, k); err != nil {
				return err
			}
		}
		if err := in.ageAlerts(ctx); err != nil {
			return err
		}
		n = 0 // of an attempt before
		for _, e := range in.events {
			if e.Op == "remove" {
				n++
			}
		}
		return appendEvents(ctx, tx, in.events)
	})
	return n, err
}

// agedStatesQuery reads the states of before today ($1) or older than twice
// their indicator's freshness, whose threshold alerts stand.
const agedStatesQuery = `SELECT s.indicator, s.area_code, s.time, s.value, s.previous, s.severity, s.source_id, s.received_at
	FROM alerts a JOIN indicator_states s ON a.key = 'threshold:' || s.indicator || ':' || s.area_code JOIN indicators i ON i.slug = s.indicator
	WHERE a.kind = 'threshold' AND a.ended_at IS NULL AND (s.time < $1 OR s.time < $2::timestamptz - make_interval(secs => 2 * i.fresh_for_seconds))`

// ageAlerts judges standing threshold alerts anew whose values time has passed
// by: their evidence must name the day, or they are over.
func (in *ingestion) ageAlerts(ctx context.Context) error {
	now := in.store.now().In(in.cat.location)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	aged, err := rowsOf[stateRow](ctx, in.tx, agedStatesQuery, today, now)
	if err != nil {
		return fmt.Errorf("find alerts of old values: %w", err)
	}
	for _, r := range aged {
		if err := in.thresholdAlert(ctx, in.cat.state(r)); err != nil {
			return err
		}
	}
	return nil
}
