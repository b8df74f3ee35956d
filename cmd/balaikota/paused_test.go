package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

// TestAPausedSourceTakesNothingIn: what is pushed, filed by Open311, taken down at the
// counter or imported is refused whole while its source is paused, with the time to
// come back and the words for people; sent again afterwards it counts once.
func TestAPausedSourceTakesNothingIn(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	door := &intake{store: c.db.Store, geography: c.serving.geography}
	push, desk := &pusher{door: door, db: c.db}, &clerk{door: door, db: c.db}
	key, _ := c.key("Aplikasi warga", city.Open311ReadsPublic, true, 600)
	form := newForm("api_key", key, "service_code", "sampah", "address_string", "Jalan Merdeka", "description", "Sampah menumpuk")
	send := map[string]func() error{
		pushSource: func() error {
			out, err := push.PushReports(t.Context(), []map[string]any{{"external_id": "k1", "created_at": "2026-11-20T08:00:00+08:00", "text": "Jalan berlubang", "channel": "web"}})
			if err == nil && out.Refused > 0 {
				t.Fatalf("%+v", out)
			}
			return err
		},
		city.DeskSource: func() error {
			_, err := desk.TakeDown(t.Context(), city.Actor{Name: "uji"}, city.DeskReport{ClientID: "3f2a9c1e-0000-4000-8000-000000000001", Channel: "112", Text: "Pohon tumbang menutup jalan", Address: "Jalan Contoh 1"})
			return err
		},
	}
	pause := func(paused bool) {
		t.Helper()
		for _, slug := range []string{pushSource, city.DeskSource, city.Open311Source} {
			if err := c.db.PauseSource(t.Context(), slug, paused); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func() (n int) {
		t.Helper()
		if err := c.sql.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM reports) + (SELECT count(*) FROM open311_filed)").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, slug := range []string{pushSource, city.DeskSource, city.Open311Source} {
		if _, err := c.db.ownSource(t.Context(), slug, slug); err != nil {
			t.Fatal(err)
		}
	}
	pause(true)
	for slug, hand := range send {
		err := hand()
		if e, ok := errors.AsType[*city.Error](err); !ok || e.Code != city.Internal || e.RetryAfter <= 0 || e.Key != "error.source_paused" || e.Params["source"] != slug {
			t.Errorf("%s: %+v", slug, err)
		}
	}
	c.pushRefused()
	c.refused(http.MethodPost, "/requests", form, http.StatusServiceUnavailable, "is paused")
	if status, header, _ := c.send(http.MethodPost, "/requests.json", form); header.Get("Retry-After") == "" {
		t.Errorf("%d without a time to come back", status)
	}
	if n := count(); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
	pause(false)
	for range 2 {
		for slug, hand := range send {
			if err := hand(); err != nil {
				t.Errorf("%s goes on: %v", slug, err)
			}
		}
		c.list(http.MethodPost, "/requests.json", form)
	}
	if n := count(); n != 4 { // three reports, and one line of who filed
		t.Errorf("%d rows", n)
	}
	src, err := c.db.Source(t.Context(), pushSource)
	if said := meanwhile(src); err != nil || !strings.Contains(said, "ditolak") {
		t.Errorf("of what is pushed it says %q, %v", said, err)
	}
	if said := meanwhile(city.Source{Connector: "whatsapp"}); !strings.Contains(said, "disimpan") {
		t.Errorf("of what comes to a hook it says %q", said)
	}
}

// pushRefused pushes by HTTP, as other systems do, into a paused source.
func (c *counter) pushRefused() {
	c.t.Helper()
	var token, errs bytes.Buffer
	if status := run(c.t.Context(), []string{"user", "--database-url", c.sql.Config().ConnString(), "--data", c.t.TempDir(), "--log-level", "error", "token", "--role", "operator"}, strings.NewReader(""), &token, &errs); status != 0 {
		c.t.Fatal(errs.String())
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, strings.TrimSuffix(c.url, web.Open311Path)+"/api/reports", strings.NewReader(`[{"external_id":"k1","created_at":"2026-11-20T08:00:00+08:00","text":"Jalan berlubang","channel":"web"}]`))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token.String()))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var told web.Problem
	if err := json.NewDecoder(res.Body).Decode(&told); err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != "300" || told.Key != "error.source_paused" || told.TraceID != "" {
		c.t.Errorf("a push into a paused source: %d, Retry-After %q, %+v, %v", res.StatusCode, res.Header.Get("Retry-After"), told, err)
	}
}
