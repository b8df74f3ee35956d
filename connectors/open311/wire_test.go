package open311

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/connectors"
)

// recorded reads a real payload kept outside the repository, where there is one.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "payloads", "open311", name))
	if err != nil {
		t.Skipf("no recorded payload: %v", err)
	}
	return body
}

func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	c := &connector{env: testEnv(t, caseClock())}
	for name, want := range map[string]int{"sf_service_requests.xml": 2, "sf_get_service_request.xml": 1, "sf_service_requests_empty.xml": 0} {
		rows, refused, err := parseRequests(recorded(t, name), "text/xml", "xml")
		if err != nil || len(rows) != want || len(refused) != 0 {
			t.Errorf("%s: %d rows, refused %v, %v", name, len(rows), refused, err)
		}
		for _, r := range rows {
			got, err := c.report(r)
			if err != nil || got.Lon == nil || got.CreatedAt.IsZero() || got.MediaURL == "" || strings.HasSuffix(got.MediaURL, " ") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestRecordedErrorsAndServices(t *testing.T) {
	t.Parallel()
	if _, _, err := parseRequests(recorded(t, "sf_get_service_request_not_found.xml"), "", "xml"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("not found gives %v", err)
	}
	var malformed *connectors.MalformedError
	if _, _, err := parseRequests(recorded(t, "sf_403.xml"), "", "xml"); !errors.As(err, &malformed) {
		t.Errorf("a raw HTTP reply gives %v", err)
	}
	list, err := parseServices(recorded(t, "sf_services.xml"), "", "xml")
	if err != nil || len(list) < 20 || list[0].Code == "" || list[0].Group == "" {
		t.Errorf("%d services, %v", len(list), err)
	}
}

func TestStatusesOfTheExtendedList(t *testing.T) {
	t.Parallel()
	c := &connector{}
	for status, want := range map[string]string{
		"open": "open", "OPEN": "open", "in_progress": "in_progress", "In Progress": "in_progress", "action_scheduled": "in_progress",
		"fixed - council": "closed", "no-further-action": "closed", "not councils responsibility": "rejected", "duplicate": "rejected",
	} {
		if got, err := c.status(row{Status: text(status)}); err != nil || string(got) != want {
			t.Errorf("%q gives %q, %v", status, got, err)
		}
	}
}

func TestUnknownCategoryInSettingsIsRefused(t *testing.T) {
	t.Parallel()
	_, err := Spec.New(json.RawMessage(`{"base_url":"https://a.go.id","categories":{"1":"jln-rusak"}}`), testEnv(t, caseClock()))
	if err == nil || !strings.Contains(err.Error(), "categories.1") {
		t.Errorf("got %v", err)
	}
	if err := Spec.Check(json.RawMessage(`{"base_url":"https://a.go.id","statuses":{"x":"beres"}}`)); err == nil {
		t.Error("an unknown meaning of a status passed")
	}
}

func FuzzParseRequests(f *testing.F) {
	files, _ := filepath.Glob("testdata/cases/*/response.*")
	for _, name := range files {
		if body, err := os.ReadFile(name); err == nil {
			f.Add(body, strings.TrimPrefix(filepath.Ext(name), "."))
		}
	}
	f.Add([]byte(`<service_requests><request><lat>1</lat><extended_attributes><a><b/></a></extended_attributes></request></service_requests>`), "xml")
	c := &connector{env: connectors.Env{Location: wita}}
	f.Fuzz(func(t *testing.T, body []byte, format string) {
		rows, _, err := parseRequests(body, "", format)
		if err != nil {
			return
		}
		for _, r := range rows {
			if got, err := c.report(r); err == nil && (got.ExternalID == "" || got.CreatedAt.IsZero() || got.Status == "") {
				t.Errorf("accepted %+v", got)
			}
		}
		_, _ = parseErrors(body, format)
		_, _ = parseServices(body, "", format)
	})
}
