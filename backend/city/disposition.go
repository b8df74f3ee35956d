package city

import (
	"fmt"
	"slices"
	"time"
)

// DispositionStatus is where an instruction stands.
type DispositionStatus string

// Statuses of a disposition.
const (
	DispositionSent     DispositionStatus = "sent"      // with the addressee, not yet taken
	DispositionAccepted DispositionStatus = "accepted"  // taken, not begun
	DispositionWorking  DispositionStatus = "working"   // being done
	DispositionAsked    DispositionStatus = "asked"     // the addressee asks; it waits on the sender
	DispositionHindered DispositionStatus = "hindered"  // an obstacle was named; it waits on somebody else
	DispositionPassed   DispositionStatus = "passed_on" // handed on; its parts are under way
	DispositionProof    DispositionStatus = "proof_in"  // said to be done; the proof is being checked
	DispositionDone     DispositionStatus = "done"      // proven, or the reporter or sender agreed
	DispositionDeclined DispositionStatus = "declined"  // refused with a reason; back with the sender
	DispositionCanceled DispositionStatus = "canceled"  // taken back by the sender
)

// DispositionStatuses in their usual order.
var DispositionStatuses = []DispositionStatus{
	DispositionSent, DispositionAccepted, DispositionWorking, DispositionAsked, DispositionHindered, DispositionPassed,
	DispositionProof, DispositionDone, DispositionDeclined, DispositionCanceled,
}

// Over reports whether nothing more is expected of the addressee.
func (s DispositionStatus) Over() bool { return s == DispositionDone || s == DispositionCanceled }

// Waits reports whether it waits on somebody else than its addressee: nobody
// is escalated for it, and its clock stands still.
func (s DispositionStatus) Waits() bool {
	return s == DispositionAsked || s == DispositionHindered || s == DispositionProof || s == DispositionDeclined
}

// DispositionStepKind is what happened to a disposition.
type DispositionStepKind string

// Kinds of step.
const (
	StepSend     DispositionStepKind = "send"     // the sender sends
	StepRead     DispositionStepKind = "read"     // the addressee opened it first
	StepAccept   DispositionStepKind = "accept"   // Terima
	StepAsk      DispositionStepKind = "ask"      // Tanya
	StepReply    DispositionStepKind = "reply"    // the sender's answer
	StepDecline  DispositionStepKind = "decline"  // with a reason; "bukan wewenang saya" proposes another office
	StepProgress DispositionStepKind = "progress" // per cent, words, photos, parts used
	StepHinder   DispositionStepKind = "hinder"   // Kendala: goes back up at once
	StepResume   DispositionStepKind = "resume"   // the obstacle is gone
	StepPassOn   DispositionStepKind = "pass_on"  // handed on to an office below
	StepFinish   DispositionStepKind = "finish"   // said to be done
	StepConfirm  DispositionStepKind = "confirm"  // it stands: proof, reporter, or sender where no picture is needed
	StepReopen   DispositionStepKind = "reopen"   // it does not stand
	StepCancel   DispositionStepKind = "cancel"   // the sender takes it back
	StepExtend   DispositionStepKind = "extend"   // the sender moves the deadline
	StepRedirect DispositionStepKind = "redirect" // the sender sends a declined one elsewhere
	StepNote     DispositionStepKind = "note"     // words; nothing changes
	StepRemind   DispositionStepKind = "remind"   // Balaikota's or the sender's reminder
	StepEscalate DispositionStepKind = "escalate" // Balaikota told the next rung
)

// Party is which side of a disposition somebody is on.
type Party string

// Parties.
const (
	PartySender    Party = "sender"
	PartyAddressee Party = "addressee"
	PartyReader    Party = "reader" // carbon copy, or above
	PartySystem    Party = "system"
	// PartySelf is both sides: who took an approved recommendation on himself.
	PartySelf Party = "self"
)

// Is reports whether the party stands on a side.
func (p Party) Is(side Party) bool {
	return p == side || p == PartySelf && (side == PartySender || side == PartyAddressee)
}

// move is one allowed change: by whom, from where, to where ("" stays).
type move struct {
	by   []Party
	from []DispositionStatus
	to   DispositionStatus
}

var (
	underWay = []DispositionStatus{DispositionAccepted, DispositionWorking, DispositionHindered, DispositionAsked}
	notOver  = []DispositionStatus{DispositionSent, DispositionAccepted, DispositionWorking, DispositionAsked, DispositionHindered, DispositionPassed, DispositionProof, DispositionDeclined}
	both     = []Party{PartySender, PartyAddressee}
)

// moves is the whole life of a disposition.
var moves = map[DispositionStepKind]move{
	StepRead:     {by: []Party{PartyAddressee}, from: []DispositionStatus{DispositionSent}},
	StepAccept:   {by: []Party{PartyAddressee}, from: []DispositionStatus{DispositionSent, DispositionAsked}, to: DispositionAccepted},
	StepAsk:      {by: []Party{PartyAddressee}, from: []DispositionStatus{DispositionSent, DispositionAccepted, DispositionWorking}, to: DispositionAsked},
	StepReply:    {by: []Party{PartySender}, from: []DispositionStatus{DispositionAsked, DispositionHindered}, to: DispositionAccepted},
	StepDecline:  {by: []Party{PartyAddressee}, from: []DispositionStatus{DispositionSent, DispositionAccepted, DispositionAsked, DispositionHindered}, to: DispositionDeclined},
	StepProgress: {by: []Party{PartyAddressee}, from: underWay, to: DispositionWorking},
	StepHinder:   {by: []Party{PartyAddressee}, from: []DispositionStatus{DispositionSent, DispositionAccepted, DispositionWorking}, to: DispositionHindered},
	StepResume:   {by: both, from: []DispositionStatus{DispositionHindered}, to: DispositionWorking},
	StepPassOn:   {by: []Party{PartyAddressee}, from: append([]DispositionStatus{DispositionSent, DispositionPassed}, underWay...), to: DispositionPassed},
	StepFinish:   {by: []Party{PartyAddressee}, from: append([]DispositionStatus{DispositionPassed}, underWay...), to: DispositionProof},
	StepConfirm:  {by: []Party{PartySender, PartySystem}, from: []DispositionStatus{DispositionProof}, to: DispositionDone},
	StepReopen:   {by: []Party{PartySender, PartySystem}, from: []DispositionStatus{DispositionProof, DispositionDone}, to: DispositionWorking},
	StepCancel:   {by: []Party{PartySender}, from: notOver, to: DispositionCanceled},
	StepExtend:   {by: []Party{PartySender}, from: notOver},
	StepRedirect: {by: []Party{PartySender}, from: []DispositionStatus{DispositionDeclined}, to: DispositionSent},
	StepNote:     {by: []Party{PartySender, PartyAddressee, PartyReader, PartySystem}, from: DispositionStatuses},
	StepRemind:   {by: []Party{PartySender, PartySystem}, from: notOver},
	StepEscalate: {by: []Party{PartySystem}, from: notOver},
}

// Move returns the status that a step leads to, or why it may not be taken:
// Forbidden for the wrong party, Conflict for the wrong status. Send makes a
// disposition and is no move.
func (s DispositionStatus) Move(kind DispositionStepKind, by Party) (DispositionStatus, error) {
	m, ok := moves[kind]
	switch {
	case !ok:
		return s, InvalidField("kind", "is %q, which no step is called", kind)
	case by == PartySelf && kind == StepExtend:
		return s, Errorf(Forbidden, "nobody moves the deadline of what he took on himself")
	case !slices.ContainsFunc(m.by, by.Is):
		return s, Errorf(Forbidden, "step %s is not for the %s of a disposition", kind, by)
	case !slices.Contains(m.from, s):
		return s, Errorf(Conflict, "step %s cannot be taken while the disposition is %s", kind, s)
	case m.to == "":
		return s, nil
	}
	return m.to, nil
}

// Steps lists what the party may do now, in the order of declaration.
func (s DispositionStatus) Steps(by Party) []DispositionStepKind {
	out := []DispositionStepKind{}
	for _, k := range DispositionStepKinds {
		if _, err := s.Move(k, by); err == nil {
			out = append(out, k)
		}
	}
	return out
}

// DispositionStepKinds are all kinds but send.
var DispositionStepKinds = []DispositionStepKind{
	StepRead, StepAccept, StepProgress, StepFinish, StepAsk, StepHinder, StepDecline, StepResume, StepPassOn, StepReply,
	StepConfirm, StepReopen, StepExtend, StepRedirect, StepRemind, StepCancel, StepNote, StepEscalate,
}

// Nature (sifat) is the urgency or secrecy of a letter.
type Nature string

// Natures of the official form.
const (
	NatureOrdinary   Nature = "biasa"
	NatureUrgent     Nature = "segera"
	NatureVeryUrgent Nature = "sangat_segera"
	NatureSecret     Nature = "rahasia" // sender, addressee, mayor, sekda and auditor only
)

// DispositionOrder is what a sender asks for.
type DispositionOrder struct {
	// ClientID makes sending twice harmless: a UUID of the sender's screen.
	ClientID string `json:"client_id" format:"uuid"`
	// Office is the addressee's short name; "" with Role sekda.
	Office string `json:"office,omitempty"`
	Role   Role   `json:"role,omitempty" enum:",sekda"`
	// Copies are short names of offices that are told (tembusan).
	Copies      []string `json:"copies" nullable:"false" maxItems:"20"`
	Nature      Nature   `json:"nature" enum:"biasa,segera,sangat_segera,rahasia"`
	Subject     string   `json:"subject" minLength:"5" maxLength:"200"`
	Instruction string   `json:"instruction" minLength:"5" maxLength:"4000"`
	Note        string   `json:"note,omitempty" maxLength:"2000"`
	// DueDays is working days from today, DueHours hours; exactly one unless
	// DueAt states the moment.
	DueDays          int        `json:"due_days,omitempty" minimum:"0" maximum:"250"`
	DueHours         int        `json:"due_hours,omitempty" minimum:"0" maximum:"240"`
	DueAt            *time.Time `json:"due_at,omitempty"`
	RecommendationID int64      `json:"recommendation_id,omitempty"`
	ParentID         int64      `json:"parent_id,omitempty" doc:"Handing on: the disposition that it is a part of"`
	Action           string     `json:"action,omitempty" doc:"Kind of action"`
	AreaCode         string     `json:"area_code,omitempty" doc:"Where it is to be done"`
	Place            string     `json:"place,omitempty" maxLength:"200"`
	Lon              *float64   `json:"lon,omitempty"`
	Lat              *float64   `json:"lat,omitempty"`
	Category         string     `json:"category,omitempty"`
	Indicator        string     `json:"indicator,omitempty"`
	Incidents        []int64    `json:"incidents" nullable:"false" maxItems:"50"`
	Reports          []int64    `json:"reports" nullable:"false" maxItems:"200"`
	// Attachments are files sent before (POST /api/attachments).
	Attachments []int64 `json:"attachments" nullable:"false" maxItems:"10"`
}

// Disposition (disposisi) is an instruction to an office, with a deadline.
type Disposition struct {
	ID     int64  `json:"id"`
	Number string `json:"number" doc:"DSP/0012/XI/2026: running within the year"`
	// From is who sent it, as the letter names him; FromOffice "" for mayor and
	// secretary.
	From       string `json:"from"`
	FromRole   Role   `json:"from_role"`
	FromOffice string `json:"from_office,omitempty"`
	// ActingFor names whom the sender stood in for (Plh.), "" otherwise.
	ActingFor string `json:"acting_for,omitempty"`
	// Office, OfficeName and ToRole are the addressee.
	Office       string            `json:"office,omitempty"`
	OfficeName   string            `json:"office_name" doc:"As it is written: Lurah Sidodadi, Dinas …"`
	ToRole       Role              `json:"to_role"`
	ToArea       string            `json:"to_area,omitempty" doc:"Area of a camat's or lurah's office"`
	Copies       []string          `json:"copies" nullable:"false"`
	Nature       Nature            `json:"nature" enum:"biasa,segera,sangat_segera,rahasia"`
	Subject      string            `json:"subject"`
	Instruction  string            `json:"instruction"`
	Note         string            `json:"note,omitempty"`
	Status       DispositionStatus `json:"status" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled"`
	Percent      int               `json:"percent"`
	SentAt       time.Time         `json:"sent_at"`
	DueAt        time.Time         `json:"due_at"`
	DoneAt       *time.Time        `json:"done_at,omitempty"`
	DoneBy       string            `json:"done_by,omitempty" enum:"proof,second_person,reporter,sender" doc:"What made it done"`
	LateHours    float64           `json:"late_hours,omitempty" doc:"On the clock, without the time it waited on others"`
	WaitsOn      string            `json:"waits_on,omitempty" doc:"Who it waits on while it does, as written"`
	Obstacle     string            `json:"obstacle,omitempty" enum:"dana,wewenang,alat,cuaca,lahan,lain"`
	LastNews     string            `json:"last_news,omitempty"`
	LastAt       time.Time         `json:"last_at"`
	Proof        bool              `json:"proof" doc:"Done needs a picture from the place"`
	Verdict      ProofVerdict      `json:"verdict,omitempty" enum:"sah,ragu,ditolak,menunggu"`
	ReporterWord string            `json:"reporter_word,omitempty" enum:"asked,yes,no,none"`

	RecommendationID int64    `json:"recommendation_id,omitempty"`
	ParentID         int64    `json:"parent_id,omitempty"`
	RootID           int64    `json:"root_id" doc:"The first of its chain, itself when it is"`
	Action           string   `json:"action,omitempty"`
	AreaCode         string   `json:"area_code,omitempty"`
	Place            string   `json:"place,omitempty"`
	Lon              *float64 `json:"lon,omitempty"`
	Lat              *float64 `json:"lat,omitempty"`
	Category         string   `json:"category,omitempty"`
	Indicator        string   `json:"indicator,omitempty"`
	Incidents        []int64  `json:"incidents" nullable:"false"`
	Reports          []int64  `json:"reports" nullable:"false"`
	Rung             int      `json:"rung" doc:"How far it was escalated; 0 not at all"`
	Simulated        bool     `json:"simulated,omitempty"`
}

// DispositionStepInput is a step somebody wants to take.
type DispositionStepInput struct {
	// ClientID makes taking it twice harmless.
	ClientID string              `json:"client_id" format:"uuid"`
	Kind     DispositionStepKind `json:"kind" enum:"read,accept,ask,reply,decline,progress,hinder,resume,finish,confirm,reopen,cancel,extend,redirect,note,remind"`
	Text     string              `json:"text,omitempty" maxLength:"4000"`
	// SaidAt is the clock of the phone when it was done; the server's own
	// stands beside it.
	SaidAt   *time.Time `json:"said_at,omitempty"`
	Percent  *int       `json:"percent,omitempty" minimum:"0" maximum:"100"`
	Obstacle string     `json:"obstacle,omitempty" enum:"dana,wewenang,alat,cuaca,lahan,lain"`
	// Office is decline's or redirect's: who it should go to.
	Office string     `json:"office,omitempty"`
	DueAt  *time.Time `json:"due_at,omitempty" doc:"extend"`
	Parts  []PartUsed `json:"parts,omitempty" maxItems:"50"`
	// Proofs are pictures sent before or after it (by their own client_id).
	Proofs []string `json:"proofs,omitempty" maxItems:"10"`

	// What only Balaikota's own steps say; nothing outside can.
	DoneBy string `json:"-"` // confirm: proof, second_person or reporter
	Rung   int    `json:"-"` // escalate: the rung that was told
}

// PartUsed is material or tool used.
type PartUsed struct {
	Name     string  `json:"name" minLength:"1" maxLength:"120"`
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit" maxLength:"20"`
}

// DispositionStep is one line of the history: who, when, from what to what.
// It is never changed.
type DispositionStep struct {
	ID        int64               `json:"id"`
	At        time.Time           `json:"at" doc:"The server's clock"`
	SaidAt    *time.Time          `json:"said_at,omitempty"`
	Kind      DispositionStepKind `json:"kind" enum:"send,read,accept,ask,reply,decline,progress,hinder,resume,pass_on,finish,confirm,reopen,cancel,extend,redirect,note,remind,escalate"`
	By        string              `json:"by" doc:"Name as shown"`
	Role      Role                `json:"role"`
	ActingFor string              `json:"acting_for,omitempty"`
	From      DispositionStatus   `json:"from,omitempty" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled"`
	To        DispositionStatus   `json:"to" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled"`
	Text      string              `json:"text,omitempty"`
	Percent   *int                `json:"percent,omitempty"`
	Obstacle  string              `json:"obstacle,omitempty" enum:"dana,wewenang,alat,cuaca,lahan,lain"`
	Office    string              `json:"office,omitempty"`
	DueAt     *time.Time          `json:"due_at,omitempty"`
	Parts     []PartUsed          `json:"parts,omitempty"`
	Proofs    []int64             `json:"proofs,omitempty"`
}

// StepOutcome answers one step of a batch.
type StepOutcome struct {
	ClientID string `json:"client_id"`
	// Outcome is added, known (it had arrived before) or refused.
	Outcome string            `json:"outcome" enum:"added,known,refused"`
	Problem string            `json:"problem,omitempty" doc:"Why it was refused, in Indonesian where there are words for it"`
	Code    string            `json:"code,omitempty"`
	Key     string            `json:"key,omitempty" doc:"Names the text on screen"`
	Params  map[string]string `json:"params,omitempty" doc:"Values of the text on screen"`
	Status  DispositionStatus `json:"status,omitempty" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled"`
}

// DispositionDetail is a disposition with its history and its chain.
type DispositionDetail struct {
	Disposition
	Steps       []DispositionStep     `json:"steps" nullable:"false" doc:"Oldest first"`
	Chain       []Disposition         `json:"chain" nullable:"false" doc:"From the first to the last, parts after their whole; those the asker may see"`
	Attachments []Attachment          `json:"attachments" nullable:"false"`
	Party       Party                 `json:"party" enum:"sender,addressee,reader,self"`
	May         []DispositionStepKind `json:"may" nullable:"false" enum:"send,read,accept,ask,reply,decline,progress,hinder,resume,pass_on,finish,confirm,reopen,cancel,extend,redirect,note,remind,escalate" doc:"What the asker may do now"`
	Below       []string              `json:"below" nullable:"false" doc:"Offices the asker may hand it on to"`
}

// Attachment is a file of a disposition.
type Attachment struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size" doc:"Bytes"`
}

// DispositionFilter selects dispositions; empty fields do not filter.
type DispositionFilter struct {
	Box      string // in, out; "" both
	Status   []DispositionStatus
	Office   string
	AreaCode string
	Late     bool
	Incident int64
	Since    time.Time
	Offset   int
	Limit    int // 1 to 200; 0 = 50
}

// Task (tugas) is a disposition as its addressee's phone shows it.
type Task struct {
	Disposition
	// Order is the place in today's list: late and grave first, then by the
	// way from one to the next.
	Order    int                   `json:"order"`
	Why      Said                  `json:"why" doc:"Why it stands here"`
	DistM    *float64              `json:"dist_m,omitempty" doc:"From the one before"`
	May      []DispositionStepKind `json:"may" nullable:"false" enum:"send,read,accept,ask,reply,decline,progress,hinder,resume,pass_on,finish,confirm,reopen,cancel,extend,redirect,note,remind,escalate"`
	Reminder Said                  `json:"reminder" doc:"When a reminder comes and to whom it goes next"`
}

// StandIn (pengganti, Plh.) acts for an officer during leave.
type StandIn struct {
	ID        int64      `json:"id"`
	OfficerID int64      `json:"officer_id" doc:"Who is away"`
	Officer   string     `json:"officer"`
	StandInID int64      `json:"stand_in_id"`
	StandIn   string     `json:"stand_in"`
	From      time.Time  `json:"from"`
	Until     time.Time  `json:"until"`
	Reason    string     `json:"reason"`
	MadeBy    string     `json:"made_by"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

// DispositionNumber is how a letter's running number is written, such as
// DSP/0012/XI/2026; sent is in the city's zone.
func DispositionNumber(number int, sent time.Time) string {
	months := [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
	return fmt.Sprintf("DSP/%04d/%s/%d", number, months[sent.Month()-1], sent.Year())
}
