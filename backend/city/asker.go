package city

import "slices"

// Role is what an officer is to the city hall. The list is closed; the store
// holds it as a named constraint too.
type Role string

// The roles of docs/glossary.md, from the most to the least that they may see.
const (
	WaliKota   Role = "wali_kota"  // mayor
	Sekda      Role = "sekda"      // regional secretary
	Operator   Role = "operator"   // Diskominfo: connectors, accounts, quality
	Auditor    Role = "auditor"    // inspectorate: reads everything, changes nothing
	KepalaOPD  Role = "kepala_opd" // agency head: own office
	Camat      Role = "camat"      // district head: own kecamatan
	Lurah      Role = "lurah"      // village head: own kelurahan
	Publik     Role = "publik"     // no account: published figures only
	Layar      Role = "layar"      // a paired screen: reads what the wall shows (WallTopics)
	SystemRole Role = "sistem"     // Balaikota itself: jobs, connectors, migrations
)

// Roles are the roles that an account can hold, in the order screens list them.
var Roles = []Role{WaliKota, Sekda, KepalaOPD, Camat, Lurah, Operator, Auditor}

// CityWide reports whether the role sees the whole city rather than one area
// or office. It never includes reporters' identity.
func (r Role) CityWide() bool {
	switch r {
	case WaliKota, Sekda, Operator, Auditor, SystemRole:
		return true
	}
	return false
}

// Valid reports whether an account may hold the role.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// Asker is on whose behalf the store reads or writes. Every read takes one;
// the zero Asker sees nothing but what is published.
type Asker struct {
	OfficerID int64 // 0 for tokens and for the system itself
	Role      Role
	AreaCode  string // camat: kecamatan code; lurah: kelurahan code; else empty
	OfficeID  int64  // kepala_opd: own office; else 0
	// Key is what an asker without an officer's number holds instead: a token's
	// session or a script's run. Its conversations are found by it. It is a
	// secret of the process and never written out.
	Key string `json:"-"`
}

// System is Balaikota itself at work: connectors, jobs, the hub's own reads.
var System = Asker{Role: SystemRole}

// Scope is the part of an Asker that decides which rows it may see; two askers
// with equal scopes see the same, so a screen's message is encoded once a scope.
type Scope struct {
	Role     Role
	AreaCode string
	OfficeID int64
}

// Scope returns the asker's scope. City-wide roles that see the same rows
// still differ by role, because an indicator may be shown to some roles only.
func (a Asker) Scope() Scope {
	s := Scope{Role: a.Role}
	switch a.Role {
	case Camat, Lurah:
		s.AreaCode = a.AreaCode
	case KepalaOPD:
		s.OfficeID = a.OfficeID
	}
	return s
}

// Sees reports whether a thing that belongs to area (a code, "" = none known
// or the whole city) and office (0 = none) may be shown to the scope. It is
// the first wall; the store's row-level security is the second and agrees.
func (s Scope) Sees(areaCode string, officeID int64) bool {
	switch {
	case s.Role.CityWide(), s.Role == Layar:
		return true
	case s.Role == KepalaOPD:
		return officeID != 0 && officeID == s.OfficeID
	case s.Role == Camat, s.Role == Lurah:
		return s.AreaCode != "" && Within(areaCode, s.AreaCode)
	}
	return false
}
