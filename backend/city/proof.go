package city

import "time"

// ProofVerdict is what the checks of a picture come to. It never decides alone
// against an officer: it names what to look at.
type ProofVerdict string

// Verdicts.
const (
	VerdictPending  ProofVerdict = "menunggu" // not checked yet
	VerdictValid    ProofVerdict = "sah"
	VerdictDoubtful ProofVerdict = "ragu"    // a second person of another office looks
	VerdictRejected ProofVerdict = "ditolak" // by a second person only
)

// ProofCheckName is one thing that is looked at.
type ProofCheckName string

// Checks of a proof.
const (
	CheckToken     ProofCheckName = "token"     // taken inside the app with a one-time token
	CheckPlace     ProofCheckName = "tempat"    // near where the work was to be done
	CheckTime      ProofCheckName = "waktu"     // after the order, before it was sent, the clocks agree
	CheckDevice    ProofCheckName = "perangkat" // the officer's own phone
	CheckSame      ProofCheckName = "sama"      // no earlier picture is the same, cut, mirrored or pressed again
	CheckView      ProofCheckName = "sudut"     // shows the same view as the picture before
	CheckEdited    ProofCheckName = "sunting"   // traces of editing or making
	CheckMetadata  ProofCheckName = "metadata"  // what the camera wrote
	CheckScreen    ProofCheckName = "layar"     // a picture of a screen or print
	CheckLegible   ProofCheckName = "terbaca"   // sharp and bright enough to show anything
	CheckSecondEye ProofCheckName = "orang-kedua"
)

// ProofCheck is the outcome of one check in words.
type ProofCheck struct {
	Name    ProofCheckName `json:"name"`
	Outcome string         `json:"outcome" enum:"baik,ragu,buruk,tidak-diperiksa"`
	Said
	// Score is the measured value, Limit what it is held against.
	Score *float64 `json:"score,omitempty"`
	Limit *float64 `json:"limit,omitempty"`
	// LookAt names what a person should look at.
	LookAt *Said `json:"look_at,omitempty"`
	// Like is the earlier proof it resembles; Region x, y, width, height as
	// shares of the picture to look at.
	Like   int64       `json:"like,omitempty"`
	Region *[4]float64 `json:"region,omitempty"`
}

// Proof (bukti) is a picture from the place of an action.
type Proof struct {
	ID            int64        `json:"id"`
	ClientID      string       `json:"client_id" format:"uuid"`
	DispositionID int64        `json:"disposition_id"`
	Stage         string       `json:"stage" enum:"before,during,after"`
	TakenAt       *time.Time   `json:"taken_at,omitempty" doc:"By the phone's clock"`
	ReceivedAt    time.Time    `json:"received_at"`
	By            string       `json:"by"`
	Lon           *float64     `json:"lon,omitempty"`
	Lat           *float64     `json:"lat,omitempty"`
	AccuracyM     float64      `json:"accuracy_m,omitempty"`
	DistanceM     *float64     `json:"distance_m,omitempty" doc:"From where the work was to be done"`
	Width         int          `json:"width"`
	Height        int          `json:"height"`
	SHA256        string       `json:"sha256"`
	Note          string       `json:"note,omitempty"`
	Verdict       ProofVerdict `json:"verdict" enum:"menunggu,sah,ragu,ditolak"`
	// Machine is the verdict of the checks; Verdict a second person's when
	// there is one.
	Machine    ProofVerdict `json:"machine" enum:"menunggu,sah,ragu"`
	Checks     []ProofCheck `json:"checks" nullable:"false"`
	Summary    Said         `json:"summary"`
	ReviewedBy string       `json:"reviewed_by,omitempty"`
	ReviewedAt *time.Time   `json:"reviewed_at,omitempty"`
	Review     string       `json:"review,omitempty" doc:"The second person's reason"`
	CheckedAt  *time.Time   `json:"checked_at,omitempty"`
}

// ReporterWord is a reporter's answer to "apakah sudah beres?".
type ReporterWord struct {
	ReportID   int64      `json:"report_id"`
	AskedAt    time.Time  `json:"asked_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Answer     string     `json:"answer,omitempty" enum:"yes,no,partly"`
	Text       string     `json:"text,omitempty"`
	// Reach is how far the question came, Channel by what. same: the reporter
	// is asked about another of their own reports of this work; no_way: no
	// channel leads to them; unsent: none was tried.
	Reach     string        `json:"reach" enum:"waiting,sent,same,failed,no_way,unsent"`
	Channel   NoticeChannel `json:"channel,omitempty" enum:"surel,telegram,whatsapp"`
	ReachedAt *time.Time    `json:"reached_at,omitempty" doc:"When the channel took the question"`
}

// ReporterAsk is a reporter that is asked whether it is done, for those who
// bring the link. Who the reporter is stands elsewhere.
type ReporterAsk struct {
	ID            int64     `json:"id"`
	DispositionID int64     `json:"disposition_id"`
	ReportID      int64     `json:"report_id"`
	AskedAt       time.Time `json:"asked_at"`
	ClosesAt      time.Time `json:"closes_at"`
	Path          string    `json:"-" doc:"/publik/beres/{token}: a secret between the reporter and us"`
}

// ReporterQuestion is what a reporter's page shows: nothing of any person.
type ReporterQuestion struct {
	Ticket   string
	What     string
	Where    string
	When     time.Time
	Finished time.Time
	ClosesAt time.Time
	City     string
	Answer   string // "" as long as there is none
	// Closing is the answer with which the city closed the matter, "" without one.
	Closing string
}

// ProofToken is a one-time code for one picture.
type ProofToken struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ProofInput is a picture as it arrives.
type ProofInput struct {
	ClientID      string
	DispositionID int64
	Token         string
	Stage         string
	TakenAt       *time.Time
	Lon, Lat      *float64
	AccuracyM     float64
	DistanceM     *float64
	Device        string
	Note          string
	Type          string // image/jpeg or image/png
	Width, Height int
	Bytes         []byte
}

// ProofMatter is what a second person is told of a disposition that is not
// theirs.
type ProofMatter struct {
	Number   string   `json:"number"`
	Subject  string   `json:"subject"`
	Office   string   `json:"office" doc:"The addressee, as written"`
	Action   string   `json:"action,omitempty"`
	Category string   `json:"category,omitempty"`
	Place    string   `json:"place,omitempty"`
	AreaCode string   `json:"area_code,omitempty"`
	Lon      *float64 `json:"lon,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`
}

// ProofReviewItem is a proof that waits for a second person of another office.
type ProofReviewItem struct {
	Proof    Proof       `json:"proof"`
	Matter   ProofMatter `json:"matter"`
	Why      string      `json:"why" enum:"checks,reporter" doc:"The checks doubt, or the reporter says that it is not done"`
	OpenedAt time.Time   `json:"opened_at"`
	Before   []int64     `json:"before" nullable:"false" doc:"Pictures before the work, by number"`
}

// ProofReviewers are the roles that may be a second person: never for a
// disposition that their own office sent, got or has a copy of.
var ProofReviewers = []Role{KepalaOPD, Camat, Sekda, Auditor}
