package open311

import (
	"github.com/paulmach/orb"

	"balaikota/backend/city"
)

// nowhere is a city without areas: the connector itself looks none up.
type nowhere struct{}

func (nowhere) Locate(orb.Point) (string, bool) { return "", false }
func (nowhere) Find(string) []string            { return nil }
func (nowhere) Area(string) (city.Area, bool)   { return city.Area{}, false }
func (nowhere) Areas(city.Level) []city.Area    { return nil }
