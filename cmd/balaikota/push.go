package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/importing"
	"balaikota/backend/web"
)

// pushSource is the source of rows that systems push.
const pushSource = "kiriman"

// pausedFor is when to send again what was refused because its source is paused.
const pausedFor = 5 * time.Minute

// ownSource returns the number of a source of ours, into which something is to be
// handed, making it when it is used for the first time. While it is paused that is
// an error that says when to come back: whoever sends keeps what it has.
func (d *database) ownSource(ctx context.Context, slug, name string) (int64, error) {
	src, err := d.Source(ctx, slug)
	switch {
	case err == nil && src.Paused:
		return 0, &city.Error{
			Code: city.Internal, Key: "error.source_paused", Params: map[string]string{"source": src.Name}, RetryAfter: pausedFor,
			Message: fmt.Sprintf("the source %s is paused and nothing of this was kept; send it again once an operator has let it go on", slug),
		}
	case err == nil:
		return src.ID, nil
	case city.CodeOf(err) != city.NotFound:
		return 0, err
	}
	return d.SaveSource(ctx, city.Source{Slug: slug, Name: name, Connector: "push", ExpectEvery: 30 * 24 * time.Hour})
}

// importEnv is what rows of files and pushes are understood against.
func (d *database) importEnv(ctx context.Context, areas city.AreaIndex) (importing.Env, error) {
	loc, err := time.LoadLocation(d.city.Timezone)
	if err != nil {
		return importing.Env{}, fmt.Errorf("load the city's time zone: %w", err)
	}
	indicators, err := d.Indicators(ctx, city.System)
	if err != nil {
		return importing.Env{}, err
	}
	categories, err := d.Categories(ctx)
	if err != nil {
		return importing.Env{}, err
	}
	offices, err := d.Offices(ctx)
	if err != nil {
		return importing.Env{}, err
	}
	return importing.NewEnv(loc, areas, indicators, categories, offices), nil
}

// envAge is how soon a push knows a declaration that another process has
// changed.
const envAge = 5 * time.Second

// pusher takes in what systems push.
type pusher struct {
	door *intake
	db   *database

	mu  sync.Mutex
	env importing.Env
	at  time.Time // when env was read
}

// currentEnv is what pushed rows are understood against; reading it costs more
// than a row, so it serves for a while.
func (p *pusher) currentEnv(ctx context.Context) (importing.Env, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < envAge {
		return p.env, nil
	}
	env, err := p.db.importEnv(ctx, p.door.geography)
	if err != nil {
		return importing.Env{}, err
	}
	p.env, p.at = env, time.Now()
	return env, nil
}

// PushReports implements web.Pusher.
func (p *pusher) PushReports(ctx context.Context, rows []map[string]any) (web.PushAnswer, error) {
	return p.push(ctx, importing.Reports, rows, func(row importing.Row, env importing.Env, d *city.Delivery) (string, *importing.Refused) {
		r, refused := importing.Report(row, env)
		d.Reports = append(d.Reports, r)
		return r.ExternalID, refused
	})
}

// PushObservations implements web.Pusher.
func (p *pusher) PushObservations(ctx context.Context, rows []map[string]any) (web.PushAnswer, error) {
	return p.push(ctx, importing.Observations, rows, func(row importing.Row, env importing.Env, d *city.Delivery) (string, *importing.Refused) {
		o, refused := importing.Observation(row, env)
		if o.AreaCode == "" {
			o.AreaCode = p.db.city.Code
		}
		d.Observations = append(d.Observations, o)
		return city.ObservationKey(o.Indicator, o.AreaCode, o.Station, o.Time), refused
	})
}

// readRow turns a row into a value of the delivery and returns its key.
type readRow func(importing.Row, importing.Env, *city.Delivery) (string, *importing.Refused)

// push reads rows with read, stores the good ones in one transaction and
// answers for each row.
func (p *pusher) push(ctx context.Context, kind importing.Kind, rows []map[string]any, read readRow) (web.PushAnswer, error) {
	env, err := p.currentEnv(ctx)
	if err != nil {
		return web.PushAnswer{}, err
	}
	id, err := p.db.ownSource(ctx, pushSource, "Kiriman sistem lain")
	if err != nil {
		return web.PushAnswer{}, err
	}
	now := time.Now()
	d := city.Delivery{SourceID: id, Attempt: &city.Attempt{Started: now, Finished: now}}
	answer := web.PushAnswer{Rows: make([]web.PushedRow, len(rows))}
	places := map[string][]int{} // by key: which rows of the answer
	for n, fields := range rows {
		answer.Rows[n] = web.PushedRow{Row: n, Result: "unchanged"}
		key, refused, err := readPushed(kind, n, fields, env, read, &d)
		if err != nil {
			return web.PushAnswer{}, err
		}
		if kind == importing.Reports {
			answer.Rows[n].ExternalID, _ = fields["external_id"].(string)
		}
		if refused != nil {
			answer.Rows[n].Result, answer.Rows[n].Field, answer.Rows[n].Reason = "refused", refused.Field, refused.Reason
			continue
		}
		places[key] = append(places[key], n)
	}
	d.Note = func(_, key, result, reason string) {
		for _, n := range places[key] {
			answer.Rows[n].Result, answer.Rows[n].Reason = result, reason
		}
	}
	if _, err := p.door.Ingest(ctx, d); err != nil {
		return web.PushAnswer{}, err
	}
	count(&answer)
	return answer, nil
}

func readPushed(kind importing.Kind, n int, fields map[string]any, env importing.Env, read readRow, d *city.Delivery) (string, *importing.Refused, error) {
	raw, err := json.Marshal(fields)
	if err != nil {
		return "", nil, fmt.Errorf("encode row %d: %w", n, err)
	}
	row, refused := importing.FromJSON(kind, n, raw)
	if refused != nil {
		return "", refused, nil
	}
	var one city.Delivery
	key, refused := read(row, env, &one)
	if refused == nil {
		d.Reports, d.Observations = append(d.Reports, one.Reports...), append(d.Observations, one.Observations...)
	}
	return key, refused, nil
}

func count(answer *web.PushAnswer) {
	for _, r := range answer.Rows {
		switch r.Result {
		case "added":
			answer.Added++
		case "changed":
			answer.Changed++
		case "refused":
			answer.Refused++
		default:
			answer.Unchanged++
		}
	}
}
