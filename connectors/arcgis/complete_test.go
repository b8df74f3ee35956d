package arcgis

import (
	"strings"
	"testing"

	"balaikota/connectors/connectortest"
)

// TestAWholeLayerIsAList, from its first page to its last; one that is cut off by
// max_rows does not end.
func TestAWholeLayerIsAList(t *testing.T) {
	t.Parallel()
	const folder = "testdata/cases/esri-json-pages"
	config := connectortest.Config(t, folder, connectortest.Serve(t, readServer(t, folder)))
	config = connectortest.With(t, connectortest.With(t, config, "complete", true), "page_size", 2)
	for range 2 {
		parts, _ := connectortest.Listing(t, Spec, config, nil, env(t))
		if got := strings.Join(parts, ", "); got != "first, within, last" {
			t.Errorf("a list in parts: %s", got)
		}
	}
	cut, _ := connectortest.Listing(t, Spec, connectortest.With(t, config, "max_rows", 3), nil, env(t))
	if got := strings.Join(cut, ", "); strings.Contains(got, "last") {
		t.Errorf("cut off it is %s", got)
	}
	if err := Spec.Check(connectortest.With(t, config, "changed_field", "DIUBAH")); err == nil {
		t.Error("what changed is not all that there is")
	}
}
