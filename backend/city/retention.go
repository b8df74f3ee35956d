package city

import "time"

// RetentionSubject is what a rule of retention is about.
type RetentionSubject string

// Subjects of retention. Append-only trails (audit, steps, receipts) are none:
// they are the proof of what was done and name no citizen.
const (
	// KeepIdentities is who reported (name, phone, e-mail, account) and the
	// source's own record of the report, from the day it was closed.
	KeepIdentities RetentionSubject = "identitas_pelapor"
	// KeepConversations are questions to the assistant with their answers, from
	// the last word said; pinned questions and receipts stay.
	KeepConversations RetentionSubject = "percakapan_asisten"
	// KeepRefusals are rows that could not be read, as they came, from when they
	// were settled or else came.
	KeepRefusals RetentionSubject = "baris_ditolak"
)

// RetentionSubjects are all of them, in the order of screens.
var RetentionSubjects = []RetentionSubject{KeepIdentities, KeepConversations, KeepRefusals}

// RetentionRule says how long something is kept: a row with its source. A
// change is a new row.
type RetentionRule struct {
	ID          int64            `json:"id"`
	What        RetentionSubject `json:"what" enum:"identitas_pelapor,percakapan_asisten,baris_ditolak"`
	KeepMonths  int              `json:"keep_months" minimum:"1" maximum:"600"`
	Source      string           `json:"source" doc:"The norm it follows"`
	EffectiveOn string           `json:"effective_on" format:"date" doc:"First day, in the city's days"`
	ChangedAt   time.Time        `json:"changed_at"`
	ChangedBy   string           `json:"changed_by"`
	Reason      string           `json:"reason,omitempty"`
}

// RetentionChange is another rule for a subject.
type RetentionChange struct {
	KeepMonths  int    `json:"keep_months" minimum:"1" maximum:"600"`
	Source      string `json:"source" minLength:"3" maxLength:"500"`
	EffectiveOn string `json:"effective_on" format:"date" doc:"Not before today"`
	Reason      string `json:"reason" minLength:"10" maxLength:"500"`
}

// Retention is how one subject stands.
type Retention struct {
	// Rule is the one in effect; History are all, newest first.
	Rule    RetentionRule   `json:"rule"`
	History []RetentionRule `json:"history" nullable:"false"`
	// Before is the moment whose earlier ends are over tonight, Due how many
	// that are: what the next run erases, counted now.
	Before time.Time `json:"before"`
	Due    int64     `json:"due"`
	// Last is the newest run, absent before the first.
	Last *RetentionRun `json:"last,omitempty"`
}

// RetentionRun is what one night erased: how many, never what it said.
type RetentionRun struct {
	At     time.Time `json:"at"`
	Erased int64     `json:"erased"`
}

// RetentionBefore is the moment from which on things are still kept at now:
// the beginning of the city's day so many months ago.
func RetentionBefore(now time.Time, months int) time.Time {
	y, m, d := now.Date()
	before := time.Date(y, m-time.Month(months), d, 0, 0, 0, 0, now.Location())
	if before.Day() != d { // the 31st of a month that has none: its last day, which keeps longer
		before = time.Date(y, m-time.Month(months)+1, 0, 0, 0, 0, 0, now.Location())
	}
	return before
}
