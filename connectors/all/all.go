// Package all is the explicit list of the program's connectors. Adding one
// adds its line here. It may import connectors and the connector folders.
package all

import (
	"balaikota/connectors"
	"balaikota/connectors/arcgis"
	"balaikota/connectors/bmkg"
	capfeed "balaikota/connectors/cap"
	"balaikota/connectors/cctv"
	"balaikota/connectors/ckan"
	"balaikota/connectors/feed"
	"balaikota/connectors/files"
	"balaikota/connectors/gtfsrt"
	"balaikota/connectors/httpjson"
	"balaikota/connectors/ical"
	"balaikota/connectors/imap"
	"balaikota/connectors/mqtt"
	"balaikota/connectors/ngsi"
	"balaikota/connectors/ogcfeatures"
	"balaikota/connectors/open311"
	"balaikota/connectors/sqlquery"
	"balaikota/connectors/telegram"
	"balaikota/connectors/whatsapp"
)

// Registry returns a registry of every connector.
func Registry() *connectors.Registry {
	return connectors.NewRegistry(
		arcgis.Spec,
		bmkg.Spec,
		capfeed.Spec,
		cctv.Spec,
		ckan.Spec,
		feed.Spec,
		files.Spec,
		gtfsrt.Spec,
		httpjson.Spec,
		ical.Spec,
		imap.Spec,
		mqtt.Spec,
		ngsi.Spec,
		ogcfeatures.Spec,
		open311.Spec,
		sqlquery.Spec,
		telegram.Spec,
		whatsapp.Spec,
	)
}
