package ical

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

func calendar(events string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Contoh//ID\r\n" + events + "END:VCALENDAR\r\n"
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

func readNow(t *testing.T, body string) connectors.Page {
	t.Helper()
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, makassar())
	page, err := read(t.Context(), []byte(body), from, from.AddDate(0, 0, 30), makassar())
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestUnchangedIsNotReadAgainOnTheSameDay: the calendar is asked by its ETag;
// the next day all of it is read, since the span has moved on.
func TestUnchangedIsNotReadAgainOnTheSameDay(t *testing.T) {
	t.Parallel()
	body := calendar(event("UID:a", "DTSTART:20261122T090000", "SUMMARY:Apel"))
	var full, asked int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "protokol" || password != "sandi-uji" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		asked++
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	pull := func(now time.Time, cursor json.RawMessage) connectors.Page {
		t.Helper()
		config, _ := json.Marshal(map[string]any{"url": s.URL + "/a.ics", "allow_private": true, "user": "protokol", "password": "env:KALENDER_SANDI"}) // plain strings
		c, err := Spec.New(config, testEnv(t, now))
		if err != nil {
			t.Fatal(err)
		}
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	first := pull(caseClock(), nil)
	if first.Agenda == nil || len(first.Agenda.Entries) != 1 || first.Rows() != 1 {
		t.Fatalf("first reading %+v", first.Agenda)
	}
	second := pull(caseClock().Add(time.Hour), first.Cursor)
	if second.Agenda != nil || full != 1 || asked != 2 {
		t.Errorf("the same day: agenda %v, %d read whole of %d", second.Agenda, full, asked)
	}
	third := pull(caseClock().AddDate(0, 0, 1), second.Cursor)
	if third.Agenda == nil || full != 2 || !third.Agenda.To.Equal(first.Agenda.To.AddDate(0, 0, 1)) {
		t.Errorf("the next day: agenda %v, read whole %d times", third.Agenda, full)
	}
}

// TestASecretAddressStaysSecret: an address that lets in whoever knows it is
// in no error.
func TestASecretAddressStaysSecret(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	address := s.URL + "/private-kunci9f3a/basic.ics"
	secrets := &connectors.Secrets{Lookup: func(string) (string, bool) { return address, true }}
	env := testEnv(t, caseClock())
	env.HTTP, env.Secret = connectors.NewClient("balaikota-test", secrets), secrets.Reveal
	c, err := Spec.New(json.RawMessage(`{"secret_url":"env:KALENDER","allow_private":true}`), env)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Pull(t.Context(), nil)
	if status, ok := errors.AsType[*connectors.StatusError](err); !ok || status.Status != http.StatusNotFound {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "kunci9f3a") {
		t.Errorf("the error tells the address: %v", err)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	for config, field := range map[string]string{
		`{}`: "url",
		`{"url":"https://contoh.go.id/a.ics","secret_url":"env:X"}`: "url",
		`{"url":"https://contoh.go.id/a.ics","user":"protokol"}`:    "password",
		`{"url":"berkas.ics"}`:                                                       "url",
		`{"url":"https://contoh.go.id/a.ics","zone":"Local"}`:                        "zone",
		`{"url":"https://contoh.go.id/a.ics","days_ahead":0}`:                        "days_ahead",
		`{"url":"https://contoh.go.id/a.ics","days_back":91}`:                        "days_back",
		`{"url":"https://contoh.go.id/a.ics","password":"terang","user":"protokol"}`: "password",
	} {
		err := Spec.Check(json.RawMessage(config))
		if e, ok := errors.AsType[*city.Error](err); !ok || e.Field != field {
			t.Errorf("%s: %v", config, err)
		}
	}
	if err := Spec.Check(json.RawMessage(`{"url":"https://contoh.go.id/a.ics","zone":"WITA"}`)); err != nil {
		t.Error(err)
	}
	env := testEnv(t, caseClock())
	c, err := Spec.New(json.RawMessage(`{"url":"webcal://contoh.go.id/a.ics"}`), env)
	if err != nil || c.(*connector).address != "https://contoh.go.id/a.ics" {
		t.Errorf("webcal: %v", err)
	}
}

// TestHostileRulesEnd: rules that name no day, begin in the first century or
// would run for ever cost little, and hide nothing that is good.
func TestHostileRulesEnd(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 300 {
		b.WriteString(event(fmt.Sprint("UID:m", i), "DTSTART:20260101T090000", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:Tidak pernah"))
		b.WriteString(event(fmt.Sprint("UID:h", i), "DTSTART:19700105T090000", "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU", "SUMMARY:Senin yang Selasa"))
	}
	b.WriteString(event("UID:lama", "DTSTART:00010101T090000", "RRULE:FREQ=DAILY", "SUMMARY:Abad pertama"))
	b.WriteString(event("UID:sering", "DTSTART:20260101T090000", "RRULE:FREQ=DAILY;BYHOUR="+strings.Repeat("1,", 40)+"2", "SUMMARY:Sering"))
	b.WriteString(event("UID:baik", "DTSTART:20261122T090000", "SUMMARY:Baik"))
	begun := time.Now()
	page := readNow(t, calendar(b.String()))
	if len(page.Agenda.Entries) != 1 || page.Agenda.Entries[0].Title != "Baik" {
		t.Errorf("entries %+v", page.Agenda.Entries)
	}
	if len(page.Refused) != 300-maxBarren+2 { // daily ones cost little and say nothing
		t.Errorf("%d refused", len(page.Refused))
	}
	t.Logf("took %s", time.Since(begun))
}

// TestDaysThatWePick: what the library is not asked for comes out as RFC 5545
// says (§3.3.10, its tables of examples in §3.8.5.3).
func TestDaysThatWePick(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"FREQ=DAILY;COUNT=3;BYDAY=MO,WE,FR":             "20261123 20261125 20261127",
		"FREQ=DAILY;BYMONTHDAY=-1,1;BYMONTH=11,12":      "20261130 20261201",
		"FREQ=DAILY;INTERVAL=10;COUNT=2":                "20261123 20261203",
		"FREQ=WEEKLY;BYDAY=TU,TH;BYMONTH=12":            "20261201 20261203 20261208 20261210 20261215 20261217",
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU":       "20261206",
		"FREQ=WEEKLY;UNTIL=20261130T010000Z":            "20261123 20261130",
		"FREQ=WEEKLY;UNTIL=20261130T005959Z":            "20261123",
		"FREQ=WEEKLY;UNTIL=20261207":                    "20261123 20261130 20261207",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": "20261130",
	} {
		// All begin on Monday, 23 November, 09.00 WITA (01.00 UTC).
		page := readNow(t, calendar(event("UID:x", "DTSTART;TZID=Asia/Makassar:20261123T090000", "RRULE:"+rule, "SUMMARY:Rapat")))
		var got []string
		for _, e := range page.Agenda.Entries {
			if begin := e.Start.In(makassar()); begin.Format("1504") == "0900" {
				got = append(got, begin.Format(dateForm))
			}
		}
		if !strings.HasPrefix(want, "20261123") { // DTSTART counts where its rule does not name it
			want = "20261123 " + want
		}
		if strings.Join(got, " ") != want || len(page.Refused) > 0 {
			t.Errorf("%s:\n%s\nwant\n%s %v", rule, strings.Join(got, " "), want, page.Refused)
		}
	}
}

// TestAPullThatIsGivenUpEnds: a reading stops when its time is over.
func TestAPullThatIsGivenUpEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := read(ctx, []byte(calendar(event("UID:a", "DTSTART:20261122T090000", "RRULE:FREQ=DAILY"))), caseClock(), caseClock().AddDate(0, 0, 1), makassar())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestWhatIsRefusedIsNotRetold: refused rows are read by others than the
// agenda's readers.
func TestWhatIsRefusedIsNotRetold(t *testing.T) {
	t.Parallel()
	page := readNow(t, calendar(event("UID:nama.orang@contoh.example", "DTSTART:20261122T090000", "DTEND:20261121T090000", "SUMMARY:Rahasia besar", "LOCATION:Tempat rahasia")))
	if len(page.Refused) != 1 {
		t.Fatalf("refused %+v", page.Refused)
	}
	b, err := json.Marshal(page.Refused)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"ahasia", "nama.orang"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("it says %q: %s", word, b)
		}
	}
}

// TestAKeyStaysWhenAnOccurrenceIsMoved: the store then changes a row instead of
// removing one and adding another.
func TestAKeyStaysWhenAnOccurrenceIsMoved(t *testing.T) {
	t.Parallel()
	series := event("UID:s", "DTSTART:20261123T010000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Rapat")
	before := readNow(t, calendar(series)).Agenda.Entries
	after := readNow(t, calendar(series+event("UID:s", "RECURRENCE-ID:20261123T010000Z", "DTSTART:20261124T030000Z", "SUMMARY:Rapat"))).Agenda.Entries
	if len(before) != 2 || len(after) != 2 || before[0].Key != after[0].Key || before[1].Key != after[1].Key || before[0].Start.Equal(after[0].Start) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
}

// FuzzRead: whatever a server sends, reading ends without a crash, and what
// comes out can be kept and says nothing of private appointments.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*/response.ics")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, makassar())
	to := from.AddDate(0, 0, 30)
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := read(t.Context(), body, from, to, makassar())
		if err != nil {
			return
		}
		for _, e := range page.Agenda.Entries {
			switch {
			case e.Key == "" || e.Title == "" || e.End.Before(e.Start):
				t.Errorf("cannot be kept: %+v", e)
			case !e.Start.Before(to) || e.End.Before(from):
				t.Errorf("outside the span: %+v", e)
			case e.Private && (e.Title != city.AgendaBusy || e.Place != ""):
				t.Errorf("a private one says %+v", e)
			}
		}
	})
}
