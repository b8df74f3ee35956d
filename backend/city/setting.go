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
}
