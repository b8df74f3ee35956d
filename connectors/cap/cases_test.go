package cap

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// outcome is all that the pages of one run brought.
type outcome struct {
	Asked   []string
	Alerts  []any
	Refused []string
	Error   string `json:",omitempty"`
}

func run(t *testing.T, config, cursor json.RawMessage, now time.Time) (outcome, json.RawMessage) {
	t.Helper()
	env := connectortest.Env(t, outlined(), now)
	env.Secret = func(string) (string, error) { return "Bearer kunci-uji", nil }
	c, err := Spec.New(config, env)
	if err != nil {
		t.Fatal(err)
	}
	out := outcome{Alerts: []any{}, Refused: []string{}}
	cursor, err = connectortest.Drain(t, c, cursor, func(page connectors.Page) {
		for _, a := range page.Alerts {
			if a.Over {
				out.Alerts = append(out.Alerts, "over "+a.Key)
			} else {
				out.Alerts = append(out.Alerts, a)
			}
		}
		for _, r := range page.Refused {
			out.Refused = append(out.Refused, r.Kind+" "+r.ExternalID+" "+r.Place+": "+r.Reason)
		}
	})
	if err != nil {
		out.Error = connectors.Explain(err).Key + ": " + err.Error()
	}
	return out, cursor
}

// TestCases plays each folder of testdata/cases: serve/ is what the sender's
// server answers to who asks for CAP.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		files := connectortest.Files(filepath.Join(folder, "serve"), nil)
		address := connectortest.Serve(t, asked.Of(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept"), "application/cap+xml") {
				w.WriteHeader(http.StatusNotAcceptable)
				return
			}
			files.ServeHTTP(w, r)
		}), "Authorization"))
		out, cursor := run(t, connectortest.Config(t, folder, address), nil, connectortest.Moment())
		out.Asked = asked.Lines()
		// Asked again, it fetches the feed alone and brings nothing new.
		again, _ := run(t, connectortest.Config(t, folder, address), cursor, connectortest.Moment().Add(time.Minute))
		news := slices.DeleteFunc(again.Alerts, func(any) bool { return strings.HasSuffix(folder, "one-document") })
		if len(news) > 0 || len(asked.Lines()) != len(out.Asked)+1 {
			t.Errorf("the second reading brought %v and asked %v", again.Alerts, asked.Lines()[len(out.Asked):])
		}
		return out
	})
}

// TestADocumentThatFailsForAWhileIsReadLater: what came before it is kept, and
// nothing is read twice.
func TestADocumentThatFailsForAWhileIsReadLater(t *testing.T) {
	t.Parallel()
	folder := "testdata/cases/atom-chain"
	files := connectortest.Files(filepath.Join(folder, "serve"), nil)
	var broken atomic.Bool
	broken.Store(true)
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/b2.xml" && broken.Load() {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		files.ServeHTTP(w, r)
	}))
	config := connectortest.Config(t, folder, address)
	out, cursor := run(t, config, nil, connectortest.Moment())
	if out.Error == "" || len(out.Alerts) != 4 {
		t.Fatalf("%d alerts, error %q", len(out.Alerts), out.Error)
	}
	broken.Store(false)
	out, _ = run(t, config, cursor, connectortest.Moment().Add(time.Minute))
	if out.Error != "" || len(out.Alerts) != 1 || out.Alerts[0] != "over cap:b.1" {
		t.Errorf("later: %+v", out)
	}
}

// TestAnUnchangedFeedIsNotReadAgain by its ETag.
func TestAnUnchangedFeedIsNotReadAgain(t *testing.T) {
	t.Parallel()
	folder := "testdata/cases/one-document"
	files := connectortest.Files(filepath.Join(folder, "serve"), nil)
	var unchanged atomic.Int32
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"satu"`)
		if r.Header.Get("If-None-Match") == `"satu"` {
			unchanged.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		files.ServeHTTP(w, r)
	}))
	config := connectortest.Config(t, folder, address)
	_, cursor := run(t, config, nil, connectortest.Moment())
	if out, _ := run(t, config, cursor, connectortest.Moment()); len(out.Alerts) != 0 || unchanged.Load() != 1 {
		t.Errorf("asked again: %+v, told unchanged %d times", out, unchanged.Load())
	}
}

// outlined are the two halves with their outlines and label points.
func outlined() connectortest.Halves {
	h := connectortest.TwoHalves()
	half := func(n int, from, to float64) {
		box := orb.Bound{Min: orb.Point{from, -0.8}, Max: orb.Point{to, -0.3}}
		h[n].Label, h[n].Outline = box.Center(), orb.MultiPolygon{box.ToPolygon()}
	}
	half(3, 117.15, 117.3)
	half(4, 117, 117.15)
	return h
}
