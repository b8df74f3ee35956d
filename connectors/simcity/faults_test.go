package simcity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"
)

// with starts a city with one fault that always happens on the sensors.
func with(t *testing.T, kind string) (*City, string) {
	t.Helper()
	c := run(t, small(t.TempDir(), newHand()))
	if err := c.SetFaults(Faults{{Path: "/open311", Kind: kind, P: 1, After: 1}}); err != nil {
		t.Fatal(err)
	}
	return c, c.BaseURL() + "/open311/v2/requests.json?page_size=40"
}

func TestFaultsThatBreakTheAnswer(t *testing.T) {
	t.Parallel()
	t.Run("error", func(t *testing.T) {
		t.Parallel()
		c, url := with(t, "error")
		if status, _, _ := fetch(t, url); status < 500 || status > 503 {
			t.Error(status)
		}
		if status, _, _ := fetch(t, c.BaseURL()+"/sensor/rain"); status != 200 {
			t.Error("another path fails too:", status)
		}
		if status, _, _ := fetch(t, c.BaseURL()+"/_sim/state"); status != 200 {
			t.Error("the control fails too:", status)
		}
	})
	t.Run("limit", func(t *testing.T) {
		t.Parallel()
		_, url := with(t, "limit")
		if status, header, _ := fetch(t, url); status != 429 || header.Get("Retry-After") != "1" {
			t.Error(status, header)
		}
	})
	t.Run("slow", func(t *testing.T) {
		t.Parallel()
		_, url := with(t, "slow")
		began := time.Now()
		status, _, body := fetch(t, url+"&page_size=2")
		if pieces := len(body) / 16; time.Since(began) < time.Duration(pieces/2)*time.Millisecond || status != 200 || !json.Valid(body) {
			t.Errorf("%d bytes in %s", len(body), time.Since(began))
		}
	})
	t.Run("hang", func(t *testing.T) {
		t.Parallel()
		_, url := with(t, "hang")
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal("no headers:", err)
		}
		defer res.Body.Close()
		if n, err := io.Copy(io.Discard, res.Body); n != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d bytes, then %v", n, err)
		}
	})
	t.Run("cut", func(t *testing.T) {
		t.Parallel()
		_, url := with(t, "cut")
		res, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.ReadAll(res.Body); err == nil {
			t.Error("the connection did not end half way")
		}
	})
	t.Run("endless", func(t *testing.T) {
		t.Parallel()
		_, url := with(t, "endless")
		res, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if n, err := io.CopyN(io.Discard, res.Body, 64<<20); err != nil {
			t.Errorf("ended after %d bytes: %v", n, err)
		}
	})
}

func TestMalformedAnswersAreMalformedInManyWays(t *testing.T) {
	t.Parallel()
	_, url := with(t, "malformed")
	ways := map[string]int{}
	for range 40 {
		status, _, body := fetch(t, url)
		switch {
		case status != 200:
			ways["status"]++
		case bytes.IndexByte(body, 0) >= 0:
			ways["nul"]++
		case !utf8.Valid(body):
			ways["utf8"]++
		case bytes.HasPrefix(body, []byte("<!DOCTYPE")):
			ways["html"]++
		case !json.Valid(body):
			ways["short"]++
		default:
			ways["fine"]++
		}
	}
	if ways["status"]+ways["fine"] != 0 || len(ways) < 4 {
		t.Errorf("%v", ways)
	}
}

func TestFaultsThatChangeTheContent(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	url := c.BaseURL() + "/open311/v2/requests.json?page_size=40"
	get := func(kind string) []strangerRequest {
		if err := c.SetFaults(Faults{{Kind: kind, P: 1}}); err != nil {
			t.Fatal(err)
		}
		var list []strangerRequest
		fetchJSON(t, url, &list)
		return list
	}
	plain := get("duplicate")[:40]
	if err := c.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	fetchJSON(t, url, &plain)
	if n := len(get("duplicate")); n <= 40 {
		t.Errorf("duplicate: %d rows", n)
	}
	same := 0
	for i, r := range get("reorder") {
		if r.ID == plain[i].ID {
			same++
		}
	}
	if same > 30 {
		t.Errorf("reorder: %d of 40 rows stayed", same)
	}
	for i, r := range get("ahead") {
		if r.Requested.Sub(plain[i].Requested) != 24*time.Hour || r.Updated.Sub(plain[i].Updated) != 24*time.Hour {
			t.Fatalf("ahead: %s instead of %s", r.Requested, plain[i].Requested)
		}
	}
	if status, header, _ := fetch(t, url); status == 200 {
		at, err := http.ParseTime(header.Get("Date"))
		if err != nil || at.Sub(c.opt.Now()) < 23*time.Hour {
			t.Errorf("ahead: Date %s (%v)", header.Get("Date"), err)
		}
	}
	before := len(c.Ledger())
	edited := get("edit")
	var changed []string
	for i, r := range edited {
		if r.Description != plain[i].Description && r.Updated.After(plain[i].Updated) {
			changed = append(changed, r.ID)
		}
	}
	entries := c.LedgerSince(int64(before))
	if len(changed) != 1 || len(entries) == 0 || entries[0].ID != changed[0] {
		t.Errorf("edit: rows %v changed, ledger %+v", changed, entries)
	}
}

// TestFaultsAreSeeded asks two cities of one seed the same questions.
func TestFaultsAreSeeded(t *testing.T) {
	t.Parallel()
	roll := func(seed int64) string {
		b := newFaultBox(seed, Faults{{Kind: "error", P: 0.3}, {Path: "/bmkg", Kind: "slow", P: 0.5}, {Kind: "reorder", P: 0.5}})
		var s []byte
		for range 200 {
			f, v := b.roll("/bmkg/x")
			s = append(s, byte(v.seed))
			if f != nil {
				s = append(s, f.Kind...)
			}
			if v.reorder {
				s = append(s, '!')
			}
		}
		return string(s)
	}
	if first := roll(1); first != roll(1) || first == roll(2) {
		t.Error("the dice do not follow the seed")
	}
	b := newFaultBox(1, Faults{{Kind: "error", P: 0.25}})
	for range 4000 {
		b.roll("/")
	}
	if _, fired := b.list(); fired["error"] < 850 || fired["error"] > 1150 {
		t.Errorf("a probability of 0.25 fired %d times in 4000", fired["error"])
	}
}

func TestFaultsBySwitch(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	sim := c.BaseURL() + "/_sim/faults"
	res, err := client.Post(sim, "application/json", bytes.NewReader([]byte(`{"faults":[{"path":"/bmkg","kind":"limit","p":1}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if status := post(t, sim+"?kind=error&path=/sensor&p=1"); status != 200 {
		t.Fatal(status)
	}
	for path, want := range map[string]bool{"/bmkg/alerts/nowcast/id": false, "/sensor/rain": false, "/jalan-peduli/api/laporan": true} {
		if status, _, _ := fetch(t, c.BaseURL()+path); (status == 200) != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if n := len(c.State().Faults); n != 2 {
		t.Errorf("%d faults are on", n)
	}
	if status := post(t, sim+"?kind=none"); status != 200 {
		t.Fatal(status)
	}
	if status, _, _ := fetch(t, c.BaseURL()+"/sensor/rain"); status != 200 {
		t.Errorf("after kind=none: %d", status)
	}
}
