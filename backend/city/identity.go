package city

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrSealed is the cause when something sealed cannot be opened: its key is not
// at hand, or it is not what was sealed.
var ErrSealed = errors.New("it cannot be opened")

// IdentityKey seals what tells who somebody is, and makes boxes: keyed hashes by
// which two are known to be of the same person without saying of whom.
type IdentityKey interface {
	ID() string
	// Seal seals plain with AES-256-GCM under a nonce of its own; about says what
	// it belongs to (report/7) and must be the same to open it.
	Seal(about string, plain []byte) []byte
	// Box is the keyed hash of a value of a kind, nil of an empty one.
	Box(kind, value string) []byte
}

// Identities are a city's keys. They lie outside the database.
type Identities interface {
	// Newest is the key that seals.
	Newest() (IdentityKey, error)
	// Known are the keys that can open.
	Known() []string
	// Each are those keys, the newest last: what an older one made is found by it.
	Each() []IdentityKey
	// Open opens what was sealed; the error is ErrSealed when it cannot.
	Open(about, keyID string, sealed []byte) ([]byte, error)
}

// SealedReporter is a reporter as the database holds one.
type SealedReporter struct {
	Sealed []byte
	KeyID  string
	// MailBox, PhoneBox and HandleBox tell whether two are of the same person;
	// nil where the reporter gave none.
	MailBox, PhoneBox, HandleBox []byte
	// ByMail and ByChat: mail can reach the address; the handle is a chat's.
	ByMail, ByChat bool
}

// sealedFields is what is sealed of a reporter. Blanks fill it up, so that its
// length does not tell a name's.
type sealedFields struct {
	Name   string `json:"n,omitempty"`
	Phone  string `json:"p,omitempty"`
	Email  string `json:"e,omitempty"`
	Handle string `json:"h,omitempty"`
}

const sealedStep = 64

func aboutReport(id int64) string { return fmt.Sprintf("report/%d", id) }

// Seal seals who made the report with number id.
func (p Reporter) Seal(k IdentityKey, id int64) (SealedReporter, error) {
	plain, err := json.Marshal(sealedFields(p))
	if err != nil {
		return SealedReporter{}, fmt.Errorf("encode an identity: %w", err)
	}
	for len(plain)%sealedStep != 0 {
		plain = append(plain, ' ')
	}
	b := p.Boxes(k)
	return SealedReporter{
		Sealed: k.Seal(aboutReport(id), plain), KeyID: k.ID(), MailBox: b.Mail, PhoneBox: b.Phone, HandleBox: b.Handle,
		ByMail: p.Mailbox() != "", ByChat: chatHandle.MatchString(p.Handle),
	}, nil
}

// OpenReporter opens who made the report with number id; ErrSealed when it
// cannot be opened.
func OpenReporter(keys Identities, id int64, keyID string, sealed []byte) (Reporter, error) {
	plain, err := keys.Open(aboutReport(id), keyID, sealed)
	if err != nil {
		return Reporter{}, err
	}
	var f sealedFields
	if err := json.Unmarshal(plain, &f); err != nil {
		return Reporter{}, fmt.Errorf("decode an identity: %w", err)
	}
	return Reporter(f), nil
}

// Boxes are the keyed hashes of what a reporter gave, nil where nothing was.
type Boxes struct{ Mail, Phone, Handle []byte }

// Boxes makes the hashes by which the same person is found.
func (p Reporter) Boxes(k IdentityKey) Boxes {
	return Boxes{
		Mail: k.Box("surel", strings.ToLower(strings.TrimSpace(p.Email))), Phone: k.Box("telepon", PlainPhone(p.Phone)), Handle: k.Box("akun", strings.TrimSpace(p.Handle)),
	}
}

var (
	chatHandle  = regexp.MustCompile(`^[0-9]{3,20}$`)
	mailAddress = regexp.MustCompile(`^[^\s<>,;@]+@[^\s<>,;@]+\.[^\s<>,;@]+$`)
	noMail      = regexp.MustCompile(`(\.|@)(invalid|example|test|localhost)$|(\.|@)example\.(com|net|org)$`)
)

// Mailbox is the address, in lower case, at which mail can reach the reporter;
// "" when none does. Names that no mail reaches (RFC 2606, RFC 6761) are none.
func (p Reporter) Mailbox() string {
	if box := strings.ToLower(p.Email); len(box) <= 254 && mailAddress.MatchString(box) && !noMail.MatchString(box) {
		return box
	}
	return ""
}

// PlainPhone writes a telephone number by its digits alone, Indonesian ones with
// 62 before them, so that one number has one form.
func PlainPhone(phone string) string {
	digits := onlyDigits(phone)
	if rest, ok := strings.CutPrefix(digits, "0"); ok && len(rest) > 0 && !strings.HasPrefix(rest, "0") {
		return "62" + rest
	}
	return digits
}

// ReporterAddress is where a reporter is reached by a channel, as carriers take
// it; "" when nowhere. source and heard are of a chat: where they wrote, and when
// they were last heard there (seconds since 1970).
func (p Reporter) ReporterAddress(channel NoticeChannel, source string, heard int64) string {
	if channel == NoticeEmail {
		return p.Mailbox()
	}
	if !chatHandle.MatchString(p.Handle) {
		return ""
	}
	return fmt.Sprintf("%s:%s:%d", source, p.Handle, heard)
}

// IdentitySealing is how the sealing of identities stands.
type IdentitySealing struct {
	Key  string // the key that seals
	Keys int    // how many can open
	// Sealed is how many reporters there are, Locked how many of them none of the
	// keys at hand opens, Plain how many are not sealed yet.
	Sealed, Locked, Plain int64
	// LockedSubjects is how much of what requests of persons about their own data
	// hold none of the keys at hand opens.
	LockedSubjects int64
	// Away are the keys under which the locked ones lie.
	Away []string
	// RecordsDone: sources' records and refused rows are all under Key.
	RecordsDone bool
}

// IdentitiesLockedNotice tells an operator that identities cannot be opened.
func IdentitiesLockedNotice() Wording {
	return Wording{
		Kind: "job", Path: "/pengaturan",
		Said: Said{
			Text:   "Identitas pelapor tidak dapat dibuka: kuncinya tidak ada. Kembalikan berkas kunci; balaikota doctor menjelaskan caranya.",
			TextEN: "Who reported cannot be opened: the key is missing. Put the key file back; balaikota doctor says how.",
		},
	}
}
