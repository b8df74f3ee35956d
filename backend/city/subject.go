package city

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// SubjectKind is what a person asks for of their own data.
type SubjectKind string

// The kinds, with the articles of UU 27/2022 (Pelindungan Data Pribadi) that give
// the right and oblige the city. Read in public copies of the law: Pasal 6 and 30
// (correction within 3 × 24 hours, its result told), Pasal 7 and 32 (access with the
// trail of processing, within 3 × 24 hours), Pasal 8 (erasure on request), Pasal 13
// (a form that machines read), Pasal 14 (a recorded request, electronic or not),
// Pasal 33 (when access must be refused). The article that obliges to erase names no
// number of hours in those copies; its number (Pasal 43) is from memory.
const (
	SubjectCopy    SubjectKind = "salinan"
	SubjectCorrect SubjectKind = "perbaikan"
	SubjectErase   SubjectKind = "hapus"
)

// SubjectState is where a request stands.
type SubjectState string

// States of a request; the last two are its end.
const (
	SubjectReceived SubjectState = "diterima"
	SubjectWaiting  SubjectState = "menunggu_bukti"
	SubjectProven   SubjectState = "terbukti"
	SubjectMet      SubjectState = "selesai"
	SubjectRefused  SubjectState = "ditolak"
)

// SubjectRequest is a request as lists show it: nothing of who asks.
type SubjectRequest struct {
	ID         int64        `json:"id"`
	Kind       SubjectKind  `json:"kind" enum:"salinan,perbaikan,hapus"`
	Way        string       `json:"way" enum:"loket,surat,telepon,surel,obrolan" doc:"By which it came"`
	ReceivedAt time.Time    `json:"received_at"`
	ReceivedBy string       `json:"received_by"`
	DueAt      time.Time    `json:"due_at" doc:"Hours by the clock after it was received, not working days"`
	State      SubjectState `json:"state" enum:"diterima,menunggu_bukti,terbukti,selesai,ditolak"`
	Late       bool         `json:"late" doc:"Not decided when its time was over"`
	Gave       []string     `json:"gave" nullable:"false" enum:"surel,telepon,akun" doc:"By what they can be found"`
	Proof      string       `json:"proof" enum:",kode,identitas,tautan" doc:"How they proved who they are; empty: not yet"`
	ProofNote  string       `json:"proof_note,omitempty"`
	ProofWay   string       `json:"proof_way,omitempty" enum:",surel,telegram,whatsapp" doc:"Where the code went"`
	ProvenAt   *time.Time   `json:"proven_at,omitempty"`
	ProvenBy   string       `json:"proven_by,omitempty"`
	CodeWay    string       `json:"code_way,omitempty" enum:",surel,telegram,whatsapp" doc:"Where the last code went or is going"`
	CodeUntil  *time.Time   `json:"code_until,omitempty" doc:"Until when the code that was sent last is good; absent while none is on its way"`
	CodesLeft  int          `json:"codes_left" doc:"How many more codes may be sent"`
	TriesLeft  int          `json:"tries_left" doc:"How many more times the last code may be read back"`
	// CopiedAt, CorrectedAt and ErasedAt are when what was asked for was done last.
	CopiedAt    *time.Time `json:"copied_at,omitempty"`
	CorrectedAt *time.Time `json:"corrected_at,omitempty"`
	ErasedAt    *time.Time `json:"erased_at,omitempty"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	DecidedBy   string     `json:"decided_by,omitempty"`
	Reason      string     `json:"reason,omitempty" doc:"Why it was refused"`
	Reports     int        `json:"reports" doc:"Found to be theirs"`
}

// SubjectRequests are all requests, those that wait first, the most urgent first.
type SubjectRequests struct {
	Items []SubjectRequest `json:"items" nullable:"false"`
	// Controller and Contact stand in the copy a person gets.
	Controller string `json:"controller" doc:"Who answers for the data"`
	Contact    string `json:"contact" doc:"How the officer for data protection is reached; empty: not set"`
}

// SubjectReport is a report that was found to be theirs.
type SubjectReport struct {
	ReportID  int64        `json:"report_id"`
	Ticket    string       `json:"ticket"`
	CreatedAt time.Time    `json:"created_at"`
	Channel   string       `json:"channel"`
	Category  string       `json:"category,omitempty" doc:"Name"`
	Area      string       `json:"area,omitempty" doc:"Name"`
	Status    ReportStatus `json:"status" enum:"open,in_progress,closed,rejected"`
	FoundBy   []string     `json:"found_by" nullable:"false" enum:"surel,telepon,akun,tautan"`
	Proven    bool         `json:"proven" doc:"What proved who they are holds for this report too"`
	Held      []string     `json:"held" nullable:"false" enum:"identity,erased,text,address,point" doc:"What was put right here and holds against its source"`
}

// SubjectMessage is a code or a result on its way to who asked.
type SubjectMessage struct {
	Kind    string     `json:"kind" enum:"kode,hasil"`
	Text    string     `json:"text" doc:"Empty for a code: nobody here sees it"`
	At      time.Time  `json:"at"`
	By      string     `json:"by"`
	Channel string     `json:"channel" enum:"surel,telegram,whatsapp,sendiri"`
	TakenAt *time.Time `json:"taken_at,omitempty"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
	Error   string     `json:"error,omitempty"`
}

// SubjectCorrected is a correction that was made, without what it says.
type SubjectCorrected struct {
	ReportID int64     `json:"report_id"`
	Version  int       `json:"version"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Fields   []string  `json:"fields" nullable:"false" enum:"identity,text,address,point"`
	Reason   string    `json:"reason"`
}

// SubjectDetail is one request with what belongs to it.
type SubjectDetail struct {
	SubjectRequest
	Found       []SubjectReport    `json:"found" nullable:"false"`
	Messages    []SubjectMessage   `json:"messages" nullable:"false"`
	Corrections []SubjectCorrected `json:"corrections" nullable:"false"`
	Channels    []NoticeChannel    `json:"channels" nullable:"false" enum:"surel,telegram,whatsapp" doc:"By which this server can send"`
}

// NewSubject is a request as an operator notes it.
type NewSubject struct {
	ClientID   string
	Kind       SubjectKind
	Way        string
	ReceivedAt time.Time // zero: now
	Who        Reporter
}

// SubjectWays are the ways by which a request comes.
var SubjectWays = []string{"loket", "surat", "telepon", "surel", "obrolan"}

// Clean trims a request and says what is wrong with it. A name alone finds nobody:
// many people share one, and whoever knows a neighbour's name would get their reports.
func (n NewSubject) Clean(now time.Time) (NewSubject, error) {
	n.Who = n.Who.trimmed()
	if !slices.Contains(SubjectWays, n.Way) {
		return n, InvalidField("way", "is none of %s", strings.Join(SubjectWays, ", "))
	}
	if n.ReceivedAt.IsZero() {
		n.ReceivedAt = now
	}
	if n.ReceivedAt.After(now) || n.ReceivedAt.Before(now.AddDate(0, -1, 0)) {
		return n, wrongField("received_at", "error.subject_received", "lies in the future, or more than a month back")
	}
	return n, n.Who.checkWays()
}

func (p Reporter) trimmed() Reporter {
	return Reporter{Name: strings.TrimSpace(p.Name), Phone: strings.TrimSpace(p.Phone), Email: strings.TrimSpace(p.Email), Handle: strings.TrimSpace(p.Handle)}
}

// checkWays says what of an address or a number cannot be one.
func (p Reporter) checkWays() error {
	if p.Email != "" && !mailAddress.MatchString(p.Email) {
		return wrongField("email", "error.subject_email", "is no e-mail address")
	}
	if n := len(PlainPhone(p.Phone)); p.Phone != "" && (n < 8 || n > 16) {
		return wrongField("phone", "error.subject_phone", "is no telephone number")
	}
	for _, v := range []string{p.Name, p.Handle} {
		if utf8.RuneCountInString(v) > 200 {
			return InvalidField("name", "has at most 200 characters")
		}
	}
	return nil
}

// Gave are the ways by which a person can be found.
func (p Reporter) Gave() []string {
	out := []string{}
	for way, value := range map[string]string{"surel": p.Email, "telepon": p.Phone, "akun": p.Handle} {
		if value != "" {
			out = append(out, way)
		}
	}
	slices.Sort(out)
	return out
}

// SubjectBoxes are the keyed hashes of what a person gave, under every key at hand:
// what an older key made is found too. Numbers are telephone numbers as chats that
// are known by them hold them.
type SubjectBoxes struct{ Mails, Phones, Handles, Numbers [][]byte }

// Add adds those of a person under one key.
func (s *SubjectBoxes) Add(k IdentityKey, p Reporter) {
	b := p.Boxes(k)
	for _, x := range []struct {
		to  *[][]byte
		box []byte
	}{{&s.Mails, b.Mail}, {&s.Phones, b.Phone}, {&s.Handles, b.Handle}, {&s.Numbers, k.Box("akun", PlainPhone(p.Phone))}} {
		if x.box != nil {
			*x.to = append(*x.to, x.box)
		}
	}
}

// aboutSubject is what a request's details are sealed for, by its client id.
func aboutSubject(mark string) string { return "subject/" + mark }

// SealSubject seals who asks for the request with a client id.
func (p Reporter) SealSubject(k IdentityKey, clientID string) ([]byte, error) {
	return sealFields(k, aboutSubject(clientID), p)
}

// OpenSubject opens who asks; ErrSealed when it cannot be opened.
func OpenSubject(keys Identities, clientID, keyID string, sealed []byte) (Reporter, error) {
	return openFields(keys, aboutSubject(clientID), keyID, sealed)
}

func sealFields(k IdentityKey, about string, p Reporter) ([]byte, error) {
	plain, err := json.Marshal(sealedFields(p))
	if err != nil {
		return nil, fmt.Errorf("encode an identity: %w", err)
	}
	for len(plain)%sealedStep != 0 {
		plain = append(plain, ' ')
	}
	return k.Seal(about, plain), nil
}

func openFields(keys Identities, about, keyID string, sealed []byte) (Reporter, error) {
	plain, err := keys.Open(about, keyID, sealed)
	if err != nil {
		return Reporter{}, err
	}
	var f sealedFields
	if err := json.Unmarshal(plain, &f); err != nil {
		return Reporter{}, fmt.Errorf("decode an identity: %w", err)
	}
	return Reporter(f), nil
}

// Bounds of the code by which somebody proves that an address is theirs: six
// digits, good for a quarter of an hour, read back at most five times; five codes
// for one request. So who guesses is right in one of 40 000 requests.
const (
	SubjectCodes     = 5
	SubjectTries     = 5
	SubjectCodeLasts = 15 * time.Minute
	// SubjectReportsMost bounds what is found and copied at once.
	SubjectReportsMost = 2000
)

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// SubjectCode writes what was read back as six digits; Invalid when it is not.
func SubjectCode(said string) (string, error) {
	code := onlyDigits(said)
	if !sixDigits.MatchString(code) {
		return "", wrongField("code", "error.subject_code", "has six digits")
	}
	return code, nil
}

// SubjectChange is a correction of one report as the person asked for it. What is
// nil stays.
type SubjectChange struct {
	ReportID int64
	Identity *Reporter
	Text     *string
	Address  *string
	Lon, Lat *float64
	Reason   string
	// Area is the kelurahan that the point lies in, Stems the search words of text
	// and address: whoever hands it to the store works them out.
	Area  string
	Stems func(text, address string) string
}

// Fields are what it changes.
func (c SubjectChange) Fields() []string {
	out := []string{}
	for _, f := range []struct {
		name string
		set  bool
	}{{"identity", c.Identity != nil}, {"text", c.Text != nil}, {"address", c.Address != nil}, {"point", c.Lon != nil}} {
		if f.set {
			out = append(out, f.name)
		}
	}
	return out
}

// Clean trims a correction and says what is wrong with it.
func (c SubjectChange) Clean() (SubjectChange, error) {
	if c.Reason = strings.TrimSpace(c.Reason); utf8.RuneCountInString(c.Reason) < 10 || utf8.RuneCountInString(c.Reason) > 500 {
		return c, wrongField("reason", "error.subject_reason", "has 10 to 500 characters")
	}
	if len(c.Fields()) == 0 {
		return c, wrongField("text", "error.subject_nothing", "nothing is to be corrected")
	}
	if (c.Lon == nil) != (c.Lat == nil) || c.Lon != nil && (*c.Lon < -180 || *c.Lon > 180 || *c.Lat < -90 || *c.Lat > 90) {
		return c, wrongField("lon", "error.subject_point", "a point is a longitude and a latitude in degrees")
	}
	if c.Text != nil {
		t := strings.TrimSpace(*c.Text)
		if n := utf8.RuneCountInString(t); n < 3 || n > 8000 {
			return c, wrongField("text", "error.subject_text", "has 3 to 8000 characters")
		}
		c.Text = &t
	}
	if c.Address != nil {
		a := strings.TrimSpace(*c.Address)
		c.Address = &a
	}
	if c.Identity != nil {
		p := c.Identity.trimmed()
		c.Identity = &p
		return c, p.checkWays()
	}
	return c, nil
}

// SubjectOutcome is how a request ends.
type SubjectOutcome struct {
	State   SubjectState  // SubjectMet or SubjectRefused
	Reason  string        // of a refusal
	Channel NoticeChannel // by which who asked is told; "" when told in person
}
