package main

import (
	"cmp"
	"context"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
	"balaikota/backend/store"

	"github.com/paulmach/orb"
)

const (
	// patternEvery is how often the watch looks whether something is due: the
	// scan at each new hour, the rest once a day.
	patternEvery = 10 * time.Minute
	// The scan: cases of four weeks, 24 scans a day.
	scanDays, scanLooks = 28, 24
	// The fewest days with reports before a scan says anything.
	scanLeastDays = 14
	// A bunch raises an alarm when accident would bring one as strong less than
	// once a year, and keeps it until it would be once in three months: figures
	// at the border would otherwise come and go with each hour.
	alertDays, keepDays = 365.0, 90.0
)

// patternWatch looks for patterns at their times.
type patternWatch struct {
	db  *database
	log *slog.Logger
	now func() time.Time

	mu      sync.Mutex
	scanned time.Time // the hour of the last scan
	daily   string    // the date of the last daily round
}

// watch does what is due. It is harmless to do it again: the same rows give
// the same patterns.
func (w *patternWatch) watch(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.db.patternGround(ctx, w.now())
	if err != nil || len(g.kelurahan) == 0 {
		return err
	}
	if hour := g.now.Truncate(time.Hour); !hour.Equal(w.scanned) {
		began := time.Now()
		if err := g.scan(ctx); err != nil {
			return err
		}
		w.scanned = hour
		w.log.Debug("Places and times were scanned for bunches", "took", time.Since(began))
	}
	// A day is judged an hour after its end, when its last reports are in.
	if date := g.local.Add(-time.Hour).Format(time.DateOnly); date != w.daily {
		began := time.Now()
		for _, round := range []func(context.Context) error{g.unusualDays, g.silence, g.campaigns, g.quotas, g.closings} {
			if err := round(ctx); err != nil {
				return err
			}
		}
		w.daily = date
		w.log.Debug("The day's patterns were looked for", "took", time.Since(began))
	}
	return nil
}

// patternGround is what all searches stand on.
type patternGround struct {
	db         *database
	now, local time.Time // the same moment; local in the city's zone
	today      time.Time // its midnight
	words      city.PatternWords
	calendar   city.Calendar
	areas      map[string]city.Area
	kelurahan  []city.Area
	position   map[string]int // of a kelurahan's code
	categories map[string]city.Category
	simulated  bool
}

func (d *database) patternGround(ctx context.Context, now time.Time) (*patternGround, error) {
	setting, err := d.Setting(ctx)
	if err != nil {
		return nil, err
	}
	clock, err := d.Clock(ctx)
	if err != nil {
		return nil, err
	}
	areas, err := d.Areas(ctx)
	if err != nil {
		return nil, err
	}
	categories, err := d.Categories(ctx)
	if err != nil {
		return nil, err
	}
	g := &patternGround{
		db: d, now: now, local: now.In(clock.Calendar.Location), today: clock.Calendar.DayStart(now), calendar: clock.Calendar,
		areas: map[string]city.Area{}, position: map[string]int{}, categories: map[string]city.Category{},
	}
	for _, a := range areas {
		g.areas[a.Code] = a
		if a.Level == city.Kelurahan {
			g.position[a.Code] = len(g.kelurahan)
			g.kelurahan = append(g.kelurahan, a)
		}
	}
	for _, c := range categories {
		g.categories[c.Slug] = c
	}
	g.words = city.PatternWords{
		Location: clock.Calendar.Location, ZoneLabel: setting.ZoneLabel, CityCode: setting.Code,
		AreaName: func(code string) string { return cmp.Or(g.areas[code].Name, code) },
		Category: func(slug string) city.Category { return g.categories[slug] },
	}
	g.simulated, err = d.simulated(ctx)
	return g, err
}

// dayOf is how many days a counted date lies after the day that begins at
// first.
func dayOf(date, first time.Time) int {
	y, m, d := first.Date()
	return int(date.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours()+12) / 24
}

// scan looks for bunches in place and time, up to now, and raises an alert for
// each that accident would bring less than once a year.
func (g *patternGround) scan(ctx context.Context) error {
	first := g.today.AddDate(0, 0, 1-scanDays)
	rows, err := g.db.DayCounts(ctx, first, g.now)
	if err != nil {
		return err
	}
	running, err := g.db.Patterns(ctx, city.System, city.PatternHotspot)
	if err != nil {
		return err
	}
	found := g.bunches(rows, first, running)
	alerts := make([]city.Alert, len(found))
	for i, p := range found {
		alerts[i] = p.Alert(city.AlertHotspot)
	}
	if err := g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternHotspot}, found); err != nil {
		return err
	}
	return g.db.RaiseAlerts(ctx, city.AlertHotspot, alerts)
}

// bunches scans each category and all together; a bunch of all that lies where
// one of a category does says nothing new and is left out.
func (g *patternGround) bunches(rows []store.DayCount, first time.Time, running []city.Pattern) (found []city.Pattern) {
	counts, spoken := g.matrices(rows, first)
	if spoken < scanLeastDays {
		return nil
	}
	slugs := make([]string, 0, len(counts))
	for slug := range counts {
		slugs = append(slugs, slug)
	}
	// Categories by name, all together last.
	slices.SortFunc(slugs, func(a, b string) int {
		return cmp.Or(cmp.Compare(b2i(a == ""), b2i(b == "")), cmp.Compare(a, b))
	})
	points := make([]orb.Point, len(g.kelurahan))
	for i, a := range g.kelurahan {
		points[i] = a.Label
	}
	for _, slug := range slugs {
		seed := fnv.New64a()
		_, _ = seed.Write([]byte(g.today.Format(time.DateOnly) + slug)) // a hash takes everything
		clusters := pattern.Scan(points, counts[slug], pattern.ScanSettings{Seed: seed.Sum64(), Looks: float64(scanLooks * len(slugs))})
		for _, c := range clusters {
			if p, ok := g.bunch(slug, c, running); ok && (slug != "" || !overlapsAny(p, found)) {
				found = append(found, p)
			}
		}
	}
	return found
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// matrices are the counts by category, kelurahan and day; "" is all together.
// spoken is on how many days anything was reported.
func (g *patternGround) matrices(rows []store.DayCount, first time.Time) (counts map[string][][]int, spoken int) {
	counts = map[string][][]int{}
	days := map[int]bool{}
	for _, r := range rows {
		z, ok := g.position[r.AreaCode]
		d := dayOf(r.Day, first)
		if !ok || d < 0 || d >= scanDays {
			continue
		}
		days[d] = true
		for _, slug := range []string{r.Category, ""} {
			m := counts[slug]
			if m == nil {
				m = make([][]int, len(g.kelurahan))
				flat := make([]int, len(m)*scanDays)
				for i := range m {
					m[i] = flat[i*scanDays : (i+1)*scanDays]
				}
				counts[slug] = m
			}
			m[z][d] += r.Received
			if slug == "" {
				break // a report without category counts once
			}
		}
	}
	return counts, len(days)
}

func overlapsAny(p city.Pattern, others []city.Pattern) bool {
	return slices.ContainsFunc(others, func(o city.Pattern) bool { return overlaps(p, o) })
}

func overlaps(a, b city.Pattern) bool {
	return slices.ContainsFunc(a.AreaCodes, func(code string) bool { return slices.Contains(b.AreaCodes, code) })
}

// bunch words a cluster, or says that it is too weak. One that goes on, though
// its middle moves from hour to hour, keeps its key.
func (g *patternGround) bunch(slug string, c pattern.Cluster, running []city.Pattern) (city.Pattern, bool) {
	centre := g.kelurahan[c.Centre].Code
	p := city.Pattern{
		Key: strings.Join([]string{"hotspot", slug, centre}, ":"), Kind: city.PatternHotspot, Severity: city.Perhatian, AreaCode: centre,
		Category: slug, Office: g.categories[slug].Office, Since: g.today.AddDate(0, 0, 1-c.Days), Until: g.now,
		Seen: float64(c.Observed), Expected: c.Expected, P: &c.P, Recurrence: &c.Recurrence, Alerted: true, Simulated: g.simulated,
	}
	for _, z := range c.Zones {
		p.AreaCodes = append(p.AreaCodes, g.kelurahan[z].Code)
	}
	before := slices.IndexFunc(running, func(o city.Pattern) bool { return o.Category == slug && overlaps(p, o) })
	if c.Recurrence <= alertDays && (before < 0 || c.Recurrence <= keepDays) {
		return p, false
	}
	if before >= 0 {
		p.Key = running[before].Key
	}
	if c.Recurrence > 10*alertDays && c.Observed >= 20 && p.Seen >= 3*p.Expected {
		p.Severity = city.Siaga
	}
	g.words.WordHotspot(&p, c.Days, g.now)
	return p, true
}
