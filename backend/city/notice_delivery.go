package city

import (
	"strconv"
	"time"
)

// NoticePreferencesInput is a change of an officer's own choice; what is
// absent stays.
type NoticePreferencesInput struct {
	Channels []NoticeChannel `json:"channels,omitempty" enum:"push,surel,telegram,whatsapp" maxItems:"4" doc:"In the order they are tried"`
	// Email is an address that a code is sent to; it counts once Code came
	// back. "" takes the address away.
	Email      *string `json:"email,omitempty" maxLength:"254"`
	Code       string  `json:"code,omitempty" pattern:"^[0-9]{6}$" doc:"The code that was sent to the waiting address"`
	QuietFrom  *string `json:"quiet_from,omitempty" pattern:"^(([01][0-9]|2[0-3])\\.[0-5][0-9])?$"`
	QuietUntil *string `json:"quiet_until,omitempty" pattern:"^(([01][0-9]|2[0-3])\\.[0-5][0-9])?$"`

	// What the choice answers besides may be sent back, and changes nothing.
	EmailWaiting string          `json:"email_waiting,omitempty"`
	Push         int             `json:"push,omitempty"`
	Offered      []NoticeChannel `json:"offered,omitempty"`
}

// DefaultNoticePreferences are those of an officer who has chosen nothing.
func DefaultNoticePreferences() NoticePreferences {
	return NoticePreferences{Channels: []NoticeChannel{NoticePush}, QuietFrom: "21.00", QuietUntil: "05.00", Offered: []NoticeChannel{}}
}

// WakesAt returns when the quiet hours that now lies in end, and now itself
// outside of them or without any. Quiet hours that begin later in the day than
// they end go over midnight; equal ends are none.
func (p NoticePreferences) WakesAt(now time.Time, zone *time.Location) time.Time {
	from, ok1 := minutesOf(p.QuietFrom)
	until, ok2 := minutesOf(p.QuietUntil)
	if !ok1 || !ok2 || from == until {
		return now
	}
	local := now.In(zone)
	at := local.Hour()*60 + local.Minute()
	inside := from <= at && at < until
	if from > until {
		inside = at >= from || at < until
	}
	if !inside {
		return now
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), until/60, until%60, 0, 0, zone)
	if !end.After(now) {
		end = end.AddDate(0, 0, 1)
	}
	return end
}

// minutesOf reads "21.00" as minutes after midnight.
func minutesOf(clock string) (int, bool) {
	if len(clock) != 5 || clock[2] != '.' {
		return 0, false
	}
	h, err1 := strconv.Atoi(clock[:2])
	m, err2 := strconv.Atoi(clock[3:])
	return h*60 + m, err1 == nil && err2 == nil && h < 24 && m < 60
}

// PushSubscription is a browser that takes pushes, as PushSubscription.toJSON
// gives it (W3C Push API).
type PushSubscription struct {
	ID       int64    `json:"-"`
	Endpoint string   `json:"endpoint" maxLength:"2000" doc:"https address of the browser maker's push service"`
	Keys     PushKeys `json:"keys"`
}

// PushKeys are the browser's keys, URL-safe base64 (RFC 8291).
type PushKeys struct {
	P256DH string `json:"p256dh" maxLength:"100" doc:"Public key on P-256, 65 bytes"`
	Auth   string `json:"auth" maxLength:"40" doc:"Shared secret of 16 bytes"`
}

// NoticeErrand is a notice that a node has taken on to bring through a channel.
type NoticeErrand struct {
	Notice      Notice
	Channel     NoticeChannel
	Position    int // in the officer's order, from 1
	Attempts    int // with this one
	Lease       string
	Preferences NoticePreferences
	// Subscriptions are the officer's browsers, for the channel push.
	Subscriptions []PushSubscription
	// Chat is where it goes by a chat (ReadReporterChat), "" when the officer has no
	// chat there that counts.
	Chat string
	// TakenToday is how many notices the officer's channels took since the
	// city's midnight, urgent ones aside.
	TakenToday int
}

// NoticeOutcome is how an errand ended. Exactly one of Taken, Ended and NextAt
// says what follows.
type NoticeOutcome struct {
	Taken  bool
	Ended  bool      // this channel is not tried again
	NextAt time.Time // when it is tried again
	// Uncounted takes the attempt back: it was put off, not tried.
	Uncounted bool
	// Second asks for the officer's next channel too.
	Second bool
	Error  string // without addresses
	// Gone are browsers that take no pushes any more, Reached those that did.
	Gone, Reached []int64
}

// AnswerTime is how long an addressee may take to say "Terima": a row.
type AnswerTime struct {
	Nature Nature `json:"nature" enum:"biasa,segera,sangat_segera,rahasia"`
	Hours  int    `json:"hours" minimum:"1" maximum:"2400"`
	// Working says that the hours are of working days, 24 a day; otherwise they
	// run on the clock.
	Working     bool   `json:"working"`
	Source      string `json:"source" minLength:"3" maxLength:"500"`
	EffectiveOn string `json:"effective_on" format:"date"`
}

// EscalationLadder is by which rules a late instruction goes up.
type EscalationLadder struct {
	Rules       []EscalationRule `json:"rules" nullable:"false"`
	AnswerTimes []AnswerTime     `json:"answer_times" nullable:"false"`
}

// Overdue is an instruction under way as the ladder looks at it.
type Overdue struct {
	ID     int64
	Number string
	// Of is the addressee's kind of office, "" for the sekda.
	Of     string
	Office string // as written
	Nature Nature
	Status DispositionStatus
	// SentAt is when it came to this addressee; ClockFrom when the present
	// deadline was given, which moves with every wait on others.
	SentAt, ClockFrom, DueAt time.Time
	// InHours says that the deadline runs on the clock, not in working days.
	InHours bool
	// WaitedLate is how long it waited on others after the deadline.
	WaitedLate time.Duration
	// WaitsSince is set while it waits on others.
	WaitsSince *time.Time
	Percent    int // the addressee's own word
	// Checked says that a picture of its own is looked at, by others than its
	// sender and addressee.
	Checked bool
	// Round counts how often it was sent elsewhere; Rung and RungAt are how far
	// and when it went up in this round, RungWhen by which clock.
	Round    int
	Rung     int
	RungAt   *time.Time
	RungWhen string
	// OpenParts are those handed on that are still under way.
	OpenParts int
	// Reach are the roles of the ladder in which somebody can be told who is
	// not the addressee.
	Reach []string
	// PastRatios are the shares of the allotted time that the addressee's
	// office took for what it finished in the last year.
	PastRatios []float64
}
