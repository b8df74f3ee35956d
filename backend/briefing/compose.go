package briefing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Format is the version of the frozen form that Compose makes.
const Format = 1

// Input is what a sheet is made of, as the mayor's screen has it at At.
type Input struct {
	At      time.Time
	Zone    *time.Location
	Setting city.Setting
	Version string
	Areas   []city.Area // with outlines

	Advice  []city.Recommendation // the best, in order
	Waiting int                   // recommendations that wait in all
	Nothing city.Said             // what to say when none waits
	Alerts  []city.Alert

	Incidents     []city.Incident // with a report since NightStart
	IncidentTotal int
	Figures       city.ReportFigures // of the last 24 hours
	Counts        []city.ReportCount // of the last 24 hours

	Indicators []city.Indicator
	States     []city.IndicatorState
	// Series are the last 24 hours by hour of the places that OffTarget names,
	// by indicator.
	Series map[string][]city.SeriesPoint

	Dispositions []city.Disposition // all that are not over
	Reviews      int                // proofs that wait for a second person
	Calendar     city.Calendar
	Schedule     city.Agenda // the mayor's appointments of today
	Meeting      *city.Meeting

	Flood *city.HazardPicture // nil before the first assessment
	Rain  Outlook
	Heat  Outlook
	Tide  Outlook

	Sources []city.SourceHealth
	// Unread names the parts whose rows could not be read; the sheet says so.
	Unread map[Part]bool
}

// Outlook is what a source foresees of an indicator; Indicator is nil when the
// city has none for it.
type Outlook struct {
	Indicator *city.Indicator
	Steps     []city.OutlookStep
}

// Part is a part of a sheet.
type Part string

// Parts of a sheet that are read apart from one another.
const (
	PartDecisions  Part = "decisions"
	PartNight      Part = "night"
	PartIndicators Part = "indicators"
	PartMap        Part = "map"
	PartFollowUps  Part = "follow_ups"
	PartAgenda     Part = "agenda"
	PartWeather    Part = "weather"
	PartSources    Part = "sources"
)

// Readers are the roles that may read sheets; an indicator that one of them may
// not see is in none.
var Readers = []city.Role{city.WaliKota, city.Sekda, city.Operator, city.Auditor}

const (
	atMost         = 5 // decisions, incidents
	indicatorsMost = 7
	followUpsMost  = 6
	sourcesMost    = 5
)

// unread is what a part says whose rows could not be read.
const unread = "Tidak dapat dibaca ketika lembar ini disusun; lihat layar."

// sheet is a sheet in the making.
type sheet struct {
	in    Input
	out   city.BriefingSheet
	names map[string]string // areas by code
}

// Compose makes the sheet of a moment. It is the same for the same input.
func Compose(in Input) city.BriefingSheet {
	s := &sheet{in: in, names: map[string]string{}}
	for _, a := range in.Areas {
		s.names[a.Code] = a.Name
	}
	at := in.At.In(in.Zone)
	s.out = city.BriefingSheet{
		Format: Format, City: in.Setting.Name, Day: at.Format(time.DateOnly), At: in.At, Since: NightStart(in.At, in.Zone), Version: in.Version,
		Classification: "Terbatas – untuk Wali Kota, Sekretaris Daerah, dan yang ditugaskan", Title: "Lembar Pagi",
		Cutoff:        weekday(at) + ", " + city.FormatDay(at, in.Zone) + " · data s.d. " + at.Format("15.04") + label(in.Setting),
		IndicatorRows: []city.BriefingIndicator{}, Evidence: []city.BriefingEvidence{},
	}
	s.summary()
	s.decisions()
	s.night()
	s.indicators()
	s.cityMap()
	s.followUps()
	s.agenda()
	s.weather()
	s.sources()
	return s.out
}

// NightStart is since when a sheet of at tells what is new: 18.00 of the day
// before in the morning, 06.00 of the same day later.
func NightStart(at time.Time, zone *time.Location) time.Time {
	t := at.In(zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
	if t.Hour() < city.BriefingUntil {
		return day.AddDate(0, 0, -1).Add(18 * time.Hour)
	}
	return day.Add(city.BriefingHour * time.Hour)
}

// cite gives a figure its number; the same place in the same words is cited
// once.
func (s *sheet) cite(text, path string, at time.Time, source string) []int {
	if at.IsZero() {
		at = s.in.At
	}
	text = clip(text, 150)
	for _, e := range s.out.Evidence {
		if e.Text == text && e.Path == path {
			return []int{e.Number}
		}
	}
	n := len(s.out.Evidence) + 1
	s.out.Evidence = append(s.out.Evidence, city.BriefingEvidence{
		Number: n, Text: text, Path: path, At: at, When: city.FormatMoment(at, s.in.Zone, s.in.Setting.ZoneLabel), Source: clip(source, 90),
	})
	return []int{n}
}

// part begins a part; false when its rows could not be read.
func (s *sheet) part(name Part, p *city.BriefingPart, heading string) bool {
	*p = city.BriefingPart{Heading: heading, Lines: []city.BriefingLine{}}
	if s.in.Unread[name] {
		p.Note = unread
		return false
	}
	return true
}

func (s *sheet) summary() {
	f := s.in.Figures
	if s.in.Unread[PartMap] {
		s.out.Summary = city.BriefingLine{What: "Angka laporan warga tidak dapat dibaca ketika lembar ini disusun.", Refs: []int{}}
		return
	}
	text := fmt.Sprintf("Laporan warga 24 jam terakhir: masuk %s, selesai %s. Belum selesai %s, lewat tenggat %s.", count(f.Received), count(f.Closed), count(f.Open), count(f.Overdue))
	s.out.Summary = city.BriefingLine{What: text, Refs: s.cite(text, "/laporan", f.To, "")}
}

// place names areas: up to two, and how many more.
func (s *sheet) place(codes []string) string {
	var names []string
	for _, c := range codes {
		if n := s.names[c]; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) > 3 {
		return strings.Join(names[:2], ", ") + " dan " + count(len(names)-2) + " lainnya"
	}
	return strings.Join(names, ", ")
}
