package connectors

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestStrangersAddressesReachHomeAlone: of the servers on this machine, one is
// the source's own; no other is reached, by whatever way.
func TestStrangersAddressesReachHomeAlone(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	inside := serve(t, func(w http.ResponseWriter, _ *http.Request) { reached.Add(1); _, _ = w.Write([]byte("rahasia")) })
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/inside":
			http.Redirect(w, r, inside+"/x", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/hostname")
			w.WriteHeader(http.StatusFound)
		case "/home":
			http.Redirect(w, r, "/picture", http.StatusFound)
		default:
			_, _ = w.Write([]byte("gambar"))
		}
	})
	c := NewClient("balaikota-test/1", nil)
	own := c.Inward(home + "/open311/v2?key=x")
	for _, path := range []string{"/picture", "/home"} {
		if res, err := own.Do(t.Context(), Request{URL: home + path}); err != nil || string(res.Body) != "gambar" {
			t.Errorf("%s at home: %v", path, err)
		}
	}
	// A connection that an all-allowed source opened serves nobody else.
	if _, err := insideClient(t, time.Minute, nil).Do(t.Context(), Request{URL: inside}); err != nil {
		t.Fatal(err)
	}
	reached.Store(0)
	for name, try := range map[string]struct {
		client *Client
		url    string
	}{
		"another port":      {own, inside},
		"a redirect inside": {own, home + "/inside"},
		"by another name":   {own, strings.Replace(home, "127.0.0.1", "localhost", 1) + "/picture"},
		"no home":           {c.Inward(""), home + "/picture"},
		"after a source that may": {func() *Client {
			wide, err := c.For(HTTPOptions{AllowPrivate: true})
			if err != nil {
				t.Fatal(err)
			}
			return wide.Inward(home)
		}(), inside},
	} {
		if _, err := try.client.Do(t.Context(), Request{URL: try.url}); !errors.Is(err, ErrPrivateAddress) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := own.Do(t.Context(), Request{URL: home + "/file"}); err == nil || !strings.Contains(err.Error(), "scheme") {
		t.Errorf("a redirect to a file: %v", err)
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the inside server was reached %d times", n)
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://Foto.example/a": "foto.example:80", "https://foto.example": "foto.example:443", "http://[::1]:8/x": "[::1]:8",
		"http://user@10.0.0.1:81/": "10.0.0.1:81", "": "", "/relative": "", "http://%zz": "",
	} {
		if got := origin(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
