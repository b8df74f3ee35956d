package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"
)

// catalogue is what ingest looks up for every row: small, read often, changed
// rarely. It is read anew at most every catalogueAge, and at once after a
// change by this process.
type catalogue struct {
	cityCode   string
	cityName   string
	location   *time.Location
	zoneLabel  string
	calendar   city.Calendar
	clock      city.Clock
	areas      map[string]string // code → name
	offices    map[string]int64  // folded short name, name or alias → id
	officeName map[int64]string  // id → short name
	officeArea map[int64]string  // id → area of a kecamatan's or kelurahan's office
	categories map[string]categoryRow
	indicators map[string]city.Indicator
	sources    map[int64]sourceName
	quality    map[string]map[city.QualityKind]city.QualityRule // by indicator: what holds today
	readAt     time.Time
}

type categoryRow struct {
	Slug     string
	Name     string
	OfficeID int64
	Days     int
}

type sourceName struct {
	Slug      string
	Name      string
	Simulated bool
}

const catalogueAge = 5 * time.Second

type catalogueCache struct {
	mu      sync.Mutex
	now     *catalogue
	changes int // how often it was forgotten
	reading singleflight.Group
}

// forgetCatalogue makes the next look-up read the catalogue anew.
func (s *Store) forgetCatalogue() {
	s.catalogue.mu.Lock()
	s.catalogue.now = nil
	s.catalogue.changes++
	s.catalogue.mu.Unlock()
}

// currentCatalogue returns the catalogue, at most catalogueAge old. However
// many ask at once, one reads, and nobody waits longer than its own context.
func (s *Store) currentCatalogue(ctx context.Context) (*catalogue, error) {
	s.catalogue.mu.Lock()
	c, changes := s.catalogue.now, s.catalogue.changes
	s.catalogue.mu.Unlock()
	if c != nil && time.Since(c.readAt) < catalogueAge {
		return c, nil
	}
	// Who asks after a change must not be given what was read before it.
	result := s.catalogue.reading.DoChan(strconv.Itoa(changes), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), catalogueAge)
		defer cancel()
		return s.refreshCatalogue(ctx, changes)
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("read the catalogue: %w", ctx.Err())
	case r := <-result:
		if r.Err != nil {
			return nil, fmt.Errorf("read the catalogue: %w", r.Err)
		}
		return r.Val.(*catalogue), nil
	}
}

func (s *Store) refreshCatalogue(ctx context.Context, changes int) (c *catalogue, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		c, err = readCatalogue(ctx, tx)
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, unavailable(err)
		}
		return nil, err
	}
	s.catalogue.mu.Lock()
	defer s.catalogue.mu.Unlock()
	if s.catalogue.changes == changes {
		s.catalogue.now = c
	}
	return c, nil
}

func readCatalogue(ctx context.Context, tx pgx.Tx) (*catalogue, error) {
	c := &catalogue{
		areas: map[string]string{}, offices: map[string]int64{}, officeName: map[int64]string{}, officeArea: map[int64]string{},
		categories: map[string]categoryRow{}, indicators: map[string]city.Indicator{}, sources: map[int64]sourceName{},
		readAt: time.Now(),
	}
	setting, err := readSetting(ctx, tx)
	if err != nil {
		return nil, err
	}
	c.cityCode, c.cityName, c.zoneLabel = setting.Code, setting.Name, setting.ZoneLabel
	if c.location, err = time.LoadLocation(setting.Timezone); err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	holidays, err := column[time.Time](ctx, tx, "SELECT date FROM holidays")
	if err != nil {
		return nil, err
	}
	c.calendar = city.Calendar{Location: c.location, Holidays: map[string]bool{}}
	for _, d := range holidays {
		c.calendar.Holidays[d.Format(time.DateOnly)] = true
	}
	if err := each(ctx, tx, "SELECT code, name FROM areas", func(code, name string) { c.areas[code] = name }); err != nil {
		return nil, err
	}
	offices, err := readOffices(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, o := range offices {
		c.officeName[o.ID], c.officeArea[o.ID] = o.ShortName, o.AreaCode
		for _, n := range append([]string{o.Name, o.ShortName}, o.Aliases...) {
			c.offices[fold(n)] = o.ID
		}
	}
	return c, c.readRest(ctx, tx)
}

func (c *catalogue) readRest(ctx context.Context, tx pgx.Tx) error {
	rows, err := rowsOf[categoryRow](ctx, tx, "SELECT slug, name, office_id, working_days_to_close AS days FROM categories")
	if err != nil {
		return err
	}
	for _, r := range rows {
		c.categories[r.Slug] = r
	}
	norms, err := readNorms(ctx, tx)
	if err != nil {
		return err
	}
	c.clock = city.Clock{Calendar: c.calendar, Norms: norms}
	indicators, err := readIndicators(ctx, tx)
	if err != nil {
		return err
	}
	for _, i := range indicators {
		c.indicators[i.Slug] = i
	}
	rules, err := readQualityRules(ctx, tx)
	if err != nil {
		return err
	}
	c.quality = map[string]map[city.QualityKind]city.QualityRule{}
	today := time.Now().In(c.location).Format(time.DateOnly)
	for _, i := range indicators {
		c.quality[i.Slug] = city.QualityRulesOf(rules, i, today)
	}
	names, err := rowsOf[struct {
		ID int64
		sourceName
	}](ctx, tx, "SELECT id, slug, name, simulated FROM sources")
	if err != nil {
		return err
	}
	for _, n := range names {
		c.sources[n.ID] = n.sourceName
	}
	return nil
}

// officeID finds an office by short name, name or alias; 0 when unknown.
func (c *catalogue) officeID(name string) int64 { return c.offices[fold(name)] }

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// rowsOf collects a query's rows into structs by column name.
func rowsOf[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// column collects a query's only column.
func column[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// each calls fn with a query's two columns for every row.
func each[A, B any](ctx context.Context, tx pgx.Tx, sql string, fn func(A, B)) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	var a A
	var b B
	_, err = pgx.ForEachRow(rows, []any{&a, &b}, func() error { fn(a, b); return nil })
	return err
}
