package store

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"balaikota/backend/city"
)

// counting works a measure of reports out over segments.
type counting struct {
	plan     *measurePlan
	from, to int64 // the period
	at       int64 // the moment asked from: what was answered later was not answered
	status   byte  // wanted; anyStatus for all
	ends     []int64
	begins   []int64
	steps    []*group
	groups   map[string]*group
	whole    *group
}

const anyStatus = 0xFF

// group is one row: how many count, of how many, or their hours.
type group struct {
	n, of int
	hours []float64
}

// reportRows answers a plan over reports or incidents.
func (m *measuring) reportRows(ctx context.Context, p *measurePlan, e extent, out *city.Measurement) error {
	p.cutSteps(*e.first)
	out.Cut = p.cut
	c := p.counting()
	if err := m.readReports(ctx, p, c.add); err != nil {
		return err
	}
	whole := c.row("", p.wholeLabel(), c.whole)
	if p.query.By == city.ByNothing {
		out.Rows = []city.MeasureRow{whole}
		return nil
	}
	out.Whole = &whole
	if p.query.By.Times() {
		out.Rows = c.stepRows(e, m.at)
	} else {
		out.Rows = c.groupRows(m.cat)
	}
	return nil
}

func (p *measurePlan) counting() *counting {
	c := &counting{
		plan: p, from: microseconds(p.period.From), to: microseconds(p.period.To), at: microseconds(p.at), status: anyStatus,
		groups: map[string]*group{}, whole: &group{},
	}
	if p.period.From.IsZero() {
		c.from = noTime + 1
	}
	if p.query.Status != "" {
		c.status = byte(slices.Index(packedStatuses, p.query.Status))
	}
	for _, st := range p.steps {
		c.begins, c.ends = append(c.begins, microseconds(st.from)), append(c.ends, microseconds(st.to))
		c.steps = append(c.steps, c.group(st.key))
	}
	return c
}

// add counts a segment's reports.
func (c *counting) add(s *segment) {
	p := c.plan
	_, _, _, labels := p.columns()
	category, channel := wanted(s.Categories, p.query.Category), wanted(s.Channels, p.query.Channel)
	office := p.office == 0 || p.office == s.OfficeID
	groupOf := c.groupsOf(s)
	at := c.statusTime()
	for n := range s.Reports {
		r := c.report(s, n, labels)
		fits := office && category.fits(r.category) && channel.fits(r.channel) && (c.status == anyStatus || c.status == c.statusAt(r, at))
		c.count(r, fits, groupOf(r))
	}
}

// groupsOf finds the groups of a segment's reports once for all of them.
func (c *counting) groupsOf(s *segment) func(report) *group {
	all := func(labels []string) (groups []*group) {
		for _, l := range labels {
			groups = append(groups, c.group(l))
		}
		return groups
	}
	switch c.plan.query.By {
	case city.ByKecamatan, city.ByKelurahan:
		g := c.group(c.plan.keyOfArea(s.AreaCode))
		return func(report) *group { return g }
	case city.ByOffice:
		g := c.group(c.plan.cat.officeName[s.OfficeID])
		return func(report) *group { return g }
	case city.ByCategory:
		groups := all(s.Categories)
		return func(r report) *group { return groups[r.category] }
	case city.ByChannel:
		groups := all(s.Channels)
		return func(r report) *group { return groups[r.channel] }
	case city.ByStatus:
		groups := all(packedStatuses)
		return func(r report) *group { return groups[c.statusAt(r, c.at)] }
	}
	return func(report) *group { return nil }
}

// report is one unpacked; columns that were not read are as if there were no
// time.
type report struct {
	created, responded, closed, due int64
	category, channel               uint32
	status                          byte
}

func (c *counting) report(s *segment, n int, labels bool) report {
	r := report{created: timeAt(s.Created, n), responded: noTime, closed: noTime, due: noTime}
	if len(s.Responded) > 0 {
		r.responded = timeAt(s.Responded, n)
	}
	if len(s.Closed) > 0 {
		r.closed = timeAt(s.Closed, n)
	}
	if len(s.Due) > 0 {
		r.due = timeAt(s.Due, n)
	}
	if labels {
		r.category, r.channel, r.status = s.label(n)
	}
	return r
}

// choice is which label of a segment is wanted.
type choice struct {
	all   bool
	place int // -1: none of the segment's
}

func wanted(list []string, label string) choice {
	return choice{all: label == "", place: slices.Index(list, label)}
}

func (w choice) fits(place uint32) bool { return w.all || w.place == int(place) }

// statusTime is when a status is looked at: at a state's moment, else at the
// moment asked from.
func (c *counting) statusTime() int64 {
	if c.plan.measure.Moment {
		return c.to
	}
	return c.at
}

// statusAt is the status a report had at a moment: what is closed now was not
// before its closing, and was taken in hand with its first answer.
func (c *counting) statusAt(r report, at int64) byte {
	status := r.status
	if status == packedRejected {
		return status
	}
	switch {
	case r.closed != noTime && r.closed < at:
		return packedClosed
	case r.closed == noTime && status == packedClosed:
		return packedClosed
	case r.closed != noTime || (status == packedInProgress && r.responded > at):
		status = packedOpen
		if r.responded != noTime && r.responded <= at {
			status = packedInProgress
		}
	}
	return status
}

// openAt reports whether a report was not settled at a moment; one that its
// source calls closed without saying when is settled.
func openAt(r report, at int64) bool {
	return r.created < at && r.status != packedRejected && (r.closed >= at || (r.closed == noTime && r.status <= packedInProgress))
}

// within reports whether a time lies in the period.
func (c *counting) within(us int64) bool { return us >= c.from && us < c.to }

const hour = float64(3600 * 1e6)

// count counts one report for the whole, for its group and for its step.
func (c *counting) count(r report, fits bool, g *group) {
	switch c.plan.measure.Slug {
	case city.MeasureReceived:
		c.tally(r.created, fits && c.within(r.created), true, g)
	case city.MeasureClosed:
		c.tally(r.closed, fits && c.within(r.closed), true, g)
	case city.MeasureShare:
		if c.within(r.created) {
			c.tally(r.created, fits, false, g)
		}
	case city.MeasureOnTime:
		if fits && c.within(r.closed) && r.due != noTime {
			c.tally(r.closed, r.closed < r.due, false, g)
		}
	case city.MeasureResponse:
		if fits && c.within(r.created) && r.responded != noTime && r.responded <= c.at {
			c.last(r.created, float64(r.responded-r.created)/hour, g)
		}
	case city.MeasureClosing:
		if fits && c.within(r.closed) {
			c.last(r.closed, float64(r.closed-r.created)/hour, g)
		}
	case city.MeasureOpen, city.MeasureIncidents:
		c.state(r, fits, r.created+1, g)
	case city.MeasureOverdue:
		if r.due != noTime {
			c.state(r, fits, max(r.created+1, r.due), g)
		}
	}
}

// tally counts a report that counts (of all, where only those that count are
// looked at).
func (c *counting) tally(when int64, counts, only bool, g *group) {
	if only && !counts {
		return
	}
	c.whole.tally(counts)
	if g != nil {
		g.tally(counts)
	}
	if g = c.stepGroup(when); g != nil {
		g.tally(counts)
	}
}

func (g *group) tally(counts bool) {
	g.of++
	if counts {
		g.n++
	}
}

// last adds how many hours something lasted.
func (c *counting) last(when int64, hours float64, g *group) {
	c.whole.hours = append(c.whole.hours, hours)
	if g != nil {
		g.hours = append(g.hours, hours)
	}
	if g = c.stepGroup(when); g != nil {
		g.hours = append(g.hours, hours)
	}
}

// state counts a report where it was open at the period's end, and at the end
// of each step from the moment begins on.
func (c *counting) state(r report, fits bool, begins int64, g *group) {
	if !fits {
		return
	}
	if c.to >= begins && openAt(r, c.to) {
		c.whole.tally(true)
		if g != nil {
			g.tally(true)
		}
	}
	if len(c.ends) == 0 {
		return
	}
	for i := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] >= begins }); i < len(c.ends); i++ {
		if r.closed != noTime && r.closed < c.ends[i] {
			return
		}
		if openAt(r, c.ends[i]) && (c.status == anyStatus || c.status == c.statusAt(r, c.ends[i])) {
			c.steps[i].n++
		}
	}
}

// stepGroup is the group of the step that holds a time, nil if none does.
func (c *counting) stepGroup(us int64) *group {
	i := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] > us })
	if i == len(c.ends) || us < c.begins[i] {
		return nil
	}
	return c.steps[i]
}

func (c *counting) group(key string) *group {
	g, ok := c.groups[key]
	if !ok {
		g = &group{}
		c.groups[key] = g
	}
	return g
}

// row is a group's value.
func (c *counting) row(key, label string, g *group) city.MeasureRow {
	r := city.MeasureRow{Key: key, Label: label, N: g.of}
	switch c.plan.measure.Slug {
	case city.MeasureShare, city.MeasureOnTime:
		if g.of > 0 {
			r.Value = new(100 * float64(g.n) / float64(g.of))
		}
	case city.MeasureResponse, city.MeasureClosing:
		r.N = len(g.hours)
		r.Value = median(g.hours)
	default:
		r.N = g.n
		r.Value = new(float64(g.n))
	}
	return r
}

// stepRows are one row a step; a step that we hold nothing of has no value.
func (c *counting) stepRows(e extent, at time.Time) []city.MeasureRow {
	rows := make([]city.MeasureRow, len(c.plan.steps))
	for i, st := range c.plan.steps {
		rows[i] = c.row(st.key, st.label, c.group(st.key))
		from := st.from
		if c.plan.measure.Moment {
			from = time.Time{}
		}
		if e.missingBetween(from, st.to, at) != city.NotMissing {
			rows[i].Value = nil
		}
	}
	return rows
}

// unknownLabel names what is not known.
const unknownLabel = "belum diketahui"

var statusLabels = map[string]string{"open": "Terbuka", "in_progress": "Dikerjakan", "closed": "Selesai", "rejected": "Ditolak"}

// groupRows are one row for each part there is, also for those without reports:
// whoever asks for the least must see them.
func (c *counting) groupRows(cat *catalogue) []city.MeasureRow {
	keys := map[string]bool{}
	switch c.plan.query.By {
	case city.ByKecamatan, city.ByKelurahan:
		for _, code := range c.plan.areasAt() {
			keys[code] = true
		}
	case city.ByCategory:
		for slug := range cat.categories {
			keys[slug] = c.plan.query.Category == "" || c.plan.query.Category == slug
		}
	case city.ByOffice:
		for _, category := range cat.categories {
			keys[cat.officeName[category.OfficeID]] = c.plan.office == 0 || c.plan.office == category.OfficeID
		}
	case city.ByStatus:
		for _, status := range packedStatuses {
			keys[status] = c.plan.query.Status == "" || c.plan.query.Status == status
		}
	}
	for key, g := range c.groups {
		keys[key] = keys[key] || g.n > 0 || len(g.hours) > 0 || (g.of > 0 && c.plan.measure.Slug == city.MeasureOnTime)
	}
	var rows []city.MeasureRow
	for key, shown := range keys {
		if shown {
			rows = append(rows, c.row(key, c.labelOf(cat, key), c.shareOf(key)))
		}
	}
	return rows
}

// shareOf is the group of a key. Where reports are divided by what they are,
// not by where they are, a share is of all of them.
func (c *counting) shareOf(key string) *group {
	g := c.group(key)
	if by := c.plan.query.By; c.plan.measure.Slug == city.MeasureShare && by != city.ByKecamatan && by != city.ByKelurahan {
		return &group{n: g.n, of: c.whole.of}
	}
	return g
}

func (c *counting) labelOf(cat *catalogue, key string) string {
	label := key
	switch c.plan.query.By {
	case city.ByKecamatan, city.ByKelurahan:
		label = cat.areas[key]
	case city.ByCategory:
		label = cat.categories[key].Name
	case city.ByStatus:
		label = statusLabels[key]
	}
	if key == "" || strings.TrimSpace(label) == "" {
		return unknownLabel
	}
	return label
}

// median is the middle value, of an even number the mean of the two in the
// middle; nil of nothing. It reorders the values.
func median(values []float64) *float64 {
	n := len(values)
	if n == 0 {
		return nil
	}
	upper := nth(values, n/2)
	if n%2 == 1 {
		return &upper
	}
	lower := slices.Max(values[:n/2])
	return new((lower + upper) / 2)
}

// nth puts the nth smallest value at its place, those not greater before it
// (Hoare's quickselect, the middle of three as pivot), and returns it.
func nth(v []float64, n int) float64 {
	low, high := 0, len(v)-1
	for low < high {
		a, b, c := v[low], v[low+(high-low)/2], v[high]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := low, high
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return v[n]
		}
	}
	return v[n]
}
