package main

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/pattern"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

const (
	// Days of history from which habits are learned.
	habitDays = 180
	// An area's silence is judged over four weeks against what came before.
	silentDays, silentPast, silentLeastPast = 28, 152, 56
	// A source that brought so much of an area's reports blinds it when it fails.
	blindShare, blindDays = 0.2, 60
	// At most so many alerts of one day.
	unusualAlerts = 6
)

// seriesKey names one series: area "" is the whole city, category "" all.
type seriesKey struct{ area, category string }

// unusualDays judges yesterday, the last whole day, and the slow rises up to
// it: the city, its kecamatan and kelurahan, by category where counts allow.
func (g *patternGround) unusualDays(ctx context.Context) error {
	last := g.today.AddDate(0, 0, -1)
	rows, err := g.db.DayCounts(ctx, last.AddDate(0, 0, -habitDays), last)
	if err != nil {
		return err
	}
	rain, err := g.db.DailyRain(ctx, last.AddDate(0, 0, -habitDays-1), g.now)
	if err != nil {
		return err
	}
	var found []city.Pattern
	if len(rows) > 0 {
		found = g.unusual(rows, rain, last)
	}
	if err := g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternAnomaly, city.PatternDrift}, found); err != nil {
		return err
	}
	var alerts []city.Alert
	for _, p := range found {
		if p.Alerted {
			alerts = append(alerts, p.Alert(city.AlertAnomaly))
		}
	}
	return g.db.RaiseAlerts(ctx, city.AlertAnomaly, alerts)
}

func (g *patternGround) unusual(rows []store.DayCount, rain []store.DayRain, last time.Time) (found []city.Pattern) {
	y, m, d := rows[0].Day.Date() // rows come by day
	first := time.Date(y, m, d, 0, 0, 0, 0, g.words.Location)
	length := dayOf(time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC), first) + 1
	keys, counts := g.series(rows, first, length)
	frame := g.frame(first, length, rain, counts[seriesKey{}])
	series := make([]pattern.Daily, len(keys))
	for i, k := range keys {
		series[i] = frame
		series[i].Counts = counts[k]
	}
	day := length - 1
	anomalies, _ := pattern.Anomalies(series, day)
	for _, a := range anomalies {
		p := g.unusualIn(keys[a.Series], city.PatternAnomaly, last, float64(a.Seen), a.Expected)
		p.P, p.Q = &a.P, &a.Q
		if a.Seen >= 20 && float64(a.Seen) >= 3*a.Expected {
			p.Severity = city.Siaga
		}
		g.words.WordAnomaly(&p, a.Limit, a.Rain, a.Holiday)
		found = append(found, p)
	}
	for _, r := range pattern.Drifts(series, day) {
		p := g.unusualIn(keys[r.Series], city.PatternDrift, last.AddDate(0, 0, 1-r.Days), float64(r.Seen), r.Expected)
		g.words.WordDrift(&p, r.Days)
		found = append(found, p)
	}
	g.chooseAlerts(found)
	return found
}

func (g *patternGround) unusualIn(k seriesKey, kind city.PatternKind, since time.Time, seen, expected float64) city.Pattern {
	area := cmp.Or(k.area, g.words.CityCode)
	return city.Pattern{
		Key: strings.Join([]string{string(kind), k.category, area}, ":"), Kind: kind, Severity: city.Perhatian, AreaCode: area, AreaCodes: []string{area},
		Category: k.category, Office: g.categories[k.category].Office, Since: since, Until: g.today, Seen: seen, Expected: expected, Simulated: g.simulated,
	}
}

// series adds the counts up: the city and each kecamatan by category and in
// all, each kelurahan in all. Keys come in a fixed order.
func (g *patternGround) series(rows []store.DayCount, first time.Time, length int) (keys []seriesKey, counts map[seriesKey][]int) {
	counts = map[seriesKey][]int{}
	add := func(k seriesKey, day, n int) {
		if counts[k] == nil {
			counts[k] = make([]int, length)
			keys = append(keys, k)
		}
		counts[k][day] += n
	}
	for _, r := range rows {
		day := dayOf(r.Day, first)
		if day < 0 || day >= length {
			continue
		}
		places := []string{""}
		switch level, _ := city.LevelOfCode(r.AreaCode); level {
		case city.Kelurahan:
			places = append(places, city.ParentCode(r.AreaCode))
			add(seriesKey{area: r.AreaCode}, day, r.Received)
		case city.Kecamatan:
			places = append(places, r.AreaCode)
		}
		for _, place := range places {
			add(seriesKey{area: place}, day, r.Received)
			if r.Category != "" {
				add(seriesKey{place, r.Category}, day, r.Received)
			}
		}
	}
	slices.SortFunc(keys, func(a, b seriesKey) int {
		return cmp.Or(cmp.Compare(a.area, b.area), cmp.Compare(a.category, b.category))
	})
	return keys, counts
}

// frame is what all series share: the calendar, the rain, and the days on
// which nothing at all came from a city that usually speaks, for then a source
// was away.
func (g *patternGround) frame(first time.Time, length int, rain []store.DayRain, all []int) pattern.Daily {
	out := pattern.Daily{Start: first, Holiday: make([]bool, length), Blind: make([]bool, length)}
	total := 0
	for _, n := range all {
		total += n
	}
	for i := range length {
		day := first.AddDate(0, 0, i)
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		out.Holiday[i] = !weekend && !g.calendar.Working(day)
		out.Blind[i] = all[i] == 0 && total >= 5*length
	}
	if len(rain) < 30 {
		return out
	}
	out.Rain = make([]float64, length)
	for i := range out.Rain {
		out.Rain[i] = math.NaN()
	}
	for _, r := range rain {
		if i := dayOf(r.Day, first); i >= 0 && i < length {
			out.Rain[i] = r.MM
		}
	}
	return out
}

// chooseAlerts marks the few that raise an alert: one matter shows in many
// series (the kelurahan, its kecamatan, the city, the category and all), and is
// told once, by the series that says most about it.
func (g *patternGround) chooseAlerts(found []city.Pattern) {
	order := make([]int, len(found))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rankOf(found[a]), rankOf(found[b])), cmp.Compare(found[b].Seen-found[b].Expected, found[a].Seen-found[a].Expected))
	})
	var chosen []city.Pattern
	for _, i := range order {
		if len(chosen) == unusualAlerts {
			return
		}
		p := &found[i]
		if !slices.ContainsFunc(chosen, func(o city.Pattern) bool { return tellsOf(o, *p) }) {
			p.Alerted = true
			chosen = append(chosen, *p)
		}
	}
}

// rankOf orders series: with a category before without, large areas first.
func rankOf(p city.Pattern) int {
	rank := strings.Count(p.AreaCode, ".")
	if p.Category == "" {
		rank += 10
	}
	return rank
}

func tellsOf(a, b city.Pattern) bool {
	place := city.Within(a.AreaCode, b.AreaCode) || city.Within(b.AreaCode, a.AreaCode)
	return place && (a.Category == b.Category || a.Category == "" || b.Category == "")
}

// silence looks for kelurahan that say far less than expected.
func (g *patternGround) silence(ctx context.Context) error {
	last := g.today.AddDate(0, 0, -1)
	rows, err := g.db.DayCounts(ctx, last.AddDate(0, 0, 1-silentDays-silentPast), last)
	if err != nil {
		return err
	}
	blind, err := g.blindAreas(ctx)
	if err != nil {
		return err
	}
	found := g.silent(rows, blind)
	var alerts []city.Alert
	for _, p := range found {
		if p.Alerted {
			alerts = append(alerts, p.Alert(city.AlertSilent))
		}
	}
	if err := g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternSilent}, found); err != nil {
		return err
	}
	return g.db.RaiseAlerts(ctx, city.AlertSilent, alerts)
}

func (g *patternGround) silent(rows []store.DayCount, blind map[string]bool) (found []city.Pattern) {
	begin := g.today.AddDate(0, 0, -silentDays-silentPast)
	if len(rows) == 0 {
		return nil
	}
	pastDays := silentPast - dayOf(rows[0].Day, begin) // rows come by day
	if pastDays < silentLeastPast {
		return nil
	}
	voices := make([]pattern.Voice, len(g.kelurahan))
	for i, a := range g.kelurahan {
		voices[i] = pattern.Voice{RecentDays: silentDays, PastDays: pastDays, People: a.Population, Blind: blind[a.Code]}
	}
	first := silentPast - pastDays
	days := make([][]int, len(voices))
	for i := range days {
		days[i] = make([]int, silentPast+silentDays)
	}
	bursty := burstyCategories(rows, begin)
	for _, r := range rows {
		if i, ok := g.position[r.AreaCode]; ok && !bursty[r.Category] {
			days[i][dayOf(r.Day, begin)] += r.Received
		}
	}
	for i := range voices {
		voices[i].Past, voices[i].Recent = pattern.Steady(days[i][first:], silentDays)
	}
	for _, s := range pattern.Silent(voices, pattern.Neighbours(g.kelurahan)) {
		code := g.kelurahan[s.Area].Code
		days := silentDays
		if s.Basis == pattern.AgainstNeighbours {
			days += pastDays
		}
		p := city.Pattern{
			Key: "silent:" + code, Kind: city.PatternSilent, Severity: city.Info, AreaCode: code, AreaCodes: []string{code},
			Since: g.today.AddDate(0, 0, -days), Until: g.today, Seen: float64(s.Seen), Expected: s.Expected, P: &s.P, Q: &s.Q, Simulated: g.simulated,
		}
		if s.Basis == pattern.AgainstPast { // the other is as it always was: a matter for a meeting, not for today
			p.Severity, p.Alerted = city.Perhatian, true
		}
		g.words.WordSilence(&p, days, string(s.Basis))
		found = append(found, p)
	}
	return found
}

// burstyCategories are those whose reports come in bursts.
func burstyCategories(rows []store.DayCount, begin time.Time) map[string]bool {
	byDay := map[string][]int{}
	first := dayOf(rows[0].Day, begin) // rows come by day
	for _, r := range rows {
		if byDay[r.Category] == nil {
			byDay[r.Category] = make([]int, silentPast+silentDays-first)
		}
		byDay[r.Category][dayOf(r.Day, begin)-first] += r.Received
	}
	out := map[string]bool{}
	for slug, days := range byDay {
		out[slug] = pattern.Bursty(days)
	}
	return out
}

// blindAreas are the kelurahan of which a source that brings at least a fifth
// of their reports does not run now: no data is not silence.
func (g *patternGround) blindAreas(ctx context.Context) (map[string]bool, error) {
	healths, err := g.db.SourceHealths(ctx)
	if err != nil {
		return nil, err
	}
	down := map[string]bool{}
	for _, h := range healths {
		down[h.Slug] = h.Freshness == city.Stale || h.Freshness == city.Broken || h.Freshness == city.Paused
	}
	shares, err := g.db.SourceShares(ctx, g.now.AddDate(0, 0, -blindDays), g.now)
	if err != nil {
		return nil, err
	}
	all, lost := map[string]int{}, map[string]int{}
	for _, s := range shares {
		all[s.AreaCode] += s.Count
		if down[s.Source] {
			lost[s.AreaCode] += s.Count
		}
	}
	out := map[string]bool{}
	for code, n := range all {
		out[code] = float64(lost[code]) >= blindShare*float64(n)
	}
	// An area without any report of late is blind when any source of reports is
	// down: nobody can say whose its reports would have been.
	anyDown := slices.ContainsFunc(shares, func(s store.SourceShare) bool { return down[s.Source] })
	for _, a := range g.kelurahan {
		if all[a.Code] == 0 {
			out[a.Code] = anyDown
		}
	}
	return out, nil
}
