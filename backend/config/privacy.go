package config

// Privacy says who answers for citizens' data, as a person reads it who asks for a
// copy of theirs.
type Privacy struct {
	PrivacyController string `name:"privacy-controller" env:"BALAIKOTA_PRIVACY_CONTROLLER" placeholder:"NAME" help:"Who answers for citizens' data (pengendali data pribadi), as it stands in the copy a person gets; the city's government if not given."`
	PrivacyContact    string `name:"privacy-contact" env:"BALAIKOTA_PRIVACY_CONTACT" placeholder:"TEXT" help:"How the officer for data protection (UU 27/2022) is reached; without it the copy says that none was named."`
}
