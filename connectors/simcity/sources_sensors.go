package simcity

// sensorSources are the sources of the sensor feeds, read by the declarative
// connector.
func sensorSources(base string) []Source { return nil }
