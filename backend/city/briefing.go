package city

import (
	"slices"
	"strconv"
	"time"
)

// Why a briefing was made.
const (
	BriefingMorning = "morning"   // by the clock, at most one a day
	BriefingAsked   = "on_demand" // somebody asked for it
)

// BriefingHour is when the morning's sheet is made, on the city's clock, and
// BriefingUntil the hour from which a missed one is not made any more.
const (
	BriefingHour  = 6
	BriefingUntil = 12
)

// Briefing (lembar pagi) is one sheet as it was made: numbered, never changed.
// What is later is a new number.
type Briefing struct {
	BriefingHead
	Sheet BriefingSheet `json:"sheet"`
}

// BriefingHead is what a list of briefings says of each.
type BriefingHead struct {
	Number int64     `json:"number" doc:"Running; a later sheet has a larger one"`
	Kind   string    `json:"kind" enum:"morning,on_demand"`
	Day    string    `json:"day" format:"date" doc:"In the city's zone"`
	At     time.Time `json:"at" doc:"Cut-off: what was known then"`
	MadeBy string    `json:"made_by"`
	SHA256 string    `json:"sha256" doc:"Of the frozen record, sheet, as stored"`
}

// Path is where the printable sheet stands.
func (h BriefingHead) Path() string { return "/lembar/" + strconv.FormatInt(h.Number, 10) }

// BriefingSheet is what a sheet says, in Indonesian (it is an official record),
// with the figures and rows that it was made of. It is kept word for word, so
// that the same sheet can be shown again. Paper and page draw it as it stands:
// nothing is worked out any more after it is frozen.
type BriefingSheet struct {
	// Format is the version of this form; another one is added when it changes.
	Format    int       `json:"format"`
	City      string    `json:"city"`
	Day       string    `json:"day" format:"date"`
	At        time.Time `json:"at"`
	Since     time.Time `json:"since" doc:"Beginning of the night, or of what is told as new"`
	Version   string    `json:"version" doc:"Of the program that made it"`
	Simulated bool      `json:"simulated,omitempty" doc:"Some of it comes from a simulated city"`

	Classification string `json:"classification"`
	Title          string `json:"title"`
	Cutoff         string `json:"cutoff" doc:"Senin, 23 November 2026 · data s.d. 06.00 WITA"`
	// Summary is one line of the head figures.
	Summary BriefingLine `json:"summary"`

	Decisions  BriefingPart `json:"decisions" doc:"At most five"`
	Night      BriefingPart `json:"night" doc:"Incidents of the night, at most five"`
	Indicators BriefingPart `json:"indicators" doc:"Notes; the rows are in indicator_rows"`
	// IndicatorRows are those off target, gravest first.
	IndicatorRows []BriefingIndicator `json:"indicator_rows" nullable:"false"`
	Map           BriefingMap         `json:"map"`
	FollowUps     BriefingPart        `json:"follow_ups" doc:"Stuck and overdue first"`
	Agenda        BriefingPart        `json:"agenda"`
	Weather       BriefingPart        `json:"weather"`
	Sources       BriefingPart        `json:"sources"`
	Evidence      []BriefingEvidence  `json:"evidence" nullable:"false" doc:"Numbered from 1"`
}

// BriefingPart is one part of a sheet.
type BriefingPart struct {
	Heading string         `json:"heading"`
	Lines   []BriefingLine `json:"lines" nullable:"false"`
	// Note stands under the lines: how many more there are, what could not be
	// read; or alone, when there is nothing.
	Note string `json:"note,omitempty"`
}

// BriefingLine is one matter: what; and, where it needs a decision, why, what
// is advised, and who by when.
type BriefingLine struct {
	Mark     string   `json:"mark,omitempty" doc:"In front: awas, macet, lewat tenggat"`
	Severity Severity `json:"severity,omitempty" enum:"info,perhatian,siaga,awas"`
	What     string   `json:"what"`
	Why      string   `json:"why,omitempty"`
	Advice   string   `json:"advice,omitempty"`
	Who      string   `json:"who,omitempty"`
	// Refs are the numbers of its evidence.
	Refs []int `json:"refs" nullable:"false"`
	// Roles, when not empty, are the only readers of the line.
	Roles []Role `json:"roles,omitempty" nullable:"false" doc:"Only these roles are shown the line; empty for all readers of sheets"`
}

// For is the part of a sheet that a role may read: lines for others are taken
// out, and one says so in their place. The frozen record stays whole.
func (s BriefingSheet) For(role Role) BriefingSheet {
	if role == SystemRole {
		return s
	}
	for _, p := range []*BriefingPart{&s.Decisions, &s.Night, &s.Indicators, &s.FollowUps, &s.Agenda, &s.Weather, &s.Sources} {
		if !slices.ContainsFunc(p.Lines, func(l BriefingLine) bool { return len(l.Roles) > 0 }) {
			continue
		}
		kept := make([]BriefingLine, 0, len(p.Lines))
		told := false
		for _, l := range p.Lines {
			switch {
			case len(l.Roles) == 0 || slices.Contains(l.Roles, role):
				kept = append(kept, l)
			case !told:
				told = true
				kept = append(kept, BriefingLine{What: "Ada yang hanya ditampilkan untuk Wali Kota dan Sekretaris Daerah.", Refs: l.Refs})
			}
		}
		p.Lines = kept
	}
	return s
}

// BriefingIndicator is an indicator off target as the tile shows it.
type BriefingIndicator struct {
	Slug     string   `json:"slug"`
	Name     string   `json:"name"`
	Place    string   `json:"place,omitempty"`
	Value    float64  `json:"value"`
	Shown    string   `json:"shown" doc:"The value with its unit"`
	Target   string   `json:"target" doc:"The limit it is past and the target it is to reach: Siaga ≥ 80; target ≤ 60"`
	Limit    *float64 `json:"limit,omitempty"`
	Change   string   `json:"change" doc:"Since about a day before, with sign and verdict"`
	Severity Severity `json:"severity" enum:"info,perhatian,siaga,awas"`
	Stale    string   `json:"stale,omitempty" doc:"As of when, if it is not fresh"`
	// Spark are the last 24 hours by hour, oldest first; null where data is missing.
	Spark []*float64 `json:"spark" nullable:"false"`
	Refs  []int      `json:"refs" nullable:"false"`
}

// BriefingMap is the city in shades of grey, on a plane of Width by Height
// units, y downwards.
type BriefingMap struct {
	Title  string            `json:"title"`
	Width  int               `json:"width"`
	Height int               `json:"height"`
	Areas  []BriefingShape   `json:"areas" nullable:"false"`
	Marks  []BriefingMark    `json:"marks" nullable:"false" doc:"Where the decisions are"`
	Legend []BriefingLegend  `json:"legend" nullable:"false"`
	Places []BriefingMapName `json:"places" nullable:"false" doc:"Names of kecamatan"`
	Note   string            `json:"note,omitempty"`
	Refs   []int             `json:"refs" nullable:"false"`
}

// BriefingShape is one kelurahan.
type BriefingShape struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Value int    `json:"value"`
	Class int    `json:"class" doc:"0 none, 1 to 5 darker"`
	// Rings are x, y, x, y … of each ring.
	Rings [][]int `json:"rings" nullable:"false"`
}

// BriefingMark is a number on the map.
type BriefingMark struct {
	Number int `json:"number"`
	X      int `json:"x"`
	Y      int `json:"y"`
}

// BriefingMapName is a name on the map.
type BriefingMapName struct {
	Name string `json:"name"`
	X    int    `json:"x"`
	Y    int    `json:"y"`
}

// BriefingLegend is one class of the map.
type BriefingLegend struct {
	Class int    `json:"class"`
	Text  string `json:"text"`
}

// BriefingEvidence is where a figure comes from, and the screen or receipt that
// shows it.
type BriefingEvidence struct {
	Number int       `json:"number"`
	Text   string    `json:"text"`
	Path   string    `json:"path" doc:"The screen with the rows: /kejadian/12"`
	At     time.Time `json:"at" doc:"Of the data"`
	When   string    `json:"when" doc:"At, as written"`
	Source string    `json:"source,omitempty"`
}
