package city

import (
	"strings"
	"time"
	"unicode/utf8"
)

// QuestionsPerReport is how many questions go to the reporter of one report over
// all, by whoever asks: a citizen who reported something is not examined.
const QuestionsPerReport = 2

// QuestionRule says whether reporters of incomplete reports are asked without an
// officer: a row with its source. A change is a new row.
type QuestionRule struct {
	ID           int64     `json:"id"`
	Enabled      bool      `json:"enabled"`
	QuietSeconds int       `json:"quiet_seconds" minimum:"5" maximum:"3600" doc:"How long nothing more came before it is asked: people send words, place and picture one after another"`
	WaitDays     int       `json:"wait_days" minimum:"1" maximum:"30" doc:"Working days that the clock waits for the answer"`
	Source       string    `json:"source"`
	ChangedAt    time.Time `json:"changed_at"`
	ChangedBy    string    `json:"changed_by"`
	Reason       string    `json:"reason,omitempty"`
}

// QuestionRuleChange is another rule, in force at once.
type QuestionRuleChange struct {
	Enabled      bool   `json:"enabled"`
	QuietSeconds int    `json:"quiet_seconds" minimum:"5" maximum:"3600"`
	WaitDays     int    `json:"wait_days" minimum:"1" maximum:"30"`
	Source       string `json:"source" minLength:"3" maxLength:"500"`
	Reason       string `json:"reason" minLength:"10" maxLength:"500"`
}

// Clean trims a change and says what is wrong with it.
func (c QuestionRuleChange) Clean() (QuestionRuleChange, error) {
	c.Source, c.Reason = strings.TrimSpace(c.Source), strings.TrimSpace(c.Reason)
	switch {
	case c.QuietSeconds < 5 || c.QuietSeconds > 3600:
		return c, InvalidField("quiet_seconds", "is 5 to 3600 seconds")
	case c.WaitDays < 1 || c.WaitDays > 30:
		return c, InvalidField("wait_days", "is 1 to 30 working days")
	case utf8.RuneCountInString(c.Source) < 3:
		return c, InvalidField("source", "says on what the rule rests")
	case utf8.RuneCountInString(c.Reason) < 10:
		return c, InvalidField("reason", "says in at least 10 characters why; it is recorded")
	}
	return c, nil
}

// QuestionRules are the rule in force and those before it, newest first.
type QuestionRules struct {
	Rule    QuestionRule   `json:"rule"`
	History []QuestionRule `json:"history" nullable:"false" doc:"All rules, newest first"`
}

// QuestionCount is what became of the questions that went by themselves, by channel.
type QuestionCount struct {
	Channel                                 string
	Asked, Answered, WaitedOut, Undelivered int64
}

// AutomaticQuestion words what goes to a reporter without an officer: at most two
// questions, and that no person sent them. In a chat a place may be shared.
func AutomaticQuestion(ticket string, asks []Gap, chat bool) string {
	text := QuestionText(ticket, asks)
	if chat {
		text = strings.Replace(text, questionWords[AskWhere], questionWords[AskWhere]+" Bisa juga kirim lokasi dari aplikasi ini.", 1)
	}
	return text + "\nPesan ini dikirim otomatis."
}
