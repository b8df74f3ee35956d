package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// DoneAction is a done disposition whose effect is to be measured.
type DoneAction struct {
	ID        int64
	Number    int
	Subject   string
	Action    string
	OfficeID  int64
	Office    string
	AreaCode  string
	Place     string
	Category  string // its own, else that of its first incident; "" when neither is known
	Indicator string
	SentAt    time.Time
	DoneAt    time.Time // when the addressee said that it was done, else when it was confirmed
	Measure   string
	Days      int
}

// The parts of a disposition that was handed on are measured, not the whole
// beside them: the work was done once.
const doneActionsQuery = `SELECT d.id, d.number, d.subject, d.action, coalesce(d.to_office_id, 0) AS office_id, coalesce(o.short_name, '') AS office, d.area_code, d.place,
	coalesce(d.category, (SELECT i.category FROM incidents i WHERE i.id = d.incidents[1]), '') AS category, coalesce(d.indicator, '') AS indicator,
	d.sent_at, coalesce(d.finished_at, d.done_at) AS done_at, k.measure, k.effect_days AS days
FROM dispositions d JOIN action_kinds k ON k.slug = d.action LEFT JOIN offices o ON o.id = d.to_office_id
WHERE d.status = 'done' AND NOT EXISTS (SELECT FROM dispositions p WHERE p.parent_id = d.id AND p.status = 'done' AND p.action IS NOT NULL)
ORDER BY done_at, d.id`

// DoneActions returns all done dispositions with a kind of action, oldest
// first: what is to be measured, and what touched the areas it is compared with.
func (s *Store) DoneActions(ctx context.Context) (out []DoneAction, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DoneAction](ctx, tx, doneActionsQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the done actions: %w", err)
	}
	return out, nil
}

// MeasuredDay is until when the effect of a disposition done on a day was
// measured.
type MeasuredDay struct {
	DispositionID int64
	DoneOn        string
	Through       string
	Final         bool
}

const measuredDaysQuery = `SELECT disposition_id, done_on::text AS done_on, coalesce(data->>'through', '') AS through, final FROM effects`

// MeasuredDays returns how far each effect was measured.
func (s *Store) MeasuredDays(ctx context.Context) (out []MeasuredDay, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[MeasuredDay](ctx, tx, measuredDaysQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was measured: %w", err)
	}
	return out, nil
}

const seasonsQuery = `SELECT season FROM season_months ORDER BY month`

// Seasons returns the season of each month, January first.
func (s *Store) Seasons(ctx context.Context) (out []string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[string](ctx, tx, seasonsQuery)
		return err
	})
	if err == nil && len(out) != 12 {
		err = city.Errorf(city.Invalid, "season_months names %d months, not 12", len(out))
	}
	if err != nil {
		return nil, fmt.Errorf("read the seasons: %w", err)
	}
	return out, nil
}

// SavedEffect is a measured effect with what the ledger pools.
type SavedEffect struct {
	city.EffectSeries
	OfficeID           int64
	LogRatio, LogError *float64 // both or none
}

const putEffectQuery = `INSERT INTO effects AS e (disposition_id, done_on, action, office_id, area_code, category, measure, season, outcome, change, low, high,
	log_ratio, log_error, final, measured_at, data)
SELECT $1, $2::text::date, $3, nullif($4::bigint, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 FROM dispositions WHERE id = $1 AND status = 'done'
ON CONFLICT ON CONSTRAINT effects_pkey DO UPDATE SET season = excluded.season, outcome = excluded.outcome, change = excluded.change, low = excluded.low,
	high = excluded.high, log_ratio = excluded.log_ratio, log_error = excluded.log_error, final = excluded.final, measured_at = excluded.measured_at, data = excluded.data
WHERE NOT e.final`

const dropEffectsQuery = `DELETE FROM effects e USING dispositions d WHERE d.id = e.disposition_id AND NOT e.final AND (d.status <> 'done'
	OR e.done_on <> (coalesce(d.finished_at, d.done_at) AT TIME ZONE $1::text)::date)`

// KeepEffects saves measured effects. One that is final stays as it is; one of
// a disposition that was opened again is dropped.
func (s *Store) KeepEffects(ctx context.Context, all []SavedEffect) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		for _, e := range all {
			data, err := json.Marshal(e.EffectSeries)
			if err != nil {
				return fmt.Errorf("encode an effect: %w", err)
			}
			if _, err := tx.Exec(ctx, putEffectQuery, e.DispositionID, e.DoneOn, e.Action, e.OfficeID, e.AreaCode, e.Category, e.Measure, e.Season, e.Outcome,
				e.Change, e.Low, e.High, e.LogRatio, e.LogError, e.Final, e.MeasuredAt, data); err != nil {
				return fmt.Errorf("put the effect of disposition %d: %w", e.DispositionID, err)
			}
		}
		_, err := tx.Exec(ctx, dropEffectsQuery, cat.location.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the effects: %w", err)
	}
	return nil
}

// FinalEffect is what the ledger is made of.
type FinalEffect struct {
	Action, Season, Outcome string
	OfficeID                int64
	LogRatio, LogError      *float64
	Hours                   float64 // from sending to done
	Verified                bool
}

const finalEffectsQuery = `SELECT e.action, e.season, e.outcome, coalesce(e.office_id, 0) AS office_id, e.log_ratio, e.log_error,
	(extract(epoch FROM coalesce(d.finished_at, d.done_at) - d.sent_at) / 3600)::float8 AS hours, (d.verdict = 'sah' OR d.reporter_word = 'yes') AS verified
FROM effects e JOIN dispositions d ON d.id = e.disposition_id
WHERE e.final AND d.status = 'done' AND e.done_on = (SELECT max(x.done_on) FROM effects x WHERE x.disposition_id = e.disposition_id)
ORDER BY e.disposition_id`

// FinalEffects returns all effects that are measured to their end.
func (s *Store) FinalEffects(ctx context.Context) (out []FinalEffect, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[FinalEffect](ctx, tx, finalEffectsQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the final effects: %w", err)
	}
	return out, nil
}

// SavedLine is a line of the ledger; OfficeID 0 is all.
type SavedLine struct {
	city.LedgerLine
	OfficeID int64
}

// KeepLedger replaces the ledger.
func (s *Store) KeepLedger(ctx context.Context, at time.Time, lines []SavedLine) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM effect_ledger"); err != nil {
			return err
		}
		for _, l := range lines {
			if _, err := tx.Exec(ctx, `INSERT INTO effect_ledger (action, office_id, season, cases, worked, worse, verified, change, low, high, median_h, made_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
				l.Action, l.OfficeID, l.Season, l.Cases, l.Worked, l.Worse, l.Verified, l.Change, l.Low, l.High, l.MedianH, at); err != nil {
				return fmt.Errorf("put the line of %s: %w", l.Action, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the ledger: %w", err)
	}
	return nil
}

const categoryDaysQuery = `SELECT day, area_code, category, sum(received)::integer AS received FROM report_daily
WHERE day >= $1::text::date AND day <= $2::text::date AND category = $3 AND received > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2`

// CategoryDays returns the reports of one category on each city day by area,
// first and last included; days without any are left out.
func (s *Store) CategoryDays(ctx context.Context, category string, first, last time.Time) (out []DayCount, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DayCount](ctx, tx, categoryDaysQuery, first.In(cat.location).Format(time.DateOnly), last.In(cat.location).Format(time.DateOnly), category)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the days of %s: %w", category, err)
	}
	return out, nil
}

const indicatorDaysQuery = `SELECT (time AT TIME ZONE $4::text)::date AS day, area_code,
	CASE $5::text WHEN 'sum' THEN sum(value) WHEN 'max' THEN max(value) ELSE avg(value) END AS value
FROM observations WHERE indicator = $1 AND time >= $2 AND time < $3 AND NOT forecast AND ` + counts + ` GROUP BY 1, 2 ORDER BY 2, 1`

// IndicatorDays returns an indicator's measured days at every area, of whatever
// level, for observations in [from, to).
func (s *Store) IndicatorDays(ctx context.Context, i city.Indicator, from, to time.Time) (out []DayValue, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[DayValue](ctx, tx, indicatorDaysQuery, i.Slug, from, to, cat.location.String(), i.Aggregation)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the days of %s: %w", i.Slug, err)
	}
	return out, nil
}

// OverdueChange is by how much an office's overdue reports changed on a day.
type OverdueChange struct {
	Day    time.Time // the date, at midnight UTC
	Office string
	Change int
}

// A report joins on the day its deadline passes, and leaves on the day it is
// closed; one closed before never joins.
const overdueChangesQuery = `SELECT x.day, o.short_name AS office, sum(x.change)::integer AS change
FROM reports r JOIN offices o ON o.id = r.office_id
	CROSS JOIN LATERAL (VALUES ((r.due_at AT TIME ZONE $3::text)::date, 1), ((r.closed_at AT TIME ZONE $3::text)::date, -1)) AS x (day, change)
WHERE r.removed_at IS NULL AND r.status <> 'rejected' AND r.due_at < $2 AND (r.closed_at IS NULL OR r.closed_at > r.due_at)
	AND r.created_at >= $1 AND x.day IS NOT NULL AND x.day < ($2 AT TIME ZONE $3::text)::date
GROUP BY 1, 2 ORDER BY 2, 1`

// OverdueChanges returns how the offices' overdue reports went up and down on
// each city day before until, of reports made since from.
func (s *Store) OverdueChanges(ctx context.Context, from, until time.Time) (out []OverdueChange, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[OverdueChange](ctx, tx, overdueChangesQuery, from, until, cat.location.String())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the days of the overdue: %w", err)
	}
	return out, nil
}
