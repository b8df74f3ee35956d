package webpush

// CheckAddress lets tests ask about addresses that names could resolve to.
func CheckAddress(c *Carrier, address string) error { return c.checkAddress(address) }
