package dossier

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Voice is one report of an incident, as it stands now.
type Voice struct {
	ID             int64
	CreatedAt      time.Time
	ClosedAt       *time.Time
	RespondedAt    *time.Time
	Status         city.ReportStatus
	Channel        string
	AreaCode       string
	OfficeID       int64
	Category       string
	Urgency        city.Severity
	UrgencyReasons []city.Said
	Doubtful       bool
	ByHand         bool
	Simulated      bool
	// Reporter tells reporters apart and says nothing else of them; 0 when the
	// source does not name them.
	Reporter int64
	// Campaign names the copy-paste campaign it is part of, "" for none; MassClosed
	// is true when it was closed together with many others at a period's end.
	Campaign   string
	MassClosed bool
}

// Shape is what the grouping says of the incident as a whole.
type Shape struct {
	Title    string
	Category string
	Place    string
	Lon, Lat *float64
	RadiusM  float64
	Why      city.Said
}

// Rules for how the number of voices raises the urgency of an incident above
// that of its gravest report: within burstWindow of the last voice.
const (
	burstWindow = 48 * time.Hour
	manyVoices  = 10 // at least perhatian
	crowdVoices = 30 // at least siaga
	dailyLimit  = 60
	mostReasons = 3
)

// Build makes the incident of voices (at least one, in any order); loc is the
// city's time zone, for counting by day. ID, title and status by an officer
// are the caller's.
func Build(voices []Voice, s Shape, loc *time.Location) (i city.Incident, officeID int64) {
	vs := slices.Clone(voices)
	slices.SortFunc(vs, func(a, b Voice) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	i = city.Incident{
		Title: s.Title, TitleBy: "machine", Category: s.Category, Place: s.Place, Lon: s.Lon, Lat: s.Lat, RadiusM: s.RadiusM, Why: s.Why,
		Voices: len(vs), FirstAt: vs[0].CreatedAt.UTC(), LastAt: vs[len(vs)-1].CreatedAt.UTC(),
	}
	i.Areas = mostFirst(vs, func(v Voice) string { return v.AreaCode })
	if len(i.Areas) > 0 {
		i.AreaCode = i.Areas[0]
	}
	i.Channels = mostFirst(vs, func(v Voice) string { return v.Channel })
	for _, v := range vs {
		if v.Status == city.Open || v.Status == city.InProgress {
			i.Unfinished++
		}
		if v.Doubtful {
			i.Doubtful++
		}
		i.Simulated = i.Simulated || v.Simulated
	}
	i.Flags = flags(vs)
	i.Status, i.ClosedAt = status(vs)
	i.Urgency, i.UrgencyReasons = urgency(vs, i)
	i.Daily, i.DailyFrom = daily(vs, loc)
	return i, office(vs, s.Category)
}

// mostFirst lists what voices say, the most said first, ties by name.
func mostFirst(vs []Voice, of func(Voice) string) []string {
	n := map[string]int{}
	for _, v := range vs {
		if k := of(v); k != "" {
			n[k]++
		}
	}
	return append([]string{}, slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(n[b]-n[a], strings.Compare(a, b)) })...)
}

// office is the one that most of the reports of the incident's own category
// belong to, else most of all; ties go to the lower number.
func office(vs []Voice, category string) int64 {
	for _, all := range []bool{false, true} {
		n := map[int64]int{}
		for _, v := range vs {
			if v.OfficeID != 0 && (all || v.Category == category) {
				n[v.OfficeID]++
			}
		}
		if len(n) > 0 {
			return slices.SortedFunc(maps.Keys(n), func(a, b int64) int { return cmp.Or(n[b]-n[a], cmp.Compare(a, b)) })[0]
		}
	}
	return 0
}

// status is closed once every report is closed or rejected, handled once
// anybody has answered, taken up or closed one, new before.
func status(vs []Voice) (city.IncidentStatus, *time.Time) {
	var closed *time.Time
	touched, unfinished := false, false
	for _, v := range vs {
		switch v.Status {
		case city.Open:
			unfinished = true
			touched = touched || v.RespondedAt != nil
		case city.InProgress:
			unfinished, touched = true, true
		default:
			touched = true
			if v.ClosedAt != nil && (closed == nil || v.ClosedAt.After(*closed)) {
				t := v.ClosedAt.UTC()
				closed = &t
			}
		}
	}
	switch {
	case !unfinished:
		return city.IncidentClosed, closed
	case touched:
		return city.IncidentHandled, nil
	}
	return city.IncidentNew, nil
}

// urgency is that of the gravest report that is not finished, raised by the
// number of voices within two days.
func urgency(vs []Voice, i city.Incident) (city.Severity, []city.Said) {
	level, reasons := city.Info, []city.Said{}
	say := func(s city.Said) {
		if len(reasons) < mostReasons && !slices.Contains(reasons, s) {
			reasons = append(reasons, s)
		}
	}
	open := slices.DeleteFunc(slices.Clone(vs), func(v Voice) bool { return v.Status == city.Closed || v.Status == city.Rejected })
	if len(open) == 0 {
		return level, reasons
	}
	for _, v := range open {
		if v.Urgency.Rank() > level.Rank() {
			level = v.Urgency
		}
	}
	for _, v := range open {
		if v.Urgency == level && level != city.Info {
			for _, r := range v.UrgencyReasons {
				say(r)
			}
		}
	}
	recent := 0
	for _, v := range open {
		if i.LastAt.Sub(v.CreatedAt) <= burstWindow {
			recent++
		}
	}
	floor := city.Info
	switch {
	case recent >= crowdVoices:
		floor = city.Siaga
	case recent >= manyVoices:
		floor = city.Perhatian
	}
	if floor != city.Info {
		if floor.Rank() > level.Rank() {
			level = floor
		}
		n := strconv.Itoa(recent)
		say(city.Said{Text: n + " suara dalam dua hari", TextEN: n + " voices within two days"})
	}
	return level, reasons
}

// daily counts voices by the city's days, from the first on, at most the last
// dailyLimit days.
func daily(vs []Voice, loc *time.Location) ([]int, string) {
	day := func(t time.Time) time.Time {
		t = t.In(loc)
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	first, last := day(vs[0].CreatedAt), day(vs[len(vs)-1].CreatedAt)
	n := int(last.Sub(first).Hours()/24) + 1
	if n > dailyLimit {
		first, n = last.AddDate(0, 0, 1-dailyLimit), dailyLimit
	}
	out := make([]int, n)
	for _, v := range vs {
		if d := int(day(v.CreatedAt).Sub(first).Hours() / 24); d >= 0 {
			out[d]++
		}
	}
	return out, first.Format(time.DateOnly)
}

// Alert words the alert of an incident that nobody has taken up and that is
// grave, or false when it is no matter for the first screen.
func Alert(i city.Incident, areaName string, loc *time.Location, zoneLabel string) (city.Alert, bool) {
	if i.Urgency.Rank() < city.Siaga.Rank() || i.Status != city.IncidentNew && i.Status != city.IncidentWatched {
		return city.Alert{}, false
	}
	at := i.LastAt.In(loc)
	n := strconv.Itoa(i.Voices)
	why, whyEN := "", ""
	if len(i.UrgencyReasons) > 0 {
		why, whyEN = i.UrgencyReasons[0].Text+"; ", i.UrgencyReasons[0].TextEN+"; "
	}
	a := city.Alert{
		Key: fmt.Sprintf("incident:%d", i.ID), Kind: city.AlertIncident, Severity: i.Urgency, Headline: i.Title, HeadlineEN: i.Title,
		Evidence:   why + n + " suara, terakhir " + city.FormatDay(at, loc) + " " + at.Format("15.04") + " " + zoneLabel,
		EvidenceEN: whyEN + n + " voices, last on " + at.Format("2 January 2006 15:04") + " " + zoneLabel,
		Advice:     "Tinjau tempatnya dan tetapkan penanggung jawab", AdviceEN: "Look at the place and name who is responsible",
		Office: i.Office, AreaCodes: i.Areas, Voices: i.Voices, Since: i.FirstAt, URL: "/kejadian/" + strconv.FormatInt(i.ID, 10), Simulated: i.Simulated,
	}
	if i.Place == "" && areaName != "" {
		a.Headline += " di " + areaName
		a.HeadlineEN += " in " + areaName
	}
	return a, true
}
