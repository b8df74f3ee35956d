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

type ledgerRow struct {
	Action, Name, Office, Season   string
	Cases, Worked, Worse, Verified int
	Change, Low, High, MedianH     *float64
}

const ledgerQuery = `SELECT l.action, k.name, coalesce(o.short_name, '') AS office, l.season, l.cases, l.worked, l.worse, l.verified, l.change, l.low, l.high, l.median_h
FROM effect_ledger l JOIN action_kinds k ON k.slug = l.action LEFT JOIN offices o ON o.id = l.office_id
WHERE ($1 = '' OR l.action = $1) AND ($2 = '' OR o.short_name = $2) AND ($3 = '' OR l.season = $3)
ORDER BY l.action, l.office_id <> 0, office, l.season`

// Ledger returns all that the city's own past actions brought, by kind of
// action, office ("" all) and season ("" all): Balaikota's own read.
func (s *Store) Ledger(ctx context.Context) ([]city.LedgerLine, error) {
	return s.EffectLedger(ctx, city.System, city.EffectFilter{})
}

// EffectLedger returns the lines of the ledger within the asker's rights. A
// filter's office or season leaves those lines only; without, all lines.
func (s *Store) EffectLedger(ctx context.Context, asker city.Asker, f city.EffectFilter) ([]city.LedgerLine, error) {
	out := []city.LedgerLine{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[ledgerRow](ctx, tx, ledgerQuery, f.Action, f.Office, f.Season)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rows {
			out = append(out, city.LedgerLine{
				Action: r.Action, Name: r.Name, Office: r.Office, Season: r.Season, Cases: r.Cases, Worked: r.Worked, Worse: r.Worse,
				Verified: r.Verified, Change: r.Change, Low: r.Low, High: r.High, MedianH: r.MedianH,
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger of effects: %w", err)
	}
	return out, nil
}

type pastActionRow struct {
	DispositionID            int64
	Number                   int
	SentAt                   time.Time
	Subject, Office, Outcome string
	DoneAt                   time.Time
	Change, Low, High        *float64
}

// The nearest come first: the same place, then the same kecamatan; of those
// the newest. An effect belongs to the last time that it was done.
const pastActionsQuery = `SELECT d.id AS disposition_id, d.number, d.sent_at, d.subject, coalesce(o.short_name, '') AS office, d.done_at,
	coalesce(e.outcome, 'measuring') AS outcome, e.change, e.low, e.high
FROM dispositions d LEFT JOIN offices o ON o.id = d.to_office_id
	LEFT JOIN LATERAL (SELECT * FROM effects e WHERE e.disposition_id = d.id ORDER BY done_on DESC LIMIT 1) e ON true
WHERE d.status = 'done' AND d.action = $1 AND ($2 = '' OR o.short_name = $2) AND ($4 = '' OR d.category = $4)
ORDER BY CASE WHEN d.area_code = $3 THEN 0 WHEN $3 <> '' AND d.area_code <> '' AND left(d.area_code, 8) = left($3, 8) THEN 1 ELSE 2 END, d.done_at DESC, d.id DESC
LIMIT $5`

// PastActions returns done dispositions of a kind of action, at most limit,
// those of the same place first: of one office and one category where these
// are given. The asker sees those that the dispositions' own rights allow.
func (s *Store) PastActions(ctx context.Context, asker city.Asker, action, office, area, category string, limit int) ([]city.PastAction, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := []city.PastAction{}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[pastActionRow](ctx, tx, pastActionsQuery, action, office, area, category, limit)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rows {
			out = append(out, city.PastAction{
				DispositionID: r.DispositionID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Subject: r.Subject, Office: r.Office, DoneAt: r.DoneAt,
				Effect: r.Change, Low: r.Low, High: r.High, Outcome: r.Outcome,
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read earlier actions: %w", err)
	}
	return out, nil
}

const effectsQuery = `SELECT e.data FROM effects e JOIN dispositions d ON d.id = e.disposition_id LEFT JOIN offices o ON o.id = e.office_id
WHERE d.status = 'done' AND ($1 = '' OR e.action = $1) AND ($2 = '' OR o.short_name = $2) AND ($3 = '' OR e.season = $3)
	AND e.done_on = (SELECT max(x.done_on) FROM effects x WHERE x.disposition_id = e.disposition_id)
ORDER BY e.done_on DESC, e.disposition_id DESC LIMIT 200`

// Effects returns what done dispositions brought, newest first, at most 200,
// within the asker's rights, without the days of the charts.
func (s *Store) Effects(ctx context.Context, asker city.Asker, f city.EffectFilter) ([]city.Effect, error) {
	out := []city.Effect{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := column[[]byte](ctx, tx, effectsQuery, f.Action, f.Office, f.Season)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rows {
			var e city.EffectSeries
			if err := json.Unmarshal(r, &e); err != nil {
				return fmt.Errorf("decode an effect: %w", err)
			}
			out = append(out, e.Effect)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the effects: %w", err)
	}
	return out, nil
}

// effectQuery is the newest effect; of a disposition that was done again since,
// only the one of its last day counts.
const effectQuery = `SELECT e.data FROM effects e JOIN dispositions d ON d.id = e.disposition_id
WHERE d.id = $1 AND (d.status <> 'done' OR e.done_on = (coalesce(d.finished_at, d.done_at) AT TIME ZONE $2::text)::date) ORDER BY e.done_on DESC LIMIT 1`

// Effect returns what a disposition brought, with its chart; of a done one of
// which nothing is measured (yet), when that will be or why not. NotFound when
// it is not done, or not the asker's to see.
func (s *Store) Effect(ctx context.Context, asker city.Asker, disposition int64) (out city.EffectSeries, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		var data []byte
		err := tx.QueryRow(ctx, effectQuery, disposition, cat.location.String()).Scan(&data)
		if errors.Is(err, pgx.ErrNoRows) {
			out, err = unmeasured(ctx, tx, cat, disposition)
			return err
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(data, &out)
	})
	if err != nil {
		return out, fmt.Errorf("read the effect of disposition %d: %w", disposition, err)
	}
	return out, nil
}

type unmeasuredRow struct {
	DispositionID                                 int64
	Number                                        int
	SentAt, DoneAt                                time.Time
	Subject, Action, Office, AreaCode             string
	Category, Indicator, Measure, Season, Outcome string
	Days                                          int
	Parts                                         bool
}

const unmeasuredQuery = `SELECT d.id AS disposition_id, d.number, d.sent_at, coalesce(d.finished_at, d.done_at) AS done_at, d.subject, coalesce(d.action, '') AS action,
	coalesce(o.short_name, '') AS office, d.area_code, coalesce(d.category, '') AS category, coalesce(d.indicator, '') AS indicator, coalesce(k.measure, 'reports') AS measure,
	m.season, CASE WHEN k.slug IS NULL OR p.parts THEN 'not_measured' ELSE 'measuring' END AS outcome, coalesce(k.effect_days, 0) AS days, p.parts
FROM dispositions d LEFT JOIN action_kinds k ON k.slug = d.action LEFT JOIN offices o ON o.id = d.to_office_id
	JOIN season_months m ON m.month = extract(month FROM coalesce(d.finished_at, d.done_at) AT TIME ZONE $2::text),
	LATERAL (SELECT EXISTS (SELECT FROM dispositions p WHERE p.parent_id = d.id AND p.status = 'done' AND p.action IS NOT NULL) AS parts) p
WHERE d.id = $1 AND d.status = 'done'`

// unmeasured is the effect of a done disposition of which nothing is measured.
func unmeasured(ctx context.Context, tx pgx.Tx, cat *catalogue, disposition int64) (out city.EffectSeries, err error) {
	rows, err := rowsOf[unmeasuredRow](ctx, tx, unmeasuredQuery, disposition, cat.location.String())
	if err != nil {
		return out, err
	}
	if len(rows) == 0 {
		return out, city.Errorf(city.NotFound, "disposition %d is not done, or not yours to see", disposition)
	}
	r := rows[0]
	done := cat.calendar.DayStart(r.DoneAt)
	out.Effect = city.Effect{
		DispositionID: r.DispositionID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Subject: r.Subject, Action: r.Action, Office: r.Office,
		AreaCode: r.AreaCode, Category: r.Category, Indicator: r.Indicator, Measure: r.Measure, Season: r.Season, Outcome: r.Outcome, Days: r.Days,
		DoneOn: done.Format(time.DateOnly), Through: done.Format(time.DateOnly), Matched: []string{}, Final: r.Outcome == "not_measured",
	}
	switch {
	case r.Parts:
		out.Text = city.EffectOfParts
	case out.Final:
		out.Text = city.EffectOfNoKind
	default:
		out.Text = city.EffectAhead("Dampak", "Effect", done, r.Days)
	}
	out.Points = []city.EffectPoint{}
	return out, nil
}
