package city

import (
	"strings"
	"unicode/utf8"
)

// DeskSource is the source of what operators take down themselves.
const DeskSource = "loket"

// DeskChannels are how citizens speak to an operator: at the counter, or by the
// emergency number.
var DeskChannels = []string{"loket", "112"}

// DeskReport is a report that an operator takes down while a citizen speaks.
type DeskReport struct {
	ClientID string // a UUID; the same one is taken down once
	Channel  string // of DeskChannels
	Text     string
	Address  string // the place in the citizen's words
	AreaCode string // "" when not known
	Category string // slug; "" for the analysis to find
	Who      Reporter
}

// Clean trims what was taken down and says what is wrong with it.
func (d DeskReport) Clean() (DeskReport, error) {
	d.Text, d.Address = strings.TrimSpace(d.Text), strings.TrimSpace(d.Address)
	d.Who.Name, d.Who.Phone, d.Who.Email = strings.TrimSpace(d.Who.Name), strings.TrimSpace(d.Who.Phone), strings.TrimSpace(d.Who.Email)
	if n := utf8.RuneCountInString(d.Text); n < 10 || n > 4000 {
		e := InvalidField("text", "has 10 to 4000 characters")
		e.Key = "error.desk_text"
		return d, e
	}
	known := false
	for _, c := range DeskChannels {
		known = known || c == d.Channel
	}
	if !known {
		return d, InvalidField("channel", "is loket or 112")
	}
	return d, nil
}

// Tickets are the numbers that the citizen may be told, shortest first:
// "L-3F2A9C1E" at the counter, "112-3F2A9C1E" on the telephone. They come from
// the client id, so that what is sent twice has one; a longer one is for when
// another report has the shorter.
func (d DeskReport) Tickets() []string {
	prefix := map[string]string{"loket": "L-", "112": "112-"}[d.Channel]
	id := strings.ToUpper(strings.ReplaceAll(d.ClientID, "-", ""))
	return []string{prefix + id[:8], prefix + id[:12], prefix + id}
}

// Taken is a report that was taken down.
type Taken struct {
	ID     int64  `json:"id"`
	Ticket string `json:"ticket" doc:"The number to tell the citizen"`
}
