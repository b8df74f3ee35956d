package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// counted is a report as the test itself counts it.
type counted struct {
	created                time.Time
	responded, closed, due *time.Time
	area, category, office string
	channel, status        string
}

const countedQuery = `SELECT r.created_at AS created, r.responded_at AS responded, r.closed_at AS closed, r.due_at AS due, r.area_code AS area,
	coalesce(r.category, '') AS category, coalesce(o.short_name, '') AS office, r.channel, r.status
	FROM reports r LEFT JOIN offices o ON o.id = r.office_id WHERE r.removed_at IS NULL`

func (f *fixture) counted(t *testing.T) (out []counted) {
	t.Helper()
	rows, err := f.sql.Query(t.Context(), countedQuery)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c counted
		if err := rows.Scan(&c.created, &c.responded, &c.closed, &c.due, &c.area, &c.category, &c.office, &c.channel, &c.status); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// openThen, statusThen: what was known of the report at a moment.
func (c counted) openThen(at time.Time) bool {
	if !c.created.Before(at) || c.status == "rejected" {
		return false
	}
	if c.closed != nil {
		return !c.closed.Before(at)
	}
	return c.status == "open" || c.status == "in_progress"
}

func (c counted) statusThen(at time.Time) string {
	answered := c.responded != nil && !c.responded.After(at)
	switch {
	case c.status == "rejected":
		return "rejected"
	case c.closed != nil && c.closed.Before(at), c.closed == nil && c.status == "closed":
		return "closed"
	case c.closed != nil && answered:
		return "in_progress"
	case c.closed != nil:
		return "open"
	case c.status == "in_progress" && c.responded != nil && !answered:
		return "open"
	}
	return c.status
}

func (c counted) fits(q city.MeasureQuery, at time.Time) bool {
	return (q.Category == "" || q.Category == c.category) && (q.Office == "" || q.Office == c.office) &&
		(q.Channel == "" || q.Channel == c.channel) && (q.Status == "" || q.Status == c.statusThen(at))
}

func (c counted) key(by city.Dimension, at time.Time) string {
	part := func(n int) string {
		if parts := strings.Split(c.area, "."); len(parts) >= n {
			return strings.Join(parts[:n], ".")
		}
		return ""
	}
	switch by {
	case city.ByKecamatan:
		return part(3)
	case city.ByKelurahan:
		return part(4)
	case city.ByCategory:
		return c.category
	case city.ByOffice:
		return c.office
	case city.ByChannel:
		return c.channel
	case city.ByStatus:
		return c.statusThen(at)
	}
	return ""
}

// byHand is a second computation of a measure for one key ("" with by none),
// straight from its definition.
func byHand(all []counted, q city.MeasureQuery, by city.Dimension, key string, from, to, at time.Time) (value *float64, n int) {
	in := func(t *time.Time) bool { return t != nil && !t.Before(from) && t.Before(to) }
	moment := at
	if m, _ := city.MeasureBySlug(q.Measure); m.Moment {
		moment = to
	}
	var hits, of int
	var hours []float64
	for _, c := range all {
		if q.Area != "" && q.Area != storetest.CityCode && !city.Within(c.area, q.Area) {
			continue
		}
		mine := by == city.ByNothing || c.key(by, at) == key
		fits := c.fits(q, moment)
		if q.Measure == city.MeasureShare {
			if in(&c.created) && (mine || (by != city.ByKecamatan && by != city.ByKelurahan)) {
				of++
				if fits && mine {
					hits++
				}
			}
			continue
		}
		if !mine || !fits {
			continue
		}
		switch q.Measure {
		case city.MeasureReceived:
			if in(&c.created) {
				hits++
			}
		case city.MeasureClosed:
			if in(c.closed) {
				hits++
			}
		case city.MeasureOpen:
			if c.openThen(to) {
				hits++
			}
		case city.MeasureOverdue:
			if c.openThen(to) && c.due != nil && !c.due.After(to) {
				hits++
			}
		case city.MeasureOnTime:
			if in(c.closed) && c.due != nil {
				of++
				if c.closed.Before(*c.due) {
					hits++
				}
			}
		case city.MeasureResponse:
			if in(&c.created) && c.responded != nil && !c.responded.After(at) {
				hours = append(hours, c.responded.Sub(c.created).Hours())
			}
		case city.MeasureClosing:
			if in(c.closed) {
				hours = append(hours, c.closed.Sub(c.created).Hours())
			}
		}
	}
	switch q.Measure {
	case city.MeasureShare, city.MeasureOnTime:
		if of == 0 {
			return nil, 0
		}
		return new(100 * float64(hits) / float64(of)), of
	case city.MeasureResponse, city.MeasureClosing:
		slices.Sort(hours)
		if n = len(hours); n == 0 {
			return nil, 0
		}
		return new((hours[(n-1)/2] + hours[n/2]) / 2), n
	}
	return new(float64(hits)), hits
}

var measuredOffices = []string{"DPUPR", "DLH", "Dishub"}

// randomReports are reports of four months, of every kind a source may bring.
func randomReports(r *rand.Rand, n int) []city.Report {
	areas := []string{"", storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih, "64.72.03.1002", storetest.Lempake, "64.72.05.1001", "64.72.01.1001"}
	categories := []string{"", "jalan-rusak", "sampah", "lampu-jalan", "banjir-drainase"}
	begin := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	return storetest.Reports("acak", n, func(rep *city.Report) {
		rep.CreatedAt = begin.Add(time.Duration(r.Int64N(int64(120 * 24 * time.Hour)))).Truncate(time.Microsecond)
		if r.IntN(10) == 0 { // on a day's edge
			rep.CreatedAt = rep.CreatedAt.Truncate(24 * time.Hour).Add(16 * time.Hour)
		}
		rep.StatedArea, rep.Category = areas[r.IntN(len(areas))], categories[r.IntN(len(categories))]
		rep.Channel = []string{"web", "whatsapp", "call-112"}[r.IntN(3)]
		if r.IntN(3) == 0 {
			rep.Office = measuredOffices[r.IntN(len(measuredOffices))]
		}
		if r.IntN(4) > 0 {
			rep.RespondedAt = new(rep.CreatedAt.Add(time.Duration(r.Int64N(int64(72 * time.Hour)))).Truncate(time.Microsecond))
		}
		rep.Status = city.ReportStatuses[r.IntN(4)]
		if rep.Status == city.Closed && r.IntN(8) > 0 {
			rep.ClosedAt = new(rep.CreatedAt.Add(time.Duration(r.Int64N(int64(30 * 24 * time.Hour)))).Truncate(time.Microsecond))
		}
	})
}

var measuresOfReports = []string{
	city.MeasureReceived, city.MeasureClosed, city.MeasureOpen, city.MeasureOverdue, city.MeasureResponse, city.MeasureClosing, city.MeasureShare, city.MeasureOnTime,
}

func anyOf[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomQuery(r *rand.Rand) city.MeasureQuery {
	q := city.MeasureQuery{
		Measure: anyOf(r, measuresOfReports...),
		Area:    anyOf(r, "", "", storetest.CityCode, storetest.SamarindaUlu, storetest.AirPutih, "64.72.05", "64.72.02"),
		Period: anyOf(r, "", "hari_ini", "kemarin", "minggu_ini", "bulan_ini", "bulan_lalu", "triwulan_ini", "tahun_ini", "36_jam_terakhir", "30_hari_terakhir",
			"2026-02", "2026-01-20..2026-03-05", "2026-03-09"),
		By: anyOf(r, city.ByNothing, city.ByNothing, city.ByKecamatan, city.ByKelurahan, city.ByCategory, city.ByOffice, city.ByChannel, city.ByStatus, city.ByDay, city.ByWeek, city.ByMonth),
	}
	if r.IntN(3) == 0 {
		q.Category = anyOf(r, "jalan-rusak", "sampah", "lampu-jalan")
	}
	if r.IntN(5) == 0 {
		q.Office = anyOf(r, measuredOffices...)
	}
	if r.IntN(6) == 0 {
		q.Channel = anyOf(r, "web", "whatsapp", "tidak-ada")
	}
	if r.IntN(6) == 0 {
		q.Status = anyOf(r, "open", "in_progress", "closed", "rejected")
	}
	return q
}

// TestMeasuresEqualACountByHand asks at random, of reports as they are, after
// months were sealed, after sealed ones changed, and after they were sealed
// again, and counts each answer anew.
func TestMeasuresEqualACountByHand(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(4, 2026))
	reports := randomReports(r, 400)
	f.ingest(t, reports...)
	stages := []func(){
		func() {},
		func() { f.seal(t) },
		func() { f.changeSome(t, r, reports) },
		func() { f.seal(t) },
	}
	for stage, change := range stages {
		change()
		all := f.counted(t)
		for range 150 {
			at := time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(int64(130 * 24 * time.Hour))))
			f.askAndCount(t, fmt.Sprintf("stage %d", stage), all, randomQuery(r), at)
		}
	}
	equal(t, "stale segments in the end", one[int](t, f.sql, "SELECT count(*)::int FROM report_segments WHERE stale"), 0)
	equal(t, "reports in segments", one[int](t, f.sql, "SELECT sum(reports)::int FROM report_segments"),
		one[int](t, f.sql, "SELECT count(*)::int FROM reports WHERE removed_at IS NULL AND created_at < '2026-05-31T16:00:00Z'"))
}

func (f *fixture) seal(t *testing.T) {
	t.Helper()
	if n, err := f.SealReports(t.Context()); err != nil || n == 0 {
		t.Fatalf("%d segments, %v", n, err)
	}
	if n, err := f.SealReports(t.Context()); err != nil || n != 0 {
		t.Fatalf("sealing twice writes %d segments, %v", n, err)
	}
}

// changeSome closes, moves, removes and adds reports of sealed months.
func (f *fixture) changeSome(t *testing.T, r *rand.Rand, reports []city.Report) {
	t.Helper()
	changed := slices.Clone(reports[:60])
	for i := range changed {
		changed[i].UpdatedAt = f.clock.now
		switch i % 3 {
		case 0:
			changed[i].Status, changed[i].ClosedAt = city.Closed, new(changed[i].CreatedAt.Add(5*24*time.Hour))
		case 1:
			changed[i].StatedArea, changed[i].Category = storetest.Lempake, "sampah"
		case 2:
			changed[i].CreatedAt, changed[i].RespondedAt, changed[i].ClosedAt, changed[i].Status = changed[i].CreatedAt.AddDate(0, 1, 0), nil, nil, city.Open
		}
	}
	f.ingest(t, changed...)
	late := randomReports(r, 30)
	for i := range late {
		late[i].ExternalID = fmt.Sprintf("susulan-%d", i)
	}
	f.ingest(t, late...)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Removed: []string{"acak-70", "acak-71", "acak-72"}})
	if one[int](t, f.sql, "SELECT count(*)::int FROM report_segments WHERE stale") == 0 {
		t.Fatal("no segment is stale after its reports changed")
	}
}

func (f *fixture) askAndCount(t *testing.T, where string, all []counted, q city.MeasureQuery, at time.Time) {
	t.Helper()
	m, _ := city.MeasureBySlug(q.Measure)
	got, err := f.Measure(t.Context(), city.Asker{Role: city.WaliKota}, at, q)
	shareOfNothing := q.Measure == city.MeasureShare && q.Category+q.Office+q.Channel+q.Status == "" && !slices.Contains([]city.Dimension{city.ByCategory, city.ByOffice, city.ByChannel, city.ByStatus}, q.By)
	smallBy := q.By == city.ByKecamatan && strings.Count(q.Area, ".") == 3
	if !m.Divides(q.By) || shareOfNothing || smallBy {
		if city.CodeOf(err) != city.Invalid {
			t.Fatalf("%s: %+v at %s: %v", where, q, at, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: %+v at %s: %v", where, q, at, err)
	}
	out := got[0]
	if out.Missing != city.NotMissing {
		if out.Missing == city.NoObservation || len(out.Rows) != 1 || out.Rows[0].Value != nil {
			t.Errorf("%s: %+v at %s: %+v", where, q, at, out)
		}
		return
	}
	check := func(row city.MeasureRow, by city.Dimension, from, to time.Time) {
		t.Helper()
		want, n := byHand(all, q, by, row.Key, from, to, at)
		switch {
		case row.Value == nil && q.By.Times() && n == 0: // nothing is held of that step
		case (row.Value == nil) != (want == nil), row.Value != nil && math.Abs(*row.Value-*want) > 1e-9, row.N != n:
			t.Errorf("%s: %+v at %s: %+v (%v), want %v of %d", where, q, at, row, deref(row.Value), deref(want), n)
		}
	}
	sum := 0
	for _, row := range out.Rows {
		from, to := out.Period.From, out.Period.To
		if q.By.Times() {
			from, to = stepOf(t, q.By, row.Key, out.Period)
			check(row, city.ByNothing, from, to)
		} else {
			check(row, q.By, from, to)
		}
		sum += row.N
	}
	if q.By != city.ByNothing {
		whole := *out.Whole
		check(whole, city.ByNothing, out.Period.From, out.Period.To)
		if m.Additive && sum != whole.N {
			t.Errorf("%s: %+v at %s: the rows add up to %d, the whole is %d", where, q, at, sum, whole.N)
		}
		checkOrder(t, q, out.Rows)
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// stepOf is a step's stretch, cut to the period, from its key.
func stepOf(t *testing.T, by city.Dimension, key string, p city.Period) (from, to time.Time) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	form := time.DateOnly
	if by == city.ByMonth {
		form = "2006-01"
	}
	if from, err = time.ParseInLocation(form, key, zone); err != nil {
		t.Fatal(err)
	}
	to = map[city.Dimension]time.Time{city.ByDay: from.AddDate(0, 0, 1), city.ByWeek: from.AddDate(0, 0, 7), city.ByMonth: from.AddDate(0, 1, 0)}[by]
	if by == city.ByWeek && from.Weekday() != time.Monday {
		t.Errorf("the week %s begins on a %s", key, from.Weekday())
	}
	if from.Before(p.From) {
		from = p.From
	}
	if to.After(p.To) {
		to = p.To
	}
	return from, to
}

func checkOrder(t *testing.T, q city.MeasureQuery, rows []city.MeasureRow) {
	t.Helper()
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		switch {
		case a.Label == "" || b.Label == "":
			t.Errorf("%+v: a row has no label", q)
		case q.By.Times() && a.Key >= b.Key:
			t.Errorf("%+v: step %s comes before %s", q, a.Key, b.Key)
		case !q.By.Times() && b.Key != "" && (a.Key == "" || (a.Value == nil && b.Value != nil) || (a.Value != nil && b.Value != nil && *a.Value < *b.Value)):
			t.Errorf("%+v: %+v comes before %+v", q, a, b)
		}
	}
	if q.By == city.ByKelurahan && q.Area == "" && len(rows) < 59 {
		t.Errorf("%+v: %d kelurahan", q, len(rows))
	}
}

func TestMeasuresKeepToTheAskersRights(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	f.clock.now = time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC)
	officeName := one[string](t, f.sql, "SELECT short_name FROM offices WHERE id = $1", office)
	received := func(change ...func(*city.MeasureQuery)) city.MeasureQuery {
		q := city.MeasureQuery{Measure: city.MeasureReceived}
		for _, c := range change {
			c(&q)
		}
		return q
	}
	area := func(code string) func(*city.MeasureQuery) { return func(q *city.MeasureQuery) { q.Area = code } }
	of := func(name string) func(*city.MeasureQuery) { return func(q *city.MeasureQuery) { q.Office = name } }
	mayor, camat := city.Asker{Role: city.WaliKota}, city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}
	lurah, head := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, city.Asker{Role: city.KepalaOPD, OfficeID: office}
	for round := range 2 {
		for _, c := range []struct {
			name  string
			asker city.Asker
			q     city.MeasureQuery
			want  float64 // -1: refused
		}{
			{"mayor", mayor, received(), 21},
			{"auditor", city.Asker{Role: city.Auditor}, received(area(storetest.SamarindaUlu)), 9},
			{"system", city.System, received(), 21},
			{"camat", camat, received(), 9},
			{"camat, kelurahan", camat, received(area(storetest.AirPutih)), 3},
			{"camat, other", camat, received(area(storetest.Lempake)), -1},
			{"camat, city", camat, received(area(storetest.CityCode)), -1},
			{"camat, office", camat, received(of(officeName)), 3},
			{"lurah", lurah, received(), 3},
			{"lurah, kecamatan", lurah, received(area(storetest.SamarindaUlu)), -1},
			{"head", head, received(), 7},
			{"head, area", head, received(area(storetest.SamarindaUlu)), 3},
			{"head, own", head, received(of(strings.ToLower(officeName))), 7},
			{"head, other", head, received(of("DPUPR")), -1},
			{"public", city.Asker{Role: city.Publik}, received(), -1},
			{"nobody", city.Asker{}, received(), -1},
			{"camat of nowhere", city.Asker{Role: city.Camat}, received(), -1},
			{"head of nothing", city.Asker{Role: city.KepalaOPD}, received(), -1},
			{"mayor, secret", mayor, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rahasia"}, 1},
			{"lurah, secret", lurah, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: "rahasia"}, -1},
			{"lurah, dam", lurah, city.MeasureQuery{Measure: city.MeasureLatest, Indicator: dam}, 8},
		} {
			got, err := f.Measure(t.Context(), c.asker, f.clock.now, c.q)
			switch {
			case c.want < 0 && (city.CodeOf(err) != city.Forbidden || got != nil):
				t.Errorf("%s, round %d: %+v, %v", c.name, round, got, err)
			case c.want >= 0 && (err != nil || len(got) != 1 || got[0].Rows[0].Value == nil || *got[0].Rows[0].Value != c.want):
				t.Errorf("%s, round %d: %+v, %v; want %v", c.name, round, got, err, c.want)
			}
		}
		f.seal2(t)
	}
	got, err := f.Measure(t.Context(), camat, f.clock.now, received())
	if err != nil || got[0].Query.Area != storetest.SamarindaUlu {
		t.Errorf("the camat's measurement does not say that it is of the own area: %+v, %v", got, err)
	}
	got, err = f.Measure(t.Context(), head, f.clock.now, city.MeasureQuery{Measure: city.MeasureShare, By: city.ByCategory})
	if err != nil || got[0].Query.Office != officeName || got[0].Whole.N != 7 {
		t.Errorf("the head's share: %+v, %v", got, err)
	}
}

// seal2 seals, whether or not there is anything to seal.
func (f *fixture) seal2(t *testing.T) {
	t.Helper()
	if _, err := f.SealReports(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTheSecondWallStandsBehindMeasures(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	f.clock.now = time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC)
	f.seal2(t)
	app := storetest.Connect(t, f.db.AppURL)
	for settings, want := range map[string]int64{
		store.AskerSettings(city.Asker{Role: city.WaliKota}, ""):                                21,
		store.AskerSettings(city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, ""): 9,
		store.AskerSettings(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, ""):     3,
		store.AskerSettings(city.Asker{Role: city.KepalaOPD, OfficeID: office}, ""):             7,
		store.AskerSettings(city.Asker{Role: city.Publik}, ""):                                  0,
		store.AskerSettings(city.Asker{}, ""):                                                   0,
	} {
		n, err := as(t, app, settings, "SELECT FROM report_segments s, generate_series(1, s.reports)")
		if err != nil || n != want {
			t.Errorf("%s: %d reports in segments, want %d: %v", settings, n, want, err)
		}
	}
	for _, sql := range []string{"UPDATE report_segments SET stale = false", "DELETE FROM report_sealed_months", "INSERT INTO report_sealed_months VALUES ('2026-01-01')"} {
		if _, err := as(t, app, store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), sql); !denied(err) {
			t.Errorf("a reader may %s: %v", sql, err)
		}
	}
}

func TestWhatDoesNotHoldTogetherIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	one := 1.0
	for field, qs := range map[string][]city.MeasureQuery{
		"measure":   {{}, {Measure: "laporan"}},
		"indicator": {{Measure: city.MeasureLatest}, {Measure: city.MeasureMean, Indicator: "tidak-ada"}, {Measure: city.MeasureReceived, Indicator: dam}},
		"area":      {{Measure: city.MeasureReceived, Area: "64.72.99"}, {Measure: city.MeasureReceived, Area: "Palaran"}, {Measure: city.MeasureLatest, Indicator: dam, Area: "31.71"}},
		"category":  {{Measure: city.MeasureReceived, Category: "x"}, {Measure: city.MeasureLatest, Indicator: dam, Category: "sampah"}, {Measure: city.MeasureShare}},
		"office":    {{Measure: city.MeasureReceived, Office: "x"}, {Measure: city.MeasureLatest, Indicator: dam, Office: "DPUPR"}},
		"channel":   {{Measure: city.MeasureIncidents, Channel: "web"}, {Measure: city.MeasureLatest, Indicator: dam, Channel: "web"}},
		"status":    {{Measure: city.MeasureReceived, Status: "selesai"}, {Measure: city.MeasureIncidents, Status: "open"}},
		"period":    {{Measure: city.MeasureReceived, Period: "besok"}},
		"limit":     {{Measure: city.MeasureDaysAbove, Indicator: dam}, {Measure: city.MeasureMean, Indicator: dam, Limit: &one}, {Measure: city.MeasureOpen, Limit: &one}},
		"by": {
			{Measure: city.MeasureReceived, By: "rt"}, {Measure: city.MeasureOpen, By: city.ByStatus}, {Measure: city.MeasureLatest, Indicator: dam, By: city.ByKecamatan},
			{Measure: city.MeasureReceived, Area: storetest.AirPutih, By: city.ByKecamatan}, {Measure: city.MeasureDaysAbove, Indicator: dam, Limit: &one, By: city.ByDay},
		},
	} {
		for _, q := range qs {
			got, err := f.Measure(t.Context(), city.Asker{Role: city.WaliKota}, noon, q)
			e, ok := err.(*city.Error) //nolint:errorlint // handed on as it is
			if !ok || e.Code != city.Invalid || e.Field != field || got != nil {
				t.Errorf("%+v: %v, want a complaint about %s", q, err, field)
			}
		}
	}
}
