package ogcfeatures

import (
	"strings"
	"testing"

	"balaikota/connectors/connectortest"
)

// TestAWholeCollectionIsAList, from its first page to its last; one that is cut
// off by max_rows does not end.
func TestAWholeCollectionIsAList(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"testdata/cases/pages-by-next-link", "testdata/cases/wfs-pages"} {
		config := connectortest.Config(t, folder, connectortest.Serve(t, readServer(t, folder)))
		config = connectortest.With(t, config, "complete", true)
		parts, _ := connectortest.Listing(t, Spec, config, nil, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
		got := strings.Join(parts, ", ")
		if len(parts) < 2 || !strings.HasPrefix(got, "first, ") || !strings.HasSuffix(got, ", last") || strings.Count(got, "first")+strings.Count(got, "last") != 2 {
			t.Errorf("%s: a list in parts: %s", folder, got)
		}
		cut, _ := connectortest.Listing(t, Spec, connectortest.With(t, config, "max_rows", 2), nil, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
		if strings.Contains(strings.Join(cut, ", "), "last") {
			t.Errorf("%s: cut off it is %v", folder, cut)
		}
	}
}
