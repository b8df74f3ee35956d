package advice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// matter is one thing that a trigger sees, before any rule has spoken.
type matter struct {
	trigger city.Trigger
	// subject is stable as long as it is the same matter.
	subject string
	// local matters are one kelurahan's or kecamatan's share of a grouped one,
	// for rules that address the office of the place.
	local, grouped      bool
	category, indicator string
	severity            city.Severity
	// size orders matters of one trigger; reach is how many voices, cases or
	// kelurahan it concerns, for the rank.
	size, reach float64
	// voices are what a rule's least number is held against: of an incident
	// those not settled; told is what is said, of an incident all.
	voices, told int
	since        time.Time
	// lastAt is the last report of an incident.
	lastAt      time.Time
	area        string
	areas       []string
	place       string // as reports name it
	where       city.Said
	what        city.Said
	value       city.Said
	unit, limit string
	limitEN     string
	office      string // of the owner, a short name
	lon, lat    *float64
	precise     bool
	incident    int64
	doubt       bool
	// growing is the share of its voices that came today.
	growing   float64
	evidence  []city.Evidence
	dataAt    time.Time
	stale     bool
	simulated bool
}

// see lists every matter of the inputs, in an order that does not depend on
// theirs.
func (b *book) see() []matter {
	var out []matter
	for _, part := range [][]matter{
		b.incidents(), b.patterns(), b.forecasts(), b.ofOffices(city.TriggerOverdue, b.Overdue), b.ofOffices(city.TriggerBreach, b.AtRisk),
		b.limits(), b.silences(), b.floods(), b.warnings(),
	} {
		out = append(out, part...)
	}
	slices.SortStableFunc(out, func(a, c matter) int {
		return cmp.Or(strings.Compare(string(a.trigger), string(c.trigger)), strings.Compare(a.subject, c.subject))
	})
	return out
}

// matterOf names a category as a sentence writes it.
func (b *book) matterOf(slug string) city.Said {
	c, ok := b.categories[slug]
	if !ok {
		return city.Said{Text: "laporan warga", TextEN: "citizens' reports"}
	}
	return city.Said{Text: lower(c.Name), TextEN: lower(cmp.Or(c.NameEN, c.Name))}
}

// placed is "Jl. Merdeka, Sidodadi", or the area alone.
func (b *book) placed(place, area string) city.Said {
	name := b.areaName(area)
	if place == "" || strings.EqualFold(place, name.Text) {
		return name
	}
	// A market may be called after its kelurahan: it is named once.
	named := slices.ContainsFunc(strings.Split(place, ", "), func(part string) bool { return strings.EqualFold(part, name.Text) })
	if area == "" || area == b.CityCode || named {
		return same(place)
	}
	return join(place+", ", name)
}

func (b *book) incidents() []matter {
	var out []matter
	for _, i := range b.Incidents {
		if i.Unfinished == 0 || i.Status == city.IncidentClosed || i.Status == city.IncidentDismissed {
			continue
		}
		m := matter{
			trigger: city.TriggerIncident, subject: "kejadian:" + strconv.FormatInt(i.ID, 10), category: i.Category, severity: cmp.Or(i.Urgency, city.Info),
			size: float64(i.Voices), reach: float64(i.Unfinished), voices: i.Unfinished, told: i.Voices, since: i.FirstAt, lastAt: i.LastAt, area: i.AreaCode, areas: i.Areas, place: i.Place,
			where: b.placed(i.Place, i.AreaCode), what: b.matterOf(i.Category), office: cmp.Or(i.Office, b.categories[i.Category].Office),
			lon: i.Lon, lat: i.Lat, precise: i.Lon != nil && i.RadiusM <= 300, incident: i.ID, dataAt: i.LastAt, simulated: i.Simulated,
			doubt:   slices.Contains(i.Flags, city.IncidentCampaign) || slices.Contains(i.Flags, city.IncidentOneVoice),
			growing: b.today(i), value: count(i.Voices), unit: "laporan", stale: !b.ReportsStale.IsZero(),
		}
		m.evidence = b.incidentEvidence(i)
		out = append(out, m)
		if i.Recurrence > 0 {
			s := m
			s.trigger = city.TriggerStructural
			s.evidence = slices.Insert(slices.Clone(m.evidence), 0, city.Evidence{
				Said: join(number(float64(i.Recurrence)), [2]string{
					" kejadian serupa di tempat ini dalam 90 hari sebelumnya.", " similar incidents at this place in the 90 days before.",
				}),
				Kind: "incident", IDs: []int64{i.ID}, AreaCode: i.AreaCode, Value: new(float64(i.Recurrence)), Unit: "kejadian", At: i.LastAt,
			})
			s.value, s.unit = count(i.Recurrence+1), "kejadian"
			out = append(out, s)
		}
	}
	return out
}

// today is the share of an incident's reports that came on the present day.
func (b *book) today(i city.Incident) float64 {
	if len(i.Daily) == 0 || i.Voices == 0 {
		return 0
	}
	first, err := time.ParseInLocation(time.DateOnly, i.DailyFrom, b.Calendar.Location)
	if err != nil || !first.AddDate(0, 0, len(i.Daily)-1).Equal(b.Calendar.DayStart(b.now)) {
		return 0
	}
	return float64(i.Daily[len(i.Daily)-1]) / float64(i.Voices)
}

func (b *book) incidentEvidence(i city.Incident) []city.Evidence {
	ids := []int64{i.ID}
	text := join([2]string{"Kejadian nomor ", "Incident number "}, strconv.FormatInt(i.ID, 10), [2]string{": laporan pertama ", ": first report "}, b.moment(i.FirstAt),
		[2]string{", terakhir ", ", last "}, b.moment(i.LastAt), ".")
	out := []city.Evidence{{Said: text, Kind: "incident", IDs: ids, AreaCode: i.AreaCode, Value: new(float64(i.Voices)), Unit: "laporan", At: i.LastAt}}
	for _, r := range i.UrgencyReasons[:min(2, len(i.UrgencyReasons))] {
		out = append(out, city.Evidence{Said: r, Kind: "incident", IDs: ids, AreaCode: i.AreaCode, At: i.LastAt})
	}
	return out
}

func (b *book) patterns() []matter {
	var out []matter
	for _, p := range b.Patterns {
		trigger := city.TriggerHotspot
		switch p.Kind {
		case city.PatternSilent:
			trigger = city.TriggerSilent
		case city.PatternHotspot, city.PatternAnomaly, city.PatternDrift:
		default: // whether reports are what they say is an auditor's matter
			continue
		}
		area := b.whole(p.AreaCode)
		m := matter{
			trigger: trigger, subject: "pola:" + p.Key, category: p.Category, severity: cmp.Or(p.Severity, city.Info), size: p.Seen, reach: p.Seen,
			voices: int(p.Seen), since: p.Since, area: area, areas: p.AreaCodes, where: b.areaName(area), what: b.matterOf(p.Category),
			office: cmp.Or(p.Office, b.categories[p.Category].Office), dataAt: p.Until, value: number(p.Seen), unit: "laporan",
			limit: number(p.Expected).Text, limitEN: number(p.Expected).TextEN, simulated: p.Simulated, stale: !b.ReportsStale.IsZero(),
		}
		if trigger == city.TriggerSilent {
			m.size, m.reach, m.voices = p.Expected-p.Seen, 1, 0
		}
		// The headline says what the rule's reason says; without more, the row is
		// named by the days it looks at.
		text := city.Said{Text: sentence(p.Evidence), TextEN: sentence(cmp.Or(p.EvidenceEN, p.Evidence))}
		if p.Evidence == "" {
			text = join([2]string{"Pola dari laporan ", "A pattern of the reports from "}, b.day(p.Since), [2]string{" sampai ", " to "}, b.day(p.Until), ".")
		}
		m.evidence = []city.Evidence{{
			Said: text, Kind: "pattern", Key: p.Key, AreaCode: area, Value: new(p.Seen), Unit: "laporan", Limit: new(p.Expected), At: p.Until, Source: p.Method,
		}}
		out = append(out, m)
	}
	return out
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// ofOffices are the offices with reports past their deadline or about to be.
func (b *book) ofOffices(trigger city.Trigger, cases []OfficeCases) []matter {
	var out []matter
	for _, c := range cases {
		o, ok := b.offices[c.Office]
		if !ok || c.Count == 0 || len(c.Reports) == 0 {
			continue
		}
		area := b.whole(o.AreaCode)
		m := matter{
			trigger: trigger, subject: "perangkat:" + c.Office, severity: casesSeverity(trigger, c, b.now), size: float64(c.Count), reach: float64(c.Count),
			voices: c.Count, since: c.Oldest, area: area, areas: []string{area}, where: b.areaName(area),
			what: city.Said{Text: "laporan lewat tenggat", TextEN: "overdue reports"}, office: c.Office, dataAt: c.At, value: count(c.Count), unit: "laporan",
			simulated: b.Simulated, stale: !b.ReportsStale.IsZero(),
		}
		text := join([2]string{"Daftar ", "The list of "}, count(len(c.Reports)), [2]string{" laporan itu; tenggat paling awal ", " of those reports; the earliest was due on "}, b.day(c.Oldest), ".")
		if trigger == city.TriggerBreach {
			m.since = b.now
			m.what = city.Said{Text: "laporan yang hampir lewat tenggat", TextEN: "reports about to be overdue"}
			text = join([2]string{"Daftar ", "The list of "}, count(len(c.Reports)), [2]string{" laporan itu; tenggat terdekat ", " of those reports; the next is due on "}, b.moment(c.Oldest), ".")
		}
		m.evidence = []city.Evidence{{
			Said: text, Kind: "deadline", Key: string(trigger) + ":" + c.Office, IDs: c.Reports, AreaCode: area, Value: new(float64(c.Count)), Unit: "laporan", At: c.At,
		}}
		out = append(out, m)
	}
	return out
}

// casesSeverity is that of the alerts about the same, and siaga where many
// have stood for long.
func casesSeverity(trigger city.Trigger, c OfficeCases, now time.Time) city.Severity {
	late := now.Sub(c.Oldest)
	switch {
	case trigger == city.TriggerOverdue && c.Count >= 30 && late >= 14*24*time.Hour:
		return city.Siaga
	case c.Count >= 5, trigger == city.TriggerOverdue && late >= 14*24*time.Hour:
		return city.Perhatian
	}
	return city.Info
}
