package connectors

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
)

// insideClient reaches the loopback servers of these tests.
func insideClient(t *testing.T, timeout time.Duration, secrets *Secrets) *Client {
	t.Helper()
	c, err := NewClient("balaikota-test/1", secrets).For(HTTPOptions{AllowPrivate: true, Timeout: Duration(timeout)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestPrivateAddressesAreRefusedAfterResolution(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	addr := serve(t, func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(addr, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient("balaikota-test/1", nil)
	// "localhost" passes any check of the address as text; only the resolved
	// address shows where it leads.
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		_, err := c.Do(t.Context(), Request{URL: "http://" + host + ":" + port})
		if !errors.Is(err, ErrPrivateAddress) || Explain(err).Key != string(FailPrivate) {
			t.Errorf("%s gives %v", host, err)
		}
	}
	if asked.Load() {
		t.Error("the server was reached")
	}
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	for address, wants := range map[string][2]bool{ // public only, private allowed
		"8.8.8.8:443":                 {true, true},
		"[2404:8000::1]:443":          {true, true},
		"10.1.2.3:80":                 {false, true},
		"192.168.1.1:80":              {false, true},
		"172.16.0.1:80":               {false, true},
		"127.0.0.1:80":                {false, true},
		"100.64.1.1:80":               {false, true},
		"0.0.0.0:80":                  {false, true},
		"169.254.1.1:80":              {false, true},
		"169.254.169.254:80":          {false, false},
		"[::ffff:169.254.169.254]:80": {false, false},
		"[::1]:80":                    {false, true},
		"[fe80::1%eth0]:80":           {false, true},
		"[fd00::1]:80":                {false, true},
		"[64:ff9b::7f00:1]:80":        {false, true},
		"[2002:7f00:1::]:80":          {false, true},
		"224.0.0.1:80":                {false, true},
		"255.255.255.255:80":          {false, true},
	} {
		for i, private := range []bool{false, true} {
			if err := checkAddress(address, private); (err == nil) != wants[i] {
				t.Errorf("%s with allow_private %v gives %v", address, private, err)
			}
		}
	}
}

func TestGzipBombIsCutAtTheLimit(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeroes{}, 4<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	c := insideClient(t, 30*time.Second, nil)
	c.MaxBody = 128 << 10
	_, err := c.Do(t.Context(), Request{URL: addr})
	if !errors.Is(err, ErrTooLarge) || Explain(err).Key != string(FailTooLarge) {
		t.Errorf("a bomb of %d bytes gives %v", bomb.Len(), err)
	}
}

// TestGzipBombIsCutBeforeItsSize: what no text decompresses to is not read to the
// end of what an answer may be.
func TestGzipBombIsCutBeforeItsSize(t *testing.T) {
	t.Parallel()
	var bomb, table bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeroes{}, 16<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	z = gzip.NewWriter(&table)
	for n := range 60_000 { // a long table that repeats itself
		_, _ = fmt.Fprintf(z, `{"station":"pos-%d","value":%d,"unit":"mm","quality":"baik"},`, n%40, n%7)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	answer := func(body []byte) string {
		return serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(body)
		})
	}
	c := insideClient(t, 30*time.Second, nil)
	if _, err := c.Do(t.Context(), Request{URL: answer(bomb.Bytes())}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a bomb of %d bytes gives %v", bomb.Len(), err)
	}
	if res, err := c.Do(t.Context(), Request{URL: answer(table.Bytes())}); err != nil || len(res.Body) < bombLeast {
		t.Errorf("a table of %d bytes gives %v", table.Len(), err)
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestGzipAnswerIsRead(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" || r.Header.Get("User-Agent") != "balaikota-test/1" {
			t.Errorf("asked with %v", r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(`{"a":1}`))
		_ = z.Close()
	})
	var v struct{ A int }
	if _, err := insideClient(t, 30*time.Second, nil).GetJSON(t.Context(), addr, nil, &v); err != nil || v.A != 1 {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestTruncatedGzipIsAFailure(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(bytes.Repeat([]byte("balaikota "), 1000))
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(b.Bytes()[:b.Len()/2])
	})
	_, err := insideClient(t, 30*time.Second, nil).Do(t.Context(), Request{URL: addr})
	if err == nil || Explain(err).Key != string(FailCut) {
		t.Errorf("half an answer gives %v", err)
	}
}

func TestSlowDripAndHangEndAtTheDeadline(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"hang": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"drip": func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-r.Context().Done():
					return
				case <-tick.C:
					_, _ = w.Write([]byte(" "))
					w.(http.Flusher).Flush()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, h)
			start := time.Now()
			_, err := insideClient(t, 300*time.Millisecond, nil).Do(t.Context(), Request{URL: addr})
			if err == nil || Explain(err).Key != string(FailTimeout) {
				t.Errorf("gives %v (%v)", err, Explain(err).Key)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "17": 17 * time.Second, "120": 2 * time.Minute, "9999999": 24 * time.Hour,
		"Sat, 21 Nov 2026 02:00:41 GMT": 42 * time.Second, "Sat, 21 Nov 2026 01:00:00 GMT": 0,
	} {
		if got, ok := ParseRetryAfter(value, now); !ok || got != want {
			t.Errorf("%q gives %v, %v", value, got, ok)
		}
	}
	for _, bad := range []string{"", "soon", "-3", "1.5", "1h"} {
		if got, ok := ParseRetryAfter(bad, now); ok {
			t.Errorf("%q gives %v", bad, got)
		}
	}
	addr := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := insideClient(t, 30*time.Second, nil).Do(t.Context(), Request{URL: addr})
	var ra *RetryAfterError
	var st *StatusError
	if !errors.As(err, &ra) || ra.After != 17*time.Second || !errors.As(err, &st) || st.Status != 429 {
		t.Errorf("429 gives %v", err)
	}
}

func TestRedirectsAreBoundedAndDropOurHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header.Clone() })
	u, err := url.Parse(other)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+u.Port()+"/", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	addr := serve(t, mux.ServeHTTP)
	c := insideClient(t, 30*time.Second, nil)
	h := http.Header{"X-Api-Key": {"rahasia"}, "Authorization": {"Bearer rahasia"}}
	if _, err := c.Do(t.Context(), Request{URL: addr + "/away?key=rahasia", Header: h}); err != nil {
		t.Fatal(err)
	}
	got := <-seen
	for _, name := range []string{"X-Api-Key", "Authorization", "Referer"} {
		if v := got.Get(name); v != "" {
			t.Errorf("%s: %s went to the other host", name, v)
		}
	}
	if _, err := c.Do(t.Context(), Request{URL: addr + "/loop"}); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("a loop gives %v", err)
	}
	if _, err := c.Do(t.Context(), Request{URL: addr + "/file"}); err == nil {
		t.Error("a redirect to a file was followed")
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	t.Parallel()
	secrets := &Secrets{Lookup: func(string) (string, bool) { return "s3kr1t-kota", true }}
	value, err := secrets.Reveal("env:KUNCI")
	if err != nil {
		t.Fatal(err)
	}
	c := insideClient(t, time.Second, secrets)
	for _, address := range []string{
		"http://127.0.0.1:1/data?api_key=" + value, "http://127.0.0.1:1/" + value + "/data",
		"http://tidak-ada.invalid/?token=" + value,
	} {
		_, err := c.Do(t.Context(), Request{URL: address})
		if err == nil || strings.Contains(err.Error(), value) {
			t.Errorf("%s gives %v", address, err)
		}
	}
	if got := RedactURL("https://u:p@a.go.id/x?api_key=abc&page=2"); strings.Contains(got, "abc") || strings.Contains(got, "u:p") || !strings.Contains(got, "page=2") {
		t.Errorf("redacted %s", got)
	}
}

func TestSecretReferences(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir+"/kunci", "  dari-berkas\n")
	s := &Secrets{Folders: []string{dir}, Lookup: func(n string) (string, bool) { return "v-" + n, n != "TIDAK" }}
	for ref, want := range map[string]string{"env:KUNCI": "v-KUNCI", "file:kunci": "dari-berkas", "file:" + dir + "/kunci": "dari-berkas", "env:BALAIKOTA_SECRET_X": "v-BALAIKOTA_SECRET_X"} {
		if got, err := s.Reveal(ref); err != nil || got != want {
			t.Errorf("%s gives %q, %v", ref, got, err)
		}
	}
	for ref, code := range map[string]city.Code{"env:TIDAK": city.NotFound, "env:DATABASE_URL": city.Forbidden, "env:BALAIKOTA_KEY": city.Forbidden,
		"file:/etc/passwd": city.Forbidden, "file:../x": city.Forbidden, "file:tiada": city.NotFound, "apa": city.Invalid} {
		if got, err := s.Reveal(ref); city.CodeOf(err) != code {
			t.Errorf("%s gives %q, %v", ref, got, err)
		}
	}
}

func TestConditionalRequest(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte("isi"))
	})
	c := insideClient(t, 30*time.Second, nil)
	first, err := c.Do(t.Context(), Request{URL: addr})
	if err != nil || string(first.Body) != "isi" {
		t.Fatalf("got %v, %v", first, err)
	}
	again, err := c.Do(t.Context(), Request{URL: addr, Validators: first.Validators})
	if err != nil || !again.NotModified {
		t.Errorf("got %+v, %v", again, err)
	}
}

func TestHostBudgetHoldsAcrossSources(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(http.ResponseWriter, *http.Request) {})
	base := NewClient("t", nil)
	base.Limit(strings.TrimPrefix(addr, "http://"), 600, 1) // one every 100 ms
	a, _ := base.For(HTTPOptions{AllowPrivate: true})
	b, _ := base.For(HTTPOptions{AllowPrivate: true})
	start := time.Now()
	for range 2 {
		for _, c := range []*Client{a, b} {
			if _, err := c.Do(t.Context(), Request{URL: addr}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if took := time.Since(start); took < 280*time.Millisecond {
		t.Errorf("four requests took %v, under their budget", took)
	}
}

func TestDecodeCharsets(t *testing.T) {
	t.Parallel()
	var j struct{ A string }
	if err := DecodeJSON([]byte("{\"a\":\"caf\xe9\"}"), "application/json; charset=iso-8859-1", &j); err != nil || j.A != "café" {
		t.Errorf("latin-1 gives %q, %v", j.A, err)
	}
	if err := DecodeJSON([]byte("\uFEFF{\"a\":\"x\"}"), "", &j); err != nil || j.A != "x" {
		t.Errorf("byte order mark gives %q, %v", j.A, err)
	}
	var x struct {
		A string `xml:"a"`
	}
	if err := DecodeXML([]byte("<?xml version=\"1.0\" encoding=\"windows-1252\"?><r><a>caf\xe9</a></r>"), "", &x); err != nil || x.A != "café" {
		t.Errorf("windows-1252 gives %q, %v", x.A, err)
	}
	if err := DecodeXML([]byte("<r><a>b\xff</a></r>"), "", &x); err != nil || x.A != "b\uFFFD" {
		t.Errorf("bad bytes give %q, %v", x.A, err)
	}
	for what, bad := range map[string]error{
		"more":    DecodeJSON([]byte(`{"a":"x"} {"a":"y"}`), "", &j),
		"type":    DecodeJSON([]byte(`{"a":1}`), "", &j),
		"html":    DecodeJSON([]byte(`<html>`), "application/json", &j),
		"charset": DecodeJSON([]byte(`{}`), "application/json; charset=klingon", &j),
		"dtd":     DecodeXML([]byte(`<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><a>&x;</a></r>`), "", &x),
		"deep":    DecodeXML([]byte(strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)), "", &x),
	} {
		if _, ok := errors.AsType[*MalformedError](bad); !ok {
			t.Errorf("%s gives %v", what, bad)
		}
	}
}

func FuzzDecodeXML(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="utf-8"?><r><a>x</a></r>`), "text/xml")
	f.Add([]byte(`<!DOCTYPE r><r/>`), "text/xml; charset=latin1")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		var v struct {
			A []string `xml:"a"`
		}
		err := DecodeXML(body, contentType, &v)
		if err == nil && bytes.Contains(body, []byte("<!DOCTYPE")) && !bytes.Contains(body, []byte("<!--")) && !bytes.Contains(body, []byte("CDATA")) && bytes.HasPrefix(body, []byte("<!DOCTYPE")) {
			t.Errorf("a document type passed: %q", body)
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":"\u0000"}]}`), "application/json")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		var v any
		var m *MalformedError
		if err := DecodeJSON(body, contentType, &v); err != nil && !errors.As(err, &m) {
			t.Errorf("%v is not a MalformedError", err)
		}
	})
}

func TestCanceledContextIsStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := insideClient(t, time.Second, nil).Do(ctx, Request{URL: "http://127.0.0.1:1/"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestClockOfTheOtherSide(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]bool{24 * time.Hour: true, 30 * time.Minute: false, -24 * time.Hour: false} {
		addr := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		})
		res, err := insideClient(t, 30*time.Second, nil).Do(t.Context(), Request{URL: addr})
		if err != nil {
			t.Fatal(err)
		}
		err = res.CheckClock()
		if (err != nil) != want || want && (Explain(err).Key != string(FailClock) || Explain(err).Params["hours"] != "24") {
			t.Errorf("%v ahead gives %v", ahead, err)
		}
	}
}

func TestBudgetSlowsOnlyThoseWhoShareIt(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(http.ResponseWriter, *http.Request) {})
	base := insideClient(t, 30*time.Second, nil)
	slow, same := base.Budget("uji", 600, 1), base.Budget("uji", 600, 1) // one every 100 ms
	took := func(clients ...*Client) time.Duration {
		start := time.Now()
		for _, c := range clients {
			if _, err := c.Do(t.Context(), Request{URL: addr}); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(start)
	}
	if d := took(slow, same, slow); d < 190*time.Millisecond {
		t.Errorf("three requests of one budget took %v", d)
	}
	if res, err := base.Do(t.Context(), Request{URL: addr}); err != nil || base.budget != nil {
		t.Errorf("the others have a budget too: %v, %v", res, err)
	}
}
