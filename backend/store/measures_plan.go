package store

import (
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// measurePlan is a query that holds together and that its asker may ask.
type measurePlan struct {
	query     city.MeasureQuery // as understood: own area or office, an indicator's area
	measure   city.Measure
	indicator city.Indicator
	unit      string
	decimals  int
	period    city.Period
	at        time.Time
	area      string // "" for the whole city
	office    int64
	bound     bool   // to the office, which is the asker's own
	steps     []step // of a dimension of time
	cut       bool   // steps were left out before the first
	cat       *catalogue
}

// step is one row of a dimension of time: [from, to) cut to the period.
type step struct {
	key, label string
	from, to   time.Time
}

// plan checks a query against the catalogue and the asker's rights.
func (c *catalogue) plan(asker city.Asker, at time.Time, q city.MeasureQuery) (*measurePlan, error) {
	p := &measurePlan{query: q, at: at, cat: c}
	var ok bool
	if p.measure, ok = city.MeasureBySlug(q.Measure); !ok {
		return nil, city.InvalidField("measure", "there is no measure %.60q", q.Measure)
	}
	p.unit, p.decimals = p.measure.Unit, p.measure.Decimals
	if !p.measure.Divides(q.By) {
		return nil, city.InvalidField("by", "%s cannot be divided by %.60q", q.Measure, q.By)
	}
	if err := p.readPeriod(); err != nil {
		return nil, err
	}
	var err error
	if p.measure.Of == city.OfIndicator {
		err = p.ofIndicator(asker)
	} else {
		err = p.ofReports(asker)
	}
	return p, err
}

func (p *measurePlan) readPeriod() (err error) {
	name := p.query.Period
	if name == "" {
		name = city.PeriodUntilNow
	}
	p.period, err = city.ParsePeriod(name, p.at, p.cat.location)
	return err
}

func forbidden(field, format string, args ...any) error {
	e := city.Errorf(city.Forbidden, format, args...)
	e.Field = field
	return e
}

// readArea checks the area; the city's own code is the whole city, like "".
func (p *measurePlan) readArea() error {
	p.area = p.query.Area
	if p.area == "" {
		return nil
	}
	if _, known := p.cat.areas[p.area]; !known {
		return city.InvalidField("area", "there is no area %.60q", p.area)
	}
	if !city.Within(p.area, p.cat.cityCode) {
		return city.InvalidField("area", "%s does not lie in this city", p.area)
	}
	if p.area == p.cat.cityCode {
		p.area = ""
	}
	level, _ := city.LevelOfCode(p.area)
	if p.query.By == city.ByKecamatan && level == city.Kelurahan {
		return city.InvalidField("by", "a kelurahan has no kecamatan in it")
	}
	return nil
}

func (p *measurePlan) ofReports(asker city.Asker) error {
	q := p.query
	switch {
	case q.Indicator != "":
		return city.InvalidField("indicator", "%s is measured on reports, not on an indicator", q.Measure)
	case q.Limit != nil:
		return city.InvalidField("limit", "%s has no limit", q.Measure)
	case q.Status != "" && !slices.Contains(city.ReportStatuses, city.ReportStatus(q.Status)):
		return city.InvalidField("status", "%.60q is no status; use open, in_progress, closed or rejected", q.Status)
	case q.Measure == city.MeasureIncidents && q.Channel != "":
		return city.InvalidField("channel", "incidents have no channel")
	case q.Measure == city.MeasureIncidents && q.Status != "":
		return city.InvalidField("status", "running incidents are not told apart by status")
	}
	if _, known := p.cat.categories[q.Category]; q.Category != "" && !known {
		return city.InvalidField("category", "there is no category %.60q", q.Category)
	}
	if q.Office != "" {
		if p.office = p.cat.officeID(q.Office); p.office == 0 {
			return city.InvalidField("office", "there is no office %.60q", q.Office)
		}
		p.query.Office = p.cat.officeName[p.office]
	}
	if q.Measure == city.MeasureShare && q.Category+q.Office+q.Channel+q.Status == "" && !slices.Contains([]city.Dimension{city.ByCategory, city.ByOffice, city.ByChannel, city.ByStatus}, q.By) {
		return city.InvalidField("category", "a share needs to know of what: name a category, office, channel or status, or divide by one of them")
	}
	if err := p.readArea(); err != nil {
		return err
	}
	return p.within(asker)
}

// within is the first wall: the asker's own area or office. The second is the
// tables' policies.
func (p *measurePlan) within(asker city.Asker) error {
	switch {
	case asker.Role.CityWide():
	case (asker.Role == city.Camat || asker.Role == city.Lurah) && asker.AreaCode != "":
		if p.query.Area == "" {
			p.area, p.query.Area = asker.AreaCode, asker.AreaCode
			return p.readArea()
		}
		if !city.Within(p.query.Area, asker.AreaCode) {
			return forbidden("area", "figures of reports are shown within the own area %s only", asker.AreaCode)
		}
	case asker.Role == city.KepalaOPD && asker.OfficeID != 0:
		if p.office == 0 {
			p.office, p.query.Office = asker.OfficeID, p.cat.officeName[asker.OfficeID]
		}
		if p.office != asker.OfficeID {
			return forbidden("office", "figures of reports are shown for the own office only")
		}
		p.bound = true
	default:
		return forbidden("measure", "figures of reports are not shown to this role")
	}
	return nil
}

// levels are what an indicator's grain is called in codes.
var grainLevels = map[string]city.Level{"city": city.Kota, "district": city.Kecamatan, "village": city.Kelurahan}

func (p *measurePlan) ofIndicator(asker city.Asker) error {
	q := p.query
	for field, value := range map[string]string{"category": q.Category, "office": q.Office, "channel": q.Channel, "status": q.Status} {
		if value != "" {
			return city.InvalidField(field, "%s is measured on an indicator, which has no %s", q.Measure, field)
		}
	}
	var known bool
	if p.indicator, known = p.cat.indicators[q.Indicator]; !known {
		return city.InvalidField("indicator", "there is no indicator %.60q", q.Indicator)
	}
	if !p.indicator.MayBeSeenBy(asker.Role) {
		return forbidden("indicator", "this indicator is not shown to this role")
	}
	needsLimit := q.Measure == city.MeasureDaysAbove || q.Measure == city.MeasureDaysBelow
	switch {
	case needsLimit && q.Limit == nil:
		return city.InvalidField("limit", "%s needs a limit", q.Measure)
	case !needsLimit && q.Limit != nil:
		return city.InvalidField("limit", "%s has no limit", q.Measure)
	case p.indicator.Grain == "city" && (q.By == city.ByKecamatan || q.By == city.ByKelurahan):
		return city.InvalidField("by", "%s is measured for the whole city only", q.Indicator)
	case p.indicator.Grain != "village" && q.By == city.ByKelurahan:
		return city.InvalidField("by", "%s is measured by kecamatan, not by kelurahan", q.Indicator)
	}
	if p.unit == "" {
		p.unit = p.indicator.Unit
	}
	if p.decimals < 0 {
		p.decimals = p.indicator.Decimals
		if q.Measure == city.MeasureMean {
			p.decimals = max(2, p.decimals)
		}
	}
	if err := p.readArea(); err != nil {
		return err
	}
	p.liftToGrain()
	return nil
}

// liftToGrain takes the area above where an indicator has no value as small.
func (p *measurePlan) liftToGrain() {
	level, _ := city.LevelOfCode(p.area)
	switch grainLevels[p.indicator.Grain] {
	case city.Kota:
		if p.area != "" {
			p.area, p.query.Area = "", p.cat.cityCode
		}
	case city.Kecamatan:
		if level == city.Kelurahan {
			p.area = city.ParentCode(p.area)
			p.query.Area = p.area
		}
	case city.Kelurahan, city.Provinsi:
	}
}

// wholeLabel names the undivided value.
func (p *measurePlan) wholeLabel() string {
	if p.area == "" {
		return p.cat.cityName
	}
	return p.cat.areas[p.area]
}

// cutSteps divides the period, as far as there is data, into steps.
func (p *measurePlan) cutSteps(first time.Time) {
	if !p.query.By.Times() || !p.period.From.Before(p.period.To) {
		return
	}
	from := p.period.From
	if from.Before(first) && from.IsZero() {
		from = first
	}
	start, next := p.stepBounds()
	for begin := start(from.In(p.cat.location)); begin.Before(p.period.To); begin = next(begin) {
		st := step{from: begin, to: next(begin)}
		st.key, st.label = p.stepName(st)
		if st.from.Before(from) {
			st.from = from
		}
		if st.to.After(p.period.To) {
			st.to = p.period.To
		}
		p.steps = append(p.steps, st)
	}
	if n := len(p.steps) - city.LongestMeasureRows; n > 0 { // the newest are kept
		p.steps, p.cut = p.steps[n:], true
	}
}

func (p *measurePlan) stepBounds() (start, next func(time.Time) time.Time) {
	cal := p.cat.calendar
	switch p.query.By {
	case city.ByMonth:
		return firstOfMonth, func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	case city.ByWeek:
		return func(t time.Time) time.Time { return cal.DayStart(t).AddDate(0, 0, -(int(t.Weekday())+6)%7) },
			func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
	}
	return cal.DayStart, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
}

// stepName is given the whole step, before it is cut to the period.
func (p *measurePlan) stepName(st step) (key, label string) {
	label = city.FormatPeriod(city.Period{From: st.from, To: st.to}, p.cat.location)
	if p.query.By == city.ByMonth {
		return st.from.Format("2006-01"), label
	}
	return st.from.Format(time.DateOnly), label
}

// areasAt are the areas of the dimension's level that the plan covers, by code.
func (p *measurePlan) areasAt() (codes []string) {
	want := city.Kecamatan
	if p.query.By == city.ByKelurahan {
		want = city.Kelurahan
	}
	within := p.area
	if within == "" {
		within = p.cat.cityCode
	}
	for code := range p.cat.areas {
		if level, ok := city.LevelOfCode(code); ok && level == want && city.Within(code, within) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// keyOfArea is the area of the dimension's level that a code lies in, "" when
// the code is of a larger area.
func (p *measurePlan) keyOfArea(code string) string {
	parts := 3
	if p.query.By == city.ByKelurahan {
		parts = 4
	}
	have := strings.Split(code, ".")
	if len(have) < parts {
		return ""
	}
	return strings.Join(have[:parts], ".")
}
