package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

var _ city.Measurer = (*Store)(nil)

// Measure answers measure queries from one snapshot, as of the moment at
// (city.Measurer). Whoever is bound to an area or an office and names none is
// answered for the own one, which the Measurement's Query then names; an
// indicator's Query.Area names the area that its grain has a value for. Rows
// come with the greatest value first, what is not known last, and steps of
// time in their order.
func (s *Store) Measure(ctx context.Context, asker city.Asker, at time.Time, queries ...city.MeasureQuery) ([]city.Measurement, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	plans := make([]*measurePlan, len(queries))
	for i, q := range queries {
		if plans[i], err = cat.plan(asker, at, q); err != nil {
			return nil, err
		}
	}
	out := make([]city.Measurement, len(queries))
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		m := measuring{tx: tx, cat: cat, at: at, now: s.now()}
		if err := tx.QueryRow(ctx, "SELECT last FROM event_head").Scan(&m.seq); err != nil {
			return fmt.Errorf("read the last event number: %w", err)
		}
		for i, p := range plans {
			if out[i], err = m.measure(ctx, p); err != nil {
				return fmt.Errorf("measure %s: %w", p.measure.Slug, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// measuring is one call's snapshot.
type measuring struct {
	tx      pgx.Tx
	cat     *catalogue
	at, now time.Time
	seq     int64
	extent  *extent // of the reports, read once
}

// extent is what we hold of a kind at all.
type extent struct {
	first, last *time.Time
	patience    time.Duration // a silence so long means that data is missing
	sources     []int64
}

func (m *measuring) measure(ctx context.Context, p *measurePlan) (city.Measurement, error) {
	out := city.Measurement{Query: p.query, Measure: p.measure, Unit: p.unit, Decimals: p.decimals, Period: p.period}
	var e extent
	var err error
	if p.measure.Of == city.OfIndicator {
		e, err = m.observationExtent(ctx, p)
	} else {
		e, err = m.reportExtent(ctx)
	}
	if err != nil {
		return out, err
	}
	if out.KeptOut, err = m.keptOut(ctx, p); err != nil {
		return out, err
	}
	out.Data = m.state(e)
	out.Missing = e.missing(p, m.at)
	switch {
	case out.Missing != city.NotMissing:
		out.Rows = []city.MeasureRow{{Label: p.wholeLabel()}}
		return out, nil
	case p.measure.Of == city.OfIndicator:
		err = m.indicatorRows(ctx, p, e, &out)
	default:
		err = m.reportRows(ctx, p, e, &out)
	}
	if err != nil {
		return out, err
	}
	p.order(&out)
	return out, nil
}

func (m *measuring) state(e extent) city.DataState {
	d := city.DataState{SnapshotAt: m.now, Seq: m.seq, First: e.first, Last: e.last, Sources: []string{}}
	for _, id := range e.sources {
		if src, ok := m.cat.sources[id]; ok {
			d.Sources = append(d.Sources, src.Slug)
			d.Simulated = d.Simulated || src.Simulated
		}
	}
	slices.Sort(d.Sources)
	return d
}

// missing says why nothing can be measured in the plan's period. A moment's
// state is measured from all that was before it.
func (e extent) missing(p *measurePlan, at time.Time) city.Missing {
	if e.first == nil {
		return city.NoObservation
	}
	from := p.period.From
	if p.measure.Moment {
		if p.period.From.After(at) {
			return city.AfterData
		}
		from = time.Time{}
	}
	if e.first.Equal(p.period.To) && p.measure.Slug == city.MeasureLatest {
		return city.NotMissing // the newest at that very moment counts
	}
	return e.missingBetween(from, p.period.To, at)
}

func (e extent) missingBetween(from, to, at time.Time) city.Missing {
	switch {
	case !e.first.Before(to):
		return city.BeforeData
	case from.After(at), e.last == nil, from.After(*e.last) && at.Sub(*e.last) > e.patience:
		return city.AfterData
	}
	return city.NotMissing
}

const reportExtentQuery = `SELECT first, last, coalesce(reports, 0) AS reports, coalesce(source_ids, '{}') AS source_ids FROM report_extent($1)`

// reportExtent is the city's, whoever asks. Reports are missing when none has
// come for a day and for ten times as long as passes between two on average.
func (m *measuring) reportExtent(ctx context.Context) (extent, error) {
	if m.extent != nil {
		return *m.extent, nil
	}
	var e extent
	var n int64
	if err := m.tx.QueryRow(ctx, reportExtentQuery, m.at).Scan(&e.first, &e.last, &n, &e.sources); err != nil {
		return e, fmt.Errorf("read what reports there are: %w", err)
	}
	e.patience = 24 * time.Hour
	if n > 1 && e.first != nil && e.last != nil {
		e.patience = max(e.patience, 10*e.last.Sub(*e.first)/time.Duration(n-1))
	}
	m.extent = &e
	return e, nil
}

// order sorts rows and cuts them to what is returned at most.
func (p *measurePlan) order(out *city.Measurement) {
	if !p.query.By.Times() && p.query.By != city.ByNothing {
		slices.SortStableFunc(out.Rows, func(a, b city.MeasureRow) int {
			return cmp.Or(orderBool(a.Key == "", b.Key == ""), orderBool(a.Value == nil, b.Value == nil), orderValue(b.Value, a.Value),
				cmp.Compare(a.Label, b.Label), cmp.Compare(a.Key, b.Key))
		})
	}
	if len(out.Rows) > city.LongestMeasureRows {
		out.Rows, out.Cut = out.Rows[:city.LongestMeasureRows], true
	}
}

func orderBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func orderValue(a, b *float64) int {
	if a == nil || b == nil {
		return 0
	}
	return cmp.Compare(*a, *b)
}
