package whatsapp

import "regexp"

// mediaScheme begins the address of a picture that only the number's owner can
// fetch.
const mediaScheme = "whatsapp:"

var mediaForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,200}$`)
