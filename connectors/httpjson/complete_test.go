package httpjson

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"balaikota/connectors/connectortest"
)

const listed = `
allow_private: true
mapping:
  url: %s?hal={{page}}
  complete: true
  items: .
  paging: {type: page, size: 2, max_pages: %d}
  kind: reports
  fields: {external_id: .id, created_at: {const: "2026-11-20T00:00:00Z"}, text: .id}
`

// TestAWholeAnswerIsAList: whole pages go on, a short one ends it; when max_pages
// ends the reading, nobody knows what was left.
func TestAWholeAnswerIsAList(t *testing.T) {
	t.Parallel()
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("hal"), &page)
		if page == 3 {
			_, _ = fmt.Fprint(w, `[{"id":"e"}]`)
			return
		}
		_, _ = fmt.Fprintf(w, `[{"id":"a%d"},{"id":"b%d"}]`, page, page)
	}))
	for pages, want := range map[int]string{100: "first, within, last", 2: "first, within"} {
		parts, _ := connectortest.Listing(t, Spec, connectortest.YAML(t, fmt.Sprintf(listed, address, pages)), nil, testEnv(t, caseClock()))
		if got := strings.Join(parts, ", "); got != want {
			t.Errorf("with at most %d pages: %s", pages, got)
		}
	}
	wrong := strings.Replace(fmt.Sprintf(listed, address, 9), "hal={{page}}", "hal={{page}}&sejak={{since}}", 1)
	if err := Spec.Check(connectortest.YAML(t, wrong)); err == nil || !strings.Contains(err.Error(), "complete") {
		t.Errorf("what is new is not all that there is: %v", err)
	}
}
