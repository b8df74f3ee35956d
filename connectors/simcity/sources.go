package simcity

import (
	"net/http"
	"path/filepath"
)

// Source is a source configuration that Balaikota can take over as it is.
type Source struct {
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	Connector string `json:"connector"` // a connector of Balaikota
	Schedule  string `json:"schedule"`
	// ExpectSeconds is how often new data can be expected.
	ExpectSeconds int            `json:"expect_seconds"`
	Simulated     bool           `json:"simulated"`
	Owner         string         `json:"owner"`
	Attribution   string         `json:"attribution"`
	Config        map[string]any `json:"config"`
}

func (c *City) simSources(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, c.SourcesAt(baseOf(r)))
}

// Sources are the sources to connect to this city; nil before Ready.
func (c *City) Sources() []Source {
	base := c.BaseURL()
	if base == "" {
		return nil
	}
	return c.SourcesAt(base)
}

// SourcesAt are the sources under another base address.
func (c *City) SourcesAt(base string) []Source {
	return []Source{
		{Slug: "sim-open311", Name: "Laporan warga (simulasi)", Connector: "open311", Config: map[string]any{"url": base + "/open311/v2"}},
		{Slug: "sim-outbox", Name: "Loket dan 112 (simulasi)", Connector: "files", Config: map[string]any{"dir": filepath.Join(c.opt.Dir, "outbox")}},
	}
}
