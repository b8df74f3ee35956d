package ical

import (
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

var update = flag.Bool("update", false, "write what came out as expected.json, to be read before it is committed")

// caseClock is when the cases play: Saturday, 21 November 2026, 14:30 WITA.
func caseClock() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, makassar()) }

func makassar() *time.Location {
	loc, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		panic(err) // connectors brings the zones along
	}
	return loc
}

// nowhere is a city without areas: a calendar looks none up.
type nowhere struct{}

func (nowhere) Locate(orb.Point) (string, bool) { return "", false }
func (nowhere) Find(string) []string            { return nil }
func (nowhere) Area(string) (city.Area, bool)   { return city.Area{}, false }
func (nowhere) Areas(city.Level) []city.Area    { return nil }

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	secrets := &connectors.Secrets{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"KALENDER_SANDI": "sandi-uji"}[name]
		return v, ok
	}}
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", secrets), Areas: nowhere{}, Location: makassar(),
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Secret: secrets.Reveal,
	}
}

type outcome struct {
	Span    string   `json:",omitempty"`
	Entries []string // begin to end | title | place | marks, in WITA
	Refused []string
	Error   string `json:",omitempty"`
}

func shownEntry(e city.AgendaEntry) string {
	const form = "Mon 2006-01-02 15:04"
	marks := []string{}
	for mark, is := range map[string]bool{"all day": e.AllDay, "private": e.Private, "tentative": e.Tentative, "cancelled": e.Cancelled} {
		if is {
			marks = append(marks, mark)
		}
	}
	if len(marks) > 1 {
		if marks[0] > marks[1] {
			marks[0], marks[1] = marks[1], marks[0]
		}
	}
	return strings.Join([]string{e.Start.In(makassar()).Format(form) + " to " + e.End.In(makassar()).Format(form), e.Title, e.Place, strings.Join(marks, ", ")}, " | ")
}

func outcomeOf(page connectors.Page, err error) outcome {
	out := outcome{Entries: []string{}, Refused: []string{}}
	if err != nil {
		out.Error = connectors.Explain(err).Key + ": " + err.Error()
		return out
	}
	for _, r := range page.Refused {
		out.Refused = append(out.Refused, r.Place+": "+r.Reason)
	}
	if page.Agenda == nil {
		return out
	}
	out.Span = page.Agenda.From.In(makassar()).Format(time.RFC3339) + " to " + page.Agenda.To.In(makassar()).Format(time.RFC3339)
	for _, e := range page.Agenda.Entries {
		out.Entries = append(out.Entries, shownEntry(e))
	}
	return out
}

// TestCases plays each folder of testdata/cases: response.ics is what the
// calendar's server answers.
func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			text, err := json.MarshalIndent(playCase(t, folder), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join(folder, "expected.json")
			if *update {
				if err := os.WriteFile(golden, append(text, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func playCase(t *testing.T, folder string) outcome {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		http.ServeFile(w, r, filepath.Join(folder, "response.ics"))
	}))
	t.Cleanup(s.Close)
	config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := connectors.ConfigFromYAML([]byte(strings.ReplaceAll(string(config), "{{server}}", s.URL)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Spec.New(raw, testEnv(t, caseClock()))
	if err != nil {
		t.Fatal(err)
	}
	out := outcomeOf(c.Pull(t.Context(), nil))
	out.Error = strings.ReplaceAll(out.Error, s.URL, "{{server}}")
	return out
}
