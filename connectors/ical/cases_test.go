package ical

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// caseClock is when the cases play: Saturday, 21 November 2026, 14:30 WITA.
func caseClock() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, makassar()) }

func makassar() *time.Location {
	loc, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		panic(err) // connectors brings the zones along
	}
	return loc
}

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	secrets := &connectors.Secrets{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"KALENDER_SANDI": "sandi-uji"}[name]
		return v, ok
	}}
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", secrets), Areas: connectortest.Nowhere{}, Location: makassar(),
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
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		address := connectortest.Serve(t, connectortest.Answers(folder, "ics", "text/calendar; charset=utf-8"))
		c, err := Spec.New(connectortest.Config(t, folder, address), testEnv(t, caseClock()))
		if err != nil {
			t.Fatal(err)
		}
		out := outcomeOf(c.Pull(t.Context(), nil))
		out.Error = strings.ReplaceAll(out.Error, address, connectortest.Server)
		return out
	})
}
