package city

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

// OfficerCode is a code that an officer sends to the city by the chat that he wants
// to use. Whoever sends it in time is bound to the account.
type OfficerCode struct {
	Code  string    `json:"code" doc:"Eight digits, used once"`
	Until time.Time `json:"until"`
	Line  string    `json:"line" doc:"What is sent, such as: BK 12345678"`
	// Address is the city's number or bot in that chat, Link opens the chat with the
	// line already written; both empty where the source does not say.
	Address string `json:"address,omitempty"`
	Link    string `json:"link,omitempty"`
}

// OfficerSource is a chat of the city that officers can use.
type OfficerSource struct {
	Slug    string        `json:"slug"`
	Name    string        `json:"name"`
	Channel NoticeChannel `json:"channel" enum:"telegram,whatsapp"`
	Address string        `json:"address,omitempty" doc:"The city's number or bot, where the source says it"`
}

// OfficerContact (kontak pejabat) is a chat that is bound to an officer's account.
type OfficerContact struct {
	ID      int64         `json:"id"`
	Source  string        `json:"source" doc:"Slug"`
	Name    string        `json:"name" doc:"Of the source"`
	Channel NoticeChannel `json:"channel" enum:"telegram,whatsapp"`
	Mask    string        `json:"mask" doc:"The last digits of the number or account"`
	BoundAt time.Time     `json:"bound_at"`
	// AskedAgainAt is when it stops counting unless a new code came by it; Stale
	// says that this is past.
	AskedAgainAt time.Time `json:"asked_again_at"`
	Stale        bool      `json:"stale,omitempty"`
	HeardAt      time.Time `json:"heard_at" doc:"When the officer last wrote there"`
}

// OfficerContacts are an officer's chats and those that can be chosen.
type OfficerContacts struct {
	Contacts []OfficerContact `json:"contacts" nullable:"false"`
	Sources  []OfficerSource  `json:"sources" nullable:"false"`
}

// OfficerWordKind is what an officer's message is.
type OfficerWordKind string

// Kinds of words, as a connector reads them. What follows from them is the store's
// to say: it knows who is bound.
const (
	WordCode     OfficerWordKind = "kode"
	WordQuestion OfficerWordKind = "tanya"
	WordHelp     OfficerWordKind = "bantuan"
	WordLeave    OfficerWordKind = "keluar"
	WordNoText   OfficerWordKind = "bukan_teks" // a voice note, a picture, a place
)

// Kinds that the store gives.
const (
	WordWrongCode OfficerWordKind = "kode_salah"
	WordTooMany   OfficerWordKind = "batas"
	WordRefused   OfficerWordKind = "ditolak" // no (more) account behind it
)

// OfficerWord is one message that came by a chat from somebody who is, was or wants
// to be bound to an officer's account. It is never a report.
type OfficerWord struct {
	// ID and Person are keyed hashes of the message and of who wrote it; Handle is
	// where they are written to, and stands apart. Mailbox is set instead of Handle
	// for a letter: the address that it was proven to come from.
	ID, Person, Handle, Mailbox string
	At                          time.Time
	Kind                        OfficerWordKind
	Code                        string // of WordCode: the digits
	Text                        string // of WordQuestion
	Voice                       bool   // of WordNoText: it was spoken
}

// OfficerErrand is an officer's word that a node has taken on to answer.
type OfficerErrand struct {
	ID    int64
	Lease string
	Kind  OfficerWordKind
	Text  string
	// At is when it was sent, ReceivedAt when it came in.
	At, ReceivedAt time.Time
	Channel        NoticeChannel
	// Asker is whose question it is, read when the errand was taken on.
	Asker Asker
	// Conversation is that which it follows, 0 for a new one; Question is it once
	// asked.
	Conversation, Question int64
	// Replies are what is written, Sent how many were.
	Replies []string
	Sent    int
	// Chat is where they go, or Mailbox for a letter: the officer's confirmed address
	// of now, whatever the letter said. Both empty when nowhere any more.
	Chat     ReporterChat
	Mailbox  string
	Attempts int
}

var (
	// codeLine is a code as people send it. Plates ("BK 1234 AB") have letters after
	// at most four digits.
	codeLine = regexp.MustCompile(`(?i)^\s*bk[\s:-]*([0-9]{4})[\s-]?([0-9]{4})[\s.]*$`)
	// reportLine begins what an officer sends as a report.
	reportLine = regexp.MustCompile(`(?is)^\s*lapor[\s:,.!-]+(\S.*)$`)
)

// ReadOfficerCode reads the digits of a code out of a message that is nothing else.
func ReadOfficerCode(text string) (string, bool) {
	m := codeLine.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}

// ReadOfficerReport returns what an officer reports with "lapor …".
func ReadOfficerReport(text string) (string, bool) {
	m := reportLine.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return strings.TrimSpace(m[1]), true
}

// ReadOfficerWord says what a message of an officer is, besides a code or report.
func ReadOfficerWord(text string) OfficerWordKind {
	switch strings.ToLower(strings.Trim(text, " \t\r\n.!?/")) {
	case "":
		return WordNoText
	case "bantuan", "help", "lapor", "start":
		return WordHelp
	case "keluar":
		return WordLeave
	}
	return WordQuestion
}

// OfficerCodeOf words a code for its page.
func OfficerCodeOf(src OfficerSource, code string, until time.Time) OfficerCode {
	out := OfficerCode{Code: code, Until: until, Line: "BK " + code, Address: src.Address}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, src.Address)
	bot := strings.TrimPrefix(src.Address, "@")
	switch {
	case src.Channel == NoticeWhatsApp && len(digits) >= 8:
		out.Link = "https://wa.me/" + digits + "?text=" + url.PathEscape(out.Line)
	case src.Channel == NoticeTelegram && botName.MatchString(bot):
		out.Link = "https://t.me/" + bot + "?start=BK" + code
	}
	return out
}

var botName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{4,31}$`)

// MaskHandle is what an officer is shown of a number or account of his own.
func MaskHandle(handle string) string {
	return "•••• " + handle[max(0, len(handle)-4):]
}
