package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// LayFoundation makes an empty database serve a city. In a database that
// serves one already it adds only declarations that are missing and changes
// nothing that an officer or an import has set.
func (s *Store) LayFoundation(ctx context.Context, f Foundation) error {
	norms := 0
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO city_setting (code, name, timezone, zone_label) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			f.Setting.Code, f.Setting.Name, f.Setting.Timezone, f.Setting.ZoneLabel)
		if err != nil {
			return fmt.Errorf("set the city: %w", err)
		}
		if tag.RowsAffected() == 0 {
			have, err := readSetting(ctx, tx)
			if err != nil || have.Code != f.Setting.Code {
				norms = 0  // of an attempt before
				return err // another city's database keeps its own declarations
			}
		} else {
			for _, a := range f.Areas {
				if _, _, err := saveArea(ctx, tx, a); err != nil {
					return fmt.Errorf("save area %s: %w", a.Code, err)
				}
			}
		}
		if norms, err = addMissingNorms(ctx, tx, f.Norms); err != nil {
			return err
		}
		if err := addMissing(ctx, tx, f); err != nil {
			return err
		}
		return s.addActions(ctx, tx, f)
	})
	s.forgetCatalogue()
	if err != nil || norms == 0 {
		return err
	}
	return s.RefreshDeadlines(ctx)
}

func addMissing(ctx context.Context, tx pgx.Tx, f Foundation) error {
	if err := addHazard(ctx, tx, f.Hazard); err != nil {
		return err
	}
	if err := saveLadder(ctx, tx, f.Ladder, false); err != nil {
		return err
	}
	for _, o := range f.Offices {
		if o.Aliases == nil {
			o.Aliases = []string{}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO offices (short_name, name, kind, area_code, aliases) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			o.ShortName, o.Name, o.Kind, o.AreaCode, o.Aliases); err != nil {
			return fmt.Errorf("add office %s: %w", o.ShortName, err)
		}
	}
	for _, h := range f.Holidays {
		if _, err := saveHoliday(ctx, tx, h, false); err != nil {
			return err
		}
	}
	for _, c := range f.Categories {
		if _, err := saveCategory(ctx, tx, c, false); err != nil {
			return err
		}
	}
	for _, i := range f.Indicators {
		added, err := saveIndicator(ctx, tx, i, false)
		if err != nil {
			return err
		}
		if !added {
			continue
		}
		if err := saveThresholds(ctx, tx, i); err != nil {
			return err
		}
	}
	return nil
}

const (
	insertHoliday  = `INSERT INTO holidays AS h (date, name, kind, source) VALUES ($1, $2, $3, $4) ON CONFLICT (date) `
	addHoliday     = insertHoliday + `DO NOTHING`
	replaceHoliday = insertHoliday + `DO UPDATE SET name = coalesce(nullif(excluded.name, ''), h.name), source = excluded.source
		WHERE excluded.name <> '' AND h.name <> excluded.name`
)

// saveHoliday adds a holiday; one that is there already stays or is replaced.
func saveHoliday(ctx context.Context, tx pgx.Tx, h Holiday, replace bool) (bool, error) {
	if h.Kind == "" {
		h.Kind = "libur"
	}
	wrote, err := addOrReplace(ctx, tx, replace, addHoliday, replaceHoliday, h.Date, h.Name, h.Kind, h.Source)
	if err != nil {
		return false, fmt.Errorf("save holiday %s: %w", h.Date.Format(time.DateOnly), err)
	}
	return wrote, nil
}

// addOrReplace runs one of two statements and reports whether it wrote a row.
func addOrReplace(ctx context.Context, tx pgx.Tx, replace bool, adding, replacing string, args ...any) (bool, error) {
	sql := adding
	if replace {
		sql = replacing
	}
	tag, err := tx.Exec(ctx, sql, args...)
	return tag.RowsAffected() > 0, err
}

const (
	insertCategory = `INSERT INTO categories AS c (slug, name, name_en, words, office_id, working_days_to_close, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug) `
	addCategory     = insertCategory + `DO NOTHING`
	replaceCategory = insertCategory + `DO UPDATE SET name = excluded.name,
		name_en = coalesce(nullif(excluded.name_en, ''), c.name_en), words = CASE WHEN excluded.words = '{}' THEN c.words ELSE excluded.words END,
		office_id = excluded.office_id, working_days_to_close = excluded.working_days_to_close, origin = excluded.origin
		WHERE (c.name, c.office_id, c.working_days_to_close) IS DISTINCT FROM (excluded.name, excluded.office_id, excluded.working_days_to_close)
			OR (excluded.name_en <> '' AND excluded.name_en <> c.name_en) OR (excluded.words <> '{}' AND excluded.words <> c.words)`
)

// saveCategory adds a category, making its office when it is not known yet;
// one that is there already stays or is replaced.
func saveCategory(ctx context.Context, tx pgx.Tx, c city.Category, replace bool) (bool, error) {
	if c.Words == nil {
		c.Words = []string{}
	}
	var office int64
	err := tx.QueryRow(ctx, `WITH had AS (
			SELECT id FROM offices WHERE lower(short_name) = lower($1) OR lower(name) = lower($1) OR lower($1) = ANY (SELECT lower(x) FROM unnest(aliases) x) LIMIT 1
		), made AS (
			INSERT INTO offices (short_name, name, kind) SELECT $1, $1, 'opd' WHERE NOT EXISTS (SELECT FROM had) RETURNING id
		) SELECT id FROM had UNION ALL SELECT id FROM made`, c.Office).Scan(&office)
	if err != nil {
		return false, fmt.Errorf("find office %q of category %s: %w", c.Office, c.Slug, err)
	}
	wrote, err := addOrReplace(ctx, tx, replace, addCategory, replaceCategory, c.Slug, c.Name, c.NameEN, c.Words, office, c.WorkingDaysToClose, c.Origin)
	if err != nil {
		return false, fmt.Errorf("save category %s: %w", c.Slug, err)
	}
	return wrote, nil
}

const (
	insertIndicator = `INSERT INTO indicators AS i (slug, name, name_en, unit, direction, grain, aggregation, fresh_for_seconds,
			min, max, decimals, rank, visible_to, definition, origin, fresh_assumed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (slug) `
	addIndicator     = insertIndicator + `DO NOTHING`
	replaceIndicator = insertIndicator + `DO UPDATE SET name = excluded.name, name_en = excluded.name_en, unit = excluded.unit, direction = excluded.direction,
			grain = excluded.grain, aggregation = excluded.aggregation, fresh_for_seconds = excluded.fresh_for_seconds, min = excluded.min, max = excluded.max,
			decimals = excluded.decimals, rank = excluded.rank, definition = excluded.definition, origin = excluded.origin, fresh_assumed = excluded.fresh_assumed
		WHERE (i.name, i.name_en, i.unit, i.direction, i.grain, i.aggregation, i.fresh_for_seconds, i.min, i.max, i.decimals, i.rank, i.definition, i.fresh_assumed)
			IS DISTINCT FROM (excluded.name, excluded.name_en, excluded.unit, excluded.direction, excluded.grain, excluded.aggregation,
				excluded.fresh_for_seconds, excluded.min, excluded.max, excluded.decimals, excluded.rank, excluded.definition, excluded.fresh_assumed)`
)

// saveIndicator adds an indicator; of one that is there already it replaces
// what an import can say, or nothing.
func saveIndicator(ctx context.Context, tx pgx.Tx, i city.Indicator, replace bool) (bool, error) {
	visible := make([]string, len(i.VisibleTo))
	for n, r := range i.VisibleTo {
		visible[n] = string(r)
	}
	wrote, err := addOrReplace(ctx, tx, replace, addIndicator, replaceIndicator, i.Slug, i.Name, i.NameEN, i.Unit, i.Direction, i.Grain, i.Aggregation, i.FreshForSeconds,
		i.Min, i.Max, i.Decimals, i.Rank, visible, i.Definition, i.Origin, i.FreshAssumed)
	if err != nil {
		return false, fmt.Errorf("save indicator %s: %w", i.Slug, err)
	}
	return wrote, nil
}

func saveThresholds(ctx context.Context, tx pgx.Tx, i city.Indicator) error {
	for _, t := range i.Thresholds {
		if _, err := tx.Exec(ctx, `INSERT INTO thresholds (indicator, level, above, value, source, effective_on, area_code)
			VALUES ($1, $2, $3, $4, $5, $6::text::date, $7) ON CONFLICT DO NOTHING`,
			i.Slug, string(t.Level), t.Above, t.Value, t.Source, t.EffectiveOn, t.AreaCode); err != nil {
			return fmt.Errorf("save the %s threshold of %s: %w", t.Level, i.Slug, err)
		}
	}
	return nil
}

// everyOfficer is who sees an indicator that says nothing else.
var everyOfficer = append([]city.Role{}, city.Roles...)

// SaveCategories adds or changes categories by slug, and works out the
// deadlines of unfinished reports anew. A category that says nothing of its
// English name or words keeps what was declared.
func (s *Store) SaveCategories(ctx context.Context, cs []city.Category) (city.Tally, error) {
	tally, err := s.saveAll(ctx, len(cs), func(tx pgx.Tx, n int) (bool, bool, error) {
		before, err := column[string](ctx, tx, "SELECT slug FROM categories WHERE slug = $1", cs[n].Slug)
		if err != nil {
			return false, false, err
		}
		wrote, err := saveCategory(ctx, tx, cs[n], true)
		return len(before) == 0, wrote, err
	})
	if err != nil || tally.Changed == 0 {
		return tally, err
	}
	return tally, s.RefreshDeadlines(ctx)
}

// SaveIndicators adds or replaces indicators by slug. Each is given whole: who
// reads a file fills in what the file does not name from the declaration, as
// importing.Indicator does. What no import can say (who sees it, thresholds,
// target) keeps its declaration.
func (s *Store) SaveIndicators(ctx context.Context, is []city.Indicator) (city.Tally, error) {
	return s.saveAll(ctx, len(is), func(tx pgx.Tx, n int) (bool, bool, error) {
		i := is[n]
		before, err := column[string](ctx, tx, "SELECT slug FROM indicators WHERE slug = $1", i.Slug)
		if err != nil {
			return false, false, err
		}
		withDefaults(&i)
		wrote, err := saveIndicator(ctx, tx, i, true)
		return len(before) == 0, wrote, err
	})
}

func withDefaults(i *city.Indicator) {
	if i.Direction == "" {
		i.Direction = "none"
	}
	if i.Aggregation == "" {
		i.Aggregation = "mean"
	}
	if i.FreshForSeconds == 0 { // until the first values tell
		i.FreshForSeconds, i.FreshAssumed = 2*86400, true
	}
	if len(i.VisibleTo) == 0 {
		i.VisibleTo = everyOfficer
	}
	if i.Origin == "" {
		i.Origin = "import"
	}
}

// SaveHolidays adds or renames holidays and works out the deadlines of
// unfinished reports anew.
func (s *Store) SaveHolidays(ctx context.Context, hs []Holiday) (city.Tally, error) {
	tally, err := s.saveAll(ctx, len(hs), func(tx pgx.Tx, n int) (bool, bool, error) {
		before, err := column[time.Time](ctx, tx, "SELECT date FROM holidays WHERE date = $1", hs[n].Date)
		if err != nil {
			return false, false, err
		}
		wrote, err := saveHoliday(ctx, tx, hs[n], true)
		return len(before) == 0, wrote, err
	})
	if err != nil || tally.Added+tally.Changed == 0 {
		return tally, err
	}
	return tally, s.RefreshDeadlines(ctx)
}

// saveAll saves n things in one transaction and counts what became of them;
// save returns whether the thing is new and whether it was written.
func (s *Store) saveAll(ctx context.Context, n int, save func(tx pgx.Tx, i int) (isNew, wrote bool, err error)) (city.Tally, error) {
	var tally city.Tally
	err := s.write(ctx, func(tx pgx.Tx) error {
		tally = city.Tally{Read: n}
		for i := range n {
			isNew, wrote, err := save(tx, i)
			switch {
			case err != nil:
				return err
			case isNew && wrote:
				tally.Added++
			case wrote:
				tally.Changed++
			default:
				tally.Unchanged++
			}
		}
		return nil
	})
	s.forgetCatalogue()
	return tally, err
}

const officesQuery = "SELECT id, short_name, name, kind, area_code, aliases FROM offices ORDER BY short_name"

func readOffices(ctx context.Context, tx pgx.Tx) ([]city.Office, error) {
	return rowsOf[city.Office](ctx, tx, officesQuery)
}

// Offices returns all offices by short name. They are public.
func (s *Store) Offices(ctx context.Context) (out []city.Office, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = readOffices(ctx, tx)
		return err
	})
	return out, err
}

const categoriesQuery = `SELECT c.slug, c.name, c.name_en, c.words, o.short_name AS office, c.working_days_to_close, c.origin
	FROM categories c JOIN offices o ON o.id = c.office_id ORDER BY c.slug`

// Categories returns all categories by slug. They are public.
func (s *Store) Categories(ctx context.Context) (out []city.Category, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.Category](ctx, tx, categoriesQuery)
		return err
	})
	return out, err
}

const (
	indicatorsQuery = `SELECT slug, name, name_en, unit, direction, grain, aggregation, fresh_for_seconds, fresh_assumed, min, max,
	decimals, rank, visible_to, definition, origin,
	CASE WHEN target IS NOT NULL THEN jsonb_build_object('value', target, 'by', to_char(target_by, 'YYYY-MM-DD'), 'source', target_source) END AS target FROM indicators ORDER BY rank = 0, rank, slug`
	thresholdsQuery = `SELECT indicator, level, above, value, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on, area_code
	FROM thresholds ORDER BY indicator, value`
)

func readIndicators(ctx context.Context, tx pgx.Tx) ([]city.Indicator, error) {
	got, err := tx.Query(ctx, indicatorsQuery)
	if err != nil {
		return nil, err
	}
	// Lax: the thresholds are rows of their own, read below.
	out, err := pgx.CollectRows(got, pgx.RowToStructByNameLax[city.Indicator])
	if err != nil {
		return nil, err
	}
	type limit struct {
		Indicator string
		city.Threshold
	}
	limits, err := rowsOf[limit](ctx, tx, thresholdsQuery)
	if err != nil {
		return nil, err
	}
	of := map[string][]city.Threshold{}
	for _, l := range limits {
		of[l.Indicator] = append(of[l.Indicator], l.Threshold)
	}
	for n := range out {
		out[n].Thresholds = append([]city.Threshold{}, of[out[n].Slug]...)
	}
	return out, nil
}

// Indicators returns the declarations the asker may see, tiles first.
func (s *Store) Indicators(ctx context.Context, asker city.Asker) (out []city.Indicator, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		all, err := readIndicators(ctx, tx)
		for _, i := range all {
			if i.MayBeSeenBy(asker.Role) {
				out = append(out, i)
			}
		}
		return err
	})
	return out, err
}

// OfficeID finds an office by short name, name or alias.
func (s *Store) OfficeID(ctx context.Context, name string) (int64, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	if id := cat.officeID(name); id != 0 {
		return id, nil
	}
	return 0, city.InvalidField("office", "there is no office %q", name)
}
