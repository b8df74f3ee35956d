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

type sourceRow struct {
	ID                          int64
	Slug, Name, Connector       string
	Config                      []byte
	Schedule                    string
	ExpectSeconds               int
	ExpectBySchedule            *bool
	Paused, Simulated           bool
	Owner, Contact, Attribution string
	Cursor                      []byte
	LastAttempt, LastSuccess    *time.Time
	LastData, NextAttempt       *time.Time
	Failures                    int
	LastError, ErrorKey         string
	ErrorParams                 map[string]string
	RowsDay                     *time.Time
	RowsToday                   int
	RowsTotal                   int64
	Refused                     int
	Findings                    int
	Greetings                   int
	LegalBasis                  string
	PersonalData                *bool
	SilentSince                 *time.Time
	SilentUsual                 *float32
	QuotaHour, HourRows         int
	HourBegan                   *time.Time
	SlowedUntil                 *time.Time
	SentBack                    int
	RereadWhy                   *string
	RereadFrom, RereadBegan     *time.Time
	RereadReached, RereadDone   *time.Time
	RereadRows                  int64
	RefusedSince                *time.Time
	UsualPause                  *float32
	Newest                      []byte
}

const (
	allSourcesQuery = sourcesQuery + " ORDER BY s.slug"
	oneSourceQuery  = sourcesQuery + " WHERE s.slug = $1"
	sourcesQuery    = `SELECT s.id, s.slug, s.name, s.connector, s.config, s.schedule, s.expect_seconds, s.expect_by_schedule, s.paused, s.simulated, s.owner,
	s.contact, s.attribution, s.legal_basis, s.personal_data, t.silent_since, t.silent_usual, t.cursor, t.last_attempt, t.last_success, t.last_data, t.next_attempt, coalesce(t.failures, 0) AS failures,
	coalesce(t.last_error, '') AS last_error, coalesce(t.error_key, '') AS error_key, t.error_params, t.rows_day, coalesce(t.rows_today, 0) AS rows_today, coalesce(t.rows_total, 0) AS rows_total,
	(SELECT count(*)::int FROM refused_rows r WHERE r.source_id = s.id AND r.settled_at IS NULL) AS refused,
	(SELECT count(*)::int FROM quality_findings q WHERE q.source_id = s.id AND q.state = 'terbuka') AS findings,
	(SELECT count(*)::int FROM chat_greetings g WHERE g.source_id = s.id AND g.report_id IS NULL AND g.at > now() - interval '7 days') AS greetings,
	t.refused_since, t.usual_pause, (SELECT json_agg(json_build_object('kind', n.kind, 'indicator', n.indicator, 'newest', n.newest)) FROM source_newest n WHERE n.source_id = s.id) AS newest,
	s.quota_hour, t.hour_began, coalesce(t.hour_rows, 0) AS hour_rows,
	t.slowed_until, coalesce(t.sent_back, 0) AS sent_back, t.reread_why, t.reread_from, t.reread_began, t.reread_reached, t.reread_done, coalesce(t.reread_rows, 0) AS reread_rows
	FROM sources s LEFT JOIN source_state t ON t.source_id = s.id`
)

func (r sourceRow) source(now time.Time) city.Source {
	src := city.Source{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Connector: r.Connector, Config: r.Config, Schedule: r.Schedule,
		ExpectEvery: time.Duration(r.ExpectSeconds) * time.Second, BySchedule: r.ExpectBySchedule, Paused: r.Paused, Simulated: r.Simulated,
		Owner: r.Owner, Contact: r.Contact, Attribution: r.Attribution, LegalBasis: r.LegalBasis, PersonalData: r.PersonalData, Cursor: r.Cursor,
		SentBack: r.SentBack, QuotaHour: r.QuotaHour,
	}
	if r.HourBegan != nil && r.HourBegan.Equal(now.UTC().Truncate(time.Hour)) {
		src.TakenHour = r.HourRows
	}
	return src
}

func (r sourceRow) health(now time.Time, cat *catalogue) city.SourceHealth {
	h := city.SourceHealth{
		Slug: r.Slug, Name: r.Name, Connector: r.Connector, Schedule: r.Schedule, ExpectSeconds: r.ExpectSeconds,
		LastAttempt: r.LastAttempt, LastSuccess: r.LastSuccess, LastData: r.LastData, NextAttempt: r.NextAttempt,
		Failures: r.Failures, LastError: r.LastError, LastErrorKey: r.ErrorKey, LastErrorParams: r.ErrorParams, RowsToday: r.RowsToday, RowsTotal: r.RowsTotal, Refused: r.Refused, Findings: r.Findings, Greetings: r.Greetings,
		Owner: r.Owner, Contact: r.Contact, Attribution: r.Attribution, Simulated: r.Simulated,
		LegalBasis: r.LegalBasis, PersonalData: r.PersonalData, QuotaHour: r.QuotaHour, Rereading: r.rereading(),
	}
	if r.SlowedUntil != nil && r.SlowedUntil.After(now) {
		h.SlowedUntil = r.SlowedUntil
	}
	if r.RowsDay == nil || r.RowsDay.Format(time.DateOnly) != now.In(cat.location).Format(time.DateOnly) {
		h.RowsToday = 0
	}
	h.Pull, h.Data = r.pull(now), city.JudgeData(r.data(cat), r.expects(), now)
	h.Freshness = r.headline(h)
	// One that does not answer is not silent but away.
	if r.SilentSince != nil && r.SilentUsual != nil && (h.Freshness == city.Fresh || h.Freshness == city.Late) {
		h.Silence = &city.Silence{Since: *r.SilentSince, Hours: int(now.Truncate(time.Hour).Sub(*r.SilentSince) / time.Hour), Usual: float64(*r.SilentUsual)}
	}
	return h
}

// data is the newest that the source brought of each kind.
func (r sourceRow) data(cat *catalogue) []city.SourceDatum {
	var out []city.SourceDatum
	if len(r.Newest) == 0 || json.Unmarshal(r.Newest, &out) != nil {
		return nil
	}
	for i, d := range out {
		out[i].FreshFor = time.Duration(cat.indicators[d.Indicator].FreshForSeconds) * time.Second
	}
	return out
}

func (r sourceRow) expects() city.DataExpectation {
	e := city.DataExpectation{
		Promise: time.Duration(r.ExpectSeconds) * time.Second, Handed: r.Connector == handedConnector,
		RefusedSince: r.RefusedSince, Never: r.RowsTotal == 0,
	}
	if r.UsualPause != nil {
		e.Usual = time.Duration(float64(*r.UsualPause) * float64(time.Second))
	}
	return e
}

// headline is the worse of how the source answers and how new its data are. One
// that is still catching up with its past is late at most.
func (r sourceRow) headline(h city.SourceHealth) city.Freshness {
	switch {
	case h.Data == nil, h.Pull != city.Fresh && h.Pull != city.Late && h.Pull != city.Stale:
		return h.Pull
	case h.Pull != city.Stale && h.Data.State == city.Stale && r.catchesUp(h):
		return city.Late
	}
	return city.WorseFreshness(h.Pull, h.Data.State)
}

// catchesUp reports whether more lies at the source than was read: it is to go
// on at once, waits for its quota, or was sent back.
func (r sourceRow) catchesUp(h city.SourceHealth) bool {
	atOnce := r.NextAttempt != nil && r.LastAttempt != nil && !r.NextAttempt.After(*r.LastAttempt)
	return atOnce || h.SlowedUntil != nil || h.Rereading != nil && h.Rereading.Done == nil
}

// rereading is how far the source has come since it was sent back, nil if it
// never was.
func (r sourceRow) rereading() *city.Rereading {
	if r.RereadWhy == nil || r.RereadBegan == nil {
		return nil
	}
	return &city.Rereading{
		Why: city.RereadWhy(*r.RereadWhy), From: r.RereadFrom, Began: *r.RereadBegan, Reached: r.RereadReached, Rows: r.RereadRows, Done: r.RereadDone,
	}
}

// handedConnector is of sources whose rows are handed in.
const handedConnector = "push"

// pull classes a source by the age of its last success against its
// promise: up to 2 times langsung, up to 6 times tertunda, beyond basi; three
// failures in a row are terputus. One that is slowed by its quota answers: it
// is late at most, and nothing is broken.
func (r sourceRow) pull(now time.Time) city.Freshness {
	switch {
	case r.Paused:
		return city.Paused
	case r.Failures >= 3:
		return city.Broken
	case r.LastSuccess == nil && r.Failures > 0:
		return city.Broken
	case r.LastSuccess == nil:
		return city.NeverRun
	}
	age := now.Sub(*r.LastSuccess)
	promise := time.Duration(r.ExpectSeconds) * time.Second
	switch {
	case age <= 2*promise:
		return city.Fresh
	case age <= 6*promise, r.SlowedUntil != nil && r.SlowedUntil.After(now):
		return city.Late
	}
	return city.Stale
}

// Sources returns the configured sources with their cursors, for the runner.
func (s *Store) Sources(ctx context.Context) ([]city.Source, error) {
	rows, err := s.sourceRows(ctx, allSourcesQuery)
	if err != nil {
		return nil, err
	}
	out := make([]city.Source, len(rows))
	for i, r := range rows {
		out[i] = r.source(s.now())
	}
	return out, nil
}

// Source returns one source by its slug, with its cursor.
func (s *Store) Source(ctx context.Context, slug string) (city.Source, error) {
	rows, err := s.sourceRows(ctx, oneSourceQuery, slug)
	if err != nil {
		return city.Source{}, err
	}
	if len(rows) == 0 {
		return city.Source{}, city.Errorf(city.NotFound, "there is no source %q", slug)
	}
	return rows[0].source(s.now()), nil
}

func (s *Store) sourceRows(ctx context.Context, sql string, args ...any) (out []sourceRow, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[sourceRow](ctx, tx, sql, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	return out, nil
}

// SourceHealths returns how every source keeps its promise, by slug.
func (s *Store) SourceHealths(ctx context.Context) ([]city.SourceHealth, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.sourceRows(ctx, allSourcesQuery)
	out := make([]city.SourceHealth, len(rows))
	for i, r := range rows {
		out[i] = r.health(s.now(), cat)
	}
	return out, err
}

// SaveSource adds a source or changes its configuration, by slug, and returns
// its number. The cursor stays, and so does what people said of it where the
// configuration says nothing.
func (s *Store) SaveSource(ctx context.Context, src city.Source) (int64, error) {
	var id int64
	if len(src.Config) == 0 {
		src.Config = []byte("{}")
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `INSERT INTO sources AS s (slug, name, connector, config, schedule, expect_seconds, paused, simulated, owner, contact, attribution, legal_basis, personal_data, quota_hour, expect_by_schedule)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, coalesce($15, false))
			ON CONFLICT (slug) DO UPDATE SET name = excluded.name, connector = excluded.connector, config = excluded.config,
				schedule = excluded.schedule, expect_seconds = excluded.expect_seconds, expect_by_schedule = excluded.expect_by_schedule, simulated = excluded.simulated,
				owner = excluded.owner, contact = excluded.contact, attribution = excluded.attribution, quota_hour = excluded.quota_hour,
				legal_basis = coalesce(nullif(excluded.legal_basis, ''), s.legal_basis), personal_data = coalesce(excluded.personal_data, s.personal_data)
			RETURNING id`, src.Slug, src.Name, src.Connector, []byte(src.Config), src.Schedule, max(1, int(src.ExpectEvery/time.Second)),
			src.Paused, src.Simulated, src.Owner, src.Contact, src.Attribution, src.LegalBasis, src.PersonalData, src.QuotaHour, src.BySchedule).Scan(&id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO source_state (source_id) VALUES ($1) ON CONFLICT DO NOTHING", id)
		return err
	})
	s.forgetCatalogue()
	if err != nil {
		return 0, fmt.Errorf("save source %s: %w", src.Slug, err)
	}
	return id, nil
}

const settlePromiseQuery = `UPDATE sources SET expect_seconds = $4, expect_by_schedule = $5
	WHERE slug = $1 AND schedule = $2 AND expect_seconds = $3 AND expect_by_schedule IS NULL`

// SettlePromise says what a source promises of which it was not known whether
// somebody chose it; was is how it was read. What was saved since then stays.
func (s *Store) SettlePromise(ctx context.Context, was city.Source, every time.Duration, bySchedule bool) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, settlePromiseQuery, was.Slug, was.Schedule, int(was.ExpectEvery/time.Second), max(1, int(every/time.Second)), bySchedule)
		if err != nil || tag.RowsAffected() == 0 || every == was.ExpectEvery {
			return err
		}
		return s.tellHealth(ctx, tx, was.Slug)
	})
	return wrapped(err, "settle what a source promises")
}

// PauseSource pauses a source or lets it go on.
func (s *Store) PauseSource(ctx context.Context, slug string, paused bool) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "UPDATE sources SET paused = $2 WHERE slug = $1", slug, paused)
		if err != nil {
			return fmt.Errorf("pause source %s: %w", slug, err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no source %q", slug)
		}
		return s.tellHealth(ctx, tx, slug)
	})
}

// tellHealth publishes a source's health as it is in the transaction.
func (s *Store) tellHealth(ctx context.Context, tx pgx.Tx, slug string) error {
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return err
	}
	event, err := s.healthEvent(ctx, tx, cat, slug)
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, []city.Event{event})
}

func (s *Store) catalogueIn(ctx context.Context, tx pgx.Tx) (*catalogue, error) {
	c, err := readCatalogue(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	return c, nil
}

func (s *Store) healthEvent(ctx context.Context, tx pgx.Tx, cat *catalogue, slug string) (city.Event, error) {
	rows, err := rowsOf[sourceRow](ctx, tx, oneSourceQuery, slug)
	if err != nil || len(rows) == 0 {
		return city.Event{}, fmt.Errorf("read the health of %s: %w", slug, errors.Join(err, errIfNone(len(rows))))
	}
	data, err := json.Marshal(rows[0].health(s.now(), cat))
	if err != nil {
		return city.Event{}, fmt.Errorf("encode the health of %s: %w", slug, err)
	}
	return city.Event{Topic: city.TopicSources, Key: slug, Op: "put", Data: data, Shared: true}, nil
}

func errIfNone(n int) error {
	if n == 0 {
		return pgx.ErrNoRows
	}
	return nil
}
