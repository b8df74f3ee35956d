package city

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Gap is what an incomplete report does not say, and its reporter may be asked.
type Gap string

// The two that are asked about.
const (
	AskWhere Gap = "where"
	AskWhat  Gap = "what"
)

// Gaps are both, in the order in which they are asked.
var Gaps = []Gap{AskWhere, AskWhat}

var questionWords = map[Gap]string{
	AskWhere: "Di mana tepatnya? Sebutkan nama jalan, nomor atau patokan terdekat, dan kelurahannya.",
	AskWhat:  "Apa yang terjadi, dan sejak kapan?",
}

// Answering is what an officer needs to answer the reporter of a report.
type Answering struct {
	// Status is how the matter stands by the report, its incident and its
	// dispositions: the furthest of them.
	Status ReportStatus `json:"status" enum:"open,in_progress,closed,rejected" doc:"How the matter stands by the report, its incident and its dispositions: the furthest of them"`
	// Channel is "" when nothing leads to the reporter.
	Channel NoticeChannel `json:"channel" enum:",surel,telegram,whatsapp" doc:"By which the reporter is reached; empty for none"`
	Carried bool          `json:"carried" doc:"This server can send by that channel"`
	Replies bool          `json:"replies" doc:"A reply by that channel joins the report"`
	May     bool          `json:"may" doc:"The asker may answer and ask"`
	// Drafts are the fitting templates, filled; the first is the one for how
	// the matter stands.
	Drafts []AnswerDraft `json:"drafts" nullable:"false"`
	// Missing is what the report does not say.
	Missing  []Gap             `json:"missing" nullable:"false" enum:"where,what"`
	AsksLeft int               `json:"asks_left" doc:"How many questions may still go to the reporter; none while one waits for its answer"`
	Messages []ReporterMessage `json:"messages" nullable:"false" doc:"What the reporter was told and asked, oldest first"`
}

// AnswerDraft is a template filled from a report.
type AnswerDraft struct {
	TemplateID int64        `json:"template_id"`
	Title      string       `json:"title"`
	Fits       bool         `json:"fits" doc:"It is meant for how the matter stands"`
	Text       string       `json:"text"`
	Unknown    []AnswerWord `json:"unknown" nullable:"false" enum:"nomor,kategori,wilayah,kantor,diterima,tenggat,selesai,bukti,kota" doc:"Words without a value, whose lines were left out"`
}

// ReporterMessage is something that an officer, or the city by itself, wrote to a
// reporter.
type ReporterMessage struct {
	ID   int64     `json:"id"`
	Kind string    `json:"kind" enum:"jawaban,pertanyaan"`
	Asks []Gap     `json:"asks,omitempty" nullable:"false" enum:"where,what"`
	Text string    `json:"text" doc:"Personal data masked"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	// Channel is sendiri when the officer told the reporter in person.
	Channel   string     `json:"channel" enum:"surel,telegram,whatsapp,sendiri"`
	TakenAt   *time.Time `json:"taken_at,omitempty" doc:"When the channel took it, or the officer told it"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"Since when it is tried no more: it did not arrive"`
	Error     string     `json:"error,omitempty" doc:"What went wrong at the last attempt"`
	RepliedAt *time.Time `json:"replied_at,omitempty" doc:"When the report said more after a question"`
	// Automatic is a question that no officer asked; its clock waits until WaitUntil
	// at most.
	Automatic   bool       `json:"automatic,omitempty" doc:"It went by itself: no officer asked"`
	WaitUntil   *time.Time `json:"wait_until,omitempty" doc:"Until when the clock waits for the answer"`
	WaitedOutAt *time.Time `json:"waited_out_at,omitempty" doc:"Since when the clock goes on, for nobody answered"`
}

// Reply is an answer to a reporter as an officer sends it.
type Reply struct {
	ClientID   string // a UUID; the same one sends once
	TemplateID int64  // 0 for none
	Text       string
	InPerson   bool // the officer told it; nothing is sent
}

// Clean trims a reply and says what is wrong with it.
func (r Reply) Clean() (Reply, error) {
	r.Text = strings.TrimSpace(strings.ReplaceAll(r.Text, "\r\n", "\n"))
	if n := utf8.RuneCountInString(r.Text); n < 10 || n > 4000 {
		e := InvalidField("text", "has 10 to 4000 characters")
		e.Key = "error.reply_length"
		return r, e
	}
	if found := hole.FindString(r.Text); found != "" {
		return r, openHole(found)
	}
	for _, found := range braced.FindAllString(r.Text, -1) {
		return r, openHole(found)
	}
	return r, nil
}

func openHole(found string) error {
	e := InvalidField("text", "%s is still to be filled in", found)
	e.Key, e.Params = "error.reply_hole", map[string]string{"hole": found}
	return e
}

// MatterStatus is how a matter stands: the furthest of what the report, its
// incident and its dispositions say. A report that was turned down stays so.
func MatterStatus(report ReportStatus, incident IncidentStatus, working, done bool) ReportStatus {
	switch {
	case report == Rejected, report == Closed:
		return report
	case incident == IncidentClosed, done:
		return Closed
	case report == InProgress, incident == IncidentHandled, working:
		return InProgress
	}
	return Open
}

// ReporterWritten is a letter with what an officer wrote: an answer or questions.
type ReporterWritten struct {
	Key, Ticket, City string
	Asks              []Gap // empty for an answer
	Text              string
	Replies           bool // a reply joins the report
}

// Letter words it. It leads nowhere: all of it stands in the letter.
func (w ReporterWritten) Letter() ReporterLetter {
	l := ReporterLetter{Key: w.Key, Subject: "Jawaban atas laporan Anda nomor " + w.Ticket}
	before := []string{"Yth. Pelapor,", w.Text}
	if len(w.Asks) > 0 {
		l.Subject = "Pertanyaan tentang laporan Anda nomor " + w.Ticket
	}
	l.Before = strings.Join(before, "\n\n")
	after := []string{"Dikirim oleh Balaikota, " + w.City + "."}
	if w.Replies && len(w.Asks) == 0 {
		after = append([]string{"Bila ada yang ingin Anda tambahkan, silakan balas pesan ini; balasan Anda masuk ke laporan yang sama."}, after...)
	}
	l.After = strings.Join(after, "\n\n")
	return l
}

// QuestionText words the questions to a reporter; a reply to it joins the report.
func QuestionText(ticket string, asks []Gap) string {
	lines := []string{"Laporan Anda nomor " + ticket + " sudah kami terima. Supaya dapat ditangani, mohon balas pesan ini dengan jawaban singkat:"}
	for _, q := range Gaps {
		for _, a := range asks {
			if a == q {
				lines = append(lines, "- "+questionWords[q])
			}
		}
	}
	return strings.Join(append(lines, "Selama menunggu jawaban Anda, tenggat laporan ini berhenti dihitung."), "\n")
}
