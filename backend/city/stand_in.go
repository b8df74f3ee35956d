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

// MayAppoint reports whether an asker may name a person as the stand-in of an
// absent officer: of the same line, and never himself for another. The mayor,
// the secretary and the operator choose among all; others among the absent
// officer's own office, his area line (the own kecamatan) and his peers, heads
// of agencies for one another and camat for one another.
func MayAppoint(asker Asker, person, absent Officer) bool {
	if !MayArrange(asker, absent) || !MayStandIn(person, absent) || person.ID == asker.OfficerID {
		return false
	}
	return asker.Role == WaliKota || asker.Role == Sekda || asker.Role == Operator || near(person, absent)
}

// near reports whether two officers are of one office, one area line or peers.
func near(a, b Officer) bool {
	kecamatan := func(o Officer) string {
		if o.Role == Lurah {
			return ParentCode(o.AreaCode)
		}
		return o.AreaCode
	}
	switch {
	case a.OfficeID != 0 && a.OfficeID == b.OfficeID:
		return true
	case a.AreaCode != "" && b.AreaCode != "" && kecamatan(a) == kecamatan(b):
		return true
	}
	return a.Role == b.Role && (a.Role == KepalaOPD || a.Role == Camat || a.Role == Auditor)
}
