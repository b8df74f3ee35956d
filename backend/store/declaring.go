package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	declaredQuery    = `SELECT unit, grain, rank FROM indicators WHERE slug = $1 FOR UPDATE`
	lastRankQuery    = `SELECT coalesce(max(rank), 0)::int FROM indicators`
	hasValuesQuery   = `SELECT EXISTS (SELECT FROM indicator_states WHERE indicator = $1)`
	declaredByPeople = "officer"
	// togetherWithIt is why the first set of thresholds stands as it does.
	togetherWithIt = "dinyatakan bersama indikatornya"
)

// DeclareIndicator adds an indicator that an officer declares, with its thresholds
// and its target, or changes what was declared: then thresholds, target and who
// sees it stay, for they are changed where they are kept, and the unit and the
// level of areas stay once there are values in them. A rank above 0 makes it a
// tile, after those that are there. Only an operator may. Invalid says in words
// what is wrong; Conflict that a new one is there already, or that values stand in
// the way; NotFound that one to be changed is not there.
func (s *Store) DeclareIndicator(ctx context.Context, by city.Actor, asker city.Asker, want city.Indicator, isNew bool) (city.Indicator, error) {
	if asker.Role != city.Operator {
		return city.Indicator{}, city.Errorf(city.Forbidden, "only an operator may declare indicators")
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Indicator{}, err
	}
	for _, text := range []*string{&want.Name, &want.NameEN, &want.Unit, &want.Definition} {
		*text = cleanText(strings.TrimSpace(*text))
	}
	want.Origin, want.VisibleTo = declaredByPeople, everyOfficer
	if want.Thresholds == nil || !isNew {
		want.Thresholds = []city.Threshold{}
	}
	if !isNew {
		want.Target = nil
	}
	for _, t := range want.Thresholds {
		if _, known := cat.areas[t.AreaCode]; t.AreaCode != "" && !known {
			return city.Indicator{}, city.InvalidField("area_code", "there is no area %q", t.AreaCode)
		}
	}
	if err := want.CheckDeclaration(s.now().In(cat.location)); err != nil {
		return city.Indicator{}, err
	}
	var saved city.Indicator
	err = s.write(ctx, func(tx pgx.Tx) (err error) {
		if saved = want; isNew {
			err = s.addDeclaration(ctx, tx, by, &saved)
		} else {
			err = changeDeclaration(ctx, tx, by, &saved)
		}
		return err
	})
	s.forgetCatalogue()
	if err != nil || isNew {
		return saved, err
	}
	all, err := s.Indicators(ctx, asker)
	for _, i := range all {
		if i.Slug == want.Slug {
			return i, err
		}
	}
	return saved, err
}

func (s *Store) addDeclaration(ctx context.Context, tx pgx.Tx, by city.Actor, i *city.Indicator) error {
	if err := putLast(ctx, tx, i, 0); err != nil {
		return err
	}
	added, err := saveIndicator(ctx, tx, *i, false)
	if err != nil {
		return err
	}
	if !added {
		e := city.Errorf(city.Conflict, "there is an indicator %q already; choose another short name", i.Slug)
		e.Field, e.Key, e.Params = "slug", "error.indicator_there", map[string]string{"value": i.Slug}
		return e
	}
	if err := saveThresholds(ctx, tx, *i); err != nil {
		return err
	}
	if err := saveTarget(ctx, tx, i.Slug, i.Target); err != nil {
		return err
	}
	at := s.now().UTC().Truncate(time.Microsecond)
	first := city.ThresholdSet{Indicator: i.Slug, Version: 1, Thresholds: i.Thresholds, Target: i.Target, ChangedAt: &at, ChangedBy: by.Name, Reason: togetherWithIt}
	if err := keepThresholds(ctx, tx, first); err != nil {
		return err
	}
	return record(ctx, tx, by, "indicator.declare", i.Slug, "", map[string]any{"unit": i.Unit, "grain": i.Grain})
}

func changeDeclaration(ctx context.Context, tx pgx.Tx, by city.Actor, i *city.Indicator) error {
	var unit, grain string
	var rank int
	switch err := tx.QueryRow(ctx, declaredQuery, i.Slug).Scan(&unit, &grain, &rank); {
	case errors.Is(err, pgx.ErrNoRows):
		return city.Errorf(city.NotFound, "there is no indicator %q", i.Slug)
	case err != nil:
		return fmt.Errorf("read the declaration of %s: %w", i.Slug, err)
	}
	if unit != i.Unit || grain != i.Grain {
		var has bool
		if err := tx.QueryRow(ctx, hasValuesQuery, i.Slug).Scan(&has); err != nil {
			return fmt.Errorf("look for values of %s: %w", i.Slug, err)
		}
		if has {
			e := city.Errorf(city.Conflict, "%s has values in %s already: its unit and its level of areas stay", i.Slug, unit)
			e.Field, e.Key = "unit", "error.indicator_has_values"
			return e
		}
	}
	if err := putLast(ctx, tx, i, rank); err != nil {
		return err
	}
	if _, err := saveIndicator(ctx, tx, *i, true); err != nil {
		return err
	}
	return record(ctx, tx, by, "indicator.change", i.Slug, "", map[string]any{"unit": i.Unit, "grain": i.Grain})
}

// putLast gives an indicator that is to be a tile the place it had, or the last.
func putLast(ctx context.Context, tx pgx.Tx, i *city.Indicator, had int) error {
	if i.Rank == 0 {
		return nil
	}
	if i.Rank = had; had > 0 {
		return nil
	}
	var last int
	if err := tx.QueryRow(ctx, lastRankQuery).Scan(&last); err != nil {
		return fmt.Errorf("find the last tile: %w", err)
	}
	i.Rank = last + 1
	return nil
}
