package city

import (
	"strings"
	"time"
)

// Norm is how long a report may take: one row, with its source and the day it
// took effect. Channel and Category narrow it; "" is any.
type Norm struct {
	Channel  string `json:"channel" doc:"Empty for any"`
	Category string `json:"category" doc:"Empty for any"`
	// AnswerDays (working days) or AnswerHours (hours on the clock, day and
	// night) until the first answer; both 0 when the row does not say.
	AnswerDays  int `json:"answer_days,omitempty"`
	AnswerHours int `json:"answer_hours,omitempty"`
	// CloseDays is working days until closing; 0 when the row does not say.
	CloseDays int    `json:"close_days,omitempty"`
	Source    string `json:"source"`
	// EffectiveOn is the first day of receipt it holds for, YYYY-MM-DD; "" has
	// always held.
	EffectiveOn string `json:"effective_on,omitempty"`
}

// Answers and Closes report whether the row states that part.
func (n Norm) Answers() bool { return n.AnswerDays > 0 || n.AnswerHours > 0 }

// Closes reports whether the row states working days until closing.
func (n Norm) Closes() bool { return n.CloseDays > 0 }

// rank says how specific a norm is: what a matter is outranks how it came in.
func (n Norm) rank() int {
	r := 0
	if n.Category != "" {
		r += 2
	}
	if n.Channel != "" {
		r++
	}
	return r
}

// Clock works out deadlines from the norms and the working days of a city. The
// zero days of a report whose category is not known give it no closing
// deadline: until it is settled what a matter is, nobody can say by when it
// must be settled.
type Clock struct {
	Calendar Calendar
	Norms    []Norm
}

// Matter is what the clock needs to know of a report.
type Matter struct {
	ReceivedAt time.Time
	Channel    string
	// Category is "" when not known; CategoryDays are then 0, else the
	// category's own working days until closing.
	Category              string
	CategoryDays          int
	RespondedAt, ClosedAt *time.Time
	Pauses                []Pause
}

// Deadlines are when a report must be answered and closed. A part is nil when
// no norm states it, or while the clock stands still.
type Deadlines struct{ Respond, Close *time.Time }

// Standard returns the norm of the answer and of the closing for a report
// received on day (YYYY-MM-DD in the city's zone). Each part is taken from the
// most specific row that states it (channel and category, then category, then
// channel, then any), and of equally specific ones from the newest in force on
// that day. A category's own days stand below every row for that category and
// above every row for a channel or for any; a part that nothing states is the
// zero Norm.
func (c Clock) Standard(channel, category, day string, categoryDays int) (answer, closing Norm) {
	if category != "" && categoryDays > 0 {
		closing = Norm{Category: category, CloseDays: categoryDays}
	}
	for _, n := range c.Norms {
		if (n.Channel != "" && !strings.EqualFold(n.Channel, channel)) || (n.Category != "" && n.Category != category) || n.EffectiveOn > day {
			continue
		}
		if n.Answers() && (!answer.Answers() || n.outranks(answer)) {
			answer = n
		}
		if n.Closes() && category != "" && (!closing.Closes() || n.outranks(closing)) {
			closing = n
		}
	}
	return answer, closing
}

func (n Norm) outranks(o Norm) bool {
	if n.rank() != o.rank() {
		return n.rank() > o.rank()
	}
	return n.EffectiveOn > o.EffectiveOn
}

// Deadlines works out both deadlines of a matter (Calendar.PausedDue says how
// time is counted). An answer is due no later than the closing. A matter that
// was closed and opened again keeps its day of receipt; the time it stood
// closed is one of its pauses.
func (c Clock) Deadlines(m Matter) Deadlines {
	answer, closing := c.Standard(m.Channel, m.Category, c.Day(m.ReceivedAt), m.CategoryDays)
	return c.DeadlinesBy(answer, closing, m)
}

// Day is the day of t in the city's zone, YYYY-MM-DD.
func (c Clock) Day(t time.Time) string { return t.In(c.Calendar.Location).Format(time.DateOnly) }

// DeadlinesBy is Deadlines under norms that Standard returned before.
func (c Clock) DeadlinesBy(answer, closing Norm, m Matter) Deadlines {
	var d Deadlines
	keep := func(into **time.Time, at time.Time, ok bool) {
		if ok {
			at = at.UTC()
			*into = &at
		}
	}
	pauses := m.Pauses
	if m.ClosedAt != nil {
		pauses = PausesUntil(pauses, *m.ClosedAt)
	}
	if closing.Closes() {
		at, ok := c.Calendar.PausedDue(m.ReceivedAt, closing.CloseDays, pauses)
		keep(&d.Close, at, ok)
	}
	if m.RespondedAt != nil {
		pauses = PausesUntil(pauses, *m.RespondedAt)
	}
	switch {
	case answer.AnswerHours > 0:
		at, ok := c.Calendar.PausedHours(m.ReceivedAt, answer.AnswerHours, pauses)
		keep(&d.Respond, at, ok)
	case answer.AnswerDays > 0:
		at, ok := c.Calendar.PausedDue(m.ReceivedAt, answer.AnswerDays, pauses)
		keep(&d.Respond, at, ok)
	}
	if d.Respond != nil && d.Close != nil && d.Close.Before(*d.Respond) {
		d.Respond = d.Close
	}
	return d
}

// ReportPause is one stretch in which a report's clock stood still.
type ReportPause struct {
	Kind string `json:"kind" enum:"menunggu_warga,dibuka_kembali" doc:"Waiting for the citizen, or closed and opened again"`
	// EndedAt is nil while it stands.
	BeganAt   time.Time  `json:"began_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Reason    string     `json:"reason"`
	SetBy     string     `json:"set_by"`
	EndReason string     `json:"end_reason,omitempty"`
	EndedBy   string     `json:"ended_by,omitempty"`
}

// PastReport is a report as the pace of its office is learned from it.
type PastReport struct {
	Office    string // short name
	Category  string
	CreatedAt time.Time
	ClosedAt  *time.Time // nil while unfinished
	DueAt     *time.Time // nil while its clock stands
	Pauses    []Pause
}

// RunningReport is an unfinished report whose closing deadline is ahead.
type RunningReport struct {
	ReportSummary
	Pauses []Pause
}

// AtRisk is an unfinished report that will likely miss its deadline, and why.
type AtRisk struct {
	Report          ReportSummary `json:"report"`
	Probability     float64       `json:"probability" doc:"That it is not closed by its deadline, 0 to 1"`
	WorkingDaysLeft float64       `json:"working_days_left" doc:"Working days, 24 hours each, until the deadline"`
	// Why is one sentence with the figures, Indonesian and English.
	Why   string `json:"why"`
	WhyEN string `json:"why_en"`
}
