// Package all is the explicit list of the program's connectors. Adding one
// adds its line here. It may import connectors and the connector folders.
package all

import (
	"balaikota/connectors"
	"balaikota/connectors/bmkg"
	"balaikota/connectors/files"
	"balaikota/connectors/httpjson"
	"balaikota/connectors/ical"
	"balaikota/connectors/open311"
)

// Registry returns a registry of every connector.
func Registry() *connectors.Registry {
	return connectors.NewRegistry(
		bmkg.Spec,
		files.Spec,
		httpjson.Spec,
		ical.Spec,
		open311.Spec,
	)
}
