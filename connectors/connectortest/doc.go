// Package connectortest plays the case folders of connectors: it serves what a
// system once answered over a real HTTP server, runs the connector on it and
// holds what came out against the case's expected.json. It also has a small
// city and a still clock to play them in, and starts a real mail server. For tests alone; it may import
// backend/city and connectors.
//
// A case is a folder testdata/cases/NAME with config.yaml, in which {{server}}
// stands for the server's address, what the server answers, and expected.json.
// `go test ./connectors/NAME -update` writes expected.json, to be read before
// it is committed.
package connectortest
