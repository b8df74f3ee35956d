package city

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// OfficeContact is how an office is reached: what its letterhead says, not a
// person's own telephone. Officers read it; neither the public nor a wall does.
type OfficeContact struct {
	OfficeID  int64     `json:"office_id"`
	Office    string    `json:"office" doc:"Short name"`
	Phone     string    `json:"phone,omitempty"`
	Email     string    `json:"email,omitempty"`
	Address   string    `json:"address,omitempty"`
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by"`
}

// OfficeContactAddressMost is how many letters an office's address may have.
const OfficeContactAddressMost = 300

var (
	phoneForm = regexp.MustCompile(`^[+(]?[0-9][0-9 ()./-]{2,39}$`)
	emailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// Clean orders blanks and says which field is not what it should be, without
// repeating what was written. A contact that says nothing is right: it ends
// what stood before.
func (c OfficeContact) Clean() (OfficeContact, error) {
	plain := func(s string) string { return strings.Join(strings.Fields(VisibleText(s)), " ") }
	c.Phone, c.Email, c.Address = plain(c.Phone), plain(c.Email), plain(c.Address)
	switch {
	case c.Phone != "" && !phoneForm.MatchString(c.Phone):
		return c, wrongField("phone", "error.contact_phone", "a telephone number is 3 to 40 digits, with blanks, dots, dashes or brackets")
	case c.Email != "" && (!emailForm.MatchString(c.Email) || utf8.RuneCountInString(c.Email) > 200):
		return c, wrongField("email", "error.contact_email", "an e-mail address has the form name@office.go.id")
	case utf8.RuneCountInString(c.Address) > OfficeContactAddressMost:
		return c, wrongField("address", "error.contact_address", "an address has at most %d letters", OfficeContactAddressMost)
	}
	return c, nil
}

// Empty reports whether the contact says nothing.
func (c OfficeContact) Empty() bool { return c.Phone == "" && c.Email == "" && c.Address == "" }
