package store

import "balaikota/backend/city"

// Names of the domain that this package's callers meet under its own.
//
//nolint:revive // a list of aliases has one comment
type (
	Officer       = city.Officer
	Session       = city.Session
	Actor         = city.Actor
	AuditEntry    = city.AuditEntry
	Setting       = city.Setting
	Holiday       = city.Holiday
	Foundation    = city.Foundation
	ReportFigures = city.ReportFigures
	ReportCount   = city.ReportCount
)

// CommandLine is the actor of commands run on the server itself.
var CommandLine = city.CommandLine
