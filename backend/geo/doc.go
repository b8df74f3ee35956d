// Package geo answers where a point lies and which area a name means, reads
// border files, joins areas to larger ones and draws them as GeoJSON and
// vector tiles. All coordinates are WGS 84 lon/lat in degrees.
//
// It imports backend/city, orb and x/text (accents) only.
package geo
