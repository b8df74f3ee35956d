package feed

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"balaikota/connectors/connectortest"
)

// TestCases plays each folder of testdata/cases: serve/ is what the site
// answers to who asks for a feed with the right to it.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		files := connectortest.Files(filepath.Join(folder, "serve"), nil)
		address := connectortest.Serve(t, asked.Of(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.Contains(r.Header.Get("Accept"), "application/rss+xml"):
				w.WriteHeader(http.StatusNotAcceptable)
			case strings.HasPrefix(r.URL.Path, "/tertutup/") && r.Header.Get("Authorization") != "nilai-env:UJI":
				w.WriteHeader(http.StatusUnauthorized)
			default:
				files.ServeHTTP(w, r)
			}
		}), "Authorization"))
		env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
		out, _ := connectortest.Run(t, Spec, connectortest.Config(t, folder, address), nil, env)
		return out.Seen(&asked, address)
	})
}

// TestAnUnchangedFeedIsNotReadAgain unless the settings changed.
func TestAnUnchangedFeedIsNotReadAgain(t *testing.T) {
	t.Parallel()
	folder := "testdata/cases/rss-news"
	files := connectortest.Files(filepath.Join(folder, "serve"), nil)
	var whole atomic.Int32
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Sat, 21 Nov 2026 06:00:00 GMT")
		if r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		whole.Add(1)
		files.ServeHTTP(w, r)
	}))
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	plain := "url: '" + address + "/rss.xml'\nallow_private: true\nmapping: {kind: reports, where: '.published != null', fields: {external_id: .id, created_at: .published, text: .title}}\n"
	first, cursor := connectortest.Run(t, Spec, connectortest.YAML(t, plain), nil, env)
	again, cursor := connectortest.Run(t, Spec, connectortest.YAML(t, plain), cursor, env)
	if len(first.Reports) != 2 || len(again.Reports) != 0 || whole.Load() != 1 {
		t.Errorf("first %d reports (%s %v), again %d, read whole %d times", len(first.Reports), first.Error, first.Refused, len(again.Reports), whole.Load())
	}
	if other, _ := connectortest.Run(t, Spec, connectortest.YAML(t, plain+"channel: lain\n"), cursor, env); len(other.Reports) != 2 {
		t.Errorf("under other settings %d reports", len(other.Reports))
	}
}
