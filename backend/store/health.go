package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// What of its source's refused rows has come in by now waits no more.
	settleTakenQuery = `UPDATE refused_rows SET settled_at = $3 WHERE source_id = $1 AND kind = 'reports' AND external_id = ANY ($2) AND settled_at IS NULL`
	settleAllQuery   = `UPDATE refused_rows SET settled_at = $2 WHERE source_id = $1 AND settled_at IS NULL`
)

// settleTaken ends the waiting of refused rows whose reports came in after all: each
// is the newest that its source says of that report.
func (in *ingestion) settleTaken(ctx context.Context, rs []city.Report) error {
	if !in.state.Waiting || len(rs) == 0 {
		return nil
	}
	refused := map[string]bool{}
	for _, r := range in.refused {
		refused[r.ExternalID] = true
	}
	var ids []string
	for _, r := range rs {
		if !refused[r.ExternalID] {
			ids = append(ids, r.ExternalID)
		}
	}
	_, err := in.tx.Exec(ctx, settleTakenQuery, in.sourceID, ids, in.store.now())
	return wrapped(err, "settle what came in after all")
}

// refusals keeps rows that could not be taken; the same row refused again
// only counts up. Their originals are sealed: what could not be read may name anybody,
// and so may what a reason quotes of it.
func (in *ingestion) refusals(ctx context.Context) error {
	if len(in.refused) == 0 {
		return nil
	}
	k, err := in.store.identities.Newest()
	if err != nil {
		return err
	}
	for _, r := range in.refused {
		raw := r.Raw
		if len(raw) > 64<<10 {
			raw = raw[:64<<10]
		}
		sum := sha256.Sum256([]byte(r.Kind + "\x00" + r.ExternalID + "\x00" + r.Reason + "\x00" + string(raw)))
		if _, err := in.tx.Exec(ctx, `INSERT INTO refused_rows AS f (source_id, kind, external_id, place, reason, key_id, sealed, fingerprint)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ON CONSTRAINT refused_rows_are_kept_once
			DO UPDATE SET times = f.times + 1, at = now(), settled_at = NULL`,
			in.sourceID, r.Kind, cleanText(r.ExternalID), cleanText(city.MaskPersonal(r.Place)), cleanText(city.RefusalWords(r.Reason)), k.ID(), k.Seal(aboutRefused(in.sourceID), []byte(cleanText(string(raw)))), sum[:]); err != nil {
			return err
		}
	}
	in.tally.Refused += len(in.refused)
	return nil
}

const saveHealthQuery = `UPDATE source_state SET cursor = CASE WHEN @current THEN coalesce(@cursor, cursor) ELSE cursor END,
	slowed_until = CASE WHEN @attempt::timestamptz IS NULL THEN slowed_until ELSE @slowed END,
	reread_rows = reread_rows + CASE WHEN @current AND reread_done IS NULL AND reread_began IS NOT NULL THEN @read ELSE 0 END,
	reread_reached = CASE WHEN @current AND reread_done IS NULL AND reread_began IS NOT NULL THEN greatest(reread_reached, @data) ELSE reread_reached END,
	reread_done = CASE WHEN @current AND @caught_up AND reread_began IS NOT NULL THEN coalesce(reread_done, @success) ELSE reread_done END,
	last_attempt = coalesce(@attempt, last_attempt), last_success = coalesce(@success, last_success), last_data = greatest(last_data, @data),
	refused_since = CASE WHEN @accepted THEN NULL WHEN @refused THEN coalesce(refused_since, @told_now) ELSE refused_since END,
	next_attempt = CASE WHEN @attempt::timestamptz IS NULL THEN next_attempt ELSE @next END, failures = @failures, last_error = @error,
	error_key = @error_key, error_params = @error_params,
	silent_since = CASE WHEN @added > 0 THEN NULL ELSE silent_since END, silent_usual = CASE WHEN @added > 0 THEN NULL ELSE silent_usual END,
	rows_day = @today, rows_today = CASE WHEN rows_day = @today THEN rows_today ELSE 0 END + @rows, rows_total = rows_total + @rows,
	hour_began = @hour, hour_rows = CASE WHEN hour_began = @hour THEN hour_rows ELSE 0 END + @rows, told_at = @told
	WHERE source_id = @source`

// tellEvery is how often a screen hears of a source that goes on as before.
const tellEvery = 30 * time.Second

// sourceState is what of a source's state the next one follows from.
type sourceState struct {
	Failures    int
	LastError   string
	ErrorKey    string
	ErrorParams map[string]string
	ToldAt      *time.Time
	SentBack    int
	Rereading   bool
	Waiting     bool // refused rows
}

// failed is the state after one more failure.
func (s sourceState) failed(err error) sourceState {
	s.Failures, s.LastError = s.Failures+1, cleanText(err.Error())
	s.ErrorKey, s.ErrorParams = "", nil
	if own, ok := errors.AsType[*city.Error](err); ok {
		s.LastError, s.ErrorKey, s.ErrorParams = cleanText(own.Message), own.Key, own.Params
	}
	return s
}

// lockSource reads the source's state and keeps other deliveries of the same
// source waiting until this one is done: they are about the same rows.
func (in *ingestion) lockSource(ctx context.Context) error {
	rows, err := rowsOf[sourceState](ctx, in.tx, `SELECT failures, last_error, error_key, error_params, told_at, sent_back, reread_began IS NOT NULL AND reread_done IS NULL AS rereading,
		EXISTS (SELECT FROM refused_rows r WHERE r.source_id = $1 AND r.settled_at IS NULL) AS waiting FROM source_state WHERE source_id = $1 FOR UPDATE`, in.sourceID)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return city.Errorf(city.NotFound, "there is no source with number %d", in.sourceID)
	}
	in.state = rows[0]
	return nil
}

// health moves the cursor and records the attempt. A screen hears of it when
// something an officer would look at has changed, else once in tellEvery.
func (in *ingestion) health(ctx context.Context, d city.Delivery) error {
	now, before := in.store.now(), in.state
	after, wrote := before, in.tally.Added+in.tally.Changed+in.tally.Removed
	args := pgx.NamedArgs{
		"source": in.sourceID, "cursor": nil, "attempt": nil, "success": nil, "next": nil, "data": in.newestOfAll(),
		"today": now.In(in.cat.location).Format(time.DateOnly), "rows": in.tally.Added + in.tally.Changed, "added": in.tally.Added,
		"hour": now.UTC().Truncate(time.Hour), "slowed": nil, "caught_up": false, "read": in.tally.Read, "current": d.SentBack == before.SentBack,
		"accepted": in.tally.Read > in.tally.Refused, "refused": false, "told_now": now,
	}
	if len(d.Cursor) > 0 {
		args["cursor"] = []byte(d.Cursor)
	}
	if a := d.Attempt; a != nil {
		read, refused := a.Before.Read+in.tally.Read, a.Before.Refused+in.tally.Refused
		args["accepted"], args["refused"] = read > refused, read > 0 && refused >= read
		args["caught_up"] = a.Err == nil && a.RetryAt.IsZero()
		if a.Slowed {
			args["slowed"] = a.RetryAt
		}
		args["attempt"], args["next"] = a.Finished, given(a.RetryAt)
		if a.Err == nil {
			args["success"] = a.Finished
			after = sourceState{ToldAt: before.ToldAt, SentBack: before.SentBack}
		} else {
			after = before.failed(a.Err)
		}
	}
	tell := wrote > 0 || after.Failures != before.Failures || before.ToldAt == nil || now.Sub(*before.ToldAt) >= tellEvery
	if tell {
		after.ToldAt = &now
	}
	if after.ErrorParams == nil {
		after.ErrorParams = map[string]string{}
	}
	args["failures"], args["error"], args["told"] = after.Failures, after.LastError, after.ToldAt
	args["error_key"], args["error_params"] = after.ErrorKey, after.ErrorParams
	if _, err := in.tx.Exec(ctx, saveHealthQuery, args); err != nil {
		return err
	}
	if err := in.keepNewest(ctx); err != nil {
		return err
	}
	if err := in.countHour(ctx, now); err != nil {
		return err
	}
	if err := in.logRun(ctx, d.Attempt, after); err != nil || !tell {
		return err
	}
	event, err := in.store.healthEvent(ctx, in.tx, in.cat, in.src.Slug)
	if err != nil {
		return err
	}
	in.events = append(in.events, event)
	return nil
}

const countHourQuery = `INSERT INTO source_hourly AS h (source_id, hour, added, changed) VALUES ($1, date_trunc('hour', $2::timestamptz, 'UTC'), $3, $4)
	ON CONFLICT (source_id, hour) DO UPDATE SET added = h.added + excluded.added, changed = h.changed + excluded.changed`

// countHour adds what was taken in to the source's present hour.
func (in *ingestion) countHour(ctx context.Context, now time.Time) error {
	if in.tally.Added+in.tally.Changed == 0 {
		return nil
	}
	if _, err := in.tx.Exec(ctx, countHourQuery, in.sourceID, now, in.tally.Added, in.tally.Changed); err != nil {
		return fmt.Errorf("count the hour: %w", err)
	}
	return nil
}

const logRunQuery = `INSERT INTO source_runs (source_id, started, finished, ok, error, error_key, error_params, added, changed, known, refused)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

// logRun keeps a line for a pull that brought something, on whichever of its
// pages, or failed.
func (in *ingestion) logRun(ctx context.Context, a *city.Attempt, after sourceState) error {
	if a == nil {
		return nil
	}
	added, changed, refused := a.Before.Added+in.tally.Added, a.Before.Changed+in.tally.Changed, a.Before.Refused+in.tally.Refused
	if a.Err == nil && added+changed+refused+a.Before.Removed+in.tally.Removed == 0 {
		return nil
	}
	if _, err := in.tx.Exec(ctx, logRunQuery, in.sourceID, a.Started, a.Finished, a.Err == nil, after.LastError, after.ErrorKey, after.ErrorParams,
		added, changed, a.Before.Unchanged+in.tally.Unchanged, refused); err != nil {
		return fmt.Errorf("log the pull: %w", err)
	}
	return nil
}

// dataKey names data of one kind of a source: reports, or those of an indicator.
type dataKey struct{ kind, indicator string }

// brought notes the time of an accepted record. A source's clock may be ahead;
// nothing is newer than now.
func (in *ingestion) brought(kind, indicator string, at time.Time) {
	if now := in.store.now(); at.After(now) {
		at = now
	}
	if in.newest == nil {
		in.newest = map[dataKey]time.Time{}
	}
	if k := (dataKey{kind, indicator}); at.After(in.newest[k]) {
		in.newest[k] = at
	}
}

// newestOfAll is the time of the newest record that was accepted, nil if none was.
func (in *ingestion) newestOfAll() *time.Time {
	var newest time.Time
	for _, at := range in.newest {
		if at.After(newest) {
			newest = at
		}
	}
	return given(newest)
}

const keepNewestQuery = `INSERT INTO source_newest AS n (source_id, kind, indicator, newest)
	SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[]) ORDER BY 2, 3
	ON CONFLICT ON CONSTRAINT source_newest_pkey DO UPDATE SET newest = excluded.newest WHERE excluded.newest > n.newest`

// keepNewest notes how new the source's data are by now.
func (in *ingestion) keepNewest(ctx context.Context) error {
	if len(in.newest) == 0 {
		return nil
	}
	var kinds, indicators []string
	var times []time.Time
	for k, at := range in.newest {
		kinds, indicators, times = append(kinds, k.kind), append(indicators, k.indicator), append(times, at)
	}
	_, err := in.tx.Exec(ctx, keepNewestQuery, in.sourceID, kinds, indicators, times)
	return wrapped(err, "note how new its data are")
}
