package city

import (
	"strings"
	"time"
	"unicode/utf8"
)

// longestStandIn is how long one stand-in may last.
const longestStandIn = 180 * 24 * time.Hour

// StandInOrder names who acts for whom, and for how long.
type StandInOrder struct {
	Officer string    `json:"officer,omitempty" maxLength:"64" doc:"Username of who is away; absent: oneself"`
	StandIn string    `json:"stand_in" minLength:"2" maxLength:"64" doc:"Username of who acts for them"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Reason  string    `json:"reason" minLength:"5" maxLength:"500" doc:"Such as: cuti tahunan"`
}

// Check says what of the order is wrong, whoever asks.
func (o StandInOrder) Check(now time.Time) error {
	n := utf8.RuneCountInString(strings.TrimSpace(o.Reason))
	switch {
	case !o.Until.After(o.From) || !o.Until.After(now):
		return wrongField("until", "error.stand_in_time", "must lie ahead, and after the beginning")
	case o.Until.Sub(o.From) > longestStandIn || o.From.Sub(now) > longestStandIn*2:
		return wrongField("until", "error.stand_in_long", "a stand-in lasts at most 180 days")
	case n < 5 || n > 500:
		return wrongField("reason", "error.dsp_say_why", "say why in 5 to 500 characters")
	}
	return nil
}

// StandInPerson is an officer who may be away or act for another.
type StandInPerson struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Role     Role   `json:"role" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor"`
	AreaCode string `json:"area_code,omitempty"`
	Office   string `json:"office,omitempty"`
	// Absent is true when the asker may name a stand-in for them.
	Absent bool `json:"absent"`
}

// MayArrange reports whether an asker may say who acts for the absent officer:
// that officer, those above (a camat for his lurah, the secretary for all but
// the mayor, the mayor for all), and the operator for those who cannot.
func MayArrange(asker Asker, absent Officer) bool {
	switch {
	case asker.OfficerID != 0 && asker.OfficerID == absent.ID:
		return true
	case asker.Role == WaliKota, asker.Role == Operator:
		return true
	case asker.Role == Sekda:
		return absent.Role != WaliKota
	case asker.Role == Camat:
		return absent.Role == Lurah && Within(absent.AreaCode, asker.AreaCode)
	}
	return false
}

// MayStandIn reports whether the officer may act for the absent one: a person
// with an account of the line. The inspectorate checks the line and operators
// keep accounts, so neither acts in it nor is acted for by it.
func MayStandIn(o, absent Officer) bool {
	line := func(r Role) bool { return r != Auditor && r != Operator }
	return o.ID != absent.ID && o.DisabledAt == nil && absent.DisabledAt == nil && line(o.Role) == line(absent.Role) &&
		(line(o.Role) || o.Role == absent.Role)
}
