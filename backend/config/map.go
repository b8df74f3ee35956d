package config

// Map says what lies behind the map. Nothing by default: Balaikota's own
// outlines need no internet. Where one is set, the page may fetch from its
// origin, and from there only.
type Map struct {
	MapTiles string   `name:"map-tiles" env:"BALAIKOTA_MAP_TILES" placeholder:"FILE|URL" help:"PMTiles archive drawn behind the map: a file on this server, which serves it by ranges to signed-in officers, or an https address."`
	MapStyle string   `name:"map-style" env:"BALAIKOTA_MAP_STYLE" placeholder:"URL" help:"MapLibre style drawn behind the map (https), instead of --map-tiles."`
	MapHosts []string `name:"map-host" env:"BALAIKOTA_MAP_HOSTS" placeholder:"URL" help:"Further origins that the style's tiles and sprites come from (https://host), comma separated. The content security policy lets pages fetch from these, from the addresses above and from nowhere else."`
}
