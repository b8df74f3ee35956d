package ngsi

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestCases plays each folder: response.json is what the broker answers who reads.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		address := connectortest.Serve(t, asked.Of(connectortest.Answers(folder, "json", "application/json"), "Fiware-Service", "Fiware-Servicepath", "Ngsild-Tenant", "Link", "X-Auth-Token", "Authorization"))
		out, _ := connectortest.Run(t, Spec, connectortest.Config(t, folder, address), nil, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
		return out.Seen(&asked, address)
	})
}
