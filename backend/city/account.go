package city

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Account is an officer's account as those see it who keep accounts: nothing
// of the password, and of sessions only how many there are.
type Account struct {
	ID         int64  `json:"id"`
	Username   string `json:"username"`
	Name       string `json:"name"`
	Role       Role   `json:"role" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor"`
	AreaCode   string `json:"area_code,omitempty"`
	Office     string `json:"office,omitempty" doc:"Short name"`
	MustChange bool   `json:"must_change" doc:"The first password stands: nobody has signed in with it and chosen another"`
	Sessions   int    `json:"sessions" doc:"Browsers that are signed in now"`
	// LastSignInAt is null for who never signed in.
	LastSignInAt *time.Time `json:"last_sign_in_at,omitempty"`
	DisabledAt   *time.Time `json:"disabled_at,omitempty" doc:"When it was closed"`
	CreatedAt    time.Time  `json:"created_at"`
}

// AccountRights are what an account may see and do: its role, and the area or
// office it is for.
type AccountRights struct {
	Role     Role   `json:"role" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor"`
	AreaCode string `json:"area_code,omitempty" maxLength:"20" doc:"Of a camat or lurah"`
	Office   string `json:"office,omitempty" maxLength:"100" doc:"Short name of a kepala_opd's office"`
}

// Check says what of the rights does not fit together, on the field area_code,
// office or role; whether the area and the office exist the store knows.
func (r AccountRights) Check() error {
	level, ok := LevelOfCode(r.AreaCode)
	switch {
	case !r.Role.Valid():
		return wrongField("role", "error.account_role", "there is no role %q", r.Role)
	case r.Role == Camat && (!ok || level != Kecamatan):
		return wrongField("area_code", "error.account_camat", "a camat needs the code of a kecamatan, such as 64.72.08")
	case r.Role == Lurah && (!ok || level != Kelurahan):
		return wrongField("area_code", "error.account_lurah", "a lurah needs the code of a kelurahan, such as 64.72.08.1001")
	case r.Role != Camat && r.Role != Lurah && r.AreaCode != "":
		return wrongField("area_code", "error.account_no_area", "only camat and lurah have an area")
	case r.Role == KepalaOPD && r.Office == "":
		return wrongField("office", "error.account_office", "a kepala_opd needs an office, such as DPUPR")
	}
	return nil
}

// AccountNameMost is how many letters an officer's name may have.
const AccountNameMost = 120

// AccountName is an officer's name as it is kept; the username when none is given.
func AccountName(name, username string) (string, error) {
	name = strings.Join(strings.Fields(VisibleText(name)), " ")
	if utf8.RuneCountInString(name) > AccountNameMost {
		return "", wrongField("name", "error.account_name", "a name has at most %d letters", AccountNameMost)
	}
	if name == "" {
		return username, nil
	}
	return name, nil
}

// AccountUsername is a username as it is kept: 2 to 64 lower case letters,
// digits, dots, dashes, underscores.
func AccountUsername(username string) (string, error) {
	username = strings.ToLower(strings.TrimSpace(username))
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	ok := len(username) >= 2 && len(username) <= 64 && plain(rune(username[0]))
	for _, r := range username {
		ok = ok && (plain(r) || r == '.' || r == '-' || r == '_')
	}
	if !ok {
		return "", wrongField("username", "error.account_username", "a username is 2 to 64 lower case letters, digits, dots or dashes, and begins with a letter or digit")
	}
	return username, nil
}
