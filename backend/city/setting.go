package city

import "time"

// Setting is the city a database serves.
type Setting struct {
	Code      string
	Name      string
	Timezone  string // IANA name
	ZoneLabel string // "WITA"
}

// Holiday is a day that is not worked.
type Holiday struct {
	Date   time.Time
	Name   string
	Kind   string // libur or cuti_bersama
	Source string
}

// Foundation is a city pack: what a database holds before any source speaks.
type Foundation struct {
	Setting    Setting
	Areas      []Area
	Offices    []Office
	Categories []Category
	Indicators []Indicator
	Holidays   []Holiday
	Norms      []Norm
	Hazard     HazardDeclarations
	// ActionKinds and ActionRules are what can be advised, and when.
	ActionKinds []ActionKind
	ActionRules []ActionRule
	// Ladder is who hears of late instructions.
	Ladder EscalationLadder
}

// ZoneOfProvince returns the IANA zone and its label for a Kemendagri code, by
// its first two digits (Keputusan Presiden 41/1987: WIB, WITA, WIT).
func ZoneOfProvince(code string) (timezone, label string) {
	if len(code) < 2 {
		return "Asia/Jakarta", "WIB"
	}
	switch code[:2] {
	case "51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76":
		return "Asia/Makassar", "WITA"
	case "81", "82", "91", "92", "93", "94", "95", "96":
		return "Asia/Jayapura", "WIT"
	}
	return "Asia/Jakarta", "WIB"
}
