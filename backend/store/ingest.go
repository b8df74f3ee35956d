package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// ingestChunk bounds how many reports one statement carries: enough to make
// round trips cheap, little enough to keep a transaction's locks short.
const ingestChunk = 1000

// Ingest implements city.Ingester: reports, observations, alerts, refusals,
// rollups, events, cursor and health of one delivery in one transaction.
func (s *Store) Ingest(ctx context.Context, d city.Delivery) (city.Tally, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Tally{}, err
	}
	if _, ok := cat.sources[d.SourceID]; !ok && d.SourceID != 0 {
		s.forgetCatalogue()
		if cat, err = s.currentCatalogue(ctx); err != nil {
			return city.Tally{}, err
		}
	}
	src, ok := cat.sources[d.SourceID]
	if !ok {
		return city.Tally{}, city.Errorf(city.NotFound, "there is no source with number %d", d.SourceID)
	}
	done, err := s.turns.take(ctx, d)
	if err != nil {
		return city.Tally{}, err
	}
	defer done()
	var tally city.Tally
	var learned bool
	err = s.write(ctx, func(tx pgx.Tx) error {
		in := ingestion{store: s, tx: tx, cat: cat, src: src, sourceID: d.SourceID}
		if err := in.run(ctx, d); err != nil {
			return err
		}
		tally, learned = in.tally, in.learned
		return nil
	})
	if learned {
		s.forgetCatalogue()
	}
	if err != nil {
		return city.Tally{}, fmt.Errorf("store what %s delivered: %w", src.Slug, err)
	}
	return tally, nil
}

// turns bound how many deliveries are stored at once, so that many sources at a
// time leave connections for those who read. Deliveries with reports change the
// counts, one transaction at a time: they wait for each other here and not with a
// connection in hand, and never ahead of sensors.
type turns struct{ reports, others chan struct{} }

func newTurns() turns { return turns{make(chan struct{}, 2), make(chan struct{}, 4)} }

// take waits for a turn; done ends it.
func (t turns) take(ctx context.Context, d city.Delivery) (done func(), err error) {
	turn := t.others
	if len(d.Reports) > 0 || len(d.Removed) > 0 {
		turn = t.reports
	}
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ingestion is one delivery on its way into one transaction.
type ingestion struct {
	store     *Store
	tx        pgx.Tx
	cat       *catalogue
	src       sourceName
	sourceID  int64
	state     sourceState
	tally     city.Tally
	events    []city.Event
	refused   []city.Refusal
	touched   []int64 // reports that are new, changed or gone
	standards map[standardKey]standard
	doubts    doubts
	newest    map[dataKey]time.Time
	note      func(kind, key, result, reason string)
	learned   bool // a declaration changed by what came
}

// tell notes what became of a row, for those who push and want to know.
func (in *ingestion) tell(kind, key string, added bool) {
	if in.note == nil {
		return
	}
	result := "changed"
	if added {
		result = "added"
	}
	in.note(kind, key, result, "")
}

func (in *ingestion) run(ctx context.Context, d city.Delivery) error {
	in.note = d.Note
	in.tally.Read = len(d.Reports) + len(d.Observations) + len(d.Alerts) + len(d.Refused) + len(d.Letters) + len(d.Words) + len(d.Greetings)
	if d.Cameras != nil {
		in.tally.Read += len(d.Cameras.Seen)
	}
	if d.Agenda != nil {
		in.tally.Read += len(d.Agenda.Entries)
	}
	in.refused = slices.Clone(d.Refused)
	if err := in.lockSource(ctx); err != nil {
		return fmt.Errorf("lock the source: %w", err)
	}
	for from := 0; from < len(d.Reports); from += ingestChunk {
		to := min(from+ingestChunk, len(d.Reports))
		if err := in.apart(ctx, from, to, func(from, to int) error { return in.reports(ctx, d.Reports[from:to]) }, func(i int, reason string) {
			in.refuse("reports", d.Reports[i].ExternalID, "", reason, d.Reports[i].Raw)
		}); err != nil {
			return fmt.Errorf("reports: %w", err)
		}
	}
	if err := in.removed(ctx, d.Removed); err != nil {
		return fmt.Errorf("removed reports: %w", err)
	}
	in.expectDoubts(d)
	if err := in.listed(ctx, d); err != nil {
		return fmt.Errorf("list of all reports: %w", err)
	}
	for from := 0; from < len(d.Observations); from += ingestChunk {
		to := min(from+ingestChunk, len(d.Observations))
		if err := in.apart(ctx, from, to, func(from, to int) error { return in.observations(ctx, d.Observations[from:to]) }, func(i int, reason string) {
			in.refuseObservation(d.Observations[i], reason)
		}); err != nil {
			return fmt.Errorf("observations: %w", err)
		}
	}
	if err := in.learnFreshness(ctx, d.Observations); err != nil {
		return err
	}
	if err := in.apart(ctx, 0, len(d.Alerts), func(from, to int) error { return in.alerts(ctx, d.Alerts[from:to]) }, func(i int, reason string) {
		in.refuse("alerts", d.Alerts[i].Key, "", reason, nil)
	}); err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	if err := in.cameras(ctx, d.Cameras); err != nil {
		return fmt.Errorf("cameras: %w", err)
	}
	if err := in.agenda(ctx, d.Agenda); err != nil {
		return fmt.Errorf("agenda: %w", err)
	}
	if err := in.fates(ctx, d.Letters); err != nil {
		return err
	}
	if err := in.words(ctx, d.Words); err != nil {
		return err
	}
	if err := in.greetings(ctx, d.Greetings); err != nil {
		return err
	}
	if err := in.settleTaken(ctx, d.Reports); err != nil {
		return err
	}
	if err := in.refusals(ctx); err != nil {
		return fmt.Errorf("refused rows: %w", err)
	}
	if err := queueAnalysis(ctx, in.tx, in.touched); err != nil {
		return err
	}
	if len(in.touched) > 0 && in.store.AfterIngest != nil {
		if err := in.store.AfterIngest(ctx, in.tx, in.touched); err != nil {
			return fmt.Errorf("after %d reports: %w", len(in.touched), err)
		}
	}
	if err := in.health(ctx, d); err != nil {
		return fmt.Errorf("source health: %w", err)
	}
	// Last, because from here to the commit no other transaction can number
	// its events.
	return appendEvents(ctx, in.tx, in.events)
}

func (in *ingestion) refuse(kind, externalID, place, reason string, raw []byte) {
	if in.note != nil {
		in.note(kind, externalID, "refused", reason)
	}
	in.refused = append(in.refused, city.Refusal{Kind: kind, ExternalID: externalID, Place: place, Reason: reason, Raw: raw})
}
