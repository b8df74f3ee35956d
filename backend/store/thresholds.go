package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	thresholdVersionsQuery = `SELECT indicator, version, thresholds, target, changed_at, changed_by, reason FROM threshold_versions WHERE indicator = $1 ORDER BY version DESC LIMIT 500`
	lastVersionQuery       = `SELECT coalesce(max(version), 0) FROM threshold_versions WHERE indicator = $1`
	lockIndicatorQuery     = `SELECT slug FROM indicators WHERE slug = $1 FOR UPDATE`
	addThresholdVersion    = `INSERT INTO threshold_versions (indicator, version, thresholds, target, changed_at, changed_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	setTargetQuery         = `UPDATE indicators SET target = $2, target_by = $3::text::date, target_source = $4 WHERE slug = $1`
	dropThresholdsQuery    = `DELETE FROM thresholds WHERE indicator = $1`
	statesOfQuery          = `SELECT indicator, area_code, time, value, previous, severity, source_id, received_at
	FROM indicator_states WHERE indicator = $1 ORDER BY area_code FOR UPDATE`
	setSeverityQuery = `UPDATE indicator_states SET severity = $3 WHERE indicator = $1 AND area_code = $2`
)

// ThresholdVersions returns every set of thresholds that an indicator has had,
// newest first; before the first change only the present one, as version 0.
// NotFound when there is no indicator that the asker may see.
func (s *Store) ThresholdVersions(ctx context.Context, asker city.Asker, slug string) (out []city.ThresholdSet, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	decl, ok := cat.indicators[slug]
	if !ok || !decl.MayBeSeenBy(asker.Role) {
		return nil, city.Errorf(city.NotFound, "there is no indicator %q", slug)
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[struct {
			Indicator  string
			Version    int
			Thresholds []byte
			Target     []byte
			ChangedAt  time.Time
			ChangedBy  string
			Reason     string
		}](ctx, tx, thresholdVersionsQuery, slug)
		out = make([]city.ThresholdSet, len(rows))
		for i, r := range rows {
			out[i] = city.ThresholdSet{Indicator: r.Indicator, Version: r.Version, ChangedAt: &r.ChangedAt, ChangedBy: r.ChangedBy, Reason: r.Reason}
			if err := json.Unmarshal(r.Thresholds, &out[i].Thresholds); err != nil {
				return fmt.Errorf("decode version %d of the thresholds: %w", r.Version, err)
			}
			if r.Target == nil {
				continue
			}
			if err := json.Unmarshal(r.Target, &out[i].Target); err != nil {
				return fmt.Errorf("decode the target of version %d: %w", r.Version, err)
			}
		}
		return err
	})
	if err == nil && len(out) == 0 {
		out = []city.ThresholdSet{{Indicator: slug, Thresholds: decl.Thresholds, Target: decl.Target}}
	}
	return out, wrapped(err, "read the thresholds of "+slug)
}

// SaveThresholds sets the thresholds of an indicator and its target, with the
// reason, keeps the set they replace, and judges every newest value by them at once: states and
// alerts follow in the same transaction. Only the secretary and an operator
// may. Invalid says in words what is wrong; Conflict that the thresholds were
// changed since the version given was read.
func (s *Store) SaveThresholds(ctx context.Context, by city.Actor, asker city.Asker, want city.ThresholdSet) (city.ThresholdSet, error) {
	if asker.Role != city.Sekda && asker.Role != city.Operator {
		return city.ThresholdSet{}, city.Errorf(city.Forbidden, "only the secretary or an operator may change thresholds")
	}
	if len([]rune(strings.TrimSpace(want.Reason))) < reasonLeast {
		return city.ThresholdSet{}, needReason()
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.ThresholdSet{}, err
	}
	decl, ok := cat.indicators[want.Indicator]
	if !ok {
		return city.ThresholdSet{}, city.Errorf(city.NotFound, "there is no indicator %q", want.Indicator)
	}
	list := append([]city.Threshold{}, want.Thresholds...)
	for _, t := range list {
		if _, known := cat.areas[t.AreaCode]; t.AreaCode != "" && !known {
			return city.ThresholdSet{}, city.InvalidField("area_code", "there is no area %q", t.AreaCode)
		}
	}
	if err := decl.CheckThresholds(list, s.now().In(cat.location)); err != nil {
		return city.ThresholdSet{}, err
	}
	if err := decl.CheckTarget(want.Target, s.now().In(cat.location)); err != nil {
		return city.ThresholdSet{}, err
	}
	want.Thresholds, want.ChangedBy, want.Reason = list, by.Name, cleanText(strings.TrimSpace(want.Reason))
	var saved city.ThresholdSet
	err = s.write(ctx, func(tx pgx.Tx) error {
		saved = want // anew at each attempt
		return s.replaceThresholds(ctx, tx, cat, by, &saved)
	})
	s.forgetCatalogue()
	return saved, err
}

func (s *Store) replaceThresholds(ctx context.Context, tx pgx.Tx, cat *catalogue, by city.Actor, want *city.ThresholdSet) error {
	slug, at := want.Indicator, s.now().UTC().Truncate(time.Microsecond)
	if _, err := column[string](ctx, tx, lockIndicatorQuery, slug); err != nil {
		return fmt.Errorf("lock %s: %w", slug, err)
	}
	var have int
	if err := tx.QueryRow(ctx, lastVersionQuery, slug).Scan(&have); err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	if want.Version != have {
		return city.Errorf(city.Conflict, "the thresholds of %s were changed meanwhile (version %d); read them again", slug, have)
	}
	present, err := readIndicators(ctx, tx)
	if err != nil {
		return fmt.Errorf("read the thresholds: %w", err)
	}
	decl := present[slices.IndexFunc(present, func(i city.Indicator) bool { return i.Slug == slug })]
	next := have + 1
	if have == 0 {
		if err := keepThresholds(ctx, tx, city.ThresholdSet{Indicator: slug, Version: 1, Thresholds: decl.Thresholds, Target: decl.Target, ChangedAt: &at, ChangedBy: "sistem", Reason: "keadaan sebelum perubahan pertama"}); err != nil {
			return err
		}
		next = 2
	}
	want.Version, want.ChangedAt = next, &at
	decl.Thresholds, decl.Target = want.Thresholds, want.Target
	if err := keepThresholds(ctx, tx, *want); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, dropThresholdsQuery, slug); err != nil {
		return fmt.Errorf("drop the thresholds before: %w", err)
	}
	if err := saveThresholds(ctx, tx, decl); err != nil {
		return err
	}
	if err := saveTarget(ctx, tx, slug, want.Target); err != nil {
		return err
	}
	if err := record(ctx, tx, by, "thresholds.save", slug, want.Reason, map[string]any{"version": next}); err != nil {
		return err
	}
	changed := *cat
	changed.indicators = maps.Clone(cat.indicators)
	changed.indicators[slug] = decl
	in := ingestion{store: s, tx: tx, cat: &changed}
	if err := in.judgeAnew(ctx, slug); err != nil {
		return err
	}
	return appendEvents(ctx, tx, in.events)
}

func keepThresholds(ctx context.Context, tx pgx.Tx, set city.ThresholdSet) error {
	data, err := json.Marshal(set.Thresholds)
	if err != nil {
		return fmt.Errorf("encode the thresholds of %s: %w", set.Indicator, err)
	}
	var target []byte // NULL when there is none
	if set.Target != nil {
		if target, err = json.Marshal(set.Target); err != nil {
			return fmt.Errorf("encode the target of %s: %w", set.Indicator, err)
		}
	}
	if _, err := tx.Exec(ctx, addThresholdVersion, set.Indicator, set.Version, data, target, set.ChangedAt, set.ChangedBy, set.Reason); err != nil {
		return fmt.Errorf("keep version %d of the thresholds of %s: %w", set.Version, set.Indicator, err)
	}
	return nil
}

func saveTarget(ctx context.Context, tx pgx.Tx, slug string, t *city.Target) error {
	var value *float64
	var by *string
	source := ""
	if t != nil {
		value, by, source = &t.Value, &t.By, t.Source
	}
	if _, err := tx.Exec(ctx, setTargetQuery, slug, value, by, source); err != nil {
		return fmt.Errorf("set the target of %s: %w", slug, err)
	}
	return nil
}

// judgeAnew holds an indicator's newest values against its thresholds: states whose
// severity moves are published, alerts are put, changed or ended.
func (in *ingestion) judgeAnew(ctx context.Context, slug string) error {
	rows, err := rowsOf[stateRow](ctx, in.tx, statesOfQuery, slug)
	if err != nil {
		return fmt.Errorf("read the states of %s: %w", slug, err)
	}
	decl, today := in.cat.indicators[slug], in.store.now().In(in.cat.location)
	for _, r := range rows {
		level, _ := decl.SeverityOf(r.Value, r.AreaCode, today)
		moved := string(level) != r.Severity
		r.Severity = string(level)
		state := in.cat.state(r)
		if moved {
			if _, err := in.tx.Exec(ctx, setSeverityQuery, slug, r.AreaCode, r.Severity); err != nil {
				return fmt.Errorf("judge %s at %s: %w", slug, r.AreaCode, err)
			}
		}
		// Also those that did not move: the thresholds that a page shows are of the same event.
		data, err := json.Marshal(state)
		if err != nil {
			return fmt.Errorf("encode a state: %w", err)
		}
		in.events = append(in.events, city.Event{
			Topic: city.TopicIndicators, Key: slug + "|" + r.AreaCode, Op: "put", Data: data, AreaCode: r.AreaCode, Roles: decl.VisibleTo, Shared: true,
		})
		if len(decl.Thresholds) == 0 {
			err = in.endAlert(ctx, thresholdKey(place{slug, r.AreaCode}))
		} else {
			err = in.thresholdAlert(ctx, state)
		}
		if err != nil {
			return fmt.Errorf("tell of %s at %s: %w", slug, r.AreaCode, err)
		}
	}
	return nil
}
