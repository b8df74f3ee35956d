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

// simSources answers GET /_sim/sources.
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

// SourcesAt are the sources when the city is reached under base, such as
// http://127.0.0.1:9311. Slugs and configurations depend on nothing else, so
// that connecting twice changes nothing.
func (c *City) SourcesAt(base string) []Source {
	list := []Source{
		source("sim-open311", "Laporan warga (simulasi)", "open311", "@every 10s", 300, "Diskominfo", map[string]any{
			"base_url": base + "/open311/v2", "paging": "page", "page_size": 200, "updated_after": true, "extensions": true,
		}),
		source("sim-outbox", "Loket, panggilan 112 dan WhatsApp (simulasi)", "files", "@every 30s", 7200, "Diskominfo", map[string]any{
			"folder": filepath.Join(c.opt.Dir, "outbox"), "kind": "reports",
		}),
		source("sim-agenda", "Agenda Wali Kota (simulasi)", "ical", "@every 5m", 1800, "Protokol dan Komunikasi Pimpinan", map[string]any{
			"url": base + "/kalender/wali-kota.ics",
		}),
	}
	for _, f := range []struct {
		feed, name, schedule string
		expect               int
	}{
		{"nowcast", "Peringatan dini cuaca BMKG (simulasi)", "@every 1m", 600},
		{"quakes", "Gempa BMKG (simulasi)", "@every 2m", 600},
		{"forecast", "Prakiraan cuaca BMKG (simulasi)", "@every 10m", 43200},
	} {
		s := source("sim-bmkg-"+f.feed, f.name, "bmkg", f.schedule, f.expect, "BMKG", map[string]any{"base_url": base + "/bmkg", "feeds": []string{f.feed}})
		s.Attribution = "Simulasi bentuk data BMKG, bukan data BMKG"
		list = append(list, s)
	}
	return append(list, sensorSources(base)...)
}

// source fills in what all of them share; addresses of this machine are
// allowed because the city is nowhere else.
func source(slug, name, connector, schedule string, expect int, owner string, config map[string]any) Source {
	if connector != "files" {
		config["allow_private"] = true
	}
	return Source{Slug: slug, Name: name, Connector: connector, Schedule: schedule, ExpectSeconds: expect, Simulated: true, Owner: owner,
		Attribution: "Simulasi", Config: config}
}
