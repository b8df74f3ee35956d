package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type findingRow struct {
	ID                      int64
	Kind, Effect, Source    string
	Slug, AreaCode, Station string
	FromTime, ToTime        time.Time
	N                       int64
	Example                 float64
	Beside                  *float64
	OtherSource, State      string
	FoundAt                 time.Time
	RuleID                  int64
	DecidedBy               *string
	DecidedAt               *time.Time
	Reason                  *string
}

const (
	findingsQuery = `SELECT f.id, f.kind, f.effect, s.slug AS source, f.indicator AS slug, f.area_code, f.station, f.from_time, f.to_time, f.n, f.example, f.beside,
	coalesce(o.slug, '') AS other_source, f.state, f.found_at, f.rule_id, d.decided_by, d.decided_at, d.reason
	FROM quality_findings f JOIN sources s ON s.id = f.source_id LEFT JOIN sources o ON o.id = f.other_id
		LEFT JOIN LATERAL (SELECT decided_by, decided_at, reason FROM quality_decisions d WHERE d.finding_id = f.id ORDER BY id DESC LIMIT 1) d ON true
	WHERE ($1 = '' OR s.slug = $1) AND ($2 = '' OR f.indicator = $2) AND ($3 = '' OR f.state = $3) AND ($4 = 0 OR f.id = $4)
	ORDER BY f.state = 'terbuka' DESC, f.state = 'dicabut', f.effect = 'keluarkan' DESC, f.to_time DESC, f.id DESC LIMIT $5`
	openFindingsQuery = `SELECT count(*)::int AS open, coalesce(sum(n), 0)::bigint AS n FROM quality_findings WHERE state = 'terbuka'`

	lockFindingQuery = `SELECT state FROM quality_findings WHERE id = $1 FOR UPDATE`
	dismissQuery     = `UPDATE quality_findings SET state = 'ditolak', changed_at = $2 WHERE id = $1`
	// What was found since goes on beside it.
	undismissQuery = `UPDATE quality_findings f SET changed_at = $2, state = CASE WHEN EXISTS (SELECT FROM quality_findings o WHERE o.state = 'terbuka'
		AND (o.source_id, o.kind, o.indicator, o.area_code, o.station) = (f.source_id, f.kind, f.indicator, f.area_code, f.station)) THEN 'berakhir' ELSE 'terbuka' END WHERE id = $1`
	addDecisionQuery = `INSERT INTO quality_decisions (finding_id, dismissed, decided_at, decided_by, reason) VALUES ($1, $2, $3, $4, $5)`
	// A run that is no error is what the series does: it is learned.
	learnRunQuery = `UPDATE quality_series q SET stuck = NULL, month_n = greatest(q.month_n, q.run_n), month_secs = greatest(q.month_secs, extract(epoch FROM q.last_time - q.run_from))
	WHERE q.stuck = $1`

	keptOutQuery = `SELECT f.kind, count(*) AS n FROM quality_findings f JOIN observations o ON o.finding = f.id
	WHERE f.indicator = $1 AND f.to_time >= $4 AND f.from_time < $5 AND f.state IN ('terbuka', 'berakhir')
		AND f.area_code ~>=~ $2 AND f.area_code ~<~ ($2 || '/') AND ($3 OR f.area_code = $2 OR NOT EXISTS (
			SELECT FROM station_states c WHERE c.indicator = $1 AND c.area_code = $2))
		AND o.kept_out AND NOT o.forecast AND o.time >= $4 AND o.time < $5 AND o.time <= $6
	GROUP BY 1 ORDER BY 2 DESC, 1`
)

func (r findingRow) finding(rules map[int64]city.QualityRule) city.QualityFinding {
	return city.QualityFinding{
		ID: r.ID, Kind: city.QualityKind(r.Kind), Effect: city.QualityEffect(r.Effect), Source: r.Source, Indicator: r.Slug, AreaCode: r.AreaCode, Station: r.Station,
		From: r.FromTime, To: r.ToTime, N: r.N, Example: r.Example, Beside: r.Beside, OtherSource: r.OtherSource, State: city.QualityState(r.State), FoundAt: r.FoundAt,
		Rule: rules[r.RuleID], DecidedBy: deref(r.DecidedBy), DecidedAt: r.DecidedAt, Reason: deref(r.Reason),
	}
}

// QualityFindings returns what was found of values that the asker may see,
// those that go on first, at most city.QualityListMost.
func (s *Store) QualityFindings(ctx context.Context, asker city.Asker, f city.QualityFilter) (out []city.QualityFinding, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out, err = findings(ctx, tx, f, 0)
		return err
	})
	return out, wrapped(err, "read the findings of quality")
}

func findings(ctx context.Context, tx pgx.Tx, f city.QualityFilter, id int64) ([]city.QualityFinding, error) {
	rows, err := rowsOf[findingRow](ctx, tx, findingsQuery, f.Source, f.Indicator, f.State, id, city.QualityListMost)
	if err != nil {
		return nil, err
	}
	all, err := readQualityRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	rules := map[int64]city.QualityRule{}
	for _, r := range all {
		rules[r.ID] = r
	}
	out := make([]city.QualityFinding, len(rows))
	for i, r := range rows {
		out[i] = r.finding(rules)
	}
	return out, nil
}

// OpenFindings counts the findings that go on and the values under them.
func (s *Store) OpenFindings(ctx context.Context) (open int, values int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error { return tx.QueryRow(ctx, openFindingsQuery).Scan(&open, &values) })
	return open, values, wrapped(err, "count the findings of quality")
}

// DecideFinding says that a finding is no error, so that its values count
// again, or takes that back; the reason is kept and audited, and states,
// alerts and screens follow in the same transaction. Only an operator may.
// Conflict when it stands so already, or was withdrawn.
func (s *Store) DecideFinding(ctx context.Context, by city.Actor, asker city.Asker, id int64, dismiss bool, reason string) (city.QualityFinding, error) {
	if asker.Role != city.Operator {
		return city.QualityFinding{}, city.Errorf(city.Forbidden, "only an operator may judge a finding")
	}
	if len([]rune(reason)) < city.QualityReasonMin {
		return city.QualityFinding{}, needReason()
	}
	var out city.QualityFinding
	err := s.write(ctx, func(tx pgx.Tx) error {
		states, err := column[string](ctx, tx, lockFindingQuery, id)
		switch {
		case err != nil:
			return fmt.Errorf("lock finding %d: %w", id, err)
		case len(states) == 0:
			return city.Errorf(city.NotFound, "there is no finding %d", id)
		case states[0] == string(city.QualityWithdrawn) || (states[0] == string(city.QualityDismissed)) == dismiss:
			return city.Errorf(city.Conflict, "finding %d stands otherwise by now; read it again", id)
		}
		if err := s.settleFinding(ctx, tx, id, dismiss); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, addDecisionQuery, id, dismiss, s.now(), by.Name, cleanText(reason)); err != nil {
			return fmt.Errorf("write a decision: %w", err)
		}
		action := "quality.dismiss"
		if !dismiss {
			action = "quality.restore"
		}
		found, err := findings(ctx, tx, city.QualityFilter{}, id)
		if err != nil || len(found) == 0 {
			return fmt.Errorf("read finding %d again: %w", id, err)
		}
		out = found[0]
		if err := record(ctx, tx, by, action, "temuan:"+strconv.FormatInt(id, 10), reason, map[string]any{
			"kind": out.Kind, "source": out.Source, "indicator": out.Indicator, "n": out.N,
		}); err != nil {
			return err
		}
		return s.tellHealth(ctx, tx, out.Source)
	})
	return out, wrapped(err, "judge a finding")
}

func (s *Store) settleFinding(ctx context.Context, tx pgx.Tx, id int64, dismiss bool) error {
	var err error
	if dismiss {
		if _, err = tx.Exec(ctx, learnRunQuery, id); err != nil {
			return fmt.Errorf("learn a run of equal values: %w", err)
		}
		_, err = tx.Exec(ctx, dismissQuery, id, s.now())
	} else {
		_, err = tx.Exec(ctx, undismissQuery, id, s.now())
	}
	if err != nil {
		return fmt.Errorf("write the state of finding %d: %w", id, err)
	}
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return err
	}
	in := ingestion{store: s, tx: tx, cat: cat}
	if err := in.resettle(ctx, []int64{id}); err != nil {
		return err
	}
	return appendEvents(ctx, tx, in.events)
}

// KeptOut counts what findings keep out of an indicator's values at an area in
// [from, to), by kind; of the areas in it where the area has none of its own.
func (s *Store) KeptOut(ctx context.Context, asker city.Asker, slug, area string, from, to time.Time) (out []city.QualityCount, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	if area == "" {
		area = cat.cityCode
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out, err = rowsOf[city.QualityCount](ctx, tx, keptOutQuery, slug, area, false, from, to, s.now())
		return err
	})
	return out, wrapped(err, "count what is kept out")
}

// keptOut counts what findings keep out of a plan's figure.
func (m *measuring) keptOut(ctx context.Context, p *measurePlan) ([]city.QualityCount, error) {
	if p.measure.Of != city.OfIndicator {
		return nil, nil
	}
	args := p.placeArgs(p.query.By)
	divided := p.query.By == city.ByKecamatan || p.query.By == city.ByKelurahan
	from := p.period.From
	if p.measure.Moment { // of the newest value: what may have been newer
		from = p.period.To.Add(-max(24*time.Hour, 2*time.Duration(p.indicator.FreshForSeconds)*time.Second))
	}
	out, err := rowsOf[city.QualityCount](ctx, m.tx, keptOutQuery, p.indicator.Slug, args["area"], divided, from, p.period.To, p.at)
	return out, wrapped(err, "count what is kept out")
}
