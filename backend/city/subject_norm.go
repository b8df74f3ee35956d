package city

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// SubjectKinds are all kinds of requests, in the order of screens.
var SubjectKinds = []SubjectKind{SubjectCopy, SubjectCorrect, SubjectErase}

// SubjectNorm says within how many hours, by the clock and not in working days,
// requests of a kind are met: a row with its source. A change is a new row.
type SubjectNorm struct {
	ID          int64       `json:"id"`
	Kind        SubjectKind `json:"kind" enum:"salinan,perbaikan,hapus"`
	Hours       int         `json:"hours"`
	RemindHours int         `json:"remind_hours" doc:"How many hours before the end operators are reminded"`
	Source      string      `json:"source" doc:"On what it rests"`
	EffectiveOn string      `json:"effective_on" format:"date" doc:"First day, in the city's days"`
	ChangedAt   time.Time   `json:"changed_at"`
	ChangedBy   string      `json:"changed_by"`
	Reason      string      `json:"reason,omitempty"`
}

// SubjectLimit is what the law says of requests of a kind. No norm gives more.
type SubjectLimit struct {
	Kind        SubjectKind `json:"kind" enum:"salinan,perbaikan,hapus"`
	Hours       int         `json:"hours" doc:"The most that a norm may give; 0: the law names no hours"`
	Article     string      `json:"article"`
	Says        string      `json:"says"`
	EffectiveOn string      `json:"effective_on" format:"date"`
}

// SubjectNorms is how the norm of one kind of request stands.
type SubjectNorms struct {
	// Rule is the norm in effect, History all of them, newest first.
	Rule    SubjectNorm   `json:"rule"`
	History []SubjectNorm `json:"history" nullable:"false"`
	Law     SubjectLimit  `json:"law"`
}

// SubjectNormChange is another norm for a kind of request.
type SubjectNormChange struct {
	Hours       int    `json:"hours" minimum:"1" maximum:"720" doc:"Not more than the law gives"`
	RemindHours int    `json:"remind_hours" minimum:"1" maximum:"720" doc:"Not more than hours"`
	Source      string `json:"source" minLength:"3" maxLength:"500"`
	EffectiveOn string `json:"effective_on" format:"date" doc:"Not before today"`
	Reason      string `json:"reason" minLength:"10" maxLength:"500"`
}

// Clean trims a change and says what is wrong with it on a day of the city
// ("2026-11-23"). What the law says is asked of the store.
func (c SubjectNormChange) Clean(today string) (SubjectNormChange, error) {
	c.Source, c.Reason = strings.TrimSpace(c.Source), strings.TrimSpace(c.Reason)
	day, err := time.Parse(time.DateOnly, c.EffectiveOn)
	switch {
	case c.Hours < 1 || c.Hours > 720:
		return c, wrongField("hours", "error.subject_norm_hours", "is 1 to 720 hours")
	case c.RemindHours < 1 || c.RemindHours > c.Hours:
		return c, wrongField("remind_hours", "error.subject_norm_remind", "is at least 1 hour, and at most the %d that there are", c.Hours)
	case err != nil || day.Format(time.DateOnly) < today:
		return c, wrongField("effective_on", "error.subject_norm_day", "is a day, today or later")
	case utf8.RuneCountInString(c.Source) < 3 || utf8.RuneCountInString(c.Source) > 500:
		return c, InvalidField("source", "says in 3 to 500 characters on what the norm rests")
	case utf8.RuneCountInString(c.Reason) < 10 || utf8.RuneCountInString(c.Reason) > 500:
		return c, wrongField("reason", "error.subject_reason", "says in 10 to 500 characters why; it is recorded")
	}
	return c, nil
}

// Allows says whether the law lets a norm give so many hours; Invalid with its
// article and the most it gives when not.
func (l SubjectLimit) Allows(hours int) error {
	if l.Hours == 0 || hours <= l.Hours {
		return nil
	}
	e := InvalidField("hours", "the law gives %d hours at most (%s: %s)", l.Hours, l.Article, l.Says)
	e.Key, e.Params = "error.subject_norm_law", map[string]string{"hours": strconv.Itoa(l.Hours), "article": l.Article}
	return e
}
